"""One sequence of words for all: the corpus and the queries as text, and as numbers of 16 bits.

memscan cuts and folds the texts, once. From then on a word is what it says it is, so that tools
which know only numbers or bytes index the same sequence: documents are words with a space between
any two.

- The 65,532 most frequent words of the corpus are numbered. The rarer become one word that no
  query holds, so that they match nothing, as does a word of a query that is not in the corpus.
- A folded word that would be cut otherwise when read again, as that of ``½``, gets a name of
  letters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from benches.peers.drivers.exchange import SEPARATOR
from memscan import _native

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from numpy.typing import NDArray

UNKNOWN = SEPARATOR - 1
"""Stands in queries only, for a word that is not numbered."""

RARE = SEPARATOR - 2
"""Stands in the corpus only, for a word that is not numbered."""

NUMBERED = RARE - 1
"""The words are numbered from 1 to this."""


class Words:
    """All different words of some texts, and the texts as sequences of their places."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Cut and fold the texts."""
        self._places: dict[str, int] = {}
        places = self._places
        self.texts = [
            np.array(
                [places.setdefault(word, len(places)) for word in _native.segment(text)],
                dtype=np.uint32,
            )
            for text in texts
        ]
        self.written = [_readable(word, place) for word, place in places.items()]
        if len(set(self.written)) < len(self.written):
            raise ValueError("two words of the corpus would be written alike")
        self.byte_lengths = np.array([len(word.encode()) for word in self.written])

    def places_of(self, text: str) -> list[tuple[str, int | None]]:
        """Return the words of another text, and their places if they are among these."""
        return [(word, self._places.get(word)) for word in _native.segment(text)]


@dataclass(frozen=True)
class Sample:
    """A part of a corpus that is written for the tools.

    Attributes:
        documents: The words of each document, as places in ``Words``.
        different_words: How many different words they hold.
        corpus_bytes: Size of the written documents.
        query_bytes: Size of each written query, by kind.
        query_words: Length of each query, by kind.
        rare_words: How many words of the corpus are not numbered.
    """

    documents: Sequence[NDArray[np.uint32]]
    different_words: int
    corpus_bytes: int
    query_bytes: Mapping[str, list[int]]
    query_words: Mapping[str, list[int]]
    rare_words: int

    @property
    def words(self) -> int:
        """How many words the corpus has."""
        return sum(len(document) for document in self.documents)


def write_sample(
    words: Words, kinds: Mapping[str, Sequence[str]], size_bytes: int, folder: Path
) -> Sample:
    """Write the first documents, up to a size, and the queries."""
    documents = _cut(words, size_bytes)
    counts = np.bincount(np.concatenate(documents), minlength=len(words.written))
    frequent = np.argsort(-counts, kind="stable")[:NUMBERED]
    frequent = frequent[counts[frequent] > 0]
    numbers = np.zeros(len(counts), dtype=np.int64)
    numbers[frequent] = np.arange(1, len(frequent) + 1)
    texts_of_kinds = {kind: list(map(words.places_of, texts)) for kind, texts in kinds.items()}
    taken = {word for texts in texts_of_kinds.values() for text in texts for word, _ in text}
    taken.update(words.written)
    rare, unknown = _unused("rareword", taken), _unused("unknownword", taken)
    written = [
        word if number else rare for word, number in zip(words.written, numbers, strict=True)
    ]
    texts = [" ".join(written[place] for place in document) for document in documents]
    (folder / "documents.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    tokens = [_tokens(numbers[document]) for document in documents]
    np.concatenate(tokens).astype("<u2").tofile(folder / "tokens.u16")
    is_rare = (numbers == 0) & (counts > 0)
    names = [
        unknown if hidden else word for word, hidden in zip(words.written, is_rare, strict=True)
    ]
    queries = {
        kind: [_query(text, names, numbers, unknown) for text in texts]
        for kind, texts in texts_of_kinds.items()
    }
    (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    return Sample(
        documents=documents,
        different_words=int(np.count_nonzero(counts)),
        corpus_bytes=sum(len(text.encode()) for text in texts),
        query_bytes={
            kind: [len(str(row["words"]).encode()) for row in rows]
            for kind, rows in queries.items()
        },
        query_words={kind: [len(row["tokens"]) for row in rows] for kind, rows in queries.items()},
        rare_words=int(counts[is_rare].sum()),
    )


def _cut(words: Words, size_bytes: int) -> list[NDArray[np.uint32]]:
    """Return the first documents; the last is cut where the size is reached."""
    documents, left = [], size_bytes
    for document in words.texts:
        ends = np.cumsum(words.byte_lengths[document] + 1)
        kept = document[: int(np.searchsorted(ends, left, side="right"))]
        if len(kept):
            documents.append(kept)
            left -= int(ends[len(kept) - 1])
        if len(kept) < len(document):
            break
    return documents


def _tokens(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[SEPARATOR], np.where(numbers == 0, RARE, numbers)])


def _query(
    text: Sequence[tuple[str, int | None]],
    names: Sequence[str],
    numbers: NDArray[np.int64],
    unknown: str,
) -> dict[str, str | list[int]]:
    """Write a query. A word that the corpus does not hold stays what it is."""
    written, tokens = [], []
    for word, place in text:
        if place is None:
            written.append(word if _readable(word, 0) == word else unknown)
            tokens.append(UNKNOWN)
        else:
            written.append(names[place])
            tokens.append(int(numbers[place]) or UNKNOWN)
    return {"words": " ".join(written), "tokens": tokens}


def _readable(word: str, place: int) -> str:
    return word if _native.segment(word) == [word] else f"wordnumber{place}"


def _unused(stem: str, words: AbstractSet[str]) -> str:
    """Return a word that is not among some."""
    return next(name for name in (stem + "x" * more for more in count()) if name not in words)
