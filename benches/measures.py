"""The measurements: build, open, verify, scan, matching statistics, and the command."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import orjson
import pyarrow.compute as pc

from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benches.workloads import Workload
    from memscan.records import Generation

Figures = dict[str, object]
STATISTICS_TEXT_BYTES = 2_000_000
LONG_BYTES = 1_000_000_000


def measure(workload: Workload, folder: Path, *, runs: int) -> Figures:
    """Return every figure by name; rates are in megabytes (10^6) of text a second."""
    path = folder / "corpus.memscan"
    build_seconds = _best(runs, lambda: _build(workload, path))
    index = Index.open(path)
    info = index.info
    figures: Figures = {
        "build, all cores (MB/s)": _rate(workload.corpus_bytes, build_seconds),
        "index on disk (bytes a corpus byte)": round(info.file_bytes / workload.corpus_bytes, 3),
        "filter (bytes a corpus byte)": round(
            _file_bytes(path, "filter") / workload.corpus_bytes, 3
        ),
        "words": info.units,
        "open (ms)": round(1000 * _best(runs, lambda: Index.open(path)), 3),
        "verify (s)": round(_best(1, index.verify), 2),
    }
    for name, generations in workload.generations.items():
        figures |= _scans(index, name, generations, runs)
        figures |= _command(path, folder, name, workload, runs)
    return figures | _long_command(path, folder, workload) | _statistics(index, workload, runs)


def _build(workload: Workload, path: Path) -> None:
    Index.build(workload.documents, path, overwrite=True)


def _scans(index: Index, name: str, generations: Sequence[Generation], runs: int) -> Figures:
    texts = [generation.text for generation in generations]
    size = sum(len(text.encode()) for text in texts)
    one, every = index.scan(texts, threads=1), index.scan(texts)
    if not (one.spans.equals(every.spans) and one.generations.equals(every.generations)):
        message = f"the scan of {name} depends on the number of threads"
        raise AssertionError(message)
    found = every.generations
    return {
        f"{name}: text (MB)": round(size / 1e6, 1),
        f"{name}: passages of 10 words or more": pc.sum(found["n_spans"]).as_py(),
        f"{name}: longest (words)": pc.max(found["longest_match"]).as_py(),
        f"{name}: scan, one core (MB/s)": _rate(
            size, _best(runs, lambda: index.scan(texts, threads=1))
        ),
        f"{name}: scan, all cores (MB/s)": _rate(size, _best(runs, lambda: index.scan(texts))),
    }


def _scan_command(path: Path, files: Sequence[str], output: Path) -> None:
    arguments = ["scan", str(path), *files, "--output", str(output)]
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "memscan", *arguments], check=True, capture_output=True
    )


def _command(path: Path, folder: Path, name: str, workload: Workload, runs: int) -> Figures:
    """Time ``memscan scan`` as a whole process, from compressed JSON lines to Parquet."""
    size = sum(len(generation.text.encode()) for generation in workload.generations[name])
    outputs = iter(range(runs))

    def run() -> None:
        _scan_command(path, workload.files[name], folder / f"{name}-{next(outputs)}")

    return {f"{name}: whole command (MB/s)": _rate(size, _best(runs, run))}


def _long_command(path: Path, folder: Path, workload: Workload) -> Figures:
    """Time ``memscan scan`` on the first generations again and again, as plain JSON lines."""
    name, generations = next(iter(workload.generations.items()))
    file = folder / f"{name}-long.jsonl"
    lines = [
        orjson.dumps(
            {"id": one.id, "model": one.model, "text": one.text}, option=orjson.OPT_APPEND_NEWLINE
        )
        for one in generations
    ]
    with file.open("wb") as written:
        while written.tell() < LONG_BYTES:
            written.writelines(lines)
    size = file.stat().st_size
    seconds = _best(1, lambda: _scan_command(path, [str(file)], folder / f"{name}-long"))
    file.unlink()
    return {f"{name}: whole command, long file (MB/s of file)": _rate(size, seconds)}


def _statistics(index: Index, workload: Workload, runs: int) -> Figures:
    generations = next(iter(workload.generations.values()))
    text = " ".join(generation.text for generation in generations)[:STATISTICS_TEXT_BYTES]
    units = len(index.matching_statistics(text))
    seconds = _best(runs, lambda: index.matching_statistics(text))
    return {"matching statistics, one core (million words/s)": round(units / seconds / 1e6, 2)}


def _file_bytes(path: Path, stem: str) -> int:
    return sum(file.stat().st_size for file in path.glob(f"*/{stem}.bin"))


def _best(runs: int, action: Callable[[], object]) -> float:
    """Return the least time in seconds that an action took."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _rate(size_bytes: int, seconds: float) -> float:
    return round(size_bytes / seconds / 1e6, 1)
