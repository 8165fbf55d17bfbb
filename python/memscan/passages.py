"""Generations with their passages, and passages with their places: both tables, side by side.

Both tables are in the order of the input. A generation says how many passages it has, so its rows
in the spans table are the next ones, also where two generations share an id. Rows that are too few
or belong to nobody are refused: half of the evidence is not exported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memscan.errors import InputError
from memscan.report.columns import integer
from memscan.report.folder import DAMAGED_HINT
from memscan.report.telling import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from memscan.report.columns import Row
    from memscan.report.folder import Results

GENERATION = ("generation_id", "model", "status", "error", "n_units", "n_spans")
_SAME = ("start", "end", "n_units", "count")
_PLACE = ("document_id", "document_start")
"""Of one generation, rows that agree in the first and not in the second are of one passage."""


@dataclass(frozen=True, slots=True)
class GenerationPassages:
    """One generation and what was found in it.

    Attributes:
        number: Its place among the generations, from 0.
        row: Its row: the columns asked for, and those that tell it from others.
        passages: Its passages in order; each the rows of its places, best first, so at least one.
    """

    number: int
    row: Row
    passages: Sequence[Sequence[Row]]


def generations_with_passages(
    results: Results, span_columns: Sequence[str], columns: Sequence[str] = GENERATION
) -> Iterator[GenerationPassages]:
    """Yield every generation, also those without a passage, with the columns asked for.

    Rows have the columns that say which generation they are of besides.

    Raises:
        InputError: The tables are damaged, or do not belong together.
    """
    owner = _owner(results)
    wanted = list(dict.fromkeys((*owner, *_SAME, *_PLACE, *span_columns)))
    spans = PassageRows(results, results.spans.records(wanted))
    known = list(dict.fromkeys((*columns, *owner)))
    for number, row in enumerate(results.generations.records(known)):
        yield GenerationPassages(number, row, spans.passages_of(row, number))
    spans.expect_end()


class PassageRows:
    """Rows of spans, taken generation by generation."""

    def __init__(self, results: Results, rows: Iterator[Row]) -> None:
        """Begin with the first row; rows have the columns by which they belong together."""
        self._path = results.spans.path
        self._owner = _owner(results)
        self._occurrences = results.occurrences
        self._rows = rows
        self._next = next(rows, None)

    def passages_of(self, generation: Row, number: int) -> list[list[Row]]:
        """Take the passages of a generation, which is this number of its table.

        Raises:
            InputError: There are fewer than it should have.
        """
        passages: list[list[Row]] = []
        count = integer(generation, "n_spans")
        while len(passages) < count and (passage := self._next_passage(generation)):
            passages.append(passage)
        if len(passages) < count and generation["status"] != "truncated":
            raise InputError(
                f"`{self._path}` has {len(passages):,} of the {count:,} passages of row "
                f"{number + 1:,} of generations.parquet",
                DAMAGED_HINT,
            )
        return passages

    def expect_end(self) -> None:
        """Refuse rows that no generation took."""
        if self._next is not None:
            raise InputError(
                f"`{self._path}` has a passage of {self._next['generation_id']!r} that none of the "
                "generations has there",
                DAMAGED_HINT,
            )

    def _next_passage(self, generation: Row) -> list[Row] | None:
        """Take the next passage, if it is one of this generation."""
        first = self._next
        if first is None or any(first[name] != generation[name] for name in self._owner):
            return None
        places = [self._taken()]
        most = min(max(integer(first, "count"), 1), self._occurrences)
        while len(places) < most and self._continues(first):
            places.append(self._taken())
        return places

    def _continues(self, first: Row) -> bool:
        row = self._next
        return (
            row is not None
            and all(row[name] == first[name] for name in (*self._owner, *_SAME))
            and any(row[name] != first[name] for name in _PLACE)
        )

    def _taken(self) -> Row:
        row = self._next
        assert row is not None  # noqa: S101 - both callers looked
        self._next = next(self._rows, None)
        return row


def _owner(results: Results) -> list[str]:
    """Return the columns of both tables that say which generation a passage is of."""
    tables = (results.generations, results.spans)
    return [name for name in KEY if all(name in table.columns for table in tables)]
