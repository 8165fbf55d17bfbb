"""How many records may be rejected before a run is an error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from memscan.errors import InputError

DEFAULT = "1%"
LEAST_RECORDS = 10_000
"""Before so many records were read, a share says too little to stop a run early."""


@dataclass(frozen=True, slots=True)
class RejectionLimit:
    """The most records that may be rejected: a number of them, or a share of all.

    Attributes:
        count: How many; ``None`` if a share is meant.
        share: Which share of all records.
    """

    count: int | None
    share: float = 1.0

    @classmethod
    def of(cls, value: str | float) -> RejectionLimit:
        """Return the limit that a person wrote: ``5%``, ``0.05`` or ``100``.

        A whole number is a number of records; what has a point or a percent sign is a share.

        Raises:
            InputError: It is none of these.
        """
        text = str(value).strip()
        try:
            if text.endswith("%"):
                share = float(text[:-1]) / 100
            elif text.isascii() and text.isdigit():
                return cls(int(text))
            else:
                share = float(text)
        except ValueError:
            share = math.nan
        if not 0 <= share <= 1:
            raise InputError(
                f"the limit of rejected records is {text!r}; expected a share such as 5% or 0.05, "
                "or a number of records such as 100"
            )
        return cls(None, share)

    def is_passed(self, rejected: int, records: int) -> bool:
        """Whether so many of so many records are too many."""
        return rejected > (records * self.share if self.count is None else self.count)

    def is_lost(self, rejected: int, records: int, *, share_read: float) -> bool:
        """Whether a run will pass the limit, even if no other record is rejected.

        Args:
            rejected: How many records were rejected so far.
            records: How many there were.
            share_read: Which share of the input they are.
        """
        if self.count is not None:
            return rejected > self.count
        expected = records / share_read if share_read > 0 else math.inf
        return records >= LEAST_RECORDS and rejected > expected * self.share

    def __str__(self) -> str:
        """Return the limit as a person writes it."""
        return f"{100 * self.share:g}%" if self.count is None else str(self.count)
