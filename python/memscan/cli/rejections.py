"""Records that are no generation, told to a person."""

from typing import TYPE_CHECKING

from memscan.cli import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memscan.records import Rejection

REJECTIONS_SHOWN = 3


def show_rejections(rejections: "Sequence[Rejection]", count: int, where: str | None) -> None:
    """Print the first of some rejections, and how many more there are.

    Args:
        rejections: The first of them.
        count: How many there are in all.
        where: What holds a row for each; ``None`` if nothing does.
    """
    for rejection in rejections[:REJECTIONS_SHOWN]:
        console.say(f"rejected: {rejection.reason}")
    if count > REJECTIONS_SHOWN:
        row = f"; each has its row in {where}" if where else ""
        console.say(f"rejected: {count - REJECTIONS_SHOWN:,} more{row}")
