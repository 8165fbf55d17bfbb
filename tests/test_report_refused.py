"""Folders that are no complete results of one scan are refused, each with a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from memscan.errors import InputError
from memscan.report import build_report
from test_report_results import TEXT, build, found, span, write_results

if TYPE_CHECKING:
    from pathlib import Path


def refused(folder: Path, match: str) -> None:
    """Expect a folder to be refused, with a way out."""
    with pytest.raises(InputError, match=match) as error:
        build_report(folder, folder.parent / "report.html")
    assert error.value.hint
    assert not (folder.parent / "report.html").exists()


def test_what_is_no_results_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none", "does not exist")
    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file", "is not a folder")


@pytest.mark.parametrize("name", ["run.json", "spans.parquet", "generations.parquet"])
def test_folder_without_one_of_its_files_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    refused(folder, f"{name}.*is damaged")
    (folder / name).unlink()
    refused(folder, f"has no {name}")


def test_table_damaged_inside_is_refused_or_read_whole(tmp_path: Path) -> None:
    spans = [span(f"g{at}", 10 + at, text=f"{at} {TEXT}" * 20) for at in range(40)]
    folder = write_results(tmp_path / "results", spans, [found(f"g{at}") for at in range(40)])
    content = (folder / "spans.parquet").read_bytes()
    for place in range(4, len(content), len(content) // 60):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        (folder / "spans.parquet").write_bytes(broken)
        try:
            build(folder)
        except InputError as error:
            assert "spans.parquet" in str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("name", ["text", "n_units", "count_is_capped"])
def test_table_without_a_column_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    table = pq.read_table(folder / "spans.parquet")
    pq.write_table(table.drop_columns([name]), folder / "spans.parquet")
    refused(folder, f"has no column {name}")


def test_column_of_another_type_is_refused(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    table = pq.read_table(folder / "spans.parquet")
    place = table.schema.get_field_index("n_units")
    table = table.set_column(place, "n_units", pa.array(["eleven"]))
    pq.write_table(table, folder / "spans.parquet")
    refused(folder, "is damaged")


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    table = pq.read_table(folder / "spans.parquet")
    place = table.schema.get_field_index("generation_id")
    table = table.set_column(place, "generation_id", pa.array([b"\xff\xfe"]).view(pa.string()))
    pq.write_table(table, folder / "spans.parquet")
    refused(folder, "is damaged")


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "null", "{}", '{"parameters": []}', '{"parameters": {"min_length": 0}}'),
        '{"parameters": {"min_length": "10", "occurrences": 1}}',
        '{"parameters": {"min_length": 10}}',
        "[" * 100_000,
        '{"parameters": {"min_length": 10, "occurrences": 1}, "index": {"x": '
        + '{"x": ' * 900
        + "1"
        + "}" * 902,
    ],
)
def test_run_that_says_too_little_is_refused(tmp_path: Path, content: str) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()])
    (folder / "run.json").write_text(content)
    refused(folder, "run.json")


@pytest.mark.parametrize("name", ["generations", "rows"])
def test_files_of_two_scans_are_refused(tmp_path: Path, name: str) -> None:
    folder = write_results(tmp_path / "results", [span()], [found()], counts={name: 2})
    refused(folder, "has 1 rows, run.json counts 2")


def test_negative_number_of_findings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="findings is -1"):
        build_report(tmp_path, tmp_path / "report.html", findings=-1)
