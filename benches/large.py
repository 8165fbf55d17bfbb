"""Build and scan a corpus that is larger than the memory it may take, and keep a record.

``python -m benches.large --data FOLDER --bytes 10000000000 --memory 4GB`` makes such a corpus of
the books there (``benches/large_corpus.py``), builds its index as a user would, and scans the
outputs there against it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benches.large_corpus import write_corpus
from benches.recording import write_record
from benches.workloads import ENVIRONMENT, folder_workload

MEGA = 1e6


def main() -> None:
    """Make the corpus, run the commands, print their figures, and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get(ENVIRONMENT))
    parser.add_argument("--bytes", type=int, default=10_000_000_000)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--output", type=Path, default=Path("benches/records"))
    parser.add_argument("--scratch", type=Path, help="where the corpus and its index are made")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error(f"--data FOLDER, or {ENVIRONMENT}, is needed")
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as name:
        figures = _measure(Path(name), Path(arguments.data), arguments.bytes, arguments.memory)
    path = write_record(arguments.output, "large", {"memory": arguments.memory, "figures": figures})
    for figure, value in figures.items():
        print(f"{figure:<40}{value}")
    print(path)


def _measure(folder: Path, data: Path, size_bytes: int, memory: str) -> dict[str, object]:
    corpus, index = folder / "corpus.jsonl", folder / "corpus.memscan"
    corpus_bytes = write_corpus(data / "books.jsonl.gz", corpus, size_bytes)
    build = ["index", "build", str(corpus), "-o", str(index), "--memory", memory]
    seconds, said = _run(build)
    index_bytes = sum(file.stat().st_size for file in index.rglob("*") if file.is_file())
    figures: dict[str, object] = {
        "corpus_bytes": corpus_bytes,
        "build_seconds": round(seconds, 1),
        "build_mb_per_s": round(corpus_bytes / MEGA / seconds, 1),
        "built": said.strip().split(": ", 1)[-1],
        "index_bytes_per_corpus_byte": round(index_bytes / corpus_bytes, 3),
    }
    corpus.unlink()
    for name, paths in folder_workload(data).files.items():
        output = folder / name
        seconds, said = _run(["scan", str(index), *paths, "-o", str(output)])
        figures[f"scan_seconds_{name}"] = round(seconds, 1)
        figures[f"scan_{name}"] = said.strip()
    return figures


def _run(arguments: list[str]) -> tuple[float, str]:
    """Return the wall time of a command of memscan, and what it printed."""
    start = time.monotonic()
    command = [sys.executable, "-m", "memscan", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    return time.monotonic() - start, done.stdout


if __name__ == "__main__":
    main()
