"""The same tables whatever the threads, shards, batches and filter, on a corpus of some size."""

from __future__ import annotations

import random

import pytest

from agreement import Layout, Run, built, engine_scan, smallest_shard, tokens_of
from oracle.scan import Options, Row, Source, scan

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
TEXTS, PROMPTS = make_texts(CORPUS)
OPTIONS = {
    "word": Options(minimum_length=4, occurrences=3, examined=8, context=6),
    "lexeme": Options(minimum_length=4, occurrences=3, examined=8, context=6),
    "byte": Options(minimum_length=6, occurrences=3, examined=8, context=6),
    "token": Options(minimum_length=5, occurrences=3, examined=8, context=6),
}
SHARDS = [1, 3, 7, DOCUMENTS]


@pytest.fixture(scope="module", params=OPTIONS)
def source(request: pytest.FixtureRequest) -> Source:
    """Return the corpus, cut into units of each kind."""
    return Source.of(CORPUS, request.param)


@pytest.fixture(scope="module")
def expected(source: Source) -> tuple[list[Row], list[Row]]:
    """Return the oracle's tables."""
    spans, generations = scan(TEXTS, PROMPTS, source, OPTIONS[source.unit])
    assert len(spans) > 100, "the corpus is quoted often"
    return spans, generations


def shard_units(source: Source, shards: int) -> int:
    """Return how large shards are of which there are about so many."""
    units = sum(len(document.units) for document in source.documents)
    return max(smallest_shard(source), units // shards + 1)


@pytest.mark.parametrize("filter_k", [2, 3, 5, 8])
@pytest.mark.parametrize("shards", SHARDS)
def test_tables_are_those_of_the_oracle(
    filter_k: int,
    shards: int,
    source: Source,
    expected: tuple[list[Row], list[Row]],
) -> None:
    layout = Layout(unit=source.unit, filter_k=filter_k, shard_units=shard_units(source, shards))
    with built(CORPUS, layout) as index:
        for threads in (1, 2, 16):
            for batch_size in (7, None) if threads > 1 else (1,):
                run = Run(unit=source.unit, threads=threads, batch_size=batch_size)
                options = OPTIONS[source.unit]
                found = engine_scan(index, TEXTS, PROMPTS, options, run)
                assert found == expected, run


@pytest.mark.parametrize("filter_bits", [4, 8, 16])
def test_a_weaker_filter_changes_nothing(
    filter_bits: int,
    source: Source,
    expected: tuple[list[Row], list[Row]],
) -> None:
    layout = Layout(unit=source.unit, filter_k=3, filter_bits=filter_bits)
    with built(CORPUS, layout) as index:
        options = OPTIONS[source.unit]
        assert engine_scan(index, TEXTS, PROMPTS, options, Run(unit=source.unit)) == expected


@pytest.mark.parametrize("shards", SHARDS)
def test_statistics_and_novelty_are_those_of_one_shard(shards: int, source: Source) -> None:
    tokens = tokens_of(TEXTS, source.unit)
    answers = []
    for layout in (
        Layout(unit=source.unit),
        Layout(unit=source.unit, shard_units=shard_units(source, shards)),
    ):
        with built(CORPUS, layout) as index:
            for threads in (1, 2, 16):
                lengths = [
                    [one.tolist() for one in found]
                    for backward in (False, True)
                    for found in [
                        index.matching_statistics(
                            TEXTS, tokens=tokens, backward=backward, threads=threads
                        )
                    ]
                ]
                counts = index.novelty(TEXTS, tokens=tokens, longest=12, threads=threads)
                answers.append((lengths, [column.tolist() for column in counts]))
    assert all(answer == answers[0] for answer in answers)
