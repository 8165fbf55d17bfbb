"""Records of every format with anything in the wrong place: told, and never a crash."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memscan import Generation, InputError, Rejection
from memscan.readers import GenerationSource
from memscan.readers.adapters import FORMATS
from memscan.records import PARTS
from test_readers_adapters import SAMPLES, WILDCHAT, vllm_output
from test_readers_arena import PAIR, VOTE
from test_readers_inspect import HEADER, SAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAMES = [one.name for one in FORMATS]


def lines(*names: str) -> list[object]:
    """Return the records of some samples."""
    paths = (SAMPLES / name for name in names)
    return [orjson.loads(line) for path in paths for line in path.read_bytes().splitlines()]


RECORDS: dict[str, list[object]] = {
    "openai-batch": lines(
        "openai/chat.jsonl", "openai/completions.jsonl", "openai/responses.jsonl"
    ),
    "anthropic-batch": lines("anthropic/results.jsonl"),
    "vllm": [vllm_output("0", {"text": "a", "finish_reason": "stop"}, {"token_ids": [1]})],
    "inspect": [HEADER | {"samples": [SAMPLE | {"attachments": {"abc": "long"}}]}],
    "lm-eval": lines("lm_eval/samples_begin.jsonl", "lm_eval/samples_choose.jsonl"),
    "ray-llm": [
        {"id": 1, "messages": [{"role": "user", "content": "a"}], "generated_text": "b"}
        | {"generated_tokens": [1], "__inference_error__": ""}
    ],
    "alpaca-eval": [{"instruction": "a", "output": "b", "generator": "c", "dataset": "d"}],
    "arena": [PAIR, VOTE],
    "chat": [WILDCHAT, {"id": 1, "conversations": [{"from": "gpt", "value": "a"}]}],
}
INPUTS = lines(
    "openai/chat_input.jsonl", "openai/responses_input.jsonl", "anthropic/requests.jsonl"
)

STRANGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "attachment://abc", "assistant", "text", "tool_use", "-1", "²", "\0"])
    | st.sampled_from(["<think>", "<|channel|>analysis<|message|>", "[", '["a"]', "[{}]"])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "text", "content", "role", "id", "index", "a"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Yield the path to every value in a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from places(inner, (*path, place))


def put(value: object, path: tuple[object, ...], new: object) -> object:
    """Return a JSON value with another one at a place."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return value | {first: put(value[first], tuple(rest), new)}
    assert isinstance(value, list)
    return [put(one, tuple(rest), new) if n == first else one for n, one in enumerate(value)]


@st.composite
def changed(draw: Callable[[st.SearchStrategy[object]], object], records: list[object]) -> object:
    """Draw one of some records with a few values replaced."""
    record = draw(st.sampled_from(records))
    for _ in range(draw(st.integers(1, 3))):  # type: ignore[call-overload]
        path = draw(st.sampled_from(list(places(record))[1:] or [()]))
        record = put(record, path, draw(STRANGE))  # type: ignore[arg-type]
        if not isinstance(record, dict):
            break
    return record


def drained(folder: str, records: list[object], **options: str | Path) -> list[object]:
    stored = b"".join(orjson.dumps(record) + b"\n" for record in records)
    return drained_bytes(folder, stored, **options)


def drained_bytes(folder: str, stored: bytes, **options: str | Path) -> list[object]:
    path = Path(folder) / "a.jsonl"
    path.write_bytes(stored)
    source = GenerationSource([path], **options)  # type: ignore[arg-type]
    found: list[object] = []
    try:
        found.extend(source)
    except InputError as error:
        reason = str(error)
    else:
        reason = ""
    assert reason.isprintable()
    return found


def check(found: list[object]) -> None:
    for record in found:
        assert isinstance(record, Generation | Rejection)
        assert record.id
        if isinstance(record, Rejection):
            assert record.reason.isprintable()
            continue
        for text in (record.text, record.prompt or "", record.model or "", record.id):
            text.encode()
        assert record.part in PARTS
        assert 0 <= record.sample_index < 2**31
        for value in record.metadata.values():
            assert isinstance(value, str | int | float | bool | None)


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_detected_as_what_they_are(name: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        for record in RECORDS[name]:
            path.write_bytes(orjson.dumps(record))
            source = GenerationSource([path])
            try:
                list(source)
            except InputError:
                assert name in ("openai-batch", "anthropic-batch", "lm-eval")
            assert source.inputs[0].detected["format"] == name


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60)
@given(st.data())
def test_anything_in_the_wrong_place_is_read_or_rejected(name: str, data: st.DataObject) -> None:
    records = data.draw(st.lists(changed(RECORDS[name]), min_size=1, max_size=3))
    with TemporaryDirectory() as folder:
        check(drained(folder, records, format=name, part="all"))
        check(drained(folder, [*RECORDS[name], *records]))


@settings(max_examples=60)
@given(st.lists(changed(INPUTS), min_size=1, max_size=3))
def test_anything_in_a_file_of_prompts_is_read_or_counted(records: list[object]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "prompts.jsonl"
        path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
        check(drained(folder, RECORDS["openai-batch"], prompts=path))


@pytest.mark.parametrize("name", NAMES)
def test_values_nested_to_the_limit_are_read_or_rejected(name: str) -> None:
    deep = b'[{"content":' * 400 + b'"a"' + b"}]" * 400
    with TemporaryDirectory() as folder:
        for record in RECORDS[name]:
            for path in list(places(record))[1:]:
                stored = orjson.dumps(put(record, path, "DEEP")).replace(b'"DEEP"', deep)
                check(drained_bytes(folder, stored, format=name, part="all"))
