"""PDF: the text of all pages, and where each begins.

A PDF file holds glyphs at places, not text: what comes out is as good as PDFium guesses words and
lines, so a passage may be broken where a page or a column ends.
"""

from __future__ import annotations

from contextlib import closing, suppress
from threading import Lock
from typing import TYPE_CHECKING

import orjson

from memscan.errors import InputError, LimitError
from memscan.readers.files import read_stored, seekable_path
from memscan.readers.messages import printable

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

    from memscan.readers.files import Content, SourceFile
    from memscan.readers.paths import InputPath
    from memscan.readers.values import Record

_NEEDS_PDFIUM = "pip install pypdfium2"
_ONE_AT_A_TIME = Lock()
"""PDFium is not made for threads."""

_PASSWORD_WANTED = (4, 5)
_DIVIDED = "\x02"
"""What PDFium has for a hyphen that divides a word at the end of a line, and for the line end."""


def read_pdf(file: SourceFile, content: Content, *, limit_bytes: int) -> tuple[str, Record]:
    """Return the text of a file, its pages joined by line ends; and title, author and pages.

    ``page_starts`` says where in the text each page begins, in code points.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged, encrypted or has no text; or ``pypdfium2`` is not installed.
        LimitError: The text is longer than ``limit_bytes``.
    """
    path = seekable_path(file, content)
    read_stored(file, content, share=1)
    pages, metadata = _pages(path, file.shown)
    starts, length = [], 0
    for page in pages:
        starts.append(length)
        length += len(page) + 1
    text = "\n".join(pages)
    if len(text.encode()) > limit_bytes:
        raise LimitError(f"{file.shown} holds more text than {limit_bytes} bytes")
    if not text.strip():
        raise InputError(
            f"{file.shown} has no text on its {len(pages)} pages",
            hint="its pages may be pictures: recognise their text first, for example with ocrmypdf",
        )
    return text, {**metadata, "pages": len(pages), "page_starts": orjson.dumps(starts).decode()}


def _pages(path: InputPath, shown: str) -> tuple[list[str], Record]:
    try:
        from pypdfium2 import PdfDocument, PdfiumError  # noqa: PLC0415 - not everybody has it
    except ModuleNotFoundError as error:
        raise InputError(f"{shown} is PDF, which needs pypdfium2", hint=_NEEDS_PDFIUM) from error
    place = "its structure"
    try:
        data = path.read_bytes()
        with _ONE_AT_A_TIME, closing(PdfDocument(data)) as document:
            metadata = _metadata(document)
            pages = []
            for number in range(len(document)):
                place = f"page {number + 1}"
                pages.append(_text(document, number))
    except PdfiumError as error:
        if error.err_code in _PASSWORD_WANTED:
            raise InputError(f"{shown} is encrypted", hint="remove the password first") from None
        raise InputError(
            f"{shown} is a damaged PDF file: {printable(str(error))} (in {place})",
            hint="copy it again",
        ) from None
    return pages, metadata


def _metadata(document: PdfDocument) -> Record:
    """Return the title and the author, where there is one that is Unicode."""
    found: Record = {}
    for name in ("title", "author"):
        with suppress(UnicodeDecodeError):
            value = document.get_metadata_value(name.capitalize())
            found |= {name: value} if value.strip() else {}
    return found


def _text(document: PdfDocument, number: int) -> str:
    """Return the text of a page; a word that a hyphen divides at the end of a line is whole."""
    with closing(document[number]) as page, closing(page.get_textpage()) as text:
        found = str(text.get_text_bounded(errors="replace"))
    return found.replace("\r\n", "\n").replace(_DIVIDED, "")
