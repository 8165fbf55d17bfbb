"""Engine against oracle on whole rows: any texts, any prompts, any options."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from agreement import (
    FIND_COLUMNS,
    ONE_SHARD,
    SPAN_COLUMNS,
    Layout,
    Run,
    built,
    engine_scan,
    rows_of,
    smallest_shard,
    token_arrays,
    tokens_of,
)
from memscan import _native
from oracle.cutting import CUTTERS
from oracle.matches import backward_statistics, matching_statistics, novelty, occurrences
from oracle.scan import Options, Source, find, longest_row, scan
from oracle.units import segment
from strategies import corpora, prompts_like, texts_like

many = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

option_sets = st.builds(
    Options,
    minimum_length=st.integers(1, 7),
    minimum_chars=st.just(0) | st.integers(1, 12),
    occurrences=st.sampled_from([1, 2, 4]),
    examined=st.sampled_from([4, 5, 16]),
    context=st.integers(0, 5),
    seed=st.integers(0, 3),
)


each_unit = pytest.mark.parametrize("unit", sorted(CUTTERS))


def runs(unit: str) -> st.SearchStrategy[Run]:
    """Return ways to run a scan."""
    return st.builds(
        Run,
        unit=st.just(unit),
        threads=st.sampled_from([None, 1, 2, 16]),
        batch_size=st.none() | st.integers(1, 4),
    )


@st.composite
def sources(draw: st.DrawFn, unit: str) -> tuple[list[str], Source]:
    """Return a corpus with at least one unit."""
    corpus = draw(corpora())
    source = Source.of(corpus, unit)
    assume(any(document.units for document in source.documents))
    return corpus, source


@st.composite
def layouts(draw: st.DrawFn, source: Source) -> Layout:
    """Return ways to build the index of a corpus, in few shards or many."""
    smallest = smallest_shard(source)
    return Layout(
        unit=source.unit,
        filter_k=draw(st.integers(2, 6)),
        shard_units=draw(st.just(ONE_SHARD) | st.integers(smallest, 3 * smallest)),
        threads=draw(st.sampled_from([None, 1, 2, 16])),
    )


@each_unit
@many
@given(st.data())
def test_any_scan_agrees(unit: str, data: st.DataObject) -> None:
    corpus, source = data.draw(sources(unit))
    queries = data.draw(st.lists(texts_like(corpus), min_size=1, max_size=4))
    prompts = data.draw(
        st.none() | st.lists(prompts_like(corpus), min_size=len(queries), max_size=len(queries)),
    )
    template = data.draw(st.none() | prompts_like(corpus))
    options = replace(data.draw(option_sets), template=template)
    run = data.draw(runs(unit))
    with built(corpus, data.draw(layouts(source))) as index:
        found = engine_scan(index, queries, prompts, options, run)
        assert found == scan(queries, prompts, source, options)


@each_unit
@many
@given(st.data())
def test_any_baseline_agrees(unit: str, data: st.DataObject) -> None:
    corpus, source = data.draw(sources(unit))
    queries = data.draw(st.lists(texts_like(corpus), min_size=1, max_size=3))
    common = data.draw(st.lists(texts_like(corpus), min_size=1, max_size=3))
    baseline_source = Source.of(common, unit)
    assume(any(document.units for document in baseline_source.documents))
    options = replace(data.draw(option_sets), baseline=common)
    run = data.draw(runs(unit))
    baseline_layout = data.draw(layouts(baseline_source))
    with (
        built(corpus, data.draw(layouts(source))) as index,
        built(common, baseline_layout) as other,
    ):
        found = engine_scan(index, queries, None, options, run, baseline=other)
        assert found == scan(queries, None, source, options)


@each_unit
@many
@given(st.data())
def test_find_count_and_longest_match_agree(unit: str, data: st.DataObject) -> None:
    corpus, source = data.draw(sources(unit))
    text = data.draw(texts_like(corpus))
    context = data.draw(st.integers(0, 5))
    query = source.cut(text)
    tokens = token_arrays(text) if unit == "token" else None
    with built(corpus, data.draw(layouts(source))) as index:
        batch = index.longest_match(text, tokens=tokens, context=context)
        rows = rows_of(batch, SPAN_COLUMNS)
        expected_rows = longest_row(text, source, context)
        assert rows == [{"generation": 0} | row for row in expected_rows]
        if query.units:
            limit = data.draw(st.integers(1, 4))
            options = Options(occurrences=limit, examined=8, context=context)
            count, document_count, capped, batch = index.find(
                text,
                tokens=tokens,
                limit=limit,
                examined=8,
                context=context,
            )
            found = (count, document_count, rows_of(batch, FIND_COLUMNS))
            assert found == find(text, source, options)
            assert not capped
            assert index.count(text, tokens=tokens) == len(occurrences(query.folded, source.folded))


@each_unit
@settings(many, max_examples=60)
@given(st.data())
def test_statistics_and_novelty_agree(unit: str, data: st.DataObject) -> None:
    corpus, source = data.draw(sources(unit))
    texts = data.draw(st.lists(texts_like(corpus), max_size=2))
    queries = [source.cut(text).folded for text in texts]
    tokens = tokens_of(texts, unit)
    longest = data.draw(st.integers(1, 6))
    with built(corpus, data.draw(layouts(source))) as index:
        for backward, expected in ((False, matching_statistics), (True, backward_statistics)):
            lengths = index.matching_statistics(texts, tokens=tokens, backward=backward)
            assert [one.tolist() for one in lengths] == [
                expected(query, source.folded) for query in queries
            ]
        runs, novel = index.novelty(texts, tokens=tokens, longest=longest)
        counts = [
            list(zip(*pair, strict=True))
            for pair in zip(runs.tolist(), novel.tolist(), strict=True)
        ]
        assert counts == [novelty(query, source.folded, longest) for query in queries]


@many
@given(st.data())
def test_every_row_holds_together(data: st.DataObject) -> None:
    corpus, source = data.draw(sources("word"))
    text = data.draw(texts_like(corpus))
    options = Options(minimum_length=1, occurrences=3, context=3)
    with built(corpus, data.draw(layouts(source))) as index:
        rows, _ = engine_scan(index, [text], None, options)
    for row in rows:
        number = source.ids.index(str(row["document_id"]))
        span = units_of(text, row, "")
        assert span == units_of(corpus[number], row, "document_")
        assert len(span) == row["n_units"]


def units_of(text: str, row: dict[str, object], prefix: str) -> list[str]:
    """Return the units inside a row's span, after checking that both its offsets give its text."""
    start, end = (int(str(row[f"{prefix}{name}"])) for name in ("start", "end"))
    first, last = (int(str(row[f"{prefix}byte_{name}"])) for name in ("start", "end"))
    assert text[start:end] == row[f"{prefix}text"]
    assert text.encode()[first:last].decode() == row[f"{prefix}text"]
    inside = [unit for unit in segment(text) if start <= unit.start and unit.end <= end]
    assert (inside[0].start, inside[-1].end) == (start, end)
    units = [unit.folded for unit in inside]
    assert _native.segment(text[start:end]) == units
    return units


WORDS = "one two three four five six seven eight nine ten eleven twelve"


@pytest.mark.parametrize("length", range(1, 13))
@pytest.mark.parametrize("filter_k", [2, 5])
def test_match_of_exactly_the_minimum_length_is_found_and_shorter_is_not(
    length: int,
    filter_k: int,
) -> None:
    words = WORDS.split()
    corpus = [f"zero {WORDS} thirteen", "another document"]
    source = Source.of(corpus)
    queries = [
        " ".join(before + words[start : start + size] + after)
        for size in (length - 1, length, length + 1)
        for start in (0, (12 - size) // 2, 12 - size)
        for before, after in (([], []), (["x"], ["y"]), (["x"] * 3, []), ([], ["y"] * 4))
        if start >= 0
    ]
    with built(corpus, Layout(filter_k=filter_k)) as index:
        options = Options(minimum_length=length)
        assert engine_scan(index, queries, None, options) == scan(queries, None, source, options)


def test_match_at_the_edges_of_documents_is_found_and_none_across_them() -> None:
    corpus = ["a b c d e f", "", "g h i j k l", "...", "m n o p q r"]
    source = Source.of(corpus)
    queries = ["a b c d e f g h i j k l m n o p q r", "d e f g h i", "a b c d e f", "m n o p q r"]
    for shard_units in (ONE_SHARD, 6, 12):
        with built(corpus, Layout(filter_k=3, shard_units=shard_units)) as index:
            for length in range(1, 8):
                options = Options(minimum_length=length, context=4)
                found = engine_scan(index, queries, None, options)
                assert found == scan(queries, None, source, options)


def test_identical_documents_are_counted_once_each_and_told_apart() -> None:
    corpus = ["a b c a b c"] * 5 + ["A  b c"] + ["a b c"] * 20
    source = Source.of(corpus)
    for shard_units in (ONE_SHARD, 6, 18):
        with built(corpus, Layout(filter_k=2, shard_units=shard_units)) as index:
            for examined in (1, 2, 16, 100):
                options = Options(minimum_length=2, occurrences=1, examined=examined)
                queries = ["a b c", "A b c", "A  b c", "c a b", "b c a b"]
                found = engine_scan(index, queries, ["a b"] * 5, options)
                assert found == scan(queries, ["a b"] * 5, source, options)
