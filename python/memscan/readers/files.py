"""The bytes of a file: read once, in chunks; counted, hashed and decompressed on the way."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from memscan.errors import InputError
from memscan.readers.formats import refuse_foreign_formats
from memscan.readers.inflate import GZIP_MAGIC, inflate
from memscan.readers.messages import STDIN, shown
from memscan.readers.paths import FoundFile
from memscan.records import InputFile

CHUNK_BYTES = 1 << 20
"""How much is read at once, and decompressed at once: enough to make calls cheap."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read, and what is known of it so far.

    Attributes:
        found: Where it is and how it was found.
        input: Grows while the file is read.
    """

    found: FoundFile
    input: InputFile

    @property
    def shown(self) -> str:
        """The path for messages."""
        return shown(self.found.path)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, once it is decompressed.

    Attributes:
        is_gzip: The stored bytes are gzip, whatever the file is called.
        head: The first bytes, up to ``CHUNK_BYTES``; empty only if the content is.
        chunks: All bytes, ``head`` included; to be iterated once. Reading to the end closes the
            file and sets the size and the hash in ``SourceFile.input``.
    """

    is_gzip: bool
    head: bytes
    chunks: Iterator[bytes]


def open_content(file: SourceFile) -> Content:
    """Open a file and look at its first bytes.

    Raises:
        OSError: The file cannot be opened or read; its ``filename`` is set.
        InputError: The bytes are of a kind that cannot be read, gzip data are damaged, or
            standard input is closed.
    """
    stored = _stored_chunks(file)
    head = next(stored, b"")
    chunks = chain((head,), stored)
    is_gzip = head.startswith(GZIP_MAGIC)
    if is_gzip:
        content = inflate(chunks, name=str(file.found.path), chunk_bytes=CHUNK_BYTES)
        head = next(content, b"")
        chunks = chain((head,), content)
    elif not head and file.found.name.endswith(".gz"):
        raise InputError(f"{file.shown} is empty, expected gzip data", hint="copy it again")
    refuse_foreign_formats(head, file.shown)
    return Content(is_gzip, head, chunks)


def _stored_chunks(file: SourceFile) -> Iterator[bytes]:
    digest = sha256()
    try:
        with _opened(file.found.path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                file.input.bytes += len(chunk)
                yield chunk
    except OSError as error:
        if error.filename is None:  # a failed read, unlike a failed open, does not name the file
            error.filename = str(file.found.path)
        raise
    file.input.sha256 = digest.hexdigest()


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    if path != STDIN:
        return path.open("rb")
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("standard input is closed", hint="name a file, or pipe the data in")
    return nullcontext(sys.stdin.buffer)
