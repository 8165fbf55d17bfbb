"""Texts that hold reasoning, scanned: what the tables, the run and the command line say of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from conftest import MOBY, PRIDE, RECITAL
from memscan import InputError, scan_files
from memscan.novelty import novelty_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import CommandLine
    from memscan import Index

    Write = Callable[[str, Sequence[object]], Path]

TEXTS = (f"\n<think>{PRIDE}</think>\n\n{RECITAL}", f"<think>{MOBY}", RECITAL)


@pytest.fixture
def path(json_lines: Write) -> Path:
    """Return a file with two texts that hold reasoning, and one without."""
    return json_lines("g.jsonl", [{"id": str(n), "text": text} for n, text in enumerate(TEXTS)])


def test_offsets_are_those_of_the_part(index: Index, path: Path, tmp_path: Path) -> None:
    summary = scan_files(index, [path], tmp_path / "out", part="all")
    spans = pq.read_table(tmp_path / "out" / "spans.parquet").to_pylist()
    own = {
        ("0", "completion"): f"\n\n{RECITAL}",
        ("0", "reasoning"): PRIDE,
        ("1", "reasoning"): MOBY,
        ("2", "completion"): RECITAL,
    }
    assert [(span["generation_id"], span["part"]) for span in spans] == list(own)
    for span in spans:
        text = own[span["generation_id"], span["part"]]
        assert text[span["start"] : span["end"]] == span["text"]
        assert text.encode()[span["byte_start"] : span["byte_end"]].decode() == span["text"]
    assert summary.counts.generations == 4
    assert summary.counts.n_chars == sum(map(len, own.values()))
    assert summary.counts.duplicate_ids == 0


def test_reasoning_is_left_out_of_the_completion(index: Index, path: Path, tmp_path: Path) -> None:
    scan_files(index, [path], tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "generations.parquet").to_pydict()
    assert table["n_chars"] == [len(RECITAL) + 2, 0, len(RECITAL)]
    assert table["status"] == ["ok", "empty", "ok"]
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["inputs"][0]["split"] == {"<think>": 2}
    assert run["inputs"][0]["unanswered"] == 1
    assert run["arguments"]["split_reasoning"] == "found"


def test_texts_are_whole_if_nothing_is_split(index: Index, path: Path, tmp_path: Path) -> None:
    scan_files(index, [path], tmp_path / "out", split_reasoning="never")
    table = pq.read_table(tmp_path / "out" / "generations.parquet").to_pydict()
    assert table["n_chars"] == [len(text) for text in TEXTS]


def test_an_unknown_way_to_split_is_refused(index: Index, path: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no way 'no' to split off reasoning"):
        scan_files(index, [path], tmp_path / "out", split_reasoning="no")  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_novelty_is_that_of_the_part(index: Index, path: Path) -> None:
    units = {
        part: int(novelty_files(index, [path], part=part).curve.runs[0])
        for part in ("completion", "reasoning", "all")
    }
    assert units["all"] == units["completion"] + units["reasoning"]
    never = novelty_files(index, [path], split_reasoning="never")
    assert never.curve.runs[0] == units["all"] + len(("think", "think", "think")), "and the tags"


def test_texts_in_memory_are_scanned_as_they_are(index: Index) -> None:
    [text, *_] = TEXTS
    generations = index.scan([text]).generations.to_pylist()
    assert [(one["n_chars"], one["part"]) for one in generations] == [(len(text), "completion")]


def test_another_way_to_split_is_another_run(
    index_folder: Path, path: Path, command_line: CommandLine, tmp_path: Path
) -> None:
    common = ("scan", index_folder, path, "-o")
    done = command_line(*common, "out", "--split-reasoning", "never")
    assert done.returncode == 0, done.stderr
    assert "split:" not in done.stderr
    done = command_line(*common, "out", "--resume")
    assert done.returncode == 2
    assert "out is of another scan: split_reasoning: never -> found" in done.stderr
    assert command_line("scan", "--from", "out", "-o", "again").returncode == 0
    for table in ("spans.parquet", "generations.parquet"):
        assert (tmp_path / "again" / table).read_bytes() == (tmp_path / "out" / table).read_bytes()
    for number, how in enumerate(("never", "opened"), 1):
        words = ("--part", f"{number}/2", "--split-reasoning", how)
        assert command_line(*common, f"part-{number}", *words).returncode == 0
    done = command_line("merge", "part-1", "part-2", "-o", "merged")
    assert done.returncode == 2
    assert "is not of the same scan as part-1: split_reasoning: never -> opened" in done.stderr


def test_a_run_that_does_not_say_how_it_split_is_repeated_with_the_default(
    index_folder: Path, path: Path, command_line: CommandLine, tmp_path: Path
) -> None:
    assert command_line("scan", index_folder, path, "-o", "out").returncode == 0
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    del run["arguments"]["split_reasoning"]
    (tmp_path / "out" / "run.json").write_text(json.dumps(run))
    done = command_line("scan", "--from", "out", "-o", "again")
    assert done.returncode == 0, done.stderr
    again = json.loads((tmp_path / "again" / "run.json").read_text())
    assert again["arguments"]["split_reasoning"] == "found"


def test_parts_merged_count_the_texts_as_one_scan_does(
    index: Index, path: Path, command_line: CommandLine, tmp_path: Path
) -> None:
    scan_files(index, [path], tmp_path / "whole", part="all")
    for number in (1, 2):
        scan_files(index, [path], tmp_path / f"part-{number}", part="all", share=(number, 2))
    assert command_line("merge", "part-1", "part-2", "-o", "merged").returncode == 0
    for table in ("spans.parquet", "generations.parquet"):
        merged = (tmp_path / "merged" / table).read_bytes()
        assert merged == (tmp_path / "whole" / table).read_bytes()
    inputs = [
        json.loads((tmp_path / name / "run.json").read_text())["inputs"]
        for name in ("whole", "merged")
    ]
    assert inputs[0] == inputs[1]


def test_the_command_line_tells_what_was_split(
    index_folder: Path, path: Path, command_line: CommandLine
) -> None:
    done = command_line("scan", index_folder, path, "-o", "out")
    assert (
        f"split: 2 texts of {path} into reasoning and completion, by <think> (2); 1 without a "
        "completion; scanned: completion (--part reasoning or all for the other)\n"
    ) in done.stderr
    done = command_line("scan", index_folder, path, "-o", "bad", "--split-reasoning", "often")
    assert done.returncode == 2
    assert "'often' is none of found, opened, never" in done.stderr
    done = command_line("novelty", index_folder, path, "--split-reasoning", "opened")
    assert "by <think> (2), <think> assumed (1); 2 without a completion" in done.stderr


def test_a_dry_run_tells_what_would_be_split(
    index_folder: Path, path: Path, command_line: CommandLine
) -> None:
    done = command_line("scan", index_folder, path, "--dry-run")
    lines = done.stdout.splitlines()
    assert lines[2] == "    texts split into reasoning and completion: by <think> (2)"
    assert lines[4].startswith(f"  0, {len(RECITAL) + 2} characters")
    done = command_line("scan", index_folder, path, "--dry-run", "--split-reasoning", "never")
    assert "split" not in done.stdout
