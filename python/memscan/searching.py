"""Queries asked one index in batches: what they have in common with it at all lengths."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan.batches import in_batches
from memscan.results import DUPLICATES_SCHEMA
from memscan.texts import refuse_no_iterable

DOCUMENTS_AT_ONCE = 256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from memscan import _native
    from memscan.novelty import Counts
    from memscan.progress import Progress
    from memscan.query_tokens import Query, QueryTokens
    from memscan.tokens import NativeTokens


def matching_statistics(
    index: _native.Index,
    query_tokens: QueryTokens,
    queries: Iterable[Query],
    *,
    backward: bool,
    threads: int | None,
) -> Iterator[NDArray[np.uint32]]:
    """Yield the matching statistics of each query; raises as ``QueryTokens.of_queries``."""
    for batch, tokens in _batches(query_tokens, queries):
        yield from index.matching_statistics(
            batch, tokens=tokens, backward=backward, threads=threads
        )


def novelty(
    index: _native.Index,
    query_tokens: QueryTokens,
    queries: Iterable[Query],
    *,
    longest: int,
    threads: int | None,
) -> Iterator[Counts]:
    """Yield the counts of each batch of queries; raises as ``matching_statistics``."""
    for batch, tokens in _batches(query_tokens, queries):
        yield index.novelty(batch, tokens=tokens, longest=longest, threads=threads)


def duplicates(  # noqa: PLR0913 - the options are keyword-only
    index: _native.Index,
    *,
    total: int,
    min_length: int,
    documents: int,
    context: int,
    threads: int | None,
    progress: Progress,
) -> Iterator[pa.RecordBatch]:
    """Yield the runs that stand more than once, some documents at a time; ``total`` there are."""
    found = index.duplicates(
        min_length=min_length, documents=documents, context=context, threads=threads
    )
    done = 0
    while (batch := found.next_batch(DOCUMENTS_AT_ONCE)) is not None:
        done += DOCUMENTS_AT_ONCE
        progress("compare", min(done, total), total)
        columns = [batch.column(name) for name in DUPLICATES_SCHEMA.names]
        yield pa.RecordBatch.from_arrays(
            [
                column.cast(field.type)
                for column, field in zip(columns, DUPLICATES_SCHEMA, strict=True)
            ],
            schema=DUPLICATES_SCHEMA,
        )


def _batches(
    query_tokens: QueryTokens, queries: Iterable[Query]
) -> Iterator[tuple[list[str], list[NativeTokens] | None]]:
    refuse_no_iterable("texts", queries)
    place = 0
    for batch in in_batches(queries, _size):
        yield query_tokens.of_queries(batch, first_place=place)
        place += len(batch)


def _size(query: Query) -> int:
    return len(query) if isinstance(query, Sized) else 1
