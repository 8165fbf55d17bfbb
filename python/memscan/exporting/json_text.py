"""JSON on one line, inert wherever it is printed.

What a terminal would obey, and what some programs take for the end of a line, is escaped as JSON
allows, so that the data are the same.
"""

import re

import orjson

_UNSAFE = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
)
"""Control characters, separators of lines and marks of direction, in UTF-8."""


def json_text(value: object) -> bytes:
    """Return a value as JSON in UTF-8, without a line end."""
    return _UNSAFE.sub(_escaped, orjson.dumps(value))


def _escaped(character: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(character[0].decode())
