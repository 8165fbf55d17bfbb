"""pysubstringsearch: a suffix array of bytes; a search returns the entries that hold a string.

An entry is a document here. That gives how many documents hold a match; where and how often it
stands there is not told. Each answer is a copy of all entries found, which is most of the time
for short runs of words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pysubstringsearch import Reader, Writer

from benches.peers.drivers.exchange import Match, Query, Tool, serve
from benches.peers.drivers.search import matching_statistics, maximal_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Pysubstringsearch(Tool):
    """``Writer`` and ``Reader``."""

    def prepare(self) -> None:
        """Lay out the entries: a space before and after each word."""
        self.entries = [f" {document} " for document in self.corpus.documents]

    def build(self) -> None:
        """Write the entries and their suffix array."""
        writer = Writer(str(self.folder / "entries"))
        for entry in self.entries:
            writer.add_entry(entry)
        writer.finalize()

    def open(self) -> None:
        """Open the file."""
        self.reader = Reader(str(self.folder / "entries"))

    def scans(self) -> Mapping[str, Callable[[Query], list[Match]]]:
        """Built on ``search``."""
        return {"search": self._matches}

    def statistics(self) -> Mapping[str, Callable[[Query], list[int]]]:
        """Built on ``search``."""
        return {"search": self._statistics}

    def _matches(self, query: Query) -> list[Match]:
        count, length = self._counter(query)
        return [
            (start, end - start, None, count(start, end))
            for start, end in maximal_matches(
                length, lambda start, end: count(start, end) > 0, self.min_length
            )
        ]

    def _statistics(self, query: Query) -> list[int]:
        count, length = self._counter(query)
        return matching_statistics(length, lambda start, end: count(start, end) > 0)

    def _counter(self, query: Query) -> tuple[Callable[[int, int], int], int]:
        """Return what counts the documents that hold some words, and the query's length."""
        pattern = f" {query.words} "
        spaces = [place for place, character in enumerate(pattern) if character == " "]
        search = self.reader.search

        def count(start: int, end: int) -> int:
            return len(search(pattern[spaces[start] : spaces[end] + 1]))

        return count, len(spaces) - 1


if __name__ == "__main__":
    serve(Pysubstringsearch)
