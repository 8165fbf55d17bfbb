"""The comparison with other tools: the verdict, the shared corpus, the tables and the plot."""

# ruff: noqa: S314 - the XML that is read is ours

from __future__ import annotations

import json
import sys
from array import array
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from benches.peers.comparison import (
    Settings,
    answered_counts,
    record_of_memscan,
    record_of_peer,
    run_memscan,
)
from benches.peers.corpus import RARE, UNKNOWN, Sample, Words, write_sample
from benches.peers.drivers.exchange import SEPARATOR, Corpus, Query
from benches.peers.drivers.search import matching_statistics, maximal_matches
from benches.peers.plot import draw_rates, spread
from benches.peers.running import Driver, DriverError
from benches.peers.table import PEERS
from benches.peers.tables import table_of_limits, table_of_size
from benches.peers.verification import difference_of_scans, difference_of_statistics

DOCUMENTS = [
    "It was the best of times, it was the worst of times; ½ of it was.",
    "The best of times was the worst of times. Don't!",
]
QUERIES = {
    "plain": [
        "She said it was the worst of times, and don't go",
        "Nothing here",
        "the best of times it",
    ]
}


def test_what_is_equal_does_not_differ() -> None:
    expected = [[(0, 12, 3, 2), (5, 11, 1, 1)], []]
    assert difference_of_scans(expected, expected) == ""
    assert difference_of_scans([[[0, 12, 3, None], [5, 11, None, 1]]], expected) == ""
    assert difference_of_statistics([[3, 2, 1], []], [[3, 2, 1], [], [7]]) == ""


@pytest.mark.parametrize(
    "found",
    [
        [[], []],
        [[(0, 12, 3, 2)], []],
        [[(0, 12, 3, 2), (5, 10, 1, 1)], []],
        [[(0, 12, 4, 2), (5, 11, 1, 1)], []],
        [[(0, 12, 3, 1), (5, 11, 1, 1)], []],
        [[(0, 12, 3, 2), (5, 11, 1, 1)], [(0, 10, 1, 1)]],
        [],
        [[(0, 12, 3, 2), (5, 11, 1, 1)], [], []],
    ],
)
def test_every_kind_of_difference_is_seen(found: list[list[tuple[int, ...]]]) -> None:
    expected = [[(0, 12, 3, 2), (5, 11, 1, 1)], []]
    assert difference_of_scans(found, expected)


def test_the_message_names_what_is_missing_and_what_is_too_much() -> None:
    message = difference_of_scans([[(5, 11, 1, 1)]], [[(5, 10, 1, 1)]])
    assert message == (
        "query 0: 1 matches, memscan 1; not found [(5, 10, 1, 1)], found besides [(5, 11, 1, 1)]"
    )
    message = difference_of_statistics([[1], [3, 2]], [[1], [3, 1]])
    assert message == "query 1, word 1: length 2, memscan 1"


@pytest.mark.parametrize("found", [[[1, 2]], [[1]], [], [[1, 1], [1]]])
def test_other_lengths_are_seen(found: list[list[int]]) -> None:
    assert difference_of_statistics(found, [[1, 1]])


def write(folder: Path, size_bytes: int = 10_000) -> tuple[Sample, Corpus]:
    return write_sample(Words(DOCUMENTS), QUERIES, size_bytes, folder), Corpus(folder)


def test_text_and_numbers_are_one_sequence(tmp_path: Path) -> None:
    sample, corpus = write(tmp_path)
    names: dict[int, str] = {}
    numbers = array("H", [])
    for document in corpus.documents:
        numbers.append(SEPARATOR)
        assert "½" not in document
        words = document.split(" ")
        numbers.extend(corpus.tokens[len(numbers) : len(numbers) + len(words)])
        for number, word in zip(numbers[-len(words) :], words, strict=True):
            assert names.setdefault(number, word) == word
    assert numbers.tolist() == corpus.tokens
    assert len(set(names.values())) == len(names) == sample.different_words
    assert sample.words == len(corpus.tokens) - len(corpus.documents)
    for query in corpus.queries["plain"]:
        words = query.words.split(" ")
        assert [names.get(number, words[0]) for number in query.tokens if number != UNKNOWN] == [
            word for word, number in zip(words, query.tokens, strict=True) if number != UNKNOWN
        ]


def test_rare_words_match_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benches.peers.corpus.NUMBERED", 4)
    sample, corpus = write(tmp_path)
    assert sample.rare_words == corpus.tokens.count(RARE) > 0
    assert UNKNOWN not in corpus.tokens
    for query in corpus.queries["plain"]:
        assert RARE not in query.tokens
        assert not {"rareword"} & set(query.words.split(" "))


def test_a_corpus_is_cut_at_its_size(tmp_path: Path) -> None:
    sample, corpus = write(tmp_path, size_bytes=30)
    assert corpus.documents == ["it was the best of times it"]
    assert sample.corpus_bytes == 27


def answer_of_a_tool(corpus: Corpus) -> dict[str, Any]:
    """Answer as a tool would that knows only whether words occur."""
    documents = [f" {document} " for document in corpus.documents]

    def count(query: Query, start: int, end: int) -> int:
        run = " ".join(query.words.split(" ")[start:end])
        return sum(f" {run} " in document for document in documents)

    matches, lengths = [], []
    for query in corpus.queries["plain"]:

        def occurs(start: int, end: int, query: Query = query) -> bool:
            return count(query, start, end) > 0

        size = len(query.tokens)
        matches.append(
            [
                (start, end - start, None, count(query, start, end))
                for start, end in maximal_matches(size, occurs, 3)
            ]
        )
        lengths.append(matching_statistics(size, occurs))
    return {
        "tasks": {
            "scan plain": {"search": {"answers": matches, "seconds": 0.5, "runs": 2}},
            "statistics plain": {"search": {"answers": lengths[:2], "seconds": 0.5, "runs": 1}},
        },
        "build_seconds": 2.0,
        "build_peak_bytes": 10_000_000,
        "open_seconds": 0.001,
        "peak_memory_bytes": 20_000_000,
        "index_bytes": 1000,
    }


def test_memscan_is_run_verified_and_tabled(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    sample, corpus = write(tmp_path / "corpus")
    answer = answer_of_a_tool(corpus)
    driver = Driver(
        Path(sys.executable),
        "benches.peers.drivers.with_memscan",
        corpus.folder,
        tmp_path / "index",
    )
    settings = Settings(min_length=3, budget=0, runs=1)
    counts = answered_counts({"other": answer, "broken": {"problem": "no"}})
    assert counts == [2, 3]
    memscan = run_memscan(driver, sample, settings, counts)
    figures = record_of_peer(answer, memscan, sample)
    assert figures["status"] == "agrees", figures["differences"]
    own = record_of_memscan(memscan, sample)
    size = {
        "corpus_bytes": sample.corpus_bytes,
        "documents": 2,
        "words": sample.words,
        "different_words": sample.different_words,
        "rare_words": 0,
        "memscan": own,
        "peers": {"other": figures, "broken": {"status": "failed", "problem": "no compiler"}},
    }
    text = table_of_size(size)
    assert "Scan plain: 2 matches in 2 of 3" in text
    assert "| other | `search` | 3 |" in text
    assert "- broken: no compiler" in text
    assert json.loads(json.dumps(size))


def test_a_way_that_is_right_is_preferred_to_a_quick_one(tmp_path: Path) -> None:
    sample, corpus = write(tmp_path)
    answer = answer_of_a_tool(corpus)
    ways = answer["tasks"]["scan plain"]
    memscan = {
        "tasks": {
            task: {"answers": found["search"]["answers"], "seconds": {"2": 0.1, "3": 0.1}}
            for task, found in answer["tasks"].items()
        }
    }
    ways["quick"] = {"answers": [[], [], []], "seconds": 0.01, "runs": 1}
    figures: dict[str, Any] = record_of_peer(answer, memscan, sample)
    assert figures["status"] == "differs"
    assert len(figures["differences"]) == 1
    assert figures["tasks"]["scan plain"]["way"] == "search"
    assert figures["tasks"]["scan plain"]["memscan_is_faster_by"] == pytest.approx(5)


def test_a_driver_that_fails_says_why(tmp_path: Path) -> None:
    driver = Driver(Path(sys.executable), "benches.peers.drivers.none_such", tmp_path, tmp_path)
    with pytest.raises(DriverError, match="No module named"):
        driver.run("build")


def test_every_peer_has_a_pinned_version_and_a_row() -> None:
    for peer in PEERS:
        assert all("==" in requirement for requirement in peer.requirements)
        assert bool(peer.reason) == (peer.name in {"infini-gram", "rusty-dawg"})
    page = Path(__file__).parents[1] / "docs" / "peers.md"
    assert table_of_limits(PEERS) in page.read_text(encoding="utf-8")


def fake_sizes() -> list[dict[str, Any]]:
    def peer(rate: float, differs: str = "") -> dict[str, Any]:
        task = {"bytes_per_second": rate, "differs": differs}
        return {"tasks": {"scan ordinary": task, "statistics ordinary": task, "scan odd": task}}

    return [
        {
            "corpus_bytes": corpus_bytes,
            "memscan": peer(2e8),
            "peers": {
                "one & two": peer(1e6),
                "near": peer(1.01e6),
                "wrong": peer(1e9, "query 0"),
                "broken": {"status": "failed", "problem": ""},
            },
        }
        for corpus_bytes in (1_000_000, 10_000_000)
    ]


def test_the_plot_names_each_tool_that_agrees_in_each_panel() -> None:
    root = ET.fromstring(draw_rates(fake_sizes()))
    words = [element.text or "" for element in root.iter() if element.tag.endswith("text")]
    named = [word for word in words if "  " in word]
    assert named == ["memscan  200", "one & two  1", "near  1.01"] * 2
    assert {"ordinary", "odd"} < set(words)
    assert sum(element.tag.endswith("polyline") for element in root.iter()) == 6


def test_a_plot_of_one_size_can_be_drawn() -> None:
    assert ET.fromstring(draw_rates(fake_sizes()[:1])).tag.endswith("svg")


def test_labels_are_moved_apart_and_keep_their_order() -> None:
    assert spread([10, 100], 17) == [10, 100]
    assert spread([50, 50], 10) == [45, 55]
    moved = spread([100, 10, 12, 14, 30], 10)
    assert sorted(moved) == [moved[place] for place in (1, 2, 3, 4, 0)]
    ordered = sorted(moved)
    assert all(later - earlier >= 10 for earlier, later in pairwise(ordered))
