"""Matches by definition: every place compared with every other.

A corpus is a sequence of documents, a document and a query are sequences of folded units. A match
is a stretch of the query that stands, unit for unit, inside one document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

Units: TypeAlias = "Sequence[str]"


@dataclass(frozen=True, order=True, slots=True)
class Match:
    """A stretch of the query that occurs in the corpus.

    Attributes:
        start: Where it starts in the query, in units.
        length: How many units it has.
    """

    start: int
    length: int

    @property
    def end(self) -> int:
        """The unit after its last."""
        return self.start + self.length

    def contains(self, other: Match) -> bool:
        """Tell whether ``other`` lies within this match."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where something stands in the corpus: number of the document, then unit within it."""

    document: int
    start: int


def common_prefix_length(left: Units, right: Units) -> int:
    """Return how many units two sequences have in common from their beginnings."""
    length = 0
    while length < min(len(left), len(right)) and left[length] == right[length]:
        length += 1
    return length


def matching_statistics(query: Units, corpus: Sequence[Units]) -> list[int]:
    """Return, for each unit of the query, the length of the longest match that starts there."""
    return [
        max(
            (
                common_prefix_length(query[query_start:], document[start:])
                for document in corpus
                for start in range(len(document))
            ),
            default=0,
        )
        for query_start in range(len(query))
    ]


def backward_statistics(query: Units, corpus: Sequence[Units]) -> list[int]:
    """Return, for each unit of the query, the length of the longest match that ends with it."""
    return [
        max(
            (end - start for start in range(end) if occurrences(query[start:end], corpus)),
            default=0,
        )
        for end in range(1, len(query) + 1)
    ]


def novelty(query: Units, corpus: Sequence[Units], longest: int) -> list[tuple[int, int]]:
    """Return, for n from 1, how many runs of n units there are and how many occur nowhere."""
    counts = []
    for n in range(1, longest + 1):
        runs = [query[start : start + n] for start in range(len(query) - n + 1)]
        counts.append((len(runs), sum(not occurrences(run, corpus) for run in runs)))
    return counts


def maximal_matches(
    query: Units,
    corpus: Sequence[Units],
    minimum_length: int = 1,
    places: AbstractSet[int] | None = None,
) -> list[Match]:
    """Return the matches that no longer match contains and that have the minimum length.

    Of the matches that start at one unit the longest contains the others, so only those stand for
    election.

    Args:
        query: The units of the text.
        corpus: The units of each document.
        minimum_length: Units that a match has at least.
        places: Where a match may start and end; anywhere if not given.
    """
    longest = []
    for start, length in enumerate(matching_statistics(query, corpus)):
        ends = [
            end
            for end in range(start + 1, start + length + 1)
            if places is None or {start, end} <= places
        ]
        if ends:
            longest.append(Match(start, max(ends) - start))
    return [
        match
        for match in longest
        if match.length >= minimum_length
        and not any(other.contains(match) and other != match for other in longest)
    ]


def longest_match(
    query: Units, corpus: Sequence[Units], places: AbstractSet[int] | None = None
) -> Match | None:
    """Return the longest maximal match, the first in the query if several are."""
    matches = maximal_matches(query, corpus, places=places)
    return max(matches, key=lambda match: match.length, default=None)


def occurrences(sequence: Units, corpus: Sequence[Units]) -> list[Place]:
    """Return every place where a sequence stands in the corpus, in corpus order."""
    return [
        Place(number, start)
        for number, document in enumerate(corpus)
        for start in range(len(document) - len(sequence) + 1)
        if document[start : start + len(sequence)] == sequence
    ]


def covered_positions(spans: Iterable[tuple[int, int]]) -> set[int]:
    """Return the positions inside the union of half-open spans."""
    return {position for start, end in spans for position in range(start, end)}
