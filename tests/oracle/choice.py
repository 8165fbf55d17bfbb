"""Which occurrences of a match are examined where there are many."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")

MASK = 2**64 - 1


def chosen(items: Sequence[Item], count: int, seed: int) -> Sequence[Item]:
    """Return one item, drawn at random, of each of ``count`` equal parts; all if there are few."""
    if len(items) <= count:
        return items
    starts = [len(items) * part // count for part in range(count + 1)]
    return [
        items[start + (split_mix(seed, part) * (end - start) >> 64)]
        for part, (start, end) in enumerate(pairwise(starts))
    ]


def split_mix(seed: int, place: int) -> int:
    """Return a number of the sequence of SplitMix64 (Steele, Lea and Flood 2014)."""
    state = (seed + (place + 1) * 0x9E3779B97F4A7C15) & MASK
    state = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ state >> 27) * 0x94D049BB133111EB) & MASK
    return state ^ state >> 31
