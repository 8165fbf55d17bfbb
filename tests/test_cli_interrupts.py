"""Interrupts: the command line stops at once; nothing stays, or what can be gone on with."""

# ruff: noqa: S603, PLW1509 - the commands that are run are ours, and started before any thread

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from conftest import RECITAL, CommandLine

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

LONGEST_SECONDS = 1.0
LINE = json.dumps({"text": RECITAL * 50}).encode() + b"\n"


@contextmanager
def running(
    command_line: CommandLine, *words: str | Path, busy: bool, program: str | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """Run a command whose standard input does not end; if ``busy``, it always has more to read.

    ``program`` is what to run in its stead, in Python.
    """
    arguments = command_line.words(*words)
    process = subprocess.Popen(
        arguments if program is None else [sys.executable, "-c", program, *arguments[3:]],
        cwd=command_line.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdin is not None

    def feed() -> None:
        with suppress(BrokenPipeError, ValueError):
            while True:
                process.stdin.write(LINE)  # type: ignore[union-attr]

    if busy:
        threading.Thread(target=feed, daemon=True).start()
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=60)
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]


def wait_for_output_in(folder: Path) -> None:
    """Wait until something unfinished is there, and for a moment more."""
    end = time.monotonic() + 30
    while not any(folder.iterdir()):
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(0.3)


@pytest.mark.parametrize("busy", [False, True], ids=["waiting", "busy"])
@pytest.mark.parametrize("command", ["scan", "index build", "index build --unit byte"])
@pytest.mark.parametrize(
    ("signals", "code"),
    [([signal.SIGINT], 130), ([signal.SIGINT] * 2, 130), ([signal.SIGTERM], 143)],
    ids=["once", "twice", "terminated"],
)
def test_interrupt_stops_at_once_and_leaves_nothing(  # noqa: PLR0913 - the cases and fixtures
    command_line: CommandLine,
    index_folder: Path,
    command: str,
    signals: list[signal.Signals],
    code: int,
    *,
    busy: bool,
) -> None:
    index = [str(index_folder)] if command == "scan" else []
    words = [*command.split(), *index, "-", "-o", "out"]
    with running(command_line, *words, busy=busy) as process:
        wait_for_output_in(command_line.folder)
        start = time.monotonic()
        for number in signals:
            process.send_signal(number)
        assert process.wait(timeout=60) == code
        assert time.monotonic() - start < LONGEST_SECONDS
        assert process.stderr is not None
        lines = process.stderr.read().decode().splitlines()
    lines = [line for line in lines if not line.startswith("detected: ")]
    assert lines == ["error: interrupted; nothing was kept of what was not finished"]
    assert list(command_line.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["once", "terminated"]
)
def test_interrupted_scan_says_how_to_go_on(
    command_line: CommandLine, index_folder: Path, number: signal.Signals, code: int
) -> None:
    """After its first ten seconds; here, after its first batch."""
    commit_at_once = "import memscan.writers.parts as p, memscan.cli as c; p.COMMIT_SECONDS = 0; "
    words = ("scan", index_folder, "-", "-o", "out")
    with running(command_line, *words, busy=True, program=f"{commit_at_once}c.main()") as process:
        checkpoint = command_line.folder / "out.partial" / "parts" / "00000" / "checkpoint.json"
        end = time.monotonic() + 30
        while not checkpoint.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        start = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=60) == code
        assert time.monotonic() - start < LONGEST_SECONDS
        assert process.stderr is not None
        lines = process.stderr.read().decode().splitlines()
    assert lines[-2] == "error: interrupted"
    assert lines[-1].endswith(
        " records are done and kept in out.partial; the same command with --resume goes on"
    )
    kept = int(lines[-1].split()[1].replace(",", ""))
    assert [path.name for path in command_line.folder.iterdir()] == ["out.partial"]
    resumed = command_line(*words, "--resume", stdin=LINE * (kept + 300))
    assert resumed.returncode == 0, resumed.stderr
    run = json.loads((command_line.folder / "out" / "run.json").read_text())
    assert run["counts"]["generations"] == kept + 300


@pytest.mark.parametrize("busy", [False, True], ids=["waiting", "busy"])
def test_interrupted_addition_leaves_the_index_as_it_was(
    command_line: CommandLine, index_folder: Path, *, busy: bool
) -> None:
    index = command_line.folder / "index.memscan"
    shutil.copytree(index_folder, index)
    before = sorted(index.rglob("*"))
    with running(command_line, "index", "add", index, "-", busy=busy) as process:
        while len(list(command_line.folder.iterdir())) == 1:
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert sorted(index.rglob("*")) == before
    assert list(command_line.folder.iterdir()) == [index]
    assert command_line("index", "verify", index).returncode == 0
