"""Which of the records are one job's, where several jobs share a run.

# Idea

Whole files are dealt out in turn where there are enough of them, so that no job reads what is
another's; else the records are dealt out in turn, and every job reads all but scans its own. Which
it is depends on the files alone, so that all jobs agree without knowing of each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memscan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SHARES = 100_000
LEAST_FILES = 4
"""Files are dealt out if there are so many for each share, and none is larger than a share."""


@dataclass(frozen=True, slots=True)
class Share:
    """One share of a run.

    Attributes:
        number: Which, counted from one.
        of: How many there are.

    Raises:
        InputError: There is no such share.
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        """Check that there is such a share."""
        if not 1 <= self.number <= self.of <= MOST_SHARES:
            raise InputError(
                f"part {self.number}/{self.of} is none; expected i/N with i from 1 to N, and N at "
                f"most {MOST_SHARES:,}"
            )

    @classmethod
    def of_text(cls, text: str) -> Share:
        """Return the share that ``i/N`` means.

        Raises:
            InputError: It means none.
        """
        found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
        if not found:
            raise InputError(f"the part is {text!r}; expected i/N, such as 3/16")
        return cls(int(found[1]), int(found[2]))

    def holds(self, number: int) -> bool:
        """Whether the share has this one of the things that are dealt out, counted from zero."""
        return number % self.of == self.number - 1

    def __str__(self) -> str:
        """Return the share as a person writes it."""
        return f"{self.number}/{self.of}"


def are_files_dealt(sizes: Sequence[int], shares: int) -> bool:
    """Whether files of these sizes are dealt out whole; a size of zero is unknown."""
    return (
        len(sizes) >= LEAST_FILES * shares
        and min(sizes, default=0) > 0
        and max(sizes, default=0) <= sum(sizes) / shares
    )
