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

from benches.peers.drivers.exchange import (
    SCAN,
    STATISTICS,
    Corpus,
    Match,
    Query,
    peak_bytes,
    timed,
)
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

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
    parser.add_argument("--budget", type=float, required=True, help="seconds; little is needed")
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
        tasks = _answers(index, corpus.queries, arguments)
        result = {"open_seconds": seconds, "tasks": tasks}
    result["peak_memory_bytes"] = peak_bytes()
    arguments.output.write_text(json.dumps(result), encoding="utf-8")


def _answers(
    index: Index, kinds: Mapping[str, Sequence[Query]], arguments: argparse.Namespace
) -> dict[str, object]:
    length = arguments.min_length
    limits = (min(arguments.budget, LEAST_SECONDS), arguments.runs)
    tasks: dict[str, object] = {}
    for kind, queries in kinds.items():
        texts = [query.words for query in queries]

        def scan(count: int, texts: Sequence[str] = texts) -> pa.Table:
            return index.scan(texts[:count], min_length=length, threads=1).spans

        def statistics(count: int, texts: Sequence[str] = texts) -> list[NDArray[np.uint32]]:
            return [index.matching_statistics(text) for text in texts[:count]]

        counts = sorted({*(min(count, len(texts)) for count in arguments.counts), len(texts)})
        tasks[f"{SCAN} {kind}"] = {
            "answers": _matches(scan(len(texts)), texts),
            "seconds": {count: _best(limits, scan, count) for count in counts},
        }
        tasks[f"{STATISTICS} {kind}"] = {
            "answers": [lengths.tolist() for lengths in statistics(len(texts))],
            "seconds": {count: _best(limits, statistics, count) for count in counts},
        }
    return tasks


def _best(limits: tuple[float, int], action: Callable[[int], object], count: int) -> float:
    """Return the least time of at least so many seconds and runs."""
    least_seconds, least_runs = limits
    seconds: list[float] = []
    while len(seconds) < least_runs or sum(seconds) < least_seconds:
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
