"""Rows that several shares kept, put back into the order of the input."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

from memscan.writers.checkpoints import damaged
from memscan.writers.parts import read_rows
from memscan.writers.rows import RECORD, metadata_of, with_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Rows: TypeAlias = tuple[pa.RecordBatch, pa.RecordBatch]
"""Rows of spans and of generations, as ``writers.rows`` has them."""


def rows_by_files(shares: Sequence[Sequence[Path]], records: Sequence[int]) -> Iterator[Rows]:
    """Yield the rows of all shares where whole files were dealt out.

    Args:
        shares: The folders of the parts of each share.
        records: How many records each file has.

    Raises:
        OutputError: What a share kept is damaged, or does not fit.
    """
    streams = [_Stream(share) for share in shares]
    for number, count in enumerate(records):
        stream, left = streams[number % len(streams)], count
        while left:
            taken = min(left, stream.available())
            if not taken:
                raise stream.does_not_fit()
            yield stream.take(taken)
            left -= taken
    _refuse_rest(streams)


def rows_in_turn(shares: Sequence[Sequence[Path]]) -> Iterator[Rows]:
    """Yield the rows of all shares where the records were dealt out one by one.

    Args:
        shares: The folders of the parts of each share.

    Raises:
        OutputError: What a share kept is damaged, or does not fit.
    """
    streams = [_Stream(share) for share in shares]
    while rounds := min(stream.available() for stream in streams):
        yield _interleaved([stream.take(rounds) for stream in streams], rounds)
    last = [stream for stream in streams if stream.available()]
    if last:
        if last != streams[: len(last)]:
            raise last[-1].does_not_fit()
        yield _interleaved([stream.take(1) for stream in last], 1)
    _refuse_rest(streams)


class _Stream:
    """The rows of one share, in order, to be taken record by record."""

    def __init__(self, parts: Sequence[Path]) -> None:
        self._parts = parts
        self._batches = (rows for part in parts for rows in read_rows(part))
        self._spans: pa.RecordBatch | None = None
        self._generations: pa.RecordBatch | None = None
        self._metadata: list[dict[str, object]] = []
        self._owners = np.empty(0, np.int32)
        self._start = 0

    def available(self) -> int:
        """Return how many records can be taken at once; zero if none is left."""
        while self._generations is None or self._start == self._generations.num_rows:
            rows = next(self._batches, None)
            if rows is None:
                return 0
            self._spans, self._generations = rows
            try:
                self._metadata = metadata_of(self._generations)
            except ValueError as error:
                raise damaged(self._parts[0], str(error)) from error
            self._owners = self._spans.column(RECORD).to_numpy()
            self._start = 0
        return int(self._generations.num_rows - self._start)

    def take(self, count: int) -> Rows:
        """Return the next ``count`` records, which are available."""
        first, self._start = self._start, self._start + count
        start, end = np.searchsorted(self._owners, [first, self._start])
        spans, generations = self._spans, self._generations
        assert spans is not None  # noqa: S101 - as they are available
        assert generations is not None  # noqa: S101
        owners = pa.array(self._owners[start:end] - np.int32(first), pa.int32())
        return (
            _with_owners(spans.slice(start, end - start), owners),
            with_metadata(generations.slice(first, count), self._metadata[first : self._start]),
        )

    def does_not_fit(self) -> Exception:
        """Return the error for records that are too many, or too few."""
        place = self._parts[0] if self._parts else Path("parts")
        return damaged(place, "its number of records does not fit the other parts")


def _refuse_rest(streams: Sequence[_Stream]) -> None:
    for stream in streams:
        if stream.available():
            raise stream.does_not_fit()


def _interleaved(rows: Sequence[Rows], rounds: int) -> Rows:
    """Return one record of each, then the next of each, and so on."""
    places = np.arange(rounds)
    order = np.concatenate([places + number * rounds for number in range(len(rows))])
    order = order.reshape(len(rows), rounds).T.ravel()
    generations = pa.Table.from_batches([each for _, each in rows]).take(pa.array(order))
    owners = np.concatenate(
        [
            spans.column(RECORD).to_numpy().astype(np.int64) * len(rows) + number
            for number, (spans, _) in enumerate(rows)
        ]
    )
    span_order = np.argsort(owners, kind="stable")
    spans = pa.Table.from_batches([each for each, _ in rows]).take(pa.array(span_order))
    metadata = zip(*(metadata_of(each) for _, each in rows), strict=True)
    return (
        _with_owners(_as_batch(spans), pa.array(owners[span_order], pa.int32())),
        with_metadata(_as_batch(generations), list(chain.from_iterable(metadata))),
    )


def _with_owners(spans: pa.RecordBatch, owners: pa.Array) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([*spans.columns[:-1], owners], schema=spans.schema)


def _as_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
