"""The rows a scan writes, built from units, matches, fidelity and echo.

Rows are plain dictionaries with the column names of the results folder. Offsets count code points
of the original text (``start``, ``end``) and its UTF-8 bytes (``byte_start``, ``byte_end``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle.choice import chosen
from oracle.cutting import CUTTERS, whole_character_places
from oracle.echo import echo_units
from oracle.fidelity import Fidelity, fidelity
from oracle.matches import (
    Match,
    Place,
    covered_positions,
    longest_match,
    maximal_matches,
    occurrences,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle.units import Unit

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a scan is asked for.

    Attributes:
        minimum_length: Units that a match must have to be reported.
        minimum_chars: Code points that a match must have to be reported.
        occurrences: How many occurrences of a match become rows.
        examined: Among how many the best are looked for.
        context: Code points shown before and after.
        seed: Of the choice of these.
        template: What all prompts share.
        baseline: Documents of common material.
    """

    minimum_length: int = 10
    minimum_chars: int = 0
    occurrences: int = 1
    examined: int = 16
    context: int = 0
    seed: int = 0
    template: str | None = None
    baseline: Sequence[str] | None = None


class Text:
    """A text and its units."""

    def __init__(self, text: str, unit: str = "word") -> None:
        """Cut a text into units."""
        self.text = text
        self.units: list[Unit] = CUTTERS[unit](text)
        self.folded: list[str] = [unit.folded for unit in self.units]
        self.places = whole_character_places(text) if unit == "byte" else None

    def characters(self, start: int, length: int) -> tuple[int, int]:
        """Return the code points from a unit's first to the last of ``length`` units."""
        return self.units[start].start, self.units[start + length - 1].end

    def span(self, prefix: str, start: int, length: int, context: int) -> Row:
        """Return offsets, text and context of a run of units, named with a prefix."""
        first, end = self.characters(start, length)
        return {
            f"{prefix}start": first,
            f"{prefix}end": end,
            f"{prefix}byte_start": len(self.text[:first].encode()),
            f"{prefix}byte_end": len(self.text[:end].encode()),
            f"{prefix}unit_start": start,
            f"{prefix}unit_end": start + length,
            f"{prefix}text": self.text[first:end],
            f"{prefix}context_before": self.text[max(0, first - context) : first],
            f"{prefix}context_after": self.text[end : end + context],
        }


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus: documents in order, with their ids.

    Attributes:
        ids: One a document.
        documents: The texts, cut into units.
        unit: What a unit is.
    """

    ids: Sequence[str]
    documents: Sequence[Text] = field(repr=False)
    unit: str = "word"

    @classmethod
    def of(cls, texts: Sequence[str], unit: str = "word") -> Source:
        """Make a corpus of texts; the documents are named ``d0``, ``d1``, ..."""
        ids = [f"d{number}" for number in range(len(texts))]
        return cls(ids, [Text(text, unit) for text in texts], unit)

    def cut(self, text: str) -> Text:
        """Cut a text as the documents are cut."""
        return Text(text, self.unit)

    @property
    def folded(self) -> list[list[str]]:
        """The documents as folded units."""
        return [document.folded for document in self.documents]


def scan(
    texts: Sequence[str],
    prompts: Sequence[str | None] | None,
    source: Source,
    options: Options,
) -> tuple[list[Row], list[Row]]:
    """Return the rows of spans and of generations for a batch of texts."""
    spans: list[Row] = []
    generations: list[Row] = []
    for number, text in enumerate(texts):
        query = source.cut(text)
        prompt = prompts[number] if prompts is not None else None
        matches = reported_matches(query, source, options)
        rows = [
            row for match in matches for row in span_rows(query, prompt, match, source, options)
        ]
        spans += [{"generation": number} | row for row in rows]
        generations.append(
            generation_row(query, matches)
            | discounted_columns(query, prompt, matches, source, options)
            | ladder_columns(query, matches, source, options)
        )
    return spans, generations


def reported_matches(query: Text, source: Source, options: Options) -> list[Match]:
    """Return the maximal matches that have the minimum length in units and in code points."""
    matches = maximal_matches(query.folded, source.folded, options.minimum_length, query.places)
    spans = [query.characters(match.start, match.length) for match in matches]
    return [
        match
        for match, (start, end) in zip(matches, spans, strict=True)
        if end - start >= options.minimum_chars
    ]


def span_rows(
    query: Text,
    prompt: str | None,
    match: Match,
    source: Source,
    options: Options,
) -> list[Row]:
    """Return one row for each occurrence reported of one maximal match, best first."""
    span = query.folded[match.start : match.end]
    places = occurrences(span, source.folded)
    start, end = query.characters(match.start, match.length)
    about_match: Row = query.span("", match.start, match.length, options.context) | {
        "n_units": match.length,
        "n_chars": end - start,
        "count": len(places),
        "document_count": len({place.document for place in places}),
        "count_is_capped": False,
        **echo_columns(span, prompt, source, options),
    }
    examined = chosen(places, options.examined, options.seed)
    best = best_first(query.text[start:end], examined, match.length, source)
    return [
        about_match | occurrence_row(place, level, match.length, source, options.context)
        for level, place in best[: options.occurrences]
    ]


def echo_columns(
    span: Sequence[str], prompt: str | None, source: Source, options: Options
) -> dict[str, int | None]:
    """Return how much of a span stands in the prompt, the template and the baseline."""
    texts = {"echo": prompt, "template": options.template}
    longest: dict[str, int | None] = {
        f"{name}_units": None if text is None else echo_units(span, source.cut(text).folded)
        for name, text in texts.items()
    }
    common = [source.cut(text) for text in options.baseline or []]
    longest["baseline_units"] = (
        None
        if options.baseline is None
        else max((echo_units(span, text.folded) for text in common), default=0)
    )
    known = [length for length in longest.values() if length is not None]
    return longest | {"discounted_units": len(span) - max(known, default=0)}


def discounted_columns(
    query: Text, prompt: str | None, matches: Sequence[Match], source: Source, options: Options
) -> Row:
    """Return what is covered by matches that are long enough without their echo."""
    left: list[tuple[Match, int]] = []
    for match in matches:
        span = query.folded[match.start : match.end]
        length = echo_columns(span, prompt, source, options)["discounted_units"]
        assert length is not None
        if length >= options.minimum_length:
            left.append((match, length))
    row = generation_row(query, [match for match, _ in left])
    return {
        "covered_units_discounted": row["covered_units"],
        "coverage_discounted": row["coverage"],
        "covered_chars_discounted": row["covered_chars"],
        "longest_match_discounted": max((length for _, length in left), default=0),
    }


def ladder_columns(
    query: Text, matches: Sequence[Match], source: Source, options: Options
) -> dict[str, object]:
    """Return how many code points are covered at each level by the occurrences examined.

    Covered is what lies in a run of at least the minimum length that is equal in both texts.
    """
    covered: dict[Fidelity, set[int]] = {level: set() for level in list(Fidelity)[:3]}
    for match in matches:
        span = query.folded[match.start : match.end]
        places = chosen(occurrences(span, source.folded), options.examined, options.seed)
        for place in places:
            for start, length in parts_of(match, options.minimum_length):
                first, end = query.characters(match.start + start, length)
                document = source.documents[place.document]
                there, there_end = document.characters(place.start + start, length)
                level = fidelity(query.text[first:end], document.text[there:there_end])
                is_whole = length == match.length
                if source.unit == "token" and not is_whole:
                    continue
                if end - first >= options.minimum_chars:
                    for wanted, characters in covered.items():
                        if level <= wanted:
                            characters.update(range(first, end))
    return {
        f"covered_chars_{level.name.lower()}": len(characters)
        for level, characters in covered.items()
    }


def parts_of(match: Match, minimum_length: int) -> list[tuple[int, int]]:
    """Return the start within the match, and the length, of every part that is long enough."""
    return [
        (start, length)
        for start in range(match.length)
        for length in range(minimum_length, match.length - start + 1)
    ]


def best_first(
    text: str,
    places: Sequence[Place],
    length: int,
    source: Source,
) -> list[tuple[Fidelity, Place]]:
    """Return places with their fidelity: best first, among equals in corpus order."""
    ranked = []
    for place in places:
        document = source.documents[place.document]
        start, end = document.characters(place.start, length)
        ranked.append((fidelity(text, document.text[start:end]), place))
    return sorted(ranked)


def occurrence_row(
    place: Place,
    level: Fidelity,
    length: int,
    source: Source,
    context: int,
) -> Row:
    """Return the columns that describe one occurrence."""
    document = source.documents[place.document]
    return document.span("document_", place.start, length, context) | {
        "document_id": source.ids[place.document],
        "fidelity": level.name.lower(),
    }


def generation_row(query: Text, matches: Sequence[Match]) -> Row:
    """Return the totals of one text, given its matches of the minimum length."""
    units = covered_positions((match.start, match.end) for match in matches)
    characters = covered_positions(query.characters(match.start, match.length) for match in matches)
    n_units = len(query.units)
    return {
        "n_units": n_units,
        "n_chars": len(query.text),
        "covered_units": len(units),
        "coverage": len(units) / n_units if n_units else None,
        "covered_chars": len(characters),
        "longest_match": max((match.length for match in matches), default=0),
        "n_spans": len(matches),
    }


def find(text: str, source: Source, options: Options) -> tuple[int, int, list[Row]]:
    """Return count, document count and the best occurrences of a whole text as one sequence."""
    query = source.cut(text)
    length = len(query.units)
    places = occurrences(query.folded, source.folded)
    start, end = query.characters(0, length)
    examined = chosen(places, options.examined, options.seed)
    best = best_first(text[start:end], examined, length, source)
    rows = [
        occurrence_row(place, level, length, source, options.context)
        for level, place in best[: options.occurrences]
    ]
    return len(places), len({place.document for place in places}), rows


def longest_row(text: str, source: Source, context: int) -> list[Row]:
    """Return the row of the longest match, or none if not one unit stands in the corpus."""
    query = source.cut(text)
    match = longest_match(query.folded, source.folded, query.places)
    if match is None:
        return []
    return span_rows(query, None, match, source, Options(minimum_length=1, context=context))
