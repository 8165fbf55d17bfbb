"""What the harness and its drivers exchange: a folder with the corpus and queries, answers in JSON.

A driver is a ``Tool``: it builds, opens, and names its ways of answering. ``serve`` measures it.
Only the standard library is used, since a tool's environment holds the tool and nothing else.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from array import array
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SEPARATOR = 0xFFFF
"""Stands before each document in ``tokens.u16``; no word has it."""

SCAN, STATISTICS = "scan", "statistics"
"""What is asked; a task is one of them and a kind of queries, as in ``scan ordinary``."""

Match = tuple[int, int, int | None, int | None]
"""Start and length in words, how often it occurs, in how many documents; ``None`` if not told."""

T = TypeVar("T")


@dataclass(frozen=True)
class Query:
    """A text to be checked: its words, and their numbers."""

    words: str
    tokens: list[int]


@dataclass(frozen=True)
class Corpus:
    """The folder of one corpus."""

    folder: Path

    @property
    def token_path(self) -> Path:
        """The numbers of all words, 16 bits each, a separator before each document."""
        return self.folder / "tokens.u16"

    @cached_property
    def tokens(self) -> list[int]:
        """The same as a list."""
        numbers = array("H")
        numbers.frombytes(self.token_path.read_bytes())
        return numbers.tolist()

    @cached_property
    def documents(self) -> list[str]:
        """The words of each document, with a space between any two."""
        text = (self.folder / "documents.txt").read_text(encoding="utf-8")
        return text.removesuffix("\n").split("\n")

    @cached_property
    def queries(self) -> dict[str, list[Query]]:
        """The queries of each kind, in order."""
        kinds = json.loads((self.folder / "queries.json").read_text(encoding="utf-8"))
        return {
            kind: [Query(row["words"], row["tokens"]) for row in rows]
            for kind, rows in kinds.items()
        }


class Tool:
    """What a driver says about its tool."""

    def __init__(self, corpus: Corpus, folder: Path, min_length: int) -> None:
        """Take a corpus, a folder for the index, and the shortest match to report."""
        self.corpus = corpus
        self.folder = folder
        self.min_length = min_length

    def prepare(self) -> None:
        """Read what ``build`` is given; not timed."""

    def build(self) -> None:
        """Build the index, in the folder if it is kept on disk."""
        raise NotImplementedError

    def open(self) -> None:
        """Open the index."""

    def scans(self) -> Mapping[str, Callable[[Query], list[Match]]]:
        """Return ways to find all maximal matches of a query, by name."""
        raise NotImplementedError

    def statistics(self) -> Mapping[str, Callable[[Query], list[int]]]:
        """Return ways to find the longest match at each position of a query, by name."""
        raise NotImplementedError


def serve(tool_class: Callable[[Corpus, Path, int], Tool]) -> None:
    """Do what the command line asks for, and write the answers and figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["build", "answer", "both"])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--min-length", type=int, required=True)
    parser.add_argument("--budget", type=float, required=True, help="seconds for each way")
    parser.add_argument("--runs", type=int, required=True)
    arguments = parser.parse_args()
    tool = tool_class(Corpus(arguments.corpus), arguments.index, arguments.min_length)
    result: dict[str, object] = {}
    if arguments.step in {"build", "both"}:
        tool.prepare()
        before = resident_bytes()
        seconds, _ = timed(tool.build)
        result |= {"build_seconds": seconds, "built_memory_bytes": resident_bytes() - before}
    if arguments.step in {"answer", "both"}:
        seconds, _ = timed(tool.open)
        result |= {"open_seconds": seconds, "tasks": _answers(tool, arguments)}
    result["peak_memory_bytes"] = peak_bytes()
    arguments.output.write_text(json.dumps(result), encoding="utf-8")


def _answers(tool: Tool, arguments: argparse.Namespace) -> dict[str, dict[str, object]]:
    """Return for each task and way the answers and their time."""
    tasks: dict[str, dict[str, object]] = {}
    limits = (arguments.budget, arguments.runs)
    for kind, queries in tool.corpus.queries.items():
        tasks[f"{SCAN} {kind}"] = {
            name: _measure(way, queries, *limits) for name, way in tool.scans().items()
        }
        tasks[f"{STATISTICS} {kind}"] = {
            name: _measure(way, queries, *limits) for name, way in tool.statistics().items()
        }
    return tasks


def _measure(
    way: Callable[[Query], T], queries: Sequence[Query], budget: float, runs: int
) -> dict[str, object]:
    """Answer as many queries as fit into the time, at least one; the least time of several runs."""
    answers: list[T] = []
    start = time.perf_counter()
    for query in queries:
        answers.append(way(query))
        if time.perf_counter() - start > budget:
            break
    spent = best = time.perf_counter() - start
    done = 1
    while done < runs and spent + best <= budget:
        seconds, _ = timed(lambda: [way(query) for query in queries[: len(answers)]])
        best, spent, done = min(best, seconds), spent + seconds, done + 1
    return {"answers": answers, "seconds": best, "runs": done}


def timed(action: Callable[[], T]) -> tuple[float, T]:
    """Return how many seconds an action took, and what it gave."""
    start = time.perf_counter()
    value = action()
    return time.perf_counter() - start, value


def peak_bytes() -> int:
    """Return the most memory that this process, or one it started, held."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    # What the kernel counts for a process includes what its parent held when it was started.
    own = _status("VmHWM") or own
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)


def resident_bytes() -> int:
    """Return how much memory this process holds; zero where the system does not tell."""
    return _status("VmRSS")


def _status(name: str) -> int:
    path = Path("/proc/self/status")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
