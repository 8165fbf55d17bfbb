"""A scan that was cut short is gone on with, and ends as if nothing had happened."""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import memscan
from conftest import MOBY, PRIDE, RECITAL
from memscan import ScanOptions, scan_files
from memscan.batches import in_batches
from memscan.rejection_limit import RejectionLimit
from memscan.writers.parts import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from memscan import Index

    Write = Callable[[str, Sequence[object]], Path]

TABLES = ("spans.parquet", "generations.parquet", "rejected.jsonl")
TEXTS = (RECITAL, MOBY, "nothing of it", "?!", PRIDE, f"{MOBY} {PRIDE}")
RECORDS: list[dict[str, object]] = [
    {"id": f"g{n % 37}", "text": TEXTS[n % 6], "n": n, **({"prompt": MOBY} if n % 5 == 0 else {})}
    for n in range(60)
]
for _bad in (7, 31, 59):
    del RECORDS[_bad]["text"]
RECORDS[3]["n"] = "no number"
RECORDS[20]["later"] = [1, {"two": 2.5}]

OPTIONS = ScanOptions(min_length=3, occurrences=2)


class StopError(Exception):
    """Cuts a scan short."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a batch have seven records, and be committed at once."""
    monkeypatch.setattr("memscan.running.in_batches", partial(in_batches, most_items=7))
    monkeypatch.setattr("memscan.writers.parts.COMMIT_SECONDS", 0.0)


def stop_after(batches: int, error: type[BaseException] = StopError) -> memscan.progress.Progress:
    """Return what cuts a scan short when so many batches are done."""
    count = 0

    def progress(stage: str, done: int, total: int | None) -> None:
        nonlocal count
        del done, total
        count += stage == "scan"
        if count >= batches:
            raise error

    return progress


def scan(index: Index, paths: Sequence[Path | str], output: Path, **options: object) -> object:
    """Scan files, and allow for rejected records."""
    arguments: dict[str, object] = {"options": OPTIONS, "max_rejected": "10%", **options}
    return scan_files(index, paths, output, **arguments)  # type: ignore[arg-type]


def cut_short(
    index: Index, paths: Sequence[Path | str], output: Path, batches: int = 3, **options: object
) -> None:
    """Scan so many batches, and stop."""
    with pytest.raises(StopError):
        scan(index, paths, output, progress=stop_after(batches), **options)


def tables(output: Path) -> list[bytes]:
    return [(output / name).read_bytes() for name in TABLES]


def run_of(output: Path) -> dict[str, object]:
    """Return ``run.json`` without what may differ."""
    run = json.loads((output / "run.json").read_text())
    for name in ("started", "finished", "seconds"):
        del run[name]
    assert isinstance(run, dict)
    return run


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stops=st.lists(st.integers(1, 4), max_size=4))
def test_resumed_scan_is_that_of_an_uninterrupted_one(
    index: Index, json_lines: Write, tmp_path_factory: pytest.TempPathFactory, stops: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("resumed")
    paths = [json_lines("a.jsonl", RECORDS[:40]), json_lines("b.jsonl", RECORDS[40:])]
    whole = scan(index, paths, folder / "whole")
    for stop in stops:
        try:
            scan(index, paths, folder / "out", resume=True, progress=stop_after(stop))
        except StopError:
            assert not (folder / "out").exists()
    resumed = scan(index, paths, folder / "out", resume=True)
    assert tables(folder / "out") == tables(folder / "whole")
    assert run_of(folder / "out") == run_of(folder / "whole")
    for name in ("counts", "corpora", "rejections", "discounts"):
        assert getattr(resumed, name) == getattr(whole, name)
    assert {path.name for path in folder.iterdir()} == {"out", "whole"}


def test_nothing_is_scanned_twice(index: Index, json_lines: Write, tmp_path: Path) -> None:
    path = json_lines("g.jsonl", RECORDS)
    cut_short(index, [path], tmp_path / "out", batches=5)
    seen: list[str] = []
    scan(
        index,
        [path],
        tmp_path / "out",
        resume=True,
        progress=lambda stage, done, total: seen.append(stage),  # noqa: ARG005 - as it is called
    )
    assert seen == ["resume"] * 5 + ["scan"] * 4


def test_batch_that_was_half_kept_does_not_count(
    index: Index, json_lines: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    scan(index, [path], tmp_path / "whole")
    cut_short(index, [path], tmp_path / "out", batches=2)
    for torn in ("spans.arrow", "generations.arrow"):
        with (tmp_path / "out.partial" / "parts" / "00000" / torn).open("ab") as file:
            file.write(b"\xff\xff\xff\xff\x10")
    monkeypatch.setattr(Part, "commit", lambda *_: (_ for _ in ()).throw(StopError))
    with pytest.raises(StopError):
        scan(index, [path], tmp_path / "out", resume=True)
    monkeypatch.undo()
    scan(index, [path], tmp_path / "out", resume=True)
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


@pytest.mark.parametrize("is_gzip", [False, True])
def test_standard_input_is_resumed_if_it_is_fed_again(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_gzip: bool
) -> None:
    data = "\n".join(map(json.dumps, RECORDS)).encode()
    data = gzip.compress(data) if is_gzip else data

    def feed(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    feed(data)
    scan(index, ["-"], tmp_path / "whole")
    feed(data)
    cut_short(index, ["-"], tmp_path / "out")
    feed(data.replace(b"g3", b"g4") if not is_gzip else gzip.compress(b'{"text": "x"}\n' * 60))
    with pytest.raises(memscan.InputError, match="stdin is not what it was"):
        scan(index, ["-"], tmp_path / "out", resume=True)
    feed(data)
    scan(index, ["-"], tmp_path / "out", resume=True)
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        ({"options": ScanOptions(min_length=4, occurrences=2)}, "min_length: 3 -> 4"),
        ({"options": ScanOptions(min_length=3, seed=9)}, "occurrences: 2 -> 1; seed: 0 -> 9"),
        ({"id_field": "n"}, "id_field: none -> n"),
        ({"share": (1, 2)}, "share.number: none -> 1"),
        ({"template": __file__}, "template: none -> "),
    ],
)
def test_other_parameters_are_refused_with_the_difference(
    index: Index,
    json_lines: Write,
    tmp_path: Path,
    options: dict[str, object],
    difference: str,
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    cut_short(index, [path], tmp_path / "out")
    with pytest.raises(memscan.InputError) as error:
        scan(index, [path], tmp_path / "out", resume=True, **options)
    assert difference in str(error.value)
    scan(index, [path], tmp_path / "out", resume=True)


def test_other_threads_go_on(index: Index, json_lines: Write, tmp_path: Path) -> None:
    path = json_lines("g.jsonl", RECORDS)
    cut_short(index, [path], tmp_path / "out")
    options = ScanOptions(min_length=3, occurrences=2, threads=1)
    scan(index, [path], tmp_path / "out", resume=True, options=options)


def test_other_index_is_refused(index: Index, json_lines: Write, tmp_path: Path) -> None:
    path = json_lines("g.jsonl", RECORDS)
    cut_short(index, [path], tmp_path / "out")
    other = memscan.Index.build([("a", PRIDE)], tmp_path / "other.memscan")
    with pytest.raises(memscan.InputError, match=f"index: {index.info.id} -> {other.info.id}"):
        scan(other, [path], tmp_path / "out", resume=True)


def test_changed_inputs_are_refused_and_named(
    index: Index, json_lines: Write, tmp_path: Path
) -> None:
    paths = [json_lines("a.jsonl", RECORDS[:20]), json_lines("b.jsonl", RECORDS[20:])]
    original = [path.read_bytes() for path in paths]
    cut_short(index, paths, tmp_path / "out", batches=4)

    def refused(*given: Path) -> str:
        with pytest.raises(memscan.InputError) as error:
            scan(index, given, tmp_path / "out", resume=True)
        assert error.value.hint
        return str(error.value)

    size = len(original[1])
    assert "input 2: " in refused(paths[0])
    assert f"input 3: none -> {tmp_path}/c.jsonl" in refused(*paths, json_lines("c.jsonl", RECORDS))
    paths[1].write_bytes(original[1] + b"\n")
    assert f"size of {paths[1]}: {size} -> {size + 1}" in refused(*paths)
    paths[1].write_bytes(original[1])
    for changed in (0, 1):
        content = original[changed]
        paths[changed].write_bytes(content.replace(b"nothing", b"NOTHING", 1))
        assert f"{paths[changed]} is not what it was" in refused(*paths)
        paths[changed].write_bytes(content)
    scan(index, paths, tmp_path / "out", resume=True)


def test_input_with_fewer_records_is_refused(
    index: Index, json_lines: Write, tmp_path: Path
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    cut_short(index, [path], tmp_path / "out", batches=4)
    path.write_text(json.dumps({"text": "x" * (path.stat().st_size - 13)}) + "\n")
    with pytest.raises(memscan.InputError, match="1 records, and 28 were read of it before"):
        scan(index, [path], tmp_path / "out", resume=True)


def test_unfinished_scan_is_not_overwritten(
    index: Index, json_lines: Write, tmp_path: Path
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    cut_short(index, [path], tmp_path / "out")
    with pytest.raises(memscan.OutputError, match=r"out\.partial holds an unfinished scan"):
        scan(index, [path], tmp_path / "out")
    scan(index, [path], tmp_path / "out", resume=True)


def test_complete_scan_is_said_to_be_complete(
    index: Index, json_lines: Write, tmp_path: Path
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    notes: list[str] = []
    first = scan(index, [path], tmp_path / "out", resume=True)
    run = tmp_path / "out" / "run.json"
    before = run.stat().st_ino, run.stat().st_mtime_ns
    again = scan(index, [path], tmp_path / "out", resume=True, on_detect=notes.append)
    assert again == first
    assert notes == [f"{tmp_path}/out is complete already"]
    assert (run.stat().st_ino, run.stat().st_mtime_ns) == before
    with pytest.raises(memscan.InputError, match="min_length: 3 -> 5"):
        scan(index, [path], tmp_path / "out", resume=True, options=ScanOptions(min_length=5))


@pytest.mark.parametrize("name", ["job.json", "00000/checkpoint.json", "00000/spans.arrow"])
def test_damaged_rest_is_told(index: Index, json_lines: Write, tmp_path: Path, name: str) -> None:
    path = json_lines("g.jsonl", RECORDS)
    cut_short(index, [path], tmp_path / "out")
    damaged = tmp_path / "out.partial" / "parts" / name
    for content in (b"", b"[]", damaged.read_bytes()[:-900]):
        damaged.write_bytes(content)
        with pytest.raises(memscan.MemscanError, match="damaged") as error:
            scan(index, [path], tmp_path / "out", resume=True)
        assert error.value.hint


def test_metadata_come_back_as_they_were(index: Index, tmp_path: Path) -> None:
    numbers = [1, 1.0, -0.0, 2**63, 1e400, True, None, "1", [1.0], {"b": 1, "a": None}]
    lines = [{"text": MOBY, "x": number} for number in numbers]
    path = tmp_path / "g.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)).replace("Infinity", "1e400"))
    scan(index, [path], tmp_path / "whole", max_rejected=3)
    cut_short(index, [path], tmp_path / "out", batches=1, max_rejected=3)
    scan(index, [path], tmp_path / "out", resume=True, max_rejected=3)
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")


def test_too_many_rejected_records_are_an_error_and_nothing_is_lost(
    index: Index, json_lines: Write, tmp_path: Path
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    with pytest.raises(memscan.InputError, match=r"^3 of 60 records were rejected, more") as error:
        scan(index, [path], tmp_path / "out", max_rejected="4%")
    assert "g.jsonl:8: the text is missing" in str(error.value)
    assert "--max-rejected" in (error.value.hint or "")
    assert "--resume" in (error.value.hint or "")
    rejected = (tmp_path / "out.partial" / "rejected.jsonl").read_text().splitlines()
    assert json.loads(rejected[0]) == {
        "generation_id": "g7",
        "file": str(path),
        "line": 8,
        "reason": "the text is missing or null",
    }
    seen: list[str] = []
    scan(
        index,
        [path],
        tmp_path / "out",
        max_rejected="5%",
        resume=True,
        progress=lambda stage, done, total: seen.append(stage),  # noqa: ARG005 - as it is called
    )
    assert "scan" not in seen
    assert len((tmp_path / "out" / "rejected.jsonl").read_text().splitlines()) == 3


def test_interrupt_says_what_is_kept(index: Index, json_lines: Write, tmp_path: Path) -> None:
    path = json_lines("g.jsonl", RECORDS)
    with pytest.raises(KeyboardInterrupt) as interrupt:
        scan(index, [path], tmp_path / "out", progress=stop_after(2, KeyboardInterrupt))
    [note] = interrupt.value.__notes__
    assert note.startswith(f"14 records are done and kept in {tmp_path}/out.partial")
    assert index.count("ishmael") == 1


@pytest.mark.parametrize(
    ("text", "rejected", "records", "is_passed"),
    [
        ("1%", 1, 100, False),
        ("1%", 2, 100, True),
        ("0.05", 5, 100, False),
        (0.05, 6, 100, True),
        ("100", 100, 100, False),
        (2, 3, 10**6, True),
        ("0", 1, 10**6, True),
        ("100%", 5, 5, False),
        ("1.0", 5, 5, False),
    ],
)
def test_limit_is_a_share_or_a_number(
    text: str | float, rejected: int, records: int, *, is_passed: bool
) -> None:
    assert RejectionLimit.of(text).is_passed(rejected, records) == is_passed


@pytest.mark.parametrize("text", ["", "%", "101%", "-1", "1.5", "nan", "many", "5 %%", math.nan])
def test_what_is_no_limit_is_refused(text: str | float) -> None:
    with pytest.raises(memscan.InputError, match="limit of rejected records"):
        RejectionLimit.of(text)


def test_run_is_stopped_early_only_where_it_is_lost() -> None:
    limit = RejectionLimit.of("1%")
    assert not limit.is_lost(5_000, 9_999, share_read=1)
    assert not limit.is_lost(900, 50_000, share_read=0.5)
    assert limit.is_lost(1_001, 50_000, share_read=0.5)
    assert not limit.is_lost(50_000, 50_000, share_read=0)
    assert RejectionLimit.of(3).is_lost(4, 4, share_read=0)


def test_second_scan_of_the_same_output_is_refused(
    index: Index, json_lines: Write, tmp_path: Path
) -> None:
    path = json_lines("g.jsonl", RECORDS)
    refused: list[str] = []

    def begin_another(*_: object) -> None:
        with pytest.raises(memscan.OutputError) as error:
            scan(index, [path], tmp_path / "out", resume=True)
        refused.append(str(error.value))

    scan(index, [path], tmp_path / "out", progress=begin_another)
    assert set(refused) == {f"another scan is writing to {tmp_path}/out.partial"}
