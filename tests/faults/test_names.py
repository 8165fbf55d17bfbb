"""Names of every kind, in every place where one is given, also without a locale."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from conftest import PRIDE, CommandLine

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "shell": " a  space 'and' \"quotes\" $HOME `x` [a]*? ",
    "newline": "new\nline esc\x1b[2J [bold]x :whale:",
    "emoji": "émoji 🐋",
    "not UTF-8": os.fsdecode(b"latin \xe9"),
    "option": "--json",
    "long": "x" * 200,
}


@pytest.fixture(params=list(NAMES.values()), ids=list(NAMES))
def name(request: pytest.FixtureRequest) -> str:
    """Return a name that a file may have."""
    text: str = request.param
    return text


def test_any_name_will_do_in_every_place_and_without_a_locale(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    (home / "docs").mkdir(parents=True)
    (home / "docs" / f"{name[:100]}.txt").write_text(PRIDE)
    (home / "g.jsonl").write_text(json.dumps({"id": "p", "text": PRIDE, "prompt": "x"}) + "\n")
    (home / "settings.toml").write_text("[scan]\nmin-length = 12\n")
    (home / "template.txt").write_text("in want of a wife")
    environment = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command_line = CommandLine(tmp_path, environment)
    place = f"./{name}" if name.startswith("-") else name

    def run(*words: str) -> str:
        done = command_line(*words)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        return done.stdout

    index, results = f"{place}/i.memscan", f"{place}/out"
    assert len(run("index", "build", f"{place}/docs", "-o", index).splitlines()) == 1
    assert run("index", "verify", index)
    assert len(run("index", "info", index, "--documents").splitlines()) == 1
    scanned = run(
        *("scan", index, f"{place}/g.jsonl", "-o", results, "--config", f"{place}/settings.toml"),
        *("--template", f"{place}/template.txt", "--fail-on", "longest_match>99"),
    )
    assert len(scanned.splitlines()) == 1
    assert run("scan", "--from", results, "-o", f"{place}/again")
    assert run("check", results, "--fail-on", "longest_match>99")
    assert run("report", results, "-o", f"{place}/report.html")
    assert "stands 1 time" in run("find", index, "truth universally acknowledged")
    assert json.loads(run("index", "info", index, "--json"))["documents"] == 1
    assert '"state": "broken"' not in run("doctor", index, "--folder", place, "--json")


def test_settings_are_found_in_a_folder_of_any_name(
    tmp_path: Path, name: str, index_folder: Path
) -> None:
    work = tmp_path / name / "below"
    work.mkdir(parents=True)
    (tmp_path / name / "memscan.toml").write_text('[scan]\nseed = 3\ntemplate = "t.txt"\n')
    (tmp_path / name / "t.txt").write_text("template")
    (work / "g.jsonl").write_text(json.dumps({"id": "p", "text": PRIDE}) + "\n")
    done = CommandLine(work)("scan", index_folder, "g.jsonl", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("config: ../memscan.toml (scan.seed = 3, ")
    assert json.loads((work / "out" / "run.json").read_text())["parameters"]["seed"] == 3
