"""How closely two texts with the same units agree: the strictest level at which they are equal."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Unicode White_Space, less the three no-break spaces.
WHITE_SPACE = (
    "\t\n\v\f\r \u0085\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a"
    "\u2028\u2029\u205f\u3000"
)
NO_BREAK_SPACES = "\u00a0\u2007\u202f"
SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u02bc\uff07\u0060\u00b4\u2032\u2039\u203a"
DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
DASHES = "\u002d\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b"
SPELLED_OUT = {
    "\u2026": "...",
    "\u2025": "..",
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}


class Fidelity(IntEnum):
    """The levels, strictest first; their names in lower case are what results hold."""

    EXACT = 0
    WHITESPACE = 1
    TYPOGRAPHY = 2
    FOLDED = 3


def fidelity(left: str, right: str) -> Fidelity:
    """Return the strictest level at which two texts are equal; they have the same units."""
    levels: list[tuple[Fidelity, Callable[[str], str]]] = [
        (Fidelity.EXACT, str),
        (Fidelity.WHITESPACE, one_space),
        (Fidelity.TYPOGRAPHY, plain_typography),
    ]
    for level, normalise in levels:
        if normalise(left) == normalise(right):
            return level
    return Fidelity.FOLDED


def one_space(text: str) -> str:
    """Return the text with each run of white space made one space."""
    return re.sub(f"[{re.escape(WHITE_SPACE)}]+", " ", text)


def plain_typography(text: str) -> str:
    """Return the text with quotes, dashes, ellipses, ligatures and white space made plain."""
    text = re.sub(f"[{NO_BREAK_SPACES}]", " ", text)
    text = re.sub(f"[{SINGLE_QUOTES}]", "'", text)
    text = re.sub(f"[{DOUBLE_QUOTES}]", '"', text)
    text = re.sub(f"[{re.escape(DASHES)}]+", "-", text)
    for character, letters in SPELLED_OUT.items():
        text = text.replace(character, letters)
    return one_space(text)
