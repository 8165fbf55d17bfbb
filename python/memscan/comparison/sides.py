"""One side of a comparison: what its generations were found to hold, and what belongs together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from memscan.errors import InputError
from memscan.job import told
from memscan.passages import GENERATION, generations_with_passages
from memscan.results import GENERATIONS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from memscan.report.folder import Results

NUMBERS = ("n_units", "n_chars", "covered_units", "covered_chars", "longest_match", "n_spans")
FIELDS_TOLD = 20
DISCOUNTED = ("covered_units_discounted", "covered_chars_discounted", "longest_match_discounted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The generations of one results folder, in order; those that could not be read are left out.

    Attributes:
        rejected: How many could not be read.
        keys: What each belongs to: its id, or the value of a field.
        columns: Numbers of each: ``NUMBERS``, and ``DISCOUNTED`` if the results have them.
        documents: For each document, the generations with a passage of which it is the best place.
    """

    rejected: int
    keys: Sequence[object]
    columns: Mapping[str, NDArray[np.float64]]
    documents: Mapping[str, NDArray[np.int64]]


def read_side(results: Results, by: str | None) -> Side:
    """Read what is compared of a results folder.

    Args:
        results: The folder.
        by: The column that says what belongs together; the id if not given. What has no value there
            belongs to nothing else.

    Raises:
        InputError: There is no such column, or the tables are damaged.
    """
    field = by or "generation_id"
    plain = _plain_columns(results)
    if field not in plain:
        inputs = [name for name in plain if name not in GENERATIONS_SCHEMA.names]
        there = told(inputs, most=FIELDS_TOLD, between=", ")
        which = f"name one of its fields: {there}; or" if inputs else "it has no other fields:"
        raise InputError(
            f"`{results.generations.path}` has no column {field} of plain values",
            f"{which} leave --by out to pair generations by their ids",
        )
    names = [*NUMBERS, *(name for name in DISCOUNTED if name in results.generations.columns)]
    rejected = 0
    keys: list[object] = []
    rows: list[list[object]] = []
    documents: dict[str, list[int]] = {}
    wanted = dict.fromkeys((*GENERATION, *names, field))
    for generation in generations_with_passages(results, (), list(wanted)):
        row = generation.row
        if row["status"] == "rejected":
            rejected += 1
            continue
        for document in dict.fromkeys(
            str(places[0]["document_id"]) for places in generation.passages
        ):
            documents.setdefault(document, []).append(len(rows))
        key = row[field]
        keys.append(_Alone() if key is None else str(key))
        rows.append([row[name] for name in names])
    numbers = np.array(rows, np.float64).reshape(len(rows), len(names))
    return Side(
        rejected=rejected,
        keys=keys,
        columns={name: np.nan_to_num(numbers[:, at]) for at, name in enumerate(names)},
        documents={name: np.array(held, np.int64) for name, held in documents.items()},
    )


def _plain_columns(results: Results) -> list[str]:
    schema = results.generations.file.schema_arrow
    return [name for name in schema.names if not pa.types.is_nested(schema.field(name).type)]


class _Alone:
    """A key that is like no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """What belongs together, on both sides.

    Attributes:
        count: How many there are.
        of: For each side, the cluster of each generation.
        both: The clusters that have generations on both sides.
        only: For each side, the clusters that have generations there alone.
    """

    count: int
    of: tuple[NDArray[np.int64], NDArray[np.int64]]
    both: NDArray[np.int64]
    only: tuple[NDArray[np.int64], NDArray[np.int64]]

    @property
    def are_single(self) -> bool:
        """Whether no cluster has two generations on one side."""
        return all(len(np.unique(of)) == len(of) for of in self.of)

    def sums(self, side: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for each cluster the sum over its generations on one side."""
        return np.bincount(self.of[side], values, self.count).astype(np.float64)


def pair(sides: tuple[Side, Side]) -> Clusters:
    """Put together what has the same key."""
    numbers: dict[object, int] = {}
    first, second = (
        np.array([numbers.setdefault(key, len(numbers)) for key in side.keys], np.int64)
        for side in sides
    )
    return Clusters(
        count=len(numbers),
        of=(first, second),
        both=np.intersect1d(first, second),
        only=(np.setdiff1d(first, second), np.setdiff1d(second, first)),
    )
