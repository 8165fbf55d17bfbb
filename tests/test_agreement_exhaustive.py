"""Engine against oracle on every small corpus and every short query, at every minimum length.

A unit is one letter. Words and lexemes stand between spaces, so unit ``i`` begins at code point
``2 * i``; bytes and tokens follow one another. Characters of two bytes, and token ids without a
text, have tests of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from agreement import ONE_SHARD, Layout, built
from agreement import engine_scan as rows_of_scan
from oracle.matches import (
    backward_statistics,
    covered_positions,
    matching_statistics,
    maximal_matches,
    novelty,
    occurrences,
)
from oracle.scan import Options, Source, scan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from memscan import _native
    from memscan.tokens import NativeTokens

UNITS = ["word", "lexeme", "byte", "token"]
# What the oracle says of a corpus is asked again for each unit.
forward_lengths = lru_cache(1 << 14)(matching_statistics)
backward_lengths = lru_cache(1 << 14)(backward_statistics)
novelty_counts = lru_cache(1 << 14)(novelty)
FILTER_LENGTHS = [2, 3, 4, 5]
SPAN_COLUMNS = [
    *("generation", "start", "end", "unit_start"),
    *("document_id", "document_start", "document_end", "document_unit_start"),
]
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

    def queries(self) -> tuple[str, ...]:
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


def all_texts(alphabet: str, longest: int) -> tuple[str, ...]:
    """Return every text over an alphabet up to a length, the empty one first."""
    return tuple(
        "".join(letters)
        for length in range(longest + 1)
        for letters in product(alphabet, repeat=length)
    )


@dataclass(frozen=True, slots=True)
class Writing:
    """How letters are written so that each is a unit."""

    unit: str

    @property
    def stride(self) -> int:
        """Code points from one unit to the next."""
        return 2 if self.unit in ("word", "lexeme") else 1

    def text(self, letters: str) -> str:
        """Return a text whose units are the letters."""
        return " ".join(letters) if self.stride == 2 else letters

    def tokens(self, letters: Sequence[str]) -> list[NativeTokens] | None:
        """Return the tokens of some texts, which are the code points."""
        if self.unit != "token":
            return None
        return [(np.array(list(map(ord, text)), np.uint32), places(text)) for text in letters]


def places(text: str) -> NDArray[np.uint32]:
    """Return where each letter of a text stands."""
    return np.array([(place, place + 1) for place in range(len(text))], np.uint32).reshape(-1, 2)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_every_scan_agrees(family: Family) -> None:
    queries = family.queries()
    for number, corpus in enumerate(family.corpora()):
        for writing in map(Writing, UNITS):
            layout = Layout(
                unit=writing.unit,
                filter_k=FILTER_LENGTHS[number % len(FILTER_LENGTHS)],
                shard_units=ONE_SHARD if number % 3 else max(map(len, corpus)),
            )
            documents = [writing.text(document) for document in corpus]
            with built(documents, layout, writing.tokens(corpus)) as index:
                assert_corpus_agrees(index, corpus, queries, family.longest_query, writing)


def assert_corpus_agrees(
    index: _native.Index,
    corpus: tuple[str, ...],
    queries: tuple[str, ...],
    longest: int,
    writing: Writing,
) -> None:
    """Assert that statistics, novelty, counts and scans at all lengths are the oracle's."""
    texts = [writing.text(query) for query in queries]
    tokens = writing.tokens(queries)
    for length in range(1, longest + 1):
        expected = expected_scan(corpus, queries, length, writing.stride)
        found = engine_scan(index, texts, tokens, length)
        assert found == expected, (corpus, length)
    forward = index.matching_statistics(texts, tokens=tokens, threads=1)
    backward = index.matching_statistics(texts, tokens=tokens, backward=True, threads=1)
    runs, novel = index.novelty(texts, tokens=tokens, longest=longest, threads=1)
    for place, query in enumerate(queries):
        assert forward[place].tolist() == forward_lengths(query, corpus), (corpus, query)
        assert backward[place].tolist() == backward_lengths(query, corpus), (corpus, query)
        counts = list(zip(runs[place].tolist(), novel[place].tolist(), strict=True))
        assert counts == novelty_counts(query, corpus, longest), (corpus, query)
        if query:
            count = index.count(texts[place], tokens=tokens[place] if tokens else None)
            assert count == len(occurrences(query, corpus)), (corpus, query)


def test_every_scan_of_characters_of_two_bytes_agrees() -> None:
    family = Family("aéèö", 1, 3, "aéèö", 3)  # é and è begin with one byte, è and ö differ in both
    queries = family.queries()
    for number, corpus in enumerate(family.corpora()):
        layout = Layout(unit="byte", filter_k=FILTER_LENGTHS[number % len(FILTER_LENGTHS)])
        source = Source.of(corpus, "byte")
        with built(corpus, layout) as index:
            for length in range(1, 7):
                options = Options(minimum_length=length)
                found = rows_of_scan(index, queries, None, options)
                assert found == scan(queries, None, source, options), (corpus, length)


def ids_alone(letters: str) -> NativeTokens:
    """Return the tokens of a text, without their places."""
    return np.array(list(map(ord, letters)), np.uint32), None


def test_every_scan_of_ids_alone_agrees() -> None:
    family = FAMILIES["two documents of two words"]
    queries = family.queries()
    ids = list(map(ids_alone, queries))
    for corpus in family.corpora():
        documents = list(map(ids_alone, corpus))
        layout = Layout(unit="token", filter_k=2, store_text=False)
        with built([""] * len(corpus), layout, documents) as index:
            for length in range(1, family.longest_query + 1):
                found = engine_scan(index, [""] * len(queries), ids, length)
                assert found == expected_scan(corpus, queries, length, 1)


Tuples = list[tuple[object, ...]]


@lru_cache(64)
def expected_scan(
    corpus: tuple[str, ...], queries: tuple[str, ...], length: int, stride: int
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
                    stride * match.start,
                    stride * (match.end - 1) + 1,
                    match.start,
                    f"d{first.document}",
                    stride * first.start,
                    stride * (first.start + match.length - 1) + 1,
                    first.start,
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


def engine_scan(
    index: _native.Index,
    texts: list[str],
    tokens: list[NativeTokens] | None,
    length: int,
) -> tuple[Tuples, Tuples]:
    """Return what the engine says, as tuples of the same columns."""
    spans, generations = index.scan_batch(
        texts,
        None,
        tokens=tokens,
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
