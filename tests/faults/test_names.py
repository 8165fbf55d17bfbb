"""Names of every kind, in every place where one is given, in every locale."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from conftest import PRIDE, CommandLine

NAMES = {
    "spaces": " a  space ",
    "newline": "new\nline",
    "emoji": "émoji 🐋",
    "not UTF-8": os.fsdecode(b"latin \xe9"),
    "escape": "esc\x1b[2J",
    "option": "--json",
    "glob": "[a]*?",
    "quotes": 'it\'s "quoted" $HOME `x`',
    "markup": "[bold]x[/bold] :whale:",
    "long": "x" * 200,
}
LOCALES = ("C", "C.UTF-8")


@pytest.fixture(params=NAMES.values(), ids=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Return a name that a file may have."""
    text: str = request.param
    return text


@pytest.mark.parametrize("locale", LOCALES)
def test_any_name_will_do_in_every_place(tmp_path: Path, name: str, locale: str) -> None:
    home = tmp_path / name
    (home / "docs").mkdir(parents=True)
    (home / "docs" / f"{name[:100]}.txt").write_text(PRIDE)
    (home / "g.jsonl").write_text(json.dumps({"id": "p", "text": PRIDE, "prompt": "x"}) + "\n")
    (home / "settings.toml").write_text("[scan]\nmin-length = 12\n")
    (home / "template.txt").write_text("in want of a wife")
    environment = {**os.environ, "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command_line = CommandLine(tmp_path, environment)
    here = Path(".") / name if name.startswith("-") else Path(name)
    place = f"./{here}" if name.startswith("-") else str(here)

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
