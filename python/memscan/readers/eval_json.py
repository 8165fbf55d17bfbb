"""Inspect's logs in its ``.json`` format: one object over many lines, read whole."""

import re
from collections.abc import Iterator

import orjson

from memscan.errors import InputError
from memscan.readers.files import Content, SourceFile
from memscan.readers.formats import JSON_OBJECTS, UTF8_MARK
from memscan.readers.lines import LINE_LIMIT_BYTES
from memscan.readers.loose_json import parse_loosely
from memscan.readers.texts import read_bytes
from memscan.readers.values import Record, RecordError

_START = re.compile(rb'"(?:eval|version)"\s*:')
_LOOKED_AT = 4096


def is_log(content: Content) -> bool:
    """Whether a file is an object over many lines, and may be a log."""
    is_object = content.format is JSON_OBJECTS
    return is_object and _START.search(content.head[:_LOOKED_AT]) is not None


def read_log(
    file: SourceFile, content: Content
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the one record that the file is.

    Raises:
        LimitError: The file is longer than a record may be.
        InputError: It is not one JSON object.
    """
    data = read_bytes(file, content, limit_bytes=LINE_LIMIT_BYTES).removeprefix(UTF8_MARK)
    try:
        value = parse_loosely(data)
    except orjson.JSONDecodeError as error:
        raise InputError(
            f"{file.shown} is not one JSON object: {error.msg} "
            f"(line {error.lineno}, column {error.colno})",
            hint="copy the log again; a line may hold one whole object, or the file may hold one",
        ) from None
    if not isinstance(value, dict):
        raise InputError(f"{file.shown} is not one JSON object")
    yield [(1, value)]
