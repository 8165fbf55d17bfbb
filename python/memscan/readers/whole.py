"""Files that are one text: plain text, a book, a document of pages."""

from memscan.readers.decoding import Decoder
from memscan.readers.epub import read_epub
from memscan.readers.files import Content, SourceFile
from memscan.readers.formats import EPUB, PDF
from memscan.readers.pdf import read_pdf
from memscan.readers.texts import decode_text, read_bytes
from memscan.readers.values import Record


def read_whole(
    file: SourceFile, content: Content, *, limit_bytes: int, replaces: bool = False
) -> tuple[str, Record]:
    """Return the text of a file, and what else it says of itself.

    Args:
        file: The file.
        content: What it holds; its format is one of whole texts.
        limit_bytes: The longest text that is read.
        replaces: Whether what is no Unicode becomes U+FFFD.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged, encrypted, or no text.
        LimitError: It is longer than the limit.
        ModuleNotFoundError: It is a PDF file, and ``pypdfium2`` is not installed.
    """
    if content.format is EPUB:
        return read_epub(file, content, limit_bytes=limit_bytes)
    if content.format is PDF:
        return read_pdf(file, content, limit_bytes=limit_bytes)
    data = read_bytes(file, content, limit_bytes=limit_bytes)
    return decode_text(file, data, Decoder(file.input, replaces=replaces)), {}
