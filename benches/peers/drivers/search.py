"""Maximal matches and matching statistics, with no more than "does this run of words occur?".

Most tools answer only that, or how often. What is built on it here is meant to be as good as a user
could make it, so that the comparison is with the tool and not with a careless loop:

- a run that occurs still occurs when it is shortened, so ends and starts are found by doubling the
  step and halving it again, not one by one;
- a match of at least L words holds each run of k words whose end lies L words after the match's
  start. If that run does not occur, the next L - k starts are out of the question as well. It is
  what memscan does inside, lent to the others.

For a query of m words without matches that is m / (L - k + 1) questions, and about three for each
maximal match of any length for the statistics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Occurs = Callable[[int, int], bool]
    """Whether the words from a start to an end of the query, at least one, occur in the corpus."""

SEED_LENGTH = 5
"""Length of the runs that are asked for first, in words; as long as those of memscan's filter."""


def maximal_matches(
    query_length: int, occurs: Occurs, min_length: int, seed_length: int = SEED_LENGTH
) -> Iterator[tuple[int, int]]:
    """Yield start and end of every match that cannot be made longer, from left to right.

    At the head of the loop no match that is still to come starts before ``start``, and one that
    starts there cannot be made longer to the left.
    """
    seed_length = min(seed_length, min_length)
    start = 0
    while (end := start + min_length) <= query_length:
        seed = end - seed_length
        if not occurs(seed, end):
            start = seed + 1
            continue
        first = _first_start(occurs, start, seed, end)
        if first > start:
            start = first
            continue
        end = _last_end(occurs, start, end, query_length)
        yield start, end
        if end == query_length:
            return
        # The next match ends later, so it holds the word at `end`.
        known = max(start + 1, end + 1 - min_length)
        if known > start + 1 and occurs(known, end + 1):
            start = _first_start(occurs, start + 1, known, end + 1)
        else:
            start = known


def matching_statistics(query_length: int, occurs: Occurs) -> list[int]:
    """Return for each position how many words the longest match has that starts there."""
    lengths: list[int] = []
    start = end = 0  # the words from start to end are known to occur
    while start < query_length:
        end = _last_end(occurs, start, end, query_length)
        is_last = end == query_length
        following = query_length if is_last else _next_start(occurs, start, end + 1)
        lengths.extend(end - position for position in range(start, following))
        start, end = following, max(following, min(end + 1, query_length))
    return lengths


def statistics_of_suffixes(suffix_lengths: Sequence[int]) -> list[int]:
    """Turn the longest match that ends at each position into the longest that starts at each."""
    ends = dict(matches_of_suffixes(suffix_lengths, 1))
    lengths, end = [], 0
    for start in range(len(suffix_lengths)):
        end = ends.get(start, end)
        lengths.append(max(end - start, 0))
    return lengths


def matches_of_suffixes(
    suffix_lengths: Sequence[int], min_length: int
) -> Iterator[tuple[int, int]]:
    """Yield the maximal matches, given the longest match that ends at each position.

    It can be made longer to the right if the next one is longer by one.
    """
    last = len(suffix_lengths) - 1
    for place, length in enumerate(suffix_lengths):
        grows = place < last and suffix_lengths[place + 1] > length
        if length >= min_length and not grows:
            yield place + 1 - length, place + 1


def _last_end(occurs: Occurs, start: int, end: int, query_length: int) -> int:
    """Return how far the words from ``start`` still occur; up to ``end`` they do."""
    step = 1
    while end < query_length and occurs(start, min(end + step, query_length)):
        end = min(end + step, query_length)
        step *= 2
    beyond = min(end + step, query_length + 1)
    while beyond - end > 1:
        middle = (end + beyond) // 2
        if occurs(start, middle):
            end = middle
        else:
            beyond = middle
    return end


def _first_start(occurs: Occurs, least: int, start: int, end: int) -> int:
    """Return from where on the words up to ``end`` occur; from ``start`` they do."""
    step = 1
    while start > least and occurs(max(start - step, least), end):
        start = max(start - step, least)
        step *= 2
    beyond = max(start - step, least - 1)
    while start - beyond > 1:
        middle = (start + beyond) // 2
        if occurs(middle, end):
            start = middle
        else:
            beyond = middle
    return start


def _next_start(occurs: Occurs, start: int, end: int) -> int:
    """Return from where on the words up to ``end`` occur; from ``start`` they do not."""
    step = 1
    while start + step < end and not occurs(start + step, end):
        start += step
        step *= 2
    found = min(start + step, end)
    while found - start > 1:
        middle = (found + start) // 2
        if occurs(middle, end):
            found = middle
        else:
            start = middle
    return found
