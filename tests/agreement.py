"""Holds the compiled engine against the oracle: builds indexes and turns Arrow into plain rows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from memscan import _native

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle.scan import Options, Row, Source

ONE_SHARD = 2**31 - 2
SPAN_COLUMNS = [
    *("generation", "start", "end", "byte_start", "byte_end", "n_units", "n_chars"),
    *("document_id", "document_start", "document_end", "document_byte_start", "document_byte_end"),
    *("fidelity", "count", "document_count", "count_is_capped", "echo_units"),
    *("text", "context_before", "context_after"),
    *("document_text", "document_context_before", "document_context_after"),
]
GENERATION_COLUMNS = [
    *("n_units", "n_chars", "covered_units", "coverage", "covered_chars"),
    *("longest_match", "n_spans", "listed_spans"),
]
FIND_COLUMNS = [
    *("document_id", "document_start", "document_end", "document_byte_start", "document_byte_end"),
    *("fidelity", "document_text", "document_context_before", "document_context_after"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How an index is built; none of it may show in an answer."""

    filter_k: int = 5
    filter_bits: int = 12
    shard_units: int = ONE_SHARD
    threads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a scan is run; none of it may show in an answer."""

    threads: int | None = None
    batch_size: int | None = None


DEFAULT = Layout()
ANYHOW = Run()


@contextmanager
def built(texts: Sequence[str], layout: Layout = DEFAULT) -> Iterator[_native.Index]:
    """Build and open an index of texts named as in ``Source.of``; it is gone on leaving."""
    with TemporaryDirectory(prefix="memscan-") as folder:
        path = str(Path(folder) / "index.memscan")
        builder = _native.IndexBuilder(
            path,
            filter_k=layout.filter_k,
            filter_bits=layout.filter_bits,
            shard_units=layout.shard_units,
            threads=layout.threads,
        )
        ids = [f"d{number}" for number in range(len(texts))]
        builder.add(ids, list(texts), ["{}"] * len(texts))
        builder.finish()
        yield _native.Index.open(path)


def smallest_shard(source: Source) -> int:
    """Return the fewest units that a shard must hold: those of the longest document."""
    return max(len(document.units) for document in source.documents)


def rows_of(batch: object, columns: Sequence[str]) -> list[Row]:
    """Return the rows of an Arrow batch, after checking that it has just these columns."""
    table = pa.record_batch(batch)
    assert table.schema.names == list(columns)
    rows: list[Row] = table.to_pylist()
    return rows


def engine_scan(
    index: _native.Index,
    texts: Sequence[str],
    prompts: Sequence[str | None] | None,
    options: Options,
    run: Run = ANYHOW,
) -> tuple[list[Row], list[Row]]:
    """Scan texts in batches, and return rows as one batch would have given them."""
    spans: list[Row] = []
    generations: list[Row] = []
    size = run.batch_size or max(1, len(texts))
    for first in range(0, len(texts), size):
        span_batch, generation_batch = index.scan_batch(
            list(texts[first : first + size]),
            None if prompts is None else list(prompts[first : first + size]),
            min_length=options.minimum_length,
            occurrences=options.occurrences,
            examined=options.examined,
            context=options.context,
            threads=run.threads,
        )
        for row in rows_of(span_batch, SPAN_COLUMNS):
            number = row["generation"]
            assert isinstance(number, int)
            spans.append(row | {"generation": number + first})
        for row in rows_of(generation_batch, GENERATION_COLUMNS):
            assert row.pop("listed_spans") == row["n_spans"], "texts of tests are never too large"
            generations.append(row)
    return spans, generations
