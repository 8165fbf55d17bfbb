"""A results folder holds the same bytes however the index is cut, opened and asked."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import memscan
from memscan import Index, ScanOptions, batches, scan_files
from test_agreement_layouts import CORPUS, PROMPTS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import CommandLine

    Write = Callable[[str, Sequence[object]], Path]

SETTINGS = [
    {"mmap": mmap, "use_filter": use_filter, "use_vectors": use_vectors}
    for mmap, use_filter, use_vectors in product([True, False], repeat=3)
]
SHARD_UNITS = {"word": [25, 80, 10_000], "lexeme": [50, 150, 10_000], "byte": [200, 1000, 100_000]}
TABLES = ("spans.parquet", "generations.parquet")


@pytest.fixture
def generations(json_lines: Write) -> Path:
    """Return a file of generations with prompts."""
    pairs = zip(TEXTS, PROMPTS, strict=True)
    records = [{"text": text, "prompt": prompt} for text, prompt in pairs]
    return json_lines("generations.jsonl", records)


def tables_of(
    index: Index, generations: Path, output: Path, threads: int | None = None
) -> list[bytes]:
    options = ScanOptions(min_length=4, occurrences=2, context_chars=6, threads=threads)
    scan_files(index, [generations], output, options=options)
    return [(output / name).read_bytes() for name in TABLES]


@pytest.mark.parametrize("unit", SHARD_UNITS)
def test_tables_do_not_depend_on_settings(tmp_path: Path, generations: Path, unit: str) -> None:
    documents = [(f"d{place}", text) for place, text in enumerate(CORPUS)]
    expected: list[bytes] = []
    shard_counts = set()
    for shard_units in SHARD_UNITS[unit]:
        path = tmp_path / f"{shard_units}.memscan"
        built = Index.build(documents, path, unit=unit, shard_units=shard_units)
        shard_counts.add(len(built.info.shards))
        for number, setting in enumerate(SETTINGS):
            index = Index.open(path, **setting)
            for threads in (1, 2, 16):
                output = tmp_path / f"{shard_units}-{number}-{threads}"
                tables = tables_of(index, generations, output, threads)
                expected = expected or tables
                assert tables == expected, (shard_units, setting, threads)
    assert len(shard_counts) == 3


def test_rows_do_not_depend_on_batches(
    tmp_path: Path, generations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [(f"d{place}", text) for place, text in enumerate(CORPUS)]
    index = Index.build(documents, tmp_path / "index")
    tables_of(index, generations, tmp_path / "at once")
    in_batches = batches.in_batches
    for size in (1, 7, 80):
        monkeypatch.setattr(
            "memscan.running.in_batches",
            lambda items, of, size=size: in_batches(items, of, most_items=size),
        )
        tables_of(index, generations, tmp_path / str(size))
        for name in TABLES:
            at_once = pq.read_table(tmp_path / "at once" / name)
            assert pq.read_table(tmp_path / str(size) / name).equals(at_once), (size, name)


def test_index_read_whole_outlives_its_files(tmp_path: Path) -> None:
    path = tmp_path / "index"
    Index.build([("a", "one two"), ("b", "two")], path)
    index = Index.open(path, mmap=False)
    for file in path.rglob("*.bin"):
        file.write_bytes(b"")
    assert index.count("two") == 2
    assert index.find("one two").occurrences[0].document_text == "one two"
    with pytest.raises(memscan.CorruptIndexError, match="has 0 bytes, expected"):
        Index.open(path)


def test_command_line_reads_or_maps(index_folder: Path, command_line: CommandLine) -> None:
    mapped = command_line("find", str(index_folder), "the")
    read = command_line("find", str(index_folder), "the", "--no-mmap")
    assert read.returncode == 0
    assert read.stdout == mapped.stdout
