"""Holds the compiled engine against the oracle: builds indexes and turns Arrow into plain rows."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from memscan import _native
from oracle.cutting import CUTTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memscan.tokens import NativeTokens
    from oracle.scan import Options, Row, Source

# Thousands of indexes are built and waited for until they are on the disk.
IN_MEMORY = next((path for path in ("/dev/shm",) if os.access(path, os.W_OK)), None)  # noqa: S108
ONE_SHARD = 2**31 - 2
SPAN_COLUMNS = [
    *("generation", "start", "end", "byte_start", "byte_end", "unit_start", "unit_end"),
    *("n_units", "n_chars"),
    *("document_id", "corpus"),
    *("document_start", "document_end", "document_byte_start", "document_byte_end"),
    *("document_unit_start", "document_unit_end"),
    *("fidelity", "count", "document_count", "count_is_capped", "corpora"),
    *("echo_units", "template_units", "baseline_units", "discounted_units"),
    *("text", "context_before", "context_after"),
    *("document_text", "document_context_before", "document_context_after"),
]
GENERATION_COLUMNS = [
    *("n_units", "n_chars", "covered_units", "coverage", "covered_chars"),
    *("covered_chars_exact", "covered_chars_whitespace", "covered_chars_typography"),
    *("covered_units_discounted", "coverage_discounted", "covered_chars_discounted"),
    *("longest_match_discounted", "longest_match", "n_spans", "corpora", "listed_spans"),
]
FIND_COLUMNS = [
    *("document_id", "corpus"),
    *("document_start", "document_end", "document_byte_start", "document_byte_end"),
    *("document_unit_start", "document_unit_end"),
    *("fidelity", "document_text", "document_context_before", "document_context_after"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How an index is built; none of it may show in an answer."""

    unit: str = "word"
    filter_k: int = 5
    filter_bits: int = 12
    shard_units: int = ONE_SHARD
    store_text: bool = True
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a scan is run; none of it but the unit may show in an answer."""

    unit: str = "word"
    threads: int | None = None
    batch_size: int | None = None


DEFAULT = Layout()
ANYHOW = Run()


@contextmanager
def built(
    texts: Sequence[str],
    layout: Layout = DEFAULT,
    tokens: list[NativeTokens] | None = None,
) -> Iterator[_native.Index]:
    """Build and open an index of texts named as in ``Source.of``; it is gone on leaving.

    Its tokens, if it is one of tokens, are the oracle's if they are not given.
    """
    with TemporaryDirectory(prefix="memscan-", dir=IN_MEMORY) as folder:
        path = str(Path(folder) / "index.memscan")
        builder = _native.IndexBuilder(
            path,
            unit=layout.unit,
            store_text=layout.store_text,
            filter_k=layout.filter_k,
            filter_bits=layout.filter_bits,
            shard_units=layout.shard_units,
            threads=layout.threads,
        )
        ids = [f"d{number}" for number in range(len(texts))]
        builder.add(ids, list(texts), ["{}"] * len(texts), tokens or tokens_of(texts, layout.unit))
        builder.finish()
        yield _native.Index.open(path)


def tokens_of(texts: Sequence[str], unit: str) -> list[NativeTokens] | None:
    """Return what the engine has to be given with texts of this unit."""
    return [token_arrays(text) for text in texts] if unit == "token" else None


def prompt_tokens_of(
    prompts: Sequence[str | None] | None, unit: str
) -> list[NativeTokens | None] | None:
    """Return what the engine has to be given with prompts of this unit."""
    if prompts is None or unit != "token":
        return None
    return [None if prompt is None else token_arrays(prompt) for prompt in prompts]


def token_arrays(text: str) -> NativeTokens:
    """Return the oracle's tokens as the engine takes them."""
    tokens = CUTTERS["token"](text)
    ids = np.array([int(token.folded) for token in tokens], np.uint32)
    starts = np.cumsum([0, *(len(character.encode()) for character in text)])
    places = [(starts[token.start], starts[token.end]) for token in tokens]
    return ids, np.array(places, np.uint32).reshape(-1, 2)


def smallest_shard(source: Source) -> int:
    """Return the fewest units that a shard must hold: those of the longest document."""
    return max(len(document.units) for document in source.documents)


def rows_of(batch: object, columns: Sequence[str]) -> list[Row]:
    """Return the rows of an Arrow batch, after checking that it has just these columns."""
    table = pa.record_batch(batch)
    assert table.schema.names == list(columns)
    rows: list[Row] = table.to_pylist()
    for row in rows:
        for name in ("corpus", "corpora"):
            assert row.pop(name, None) is None, "no corpus of the tests has a name"
    return rows


def engine_scan(  # noqa: PLR0913 -- what is asked, and how
    index: _native.Index,
    texts: Sequence[str],
    prompts: Sequence[str | None] | None,
    options: Options,
    run: Run = ANYHOW,
    *,
    baseline: _native.Index | None = None,
) -> tuple[list[Row], list[Row]]:
    """Scan texts in batches, and return rows as one batch would have given them."""
    template_tokens = None
    if options.template is not None and run.unit == "token":
        template_tokens = token_arrays(options.template)
    spans: list[Row] = []
    generations: list[Row] = []
    size = run.batch_size or max(1, len(texts))
    for first in range(0, len(texts), size):
        batch = list(texts[first : first + size])
        batch_prompts = None if prompts is None else list(prompts[first : first + size])
        span_batch, generation_batch = index.scan_batch(
            batch,
            batch_prompts,
            tokens=tokens_of(batch, run.unit),
            prompt_tokens=prompt_tokens_of(batch_prompts, run.unit),
            min_length=options.minimum_length,
            min_characters=options.minimum_chars,
            occurrences=options.occurrences,
            examined=options.examined,
            context=options.context,
            seed=options.seed,
            template=options.template,
            template_tokens=template_tokens,
            baseline=baseline,
            threads=run.threads,
        )
        for row in rows_of(span_batch, SPAN_COLUMNS):
            number = row["generation"]
            assert isinstance(number, int)
            spans.append(row | {"generation": number + first})
        for row in rows_of(generation_batch, GENERATION_COLUMNS):
            assert row.pop("listed_spans") == row["n_spans"], "texts of tests are never too large"
            generations.append(row)
    return spans, generations
