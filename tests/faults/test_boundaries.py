"""Matches at the edges: of the shortest length, of a document, of two documents side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from memscan import Index

if TYPE_CHECKING:
    from pathlib import Path

LENGTH = 6
UNITS = {"word": " ", "lexeme": " ", "byte": ""}
FIRST, SECOND, ALONE = "abcdefghij", "klmnopqrst", "u"


@pytest.fixture(params=UNITS)
def joint(request: pytest.FixtureRequest) -> str:
    """Return what stands between two units, of each kind of unit in turn."""
    unit: str = request.param
    return UNITS[unit]


@pytest.fixture(params=[10_000, 12], ids=["one shard", "a shard each"])
def index(request: pytest.FixtureRequest, joint: str, tmp_path: Path) -> Index:
    """Return an index of three documents, one of a single unit."""
    unit = "byte" if not joint else "word" if "word" in str(request.node.name) else "lexeme"
    texts = [("first", FIRST), ("second", SECOND), ("alone", ALONE)]
    documents = [(name, joint.join(text)) for name, text in texts]
    return Index.build(documents, tmp_path / "index", unit=unit, shard_units=request.param)


def found(index: Index, text: str) -> list[tuple[str, str, int]]:
    """Return the spans of a text: where in the corpus, which units, and how often."""
    rows = index.scan([text], min_length=LENGTH).spans.to_pylist()
    return [(row["document_id"], "".join(row["text"].split()), row["count"]) for row in rows]


@pytest.mark.parametrize("length", [LENGTH - 1, LENGTH, LENGTH + 1])
@pytest.mark.parametrize("start", [0, 1, 2, 10 - LENGTH - 1, 10 - LENGTH, 10 - LENGTH + 1])
@pytest.mark.parametrize("around", [("", ""), ("z", ""), ("", "z"), ("zz", "zz")])
def test_match_is_reported_from_the_shortest_length_on(
    index: Index, joint: str, length: int, start: int, around: tuple[str, str]
) -> None:
    before, after = around
    for name, document in (("first", FIRST), ("second", SECOND)):
        part = document[start : start + length]
        expected = [(name, part, 1)] if len(part) >= LENGTH else []
        assert found(index, joint.join(before + part + after)) == expected


def test_match_never_runs_from_one_document_into_the_next(index: Index, joint: str) -> None:
    for left in range(11):
        for right in range(11):
            one, other = FIRST[10 - left :], SECOND[:right]
            expected = [("first", one, 1)] if left >= LENGTH else []
            expected += [("second", other, 1)] if right >= LENGTH else []
            assert found(index, joint.join(one + other)) == expected
    whole = FIRST + SECOND + ALONE
    assert index.count(joint.join(whole[9:11])) == 0
    assert index.count(joint.join(whole[19:21])) == 0
    lengths = [*range(10, 0, -1), *range(10, 0, -1), 1]
    assert index.matching_statistics(joint.join(whole)).tolist() == lengths


def test_whole_document_is_found_and_no_more(index: Index, joint: str) -> None:
    assert found(index, joint.join("z" + FIRST + "z")) == [("first", FIRST, 1)]
    place = index.find(joint.join(SECOND)).occurrences[0]
    assert (place.document_start, place.document_id) == (0, "second")
    assert place.document_end == len(joint.join(SECOND))
    assert (place.document_context_before, place.document_context_after) == ("", "")
    assert index.count(ALONE) == 1
    assert found(index, ALONE) == []
    assert found(index, "") == []
