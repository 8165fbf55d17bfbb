r"""The oracle's grapheme clusters, against examples worked by hand and ``\X`` of ``regex``."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.graphemes import first_cluster_end, kinds
from strategies import GRAPHEME_ALPHABET

CLUSTERS = [
    ("a", ["a"]),
    ("\r", ["\r"]),
    ("e\u0301\u0301f", ["e\u0301\u0301", "f"]),
    ("\u200b\u0301", ["\u200b", "\u0301"]),
    ("\u0e01\u0e33\u0e33", ["\u0e01\u0e33\u0e33"]),
    ("\u0e40\u0e01", ["\u0e40", "\u0e01"]),
    ("\u0e01\u200d\u0e02", ["\u0e01\u200d", "\u0e02"]),
    ("\u1112\u1161\u11ab\u11ab\u1112", ["\u1112\u1161\u11ab\u11ab", "\u1112"]),
    ("\uac00\u11a8\u1161", ["\uac00\u11a8", "\u1161"]),
    # Consonants joined by a linker; extenders may stand around it, and it may stand twice.
    ("\u1000\u1039\u1000", ["\u1000\u1039\u1000"]),
    ("\u1780\u17d2\u1780\u17d2\u1780", ["\u1780\u17d2\u1780\u17d2\u1780"]),
    ("\u0915\u093c\u094d\u200d\u0915", ["\u0915\u093c\u094d\u200d\u0915"]),
    ("\u1000\u1039\u1039\u1000", ["\u1000\u1039\u1039\u1000"]),
    ("\u1000\u103a\u1000", ["\u1000\u103a", "\u1000"]),
    ("\u1039\u1000", ["\u1039", "\u1000"]),
    ("a\u1039\u1000", ["a\u1039", "\u1000"]),
    ("\u1000\u0903\u1039\u1000", ["\u1000\u0903\u1039", "\u1000"]),
]


def clusters(text: str) -> list[str]:
    """Cut a text into grapheme clusters."""
    found = []
    while text:
        end = first_cluster_end(text)
        found.append(text[:end])
        text = text[end:]
    return found


@pytest.mark.parametrize(("text", "expected"), CLUSTERS)
def test_text_has_the_clusters_worked_out_by_hand(text: str, expected: list[str]) -> None:
    assert clusters(text) == expected


WITHOUT_LINKERS = [
    character
    for character in GRAPHEME_ALPHABET + "a\uac00\uac01\u11a8"
    if "linker" not in kinds(character)
]


@settings(max_examples=1000, deadline=None)
@given(st.text(WITHOUT_LINKERS, max_size=12))
def test_clusters_without_conjuncts_are_those_of_regex(text: str) -> None:
    assert clusters(text) == regex.findall(r"\X", text)


def test_rules_left_out_cannot_apply() -> None:
    left_out = regex.compile(r"[\p{GCB=Prepend}\p{Regional_Indicator}\p{Extended_Pictographic}]")
    reached = regex.compile(
        r"[\p{M}\uFF9E\uFF9F\p{Default_Ignorable_Code_Point}"
        r"\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]",
    )
    both = [c for c in map(chr, range(0x110000)) if left_out.match(c) and reached.match(c)]
    assert both == []


def test_package_regex_carries_unicode_18() -> None:
    assert regex.match(r"\p{L}", "\u0558"), "assigned in 18"
