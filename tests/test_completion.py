"""Completion: the scripts of the shells, and what they are answered."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import CommandLine

if TYPE_CHECKING:
    from pathlib import Path


def completed(folder: Path, line: str) -> list[str]:
    """Return what bash is told may stand last on a line."""
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    environment = {**os.environ, **asked, "_MEMSCAN_COMPLETE": "complete_bash"}
    done = CommandLine(folder, environment)()
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("memscan sc", ["scan"]),
        ("memscan index ver", ["verify"]),
        ("memscan scan --min", ["--min-length", "--min-chars"]),
        ("memscan scan --conf", ["--config"]),
        ("memscan scan b.memscan ", []),
    ],
)
def test_commands_and_options_are_completed(tmp_path: Path, line: str, expected: list[str]) -> None:
    (tmp_path / "memscan.toml").write_text("broken, and of no interest here")
    assert completed(tmp_path, line) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_of_a_shell_asks_memscan(command_line: CommandLine, shell: str) -> None:
    done = command_line("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_MEMSCAN_COMPLETE=complete_{shell}" in done.stdout
    program = shutil.which(shell)
    if program:
        options = ["--no-execute"] if shell == "fish" else ["-n"]
        subprocess.run([program, *options], input=done.stdout, text=True, check=True)


def test_bash_completes_with_its_script(command_line: CommandLine) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    program = command_line.folder / "memscan"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m memscan "$@"\n')
    program.chmod(0o755)
    script = command_line("completion", "bash").stdout
    ask = "COMP_WORDS=(memscan no); COMP_CWORD=1; _memscan_completion ./memscan; "
    done = subprocess.run(
        [bash, "-c", f"{script}\n{ask} echo ${{COMPREPLY[*]}}"],
        cwd=command_line.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "novelty\n"


def test_other_shells_are_refused(command_line: CommandLine) -> None:
    done = command_line("completion", "tcsh")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'bash', 'zsh', 'fish'" in done.stderr
