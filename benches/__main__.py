"""Measure the whole path on real data, and keep a record of it.

``python -m benches --data FOLDER`` takes a folder with ``books.jsonl.gz`` (the corpus),
``alpaca_eval/*.jsonl.gz`` (ordinary outputs) and ``recap/*/generations.jsonl.gz`` (recitations);
``MEMSCAN_DATA`` names it as well. Without one, the demo's corpus and outputs stand in.

Answers are checked before anything is timed: every scan must give the same tables at one thread and
at all, and the records say how much was found. Each figure is the best of several runs.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
from pathlib import Path

from benches.measures import measure
from benches.recording import write_record
from benches.workloads import ENVIRONMENT, Workload, demo_workload, folder_workload


def main() -> None:
    """Run all benchmarks, print them, and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get(ENVIRONMENT))
    parser.add_argument("--output", type=Path, default=Path("benches/records"))
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    workload = folder_workload(Path(arguments.data)) if arguments.data else demo_workload()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(workload, Path(folder), runs=arguments.runs)
    content = {
        "workload": _about(workload),
        "figures": figures,
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    path = write_record(arguments.output, workload.name, content)
    for name, value in figures.items():
        print(f"{name:<44}{value}")
    print(path)


def _about(workload: Workload) -> dict[str, object]:
    return {
        "name": workload.name,
        "documents": len(workload.documents),
        "corpus_bytes": workload.corpus_bytes,
        "generations": {name: len(texts) for name, texts in workload.generations.items()},
    }


if __name__ == "__main__":
    main()
