"""The oracle's matches, against examples worked by hand and against what the definitions imply."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.echo import echo_units
from oracle.matches import (
    Match,
    Place,
    longest_match,
    matching_statistics,
    maximal_matches,
    occurrences,
)

# Query, documents (a unit is a letter), matching statistics, maximal matches as (start, length).
EXAMPLES: list[tuple[str, list[str], list[int], list[tuple[int, int]]]] = [
    ("", ["abc"], [], []),
    ("abc", [], [0, 0, 0], []),
    ("abc", [""], [0, 0, 0], []),
    ("abc", ["abc"], [3, 2, 1], [(0, 3)]),
    ("abc", ["cba"], [1, 1, 1], [(0, 1), (1, 1), (2, 1)]),
    ("abcd", ["abc", "bcd"], [3, 3, 2, 1], [(0, 3), (1, 3)]),
    # Never across two documents.
    ("abcd", ["ab", "cd"], [2, 1, 2, 1], [(0, 2), (2, 2)]),
    ("xabx", ["zab", "abz"], [0, 2, 1, 0], [(1, 2)]),
    # A run: the query's is longer than the corpus's.
    ("aaaa", ["aa"], [2, 2, 2, 1], [(0, 2), (1, 2), (2, 2)]),
    # A long match swallows shorter ones, which stand elsewhere too.
    ("abcb", ["b", "abc"], [3, 2, 1, 1], [(0, 3), (3, 1)]),
    ("abab", ["aba", "bab"], [3, 3, 2, 1], [(0, 3), (1, 3)]),
]


@pytest.mark.parametrize(("query", "corpus", "statistics", "matches"), EXAMPLES)
def test_matches_are_those_worked_out_by_hand(
    query: str,
    corpus: list[str],
    statistics: list[int],
    matches: list[tuple[int, int]],
) -> None:
    assert matching_statistics(query, corpus) == statistics
    assert maximal_matches(query, corpus) == [Match(*match) for match in matches]


def test_shorter_matches_are_left_out_and_equal_ones_kept() -> None:
    assert maximal_matches("abxcde", ["ab", "cde"], 3) == [Match(3, 3)]
    assert maximal_matches("abxcde", ["ab", "cde"], 4) == []


def test_longest_match_is_the_first_of_the_longest() -> None:
    assert longest_match("abxcdxe", ["cd", "ab", "e"]) == Match(0, 2)
    assert longest_match("xyz", ["ab"]) is None


def test_occurrences_overlap_and_stand_in_corpus_order() -> None:
    assert occurrences("aa", ["aaa", "b", "baa"]) == [Place(0, 0), Place(0, 1), Place(2, 1)]
    assert occurrences("ab", ["a", "b"]) == []


@pytest.mark.parametrize(
    ("span", "prompt", "units"),
    [
        ("abcd", "", 0),
        ("abcd", "xyz", 0),
        ("abcd", "xbcx", 2),
        ("abcd", "abxcd", 2),
        ("abcd", "xxabcdxx", 4),
        ("abcd", "bcdabc", 3),
        ("abcd", "dcba", 1),
        ("aaa", "aa", 2),
    ],
)
def test_echo_is_the_longest_part_that_the_prompt_has(span: str, prompt: str, units: int) -> None:
    assert echo_units(span, prompt) == units


def all_texts(alphabet: str, longest: int) -> list[str]:
    """Return every text over an alphabet up to a length."""
    return [
        "".join(letters)
        for length in range(longest + 1)
        for letters in product(alphabet, repeat=length)
    ]


def test_maximal_matches_start_where_the_statistics_do_not_fall() -> None:
    for document, query in product(all_texts("ab", 4), all_texts("abc", 4)):
        statistics = matching_statistics(query, [document])
        starts = [
            start
            for start, length in enumerate(statistics)
            if length > 0 and (start == 0 or length >= statistics[start - 1])
        ]
        expected = [Match(start, statistics[start]) for start in starts]
        assert maximal_matches(query, [document]) == expected


def test_maximal_matches_are_the_matches_that_no_other_contains() -> None:
    for document, query in product(all_texts("ab", 4), all_texts("ab", 5)):
        matches = [
            Match(start, end - start)
            for start in range(len(query))
            for end in range(start + 1, len(query) + 1)
            if query[start:end] in document
        ]
        expected = [
            match
            for match in matches
            if not any(other.contains(match) and other != match for other in matches)
        ]
        assert maximal_matches(query, [document]) == expected


@settings(deadline=None)
@given(st.text("ab", max_size=8), st.lists(st.text("ab", max_size=6), max_size=3))
def test_every_match_occurs_and_cannot_be_longer(query: str, corpus: list[str]) -> None:
    for match in maximal_matches(query, corpus):
        assert occurrences(query[match.start : match.end], corpus)
        if match.start > 0:
            assert not occurrences(query[match.start - 1 : match.end], corpus)
        if match.end < len(query):
            assert not occurrences(query[match.start : match.end + 1], corpus)
