"""Runs the command line under strace, which makes a system call fail, or ends the process there."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conftest import CommandLine

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


@dataclass(frozen=True, slots=True)
class Traced:
    """How a command ended, and what it did.

    Attributes:
        code: Its exit code; negative for a signal.
        message: What it wrote to stderr.
        calls: The system calls that were traced, a line each; descriptors with their paths.
    """

    code: int
    message: str
    calls: list[str]

    @property
    def is_hit(self) -> bool:
        """Whether a call was made to fail, or ended the process."""
        return self.code < 0 or any("(INJECTED)" in call for call in self.calls)


@dataclass(frozen=True, slots=True)
class Tracer:
    """Traces some system calls of a command line.

    Attributes:
        command_line: What runs it.
        paths: Only calls that name one of these, or a file open there, are seen; all if empty.
    """

    command_line: CommandLine
    paths: Sequence[Path] = ()

    def __call__(self, calls: str, *words: str | Path, fault: str = "") -> Traced:
        """Run a command line; ``fault`` is what befalls which of the calls, as strace has it."""
        log = self.command_line.folder.parent / "strace.log"
        options = [f"--trace-path={path}" for path in self.paths]
        # A call that this machine does not have is passed over: ?.
        names = ",".join(f"?{name}" for name in calls.split(","))
        options += [f"--trace={names}", *([f"--inject={names}:{fault}"] if fault else [])]
        if "signal=" not in fault:  # with it strace is faster, and sends none
            options.append("--seccomp-bpf")
        log.unlink(missing_ok=True)
        done = subprocess.run(
            [
                *("strace", "-f", "-y", "-qq", f"--output={log}", *options),
                *self.command_line.words(*words),
            ],
            cwd=self.command_line.folder.parent,  # Python looks for modules in it
            env={**self.command_line.environment, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        lines = log.read_text(errors="replace").splitlines()
        return Traced(done.returncode, done.stderr.decode(), lines)

    def numbers(self, calls: str, part: str, *words: str | Path) -> list[int]:
        """Return which calls of a thread have a part in what strace shows of them."""
        count: dict[tuple[str, str], int] = {}
        found = set()
        for line in self(calls, *words).calls:
            thread, call = line.split(maxsplit=1)
            if call.startswith("<..."):  # the end of one that was counted
                continue
            name = thread, call.partition("(")[0]
            count[name] = count.get(name, 0) + 1
            if part in call:
                found.add(count[name])
        return sorted(found)

    def each(self, calls: str, fault: str, *words: str | Path, step: int = 1) -> Iterator[Traced]:
        """Run it again and again, with the first call hit, the next, until there is none."""
        number = 1
        while True:
            traced = self(calls, *words, fault=f"{fault}:when={number}")
            if not traced.is_hit:
                return
            yield traced
            number += step
