"""infini-gram: a suffix array of tokens on disk, sorted by bytes.

Its indexing command tokenizes with models from the network; it leaves that out when the tokens
are there already, so they are written as it would have. Held in memory and without prefetching
from disk, its answers were quickest. ``attribute`` and ``creativity`` start threads for each
position, hence ``find`` as well.
"""

from __future__ import annotations

import subprocess
import sys
from array import array
from typing import TYPE_CHECKING

from infini_gram.engine import InfiniGramEngine

from benches.peers.drivers.exchange import SEPARATOR, Match, Query, Tool, serve
from benches.peers.drivers.search import matching_statistics, maximal_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EVERY_COUNT = 2**62

LEAST_DOCUMENT = (SEPARATOR, 0)
"""A last document of one word that no text holds, and that sorts before all others.

``attribute`` and ``creativity`` of version 2.6.0 give length 0 for a run that sorts before the
whole corpus, whatever it shares with what comes first there. With this there is no such run.
"""


class InfiniGram(Tool):
    """``InfiniGramEngine`` with 16-bit tokens."""

    def build(self) -> None:
        """Put the tokens in place, and run the package's indexing command."""
        data = self.folder / "data"
        data.mkdir()
        tokens = array("H")
        tokens.frombytes(self.corpus.token_path.read_bytes())
        tokens.extend(LEAST_DOCUMENT)
        (self.folder / "tokenized.0").write_bytes(tokens.tobytes())
        starts = [2 * place for place, token in enumerate(tokens) if token == SEPARATOR]
        (self.folder / "offset.0").write_bytes(array("Q", starts).tobytes())
        options = ["--data_dir", data, "--save_dir", self.folder, "--token_dtype", "u16"]
        limits = ["--cpus", "1", "--mem", "8", "--ulimit", "1024"]
        command = [sys.executable, "-m", "infini_gram.indexing", *map(str, options), *limits]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the tool's own command
        data.rmdir()

    def open(self) -> None:
        """Read the index into memory."""
        self.engine = InfiniGramEngine(
            str(self.folder),
            eos_token_id=SEPARATOR - 1,
            vocab_size=SEPARATOR,
            token_dtype="u16",  # noqa: S106 - no password
            load_to_ram=True,
            ds_prefetch_depth=0,
            sa_prefetch_depth=0,
            od_prefetch_depth=0,
        )

    def scans(self) -> Mapping[str, Callable[[Query], list[Match]]]:
        """Its own search for spans, and one built on ``find``."""
        return {"attribute": self._attribute, "find": self._find_matches}

    def statistics(self) -> Mapping[str, Callable[[Query], list[int]]]:
        """Its own longest matches, and those built on ``find``."""
        return {"creativity": self._creativity, "find": self._find_statistics}

    def _attribute(self, query: Query) -> list[Match]:
        found = self.engine.attribute(
            query.tokens, [], self.min_length, EVERY_COUNT, enforce_bow=False
        )
        return [(span["l"], span["length"], span["count"], None) for span in found["spans"]]

    def _creativity(self, query: Query) -> list[int]:
        ends = self.engine.creativity(query.tokens)["rs"]
        return [end - start for start, end in enumerate(ends)]

    def _find_matches(self, query: Query) -> list[Match]:
        count, tokens = self._count, query.tokens
        return [
            (start, end - start, count(tokens[start:end]), None)
            for start, end in maximal_matches(
                len(tokens), lambda start, end: count(tokens[start:end]) > 0, self.min_length
            )
        ]

    def _find_statistics(self, query: Query) -> list[int]:
        count, tokens = self._count, query.tokens
        return matching_statistics(len(tokens), lambda start, end: count(tokens[start:end]) > 0)

    def _count(self, tokens: list[int]) -> int:
        count: int = self.engine.find(tokens)["cnt"]
        return count


if __name__ == "__main__":
    serve(InfiniGram)
