"""Compressed bytes as a stream: all pieces of a file, all of each, or an error.

A file is a row of pieces that stand for themselves: members (gzip), frames (zstd) or streams
(bzip2, xz). Which compression it is, its first bytes tell, whatever the file is called.

# Memory

What is yielded at once is bounded, whatever the ratio; so is the window that zstd and xz ask for.
"""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from memscan.errors import InputError
from memscan.readers.messages import shown

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from backports.zstd import ZstdDecompressor, ZstdError

EXPANSION_LIMIT = 1000
"""How many times its size a file may expand, once it expands to more than is free."""

_EXPANSION_FREE_BYTES = 1 << 30
_XZ_MEMORY_BYTES = 1 << 28
_GZIP_CONTAINER = 16 + zlib.MAX_WBITS
_DAMAGES = (zlib.error, OSError, EOFError, lzma.LZMAError, ZstdError)
_ZSTD_SKIPPABLE = tuple(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))


class _Piece(Protocol):
    """The decompressor of one piece, as the standard library has them."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Compression:
    """A way to compress.

    Attributes:
        name: What it is called.
        suffix: What the names of its files usually end with.
        starts: What a piece may start with.
        piece: Makes the decompressor of one piece.
        padding: What may stand between and after pieces.
    """

    name: str
    suffix: str
    starts: tuple[bytes, ...]
    piece: Callable[[], _Piece]
    padding: bytes = b""

    def may_start(self, start: bytes) -> bool:
        """Whether a piece may start with these bytes, of which there may be few."""
        return any(start.startswith(full[: len(start)]) for full in self.starts)


def compression_of(head: bytes) -> Compression | None:
    """Return how a file that starts with ``head`` is compressed, if it is."""
    matching = (one for one in COMPRESSIONS if head.startswith(one.starts))
    return next(matching, None)


def decompress(
    stored: Iterable[bytes], compression: Compression, *, name: str, chunk_bytes: int
) -> Iterator[bytes]:
    """Yield the content of pieces that follow each other, checked against their checksums.

    Args:
        stored: The compressed bytes, in chunks of any size.
        compression: How they are compressed.
        name: The file, for messages.
        chunk_bytes: The most bytes to yield at once, whatever the compression ratio.

    Raises:
        InputError: The last piece is cut short, a piece is damaged, asks for too large a window or
            expands out of all proportion, or other bytes follow.
    """
    reading = _Reading(compression, shown(name))
    stored_bytes = content_bytes = 0
    for chunk in stored:
        stored_bytes += len(chunk)
        for content in reading.contents(chunk, chunk_bytes):
            content_bytes += len(content)
            if content_bytes > max(_EXPANSION_FREE_BYTES, EXPANSION_LIMIT * stored_bytes):
                raise InputError(
                    f"{shown(name)} expands more than {EXPANSION_LIMIT} times, expected records",
                    hint="decompress the file first if it is meant",
                )
            yield content
    reading.finish()


class _Reading:
    """The pieces of one file, in order."""

    def __init__(self, compression: Compression, shown_name: str) -> None:
        self._compression = compression
        self._shown = shown_name
        self._piece: _Piece | None = None
        self._start = b""
        self._count = 0

    def contents(self, data: bytes, chunk_bytes: int) -> Iterator[bytes]:
        """Yield what one chunk gives."""
        while data or (self._piece is not None and not self._piece.needs_input):
            if self._piece is None:
                data = data.lstrip(self._compression.padding) if self._count else data
                if not data:
                    break
                self._piece, self._start = self._compression.piece(), b""
                self._count += 1
            self._start += data[: 6 - len(self._start)]
            try:
                content = self._piece.decompress(data, chunk_bytes)
            except _DAMAGES as error:
                raise self._error(f"has damaged {self._compression.name} data ({error})") from None
            data = b""
            if self._piece.eof:
                data, self._piece = self._piece.unused_data, None
            if content:
                yield content

    def finish(self) -> None:
        """Raise an error if the last piece is not whole."""
        if self._piece is not None:
            raise self._error(f"ends in the middle of its {self._compression.name} data")

    def _error(self, what: str) -> InputError:
        if self._count > 1 and not self._compression.may_start(self._start):
            return InputError(
                f"{self._shown} has other bytes after its {self._compression.name} data",
                hint="compress the file again, or copy it again",
            )
        if "too much memory" in what or "Memory usage limit" in what:
            return InputError(
                f"{self._shown} {what}: its window is larger than this reader allows",
                hint="decompress it first, for example with: zstd -d --long=31",
            )
        return InputError(f"{self._shown} {what}", hint="copy it again")


class _GzipMember:
    """``zlib.decompressobj`` with the manners of the other decompressors."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_CONTAINER)

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._member.decompress(self._member.unconsumed_tail + data, max_length)


def _xz_stream() -> _Piece:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)


GZIP = Compression("gzip", ".gz", (b"\x1f\x8b",), _GzipMember, padding=b"\0")
ZSTD = Compression("zstd", ".zst", (b"\x28\xb5\x2f\xfd", *_ZSTD_SKIPPABLE), ZstdDecompressor)
BZIP2 = Compression(
    "bzip2",
    ".bz2",
    tuple(
        b"BZh%d%s" % (level, block)
        for level in range(1, 10)
        for block in (b"1AY&SY", b"\x17rE8P\x90")
    ),
    bz2.BZ2Decompressor,
)
XZ = Compression("xz", ".xz", (b"\xfd7zXZ\0",), _xz_stream, padding=b"\0")

COMPRESSIONS = (GZIP, ZSTD, BZIP2, XZ)
"""All that are read."""
