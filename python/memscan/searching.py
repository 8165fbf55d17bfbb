"""Texts asked one index in batches: what they have in common with it at all lengths."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan.batches import in_batches
from memscan.results import DUPLICATES_SCHEMA
from memscan.texts import as_texts, refuse_surrogates

DOCUMENTS_AT_ONCE = 256

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from memscan import _native
    from memscan.novelty import Counts
    from memscan.progress import Progress
    from memscan.query_tokens import QueryTokens
    from memscan.tokens import NativeTokens


def matching_statistics(
    index: _native.Index,
    query_tokens: QueryTokens,
    texts: Iterable[str],
    *,
    backward: bool,
    threads: int | None,
) -> Iterator[NDArray[np.uint32]]:
    """Yield the matching statistics of each text.

    Raises:
        TypeError: If a text is no ``str``.
        InputError: If one holds a lone surrogate.
    """
    for batch, tokens in _batches(query_tokens, texts):
        yield from index.matching_statistics(
            batch, tokens=tokens, backward=backward, threads=threads
        )


def novelty(
    index: _native.Index,
    query_tokens: QueryTokens,
    texts: Iterable[str],
    *,
    longest: int,
    threads: int | None,
) -> Iterator[Counts]:
    """Yield the counts of each batch of texts; raises as ``matching_statistics``."""
    for batch, tokens in _batches(query_tokens, texts):
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
    query_tokens: QueryTokens, texts: Iterable[str]
) -> Iterator[tuple[list[str], list[NativeTokens] | None]]:
    place = 0
    for batch in in_batches(as_texts(texts), len):
        for text in batch:
            refuse_surrogates(f"text {place}", text)
            place += 1
        yield batch, query_tokens.of_texts(batch)


@contextmanager
def naming_surrogates(text: str) -> Generator[None]:
    """Say where the lone surrogate is that a text cannot be encoded for."""
    try:
        yield
    except UnicodeEncodeError:
        refuse_surrogates("the text", text)
        raise
