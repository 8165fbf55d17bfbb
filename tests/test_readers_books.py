"""EPUB and PDF: a book is one document, its text in order; what cannot be read says why."""

import io
import sys
import zipfile
from pathlib import Path

import orjson
import pytest

from memscan import Document, Generation, InputError, LimitError, Rejection
from memscan.readers import DocumentSource, GenerationSource, epub
from memscan.readers.html import text_of_html

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>Moby-Dick;
  or, The Whale</dc:title><dc:creator>Herman Melville</dc:creator><dc:creator>Another</dc:creator>
<dc:language>en</dc:language></metadata>
<manifest>
<item id="style" href="style.css" media-type="text/css"/>
<item id="two" href="text/two%20.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/../one.xhtml#start" media-type="application/xhtml+xml"/>
</manifest>
<spine><itemref idref="one"/><itemref idref="two"/><itemref idref="one"/></spine>
</package>"""
ONE = """<?xml version="1.0" encoding="utf-8"?>
<html><head><title>No text</title><style>p { color: red }</style></head>
<body><h1>Loomings</h1><p>Call me
 <i>Ish</i>mael.<br/>Some years ago &#8212; never&nbsp;mind</p>
<script>alert("x")</script></body></html>"""
TWO = "<html><body><p>The Carpet-Bag</p></body></html>"


def write_epub(path: Path, **members: str | bytes) -> Path:
    """Write a book; members replace those of the sample, and an empty one is left out."""
    names = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": PACKAGE,
        "OEBPS/one.xhtml": ONE,
        "OEBPS/text/two .xhtml": TWO,
    } | {name.replace("__", "/"): member for name, member in members.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in names.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            if member:
                archive.writestr(name, member, stored)
    return path


def read(path: Path) -> list[Document]:
    return list(DocumentSource([path]))


@pytest.mark.parametrize("name", ["moby.epub", "moby", "moby.txt"])
def test_a_book_is_one_document_in_the_order_of_its_spine(tmp_path: Path, name: str) -> None:
    write_epub(tmp_path / name)
    told: list[str] = []
    source = DocumentSource([tmp_path], on_detect=told.append)
    [document] = source
    first = "Loomings\nCall me Ishmael.\nSome years ago — never\u00a0mind"
    assert document == Document(
        name,
        first + "\nThe Carpet-Bag",
        {
            "title": "Moby-Dick; or, The Whale",
            "author": "Herman Melville; Another",
            "language": "en",
            "chapter_starts": orjson.dumps([0, len(first) + 1]).decode(),
        },
    )
    assert told == [f"detected: {tmp_path}/{name} is EPUB, id = file name"]
    assert source.inputs[0].bytes == (tmp_path / name).stat().st_size
    assert source.inputs[0].sha256


def rewritten(path: Path, first: str, extra: bytes = b"") -> Path:
    """Write an archive again, with another member at its start."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(members, key=lambda name: (name != first, name)):
            info = zipfile.ZipInfo(name)
            info.extra = extra
            archive.writestr(info, members[name])
    return path


PLACE = '<item id="place" href="one.xhtml#later" media-type="application/xhtml+xml"/>'
TIMES = b"UT\x05\0\x01" + bytes(4)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("a.epub", "OEBPS/one.xhtml"),
        ("a.epub", "META-INF/container.xml"),
        ("a", "META-INF/container.xml"),
        ("a", "mimetype"),
    ],
)
@pytest.mark.parametrize("extra", [b"", TIMES])
def test_a_book_that_was_packed_again_is_known(
    tmp_path: Path, name: str, first: str, extra: bytes
) -> None:
    path = rewritten(write_epub(tmp_path / name), first, extra)
    for source in (DocumentSource([path]), GenerationSource([path])):
        [book] = source
        assert book.id == name
        assert isinstance(book, Document | Generation)
        assert book.text.endswith("mind\nThe Carpet-Bag")


def test_a_member_is_read_once_though_the_spine_leads_to_places_in_it(tmp_path: Path) -> None:
    package = PACKAGE.replace("</manifest>", f"{PLACE}</manifest>").replace(
        "</spine>", '<itemref idref="place"/></spine>'
    )
    [book] = read(write_epub(tmp_path / "a.epub", **{"OEBPS__book.opf": package}))
    assert book.text.endswith("mind\nThe Carpet-Bag")


def test_a_book_is_a_generation_too(tmp_path: Path) -> None:
    [generation] = GenerationSource([write_epub(tmp_path / "a.epub")])
    assert isinstance(generation, Generation)
    assert generation.text.endswith("The Carpet-Bag")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<p>a<b>b</b>c</p>", "abc"),
        ("<p>a\n\t b\u00a0c</p>", "a b\u00a0c"),
        ("<div><div>a</div>b</div>", "a\nb"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"),
        ("a<script/>b", "ab"),
        ("a<style>p{}</style>b<script>if (a < b) {}</script>c", "abc"),
        ("<head><title>t</title></head>a", "a"),
        ("&#xD800;&lt;&amp;&#233;", "\ufffd<&é"),
        ("<!-- a --><![CDATA[b]]>c", "c"),
        ("<p>open <b>never closed", "open never closed"),
        ("", ""),
    ],
)
def test_text_of_html_is_what_a_reader_sees(markup: str, text: str) -> None:
    assert text_of_html(markup) == text


def test_deeply_nested_html_needs_no_recursion() -> None:
    assert text_of_html("<div>" * 200_000 + "a") == "a"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"META-INF__container.xml": ""}, "META-INF/container.xml is missing"),
        ({"META-INF__container.xml": "<a/>"}, "container.xml names no package document"),
        ({"META-INF__container.xml": "<a"}, "META-INF/container.xml is not XML"),
        ({"OEBPS__book.opf": "<package>"}, "OEBPS/book.opf is not XML"),
        ({"OEBPS__book.opf": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "declares entities"),
        ({"OEBPS__book.opf": "<package/>"}, "its package document has no spine"),
        (
            {"OEBPS__book.opf": PACKAGE.replace('id="two"', 'id="x"')},
            "its spine names 'two', which",
        ),
        ({"OEBPS__one.xhtml": ""}, "OEBPS/one.xhtml is missing"),
        ({"OEBPS__one.xhtml": b"<p>caf\xe9</p>"}, "OEBPS/one.xhtml cannot be decoded"),
        (
            {"OEBPS__one.xhtml": "<?xml version='1.0' encoding='rot13'?><p/>"},
            "OEBPS/one.xhtml cannot be decoded",
        ),
    ],
)
def test_a_damaged_book_is_an_error_that_names_the_part(
    tmp_path: Path, members: dict[str, str | bytes], message: str
) -> None:
    write_epub(tmp_path / "a.epub", **members)
    with pytest.raises(InputError, match=rf"a\.epub is a damaged EPUB: .*{message}"):
        read(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_chapters_may_be_of_any_declared_encoding(tmp_path: Path, encoding: str) -> None:
    chapter = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><p>café</p>'
    write_epub(tmp_path / "a.epub", **{"OEBPS__one.xhtml": chapter.encode(encoding)})
    assert read(tmp_path)[0].text == "café\nThe Carpet-Bag"


def test_a_book_cut_at_any_length_is_an_error(tmp_path: Path) -> None:
    whole = write_epub(tmp_path / "a.epub").read_bytes()
    for length in range(60, len(whole), 31):
        (tmp_path / "a.epub").write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"a\.epub is a damaged EPUB"):
            read(tmp_path)


def test_places_outside_of_an_archive_are_damage(tmp_path: Path) -> None:
    data = bytearray(write_epub(tmp_path / "a.epub").read_bytes())
    data[-4] ^= 0x40  # where the directory of the archive is said to begin
    (tmp_path / "a.epub").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.epub is a damaged EPUB"):
        read(tmp_path)


def test_an_encrypted_book_says_so_and_one_with_encrypted_fonts_is_read(tmp_path: Path) -> None:
    template = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:CipherData>'
        '<e:CipherReference URI="{}"/></e:CipherData></e:EncryptedData></encryption>'
    )
    fonts = {"META-INF__encryption.xml": template.format("OEBPS/font.otf")}
    assert read(write_epub(tmp_path / "a.epub", **fonts))
    chapter = {"META-INF__encryption.xml": template.format("OEBPS/text/two%20.xhtml")}
    with pytest.raises(InputError, match=r"a\.epub is encrypted"):
        read(write_epub(tmp_path / "a.epub", **chapter))


def test_a_book_that_fills_the_memory_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epub, "_EXPANSION_FREE_BYTES", 2**20)
    bomb = {"OEBPS__one.xhtml": b"<p>" + b" " * 2**24}
    with pytest.raises(LimitError, match=r"a\.epub expands to more than is read"):
        read(write_epub(tmp_path / "a.epub", **bomb))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_would_expand_at_once_is_not_read(tmp_path: Path, method: int) -> None:
    path = write_epub(tmp_path / "a.epub")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member, method if name == "OEBPS/one.xhtml" else None)
    with pytest.raises(InputError, match=r"OEBPS/one\.xhtml is compressed as no EPUB may be"):
        read(path)


def test_a_book_of_pictures_has_no_text(tmp_path: Path) -> None:
    picture = "<html><body><img src='1.png'/></body></html>"
    members = {"OEBPS__one.xhtml": picture, "OEBPS__text__two .xhtml": picture}
    with pytest.raises(InputError, match=r"a\.epub has no text in its 2 parts") as caught:
        read(write_epub(tmp_path / "a.epub", **members))
    assert caught.value.hint is not None


def test_a_book_may_be_skipped(tmp_path: Path) -> None:
    write_epub(tmp_path / "a.epub", **{"OEBPS__one.xhtml": ""})
    (tmp_path / "b.txt").write_text("words")
    told: list[str] = []
    source = DocumentSource([tmp_path], on_error="skip", on_detect=told.append)
    assert [document.id for document in source] == ["b.txt"]
    assert [file.rejected for file in source.inputs] == [1, 0]
    assert any(line.startswith(f"skipped: {tmp_path}/a.epub is a damaged EPUB") for line in told)


def test_another_archive_is_no_book(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "words")
    with pytest.raises(InputError, match=r"a\.zip is a zip archive, expected one of: jsonl, json,"):
        read(tmp_path)
    (tmp_path / "a.zip").rename(tmp_path / "a.epub")
    with pytest.raises(InputError, match=r"a\.epub is a damaged EPUB: META-INF/container\.xml is"):
        read(tmp_path)


def pdf(*pages: str, title: str = "") -> bytes:
    """Return a PDF file with a line of text on each page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (5 + 2 * place) for place in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (%s) >>" % title.encode(),
    ]
    for place, page in enumerate(pages):
        content = b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % page.encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (6 + 2 * place)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    file = io.BytesIO()
    file.write(b"%PDF-1.4\n")
    offsets = []
    for number, one in enumerate(objects, 1):
        offsets.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    file.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1))
    file.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return file.getvalue()


def test_a_pdf_file_is_one_document_with_its_pages(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    (tmp_path / "a").write_bytes(pdf("Call me Ishmael.", "Some years ago", title="Moby"))
    told: list[str] = []
    source = DocumentSource([tmp_path], on_detect=told.append)
    assert list(source) == [
        Document(
            "a",
            "Call me Ishmael.\nSome years ago",
            {"title": "Moby", "pages": 2, "page_starts": "[0,17]"},
        )
    ]
    assert told == [f"detected: {tmp_path}/a is PDF, id = file name"]
    assert source.inputs[0].bytes == (tmp_path / "a").stat().st_size


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("Call) Tj 24 0 Td (me) Tj 20 0 Td (Ishmael.", "Call me Ishmael."),
        ("Call me) Tj 0 -14 Td (Ishmael.", "Call me\nIshmael."),
        ("Call me Ish-) Tj 0 -14 Td (mael.", "Call me Ishmael."),
    ],
    ids=["words apart without spaces", "lines", "a divided word"],
)
def test_words_of_a_pdf_file_are_where_a_reader_sees_them(
    tmp_path: Path, page: str, text: str
) -> None:
    pytest.importorskip("pypdfium2")
    (tmp_path / "a.pdf").write_bytes(pdf(page))
    assert read(tmp_path)[0].text == text


def test_a_title_that_is_no_unicode_does_no_harm(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    half_a_character = "\\376\\377\\330\\000"
    (tmp_path / "a.pdf").write_bytes(pdf("Call me Ishmael.", title=half_a_character))
    assert read(tmp_path)[0].text == "Call me Ishmael."


@pytest.mark.parametrize("length", [9, 100, 300, 500])
def test_a_damaged_pdf_file_is_an_error_with_its_name(tmp_path: Path, length: int) -> None:
    pytest.importorskip("pypdfium2")
    (tmp_path / "a.pdf").write_bytes(pdf("Call me Ishmael.")[:length])
    with pytest.raises(InputError, match=r"a\.pdf (is a damaged PDF file|has no text)"):
        read(tmp_path)


def test_a_pdf_file_of_pictures_has_no_text(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    (tmp_path / "a.pdf").write_bytes(pdf("", ""))
    with pytest.raises(InputError, match=r"a\.pdf has no text on its 2 pages") as caught:
        read(tmp_path)
    assert "ocrmypdf" in str(caught.value.hint)


def test_an_encrypted_pdf_file_says_so(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Call me Ishmael.")))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    with pytest.raises(InputError, match=r"a\.pdf is encrypted"):
        read(tmp_path)
    [rejection] = GenerationSource([tmp_path])
    assert rejection == Rejection("a.pdf", f"{tmp_path}/a.pdf is encrypted", f"{tmp_path}/a.pdf")


def test_without_pdfium_the_hint_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    (tmp_path / "a.pdf").write_bytes(pdf("Call me Ishmael."))
    with pytest.raises(InputError, match=r"a\.pdf is PDF, which needs pypdfium2") as caught:
        read(tmp_path)
    assert caught.value.hint == "pip install pypdfium2"
