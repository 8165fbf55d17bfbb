"""Duplicates: what a corpus holds more than once.

For each document, the runs of units that stand elsewhere in the corpus too, each as long as can be.
What a model reproduces is largely what it saw often: Lee et al. (2022), "Deduplicating Training
Data Makes Language Models Better"; Carlini et al. (2023), "Quantifying Memorization Across Neural
Language Models". These counts say how often.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq

from memscan.options import shortest
from memscan.progress import Progress, ignore
from memscan.results import DUPLICATES_SCHEMA
from memscan.writers.output import naming_output, refuse_existing

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    import pyarrow as pa

    from memscan.index import Index

LONGEST_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatesSummary:
    """How much of a corpus stands in it more than once.

    Attributes:
        min_length: The shortest run that was looked for, in units.
        runs: How many runs there are: rows.
        documents: How many documents hold one.
        covered_units: Units of the corpus inside a run.
        longest: The longest runs, as rows, longest first.
        seconds: How long it took.
    """

    min_length: int
    runs: int
    documents: int
    covered_units: int
    longest: tuple[dict[str, Any], ...]
    seconds: float


def find_duplicates(  # noqa: PLR0913 - the options are keyword-only
    index: Index,
    *,
    output: Path | None = None,
    min_length: int | None = None,
    documents: int = 5,
    context_chars: int = 0,
    threads: int | None = None,
    progress: Progress = ignore,
) -> DuplicatesSummary:
    """Find what a corpus holds more than once; see ``Index.duplicates``.

    Args:
        index: The corpus.
        output: A Parquet file to write the rows to, as ``DUPLICATES_SCHEMA``; none if not given.
        min_length: The shortest run, in units; what suits the unit if not given.
        documents: How many other documents to name at most for each run.
        context_chars: How many characters to keep on each side of a run.
        threads: How many threads to use; ``None`` for one a core.
        progress: Called as documents are done.

    Raises:
        InputError: If an option is out of its range.
        OutputError: If ``output`` exists, or cannot be written.
    """
    start_seconds = time.monotonic()
    min_length = shortest(index.info.unit, min_length)
    tally = _Tally()
    batches = index.duplicates(
        min_length=min_length,
        documents=documents,
        context_chars=context_chars,
        threads=threads,
        progress=progress,
    )
    with _new_file(output) if output else nullcontext() as writer:
        for batch in batches:
            tally.add(batch)
            if writer is not None and batch.num_rows:
                writer.write_batch(batch)
    return DuplicatesSummary(
        min_length=min_length,
        runs=tally.runs,
        documents=tally.documents,
        covered_units=tally.covered_units,
        longest=tuple(tally.longest),
        seconds=time.monotonic() - start_seconds,
    )


class _Tally:
    """The counts so far. No document is in two batches."""

    def __init__(self) -> None:
        self.runs = self.documents = self.covered_units = 0
        self.longest: list[dict[str, Any]] = []

    def add(self, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        names = ("document_unit_start", "document_unit_end", "n_units")
        starts, ends, lengths = (batch.column(name).to_numpy() for name in names)
        ids = batch.column("document_id").to_pylist()
        is_first = np.array([True, *(one != other for one, other in pairwise(ids))])
        # Within a document ends grow: a run adds what reaches past the one before it.
        reached = np.where(is_first, 0, np.concatenate([[0], ends[:-1]]))
        self.runs += batch.num_rows
        self.documents += int(is_first.sum())
        self.covered_units += int((ends - np.maximum(starts, reached)).sum())
        candidates = batch.take(np.argsort(-lengths, kind="stable")[:LONGEST_SHOWN]).to_pylist()
        self.longest = _longest([*self.longest, *candidates])


def _longest(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the longest rows, each text once."""
    kept: dict[object, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: -row["n_units"]):
        text = row["document_text"]
        kept.setdefault(len(kept) if text is None else text, row)
    return list(kept.values())[:LONGEST_SHOWN]


@contextmanager
def _new_file(output: Path) -> Generator[pq.ParquetWriter]:
    """Give a writer of a file that is there when it is whole, and not before."""
    refuse_existing(output, kind="file")
    hidden = output.with_name(f".{output.name}.unfinished")
    try:
        with naming_output(output), pq.ParquetWriter(hidden, DUPLICATES_SCHEMA) as writer:
            yield writer
        with naming_output(output):
            hidden.rename(output)
    finally:
        hidden.unlink(missing_ok=True)
