"""JSON arrays, and objects over many lines: cut apart right in any chunks, never read in part."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memscan import Document, Generation, InputError, Rejection
from memscan.readers import DocumentSource, GenerationSource, json_file
from memscan.readers.json_values import Values, split_array, split_objects

Split = Callable[..., Iterator[tuple[int, Values]]]

AWKWARD = (r"\ " + '\\"{}[],:e\u0301\u2028\U0001f4da\n\t') * 2
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(AWKWARD, max_size=8),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.text(AWKWARD, max_size=4), values, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(AWKWARD, max_size=4), JSON, max_size=3)


def split(how: Split, data: bytes, chunk_bytes: int, limit_bytes: int = 1000) -> Values:
    chunks = (data[start : start + chunk_bytes] for start in range(0, len(data), chunk_bytes))
    values: Values = []
    for first_number, run in how(chunks, limit_bytes=limit_bytes, shown="a.json"):
        assert first_number == 1 + len(values)
        values += run
    return values


def parsed(values: Values) -> list[object]:
    return [orjson.loads(value) for value in values if value is not None]


def read(tmp_path: Path, data: bytes, name: str = "g.json") -> list[Generation | Rejection]:
    (tmp_path / name).write_bytes(data)
    return list(GenerationSource([tmp_path / name]))


def texts(records: Sequence[Generation | Rejection]) -> list[str]:
    return [record.text for record in records if isinstance(record, Generation)]


@given(values=st.lists(JSON, max_size=5), is_spread=st.booleans(), chunk_bytes=st.integers(1, 40))
def test_any_array_in_any_chunks_gives_its_elements(
    values: list[object],
    is_spread: bool,  # noqa: FBT001
    chunk_bytes: int,
) -> None:
    option = orjson.OPT_INDENT_2 if is_spread else None
    data = b" \n" + orjson.dumps(values, option=option) + b"\r\n"
    assert parsed(split(split_array, data, chunk_bytes)) == values


@given(
    values=st.lists(OBJECTS, max_size=5), is_spread=st.booleans(), chunk_bytes=st.integers(1, 40)
)
def test_any_objects_in_any_chunks_are_told_apart(
    values: list[object],
    is_spread: bool,  # noqa: FBT001
    chunk_bytes: int,
) -> None:
    option = orjson.OPT_INDENT_2 if is_spread else None
    data = b"\n".join(orjson.dumps(value, option=option) for value in values)
    assert parsed(split(split_objects, data, chunk_bytes)) == values


@given(st.text('\\"{}[], a', max_size=30), st.integers(1, 7))
def test_any_bytes_give_the_same_in_any_chunks(text: str, chunk_bytes: int) -> None:
    for how in (split_array, split_objects):
        assert _outcome(how, text.encode(), chunk_bytes) == _outcome(how, text.encode(), 1000)


def _outcome(how: Split, data: bytes, chunk_bytes: int) -> Values | None:
    try:
        return split(how, data, chunk_bytes)
    except InputError:
        return None


def test_all_runs_of_backslashes_are_told_from_quotes_in_all_chunkings() -> None:
    for count in range(7):
        data = orjson.dumps(["\\" * count + '"', ","])
        for chunk_bytes in range(1, len(data) + 1):
            assert parsed(split(split_array, data, chunk_bytes)) == ["\\" * count + '"', ","]


def test_a_value_over_the_limit_is_counted_and_not_kept() -> None:
    data = orjson.dumps([{"a": "x"}, {"a": "x" * 100}, {"a": "y"}])
    for chunk_bytes in (1, 10, 1000):
        values = split(split_array, data, chunk_bytes, limit_bytes=20)
        assert values == [b'{"a":"x"}', None, b'{"a":"y"}']


@pytest.mark.parametrize(
    "data",
    [
        b'[{"text": "a"}, {"text": "b"}]',
        b'\xef\xbb\xbf[\r\n  {"text": "a"},\r\n  {"text": "b"}\r\n]\r\n',
        b'{\n "text": "a"\n}\n{\n "text": "b"\n}',
        b'{\n "text": "a"\n}{"text": "b"}\n\n',
        b'{"id": 1,\n "text": "a"}\n{"text": "b"}',
    ],
)
def test_all_ways_to_write_two_records_give_two(tmp_path: Path, data: bytes) -> None:
    assert texts(read(tmp_path, data)) == ["a", "b"]


@pytest.mark.parametrize("name", ["g.json", "g.jsonl", "g"])
def test_an_array_is_known_by_its_start_and_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'[{"output": "a"}, {"output": "b"}]')
    told: list[str] = []
    first, second = GenerationSource([tmp_path / name], on_detect=told.append)
    assert (first.id, second.id) == (f"{name}:1", f"{name}:2")
    assert told == [f"detected: {tmp_path}/{name} is JSON array, text = output, id = file:element"]


def test_an_array_is_a_corpus_too(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(b'[{"text": "a", "id": "x"}, {"text": "b"}]')
    documents = list(DocumentSource([tmp_path]))
    assert documents == [Document("x", "a", {}), Document("c.json:2", "b", {})]


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (b"1", "the element is a number, expected a JSON object"),
        (b"[[1], 2]", "the element is an array, expected a JSON object"),
        (b"", "the element is missing"),
        (b'{"text": NaN}', "the element is not JSON: "),
        (b'{"text": "a" "b"}', "the element is not JSON: "),
        (b'{"text": "\\ud800"}', "the element is not JSON: "),
        (b'{"text": "caf\xe9"}', "the element is not UTF-8 at byte offset 13"),
        (b'{"text": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "the element is not JSON: "),
        (b'{"text": "a"} {"text": "b"}', "the element is not JSON: "),
    ],
)
def test_a_bad_element_is_one_rejected_record(tmp_path: Path, element: bytes, reason: str) -> None:
    good = b'{"text":"a"}'
    first, bad, last = read(tmp_path, b"[" + good + b"," + element + b"," + good + b"]")
    assert texts([first, last]) == ["a", "a"]
    assert isinstance(bad, Rejection)
    assert bad.reason.startswith(f"{tmp_path}/g.json:2: {reason}")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b'[{"text": "a"}',
            "ends in the middle of its JSON array, in element 1, which .* offset 1",
        ),
        (b'[{"text": "a"},', "ends in the middle of its JSON array, in element 2, .* offset 15"),
        (b'[{"text": "a}]', "ends in the middle of its JSON array, in element 1"),
        (b'[{"text": "a"}]]', "a bracket that closes nothing at byte offset 15"),
        (b'[{"text": "a"}] more', "other bytes beside its JSON array, from byte offset 15"),
        (b'{\n"text": "a"\n}\n{"text', "ends in the middle of object 2, which .* offset 15"),
        (b'\xef\xbb\xbf{\n"text": "a"\n}}', "a bracket that closes nothing at byte offset 18"),
        (b"[", "ends in the middle of its JSON array"),
    ],
)
def test_json_that_does_not_end_is_an_error_with_the_offset(
    tmp_path: Path, data: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=rf"g\.json (has|ends)? ?{message}"):
        read(tmp_path, data)


@pytest.mark.parametrize("data", [b"[]", b" [\n] \n", b"\xef\xbb\xbf[ ]"])
def test_an_empty_array_gives_nothing(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == []


def test_deep_nesting_needs_no_recursion() -> None:
    data = b"[" * 10_000_000
    with pytest.raises(InputError, match="ends in the middle of"):
        split(split_array, data, 1 << 20)


def test_an_element_over_the_limit_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_file, "LINE_LIMIT_BYTES", 100)
    records = read(tmp_path, orjson.dumps([{"text": "a"}, {"text": "b" * 200}, {"text": "c"}]))
    reason = f"{tmp_path}/g.json:2: the element is longer than 100 bytes"
    assert records[1] == Rejection("g.json:2", reason, f"{tmp_path}/g.json", 2)
    assert texts(records) == ["a", "c"]


def test_fields_are_detected_beyond_a_long_first_element(tmp_path: Path) -> None:
    data = orjson.dumps([{"text": "x" * 2**21}, {"id": "b", "text": "y"}])
    assert [record.id for record in read(tmp_path, data)] == ["g.json:1", "b"]


def test_json_lines_may_be_read_as_objects(tmp_path: Path) -> None:
    data = b"".join(chain.from_iterable([[b'{"text": "a"}\n'] * 3]))
    (tmp_path / "g.txt").write_bytes(data)
    source = GenerationSource([tmp_path / "g.txt"], format="json")
    assert texts(list(source)) == ["a", "a", "a"]
