"""Engine against oracle on every small corpus and every short query, at every minimum length.

A unit is one letter, and letters stand between spaces: unit ``i`` begins at code point ``2 * i``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from agreement import ONE_SHARD, Layout, built
from oracle.matches import (
    covered_positions,
    matching_statistics,
    maximal_matches,
    occurrences,
)

if TYPE_CHECKING:
    from memscan import _native

FILTER_LENGTHS = [2, 3, 4, 5]
SPAN_COLUMNS = ["generation", "start", "end", "document_id", "document_start", "document_end"]
COUNT_COLUMNS = ["count", "document_count", "count_is_capped", "n_units"]


@dataclass(frozen=True, slots=True)
class Family:
    """Corpora of so many documents over an alphabet, and the queries put to each."""

    alphabet: str
    documents: int
    longest_document: int
    query_alphabet: str
    longest_query: int

    def corpora(self) -> list[tuple[str, ...]]:
        """Return every corpus that has at least one unit."""
        documents = all_texts(self.alphabet, self.longest_document)
        return [corpus for corpus in product(documents, repeat=self.documents) if any(corpus)]

    def queries(self) -> list[str]:
        """Return every query."""
        return all_texts(self.query_alphabet, self.longest_query)


FAMILIES = {
    "one document of two words": Family("ab", 1, 6, "ab", 6),
    "one document of three words": Family("abc", 1, 4, "abc", 4),
    "one document, a word the corpus lacks": Family("ab", 1, 4, "abx", 4),
    "two documents of two words": Family("ab", 2, 3, "ab", 5),
    "two documents of three words": Family("abc", 2, 2, "abc", 3),
    "three documents of two words": Family("ab", 3, 1, "ab", 4),
}


def all_texts(alphabet: str, longest: int) -> list[str]:
    """Return every text over an alphabet up to a length, the empty one first."""
    return [
        "".join(letters)
        for length in range(longest + 1)
        for letters in product(alphabet, repeat=length)
    ]


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_every_scan_agrees(family: Family) -> None:
    queries = family.queries()
    for number, corpus in enumerate(family.corpora()):
        layout = Layout(
            filter_k=FILTER_LENGTHS[number % len(FILTER_LENGTHS)],
            shard_units=ONE_SHARD if number % 3 else max(map(len, corpus)),
        )
        with built([" ".join(document) for document in corpus], layout) as index:
            assert_corpus_agrees(index, corpus, queries, family.longest_query)


def assert_corpus_agrees(
    index: _native.Index,
    corpus: tuple[str, ...],
    queries: list[str],
    longest: int,
) -> None:
    """Assert that statistics, counts and scans at all lengths are the oracle's."""
    expected = {length: expected_scan(corpus, queries, length) for length in range(1, longest + 1)}
    texts = [" ".join(query) for query in queries]
    for length, (spans, generations) in expected.items():
        found_spans, found_generations = engine_scan(index, texts, length)
        assert found_spans == spans, (corpus, length)
        assert found_generations == generations, (corpus, length)
    for query, text in zip(queries, texts, strict=True):
        found = index.matching_statistics(text).tolist()
        assert found == matching_statistics(query, corpus), (corpus, query)
        if query:
            assert index.count(text) == len(occurrences(query, corpus)), (corpus, query)


Tuples = list[tuple[object, ...]]


def expected_scan(
    corpus: tuple[str, ...], queries: list[str], length: int
) -> tuple[Tuples, Tuples]:
    """Return what the oracle says of all queries at one minimum length."""
    spans: Tuples = []
    generations: Tuples = []
    for generation, query in enumerate(queries):
        matches = maximal_matches(query, corpus, length)
        for match in matches:
            places = occurrences(query[match.start : match.end], corpus)
            first = places[0]
            spans.append(
                (
                    generation,
                    2 * match.start,
                    2 * match.end - 1,
                    f"d{first.document}",
                    2 * first.start,
                    2 * (first.start + match.length) - 1,
                    len(places),
                    len({place.document for place in places}),
                    False,
                    match.length,
                ),
            )
        covered = covered_positions((match.start, match.end) for match in matches)
        longest = max((match.length for match in matches), default=0)
        generations.append((len(query), len(covered), longest, len(matches)))
    return spans, generations


def engine_scan(index: _native.Index, texts: list[str], length: int) -> tuple[Tuples, Tuples]:
    """Return what the engine says, as tuples of the same columns."""
    spans, generations = index.scan_batch(
        texts,
        None,
        min_length=length,
        occurrences=1,
        examined=16,
        context=0,
        threads=1,
    )
    return (
        tuples(spans, SPAN_COLUMNS + COUNT_COLUMNS),
        tuples(generations, ["n_units", "covered_units", "longest_match", "n_spans"]),
    )


def tuples(batch: object, columns: list[str]) -> Tuples:
    """Return chosen columns of an Arrow batch, row by row."""
    chosen = pa.record_batch(batch).select(columns)
    return list(zip(*(column.to_pylist() for column in chosen.columns), strict=True))
