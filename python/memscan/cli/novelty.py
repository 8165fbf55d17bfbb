"""``memscan novelty``: how much of generations, at each length, the corpus does not have."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from typing import TYPE_CHECKING, Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import (
    AsJson,
    GenerationFormat,
    Generations,
    IdField,
    IndexPath,
    NoMmap,
    OnErrorOption,
    Part,
    SplitReasoningOption,
    TextField,
    Threads,
    open_index,
    part_alone,
)
from memscan.cli.failures import SOME_REJECTED
from memscan.cli.progress import reporting
from memscan.cli.rejections import show_rejections
from memscan.cli.wording import counted, percent
from memscan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memscan.novelty import NoveltyCurve

EXAMPLES = """\b
Examples:
  memscan novelty books.memscan generations.jsonl
  memscan novelty books.memscan 'runs/*.jsonl.gz' --longest 50 --csv > novelty.csv
"""


def novelty(  # noqa: PLR0913 - the options of the command
    index: IndexPath,
    generations: Generations,
    *,
    longest: Annotated[int, typer.Option(help="The longest runs to count, in units.")] = 20,
    format: GenerationFormat = None,  # noqa: A002 - the name of the option
    part: Part = None,
    split_reasoning: SplitReasoningOption = "found",
    text_field: TextField = None,
    id_field: IdField = None,
    on_error: OnErrorOption = None,
    threads: Threads = None,
    no_mmap: NoMmap = False,
    json: AsJson = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
) -> None:
    """Show how much of generations the corpus does not have.

    It is told for runs of 1, 2, 3 and more units. A run is novel if it stands in no document of
    the corpus. The shares of all generations together are printed with their denominators. Prompts
    are not looked at: what a generation repeats of its own prompt counts as what it says itself.
    """
    from memscan.novelty import novelty_files

    if json and csv:
        raise InputError("--json and --csv are two formats", hint="choose one")
    opened = open_index(index, no_mmap=no_mmap, others=generations)
    with reporting() as reporter:
        summary = novelty_files(
            opened,
            generations,
            longest=longest,
            format=format,
            part=part_alone(part),
            split_reasoning=split_reasoning,
            text_field=text_field,
            id_field=id_field,
            on_error=on_error,
            threads=threads,
            progress=reporter,
            on_detect=reporter.note,
        )
    show_rejections(summary.rejections, summary.rejected, None)
    unit = opened.info.unit
    if json:
        console.show_json(
            {
                "unit": unit,
                "generations": summary.generations,
                "rejected": summary.rejected,
                "novelty": [
                    {"n": n, "runs": runs, "novel": novel, "share": share}
                    for n, runs, novel, share in _rows(summary.curve)
                ],
            }
        )
    elif csv:
        console.show("n,runs,novel,share")
        for n, runs, novel, share in _rows(summary.curve):
            console.show(f"{n},{runs},{novel},{'' if share is None else share}")
    else:
        units = counted(int(summary.curve.runs[0]), unit)
        left_out = f"; {counted(summary.rejected, 'record')} rejected" if summary.rejected else ""
        console.show(f"{counted(summary.generations, 'generation')}, {units}{left_out}")
        _show_table(summary.curve, unit)
    if summary.rejected:
        raise typer.Exit(SOME_REJECTED)


def _rows(curve: "NoveltyCurve") -> "Iterator[tuple[int, int, int, float | None]]":
    columns = (column.tolist() for column in (curve.n, curve.runs, curve.novel, curve.share))
    for n, runs, novel, share in zip(*columns, strict=True):
        yield n, runs, novel, share if runs else None


def _show_table(curve: "NoveltyCurve", unit: str) -> None:
    rows = [("n", f"runs of n {unit}s", "not in the corpus", "share")]
    rows += [
        (f"{n:,}", f"{runs:,}", f"{novel:,}", "" if share is None else percent(share))
        for n, runs, novel, share in _rows(curve)
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        console.show("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))
