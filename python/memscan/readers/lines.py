"""Lines out of chunks of bytes, without ever holding more than one long line.

# Complexity

Each byte is copied once, and once more if its line runs over the end of a chunk.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE_LIMIT_BYTES = 1 << 30
"""The longest line that is read: no record can ask for more memory, compressed or not."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that end in one chunk.

    Attributes:
        first: The first, which may begin in an earlier chunk; ``None`` if it is too long.
        chunk: The chunk.
        start: Where the others begin in it.
        end: Where they end, each with its line feed.
        limit_bytes: The longest line that is kept.
    """

    first: bytearray | None
    chunk: bytes
    start: int
    end: int
    limit_bytes: int

    def others(self) -> list[bytes | None]:
        """Return all but the first, without their line feeds; ``None`` for one that is too long."""
        lines = self.chunk[self.start : self.end].split(b"\n")[:-1]
        return [line if len(line) <= self.limit_bytes else None for line in lines]


def split_lines(chunks: Iterable[bytes], *, limit_bytes: int) -> Iterator[Lines]:
    r"""Yield runs of lines.

    A line ends with ``\n``, which is taken off, or with the last chunk.

    Args:
        chunks: Bytes in pieces of any size.
        limit_bytes: A longer line is counted, but not kept.
    """
    pending: bytearray | None = bytearray()
    for chunk in chunks:
        start = chunk.find(b"\n") + 1
        pending = extended(pending, chunk[: start - 1] if start else chunk, limit_bytes)
        if start:
            end = chunk.rfind(b"\n") + 1
            yield Lines(pending, chunk, start, end, limit_bytes)
            pending = extended(bytearray(), chunk[end:], limit_bytes)
    if pending is None or pending:
        yield Lines(pending, b"", 0, 0, limit_bytes)


def extended(line: bytearray | None, more: bytes, limit_bytes: int) -> bytearray | None:
    """Append to what of a record was read so far, or give it up, as ``None``, if it is too long."""
    if line is None or len(line) + len(more) > limit_bytes:
        return None
    line += more
    return line
