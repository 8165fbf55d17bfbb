"""Compare memscan with other tools on the same corpus, queries and matches, in one run.

``python -m benches.peers --data FOLDER --sizes 1MB,10MB,100MB`` takes the folder that ``python -m
benches`` takes; without one, the demo's corpus and outputs stand in. Every process stays on one
core and one thread, so all rates are those of a core. Each tool must find what memscan finds,
else the run ends with exit code 1.

A tool that cannot be installed is recorded with its reason. Each way of answering has its time;
what it answered by then is what memscan is timed on as well.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.peers import comparison
from benches.peers.corpus import Words, write_sample
from benches.peers.environments import make_environment
from benches.peers.plot import draw_rates
from benches.peers.running import Driver, stay_on_one_core
from benches.peers.table import PEERS, Peer
from benches.peers.tables import table_of_limits, table_of_size
from benches.peers.workloads import ordered_documents, read_workload, sampled_queries
from benches.recording import write_record
from benches.workloads import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benches.peers.environments import Environment

MEGABYTE = 1_000_000


def main() -> None:
    """Install, compare at every size, print, and write the record and the plot."""
    arguments = _arguments()
    peers = [peer for peer in PEERS if not arguments.only or peer.name in arguments.only]
    environments = {peer: make_environment(peer, arguments.cache) for peer in peers}
    for peer, environment in environments.items():
        print(f"{peer.name}: {environment.problem or 'installed'}", file=sys.stderr)
    core = stay_on_one_core(arguments.core)
    settings = comparison.Settings(
        min_length=arguments.min_length, budget=arguments.budget, runs=arguments.runs
    )
    workload = read_workload(arguments.data)
    words = Words(document.text for document in ordered_documents(workload))
    queries = sampled_queries(workload, arguments.queries, settings.min_length)
    sizes: list[dict[str, Any]] = []
    for size_bytes in sorted(arguments.sizes):
        if sizes and sizes[-1]["corpus_bytes"] < sizes[-1]["wanted_bytes"] - MEGABYTE // 100:
            print(f"the corpus has no {size_bytes / MEGABYTE:.0f} MB", file=sys.stderr)
            break
        with tempfile.TemporaryDirectory(dir=arguments.cache) as folder:
            size = _compare(Path(folder), words, queries, size_bytes, environments, settings)
        sizes.append(size)
        print(table_of_size(size), end="\n\n", flush=True)
    print(table_of_limits(peers))
    content = {
        "settings": {
            "threads": 1,
            "core": core,
            "min_length": settings.min_length,
            "budget_seconds": settings.budget,
            "runs": settings.runs,
        },
        "workload": workload.name,
        "peers": {peer.name: _about(peer, environments[peer]) for peer in peers},
        "sizes": sizes,
    }
    path = write_record(arguments.output, "peers", content)
    arguments.plot.write_text(draw_rates(sizes), encoding="utf-8")
    print(path, arguments.plot, sep="\n", file=sys.stderr)
    sys.exit(_exit_code(sizes))


def _compare(  # noqa: PLR0913, PLR0917 - what a size needs
    folder: Path,
    words: Words,
    queries: Mapping[str, Sequence[str]],
    size_bytes: int,
    environments: dict[Peer, Environment],
    settings: comparison.Settings,
) -> dict[str, Any]:
    """Run every tool on one size of corpus."""
    corpus = folder / "corpus"
    corpus.mkdir()
    sample = write_sample(words, queries, size_bytes, corpus)
    answers = {}
    for peer, environment in environments.items():
        if environment.problem:
            answers[peer.name] = {"problem": environment.problem}
            continue
        print(f"{size_bytes / MEGABYTE:.0f} MB: {peer.name}", file=sys.stderr, flush=True)
        driver = Driver(environment.python, peer.module, corpus, folder / peer.name)
        answers[peer.name] = comparison.run_peer(peer, driver, settings)
        shutil.rmtree(driver.index, ignore_errors=True)
    driver = Driver(Path(sys.executable), comparison.MEMSCAN, corpus, folder / "memscan")
    counts = comparison.answered_counts(answers)
    memscan = comparison.run_memscan(driver, sample, settings, counts)
    return {
        "wanted_bytes": size_bytes,
        "corpus_bytes": sample.corpus_bytes,
        "documents": len(sample.documents),
        "words": sample.words,
        "different_words": sample.different_words,
        "rare_words": sample.rare_words,
        "queries": {
            kind: {
                "texts": len(texts),
                "words": sum(sample.query_words[kind]),
                "bytes": sum(sample.query_bytes[kind]),
            }
            for kind, texts in queries.items()
        },
        "memscan": comparison.record_of_memscan(memscan, sample),
        "peers": {
            name: comparison.record_of_peer(answer, memscan, sample)
            for name, answer in answers.items()
        },
    }


def _about(peer: Peer, environment: Environment) -> dict[str, object]:
    return {
        "requirements": peer.requirements,
        "besides": peer.reason,
        "installed": not environment.problem,
        "problem": environment.problem,
    }


def _exit_code(sizes: Sequence[dict[str, Any]]) -> int:
    """Return 1 if a tool found something else than memscan; what does not run is only recorded."""
    states = {peer["status"] for size in sizes for peer in size["peers"].values()}
    return int("differs" in states)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches.peers", description=__doc__)
    data = os.environ.get(ENVIRONMENT)
    parser.add_argument("--data", type=Path, default=Path(data) if data else None)
    parser.add_argument("--sizes", type=_sizes, default=_sizes("1MB,10MB,100MB"))
    parser.add_argument("--only", type=lambda names: names.split(","), default=[])
    parser.add_argument("--queries", type=int, default=1000, help="of each kind")
    parser.add_argument("--min-length", type=int, default=10, help="in words")
    parser.add_argument("--budget", type=float, default=10, help="seconds for each way")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--core", type=int, help="which core to stay on; the last by default")
    parser.add_argument("--cache", type=Path, default=Path(".cache/peers"))
    parser.add_argument("--output", type=Path, default=Path("benches/records"))
    parser.add_argument("--plot", type=Path, default=Path("docs/peers.svg"))
    arguments = parser.parse_args()
    arguments.cache = arguments.cache.absolute()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    return arguments


def _sizes(text: str) -> list[int]:
    """Read ``1MB,10MB`` as bytes."""
    return [int(float(size.removesuffix("MB")) * MEGABYTE) for size in text.split(",")]


if __name__ == "__main__":
    main()
