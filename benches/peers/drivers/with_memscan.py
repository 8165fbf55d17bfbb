"""memscan: the same steps, but all texts of a scan at once, as it is meant to be used.

The peers stop when their time is up, so memscan is timed on as many queries as each of them
answered. It starts from text, and also reports places, faithfulness and context of each match;
most others start from numbers.
"""

from __future__ import annotations

import argparse
import json
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from benches.peers.drivers.exchange import Corpus, Match, Query, peak_bytes, timed
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

LEAST_SECONDS = 0.5
"""A short scan is repeated until so much time is spent on it."""


def main() -> None:
    """Build or answer, and write the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["build", "answer"])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--min-length", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--counts", type=int, nargs="*", default=[], help="of queries to time")
    arguments = parser.parse_args()
    corpus, path = Corpus(arguments.corpus), arguments.index / "corpus.memscan"
    if arguments.step == "build":
        documents = corpus.documents
        seconds, index = timed(lambda: Index.build(iter(documents), path, threads=1))
        result: dict[str, object] = {"build_seconds": seconds, "units": index.info.units}
    else:
        seconds, index = timed(lambda: Index.open(path))
        result = {"open_seconds": seconds} | _answers(index, corpus.queries, arguments)
    result["peak_memory_bytes"] = peak_bytes()
    arguments.output.write_text(json.dumps(result), encoding="utf-8")


def _answers(
    index: Index, queries: Sequence[Query], arguments: argparse.Namespace
) -> dict[str, object]:
    texts = [query.words for query in queries]
    length, runs = arguments.min_length, arguments.runs

    def scan(count: int) -> pa.Table:
        return index.scan(texts[:count], min_length=length, threads=1).spans

    def statistics(count: int) -> list[object]:
        return [index.matching_statistics(text) for text in texts[:count]]

    matches = _matches(scan(len(texts)), texts)
    lengths = [index.matching_statistics(text).tolist() for text in texts]
    counts = sorted({*arguments.counts, len(texts)})
    return {
        "scan": {
            "answers": matches,
            "seconds": {count: _best(runs, scan, count) for count in counts},
        },
        "statistics": {
            "answers": lengths,
            "seconds": {count: _best(runs, statistics, count) for count in counts},
        },
    }


def _best(runs: int, action: Callable[[int], object], count: int) -> float:
    """Return the least time of at least so many runs."""
    seconds: list[float] = []
    while len(seconds) < runs or sum(seconds) < LEAST_SECONDS:
        seconds.append(timed(lambda: action(count))[0])
    return min(seconds)


def _matches(spans: pa.Table, texts: Sequence[str]) -> list[list[Match]]:
    """Turn offsets in characters into places of words: between any two is one space."""
    places = [_starts(text) for text in texts]
    found: list[list[Match]] = [[] for _ in texts]
    columns = ["generation_id", "start", "n_units", "count", "document_count", "count_is_capped"]
    rows = zip(*(spans[column].to_pylist() for column in columns), strict=True)
    for text, start, length, count, documents, is_capped in rows:
        place = int(text)
        match = (places[place][start], length, count, None if is_capped else documents)
        found[place].append(match)
    return found


def _starts(text: str) -> dict[int, int]:
    """Return which word starts at a character."""
    words = text.split(" ")
    starts = accumulate((len(word) + 1 for word in words), initial=0)
    return {start: number for number, (start, _) in enumerate(pairwise(starts))}


if __name__ == "__main__":
    main()
