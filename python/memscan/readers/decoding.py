r"""Bytes as text and as JSON, by one policy for what is no Unicode.

Two things in a file can have no place in a text: bytes that are not UTF-8, and escapes of JSON
that stand for half a character (a lone surrogate, such as ``\ud800``). Where they are replaced,
each becomes U+FFFD; offsets index the text with these in it.
"""

import re
from typing import get_args

import orjson

from memscan.errors import InputError
from memscan.readers.formats import UTF8_HINT
from memscan.readers.messages import printable
from memscan.readers.values import Record, RecordError, kind_of
from memscan.records import InputFile, OnError

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def refuse_unknown_policy(on_error: str | None) -> None:
    """Raise ``InputError`` if a user chose a policy that there is not."""
    if on_error is not None and on_error not in get_args(OnError):
        raise InputError(
            f"{printable(on_error)!r} says nothing of what to do on an error",
            hint="choose fail, skip or replace",
        )


class Decoder:
    """Decodes what one file holds.

    Counts in ``InputFile.replaced`` what it replaced anything in.
    """

    def __init__(self, file: InputFile, *, replaces: bool) -> None:
        """Decode for one file.

        Args:
            file: Where to count.
            replaces: Whether what is no Unicode is replaced, or an error.
        """
        self._file = file
        self._replaces = replaces

    def text(self, data: bytes | bytearray) -> str:
        """Return bytes as text.

        Raises:
            UnicodeDecodeError: They are not UTF-8.
        """
        try:
            return data.decode()
        except UnicodeDecodeError:
            if not self._replaces:
                raise
            self._file.replaced += 1
            return data.decode(errors="replace")

    def record(self, data: bytes | bytearray, place: str) -> Record | RecordError:
        """Return bytes of JSON as a record, or what is wrong with them.

        Args:
            data: One JSON value; white space may stand around it.
            place: What the value is called: ``line``, ``element``.
        """
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            return (self._replaced(data, place) if self._replaces else None) or _not_json(
                data, place, error
            )
        return value if isinstance(value, dict) else _no_object(value, place)

    def _replaced(self, data: bytes | bytearray, place: str) -> Record | RecordError | None:
        """Return what replacing makes of bytes that are no JSON as they are, if that helps."""
        mended = _ESCAPE.sub(_mended, data.decode(errors="replace").encode())
        try:
            value = orjson.loads(mended)
        except orjson.JSONDecodeError:
            return None
        self._file.replaced += 1
        return value if isinstance(value, dict) else _no_object(value, place)


def _mended(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["lone"] else escape[0]


def _no_object(value: object, place: str) -> RecordError:
    return RecordError(f"the {place} is {kind_of(value)}, expected a JSON object")


def _not_json(data: bytes | bytearray, place: str, error: orjson.JSONDecodeError) -> RecordError:
    try:
        data.decode()
    except UnicodeDecodeError as failure:
        return RecordError(f"the {place} is not UTF-8 at byte offset {failure.start}", UTF8_HINT)
    at = f"column {error.colno}"
    if error.lineno > 1:
        at = f"line {error.lineno} of it, {at}"
    hint = f"each {place} must hold one whole JSON object"
    if " surrogate " in error.msg:
        hint = "half a character is replaced by U+FFFD with --on-error replace"
    return RecordError(f"the {place} is not JSON: {error.msg} ({at})", hint)
