"""``memscan report``: results as a page to read."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson
from memscan.cli.wording import counted, size

EXAMPLES = """\b
Examples:
  memscan report results -o report.html
  memscan report results -o report.html --findings 1000
"""


def report(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="The results folder of a scan.")],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The HTML file to write; an earlier report is replaced."
        ),
    ],
    findings: Annotated[int, typer.Option(help="Passages to show at most, longest first.")] = 100,
    json: AsJson = False,
) -> None:
    """Write the report of a scan as a web page.

    It is one file without scripts, to be read without a network.
    """
    from memscan.report import build_report

    summary = build_report(results, output, findings=findings)
    if json:
        console.show_json(asdict(summary))
        return
    console.show(
        f"{console.visible(str(output))} shows {summary.findings_shown:,} of "
        f"{counted(summary.findings_total, 'passage')} from "
        f"{counted(summary.generations, 'generation')} ({size(summary.bytes)})"
    )
