"""Where an export goes: a file, whole or not there; a pipe; a terminal that obeys nothing."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import json
import os
import subprocess
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import memscan
from conftest import CommandLine
from exported import exported, scan
from memscan.errors import InputError, OutputError
from memscan.writers.new_file import new_file
from test_console import HOSTILE, on_terminal
from test_report_results import found, span, write_results

if TYPE_CHECKING:
    from collections.abc import Sequence


def names(folder: Path) -> list[str]:
    """Return the names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def run(words: Sequence[str], *, largest_blocks: int) -> subprocess.CompletedProcess[bytes]:
    """Run a command that may write no file larger than so many blocks."""
    limited = ["sh", "-c", f'ulimit -f {largest_blocks}; exec "$@"', "sh", *words]
    return subprocess.run(limited, capture_output=True, timeout=60, check=False)


def test_command_writes_a_file_and_says_so(tmp_path: Path, command_line: CommandLine) -> None:
    results = scan(tmp_path)
    done = command_line("export", results, "--to", "sarif", "-o", "out/m.sarif")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("out/m.sarif has 6 records (")
    assert (tmp_path / "out" / "m.sarif").read_bytes() == exported(results, "sarif")
    assert names(tmp_path / "out") == ["m.sarif"]


def test_command_prints_to_a_pipe_what_it_writes_to_a_file(
    tmp_path: Path, command_line: CommandLine
) -> None:
    results = scan(tmp_path)
    for to, table in (("csv", "generations"), ("jsonl", "spans"), ("dolma", None)):
        done = command_line("export", results, "--to", to, *(["--table", table] if table else []))
        assert done.returncode == 0
        assert done.stdout.encode() == exported(results, to, table)
        assert not done.stderr


def test_function_writes_a_file(tmp_path: Path) -> None:
    results = scan(tmp_path)
    summary = memscan.export(results, tmp_path / "a.jsonl", to="jsonl")
    assert isinstance(summary, memscan.ExportSummary)
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert (summary.format, summary.records) == ("jsonl", len(lines))


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_existing_output_is_refused(tmp_path: Path, kind: str) -> None:
    output = tmp_path / "out"
    if kind == "file":
        output.write_text("mine")
    elif kind == "folder":
        output.mkdir()
    else:
        output.symlink_to("nowhere")
    folder = write_results(tmp_path / "r", [span()], [found()])
    with pytest.raises(OutputError, match="exists already") as error:
        memscan.export(folder, output, to="jsonl")
    assert error.value.hint == "name another file, or remove this one"
    assert names(tmp_path) == ["out", "r"]
    assert kind != "file" or output.read_text() == "mine"


def test_results_that_are_damaged_leave_no_output(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "r", [span()] * 2, [found()])
    with pytest.raises(InputError, match="has a passage of 'g1'"):
        memscan.export(folder, tmp_path / "out.dolma", to="dolma")
    assert names(tmp_path) == ["r"]


@pytest.mark.parametrize(
    "index", ['{"x":' * 900 + "1" + "}" * 900, '{"id": "\\ud800"}', f'{{"id": {2**80}}}']
)
def test_run_that_no_scan_writes_is_refused(tmp_path: Path, index: str) -> None:
    folder = write_results(tmp_path / "r", [span()], [found()])
    parameters = '{"min_length": 10, "occurrences": 1}'
    (folder / "run.json").write_text(f'{{"parameters": {parameters}, "index": {index}}}')
    for name in ("out", "out.gz"):
        with pytest.raises(InputError, match=r"run\.json.* is damaged") as error:
            memscan.export(folder, tmp_path / name, to="sarif")
        assert error.value.hint
    assert names(tmp_path) == ["r"]


def test_system_that_refuses_to_write_is_named_and_nothing_is_left(
    tmp_path: Path, command_line: CommandLine
) -> None:
    text = "".join(chr(0x4E00 + at % 20_000) for at in range(300_000))
    spans = [span("long", text=text, document_text=text)]
    folder = write_results(tmp_path / "r", spans, [found("long")])
    for name in ("out.jsonl", "out.jsonl.gz"):
        words = command_line.words("export", folder, "--to", "jsonl", "-o", tmp_path / name)
        done = run(words, largest_blocks=64)
        assert done.returncode == 2
        assert f"error: cannot write {tmp_path / name}: File too large" in done.stderr.decode()
        assert names(tmp_path) == ["r"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_behind_standard_output_is_told(
    tmp_path: Path, command_line: CommandLine
) -> None:
    folder = write_results(tmp_path / "r", [span()], [found()])
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command_line.words("export", folder, "--to", "jsonl"),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.decode() == "error: No space left on device\n"


def test_closed_pipe_ends_the_command_quietly(tmp_path: Path, command_line: CommandLine) -> None:
    spans = [span(f"g{at}", text="word " * 400, document_text="x") for at in range(300)]
    folder = write_results(tmp_path / "r", spans, [found(f"g{at}") for at in range(300)])
    words = command_line.words("export", folder, "--to", "jsonl")
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 141


@pytest.mark.parametrize("to", ["csv", "jsonl", "dolma", "w3c", "sarif"])
def test_terminal_obeys_nothing_of_what_is_exported(tmp_path: Path, to: str) -> None:
    parts = ("model", "document_id", "text", "document_text", "context_before")
    spans = [span(HOSTILE) | dict.fromkeys(parts, HOSTILE)]
    folder = write_results(tmp_path / "r", spans, [found(HOSTILE, model=HOSTILE)])
    environment = {**os.environ, "TERM": "xterm-256color"}
    shown = on_terminal(CommandLine(tmp_path, environment), "export", folder, "--to", to)
    assert "safe" in shown
    for sequence in ("\x1b", "\x07", "\x08", "\x9b", "\u202e", "\u2066"):
        assert sequence not in shown
    assert "\r" not in shown.replace("\r\n", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "sarif", "--table", "spans"], "sarif is made of both tables"),
        (["--to", "xlsx"], "xlsx"),
        ([], "--to"),
    ],
)
def test_wrong_use_is_told(command_line: CommandLine, words: list[str], message: str) -> None:
    done = command_line("export", "results", *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_options_are_checked_in_python_too(tmp_path: Path) -> None:
    for options in ({"to": "xlsx"}, {"to": "w3c", "table": "spans"}, {"to": "csv", "table": "x"}):
        with pytest.raises(InputError):
            memscan.export(tmp_path, BytesIO(), **options)


def test_spreadsheet_cells_that_are_cut_are_told(tmp_path: Path, command_line: CommandLine) -> None:
    spans = [span(text="y" * 40_000, document_text="x")]
    folder = write_results(tmp_path / "r", spans, [found()])
    done = command_line("export", folder, "--to", "csv", "-o", "out.csv")
    assert done.returncode == 0
    assert done.stderr == "warning: 1 cell cut; jsonl has it whole\n"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_error_leaves_nothing_of_a_new_file(tmp_path: Path, error: type[BaseException]) -> None:
    def fail_halfway() -> None:
        with new_file(tmp_path / "out") as file:
            file.write(b"x")
            raise error

    with pytest.raises(error):
        fail_halfway()
    assert names(tmp_path) == []


def test_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    with new_file(tmp_path / "out") as file:
        file.write(b"x")
        assert names(tmp_path) == [f".out.partial-{os.getpid()}"]
    assert names(tmp_path) == ["out"]


def test_output_that_comes_into_being_meanwhile_is_kept(tmp_path: Path) -> None:
    def be_too_late() -> None:
        with new_file(tmp_path / "out"):
            (tmp_path / "out").write_text("theirs")

    with pytest.raises(OutputError, match="exists already"):
        be_too_late()
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out").read_text() == "theirs"


def test_rest_of_a_killed_process_is_cleared_away_and_a_living_ones_stays(tmp_path: Path) -> None:
    for name in (f".out.partial-{os.getpid()}", ".out.partial-1-2", ".out.partial-notes"):
        (tmp_path / name).touch()
    with new_file(tmp_path / "out") as first, new_file(tmp_path / "other") as second:
        first.write(json.dumps({}).encode())
        second.write(b"x")
        assert len(names(tmp_path)) == 3
        with new_file(tmp_path / "another"):
            pass
        with pytest.raises(OutputError), new_file(tmp_path / "out"):
            (tmp_path / "out").touch()
        (tmp_path / "out").unlink()
        assert first.name in map(str, tmp_path.iterdir())
    assert names(tmp_path) == [".out.partial-notes", "another", "other", "out"]
