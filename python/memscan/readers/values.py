"""The values in a JSON record: what they may be, what they are called, how they are kept."""

from typing import TypeAlias

import orjson

Record: TypeAlias = dict[str, object]
"""A JSON object."""

LARGEST_INDEX = 2**31 - 1

_SCALARS = frozenset({str, int, float, bool, type(None)})
_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
    bytes: "binary",
}


class RecordError(Exception):
    """One record cannot be used; the text says why, but not where it stands.

    Attributes:
        hint: What to do about it, where something is known.
        id: The id of the answer, where the record holds several with ids of their own.
        is_failure: The record can be read, and says that the model gave no answer.
    """

    def __init__(
        self,
        reason: str,
        hint: str | None = None,
        *,
        id: str | None = None,  # noqa: A002 - as everywhere
        is_failure: bool = False,
    ) -> None:
        """Keep the reason as the text of the exception, and the rest beside it."""
        super().__init__(reason)
        self.hint = hint
        self.id = id
        self.is_failure = is_failure


def kind_of(value: object) -> str:
    """Return what a JSON value is, for a message: ``a number``, ``an array``."""
    return _KINDS.get(type(value), "of another kind")


def _wrong_type(value: object, role: str, expected: str) -> RecordError:
    if value is None:
        return RecordError(f"the {role} is missing or null")
    return RecordError(f"the {role} is {kind_of(value)}, expected {expected}")


def as_text(value: object, role: str) -> str:
    """Return a string as it is.

    Raises:
        RecordError: The value is missing, or something else.
    """
    if isinstance(value, str):
        return value
    raise _wrong_type(value, role, "a string")


def as_optional_text(value: object, role: str) -> str | None:
    """Return a string as it is, or ``None``.

    Raises:
        RecordError: The value is something else.
    """
    return None if value is None else as_text(value, role)


def as_object(value: object, role: str) -> Record:
    """Return a JSON object as it is.

    Raises:
        RecordError: The value is missing, or something else.
    """
    if isinstance(value, dict):
        return value
    raise _wrong_type(value, role, "an object")


def as_list(value: object, role: str) -> list[object]:
    """Return a JSON array as it is.

    Raises:
        RecordError: The value is missing, or something else.
    """
    if isinstance(value, list):
        return value
    raise _wrong_type(value, role, "an array")


def as_index(value: object, otherwise: int) -> int:
    """Return a number from zero that fits a column, or else another."""
    return value if type(value) is int and 0 <= value <= LARGEST_INDEX else otherwise


def string_or_none(value: object) -> str | None:
    """Return a string as it is; ``None`` for all else, where that does no harm."""
    return value if isinstance(value, str) else None


def as_id(value: object) -> str | None:
    """Return a string or an integer as an id; ``None`` where there is none.

    Raises:
        RecordError: The value is something else. A number too large for 64 bits is no integer
            here: its digits are lost.
    """
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if type(value) is int:
        return str(value)
    raise RecordError(f"the id is {kind_of(value)}, expected a string or an integer of 64 bits")


def as_metadata(record: Record) -> Record:
    """Return what is left of a record, its nested values as JSON strings.

    Of bytes that are no text, only their number is kept.

    Raises:
        RecordError: A value is nested too deeply.
    """
    for value in record.values():
        if type(value) not in _SCALARS:
            break
    else:
        return record
    try:
        return {
            name: value if type(value) in _SCALARS else _kept(value)
            for name, value in record.items()
        }
    except orjson.JSONEncodeError as error:
        raise RecordError(f"a field cannot be kept as JSON: {error}") from None


def _kept(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return orjson.dumps(value, default=_kept, option=orjson.OPT_NON_STR_KEYS).decode()
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else str(value)
