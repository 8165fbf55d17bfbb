"""Rows of Arrow batches as records, with the values that JSON would have.

Strings of every layout become text, whatever their encoding: plain, large, views, dictionaries, or
bytes without a type as some writers leave them. Times, decimals and UUIDs are written out; lists
and structures become lists and dictionaries. Other bytes stay bytes, which no text can be.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from memscan.errors import InputError
from memscan.readers.files import is_failed_read
from memscan.readers.messages import printable
from memscan.readers.values import Record, RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from memscan.readers.decoding import Decoder
    from memscan.readers.files import Content, SourceFile
    from memscan.readers.paths import InputPath

_BYTES_AT_ONCE = 1 << 25
_ROWS_AT_ONCE = 1 << 12


def rows_at_once(rows: int, size_bytes: int) -> int:
    """Return how many rows to make records of at a time, so that memory is bounded."""
    return max(1, min(_ROWS_AT_ONCE, _BYTES_AT_ONCE * rows // max(size_bytes, 1)))


def runs_of(
    batch: pa.RecordBatch, first_number: int, decoder: Decoder
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the rows of a batch in runs, each row with its number."""
    step = rows_at_once(batch.num_rows, batch.get_total_buffer_size())
    for start in range(0, batch.num_rows, step):
        yield list(enumerate(_records(batch.slice(start, step), decoder), first_number + start))


def refuse_repeated_names(names: list[str], shown: str) -> None:
    """Raise ``InputError`` if two columns of a file have one name."""
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{shown} has two columns called {printable(name)!r}")


def checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch of which every offset and index is known to be inside.

    Strings are not known to be UTF-8: one that is not is one bad record.

    Raises:
        pa.ArrowInvalid: The batch is damaged.
    """
    columns = [
        column.view(_bytes_type(column.type)) if _is_string(column.type) else column
        for column in batch.columns
    ]
    pa.RecordBatch.from_arrays(columns, batch.schema.names).validate(full=True)
    return batch


def opened(path: InputPath) -> pa.NativeFile:
    """Open a file for Arrow to read at any place, a context manager that closes it.

    Raises:
        OSError: It cannot be opened.
    """
    if isinstance(path, Path):
        return pa.OSFile(str(path))
    return pa.PythonFile(path.open("rb"), "r")


@contextmanager
def damage_told(file: SourceFile, content: Content) -> Iterator[None]:
    """Raise what Arrow finds wrong with a file as an ``InputError`` that names it."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, RecursionError) as error:
        if isinstance(error, OSError) and is_failed_read(error):
            error.filename = error.filename or str(file.found.path)
            raise
        reason = printable(str(error).strip().split("\n")[0].rstrip("."))
        raise InputError(
            f"{file.shown} cannot be read as {content.format.title}: {reason}",
            hint="copy it again, or write it again",
        ) from None


def _records(batch: pa.RecordBatch, decoder: Decoder) -> Iterator[Record | RecordError]:
    names = batch.schema.names
    columns = [
        _values(name, column, decoder) for name, column in zip(names, batch.columns, strict=True)
    ]
    for row in zip(*columns, strict=True) if columns else ():
        bad = next((value for value in row if isinstance(value, RecordError)), None)
        yield bad or dict(zip(names, row, strict=True))


def _values(name: str, column: pa.Array, decoder: Decoder) -> list[object]:
    """Return the values of a column; a ``RecordError`` for each that cannot be read."""
    column = _decoded(column)
    if _is_bytes(column.type):
        is_string = _is_string(column.type)
        stored = column.view(_bytes_type(column.type)) if is_string else column
        return [_text(name, value, decoder, is_string=is_string) for value in stored.to_pylist()]
    plain = _plain(column.type)
    if plain != column.type:
        column = column.cast(plain)
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except UnicodeDecodeError:
        return [_value(name, scalar) for scalar in column]


def _decoded(column: pa.Array) -> pa.Array:
    """Return a column without the layers that only say how it is stored or meant."""
    while True:
        if isinstance(column, pa.ExtensionArray):
            is_uuid = column.type.extension_name == "arrow.uuid"
            column = _written_uuids(column.storage) if is_uuid else column.storage
        elif kinds.is_dictionary(column.type):
            is_view = kinds.is_string_view(column.type.value_type)
            column = _strings_of_views(column) if is_view else column.dictionary_decode()
        elif kinds.is_run_end_encoded(column.type):
            column = pc.run_end_decode(column)
        else:
            return column


def _strings_of_views(column: pa.DictionaryArray) -> pa.Array:
    """Return the strings of a dictionary of views, as Polars writes categories; Arrow cannot."""
    stored = column.dictionary.view(pa.binary_view())
    values = pa.DictionaryArray.from_arrays(column.indices, stored, safe=False).to_pylist()
    return pa.array(values, pa.large_binary()).view(pa.large_string())


def _written_uuids(stored: pa.Array) -> pa.Array:
    values = stored.to_pylist()
    return pa.array([None if one is None else str(UUID(bytes=one)) for one in values], pa.string())


def _text(name: str, value: bytes | None, decoder: Decoder, *, is_string: bool) -> object:
    if value is None:
        return None
    try:
        return decoder.text(value) if is_string else value.decode()
    except UnicodeDecodeError as error:
        if not is_string:
            return value
        return RecordError(
            f"the column {printable(name)!r} is not UTF-8 at byte offset {error.start} of its value"
        )


def _value(name: str, scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return RecordError(f"the column {printable(name)!r} holds a string that is not UTF-8")


def _is_untyped(kind: pa.DataType) -> bool:
    return any(is_of(kind) for is_of in _UNTYPED)


def _is_string(kind: pa.DataType) -> bool:
    return any(is_of(kind) for is_of in _STRINGS)


def _is_bytes(kind: pa.DataType) -> bool:
    return _is_untyped(kind) or _is_string(kind)


def _bytes_type(kind: pa.DataType) -> pa.DataType:
    if kinds.is_string_view(kind):
        return pa.binary_view()
    return pa.large_binary() if kinds.is_large_string(kind) else pa.binary()


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type with the values that JSON has, for a type of any nesting."""
    if kinds.is_struct(kind):
        return pa.struct([_plain_field(kind.field(index)) for index in range(kind.num_fields)])
    for is_of, of_plain_field in _LISTS.items():
        if is_of(kind):
            return of_plain_field(kind, _plain_field(kind.field(0)))
    if kinds.is_dictionary(kind):
        plain = _plain(kind.value_type)
        return kind if plain == kind.value_type else plain
    return next((plain for is_of, plain in _WRITTEN_OUT.items() if is_of(kind)), kind)


def _plain_field(field: pa.Field) -> pa.Field:
    return field.with_type(_plain(field.type))


_LISTS: dict[Callable[[pa.DataType], bool], Callable[[pa.DataType, pa.Field], pa.DataType]] = {
    kinds.is_list: lambda _, field: pa.list_(field),
    kinds.is_large_list: lambda _, field: pa.large_list(field),
    kinds.is_fixed_size_list: lambda kind, field: pa.list_(field, kind.list_size),
    kinds.is_map: lambda kind, entry: pa.map_(kind.key_type, entry.type.field(1)),
}
_WRITTEN_OUT: dict[Callable[[pa.DataType], bool], pa.DataType] = {
    kinds.is_duration: pa.int64(),
    kinds.is_timestamp: pa.string(),
    kinds.is_date: pa.string(),
    kinds.is_time: pa.string(),
    kinds.is_decimal: pa.string(),
}
_UNTYPED = (
    kinds.is_binary,
    kinds.is_large_binary,
    kinds.is_binary_view,
    kinds.is_fixed_size_binary,
)
_STRINGS = (kinds.is_string, kinds.is_large_string, kinds.is_string_view)
