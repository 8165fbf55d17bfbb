"""Results on a terminal: what comes first, and passages beside their sources."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from conftest import CommandLine
from exported import scan
from memscan.errors import InputError
from memscan.looking import rank_generations, show_generation
from test_console import HOSTILE, on_terminal
from test_report_results import TEXT, found, generation, rejected, span, write_results

if TYPE_CHECKING:
    from pathlib import Path


def ranked(tmp_path: Path) -> Path:
    """Return results of five generations, of which three hold a passage."""
    rows = [
        found("long", 60, n_units=600, coverage=0.1, covered_units=60),
        found("whole", 20, n_units=20, coverage=1.0, covered_units=20),
        generation("none"),
        rejected(),
        found("many", 30, n_units=300, coverage=0.1, covered_units=30, n_spans=3),
    ]
    spans = [
        *(span("long", 60), span("whole", 20)),
        *(span("many", 30, start=at, end=at + 9) for at in (0, 10, 20)),
    ]
    return write_results(tmp_path / "r", spans, rows, row_group_size=2)


@pytest.mark.parametrize(
    ("by", "ids"),
    [
        ("coverage", ["whole", "long", "many"]),
        ("longest", ["long", "many", "whole"]),
        ("passages", ["many", "whole", "long"]),
    ],
)
def test_generations_are_ranked(tmp_path: Path, by: str, ids: list[str]) -> None:
    ranking = rank_generations(ranked(tmp_path), by=by)
    assert (ranking.generations, ranking.with_passage) == (4, 3)
    assert [row["generation_id"] for row in ranking.rows] == ids
    numbers = {"long": 1, "whole": 2, "many": 5}
    assert [row["row"] for row in ranking.rows] == [numbers[id_] for id_ in ids]
    first = rank_generations(ranked(tmp_path), by=by, limit=1)
    assert list(first.rows) == list(ranking.rows)[:1]


def test_ranking_is_printed_a_row_a_line(tmp_path: Path, command_line: CommandLine) -> None:
    ranked(tmp_path)
    done = command_line("show", "r", "--limit", "2")
    assert done.returncode == 0, done.stderr
    head, *lines = [line for line in done.stdout.splitlines() if line]
    assert head == (
        "3 of 4 generations (75.0 %) hold a passage of at least 10 words; showing 2, by coverage"
    )
    assert lines[0].split() == ["row", "generation", "model", "covered", "longest", "passages"]
    assert [line.split() for line in lines[2:]] == [
        ["2", "whole", "100.0", "%", "of", "20", "20", "1"],
        ["1", "long", "10.0", "%", "of", "600", "60", "1"],
    ]
    assert "\x1b" not in done.stdout


def test_ranking_as_json_has_every_column(tmp_path: Path, command_line: CommandLine) -> None:
    ranked(tmp_path)
    shown = json.loads(command_line("show", "r", "--json", "--sort", "longest").stdout)
    assert (shown["generations"], shown["with_passage"], shown["sort"]) == (4, 3, "longest")
    assert [row["generation_id"] for row in shown["rows"]] == ["long", "many", "whole"]
    assert set(shown["rows"][0]) == {"row", *found()}


def test_results_without_a_passage_are_told(tmp_path: Path, command_line: CommandLine) -> None:
    write_results(tmp_path / "r", [], [generation("g")])
    done = command_line("show", "r")
    assert done.stdout == "0 of 1 generation (0.0 %) hold a passage of at least 10 words\n"
    done = command_line("show", "r", "g")
    assert done.stdout == "g\n  ok: no passage of at least 10 words\n\n"


def test_passage_stands_beside_its_source(tmp_path: Path, command_line: CommandLine) -> None:
    scan(tmp_path, occurrences=2)
    done = command_line("show", "results", "twice")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("twice, m (row ") == 2
    assert "ok: 2 passages; 32 of 36 words (88.9 %) covered; longest 16 words" in done.stdout
    assert "1. 16 words; exact; stands 2 times in 2 documents" in done.stdout
    assert "2. 16 words; folded; stands 2 times in 2 documents" in done.stdout
    assert "also: two, characters 17 to 106, exact" in done.stdout
    assert "also: two, characters 17 to 106, folded" in done.stdout
    flat = " ".join(done.stdout.split())
    assert "generation, characters 0 to 89 one, characters 10 to 99" in flat
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("is_capped", "expected"),
    [
        (False, "stands 2,000,000 times in 3 documents"),
        (True, "stands 2,000,000 times in at least 3 documents"),
    ],
)
def test_of_a_capped_count_only_the_documents_may_be_more(
    tmp_path: Path, command_line: CommandLine, *, is_capped: bool, expected: str
) -> None:
    row = span(count=2_000_000, document_count=3, count_is_capped=is_capped)
    write_results(tmp_path / "r", [row], [found()])
    shown = command_line("show", "r", "g1").stdout
    assert f"; {expected}\n" in shown


def test_generations_with_one_id_each_have_their_own_passages(tmp_path: Path) -> None:
    spans = [span("same"), span("other"), span("same"), span("same", start=90)]
    rows = [found("same"), found("other"), generation("same"), found("same", n_spans=2)]
    shown = show_generation(write_results(tmp_path / "r", spans, rows), "same")
    assert [(one.number, len(one.passages)) for one in shown.generations] == [
        *((0, 1), (2, 0), (3, 2)),
    ]


def test_generation_as_json_has_all_its_passages(tmp_path: Path, command_line: CommandLine) -> None:
    ranked(tmp_path)
    (one,) = json.loads(command_line("show", "r", "many", "--json", "--limit", "1").stdout)
    assert (one["row"], one["generation_id"]) == (5, "many")
    assert [[place["start"] for place in passage] for passage in one["passages"]] == [
        *([0], [10], [20]),
    ]
    assert one["passages"][0][0]["document_text"] == TEXT


def test_passages_past_the_limit_are_counted(tmp_path: Path, command_line: CommandLine) -> None:
    ranked(tmp_path)
    done = command_line("show", "r", "many", "--limit", "2")
    assert "2. 30 words" in done.stdout
    assert "3. 30 words" not in done.stdout
    assert "showing 2 of 3 passages" in done.stdout


def test_long_passage_is_cut_in_the_middle_and_says_so(
    tmp_path: Path, command_line: CommandLine
) -> None:
    text = "begin " + "word " * 1000 + "end"
    write_results(tmp_path / "r", [span(text=text, document_text=text)], [found()])
    flat = " ".join(command_line("show", "r", "g1").stdout.split())
    assert flat.count("characters left out") >= 1
    assert "«begin" in flat
    assert "end»" in flat


@pytest.mark.parametrize(("length", "is_cut"), [(1_523, False), (1_700, False), (1_701, True)])
def test_a_few_characters_are_not_left_out(
    tmp_path: Path, command_line: CommandLine, *, length: int, is_cut: bool
) -> None:
    text = "word " * (length // 5) + "x" * (length % 5)
    write_results(tmp_path / "r", [span(text=text, document_text=text)], [found()])
    shown = command_line("show", "r", "g1").stdout
    assert ("left out" in " ".join(shown.split())) is is_cut


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("gpt-4", "did you mean gpt-4/one or gpt-4/two"),
        ("GPT-4/ONE", "did you mean gpt-4/one"),
        ("gqt-4/one", "did you mean gpt-4/one or gpt-4/two"),
        ("zzzzzzzz", "ids here are like gpt-4/one"),
    ],
)
def test_unknown_id_is_told_with_those_like_it(tmp_path: Path, wanted: str, hint: str) -> None:
    rows = [generation("gpt-4/one"), generation("gpt-4/two"), generation("qqqq")]
    with pytest.raises(InputError, match="no generation has the id") as error:
        show_generation(write_results(tmp_path / "r", [], rows), wanted)
    assert error.value.hint == hint


def test_wrong_use_is_told(tmp_path: Path, command_line: CommandLine) -> None:
    ranked(tmp_path)
    for words in (["--limit", "0"], ["--sort", "size"], ["nobody"], ["many", "--limit", "0"]):
        done = command_line("show", "r", *words)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
    assert command_line("show", "nowhere").returncode == 2


def test_sides_without_a_text_are_told(tmp_path: Path, command_line: CommandLine) -> None:
    scan(tmp_path, store_text=False)
    flat = " ".join(command_line("show", "results", "plain").stdout.split())
    assert "16 words; not compared; stands 2 times" in flat
    assert "one, words 1 to 17" in flat
    assert "the index stores no text" in flat


@pytest.mark.parametrize("words", [(), (HOSTILE,), (f"{HOSTILE}?",)])
def test_terminal_obeys_nothing_of_the_data(tmp_path: Path, words: tuple[str, ...]) -> None:
    names = ("model", "document_id", "fidelity", "text", "document_text", "context_before")
    spans = [
        span(HOSTILE, count=2, document_start=at) | dict.fromkeys(names, HOSTILE) for at in (1, 2)
    ]
    row = found(HOSTILE, model=HOSTILE, error=HOSTILE, status=HOSTILE)
    write_results(tmp_path / "r", spans, [row])
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "500"}
    fails = words == (f"{HOSTILE}?",)
    command_line = CommandLine(tmp_path, environment)
    shown = on_terminal(command_line, "show", "r", *words, code=2 if fails else 0)
    for kept in (r"\x1b[2J", r"\x07", "[bold red]x[/]", ":whale:", r"\x08", r"\x9b31m", r"\u202e"):
        assert kept in shown
    for sequence in ("\x1b[2J", "\x1b]", "\x07", "\x08", "\x9b", "\u202e", "\u2066", "\x1b[31"):
        assert sequence not in shown
    assert "\r" not in shown.replace("\r\n", "")


def test_no_color_gives_plain_text_on_a_terminal_as_wide_as_it_is(tmp_path: Path) -> None:
    scan(tmp_path)
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60"}
    coloured = on_terminal(CommandLine(tmp_path, environment), "show", "results", "twice")
    assert "\x1b[1m" in coloured
    plain_too = CommandLine(tmp_path, environment | {"NO_COLOR": "1"})
    plain = on_terminal(plain_too, "show", "results", "twice")
    assert "\x1b" not in plain
    width = max(len(line) for line in plain.splitlines() if "«" in line or "─" in line)
    assert 50 < width <= 60
