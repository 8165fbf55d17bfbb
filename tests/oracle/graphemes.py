r"""Extended grapheme clusters, by the rules of UAX #29 in Unicode 17.0 (revision 47).

Written out, because ``\X`` of the package ``regex`` follows another wording of GB9c since release
2026.11. Left out are the rules that cannot apply from a cluster character on, as far as a unit can
reach: GB9b (prepended letters), GB11 (emoji) and GB12 and GB13 (flags). Only the properties of the
code points come from ``regex``.
"""

from __future__ import annotations

from functools import cache

import regex

_KINDS = {
    "control": r"[\p{GCB=Control}\p{GCB=CR}\p{GCB=LF}]",
    "extend": r"[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]",
    "L": r"\p{GCB=L}",
    "V": r"\p{GCB=V}",
    "T": r"\p{GCB=T}",
    "LV": r"\p{GCB=LV}",
    "LVT": r"\p{GCB=LVT}",
    "consonant": r"\p{InCB=Consonant}",
    "conjunct extend": r"\p{InCB=Extend}",
    "linker": r"\p{InCB=Linker}",
}
_PATTERNS = {kind: regex.compile(pattern) for kind, pattern in _KINDS.items()}


def first_cluster_end(text: str) -> int:
    """Return the end of the grapheme cluster that a text begins with."""
    end = 1
    while end < len(text) and _joins(text, end):
        end += 1
    return end


def _joins(text: str, position: int) -> bool:
    """Tell whether there is no boundary before a position, given none since the text's start."""
    before, after = kinds(text[position - 1]), kinds(text[position])
    if "control" in before | after:  # GB4, GB5
        return False
    return (
        bool("L" in before and after & {"L", "V", "LV", "LVT"})  # GB6
        or bool(before & {"LV", "V"} and after & {"V", "T"})  # GB7
        or bool(before & {"LVT", "T"} and "T" in after)  # GB8
        or "extend" in after  # GB9, GB9a
        or ("consonant" in after and _ends_in_linked_consonant(text[:position]))  # GB9c
    )


def _ends_in_linked_consonant(text: str) -> bool:
    """Tell whether a text ends in a consonant and extenders, at least one of them a linker."""
    is_linked = False
    for character in reversed(text):
        if "consonant" in kinds(character):
            return is_linked
        if not kinds(character) & {"conjunct extend", "linker"}:
            return False
        is_linked |= "linker" in kinds(character)
    return False


@cache
def kinds(character: str) -> frozenset[str]:
    """Return what one code point is to the rules."""
    return frozenset(kind for kind, pattern in _PATTERNS.items() if pattern.match(character))
