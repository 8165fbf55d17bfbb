"""The command line: what each command prints, and where."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL, CommandLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Write = Callable[[str, Sequence[object]], Path]

RECORDS = [{"id": "a", "text": RECITAL}, {"id": "b", "text": "nothing of it"}]


def test_help_shows_examples(command_line: CommandLine) -> None:
    commands = [[], ["scan"], ["find"], ["novelty"], ["report"], ["demo"], ["index", "build"]]
    commands += [["index", name] for name in ("info", "verify", "add", "remove", "compact")]
    for command in commands:
        done = command_line(*command, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"  memscan {' '.join(command)}" in done.stdout
        assert "Example" in done.stdout


def test_no_argument_is_a_call_for_help(command_line: CommandLine) -> None:
    assert command_line().stdout == command_line("--help").stdout


def test_version_is_that_of_the_library(command_line: CommandLine) -> None:
    done = command_line("--version")
    assert (done.returncode, done.stdout) == (0, f"memscan {memscan.__version__}\n")


def test_build_says_what_the_index_holds(command_line: CommandLine) -> None:
    (command_line.folder / "books").mkdir()
    (command_line.folder / "books" / "moby.txt").write_text(MOBY)
    done = command_line("index", "build", "books", "-o", "books.memscan")
    assert done.returncode == 0
    assert done.stdout.startswith("built books.memscan: 1 document, 14 words (14 different), ")
    assert done.stderr.startswith("detected: ")
    assert command_line("index", "verify", "books.memscan").returncode == 0


def test_build_reads_standard_input(command_line: CommandLine) -> None:
    record = json.dumps({"id": "m", "text": MOBY}).encode()
    done = command_line("index", "build", "-", "-o", "m.memscan", stdin=record)
    assert done.returncode == 0
    assert "m, characters 0 to 15" in command_line("find", "m.memscan", "call me ishmael").stdout


def test_info_prints_the_manifest_to_read(command_line: CommandLine, index_folder: Path) -> None:
    done = command_line("index", "info", index_folder)
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert (lines["documents"], lines["units"], lines["shards"]) == ("2", "37", "1")
    assert lines["unit"] == "word (rules 1, Unicode 18.0.0)"
    assert done.stderr == ""


def test_info_prints_json(command_line: CommandLine, index_folder: Path) -> None:
    info = json.loads(command_line("index", "info", index_folder, "--json").stdout)
    assert info["path"] == str(index_folder)
    assert info["documents"] == 2
    assert info["shards"][0]["units"] == 37


def test_verify_says_that_the_index_is_sound(command_line: CommandLine, index_folder: Path) -> None:
    done = command_line("index", "verify", index_folder)
    assert done.stdout.startswith(f"{index_folder} is sound: 2 documents, ")


def test_find_shows_the_places(command_line: CommandLine, index_folder: Path) -> None:
    done = command_line("find", index_folder, "some years ago never mind")
    assert done.stdout == (
        "the text stands 1 time in 1 document of the corpus\n"
        "\n"
        "moby, characters 17 to 45, folded\n"
        "  Call me Ishmael. «Some years ago — never mind»"
        " how long precisely — having little money\n"
    )


def test_find_says_how_many_it_does_not_show(command_line: CommandLine, index_folder: Path) -> None:
    done = command_line("find", index_folder, "a", "--limit", "1")
    assert done.stdout.startswith(
        "the text stands 4 times in 1 document of the corpus; showing 1 of 4\n"
    )


def test_find_says_that_of_very_many_places_not_all_documents_are_counted(
    command_line: CommandLine,
) -> None:
    often = "word " * 600_000
    memscan.Index.build([("a", often), ("b", f"{often} once")], command_line.folder / "i.memscan")
    done = command_line("find", "i.memscan", "word")
    assert done.stdout.startswith("the text stands 1,200,000 times in at least 2 documents of the ")
    done = command_line("find", "i.memscan", "once")
    assert done.stdout.startswith("the text stands 1 time in 1 document of the corpus")


def test_find_shows_the_longest_part_of_what_is_not_there(
    command_line: CommandLine, index_folder: Path
) -> None:
    done = command_line("find", index_folder, RECITAL)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "the whole text stands nowhere in the corpus"
    assert lines[1] == (
        "its longest part that does has 14 words (characters 9 to 84 of the text) and stands "
        "1 time in 1 document of the corpus"
    )
    assert lines[3].startswith("pride, characters 0 to ")


def test_find_says_when_no_word_is_there(command_line: CommandLine, index_folder: Path) -> None:
    done = command_line("find", index_folder, "xyzzy")
    assert (done.returncode, done.stdout) == (0, "no word of the text stands in the corpus\n")


def test_find_prints_json(command_line: CommandLine, index_folder: Path) -> None:
    there = json.loads(command_line("find", index_folder, "ishmael", "--json").stdout)
    assert (there["count"], there["longest_match"]) == (1, None)
    assert there["occurrences"][0]["document_text"] == "Ishmael"
    part = json.loads(command_line("find", index_folder, "call me starbuck", "--json").stdout)
    assert part["count"] == 0
    assert part["longest_match"]["n_units"] == 2
    none = json.loads(command_line("find", index_folder, "xyzzy", "--json").stdout)
    assert none["longest_match"] is None


def test_find_reads_standard_input(command_line: CommandLine, index_folder: Path) -> None:
    done = command_line("find", index_folder, "-", stdin=b"call me\nishmael\n")
    assert done.stdout.startswith("the text stands 1 time")


def test_scan_prints_a_summary_with_denominators(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    done = command_line("scan", index_folder, json_lines("g.jsonl", RECORDS), "-o", "out")
    assert done.returncode == 0
    assert done.stdout == (
        "1 of 2 generations (50.0 %) holds a passage of at least 10 words of the corpus; "
        "14 of 20 words (70.0 %) covered; longest 14 words. Characters covered, of 101: 0.0 % byte "
        "for byte, 0.0 % white space apart, 0.0 % typography apart, 74.3 % as words.\n"
    )
    assert "hint: memscan report out -o report.html\n" in done.stderr
    assert "detected: g.jsonl" in done.stderr.replace(f"{command_line.folder}/", "")


def test_scan_prints_json(command_line: CommandLine, index_folder: Path, json_lines: Write) -> None:
    json_lines("g.jsonl", RECORDS)
    done = command_line("scan", index_folder, "g.jsonl", "-o", "out", "--json")
    summary = json.loads(done.stdout)
    assert summary["output"] == "out"
    assert summary["counts"]["covered_units"] == 14


def test_scan_takes_its_options(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", [{"key": "k", "out": {"text": "call me"}, "q": "call", "by": "m"}])
    fields = ["--text-field", "out.text", "--id-field", "key", "--prompt-field", "q"]
    fields += ["--model-field", "by", "--min-length", "2", "--context", "5", "--threads", "1"]
    done = command_line("scan", index_folder, "g.jsonl", "-o", "out", *fields)
    assert done.stdout.startswith("1 of 1 generation (100.0 %) holds a passage of at least 2 words")
    run = json.loads((command_line.folder / "out" / "run.json").read_text())
    assert (run["parameters"]["context_chars"], run["parameters"]["threads"]) == (5, 1)


def test_scan_tells_rejected_and_repeated_records(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", [*RECORDS, *RECORDS, *[{"id": str(n)} for n in range(5)]])
    done = command_line("scan", index_folder, "g.jsonl", "-o", "out", "--max-rejected", "5")
    assert done.returncode == 3
    assert done.stdout.endswith(". 5 records rejected, which are not among these generations.\n")
    assert done.stderr.count("rejected: g.jsonl:") == 3
    assert "rejected: 2 more; each has its row in rejected.jsonl\n" in done.stderr
    assert "warning: 2 generations with the id of an earlier one\n" in done.stderr


def test_report_says_how_much_it_shows(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", RECORDS)
    command_line("scan", index_folder, "g.jsonl", "-o", "out")
    done = command_line("report", "out", "-o", "report.html")
    assert done.stdout.startswith("report.html shows 1 of 1 passage from 2 generations (")
    assert (command_line.folder / "report.html").read_text().startswith("<!")


def test_demo_makes_a_report(command_line: CommandLine) -> None:
    pytest.importorskip("pythonbible")
    done = command_line("demo", "-o", "demo")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "demo/report.html")
    assert " generations (" in done.stdout
    assert sorted(path.name for path in (command_line.folder / "demo").iterdir()) == [
        "bible.memscan",
        "report.html",
        "results",
    ]
    again = command_line("demo", "-o", "demo")
    assert again.returncode == 2
    assert again.stderr.startswith("error: demo exists already")


@pytest.mark.parametrize("name", ["a space", "new\nline", "émoji 🐋", os.fsdecode(b"latin \xe9")])
def test_names_may_be_unusual(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "in.jsonl").write_text(json.dumps({"id": "p", "text": PRIDE}) + "\n")
    command_line = CommandLine(tmp_path)
    source, index, results = (Path(name) / part for part in ("in.jsonl", "i.memscan", "out"))
    assert command_line("index", "build", source, "-o", index).returncode == 0
    done = command_line("scan", index, source, "-o", results)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert command_line("report", results, "-o", Path(name) / "report.html").returncode == 0


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_any_locale_will_do(tmp_path: Path, index_folder: Path, locale: str) -> None:
    environment = {**os.environ, "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = CommandLine(tmp_path, environment)("find", index_folder, "some years ago never mind")
    assert done.returncode == 0
    assert "Some years ago" in done.stdout
    assert done.stderr == ""


def test_reader_that_goes_away_is_no_error(command_line: CommandLine, index_folder: Path) -> None:
    for words in (["index", "info", str(index_folder)], ["find", str(index_folder), "a"]):
        process = subprocess.Popen(
            command_line.words(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(timeout=60) == 141


def test_find_says_how_many_places_of_the_longest_part_it_shows(tmp_path: Path) -> None:
    memscan.Index.build([(name, "call me ishmael") for name in "abc"], tmp_path / "i.memscan")
    run = CommandLine(tmp_path)
    found = run("find", "i.memscan", "call me ishmael please").stdout
    assert "stands 3 times in 3 documents of the corpus; showing 1 of 3\n" in found
    assert found.count("characters 0 to 15, exact") == 1
