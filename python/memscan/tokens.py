"""The tokens of a text, and where each stands in it.

A tokenizer counts places in characters, an index in bytes. ASCII needs no conversion; else the
characters' starts are found in the bytes at once, which costs 9 bytes of memory for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_CONTINUATION_BITS, _CONTINUATION = 0xC0, 0x80


NativeTokens: TypeAlias = "tuple[NDArray[np.uint32], NDArray[np.uint32] | None]"
"""Tokens as the compiled module takes them: ids of shape ``(n,)``, and their starts and ends in
bytes, of shape ``(n, 2)``; ``None`` where there is no text."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, in order; all arrays have the shape ``(n,)``.

    Attributes:
        ids: The number of each token, below the tokenizer's ``vocabulary_size``.
        starts: Where its first character starts in the original text, in bytes of UTF-8.
        ends: Where its last character ends, in bytes; equal to the start where it has none.
    """

    ids: NDArray[np.uint32]
    starts: NDArray[np.uint64]
    ends: NDArray[np.uint64]


def tokens_of(text: str, ids: Sequence[int], places: Sequence[tuple[int, int]]) -> Tokens:
    """Return tokens with their places in bytes, brought into order.

    Neither starts nor ends decrease, and none lies outside the text, whatever was reported: the
    library's byte fallback with an end-of-word suffix counts the suffix as text. Places that are
    in order stay as they are.

    Args:
        text: The text, without lone surrogates.
        ids: The number of each token.
        places: The start and end of each in ``text``, in characters.
    """
    flat = np.fromiter(chain.from_iterable(places), np.int64, 2 * len(places))
    starts, ends = np.clip(flat.reshape(-1, 2), 0, len(text)).T
    starts = np.maximum.accumulate(starts)
    ends = np.maximum.accumulate(np.maximum(starts, ends))
    if not text.isascii():
        byte_starts = _byte_starts(text)
        starts, ends = byte_starts[starts], byte_starts[ends]
    return Tokens(np.array(ids, dtype=np.uint32), starts.astype(np.uint64), ends.astype(np.uint64))


def _byte_starts(text: str) -> NDArray[np.int64]:
    """Return where each character starts in UTF-8, and at the end where the text ends."""
    data = np.frombuffer(text.encode() + b"\0", dtype=np.uint8)
    return np.flatnonzero((data & _CONTINUATION_BITS) != _CONTINUATION).astype(np.int64)
