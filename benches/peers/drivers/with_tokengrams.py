"""tokengrams: a suffix array of tokens in a mapped file.

It says whether and how often a run of tokens occurs.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tokengrams import MemmapIndex

from benches.peers.drivers.exchange import Match, Query, Tool, serve
from benches.peers.drivers.search import matching_statistics, maximal_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VOCABULARY = 2**16


class Tokengrams(Tool):
    """``MemmapIndex`` with 16-bit tokens."""

    def build(self) -> None:
        """Build the table beside a copy of the tokens, which it needs as well."""
        shutil.copy(self.corpus.token_path, self.folder / "tokens")
        MemmapIndex.build(*self._paths, vocab=VOCABULARY)

    def open(self) -> None:
        """Map both files."""
        self.index = MemmapIndex(*self._paths, vocab=VOCABULARY)

    @property
    def _paths(self) -> tuple[str, str]:
        return str(self.folder / "tokens"), str(self.folder / "table")

    def scans(self) -> Mapping[str, Callable[[Query], list[Match]]]:
        """Built on ``contains``, and ``count`` for what is found."""
        return {"contains": self._matches}

    def statistics(self) -> Mapping[str, Callable[[Query], list[int]]]:
        """Built on ``contains``."""
        return {"contains": self._statistics}

    def _matches(self, query: Query) -> list[Match]:
        index, tokens = self.index, query.tokens
        return [
            (start, end - start, index.count(tokens[start:end]), None)
            for start, end in maximal_matches(
                len(tokens), lambda start, end: index.contains(tokens[start:end]), self.min_length
            )
        ]

    def _statistics(self, query: Query) -> list[int]:
        contains, tokens = self.index.contains, query.tokens
        return matching_statistics(len(tokens), lambda start, end: contains(tokens[start:end]))


if __name__ == "__main__":
    serve(Tokengrams)
