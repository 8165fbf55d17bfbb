"""How long calls tell how far they are."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What a long call reports to; one call at a time, but not always in the caller's thread."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note of how far a stage is.

        Args:
            stage: What is being done, such as ``read``.
            done: Bytes of the input that are done, as stored.
            total: Bytes of the input in all; ``None`` if unknown, or if the stage is not measured.
        """


def ignore(stage: str, done: int, total: int | None) -> None:
    """Report to nobody."""
