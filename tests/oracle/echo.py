"""The part of a span that already stood in the generation's own prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def echo_units(span: Sequence[str], prompt: Sequence[str]) -> int:
    """Return the length, in units, of the longest stretch of the span that the prompt has too."""
    stretches = (
        end - start
        for start in range(len(span))
        for end in range(start + 1, len(span) + 1)
        if stands_in(span[start:end], prompt)
    )
    return max(stretches, default=0)


def stands_in(stretch: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether a stretch of units stands somewhere in a text, unbroken."""
    return any(
        text[start : start + len(stretch)] == stretch
        for start in range(len(text) - len(stretch) + 1)
    )
