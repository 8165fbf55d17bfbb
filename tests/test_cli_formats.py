"""The command line reads what people have, says what it found, and does as it is told."""

import csv
import gzip
import io
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import PRIDE, RECITAL, CommandLine

DATASETS = Path(__file__).parent / "samples" / "datasets"


def build(command_line: CommandLine, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return command_line("index", "build", *words, "-o", "books.memscan")


@pytest.fixture
def folder(command_line: CommandLine) -> Path:
    (command_line.folder / "c.jsonl").write_text(json.dumps({"id": "pride", "text": PRIDE}))
    assert build(command_line, "c.jsonl").returncode == 0
    return command_line.folder


def test_parquet_is_a_corpus_and_holds_generations(command_line: CommandLine) -> None:
    folder = command_line.folder
    pq.write_table(pa.table({"id": ["pride"], "text": [PRIDE]}), folder / "corpus.parquet")
    built = build(command_line, "corpus.parquet")
    assert built.returncode == 0
    assert "detected: corpus.parquet is Parquet, text = text, id = id" in built.stderr
    pq.write_table(pa.table({"output": [RECITAL, None]}), folder / "out.parquet")
    scanned = command_line(
        "scan", "books.memscan", "out.parquet", "-o", "results", "--max-rejected", "1"
    )
    assert scanned.returncode == 3
    assert "detected: out.parquet is Parquet, text = output, id = file:row" in scanned.stderr
    assert "1 of 1 generation (100.0 %)" in scanned.stdout
    [about] = json.loads((folder / "results/run.json").read_bytes())["inputs"]
    assert about["bytes"] == (folder / "out.parquet").stat().st_size
    assert about["detected"]["format"] == "Parquet"
    assert len(about["sha256"]) == 64


def test_a_saved_dataset_is_a_corpus(command_line: CommandLine) -> None:
    built = build(command_line, DATASETS / "splits")
    assert built.returncode == 0
    assert "split = train" in built.stderr
    assert "built books.memscan: 4 documents" in built.stdout


def test_a_json_array_comes_through_standard_input(command_line: CommandLine, folder: Path) -> None:
    data = json.dumps([{"text": RECITAL}], indent=2).encode()
    scanned = command_line("scan", "books.memscan", "-", "-o", "results", stdin=data)
    assert scanned.returncode == 0
    assert "detected: stdin is JSON array, text = text, id = file:element" in scanned.stderr
    assert (folder / "results").is_dir()


def test_documents_that_are_skipped_are_told_and_exit_3(command_line: CommandLine) -> None:
    (command_line.folder / "c.jsonl").write_bytes(
        json.dumps({"text": PRIDE}).encode() + b'\n{"text": "caf\xe9"}\n'
    )
    failed = build(command_line, "c.jsonl")
    assert failed.returncode == 2
    assert "c.jsonl:2: the line is not UTF-8" in failed.stderr
    skipped = build(command_line, "c.jsonl", "--on-error", "skip")
    assert skipped.returncode == 3
    assert "skipped: c.jsonl:2: the line is not UTF-8" in skipped.stderr
    assert "warning: 1 document skipped, not in the index" in skipped.stderr
    assert "built books.memscan: 1 document," in skipped.stdout


def test_documents_that_are_skipped_exit_3_with_json_too(command_line: CommandLine) -> None:
    lines = json.dumps({"text": PRIDE}) + "\n[]\n"
    (command_line.folder / "c.jsonl").write_text(lines)
    done = build(command_line, "c.jsonl", "--on-error", "skip", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["documents"] == 1
    assert "warning: 1 document skipped, not in the index\n" in done.stderr


def test_replacing_is_told_in_the_run(command_line: CommandLine, folder: Path) -> None:
    (folder / "g.jsonl").write_bytes(b'{"text": "a"}\n{"text": "caf\xe9"}\n{"text": "\\ud800"}\n')
    words = ("scan", "books.memscan", "g.jsonl", "--max-rejected", "9", "-o")
    assert command_line(*words, "skipped").returncode == 3
    assert command_line(*words, "replaced", "--on-error", "replace").returncode == 0
    [about] = json.loads((folder / "replaced/run.json").read_bytes())["inputs"]
    assert about["replaced"] == 2
    failed = command_line(*words, "failed", "--on-error", "fail")
    assert failed.returncode == 2
    assert "g.jsonl:2: the line is not UTF-8" in failed.stderr
    assert not (folder / "failed").exists()


def test_a_format_may_be_chosen(command_line: CommandLine, folder: Path) -> None:
    (folder / "g.json").write_text(json.dumps({"text": RECITAL}))
    scanned = command_line("scan", "books.memscan", "g.json", "-o", "r", "--format", "text")
    assert scanned.returncode == 0
    assert "detected: g.json is text, id = file name" in scanned.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "csv"), "'csv' is no format"),
        (("--on-error", "ignore"), "'ignore' is none of fail, skip, replace"),
    ],
)
def test_wrong_choices_exit_2(
    command_line: CommandLine, folder: Path, words: tuple[str, ...], message: str
) -> None:
    done = command_line("scan", "books.memscan", folder / "c.jsonl", "-o", "r", *words)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize("stored", [b"PAR1", b"PAR1\x15\x04 and no footer"])
def test_a_damaged_parquet_file_exits_2_with_its_name(
    command_line: CommandLine, folder: Path, stored: bytes
) -> None:
    (folder / "g.parquet").write_bytes(stored)
    done = command_line("scan", "books.memscan", "g.parquet", "-o", "r")
    assert done.returncode == 2
    assert "error: g.parquet " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "r").exists()


def test_closed_standard_input_exits_2(command_line: CommandLine, folder: Path) -> None:
    words = command_line.words("scan", "books.memscan", "-", "-o", "r")
    closed = ["sh", "-c", 'exec "$@" <&-', "sh", *words]
    done = subprocess.run(closed, cwd=folder, capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 2
    assert b"error: standard input is closed" in done.stderr


def test_reading_json_imports_no_other_format() -> None:
    heavy = {"pyarrow.parquet", "pypdf"}
    program = f"import sys, memscan.readers;sys.exit(bool({heavy!r} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603


def table(delimiter: str) -> bytes:
    """Return a table of two records; the text of one has quotes and a line end."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["id", "text"], ["a", f'"{PRIDE}"\r\n'], ["b", RECITAL]])
    return text.getvalue().encode()


@pytest.mark.parametrize("name", ["x.csv", "X.CSV", "x.tsv", "x.csv.gz", "it's a.tsv.gz"])
def test_separated_values_are_refused_with_a_line_that_makes_them_parquet(
    command_line: CommandLine, folder: Path, name: str
) -> None:
    content = table("\t" if "tsv" in name else ",")
    (folder / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    built = command_line("index", "build", name, "-o", "two.memscan")
    scanned = command_line("scan", "books.memscan", name, "-o", "results")
    for done in (built, scanned):
        assert done.returncode == 2
        assert f"error: {name} is a table (" in done.stderr
        assert "--format text" in done.stderr
    assert not (folder / "two.memscan").exists()
    hint = scanned.stderr.split("make it Parquet: ")[1].split("; or read the whole")[0]
    _, *words = shlex.split(hint)
    subprocess.run([sys.executable, *words], cwd=folder, check=True)  # noqa: S603 - our own hint
    scanned = command_line("scan", "books.memscan", words[-1], "-o", "results")
    assert "2 of 2 generations (100.0 %)" in scanned.stdout, scanned.stderr


def test_separated_values_are_one_text_if_they_are_said_to_be(
    command_line: CommandLine, folder: Path
) -> None:
    (folder / "x.csv").write_bytes(table(","))
    scanned = command_line("scan", "books.memscan", "x.csv", "-o", "results", "--format", "text")
    assert "1 of 1 generation (100.0 %)" in scanned.stdout
    assert build(command_line, "x.csv", "--format", "text", "--overwrite").returncode == 0


def test_separated_values_are_no_format(command_line: CommandLine, folder: Path) -> None:
    (folder / "x.csv").write_bytes(table(","))
    for name in ("csv", "tsv"):
        scanned = command_line("scan", "books.memscan", "x.csv", "-o", "results", "--format", name)
        assert scanned.returncode == 2
        assert f"error: {name!r} is no format\nhint: make it Parquet: " in scanned.stderr
