"""A dry run says what a scan would be, and writes nothing."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL
from memscan.estimating import estimate_scan
from memscan.readers.prompts import Prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import CommandLine
    from memscan import Index

    Write = Callable[[str, Sequence[object]], Path]


def test_it_shows_what_was_detected_and_three_records(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    records = [
        {"id": "a\x1b", "text": f"{RECITAL}\r\x1b[2J", "model": "m", "prompt": PRIDE},
        {"id": "b"},
        *({"id": f"c{n}", "text": MOBY * 5} for n in range(4)),
    ]
    json_lines("g.jsonl", records)
    (command_line.folder / "note.txt").write_text(MOBY)
    before = sorted(command_line.folder.rglob("*"))
    done = command_line("scan", index_folder, "g.jsonl", "note.txt", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("would scan 2 files, ")
    assert lines[1:3] == [
        "  g.jsonl: JSON lines, text = text, id = id, prompt = prompt, model = model",
        "  note.txt: text, id = file name",
    ]
    assert lines[4].startswith(r"  a\x1b by m, ")
    assert lines[5] == f"    prompt: {PRIDE[:100]} ..."
    assert lines[6] == rf"    text: {RECITAL}\r\x1b[2J"
    assert lines[7] == "  rejected: g.jsonl:2: the text is missing or null"
    assert lines[8].startswith("  c0, ")
    assert lines[10].startswith("time: about ")
    assert "1 of them would be rejected" in lines[10]
    assert lines[11].startswith("memory: about ")
    assert lines[12].startswith("disk: about ")
    assert sorted(command_line.folder.rglob("*")) == before


def test_it_prints_json(command_line: CommandLine, index_folder: Path, json_lines: Write) -> None:
    json_lines("g.jsonl", [{"id": "a", "text": RECITAL}])
    done = command_line("scan", index_folder, "g.jsonl", "--dry-run", "--json")
    content = json.loads(done.stdout)
    assert (content["files"], content["sampled_records"], content["expected_records"]) == (1, 1, 1)
    assert content["records"][0]["text"] == RECITAL
    assert content["sampled"][0]["detected"]["text"] == "text"


def test_output_is_needed_only_for_a_scan(
    command_line: CommandLine, index_folder: Path, json_lines: Write
) -> None:
    json_lines("g.jsonl", [{"id": "a", "text": RECITAL}])
    done = command_line("scan", index_folder, "g.jsonl")
    assert done.returncode == 2
    assert "--output" in done.stderr


@pytest.mark.parametrize("is_gzip", [False, True])
def test_number_of_records_is_about_right(index: Index, tmp_path: Path, *, is_gzip: bool) -> None:
    lines = [
        json.dumps({"id": str(n), "text": f"{n * n} {RECITAL[n % 50 :]} {n}", "note": "x" * 40})
        for n in range(100_000)
    ]
    data = "\n".join(lines).encode()
    path = tmp_path / ("g.jsonl.gz" if is_gzip else "g.jsonl")
    path.write_bytes(gzip.compress(data, 1) if is_gzip else data)
    estimate = estimate_scan(index, [path])
    assert estimate.sampled_records < 100_000
    assert estimate.expected_records == pytest.approx(100_000, rel=0.2)
    assert estimate.bytes == path.stat().st_size


def test_many_files_are_sampled(index: Index, tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:02}.txt").write_text(RECITAL)
    estimate = estimate_scan(index, [tmp_path])
    assert (estimate.files, len(estimate.sampled), len(estimate.records)) == (50, 8, 3)
    assert estimate.expected_records == 50


def test_standard_input_and_empty_files_are_refused(index: Index, tmp_path: Path) -> None:
    with pytest.raises(memscan.InputError, match="standard input"):
        estimate_scan(index, ["-"])
    (tmp_path / "g.jsonl").touch()
    with pytest.raises(memscan.InputError, match="no record"):
        estimate_scan(index, [tmp_path / "g.jsonl"])


def test_it_looks_into_the_files_that_a_scan_reads_and_reads_prompts_once(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    for name in ("state.json", "dataset_info.json"):
        (folder / name).write_text("{}")
    rows = pa.table({"id": ["a", "b"], "text": [RECITAL, MOBY]})
    names = [f"data-0000{number}-of-00002.arrow" for number in range(2)]
    for name in names:
        with pa.ipc.new_stream(str(folder / name), rows.schema) as stream:
            stream.write_table(rows)
    state = {"_data_files": [{"filename": name} for name in names], "_split": "test"}
    (folder / "state.json").write_text(json.dumps(state))
    (tmp_path / "prompts.jsonl").write_text(json.dumps({"id": "a", "prompt": "Recite."}))
    reads: list[Prompts] = []
    read = Prompts._read  # noqa: SLF001 - how often it is called is what is tested

    def counted(prompts: Prompts) -> dict[str, str]:
        reads.append(prompts)
        return read(prompts)

    monkeypatch.setattr(Prompts, "_read", counted)
    estimate = estimate_scan(index, [folder], prompts=tmp_path / "prompts.jsonl")
    assert [file.path.name for file in estimate.sampled] == names
    assert (estimate.sampled_records, estimate.rejected, len(reads)) == (4, 0, 1)
