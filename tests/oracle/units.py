"""Word units, read off ``docs/units.md`` rule by rule.

Unicode versions. The rules name 18.0. Scripts, script extensions, general categories and default
ignorables come from the package ``regex``, which carries Unicode 18 since release 2026.9.29.
Normalisation and case folding come from Python; Python 3.11 knows Unicode 14, and both are stable
for what is assigned there. So this oracle is exact for texts of code points assigned in Unicode 14.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import regex

from oracle.graphemes import first_cluster_end

if TYPE_CHECKING:
    from collections.abc import Iterator

Class = Literal["apostrophe", "ignorable", "cluster", "mark", "ideographic", "letter", "separator"]

APOSTROPHES = "\u0027\u2018\u2019\u02bc\uff07"

# The table of classes; ``&&`` is the intersection of two sets.
_CLASSES: dict[Class, str] = {
    "apostrophe": f"[{APOSTROPHES}]",
    "ignorable": r"\p{Default_Ignorable_Code_Point}",
    "cluster": r"[[\p{L}\p{N}\p{M}]&&"
    r"[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]",
    "mark": r"[\p{M}\uFF9E\uFF9F]",
    "ideographic": r"[[\p{L}\p{N}]&&[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]]",
    "letter": r"[\p{L}\p{N}]",
    "separator": r"[\s\S]",
}
_PATTERNS = {name: regex.compile(pattern, regex.V1) for name, pattern in _CLASSES.items()}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a text.

    Attributes:
        start: Code point at which it begins.
        end: Code point after its last.
        folded: What it is compared by.
    """

    start: int
    end: int
    folded: str


@cache
def character_class(character: str) -> Class:
    """Return the class of one code point: the first row of the table that fits."""
    return next(name for name, pattern in _PATTERNS.items() if pattern.match(character))


def segment(text: str) -> list[Unit]:
    """Return the units of a text, in order."""
    return [Unit(start, end, fold(text[start:end])) for start, end in _spans(text)]


@cache
def fold(unit: str) -> str:
    """Return what a unit is compared by: ``toNFKC_Casefold``, then without apostrophes."""
    folded = to_nfkc_casefold(unit)
    return "".join(character for character in folded if character not in APOSTROPHES)


def to_nfkc_casefold(text: str) -> str:
    """Return ``toNFKC_Casefold(NFD(text))`` (The Unicode Standard, section 3.13, R5 and D147).

    Decomposing first matters for U+0345 alone: folded, it is a letter, and marks that stand before
    it in one of two canonically equivalent texts and after it in the other would part.
    """
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(map(nfkc_casefold, decomposed)))


@cache
def nfkc_casefold(character: str) -> str:
    """Return the property ``NFKC_Casefold`` of one code point.

    It is the fixed point of removing ignorables, folding case and normalising to NFKC.
    """
    before, after = None, character
    while before != after:
        before = after
        visible = "".join(c for c in before if character_class(c) != "ignorable")
        after = unicodedata.normalize("NFKC", visible.casefold())
    return after


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each unit."""
    classes = [character_class(character) for character in text]
    position = 0
    while position < len(text):
        start = position
        match classes[start]:
            case "letter" | "mark":
                position = _word_end(classes, start)
                yield start, position
            case "ideographic":
                position = _marks_end(classes, start + 1)
                yield start, position
            case "cluster":
                position = _cluster_end(text, classes, start)
                yield start, position
            case _:
                position += 1


def _word_end(classes: list[Class], start: int) -> int:
    """Return the end of the word that begins at ``start``."""
    end = start + 1
    while True:
        following = end
        apostrophes = 0
        while following < len(classes) and classes[following] in ("ignorable", "apostrophe"):
            apostrophes += classes[following] == "apostrophe"
            following += 1
        joins = following < len(classes) and classes[following] in ("letter", "mark")
        if not joins or apostrophes > 1:
            return end
        end = following + 1


def _marks_end(classes: list[Class], end: int) -> int:
    """Return the end of the marks that stand at ``end``, ignorables before each allowed."""
    following = end
    while following < len(classes) and classes[following] in ("ignorable", "mark"):
        following += 1
        if classes[following - 1] == "mark":
            end = following
    return end


def _cluster_end(text: str, classes: list[Class], start: int) -> int:
    """Return the end of the grapheme cluster at ``start``, as far as it may belong to a unit."""
    length = first_cluster_end(text[start:])
    end = start
    for position in range(start, start + length):
        if classes[position] not in ("cluster", "mark", "ignorable"):
            break
        if classes[position] != "ignorable":
            end = position + 1
    return end
