"""Engine against what arithmetic says, where the oracle would be too slow: runs and collisions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from agreement import Layout, built, engine_scan
from oracle.choice import chosen
from oracle.scan import Options, Source, scan

if TYPE_CHECKING:
    from memscan import _native

WORD_COUNT = 300_000


def counts_of_words(index: _native.Index, words: list[str]) -> dict[int, int]:
    """Return the count of each word that occurs, by the word's place in the list."""
    spans, _ = index.scan_batch(
        words,
        None,
        min_length=1,
        occurrences=1,
        examined=1,
        context=0,
        threads=None,
    )
    columns = pa.record_batch(spans).select(["generation", "count"]).to_pydict()
    return dict(zip(columns["generation"], columns["count"], strict=True))


def test_words_whose_hashes_collide_are_told_apart() -> None:
    # Among so many words about ten pairs share a 32-bit hash, and about twenty words of the
    # other list share one with a word of the corpus.
    words = [f"w{number}" for number in range(WORD_COUNT)]
    others = [f"x{number}" for number in range(WORD_COUNT)]
    with built([" ".join(words)]) as index:
        assert counts_of_words(index, words) == dict.fromkeys(range(WORD_COUNT), 1)
        assert counts_of_words(index, others) == {}
        # In one long text, where every word is a maximal match, or none is.
        statistics = index.matching_statistics([" ".join(reversed(words))])[0]
        assert statistics.tolist() == [1] * WORD_COUNT
        assert not index.matching_statistics([" ".join(others)])[0].any()


@pytest.mark.parametrize(("corpus_length", "query_length"), [(100_000, 60_000), (300, 500)])
def test_a_word_repeated_matches_as_often_as_arithmetic_says(
    corpus_length: int,
    query_length: int,
) -> None:
    with built(["a " * corpus_length, "b"], Layout(filter_k=5)) as index:
        spans, generations = index.scan_batch(
            ["a " * query_length],
            None,
            min_length=10,
            occurrences=1,
            examined=16,
            context=0,
            threads=None,
        )
        columns = ["start", "n_units", "count", "document_start"]
        rows = [tuple(row.values()) for row in pa.record_batch(spans).select(columns).to_pylist()]
        length = min(corpus_length, query_length)
        count = corpus_length - length + 1
        starts = range(query_length - length + 1)
        first_examined = chosen(range(count), 16, seed=0)[0]
        assert rows == [(2 * start, length, count, 2 * first_examined) for start in starts]
        covered = pa.record_batch(generations)["covered_units"].to_pylist()
        assert covered == [query_length]


def test_how_many_matches_of_a_huge_output_are_listed_does_not_depend_on_the_batch() -> None:
    corpus_length, query_length = 5_000, 10_000
    huge, small = "a " * query_length, "b a"
    with built(["a " * corpus_length, "b"]) as index:
        counts = [
            listed(index, texts, threads)
            for texts in ([huge], [small, huge], [huge, small, huge])
            for threads in (1, 16)
        ]
    assert {n_spans for pairs in counts for n_spans, _ in pairs} == {query_length // 2 + 1, 2}
    assert len({pair for pairs in counts for pair in pairs}) == 2, "one for each text"


def listed(index: _native.Index, texts: list[str], threads: int) -> list[tuple[int, int]]:
    """Return how many matches each text has, and how many of them are listed."""
    spans, generations = index.scan_batch(
        texts,
        None,
        min_length=1,
        occurrences=1,
        examined=1,
        context=0,
        threads=threads,
    )
    columns = pa.record_batch(generations).select(["n_spans", "listed_spans"]).to_pydict()
    assert pa.record_batch(spans).num_rows == sum(columns["listed_spans"])
    return list(zip(columns["n_spans"], columns["listed_spans"], strict=True))


def test_boilerplate_is_counted_and_not_enumerated() -> None:
    lines = 20_000
    corpus = ["all rights reserved by the owner of this text, of course. "] * lines
    with built(corpus) as index:
        started = time.monotonic()
        spans, _ = engine_scan(
            index,
            ["x all rights reserved by the owner of this text of course y"] * 50,
            None,
            Options(minimum_length=10),
        )
        assert time.monotonic() - started < 10.0
    found = [
        (row["count"], row["document_count"], row["document_id"], row["fidelity"]) for row in spans
    ]
    first_examined = chosen(range(lines), 16, seed=0)[0]
    assert found == [(lines, lines, f"d{first_examined}", "folded")] * 50


@pytest.mark.parametrize("name", ["Fibonacci", "Thue-Morse", "period 3", "powers"])
def test_texts_with_much_structure_agree(name: str) -> None:
    text = STRUCTURED[name]
    corpus = [" ".join(text[:150]), " ".join(text[40:120]), " ".join(reversed(text[:60]))]
    source = Source.of(corpus)
    queries = [" ".join(text[start : start + 90]) for start in (0, 7, 100)]
    queries.append(" ".join(text[:30] + "x" + text[20:60]))
    with built(corpus, Layout(filter_k=3)) as index:
        for length in (1, 5, 20, 60):
            options = Options(minimum_length=length, occurrences=2, examined=4)
            assert engine_scan(index, queries, None, options) == scan(
                queries, None, source, options
            )


def fibonacci_word() -> str:
    """Return a prefix of the infinite Fibonacci word."""
    shorter, longer = "b", "a"
    while len(longer) < 300:
        shorter, longer = longer, longer + shorter
    return longer


STRUCTURED = {
    "Fibonacci": fibonacci_word(),
    "Thue-Morse": "".join("ab"[number.bit_count() % 2] for number in range(300)),
    "period 3": "aab" * 100,
    "powers": "".join("a" * length + "b" for length in range(25)),
}
