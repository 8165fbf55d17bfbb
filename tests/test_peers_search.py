"""What the drivers of other tools build on yes-or-no questions, against the definitions."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from benches.peers.drivers.search import (
    matches_of_suffixes,
    matching_statistics,
    maximal_matches,
    statistics_of_suffixes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def texts(alphabet: str, longest: int) -> Iterator[str]:
    for length in range(longest + 1):
        yield from map("".join, product(alphabet, repeat=length))


def occurs_in(corpus: str, query: str) -> Callable[[int, int], bool]:
    def occurs(start: int, end: int) -> bool:
        assert 0 <= start < end <= len(query)
        return query[start:end] in corpus

    return occurs


def lengths_from(corpus: str, query: str) -> list[int]:
    ends = range(len(query) + 1)
    return [
        max(end - start for end in ends[start:] if query[start:end] in corpus)
        for start in range(len(query))
    ]


def maximal(corpus: str, query: str, min_length: int) -> list[tuple[int, int]]:
    ends = [start + length for start, length in enumerate(lengths_from(corpus, query))]
    return [
        (start, end)
        for start, end in enumerate(ends)
        if end - start >= min_length and (start == 0 or ends[start - 1] < end)
    ]


def lengths_to(corpus: str, query: str) -> list[int]:
    backwards = lengths_from(corpus[::-1], query[::-1])
    return backwards[::-1]


def test_maximal_matches_are_those_of_the_definition() -> None:
    for corpus in texts("ab", 4):
        for query in texts("abz", 5):
            for min_length in (1, 2, 3):
                expected = maximal(corpus, query, min_length)
                for seed_length in (1, 2, 5):
                    found = maximal_matches(
                        len(query), occurs_in(corpus, query), min_length, seed_length
                    )
                    assert list(found) == expected, (corpus, query, min_length, seed_length)
                suffixes = lengths_to(corpus, query)
                assert list(matches_of_suffixes(suffixes, min_length)) == expected


def test_matching_statistics_are_those_of_the_definition() -> None:
    for corpus in texts("ab", 4):
        for query in texts("abz", 5):
            expected = lengths_from(corpus, query)
            found = matching_statistics(len(query), occurs_in(corpus, query))
            assert found == expected, (corpus, query)
            assert statistics_of_suffixes(lengths_to(corpus, query)) == expected


def test_a_query_without_matches_is_asked_about_once_in_six_words() -> None:
    questions: list[tuple[int, int]] = []

    def occurs(start: int, end: int) -> bool:
        questions.append((start, end))
        return False

    assert list(maximal_matches(600, occurs, 10)) == []
    assert len(questions) == 99
