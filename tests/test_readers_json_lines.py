"""JSON lines: what a good line may look like, and what becomes of every other."""

from pathlib import Path

import pytest

from memscan import Generation, InputError, Rejection
from memscan.readers import GenerationSource, json_lines

GOOD = b'{"text": "words"}\n'


def read_bytes(tmp_path: Path, data: bytes) -> list[Generation | Rejection]:
    (tmp_path / "g.jsonl").write_bytes(data)
    return list(GenerationSource([tmp_path / "g.jsonl"]))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "the line is not JSON: "),
        (b"{'text': 'a'}", "the line is not JSON: "),
        (b'{"text": "a", "n": NaN}', "the line is not JSON: "),
        (b'{"text": "\\ud800"}', "the line is not JSON: "),
        (b'{"text": "a\0"}', "the line is not JSON: "),
        (b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "the line is not JSON: "),
        (b"[INFO] started", "the line is not JSON: "),
        (b'{"text": "caf\xe9"}', "the line is not UTF-8 at byte offset 13"),
        (b'{"text": "\xed\xa0\x80"}', "the line is not UTF-8 at byte offset 10"),
        (b'["a"]', "the line is an array, expected a JSON object"),
        (b'"a"', "the line is a string, expected a JSON object"),
        (b"1", "the line is a number, expected a JSON object"),
        (b"true", "the line is a boolean, expected a JSON object"),
        (b"null", "the line is null, expected a JSON object"),
        (b"{}", "the text is missing or null"),
        (b'{"text": null}', "the text is missing or null"),
        (b'{"text": 1}', "the text is a number, expected a string"),
        (b'{"text": ["a"]}', "the text is an array, expected a string"),
        (b'{"text": "a", "prompt": {}}', "the prompt is an object, expected a string"),
        (b'{"text": "a", "model": false}', "the model is a boolean, expected a string"),
        (b'{"text": "a", "id": 1.5}', "the id is a number, expected a string or an integer of"),
        (b'{"text": "a", "id": 18446744073709551616}', "the id is a number, expected a string or"),
        (b'{"text": "a", "m": ' + b"[" * 500 + b"]" * 500 + b"}", "a field cannot be kept as JSON"),
    ],
)
def test_a_bad_line_is_rejected_with_its_place(tmp_path: Path, line: bytes, reason: str) -> None:
    good = b'{"text": "a", "id": "x", "prompt": "p", "model": "m"}\n'
    first, bad, last = read_bytes(tmp_path, good + line + b"\n" + good)
    assert isinstance(first, Generation)
    assert isinstance(bad, Rejection)
    assert first == last
    assert bad.id == "g.jsonl:2"
    assert bad.reason.startswith(f"{tmp_path}/g.jsonl:2: {reason}")


def test_a_rejected_record_keeps_its_own_id(tmp_path: Path) -> None:
    _, bad = read_bytes(tmp_path, b'{"id": "x", "text": "a"}\n{"id": "y", "text": 1}')
    reason = f"{tmp_path}/g.jsonl:2: the text is a number, expected a string"
    assert bad == Rejection("y", reason, f"{tmp_path}/g.jsonl", 2)
    assert bad.problem == "the text is a number, expected a string"


@pytest.mark.parametrize(
    "data",
    [
        b'{"text": "a"}\n{"text": "b"}\n',
        b'{"text": "a"}\r\n{"text": "b"}\r\n',
        b'{"text": "a"}\n{"text": "b"}',
        b'\xef\xbb\xbf{"text": "a"}\n{"text": "b"}\n',
        b'\n \n\t\r\n{"text": "a"}\n\n\n{"text": "b"}\n\n',
    ],
)
def test_line_ends_blank_lines_and_a_mark_do_not_matter(tmp_path: Path, data: bytes) -> None:
    records = read_bytes(tmp_path, data)
    assert [record.text for record in records if isinstance(record, Generation)] == ["a", "b"]


def test_a_line_break_inside_unicode_is_no_line_end(tmp_path: Path) -> None:
    data = '{"text": "a\u2028b\u0085c"}\n'.encode()
    [generation] = read_bytes(tmp_path, data)
    assert isinstance(generation, Generation)
    assert generation.text == "a\u2028b\u0085c"


@pytest.mark.parametrize("data", [b"", b"\n\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_record_gives_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "g.jsonl").write_bytes(data)
    source = GenerationSource([tmp_path / "g.jsonl"])
    assert list(source) == []
    assert source.inputs[0].detected == {"format": "empty"}


def test_a_file_in_which_no_line_is_an_object_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no line of .*g\.jsonl is a JSON object"):
        read_bytes(tmp_path, b'{"text": "a",\n"id": 1}\n')


def test_a_file_in_which_no_record_has_a_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the fields are: id, answer\.body") as caught:
        read_bytes(tmp_path, b'{"id": 1, "answer": {"body": "a"}}\n')
    assert "--text-field" in str(caught.value.hint)


def test_a_line_over_the_limit_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LINE_LIMIT_BYTES", 100)
    records = read_bytes(tmp_path, GOOD + b'{"text": "' + b"x" * 200 + b'"}\n' + GOOD)
    reason = f"{tmp_path}/g.jsonl:2: the line is longer than 100 bytes"
    assert records[1] == Rejection("g.jsonl:2", reason, f"{tmp_path}/g.jsonl", 2)
    assert isinstance(records[2], Generation)
