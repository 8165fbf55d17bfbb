"""``memscan compare``: two models, or two versions of one."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson

EXAMPLES = """\b
Examples:
  memscan compare results-v1 results-v2
  memscan compare results-a results-b --by prompt_id
  memscan compare results-v1 results-v2 --json > comparison.json
"""


def compare(  # noqa: PLR0913 - the options of the command
    first: Annotated[Path, typer.Argument(metavar="DIR_A", help="The results of one scan.")],
    second: Annotated[
        Path, typer.Argument(metavar="DIR_B", help="The results of another, with the same index.")
    ],
    *,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="FIELD",
            help="Field of the input that pairs generations; their ids if not given.",
        ),
    ] = None,
    documents: Annotated[int, typer.Option(help="Documents to list at most.")] = 10,
    rounds: Annotated[
        int, typer.Option(help="How often to draw again for the intervals.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed for these draws.")] = 0,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare also what was measured in another way.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Compare two models, or versions of one, with 95 % intervals.

    What both sides have under one id, or one value of FIELD, is paired. Scans with different
    indexes or shortest matches are refused.
    """
    from memscan.cli.compared import show_comparison
    from memscan.comparison import compare as compare_results

    comparison = compare_results(
        first, second, by=by, documents=documents, rounds=rounds, seed=seed, anyway=anyway
    )
    for warning in comparison.warnings:
        console.say(f"warning: {warning}")
    if json:
        console.show_json(asdict(comparison))
    else:
        show_comparison(comparison)
