"""Columns for the metadata of the input, whose fields are not known before they are read.

The records of the first row group decide: each field found there becomes a column, typed if all its
values fit one type, else holding JSON. What comes later and does not fit is not lost and does
not change the columns: it stands in ``other_metadata``, as a JSON object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa

from memscan.results import GENERATIONS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

OTHER_METADATA = "other_metadata"
INPUT_PREFIX = "input_"
MOST_COLUMNS = 256
LARGEST_EXACT_FLOAT = 2**53


@dataclass(frozen=True, slots=True)
class MetadataColumn:
    """One field of the input and the column that holds it.

    Attributes:
        field: The field's name in the input.
        name: The column's name: the field's, with ``input_`` before it where that name is taken.
        kind: What the column holds: ``string``, ``int64``, ``double``, ``bool`` or ``json``.
    """

    field: str
    name: str
    kind: str

    def arrow_field(self) -> pa.Field:
        """Return the column's name and Arrow type."""
        return pa.field(self.name, _KINDS[self.kind][0])


class MetadataColumns:
    """The columns chosen, and the values that go into them."""

    def __init__(self, first: Sequence[Mapping[str, object]]) -> None:
        """Choose the columns by the records of the first row group."""
        values: dict[str, list[object]] = {}
        for record in first:
            for field, value in record.items():
                if value is not None and (field in values or len(values) < MOST_COLUMNS):
                    values.setdefault(field, []).append(value)
        names = _column_names(values)
        self.columns = [MetadataColumn(f, names[f], _kind_of(v)) for f, v in values.items()]
        self._fields = frozenset(values)

    def arrow_fields(self) -> list[pa.Field]:
        """Return the Arrow fields of the columns, the one for other metadata last."""
        fields = [column.arrow_field() for column in self.columns]
        return [*fields, pa.field(OTHER_METADATA, pa.large_string())]

    def arrays(self, records: Sequence[Mapping[str, object]]) -> list[pa.Array]:
        """Return the values of some records, one array a column."""
        others = {
            row: _unknown(record, self._fields)
            for row, record in enumerate(records)
            if not self._fields.issuperset(record)
        }
        arrays = []
        for column in self.columns:
            arrow_type, fits = _KINDS[column.kind]
            values = [record.get(column.field) for record in records]
            for row, value in _misfits(values, fits):
                others.setdefault(row, {})[column.field] = value
                values[row] = None
            if column.kind == "json":
                values = [None if value is None else _json(value) for value in values]
            arrays.append(pa.array(values, arrow_type))
        told = [_json(other) if (other := others.get(row)) else None for row in range(len(records))]
        arrays.append(pa.array(told, pa.large_string()))
        return arrays


def _is_whole(value: object) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_number(value: object) -> bool:
    if type(value) is int:
        return abs(value) <= LARGEST_EXACT_FLOAT
    return type(value) is float


_KINDS: dict[str, tuple[pa.DataType, Callable[[object], bool]]] = {
    "bool": (pa.bool_(), lambda value: type(value) is bool),
    "int64": (pa.int64(), _is_whole),
    "double": (pa.float64(), _is_number),
    "string": (pa.large_string(), lambda value: type(value) is str),
    "json": (pa.large_string(), lambda value: value is not None),
}
"""The kinds of columns, strictest first: how Arrow holds them, and which values fit."""


def _kind_of(values: Iterable[object]) -> str:
    """Return the strictest kind that all values fit."""
    kept = list(values)
    return next(kind for kind, (_, fits) in _KINDS.items() if all(map(fits, kept)))


def _column_names(fields: Collection[str]) -> dict[str, str]:
    """Return a name for each field that is no base column's and no other field's."""
    reserved = {*GENERATIONS_SCHEMA.names, OTHER_METADATA}
    taken = reserved | set(fields)
    names = {}
    for field in fields:
        name = field
        while name in (reserved if name == field else taken):
            name = INPUT_PREFIX + name
        taken.add(name)
        names[field] = name
    return names


def _misfits(values: Sequence[object], fits: Callable[[object], bool]) -> list[tuple[int, object]]:
    return [
        (row, value) for row, value in enumerate(values) if value is not None and not fits(value)
    ]


def _unknown(record: Mapping[str, object], fields: frozenset[str]) -> dict[str, object]:
    return {f: value for f, value in record.items() if f not in fields and value is not None}


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
