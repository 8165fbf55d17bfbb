"""A run repeated from its own run.json: the same tables, or an error that says what differs."""

from __future__ import annotations

import inspect
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import memscan
from conftest import MOBY, PRIDE, RECITAL, CommandLine
from memscan.cli import scan
from memscan.cli.repeat import PARAMETERS

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

NEEDS_NO_RECORD = {
    *("ctx", "output", "run", "fail_on"),  # of the call itself
    *("max_rejected", "resume", "dry_run"),
    *("threads", "no_mmap", "json"),  # the tables do not depend on them
    *("template", "baseline", "index", "prompts"),  # have their own place, with a hash
}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return a folder with an index, a baseline, a template and two files of generations."""
    memscan.Index.build([("pride", PRIDE), ("moby", MOBY)], tmp_path / "books.memscan")
    memscan.Index.build([("idiom", "a single man")], tmp_path / "idioms.memscan")
    (tmp_path / "template.txt").write_text("in possession of a")
    (tmp_path / "runs" / "more").mkdir(parents=True)
    record = {"key": "a", "out": {"words": RECITAL}, "q": "acknowledged", "by": "m"}
    (tmp_path / "runs" / "g.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "runs" / "more" / "h.jsonl").write_text(json.dumps(record | {"key": None}) + "\n")
    command_line = CommandLine(tmp_path)
    fields = ["--text-field", "out.words", "--id-field", "key", "--prompt-field", "q"]
    numbers = ["--min-length", "2", "--min-chars", "5", "--occurrences", "2", "--context", "7"]
    common = ["--template", "template.txt", "--baseline", "idioms.memscan", "--seed", "5"]
    words = [*fields, "--model-field", "by", *numbers, "--examined", "3", *common]
    done = command_line("scan", "books.memscan", "runs", "-o", "out", *words)
    assert done.returncode == 0, done.stderr
    return tmp_path


def repeat(work: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Repeat the run."""
    done = CommandLine(work)("scan", "--from", "out/run.json", "-o", "again", *words)
    assert done.returncode == code, done.stderr
    return done


def run_of(work: Path, name: str = "again") -> dict[str, Any]:
    """Return what a run says of itself."""
    content: dict[str, Any] = json.loads((work / name / "run.json").read_text())
    return content


def test_repeated_run_has_the_same_tables(work: Path) -> None:
    done = repeat(work)
    for table in ("spans.parquet", "generations.parquet"):
        assert (work / "again" / table).read_bytes() == (work / "out" / table).read_bytes()
    same = ("index", "template", "baseline", "parameters", "arguments", "inputs", "counts")
    before, after = run_of(work, "out"), run_of(work)
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert done.stderr.splitlines()[0] == (
        "repeating out/run.json: 2 files, min-length = 2, min-chars = 5, occurrences = 2, "
        "examined = 3, context = 7, seed = 5"
    )


def test_results_folder_names_its_run(work: Path) -> None:
    done = CommandLine(work)("scan", "--from", "out", "-o", "again")
    assert done.returncode == 0
    assert run_of(work)["counts"] == run_of(work, "out")["counts"]


def test_part_of_a_run_is_repeated_where_whole_files_are_dealt_out(work: Path) -> None:
    (work / "many").mkdir()
    for number in range(8):
        (work / "many" / f"{number}.jsonl").write_text(json.dumps({"text": RECITAL}) + "\n")
    command_line = CommandLine(work)
    assert command_line("scan", "books.memscan", "many", "-o", "whole").returncode == 0
    for part in ("1", "2"):
        words = ("--from", "whole", "-o", f"part-{part}", "--part", f"{part}/2")
        done = command_line("scan", *words)
        assert done.returncode == 0, done.stderr
    assert command_line("merge", "part-1", "part-2", "-o", "merged").returncode == 0
    for table in ("spans.parquet", "generations.parquet"):
        assert (work / "merged" / table).read_bytes() == (work / "whole" / table).read_bytes()


def test_command_line_wins_over_the_run(work: Path) -> None:
    repeat(work, "--min-length", "3", "--prompt-field", "out.words", "--text-field", "q")
    parameters, arguments = run_of(work)["parameters"], run_of(work)["arguments"]
    assert (parameters["min_length"], parameters["context_chars"]) == (3, 7)
    assert (arguments["prompt_field"], arguments["text_field"]) == ("out.words", "q")


def test_run_wins_over_settings(work: Path) -> None:
    (work / "memscan.toml").write_text('[scan]\nmin-length = 9\nthreads = 1\nid-field = "q"\n')
    variables = {"MEMSCAN_SCAN_SEED": "6", "MEMSCAN_SCAN_CONTEXT": "6"}
    done = CommandLine(work, {**os.environ, **variables})("scan", "-o", "again", "--from", "out")
    assert done.stderr.startswith("config: memscan.toml (scan.threads = 1)\nrepeating ")
    before, after = run_of(work, "out"), run_of(work)
    assert after["arguments"] == before["arguments"]
    assert after["parameters"] == {**before["parameters"], "threads": 1}


def test_gate_of_the_settings_holds_for_a_repeated_run(work: Path) -> None:
    (work / "memscan.toml").write_text('[scan]\nfail-on = ["longest_match>=2"]\n')
    done = repeat(work, code=1)
    assert "scan.fail-on" in done.stderr.splitlines()[0]


def test_field_that_was_found_by_itself_is_found_again(work: Path) -> None:
    (work / "plain.jsonl").write_text(json.dumps({"text": RECITAL}) + "\n")
    command_line = CommandLine(work)
    command_line("scan", "books.memscan", "plain.jsonl", "-o", "plain")
    (work / "memscan.toml").write_text('[scan]\ntext-field = "none"\n')
    assert command_line("scan", "--from", "plain", "-o", "again").returncode == 0
    assert run_of(work)["arguments"]["text_field"] is None


def test_other_index_is_refused_unless_it_is_named(work: Path) -> None:
    was = run_of(work, "out")["index"]["id"]
    shutil.rmtree(work / "books.memscan")
    memscan.Index.build([("pride", PRIDE)], work / "books.memscan")
    now = memscan.Index.open(work / "books.memscan").info.id
    ids = f"its id is {now[:12]}…, expected {was[:12]}…"
    assert repeat(work, code=4).stderr.splitlines()[1:] == [
        f"error: books.memscan is not the index of out/run.json: {ids}",
        "hint: restore it, or name the index to use",
    ]
    assert not (work / "again").exists()
    repeat(work, "books.memscan")
    assert run_of(work)["index"]["id"] == now


def test_other_baseline_is_refused_unless_it_is_named(work: Path) -> None:
    shutil.rmtree(work / "idioms.memscan")
    memscan.Index.build([("idiom", "another")], work / "idioms.memscan")
    assert "idioms.memscan is not the index of out/run.json" in repeat(work, code=4).stderr
    repeat(work, "--baseline", "idioms.memscan")


def test_other_template_is_refused_unless_it_is_named(work: Path) -> None:
    (work / "template.txt").write_text("in possession of 2")
    lines = repeat(work, code=2).stderr.splitlines()
    assert lines[1].startswith("error: template.txt is not what out/run.json read: SHA-256 ")
    repeat(work, "--template", "template.txt")


@pytest.mark.parametrize("is_as_long", [True, False])
def test_other_input_is_refused_unless_it_is_named(work: Path, *, is_as_long: bool) -> None:
    path = work / "runs" / "g.jsonl"
    content = path.read_text()
    path.write_text(content.replace("said", "SAID") if is_as_long else content + "\n")
    lines = [line for line in repeat(work, code=2).stderr.splitlines() if "detected" not in line]
    marks = "SHA-256 " if is_as_long else f"{len(content) + 1:,} bytes, expected {len(content):,} "
    assert lines[1].startswith(f"error: runs/g.jsonl is not what out/run.json read: {marks}")
    assert not (work / "again").exists()
    repeat(work, "books.memscan", "runs")
    assert run_of(work)["inputs"] != run_of(work, "out")["inputs"]


def test_new_input_is_refused(work: Path) -> None:
    shutil.copy(work / "runs" / "g.jsonl", work / "runs" / "new.jsonl")
    lines = repeat(work, code=2).stderr.splitlines()
    assert "error: runs/new.jsonl was not read by out/run.json: it is new" in lines
    assert not (work / "again").exists()


def test_missing_input_is_refused(work: Path) -> None:
    (work / "runs" / "g.jsonl").unlink()
    assert "error: runs/g.jsonl: No such file or directory" in repeat(work, code=2).stderr


def test_standard_input_must_be_the_same_again(work: Path) -> None:
    command_line = CommandLine(work)
    record = json.dumps({"id": "a", "text": RECITAL}).encode()
    command_line("scan", "books.memscan", "-", "-o", "piped", stdin=record)
    assert command_line("scan", "--from", "piped", "-o", "again", stdin=record).returncode == 0
    other = command_line("scan", "--from", "piped", "-o", "other", stdin=record + b"\n")
    assert other.returncode == 2
    assert "error: - is not what piped/run.json read: SHA-256 " in other.stderr


def test_names_that_are_not_utf8_are_found_again(work: Path) -> None:
    name = os.fsdecode(b"latin \xe9.jsonl")
    shutil.copy(work / "runs" / "g.jsonl", work / name)
    index = os.fsdecode(b"b\xe9.memscan")
    shutil.copytree(work / "books.memscan", work / index)
    command_line = CommandLine(work)
    words = ("-o", "odd", "--text-field", "out.words")
    assert command_line("scan", index, name, *words).returncode == 0
    assert command_line("scan", "--from", "odd", "-o", "again").returncode == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"index": {"path": "books.memscan"}}, "index.id is not a text"),
        ({"inputs": [{"path": 3}]}, "inputs[0].bytes is not a whole number"),
        ({"inputs": {}}, "inputs is not a list"),
        ({"parameters": {"min_length": True}}, "parameters.min_length is not a whole number"),
        ({"arguments": {"generations": "g"}}, "arguments.generations is not a list of texts"),
        ({"arguments": {"generations": ["g"], "id_field": 1}}, "arguments.id_field is not a text"),
        (
            {"arguments": {"generations": ["g"], "x": "1"}},
            "arguments.x is not known to this memscan",
        ),
        ({"arguments": None}, "arguments is not an object"),
    ],
)
def test_damaged_run_is_refused(work: Path, change: dict[str, Any], expected: str) -> None:
    run = {**run_of(work, "out"), **change}
    (work / "out" / "run.json").write_text(json.dumps(run))
    assert repeat(work, code=2).stderr == f"error: out/run.json: {expected}\n"


def test_what_is_no_run_is_refused(work: Path) -> None:
    (work / "out" / "run.json").write_text("[" * 10_000)
    line = "error: out/run.json is not the run.json of a scan\n"
    assert repeat(work, code=2).stderr.startswith(line)
    assert CommandLine(work)("scan", "--from", "none", "-o", "again").returncode == 2


def test_run_of_an_earlier_version_says_what_to_do(work: Path) -> None:
    run = run_of(work, "out")
    del run["arguments"]
    (work / "out" / "run.json").write_text(json.dumps(run))
    assert repeat(work, code=2).stderr.splitlines() == [
        "error: out/run.json does not say how its inputs were given: written by an earlier memscan",
        "hint: repeat its command line",
    ]


def test_run_of_another_version_is_a_warning(work: Path) -> None:
    run = {**run_of(work, "out"), "memscan": "0.0.1"}
    (work / "out" / "run.json").write_text(json.dumps(run))
    line = f"warning: out/run.json was written by memscan 0.0.1; this is {memscan.__version__}"
    assert line in repeat(work).stderr.splitlines()


def test_every_option_of_a_scan_is_recorded_or_known_not_to_matter(work: Path) -> None:
    recorded = {*run_of(work, "out")["arguments"], *PARAMETERS.values()}
    options = set(inspect.signature(scan.scan).parameters)
    assert options == recorded | NEEDS_NO_RECORD
