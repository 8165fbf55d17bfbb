"""Bytes that are no Unicode, and records that cannot be used: fail, skip or replace, as chosen."""

from pathlib import Path

import orjson
import pytest

from memscan import Document, Generation, InputError, Rejection
from memscan.readers import DocumentSource, GenerationSource
from memscan.records import OnError

GOOD = b'{"text": "words"}\n'
EVERY: tuple[OnError, ...] = ("fail", "skip", "replace")
NO_UNICODE = [
    (b'{"text": "caf\xe9 x"}\n', "caf\ufffd x"),
    (b'{"text": "\\ud800 x"}\n', "\ufffd x"),
    (b'{"text": "\\uDFFF\\n"}\n', "\ufffd\n"),
    (b'{"text": "\\ud83d\\ude00 \\ud83d"}\n', "\U0001f600 \ufffd"),
    (b'{"text": "\\\\ud800 \\ud800"}\n', "\\ud800 \ufffd"),
    (b'{"text": "\\ud800\\ud800\\udc00"}\n', "\ufffd\U00010000"),
    (b'{"text": "\xed\xa0\x80"}\n', "\ufffd\ufffd\ufffd"),
    (b'{"text": "\xe9 \\ud800"}\n', "\ufffd \ufffd"),
]


def write(tmp_path: Path, data: bytes, name: str = "a.jsonl") -> Path:
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def generations(path: Path, on_error: OnError | None = None) -> list[Generation | Rejection]:
    return list(GenerationSource([path], on_error=on_error))


def documents(path: Path, on_error: OnError | None = None) -> list[Document]:
    return list(DocumentSource([path], on_error=on_error))


@pytest.mark.parametrize(("line", "text"), NO_UNICODE)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_replace_puts_a_sign_where_no_unicode_is(
    tmp_path: Path, name: str, line: bytes, text: str
) -> None:
    data = GOOD + line if name == "a.jsonl" else b"[" + GOOD + b"," + line + b"]"
    source = GenerationSource([write(tmp_path, data, name)], on_error="replace")
    assert [record.text for record in source if isinstance(record, Generation)] == ["words", text]
    assert (source.inputs[0].replaced, source.inputs[0].rejected) == (1, 0)
    assert [one.text for one in documents(tmp_path / name, "replace")] == ["words", text]


@pytest.mark.parametrize("on_error", [None, "skip"])
@pytest.mark.parametrize("line", [line for line, _ in NO_UNICODE])
def test_generations_are_skipped_with_their_place(
    tmp_path: Path, line: bytes, on_error: OnError | None
) -> None:
    first, bad, last = generations(write(tmp_path, GOOD + line + GOOD), on_error)
    assert isinstance(first, Generation)
    assert isinstance(last, Generation)
    assert isinstance(bad, Rejection)
    assert bad.id == "a.jsonl:2"
    assert bad.reason.startswith(f"{tmp_path}/a.jsonl:2: the line is not ")


@pytest.mark.parametrize("line", [line for line, _ in NO_UNICODE])
def test_fail_is_an_error_with_the_place(tmp_path: Path, line: bytes) -> None:
    path = write(tmp_path, GOOD + line)
    with pytest.raises(InputError, match=r"a\.jsonl:2: the line is not ") as caught:
        generations(path, "fail")
    assert caught.value.hint == "--on-error skip counts it and goes on"
    for on_error in (None, "fail"):
        with pytest.raises(InputError, match=r"a\.jsonl:2: the line is not "):
            documents(path, on_error)


def test_replace_leaves_other_faults_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + b'{"text": "\xe9}\n' + b'{"text": 1}\n')
    assert [type(record) for record in generations(path, "replace")] == [
        Generation,
        Rejection,
        Rejection,
    ]
    with pytest.raises(InputError, match=r"a\.jsonl:2: the line is not UTF-8"):
        documents(path, "replace")


def test_documents_may_be_skipped_and_are_counted_and_told(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + b"bad\n" * 5 + GOOD)
    told: list[str] = []
    source = DocumentSource([path], on_error="skip", on_detect=told.append)
    assert [document.id for document in source] == ["a.jsonl:1", "a.jsonl:7"]
    assert source.inputs[0].rejected == 5
    assert source.inputs[0].records == 7
    skipped = [line for line in told if line.startswith("skipped: ")]
    assert len(skipped) == 3
    assert skipped[0].startswith(f"skipped: {path}:2: the line is not JSON")


def test_text_files_follow_the_policy(tmp_path: Path) -> None:
    path = write(tmp_path, b"caf\xe9 x", "a.txt")
    with pytest.raises(InputError, match=r"a\.txt is not UTF-8 at byte offset 3"):
        documents(path)
    assert documents(path, "skip") == []
    source = DocumentSource([path], on_error="replace")
    [document] = source
    assert document.text == "caf\ufffd x"
    assert source.inputs[0].replaced == 1
    assert isinstance(generations(path)[0], Rejection)
    assert isinstance(generations(path, "replace")[0], Generation)
    with pytest.raises(InputError, match=r"a\.txt is not UTF-8"):
        generations(path, "fail")


def test_a_skipped_text_file_is_hashed_to_its_end(tmp_path: Path) -> None:
    source = DocumentSource([write(tmp_path, b"\xe9" * 5_000_000, "a.txt")], on_error="skip")
    assert list(source) == []
    assert source.inputs[0].bytes == 5_000_000
    assert source.inputs[0].sha256


def test_reading_again_counts_again(tmp_path: Path) -> None:
    source = GenerationSource([write(tmp_path, b'{"text": "\xe9"}')], on_error="replace")
    for _ in range(2):
        assert len(list(source)) == 1
        assert source.inputs[0].replaced == 1


@pytest.mark.parametrize("kind", [DocumentSource, GenerationSource])
def test_unknown_policies_and_formats_are_errors(
    tmp_path: Path, kind: type[DocumentSource | GenerationSource]
) -> None:
    path = write(tmp_path, GOOD)
    with pytest.raises(InputError, match="'ignore' says nothing of what to do on an error"):
        kind([path], on_error="ignore")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'yaml' is no format") as caught:
        kind([path], format="yaml")
    assert str(caught.value.hint).startswith("the formats are: jsonl, json, parquet, arrow, text")


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"", []),
        (b"\n\n\r\n", []),
        (GOOD, ["words"]),
        (GOOD.replace(b"\n", b"\r\n") * 2, ["words", "words"]),
        (b"\xef\xbb\xbf" + GOOD, ["words"]),
        ('{"text": "a\u2028b\u202e\u0301"}'.encode(), ["a\u2028b\u202e\u0301"]),
        (b'{"text": "a\\u0000b"}', ["a\0b"]),
    ],
)
def test_what_is_strange_and_right_is_kept_as_it_is(
    tmp_path: Path, data: bytes, texts: list[str]
) -> None:
    path = write(tmp_path, data)
    for on_error in EVERY:
        assert [one.text for one in documents(path, on_error)] == texts
        assert [
            one.text for one in generations(path, on_error) if isinstance(one, Generation)
        ] == texts


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.txt"])
def test_utf_16_is_recognised_and_told(tmp_path: Path, name: str, encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    path = write(tmp_path, (mark + '{"text": "words"}\n').encode(encoding), name)
    for on_error in EVERY:
        for kind in (DocumentSource, GenerationSource):
            with pytest.raises(InputError, match=f"{name} looks like UTF-16, expected UTF-8"):
                list(kind([path], on_error=on_error))


@pytest.mark.parametrize(
    "line",
    [
        b"[1]",
        b"1",
        b'{"text": NaN}',
        b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b"{}",
        b'{"text": null}',
        b'{"text": 1}',
    ],
)
def test_no_policy_takes_a_record_that_is_none(tmp_path: Path, line: bytes) -> None:
    path = write(tmp_path, GOOD + line + b"\n" + GOOD)
    for on_error in EVERY[1:]:
        assert isinstance(generations(path, on_error)[1], Rejection)
    assert len(documents(path, "skip")) == 2
    for on_error in EVERY[::2]:
        with pytest.raises(InputError, match=r"a\.jsonl:2: "):
            documents(path, on_error)


def test_offsets_index_the_text_as_it_was_decoded(tmp_path: Path) -> None:
    [generation] = generations(write(tmp_path, b'{"text": "\xff\xfe word"}'), "replace")
    assert isinstance(generation, Generation)
    assert generation.text[3:] == "word"


@pytest.mark.parametrize("format", ["text", "jsonl", "json"])
def test_a_format_may_be_chosen(tmp_path: Path, format: str) -> None:  # noqa: A002
    path = write(tmp_path, orjson.dumps({"text": "a"}), "a.log")
    [document] = DocumentSource([path], format=format)
    assert document.text == ('{"text":"a"}' if format == "text" else "a")
