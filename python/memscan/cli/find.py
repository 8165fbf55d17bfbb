"""``memscan find``: where a passage stands in the corpus."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson, IndexPath, NoMmap, open_index
from memscan.cli.wording import counted, occurrences
from memscan.errors import InputError

if TYPE_CHECKING:
    from memscan.results import Found, Match, Occurrence

EXAMPLES = """\b
Examples:
  memscan find books.memscan "call me ishmael"
  memscan find books.memscan "it was the best of times" --limit 3 --json
  pbpaste | memscan find books.memscan -
"""
CONTEXT_CHARS = 60


def find(
    index: IndexPath,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The passage; - is stdin.")],
    *,
    limit: Annotated[int, typer.Option(help="Places to show at most.")] = 10,
    no_mmap: NoMmap = False,
    json: AsJson = False,
) -> None:
    """Find where a passage stands in the corpus.

    If the whole passage stands nowhere, shows the longest part of it that does.
    """
    opened = open_index(index, no_mmap=no_mmap, others=[text])
    passage = _read_stdin() if text == "-" else text
    found = opened.find(passage, limit=limit)
    longest = None if found.count else opened.longest_match(passage)
    if json:
        match = asdict(longest) if longest else None
        console.show_json({**asdict(found), "longest_match": match})
    elif found.count:
        _show_found(found, opened.info.unit)
    elif longest:
        _show_longest(longest, opened.info.unit)
    else:
        console.show(f"no {opened.info.unit} of the text stands in the corpus")


def _read_stdin() -> str:
    data = sys.stdin.buffer.read()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"standard input is not UTF-8 at byte {error.start}",
            hint="convert it first, for example with iconv",
        ) from error


def _show_found(found: "Found", unit: str) -> None:
    shown = len(found.occurrences)
    cut = f"; showing {shown} of {found.count:,}" if shown < found.count else ""
    console.show(f"the text stands {_counts(found)}{cut}")
    for occurrence in found.occurrences:
        _show_occurrence(occurrence, unit)


def _show_longest(match: "Match", unit: str) -> None:
    console.show("the whole text stands nowhere in the corpus")
    cut = f"; showing 1 of {match.count:,}" if match.count > 1 else ""
    console.show(
        f"its longest part that does has {counted(match.n_units, unit)} (characters "
        f"{match.start:,} to {match.end:,} of the text) and stands {_counts(match)}{cut}"
    )
    _show_occurrence(match.occurrence, unit)


def _counts(found: "Found | Match") -> str:
    counts = found.count, found.document_count
    return f"{occurrences(*counts, is_capped=found.count_is_capped)} of the corpus"


def _show_occurrence(occurrence: "Occurrence", unit: str) -> None:
    document = console.one_line(occurrence.document_id)
    place = f"{occurrence.document_start:,} to {occurrence.document_end:,}"
    if occurrence.document_text is None:
        console.show(f"\n{document}, {unit}s {place}; the index stores no text")
        return
    console.show(f"\n{document}, characters {place}, {occurrence.fidelity or 'not compared'}")
    before = occurrence.document_context_before or ""
    after = occurrence.document_context_after or ""
    console.show_passage(
        before=("…" if len(before) > CONTEXT_CHARS else "") + before[-CONTEXT_CHARS:],
        passage=occurrence.document_text,
        after=after[:CONTEXT_CHARS] + ("…" if len(after) > CONTEXT_CHARS else ""),
    )
