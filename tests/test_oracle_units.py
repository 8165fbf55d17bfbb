"""The oracle's units, against examples worked by hand from ``docs/units.md``."""
# ruff: noqa: RUF001 -- look-alike characters are the subject

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.units import character_class, fold, nfkc_casefold, segment
from strategies import running_texts

SOFT_HYPHEN = "\u00ad"
ZERO_WIDTH_SPACE = "\u200b"
JOINER = "\u200d"
ACUTE = "\u0301"

UNITS = [
    ("", []),
    (" \n\t.,;!?", []),
    ("The cat sat.", ["the", "cat", "sat"]),
    ("state-of-the-art", ["state", "of", "the", "art"]),
    ("1,000 3.14 snake_case", ["1", "000", "3", "14", "snake", "case"]),
    ("x2y", ["x2y"]),
    # Apostrophes join, one at a time.
    ("don't don’t DON'T donʼt don＇t don‘t dont", ["dont"] * 7),
    ("a''b", ["a", "b"]),
    ("a'’b", ["a", "b"]),
    (f"a'{SOFT_HYPHEN}'b", ["a", "b"]),
    (f"a{SOFT_HYPHEN}'{JOINER}b", ["ab"]),
    ("'tis the dogs' o'clock'n'all", ["tis", "the", "dogs", "oclocknall"]),
    ("' ’ ʼ", []),
    # Ignorables join, however many.
    (f"co{SOFT_HYPHEN}operate", ["cooperate"]),
    (f"a{ZERO_WIDTH_SPACE}{JOINER}\ufeff{SOFT_HYPHEN}b", ["ab"]),
    (f"{SOFT_HYPHEN}a{SOFT_HYPHEN} b", ["a", "b"]),
    (SOFT_HYPHEN + JOINER, []),
    # Folding.
    ("ﬁne FINE Straße STRASSE", ["fine", "fine", "strasse", "strasse"]),
    ("é e" + ACUTE + " É", ["é", "é", "é"]),
    ("İ i̇ ı I", ["i̇", "i̇", "ı", "i"]),
    ("½ ² Ⅷ ㎏", ["1⁄2", "2", "viii"]),
    ("Σίσυφος ΣΊΣΥΦΟΣ", ["σίσυφοσ", "σίσυφοσ"]),
    ("ŉ", ["n"]),
    # Marks.
    (ACUTE, [ACUTE]),
    (f".{ACUTE}a", [f"{ACUTE}a"]),
    (f"a'{ACUTE}", [f"a{ACUTE}"]),
    (f"a {ACUTE}b", ["a", f"{ACUTE}b"]),
    # Ideographs and kana, each its own unit with its marks.
    ("漢字かな", ["漢", "字", "か", "な"]),
    ("abc漢def", ["abc", "漢", "def"]),
    ("が か\u3099 カ\u3099 ｶﾞ", ["が", "が", "ガ", "ガ"]),
    (f"漢{SOFT_HYPHEN}{ACUTE}{JOINER}{ACUTE}{JOINER}字", [f"漢{ACUTE}{ACUTE}", "字"]),
    ("漢\U000e0100字", ["漢", "字"]),
    (f"漢'{ACUTE}a", ["漢", f"{ACUTE}a"]),
    ("a'漢'b", ["a", "漢", "b"]),
    ("コーヒー", ["コ", "ー", "ヒ", "ー"]),
    ("\uff9e", ["\u3099"]),
    ("〇㍿", ["〇"]),
    ("한국어 ㄱ", ["한국어", "ᄀ"]),
    # Grapheme clusters of Thai, Lao, Khmer, Myanmar.
    ("กำ", ["ก\u0e4dา"]),
    ("ที่นี่", ["ที่", "นี่"]),
    ("aกb", ["a", "ก", "b"]),
    ("\u1780\u17d2\u1780", ["\u1780\u17d2\u1780"]),
    ("\u1000\u1039\u1000\u1000", ["\u1000\u1039\u1000", "\u1000"]),
    (f"ก{ZERO_WIDTH_SPACE}ข", ["ก", "ข"]),
    (f"ก{ZERO_WIDTH_SPACE}{ACUTE}a", ["ก", f"{ACUTE}a"]),
    (f"aำ{ACUTE}", ["a", f"\u0e4dา{ACUTE}"]),
    ("\u0915\u1039\u1000", ["\u0915", "\u1039", "\u1000"]),
    ("\u1000\u1039\u0915\u0301", ["\u1000\u1039", "\u0915\u0301"]),
    (f"ก{JOINER}ข{JOINER}a", ["ก", "ข", "a"]),
    (f"ก{ACUTE}a", [f"ก{ACUTE}", "a"]),
    (f"ก'{ACUTE}a", ["ก", f"{ACUTE}a"]),
    ("๑๒", ["๑", "๒"]),
    ("ก\u115f\u0301", ["ก", ACUTE]),
    ("\u17b4ក", ["ក"]),
    # Emoji and their parts separate, but a joiner between letters joins.
    ("a👩\u200d👩b ❤\ufe0f", ["a", "b"]),
    ("1\ufe0f\u20e3", ["1\u20e3"]),
]

SPANS = [
    ("  ab  ", [(2, 4)]),
    (f"{SOFT_HYPHEN}a{SOFT_HYPHEN}b{SOFT_HYPHEN}", [(1, 4)]),
    ("'a'b'", [(1, 4)]),
    (f"漢{JOINER}{ACUTE}{JOINER}字", [(0, 3), (4, 5)]),
    (f"ก{JOINER}ข", [(0, 1), (2, 3)]),
    (f"ก{JOINER}{ACUTE}{JOINER}", [(0, 3)]),
    ("\U00010400\U00010401 x", [(0, 2), (3, 4)]),
]

CLASSES = [
    ("'‘’ʼ＇", "apostrophe"),
    ("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f\U000e0100\u034f\u115f\u3164\u17b4", "ignorable"),
    ("กำ๑ກក\u17d2\u1780\u1000\u1039\u1040\uaa60", "cluster"),
    ("\u0301\u20e3\u3099\uff9e\uff9f\u0903\u302a", "mark"),
    ("漢〇々かカｶーｰ\U00020000\uf900〆\u3220\u3192", "ideographic"),
    ("aé1²½ⅧΩ한ㄱא۰\U00010400ʰªʻˈ", "letter"),
    (" .,-_`´\u00a0\u2028\x00👩°€\u0e3f\u0e4f\u0e5a\u10fb\ue000\U0010ffff・", "separator"),
]


@pytest.mark.parametrize(("text", "units"), UNITS)
def test_text_has_the_units_worked_out_by_hand(text: str, units: list[str]) -> None:
    assert folded(text) == units


@pytest.mark.parametrize(("text", "spans"), SPANS)
def test_units_stand_where_worked_out_by_hand(text: str, spans: list[tuple[int, int]]) -> None:
    assert [(unit.start, unit.end) for unit in segment(text)] == spans


@pytest.mark.parametrize(("characters", "expected"), CLASSES)
def test_code_points_have_their_class(characters: str, expected: str) -> None:
    assert {character_class(character) for character in characters} == {expected}


def test_decomposition_comes_before_folding() -> None:
    spellings = ["ᾳ\u0323", "α\u0345\u0323", "α\u0323\u0345"]
    assert {fold(spelling) for spelling in spellings} == {"α\u0323ι"}


def test_apostrophes_go_after_normalisation_so_their_mark_stays_apart() -> None:
    assert fold("a'" + ACUTE) == "a" + ACUTE
    assert fold("a'" + ACUTE) != fold("á")


@pytest.mark.parametrize(
    ("character", "folded"),
    [
        ("A", "a"),
        ("ß", "ss"),
        ("İ", "i̇"),
        ("\u00ad", ""),
        ("\u034f", ""),
        ("½", "1⁄2"),
        ("\u00a0", " "),
        ("ﷺ", "صلى الله عليه وسلم"),
        ("\u1e9a", "a\u02be"),
        ("ͅ", "ι"),
        ("\u1fb3", "αι"),
        ("ꭰ", "Ꭰ"),
        ("Ꭰ", "Ꭰ"),
        ("🄰", "a"),
        ("㎏", "kg"),
    ],
)
def test_property_nfkc_casefold(character: str, folded: str) -> None:
    assert nfkc_casefold(character) == folded


@settings(max_examples=500, deadline=None)
@given(
    st.text(
        "กำ\u1780\u17d2\u1000\u1039\u0301\u200b\u200d\u115f" + "ab1 .'’éßがｶ漢한한", max_size=12
    )
)
def test_units_are_ordered_trimmed_and_complete(text: str) -> None:
    units = segment(text)
    end = 0
    for unit in units:
        assert end <= unit.start < unit.end
        for edge in (text[unit.start], text[unit.end - 1]):
            assert character_class(edge) not in ("apostrophe", "ignorable", "separator")
        end = unit.end
    inside = {position for unit in units for position in range(unit.start, unit.end)}
    for position in set(range(len(text))) - inside:
        assert character_class(text[position]) in ("apostrophe", "ignorable", "separator")


@settings(max_examples=500, deadline=None)
@given(running_texts(), st.data())
def test_text_cut_out_from_unit_to_unit_has_just_these_units(
    text: str, data: st.DataObject
) -> None:
    units = segment(text)
    first = data.draw(st.integers(0, len(units)))
    last = data.draw(st.integers(first, len(units)))
    if first < last:
        stretch = text[units[first].start : units[last - 1].end]
        assert folded(stretch) == [unit.folded for unit in units[first:last]]


@settings(max_examples=500, deadline=None)
@given(
    st.text(
        "ab1 .'’éǻßᾳ\u0345がｶ\uff9e漢한\u1112\u1161\u11ab\u0301\u0323\u0327\u00ad\u200d",
        max_size=12,
    )
)
def test_canonically_equivalent_texts_have_the_same_units(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert folded(composed) == folded(decomposed)


@pytest.mark.parametrize(
    ("text", "composed", "decomposed"),
    [
        # The sign is a separator; decomposed it is one with a mark, and that begins a word.
        ("a≠b", ["a", "b"], ["a", "\u0338b"]),
        # A mark of a cluster script after a foreign letter: canonical order moves it.
        ("é\u17d2", ["é", "\u17d2"], ["e", "\u17d2\u0301"]),
    ],
)
def test_canonical_equivalence_has_exceptions(
    text: str,
    composed: list[str],
    decomposed: list[str],
) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == composed
    assert folded(unicodedata.normalize("NFD", text)) == decomposed


def folded(text: str) -> list[str]:
    """Return the foldings of a text's units."""
    return [unit.folded for unit in segment(text)]
