"""The parts of a scan, merged, are the bytes of one scan."""

from __future__ import annotations

import json
import random
import shutil
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL
from memscan import ScanOptions, merge_results, scan_files
from memscan.batches import in_batches
from memscan.shares import Share, are_files_dealt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import CommandLine
    from memscan import Index, RunSummary

    Write = Callable[[str, Sequence[object]], Path]

TABLES = ("spans.parquet", "generations.parquet", "rejected.jsonl")
TEXTS = (RECITAL, MOBY, "nothing of it", "?!", PRIDE, f"{MOBY} {PRIDE}", f"{PRIDE} {PRIDE}")
RECORDS: list[dict[str, object]] = [
    {"id": f"g{n % 31}", "text": TEXTS[n * n % 7], "n": n} for n in range(53)
]
for _place, _value in ((0, None), (1, 1.5), (2, "two"), (40, [3])):
    RECORDS[_place]["n"] = _value
RECORDS[4]["new"] = True
RECORDS[13]["prompt"] = MOBY
for _bad in (5, 6, 30):
    del RECORDS[_bad]["text"]
OPTIONS = ScanOptions(min_length=3, occurrences=2)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a batch have four records."""
    monkeypatch.setattr("memscan.running.in_batches", partial(in_batches, most_items=4))


def scan(
    index: Index, paths: Sequence[Path], output: Path, share: tuple[int, int] | None = None
) -> RunSummary:
    return scan_files(index, paths, output, options=OPTIONS, max_rejected="100%", share=share)


def scanned_in_parts(index: Index, paths: Sequence[Path], folder: Path, count: int) -> list[Path]:
    """Scan all parts, and return their folders in any order."""
    folders = [folder / f"part-{number}" for number in range(1, count + 1)]
    for number, path in enumerate(folders, 1):
        scan(index, paths, path, (number, count))
    random.Random(count).shuffle(folders)  # noqa: S311 - any order will do
    return folders


def of_several_files(json_lines: Write) -> list[Path]:
    """Write the records into files of about one size, one of them with nothing but a blank line."""
    borders = [0, 5, 9, 14, 18, 22, 27, 31, 35, 40, 44, 49, 53]
    files = [
        json_lines(f"{number:02}.jsonl", RECORDS[start:end])
        for number, (start, end) in enumerate(pairwise(borders))
    ]
    files[3].with_name("03a.jsonl").write_text("\n")
    return sorted([*files, files[3].with_name("03a.jsonl")])


@pytest.mark.parametrize("count", [2, 3, 4, 5])
@pytest.mark.parametrize("files", ["one", "many"])
def test_merged_parts_are_the_bytes_of_one_scan(
    index: Index, json_lines: Write, tmp_path: Path, count: int, files: str
) -> None:
    paths = of_several_files(json_lines) if files == "many" else [json_lines("g.jsonl", RECORDS)]
    whole = scan(index, paths, tmp_path / "whole")
    folders = scanned_in_parts(index, paths, tmp_path, count)
    merged = merge_results(folders, tmp_path / "merged")
    for name in TABLES:
        expected = (tmp_path / "whole" / name).read_bytes()
        assert (tmp_path / "merged" / name).read_bytes() == expected
    assert (merged.counts, merged.corpora, merged.discounts, merged.rejections) == (
        whole.counts,
        whole.corpora,
        whole.discounts,
        whole.rejections,
    )
    runs = [json.loads((tmp_path / name / "run.json").read_text()) for name in ("whole", "merged")]
    for run in runs:
        for name in ("started", "finished", "seconds"):
            del run[name]
    by = json.loads((folders[0] / "run.json").read_text())["share"]["by"]
    assert by == ("files" if files == "many" and count <= 3 else "records")
    assert runs[1].pop("merged")["parts"] == count
    assert runs[0] == runs[1]
    assert not (tmp_path / "merged" / "parts").exists()


@pytest.mark.parametrize("records", [1, 2, 3])
def test_more_parts_than_records(
    index: Index, json_lines: Write, tmp_path: Path, records: int
) -> None:
    path = json_lines("g.jsonl", RECORDS[:records])
    scan(index, [path], tmp_path / "whole")
    folders = scanned_in_parts(index, [path], tmp_path, 3)
    merge_results(folders, tmp_path / "merged")
    for name in TABLES:
        expected = (tmp_path / "whole" / name).read_bytes()
        assert (tmp_path / "merged" / name).read_bytes() == expected


def test_every_record_is_in_one_part(index: Index, json_lines: Write, tmp_path: Path) -> None:
    path = json_lines("g.jsonl", RECORDS)
    folders = scanned_in_parts(index, [path], tmp_path, 3)
    counts = [json.loads((f / "run.json").read_text())["counts"]["generations"] for f in folders]
    assert sorted(counts) == [17, 18, 18]


def test_missing_repeated_and_foreign_parts_are_named(
    index: Index, json_lines: Write, tmp_path: Path
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    first, second, third = sorted(scanned_in_parts(index, [path], tmp_path, 3))
    scan(index, [path], tmp_path / "whole")
    scan(index, [json_lines("other.jsonl", RECORDS)], tmp_path / "other", (3, 3))
    scan(index, [path], tmp_path / "of-two", (2, 2))
    options = ScanOptions(min_length=4, occurrences=2)
    scan_files(index, [path], tmp_path / "longer", options=options, max_rejected=9, share=(3, 3))

    def refused(*folders: Path) -> str:
        with pytest.raises(memscan.InputError) as error:
            merge_results(folders, tmp_path / "merged")
        assert not (tmp_path / "merged").exists()
        return str(error.value)

    assert refused(first, third) == "1 of 3 parts is missing: 2/3"
    assert refused(first, second, first, third).startswith("part 1/3 is given twice: ")
    assert "other.jsonl" in refused(first, second, tmp_path / "other")
    assert "share.of: 3 -> 2" in refused(first, tmp_path / "of-two")
    assert "min_length: 3 -> 4" in refused(first, second, tmp_path / "longer")
    assert "not of a part" in refused(first, second, tmp_path / "whole")
    assert "does not exist" in refused(first, second, tmp_path / "none")
    assert refused() == "no part is given"
    path.write_text(path.read_text().replace("nothing", "NOTHING", 1))
    shutil.rmtree(third)
    scan(index, [path], third, (3, 3))
    assert f"{path} was not the same when" in refused(first, second, third)


def test_damaged_part_is_told(index: Index, json_lines: Write, tmp_path: Path) -> None:
    path = json_lines("g.jsonl", RECORDS)
    folders = scanned_in_parts(index, [path], tmp_path, 2)
    (folders[0] / "parts" / "00000" / "generations.arrow").write_bytes(b"")
    with pytest.raises(memscan.OutputError, match=r"generations\.arrow` is damaged"):
        merge_results(folders, tmp_path / "merged")
    assert not (tmp_path / "merged.partial").exists()


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1/100001"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(memscan.InputError, match="expected i/N"):
        Share.of_text(text)


def test_files_are_dealt_out_where_that_is_fair() -> None:
    assert are_files_dealt([10] * 12, 3)
    assert not are_files_dealt([10] * 11, 3)
    assert not are_files_dealt([1] * 11 + [100], 3)
    assert not are_files_dealt([10] * 12 + [0], 3)
    assert not are_files_dealt([10], 1)


def test_command_line_merges(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", RECORDS[:4])
    for number in (1, 2):
        words = ("scan", index_folder, "g.jsonl", "-o", f"part-{number}", "--part", f"{number}/2")
        scanned = command_line(*words)
        assert scanned.returncode == 0
        assert scanned.stdout.startswith(f"part {number}/2: ")
        assert command_line(*words, "--resume").stdout == scanned.stdout
    done = command_line("merge", "part-2", "part-1", "-o", "results")
    assert (done.returncode, done.stdout[:20]) == (0, "3 of 4 generations (")
    assert "memscan report results" in done.stderr
