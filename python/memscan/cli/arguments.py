"""Arguments and options that several commands share."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from memscan.cli.failures import UsageError
from memscan.errors import InputError, NotAnIndexError
from memscan.records import OnError, SplitReasoning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memscan.index import Index

IndexPath = Annotated[Path, typer.Argument(metavar="INDEX", help="The index folder.")]
Generations = Annotated[
    list[str],
    typer.Argument(
        metavar="GENERATIONS",
        envvar=[],  # click before 8.2 asks for one where there may be a value from elsewhere
        show_envvar=False,
        help="JSON, Parquet, Arrow, logs, text; folders, globs, URLs; - is stdin.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
TextField = Annotated[
    str | None,
    typer.Option(help="Field with the text, dots for nesting; found if not given."),
]
IdField = Annotated[str | None, typer.Option(help="Field with the id.")]
FileFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="What the files are: jsonl, json, parquet, arrow, text, epub or pdf; found by itself "
        "if not given.",
    ),
]
GenerationFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="The format, such as parquet or openai-batch; found if not given.",
    ),
]
Threads = Annotated[
    int | None, typer.Option(help="Threads to use; one a core if not given.", show_default=False)
]

NoMmap = Annotated[
    bool,
    typer.Option("--no-mmap", help="Read the index into memory; safe if its disk may go away."),
]


def _size(text: str) -> int:
    from memscan.memory import size_in_bytes

    try:
        return size_in_bytes(text)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error


def _policy(text: str) -> str:
    return _one_of(text, get_args(OnError))


def _way_to_split(text: str) -> str:
    return _one_of(text, get_args(SplitReasoning))


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(choices)}")
    return text


OnErrorOption = Annotated[
    OnError | None,
    typer.Option(
        "--on-error",
        parser=_policy,
        metavar="fail|skip|replace",
        help="What becomes of bad records; if not given, generations are skipped and documents are "
        "an error.",
        show_default=False,
    ),
]


Part = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PART",
        help="Part of each answer to scan: completion (if not given), reasoning, tool or all.",
    ),
]
PartOrShare = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PART",
        help="Part of each answer to scan: completion (if not given), reasoning, tool or all; or "
        "the part of the records to scan: I/N, such as 1/3.",
    ),
]


SplitReasoningOption = Annotated[
    SplitReasoning,
    typer.Option(
        "--split-reasoning",
        parser=_way_to_split,
        metavar="WHEN",
        help="Split <think> off: found, opened (all) or never.",
    ),
]


def part_and_share(parts: list[str] | None) -> tuple[str, tuple[int, int] | None]:
    """Return which part of each answer is meant, and which share of the records, if one is."""
    from memscan.readers.generations import parts_named
    from memscan.records import COMPLETION
    from memscan.shares import Share

    names = [text for text in parts or [] if "/" not in text]
    shares = [text for text in parts or [] if "/" in text]
    if len(names) > 1 or len(shares) > 1:
        raise UsageError("--part is given twice for the same")
    try:
        name = names[0] if names else COMPLETION
        parts_named(name)
        share = Share.of_text(shares[0]) if shares else None
    except InputError as error:
        hint = f"; {error.hint}" if error.hint else ""
        if names and names[0].isdigit():
            hint += "; a part of the records is I/N, such as 1/3"
        raise typer.BadParameter(f"{error}{hint}") from error
    return name, None if share is None else (share.number, share.of)


def part_alone(parts: list[str] | None) -> str:
    """Return which part of each answer is meant, for a command that takes all records."""
    name, share = part_and_share(parts)
    if share is not None:
        raise UsageError("a --part I/N of the records is taken by `memscan scan` alone")
    return name


Memory = Annotated[
    int | None,
    typer.Option(
        parser=_size,
        metavar="SIZE",
        help="Memory to use, such as 4GB or 512MiB; half of what is free if not given.",
        show_default=False,
    ),
]


def open_index(path: Path, *, no_mmap: bool = False, others: "Sequence[str]" = ()) -> "Index":
    """Open an index; what the system refuses is then an error of the index, not of the input.

    Where one of the other arguments is an index, the hint says that the index comes first.
    """
    from memscan.index import Index

    try:
        return Index.open(path, mmap=not no_mmap)
    except NotAnIndexError as error:
        swapped = next((one for one in others if (Path(one) / "manifest.json").is_file()), None)
        if swapped is not None:
            error.hint = f"the index comes first, and {swapped} is one"
        raise
    except OSError as error:
        raise NotAnIndexError(f"cannot open the index {path}: {error.strerror or error}") from error
