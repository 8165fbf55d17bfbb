"""A table for other programs: JSON lines, and comma-separated values for spreadsheets.

A spreadsheet takes a cell that begins with ``=`` for a formula and runs it, and it cuts long cells
without a word. So here a text that it would obey has an apostrophe before it (OWASP, "CSV
Injection"), and what it would cut is cut visibly.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan.exporting.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memscan.exporting.counts import ExportCounts
    from memscan.report.folder import Results, TableFile

TABLES = ("spans", "generations")
BYTE_ORDER_MARK = "\ufeff"
LONGEST_CELL = 32_767
"""Code units of UTF-16 in a cell of Excel."""
_OBEYED = tuple("=+-@\t\r\n\0'\uff1d\uff0b\uff0d\uff20")
"""What a cell may not begin with; the apostrophe itself, so that one can be taken off again."""


_PLAIN = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)


def json_lines(results: Results, table: str, counts: ExportCounts) -> Iterator[bytes]:
    """Yield a table as JSON, one row a line, with the columns it has."""
    for row in _table(results, table).records():
        counts.records += 1
        yield json_text(row) + b"\n"


def comma_separated(results: Results, table: str, counts: ExportCounts) -> Iterator[bytes]:
    """Yield a table as comma-separated values (RFC 4180), in UTF-8 with its mark."""
    file = _table(results, table)
    schema = file.file.schema_arrow
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow([cell(name, counts) for name in file.columns])
    line.seek(0)
    line.write(BYTE_ORDER_MARK + line.getvalue())
    is_plain = [_is_plain(field.type) for field in schema]
    for batch in file.batches():
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            writer.writerow(
                value if value is None or plain else cell(value, counts)
                for value, plain in zip(row, is_plain, strict=True)
            )
            counts.records += 1
            yield _taken(line)
    yield _taken(line)


def cell(value: object, counts: ExportCounts) -> str:
    """Return a value as the text of a cell: no formula, and not longer than a cell can be."""
    text = value if isinstance(value, str) else json_text(value).decode()
    if text.startswith(_OBEYED) or text.lstrip().startswith(_OBEYED):
        text = f"'{text}"
    if 2 * len(text) <= LONGEST_CELL:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_CELL:
        return text
    counts.cells_cut += 1
    mark = f"… [cut here: {len(text):,} characters in all]"
    return units[: 2 * (LONGEST_CELL - len(mark))].decode("utf-16-le", "ignore") + mark


def _table(results: Results, name: str) -> TableFile:
    return results.spans if name == "spans" else results.generations


def _is_plain(kind: pa.DataType) -> bool:
    """Whether the values of a column are numbers, or true and false."""
    return any(is_kind(kind) for is_kind in _PLAIN)


def _taken(line: io.StringIO) -> bytes:
    text = line.getvalue()
    line.seek(0)
    line.truncate()
    return text.encode()
