"""``memscan merge``: the parts of a scan become one."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from pathlib import Path
from typing import Annotated

import typer

from memscan.cli.arguments import AsJson
from memscan.cli.progress import reporting
from memscan.cli.scan import show_summary

EXAMPLES = """\b
Examples:
  memscan scan books.memscan generations.jsonl -o part-1 --part 1/2
  memscan scan books.memscan generations.jsonl -o part-2 --part 2/2
  memscan merge part-1 part-2 -o results
"""


def merge(
    parts: Annotated[
        list[Path],
        typer.Argument(metavar="PART", help="The folders that `memscan scan --part` wrote."),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The results folder to create.")],
    json: AsJson = False,
) -> None:
    """Merge the parts of a scan into the results of one.

    All parts must be there, of the same index, parameters and inputs.
    """
    from memscan.merging import merge_results

    with reporting() as reporter:
        summary = merge_results(parts, output, progress=reporter)
    show_summary(summary, json=json)
