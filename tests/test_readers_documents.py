"""The corpus: every file and record is a document, or an error that says where and what to do."""

import gzip
import io
import sys
import zlib
from pathlib import Path

import orjson
import pytest

from memscan import Document, InputError, LimitError
from memscan.readers import DocumentSource, documents, json_lines, texts


def write(path: Path, *records: object) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def read(*paths: str | Path, text_field: str | None = None) -> list[Document]:
    return list(DocumentSource(paths, text_field=text_field))


def test_a_record_becomes_a_document(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", {"id": 7, "text": "a", "author": "b", "tags": {"c": [1]}})
    assert read(path) == [Document("7", "a", {"author": "b", "tags": '{"c":[1]}'})]


def test_without_an_id_it_is_the_file_and_the_line(tmp_path: Path) -> None:
    write(tmp_path / "c.json", {"content": "a"}, {"content": "b"})
    assert [document.id for document in read(tmp_path)] == ["c.json:1", "c.json:2"]


def test_a_text_file_is_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    (tmp_path / "below" / "b.py").write_bytes(b'{"not": "a record"}')
    (tmp_path / "c.rst.gz").write_bytes(gzip.compress(b"words"))
    (tmp_path / "empty.txt").write_bytes(b"")
    told: list[str] = []
    source = DocumentSource([tmp_path], on_detect=told.append)
    assert list(source) == [
        Document("a.txt", "\ufeffone\r\ntwo\r\n", {}),
        Document("below/b.py", '{"not": "a record"}', {}),
        Document("c.rst.gz", "words", {}),
        Document("empty.txt", "", {}),
    ]
    assert told == [
        f"detected: {tmp_path}/a.txt is text, id = file name",
        f"detected: {tmp_path}/c.rst.gz is gzip text, id = file name",
        f"detected: {tmp_path}/empty.txt is text, id = file name",
    ]
    assert [file.records for file in source.inputs] == [1, 1, 1, 1]


def test_standard_input_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b'{"body": "words"}'))
    monkeypatch.setattr(sys, "stdin", stream)
    assert read("-") == [Document("stdin:1", "words", {})]


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (b"{", "the line is not JSON: ", "each line must hold one whole JSON object"),
        (b"caf\xe9", "the line is not UTF-8 at byte offset 3", "convert the file to UTF-8"),
        (b'{"text": "\\udfff"}', "the line is not JSON: ", "half a character is replaced by"),
        (b"[1]", "the line is an array, expected a JSON object", None),
        (b"{}", "the text is missing or null", None),
        (b'{"text": 1}', "the text is a number, expected a string", None),
        (b'{"text": "a", "id": []}', "the id is an array, expected a string", None),
    ],
)
def test_a_bad_line_is_an_error_with_its_place(
    tmp_path: Path, line: bytes, message: str, hint: str | None
) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b'{"text": "a", "id": "x"}\n' + line + b"\n")
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: {message}")
    assert caught.value.hint == hint or str(caught.value.hint).startswith(str(hint))


def test_a_bad_first_line_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_bytes(b"[INFO] started\n")
    with pytest.raises(InputError, match=r"c\.jsonl:1: the line is not JSON"):
        read(tmp_path)


def test_records_without_a_text_are_an_error_that_lists_the_fields(tmp_path: Path) -> None:
    write(tmp_path / "c.jsonl", {"id": 1, "page": {"words": "a"}})
    with pytest.raises(InputError, match=r"in text or content or body, .*: id, page\.words"):
        read(tmp_path)
    assert read(tmp_path, text_field="page.words") == [Document("1", "a", {})]


def test_documents_with_one_id_are_told_apart_and_told(tmp_path: Path) -> None:
    rows = [{"id": name, "text": "a"} for name in ("x", "x#2", "x", "x", "y")]
    path = write(tmp_path / "c.jsonl", *rows)
    told: list[str] = []
    source = DocumentSource([path], on_detect=told.append)
    assert [document.id for document in source] == ["x", "x#2", "x#3", "x#4", "y"]
    assert source.repeated_ids == 2
    assert told[1] == (
        f"warning: the id 'x' of {path}:1 occurs again in {path}:3; "
        "the second document is called 'x#3'"
    )


def test_files_with_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text("words")
    documents = read(tmp_path / "a", tmp_path / "b")
    assert [document.id for document in documents] == ["x.txt", "x.txt#2"]
    assert [document.id for document in read(tmp_path)] == ["a/x.txt", "b/x.txt"]


def test_an_id_that_every_record_has_costs_no_more_than_others(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", *({"id": "x", "text": "a"} for _ in range(20_000)))
    assert read(path)[-1].id == "x#20000"


def test_a_corpus_may_be_read_again(tmp_path: Path) -> None:
    source = DocumentSource([write(tmp_path / "c.jsonl", {"id": "x", "text": "a"})])
    assert list(source) == list(source)


def test_text_that_is_not_utf_8_is_an_error_with_its_offset(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 2**20 + b"caf\xe9")
    with pytest.raises(InputError, match=r"a\.txt is not UTF-8 at byte offset 1048579") as caught:
        read(tmp_path)
    assert str(caught.value.hint).startswith("convert the file to UTF-8")


def test_a_binary_file_in_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"abc\0\1\2")
    for path in (tmp_path, tmp_path / "*.bin"):
        with pytest.raises(InputError, match=r"a\.bin is a binary file \(NUL at byte offset 3\)"):
            read(path)
    assert read(tmp_path / "a.bin") == [Document("a.bin", "abc\0\1\2", {})]


@pytest.mark.parametrize("is_gzip", [False, True])
def test_a_text_over_the_limit_is_a_limit_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_gzip: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(documents, "TEXT_LIMIT_BYTES", 4)
    for text in (b"abcd", b"abcde"):
        (tmp_path / "a.txt").write_bytes(gzip.compress(text) if is_gzip else text)
        if text == b"abcd":
            assert read(tmp_path)[0].text == "abcd"
            continue
        with pytest.raises(LimitError, match=r"a\.txt is longer than 4 bytes"):
            read(tmp_path)


def test_a_line_over_the_limit_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LINE_LIMIT_BYTES", 10)
    write(tmp_path / "c.jsonl", {"text": "many words"})
    with pytest.raises(InputError, match=r"c\.jsonl:1: the line is longer than 10 bytes"):
        read(tmp_path)


def test_a_compression_bomb_is_a_limit_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "_EXPANSION_FREE_BYTES", 2**22)
    compressor = zlib.compressobj(wbits=31)
    bomb = b"".join(compressor.compress(b" " * 2**20) for _ in range(64)) + compressor.flush()
    (tmp_path / "a.txt.gz").write_bytes(bomb)
    with pytest.raises(LimitError, match=r"a\.txt\.gz expands more than 500 times"):
        read(tmp_path)


def test_a_zip_archive_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match=r"a\.zip is a zip archive, expected"):
        list(DocumentSource([tmp_path]))
