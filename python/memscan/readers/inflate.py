"""gzip, decompressed as a stream: all members, all of each, or an error."""

import zlib
from collections.abc import Iterable, Iterator

from memscan.errors import InputError
from memscan.readers.messages import shown

GZIP_MAGIC = b"\x1f\x8b"

_GZIP_CONTAINER = 16 + zlib.MAX_WBITS


def inflate(stored: Iterable[bytes], *, name: str, chunk_bytes: int) -> Iterator[bytes]:
    """Yield the content of gzip members that follow each other, checked against their checksums.

    Zero bytes between and after members are padding, as for the gzip program.

    Args:
        stored: The compressed bytes, in chunks of any size.
        name: The file, for messages.
        chunk_bytes: The most bytes to yield at once, whatever the compression ratio.

    Raises:
        InputError: The last member is cut short, a member is damaged, or other bytes follow.
    """
    member = None
    member_count = 0
    for chunk in stored:
        data = chunk
        while data:
            if member is None:
                data = data.lstrip(b"\0") if member_count else data
                if not data:
                    break
                member = zlib.decompressobj(_GZIP_CONTAINER)
                member_count += 1
            try:
                content = member.decompress(data, chunk_bytes)
            except zlib.error as error:
                raise _damaged(name, member_count, str(error)) from None
            if content:
                yield content
            data = member.unused_data if member.eof else member.unconsumed_tail
            member = None if member.eof else member
    if member is not None:
        raise InputError(f"{shown(name)} ends in the middle of its gzip data", hint="copy it again")


def _damaged(name: str, member_count: int, reason: str) -> InputError:
    if member_count > 1 and "header" in reason:
        return InputError(
            f"{shown(name)} has other bytes after its gzip data",
            hint="compress the file again, or copy it again",
        )
    return InputError(f"{shown(name)} has damaged gzip data ({reason})", hint="copy it again")
