"""EPUB: a book as one text, its chapters in the order in which they are read.

An EPUB is a zip archive of XHTML. ``META-INF/container.xml`` names the package document; that lists
the parts of the book (manifest), their order (spine), and title and author. Nothing is extracted.
"""

import lzma
import re
import struct
import zlib
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import orjson

from memscan.errors import InputError, LimitError, MemscanError
from memscan.readers.files import Content, SourceFile, is_failed_read, read_stored, seekable_path
from memscan.readers.html import text_of_html
from memscan.readers.messages import printable
from memscan.readers.values import Record

_DAMAGES = (
    BadZipFile,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_XML_LIMIT_BYTES = 1 << 24
_EXPANSION_LIMIT = 200
_EXPANSION_FREE_BYTES = 1 << 28
_IS_ENCRYPTED = 0x1
_DECLARED_ENCODING = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']"
)
_METADATA = {"title": "title", "author": "creator", "language": "language", "date": "date"}


def read_epub(file: SourceFile, content: Content, *, limit_bytes: int) -> tuple[str, Record]:
    """Return the text of a book, and its title, author, language and date.

    ``chapter_starts`` says where in the text each part of the spine begins, in code points.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged or encrypted, or has no text.
        LimitError: It is longer than ``limit_bytes``, or expands out of all proportion.
    """
    path = seekable_path(file, content)
    read_stored(file, content, share=1)
    limit_bytes = min(limit_bytes, max(_EXPANSION_FREE_BYTES, _EXPANSION_LIMIT * file.input.bytes))
    try:
        with path.open("rb") as stored, ZipFile(stored) as archive:
            book = _Book(archive, file.shown, limit_bytes)
            texts = [text_of_html(chapter) for chapter in book.chapters()]
            metadata = book.metadata()
    except _DAMAGES as error:
        if isinstance(error, MemscanError) or is_failed_read(error):
            raise
        raise InputError(
            f"{file.shown} is a damaged EPUB: {printable(str(error))}", hint="copy it again"
        ) from None
    if not any(texts):
        raise InputError(
            f"{file.shown} has no text in its {len(texts)} parts",
            hint="they may be pictures: recognise their text first",
        )
    starts, length = [], 0
    for text in texts:
        starts.append(length)
        length += len(text) + 1
    return "\n".join(texts), {**metadata, "chapter_starts": orjson.dumps(starts).decode()}


class _Book:
    """The parts of an archive that make a book."""

    def __init__(self, archive: ZipFile, shown: str, limit_bytes: int) -> None:
        self._archive = archive
        self._shown = shown
        self._left_bytes = limit_bytes
        root = self._xml(_CONTAINER).find(".//{*}rootfile")
        if root is None or not (package := root.get("full-path")):
            raise self._damaged(f"{_CONTAINER} names no package document")
        self._folder = dirname(package)
        self._package = self._xml(package)

    def metadata(self) -> Record:
        """Return what the package document says of the book."""
        values = {
            name: "; ".join(
                " ".join(text.split())
                for element in self._package.iterfind(f".//{{*}}metadata/{{*}}{tag}")
                if (text := "".join(element.itertext())).strip()
            )
            for name, tag in _METADATA.items()
        }
        return {name: value for name, value in values.items() if value}

    def chapters(self) -> Iterator[str]:
        """Yield the XHTML of the spine, each member once, though the spine lead to places in it."""
        manifest = {
            item.get("id"): item for item in self._package.iterfind(".//{*}manifest/{*}item")
        }
        references = [
            item.get("idref") for item in self._package.iterfind(".//{*}spine/{*}itemref")
        ]
        if not references:
            raise self._damaged("its package document has no spine")
        names: list[str] = []
        for reference in references:
            item = manifest.get(reference)
            if item is None or not (link := item.get("href")):
                raise self._damaged(f"its spine names {reference!r}, which is not in the manifest")
            if "html" not in item.get("media-type", "html"):
                continue
            names.append(normpath(join(self._folder, unquote(link.partition("#")[0]))))
        encrypted = self._encrypted()
        for name in dict.fromkeys(names):
            if name in encrypted:
                raise self._is_encrypted()
            yield self._decoded(name)

    def _encrypted(self) -> set[str]:
        """Return the members that are encrypted; in many books these are only fonts."""
        if _ENCRYPTION not in self._archive.namelist():
            return set()
        references = self._xml(_ENCRYPTION).iterfind(".//{*}CipherReference")
        return {normpath(unquote(reference.get("URI", ""))) for reference in references}

    def _decoded(self, name: str) -> str:
        data = self._read(name, self._left_bytes)
        self._left_bytes -= len(data)
        declared = _DECLARED_ENCODING.match(data)
        encoding = declared[1].decode() if declared else "utf-8-sig"
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        elif encoding.lower().replace("-", "") == "utf8":
            encoding = "utf-8-sig"
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise self._damaged(f"{name} cannot be decoded: {error}") from None

    def _xml(self, name: str) -> ET.Element:
        data = self._read(name, _XML_LIMIT_BYTES)
        if b"<!ENTITY" in data:
            raise self._damaged(f"{name} declares entities")
        try:
            return ET.fromstring(data)  # noqa: S314 - entities, which may expand, are refused
        except ET.ParseError as error:
            raise self._damaged(f"{name} is not XML: {error}") from None

    def _read(self, name: str, limit_bytes: int) -> bytes:
        try:
            member = self._archive.getinfo(name)
        except KeyError:
            raise self._damaged(f"{name} is missing") from None
        if member.flag_bits & _IS_ENCRYPTED:
            raise self._is_encrypted()
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # only these expand by degrees
            raise self._damaged(f"{name} is compressed as no EPUB may be")
        with self._archive.open(member) as stream:
            data = stream.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise LimitError(
                f"{self._shown} expands to more than is read of a book of its size",
                hint="it may be made to fill the memory; leave it out",
            )
        return data

    def _damaged(self, reason: str) -> InputError:
        return InputError(
            f"{self._shown} is a damaged EPUB: {printable(reason)}", hint="copy it again"
        )

    def _is_encrypted(self) -> InputError:
        return InputError(
            f"{self._shown} is encrypted", hint="memscan reads only books without protection"
        )
