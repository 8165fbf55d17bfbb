"""Whether a tool found what memscan found: each match, with its length and its counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SHOWN = 3


def difference_of_scans(
    found: Sequence[Sequence[Sequence[int | None]]],
    expected: Sequence[Sequence[Sequence[int | None]]],
) -> str:
    """Return an example of matches that differ; empty if none does.

    Args:
        found: For each query its matches: start, length, count and count of documents, the last
            two ``None`` where a tool does not tell. There may be fewer queries than expected.
        expected: The same of memscan.
    """
    for place, (matches, right) in enumerate(zip(found, expected, strict=False)):
        ours = [tuple(match) for match in right]
        theirs = [tuple(match) for match in matches]
        if len(ours) == len(theirs) and all(map(_agree, theirs, ours)):
            continue
        missing = [match for match in ours if not any(_agree(other, match) for other in theirs)]
        extra = [match for match in theirs if not any(_agree(match, other) for other in ours)]
        return (
            f"query {place}: {len(theirs)} matches, memscan {len(ours)}; "
            f"not found {missing[:MOST_SHOWN]}, found besides {extra[:MOST_SHOWN]}"
        )
    return _too_many(found, expected)


def difference_of_statistics(
    found: Sequence[Sequence[int]], expected: Sequence[Sequence[int]]
) -> str:
    """Return an example of longest matches that differ; empty if none does."""
    for place, (lengths, right) in enumerate(zip(found, expected, strict=False)):
        if len(lengths) != len(right):
            return f"query {place}: {len(lengths)} positions, memscan {len(right)}"
        for position, (theirs, ours) in enumerate(zip(lengths, right, strict=True)):
            if theirs != ours:
                return f"query {place}, word {position}: length {theirs}, memscan {ours}"
    return _too_many(found, expected)


def _agree(found: tuple[int | None, ...], expected: tuple[int | None, ...]) -> bool:
    """Whether two matches are the same, as far as both say."""
    pairs = zip(found, expected, strict=True)
    return all(theirs is None or ours is None or theirs == ours for theirs, ours in pairs)


def _too_many(found: Sequence[object], expected: Sequence[object]) -> str:
    if 0 < len(found) <= len(expected):
        return ""
    return f"{len(found)} queries answered, memscan {len(expected)}"
