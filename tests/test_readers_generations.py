"""Generations out of files: every record is a generation or a rejection that says where."""

import gzip
import io
import sys
from pathlib import Path

import orjson
import pytest

from memscan import Generation, InputError, Rejection
from memscan.readers import GenerationSource, generations

GOOD = b'{"text": "words"}\n'


def write(path: Path, *records: object) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def read(*paths: str | Path) -> list[Generation | Rejection]:
    return list(GenerationSource(paths))


def read_bytes(tmp_path: Path, data: bytes) -> list[Generation | Rejection]:
    (tmp_path / "g.jsonl").write_bytes(data)
    return read(tmp_path / "g.jsonl")


def test_a_record_becomes_a_generation(tmp_path: Path) -> None:
    path = write(
        tmp_path / "g.jsonl",
        {"id": "x", "text": "a", "prompt": "p", "model": "m", "n": 1, "tags": ["t"], "ok": None},
    )
    assert read(path) == [
        Generation("x", "a", "p", "m", {"n": 1, "tags": '["t"]', "ok": None}),
    ]


def test_without_an_id_it_is_the_file_and_the_line(tmp_path: Path) -> None:
    (tmp_path / "runs" / "one").mkdir(parents=True)
    write(tmp_path / "runs/one/g.jsonl", {"text": "a"}, {"id": "", "text": "b"}, {"text": "c"})
    assert [record.id for record in read(tmp_path / "runs")] == [
        "one/g.jsonl:1",
        "one/g.jsonl:2",
        "one/g.jsonl:3",
    ]


def test_whole_numbers_are_ids(tmp_path: Path) -> None:
    path = write(tmp_path / "g.jsonl", {"id": 0, "text": "a"}, {"id": 2**64 - 1, "text": "b"})
    assert [record.id for record in read(path)] == ["0", "18446744073709551615"]


def test_fields_are_detected_in_each_file_and_told(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", {"model": "m", "output": "a", "instruction": "p"})
    write(tmp_path / "b.jsonl", {"model": "m", "output": "b", "instruction": "p"})
    write(tmp_path / "c.jsonl", {"response": {"text": "c"}, "text": 1, "id": "x"})
    (tmp_path / "c.jsonl").write_bytes(gzip.compress((tmp_path / "c.jsonl").read_bytes()))
    told: list[str] = []
    with pytest.raises(InputError, match=r"c\.jsonl has a text in text or completion or output"):
        list(GenerationSource([tmp_path], on_detect=told.append))
    source = GenerationSource(
        [tmp_path / "c.jsonl"], text_field="response.text", on_detect=told.append
    )
    assert list(source) == [Generation("x", "c", None, None, {"text": 1})]
    assert told == [
        (
            f"detected: {tmp_path}/a.jsonl is JSON lines, "
            "text = output, id = file:line, prompt = instruction, model = model"
        ),
        f"detected: {tmp_path}/c.jsonl is gzip JSON lines, text = response.text, id = id",
    ]
    assert source.inputs[0].detected == {
        "format": "gzip JSON lines",
        "text": "response.text",
        "id": "id",
    }


def test_fields_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "g.jsonl", {"text": "t", "a": "1", "b": "2", "c": {"d": "3"}, "e": 4})
    source = GenerationSource(
        [path], text_field="a", id_field="e", prompt_field="b", model_field="c.d"
    )
    assert list(source) == [Generation("4", "1", "2", "3", {"text": "t"})]


def test_texts_are_kept_as_they_are(tmp_path: Path) -> None:
    text = "\0 \u2028 e\u0301 \u202e \N{BOOKS} \ufeff \r\n"
    assert read(write(tmp_path / "g.jsonl", {"text": text})) == [
        Generation("g.jsonl:1", text, None, None, {})
    ]


def test_a_text_may_come_late(tmp_path: Path) -> None:
    failed = b'{"error": "' + b"x" * 1000 + b'"}\n'
    records = read_bytes(tmp_path, failed * 6000 + GOOD)
    assert sum(isinstance(record, Rejection) for record in records) == 6000
    assert records[-1] == Generation("g.jsonl:6001", "words", None, None, {})


def test_fields_are_detected_beyond_a_long_first_record(tmp_path: Path) -> None:
    path = write(tmp_path / "g.jsonl", {"text": "x" * 2**21}, {"id": "b", "text": "y"})
    assert [record.id for record in read(path)] == ["g.jsonl:1", "b"]


def test_records_and_bytes_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD * 3 + b"bad\n")
    (tmp_path / "b.jsonl").write_bytes(gzip.compress(GOOD))
    source = GenerationSource([tmp_path])
    sizes = [path.stat().st_size for path in sorted(tmp_path.iterdir())]
    assert source.total_bytes == sum(sizes)
    assert source.bytes_read == 0
    for _ in range(2):
        assert len(list(source)) == 5
        assert [(file.records, file.rejected) for file in source.inputs] == [(4, 1), (1, 0)]
        assert [file.bytes for file in source.inputs] == sizes
        assert [len(file.sha256) for file in source.inputs] == [64, 64]
        assert source.bytes_read == source.total_bytes


def test_bytes_read_grow_with_the_reading(tmp_path: Path) -> None:
    (tmp_path / "g.jsonl").write_bytes((b'{"text": "' + b"x" * 99_987 + b'"}\n') * 100)
    source = GenerationSource([tmp_path / "g.jsonl"])
    records = iter(source)
    next(records)
    assert 0 < source.bytes_read < source.total_bytes == 10_000_000
    assert sum(1 for _ in records) == 99
    assert source.bytes_read == source.total_bytes


def test_a_text_file_is_one_generation(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.txt").write_bytes(b'{"text": "json in a text"}')
    (tmp_path / "below" / "b.md").write_bytes(b"\xef\xbb\xbfwords\r\n")
    (tmp_path / "below" / "c.txt").write_bytes(gzip.compress(b"words"))
    (tmp_path / "d.txt").write_bytes(b"")
    assert read(tmp_path) == [
        Generation("a.txt", '{"text": "json in a text"}', None, None, {}),
        Generation("below/b.md", "\ufeffwords\r\n", None, None, {}),
        Generation("below/c.txt", "words", None, None, {}),
        Generation("d.txt", "", None, None, {}),
    ]


@pytest.mark.parametrize("name", ["out", "out.log", "out.jsonlines", "out.gz"])
def test_json_lines_are_known_by_their_start_where_the_suffix_says_nothing(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(GOOD)
    assert read(tmp_path) == [Generation(f"{name}:1", "words", None, None, {})]


@pytest.mark.parametrize("data", [b"caf\xe9", b"a\0b"])
def test_a_text_file_that_is_no_text_is_rejected(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    source = GenerationSource([tmp_path])
    [rejection] = source
    assert isinstance(rejection, Rejection)
    assert rejection.id == "a.txt"
    assert "a.txt is " in rejection.reason
    assert source.inputs[0].rejected == 1


def test_a_text_file_over_the_limit_is_rejected_and_still_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "LINE_LIMIT_BYTES", 100)
    (tmp_path / "a.txt").write_bytes(b"x" * 5_000_000)
    source = GenerationSource([tmp_path])
    reason = f"{tmp_path}/a.txt is longer than 100 bytes, the limit of one text"
    assert list(source) == [Rejection("a.txt", reason, f"{tmp_path}/a.txt", None)]
    assert source.inputs[0].bytes == 5_000_000
    assert source.inputs[0].sha256


def test_standard_input_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(GOOD + b"bad\n"))
    monkeypatch.setattr(sys, "stdin", stream)
    generation, rejection = read("-")
    assert generation == Generation("stdin:1", "words", None, None, {})
    assert isinstance(rejection, Rejection)
    assert rejection.reason.startswith("stdin:2: the line is not JSON")


def test_a_truncated_gzip_file_is_an_error_after_what_it_holds(tmp_path: Path) -> None:
    stored = gzip.compress(GOOD * 1000)
    (tmp_path / "g.jsonl.gz").write_bytes(stored[:-8])
    with pytest.raises(InputError, match=r"g\.jsonl\.gz ends in the middle of its gzip data"):
        read(tmp_path / "g.jsonl.gz")


def test_strange_file_names_are_shown_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "a\nb\x1b.jsonl").write_bytes(GOOD + b"bad\n")
    _, rejection = read(tmp_path)
    assert isinstance(rejection, Rejection)
    assert rejection.id == "a\nb\x1b.jsonl:2"
    assert r"/a\nb\x1b.jsonl:2: " in rejection.reason
