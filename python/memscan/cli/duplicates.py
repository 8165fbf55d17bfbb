"""``memscan index duplicates``: what a corpus holds more than once."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson, IndexPath, NoMmap, Threads, open_index
from memscan.cli.progress import reporting
from memscan.cli.wording import counted, occurrences, percent

EXAMPLES = """\b
Examples:
  memscan index duplicates books.memscan --min-length 50
  memscan index duplicates books.memscan -o duplicates.parquet --documents 20
"""
TEXT_SHOWN = 72


def duplicates(  # noqa: PLR0913 - the options of the command
    index: IndexPath,
    *,
    min_length: Annotated[
        int | None,
        typer.Option(
            help="Shortest run: 10 words, 20 lexemes, 50 bytes or 50 tokens if not given.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A Parquet file for all runs.")
    ] = None,
    documents: Annotated[
        int, typer.Option(help="Other documents named for each run, at most.")
    ] = 5,
    context: Annotated[int, typer.Option(min=0, help="Characters kept on each side of a run.")] = 0,
    threads: Threads = None,
    no_mmap: NoMmap = False,
    json: AsJson = False,
) -> None:
    """Find which passages of the corpus stand in it more than once."""
    from memscan.duplicates import find_duplicates

    opened = open_index(index, no_mmap=no_mmap)
    with reporting() as reporter:
        summary = find_duplicates(
            opened,
            output=output,
            min_length=min_length,
            documents=documents,
            context_chars=context,
            threads=threads,
            progress=reporter,
        )
    about = opened.info
    if json:
        console.show_json(
            {
                "unit": about.unit,
                "corpus_documents": about.documents,
                "corpus_units": about.units,
                **asdict(summary),
            }
        )
        return
    share = percent(summary.covered_units / about.units) if about.units else "none"
    console.show(
        f"{counted(summary.runs, 'place')} {'hold' if summary.runs != 1 else 'holds'} a run of at "
        f"least {counted(summary.min_length, about.unit)} that stands more than once; "
        f"{summary.documents:,} of {counted(about.documents, 'document')} hold one, and "
        f"{summary.covered_units:,} of {counted(about.units, about.unit)} ({share}) lie inside one."
    )
    for row in summary.longest:
        console.show(_line(row, about.unit))


def _line(row: dict[str, Any], unit: str) -> str:
    counts = row["count"], row["document_count"]
    where = f"{console.visible(row['document_id'])} {row['document_start']:,}"
    text = row["document_text"]
    shown = "" if text is None else f": {console.one_line(text)[:TEXT_SHOWN]}"
    return (
        f"  {counted(row['n_units'], unit)}, "
        f"{occurrences(*counts, is_capped=row['count_is_capped'])}, {where}{shown}"
    )
