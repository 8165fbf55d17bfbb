"""Settings: where they are found, what wins, what is told of them, and what is refused."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from conftest import RECITAL, CommandLine
from memscan import cli

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence
    from pathlib import Path

NO_SETTINGS = {name: value for name, value in os.environ.items() if not name.startswith("MEMSCAN_")}
A_SIZE = 'a whole number, or a text such as "4GB"'
SEDE = "MEMSCAN_SCAN_SEDE names no option of `memscan scan`; did you mean MEMSCAN_SCAN_SEED?"
TABLES_HINT = "hint: settings stand in the table of their command, such as [scan] or [index.build]"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return a folder with generations, below another folder."""
    folder = tmp_path / "project" / "below"
    folder.mkdir(parents=True)
    (folder / "g.jsonl").write_text(json.dumps({"id": "a", "text": RECITAL}) + "\n")
    return folder


def scan(
    work: Path, index: Path, *words: str, first: Sequence[str] = (), **variables: str
) -> tuple[dict[str, Any], list[str]]:
    """Scan, and return the parameters of the run and what was told of the settings."""
    command_line = CommandLine(work, {**NO_SETTINGS, **variables})
    done = command_line(*first, "scan", index, "g.jsonl", "-o", "out", *words)
    assert done.returncode == 0, done.stderr
    run = json.loads((work / "out" / "run.json").read_text())
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("detected", "hint"))]
    return run["parameters"], lines


def refused(work: Path, text: str, **variables: str) -> list[str]:
    """Return the lines of the error that settings cause."""
    (work / "memscan.toml").write_text(text)
    done: subprocess.CompletedProcess[str] = CommandLine(work, {**NO_SETTINGS, **variables})(
        "scan", "none.memscan", "g.jsonl", "-o", "out"
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.splitlines()


def test_file_in_the_working_directory_is_used_and_told(work: Path, index_folder: Path) -> None:
    (work / "memscan.toml").write_text("[scan]\nmin-length = 12\nthreads = 2\n")
    parameters, told = scan(work, index_folder)
    assert (parameters["min_length"], parameters["threads"]) == (12, 2)
    assert told == ["config: memscan.toml (scan.min-length = 12, scan.threads = 2)"]


def test_command_line_wins_over_the_environment_over_the_file_over_the_default(
    work: Path, index_folder: Path
) -> None:
    (work / "memscan.toml").write_text("[scan]\nmin-length = 5\ncontext = 6\nseed = 7\n")
    variables = {"MEMSCAN_SCAN_MIN_LENGTH": "8", "MEMSCAN_SCAN_CONTEXT": "9"}
    parameters, told = scan(work, index_folder, "--min-length", "11", **variables)
    found = [parameters[name] for name in ("min_length", "context_chars", "seed", "occurrences")]
    assert found == [11, 9, 7, 1]
    assert told == [
        "config: memscan.toml (scan.seed = 7)",
        "environment (MEMSCAN_SCAN_CONTEXT = 9)",
    ]


def test_nearest_file_wins_and_files_are_not_joined(work: Path, index_folder: Path) -> None:
    (work.parent / "memscan.toml").write_text("[scan]\nseed = 3\n")
    (work.parent.parent / "memscan.toml").write_text("[scan]\nseed = 4\ncontext = 1\n")
    parameters, told = scan(work, index_folder)
    assert (parameters["seed"], parameters["context_chars"]) == (3, 200)
    assert told == ["config: ../memscan.toml (scan.seed = 3)"]


def test_pyproject_is_used_if_it_speaks_of_memscan(work: Path, index_folder: Path) -> None:
    (work / "pyproject.toml").write_text('[project]\nname = "memscan-notes"\n')
    (work.parent / "pyproject.toml").write_text("[tool.memscan.scan]\nseed = 3\n")
    (work.parent.parent / "pyproject.toml").write_text("not TOML, and of another tool")
    parameters, told = scan(work, index_folder)
    assert parameters["seed"] == 3
    assert told == ["config: ../pyproject.toml (scan.seed = 3)"]


def test_own_file_wins_over_pyproject_beside_it(work: Path, index_folder: Path) -> None:
    (work / "pyproject.toml").write_text("[tool.memscan.scan]\nseed = 3\n")
    (work / "memscan.toml").write_text("[scan]\nseed = 4\n")
    assert scan(work, index_folder)[0]["seed"] == 4


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_file_may_be_named(work: Path, index_folder: Path, place: str) -> None:
    (work / "memscan.toml").write_text("[scan]\nseed = 3\n")
    (work / "other.toml").write_text("[scan]\ncontext = 4\n")
    option = ("--config", "other.toml")
    parameters, told = scan(
        work,
        index_folder,
        *(option if place == "after" else ()),
        first=option if place == "before" else (),
        MEMSCAN_CONFIG="other.toml" if place == "environment" else "",
    )
    assert (parameters["seed"], parameters["context_chars"]) == (0, 4)
    assert told == ["config: other.toml (scan.context = 4)"]


def test_option_config_wins_over_its_variable(work: Path, index_folder: Path) -> None:
    (work / "other.toml").write_text("[scan]\ncontext = 4\n")
    for first, words in ((("--config", "other.toml"), ()), ((), ("--config", "other.toml"))):
        _, told = scan(work, index_folder, *words, first=first, MEMSCAN_CONFIG="none.toml")
        assert told == ["config: other.toml (scan.context = 4)"]
        (work / "out").rename(work / f"out {len(words)}")


def test_empty_file_turns_settings_off(work: Path, index_folder: Path) -> None:
    (work / "memscan.toml").write_text("[scan]\nseed = 3\n")
    parameters, told = scan(work, index_folder, "--config", os.devnull)
    assert (parameters["seed"], told) == (0, [])


def test_commands_in_groups_have_their_own_tables(work: Path) -> None:
    (work / "memscan.toml").write_text(
        "[scan]\nseed = 3\n"
        '[index.build]\nunit = "byte"\nmemory = 500_000_000\nno-store-text = true\n'
    )
    (work / "moby.txt").write_text("call me ishmael")
    done = CommandLine(work, NO_SETTINGS)("index", "build", "moby.txt", "-o", "i")
    assert "15 bytes" in done.stdout
    assert "not stored" in done.stdout
    assert done.stderr.splitlines()[0] == (
        'config: memscan.toml (index.build.unit = "byte", index.build.memory = 500000000, '
        "index.build.no-store-text = true)"
    )


def test_paths_in_a_file_count_from_its_folder(work: Path, index_folder: Path) -> None:
    (work.parent / "template.txt").write_text("a single man in possession")
    (work.parent / "memscan.toml").write_text(
        '[scan]\ntemplate = "template.txt"\n[index.build]\ncorpus = ["books=books"]\n'
    )
    parameters, told = scan(work, index_folder)
    assert told == ['config: ../memscan.toml (scan.template = "template.txt")']
    run = json.loads((work / "out" / "run.json").read_text())
    assert run["template"]["path"] == str(work.parent / "template.txt")
    (work.parent / "books").mkdir()
    (work.parent / "books" / "moby.txt").write_text("call me ishmael")
    done = CommandLine(work, NO_SETTINGS)("index", "build", "-o", "i")
    assert done.returncode == 0, done.stderr
    assert "corpora" in CommandLine(work)("index", "info", "i").stdout
    assert parameters["seed"] == 0


def test_variable_of_a_list_has_one_value_a_line(work: Path) -> None:
    for name in ("a", "b"):
        (work / f"{name}.txt").write_text(f"call me {name}")
    variables = {"MEMSCAN_INDEX_BUILD_CORPUS": "one=a.txt\ntwo=b.txt\n"}
    command_line = CommandLine(work, {**NO_SETTINGS, **variables})
    assert command_line("index", "build", "-o", "i").returncode == 0
    assert "one (1 document), two (1 document)" in command_line("index", "info", "i").stdout


@pytest.mark.parametrize(("text", "expected"), [("yes", None), ("0", "90"), ("False", "90")])
def test_variable_of_a_flag_says_yes_or_no(work: Path, text: str, expected: str | None) -> None:
    (work / "moby.txt").write_text("call me ishmael")
    variables = {"MEMSCAN_INDEX_BUILD_NO_STORE_TEXT": text}
    done = CommandLine(work, {**NO_SETTINGS, **variables})("index", "build", "moby.txt", "-o", "i")
    assert ("not stored" in done.stdout) == (expected is None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[scan]\nmin-lenght = 3",
            [
                "error: memscan.toml: scan.min-lenght is no option of memscan",
                "hint: did you mean min-length?",
            ],
        ),
        (
            "[scna]\nmin-length = 3",
            [
                "error: memscan.toml: scna is no command of memscan",
                "hint: did you mean scan?",
            ],
        ),
        (
            "min-length = 3",
            [
                "error: memscan.toml: min-length is no command of memscan",
                TABLES_HINT,
            ],
        ),
        ("scan = 3", ["error: memscan.toml: scan is 3; expected a table [scan]"]),
        (
            '[scan]\nmin-length = "3"',
            ['error: memscan.toml: scan.min-length is "3"; expected a whole number'],
        ),
        (
            "[scan]\nmin-length = true",
            ["error: memscan.toml: scan.min-length is true; expected a whole number"],
        ),
        (
            "[scan]\nmin-length = 3.0",
            ["error: memscan.toml: scan.min-length is 3.0; expected a whole number"],
        ),
        ("[scan]\njson = 1", ["error: memscan.toml: scan.json is 1; expected true or false"]),
        (
            "[scan]\ntemplate = 1979-05-27",
            ["error: memscan.toml: scan.template is 1979-05-27; expected a path"],
        ),
        (
            "[index.build]\nmemory = [1]",
            [f"error: memscan.toml: index.build.memory is [1]; expected {A_SIZE}"],
        ),
        (
            '[index.build]\ncorpus = ["a=b", 1]',
            ["error: memscan.toml: index.build.corpus is 1; expected a text"],
        ),
        (
            "[scan]\nmin-length = ",
            ["error: memscan.toml is not TOML: Invalid value (at end of document)"],
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(work: Path, text: str, expected: list[str]) -> None:
    assert refused(work, text)[: len(expected)] == expected


def test_hostile_file_is_refused(work: Path) -> None:
    (line, *_) = refused(work, "[scan]\nx = " + "[" * 10_000)
    assert line == "error: memscan.toml is not TOML: nested too deeply"
    (line, *_) = refused(work, "#" * (2**20 + 1))
    assert line == "error: memscan.toml is no file of settings: it has more than 1 MiB"
    (line, *_) = refused(work, '"\\u001b[2J" = 1')
    assert line == r"error: memscan.toml: \x1b[2J is no command of memscan"


@pytest.mark.parametrize("key", ["config", "help", "from", "version", "index", "generations"])
def test_what_belongs_to_one_call_is_no_setting(work: Path, key: str) -> None:
    lines = refused(work, f'[scan]\n{key} = "x"')
    assert lines[0] == f"error: memscan.toml: scan.{key} is no option of memscan"


def test_file_that_is_not_utf8_is_refused(work: Path) -> None:
    (work / "other.toml").write_bytes(b"# caf\xe9")
    (line, *_) = refused(work, "", MEMSCAN_CONFIG="other.toml")
    assert line == "error: other.toml is not UTF-8 at byte 5"


def test_file_that_is_named_must_be_there(work: Path) -> None:
    (line, *_) = refused(work, "", MEMSCAN_CONFIG="none.toml")
    assert line == "error: none.toml: No such file or directory"
    (work / "pyproject.toml").write_text("[project]\n")
    (line, *_) = refused(work, "", MEMSCAN_CONFIG="pyproject.toml")
    assert line == "error: pyproject.toml has no table [tool.memscan]"


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        (
            "MEMSCAN_SCAN_SEED",
            "many",
            "error: MEMSCAN_SCAN_SEED is 'many'; expected a whole number",
        ),
        ("MEMSCAN_SCAN_JSON", "2", "error: MEMSCAN_SCAN_JSON is '2'; expected true or false"),
        ("MEMSCAN_SCAN_SEDE", "1", f"warning: {SEDE}"),
    ],
)
def test_variable_that_cannot_be_is_told(
    work: Path, variable: str, text: str, expected: str
) -> None:
    done = CommandLine(work, {**NO_SETTINGS, variable: text})("scan", "none", "g.jsonl", "-o", "o")
    assert done.stderr.splitlines()[0] == expected


def test_help_does_not_look_at_settings(work: Path) -> None:
    (work / "memscan.toml").write_text("broken")
    variables = {"MEMSCAN_VERSION": "1", "MEMSCAN_HELP": "1", "MEMSCAN_SCAN_SEED": "x"}
    done = CommandLine(work, {**NO_SETTINGS, **variables})("scan", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    done = CommandLine(work, {**NO_SETTINGS, **variables})("find", "none", "x")
    assert done.stderr.startswith("error: memscan.toml is not TOML")


def test_settings_do_not_outlast_a_call(
    work: Path, index_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(work)
    (work / "memscan.toml").write_text("[scan]\nseed = 3\n")
    for output, seed in (("one", 3), ("two", 0)):
        assert cli.run(["scan", str(index_folder), "g.jsonl", "-o", output]) == 0
        run = json.loads((work / output / "run.json").read_text())
        assert run["parameters"]["seed"] == seed
        (work / "memscan.toml").write_text("")


def test_working_directory_that_is_gone_has_no_settings(
    tmp_path: Path, index_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert cli.run(["index", "info", str(index_folder)]) == 0
