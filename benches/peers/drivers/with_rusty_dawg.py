"""rusty-dawg: an automaton of all runs of tokens, in memory.

Fed with a query token by token, it keeps the longest match that ends there, and its count. Its
class ``PyDawg`` does the same behind a tokenizer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rusty_dawg import Dawg

from benches.peers.drivers.exchange import Match, Query, Tool, serve
from benches.peers.drivers.search import matches_of_suffixes, statistics_of_suffixes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class RustyDawg(Tool):
    """``Dawg``: it can be loaded from a file, but not written to one from Python."""

    def prepare(self) -> None:
        """Make the list that ``build`` takes."""
        self.tokens = self.corpus.tokens

    def build(self) -> None:
        """Build the automaton."""
        self.dawg = Dawg()
        self.dawg.build(self.tokens)

    def scans(self) -> Mapping[str, Callable[[Query], list[Match]]]:
        """Walk the automaton."""
        return {"transition_and_count": self._matches}

    def statistics(self) -> Mapping[str, Callable[[Query], list[int]]]:
        """Walk the automaton."""
        return {"transition_and_count": self._statistics}

    def _matches(self, query: Query) -> list[Match]:
        states, lengths = self._walk(query)
        count = self.dawg.get_count
        return [
            (start, end - start, count(states[end - 1]), None)
            for start, end in matches_of_suffixes(lengths, self.min_length)
        ]

    def _statistics(self, query: Query) -> list[int]:
        return statistics_of_suffixes(self._walk(query)[1])

    def _walk(self, query: Query) -> tuple[list[int], list[int]]:
        step, state, length = self.dawg.transition_and_count, self.dawg.get_initial(), 0
        states, lengths = [], []
        for token in query.tokens:
            state, length = step(state, token, length)
            states.append(state)
            lengths.append(length)
        return states, lengths


if __name__ == "__main__":
    serve(RustyDawg)
