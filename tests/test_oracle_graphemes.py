"""The grapheme clusters that the oracle gets from the package ``regex``, against the rules."""

from __future__ import annotations

import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies import GRAPHEME_ALPHABET


@settings(max_examples=1000, deadline=None)
@given(st.text(GRAPHEME_ALPHABET, max_size=12))
def test_grapheme_clusters_of_regex_are_those_of_the_rules(text: str) -> None:
    assert regex.findall(r"\X", text) == clusters_by_the_rules(text)


def clusters_by_the_rules(text: str) -> list[str]:
    """Cut a text by GB3 to GB9c of UAX #29; emoji and flags (GB11 to GB13) are not needed here."""
    kinds = {
        "control": r"[\p{GCB=Control}\p{GCB=CR}\p{GCB=LF}]",
        "extend": r"[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]",
        "L": r"\p{GCB=L}",
        "V": r"\p{GCB=V}",
        "consonant": r"\p{InCB=Consonant}",
        "linker": r"\p{InCB=Linker}",
        "between": r"[\p{InCB=Extend}\p{InCB=Linker}]",
    }
    holds = [
        {name for name, pattern in kinds.items() if regex.match(pattern, character)}
        for character in text
    ]
    clusters: list[str] = []
    for position, character in enumerate(text):
        here = holds[position]
        before = holds[position - 1] if position else {"control"}
        conjunct_start = position - 1
        while conjunct_start > 0 and "between" in holds[conjunct_start]:
            conjunct_start -= 1
        joins_conjunct = (
            "consonant" in here
            and conjunct_start >= 0
            and "consonant" in holds[conjunct_start]
            and any("linker" in kind for kind in holds[conjunct_start + 1 : position])
        )
        joins = (
            "extend" in here
            or ("L" in before and ("L" in here or "V" in here))
            or ("V" in before and "V" in here)
            or joins_conjunct
        )
        if joins and not {"control"} & (here | before):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def test_package_regex_carries_unicode_17() -> None:
    assert regex.match(r"\p{L}", "\U000323b0"), "assigned in 17"
    assert not regex.match(r"\p{InCB=Linker}", "\u1cf5"), "linker since 18"
