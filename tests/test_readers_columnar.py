"""Parquet and Arrow: each row a record, of any layout of strings; damaged files named."""

import datetime as dt
import decimal
import gzip
import io
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from memscan import Generation, InputError, Rejection
from memscan.readers import DocumentSource, GenerationSource, columnar

ROWS = pa.table({"id": ["x", "y", None], "text": ["one", "two é", "three"], "n": [1, None, 3]})
Write = Callable[[pa.Table, Path], None]


def write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=2)


def write_arrow_file(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


def write_arrow_stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


WRITERS = MappingProxyType(
    {"Parquet": write_parquet, "Arrow file": write_arrow_file, "Arrow stream": write_arrow_stream}
)
each_format = pytest.mark.parametrize(("title", "write"), WRITERS.items(), ids=list(WRITERS))


def read(*paths: Path) -> list[Generation | Rejection]:
    return list(GenerationSource(paths))


def texts(records: list[Generation | Rejection]) -> list[str]:
    return [record.text for record in records if isinstance(record, Generation)]


@each_format
@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "a", "a.txt", "a.jsonl"])
def test_rows_are_records_whatever_the_file_is_called(
    tmp_path: Path, title: str, write: Write, name: str
) -> None:
    path = tmp_path / name
    write(ROWS, path)
    told: list[str] = []
    source = GenerationSource([path], on_detect=told.append)
    assert list(source) == [
        Generation("x", "one", None, None, {"n": 1}),
        Generation("y", "two é", None, None, {"n": None}),
        Generation(f"{name}:3", "three", None, None, {"n": 3}),
    ]
    assert told == [f"detected: {path} is {title}, text = text, id = id"]
    assert source.inputs[0].bytes == source.bytes_read == path.stat().st_size
    assert source.inputs[0].sha256 == sha256(path.read_bytes()).hexdigest()
    assert source.inputs[0].records == 3


@each_format
def test_rows_are_documents(tmp_path: Path, title: str, write: Write) -> None:
    write(ROWS, tmp_path / "c")
    told: list[str] = []
    source = DocumentSource([tmp_path], on_detect=told.append)
    assert [document.id for document in source] == ["x", "y", "c:3"]
    assert told == [f"detected: {tmp_path}/c is {title}, text = text, id = id"]


@each_format
@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int32(), pa.large_string()),
        pa.binary(),
        pa.large_binary(),
    ],
    ids=str,
)
def test_text_of_any_layout_is_text(
    tmp_path: Path, title: str, write: Write, kind: pa.DataType
) -> None:
    del title
    values = ["one", None, "zwölf \u2028", ""]
    write(pa.table({"text": pa.array(values, pa.string()).cast(kind)}), tmp_path / "a")
    first, null, third, empty = read(tmp_path / "a")
    assert texts([first, third, empty]) == ["one", "zwölf \u2028", ""]
    reason = f"{tmp_path}/a:2: the text is missing or null"
    assert null == Rejection("a:2", reason, f"{tmp_path}/a", 2)


@pytest.mark.parametrize("write", [write_arrow_file, write_arrow_stream])
def test_categories_as_polars_writes_them_are_text(tmp_path: Path, write: Write) -> None:
    names = pa.array(["one", "café"], pa.string_view())
    column = pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.uint32()), names)
    lists = pa.ListArray.from_arrays(pa.array([0, 2, 2, 3], pa.int32()), column)
    write(pa.table({"text": column, "tags": lists}), tmp_path / "a")
    first, null, last = read(tmp_path / "a")
    assert isinstance(null, Rejection)
    assert texts([first, last]) == ["café", "one"]
    assert isinstance(first, Generation)
    assert first.metadata == {"tags": '["café",null]'}


@each_format
def test_other_values_are_kept_as_json_would(tmp_path: Path, title: str, write: Write) -> None:
    del title
    day = dt.datetime(2026, 11, 2, 3, 4, 5, tzinfo=dt.UTC)
    turns = [{"role": "user", "content": "hi", "time": day}, {"role": "assistant", "content": None}]
    schema = pa.schema(
        {
            "text": pa.string(),
            "turns": pa.list_(
                pa.struct(
                    {
                        "role": pa.string(),
                        "content": pa.string(),
                        "time": pa.timestamp("ns", "UTC"),
                    }
                )
            ),
            "day": pa.timestamp("us"),
            "price": pa.decimal128(10, 2),
            "tags": pa.map_(pa.string(), pa.int64()),
            "image": pa.binary(),
            "score": pa.float32(),
            "nothing": pa.null(),
        }
    )
    row = {
        "text": "a",
        "turns": turns,
        "day": day.replace(tzinfo=None),
        "price": decimal.Decimal("1.50"),
        "tags": [("k", 1)],
        "image": b"\xff\x00",
        "score": 0.5,
        "nothing": None,
    }
    write(pa.Table.from_pylist([row], schema), tmp_path / "a")
    [generation] = read(tmp_path / "a")
    assert isinstance(generation, Generation)
    assert generation.metadata == {
        "turns": '[{"role":"user","content":"hi","time":"2026-11-02 03:04:05.000000000Z"},'
        '{"role":"assistant","content":null,"time":null}]',
        "day": "2026-11-02 03:04:05.000000",
        "price": "1.50",
        "tags": '[["k",1]]',
        "image": "<2 bytes>",
        "score": 0.5,
        "nothing": None,
    }


def test_bytes_that_are_no_text_are_no_text(tmp_path: Path) -> None:
    write_parquet(pa.table({"text": [b"\xff", b"ok"]}), tmp_path / "a")
    bad, good = read(tmp_path / "a")
    assert bad == Rejection(
        "a:1", f"{tmp_path}/a:1: the text is binary, expected a string", f"{tmp_path}/a", 1
    )
    assert texts([good]) == ["ok"]


@each_format
def test_a_string_that_is_not_utf8_is_one_bad_record(
    tmp_path: Path, title: str, write: Write
) -> None:
    del title
    column = pa.array([b"one", b"caf\xe9", b"three"], pa.binary()).view(pa.string())
    write(pa.table({"text": column}), tmp_path / "a")
    first, bad, last = read(tmp_path / "a")
    assert texts([first, last]) == ["one", "three"]
    assert isinstance(bad, Rejection)
    assert "the column 'text' is not UTF-8 at byte offset 3 of its value" in bad.reason
    source = GenerationSource([tmp_path / "a"], on_error="replace")
    assert texts(list(source)) == ["one", "caf\ufffd", "three"]
    assert source.inputs[0].replaced == 1


@each_format
def test_extension_types_are_what_they_store(tmp_path: Path, title: str, write: Write) -> None:
    del title
    kind = pa.opaque(pa.string(), "prose", "a database")
    column = pa.ExtensionArray.from_storage(kind, pa.array(["one", None]))
    write(pa.table({"text": column}), tmp_path / "a")
    assert texts(read(tmp_path / "a")) == ["one"]


@each_format
def test_a_uuid_is_an_id_as_people_write_it(tmp_path: Path, title: str, write: Write) -> None:
    del title
    stored = pa.array([b"0123456789abcdef", None], pa.binary(16))
    identifiers = pa.ExtensionArray.from_storage(pa.uuid(), stored)
    write(pa.table({"text": ["a", "b"], "id": identifiers}), tmp_path / "a")
    ids = [record.id for record in read(tmp_path / "a")]
    assert ids == ["30313233-3435-3637-3839-616263646566", "a:2"]


@each_format
@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_without_rows_is_empty(tmp_path: Path, title: str, write: Write, rows: int) -> None:
    del title
    write(ROWS.slice(0, rows), tmp_path / "a")
    source = GenerationSource([tmp_path / "a"])
    assert len(list(source)) == rows
    assert (source.inputs[0].detected == {"format": "empty"}) == (not rows)


def test_a_parquet_file_without_row_groups_is_empty(tmp_path: Path) -> None:
    pq.ParquetWriter(tmp_path / "a", ROWS.schema).close()
    assert pq.ParquetFile(tmp_path / "a").num_row_groups == 0
    assert read(tmp_path / "a") == []


@each_format
def test_schemas_may_differ_from_file_to_file(tmp_path: Path, title: str, write: Write) -> None:
    write(pa.table({"text": ["a"]}), tmp_path / "1")
    write(pa.table({"output": pa.array(["b"], pa.large_string()), "n": ["x"]}), tmp_path / "2")
    told: list[str] = []
    assert texts(list(GenerationSource([tmp_path], on_detect=told.append))) == ["a", "b"]
    assert told == [
        f"detected: {tmp_path}/1 is {title}, text = text, id = file:row",
        f"detected: {tmp_path}/2 is {title}, text = output, id = file:row",
    ]
    write(pa.table({"words": ["c"]}), tmp_path / "3")
    with pytest.raises(InputError, match=rf"no record of {tmp_path}/3 has a text in .*: words"):
        read(tmp_path)


@each_format
def test_a_file_cut_at_any_length_is_an_error_with_its_name(
    tmp_path: Path, title: str, write: Write
) -> None:
    write(ROWS, tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    cut = tmp_path / "cut.bin"
    for length in range(10, len(whole), 7):
        cut.write_bytes(whole[:length])
        with pytest.raises(InputError, match=rf"cut\.bin (cannot be read as {title}|ends without)"):
            read(cut)


@each_format
def test_a_changed_byte_never_crashes(tmp_path: Path, title: str, write: Write) -> None:
    del title
    write(ROWS, tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    changed = tmp_path / "changed.bin"
    for index in range(12, len(whole), 3):
        data = bytearray(whole)
        data[index] ^= 0xFF
        changed.write_bytes(data)
        try:
            read(changed)
        except InputError as error:
            assert "changed.bin" in str(error)  # noqa: PT017 - it may not come


def test_offsets_outside_of_an_arrow_buffer_are_damage(tmp_path: Path) -> None:
    text = pa.Array.from_buffers(
        pa.string(),
        2,
        [None, pa.array([0, 1 << 30, 3], pa.int32()).buffers()[1], pa.py_buffer(b"abc")],
    )
    write_arrow_stream(pa.table({"text": text}), tmp_path / "a")
    with pytest.raises(InputError, match=r"/a cannot be read as Arrow stream"):
        read(tmp_path / "a")


def test_a_stream_that_was_not_ended_is_an_error(tmp_path: Path) -> None:
    write_arrow_stream(ROWS, tmp_path / "a")
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-8])
    with pytest.raises(
        InputError, match="ends without the mark that ends an Arrow stream, after 3"
    ):
        read(tmp_path / "a")


def test_other_bytes_after_a_stream_are_an_error(tmp_path: Path) -> None:
    write_arrow_stream(ROWS, tmp_path / "a")
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes() * 2)
    with pytest.raises(InputError, match="has other bytes after its Arrow stream"):
        read(tmp_path / "a")


def test_a_stream_may_be_compressed_or_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_arrow_stream(ROWS, tmp_path / "a")
    stored = gzip.compress((tmp_path / "a").read_bytes())
    (tmp_path / "a.gz").write_bytes(stored)
    assert len(read(tmp_path / "a.gz")) == 3
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stored)))
    assert len(read(Path("-"))) == 3


@pytest.mark.parametrize("title", ["Parquet", "Arrow file"])
def test_what_needs_a_file_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str
) -> None:
    WRITERS[title](ROWS, tmp_path / "a")
    (tmp_path / "a.gz").write_bytes(gzip.compress((tmp_path / "a").read_bytes()))
    with pytest.raises(InputError, match=f"is gzip {title}, which cannot be read while") as caught:
        read(tmp_path / "a.gz")
    assert caught.value.hint == "decompress the file first"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((tmp_path / "a").read_bytes())))
    with pytest.raises(InputError, match=f"stdin is {title}, which can only be read from a file"):
        read(Path("-"))


def test_a_name_that_promises_parquet_must_keep_it(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"words")
    with pytest.raises(InputError, match=r"a\.parquet does not start as Parquet does"):
        read(tmp_path)
    (tmp_path / "a.parquet").write_bytes(b"")
    with pytest.raises(InputError, match=r"a\.parquet is empty, expected Parquet"):
        read(tmp_path)
    (tmp_path / "a.parquet").write_bytes(b'{"text": "words"}')
    assert texts(list(GenerationSource([tmp_path], format="jsonl"))) == ["words"]


def test_two_columns_of_one_name_are_an_error(tmp_path: Path) -> None:
    columns = [pa.array(["a"]), pa.array(["b"])]
    write_arrow_file(pa.Table.from_arrays(columns, ["text", "text"]), tmp_path / "a")
    with pytest.raises(InputError, match="has two columns called 'text'"):
        read(tmp_path)


@each_format
def test_rows_are_handed_out_a_few_at_a_time(
    tmp_path: Path, title: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    del title
    monkeypatch.setattr(columnar, "_BYTES_AT_ONCE", 1000)
    write(pa.table({"text": ["x" * 300] * 50}), tmp_path / "a")
    assert [record.id for record in read(tmp_path)] == [f"a:{number}" for number in range(1, 51)]


def test_bytes_read_grow_with_the_reading(tmp_path: Path) -> None:
    table = pa.table({"text": [f"{number:0100000}" for number in range(50)]})
    pq.write_table(
        table, tmp_path / "a", row_group_size=5, compression="none", use_dictionary=False
    )
    source = GenerationSource([tmp_path / "a"])
    records = iter(source)
    for _ in range(11):
        next(records)
    assert 0 < source.bytes_read < source.total_bytes
    assert sum(1 for _ in records) == 39
    assert source.bytes_read == source.total_bytes
