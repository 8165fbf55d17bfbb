"""One corpus size: build, answer and verify with every tool, and put the figures side by side."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benches.peers.drivers.exchange import SCAN, STATISTICS
from benches.peers.running import Answer, Driver, DriverError
from benches.peers.verification import difference_of_scans, difference_of_statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benches.peers.corpus import Sample
    from benches.peers.table import Peer

DIFFERENCES: dict[str, Callable[[Any, Any], str]] = {
    SCAN: difference_of_scans,
    STATISTICS: difference_of_statistics,
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
            answers.append(driver.run("build", **asdict(self)))
        return min(answers, key=lambda answer: float(answer["build_seconds"]))

    def answer(self, driver: Driver, step: str = "answer", **options: list[int]) -> Answer:
        """Open the index, or build it once more if it is not kept, and answer."""
        return driver.run(step, **asdict(self), **options)


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
            for ways in answer.get("tasks", {}).values()
            for way in ways.values()
        }
    )


def record_of_peer(answer: Answer, memscan: Answer, sample: Sample) -> Record:
    """Return a tool's figures, with memscan's on as many queries, and what differs.

    The best way of a task is the quickest of those that find what memscan finds, if there is one.
    """
    if "problem" in answer:
        return {"status": "failed", "problem": answer["problem"]}
    tasks, differences = {}, []
    for task, found in answer["tasks"].items():
        expected = memscan["tasks"][task]
        ways = {name: _way(task, way, expected, sample) for name, way in found.items()}
        differences += [
            f"{task}, {name}: {way['differs']}" for name, way in ways.items() if way["differs"]
        ]
        right = [name for name, way in ways.items() if not way["differs"]]
        best = max(right or ways, key=lambda name: float(ways[name]["words_per_second"]))
        tasks[task] = {"way": best, **ways[best], "all_ways": ways}
    status = "differs" if differences else "agrees"
    return _common(answer, sample) | {"tasks": tasks, "status": status, "differences": differences}


def record_of_memscan(answer: Answer, sample: Sample) -> Record:
    """Return memscan's own figures, on all queries."""
    tasks: dict[str, Record] = {}
    for task, found in answer["tasks"].items():
        count = len(found["answers"])
        tasks[task] = {
            "queries": count,
            **_rates(task, found["seconds"][str(count)], count, sample),
        }
        if task.startswith(SCAN):
            tasks[task] |= {
                "matches": sum(map(len, found["answers"])),
                "queries_with_matches": sum(map(bool, found["answers"])),
            }
    return _common(answer, sample) | {"tasks": tasks}


def _common(answer: Answer, sample: Sample) -> Record:
    size = "index_memory_bytes" if "index_memory_bytes" in answer else "index_bytes"
    names = ("build_seconds", "build_peak_bytes", "open_seconds", size)
    return {
        **{name: answer[name] for name in names},
        "answer_peak_bytes": answer["peak_memory_bytes"],
        "build_bytes_per_second": sample.corpus_bytes / answer["build_seconds"],
    }


def _way(task: str, way: Answer, memscan: Answer, sample: Sample) -> dict[str, Any]:
    count = len(way["answers"])
    seconds = memscan["seconds"][str(count)]
    rates = _rates(task, seconds, count, sample)
    return {
        "queries": count,
        "runs": way["runs"],
        **_rates(task, way["seconds"], count, sample),
        "memscan_words_per_second": rates["words_per_second"],
        "memscan_bytes_per_second": rates["bytes_per_second"],
        "memscan_is_faster_by": way["seconds"] / seconds,
        "differs": DIFFERENCES[task.partition(" ")[0]](way["answers"], memscan["answers"]),
    }


def _rates(task: str, seconds: float, count: int, sample: Sample) -> dict[str, float]:
    kind = task.partition(" ")[2]
    return {
        "seconds": seconds,
        "words_per_second": sum(sample.query_words[kind][:count]) / seconds,
        "bytes_per_second": sum(sample.query_bytes[kind][:count]) / seconds,
    }
