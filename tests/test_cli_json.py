"""``--json``: every command that prints results prints one JSON document, and nothing else."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from conftest import MOBY, PRIDE, RECITAL, CommandLine

if TYPE_CHECKING:
    from pathlib import Path

ODD = os.fsdecode(b"caf\xe9")


@pytest.fixture
def work(tmp_path: Path) -> CommandLine:
    """Return the command line in a folder with a corpus, an index of a part, and results."""
    (tmp_path / "pride.txt").write_text(PRIDE)
    (tmp_path / "moby.txt").write_text(MOBY)
    (tmp_path / "g.jsonl").write_text(json.dumps({"id": "a", "text": RECITAL}) + "\n")
    return CommandLine(tmp_path)


def content(work: CommandLine, *words: str) -> dict[str, Any]:
    """Return the JSON that a command prints."""
    done = work(*words, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_command_prints_json(work: CommandLine) -> None:
    built = content(work, "index", "build", "pride.txt", "-o", "i")
    assert (built["output"], built["units"], built["inputs"][0]["path"]) == ("i", 23, "pride.txt")
    added = content(work, "index", "add", "i", "moby.txt")
    assert (added["documents"], added["units"]) == (1, 14)
    removed = content(work, "index", "remove", "i", "--id", "moby.txt")
    assert (removed["removed"], removed["documents"], removed["removed_documents"]) == (1, 1, 1)
    compacted = content(work, "index", "compact", "i")
    assert (len(compacted["before"]["shards"]), len(compacted["after"]["shards"])) == (2, 1)
    verified = content(work, "index", "verify", "i")
    assert (verified["is_sound"], verified["id"]) == (True, compacted["after"]["id"])
    assert content(work, "index", "info", "i")["id"] == verified["id"]
    assert content(work, "index", "duplicates", "i")["runs"] == 0
    assert content(work, "scan", "i", "g.jsonl", "-o", "out")["counts"]["with_span"] == 1
    assert content(work, "check", "out", "--fail-on", "ok<1")["crossed"] == []
    assert content(work, "find", "i", "universally")["count"] == 1
    assert content(work, "novelty", "i", "g.jsonl")["generations"] == 1
    report = content(work, "report", "out", "-o", "r.html")
    assert (report["path"], report["findings_shown"]) == ("r.html", 1)


def test_demo_prints_json(work: CommandLine) -> None:
    pytest.importorskip("pythonbible")
    demo = content(work, "demo", "-o", "d")
    assert demo["report"] == "d/report.html"
    assert demo["run"]["counts"]["generations"] > 0


def test_errors_stay_on_stderr(work: CommandLine) -> None:
    done = work("index", "verify", "none", "--json")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("error: ")


def test_names_that_are_not_utf8_are_escaped_in_json(work: CommandLine) -> None:
    built = content(work, "index", "build", "pride.txt", "-o", ODD)
    assert built["output"] == r"caf\xe9"
    assert content(work, "index", "info", ODD)["path"] == r"caf\xe9"
