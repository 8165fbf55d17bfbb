"""Tables for other programs: JSON lines with every value, CSV that no spreadsheet obeys."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exported import exported, scan
from memscan.exporting import export
from memscan.exporting.counts import ExportCounts
from memscan.exporting.json_text import json_text
from memscan.exporting.tables import LONGEST_CELL, cell
from test_report_results import found, span, write_results

if TYPE_CHECKING:
    from pathlib import Path


def csv_rows(data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file, read by the standard library."""
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("table", ["spans", "generations"])
def test_json_lines_hold_every_value_of_the_table(tmp_path: Path, table: str) -> None:
    results = scan(tmp_path, occurrences=2)
    lines = exported(results, "jsonl", table).splitlines()
    assert [json.loads(line) for line in lines] == pq.read_table(
        results / f"{table}.parquet"
    ).to_pylist()


def test_spans_are_exported_if_no_table_is_named(tmp_path: Path) -> None:
    results = scan(tmp_path)
    for to in ("jsonl", "csv"):
        assert exported(results, to) == exported(results, to, "spans")


@given(st.recursive(st.text(), st.lists))
def test_json_is_one_inert_line(value: object) -> None:
    try:
        text = json_text(value).decode()
    except TypeError:  # a lone surrogate; no table holds one
        return
    assert json.loads(text) == value
    assert len(f"{text}.".splitlines()) == 1
    assert not set(text) & set("\x1b\x7f\x85\x9b\u061c\u200e\u2028\u202e\u2066")


@pytest.mark.parametrize("table", ["spans", "generations"])
def test_csv_holds_every_value_of_the_table(tmp_path: Path, table: str) -> None:
    results = scan(tmp_path)
    rows = csv_rows(exported(results, "csv", table))
    expected = pq.read_table(results / f"{table}.parquet").to_pylist()
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected, strict=True):
        for name, value in wanted.items():
            shown = "" if value is None else str(value)
            assert row[name].removeprefix("'") == shown


def test_csv_has_lines_as_rfc_4180_asks(tmp_path: Path) -> None:
    spans = [span(text='say "hi",\nthen\r\ngo', document_text="plain")]
    data = exported(write_results(tmp_path / "r", spans, [found()]), "csv")
    assert b'"say ""hi"",\nthen\r\ngo"' in data
    assert data.endswith(b"\r\n")
    assert b"\r\n\r\n" not in data


@pytest.mark.parametrize(
    "attack",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\0=1"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "'=1", "'"),
        "=cmd|'/c calc'!A1",
        '=HYPERLINK("http://example.org","x")',
    ],
)
def test_cell_that_a_spreadsheet_would_obey_is_text(tmp_path: Path, attack: str) -> None:
    names = ("model", "document_id", "text", "context_before", "document_text", "fidelity")
    spans = [span(attack) | dict.fromkeys(names, attack)]
    rows = [found(attack, model=attack) | {attack: attack}]
    folder = write_results(tmp_path / "r", spans, rows)
    for table in ("spans", "generations"):
        (row,) = csv_rows(exported(folder, "csv", table))
        for name in [*row, *row.values()]:
            assert not name.lstrip().startswith(tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"))
        assert row["generation_id"] == row["model"] == f"'{attack}"


def test_negative_number_stays_a_number(tmp_path: Path) -> None:
    rows = csv_rows(exported(scan(tmp_path), "csv", "generations"))
    assert {row["score"] for row in rows} == {"-1.5", ""}
    assert rows[0]["n_units"] == "6"


@pytest.mark.parametrize("character", ["x", "\U0001f40b", "="])
def test_long_cell_is_cut_visibly_and_fits(character: str) -> None:
    counts = ExportCounts()
    width = len(character.encode("utf-16-le")) // 2
    fits = LONGEST_CELL // width - (character == "=")
    assert cell(character * fits, counts).removeprefix("'") == character * fits
    assert counts.cells_cut == 0
    shown = cell(character * (fits + 1), counts)
    assert len(shown.encode("utf-16-le")) // 2 in (LONGEST_CELL, LONGEST_CELL - 1)
    cut, mark = shown.rsplit("… ", 1)
    assert mark.startswith("[cut here: ")
    assert (character * fits).startswith(cut.removeprefix("'"))
    assert counts.cells_cut == 1


def test_cells_that_are_cut_are_counted(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "r", [span(text="y" * 40_000, document_text="x")], [found()])
    assert export(folder, io.BytesIO(), to="csv").cells_cut == 1
    assert export(folder, io.BytesIO(), to="jsonl").cells_cut == 0


@pytest.mark.parametrize("to", ["csv", "jsonl", "dolma", "w3c", "sarif"])
def test_same_results_give_the_same_bytes_also_compressed(tmp_path: Path, to: str) -> None:
    results = scan(tmp_path)
    data = exported(results, to)
    assert exported(results, to) == data
    for name in ("one.gz", "two.gz"):
        export(results, tmp_path / name, to=to)
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.gz").read_bytes()) == data


@pytest.mark.parametrize("to", ["csv", "jsonl", "dolma", "w3c", "sarif"])
def test_results_without_a_passage_are_exported(tmp_path: Path, to: str) -> None:
    data = exported(write_results(tmp_path / "r"), to)
    if to in ("w3c", "sarif"):
        json.loads(data)
    else:
        assert len(data.splitlines()) == (to == "csv")
