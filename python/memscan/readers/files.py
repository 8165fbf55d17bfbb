"""The bytes of a file: read once, in chunks; counted, hashed and decompressed on the way."""

import errno
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from typing import BinaryIO

from memscan.errors import InputError
from memscan.readers.decompress import COMPRESSIONS, compression_of, decompress
from memscan.readers.formats import Format, format_of
from memscan.readers.messages import STDIN, path_text, shown
from memscan.readers.paths import FoundFile, InputPath
from memscan.readers.remote_file import RemoteFile
from memscan.records import InputFile

CHUNK_BYTES = 1 << 20
"""How much is read at once, and decompressed at once: enough to make calls cheap."""


class RunningHash:
    """The SHA-256 of what was read of a file so far."""

    def __init__(self) -> None:
        """Begin with the hash of nothing."""
        self._digest = sha256()

    def begin(self) -> None:
        """Begin again."""
        self._digest = sha256()

    def update(self, chunk: bytes) -> None:
        """Take in what was read."""
        self._digest.update(chunk)

    def hexdigest(self) -> str:
        """Return the hash, 64 hexadecimal digits."""
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read, and what is known of it so far.

    Attributes:
        found: Where it is and how it was found.
        input: Grows while the file is read.
        hash: So does this.
    """

    found: FoundFile
    input: InputFile
    hash: RunningHash = field(default_factory=RunningHash)

    @property
    def shown(self) -> str:
        """The path for messages."""
        return shown(self.found.path)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, once it is decompressed.

    Attributes:
        format: How it is to be read.
        compression: How the stored bytes are compressed, as ``gzip``; ``None`` if they are not.
        head: The first bytes, up to ``CHUNK_BYTES``; empty only if the content is.
        chunks: All bytes, ``head`` included; to be iterated once. Reading to the end closes the
            file and sets the size and the hash in ``SourceFile.input``.
        stored: What is left to read of the file as it is stored. Reading this to the end does the
            same, also where the content is too long or damaged.
    """

    format: Format
    compression: str | None
    head: bytes
    chunks: Iterator[bytes]
    stored: Iterator[bytes]

    @property
    def title(self) -> str:
        """What the file is, for messages: ``gzip JSON lines``."""
        return f"{self.compression} {self.format.title}" if self.compression else self.format.title


def open_content(
    file: SourceFile, *, chosen: str | None = None, of_generations: bool = False
) -> Content:
    """Open a file and look at its first bytes.

    Args:
        file: The file.
        chosen: The name of its format, if the user chose one.
        of_generations: Whether generations are expected, and not documents.

    Raises:
        OSError: The file cannot be opened or read; its ``filename`` is set.
        InputError: The bytes are of a kind that cannot be read, compressed data are damaged, or
            standard input is closed.
    """
    stored = _stored_chunks(file)
    head = next(stored, b"")
    chunks = chain((head,), stored)
    compression = compression_of(head)
    if compression is not None:
        content = decompress(
            chunks, compression, name=path_text(file.found.path), chunk_bytes=CHUNK_BYTES
        )
        head = next(content, b"")
        chunks = chain((head,), content)
    elif not head:
        _refuse_empty_compressed(file)
    name = "" if file.found.path == STDIN else file.found.name
    form = format_of(name, head, shown=file.shown, chosen=chosen, of_generations=of_generations)
    return Content(form, compression.name if compression else None, head, chunks, stored)


def seekable_path(file: SourceFile, content: Content) -> InputPath:
    """Return the path of a file that cannot be read from start to end.

    Raises:
        InputError: It is compressed as a whole, standard input or a pipe, or a web server gives
            no part of it but only the whole.
    """
    if content.compression is not None:
        raise InputError(
            f"{file.shown} is {content.title}, which cannot be read while it is decompressed",
            hint="decompress the file first",
        )
    if not file.found.path.is_file():
        raise InputError(
            f"{file.shown} is {content.title}, which can only be read from a file",
            hint="save it, and give the path",
        )
    return file.found.path


def is_failed_read(error: Exception) -> bool:
    """Whether the system failed to read, and not a file that asks for a place it does not have."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def read_stored(file: SourceFile, content: Content, *, share: float) -> None:
    """Count and hash a share of a file that another reader has come as far in.

    The bytes have just been read, so this costs no second access to a disk.
    """
    until_bytes = share * file.found.size_bytes
    while share >= 1 or file.input.bytes < until_bytes:
        if next(content.chunks, None) is None:
            break


def _refuse_empty_compressed(file: SourceFile) -> None:
    for compression in COMPRESSIONS:
        if file.found.name.endswith(compression.suffix):
            raise InputError(
                f"{file.shown} is empty, expected {compression.name} data", hint="copy it again"
            )


def _stored_chunks(file: SourceFile) -> Iterator[bytes]:
    file.hash.begin()
    try:
        with _opened(file.found.path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                file.hash.update(chunk)
                file.input.bytes += len(chunk)
                yield chunk
    except OSError as error:
        if error.filename is None:  # a failed read, unlike a failed open, does not name the file
            error.filename = str(file.found.path)
        raise
    file.input.sha256 = file.hash.hexdigest()


def _opened(path: InputPath) -> AbstractContextManager[BinaryIO | RemoteFile]:
    if path != STDIN:
        return path.open("rb")
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("standard input is closed", hint="name a file, or pipe the data in")
    return nullcontext(sys.stdin.buffer)
