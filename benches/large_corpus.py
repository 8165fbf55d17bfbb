"""A corpus of any size, made of real text: books copied over and over, each copy perturbed.

In every copy one word of twenty is replaced by another of the corpus, so that copies share short
runs and few long ones, as texts of one language do; the vocabulary does not grow.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHARE_REPLACED = 0.05
WORDS_TO_CHOOSE_FROM = 50_000


def write_corpus(books: Path, output: Path, size_bytes: int, *, seed: int = 7) -> int:
    """Write JSON lines of perturbed books until there are ``size_bytes`` of text.

    Args:
        books: Gzip JSON lines with the field ``text``.
        output: The file to write.
        size_bytes: How much text to write, in bytes of UTF-8.
        seed: Of the random numbers that choose words.

    Returns:
        How many bytes of text were written.
    """
    with gzip.open(books) as lines:
        texts = [orjson.loads(line)["text"].split(" ") for line in lines]
    random = np.random.default_rng(seed)
    choice = [word for words in texts for word in words[:1000]][:WORDS_TO_CHOOSE_FROM]
    written = copy = 0
    with output.open("wb") as file:
        while written < size_bytes:
            for number, words in enumerate(texts):
                text = " ".join(_perturbed(words, choice, random) if copy else words)
                record = {"id": f"copy {copy} of book {number}", "text": text}
                file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
                written += len(text.encode())
                if written >= size_bytes:
                    break
            copy += 1
    return written


def _perturbed(words: list[str], choice: list[str], random: np.random.Generator) -> list[str]:
    changed = list(words)
    for place, chosen in _replacements(len(words), len(choice), random):
        changed[place] = choice[chosen]
    return changed


def _replacements(
    count: int, choices: int, random: np.random.Generator
) -> Iterator[tuple[int, int]]:
    size = int(count * SHARE_REPLACED)
    places = random.integers(0, count, size).tolist()
    return zip(places, random.integers(0, choices, size).tolist(), strict=True)
