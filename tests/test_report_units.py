"""The report speaks of the unit that was counted, and says where there was no text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from memscan import Index, scan_files
from memscan.options import ScanOptions
from memscan.report import build_report
from memscan.report.sentence import caveat
from memscan.report.wording import FIDELITIES, fidelity_meaning, unit_named
from memscan.writers import ResultsWriter
from test_report_results import build, found, span, write_results
from test_report_wording import MEASURE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Write = Callable[[str, Sequence[object]], Path]

TEXT = "def f(x):\n    return x + 1\n"


def shown(html: str) -> str:
    return " ".join(html.replace("\N{NO-BREAK SPACE}", " ").split())


def index_of(unit: str) -> dict[str, object]:
    return {"path": "i.memscan", "id": "ab", "unit": {"kind": unit}, "documents": 3, "units": 99}


@pytest.mark.parametrize("unit", ["lexeme", "byte", "token"])
def test_every_count_is_in_the_unit(tmp_path: Path, unit: str) -> None:
    folder = write_results(tmp_path / "r", [span()], [found()], index=index_of(unit))
    html = shown(build(folder)[1])
    assert f"passage of 10 or more {unit}s of the corpus" in html
    assert f"({3} documents, 99 {unit}s)" in html
    assert f"{unit.capitalize()}s in passages" in html
    assert f"11 {unit}s" in html
    assert "words" not in html
    assert ("(of whole characters)" in html) == (unit == "byte")


def test_same_bytes_can_only_be_the_same_text(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "r", [span()], [found()], index=index_of("byte"))
    html = build(folder)[1]
    assert FIDELITIES["exact"] in html
    assert FIDELITIES["whitespace"] not in html


def test_what_differs_in_spite_of_the_same_units_is_said_for_each() -> None:
    meanings = {unit: fidelity_meaning("folded", unit_named(unit)) for unit in ("word", "lexeme")}
    assert meanings["word"].endswith("; case, punctuation or other signs differ")
    assert meanings["lexeme"].endswith("; one has white space where the other has none")


def test_least_characters_are_part_of_the_limit(tmp_path: Path) -> None:
    limited = caveat(replace(MEASURE, min_chars=40))
    assert "runs of 10 or more words and 40 or more characters that stand" in limited
    parameters = {"min_length": 10, "min_chars": 40, "occurrences": 1}
    folder = write_results(tmp_path / "r", [span()], [found()], parameters=parameters)
    assert "--min-length 10 --min-chars 40 --occurrences 1" in shown(build(folder)[1])
    assert "--min-chars" not in build(write_results(tmp_path / "r", [span()], [found()]))[1]


@pytest.mark.parametrize("store_text", [True, False])
def test_report_of_a_scan_says_whether_texts_were_compared(
    tmp_path: Path, json_lines: Write, *, store_text: bool
) -> None:
    index = Index.build([("code", TEXT)], tmp_path / "i", unit="lexeme", store_text=store_text)
    path = json_lines("g.jsonl", [{"id": "a", "text": TEXT}])
    scan_files(index, [path], tmp_path / "out", options=ScanOptions(min_length=5))
    build_report(tmp_path / "out", tmp_path / "report.html")
    html = shown((tmp_path / "report.html").read_text())
    missing = not store_text
    assert (
        "No passage was compared with the text of its source: the index stores no" in html
    ) == missing
    assert (
        "The index stores no text, so the source cannot be shown and was not" in html
    ) == missing
    assert (
        "not compared</bdi></span>: the same lexemes in the same order; without" in html
    ) == missing
    assert ('<p class="place">lexemes 0 to 10</p>' in html) == missing
    assert ("the most faithful first" in html) == store_text


def test_report_of_ids_shows_what_can_be_shown(tmp_path: Path) -> None:
    index = Index.build_from_ids([list(range(30))], tmp_path / "i", ids=["numbers"])
    result = index.scan_ids([list(range(5, 25))], min_length=5, ids=["mine"])
    (tmp_path / "out").mkdir()
    with ResultsWriter(tmp_path / "out", tmp_path / "out") as writer:
        tables = (
            table.combine_chunks().to_batches()[0] for table in (result.spans, result.generations)
        )
        writer.add(next(tables), next(tables), [{}])
        about = {"unit": {"kind": "token"}, "store_text": False}
        writer.finish({"index": about, "parameters": {"min_length": 5, "occurrences": 1}})
    build_report(tmp_path / "out", tmp_path / "report.html")
    html = shown((tmp_path / "report.html").read_text())
    for expected in ("mine", "numbers", "20 tokens", "tokens 0 to 20", "tokens 5 to 25"):
        assert expected in html
    assert "1 time in 1 document" in html
    assert "no text, only tokens" in html
    assert "no text in the index" in html
