"""Which field of a record is what: found by its usual names, or named by the user.

A field is a key of the record or, with dots, a key of an object inside it: ``response.text``.
A key that itself holds the dots comes first. ``[*]`` stands for every element of a list, as in
``choices[*].text``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from memscan.errors import InputError
from memscan.readers.messages import printable
from memscan.readers.values import Record

Field: TypeAlias = tuple[str, ...]
"""The keys that lead to a value, outermost first; ``EACH`` for the elements of a list."""

EACH = "[*]"

USUAL_IDS = ("id", "custom_id", "doc_id", "generation_id", "request_id")
"""Where an id is looked for, best first; else it is ``file:line``."""

USUAL_TEXTS = ("text", "completion", "output", "response", "generation", "generated_text")
"""Where the text of a generation is looked for, best first."""

_FIELDS_TOLD = 20
_NAME_LENGTH_TOLD = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the records of a file.

    Attributes:
        role: ``text``, ``id``, ``prompt`` or ``model``.
        named: The field that the user named for it, if any.
        usual: The fields tried otherwise, best first.
    """

    role: str
    named: str | None
    usual: tuple[str, ...]

    def find(self, records: Sequence[Record]) -> Field | None:
        """Return the field that serves this role in ``records``.

        A usual name counts where one record at least has a value of the right type there, so that
        a ``prompt`` of nested messages is passed over. A name given by the user counts where one
        record has it at all; for the text, the value must be a string.
        """
        if self.named is None:
            return next((field for field in _keys(self.usual) if self._fits(field, records)), None)
        is_key = any(self.named in record for record in records)
        field = (self.named,) if is_key else parsed_field(self.named)
        is_there = any(True for record in records for _ in values_at(record, field))
        return field if self._fits(field, records) or (is_there and self.role != "text") else None

    def _fits(self, field: Field, records: Sequence[Record]) -> bool:
        types = (str, int) if self.role == "id" else (str,)
        return any(type(value) in types for one in records for value in values_at(one, field))


def wanted_fields(
    usual: Mapping[str, tuple[str, ...]], named: Mapping[str, str | None]
) -> list[Wanted]:
    """Return what to look for, so that no field can serve two roles.

    Args:
        usual: For each role the fields tried, best first.
        named: For each role the field that the user named, or ``None``.

    Raises:
        InputError: The user named one field for two roles, or an empty name.
    """
    names = [name for name in named.values() if name is not None]
    for name in names:
        if not name or names.count(name) > 1:
            raise InputError(
                f"the field {printable(name)!r} is given for two roles"
                if name
                else "the name of a field is empty",
                hint="name one field for each of text, id, prompt and model, or none",
            )
    for role, field in named.items():
        if field is not None and role != "text" and EACH in field:
            raise InputError(
                f"the field {printable(field)!r} for the {role} names several values",
                hint=f"only --text-field may hold {EACH}",
            )
    return [
        Wanted(role, named[role], tuple(name for name in candidates if name not in names))
        for role, candidates in usual.items()
    ]


def detect_fields(
    wanted: Sequence[Wanted], records: Sequence[Record], shown: str
) -> dict[str, Field]:
    """Return the field of each role that ``records`` have; nothing if they have no text.

    Args:
        wanted: What to look for.
        records: The first records of a file.
        shown: The file, for messages.

    Raises:
        InputError: There are texts, but no record has a field that the user named.
    """
    found = {want.role: field for want in wanted if (field := want.find(records)) is not None}
    if "text" not in found:
        return {}
    return found | find_named([want for want in wanted if want.named is not None], records, shown)


def find_named(wanted: Sequence[Wanted], records: Sequence[Record], shown: str) -> dict[str, Field]:
    """Return the field of each role that the user named.

    Args:
        wanted: The roles, each with the name given for it.
        records: The first records of a file.
        shown: The file, for messages.

    Raises:
        InputError: No record has one of them.
    """
    found: dict[str, Field] = {}
    for want in wanted:
        field = want.find(records)
        if field is None:
            raise InputError(
                f"no record at the start of {shown} has the field {printable(want.named or '')!r} "
                f"for the {want.role}, but: {fields_told(records)}",
                hint=f"name another with --{want.role}-field, or leave it out",
            )
        found[want.role] = field
    return found


def no_text(
    wanted: Sequence[Wanted],
    records: Sequence[Record],
    shown: str,
    *,
    place: str = "line",
    may_be_several: bool = False,
) -> InputError:
    """Return the error for a file in which no record has a text.

    Args:
        wanted: What was looked for.
        records: Some of its records.
        shown: The file, for messages.
        place: What a record of the file is called.
        may_be_several: Whether each element of a list may be a text.
    """
    if not records:
        return InputError(
            f"no {place} of {shown} is a JSON object",
            hint=f"each {place} must be one JSON object, or choose another --format",
        )
    [text] = (want for want in wanted if want.role == "text")
    expected = text.usual if text.named is None else (text.named,)
    hint = "name the field of the text with --text-field, with dots for a nested one"
    if may_be_several and (several := _several(expected, records)):
        hint = f"there is a list: --text-field '{several}' makes each element a text"
    return InputError(
        f"no record of {shown} has a text in {' or '.join(map(printable, expected))}, "
        f"the fields are: {fields_told(records)}",
        hint=hint,
    )


def _several(names: Sequence[str], records: Sequence[Record]) -> str | None:
    """Return the first field that has texts in a list, as a user writes it."""
    fields = (f"{name}{EACH}{inner}" for name in names for inner in ("", ".text"))
    return next((one for one in fields if Wanted("text", one, ()).find(records)), None)


def parsed_field(name: str) -> Field:
    """Return the keys of a field as a user writes it."""
    keys: list[str] = []
    for part in name.split("."):
        key = part
        while key.endswith(EACH):
            key = key.removesuffix(EACH)
        keys += [key] if key or not part else []
        keys += [EACH] * ((len(part) - len(key)) // len(EACH))
    return tuple(keys)


def field_name(field: Field) -> str:
    """Return a field as a user writes it."""
    return ".".join(field).replace(f".{EACH}", EACH)


def values_at(value: object, field: Field) -> Iterator[object]:
    """Yield the values of a field in a record: one at most, unless the field has ``EACH``."""
    for place, key in enumerate(field):
        if key == EACH and isinstance(value, list):
            for inner in value:
                yield from values_at(inner, field[place + 1 :])
            return
        if not isinstance(value, dict) or key not in value:
            return
        value = value[key]
    yield value


def first_there(names: Sequence[str], records: Sequence[Record]) -> str | None:
    """Return the first of some names, best first, that a record has; ``None`` if none has any."""
    return next((name for name in names if any(name in one for one in records)), None)


def take_each(record: Record, field: Field) -> list[object]:
    """Remove a field with ``EACH`` from a record, with the whole list, and return its values."""
    values = list(values_at(record, field))
    take(record, field[: field.index(EACH)])
    return values


def take(record: Record, field: Field | None) -> object:
    """Remove a field from a record and return its value, ``None`` if it is not there.

    Objects that become empty by this are removed too.
    """
    if field is None:
        return None
    if len(field) == 1:
        return record.pop(field[0], None)
    inner = record.get(field[0])
    if not isinstance(inner, dict):
        return None
    value = take(inner, field[1:])
    if not inner:
        del record[field[0]]
    return value


def fields_told(records: Sequence[Record]) -> str:
    """Return the names of the fields in some records, for a message."""
    names = list(dict.fromkeys(name for record in records for name in _names(record, "")))
    told = [printable(name[:_NAME_LENGTH_TOLD]) for name in names[:_FIELDS_TOLD]]
    more = len(names) - len(told)
    return (", ".join(told) or "none") + (f" and {more} more" if more else "")


def _keys(names: tuple[str, ...]) -> Iterator[Field]:
    return ((name,) for name in names)


def _names(record: Record, prefix: str) -> Iterator[str]:
    for key, value in record.items():
        if isinstance(value, dict) and value and not prefix:
            yield from _names(value, f"{key}.")
        else:
            yield f"{prefix}{key}"
