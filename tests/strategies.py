"""Corpora and texts for property tests: small, full of repeats, and as awkward as Unicode allows.

Characters are those that both Python's ``unicodedata`` and Unicode 18 know as assigned, so that the
oracle and the engine agree on their properties.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import regex
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

# Words in spellings that fold together, and units of every kind.
ATOMS = [
    *("a", "A", "b", "c", "ab", "x1"),
    *("don't", "don\u2019t", "DONT", "o\u02bcer"),
    *("fine", "\ufb01ne", "Stra\u00dfe", "STRASSE", "\u0130", "i\u0307", "\u00bd", "1\u20442"),
    *("\u00e9", "e\u0301", "E\u0301", "\u1e9e", "\u01c4", "\u03c2", "\u03a3"),
    *("\u6f22", "\u5b57", "\uf900", "\u304c", "\u304b\u3099", "\uff76\uff9e", "\u30fc"),
    *("\u0e01\u0e33", "\u0e17\u0e35\u0e48", "\u0e99\u0eb3", "\u1780\u17d2\u1780"),
    *("\u1000\u1039\u1000", "\u1019\u103c", "\u0e50"),
    *("\ud55c", "\u1112\u1161\u11ab", "co\u00adop", "coop", "\U00010400", "\U0001d54f"),
    *("\u0301", "\u20dd", "\uff9e", "\U0001f469\u200d\U0001f469", "\u2764\ufe0f"),
]
SEPARATORS = [
    *(" ", " ", " ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028"),
    *(", ", ". ", "-", "\u2014", " -- ", "...", "\u2026", "\u201c", "\u201d", '"', "`", "\u00b4"),
    *("", "'", "\u2019", "''", "\u00ad", "\u200b", "\u200d", "\ufeff", "\u00ad'\u00ad", "\x00"),
]

# Code points that meet in a rule of UAX #29, those that the four scripts use first.
GRAPHEME_ALPHABET = (
    "กำ\u0e31\u0e33\u0e40\u0eb3ກ\u1780\u17b6\u17d2\u17c6\u1000\u102b\u1031\u1039\u103a\u103c\u1040"
    "\u109e\u0301\u0903\u093c\u0915\u094d\u200b\u200c\u200d\u00ad\u115f\u1160\u3164\u034f\ufe0f"
    "\uff9e\U000e0061\U000e0100\u17b4"
)

UNASSIGNED = regex.compile(r"\p{Cn}")


def assigned_characters() -> st.SearchStrategy[str]:
    """Return any character assigned both for Python and in Unicode 18."""
    return st.characters(exclude_categories=("Cs", "Cn")).filter(
        lambda character: not UNASSIGNED.match(character),
    )


def running_texts(shortest: int = 0) -> st.SearchStrategy[str]:
    """Return texts of known words between known separators."""
    pieces = st.tuples(st.sampled_from(ATOMS), st.sampled_from(SEPARATORS))
    return st.lists(pieces, min_size=shortest, max_size=12).map(
        lambda pairs: "".join(word + separator for word, separator in pairs),
    )


def plain_texts(shortest: int = 0) -> st.SearchStrategy[str]:
    """Return texts of three words, full of repeats and runs."""
    return st.text("abc", min_size=shortest, max_size=24).map(" ".join)


def unicode_texts() -> st.SearchStrategy[str]:
    """Return texts of any assigned characters, mixed with letters and spaces."""
    return st.text(assigned_characters() | st.sampled_from("ab '"), max_size=16)


def texts() -> st.SearchStrategy[str]:
    """Return texts of every kind, the empty one among them."""
    return running_texts() | plain_texts() | unicode_texts() | st.just("")


def _respell(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


RESPELLINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: unicodedata.normalize("NFD", text),
    _respell(" ", "  "),
    _respell(" ", "\n"),
    _respell(" ", "\u00a0"),
    _respell(" ", ", "),
    _respell("'", "\u2019"),
    _respell('"', "\u201c"),
    _respell("-", "\u2014"),
    _respell("fi", "\ufb01"),
    "\u00ad".join,
]


@st.composite
def corpora(draw: st.DrawFn) -> list[str]:
    """Return the texts of a corpus, most made of the same few texts in different spellings."""
    running = running_texts(shortest=4) | plain_texts(shortest=4)
    bases = draw(st.lists(running | texts(), min_size=1, max_size=3))
    respelled = st.builds(
        lambda base, respelling: respelling(base),
        st.sampled_from(bases),
        st.sampled_from(RESPELLINGS),
    )
    other = st.sampled_from(SEPARATORS) | texts()
    documents = st.lists(respelled | respelled | other, max_size=3).map("".join)
    return draw(st.lists(respelled | documents, min_size=1, max_size=8))


@st.composite
def texts_like(draw: st.DrawFn, originals: list[str]) -> str:
    """Return a text pieced together from stretches of the originals, respelled, and others."""
    pieces = []
    for _ in range(draw(st.integers(1, 3))):
        source = draw(st.sampled_from(originals))
        start = draw(st.just(0) | st.integers(0, len(source)))
        stretch = source[start : draw(st.just(len(source)) | st.integers(start, len(source)))]
        pieces.append(draw(st.sampled_from(RESPELLINGS))(stretch))
        pieces.append(draw(st.sampled_from(SEPARATORS) | texts()))
    return "".join(pieces)


def prompts_like(originals: list[str]) -> st.SearchStrategy[str | None]:
    """Return prompts that share stretches with texts; none and the empty one among them."""
    return st.none() | st.just("") | texts_like(originals) | texts_like(originals)
