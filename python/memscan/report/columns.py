"""Columns of a table, and the best rows of a long one."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

ROW = "row"

Row = Mapping[str, object]
"""One row of a table, by column."""


class Best:
    """The first rows in an order, of tables that come one after the other.

    The first column of ``order`` counts downwards, the others upwards; then rows as they stand.
    """

    def __init__(self, limit: int, order: tuple[str, ...]) -> None:
        """Keep ``limit`` rows in this order."""
        self._limit = limit
        self._value = order[0]
        self._keys = [(order[0], "descending"), *((name, "ascending") for name in order[1:])]
        self._keys.append((ROW, "ascending"))
        self._table: pa.Table | None = None

    def add(self, rows: pa.Table) -> None:
        """Take from ``rows`` what belongs among the first."""
        table = rows
        if self._table is not None:
            if self._table.num_rows >= self._limit > 0:
                floor = numbers(self._table, self._value)[-1]
                rows = rows.filter(pa.array(numbers(rows, self._value) >= floor))
            table = pa.concat_tables([self._table, rows])
        self._table = table.sort_by(self._keys).slice(0, self._limit).combine_chunks()

    @property
    def rows(self) -> list[int]:
        """Where they are in the whole table, best first."""
        return self.column(ROW)

    def column(self, name: str) -> list[int]:
        """One column of numbers, best first."""
        return [] if self._table is None else [int(value) for value in numbers(self._table, name)]


def numbered(rows: pa.Table, first: int) -> pa.Table:
    """Return the rows with a column of their numbers, counted from ``first``."""
    positions = np.arange(first, first + rows.num_rows)
    return rows.append_column(ROW, pa.array(positions, pa.int64()))


def numbers(rows: pa.Table, name: str) -> NDArray[np.int64]:
    """Return a column of numbers, zero where there is none."""
    values: NDArray[np.int64] = rows.column(name).fill_null(0).to_numpy()
    return values


def codes(rows: pa.Table, name: str) -> NDArray[np.int64]:
    """Return a number for each value, equal where the values are."""
    if pa.types.is_integer(rows.schema.field(name).type):
        return numbers(rows, name)
    column = rows.column(name).combine_chunks()
    encoded = pc.dictionary_encode(column, null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def integer(row: Row, name: str) -> int:
    """Return a number of a row, zero where there is none."""
    value = row.get(name)
    return value if isinstance(value, int) else 0


def string(row: Row, name: str) -> str:
    """Return a text of a row, empty where there is none."""
    value = row[name]
    return value if isinstance(value, str) else ""
