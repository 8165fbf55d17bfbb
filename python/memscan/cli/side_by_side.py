"""Tables on a terminal: as wide as it is, and nothing in the data is markup.

On what is no terminal, and where ``NO_COLOR`` is set, they are plain text.
"""

import os
import sys
from collections.abc import Collection, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from memscan.cli import console
from memscan.report.differences import differences

CONTEXT_CHARS = 60
PASSAGE_CHARS = 1_500
LEAST_LEFT_OUT = 200
"""Fewer characters are rather shown than counted."""
_ANY_WIDTH = 100_000


def show_columns(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str]
) -> None:
    """Print a table; outside a terminal each row on a line of its own."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(
            Text(head), justify="right" if head in numbers else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*map(Text, row))
    _show(table, width=None if sys.stdout.isatty() else _ANY_WIDTH)


def show_sides(left_head: str, right_head: str, left: Text, right: Text) -> None:
    """Print two texts side by side."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    for head in (left_head, right_head):
        table.add_column(Text(console.one_line(head)), ratio=1, overflow="fold")
    table.add_row(left, right)
    _show(table, width=None)


def both_sides(left: tuple[str, str, str], right: tuple[str, str, str]) -> tuple[Text, Text]:
    """Return two passages in their contexts, marked where they differ.

    Args:
        left: What stands before the one, the passage itself, and what stands after it.
        right: The same of the other.
    """
    if max(len(left[1]), len(right[1])) > PASSAGE_CHARS + LEAST_LEFT_OUT:
        segments = [[(_without_middle(side[1]), False)] for side in (left, right)]
    else:
        compared = differences(left[1], right[1])
        segments = [compared.left, compared.right]
    one, other = (
        _in_context(side[0], parts, side[2])
        for side, parts in zip((left, right), segments, strict=True)
    )
    return one, other


def _in_context(before: str, segments: Sequence[tuple[str, bool]], after: str) -> Text:
    text = Text()
    text.append(console.one_line(before)[-CONTEXT_CHARS:], style="dim")
    text.append("«", style="bold")
    for part, differs in segments:
        text.append(console.one_line(part), style="bold underline" if differs else "bold")
    text.append("»", style="bold")
    return text.append(console.one_line(after)[:CONTEXT_CHARS], style="dim")


def _without_middle(text: str) -> str:
    if len(text) <= PASSAGE_CHARS + LEAST_LEFT_OUT:
        return text
    half = PASSAGE_CHARS // 2
    return f"{text[:half]} […{len(text) - 2 * half:,} characters left out…] {text[-half:]}"


def _show(table: Table, *, width: int | None) -> None:
    is_plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
    printer = Console(
        markup=False,
        emoji=False,
        highlight=False,
        width=width,
        color_system=None if is_plain else "auto",
    )
    with printer, printer.capture() as captured:
        printer.print(table)
    for line in captured.get().splitlines():
        console.show(line.rstrip())
