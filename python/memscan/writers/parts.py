"""The parts of an unfinished run: what was scanned is kept as it came, so that it is scanned once.

# Idea

A part is what one process scans. It has a folder with two files of Arrow batches, the rows of spans
and those of generations with all that the tables and counts are made of, which only grow; and a
checkpoint, which says how many of the batches count and how much of the input they are. To commit
is to wait until the batches are on the disk, and then to replace the checkpoint by a rename.
Whatever is cut short in between, the checkpoint that is there is right.

A run that is resumed reads the parts back and adds one of its own. The tables are written from the
same batches either way, so they come out the same.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan.writers.checkpoints import Checkpoint, damaged
from memscan.writers.output import naming_output, synchronise
from memscan.writers.rows import GENERATION_ROWS, SPAN_ROWS, from_rows, to_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from memscan.scanned import Scanned

SPANS_FILE = "spans.arrow"
GENERATIONS_FILE = "generations.arrow"
CHECKPOINT_FILE = "checkpoint.json"

COMMIT_SECONDS = 10.0
COMMIT_BYTES = 64 * 2**20
"""A part is committed so often, whichever is first: little is lost, and an interrupt is quick."""


class Part:
    """The part that this process writes.

    Raises:
        OutputError: From any method, if the system refuses to write.
    """

    def __init__(self, folder: Path, output: Path) -> None:
        """Begin a part.

        Args:
            folder: Its folder, which must not exist.
            output: What to name in errors.
        """
        self._folder = folder
        self._output = output
        self._checkpoint = Checkpoint()
        self._batches = 0
        self._committed_bytes = 0
        self._committed_seconds = time.monotonic()
        with naming_output(output), ExitStack() as opened:
            folder.mkdir()
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._files = [
                opened.enter_context((folder / name).open("xb"))
                for name in (SPANS_FILE, GENERATIONS_FILE)
            ]
            self._writers = [
                pa.ipc.new_stream(file, schema, options=options)
                for file, schema in zip(self._files, (SPAN_ROWS, GENERATION_ROWS), strict=True)
            ]
            opened.pop_all()

    @property
    def is_committed(self) -> bool:
        """Whether anything of the part is permanent; the disk knows, whatever came in between."""
        return (self._folder / CHECKPOINT_FILE).exists()

    @property
    def batches(self) -> int:
        """How many batches were added."""
        return self._batches

    def add(self, scanned: Scanned) -> None:
        """Append some rows."""
        with naming_output(self._output):
            for writer, rows in zip(self._writers, to_rows(scanned), strict=True):
                writer.write_batch(rows)
        self._batches += 1

    def is_due(self) -> bool:
        """Whether enough was added since the last commit, or long enough ago."""
        written = sum(file.tell() for file in self._files)
        return (
            written - self._committed_bytes >= COMMIT_BYTES
            or time.monotonic() - self._committed_seconds >= COMMIT_SECONDS
        )

    def commit(self, checkpoint: Checkpoint) -> None:
        """Make what ``checkpoint`` says permanent."""
        with naming_output(self._output):
            for file in self._files:
                file.flush()
                os.fsync(file.fileno())
            checkpoint.write(self._folder / CHECKPOINT_FILE)
            synchronise(self._folder.parent)
        self._committed_bytes = sum(file.tell() for file in self._files)
        self._committed_seconds = time.monotonic()

    def close(self) -> None:
        """Close the files as they are."""
        for file in self._files:
            with suppress(OSError):
                file.close()


def committed_parts(folder: Path) -> list[Path]:
    """Return the folders of the parts that were committed, in order.

    Raises:
        OutputError: One of them is missing among the others.
    """
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if re.fullmatch(r"\d{5,}", path.name)]
    parts = sorted(
        (path for path in found if (path / CHECKPOINT_FILE).exists()),
        key=lambda path: int(path.name),
    )
    for number, path in enumerate(parts):
        if path.name != part_name(number):
            raise damaged(folder, f"it has no part {part_name(number)}")
    return parts


def part_name(number: int) -> str:
    """Return the name of a part's folder."""
    return f"{number:05d}"


def read_rows(part: Path) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Yield the batches of a part that count: rows of spans, and of generations.

    Raises:
        OutputError: A file is damaged.
    """
    checkpoint = Checkpoint.read(part / CHECKPOINT_FILE)
    if not checkpoint.batches:  # then the files do not even have a schema
        return
    with ExitStack() as opened:
        readers = [
            _opened(opened, part / name, schema)
            for name, schema in ((SPANS_FILE, SPAN_ROWS), (GENERATIONS_FILE, GENERATION_ROWS))
        ]
        for _ in range(checkpoint.batches):
            spans, generations = (_next(reader, part) for reader in readers)
            yield spans, generations


def read_part(part: Path) -> Iterator[Scanned]:
    """Yield what a part holds, batch by batch.

    Raises:
        OutputError: A file is damaged.
    """
    for spans, generations in read_rows(part):
        try:
            scanned = from_rows(spans, generations)
        except ValueError as error:
            raise damaged(part, str(error)) from error
        yield scanned


def _opened(opened: ExitStack, path: Path, schema: pa.Schema) -> pa.RecordBatchReader:
    try:
        file = opened.enter_context(path.open("rb"))
        reader = opened.enter_context(pa.ipc.open_stream(file))
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, str(error)) from error
    if not reader.schema.equals(schema):
        raise damaged(path, "it has other columns")
    return reader


def _next(reader: pa.RecordBatchReader, part: Path) -> pa.RecordBatch:
    try:
        batch = reader.read_next_batch()
        batch.validate(full=True)
    except StopIteration:
        raise damaged(part, "it has fewer batches than were committed") from None
    except (OSError, pa.ArrowException) as error:
        raise damaged(part, str(error)) from error
    return batch
