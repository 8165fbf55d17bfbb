"""A process is killed at any instant: what it wrote is whole or said to be unfinished.

Run again, it ends as if nothing had happened. ``MEMSCAN_KILLS`` says how many processes are killed
of each kind.
"""

# ruff: noqa: PT017, S311, S603 - what is killed may end either way; chance and commands are ours

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

import memscan
from conftest import CommandLine
from faults.samples import files_in, paths_of
from faults.tracing import Tracer, needs_strace
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KILLS = int(os.environ.get("MEMSCAN_KILLS", "12"))
TABLES = ("spans.parquet", "generations.parquet")


@dataclass(frozen=True, slots=True)
class Job:
    """A command that is killed over and over.

    Attributes:
        shell: What runs it.
        words: The command line.
        files: What is in its folder before it starts.
        idle_seconds: How long it takes to begin to write, about.
        busy_seconds: How long it then takes to be done.
    """

    shell: CommandLine
    words: tuple[str | Path, ...]
    files: Path
    idle_seconds: float
    busy_seconds: float

    @classmethod
    def timed(cls, shell: CommandLine, *words: str | Path) -> Job:
        """Copy the files that are there, and run the command once to its end."""
        files = shell.folder.with_name("before")
        shutil.copytree(shell.folder, files)
        start = time.monotonic()
        with subprocess.Popen(
            shell.words(*words), cwd=shell.folder, stdout=subprocess.DEVNULL, stderr=sys.stderr
        ) as process:
            wait_until_begun(process, shell.folder)
            begun = time.monotonic()
        assert process.returncode == 0
        return cls(shell, words, files, begun - start, time.monotonic() - begun)

    def kill(self, chance: random.Random) -> None:
        """Run the command, and kill it at a random instant; most often while it writes."""
        is_early = chance.random() < 0.1
        with subprocess.Popen(
            self.shell.words(*self.words),
            cwd=self.shell.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            if is_early:
                time.sleep(chance.uniform(0, self.idle_seconds))
            else:
                wait_until_begun(process, self.shell.folder)
                time.sleep(chance.uniform(0, self.busy_seconds))
            process.kill()

    def restore(self) -> None:
        """Put back what was there before."""
        shutil.rmtree(self.shell.folder)
        shutil.copytree(self.files, self.shell.folder)


def wait_until_begun(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until a command has written something to a folder, or is done."""
    names = set(folder.iterdir())
    while set(folder.iterdir()) == names and process.poll() is None:
        time.sleep(0.0005)


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """Return the command line in a folder with a corpus, as large as takes a while."""
    folder = tmp_path / "work"
    folder.mkdir()
    chance = random.Random(1)
    words = [f"w{number}" for number in range(5000)]
    with (folder / "corpus.jsonl").open("w") as file:
        for number in range(300):
            text = " ".join(chance.choices(words, k=400))
            file.write(json.dumps({"id": f"d{number}", "text": text}) + "\n")
    return CommandLine(folder)


def over_and_over(job: Job, outcome_of: Callable[[], str]) -> None:
    """Kill a job many times, check and count what comes of it."""
    chance = random.Random(KILLS)
    outcomes: Counter[str] = Counter()
    for _ in range(KILLS):
        job.restore()
        job.kill(chance)
        outcomes[outcome_of()] += 1
    print(f"\n{' '.join(map(str, job.words[:2]))}: {dict(outcomes)}")  # noqa: T201 - for reading


def test_killed_build_is_whole_or_said_to_be_incomplete(shell: CommandLine) -> None:
    index, words = shell.folder / "index.memscan", ("index", "build", "corpus.jsonl", "-o")
    job = Job.timed(shell, *words, index)
    expected = files_in(shell.folder)

    def outcome() -> str:
        try:
            Index.open(index).verify()
        except memscan.NotAnIndexError as error:
            is_begun = index.with_name("index.memscan.building").exists()
            expected_words = "is an incomplete build" if is_begun else "does not exist"
            assert expected_words in str(error)
            assert "memscan index build" in (error.hint or "")
            assert shell(*words, index).returncode == 0
            assert files_in(shell.folder) == expected
            return expected_words
        left = files_in(shell.folder)
        left.pop(index.relative_to(shell.folder) / "lock", None)
        assert left == expected
        return "whole"

    over_and_over(job, outcome)


@pytest.mark.parametrize("command", ["build", "add", "remove", "compact"])
def test_killed_change_leaves_the_old_index_or_the_new(shell: CommandLine, command: str) -> None:
    index = shell.folder / "index.memscan"
    Index.build([("gone", "the one that was there")] * 1, index)
    Index.add(index, shell.folder / "corpus.jsonl")
    words_of: dict[str, list[str | Path]] = {
        "build": ["corpus.jsonl", "-o", index, "--overwrite"],
        "add": [index, "corpus.jsonl"],
        "remove": [index, "--id", "gone", "--id", "d1"],
        "compact": [index],
    }
    words = words_of[command]
    old_id = Index.open(index).info.id
    job = Job.timed(shell, "index", command, *words)
    new_id = Index.open(index).info.id
    expected = files_in(shell.folder)
    compacted = files_in(Index.compact(index).path)

    def outcome() -> str:
        opened = Index.open(index)
        opened.verify()
        is_old = opened.info.id == old_id
        if is_old:
            assert shell("index", command, *words).returncode == 0
            assert files_in(shell.folder) == expected
        assert Index.open(index).info.id == new_id
        Index.compact(index)
        assert files_in(index) == compacted
        assert {path.name for path in shell.folder.iterdir()} == {"corpus.jsonl", index.name}
        return "old" if is_old else "new"

    over_and_over(job, outcome)


def test_killed_scan_leaves_whole_results_or_none(shell: CommandLine) -> None:
    index, output = shell.folder / "index.memscan", shell.folder / "results"
    Index.build(shell.folder / "corpus.jsonl", index)
    words = ("scan", index, "corpus.jsonl", "-o", output)
    job = Job.timed(shell, *words)
    expected = [(output / name).read_bytes() for name in TABLES]

    def outcome() -> str:
        is_whole = output.exists()
        if not is_whole:  # a scan this short has kept nothing to be resumed
            assert shell(*words).returncode == 0
        assert [(output / name).read_bytes() for name in TABLES] == expected
        assert json.loads((output / "run.json").read_text())["counts"]["generations"] == 300
        names = {path.name for path in shell.folder.iterdir()}
        assert names == {"corpus.jsonl", index.name, output.name}
        return "whole" if is_whole else "none"

    over_and_over(job, outcome)
    Index.open(index).verify()


@dataclass(frozen=True, slots=True)
class SmallSteps(CommandLine):
    """The command line, but a scan has small batches and commits each at once."""

    def words(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-c", SMALL_STEPS, *map(str, arguments)]


SMALL_STEPS = """
from functools import partial
from memscan import batches, cli, running
from memscan.writers import parts
running.in_batches = partial(batches.in_batches, most_items=2)
parts.COMMIT_SECONDS = 0
cli.main()
"""


def test_killed_scan_is_resumed_with_the_same_results(shell: CommandLine) -> None:
    index, output = shell.folder / "index.memscan", shell.folder / "results"
    Index.build(shell.folder / "corpus.jsonl", index)
    words = ("scan", index, "corpus.jsonl", "-o", output, "--resume")
    assert shell(*words).returncode == 0
    expected = [(output / name).read_bytes() for name in TABLES]
    shutil.rmtree(output)
    job = Job.timed(SmallSteps(shell.folder), *words)
    job = replace(job, busy_seconds=job.busy_seconds / 6)  # the rest is the end of the process
    chance = random.Random(1)

    def outcome() -> str:
        partial = output.with_name("results.partial")
        is_begun = (partial / "parts" / "00000" / "checkpoint.json").exists()
        if is_begun:
            refused = shell(*words[:-1])
            assert (refused.returncode, output.exists()) == (2, False)
            assert "hint: go on with it by --resume" in refused.stderr
            job.kill(chance)
        is_whole = output.exists()
        done = shell(*words)
        assert (done.returncode, "is complete already" in done.stderr) == (0, is_whole)
        assert [(output / name).read_bytes() for name in TABLES] == expected
        assert json.loads((output / "run.json").read_text())["counts"]["generations"] == 300
        names = {path.name for path in shell.folder.iterdir()}
        assert names == {"corpus.jsonl", index.name, output.name}
        return ("resumed" if is_begun else "none") if not is_whole else "whole"

    over_and_over(job, outcome)


@needs_strace
@pytest.mark.parametrize("command", ["build", "add", "remove", "compact"])
def test_index_is_whole_whatever_name_was_being_changed(shell: CommandLine, command: str) -> None:
    index = shell.folder / "index.memscan"
    Index.build([("gone", "the one that was there"), ("kept", "and another one")], index)
    (shell.folder / "corpus.jsonl").write_text(json.dumps({"id": "new", "text": "a new one"}))
    expected_ids = {Index.open(index).info.id}
    words_of: dict[str, list[str | Path]] = {
        "build": [shell.folder / "corpus.jsonl", "-o", index, "--overwrite"],
        "add": [index, shell.folder / "corpus.jsonl"],
        "remove": [index, "--id", "gone"],
        "compact": [index],
    }
    words = words_of[command]
    job = Job.timed(shell, "index", command, *words)
    expected_ids.add(Index.open(index).info.id)
    hits = 0
    for calls in ("rename,renameat,renameat2", "unlink,unlinkat,rmdir"):
        job.restore()
        for _ in Tracer(shell, paths_of(index)).each(
            calls, "signal=KILL", "index", command, *words
        ):
            hits += 1
            opened = Index.open(index)
            opened.verify()
            assert opened.info.id in expected_ids
            Index.compact(index)
            assert {path.name for path in shell.folder.iterdir()} == {"corpus.jsonl", index.name}
            job.restore()
    assert hits > 1


def test_second_builder_is_refused_until_the_first_is_killed(shell: CommandLine) -> None:
    index = shell.folder / "index.memscan"
    waiting = shell.words("index", "build", "-", "-o", index)
    with subprocess.Popen(waiting, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as first:
        while not index.with_name("index.memscan.building").joinpath("lock").exists():
            assert first.poll() is None
            time.sleep(0.01)
        time.sleep(0.1)
        second = shell("index", "build", "corpus.jsonl", "-o", index)
        assert (second.returncode, second.stdout) == (2, "")
        assert "error: another build is under way in " in second.stderr
        first.kill()
    assert shell("index", "verify", index).returncode == 4
    assert shell("index", "build", "corpus.jsonl", "-o", index).returncode == 0
    assert shell("index", "verify", index).returncode == 0
    assert {path.name for path in shell.folder.iterdir()} == {"corpus.jsonl", index.name}
