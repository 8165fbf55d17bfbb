"""A whole file as one text, exactly as it stands: mark, line ends and all."""

from memscan.errors import InputError, LimitError
from memscan.readers.decoding import Decoder
from memscan.readers.files import Content, SourceFile
from memscan.readers.formats import UTF8_HINT

_EXPANSION_LIMIT = 500
_EXPANSION_FREE_BYTES = 1 << 28


def read_bytes(file: SourceFile, content: Content, *, limit_bytes: int) -> bytearray:
    """Return all bytes of a file.

    Raises:
        LimitError: There are more than ``limit_bytes``, or a compressed file grows out of all
            proportion: over 256 MiB and 500 times its size.
    """
    data = bytearray()
    is_known_too_long = content.compression is None and file.found.size_bytes > limit_bytes
    for chunk in content.chunks:
        if is_known_too_long or len(data) + len(chunk) > limit_bytes:
            raise LimitError(
                f"{file.shown} is longer than {limit_bytes} bytes, the limit of one text",
                hint="split the file",
            )
        data += chunk
        is_grown = len(data) > max(_EXPANSION_FREE_BYTES, _EXPANSION_LIMIT * file.input.bytes)
        if content.compression and is_grown:
            raise LimitError(
                f"{file.shown} expands more than {_EXPANSION_LIMIT} times, expected a text",
                hint="decompress the file first if it is meant",
            )
    return data


def decode_text(file: SourceFile, data: bytearray, decoder: Decoder) -> str:
    """Return the bytes of a file as text.

    Raises:
        InputError: They are not UTF-8, or the file was found by its folder or a glob and has NUL
            bytes, as binary files do.
    """
    if not file.found.is_named and b"\0" in data:
        raise InputError(
            f"{file.shown} is a binary file (NUL at byte offset {data.index(0)}), expected text",
            hint="narrow the paths with a glob, such as 'FOLDER/**/*.txt'",
        )
    try:
        return decoder.text(data)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file.shown} is not UTF-8 at byte offset {error.start}", hint=UTF8_HINT
        ) from None
