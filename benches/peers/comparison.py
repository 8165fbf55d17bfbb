"""One corpus size: build, answer and verify with every tool, and put the figures side by side."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benches.peers.running import Answer, Driver, DriverError
from benches.peers.verification import difference_of_scans, difference_of_statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benches.peers.corpus import Sample
    from benches.peers.table import Peer

TASKS: dict[str, Callable[[Any, Any], str]] = {
    "scan": difference_of_scans,
    "statistics": difference_of_statistics,
}
MEMSCAN = "benches.peers.drivers.with_memscan"

Record = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to measure.

    Attributes:
        min_length: Shortest match to find in a scan, in words.
        budget: How many seconds each way of answering gets, and repeated builds.
        runs: How often to measure at most; the best counts.
    """

    min_length: int
    budget: float
    runs: int

    def build(self, driver: Driver) -> Answer:
        """Build, several times if it is quick; return the quickest build."""
        answers: list[Answer] = []
        while not answers or (
            len(answers) < self.runs
            and sum(answer["build_seconds"] for answer in answers) < self.budget
        ):
            shutil.rmtree(driver.index, ignore_errors=True)
            driver.index.mkdir(parents=True)
            answers.append(driver.run("build", **self._options(driver)))
        return min(answers, key=lambda answer: float(answer["build_seconds"]))

    def answer(self, driver: Driver, step: str = "answer", **options: list[int]) -> Answer:
        """Open the index, or build it once more if it is not kept, and answer."""
        return driver.run(step, **self._options(driver), **options)

    def _options(self, driver: Driver) -> dict[str, float]:
        options: dict[str, float] = {"min_length": self.min_length, "runs": self.runs}
        return options if driver.module == MEMSCAN else options | {"budget": self.budget}


def run_peer(peer: Peer, driver: Driver, settings: Settings) -> Answer:
    """Return all that a tool measured and found, or the problem that it had."""
    try:
        built = settings.build(driver)
        answered = settings.answer(driver, "answer" if peer.is_kept_on_disk else "both")
    except DriverError as error:
        return {"problem": str(error)}
    return answered | _built(built, driver)


def run_memscan(driver: Driver, sample: Sample, settings: Settings, counts: list[int]) -> Answer:
    """Return all that memscan measured and found.

    Raises:
        ValueError: If it did not index the sequence of words that it was given.
    """
    built = settings.build(driver)
    if built["units"] != sample.words:
        raise ValueError(f"memscan indexed {built['units']} words, expected {sample.words}")
    return settings.answer(driver, counts=counts) | _built(built, driver)


def _built(built: Answer, driver: Driver) -> Answer:
    """Return what is reported of a build: its time, its peak, and the size of the index."""
    answer = {"build_seconds": built["build_seconds"], "index_bytes": driver.index_bytes()}
    if not answer["index_bytes"]:
        answer["index_memory_bytes"] = built["built_memory_bytes"]
    return answer | {"build_peak_bytes": built["peak_memory_bytes"]}


def answered_counts(answers: Mapping[str, Answer]) -> list[int]:
    """Return on how many queries memscan has to be timed."""
    return sorted(
        {
            len(way["answers"])
            for answer in answers.values()
            for task in TASKS
            for way in answer.get(task, {}).values()
        }
    )


def record_of_peer(answer: Answer, memscan: Answer, sample: Sample) -> Record:
    """Return a tool's figures, with memscan's on as many queries, and what differs."""
    if "problem" in answer:
        return {"status": "failed", "problem": answer["problem"]}
    record: Record = _common(answer, sample)
    differences = []
    for task, difference in TASKS.items():
        ways = {}
        for name, way in answer[task].items():
            ways[name] = _way(way, memscan[task], sample)
            found = difference(way["answers"], memscan[task]["answers"])
            if found:
                differences.append(f"{task}, {name}: {found}")
        best = max(ways, key=lambda name: ways[name]["words_per_second"])
        record[task] = {"way": best, **ways[best], "all_ways": ways}
    record |= {"status": "differs" if differences else "agrees", "differences": differences}
    return record


def record_of_memscan(answer: Answer, sample: Sample) -> Record:
    """Return memscan's own figures, on all queries."""
    record = _common(answer, sample)
    for task in TASKS:
        count = len(answer[task]["answers"])
        rates = _rates(answer[task]["seconds"][str(count)], count, sample)
        record[task] = {"queries": count, **rates}
    matches: Sequence[Sequence[object]] = answer["scan"]["answers"]
    return record | {
        "matches": sum(map(len, matches)),
        "queries_with_matches": sum(map(bool, matches)),
    }


def _common(answer: Answer, sample: Sample) -> Record:
    record: Record = {
        name: answer[name] for name in ("build_seconds", "build_peak_bytes", "open_seconds")
    }
    record["answer_peak_bytes"] = answer["peak_memory_bytes"]
    record["build_bytes_per_second"] = sample.corpus_bytes / answer["build_seconds"]
    size = "index_memory_bytes" if "index_memory_bytes" in answer else "index_bytes"
    return record | {size: answer[size]}


def _way(way: Answer, memscan: Answer, sample: Sample) -> dict[str, float]:
    count = len(way["answers"])
    seconds = memscan["seconds"][str(count)]
    return {
        "queries": count,
        "runs": way["runs"],
        **_rates(way["seconds"], count, sample),
        "memscan_words_per_second": _rates(seconds, count, sample)["words_per_second"],
        "memscan_bytes_per_second": _rates(seconds, count, sample)["bytes_per_second"],
        "memscan_is_faster_by": way["seconds"] / seconds,
    }


def _rates(seconds: float, count: int, sample: Sample) -> dict[str, float]:
    return {
        "seconds": seconds,
        "words_per_second": sum(sample.query_words[:count]) / seconds,
        "bytes_per_second": sum(sample.query_bytes[:count]) / seconds,
    }
