"""Run the drivers, one after another, each in its own process and environment, on one core."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benches.peers.environments import ROOT, last_lines

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}
STEP_SECONDS = 3600

Answer = dict[str, Any]


class DriverError(Exception):
    """A driver did not get to its end."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver, and what it works on.

    Attributes:
        python: The interpreter of its environment.
        module: Its module.
        corpus: The folder with corpus and queries.
        index: The folder for its index.
    """

    python: Path
    module: str
    corpus: Path
    index: Path

    def run(self, step: str, **options: float | list[int]) -> Answer:
        """Run one step, and return what it measured and found.

        Raises:
            DriverError: If it fails or takes too long; with the end of its message.
        """
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "answer.json"
            paths = map(str, (self.corpus, self.index, output))
            command = [str(self.python), "-m", self.module, step, *paths, *_options(options)]
            environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
            try:
                done = subprocess.run(  # noqa: S603 - our own driver
                    command,
                    cwd=ROOT,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=STEP_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise DriverError(f"{step}: not done after {STEP_SECONDS} s") from error
            if done.returncode:
                raise DriverError(f"{step}: {last_lines(done.stderr)}")
            answer: Answer = json.loads(output.read_text(encoding="utf-8"))
            return answer

    def index_bytes(self) -> int:
        """Return the size of what it wrote."""
        return sum(file.stat().st_size for file in self.index.rglob("*") if file.is_file())


def stay_on_one_core(core: int | None) -> int | None:
    """Keep this process and all it starts on one core, where the system can; return which."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = max(os.sched_getaffinity(0)) if core is None else core
    os.sched_setaffinity(0, {chosen})
    return chosen


def _options(options: dict[str, float | list[int]]) -> list[str]:
    words = []
    for name, value in options.items():
        values = value if isinstance(value, list) else [value]
        words += ["--" + name.replace("_", "-"), *map(str, values)]
    return words
