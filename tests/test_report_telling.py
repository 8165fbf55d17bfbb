"""Which of the generations with one id a passage is of: said where it tells, and only there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import PRIDE
from exported import exported
from memscan.looking import show_generation
from test_report_hostile import EVERYTHING, TAGS, Page
from test_report_results import build, found, generation, rejected, span, write_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conftest import CommandLine

LOG = Path(__file__).parent / "samples" / "generations" / "inspect" / "begin.eval"

Answer = tuple[int | None, int | None, str | None]
"""Its sample, its turn, its part."""
USUAL: Answer = (0, None, "completion")


def results_of(folder: Path, answers: Sequence[Answer]) -> Path:
    """Return results of one id with these answers; each holds one passage, a word shorter each."""
    lengths = [40 - at for at in range(len(answers))]
    spans = [span("q", length) for length in lengths]
    rows = [*(found("q", length) for length in lengths), generation("none"), rejected()]
    write_results(folder, spans, rows)
    _tell(folder / "spans.parquet", answers)
    _tell(folder / "generations.parquet", [*answers, USUAL, (None, None, None)])
    return folder


def _tell(path: Path, answers: Sequence[Answer]) -> None:
    table = pq.read_table(path)
    kinds = {"sample_index": pa.int64(), "turn": pa.int64(), "part": pa.string()}
    for (name, kind), values in zip(kinds.items(), zip(*answers, strict=True), strict=True):
        table = table.append_column(name, pa.array(values, kind))
    pq.write_table(table, path)


def headings(html: str) -> list[str]:
    """Return what stands over the generation's side of each passage."""
    found = re.findall(r"<h4>Generation (.*?)</h4>", html, re.DOTALL)
    return ["".join(Page(one).text) for one in found]


def listed(html: str) -> list[tuple[str, str]]:
    """Return the generations of the report's table, and where their links lead."""
    table = html.partition('<table class="ranked">')[2].partition("</table>")[0]
    cells = re.findall(r'<th scope="row">(.*?)</th>', table, re.DOTALL)
    links = [next(iter(re.findall(r'href="#(.*?)"', cell)), "") for cell in cells]
    return [("".join(Page(cell).text), link) for cell, link in zip(cells, links, strict=True)]


def test_report_says_which_answer_a_passage_is_of(tmp_path: Path) -> None:
    answers: list[Answer] = [(0, 1, "reasoning"), (0, 1, "completion"), (2, None, "tool")]
    _, html = build(results_of(tmp_path / "results", answers))
    expected = [
        "q, sample 0, turn 1, part reasoning",
        "q, sample 0, turn 1, part completion",
        "q, sample 2, part tool",
    ]
    assert headings(html) == expected
    assert listed(html) == list(zip(expected, ("finding-1", "finding-2", "finding-3"), strict=True))
    assert "Samples and turns count from zero, too." in html


def test_links_lead_to_the_passage_of_that_sample(tmp_path: Path) -> None:
    spans = [span("q", 30, start=90), span("q", 30)]
    folder = write_results(tmp_path / "results", spans, [found("q", 30), found("q", 30)])
    for name in ("spans.parquet", "generations.parquet"):
        _tell(folder / name, [(0, None, "completion"), (1, None, "completion")])
    _, html = build(folder)
    assert headings(html) == ["q, sample 1", "q, sample 0"], "of equals the first in its text"
    assert listed(html) == [("q, sample 0", "finding-2"), ("q, sample 1", "finding-1")]


def test_only_what_tells_is_said(tmp_path: Path) -> None:
    answers: list[Answer] = [(0, None, "reasoning"), (0, None, "completion")]
    _, html = build(results_of(tmp_path / "results", answers))
    assert headings(html) == ["q, part reasoning", "q, part completion"]
    assert "count from zero, too" not in html


def test_report_of_one_completion_a_record_says_nothing_of_it(
    tmp_path: Path, command_line: CommandLine
) -> None:
    _, told = build(results_of(tmp_path / "told", [USUAL]))
    _, first_version = build(write_results(tmp_path / "untold", [span("q")], [found("q")]))
    for html in (told, first_version):
        assert headings(html) == ["q"]
        assert [name for name, _ in listed(html)] == ["q"]
        assert not re.search(r"\b(sample|turn|part completion|from zero, too)\b", html)
    done = command_line("show", "told", "q")
    assert done.stdout.startswith("q\n")


CHOICES = {"choices": [{"text": "Nothing."}, {"text": PRIDE}, {"text": f"So: {PRIDE}"}]}
SAMPLES = {"custom_id": "a", "response": {"status_code": 200, "body": CHOICES}, "error": None}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("samples.jsonl",), ["a, sample 1", "a, sample 2"]),
        (
            (LOG, "--part", "all"),
            ["austen/pride_epoch_1, turn 1, part completion", "2_epoch_1, turn 4, part completion"],
        ),
    ],
)
def test_terminal_and_report_say_it_in_the_same_words(
    tmp_path: Path,
    command_line: CommandLine,
    index_folder: Path,
    words: Sequence[str | Path],
    expected: list[str],
) -> None:
    (tmp_path / "samples.jsonl").write_text(json.dumps(SAMPLES) + "\n")
    assert command_line("scan", index_folder, *words, "-o", "results").returncode == 0
    assert headings(build(tmp_path / "results")[1]) == expected
    ranking = command_line("show", "results").stdout
    for name in expected:
        assert f" {name}  " in ranking
        one = command_line("show", "results", name.split(",")[0]).stdout
        assert any(line.startswith(name) for line in one.splitlines())


def test_exports_say_which_answer_a_passage_is_of_where_that_tells(tmp_path: Path) -> None:
    answers: list[Answer] = [(0, 1, "completion"), (1, 4, "completion")]
    several = results_of(tmp_path / "several", answers)
    plain = results_of(tmp_path / "plain", [USUAL])
    (run,) = json.loads(exported(several, "sarif"))["runs"]
    facts = [one["properties"] for one in run["results"]]
    assert [(one["sample_index"], one["turn"], "part" in one) for one in facts] == [
        *((0, 1, False), (1, 4, False)),
    ]
    facts = json.loads(exported(several, "w3c"))["first"]["items"]
    told = [(one["memscan:sample_index"], one["memscan:turn"]) for one in facts]
    assert told == [(0, 1), (1, 4)]
    for kind in ("sarif", "w3c"):
        assert not re.search(rb'[":](sample_index|turn|part)"', exported(plain, kind))


def test_an_unknown_part_is_shown_and_not_obeyed(tmp_path: Path, command_line: CommandLine) -> None:
    folder = results_of(tmp_path / "results", [(3, 2**62, EVERYTHING), (-1, -5, "x" * 100_000)])
    summary, html = build(folder)
    page = Page(html)
    assert page.tags <= TAGS
    assert "1337" not in html
    assert "\u202e" not in html
    assert summary.bytes < 60_000
    assert headings(html)[0].startswith(f"q, sample 3, turn {2**62}, part <script>")
    shown = command_line("show", "results", "q").stdout
    assert "part <script>" in shown
    assert "\u202e" not in shown
    assert "\x1b" not in shown


def test_a_truncated_sample_takes_no_passage_of_the_next(tmp_path: Path) -> None:
    samples: list[Answer] = [(0, None, "completion"), (1, None, "completion")]
    rows = [found("q", n_spans=3, status="truncated"), found("q")]
    spans = [span("q", count=9, document_start=at) for at in (4, 8)]
    folder = write_results(tmp_path / "results", spans, rows)
    for name in ("spans.parquet", "generations.parquet"):
        _tell(folder / name, samples)
    shown = show_generation(folder, "q").generations
    assert [len(one.passages) for one in shown] == [1, 1]
    assert headings(build(folder)[1]) == ["q, sample 0", "q, sample 1"]
    lines = exported(folder, "dolma").splitlines()
    spans = [json.loads(line)["attributes"]["memscan__span__match"] for line in lines]
    assert [len(one) for one in spans] == [1, 1]
