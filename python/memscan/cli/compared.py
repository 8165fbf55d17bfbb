"""A comparison, as a person reads it on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memscan.cli import console
from memscan.cli.side_by_side import show_columns
from memscan.cli.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memscan.comparison import Comparison, SideSummary
    from memscan.comparison.measures import Measured
    from memscan.intervals import Interval

NAMES = {
    "generations_with_passage": "generations with a passage",
    "coverage_units_pooled": "{unit}s covered, of all",
    "coverage_units_mean": "{unit}s covered, mean of a generation",
    "coverage_chars_pooled": "characters covered, of all",
    "coverage_chars_mean": "characters covered, mean of a generation",
    "longest_match_of_all": "longest passage",
}
TESTS = {
    "mcnemar": "McNemar's exact test",
    "sign flips": "flipping the signs of paired changes",
    "fisher": "Fisher's exact test",
}
_DISCOUNTED = "_discounted"
_LEAST_SHOWN = 0.001


def show_comparison(comparison: Comparison) -> None:
    """Print a comparison."""
    for name, side in (("A", comparison.first), ("B", comparison.second)):
        console.show(f"{name}: {_side(side)}")
    console.show(_pairing(comparison))
    heads = ("", "A", "B", "B less A")
    rows = [_row(measured, comparison.unit) for measured in _told(comparison.measures)]
    show_columns(heads, rows, numbers=set(heads[1:]))
    console.show(
        f"In brackets: 95 % intervals; {comparison.rounds:,} rounds, seed {comparison.seed}."
    )
    if comparison.documents.shown:
        _show_documents(comparison)


def _told(measures: Sequence[Measured]) -> list[Measured]:
    """Leave out what is without echoes, if there are none."""
    by_name = {measured.name: measured for measured in measures}
    without = [measured for measured in measures if _DISCOUNTED in measured.name]
    plain = [by_name[measured.name.replace(_DISCOUNTED, "")] for measured in without]
    same = all(
        (one.first.value, one.second.value) == (other.first.value, other.second.value)
        for one, other in zip(without, plain, strict=True)
    )
    return [measured for measured in measures if not (same and measured in without)]


def _side(side: SideSummary) -> str:
    rejected = f", {counted(side.rejected, 'record')} rejected" if side.rejected else ""
    path = console.one_line(str(side.path))
    return f"{path}, {counted(side.generations, 'generation')}{rejected}"


def _pairing(comparison: Comparison) -> str:
    by = "id" if comparison.by == "generation_id" else f"value of {comparison.by}"
    only = [side.only_here for side in (comparison.first, comparison.second)]
    if not comparison.paired:
        return f"Not paired: no {console.one_line(by)} is on both sides."
    alone = f"; {only[0]:,} only in A, {only[1]:,} only in B" if any(only) else ""
    return f"Paired by {console.one_line(by)}: {comparison.paired:,} on both sides{alone}."


def _row(measured: Measured, unit: str) -> tuple[str, str, str, str]:
    name = measured.name
    less = ", without echoes" if _DISCOUNTED in name else ""
    plain = name.replace(_DISCOUNTED, "")
    if plain in NAMES:
        label = NAMES[plain].format(unit=unit)
    else:
        label = f"longest passage, {plain.removeprefix('longest_match_')} of generations up to"
    first, second, difference = (
        _estimate(one.value, one.interval, measured.is_share, sign=sign)
        for one, sign in (
            *((measured.first, ""), (measured.second, "")),
            (measured.difference, "+"),
        )
    )
    return f"{label}{less}", first, second, difference


def _estimate(value: float | None, interval: Interval | None, is_share: bool, *, sign: str) -> str:  # noqa: FBT001
    if value is None:
        return "none"
    shown = _number(value, is_share, sign)
    if interval is None:
        return shown
    low, high = (_number(end, is_share, sign).split(" ")[0] for end in interval)
    return f"{shown} [{low}, {high}]"


def _number(value: float, is_share: bool, sign: str) -> str:  # noqa: FBT001
    if not is_share:
        return f"{value:{sign},.0f}"
    return f"{100 * value:{sign}.2f}{' points' if sign else ' %'}"


def _show_documents(comparison: Comparison) -> None:
    changes = comparison.documents
    console.show(
        f"\nGenerations that reproduce a document, the largest changes of "
        f"{counted(changes.total, 'document')}:"
    )
    heads = ("document", "A", "B", "B less A", "p")
    rows = [
        (
            console.one_line(change.document_id),
            f"{change.first:,}",
            f"{change.second:,}",
            _estimate(change.difference, change.interval, True, sign="+"),  # noqa: FBT003
            "<0.001" if change.probability < _LEAST_SHOWN else f"{change.probability:.3f}",
        )
        for change in changes.shown
    ]
    show_columns(heads, rows, numbers=set(heads[1:]))
    console.show(
        f"p: of so uneven a change by chance, by {TESTS[changes.test]}, adjusted for all "
        "documents (Benjamini-Hochberg)."
    )
