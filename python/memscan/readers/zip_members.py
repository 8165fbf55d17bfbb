"""The members of a zip archive, each read whole and checked: stored, deflated, or as zstd.

``zipfile`` reads the directory. The members are read here, because zstd (method 93) is unknown to
it before Python 3.14. Nothing that the directory says is believed before memory is taken for it: a
member has a limit, may not grow out of proportion, has to have the size and the checksum it claims,
and all members together are no larger than the archive, so that none is told of twice.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from memscan.errors import InputError
from memscan.readers.messages import printable, shown
from memscan.readers.paths import InputPath
from memscan.readers.values import RecordError

LARGEST_MEMBER_BYTES = 1 << 30
"""No larger member is read: as for a line of a file."""

_EXPANSION_LIMIT = 500
_EXPANSION_FREE_BYTES = 1 << 28
_CHUNK_BYTES = 1 << 20

_STORED, _DEFLATED, _ZSTANDARD = 0, 8, 93
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"
_IS_ENCRYPTED = 0x1


class ZipMembers:
    """An open archive; a context manager that closes it.

    Attributes:
        names: The names of its members, in the order of the directory. Of a name that stands there
            several times the last member counts, as where a log was written over.
    """

    def __init__(self, path: InputPath) -> None:
        """Open an archive and read its directory.

        Raises:
            OSError: The file cannot be opened or read.
            InputError: The directory is damaged, or claims more than the archive can hold.
        """
        self._path = path
        self._file = path.open("rb")
        try:
            with zipfile.ZipFile(self._file) as archive:
                members = archive.infolist()
            self._refuse_overlaps(members)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            self._file.close()
            reason = printable(" ".join(str(error).split()))
            raise InputError(
                f"{shown(path)} is a zip archive whose directory is damaged ({reason})",
                hint="copy it again",
            ) from None
        except BaseException:
            self._file.close()
            raise
        self._members = {member.filename: member for member in members if not member.is_dir()}
        self.names = list(self._members)

    def __enter__(self) -> Self:
        """Return the archive itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def __contains__(self, name: str) -> bool:
        """Whether there is a member of that name."""
        return name in self._members

    def size(self, name: str) -> int:
        """Return how many bytes a member claims to have."""
        return self._members[name].file_size

    def read(self, name: str) -> bytes:
        """Return the content of a member.

        Raises:
            OSError: The file cannot be read.
            RecordError: The member is damaged, too large, encrypted or of another method.
        """
        member = self._members[name]
        what = f"the member {printable(name)!r}"
        if member.flag_bits & _IS_ENCRYPTED:
            raise RecordError(f"{what} is encrypted")
        largest = max(_EXPANSION_FREE_BYTES, _EXPANSION_LIMIT * member.compress_size)
        if member.file_size > min(largest, LARGEST_MEMBER_BYTES):
            raise RecordError(
                f"{what} claims {member.file_size} bytes out of {member.compress_size}, more than "
                "a record may have"
            )
        content = bytearray()
        try:
            for chunk in _decompressed(self._stored(member), member.compress_type):
                content += chunk
                if len(content) > member.file_size:
                    break
        except (zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise RecordError(
                f"{what} is damaged: {printable(str(error))}", "copy it again"
            ) from None
        if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
            raise RecordError(
                f"{what} is damaged: not the size or checksum it had", "copy it again"
            )
        return bytes(content)

    def _stored(self, member: zipfile.ZipInfo) -> bytes:
        """Return the bytes of a member as they stand in the archive."""
        self._file.seek(member.header_offset)
        header = self._file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_LOCAL_MAGIC):
            raise EOFError("it is not where the directory says")
        _, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
        self._file.seek(name_bytes + extra_bytes, io.SEEK_CUR)
        stored = self._file.read(member.compress_size)
        if len(stored) < member.compress_size:
            raise EOFError("the archive ends before it does")
        return stored

    def _refuse_overlaps(self, members: list[zipfile.ZipInfo]) -> None:
        claimed = sum(member.compress_size for member in members)
        size_bytes = self._file.seek(0, io.SEEK_END)
        if claimed > size_bytes:
            raise ValueError(f"its members claim {claimed} bytes of {size_bytes}")


def _decompressed(stored: bytes, method: int) -> Iterator[bytes]:
    """Yield the content of a member in pieces, however large it may be together."""
    if method == _STORED:
        yield stored
    elif method == _DEFLATED:
        yield from _inflated(stored)
    elif method == _ZSTANDARD:
        yield from _from_zstandard(stored)
    else:
        raise NotImplementedError(f"method {method} of compression, expected deflate or zstd")


def _inflated(stored: bytes) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    while not inflater.eof:
        chunk = inflater.decompress(stored, _CHUNK_BYTES)
        stored = inflater.unconsumed_tail
        if not chunk and not stored and not inflater.eof:
            raise EOFError("its data end too early")
        yield chunk


def _from_zstandard(stored: bytes) -> Iterator[bytes]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only for this

    with pa.CompressedInputStream(pa.BufferReader(stored), "zstd") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
