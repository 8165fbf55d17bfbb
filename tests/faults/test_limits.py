"""Little memory and few open files: the work is done or an error says so, and nothing is broken."""

# ruff: noqa: S603 - the commands that are run are ours, and started before any thread

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from conftest import CommandLine
from faults.forging import forge_manifest, read_manifest
from faults.samples import QUERY, TEXTS, files_in
from memscan import Index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def shell(tmp_path: Path) -> CommandLine:
    """Return the command line in a folder with a corpus of many shards, and generations."""
    corpus = [(f"{name}-{number}", text) for number in range(20) for name, text in TEXTS.items()]
    Index.build(corpus, tmp_path / "index.memscan", shard_units=30)
    lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in corpus)
    (tmp_path / "corpus.jsonl").write_text(lines)
    (tmp_path / "generations.jsonl").write_text(json.dumps({"text": QUERY}) + "\n")
    return CommandLine(tmp_path)


COMMANDS: dict[str, list[str]] = {
    "build": ["index", "build", "corpus.jsonl", "-o", "new.memscan", "--threads", "2"],
    "scan": ["scan", "index.memscan", "generations.jsonl", "-o", "results", "--threads", "2"],
    "find": ["find", "index.memscan", QUERY, "--no-mmap"],
    "verify": ["index", "verify", "index.memscan", "--threads", "2"],
}


def limited(
    shell: CommandLine, command: str, limit: Callable[[], None]
) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose process sets a limit for itself first."""
    return subprocess.run(
        shell.words(*COMMANDS[command]),
        cwd=shell.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=limit,
        timeout=60,
        check=False,
    )


def limit_files(count: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def limit_memory(byte_count: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (byte_count, byte_count))


def limit_file_size(byte_count: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, byte_count))


@pytest.mark.parametrize("command", COMMANDS)
def test_few_open_files_are_enough_or_an_error(shell: CommandLine, command: str) -> None:
    """To clear away a folder takes open files too, so what cannot be cleared is by the next."""
    assert len(Index.open(shell.folder / "index.memscan").info.shards) > 15
    before = files_in(shell.folder)
    for count in (5, 6, 7, 8, 9, 10, 12, 16, 32):
        done = limited(shell, command, limit_files(count))
        if done.returncode:
            assert b"Too many open files" in done.stderr, (count, done.stderr)
            assert before.items() <= files_in(shell.folder).items()
            left = {path.name for path in shell.folder.iterdir()} & {"new.memscan", "results"}
            assert not left
        else:
            clear_output(shell)
            assert files_in(shell.folder) == before
    assert done.returncode == 0, "far fewer files are open than an index has"


def clear_output(shell: CommandLine) -> None:
    for name in ("new.memscan", "results"):
        if (shell.folder / name).exists():
            shutil.rmtree(shell.folder / name)


@pytest.mark.parametrize("command", ["build", "scan"])
def test_disk_that_is_full_is_told_and_cleared(shell: CommandLine, command: str) -> None:
    """A file may grow so far: the last write that fits is a short one, the next one fails."""
    before = files_in(shell.folder)
    for size in (0, 1, 100, 1023, 1024, 1025, 1100, 1500, 2000, 5000, 10**6):
        done = limited(shell, command, limit_file_size(size))
        if done.returncode:
            assert done.returncode == 2, done.stderr
            name = {"build": b"new.memscan.building/", "scan": b"results"}[command]
            assert name in done.stderr.splitlines()[-1], done.stderr
            assert b"File too large" in done.stderr
        clear_output(shell)
        assert files_in(shell.folder) == before
    assert done.returncode == 0


def test_budget_that_is_too_small_is_refused_ahead(shell: CommandLine) -> None:
    before = files_in(shell.folder)
    done = shell(*COMMANDS["build"], "--memory", "10MB")
    assert done.returncode == 2
    assert "error: memory is 10,000,000 bytes; expected at least " in done.stderr
    assert files_in(shell.folder) == before


@pytest.mark.skipif(sys.platform != "linux", reason="the peak holds what was before the program")
@pytest.mark.parametrize("unit", ["word", "byte"])
def test_build_keeps_to_its_budget(tmp_path: Path, unit: str) -> None:
    """Each document is of a size that by itself is no matter; all together are more than fits."""
    code = (
        "import random, sys\n"
        "from memscan import Index, memory\n"
        "chance = random.Random(1)\n"
        "words = [f'{number:02}' for number in range(100)]\n"
        "texts = [' '.join(chance.choices(words, k=2**17)) for _ in range(8)]\n"
        "documents = ((str(number), texts[number % 8]) for number in range(int(sys.argv[3])))\n"
        "budget = memory.resident_bytes() + 2**26 * 16 // 15 + 2**23\n"
        "index = Index.build(documents, sys.argv[1], unit=sys.argv[2], memory=budget, threads=2)\n"
        "assert memory.peak_bytes() < budget, (memory.peak_bytes(), budget)\n"
        "assert len(index.info.shards) > 2, index.info\n"
    )
    count = {"word": 80, "byte": 40}[unit]
    words = [sys.executable, "-c", code, str(tmp_path / "index"), unit, str(count)]
    done = subprocess.run(words, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_index_larger_than_memory_is_an_error(shell: CommandLine) -> None:
    """A file with a hole takes no room on the disk."""
    folder = shell.folder / "index.memscan"
    name = read_manifest(folder)["shards"][0]["files"][0]["name"]
    with (folder / "shard-00000" / name).open("r+b") as file:
        file.truncate(2**40)

    def describe(manifest: dict[str, Any]) -> None:
        manifest["shards"][0]["files"][0]["bytes"] = 2**40

    forge_manifest(folder, describe)
    for command, words in (("find", "cannot read"), ("verify", "cannot map")):
        done = limited(shell, command, limit_memory(3 * 2**30))
        assert done.returncode == 4, done.stderr
        assert words in done.stderr.decode()
        assert "Cannot allocate memory" in done.stderr.decode()


def test_threads_that_cannot_start_are_an_error(index: Index) -> None:
    """Each thread asks for room for its stack."""
    code = (
        "import memscan, resource, sys\n"
        "index = memscan.Index.open(sys.argv[1])\n"
        "held = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (held + 2**26, held + 2**26))\n"
        "try:\n"
        "    index.scan(['one'], threads=1000)\n"
        "except memscan.LimitError as error:\n"
        "    assert 'cannot start 1000 threads' in str(error), error\n"
        "assert index.count('ishmael') == 1\n"
    )
    words = [sys.executable, "-c", code, str(index.path)]
    done = subprocess.run(words, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
