"""Plain lines are read by a shorter way: whatever the lines, the same generations."""

import json
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memscan import _native
from memscan.readers import GenerationSource, files
from memscan.readers.json_lines import FIRST_CHUNKS
from memscan.readers.lines import Lines
from memscan.readers.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST = b'{"text": "first", "id": "0", "prompt": "p", "model": "m"}\n'
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["\0", "\u2028", '"', "\\", "\N{MUSICAL SYMBOL G CLEF}", "stop", "<think>a</think>b"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXTS, SCALARS, max_size=2)
KEYS = st.sampled_from(["text", "id", "prompt", "model", "n", "finish_reason", "stop_reason", ""])
REASONS = st.sampled_from(["stop", "length", "content_filter", "x", None])
PLAIN_OBJECTS = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={
        "id": TEXTS | st.integers(-(2**63), 2**64 - 1),
        "prompt": TEXTS | st.none(),
        "model": TEXTS | st.none(),
        "n": SCALARS,
        "finish_reason": REASONS,
        "stop_reason": REASONS,
    },
).map(lambda fields: [*fields.items()])
OBJECTS = PLAIN_OBJECTS | st.lists(st.tuples(KEYS, VALUES), max_size=6)
RAW_VALUES = st.sampled_from(
    [
        *("-0", "-0.0", "0.0", "1e400", "2e-324", "5E-324", "0.1e1", "01", "1.", "NaN", "tru"),
        *("18446744073709551616", "[" * 300 + "]" * 300),
        *(r'"\ud800"', r'"\ud83d\ude00"', '"\t"', '"\\/"'),
    ]
)


def written(fields: list[tuple[str, object]], *, ensure_ascii: bool, ending: str) -> bytes:
    pairs = (
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=ensure_ascii)}"
        for name, value in fields
    )
    return ("{" + ", ".join(pairs) + "}" + ending).encode()


LINES = st.lists(
    st.builds(
        written,
        OBJECTS,
        ensure_ascii=st.booleans(),
        ending=st.sampled_from(["", " ", "\r", "x", "}"]),
    )
    | st.builds(lambda raw: f'{{"text": "a", "n": {raw}}}'.encode(), RAW_VALUES)
    | st.builds(lambda raw: f'{{"text": {raw}, "id": {raw}}}'.encode(), RAW_VALUES)
    | st.sampled_from([b"", b" ", b"[]", b"null", b'{"text": "\xff"}', b'{"\xff": 1, "text": "a"}'])
    | st.binary(max_size=6).map(lambda some: some.replace(b"\n", b"")),
    max_size=8,
)


@settings(max_examples=500)
@given(lines=LINES, chunk_bytes=st.sampled_from([100, 1000]))
def test_any_lines_give_the_same_generations(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], chunk_bytes: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    start = FIRST * (FIRST_CHUNKS * chunk_bytes // len(FIRST) + 1)  # for nothing is asked for yet
    path.write_bytes(start + b"\n".join([*lines, FIRST, FIRST]))
    with mock.patch.object(files, "CHUNK_BYTES", chunk_bytes):
        with mock.patch.object(_native, "project_lines", wraps=_native.project_lines) as projecting:
            projected = list(GenerationSource([path]))
        with mock.patch.object(Projection, "ask_for"):
            expected = list(GenerationSource([path]))
    assert projecting.called
    assert list(map(repr, projected)) == list(map(repr, expected))


PLAIN = b'{"id": 7, "text": "a\\n\\u00e9", "x": 1.5, "prompt": null, "y": true}\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (PLAIN, ("a\né", "7", None, None, {"x": 1.5, "y": True})),
        (b'{"text": "a", "id": ""}\n', ("a", None, None, None, {})),
        (
            b'{"text": "a", "finish_reason": "stop"}\n',
            ("a", None, None, None, {"finish_reason": "stop"}),
        ),
    ],
)
def test_a_plain_line_is_projected(line: bytes, expected: object) -> None:
    names = {"text": "text", "id": "id", "prompt": "prompt", "model": "model"}
    assert _native.project_lines(b"x\n" + line + b"y", 2, 2 + len(line), **names) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"text": null}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "x": 1, "x": 2}',
        b'{"text": "a", "x": []}',
        b'{"text": "a", "x": {}}',
        b'{"text": "a", "id": 1.5}',
        b'{"text": "a", "prompt": 1}',
        b'{"text": "a"} 1',
        b'{"text": "a", "x": -0}',
        b'{"text": "\xff"}',
        b'{"text": "a", ' + b", ".join(b'"%d": 0' % n for n in range(65)) + b"}",
    ],
)
def test_a_line_that_is_not_plain_is_left_as_it_is(line: bytes) -> None:
    names = {"text": "text", "id": "id", "prompt": "prompt", "model": "model"}
    assert _native.project_lines(line + b"\n", 0, len(line) + 1, **names) == [line]


@pytest.mark.parametrize(("start", "end"), [(0, 4), (3, 2), (4, 4)])
def test_a_part_outside_of_its_chunk_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not inside"):
        _native.project_lines(b"{}\n", start, end, text="text")


def test_nothing_is_asked_for_any_more_where_most_lines_are_not_plain() -> None:
    def asked(projection: Projection, line: bytes) -> list[object]:
        return [*projection.others(Lines(bytearray(), line * 3, 0, 3 * len(line), 100))]

    projection = Projection()
    names: Mapping[str, str] = {"text": "t"}
    projection.ask_for(names)
    assert asked(projection, b'{"t": "a"}\n') == 3 * [("a", None, None, None, {})]
    assert asked(projection, b'{"t": []}\n') == 3 * [b'{"t": []}']
    assert asked(projection, b'{"t": "a"}\n') == 3 * [b'{"t": "a"}']
