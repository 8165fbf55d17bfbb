"""Parquet whose bytes depend on the rows alone, not on the batches in which they came.

A row group ends with the row that fills it, by number or by size. A group is then written in one
piece, because pages would otherwise end where batches did. Nothing of the time or the machine is
written.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

ROWS = 16_384
BYTES = 64 * 2**20
NUMBER_BYTES = 8
COMPRESSION = "zstd"
COMPRESSION_LEVEL = 3


class RowGroups:
    """Cuts a stream of rows into row groups, by the rows alone."""

    def __init__(self, *, most_rows: int = ROWS, largest_bytes: int = BYTES) -> None:
        """Start with an empty group."""
        self._most_rows = most_rows
        self._largest_bytes = largest_bytes
        self._pending: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0

    def add(self, batch: pa.RecordBatch, row_bytes: NDArray[np.int64]) -> Iterator[pa.Table]:
        """Take some rows, and yield the groups that they fill.

        Args:
            batch: The rows.
            row_bytes: How much each counts towards the size of a group; shape ``(num_rows,)``.
        """
        start = 0
        while start < batch.num_rows:
            room = self._most_rows - self._rows
            sizes = self._bytes + np.cumsum(row_bytes[start : start + room])
            taken = min(len(sizes), int(np.searchsorted(sizes, self._largest_bytes)) + 1)
            self._pending.append(batch.slice(start, taken))
            self._rows += taken
            self._bytes = int(sizes[taken - 1])
            start += taken
            if self._rows == self._most_rows or self._bytes >= self._largest_bytes:
                yield from self.rest()

    def rest(self) -> Iterator[pa.Table]:
        """Yield what is left as a group, if anything is, and start an empty one."""
        if self._pending:
            yield pa.Table.from_batches(self._pending).combine_chunks()
        self._pending, self._rows, self._bytes = [], 0, 0


def row_bytes(batch: pa.RecordBatch) -> NDArray[np.int64]:
    """Return the size of each row: the bytes of its strings, and a fixed number a column."""
    sizes = np.full(batch.num_rows, NUMBER_BYTES * batch.num_columns, np.int64)
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            sizes += pc.fill_null(pc.binary_length(column), 0).to_numpy().astype(np.int64)
    return sizes


class ParquetFile:
    """One Parquet file, written with fixed settings.

    Long texts hardly repeat and are not looked up by order, so they get neither dictionaries nor
    statistics.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Create the file, which must not exist."""
        self.schema = schema
        self._file = path.open("xb")  # by Python: Arrow refuses names that are not UTF-8
        short = [field.name for field in schema if not pa.types.is_large_string(field.type)]
        self._writer = pq.ParquetWriter(
            self._file,
            schema,
            version="2.6",
            compression=COMPRESSION,
            compression_level=COMPRESSION_LEVEL,
            use_dictionary=short,
            write_statistics=short,
        )

    def write(self, group: pa.Table) -> None:
        """Append one row group; none if there is no row."""
        if group.num_rows:
            self._writer.write_table(group, row_group_size=group.num_rows)

    def finish(self) -> None:
        """Write the footer, and wait until all is on the disk."""
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is, unless it was finished."""
        self._writer.is_open = False  # or its finalizer writes to a file that is closed
        with suppress(OSError):
            self._file.close()
