"""What an open index answers about single texts and about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memscan.novelty import LONGEST, MOST_LENGTHS, Novelty, novelty_of
from memscan.options import shortest, thread_count, whole_number
from memscan.progress import Progress, ignore
from memscan.query_tokens import QueryTokens
from memscan.results import Found, Match, match_of, occurrence_of
from memscan.searching import duplicates, matching_statistics, novelty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from memscan import _native
    from memscan.index_info import IndexInfo
    from memscan.query_tokens import Query

FOUND_EXAMINED = 16
FOUND_CONTEXT_CHARS = 200


class Lookups:
    """The questions that an ``Index`` answers, apart from scans.

    A query is a text or, if the index is one of tokens, an array or list of token ids.
    """

    __slots__ = ("_info", "_native", "_query_tokens")

    def __init__(self, native: _native.Index, info: IndexInfo, path: Path) -> None:
        """Ask an open index of the compiled module."""
        self._native = native
        self._info = info
        self._query_tokens = QueryTokens(native, info.unit, str(path))

    def find(self, query: Query, *, limit: int = 10) -> Found:
        """Find where a whole text stands in the corpus, as a sequence of units.

        Args:
            query: A passage, such as a sentence; or token ids.
            limit: How many places to return at most.

        Raises:
            TypeError: If the query is no text, and no ids where tokens are the unit.
            InputError: If the query has no unit, or holds a lone surrogate or an id out of range.
        """
        limit = whole_number("limit", limit, least=1)
        text, tokens = self._query_tokens.of_query(query)
        count, document_count, is_capped, rows = self._native.find(
            text,
            tokens=tokens,
            limit=limit,
            examined=max(limit, FOUND_EXAMINED),
            context=FOUND_CONTEXT_CHARS,
        )
        return Found(
            count=count,
            document_count=document_count,
            count_is_capped=is_capped,
            occurrences=tuple(occurrence_of(row) for row in rows.to_pylist()),
        )

    def count(self, query: Query) -> int:
        """Return how often a whole text stands in the corpus, as a sequence of units.

        Raises:
            TypeError: As ``find``.
            InputError: As ``find``.
        """
        text, tokens = self._query_tokens.of_query(query)
        return self._native.count(text, tokens=tokens)

    def longest_match(self, query: Query) -> Match | None:
        """Return the longest part of a text that stands in the corpus, the first if several do.

        Returns:
            The match and its best place; ``None`` if not even one unit of the text occurs.
        """
        text, tokens = self._query_tokens.of_query(query)
        rows = self._native.longest_match(text, tokens=tokens, context=FOUND_CONTEXT_CHARS)
        return next((match_of(row) for row in rows.to_pylist()), None)

    def matching_statistics(self, query: Query) -> NDArray[np.uint32]:
        """Return for each unit of a text the length of the longest match that starts there.

        Bytes count as units here even if they are parts of characters.

        Returns:
            Lengths in units; shape ``(n,)`` for ``n`` units, placed as ``unit_spans`` says.
        """
        return self.matching_statistics_many([query], threads=1)[0]

    def backward_statistics(self, query: Query) -> NDArray[np.uint32]:
        """Return for each unit of a text the length of the longest match that *ends* with it."""
        return self.matching_statistics_many([query], backward=True, threads=1)[0]

    def matching_statistics_many(
        self, queries: Iterable[Query], *, backward: bool = False, threads: int | None = None
    ) -> list[NDArray[np.uint32]]:
        """Return the matching statistics of many texts, in their order.

        Args:
            queries: The texts, or token ids; a generator is worked on in batches.
            backward: Whether to tell of matches that end with a unit, not of those that start.
            threads: How many threads to use; ``None`` for one a core.

        Returns:
            One array for each text, as of ``matching_statistics`` or ``backward_statistics``.

        Raises:
            TypeError: If a query is no text, and no ids where tokens are the unit.
            InputError: If a text holds a lone surrogate, an id is out of its range, or a text is
                given and the index holds tokens and no tokenizer.
        """
        threads = thread_count(threads)
        found = matching_statistics(
            self._native, self._query_tokens, queries, backward=backward, threads=threads
        )
        return list(found)

    def novelty(
        self, queries: Iterable[Query], *, longest: int = LONGEST, threads: int | None = None
    ) -> Novelty:
        """Measure how much of texts, in runs of 1 to ``longest`` units, the corpus does not have.

        This is the n-gram novelty of McCoy et al. (2023) and Merrill et al. (2024); the module
        ``memscan.novelty`` has the references.

        Args:
            queries: The texts, or token ids; a generator is worked on in batches.
            longest: The longest runs to count, in units; at most 1,000.
            threads: How many threads to use; ``None`` for one a core.

        Raises:
            TypeError: If a query is no text, and no ids where tokens are the unit.
            InputError: If a text holds a lone surrogate, an id or ``longest`` is out of its range,
                or a text is given and the index holds tokens and no tokenizer.
        """
        longest = whole_number("longest", longest, least=1, most=MOST_LENGTHS)
        threads = thread_count(threads)
        counts = novelty(
            self._native, self._query_tokens, queries, longest=longest, threads=threads
        )
        return novelty_of(counts, longest)

    def duplicates(
        self,
        *,
        min_length: int | None = None,
        documents: int = 5,
        context_chars: int = 0,
        threads: int | None = None,
        progress: Progress = ignore,
    ) -> Iterator[pa.RecordBatch]:
        """Find which runs of units the corpus holds more than once.

        Each is as long as can be: no longer run around it, in its document, stands elsewhere too.

        Args:
            min_length: The shortest run, in units; what suits the unit if not given.
            documents: How many other documents to name at most for each run.
            context_chars: How many characters to return on each side of a run.
            threads: How many threads to use; ``None`` for one a core.
            progress: Called as documents are done.

        Yields:
            Rows as ``memscan.duplicates.DUPLICATES_SCHEMA``, in the order of the corpus; all of
            a document's are in one batch.

        Raises:
            InputError: If an option is out of its range.
        """
        return duplicates(
            self._native,
            total=self._info.documents,
            min_length=whole_number("min_length", shortest(self._info.unit, min_length), least=1),
            documents=whole_number("documents", documents, least=0),
            context=whole_number("context_chars", context_chars, least=0),
            threads=thread_count(threads),
            progress=progress,
        )

    def unit_spans(self, text: str) -> NDArray[np.int64]:
        """Return where each unit of a text starts and ends, in code points; shape ``(n, 2)``."""
        text, tokens = self._query_tokens.of_query(text)
        return self._native.unit_spans(text, tokens=tokens)
