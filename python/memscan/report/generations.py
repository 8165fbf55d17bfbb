"""Totals over the generations, and those with the longest passages.

The table may hold millions of rows, so it is read one row group at a time, and added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from memscan.report.columns import Best, Row, numbered, numbers
from memscan.report.folder import (
    GENERATION_ADDED,
    GENERATION_COLUMNS,
    GENERATION_NUMBERS,
    Results,
)

_NOT_READ = "rejected"
_EDGES = tuple(step * 10**power for power in range(8) for step in (1, 2, 5))


@dataclass(slots=True)
class Figures:
    """Totals over some generations.

    Attributes:
        records: How many the scan was given.
        rejected: Those that could not be read, so that they are no generation.
        empty: Generations that hold no unit.
        with_passage: Generations with a passage.
        units: Units of all generations.
        covered: Units that stand in passages, each counted once.
        passages: Maximal matches.
        longest: Units of the longest of them.
    """

    records: int = 0
    rejected: int = 0
    empty: int = 0
    with_passage: int = 0
    units: int = 0
    covered: int = 0
    passages: int = 0
    longest: int = 0

    @property
    def generations(self) -> int:
        """Records that could be read; the denominator of shares of generations."""
        return self.records - self.rejected

    def add(self, other: "Figures") -> None:
        """Add the totals over other generations."""
        for name in _ADDED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest = max(self.longest, other.longest)


_ADDED = (
    *("records", "rejected", "empty", "with_passage"),
    *("units", "covered", "passages"),
)


@dataclass(frozen=True, slots=True)
class LengthClass:
    """Generations whose longest passage has a length of ``first`` to ``last`` units."""

    first: int
    last: int | None
    generations: int


@dataclass(frozen=True, slots=True)
class Generations:
    """What the generations table says.

    Attributes:
        figures: Totals over all of them.
        models: Totals by model, if it has a generation; the key is ``None`` for none recorded.
        lengths: Generations with a passage, by its length.
        ranked: Rows of the generations with the longest passages.
        metadata: Names of the columns that came with the input.
    """

    figures: Figures = field(default_factory=Figures)
    models: dict[str | None, Figures] = field(default_factory=dict)
    lengths: Sequence[LengthClass] = ()
    ranked: Sequence[Row] = ()
    metadata: Sequence[str] = ()


def load_generations(results: Results, *, limit: int) -> Generations:
    """Add up the generations table, and rank its rows by their longest passage."""
    table = results.generations
    figures = Figures()
    models: dict[str | None, Figures] = {}
    edges = [results.min_length, *(edge for edge in _EDGES if edge > results.min_length)]
    counts = np.zeros(len(edges), dtype=np.int64)
    best = Best(limit, ("longest_match", "generation_id"))
    first = 0
    for group in table.row_groups(("generation_id", "model", "status", *GENERATION_NUMBERS)):
        for model, part in _by_model(group):
            figures.add(part)
            models.setdefault(model, Figures()).add(part)
        rows = numbered(group, first)
        first += rows.num_rows
        rows = rows.filter(pa.array(numbers(rows, "n_spans") > 0))
        places = np.searchsorted(edges, numbers(rows, "longest_match"), side="right") - 1
        counts += np.bincount(np.maximum(places, 0), minlength=len(edges))
        best.add(rows)
    return Generations(
        figures=figures,
        models={model: part for model, part in models.items() if part.generations},
        lengths=_classes(edges, [int(count) for count in counts]),
        ranked=table.take(best.rows),
        metadata=[
            name for name in table.columns if name not in (*GENERATION_COLUMNS, *GENERATION_ADDED)
        ],
    )


def _by_model(rows: pa.Table) -> list[tuple[str | None, Figures]]:
    rejected = pc.equal(rows.column("status").fill_null(""), _NOT_READ).to_numpy()
    units = numbers(rows, "n_units")
    passages = numbers(rows, "n_spans")
    columns = {
        "model": rows.column("model"),
        "records": np.ones(rows.num_rows, dtype=np.int64),
        "rejected": rejected.astype(np.int64),
        "empty": (~rejected & (units == 0)).astype(np.int64),
        "with_passage": (passages > 0).astype(np.int64),
        "units": units,
        "covered": numbers(rows, "covered_units"),
        "passages": passages,
        "longest": numbers(rows, "longest_match"),
    }
    wanted = [*((name, "sum") for name in _ADDED), ("longest", "max")]
    grouped = pa.table(columns).group_by("model", use_threads=False).aggregate(wanted)
    return [
        (
            entry["model"],
            Figures(
                longest=entry["longest_max"], **{name: entry[f"{name}_sum"] for name in _ADDED}
            ),
        )
        for entry in grouped.to_pylist()
    ]


def _classes(edges: list[int], counts: list[int]) -> list[LengthClass]:
    """Return the classes up to the longest that any generation is in."""
    lasts = [*(edge - 1 for edge in edges[1:]), None]
    used = max((place + 1 for place, count in enumerate(counts) if count), default=0)
    classes = zip(edges, lasts, counts, strict=True)
    return [LengthClass(*values) for values in classes][:used]
