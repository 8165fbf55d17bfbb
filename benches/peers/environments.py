"""A virtual environment for each tool, made once and kept in a cache folder.

A tool that cannot be installed or imported is a finding, not a failure of the run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benches.peers.table import Peer

ROOT = Path(__file__).parents[2]
"""The repository; no message that is kept says where it lies."""

INSTALL_SECONDS = 900
REASON_LINES = 6


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a tool can be run, or why it cannot.

    Attributes:
        python: Its interpreter.
        problem: What went wrong; empty if nothing did.
    """

    python: Path
    problem: str


def make_environment(peer: Peer, cache: Path) -> Environment:
    """Return the environment of a tool; make it if it is not there as it should be."""
    folder = cache / peer.name
    python, stamp = folder / "bin" / "python", folder / "installed.json"
    wanted = json.dumps([sys.version, *peer.requirements])
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return Environment(python, "")
    commands = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *peer.requirements],
    )
    for command in commands:
        problem = _problem(command)
        if problem:
            return Environment(python, problem)
    stamp.write_text(wanted, encoding="utf-8")
    return Environment(python, "")


def _problem(command: list[str]) -> str:
    """Run a command, and return the end of what it complained of if it failed."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"not installed within {INSTALL_SECONDS} s"
    return "" if done.returncode == 0 else last_lines(done.stderr or done.stdout)


def last_lines(text: str) -> str:
    """Return the end of a message, without empty lines and where the repository lies."""
    text = text.replace(str(ROOT), ".")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-REASON_LINES:]) or "no message"
