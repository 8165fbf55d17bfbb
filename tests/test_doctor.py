"""The doctor: what it finds, and that it says when something is broken."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import memscan
from memscan import cli, doctor

if TYPE_CHECKING:
    from conftest import CommandLine


def states(findings: list[doctor.Finding]) -> dict[str, str]:
    """Return the state of each finding, by its name."""
    return {one.name: one.state for one in findings}


def test_sound_machine_exits_0(command_line: CommandLine, index_folder: Path) -> None:
    done = command_line("doctor", index_folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = dict(line.split("  ", 1) for line in done.stdout.splitlines())
    assert lines["memscan"].strip() == memscan.__version__
    assert done.stdout.count("finds what it must find") == 1
    assert "sound: format 3, written by memscan " in done.stdout
    assert str(Path.home()) not in done.stdout.replace(str(index_folder), "")
    assert list(command_line.folder.iterdir()) == []


def test_doctor_prints_json(command_line: CommandLine) -> None:
    content = json.loads(command_line("doctor", "--json").stdout)
    assert content["is_sound"] is True
    found = {one["name"]: one for one in content["findings"]}
    assert found["vector instructions"]["value"] in ("scalar", "avx2", "avx512", "neon")
    assert found["self test"]["state"] == "ok"
    assert "index" not in found


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_index_that_is_broken_exits_2(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "i.memscan"
    if damage == "changed":
        memscan.Index.build([("a", "call me ishmael")], path)
        (shard,) = path.glob("shard-*")
        content = bytearray((shard / "text.bin").read_bytes())
        content[-1] ^= 1
        (shard / "text.bin").write_bytes(content)
    assert states(doctor.examine(path, tmp_path))["index"] == "broken"
    assert cli.run(["doctor", str(path)]) == 2


def test_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    findings = doctor.examine(folder=tmp_path / "none")
    assert states(findings)["folder"] == "broken"
    assert "self test" in states(findings)


def test_wrong_answer_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "EXPECTED", [])
    (found,) = (one for one in doctor.examine(folder=tmp_path) if one.name == "self test")
    assert found.state == "broken"
    assert found.value.startswith("ValueError: found [(")


def test_every_extra_is_looked_for(tmp_path: Path) -> None:
    about = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    extras = about["project"]["optional-dependencies"]
    needed = {re.split("[^A-Za-z0-9_-]", one)[0] for some in extras.values() for one in some}
    (found,) = (one for one in doctor.examine(folder=tmp_path) if one.name == "extras")
    assert {one.split()[0] for one in found.value.split(", ")} >= needed - {"memscan"}


def test_debug_build_and_missing_packages_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("memscan._native.is_debug_build", lambda: True)
    monkeypatch.setattr(doctor, "NEEDED", ("numpy", "no-such-package"))
    found = states(doctor.examine(folder=tmp_path))
    assert (found["build"], found["numpy"], found["no-such-package"]) == ("warning", "ok", "broken")


def test_little_room_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 2**60)
    monkeypatch.setattr(doctor, "LEAST_OPEN_FILES", 2**40)
    found = states(doctor.examine(folder=tmp_path))
    warned = ("free memory", "free disk", "limit of open files")
    assert [found[name] for name in warned] == ["warning"] * 3
