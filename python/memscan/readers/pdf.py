"""PDF: the text of all pages, and where each begins.

A PDF file holds glyphs at places, not text: what comes out is as good as ``pypdf`` guesses
words and lines, so a passage may be broken where a page or a column ends.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import orjson

from memscan.errors import InputError, LimitError
from memscan.readers.files import is_failed_read, read_stored, seekable_path
from memscan.readers.messages import printable

if TYPE_CHECKING:
    from pathlib import Path

    from pypdf import PdfReader

    from memscan.readers.files import Content, SourceFile
    from memscan.readers.values import Record

_NEEDS_PYPDF = 'install it with: pip install "memscan[pdf]"'


def read_pdf(file: SourceFile, content: Content, *, limit_bytes: int) -> tuple[str, Record]:
    """Return the text of a file, its pages joined by line ends; and title, author and pages.

    ``page_starts`` says where in the text each page begins, in code points.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged, encrypted or has no text; or ``pypdf`` is not installed.
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


def _pages(path: Path, shown: str) -> tuple[list[str], Record]:
    try:
        from pypdf import PdfReader  # noqa: PLC0415 - not everybody has it
        from pypdf.errors import DependencyError, FileNotDecryptedError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(f"{shown} is PDF, which needs pypdf", hint=_NEEDS_PYPDF) from error
    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # its remarks quote the file
    place = "its structure"
    try:
        with PdfReader(path) as reader:
            pages = []
            for number, page in enumerate(reader.pages, 1):
                place = f"page {number}"
                pages.append(_without_surrogates(page.extract_text()))
            place = "its title"
            return pages, _metadata(reader)
    except (FileNotDecryptedError, DependencyError):
        raise InputError(f"{shown} is encrypted", hint="remove the password first") from None
    except Exception as error:  # pypdf raises anything on damaged files
        if is_failed_read(error):
            raise
        reason = printable(str(error).split("\n")[0]) or type(error).__name__
        raise InputError(
            f"{shown} is a damaged PDF file: {reason} (in {place})", hint="copy it again"
        ) from None


def _metadata(reader: PdfReader) -> Record:
    about = reader.metadata
    values = {"title": about.title, "author": about.author} if about else {}
    return {
        name: _without_surrogates(value)
        for name, value in values.items()
        if isinstance(value, str) and value.strip()
    }


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
