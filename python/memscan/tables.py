"""From records to the two tables: one call of the compiled scanner, and the names put back.

The scanner knows texts by their place in a batch. Here their ids and models take the place of that
number, and the records that were rejected before the scan get their rows among the others.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from memscan.outcomes import BLOCKED, REFUSED
from memscan.records import Generation
from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from memscan import _native
    from memscan.options import ScanOptions
    from memscan.query_tokens import Cut, CutQuery
    from memscan.records import Rejection


# pyarrow looks for a module whenever it infers a type, and a child that is forked meanwhile
# waits for the import for ever: the types are given.
_TEXT = partial(pa.scalar, type=pa.string())


class Rows(NamedTuple):
    """What a batch of records has of rows.

    Attributes:
        spans: Rows of spans, as ``SPANS_SCHEMA``.
        generations: Rows of generations, one a record, as ``GENERATIONS_SCHEMA``.
        span_records: For each row of spans the place of its record in the batch; int32.
    """

    spans: pa.RecordBatch
    generations: pa.RecordBatch
    span_records: pa.Array


def scan_records(  # noqa: PLR0913 - the options are keyword-only
    index: _native.Index,
    records: Sequence[Generation | Rejection],
    cut: Cut,
    options: ScanOptions,
    min_length: int,
    *,
    template: CutQuery | None = None,
    baseline: _native.Index | None = None,
) -> Rows:
    """Return the rows of spans and of generations for some records, in their order.

    Args:
        index: The index.
        records: The records.
        cut: Their tokens, if the index holds tokens.
        options: How closely to look, and how much to report.
        min_length: Shortest match to report, in units.
        template: What all prompts share.
        baseline: An index of what is common.

    Raises:
        UnicodeEncodeError: If a text or prompt holds a lone surrogate.
    """
    generations = [record for record in records if isinstance(record, Generation)]
    prompts = [generation.prompt for generation in generations]
    spans, measures = index.scan_batch(
        [generation.text for generation in generations],
        None if all(prompt is None for prompt in prompts) else prompts,
        tokens=cut.tokens,
        prompt_tokens=cut.prompt_tokens,
        min_length=min_length,
        min_characters=options.min_chars,
        occurrences=options.occurrences,
        examined=options.occurrences_examined,
        context=options.context_chars,
        seed=options.seed,
        template=template.text if template else None,
        template_tokens=template.tokens if template else None,
        baseline=baseline,
        threads=options.threads,
    )
    scanned = [place for place, r in enumerate(records) if isinstance(r, Generation)]
    return Rows(
        _span_rows(spans, generations),
        _generation_rows(measures, records),
        pa.array(scanned, pa.int32()).take(spans.column("generation")),
    )


def _span_rows(spans: pa.RecordBatch, generations: Sequence[Generation]) -> pa.RecordBatch:
    row = spans.column("generation")
    known = {name: column.take(row) for name, column in _keys(generations).items()}
    columns = [known[name] if name in known else spans.column(name) for name in SPANS_SCHEMA.names]
    return pa.RecordBatch.from_arrays(columns, schema=SPANS_SCHEMA)


def _generation_rows(
    measures: pa.RecordBatch, records: Sequence[Generation | Rejection]
) -> pa.RecordBatch:
    is_scanned = np.fromiter((isinstance(r, Generation) for r in records), np.bool_, len(records))
    rejected = pa.array(~is_scanned)
    measured = measures.take(_place_among(is_scanned))
    outcome = pa.array([record.outcome for record in records], pa.string())
    is_refused = pc.is_in(outcome, pa.array([REFUSED, BLOCKED], pa.string()))
    is_empty = pc.equal(measured.column("n_units"), pa.scalar(0, pa.int64()))
    is_truncated = pc.less(measured.column("listed_spans"), measured.column("n_spans"))
    status = _TEXT("ok")
    for name, is_so in (
        ("empty", is_empty),
        ("refused", is_refused),
        ("truncated", is_truncated),
        ("rejected", rejected),
    ):
        status = pc.if_else(is_so, _TEXT(name), status)
    known = _keys(records) | {
        "status": status,
        "error": pc.coalesce(
            pa.array([getattr(record, "reason", None) for record in records], pa.string()),
            _not_listed(measured, is_truncated),
        ),
        "outcome": outcome,
    }
    columns = [
        known[name] if name in known else measured.column(name) for name in GENERATIONS_SCHEMA.names
    ]
    return pa.RecordBatch.from_arrays(columns, schema=GENERATIONS_SCHEMA)


def _keys(records: Sequence[Generation | Rejection]) -> dict[str, pa.Array]:
    """Return the columns that say which generation a row is of; null of what was rejected."""
    given = {
        "model": pa.string(),
        "sample_index": pa.int64(),
        "part": pa.string(),
        "turn": pa.int64(),
    }
    ids = {"generation_id": pa.array([record.id for record in records], pa.string())}
    return ids | {
        name: pa.array([getattr(record, name, None) for record in records], kind)
        for name, kind in given.items()
    }


def _not_listed(measured: pa.RecordBatch, is_truncated: pa.Array) -> pa.Array:
    """Say of a truncated generation how many of its matches have no row; null for the others."""
    listed, found = (measured.column(name).to_pylist() for name in ("listed_spans", "n_spans"))
    reasons = (
        f"only the first {first:,} of {all_:,} matches are listed: their texts are too large"
        if truncated
        else None
        for first, all_, truncated in zip(listed, found, is_truncated.to_pylist(), strict=True)
    )
    return pa.array(reasons, pa.string())


def _place_among(chosen: NDArray[np.bool_]) -> pa.Array:
    """Return for each chosen element its place among the chosen, and null for the others."""
    return pa.array(np.cumsum(chosen) - 1, pa.int64(), mask=~chosen)
