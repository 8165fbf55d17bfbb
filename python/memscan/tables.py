"""From records to the two tables: one call of the compiled scanner, and the names put back.

The scanner knows texts by their place in a batch. Here their ids and models take the place of that
number, and the records that were rejected before the scan get their rows among the others.
"""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from memscan.outcomes import BLOCKED, REFUSED
from memscan.records import Generation, Rejection
from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from memscan import _native
    from memscan.options import ScanOptions
    from memscan.query_tokens import Cut, CutQuery


_GIVEN = {
    "generation_id": ("id", pa.string()),
    "model": ("model", pa.string()),
    "sample_index": ("sample_index", pa.int64()),
    "part": ("part", pa.string()),
    "turn": ("turn", pa.int64()),
    "outcome": ("outcome", pa.string()),
}
"""The columns that hold what was read: the fields they are made of, and their types."""

_KEYS = [name for name in _GIVEN if name in SPANS_SCHEMA.names]
"""Those that say of a row of spans which generation it is of."""

# pyarrow looks for a module whenever it infers a type, and a child that is forked meanwhile
# waits for the import for ever: the types are given.
_TEXT = partial(pa.scalar, type=pa.string())


class Rows(NamedTuple):
    """What a batch of records has of rows.

    Attributes:
        spans: Rows of spans, as ``SPANS_SCHEMA``.
        generations: Rows of generations, one a record, as ``GENERATIONS_SCHEMA``.
        span_records: For each row of spans the place of its record in the batch; int32.
        has_prompts: Whether one of the records has a prompt.
    """

    spans: pa.RecordBatch
    generations: pa.RecordBatch
    span_records: pa.Array
    has_prompts: bool


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
    is_scanned = np.fromiter((type(r) is Generation for r in records), np.bool_, len(records))
    given = _columns([record for record in records if isinstance(record, Generation)])
    has_prompts = given["prompt"].count(None) < len(given["prompt"])
    spans, measures = index.scan_batch(
        given["text"],
        given["prompt"] if has_prompts else None,
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
    known = {name: pa.array(given[field], kind) for name, (field, kind) in _GIVEN.items()}
    row = spans.column("generation")
    return Rows(
        _with_schema(spans, {name: known[name].take(row) for name in _KEYS}, SPANS_SCHEMA),
        _generation_rows(measures, known, is_scanned, records),
        pa.array(np.flatnonzero(is_scanned), pa.int32()).take(row),
        has_prompts,
    )


def _columns(generations: Sequence[Generation]) -> dict[str, Sequence[Any]]:
    """Return the fields of some generations, each of all of them."""
    columns = zip(*generations, strict=True) if generations else repeat(())
    return dict(zip(Generation._fields, columns, strict=False))


def _generation_rows(
    measures: pa.RecordBatch,
    known: Mapping[str, pa.Array],
    is_scanned: NDArray[np.bool_],
    records: Sequence[Generation | Rejection],
) -> pa.RecordBatch:
    status = _status(measures, known["outcome"])
    known = {**known, "status": status, "error": _not_listed(measures)}
    rows = _with_schema(measures, known, GENERATIONS_SCHEMA)
    return rows if is_scanned.all() else _with_rejections(rows, is_scanned, records)


def _status(measures: pa.RecordBatch, outcome: pa.Array) -> pa.Array:
    status = _TEXT("ok")
    for name, is_so in (
        ("empty", pc.equal(measures.column("n_units"), pa.scalar(0, pa.int64()))),
        ("refused", pc.is_in(outcome, pa.array([REFUSED, BLOCKED], pa.string()))),
        ("truncated", _is_truncated(measures)),
    ):
        status = pc.if_else(is_so, _TEXT(name), status)
    return status


def _with_rejections(
    rows: pa.RecordBatch, is_scanned: NDArray[np.bool_], records: Sequence[Generation | Rejection]
) -> pa.RecordBatch:
    """Return rows with those of rejected records among them, null but for what is known of them."""
    rows = rows.take(_place_among(is_scanned))
    rejections = [record if isinstance(record, Rejection) else None for record in records]
    told = {
        "generation_id": [one and one.id for one in rejections],
        "status": [one and "rejected" for one in rejections],
        "error": [one and one.reason for one in rejections],
        "outcome": [one and one.outcome for one in rejections],
    }
    filled = {
        name: pc.coalesce(pa.array(values, pa.string()), rows.column(name))
        for name, values in told.items()
    }
    return _with_schema(rows, filled, GENERATIONS_SCHEMA)


def _with_schema(
    rows: pa.RecordBatch, columns: Mapping[str, pa.Array], schema: pa.Schema
) -> pa.RecordBatch:
    """Return the columns of a schema, out of those given or else of ``rows``."""
    chosen = (columns[name] if name in columns else rows.column(name) for name in schema.names)
    return pa.RecordBatch.from_arrays(list(chosen), schema=schema)


def _is_truncated(measures: pa.RecordBatch) -> pa.Array:
    return pc.less(measures.column("listed_spans"), measures.column("n_spans"))


def _not_listed(measured: pa.RecordBatch) -> pa.Array:
    """Say of a truncated generation how many of its matches have no row; null for the others."""
    is_truncated = _is_truncated(measured)
    if not is_truncated.true_count:
        return pa.nulls(measured.num_rows, pa.string())
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
