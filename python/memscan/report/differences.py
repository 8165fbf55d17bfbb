r"""Where two sides of a passage differ, though their units are the same.

Both sides are cut into words and the gaps between them. A passage has the same words on both sides,
in the same order, so words and gaps pair off one by one, in linear time. Where they do not (the cut
here is simpler than that of the index), a small passage is aligned instead, and a large one is left
unmarked, which is said.

White space against other white space is not marked: every line end of a printed book would be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from unicodedata import combining

MOST_CHARACTERS = 200_000
MOST_ALIGNED_TOKENS = 400

_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_JOINS = r"\xad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff"
_LETTERS = rf"(?:[^\W_]|[{_MARKS}])++"
_WORD = re.compile(
    rf"({_LETTERS}(?:[{_JOINS}]*+['\u2018\u2019\u02bc\uff07]?+[{_JOINS}]*+{_LETTERS})*+)"
)
_INK = re.compile(r"\S(?:.*\S)?", re.DOTALL)

Segment = tuple[str, bool]
"""A stretch of text, and whether it differs from the other side."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Both sides of a passage, cut where they begin or cease to differ.

    Attributes:
        left: The one side; its stretches joined are the text.
        right: The other side.
        places: How many places differ.
        compared: Whether the sides were compared; if not, nothing is marked.
    """

    left: list[Segment]
    right: list[Segment]
    places: int
    compared: bool


def differences(left: str, right: str) -> Differences:
    """Mark where two sides of one passage differ."""
    if left == right:
        return Differences([(left, False)], [(right, False)], places=0, compared=True)
    apart = Differences([(left, False)], [(right, False)], places=0, compared=False)
    if max(len(left), len(right)) > MOST_CHARACTERS:
        return apart
    left_tokens = _WORD.split(left)
    right_tokens = _WORD.split(right)
    if len(left_tokens) == len(right_tokens):
        pairs: Iterator[tuple[str, str]] = zip(left_tokens, right_tokens, strict=True)
    elif max(len(left_tokens), len(right_tokens)) <= MOST_ALIGNED_TOKENS:
        pairs = _aligned(left_tokens, right_tokens)
    else:
        return apart
    return _marked(pairs)


def _aligned(left: list[str], right: list[str]) -> Iterator[tuple[str, str]]:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for _, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        yield "".join(left[left_start:left_end]), "".join(right[right_start:right_end])


def _marked(pairs: Iterator[tuple[str, str]]) -> Differences:
    left: list[Segment] = []
    right: list[Segment] = []
    places = 0
    for left_token, right_token in pairs:
        if left_token.split() == right_token.split():
            left.append((left_token, False))
            right.append((right_token, False))
            continue
        places += 1
        prefix, suffix = _common(left_token, right_token)
        left += _around(left_token, prefix, suffix)
        right += _around(right_token, prefix, suffix)
    return Differences(_joined(left), _joined(right), places=places, compared=True)


def _common(left: str, right: str) -> tuple[int, int]:
    """Return how many characters both begin with, and then how many both end with."""
    most = min(len(left), len(right))
    prefix = next((at for at in range(most) if left[at] != right[at]), most)
    most -= prefix
    suffix = next((at for at in range(most) if left[-1 - at] != right[-1 - at]), most)
    return prefix, suffix


def _around(token: str, prefix: int, suffix: int) -> list[Segment]:
    """Mark the middle of a token, or the whole of it where the middle has no ink to underline."""
    start, end = prefix, len(token) - suffix
    if not token[start:end].strip():
        start, end = 0, len(token)
    ink = _INK.search(token, start, end)
    if ink:
        start, end = ink.span()
    while start > 0 and combining(token[start : start + 1] or " "):
        start -= 1
    while end < len(token) and combining(token[end]):
        end += 1
    return [(token[:start], False), (token[start:end], True), (token[end:], False)]


def _joined(segments: list[Segment]) -> list[Segment]:
    """Join neighbours that are marked alike, and drop what is empty."""
    segments = [segment for segment in segments if segment[0]]
    if not segments:
        return []
    ends = [at for at, (one, two) in enumerate(pairwise(segments), 1) if one[1] != two[1]]
    cuts = [0, *ends, len(segments)]
    return [
        ("".join(text for text, _ in segments[start:end]), segments[start][1])
        for start, end in pairwise(cuts)
    ]
