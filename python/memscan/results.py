"""What a scan and a search return: columns for many matches, objects for the few that are shown.

The columns of both tables are fixed, in name, type and order: results are compared across versions.
All offsets are half-open and index the original text, once in code points and once in bytes, so
``text[start:end]`` is the passage; beside them stand its places in units. Where there is no text
(ids were scanned, or the index stores none), ``start`` and ``end`` count units too, and what only a
text can tell is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

CORPUS_COUNT = pa.struct(
    [
        pa.field("corpus", pa.string()),
        pa.field("count", pa.int64()),
        pa.field("document_count", pa.int64()),
        pa.field("count_is_capped", pa.bool_()),
    ]
)
"""How often a match stands in one of the named corpora."""

CORPUS_MATCHES = pa.struct(
    [
        pa.field("corpus", pa.string()),
        pa.field("covered_units", pa.int64()),
        pa.field("covered_chars", pa.int64()),
        pa.field("longest_match", pa.int64()),
        pa.field("n_spans", pa.int64()),
    ]
)
"""What a generation has in common with one of the named corpora, as if that were all."""

OCCURRENCE_FIELDS = [
    pa.field("document_id", pa.string()),
    pa.field("document_start", pa.int64()),
    pa.field("document_end", pa.int64()),
    pa.field("document_byte_start", pa.int64()),
    pa.field("document_byte_end", pa.int64()),
    pa.field("document_unit_start", pa.int64()),
    pa.field("document_unit_end", pa.int64()),
    pa.field("fidelity", pa.string()),
]

SPANS_SCHEMA = pa.schema(
    [
        pa.field("generation_id", pa.string()),
        pa.field("model", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("end", pa.int64()),
        pa.field("byte_start", pa.int64()),
        pa.field("byte_end", pa.int64()),
        pa.field("unit_start", pa.int64()),
        pa.field("unit_end", pa.int64()),
        pa.field("n_units", pa.int64()),
        pa.field("n_chars", pa.int64()),
        *OCCURRENCE_FIELDS,
        pa.field("count", pa.int64()),
        pa.field("document_count", pa.int64()),
        pa.field("count_is_capped", pa.bool_()),
        pa.field("echo_units", pa.int64()),
        pa.field("template_units", pa.int64()),
        pa.field("baseline_units", pa.int64()),
        pa.field("discounted_units", pa.int64()),
        pa.field("text", pa.large_string()),
        pa.field("context_before", pa.large_string()),
        pa.field("context_after", pa.large_string()),
        pa.field("document_text", pa.large_string()),
        pa.field("document_context_before", pa.large_string()),
        pa.field("document_context_after", pa.large_string()),
        pa.field("corpus", pa.string()),
        pa.field("corpora", pa.list_(CORPUS_COUNT)),
        pa.field("sample_index", pa.int64()),
        pa.field("part", pa.string()),
        pa.field("turn", pa.int64()),
    ]
)
"""One row per maximal match and reported occurrence; null where a value is unknown."""

GENERATIONS_SCHEMA = pa.schema(
    [
        pa.field("generation_id", pa.string()),
        pa.field("model", pa.string()),
        pa.field("status", pa.string()),
        pa.field("error", pa.string()),
        pa.field("n_units", pa.int64()),
        pa.field("n_chars", pa.int64()),
        pa.field("covered_units", pa.int64()),
        pa.field("coverage", pa.float64()),
        pa.field("covered_chars", pa.int64()),
        pa.field("longest_match", pa.int64()),
        pa.field("n_spans", pa.int64()),
        pa.field("covered_chars_exact", pa.int64()),
        pa.field("covered_chars_whitespace", pa.int64()),
        pa.field("covered_chars_typography", pa.int64()),
        pa.field("covered_units_discounted", pa.int64()),
        pa.field("coverage_discounted", pa.float64()),
        pa.field("covered_chars_discounted", pa.int64()),
        pa.field("longest_match_discounted", pa.int64()),
        pa.field("corpora", pa.list_(CORPUS_MATCHES)),
        pa.field("sample_index", pa.int64()),
        pa.field("part", pa.string()),
        pa.field("turn", pa.int64()),
        pa.field("outcome", pa.string()),
    ]
)
"""One row per generation, before the columns of its own metadata."""

DUPLICATES_SCHEMA = pa.schema(
    [
        *(field for field in OCCURRENCE_FIELDS if field.name != "fidelity"),
        pa.field("n_units", pa.int64()),
        pa.field("n_chars", pa.int64()),
        pa.field("count", pa.int64()),
        pa.field("document_count", pa.int64()),
        pa.field("count_is_capped", pa.bool_()),
        pa.field("other_document_ids", pa.list_(pa.string())),
        pa.field("document_text", pa.large_string()),
        pa.field("document_context_before", pa.large_string()),
        pa.field("document_context_after", pa.large_string()),
    ]
)
"""One row per run that stands more than once, in the order of the corpus; null without a text.

``count`` and ``document_count`` include the run's own place; ``other_document_ids`` names the first
other documents that hold it."""


@dataclass(frozen=True, slots=True, repr=False)
class ScanResult:
    """What some texts reproduce of a corpus.

    Attributes:
        spans: One row per maximal match and reported occurrence, as ``SPANS_SCHEMA``; in the order
            of the texts, then of ``start``, then occurrences best first.
        generations: One row per text, also those without a match, as ``GENERATIONS_SCHEMA``.
    """

    spans: pa.Table
    generations: pa.Table

    def __repr__(self) -> str:
        """Return the sizes, not the contents."""
        return (
            f"<ScanResult: {self.generations.num_rows:,} generations, {self.spans.num_rows:,} rows"
            " of spans>"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One place in the corpus where a passage stands.

    Attributes:
        document_id: Which document.
        document_start: Where the passage starts in it, in code points; in units if the index
            stores no text. Then bytes, fidelity and texts are ``None``.
        document_end: Where it ends.
        document_byte_start: Where it starts, in bytes.
        document_byte_end: Where it ends, in bytes.
        document_unit_start: Where it starts, in units.
        document_unit_end: Where it ends, in units.
        fidelity: How closely the two originals agree: ``exact``, ``whitespace``, ``typography`` or
            ``folded``.
        document_text: The passage as it stands there.
        document_context_before: What stands before it.
        document_context_after: What stands after it.
        corpus: The name of the corpus that the document belongs to, if it has one.
    """

    document_id: str
    document_start: int
    document_end: int
    document_byte_start: int | None
    document_byte_end: int | None
    document_unit_start: int
    document_unit_end: int
    fidelity: str | None
    document_text: str | None
    document_context_before: str | None
    document_context_after: str | None
    corpus: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a whole text, as a sequence of units, stands in the corpus.

    Attributes:
        count: How often; zero if nowhere.
        document_count: In how many documents; at least that many if ``count_is_capped``.
        count_is_capped: Whether it stands too often for all of its documents to be counted.
        occurrences: Some of the places, best first.
    """

    count: int
    document_count: int
    count_is_capped: bool
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A part of a text that stands in the corpus, and the best place where it does.

    Of a query that is token ids no bytes, characters and text are known, and these are ``None``.

    Attributes:
        start: Where it starts in the text, in code points; in tokens if only ids are known.
        end: Where it ends.
        byte_start: Where it starts, in bytes.
        byte_end: Where it ends, in bytes.
        unit_start: Where it starts, in units.
        unit_end: Where it ends, in units.
        n_units: Its length in units.
        n_chars: Its length in code points.
        text: The part itself.
        count: How often it stands in the corpus; at least one.
        document_count: In how many documents; at least that many if ``count_is_capped``.
        count_is_capped: Whether it stands too often for all of its documents to be counted.
        occurrence: The best place among those examined.
    """

    start: int
    end: int
    byte_start: int | None
    byte_end: int | None
    unit_start: int
    unit_end: int
    n_units: int
    n_chars: int | None
    text: str | None
    count: int
    document_count: int
    count_is_capped: bool
    occurrence: Occurrence


def occurrence_of(row: Mapping[str, object]) -> Occurrence:
    """Return the occurrence that a row with its columns describes."""
    return Occurrence(**{name: row[name] for name in Occurrence.__slots__})  # type: ignore[arg-type]


def match_of(row: Mapping[str, object]) -> Match:
    """Return the match that a row of spans describes."""
    own = {name: row[name] for name in Match.__slots__ if name != "occurrence"}
    return Match(**own, occurrence=occurrence_of(row))  # type: ignore[arg-type]
