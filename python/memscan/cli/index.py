"""``memscan index``: build an index, look at it, check it, change it."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

import json as json_text
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import (
    AsJson,
    FileFormat,
    IdField,
    IndexPath,
    Memory,
    NoMmap,
    OnErrorOption,
    TextField,
    Threads,
    open_index,
)
from memscan.cli.commands import App
from memscan.cli.failures import SOME_REJECTED, UsageError
from memscan.cli.progress import reporting
from memscan.cli.wording import counted, duration, size
from memscan.errors import InputError
from memscan.urls import is_url

if TYPE_CHECKING:
    from memscan.building import BuildSummary
    from memscan.corpus import Corpus as AnyCorpus
    from memscan.index import Index
    from memscan.index_info import IndexInfo

EXAMPLES = """\b
Examples:
  memscan index build books/ -o books.memscan
  memscan index info books.memscan
  memscan index add books.memscan more-books/
  memscan index verify books.memscan
"""
BUILD_EXAMPLES = """\b
Examples:
  memscan index build books/ -o books.memscan
  memscan index build 'shards/*.jsonl.gz' -o corpus.memscan --text-field content --memory 4GB
  memscan index build src/ -o code.memscan --unit lexeme
  memscan index build --corpus books=books/ --corpus web=crawl.jsonl.gz -o both.memscan
  memscan index build books/ -o tokens.memscan --unit token:tokenizer.json
  zcat dump.jsonl.gz | memscan index build - -o corpus.memscan
"""
ADD_EXAMPLES = """\b
Example:
  memscan index add books.memscan more-books/
"""
REMOVE_EXAMPLES = """\b
Examples:
  memscan index remove books.memscan --id moby.txt
  memscan index remove books.memscan --ids-from takedowns.txt
"""
COMPACT_EXAMPLES = """\b
Example:
  memscan index compact books.memscan
"""
INFO_EXAMPLES = """\b
Examples:
  memscan index info books.memscan
  memscan index info books.memscan --json | jq .units
  memscan index info books.memscan --documents
"""
VERIFY_EXAMPLES = """\b
Example:
  memscan index verify books.memscan && echo sound
"""

Corpus = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[CORPUS...]",
        show_default=False,
        help="Text files, JSON lines or arrays, Parquet, Arrow, EPUB, PDF (also compressed), "
        "folders, globs, URLs; - is stdin (JSON).",
    ),
]

NamedCorpus = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus",
        metavar="NAME=PATH",
        help="A corpus with a name; what is found is then counted for each. May be repeated.",
    ),
]

app = App(rich_markup_mode=None, help="Build, show, check and change an index.", epilog=EXAMPLES)


@app.command(epilog=BUILD_EXAMPLES)
def build(  # noqa: PLR0913 - the options of the command
    corpus: Corpus = None,
    *,
    named: NamedCorpus = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The index folder to create.")],
    unit: Annotated[
        str,
        typer.Option(
            metavar="UNIT",
            help="word, lexeme (source code), byte, or token:PATH, with a tokenizer.json or the "
            "folder of a tokenizer.",
        ),
    ] = "word",
    text_field: TextField = None,
    id_field: IdField = None,
    format: FileFormat = None,  # noqa: A002 - the option is called so
    on_error: OnErrorOption = None,
    no_store_text: Annotated[
        bool,
        typer.Option("--no-store-text", help="Do not keep the texts: no passage is then shown."),
    ] = False,
    memory: Memory = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an index that exists.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with a build that was killed; give the same corpus."),
    ] = False,
    threads: Threads = None,
    json: AsJson = False,
) -> None:
    """Build the index of a corpus."""
    from memscan.building import build_index
    from memscan.options import BuildOptions

    kind, tokenizer = _unit(unit)
    options = BuildOptions(
        unit=kind,
        tokenizer=tokenizer,
        store_text=not no_store_text,
        memory=memory,
        overwrite=overwrite,
        resume=resume,
        threads=threads,
    )
    with reporting() as reporter:
        summary = build_index(
            _corpora(corpus, named),
            output,
            options=options,
            text_field=text_field,
            id_field=id_field,
            format=format,
            on_error=on_error,
            progress=reporter,
            on_detect=reporter.note,
        )
    _show_built(f"built {output}", summary, as_json=json)


@app.command(epilog=ADD_EXAMPLES)
def add(  # noqa: PLR0913 - the options of the command
    index: IndexPath,
    corpus: Corpus = None,
    *,
    named: NamedCorpus = None,
    text_field: TextField = None,
    id_field: IdField = None,
    format: FileFormat = None,  # noqa: A002 - the option is called so
    on_error: OnErrorOption = None,
    memory: Memory = None,
    threads: Threads = None,
    json: AsJson = False,
) -> None:
    """Add documents to an index, as new shards."""
    from memscan.options import ShardOptions
    from memscan.revising import add_to_index

    open_index(index)
    with reporting() as reporter:
        summary = add_to_index(
            index,
            _corpora(corpus, named),
            options=ShardOptions(memory=memory, threads=threads),
            text_field=text_field,
            id_field=id_field,
            format=format,
            on_error=on_error,
            progress=reporter,
            on_detect=reporter.note,
        )
    _show_built(f"added to {index}", summary, as_json=json)


@app.command(epilog=REMOVE_EXAMPLES)
def remove(
    index: IndexPath,
    *,
    id: Annotated[  # noqa: A002 - the option is called so
        list[str] | None, typer.Option("--id", metavar="ID", help="The id of a document.")
    ] = None,
    ids_from: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with one id a line; - is stdin."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Remove documents: they are no longer found or counted.

    They stay on disk until the index is compacted.
    """
    from memscan.revising import remove_from_index

    if not id and ids_from is None:
        raise UsageError("no document is named; expected --id ID or --ids-from FILE")
    open_index(index)
    ids = [*(id or []), *(_ids_in(ids_from) if ids_from else [])]
    count = remove_from_index(index, ids)
    left = open_index(index).info
    if json:
        console.show_json(
            {
                "path": index,
                "removed": count,
                "documents": left.documents,
                "removed_documents": left.removed_documents,
            }
        )
        return
    console.show(
        f"removed {counted(count, 'document')} from {console.visible(str(index))}: "
        f"{counted(left.documents, 'document')} left; "
        f"{counted(left.removed_documents, 'removed document')} on disk until it is compacted"
    )


@app.command(epilog=COMPACT_EXAMPLES)
def compact(
    index: IndexPath, *, memory: Memory = None, threads: Threads = None, json: AsJson = False
) -> None:
    """Write an index anew, without what was removed, in few shards."""
    from memscan.options import ShardOptions
    from memscan.revising import compact_index

    open_index(index)
    with reporting() as reporter:
        summary = compact_index(
            index, options=ShardOptions(memory=memory, threads=threads), progress=reporter
        )
    before, after = summary.before, summary.after
    if json:
        console.show_json({"path": index, **asdict(summary)})
        return
    console.show(
        f"compacted {console.visible(str(index))}: {counted(len(before.shards), 'shard')} to "
        f"{len(after.shards):,}, {size(before.file_bytes)} to {size(after.file_bytes)}, in "
        f"{duration(summary.seconds)}{_peak(summary.peak_bytes)}"
    )


@app.command(epilog=INFO_EXAMPLES)
def info(
    index: IndexPath,
    *,
    documents: Annotated[
        bool,
        typer.Option(
            "--documents",
            help="List the ids of the documents instead; with --json one JSON object a line.",
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Print what an index holds."""
    opened = open_index(index)
    about = opened.info
    if documents:
        _show_documents(opened, as_json=json)
        return
    if json:
        console.show_json({"path": opened.path, **asdict(about)})
        return
    parameters = ", ".join(
        f"{name} = {value}" for name, value in about.parameters.items() if name != "store_text"
    )
    rules = [f"rules {about.unit_rules_version}"]
    rules += [f"Unicode {about.unicode_version}"] if about.unicode_version else []
    rules += [f"tokenizer {about.tokenizer}"] if about.tokenizer else []
    removed = f" ({about.removed_documents:,} removed)" if about.removed_documents else ""
    lines = {
        "index": str(opened.path),
        "id": about.id,
        "unit": f"{about.unit} ({', '.join(rules)})",
        "documents": f"{about.documents:,}{removed}",
        "units": f"{about.units:,}",
        "text": size(about.text_bytes) if about.store_text else "not stored",
        "on disk": size(about.file_bytes),
        "shards": f"{len(about.shards):,}",
        **({"corpora": _names(about)} if about.corpora else {}),
        "parameters": parameters,
        "written by": f"memscan {about.library_version} (format {about.format_version})",
    }
    for name, value in lines.items():
        console.show(f"{name:<12}{console.visible(value)}")


@app.command(epilog=VERIFY_EXAMPLES)
def verify(
    index: IndexPath, *, threads: Threads = None, no_mmap: NoMmap = False, json: AsJson = False
) -> None:
    """Check every byte of an index."""
    opened = open_index(index, no_mmap=no_mmap)
    opened.verify(threads=threads)
    if json:
        about = opened.info
        counts = {"documents": about.documents, "file_bytes": about.file_bytes}
        console.show_json({"path": opened.path, "id": about.id, "is_sound": True, **counts})
        return
    console.show(
        f"{console.visible(str(opened.path))} is sound: "
        f"{counted(opened.info.documents, 'document')}, {size(opened.info.file_bytes)}"
    )


def _corpora(paths: list[str] | None, named: list[str] | None) -> "AnyCorpus":
    """Return the paths by the names of their corpora, or without names if none has one."""
    from memscan.named_corpora import refuse_name

    if not named:
        if not paths:
            raise UsageError("no corpus is given; expected CORPUS or --corpus NAME=PATH")
        return paths
    corpora: dict[str | None, list[str]] = {None: paths} if paths else {}
    for one in named:
        name, equals, path = one.partition("=")
        if not equals or not path or is_url(name):
            raise InputError(f"--corpus {one!r} names no path", hint="write --corpus NAME=PATH")
        refuse_name(name)
        corpora.setdefault(name, []).append(path)
    return corpora  # type: ignore[return-value]  # what has no name is only for here


def _unit(text: str) -> tuple[str, Path | None]:
    """Return the unit and the tokenizer that ``--unit`` names."""
    kind, colon, path = text.partition(":")
    if kind == "token" and not path:
        raise InputError(
            "the unit token needs a tokenizer",
            hint="--unit token:PATH, with a tokenizer.json or the folder of a tokenizer",
        )
    return kind, Path(path) if colon else None


def _names(about: "IndexInfo") -> str:
    return ", ".join(
        f"{corpus.name} ({counted(corpus.documents, 'document')})" for corpus in about.corpora
    )


def _show_built(done: str, summary: "BuildSummary", *, as_json: bool) -> None:
    if as_json:
        console.show_json(asdict(summary))
    else:
        console.show(_built(done, summary))
    if rejected := sum(file.rejected for file in summary.inputs):
        console.say(f"warning: {counted(rejected, 'document')} skipped, not in the index")
        raise typer.Exit(SOME_REJECTED)


def _built(done: str, summary: "BuildSummary") -> str:
    is_counted_once = summary.shards == 1
    different = f" ({summary.distinct_units:,} different)" if is_counted_once else ""
    return (
        f"{console.visible(done)}: {counted(summary.documents, 'document')}, "
        f"{counted(summary.units, summary.unit)}{different}, "
        f"{size(summary.text_bytes)} of text{'' if summary.store_text else ', not stored'}, "
        f"{counted(summary.shards, 'shard')}, in {duration(summary.seconds)}"
        f"{_peak(summary.peak_bytes)}"
    )


def _peak(peak_bytes: int | None) -> str:
    return "" if peak_bytes is None else f"; peak memory {size(peak_bytes)}"


def _show_documents(index: "Index", *, as_json: bool) -> None:
    for batch in index.documents().to_batches():
        for row in batch.to_pylist():
            if as_json:
                row["metadata"] = json_text.loads(row["metadata"])
                console.show(json_text.dumps(row))
            else:
                console.show(console.visible(row["document_id"]))


def _ids_in(path: Path) -> list[str]:
    """Return the ids in a file, one a line; blank lines are passed over."""
    data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 at byte {error.start}", hint="give one id a line, in UTF-8"
        ) from error
    ids = [line.removesuffix("\r") for line in lines]
    return [one for one in ids if one]
