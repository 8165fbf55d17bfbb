"""Texts as sequences of units, for each kind of unit.

Words are cut in ``units``. The others are written from their rules:

- A lexeme is a run of characters that may continue an identifier (XID_Continue), as long as it can
  be, or any other single character that is not White_Space. Nothing is folded.
- A byte is a byte of UTF-8. Its place is that of its character.
- Tokens are what a tokenizer says. The one here is a toy with what makes real ones hard: a token
  may hold a leading space, several tokens may share a character, and one may have no character.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import regex

from oracle import units
from oracle.units import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTINUES = regex.compile(r"\p{XID_Continue}")
WHITE_SPACE = regex.compile(r"\p{White_Space}")
MOST_LETTERS = 3


def lexemes(text: str) -> list[Unit]:
    """Return the lexemes of a text, in order."""
    found: list[Unit] = []
    is_open = False
    for place, character in enumerate(text):
        continues = bool(CONTINUES.match(character))
        if continues and is_open:
            start = found.pop().start
            found.append(Unit(start, place + 1, text[start : place + 1]))
        elif not WHITE_SPACE.match(character):
            found.append(Unit(place, place + 1, character))
        is_open = continues
    return found


def bytes_of(text: str) -> list[Unit]:
    """Return the bytes of a text; each stands where its character does."""
    return [
        Unit(place, place + 1, f"{byte:02x}")
        for place, character in enumerate(text)
        for byte in character.encode()
    ]


def tokens(text: str) -> list[Unit]:
    """Return the tokens of a text; a token is compared by its id, kept as a string."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Unit]:
    place = 0
    while place < len(text):
        start = place
        place += text[place] == " "
        letters = 0
        while place < len(text) and letters < MOST_LETTERS and text[place] in _LETTERS:
            place += 1
            letters += 1
        if place > start:
            yield Unit(start, place, _id(text[start:place].lower()))
            continue
        place += 1
        if text[start] == "\n":
            yield Unit(start, start, "7")
            yield Unit(start, place, "4294967295")
            continue
        for byte in text[start].encode():
            yield Unit(start, place, str(byte + 10))


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _id(piece: str) -> str:
    return str(zlib.crc32(piece.encode()))


CUTTERS: dict[str, Callable[[str], list[Unit]]] = {
    "word": units.segment,
    "lexeme": lexemes,
    "byte": bytes_of,
    "token": tokens,
}


def whole_character_places(text: str) -> set[int]:
    """Return the places between bytes of a text where a character begins or the text ends."""
    lengths = [len(character.encode()) for character in text]
    return {sum(lengths[:count]) for count in range(len(lengths) + 1)}
