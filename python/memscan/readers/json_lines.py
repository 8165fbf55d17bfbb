"""JSON lines: one record a line, each bad line kept in its place among the good ones."""

from collections.abc import Iterator
from itertools import chain, islice

import orjson

from memscan.readers.files import Content
from memscan.readers.formats import UTF8_HINT, UTF8_MARK
from memscan.readers.lines import LINE_LIMIT_BYTES, split_lines
from memscan.readers.values import Record, RecordError, kind_of

_FIRST_CHUNKS = 4


def read_json_lines(content: Content) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the records of a file in runs, each record with the number of its line.

    A run holds what ends in one chunk of the file and is not empty; the first run holds what ends
    in the first four, enough to detect the fields. Blank lines and a byte-order mark at the start
    are passed over; lines may end with ``CR LF``.
    """
    start = b"".join(islice(content.chunks, _FIRST_CHUNKS)).removeprefix(UTF8_MARK)
    chunks = chain((start,), content.chunks)
    for first_number, lines in split_lines(chunks, limit_bytes=LINE_LIMIT_BYTES):
        run = [
            (number, _parsed(line))
            for number, line in enumerate(lines, first_number)
            if line is None or (line and not line.isspace())
        ]
        if run:
            yield run


def _parsed(line: bytes | bytearray | None) -> Record | RecordError:
    if line is None:
        return RecordError(f"the line is longer than {LINE_LIMIT_BYTES} bytes")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _not_json(line, error)
    if isinstance(value, dict):
        return value
    return RecordError(f"the line is {kind_of(value)}, expected a JSON object")


def _not_json(line: bytes | bytearray, error: orjson.JSONDecodeError) -> RecordError:
    try:
        line.decode()
    except UnicodeDecodeError as failure:
        reason = f"the line is not UTF-8 at byte offset {failure.start}"
        return RecordError(reason, UTF8_HINT)
    return RecordError(
        f"the line is not JSON: {error.msg} (column {error.colno})",
        "each line must hold one whole JSON object",
    )
