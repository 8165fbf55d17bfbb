"""Some records and what was found of them: the piece in which a scan's rows travel.

The scan makes it, the log of an unfinished run keeps it, and the tables and counts are made of it;
so tables that are made from the log are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memscan.records import Rejection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from memscan.records import Generation
    from memscan.tables import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """Some records in their order, and their rows.

    Attributes:
        spans: Rows of spans, as ``SPANS_SCHEMA``.
        span_records: For each of these rows the place of its record here; int32.
        generations: Rows of generations, one a record, as ``GENERATIONS_SCHEMA``.
        metadata: Further fields of each record; none where it was rejected.
        rejections: The records that were rejected, by their places.
        has_prompts: Whether one of them has a prompt.
    """

    spans: pa.RecordBatch
    span_records: pa.Array
    generations: pa.RecordBatch
    metadata: Sequence[Mapping[str, object]]
    rejections: Mapping[int, Rejection]
    has_prompts: bool

    @classmethod
    def of(cls, records: Sequence[Generation | Rejection], rows: Rows) -> Scanned:
        """Return records with their rows."""
        return cls(
            spans=rows.spans,
            span_records=rows.span_records,
            generations=rows.generations,
            metadata=[{} if isinstance(r, Rejection) else r.metadata for r in records],
            rejections={n: r for n, r in enumerate(records) if isinstance(r, Rejection)},
            has_prompts=rows.has_prompts,
        )
