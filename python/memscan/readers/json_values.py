r"""JSON values that follow each other, cut apart without being parsed.

An array of objects is cut at the commas between them, and objects that follow each other, on one
line or over many, behind the bracket that closes each. Neither is ever held as a whole.

# Idea

Where the brackets and commas outside of strings stand can be worked out for a whole chunk at
once: a byte stands in a string if the number of quotes before it is odd, not counting those behind
an odd run of backslashes. The depth is the sum of the brackets so far. So each chunk costs some
passes over arrays, and a value only its copy.

What is between two cuts need not be JSON; that is found by who parses it. So a bad value among
good ones is one bad record, as long as its quotes and brackets are even. Where they are not, the
rest of the file cannot be told apart, and that is an error.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memscan.errors import InputError
from memscan.readers.lines import extended

_QUOTE, _BACKSLASH, _OPEN, _CLOSE, _COMMA = 1, 2, 3, 4, 5
_KINDS = np.zeros(256, np.uint8)
_KINDS[list(b'"\\{[}],')] = _QUOTE, _BACKSLASH, _OPEN, _OPEN, _CLOSE, _CLOSE, _COMMA
_IS_MARK = _KINDS.astype(np.bool_).tobytes()
_AT_ONCE_BYTES = 1 << 18  # so that the arrays of marks stay in the cache
_HINT = "the file may be damaged or cut short; check it with: jq empty"
_DEPTH_CHANGE = np.array([0, 0, 0, 1, -1, 0], np.int64)


Values: TypeAlias = list[bytes | bytearray | None]
"""Values as they stand, with the white space around them; ``None`` for one that is too long."""


def split_objects(
    chunks: Iterable[bytes], *, limit_bytes: int, shown: str
) -> Iterator[tuple[int, Values]]:
    """Yield runs of objects that follow each other, each with the number of its first, from one.

    A run holds the objects that end in one chunk, of which there may be none.

    Args:
        chunks: Bytes in pieces of any size.
        limit_bytes: A longer object is yielded as ``None``: counted, but not kept.
        shown: The file, for messages.

    Raises:
        InputError: The last one does not end, or a bracket closes nothing.
    """
    number = 1
    for pieces in _pieces(chunks, _ends_of_objects, limit_bytes, shown):
        run = [piece.value for piece in pieces if piece.ended_by]
        if len(run) < len(pieces) and not _is_blank(pieces[-1].value):
            raise _no_end(shown, f"object {number + len(run)}", pieces[-1])
        yield number, run
        number += len(run)


def split_array(
    chunks: Iterable[bytes], *, limit_bytes: int, shown: str
) -> Iterator[tuple[int, Values]]:
    """Yield runs of the elements of one array, as ``split_objects`` does of objects.

    Raises:
        InputError: The array does not end, or other bytes stand before or after it.
    """
    number = 1
    is_inside = False
    for pieces in _pieces(chunks, _ends_of_elements, limit_bytes, shown):
        run: Values = []
        for piece in pieces:
            is_blank = _is_blank(piece.value)
            if not is_inside and not is_blank:
                raise InputError(
                    f"{shown} has other bytes beside its JSON array, from byte offset "
                    f"{piece.offset}",
                    hint=_HINT,
                )
            if is_inside and not piece.ended_by:
                raise _no_end(shown, f"its JSON array, in element {number + len(run)}", piece)
            if is_inside and (not is_blank or piece.ended_by == _COMMA or number + len(run) > 1):
                run.append(piece.value)
            is_inside = piece.ended_by in (_OPEN, _COMMA)
        yield number, run
        number += len(run)


class _Piece(NamedTuple):
    """What stands between two cuts.

    Attributes:
        offset: Where it begins in the file.
        value: Its bytes; ``None`` if there are too many.
        ended_by: The mark it ends with; zero for the end of the file.
    """

    offset: int
    value: bytes | bytearray | None
    ended_by: int


class _Marks(NamedTuple):
    """The brackets and commas of a chunk that stand outside of strings; all of shape ``(n,)``.

    Attributes:
        positions: Where they stand in the chunk.
        kinds: What they are.
        depths: How many brackets are open behind each.
    """

    positions: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    depths: NDArray[np.int64]


def _pieces(
    chunks: Iterable[bytes],
    ends_of: Callable[[_Marks], NDArray[np.bool_]],
    limit_bytes: int,
    shown: str,
) -> Iterator[list[_Piece]]:
    """Yield for each chunk the pieces that end in it, and the last one at the end.

    A bracket that closes belongs to its object, but not to the elements of its array.
    """
    structure = _Structure(shown)
    pending: bytearray | None = bytearray()
    pending_offset = part_offset = 0
    for chunk in chunks:
        pieces = []
        for part_start in range(0, len(chunk), _AT_ONCE_BYTES):
            part = chunk[part_start : part_start + _AT_ONCE_BYTES]
            marks = structure.of(part)
            is_end = ends_of(marks)
            start = 0
            for position, mark in zip(
                marks.positions[is_end].tolist(), marks.kinds[is_end].tolist(), strict=True
            ):
                end = position + (ends_of is _ends_of_objects)
                value = extended(pending, part[start:end], limit_bytes)
                pieces.append(_Piece(pending_offset, value, mark))
                start = position + 1
                pending, pending_offset = bytearray(), part_offset + start
            pending = extended(pending, part[start:], limit_bytes)
            part_offset += len(part)
        yield pieces
    yield [_Piece(pending_offset, pending, 0)]


def _ends_of_objects(marks: _Marks) -> NDArray[np.bool_]:
    is_end: NDArray[np.bool_] = (marks.kinds == _CLOSE) & (marks.depths == 0)
    return is_end


def _ends_of_elements(marks: _Marks) -> NDArray[np.bool_]:
    """Return the bracket that opens the array, the commas in it, and the bracket that closes it."""
    is_end: NDArray[np.bool_] = marks.depths == np.where(marks.kinds == _CLOSE, 0, 1)
    return is_end


class _Structure:
    """The brackets and commas outside of strings, chunk by chunk."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._offset = 0
        self._depth = 0
        self._in_string = 0
        self._is_escaped = False

    def of(self, chunk: bytes) -> _Marks:
        """Return those of the next chunk.

        Raises:
            InputError: A bracket closes what was never opened.
        """
        is_mark = np.frombuffer(chunk.translate(_IS_MARK), np.bool_)
        positions = np.flatnonzero(is_mark)
        kinds = _KINDS[np.frombuffer(chunk, np.uint8)[positions]]
        if self._is_escaped or b"\\" in chunk:
            self._drop_escaped(positions, kinds, len(chunk))
        in_string = (np.cumsum(kinds == _QUOTE) + self._in_string) & 1
        if kinds.size:
            self._in_string = int(in_string[-1])
        is_outside = (in_string == 0) & (kinds >= _OPEN)
        positions, kinds = positions[is_outside], kinds[is_outside]
        depths = np.cumsum(_DEPTH_CHANGE[kinds]) + self._depth
        if kinds.size:
            self._depth = int(depths[-1])
        if (depths < 0).any():
            offset = self._offset + int(positions[(depths < 0).argmax()])
            raise InputError(
                f"{self._shown} has a bracket that closes nothing at byte offset {offset}",
                hint=_HINT,
            )
        self._offset += len(chunk)
        return _Marks(positions, kinds, depths)

    def _drop_escaped(
        self, positions: NDArray[np.int64], kinds: NDArray[np.uint8], length: int
    ) -> None:
        """Make a byte like any other of each mark that a backslash stands before, in ``kinds``."""
        of_backslashes = np.flatnonzero(kinds == _BACKSLASH)
        places = positions[of_backslashes]
        numbers = np.arange(places.size)
        starts_run = np.diff(places, prepend=-2) != 1
        in_run = numbers - np.maximum.accumulate(np.where(starts_run, numbers, 0))
        if self._is_escaped and places.size and places[0] == 0:
            in_run[np.cumsum(starts_run) == 1] += 1
        escaping = of_backslashes[in_run % 2 == 0]
        if self._is_escaped and positions.size and positions[0] == 0:
            kinds[0] = 0
        self._is_escaped = bool(escaping.size) and int(positions[escaping[-1]]) == length - 1
        escaping = escaping[escaping < positions.size - 1]
        is_next = positions[escaping + 1] == positions[escaping] + 1
        kinds[escaping[is_next] + 1] = 0


def _is_blank(value: bytes | bytearray | None) -> bool:
    return value is not None and (not value or value.isspace())


def _no_end(shown: str, what: str, piece: _Piece) -> InputError:
    return InputError(
        f"{shown} ends in the middle of {what}, which begins at byte offset {piece.offset}",
        hint=_HINT,
    )
