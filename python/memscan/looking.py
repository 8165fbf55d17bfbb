"""A look into a results folder: which generations come first, and what one of them reproduces."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from memscan.errors import InputError
from memscan.options import whole_number
from memscan.passages import GenerationPassages, PassageRows
from memscan.report.columns import Best, numbered, numbers
from memscan.report.folder import open_results
from memscan.report.settings import measure
from memscan.report.telling import telling_columns

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from memscan.report.columns import Row
    from memscan.report.folder import Results
    from memscan.report.sentence import Measure

ORDERS = {
    "coverage": ("coverage", "longest_match"),
    "longest": ("longest_match", "coverage"),
    "passages": ("n_spans", "coverage"),
}
"""By which columns generations are ranked: the first, and among equals the second."""
_RANKED = ("generation_id", "status", "coverage", "longest_match", "n_spans")
_CLOSE = 3
_MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The first generations in an order.

    Attributes:
        measure: What the scan measured with.
        generations: How many generations could be read.
        with_passage: How many of them hold a passage; only these are ranked.
        rows: Of the first ones, all columns and ``row``, the number in the table from 1.
        telling: The columns that tell generations with one id apart, if any do.
        is_discounted: Whether the run had prompts, a template or a baseline to discount.
    """

    measure: Measure
    generations: int
    with_passage: int
    rows: Sequence[Row]
    telling: Sequence[str]
    is_discounted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The generations that have one id; mostly one.

    Attributes:
        measure: What the scan measured with.
        generations: Each with all columns of its row and of its passages.
        telling: The columns that tell generations with one id apart, if any do.
    """

    measure: Measure
    generations: Sequence[GenerationPassages]
    telling: Sequence[str]


def rank_generations(
    results: str | os.PathLike[str], *, by: str = "coverage", limit: int = 20
) -> Ranking:
    """Return the generations that reproduce most.

    Args:
        results: The results folder that a scan wrote.
        by: ``coverage``, ``longest`` (passage) or ``passages`` (how many).
        limit: How many at most.

    Raises:
        InputError: ``results`` is no complete results folder, or an option is out of its range.
    """
    whole_number("limit", limit, least=1)
    if by not in ORDERS:
        raise InputError(f"the order is {by!r}; expected one of {', '.join(ORDERS)}")
    best = Best(limit, ("key", "then", "generation_id"))
    generations = with_passage = first = 0
    with open_results(Path(results)) as folder:
        for batch in folder.generations.batches(_RANKED):
            rows = numbered(pa.Table.from_batches([batch]), first)
            first += batch.num_rows
            generations += pc.sum(pc.not_equal(rows.column("status"), "rejected")).as_py() or 0
            rows = rows.filter(pa.array(numbers(rows, "n_spans") > 0))
            with_passage += rows.num_rows
            key, then = (numbers(rows, name) for name in ORDERS[by])
            best.add(
                rows.append_column("key", pa.array(key)).append_column("then", pa.array(-then))
            )
        ranked = folder.generations.take(best.rows)
        return Ranking(
            measure=measure(folder),
            generations=generations,
            with_passage=with_passage,
            rows=[{"row": at + 1, **row} for at, row in zip(best.rows, ranked, strict=True)],
            telling=telling_columns(folder.generations),
            is_discounted=bool(folder.run.get("discounts")),
        )


def show_generation(results: str | os.PathLike[str], generation_id: str) -> Shown:
    """Return a generation with its passages; all of them, if several have the id.

    Args:
        results: The results folder that a scan wrote.
        generation_id: Its id.

    Raises:
        InputError: ``results`` is no complete results folder, or has no such generation.
    """
    with open_results(Path(results)) as folder:
        numbers_ = _rows_with(folder.generations.batches(["generation_id"]), generation_id)
        if not numbers_:
            message = f"no generation has the id {generation_id!r}"
            raise InputError(message, _hint(folder, generation_id))
        rows = folder.generations.take(numbers_)
        spans = _rows_with(folder.spans.batches(["generation_id"]), generation_id)
        passages = PassageRows(folder, iter(folder.spans.take(spans)))
        found = [
            GenerationPassages(number, row, passages.passages_of(row, number))
            for number, row in zip(numbers_, rows, strict=True)
        ]
        passages.expect_end()
        telling = telling_columns(folder.generations)
        return Shown(measure=measure(folder), generations=found, telling=telling)


def _rows_with(batches: Iterator[pa.RecordBatch], generation_id: str) -> list[int]:
    """Return the numbers of the rows that have an id, from 0."""
    found: list[int] = []
    first = 0
    for batch in batches:
        is_it = pc.equal(batch.column(0), generation_id).fill_null(False)  # noqa: FBT003
        found += (first + at for at in pc.indices_nonzero(is_it).to_pylist())
        first += batch.num_rows
    return found


def _hint(results: Results, generation_id: str) -> str:
    """Name ids that are like one: those that hold it, then those spelt alike."""
    holding: dict[str, None] = {}
    some: dict[str, None] = {}
    for batch in results.generations.batches(["generation_id"]):
        ids = batch.column(0)
        holds = pc.match_substring(ids, generation_id, ignore_case=True)
        holding |= dict.fromkeys(ids.filter(holds).to_pylist()[:_CLOSE])
        if len(some) < _MOST_COMPARED:
            some |= dict.fromkeys(ids.to_pylist())
    alike = get_close_matches(generation_id, some, n=_CLOSE)
    close = list(dict.fromkeys([*holding, *alike]))[:_CLOSE]
    if close:
        return f"did you mean {' or '.join(close)}"
    return f"ids here are like {next(iter(some))}" if some else "there is no generation in it"
