"""Two results side by side: what is paired, what is refused, and what the numbers are."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import CommandLine
from exported import scan
from memscan.comparison import Comparison, compare
from memscan.comparison.measures import Estimate
from memscan.errors import InputError
from memscan.intervals import difference_interval, wilson
from test_console import HOSTILE, on_terminal
from test_report_results import generation, rejected, span, write_results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from memscan.comparison.measures import Measured


def results(
    folder: Path,
    longest: Sequence[int],
    prefix: str = "g",
    **run: Any,  # noqa: ANN401 - entries of run.json
) -> Path:
    """Return results of generations of 100 words, of which so many stand in one passage."""
    rows, spans = [], []
    for at, length in enumerate(longest):
        columns = {"longest_match": length, "covered_units": length, "n_spans": int(length > 0)}
        columns |= {"covered_chars": 5 * length, "n_chars": 500}
        rows.append(generation(f"{prefix}{at}", **columns) | {"group": f"c{at // 2}"})
        if length:
            spans.append(span(f"{prefix}{at}", length, document_id=f"d{length % 2}"))
    return write_results(folder, spans, rows, **run)


def measured(comparison: Comparison, name: str) -> Measured:
    """Return one measure."""
    (found,) = (one for one in comparison.measures if one.name == name)
    return found


def two(tmp_path: Path) -> tuple[Path, Path]:
    """Return two results of the same forty ids: 10 and 30 of them hold a passage."""
    first = [20] * 10 + [0] * 30
    second = [40] * 30 + [0] * 10
    return results(tmp_path / "a", first), results(tmp_path / "b", second)


def test_values_are_those_of_the_tables(tmp_path: Path) -> None:
    comparison = compare(*two(tmp_path), rounds=2000)
    rate = measured(comparison, "generations_with_passage")
    assert (rate.first.value, rate.second.value, rate.difference.value) == (0.25, 0.75, 0.5)
    assert rate.first.interval == wilson(10, 40)
    assert rate.second.interval == wilson(30, 40)
    pooled = measured(comparison, "coverage_units_pooled")
    assert (pooled.first.value, pooled.second.value) == (200 / 4000, 1200 / 4000)
    assert pooled.first.interval is not None
    assert pooled.first.interval[0] < 0.05 < pooled.first.interval[1]
    assert measured(comparison, "coverage_chars_mean").second.value == pytest.approx(0.3)
    assert measured(comparison, "longest_match_80%").second.value == 40
    assert measured(comparison, "longest_match_80%").first.value == 20
    assert measured(comparison, "longest_match_95%").first.interval is None
    longest = measured(comparison, "longest_match_of_all")
    assert (longest.first.value, longest.difference.value) == (20, 20)
    assert longest.difference.interval is None


def test_pooled_and_mean_coverage_differ_where_lengths_do(tmp_path: Path) -> None:
    rows = [
        generation("short", 10, covered_units=10, n_spans=0, longest_match=10),
        generation("long", 990),
        generation("empty", 0),
    ]
    folder = write_results(tmp_path / "a", [], rows)
    comparison = compare(folder, folder, rounds=100)
    assert measured(comparison, "coverage_units_pooled").first.value == 0.01
    assert measured(comparison, "coverage_units_mean").first.value == 0.5
    assert comparison.first.generations == 3


def test_pairs_are_drawn_together(tmp_path: Path) -> None:
    first, second = two(tmp_path)
    other = results(tmp_path / "other", [40] * 30 + [0] * 10, prefix="x")
    paired, unpaired = compare(first, second, rounds=4000), compare(first, other, rounds=4000)
    assert (paired.paired, unpaired.paired) == (40, 0)
    assert (unpaired.first.only_here, unpaired.second.only_here) == (40, 40)
    widths = []
    for comparison in (paired, unpaired):
        interval = measured(comparison, "generations_with_passage").difference.interval
        assert interval is not None
        assert interval[0] < 0.5 < interval[1]
        widths.append(interval[1] - interval[0])
    assert widths[0] < 0.9 * widths[1]
    exact = difference_interval(0.25, wilson(10, 40), 0.75, wilson(30, 40))
    assert widths[1] == pytest.approx(exact[1] - exact[0], rel=0.15)
    assert "nothing is paired" in " ".join(unpaired.warnings)
    assert not paired.warnings


def test_results_do_not_differ_from_themselves(tmp_path: Path) -> None:
    first, _ = two(tmp_path)
    comparison = compare(first, first, rounds=300)
    for one in comparison.measures:
        assert one.difference.value == 0
        assert one.difference.interval in ((0, 0), None)
    assert all(change.probability == 1 for change in comparison.documents.shown)


def test_what_only_one_side_has_counts_and_is_told(tmp_path: Path) -> None:
    first = results(tmp_path / "a", [20] * 25)
    second = results(tmp_path / "b", [20] * 25 + [0] * 25)
    comparison = compare(first, second, rounds=500)
    assert (comparison.paired, comparison.second.only_here, comparison.first.only_here) == (
        25,
        25,
        0,
    )
    assert measured(comparison, "generations_with_passage").second.value == 0.5
    assert "the sides do not hold the same" in comparison.warnings[0]


def test_generations_of_one_group_are_drawn_together(tmp_path: Path) -> None:
    first, second = two(tmp_path)
    comparison = compare(first, second, by="group", rounds=2000)
    assert (comparison.paired, comparison.first.clusters, comparison.by) == (20, 20, "group")
    rate = measured(comparison, "generations_with_passage")
    assert rate.first.value == 0.25
    assert rate.first.interval is not None
    low, high = wilson(10, 40)
    # Pairs of generations that are alike tell less than as many that are not.
    assert rate.first.interval[1] - rate.first.interval[0] > high - low


def test_no_passage_at_all_still_leaves_a_rate_possible(tmp_path: Path) -> None:
    nothing = results(tmp_path / "a", [0] * 30)
    comparison = compare(nothing, nothing, rounds=100)
    rate = measured(comparison, "generations_with_passage")
    assert rate.first.interval == (0.0, 0.1)
    assert list(rate.difference.interval or ()) == pytest.approx([-0.1, 0.1])
    coverage = measured(comparison, "coverage_units_pooled")
    assert coverage.first == coverage.difference == Estimate(value=0, interval=None)
    assert comparison.documents.total == 0


def test_empty_results_have_no_numbers(tmp_path: Path) -> None:
    empty = write_results(tmp_path / "a", [], [rejected(), rejected("g.jsonl:8")])
    comparison = compare(empty, empty, rounds=100)
    assert (comparison.first.generations, comparison.first.rejected) == (0, 2)
    assert measured(comparison, "generations_with_passage").first.value is None
    assert measured(comparison, "coverage_units_mean").difference.value is None


def test_documents_that_changed_most_come_first(tmp_path: Path) -> None:
    first = results(tmp_path / "a", [21] * 10 + [0] * 30)
    second = results(tmp_path / "b", [21] * 12 + [20] * 20 + [0] * 8)
    documents = compare(first, second, rounds=2000).documents
    assert (documents.total, documents.test) == (2, "mcnemar")
    top, last = documents.shown
    assert (top.document_id, top.first, top.second, top.difference) == ("d0", 0, 20, 0.5)
    assert top.probability == pytest.approx(2 * 2 / 2**20)
    assert top.interval is not None
    assert 0.3 < top.interval[0] < 0.5 < top.interval[1] < 0.7
    assert (last.document_id, last.first, last.second) == ("d1", 10, 12)
    assert last.probability == pytest.approx(0.5)
    assert len(compare(first, second, rounds=100, documents=1).documents.shown) == 1
    groups = compare(first, second, rounds=2000, by="group").documents
    assert groups.test == "sign flips"
    assert groups.shown[0].probability < 0.01


def test_documents_of_what_is_not_paired_are_tested_as_by_fisher(tmp_path: Path) -> None:
    first = results(tmp_path / "a", [20] * 3 + [0], prefix="x")
    second = results(tmp_path / "b", [20] + [0] * 3)
    documents = compare(first, second, rounds=100).documents
    assert documents.test == "fisher"
    assert documents.shown[0].probability == pytest.approx(34 / 70)


def test_same_seed_gives_the_same_numbers(tmp_path: Path) -> None:
    first, second = two(tmp_path)
    assert compare(first, second, rounds=500, seed=3) == compare(first, second, rounds=500, seed=3)
    assert compare(first, second, rounds=500, seed=3) != compare(first, second, rounds=500, seed=4)


LONGER = {"min_length": 12, "occurrences": 3}
BYTES = {"path": "b", "id": "ab" * 32, "unit": {"kind": "byte"}}


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"index": {"path": "i", "id": "xy", "unit": {"kind": "word"}}}, "the indexes are"),
        ({"index": {"unit": {"kind": "word"}}}, "the indexes are"),
        ({"index": BYTES}, "one counts words, the other bytes"),
        ({"parameters": LONGER}, "min_length is 10 and 12"),
        ({"parameters": LONGER | {"min_length": 10, "min_chars": 50}}, "min_chars is 0 and 50"),
        ({"template": {"path": "t.txt", "sha256": "1"}}, "the template is none and t.txt"),
        ({"baseline": {"path": "b.memscan", "id": "1"}}, "the baseline is none and b.memscan"),
    ],
)
def test_what_was_measured_in_another_way_is_refused(
    tmp_path: Path, run: dict[str, Any], message: str
) -> None:
    first, second = results(tmp_path / "a", [20]), results(tmp_path / "b", [20], **run)
    with pytest.raises(InputError, match=message) as error:
        compare(first, second)
    assert error.value.hint
    warnings = compare(first, second, rounds=100, anyway=True).warnings
    assert any("not measured alike" in text and message in text for text in warnings)


def test_lesser_differences_are_warned_of(tmp_path: Path) -> None:
    parameters = {"min_length": 10, "occurrences": 1}
    first = results(tmp_path / "a", [20] * 30)
    second = results(tmp_path / "b", [20] * 30, parameters=parameters, memscan="0.2.0")
    warnings = compare(first, second, rounds=100).warnings
    assert warnings == ["occurrences is 3 and 1", "memscan is 0.1.0 and 0.2.0"]


def test_few_clusters_are_warned_of(tmp_path: Path) -> None:
    first = results(tmp_path / "a", [20] * 5)
    assert "only 5 to draw from" in compare(first, first, rounds=100).warnings[0]


def test_options_are_checked(tmp_path: Path) -> None:
    first, second = two(tmp_path)
    for options in ({"rounds": 10}, {"seed": -1}, {"documents": -1}, {"by": "no such field"}):
        with pytest.raises(InputError):
            compare(first, second, **options)


def test_field_that_is_a_number_on_one_side_is_paired_with_its_text(tmp_path: Path) -> None:
    rows = [generation(f"g{at}", group=str(at)) for at in range(3)]
    first = write_results(tmp_path / "a", [], rows)
    second = write_results(tmp_path / "b", [], rows)
    table = pq.read_table(second / "generations.parquet")
    place = table.schema.get_field_index("group")
    table = table.set_column(place, "group", pa.array([2, 1, None]))
    pq.write_table(table, second / "generations.parquet")
    comparison = compare(first, second, by="group", rounds=100)
    assert (comparison.paired, comparison.first.only_here, comparison.second.only_here) == (2, 1, 1)


def test_column_of_lists_pairs_nothing(tmp_path: Path) -> None:
    folder = scan(tmp_path)
    with pytest.raises(InputError, match="no column corpora of plain values"):
        compare(folder, folder, by="corpora")


def test_unknown_field_is_told_with_those_there_are(tmp_path: Path) -> None:
    first, second = two(tmp_path)
    with pytest.raises(InputError, match="no column prompt of plain values") as raised:
        compare(first, second, by="prompt")
    assert str(raised.value.hint).startswith("name one of its fields: group; or leave --by out")
    bare = write_results(tmp_path / "bare", [], [generation()])
    with pytest.raises(InputError) as raised:
        compare(bare, bare, by="prompt")
    assert str(raised.value.hint).startswith("it has no other fields: leave --by out")


def test_comparison_is_printed(tmp_path: Path, command_line: CommandLine) -> None:
    two(tmp_path)
    done = command_line("compare", "a", "b", "--rounds", "500")
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[:3] == [
        *("A: a, 40 generations", "B: b, 40 generations"),
        "Paired by id: 40 on both sides.",
    ]
    assert any(
        line.startswith(
            "generations with a passage 25.00 % [14.19, 40.19] 75.00 % [59.81, 85.81] +50.00 points"
        )
        for line in lines
    )
    assert "longest passage 20 40 +20" in lines
    assert any(line.startswith("d0 10 30 +50.00 points") for line in lines)
    assert any("McNemar" in line for line in lines)
    assert "500 rounds, seed 0" in done.stdout


def test_comparison_as_json_says_all(tmp_path: Path, command_line: CommandLine) -> None:
    two(tmp_path)
    done = command_line("compare", "a", "b", "--rounds", "500", "--seed", "7", "--json")
    found = json.loads(done.stdout)
    assert (found["rounds"], found["seed"], found["paired"], found["by"]) == (
        *(500, 7, 40, "generation_id"),
    )
    (rate,) = (one for one in found["measures"] if one["name"] == "generations_with_passage")
    assert rate["difference"]["value"] == 0.5
    assert len(rate["difference"]["interval"]) == 2
    assert found["documents"]["shown"][0]["document_id"] == "d0"


def test_refusal_and_warnings_of_the_command(tmp_path: Path, command_line: CommandLine) -> None:
    results(tmp_path / "a", [20])
    results(tmp_path / "b", [20], parameters=LONGER)
    refused = command_line("compare", "a", "b")
    assert refused.returncode == 2
    assert "error: `a` and `b` were not measured alike: min_length is 10 and 12" in refused.stderr
    assert "hint: " in refused.stderr
    done = command_line("compare", "a", "b", "--anyway", "--rounds", "100")
    assert done.returncode == 0
    assert "warning: not measured alike: min_length is 10 and 12" in done.stderr


def test_terminal_obeys_nothing_of_the_data(tmp_path: Path) -> None:
    row = generation(HOSTILE, n_spans=1, longest_match=20, covered_units=20) | {HOSTILE: HOSTILE}
    for name in ("a", "b"):
        write_results(
            tmp_path / name, [span(HOSTILE, 20, document_id=HOSTILE)], [row], memscan=name + HOSTILE
        )
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "400"}
    words = ("compare", "a", "b", "--by", HOSTILE, "--rounds", "100")
    shown = on_terminal(CommandLine(tmp_path, environment), *words)
    assert shown.count(r"\x1b[2J") >= 3
    for sequence in ("\x1b[2J", "\x1b]", "\x07", "\x08", "\x9b", "\u202e", "\u2066", "\x1b[31"):
        assert sequence not in shown
