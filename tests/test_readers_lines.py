"""Splitting bytes into lines: the same lines from any chunks, none longer than the limit."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from memscan.readers.lines import split_lines

CONTENT = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\0", b"\xff"])).map(b"".join)


def lines_of(chunks: list[bytes], limit_bytes: int = 1000) -> list[tuple[int, bytes | None]]:
    runs = (
        [lines.first, *lines.others()] for lines in split_lines(chunks, limit_bytes=limit_bytes)
    )
    return [
        (number, None if line is None else bytes(line))
        for number, line in enumerate(chain.from_iterable(runs), start=1)
    ]


def expected_lines(content: bytes, limit_bytes: int = 1000) -> list[tuple[int, bytes | None]]:
    *lines, last = content.split(b"\n")
    lines += [last] if last else []
    return [
        (number, line if len(line) <= limit_bytes else None)
        for number, line in enumerate(lines, start=1)
    ]


@given(chunks=st.lists(CONTENT))
def test_any_chunks_give_the_same_lines(chunks: list[bytes]) -> None:
    assert lines_of(chunks) == expected_lines(b"".join(chunks))


@given(chunks=st.lists(CONTENT), limit_bytes=st.integers(0, 6))
def test_any_chunks_leave_out_the_same_long_lines(chunks: list[bytes], limit_bytes: int) -> None:
    assert lines_of(chunks, limit_bytes) == expected_lines(b"".join(chunks), limit_bytes)


def test_all_chunkings_of_a_short_text_give_the_same_lines() -> None:
    content = b"ab\n\nc\r\nd"
    for cuts in range(2 ** (len(content) - 1)):
        chunks = [b""]
        for index in range(len(content)):
            chunks[-1] += content[index : index + 1]
            if cuts >> index & 1:
                chunks.append(b"")
        assert lines_of(chunks) == expected_lines(content)


def test_a_line_of_exactly_the_limit_is_kept() -> None:
    assert lines_of([b"12345\n", b"123456\n", b"12345"], limit_bytes=5) == [
        (1, b"12345"),
        (2, None),
        (3, b"12345"),
    ]


def test_a_line_that_never_ends_is_not_kept_in_memory() -> None:
    endless = [b"x" * 1000 for _ in range(1000)]
    assert lines_of(endless, limit_bytes=10_000) == [(1, None)]
