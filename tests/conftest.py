"""What the tests of the API and of the command line share: a small corpus, and its index."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import hypothesis
import pytest

import memscan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PRIDE = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife."
)
MOBY = "Call me Ishmael. Some years ago\r\n— never mind how long precisely — having little money"
RECITAL = "She said it is a truth universally acknowledged that a single man in possession of a cat"
"""Holds the first 14 words of ``PRIDE``, after two others."""


# How long an example takes says nothing of whether it is right.
hypothesis.settings.register_profile("memscan", deadline=None)
hypothesis.settings.load_profile("memscan")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Runs the command ``memscan`` in a folder, as a person would."""

    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    def __call__(
        self, *arguments: str | Path, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[str]:
        """Run one command line to its end."""
        done = subprocess.run(
            self.words(*arguments),
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def words(self, *arguments: str | Path) -> list[str]:
        """Return the words of the command line."""
        return [sys.executable, "-m", "memscan", *map(str, arguments)]


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the index of two short documents."""
    folder = tmp_path_factory.mktemp("corpus") / "books.memscan"
    memscan.Index.build([("pride", PRIDE), ("moby", MOBY)], folder)
    return folder


@pytest.fixture
def index(index_folder: Path) -> memscan.Index:
    """Return the index of two short documents."""
    return memscan.Index.open(index_folder)


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    """Return the command line, in an empty folder."""
    return CommandLine(tmp_path)


@pytest.fixture
def json_lines(tmp_path: Path) -> Callable[[str, Sequence[object]], Path]:
    """Return what writes a file of JSON lines."""

    def write(name: str, records: Sequence[object]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return path

    return write
