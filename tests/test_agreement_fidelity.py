"""Engine against oracle on the ladder: every typographic character beside every other."""

from __future__ import annotations

import sys
import unicodedata
from itertools import permutations

from agreement import FIND_COLUMNS, Layout, built, engine_scan, rows_of
from oracle.fidelity import (
    DASHES,
    DOUBLE_QUOTES,
    NO_BREAK_SPACES,
    SINGLE_QUOTES,
    SPELLED_OUT,
    WHITE_SPACE,
)
from oracle.scan import Options, Source, find, scan
from oracle.units import character_class, segment

# Characters that look like those of the ladder, and are none of them.
NEAR_MISSES = (
    "\u001c\u001f\u180e\u200b\u2060\ufeff\u00ad\u2800"  # not white space
    "\u2043\u2e17\ufe58\uff0d\u00b7_~\u3030"  # not dashes
    "\u201a\u02bb\u02b9\u2035\u2034\u2036\u275b\u275d\u300c\u301d"  # not quotes
    ",;:.!?()/\u2024\u22ef\u3002"
)
LIGATURES = "".join(character for character in SPELLED_OUT if character.isalpha())
RUNS = [
    "..",
    "...",
    "....",
    "\u2026.",
    "--",
    "---",
    "\u2014\u2014",
    "- -",
    "''",
    "' '",
    '""',
    "\r\n",
    "  ",
]
RUNS += [
    " \u00a0",
    "\u00a0\u00a0",
    "\n\u2007 ",
    " - ",
    "\u00a0\u2013\u00a0",
    "\u2025.",
    "\u2025\u2025",
]
BETWEEN = sorted(
    {*WHITE_SPACE, *NO_BREAK_SPACES, *SINGLE_QUOTES, *DOUBLE_QUOTES, *DASHES, *NEAR_MISSES}
    | {character for character in SPELLED_OUT if character not in LIGATURES}
    | {*RUNS, "", "-", "'", '"'},
)
LIGATURE_WORDS = ["ff", "fi", "fl", "ffi", "ffl", "st", "\u017ft", "FI", *LIGATURES]
LADDER = ["a b c", "a  b\nc", "a\u00a0b c", "A, b c"]


PLAIN = ["'", "''", '"', "-", " ", "...", "..", "."]


def assert_all_pairs_agree(texts: list[str], corpus: list[str]) -> None:
    """Assert that each text, looked for in a corpus, has the fidelities that the oracle finds."""
    source = Source.of(corpus)
    options = Options(occurrences=len(corpus), examined=len(corpus))
    with built(corpus) as index:
        for text in texts:
            count, document_count, _, batch = index.find(
                text,
                limit=options.occurrences,
                examined=options.examined,
                context=0,
            )
            found = (count, document_count, rows_of(batch, FIND_COLUMNS))
            assert found == find(text, source, options), ascii(text)


def test_every_two_separators_agree() -> None:
    texts = [f"a {between} b" for between in BETWEEN]
    texts += [f"a{between}b" for between in BETWEEN if len(segment(f"a{between}b")) == 2]
    assert len(texts) > 200
    assert_all_pairs_agree(texts, texts)


def test_every_separator_of_unicode_agrees_beside_the_plain_ones() -> None:
    separators = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character)[0] in "PSZC"
        and unicodedata.category(character) not in ("So", "Cs", "Cn", "Co")
        and character_class(character) == "separator"
    ]
    assert len(separators) > 2_000
    corpus = [f"a {plain} b" for plain in PLAIN]
    assert_all_pairs_agree([f"a {separator} b" for separator in separators], corpus)


def test_every_two_spellings_of_a_ligature_agree() -> None:
    for texts in (
        [f"a {word} b" for word in LIGATURE_WORDS],
        [f"x{word}y" for word in LIGATURE_WORDS],
    ):
        assert_all_pairs_agree(texts, texts)


def test_every_two_apostrophes_within_a_word_agree() -> None:
    texts = [f"don{mark}t" for mark in ("", "'", *"\u2018\u2019\u02bc\uff07")]
    assert_all_pairs_agree(texts, texts)


def test_occurrences_climb_the_ladder_whatever_their_order() -> None:
    options = [
        Options(minimum_length=3, occurrences=min(occurrences, examined), examined=examined)
        for occurrences in (1, 2, 6)
        for examined in (1, 3, 5, 6)
    ]
    for order in permutations(LADDER):
        corpus = [*order, *order[:2]]
        source = Source.of(corpus)
        with built(corpus, Layout(filter_k=2, shard_units=6)) as index:
            for choice in options:
                found = engine_scan(index, LADDER, None, choice)
                assert found == scan(LADDER, None, source, choice), (corpus, choice)
