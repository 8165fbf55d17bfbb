"""The files of a results folder: two tables that grow by row groups, the rejections and the run."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import orjson
import pyarrow as pa

from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA
from memscan.writers.metadata import MetadataColumns
from memscan.writers.output import naming_output, write_json
from memscan.writers.row_groups import NUMBER_BYTES, ParquetFile, RowGroups, row_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from memscan.records import Rejection

SPANS_FILE = "spans.parquet"
GENERATIONS_FILE = "generations.parquet"
REJECTED_FILE = "rejected.jsonl"
RUN_FILE = "run.json"


class ResultsWriter:
    """Writes the four files into a folder; a context manager that closes them.

    Raises:
        OutputError: From any method, if the system refuses to write.
    """

    def __init__(self, folder: Path, output: Path) -> None:
        """Begin the table of spans; the other waits until its columns are known.

        Args:
            folder: The folder to write to.
            output: What it will be called, to be named in errors.
        """
        self._folder = folder
        self._output = output
        with naming_output(output):
            self._spans = ParquetFile(folder / SPANS_FILE, SPANS_SCHEMA)
            self._rejected = (folder / REJECTED_FILE).open("wb")
        self._span_groups = RowGroups()
        self._generations: ParquetFile | None = None
        self._generation_groups = RowGroups()
        self._metadata: list[Mapping[str, object]] = []
        self._metadata_columns = MetadataColumns([])

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close what is open."""
        self._spans.abandon()
        with suppress(OSError):
            self._rejected.close()
        if self._generations is not None:
            self._generations.abandon()

    def add(
        self,
        spans: pa.RecordBatch,
        generations: pa.RecordBatch,
        metadata: Sequence[Mapping[str, object]],
        rejections: Iterable[Rejection] = (),
    ) -> None:
        """Append rows of spans, rows of generations with the metadata of each, and rejections."""
        self._metadata.extend(metadata)
        sizes = row_bytes(generations)
        if any(metadata):
            sizes += np.fromiter(map(_size, metadata), np.int64, len(metadata))
        with naming_output(self._output):
            for group in self._span_groups.add(spans, row_bytes(spans)):
                self._spans.write(group)
            for group in self._generation_groups.add(generations, sizes):
                self._write_generations(group)
            self._rejected.writelines(map(_rejected_line, rejections))

    def finish(self, run: Mapping[str, object]) -> None:
        """Write what is left, and ``run.json`` last."""
        with naming_output(self._output):
            for group in self._span_groups.rest():
                self._spans.write(group)
            for group in self._generation_groups.rest():
                self._write_generations(group)
            self._spans.finish()
            self._generation_file([]).finish()
            self._rejected.flush()
            os.fsync(self._rejected.fileno())
            self._rejected.close()
            columns = {c.field: c.name for c in self._metadata_columns.columns}
            write_json(self._folder / RUN_FILE, {**run, "metadata_columns": columns})

    def _write_generations(self, group: pa.Table) -> None:
        records = self._metadata[: group.num_rows]
        del self._metadata[: group.num_rows]
        file = self._generation_file(records)
        arrays = [*group.columns, *self._metadata_columns.arrays(records)]
        file.write(pa.Table.from_arrays(arrays, schema=file.schema))

    def _generation_file(self, first: Sequence[Mapping[str, object]]) -> ParquetFile:
        """Return the file of generations; the records of its first group decide its columns."""
        if self._generations is None:
            self._metadata_columns = MetadataColumns(first)
            schema = pa.schema([*GENERATIONS_SCHEMA, *self._metadata_columns.arrow_fields()])
            self._generations = ParquetFile(self._folder / GENERATIONS_FILE, schema)
        return self._generations


def _size(metadata: Mapping[str, object]) -> int:
    """Return about how much memory a record's metadata takes; by its values alone."""
    size = NUMBER_BYTES * len(metadata)
    for value in metadata.values():
        if isinstance(value, str):
            size += len(value)
    return size


def _rejected_line(rejection: Rejection) -> bytes:
    return orjson.dumps(
        {
            "generation_id": rejection.id,
            "file": rejection.file,
            "line": rejection.line,
            "reason": rejection.problem,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )
