"""pydivsufsort: the suffix array of a text's bytes, as a NumPy array, and a search in it.

The text is all documents, with a space before and after each word and a line end between
documents; no query holds one, so no match goes across. The array has no file format of its own:
NumPy writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydivsufsort import divsufsort, sa_search

from benches.peers.drivers.exchange import Match, Query, Tool, serve
from benches.peers.drivers.search import matching_statistics, maximal_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Pydivsufsort(Tool):
    """``divsufsort`` and ``sa_search`` on bytes."""

    def prepare(self) -> None:
        """Lay out the text."""
        self.text = "\n".join(f" {document} " for document in self.corpus.documents).encode()

    def build(self) -> None:
        """Sort, and write text and array."""
        (self.folder / "text").write_bytes(self.text)
        np.save(self.folder / "suffixes.npy", divsufsort(self.text))

    def open(self) -> None:
        """Read both into memory."""
        self.text = (self.folder / "text").read_bytes()
        self.suffixes = np.load(self.folder / "suffixes.npy")

    def scans(self) -> Mapping[str, Callable[[Query], list[Match]]]:
        """Built on ``sa_search``."""
        return {"sa_search": self._matches}

    def statistics(self) -> Mapping[str, Callable[[Query], list[int]]]:
        """Built on ``sa_search``."""
        return {"sa_search": self._statistics}

    def _matches(self, query: Query) -> list[Match]:
        count, length = self._counter(query)
        return [
            (start, end - start, count(start, end), None)
            for start, end in maximal_matches(
                length, lambda start, end: count(start, end) > 0, self.min_length
            )
        ]

    def _statistics(self, query: Query) -> list[int]:
        count, length = self._counter(query)
        return matching_statistics(length, lambda start, end: count(start, end) > 0)

    def _counter(self, query: Query) -> tuple[Callable[[int, int], int], int]:
        """Return what counts the words from a start to an end, and the query's length."""
        pattern = f" {query.words} ".encode()
        spaces = [place for place, byte in enumerate(pattern) if byte == ord(" ")]
        text, suffixes = self.text, self.suffixes

        def count(start: int, end: int) -> int:
            found: int = sa_search(text, suffixes, pattern[spaces[start] : spaces[end] + 1])[0]
            return found

        return count, len(spaces) - 1


if __name__ == "__main__":
    serve(Pydivsufsort)
