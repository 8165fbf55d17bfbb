"""``memscan show``: results on a terminal."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson

EXAMPLES = """\b
Examples:
  memscan show results
  memscan show results --sort longest --limit 50
  memscan show results "gpt-4.1/chapter-1"
  memscan show results "gpt-4.1/chapter-1" --json
"""


class Order(StrEnum):
    """By what generations are ranked."""

    coverage = "coverage"
    longest = "longest"
    passages = "passages"


def show(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="The results folder of a scan.")],
    generation_id: Annotated[
        str | None,
        typer.Argument(
            metavar="GENERATION_ID",
            help="The generation whose passages to show.",
            show_default=False,
        ),
    ] = None,
    *,
    sort: Annotated[
        Order, typer.Option(help="What ranks generations, if no id is given.")
    ] = Order.coverage,
    limit: Annotated[
        int, typer.Option(min=1, help="Generations, or passages, to show at most.")
    ] = 20,
    json: AsJson = False,
) -> None:
    """Show which generations reproduce most, or the passages of one.

    With --json a generation has all its passages, with all columns.
    """
    from memscan.cli.shown import show_generations, show_ranking
    from memscan.looking import rank_generations, show_generation

    if generation_id is None:
        ranking = rank_generations(results, by=sort, limit=limit)
        if json:
            console.show_json(
                {
                    "generations": ranking.generations,
                    "with_passage": ranking.with_passage,
                    "sort": sort,
                    "rows": ranking.rows,
                }
            )
        else:
            show_ranking(ranking, sort)
        return
    shown = show_generation(results, generation_id)
    if json:
        console.show_json(
            [
                {"row": one.number + 1, **one.row, "passages": one.passages}
                for one in shown.generations
            ]
        )
    else:
        show_generations(shown, limit)
