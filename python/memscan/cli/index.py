"""``memscan index``: build an index, look at it, check it."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson, IdField, IndexPath, TextField, Threads, open_index
from memscan.cli.progress import reporting
from memscan.cli.wording import counted, duration, size

BUILD_EXAMPLES = """\b
Examples:
  memscan index build books/ -o books.memscan
  memscan index build 'shards/*.jsonl.gz' -o corpus.memscan --text-field content
  zcat dump.jsonl.gz | memscan index build - -o corpus.memscan
"""
INFO_EXAMPLES = """\b
Examples:
  memscan index info books.memscan
  memscan index info books.memscan --json | jq .units
"""
VERIFY_EXAMPLES = """\b
Example:
  memscan index verify books.memscan && echo sound
"""

app = typer.Typer(rich_markup_mode=None, help="Build, show and check an index.")


@app.command(epilog=BUILD_EXAMPLES)
def build(  # noqa: PLR0913 - the options of the command
    corpus: Annotated[
        list[str],
        typer.Argument(
            metavar="CORPUS",
            help="Text files, JSON lines (also gzipped), folders, globs; - is stdin (JSON lines).",
        ),
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The index folder to create.")],
    text_field: TextField = None,
    id_field: IdField = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an index that exists.")
    ] = False,
    threads: Threads = None,
) -> None:
    """Build the index of a corpus."""
    from memscan.building import build_index
    from memscan.options import BuildOptions

    with reporting() as reporter:
        summary = build_index(
            corpus,
            output,
            options=BuildOptions(overwrite=overwrite, threads=threads),
            text_field=text_field,
            id_field=id_field,
            progress=reporter,
            on_detect=reporter.note,
        )
    console.show(
        f"built {console.visible(str(output))}: {counted(summary.documents, 'document')}, "
        f"{counted(summary.units, 'word')} ({summary.distinct_units:,} different), "
        f"{size(summary.text_bytes)} of text, in {duration(summary.seconds)}"
    )


@app.command(epilog=INFO_EXAMPLES)
def info(index: IndexPath, *, json: AsJson = False) -> None:
    """Print what an index holds."""
    opened = open_index(index)
    about = opened.info
    if json:
        console.show_json({"path": str(opened.path), **asdict(about)})
        return
    parameters = ", ".join(f"{name} = {value}" for name, value in about.parameters.items())
    lines = {
        "index": str(opened.path),
        "id": about.id,
        "unit": f"{about.unit} (rules {about.unit_rules_version}, Unicode {about.unicode_version})",
        "documents": f"{about.documents:,}",
        "units": f"{about.units:,}",
        "text": size(about.text_bytes),
        "on disk": size(about.file_bytes),
        "shards": f"{len(about.shards):,}",
        "parameters": parameters,
        "written by": f"memscan {about.library_version} (format {about.format_version})",
    }
    for name, value in lines.items():
        console.show(f"{name:<12}{console.visible(value)}")


@app.command(epilog=VERIFY_EXAMPLES)
def verify(index: IndexPath, *, threads: Threads = None) -> None:
    """Check every byte of an index."""
    opened = open_index(index)
    opened.verify(threads=threads)
    console.show(
        f"{console.visible(str(opened.path))} is sound: "
        f"{counted(opened.info.documents, 'document')}, {size(opened.info.file_bytes)}"
    )
