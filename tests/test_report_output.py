"""What is written, and what is never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from memscan.errors import OutputError
from memscan.report import build_report
from test_report_results import build, found, generation, rejected, span, write_results


def test_summary_counts_what_is_shown_and_what_there_is(tmp_path: Path) -> None:
    spans = [span(f"g{at:02}", 10 + at) for at in range(30)]
    rows = [found(f"g{at:02}", 10 + at) for at in range(30)]
    folder = write_results(tmp_path / "results", spans, [*rows, rejected()])
    summary, html = build(folder, findings=7)
    assert (summary.findings_shown, summary.findings_total, summary.generations) == (7, 30, 30)
    assert summary.bytes == len(html.encode())
    assert html.count('<article class="finding"') == 7
    assert "Showing 7 of\n    30\N{NO-BREAK SPACE}passages" in html
    assert "Showing 7 of\n      30" in html
    assert "further record" in html


def test_report_without_passages_says_so(tmp_path: Path) -> None:
    summary, html = build(write_results(tmp_path / "results", [], [generation()]))
    assert summary.findings_shown == summary.findings_total == 0
    assert "There is no passage to show." in html


def test_report_may_show_no_passage_of_many(tmp_path: Path) -> None:
    summary, html = build(write_results(tmp_path / "results", [span()], [found()]), findings=0)
    assert (summary.findings_shown, summary.findings_total) == (0, 1)
    assert "Not shown: 1" in html


def test_report_of_no_generation_at_all(tmp_path: Path) -> None:
    assert build(write_results(tmp_path / "results"))[0].generations == 0


def test_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    assert build(folder) == build(folder)


def test_earlier_report_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    build(folder)
    build(folder)
    other = tmp_path / "corpus.jsonl"
    other.write_text("{}")
    pipe = Path("/dev/null")
    for output, reason in (
        (folder, "is a folder"),
        (folder / "run.json", "is part of the results"),
        (folder / "spans.parquet", "is part of the results"),
        (other, "exists and is not a report"),
        (tmp_path / "none" / "report.html", "cannot write"),
        (other / "report.html", "cannot write"),
        (tmp_path / ("x" * 300), "cannot write"),
        (pipe, "is not an ordinary file"),
    ):
        with pytest.raises(OutputError, match=reason):
            build_report(folder, output)
    assert other.read_text() == "{}"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("corpus.jsonl", "report.html", "results"),
    ]


def test_link_to_a_part_of_the_results_is_not_written_through(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    (tmp_path / "link.html").symlink_to(folder / "run.json")
    with pytest.raises(OutputError, match="is part of the results"):
        build_report(folder, tmp_path / "link.html")
