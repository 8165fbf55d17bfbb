"""Thresholds: what they mean, what they refuse, and that only they end with 1."""

from __future__ import annotations

import json
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import memscan
from conftest import PRIDE, RECITAL, CommandLine
from memscan.errors import InputError
from memscan.results import GENERATIONS_SCHEMA
from memscan.tally import RunCounts
from memscan.thresholds import PER_GENERATION, PER_RUN, check_results, parse_thresholds

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

RECORDS = [
    {"id": "half", "text": f"{PRIDE} and so on and so forth and so on and so on and on it went"},
    {"id": "whole", "text": PRIDE},
    {"id": "recital", "text": RECITAL},
    {"id": "none", "text": "nothing of it"},
    {"id": "empty", "text": "?!"},
]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of a scan of five generations and a record that is none."""
    folder = tmp_path_factory.mktemp("gate")
    index = memscan.Index.build([("pride", PRIDE)], folder / "i.memscan")
    lines = [json.dumps(record) for record in RECORDS]
    (folder / "g.jsonl").write_text("\n".join([*lines, "[]"]))
    memscan.scan_files(index, [folder / "g.jsonl"], folder / "out", max_rejected="100%")
    return folder / "out"


def crossed(results: Path, expression: str) -> list[str]:
    """Return what crosses a threshold, as it is told."""
    return [one.message for one in check_results(results, parse_thresholds([expression]))]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("longest_match>=24", None),
        ("longest_match>23", None),
        (
            "longest_match >= 20",
            "3 over), 'whole' has 23 (3 over)",
        ),
        (
            "longest_match>=14",
            "3 of 6 generations; 'half' has 23 (9 over), 'whole' has 23 (9 over)",
        ),
        ("longest_match==14", "longest_match==14: 1 of 6 generations; 'recital' has 14"),
        ("coverage>=100%", "coverage>=100%: 1 of 6 generations; 'whole' has 100 %"),
        ("coverage>=1", "coverage>=1: 1 of 6 generations; 'whole' has 1"),
        ("coverage > 99.5 %", "1 of 6 generations; 'whole' has 100 % (0.5 points over)"),
        ("covered_units>99%", "1 of 6 generations; 'whole' has 100 % (1 point over)"),
        ("covered_chars>99.5%", None),
        ("n_units<4", "2 of 6 generations; 'empty' has 0 (4 under)"),
        ("with_span>=3", "with_span>=3: the run has 3"),
        ("with_span>3", None),
        ("with_span>=60%", "with_span>=60%: the run has 60 %"),
        ("rejected>0", "rejected>0: the run has 1 (1 over)"),
        ("rejected>15%", "rejected>15%: the run has 16.67 % (1.67 points over)"),
        ("rejected>16.666%", "the run has 16.67 % (0.00067 points over)"),
        ("ok<80%", "the run has 66.67 % (13.33 points under)"),
        ("run.longest_match>=20", "run.longest_match>=20: the run has 23 (3 over)"),
        ("run.covered_units>=100", None),
        ("covered_units>=60", None),
        ("run.covered_units>=60", "run.covered_units>=60: the run has 60"),
        ("generations!=6", None),
        ("generations!=7", "generations!=7: the run has 6"),
        ("duplicate_ids<=0", "duplicate_ids<=0: the run has 0"),
    ],
)
def test_threshold_is_crossed_or_not(results: Path, expression: str, expected: str | None) -> None:
    found = crossed(results, expression)
    if expected is None:
        assert found == []
    else:
        assert expected in found[0]


def test_every_number_of_a_generation_and_a_run_can_be_asked_for(results: Path) -> None:
    numbers = {field.name for field in GENERATIONS_SCHEMA if str(field.type) in ("int64", "double")}
    numbers -= {"sample_index", "turn"}  # these say which one it is
    assert set(PER_GENERATION) == numbers
    assert set(PER_RUN) == set(RunCounts.__dataclass_fields__) - {"outcomes"}
    for name in PER_GENERATION:
        assert crossed(results, f"{name}>=0")
    for name in PER_RUN:
        assert crossed(results, f"run.{name}>=0")


def test_what_is_not_known_crosses_nothing(results: Path) -> None:
    (crossing,) = check_results(results, parse_thresholds(["n_units>=0"]))
    assert (crossing.count, crossing.of) == (5, 6)
    (crossing,) = check_results(results, parse_thresholds(["coverage>=0"]))
    assert crossing.count == 4


def test_results_without_texts_cross_no_threshold_of_fidelity(tmp_path: Path) -> None:
    index = memscan.Index.build([("pride", PRIDE)], tmp_path / "i.memscan", store_text=False)
    (tmp_path / "g.jsonl").write_text(json.dumps(RECORDS[1]))
    memscan.scan_files(index, [tmp_path / "g.jsonl"], tmp_path / "out", max_rejected="100%")
    for name in ("covered_chars_exact", "run.covered_chars_exact"):
        assert crossed(tmp_path / "out", f"{name}>=0") == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", "is not understood"),
        ("longest_match", "is not understood"),
        ("longest_match>=", "is not understood"),
        ("longest_match=50", "is not understood"),
        ("longest_match>=-1", "is not understood"),
        ("longest_match>=50%%", "is not understood"),
        ("50<=longest_match", "is not understood"),
        ("longest_match>=" + "9" * 100, "is not understood"),
        ("longest>=50", "names 'longest', which there is not"),
        ("run.coverage>=1", "names 'run.coverage', which there is not"),
        ("model>=1", "names 'model', which there is not"),
        ("longest_match>=50%", "longest_match is no share of anything"),
        ("spans>=1%", "spans is no share of anything"),
    ],
)
def test_threshold_that_is_not_understood_says_what_there_is(
    expression: str, expected: str
) -> None:
    with pytest.raises(InputError) as raised:
        parse_thresholds([expression])
    assert expected in str(raised.value)
    if "which there is not" in expected:
        assert "longest_match" in str(raised.value.hint)
        assert "with_span" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("coverage>20", "did you mean coverage>20%"),
        ("coverage >= 1.5", "did you mean coverage >= 1.5%"),
        ("coverage_discounted<100", "did you mean coverage_discounted<100%"),
        ("coverage>101", None),
        ("coverage>100.1%", None),
        ("covered_units>150%", None),
        ("with_span>101%", None),
    ],
)
def test_share_that_nothing_can_have_is_refused(expression: str, hint: str | None) -> None:
    with pytest.raises(InputError, match="is a share from 0 to 1") as raised:
        parse_thresholds([expression])
    assert raised.value.hint == hint


def test_share_that_nothing_can_have_is_refused_in_settings(work: Path) -> None:
    (work / "memscan.toml").write_text('[scan]\nfail-on = ["coverage>20"]\n')
    done = CommandLine(work)("scan", "i.memscan", "g.jsonl", "-o", "out")
    assert done.returncode == 2
    assert "hint: did you mean coverage>20%" in done.stderr


@given(st.text())
def test_any_text_is_a_threshold_or_refused(text: str) -> None:
    with suppress(InputError):
        parse_thresholds([text])


def test_limits_are_exact() -> None:
    (tenth,) = parse_thresholds(["coverage>=10%"])
    assert tenth.is_crossed(Fraction(1, 10))
    assert not tenth.is_crossed(Fraction(1, 10) - Fraction(1, 10**20))
    (large,) = parse_thresholds([f"n_units>{2**53}"])
    assert large.is_crossed(Fraction(2**53 + 1))


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Return a folder with an index and generations, one of them rejected."""
    memscan.Index.build([("pride", PRIDE)], tmp_path / "i.memscan")
    lines = [json.dumps(record) for record in RECORDS]
    (tmp_path / "g.jsonl").write_text("\n".join(lines))
    (tmp_path / "bad.jsonl").write_text("\n".join([*lines, "[]"]))
    return tmp_path


def test_scan_that_crosses_exits_1_and_keeps_the_results(work: Path) -> None:
    words = ("scan", "i.memscan", "g.jsonl", "-o", "out", "--fail-on")
    done = CommandLine(work)(*words, "longest_match>=20", "--fail-on", "with_span>4")
    assert done.returncode == 1
    assert done.stdout.startswith("3 of 5 generations")
    assert done.stderr.splitlines()[-1] == (
        "crossed: longest_match>=20: 2 of 5 generations; 'half' has 23 (3 over), "
        "'whole' has 23 (3 over)"
    )
    assert (work / "out" / "run.json").exists()


def test_scan_that_does_not_cross_exits_0(work: Path) -> None:
    words = ("scan", "i.memscan", "g.jsonl", "-o", "out", "--fail-on", "longest_match>=50")
    assert CommandLine(work)(*words).returncode == 0


@pytest.mark.parametrize(("limit", "code"), [("20", 1), ("50", 3)])
def test_threshold_comes_before_rejected_records(work: Path, limit: str, code: int) -> None:
    words = ("scan", "i.memscan", "bad.jsonl", "-o", "out", "--max-rejected", "9")
    done = CommandLine(work)(*words, "--fail-on", f"longest_match>={limit}")
    assert done.returncode == code
    assert "rejected: bad.jsonl:6: " in done.stderr


def test_threshold_that_is_wrong_stops_a_scan_before_it_begins(work: Path) -> None:
    done = CommandLine(work)("scan", "none", "none", "-o", "out", "--fail-on", "longest>=5")
    assert done.returncode == 2
    assert "error: the threshold 'longest>=5' names 'longest', which there is not" in done.stderr
    assert not (work / "out").exists()


def test_thresholds_may_stand_in_a_file(work: Path) -> None:
    (work / "memscan.toml").write_text('[scan]\nfail-on = ["with_span>9", "longest_match>=20"]\n')
    assert CommandLine(work)("scan", "i.memscan", "g.jsonl", "-o", "out").returncode == 1


def test_finished_results_can_be_checked(results: Path) -> None:
    command_line = CommandLine(results.parent)
    done = command_line("check", "out", "--fail-on", "longest_match>=50")
    assert (done.returncode, done.stdout, done.stderr) == (0, "not crossed\n", "")
    done = command_line("check", "out", "--fail-on", "longest_match>=50", "--fail-on", "ok<1")
    assert (done.returncode, done.stdout) == (0, "none of 2 crossed\n")
    done = command_line("check", "out", "--fail-on", "rejected>0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "crossed: rejected>0: the run has 1 (1 over)\n"


def test_gate_without_echoes_says_if_nothing_was_discounted(work: Path) -> None:
    warning = (
        "warning: nothing was discounted in this run: no prompts, template or baseline; "
        "longest_match_discounted is longest_match"
    )
    gate = ("--fail-on", "longest_match_discounted>=50")
    run = CommandLine(work)
    assert warning in run("scan", "i.memscan", "g.jsonl", "-o", "out", *gate).stderr
    assert run("check", "out", *gate).stderr == f"{warning}\n"
    assert "warning" not in run("check", "out", "--fail-on", "longest_match>=50").stderr
    (work / "t.txt").write_text("It is a truth")
    words = ("scan", "i.memscan", "g.jsonl", "-o", "less", "--template", "t.txt")
    assert "warning" not in run(*words, *gate).stderr
    assert run("check", "less", *gate).stderr == ""


def test_json_holds_what_was_crossed(work: Path, results: Path) -> None:
    def of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
        assert done.returncode == 1
        content: list[dict[str, Any]] = json.loads(done.stdout)["crossed"]
        return content

    words = ("scan", "i.memscan", "g.jsonl", "-o", "out", "--json", "--fail-on", "coverage>99%")
    expected = {"expression": "coverage>99%", "count": 1, "of": 5, "worst": [["whole", 1.0]]}
    (scanned,) = of(CommandLine(work)(*words))
    assert {name: scanned[name] for name in expected} == expected
    done = CommandLine(results.parent)("check", "out", "--json", "--fail-on", "rejected>0")
    assert of(done)[0]["worst"] == [[None, 1.0]]


def test_check_refuses_what_is_no_results(results: Path) -> None:
    command_line = CommandLine(results.parent)
    for words in (["out"], ["none", "--fail-on", "rejected>0"], ["out", "--fail-on", "x"]):
        done = command_line("check", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: ")
