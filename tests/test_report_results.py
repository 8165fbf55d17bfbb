"""What the report takes from a results folder: totals, and the passages that come first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from memscan.report import ReportSummary, build_report
from memscan.report.findings import SOURCES_SHOWN, Findings, load_findings
from memscan.report.folder import open_results
from memscan.report.generations import Generations, load_generations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STRINGS = pa.string()
INTEGERS = pa.int64()
TEXTS = pa.large_string()
SPANS = pa.schema(
    [
        *((name, STRINGS) for name in ("generation_id", "model")),
        *((name, INTEGERS) for name in ("start", "end", "byte_start", "byte_end")),
        *((name, INTEGERS) for name in ("n_units", "n_chars")),
        ("document_id", STRINGS),
        *((name, INTEGERS) for name in ("document_start", "document_end")),
        *((name, INTEGERS) for name in ("document_byte_start", "document_byte_end")),
        ("fidelity", STRINGS),
        *((name, INTEGERS) for name in ("count", "document_count")),
        ("count_is_capped", pa.bool_()),
        ("echo_units", INTEGERS),
        *((name, TEXTS) for name in ("text", "context_before", "context_after")),
        ("document_text", TEXTS),
        *((name, TEXTS) for name in ("document_context_before", "document_context_after")),
    ]
)
GENERATIONS = pa.schema(
    [
        *((name, STRINGS) for name in ("generation_id", "model", "status", "error")),
        *((name, INTEGERS) for name in ("n_units", "n_chars", "covered_units")),
        ("coverage", pa.float64()),
        *((name, INTEGERS) for name in ("covered_chars", "longest_match", "n_spans")),
    ]
)
TEXT = "the quick brown fox jumps over the lazy dog and then"


def span(generation: str = "g1", n_units: int = 11, **columns: object) -> dict[str, object]:
    """Return a row of spans."""
    text = str(columns.get("text", TEXT))
    row: dict[str, object] = {
        "generation_id": generation,
        "model": None,
        "start": 20,
        "end": 20 + len(text),
        "byte_start": 20,
        "byte_end": 20 + len(text.encode()),
        "n_units": n_units,
        "n_chars": len(text),
        "document_id": "fables.txt",
        "document_start": 1300,
        "document_end": 1300 + len(text),
        "document_byte_start": 1310,
        "document_byte_end": 1310 + len(text.encode()),
        "fidelity": "exact",
        "count": 1,
        "document_count": 1,
        "count_is_capped": False,
        "echo_units": None,
        "text": text,
        "context_before": "Once upon a time, ",
        "context_after": " it slept.",
        "document_text": text,
        "document_context_before": "One day ",
        "document_context_after": " they met.",
    }
    return row | columns


def generation(
    generation_id: str = "g1", n_units: int = 100, **columns: object
) -> dict[str, object]:
    """Return a row of generations."""
    row: dict[str, object] = {
        "generation_id": generation_id,
        "model": None,
        "status": "ok" if n_units else "empty",
        "error": None,
        "n_units": n_units,
        "n_chars": 6 * n_units,
        "covered_units": 0,
        "coverage": 0.0,
        "covered_chars": 0,
        "longest_match": 0,
        "n_spans": 0,
    }
    return row | columns


def found(generation_id: str = "g1", longest: int = 11, **columns: object) -> dict[str, object]:
    """Return a row of generations for one with a passage."""
    matched = {"longest_match": longest, "covered_units": longest, "n_spans": 1}
    return generation(generation_id) | matched | columns


def rejected(generation_id: str = "g.jsonl:7") -> dict[str, object]:
    """Return a row of generations for a record that could not be read."""
    row = generation(generation_id, status="rejected", error="g.jsonl:7: no text")
    return row | dict.fromkeys(GENERATIONS.names[4:])


def write_results(
    folder: Path,
    spans: Sequence[Mapping[str, object]] = (),
    generations: Sequence[Mapping[str, object]] = (),
    *,
    row_group_size: int = 1000,
    **run: object,
) -> Path:
    """Write a results folder and return it; ``run`` replaces entries of ``run.json``."""
    folder.mkdir(exist_ok=True)
    extra = {name for row in generations for name in row} - set(GENERATIONS.names)
    schema = pa.schema([*GENERATIONS, *(pa.field(name, STRINGS) for name in sorted(extra))])
    for name, rows, columns in (("spans", spans, SPANS), ("generations", generations, schema)):
        table = pa.Table.from_pylist([dict(row) for row in rows], schema=columns)
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=row_group_size)
    defaults: dict[str, object] = {
        "memscan": "0.1.0",
        "python": "3.11.7",
        "index": {
            "path": "books.memscan",
            "id": "ab" * 32,
            "unit": {"kind": "word", "rules_version": 1},
            "documents": 3,
            "units": 5000,
        },
        "parameters": {"min_length": 10, "occurrences": 3, "context_chars": 200, "threads": None},
        "inputs": [
            {
                "path": "generations.jsonl",
                "bytes": 1234,
                "sha256": "cd" * 32,
                "records": len(generations),
                "rejected": 0,
                "detected": {"text": "output"},
            }
        ],
        "counts": {"generations": len(generations), "rows": len(spans)},
        "started": "2026-11-20T05:10:12.345678+00:00",
        "finished": "2026-11-20T05:10:14+00:00",
        "seconds": 1.655,
    }
    (folder / "run.json").write_text(json.dumps(defaults | run), encoding="utf-8")
    return folder


def build(folder: Path, *, findings: int = 100) -> tuple[ReportSummary, str]:
    """Build the report beside a results folder; return its summary and text."""
    summary = build_report(folder, folder.parent / "report.html", findings=findings)
    return summary, summary.path.read_text(encoding="utf-8")


def load(folder: Path, limit: int = 100) -> tuple[Findings, Generations]:
    """Load a results folder."""
    with open_results(folder) as results:
        return load_findings(results, limit=limit), load_generations(results, limit=limit)


def test_longest_passage_comes_first_then_by_id_then_by_start(tmp_path: Path) -> None:
    spans = [
        span("b", 12, start=9),
        span("b", 12, start=3),
        span("a", 12),
        span("c", 40),
        span("d", 11),
    ]
    findings, _ = load(write_results(tmp_path / "results", spans))
    ranked = [finding.passage for finding in findings.ranked]
    assert [(row["generation_id"], row["n_units"], row["start"]) for row in ranked] == [
        ("c", 40, 20),
        ("a", 12, 20),
        ("b", 12, 3),
        ("b", 12, 9),
        ("d", 11, 20),
    ]


@pytest.mark.parametrize("row_group_size", [1, 2, 3, 100])
def test_places_of_one_passage_are_one_finding_in_any_row_groups(
    tmp_path: Path, row_group_size: int
) -> None:
    spans = [
        *(span("a", 15, count=3, document_start=at) for at in (5, 1, 9)),
        span("a", 15, start=90),
        *(span("b", 20, count=2, document_id=name) for name in ("y", "x")),
    ]
    folder = write_results(tmp_path / "results", spans, row_group_size=row_group_size)
    findings, _ = load(folder)
    assert findings.total == 3
    places = [[row["document_start"] for row in one.sources] for one in findings.ranked]
    assert places == [[1300, 1300], [5, 1, 9], [1300]]
    assert load(folder, limit=2)[0].ranked == findings.ranked[:2]


def test_generations_with_one_id_keep_their_passages_apart(tmp_path: Path) -> None:
    alone = [span("same"), span("same")]
    places = [span("twice", count=2, document_start=at) for at in (4, 8, 4, 8)]
    models = [span("shared", model=model) for model in ("one", "two")]
    findings, _ = load(write_results(tmp_path / "results", [*alone, *places, *models]))
    assert findings.total == 6
    assert sorted(len(one.sources) for one in findings.ranked) == [1, 1, 1, 1, 2, 2]


def test_input_of_generations_with_one_id_is_not_guessed(tmp_path: Path) -> None:
    settings = (("same", "morning"), ("same", "evening"), ("own", "x"))
    rows = [found(name, setting=setting) for name, setting in settings]
    spans = [span("same"), span("same"), span("own")]
    _, html = build(write_results(tmp_path / "results", spans, rows))
    assert "morning" not in html
    assert "evening" not in html
    assert "<bdi>setting</bdi> = <bdi>x</bdi>" in html


def test_many_places_are_cut_and_counted(tmp_path: Path) -> None:
    spans = [span(count=50, document_start=at) for at in range(50)]
    parameters = {"min_length": 10, "occurrences": 60}
    folder = write_results(tmp_path / "results", spans, [found()], parameters=parameters)
    findings, _ = load(folder)
    assert findings.ranked[0].source_count == 50
    assert len(findings.ranked[0].sources) == SOURCES_SHOWN
    assert "30 more in spans.parquet" in build(folder)[1]


def test_generations_are_added_up_and_ranked(tmp_path: Path) -> None:
    rows = [
        found("b", 30, model="one"),
        found("a", 30, model="two"),
        found("c", 1000, model="two", n_units=2000),
        generation("d", model="two"),
        generation("e", 0, model="two"),
        rejected(),
    ]
    _, generations = load(write_results(tmp_path / "results", [], rows, row_group_size=2))
    figures = generations.figures
    assert (figures.records, figures.generations, figures.empty) == (6, 5, 1)
    assert (figures.with_passage, figures.units, figures.covered) == (3, 2300, 1060)
    assert [row["generation_id"] for row in generations.ranked] == ["c", "a", "b"]
    assert {model: part.generations for model, part in generations.models.items()} == {
        "one": 1,
        "two": 4,
    }
    assert [(c.first, c.last, c.generations) for c in generations.lengths if c.generations] == [
        (20, 49, 2),
        (1000, 1999, 1),
    ]


def test_named_corpora_have_a_table_and_the_place_names_its_own(tmp_path: Path) -> None:
    counts = {"with_span": 1, "spans": 2, "covered_units": 11, "covered_chars": 60}
    corpora = {
        "books <b>": counts | {"longest_match": 11},
        "licences": dict.fromkeys([*counts, "longest_match"], 0),
        "damaged": counts | {"longest_match": "many"},
    }
    folder = write_results(tmp_path / "results", [span()], [found()], corpora=corpora)
    table = pq.read_table(folder / "spans.parquet")
    named = table.append_column("corpus", pa.array(["licences"]))
    pq.write_table(named, folder / "spans.parquet")
    html = build(folder)[1]
    rows = html.split("By named corpus, each as if it were alone")[1].split("</table>")[0]
    assert "books &lt;b&gt;" in rows
    assert "11\u00a0words" in rows
    assert '<td class="number">none</td>' in rows
    assert "damaged" not in rows
    assert html.count("Named corpus") == 1


def test_without_named_corpora_there_is_no_table_of_them(tmp_path: Path) -> None:
    html = build(write_results(tmp_path / "results", [span()], [found()]))[1]
    assert "By named corpus" not in html
    assert "Named corpus" not in html
