"""``memscan export``: results for other tools."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from memscan.cli import console
from memscan.cli.data_stream import DataStream
from memscan.cli.wording import counted, size

EXAMPLES = """\b
Examples:
  memscan export results --to csv -o spans.csv
  memscan export results --to jsonl --table generations | jq .coverage
  memscan export results --to dolma -o attributes/memscan/part-0.jsonl.gz
  memscan export results --to sarif -o memscan.sarif
"""
MOST_ROWS = 1_048_576
"""Rows of a sheet in Excel, the heading included."""


class Format(StrEnum):
    """What to write."""

    csv = "csv"
    jsonl = "jsonl"
    dolma = "dolma"
    w3c = "w3c"
    sarif = "sarif"


class Table(StrEnum):
    """Which table to write."""

    spans = "spans"
    generations = "generations"


def export(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="The results folder of a scan.")],
    *,
    to: Annotated[Format, typer.Option(help="The format to write.")],
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="The file to create, gzipped if *.gz."),
    ] = "-",
    table: Annotated[
        Table | None,
        typer.Option(
            help="The table that csv and jsonl have; spans if not given.", show_default=False
        ),
    ] = None,
) -> None:
    """Write results in a format of other tools.

    csv is for spreadsheets, jsonl for scripts, dolma for its toolkit (a line a generation), w3c is
    Web Annotation, sarif is for CI gates.
    """
    from memscan.exporting import export as write

    if output == "-":
        stream = DataStream()
        summary = write(results, stream, to=to, table=table)  # type: ignore[arg-type]
        stream.flush()
    else:
        summary = write(results, output, to=to, table=table)
        written = f"{console.visible(output)} has {counted(summary.records, 'record')}"
        console.show(f"{written} ({size(summary.bytes)})")
    if cut := summary.cells_cut:
        console.say(
            f"warning: {counted(cut, 'cell')} cut; jsonl has {'it' if cut == 1 else 'them'} whole"
        )
    if to == Format.csv and summary.records >= MOST_ROWS:
        console.say(f"warning: a spreadsheet shows {MOST_ROWS:,} rows at most")
