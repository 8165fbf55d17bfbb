"""What of a match is no evidence: echoes of the prompt, of a template, of a baseline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import memscan
from memscan import Index, ScanOptions, scan_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from conftest import CommandLine

    Write = Callable[[str, Sequence[object]], Path]

PASSAGE = "one two three four five six seven eight nine ten"
TEXT = f"he said {PASSAGE} and then one two three four five"


@pytest.fixture
def corpus(tmp_path: Path) -> Index:
    return Index.build([("a", f"{PASSAGE} eleven")], tmp_path / "corpus.memscan")


@pytest.fixture
def baseline(tmp_path: Path) -> Index:
    return Index.build([("idioms", "four five six")], tmp_path / "idioms.memscan")


def test_the_longest_echo_is_discounted(corpus: Index, baseline: Index) -> None:
    result = corpus.scan(
        [TEXT],
        prompts=["Continue: one two"],
        template="Say NINE ten",
        baseline=baseline,
        min_length=5,
    )
    columns = ["n_units", "echo_units", "template_units", "baseline_units", "discounted_units"]
    assert [tuple(row.values()) for row in result.spans.select(columns).to_pylist()] == [
        (10, 2, 2, 3, 7),
        (5, 2, 0, 2, 3),
    ]
    (row,) = result.generations.to_pylist()
    assert (row["covered_units"], row["longest_match"], row["n_spans"]) == (15, 10, 2)
    assert (row["covered_units_discounted"], row["longest_match_discounted"]) == (10, 7)
    assert row["covered_chars_discounted"] == len(PASSAGE)
    assert row["coverage_discounted"] == pytest.approx(10 / row["n_units"])


def test_without_anything_to_discount_all_counts(corpus: Index) -> None:
    (row,) = corpus.scan([TEXT], min_length=5).generations.to_pylist()
    for name in ("covered_units", "coverage", "covered_chars", "longest_match"):
        assert row[f"{name}_discounted"] == row[name]


def test_a_baseline_must_have_the_same_units(corpus: Index, tmp_path: Path) -> None:
    other = Index.build([("a", "x y")], tmp_path / "other.memscan", unit="byte")
    with pytest.raises(memscan.IncompatibleIndexError, match="has other units"):
        corpus.scan([TEXT], baseline=other)
    with pytest.raises(memscan.InputError, match="the template holds a lone surrogate"):
        corpus.scan([TEXT], template="\udc80")


def test_tokens_have_a_baseline_too(tmp_path: Path) -> None:
    corpus = Index.build_from_ids([[1, 2, 3, 4, 5, 6]], tmp_path / "ids.memscan")
    baseline = Index.build_from_ids([[9, 3, 4]], tmp_path / "common.memscan")
    result = corpus.scan_ids([[1, 2, 3, 4, 5]], baseline=baseline, min_length=3)
    assert result.spans["discounted_units"].to_pylist() == [3]
    assert result.generations["longest_match_discounted"].to_pylist() == [3]


def test_fidelity_is_a_ladder(tmp_path: Path) -> None:
    corpus = Index.build(
        [("a", "One “two”, three four\nfive six"), ("b", "two three")], tmp_path / "i.memscan"
    )
    text = 'one "two", three four five six'
    (row,) = corpus.scan([text], min_length=2).generations.to_pylist()
    assert row["covered_chars_exact"] == len("three four") + len("five six")
    assert row["covered_chars_whitespace"] == len("three four five six")
    assert row["covered_chars_typography"] == len('two", three four five six')
    assert row["covered_chars"] == len(text)
    spans = corpus.scan([text], min_length=2).spans.to_pylist()
    assert [span["fidelity"] for span in spans] == ["folded"]


def test_without_texts_the_ladder_is_unknown(tmp_path: Path) -> None:
    corpus = Index.build([("a", PASSAGE)], tmp_path / "i.memscan", store_text=False)
    (row,) = corpus.scan([PASSAGE]).generations.to_pylist()
    assert (row["covered_chars"], row["covered_chars_exact"]) == (len(PASSAGE), None)


def test_the_run_says_what_was_discounted(
    corpus: Index, baseline: Index, tmp_path: Path, json_lines: Write
) -> None:
    template = tmp_path / "template.txt"
    template.write_text("\ufeffnine ten", encoding="utf-8")
    scan_files(
        corpus,
        [json_lines("g.jsonl", [{"text": TEXT}])],
        tmp_path / "out",
        options=ScanOptions(min_length=5),
        template=template,
        baseline=baseline,
    )
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (run["template"]["path"], run["template"]["bytes"]) == (str(template), 11)
    assert run["baseline"]["id"] == baseline.info.id
    assert run["counts"]["covered_units_discounted"] == 10
    spans = pq.read_table(tmp_path / "out" / "spans.parquet")
    assert spans["discounted_units"].to_pylist() == [7, 3]


def test_the_command_line_discounts_and_says_so(
    corpus: Index,
    baseline: Index,
    tmp_path: Path,
    json_lines: Write,
    command_line: CommandLine,
) -> None:
    json_lines("g.jsonl", [{"text": TEXT, "prompt": "one two"}])
    (tmp_path / "t.txt").write_text("nine ten")
    done = command_line(
        *("scan", corpus.path, "g.jsonl", "-o", "out", "--min-length=5", "--template=t.txt"),
        f"--baseline={baseline.path}",
    )
    assert (
        "Counting only passages that keep at least 5 words without the longest part of them that "
        "stood in the prompt or the template or the baseline, but these whole: 1 of 1 generation "
        "(100.0 %) holds one; 10 of 19 words (52.6 %) covered."
    ) in done.stdout
    assert command_line("report", "out", "-o", "r.html").returncode == 0
    html = (tmp_path / "r.html").read_text()
    assert "Without echoes" in html
    assert "only if it keeps 5 or more words without the longest part of it that stood in" in html
    assert "1 of 1 (100\N{NO-BREAK SPACE}%) generations reproduce such a passage" in html
    assert "--template t.txt --baseline" in html
    (tmp_path / "t.txt").write_bytes(b"\xff")
    failed = command_line("scan", corpus.path, "g.jsonl", "-o", "o2", "--template=t.txt")
    assert failed.returncode == 2
    assert "the template t.txt is not UTF-8 at byte 0" in failed.stderr


def test_show_tells_what_stood_in_the_template_and_the_baseline(
    corpus: Index, baseline: Index, tmp_path: Path, json_lines: Write, command_line: CommandLine
) -> None:
    json_lines("g.jsonl", [{"id": "g", "text": TEXT}])
    (tmp_path / "t.txt").write_text("nine ten")
    scan = ("scan", corpus.path, "g.jsonl", "--min-length=5")
    discounts = ("--template=t.txt", f"--baseline={baseline.path}")
    assert command_line(*scan, "-o", "less", *discounts).returncode == 0
    shown = command_line("show", "less", "g").stdout
    assert "; 2 words of it stood in the template; 3 words of it stood in the baseline" in shown
    assert "; discounted: 10 of 19 words (52.6 %) covered; longest 7 words" in shown
    head, _, row = command_line("show", "less").stdout.splitlines()[2:5]
    assert head.split()[-4:] == ["covered", "(discounted)", "longest", "(discounted)"]
    assert row.split()[-5:] == ["52.6", "%", "of", "19", "7"]
    assert command_line(*scan, "-o", "all").returncode == 0
    assert "discounted" not in command_line("show", "all").stdout
    assert "discounted" not in command_line("show", "all", "g").stdout
