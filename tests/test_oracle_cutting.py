"""The oracle's lexemes, bytes and tokens, against examples worked by hand."""

from __future__ import annotations

import pytest

from oracle.cutting import CUTTERS, whole_character_places
from oracle.matches import backward_statistics, maximal_matches, novelty

LEXEMES = [
    ("", []),
    (" \n\t\u00a0\u3000", []),
    ("x += y2", ["x", "+", "=", "y2"]),
    ("snake_case __x", ["snake_case", "__x"]),
    ("3.14e-5", ["3", ".", "14e", "-", "5"]),
    ("If if", ["If", "if"]),
    ("naïve_2(x)", ["naïve_2", "(", "x", ")"]),
    ("漢字は", ["漢字は"]),
    ("a\u0301b", ["a\u0301b"]),
    ('"don\'t"', ['"', "don", "'", "t", '"']),
    ("a\u200bb\u00adc", ["a", "\u200b", "b", "\u00ad", "c"]),
    ("=>\x00", ["=", ">", "\x00"]),
    ("😀😀", ["😀", "😀"]),
]


@pytest.mark.parametrize(("text", "expected"), LEXEMES)
def test_lexemes_are_those_worked_out_by_hand(text: str, expected: list[str]) -> None:
    units = CUTTERS["lexeme"](text)
    assert [unit.folded for unit in units] == expected
    assert [text[unit.start : unit.end] for unit in units] == expected


def test_bytes_stand_where_their_character_does() -> None:
    units = CUTTERS["byte"]("aé")
    assert [(unit.start, unit.end, unit.folded) for unit in units] == [
        (0, 1, "61"),
        (1, 2, "c3"),
        (1, 2, "a9"),
    ]
    assert whole_character_places("aé😀") == {0, 1, 3, 7}


def test_tokens_may_share_a_character_or_have_none() -> None:
    units = CUTTERS["token"]("A bé\n")
    places = [(unit.start, unit.end) for unit in units]
    assert places == [(0, 1), (1, 3), (3, 4), (3, 4), (4, 4), (4, 5)]
    assert units[0].folded == CUTTERS["token"]("a")[0].folded


def test_matches_of_bytes_are_of_whole_characters() -> None:
    # é is c3 a9, è is c3 a8, ö is c3 b6: what they share is no character.
    query, document = ([unit.folded for unit in CUTTERS["byte"](text)] for text in ("aéb", "aèb"))
    places = whole_character_places("aéb")
    assert [(one.start, one.end) for one in maximal_matches(query, [document])] == [(0, 2), (3, 4)]
    found = maximal_matches(query, [document], places=places)
    assert [(one.start, one.end) for one in found] == [(0, 1), (3, 4)]


def test_backward_statistics_and_novelty_are_those_worked_out_by_hand() -> None:
    assert backward_statistics("abcb", ["b", "abc"]) == [1, 2, 3, 1]
    assert backward_statistics("xab", ["ab"]) == [0, 1, 2]
    assert novelty("abcb", ["b", "abc"], 5) == [(4, 0), (3, 1), (2, 1), (1, 1), (0, 0)]
