"""JSON lines: one record a line, each bad line kept in its place among the good ones."""

from collections.abc import Iterator
from itertools import chain, islice

from memscan.readers.decoding import Decoder
from memscan.readers.files import Content, SourceFile
from memscan.readers.formats import UTF8_MARK
from memscan.readers.lines import LINE_LIMIT_BYTES, split_lines
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
    start = b"".join(islice(content.chunks, FIRST_CHUNKS)).removeprefix(UTF8_MARK)
    chunks = chain((start,), content.chunks)
    for first_number, lines in split_lines(chunks, limit_bytes=LINE_LIMIT_BYTES):
        run = [
            (number, _parsed(line, decoder))
            for number, line in enumerate(lines, first_number)
            if line is None or (line and not line.isspace())
        ]
        if run:
            yield run


def _parsed(line: bytes | bytearray | None, decoder: Decoder) -> Record | RecordError:
    if line is None:
        return RecordError(f"the line is longer than {LINE_LIMIT_BYTES} bytes")
    return decoder.record(line, "line")
