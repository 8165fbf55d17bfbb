"""The oracle's ladder of fidelity, against pairs of texts with the same units."""
# ruff: noqa: RUF001 -- look-alike characters are the subject

from __future__ import annotations

import unicodedata

import pytest

from oracle.fidelity import NO_BREAK_SPACES, WHITE_SPACE, fidelity

PAIRS = [
    ("the cat", "the cat", "exact"),
    ("don’t", "don’t", "exact"),
    # White space: runs, kinds, line ends.
    ("the cat", "the  cat", "whitespace"),
    ("the cat", "the\r\n\tcat", "whitespace"),
    ("the cat", "the\u2003\u3000cat", "whitespace"),
    ("the cat", "the\u2028cat", "whitespace"),
    ("the\vcat", "the\fcat", "whitespace"),
    # No white space is not one space.
    ("a-b", "a - b", "folded"),
    ("a,b", "a, b", "folded"),
    # Typography.
    ("the cat", "the\u00a0cat", "typography"),
    ("the cat", "the \u202f\u2007 cat", "typography"),
    ("the cat", "the\u200bcat", "folded"),
    ("don't", "don’t", "typography"),
    ("don't", "donʼt", "typography"),
    ("don't", "don＇t", "typography"),
    ("a 'b' c", "a ‹b› c", "typography"),
    ("a 'b' c", "a `b´ c", "typography"),
    ("a 'b' c", "a ‚b‛ c", "typography"),
    ("a 'b", "a ′b", "typography"),
    ('a "b" c', "a “b” c", "typography"),
    ('a "b" c', "a «b» c", "typography"),
    ('a "b" c', "a „b‟ c", "typography"),
    ("a ″b", "a ＂b", "typography"),
    ("a 'b' c", 'a "b" c', "folded"),
    ("a -- b", "a — b", "typography"),
    ("a --- b", "a – b", "typography"),
    ("a - b", "a \u2012\u2212\u2015 b", "typography"),
    ("a\u2010b", "a\u2011b", "typography"),
    ("a\u2e3ab", "a\u2e3bb", "typography"),
    ("a - b", "a  —\u00a0b", "typography"),
    ("a - - b", "a - b", "folded"),
    ("a... b", "a… b", "typography"),
    ("a.. b", "a‥ b", "typography"),
    ("a.... b", "a…. b", "typography"),
    ("a... b", "a.. b", "folded"),
    ("fine office", "ﬁne oﬃce", "typography"),
    ("flow stuff", "ﬂow ﬆuﬀ", "typography"),
    ("baffle", "baﬄe", "typography"),
    # Everything else is folded only.
    ("The cat", "the cat", "folded"),
    ("the, cat", "the cat", "folded"),
    ("dont", "don't", "folded"),
    ("é", "e\u0301", "folded"),
    ("co\u00adoperate", "cooperate", "folded"),
    ("Straße", "Strasse", "folded"),
    ("don’t  stop", "don't stop", "typography"),
    ("don’t  Stop", "don't stop", "folded"),
]


@pytest.mark.parametrize(("left", "right", "expected"), PAIRS)
def test_pair_has_the_fidelity_worked_out_by_hand(left: str, right: str, expected: str) -> None:
    assert fidelity(left, right).name.lower() == expected
    assert fidelity(right, left).name.lower() == expected


def test_white_space_is_that_of_unicode_less_the_no_break_spaces() -> None:
    separators = {chr(c) for c in range(0x110000) if unicodedata.category(chr(c)).startswith("Z")}
    white_space = separators | set("\t\n\v\f\r\u0085")
    assert set(WHITE_SPACE) == white_space - set(NO_BREAK_SPACES)
    assert set(NO_BREAK_SPACES) < white_space
