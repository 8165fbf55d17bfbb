"""Engine against oracle on what a unit is: every code point, any text, any alignment."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement import Layout, built, token_arrays
from memscan import _native
from oracle.cutting import CUTTERS, lexemes
from oracle.units import character_class, segment
from strategies import ATOMS, GRAPHEME_ALPHABET, SEPARATORS, UNASSIGNED, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where one code point can stand; `{}` is the place.
SETTINGS = [
    "{}",
    "a{}b",
    "a{}'b",
    "a'{}b",
    "\u6f22{}\u0301",
    "\u0e01{}\u0301\u0e01",
    "\u0e01{}\u0301a",
    "\u00ad{}\u00ad",
]
# Of private use, which is all alike, one code point in 97 is tried.
PRIVATE_USE = [range(0xE000, 0xF900), range(0xF0000, 0x110000)]


def folded(text: str) -> list[str]:
    """Return what the oracle takes a text's units to be."""
    return [unit.folded for unit in segment(text)]


def characters_to_try() -> Iterator[str]:
    """Yield the code points assigned for Python and in Unicode 18, private use thinned out."""
    for code_point in range(sys.maxunicode + 1):
        character = chr(code_point)
        thinned = code_point % 97 and any(code_point in block for block in PRIVATE_USE)
        surrogate_or_unassigned = unicodedata.category(character) in ("Cs", "Cn")
        if not thinned and not surrogate_or_unassigned and not UNASSIGNED.match(character):
            yield character


def test_engine_speaks_of_unicode_18() -> None:
    assert _native.unicode_version() == "18.0.0"


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_code_point_makes_the_same_units(setting: str) -> None:
    characters = list(characters_to_try())
    wrong = {}
    for character in characters:
        text = setting.format(character)
        if _native.segment(text) != folded(text):
            wrong[f"U+{ord(character):04X}"] = (_native.segment(text), folded(text))
    assert wrong == {}
    assert len(characters) > 100_000


def test_code_points_unassigned_in_unicode_18_separate() -> None:
    unassigned = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if UNASSIGNED.match(character) and character_class(character) == "separator"
    ]
    assert len(unassigned) > 700_000
    assert _native.segment("".join(unassigned)) == []


def test_reserved_ignorables_are_ignorable() -> None:
    for code_point in (0x2065, 0xFFF0, 0xFFF8, 0xE0000, 0xE0080, 0xE01F0, 0xE0FFF):
        assert character_class(chr(code_point)) == "ignorable"
        assert _native.segment(f"a{chr(code_point)}b") == ["ab"]


def test_every_pair_of_atoms_around_every_separator_agrees() -> None:
    for first in ATOMS:
        for separator in sorted(set(SEPARATORS)):
            text = " ".join(first + separator + second for second in ATOMS)
            assert _native.segment(text) == folded(text), (first, separator)


@pytest.mark.parametrize("filler", [" ", "x", "\u00e9", "\u6f22", "'", "a ", "don't "])
def test_units_do_not_depend_on_alignment(filler: str) -> None:
    samples = [
        "don't stop",
        "a\u00adb\u2019c",
        "caf\u00e9 e\u0301",
        "\u304b\u3099x'",
        "''a''b''",
        "\u0e01\u0e33.",
    ]
    for count in range(140):
        for sample in samples:
            text = (filler * count)[:count] + sample + (filler * count)[: count % 7] + sample
            assert _native.segment(text) == folded(text), (count, sample)


def test_words_of_any_length_agree() -> None:
    for length in [*range(1, 300), 1000, 4095, 4096, 4097, 65_537]:
        for word in ("A" * length, "\u00c9" * length, "a'" * length, "a\u00ad" * length):
            assert _native.segment(f"{word} b") == folded(f"{word} b"), length


def folded_lexemes(text: str) -> list[str]:
    """Return the oracle's lexemes."""
    return [unit.folded for unit in lexemes(text)]


def test_every_code_point_makes_the_same_lexemes() -> None:
    for before, after in (("", ""), ("a", "b"), (" ", " "), ("+", "1")):
        wrong = [
            f"U+{ord(character):04X}"
            for character in characters_to_try()
            for text in [f"{before}{character}{after}"]
            if _native.segment(text, "lexeme") != folded_lexemes(text)
        ]
        assert wrong == []


@settings(max_examples=1500, deadline=None)
@given(texts())
def test_any_text_has_the_same_lexemes(text: str) -> None:
    assert _native.segment(text, "lexeme") == folded_lexemes(text)


@pytest.mark.parametrize("unit", ["lexeme", "byte", "token"])
def test_other_units_stand_at_the_same_code_points(unit: str) -> None:
    @settings(max_examples=300, deadline=None)
    @given(texts())
    def agrees(text: str) -> None:
        tokens = token_arrays(text) if unit == "token" else None
        spans = index.unit_spans(text, tokens=tokens).tolist()
        assert spans == [[one.start, one.end] for one in CUTTERS[unit](text)]

    with built(["a"], Layout(unit=unit)) as index:
        agrees()


@settings(max_examples=1500, deadline=None)
@given(texts())
def test_any_text_has_the_same_units(text: str) -> None:
    assert _native.segment(text) == folded(text)


AWKWARD = "".join(sorted(set("".join(ATOMS + SEPARATORS)) | set(GRAPHEME_ALPHABET)))


@settings(max_examples=3000, deadline=None)
@given(st.text(AWKWARD, max_size=16))
def test_any_text_of_awkward_characters_has_the_same_units(text: str) -> None:
    assert _native.segment(text) == folded(text)


def test_units_stand_at_the_same_code_points() -> None:
    @settings(max_examples=1000, deadline=None)
    @given(texts())
    def agrees(text: str) -> None:
        expected = [[unit.start, unit.end] for unit in segment(text)]
        assert index.unit_spans(text).tolist() == expected
        assert index.unit_spans(text).shape == (len(expected), 2)

    with built(["a"]) as index:
        agrees()
