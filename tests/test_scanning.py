"""Scanning files: what is written, what is counted, and what happens when something goes wrong."""

from __future__ import annotations

import hashlib
import json
import threading
from functools import partial
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL
from memscan import ScanOptions, scan_files
from memscan.batches import in_batches, read_ahead
from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from memscan import Index

    Write = Callable[[str, Sequence[object]], Path]

RECORDS = [
    {"id": "a", "text": RECITAL, "model": "m", "prompt": PRIDE, "year": 2026},
    {"id": "b", "text": "?!", "year": 2027},
    {"id": "c"},
    {"id": "a", "text": "nothing of it", "year": "unknown"},
]


def scanned(index: Index, path: Path, output: Path) -> dict[str, list[object]]:
    """Scan one file, and return the columns of its generations."""
    scan_files(index, [path], output, max_rejected="30%")
    columns = pq.read_table(output / "generations.parquet").to_pydict()
    assert isinstance(columns, dict)
    return columns


def test_results_have_four_files(index: Index, tmp_path: Path, json_lines: Write) -> None:
    output = tmp_path / "out"
    scan_files(index, [json_lines("g.jsonl", RECORDS)], output, max_rejected="30%")
    names = sorted(path.name for path in output.iterdir())
    assert names == ["generations.parquet", "rejected.jsonl", "run.json", "spans.parquet"]


def test_every_record_has_its_row_in_order(index: Index, tmp_path: Path, json_lines: Write) -> None:
    table = scanned(index, json_lines("g.jsonl", RECORDS), tmp_path / "out")
    assert table["generation_id"] == ["a", "b", "c", "a"]
    assert table["model"] == ["m", None, None, None]
    assert table["status"] == ["ok", "empty", "rejected", "ok"]
    assert table["n_units"] == [17, 0, None, 3]
    assert table["n_spans"] == [1, 0, None, 0]
    assert [error is None for error in table["error"]] == [True, True, False, True]
    assert "g.jsonl:3" in str(table["error"][2])
    assert table["year"] == ["2026", "2027", None, '"unknown"']


def test_tables_have_the_fixed_columns_first(
    index: Index, tmp_path: Path, json_lines: Write
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    scan_files(index, [path], tmp_path / "out", max_rejected="30%")
    assert pq.read_schema(tmp_path / "out" / "spans.parquet").equals(SPANS_SCHEMA)
    fields = list(pq.read_schema(tmp_path / "out" / "generations.parquet"))
    assert fields[: len(GENERATIONS_SCHEMA)] == list(GENERATIONS_SCHEMA)


def test_files_say_the_same_as_the_api(index: Index, tmp_path: Path, json_lines: Write) -> None:
    texts = [RECITAL, "", MOBY, "nothing"]
    path = json_lines("g.jsonl", [{"id": str(n), "text": text} for n, text in enumerate(texts)])
    scan_files(index, [path], tmp_path / "out", options=ScanOptions(min_length=3))
    result = index.scan(texts, min_length=3)
    assert pq.read_table(tmp_path / "out" / "spans.parquet").equals(result.spans)
    generations = pq.read_table(tmp_path / "out" / "generations.parquet")
    assert generations.select(GENERATIONS_SCHEMA.names).equals(result.generations)


def test_tables_are_the_same_bytes_at_any_batch_and_thread_count(
    index: Index, tmp_path: Path, json_lines: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = json_lines("g.jsonl", RECORDS * 5)
    contents = set()
    for most_items, threads in ((8192, None), (1, 1), (3, 2)):
        batches = partial(in_batches, most_items=most_items)
        monkeypatch.setattr("memscan.running.in_batches", batches)
        output = tmp_path / str(most_items)
        options = ScanOptions(threads=threads)
        scan_files(index, [path], output, options=options, max_rejected="30%")
        tables = ("spans.parquet", "generations.parquet")
        contents.add(tuple((output / name).read_bytes() for name in tables))
    assert len(contents) == 1


def test_run_says_how_to_repeat_it(index: Index, tmp_path: Path, json_lines: Write) -> None:
    path = json_lines("g.jsonl", RECORDS)
    options = ScanOptions(occurrences=20, threads=1)
    scan_files(index, [path], tmp_path / "out", options=options, max_rejected="30%")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["memscan"] == memscan.__version__
    assert run["index"]["id"] == index.info.id
    assert run["index"]["path"] == str(index.path)
    assert run["parameters"] == {
        "min_length": 10,
        "min_chars": 0,
        "occurrences": 20,
        "occurrences_examined": 20,
        "context_chars": 200,
        "seed": 0,
        "threads": 1,
    }
    (file,) = run["inputs"]
    assert file["path"] == str(path)
    assert file["bytes"] == path.stat().st_size
    assert file["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (file["records"], file["rejected"]) == (4, 1)
    assert run["started"] < run["finished"]
    assert run["started"].endswith("+00:00")


def test_run_counts_what_the_tables_hold(index: Index, tmp_path: Path, json_lines: Write) -> None:
    path = json_lines("g.jsonl", RECORDS)
    summary = scan_files(index, [path], tmp_path / "out", max_rejected="30%")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["counts"] == {
        "generations": 4,
        "ok": 2,
        "empty": 1,
        "refused": 0,
        "truncated": 0,
        "rejected": 1,
        "outcomes": {},
        "duplicate_ids": 1,
        "with_span": 1,
        "spans": 1,
        "rows": 1,
        "n_units": 20,
        "covered_units": 14,
        "n_chars": len(RECITAL) + 2 + len("nothing of it"),
        "covered_chars": len("it is a truth universally acknowledged that a single man in ")
        + len("possession of a"),
        "longest_match": 14,
        "covered_chars_exact": 0,
        "covered_chars_whitespace": 0,
        "covered_chars_typography": 0,
        "with_span_discounted": 0,
        "covered_units_discounted": 0,
        "covered_chars_discounted": 0,
    }
    assert summary.counts.spans == 1
    assert [rejection.id for rejection in summary.rejections] == ["c"]


def test_several_files_are_one_run(index: Index, tmp_path: Path, json_lines: Write) -> None:
    paths = [json_lines(name, RECORDS[:1]) for name in ("a.jsonl", "b.jsonl")]
    summary = scan_files(index, paths, tmp_path / "out")
    assert (summary.counts.generations, summary.counts.duplicate_ids) == (2, 1)


def test_progress_ends_at_the_size_of_the_input(
    index: Index, tmp_path: Path, json_lines: Write
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    seen: list[tuple[str, int, int | None]] = []
    scan_files(
        index,
        [path],
        tmp_path / "out",
        max_rejected="30%",
        progress=lambda stage, done, total: seen.append((stage, done, total)),
    )
    assert seen[-1] == ("scan", path.stat().st_size, path.stat().st_size)


def test_existing_output_is_kept(index: Index, tmp_path: Path, json_lines: Write) -> None:
    path = json_lines("g.jsonl", RECORDS)
    (tmp_path / "out").mkdir()
    with pytest.raises(memscan.OutputError, match="exists already"):
        scan_files(index, [path], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_input_without_records_is_told(index: Index, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(memscan.InputError):
        scan_files(index, [tmp_path / "empty.jsonl"], tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.jsonl"]


def test_error_of_the_reader_leaves_nothing(index: Index, tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00cut")
    with pytest.raises(memscan.InputError, match=r"cut\.jsonl\.gz"):
        scan_files(index, [tmp_path / "cut.jsonl.gz"], tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["cut.jsonl.gz"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_early_error_leaves_nothing_and_an_index_that_works(
    index: Index, tmp_path: Path, json_lines: Write, error: type[BaseException]
) -> None:
    path = json_lines("g.jsonl", RECORDS)

    def stop(stage: str, done: int, total: int | None) -> None:
        del stage, done, total
        raise error

    with pytest.raises(error):
        scan_files(index, [path], tmp_path / "out", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["g.jsonl"]
    assert index.count("ishmael") == 1


def test_items_come_in_batches_of_bounded_size() -> None:
    batches = list(in_batches("aaabbbbbbc", lambda _: 2, largest_size=4, most_items=3))
    assert ["".join(batch) for batch in batches] == ["aa", "ab", "bb", "bb", "bc"]
    assert [len(batch) for batch in in_batches(range(7), lambda _: 0, most_items=3)] == [3, 3, 1]
    assert list(in_batches([], len)) == []


def test_reader_is_only_a_little_ahead() -> None:
    produced = 0

    def numbers() -> Generator[int]:
        nonlocal produced
        for number in range(1000):
            produced += 1
            yield number

    with read_ahead(numbers(), most_ahead=2) as items:
        assert next(items) == 0
        assert produced <= 5
    assert produced < 10


def test_reader_is_closed_when_its_caller_stops() -> None:
    closed = threading.Event()

    def endless() -> Generator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    with read_ahead(endless()) as items:
        assert next(items) == 1
    assert closed.wait(timeout=10)


def test_error_of_the_reader_comes_after_its_last_item() -> None:
    def two() -> Generator[int]:
        yield 1
        yield 2
        raise ValueError("broken")

    with read_ahead(two()) as items:
        assert [next(items), next(items)] == [1, 2]
        with pytest.raises(ValueError, match="broken"):
            next(items)
