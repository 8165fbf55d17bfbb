"""Lines out of chunks of bytes, without ever holding more than one long line.

# Complexity

Each byte is copied once, and once more if its line runs over the end of a chunk.
"""

from collections.abc import Iterable, Iterator

LINE_LIMIT_BYTES = 1 << 30
"""The longest line that is read: no record can ask for more memory, compressed or not."""


def split_lines(
    chunks: Iterable[bytes], *, limit_bytes: int
) -> Iterator[tuple[int, list[bytes | bytearray | None]]]:
    r"""Yield runs of lines, each with the number of its first line, counted from one.

    A line ends with ``\n``, which is taken off, or with the last chunk. A run holds the lines that
    end in the same chunk.

    Args:
        chunks: Bytes in pieces of any size.
        limit_bytes: A longer line is yielded as ``None``: counted, but not kept.
    """
    first_number = 1
    pending: bytearray | None = bytearray()
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        pending = extended(pending, first, limit_bytes)
        if others:
            last = others.pop()
            others_bounded = (line if len(line) <= limit_bytes else None for line in others)
            yield first_number, [pending, *others_bounded]
            first_number += 1 + len(others)
            pending = extended(bytearray(), last, limit_bytes)
    if pending is None or pending:
        yield first_number, [pending]


def extended(line: bytearray | None, more: bytes, limit_bytes: int) -> bytearray | None:
    """Append to what of a record was read so far, or give it up, as ``None``, if it is too long."""
    if line is None or len(line) + len(more) > limit_bytes:
        return None
    line += more
    return line
