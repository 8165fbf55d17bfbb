"""A results folder in the formats of other tools.

Each format is a function that yields bytes, row group by row group, and knows nothing of files. The
same results give the same bytes. What is written to a file is there when it is whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from memscan.errors import InputError
from memscan.exporting.counts import ExportCounts
from memscan.exporting.dolma import dolma_attributes
from memscan.exporting.json_text import json_text
from memscan.exporting.sarif import sarif
from memscan.exporting.tables import TABLES, comma_separated, json_lines
from memscan.exporting.web_annotation import web_annotations
from memscan.report.folder import DAMAGED_HINT, RUN, Results, open_results
from memscan.writers.new_file import new_file
from memscan.writers.output import naming_output

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Iterable

__all__ = ["FORMATS", "TABLES", "ExportSummary", "export"]

Writer = Callable[[Results, str, ExportCounts], Iterator[bytes]]
"""What yields a results folder in a format, given which table is asked for."""

_OF_TABLES: dict[str, Writer] = {"csv": comma_separated, "jsonl": json_lines}
_OF_BOTH: dict[str, Writer] = {"dolma": dolma_attributes, "w3c": web_annotations, "sarif": sarif}
_WRITERS = _OF_TABLES | _OF_BOTH
FORMATS = tuple(_WRITERS)
_CHUNK_BYTES = 2**18
_GZIP = zlib.MAX_WBITS | 16
"""What zlib calls its format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What an export wrote.

    Attributes:
        format: One of ``FORMATS``.
        records: Rows of a table, lines of attributes, annotations or results.
        bytes: Its size, before it was compressed.
        cells_cut: Cells that were longer than a spreadsheet takes, and were cut visibly.
    """

    format: str
    records: int
    bytes: int
    cells_cut: int


def export(
    results: str | os.PathLike[str],
    output: str | os.PathLike[str] | BinaryIO,
    *,
    to: str,
    table: str | None = None,
) -> ExportSummary:
    """Write a results folder in another format.

    The same results give the same bytes. Memory holds one generation's passages, or some thousand
    rows, whatever the size of the results.

    Args:
        results: The results folder that a scan wrote.
        output: The file to create, compressed if its name ends in ``.gz``; or an open file.
        to: ``csv``, ``jsonl``, ``dolma``, ``w3c`` or ``sarif``.
        table: ``spans`` or ``generations``, for csv and jsonl; ``spans`` if not given.

    Returns:
        What was written.

    Raises:
        InputError: ``results`` is no complete results folder, or an option is none of these.
        OutputError: ``output`` exists, or cannot be written.
    """
    _check(to, table)
    counts = ExportCounts()
    size = 0
    with open_results(Path(results)) as folder, _opened(output) as write:
        _check_run(folder)
        for chunk in _in_chunks(_WRITERS[to](folder, table or TABLES[0], counts)):
            write(chunk)
            size += len(chunk)
    return ExportSummary(format=to, records=counts.records, bytes=size, cells_cut=counts.cells_cut)


def _check(to: str, table: str | None) -> None:
    if to not in FORMATS:
        raise InputError(f"the format is {to!r}; expected one of {', '.join(FORMATS)}")
    if table is not None and to not in _OF_TABLES:
        raise InputError(f"{to} is made of both tables", "choose a table for csv or jsonl")
    if table not in (None, *TABLES):
        raise InputError(f"the table is {table!r}; expected spans or generations")


def _check_run(results: Results) -> None:
    """Refuse a ``run.json`` that cannot be written again: too deep, too large, or no Unicode."""
    try:
        json_text(dict(results.run))
    except (TypeError, RecursionError) as error:
        message = f"`{results.path / RUN}` is damaged: it holds what no scan writes"
        raise InputError(message, DAMAGED_HINT) from error


@contextmanager
def _opened(output: str | os.PathLike[str] | BinaryIO) -> Generator[Callable[[bytes], object]]:
    """Give what writes to the output; a new file is there when all was written."""
    if hasattr(output, "write"):
        yield output.write
        return
    path = Path(output)
    with new_file(path) as file:
        # Neither a name nor the time is in it, so that the same results give the same bytes.
        packed = zlib.compressobj(wbits=_GZIP) if path.suffix == ".gz" else None

        def write(chunk: bytes) -> None:
            with naming_output(path):
                file.write(packed.compress(chunk) if packed else chunk)

        yield write
        if packed:
            with naming_output(path):
                file.write(packed.flush())


def _in_chunks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in fewer pieces."""
    waiting: list[bytes] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _CHUNK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)
