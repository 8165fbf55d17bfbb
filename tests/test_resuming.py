"""A build that was killed goes on where it has finished shards."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import memscan
from memscan import Index
from memscan.batches import in_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from conftest import CommandLine

    Write = Callable[[str, Sequence[object]], Path]

KILLED = """
import os, signal, sys, time
import memscan.building as building
from memscan import Index

in_batches = building.in_batches
building.in_batches = lambda items, size, **options: in_batches(items, size, most_items=1)

def documents():
    for number in range(30):
        if number == int(sys.argv[2]):
            time.sleep(0.1)  # so that shards under way are finished
            os.kill(os.getpid(), signal.SIGKILL)
        yield str(number), f"document {number} of some words " * 40

Index.build(documents(), sys.argv[1], shard_units=1000)
"""


def documents() -> Iterator[tuple[str, str]]:
    for number in range(30):
        yield str(number), f"document {number} of some words " * 40


def killed(path: Path, number: int) -> None:
    """Kill a build after so many documents."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", KILLED, path, str(number)], check=False
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("number", [0, 1, 12, 29])
def test_a_killed_build_is_resumed(tmp_path: Path, number: int) -> None:
    whole = Index.build(documents(), tmp_path / "whole", shard_units=1000)
    killed(tmp_path / "index", number)
    with pytest.raises(memscan.NotAnIndexError, match="incomplete build") as error:
        Index.open(tmp_path / "index")
    assert "--resume" in (error.value.hint or "")
    resumed = Index.build(documents(), tmp_path / "index", shard_units=1000, resume=True)
    assert resumed.info == whole.info
    resumed.verify()
    assert not (tmp_path / "index.building").exists()
    assert not (tmp_path / "index" / "progress.json").exists()


def test_other_documents_or_options_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "index"
    killed(path, 25)
    progress = (tmp_path / "index.building" / "progress.json").read_bytes()
    with pytest.raises(memscan.OutputError, match="other options"):
        Index.build(documents(), path, shard_units=2000, resume=True)
    for other in ([("0", "other")], list(documents())[:1]):
        with pytest.raises(memscan.InputError, match="documents are not those") as error:
            Index.build(other, path, shard_units=1000, resume=True)
        assert error.value.hint == "build without --resume to start afresh"
    assert (tmp_path / "index.building" / "progress.json").read_bytes() == progress
    assert Index.build(documents(), path, shard_units=1000).info.documents == 30


def test_an_interrupted_build_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> Iterator[tuple[str, str]]:
        yield from list(documents())[:25]
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "memscan.building.in_batches",
        lambda items, size, **_: in_batches(items, size, most_items=1),
    )
    path = tmp_path / "index"
    with pytest.raises(KeyboardInterrupt):
        Index.build(interrupted(), path, shard_units=1000)
    assert (tmp_path / "index.building" / "progress.json").exists()
    resumed = Index.build(documents(), path, shard_units=1000, resume=True)
    assert resumed.info.documents == 30


def test_the_command_line_resumes(command_line: CommandLine, json_lines: Write) -> None:
    json_lines("c.jsonl", [{"id": one, "text": text} for one, text in documents()])
    done = command_line("index", "build", "c.jsonl", "-o", "i", "--resume")
    assert done.returncode == 0, done.stderr
    info = json.loads(command_line("index", "info", "i", "--json").stdout)
    assert info["documents"] == 30
