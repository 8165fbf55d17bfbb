"""What a corpus holds more than once, from Python and from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from memscan import Index
from memscan.cli import run
from memscan.duplicates import find_duplicates
from memscan.errors import InputError, OutputError
from memscan.results import DUPLICATES_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TEXTS = {
    "one": "Marley was dead: to begin with. There is no doubt whatever about that.",
    "two": "MARLEY WAS DEAD, to begin with! And again: Marley was dead, to begin with.",
    "three": "There is no doubt whatever, they say.",
    "four": "Nothing that stands elsewhere here.",
}


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.build(TEXTS.items(), tmp_path / "corpus.memscan")


def table_of(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(batches, DUPLICATES_SCHEMA)


def test_runs_are_found_with_counts_and_places(index: Index) -> None:
    rows = table_of(index.duplicates(min_length=5)).to_pylist()
    for row in rows:
        text = TEXTS[row["document_id"]]
        assert text[row["document_start"] : row["document_end"]] == row["document_text"]
    names = ("document_id", "n_units", "count", "document_count")
    found = [tuple(row[name] for name in names) for row in rows]
    assert found == [
        ("one", 6, 3, 2),
        ("one", 5, 2, 2),
        ("two", 6, 3, 2),
        ("two", 6, 3, 2),
        ("three", 5, 2, 2),
    ]
    assert [row["other_document_ids"] for row in rows] == [
        ["two"],
        ["three"],
        ["one"],
        ["one"],
        ["one"],
    ]


def test_the_same_at_any_number_of_shards_and_threads(tmp_path: Path, index: Index) -> None:
    expected = list(index.duplicates(min_length=2))
    for shard_units, threads in [(1, 1), (20, 2), (1, 16)]:
        path = tmp_path / f"{shard_units}-{threads}.memscan"
        cut = Index.build(TEXTS.items(), path, shard_units=shard_units)
        found = cut.duplicates(min_length=2, threads=threads)
        assert table_of(found) == table_of(expected)


def test_a_summary_counts_units_once_and_writes_all_rows(tmp_path: Path, index: Index) -> None:
    output = tmp_path / "runs.parquet"
    summary = find_duplicates(index, output=output, min_length=5)
    assert (summary.runs, summary.documents, summary.covered_units) == (5, 3, 28)
    assert pq.read_table(output).num_rows == summary.runs
    assert [row["n_units"] for row in summary.longest[:2]] == [6, 6]
    with pytest.raises(OutputError, match="exists already"):
        find_duplicates(index, output=output)
    assert not list(tmp_path.glob(".*")), "nothing unfinished is left"


def test_ids_alone_have_runs_without_texts(tmp_path: Path) -> None:
    index = Index.build_from_ids([[1, 2, 3, 4], [9, 2, 3, 4], [5]], tmp_path / "ids.memscan")
    (batch,) = index.duplicates(min_length=3)
    rows = batch.to_pylist()
    assert [(row["document_unit_start"], row["count"], row["document_text"]) for row in rows] == [
        (1, 2, None),
        (1, 2, None),
    ]


def test_options_out_of_range_are_refused(index: Index) -> None:
    with pytest.raises(InputError, match="min_length is 0"):
        index.duplicates(min_length=0)


def test_the_command_prints_denominators(
    index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "runs.parquet")
    command = ["index", "duplicates", str(index.path), "--min-length", "5"]
    assert run([*command, "-o", output]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(
        "5 places hold a run of at least 5 words that stands more than once; 3 of 4 documents"
    )
    assert "28 of 39 words (71.8 %)" in printed
    assert "\n  6 words, 3 times in 2 documents, one 0: Marley was dead" in printed
    assert run([*command, "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert (about["runs"], about["covered_units"], about["corpus_units"]) == (5, 28, 39)
    assert run([*command, "-o", output]) != 0
    assert "exists already" in capsys.readouterr().err


def test_white_space_of_a_run_is_shown_as_one_space(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "call me\r\n\r\n\t ishmael"
    Index.build([("a", text), ("b", text)], tmp_path / "i.memscan")
    assert run(["index", "duplicates", str(tmp_path / "i.memscan"), "--min-length", "3"]) == 0
    assert ": call me ishmael\n" in capsys.readouterr().out
