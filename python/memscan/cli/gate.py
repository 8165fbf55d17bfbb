"""``--fail-on``, and ``memscan check``: thresholds that a run must not cross."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson
from memscan.cli.failures import CROSSED, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memscan.thresholds import Crossing, Threshold

EXAMPLES = """\b
Examples:
  memscan check results --fail-on 'longest_match>=50'
  memscan check results --fail-on 'coverage>20%' --fail-on 'with_span>1%' --fail-on 'rejected>0'
"""

FailOn = Annotated[
    list[str] | None,
    typer.Option(
        metavar="THRESHOLD",
        help="Exit with 1 if 'longest_match>=50' or the like holds; repeatable.",
        show_default=False,
    ),
]


def check(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="The results folder of a scan.")],
    *,
    fail_on: FailOn = None,
    json: AsJson = False,
) -> None:
    """Check whether the results of a scan cross a threshold.

    A threshold is NAME OPERATOR NUMBER: a number of generations.parquet, asked of each generation,
    or a count of run.json, asked of the run. The number may be a percentage.
    """
    from memscan.thresholds import parse_thresholds

    if not fail_on:
        raise UsageError("no threshold is given; expected --fail-on 'longest_match>=50'")
    crossings = crossed(results, parse_thresholds(fail_on))
    if json:
        console.show_json({"thresholds": fail_on, "crossed": [asdict(one) for one in crossings]})
    elif not crossings:
        console.show(f"none of {len(fail_on)} crossed" if len(fail_on) > 1 else "not crossed")
    end_if_crossed(crossings)


def crossed(results: Path, thresholds: "Sequence[Threshold]") -> "list[Crossing]":
    """Return what thresholds results cross, and warn of those that ask for what was not done."""
    from memscan.thresholds import check_results, idle_discounts

    if not thresholds:
        return []
    for name in idle_discounts(results, thresholds):
        console.say(
            f"warning: nothing was discounted in this run: no prompts, template or baseline; "
            f"{name} is {name.removesuffix('_discounted')}"
        )
    return check_results(results, thresholds)


def end_if_crossed(crossings: "Sequence[Crossing]") -> None:
    """Tell what was crossed, and end with 1 if something was."""
    for crossing in crossings:
        console.say(f"crossed: {crossing.message}")
    if crossings:
        raise typer.Exit(CROSSED)
