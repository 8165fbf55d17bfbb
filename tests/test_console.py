"""What is printed: nothing in the data is obeyed, and numbers read well."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memscan
from conftest import CommandLine
from memscan import cli
from memscan.cli.console import one_line, visible
from memscan.cli.progress import LineReporter
from memscan.cli.wording import counted, duration, occurrences, percent, share, size

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "safe \x1b[2J\x1b]0;title\x07 [bold red]x[/] :whale: \r\x08 \x9b31m \u202e\u2066 end"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain Größe 🐋 café", "plain Größe 🐋 café"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\rb\x08\x00", r"a\rb\x08\x00"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("\u202eabc\u2069", r"\u202eabc\u2069"),
        ("one\ntwo\u2028three", r"one\ntwo\u2028three"),
        ("\udc80", r"\udc80"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text())
def test_line_stays_a_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(text).isprintable() or not text.isprintable()


def test_layout_becomes_a_space() -> None:
    assert one_line("a \r\n\t b\rc") == r"a b\rc"


@pytest.mark.parametrize("no_color", ["1", ""])
def test_hostile_data_are_inert_on_a_terminal(tmp_path: Path, no_color: str) -> None:
    memscan.Index.build([(f"id {HOSTILE}", HOSTILE)], tmp_path / "i.memscan")
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "500", "NO_COLOR": no_color}
    shown = on_terminal(CommandLine(tmp_path, environment), "find", "i.memscan", "safe")
    for kept in (r"\x1b[2J", r"\x07", "[bold red]x[/]", ":whale:", r"\x08", r"\x9b31m", r"\u202e"):
        assert shown.count(kept) >= 2
    for sequence in ("\x1b[2J", "\x1b]", "\x07", "\x08", "\x9b", "\u202e", "\x1b[3"):
        assert sequence not in shown


def test_passage_has_colour_on_a_terminal_only(tmp_path: Path, index_folder: Path) -> None:
    plain = "  Call me «Ishmael». Some years ago"
    words = ("find", index_folder, "ishmael")
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "500"}
    environment.pop("NO_COLOR", None)
    assert "\x1b[1m«Ishmael»" in on_terminal(CommandLine(tmp_path, environment), *words)
    assert plain in CommandLine(tmp_path, environment)(*words).stdout
    without = {**environment, "NO_COLOR": "1"}
    shown = on_terminal(CommandLine(tmp_path, without), *words)
    assert plain in shown
    assert "\x1b" not in shown
    forced = CommandLine(tmp_path, {**environment, "FORCE_COLOR": "1"})
    assert "\x1b[1m«Ishmael»" in forced(*words).stdout
    assert plain in CommandLine(tmp_path, {**forced.environment, "NO_COLOR": "1"})(*words).stdout


def test_scan_shows_its_progress_on_a_terminal(tmp_path: Path, index_folder: Path) -> None:
    (tmp_path / "g.jsonl").write_text('{"text": "call me ishmael"}\n')
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    words = ("scan", index_folder, "g.jsonl", "-o", "out", "--min-length", "3")
    shown = on_terminal(CommandLine(tmp_path, environment), *words)
    assert "scan" in shown
    assert "detected: g.jsonl" in shown
    assert "3 of 3 words (100.0 %) covered; longest 3 words." in shown


def on_terminal(command_line: CommandLine, *words: str | Path, code: int = 0) -> str:
    """Run a command on a terminal of its own, and return all that it wrote there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command_line.words(*words),
        cwd=command_line.folder,
        env=command_line.environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    assert process.wait(timeout=60) == code
    return written.decode()


def test_progress_is_a_line_every_30_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    reporter = LineReporter(clock=lambda: now)
    for now in range(0, 91, 10):
        reporter("scan", now * 10**6, 10**9)
    reporter.note("a note \x1b")
    assert capsys.readouterr().err.splitlines() == [
        "scan: 30.0 MB of 1.0 GB (3.0 %), 1.0 MB/s, 16 min 10 s left",
        "scan: 60.0 MB of 1.0 GB (6.0 %), 1.0 MB/s, 15 min 40 s left",
        "scan: 90.0 MB of 1.0 GB (9.0 %), 1.0 MB/s, 15 min 10 s left",
        r"a note \x1b",
    ]


def test_rate_of_a_resumed_scan_is_that_of_what_is_scanned_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    reporter = LineReporter(clock=lambda: now)
    for now in range(0, 61, 10):
        stage, start = ("read again", 0) if now < 40 else ("scan", 400 * 10**6)
        reporter(stage, start + now * 10**6, 10**9)
    assert capsys.readouterr().err.splitlines() == [
        "read again: 30.0 MB of 1.0 GB (3.0 %), 1.0 MB/s, 16 min 10 s left",
        "scan: 460.0 MB of 1.0 GB (46.0 %), 1.0 MB/s, 9 min 0 s left",
    ]


def test_progress_of_what_is_not_measured_names_the_stage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = 0.0
    reporter = LineReporter(clock=lambda: now)
    reporter("read", 1, None)
    now = 40.0
    reporter("sort", 0, None)
    now = 80.0
    reporter("read", 5, None)
    now = 120.0
    reporter("read", 4000, None)
    assert capsys.readouterr().err.splitlines() == ["sort", "read", "read: 4.0 kB, 100 bytes/s"]


def test_numbers_read_well() -> None:
    assert [counted(n, "word") for n in (0, 1, 1234)] == ["0 words", "1 word", "1,234 words"]
    assert share(12, 52, "generation") == "12 of 52 generations (23.1 %)"
    assert share(0, 0, "word") == "0 of 0 words"
    assert [percent(x) for x in (0, 0.0001, 0.5, 0.99999, 1)] == [
        "0.0 %",
        "under 0.1 %",
        "50.0 %",
        "over 99.9 %",
        "100.0 %",
    ]
    sizes = [0, 999, 1000, 139_100_000, 1_225_000_000, 2 * 10**12]
    expected = ["0 bytes", "999 bytes", "1.0 kB", "139.1 MB", "1.2 GB", "2.0 TB"]
    assert [size(n) for n in sizes] == expected
    assert [duration(s) for s in (4.25, 200, 7500)] == ["4.2 s", "3 min 20 s", "2 h 5 min"]


def test_of_a_capped_count_only_the_documents_may_be_more() -> None:
    assert occurrences(1, 1, is_capped=False) == "1 time in 1 document"
    assert occurrences(1_048_577, 1, is_capped=True) == "1,048,577 times in at least 1 document"


HEAVY = {"numpy", "orjson", "pyarrow", "rich", "jinja2", "tomllib", "tokenizers"}
"""What takes longer to import than everything that ``--help`` needs."""


@pytest.mark.parametrize("words", [["--help"], ["scan", "--help"], ["--version"]], ids=" ".join)
def test_help_does_not_import_what_it_does_not_need(words: list[str]) -> None:
    code = (
        f"import sys, memscan.cli as c; c.run({words}); "
        f"heavy = {HEAVY} & sys.modules.keys(); print(heavy, file=sys.stderr); sys.exit(len(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        *("", "scan", "check", "find", "novelty", "report", "demo", "doctor", "completion"),
        *("show", "compare", "export", "merge"),
        *("index", "index build", "index add", "index remove", "index compact", "index info"),
        *("index verify", "index duplicates"),
    ],
)
def test_help_fits_a_screen(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        assert cli.run([*command.split(), "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 100
    assert not any("  Of " in line for line in lines), "each line says what it is of"
    assert any(line.strip().startswith("Example") for line in lines)


@pytest.mark.parametrize("command", ["", "index"])
def test_summaries_of_commands_are_whole_on_a_narrow_terminal(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        assert cli.run([*command.split(), "--help"]) == 0
    assert "..." not in capsys.readouterr().out.split("Commands:")[1]
