"""The same tables whatever the threads, shards, batches and filter, on a corpus of some size."""

from __future__ import annotations

import random

import pytest

from agreement import Layout, Run, built, engine_scan, smallest_shard
from oracle.scan import Options, Row, Source, scan

OPTIONS = Options(minimum_length=4, occurrences=3, examined=8, context=6)
DOCUMENTS = 42


def make_corpus() -> list[str]:
    """Return documents of words drawn unevenly, with lines that stand in many."""
    rng = random.Random(20)  # noqa: S311 -- no secret, only a fixed corpus
    words = [
        "the",
        "of",
        "don\u2019t",
        "caf\u00e9",
        "\u6f22",
        *(f"w{number}" for number in range(40)),
    ]
    lines = [" ".join(rng.choices(words, k=rng.randint(3, 9))) for _ in range(12)]
    documents = []
    for number in range(DOCUMENTS):
        parts = [" ".join(rng.choices(words, k=rng.randint(1, 12))), *rng.choices(lines, k=2)]
        spelled = " ".join(parts).replace(" ", rng.choice([" ", "\n", "\u00a0", ", "]))
        documents.append("" if number % 11 == 7 else spelled)
    return documents


def make_texts(corpus: list[str]) -> tuple[list[str], list[str | None]]:
    """Return texts that quote the corpus, and their prompts."""
    rng = random.Random(21)  # noqa: S311 -- no secret, only fixed texts
    texts: list[str] = []
    prompts: list[str | None] = []
    for number in range(80):
        pieces = []
        for _ in range(rng.randint(0, 4)):
            words = rng.choice(corpus).split()
            start = rng.randint(0, len(words))
            pieces += [
                *words[start : start + rng.randint(1, 14)],
                rng.choice(["x", "y.", "\u2014"]),
            ]
        text = " ".join(pieces)
        texts.append(text.upper() if number % 5 == 0 else text)
        prompts.append([None, "", text[: len(text) // 2]][number % 3])
    return texts, prompts


CORPUS = make_corpus()
SOURCE = Source.of(CORPUS)
TEXTS, PROMPTS = make_texts(CORPUS)


@pytest.fixture(scope="module")
def expected() -> tuple[list[Row], list[Row]]:
    """Return the oracle's tables."""
    spans, generations = scan(TEXTS, PROMPTS, SOURCE, OPTIONS)
    assert len(spans) > 100, "the corpus is quoted often"
    return spans, generations


@pytest.mark.parametrize("filter_k", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("shards", [1, 3, 7, DOCUMENTS])
def test_tables_are_those_of_the_oracle(
    filter_k: int,
    shards: int,
    expected: tuple[list[Row], list[Row]],
) -> None:
    units = sum(len(document.units) for document in SOURCE.documents)
    shard_units = max(smallest_shard(SOURCE), units // shards + 1)
    with built(CORPUS, Layout(filter_k=filter_k, shard_units=shard_units)) as index:
        for threads in (1, 2, 16):
            for batch_size in (1, 7, None):
                run = Run(threads=threads, batch_size=batch_size)
                found = engine_scan(index, TEXTS, PROMPTS, OPTIONS, run)
                assert found == expected, run


@pytest.mark.parametrize("filter_bits", [4, 8, 16])
def test_a_weaker_filter_changes_nothing(
    filter_bits: int,
    expected: tuple[list[Row], list[Row]],
) -> None:
    with built(CORPUS, Layout(filter_k=3, filter_bits=filter_bits)) as index:
        assert engine_scan(index, TEXTS, PROMPTS, OPTIONS) == expected
