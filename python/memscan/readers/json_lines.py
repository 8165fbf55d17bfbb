"""JSON lines: one record a line, each bad line kept in its place among the good ones."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import cast

from memscan.readers.decoding import Decoder
from memscan.readers.files import Content, SourceFile
from memscan.readers.formats import UTF8_MARK
from memscan.readers.lines import LINE_LIMIT_BYTES, split_lines
from memscan.readers.projection import Projected, Projection
from memscan.readers.values import Record, RecordError

FIRST_CHUNKS = 4
"""Enough of a file to detect the fields of its records."""


def read_json_lines(
    _file: SourceFile, content: Content, decoder: Decoder
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the records of a file in runs, each record with the number of its line.

    A run holds what ends in one chunk of the file and is not empty; the first run holds what ends
    in the first four, enough to detect the fields. Blank lines and a byte-order mark at the start
    are passed over; lines may end with ``CR LF``.
    """
    unprojected = project_json_lines(content, decoder, Projection())  # nothing is asked for
    return cast("Iterator[list[tuple[int, Record | RecordError]]]", unprojected)


def project_json_lines(
    content: Content, decoder: Decoder, projection: Projection
) -> Iterator[list[tuple[int, Record | RecordError | Projected]]]:
    """Yield the records as ``read_json_lines`` does, but projected where that can be done."""
    start = b"".join(islice(content.chunks, FIRST_CHUNKS)).removeprefix(UTF8_MARK)
    chunks = chain((start,), content.chunks)
    first_number = 1
    for lines in split_lines(chunks, limit_bytes=LINE_LIMIT_BYTES):
        some = [lines.first, *projection.others(lines)]
        run = [
            (number, line if isinstance(line, tuple) else _parsed(line, decoder))
            for number, line in enumerate(some, first_number)
            if isinstance(line, tuple) or not _is_blank(line)
        ]
        first_number += len(some)
        if run:
            yield run


def _is_blank(line: bytes | bytearray | None) -> bool:
    return line is not None and (not line or line.isspace())


def _parsed(line: bytes | bytearray | None, decoder: Decoder) -> Record | RecordError:
    if line is None:
        return RecordError(f"the line is longer than {LINE_LIMIT_BYTES} bytes")
    return decoder.record(line, "line")
