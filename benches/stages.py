"""Measure each stage of the engine on one core, from Rust, beside the limits of the machine.

``python -m benches.stages --data FOLDER`` writes the corpus and the ordinary outputs where
``cargo bench --bench stages`` reads them, and keeps its figures as a record.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from benches.recording import write_record
from benches.workloads import ENVIRONMENT, demo_workload, folder_workload

if TYPE_CHECKING:
    from collections.abc import Iterable


def main() -> None:
    """Run the benchmark, print its figures, and write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get(ENVIRONMENT))
    parser.add_argument("--output", type=Path, default=Path("benches/records"))
    arguments = parser.parse_args()
    workload = folder_workload(Path(arguments.data)) if arguments.data else demo_workload()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "corpus.jsonl", (document.text for document in workload.documents))
        queries = next(iter(workload.generations.values()))
        _write(folder / "queries.jsonl", (generation.text for generation in queries))
        command = ["cargo", "bench", "--package", "memscan-core", "--bench", "stages", "--", name]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own command
    figures = json.loads(output)
    content = {"workload": workload.name, "figures": figures}
    path = write_record(arguments.output, f"stages-{workload.name}", content)
    for figure, value in figures.items():
        print(f"{figure:<50}{value:,.2f}")
    print(path)


def _write(path: Path, texts: Iterable[str]) -> None:
    with path.open("wb") as file:
        for text in texts:
            file.write(orjson.dumps({"text": text}, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main()
