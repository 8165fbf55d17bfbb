"""The rows of an unfinished run: those of the tables, and what else the tables are made of.

A row of spans also has the place of its record in the batch, and a row of generations why its
record was rejected, and whether the batch has prompts. The metadata of all records of a batch are
one JSON array in its first row: to write each by itself takes forty times as long.
"""

from __future__ import annotations

import json
import math
from dataclasses import astuple
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from memscan.records import Rejection
from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA
from memscan.scanned import Scanned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RECORD = "record"
METADATA = "metadata"
REJECTION = "rejection"
HAS_PROMPTS = "has_prompts"

SPAN_ROWS = SPANS_SCHEMA.append(pa.field(RECORD, pa.int32()))
GENERATION_ROWS = pa.schema(
    [
        *GENERATIONS_SCHEMA,
        pa.field(METADATA, pa.large_binary()),
        pa.field(REJECTION, pa.binary()),
        pa.field(HAS_PROMPTS, pa.bool_()),
    ]
)


def to_rows(scanned: Scanned) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return what was scanned as rows to keep."""
    spans = [*scanned.spans.columns, scanned.span_records]
    count = scanned.generations.num_rows
    rejections: list[bytes | None] = [None] * count
    for place, rejection in scanned.rejections.items():
        rejections[place] = orjson.dumps(astuple(rejection))
    generations = [
        *scanned.generations.columns,
        _metadata_column(scanned.metadata),
        pa.array(rejections, pa.binary()),
        pa.repeat(pa.scalar(scanned.has_prompts), count),
    ]
    return (
        pa.RecordBatch.from_arrays(spans, schema=SPAN_ROWS),
        pa.RecordBatch.from_arrays(generations, schema=GENERATION_ROWS),
    )


def from_rows(spans: pa.RecordBatch, generations: pa.RecordBatch) -> Scanned:
    """Return what was scanned out of the rows that were kept.

    Raises:
        ValueError: The rows are not such rows.
    """
    rejected = generations.column(REJECTION).to_pylist()
    return Scanned(
        spans=spans.select(SPANS_SCHEMA.names),
        span_records=spans.column(RECORD),
        generations=generations.select(GENERATIONS_SCHEMA.names),
        metadata=metadata_of(generations),
        rejections={
            place: _rejection(text) for place, text in enumerate(rejected) if text is not None
        },
        has_prompts=bool(pc.any(generations.column(HAS_PROMPTS)).as_py()),
    )


def metadata_of(generations: pa.RecordBatch) -> list[dict[str, object]]:
    """Return the metadata of each record of a batch.

    Raises:
        ValueError: They are not as they were written.
    """
    if not generations.num_rows:
        return []
    metadata: list[dict[str, object]] = _from_json(generations.column(METADATA)[0].as_py() or b"")
    is_whole = isinstance(metadata, list) and len(metadata) == generations.num_rows
    if not is_whole or not all(isinstance(one, dict) for one in metadata):
        raise ValueError("the metadata are not one object a record")
    return metadata


def with_metadata(
    generations: pa.RecordBatch, metadata: Sequence[Mapping[str, object]]
) -> pa.RecordBatch:
    """Return a batch with the metadata of its records."""
    place = GENERATION_ROWS.get_field_index(METADATA)
    columns = [*generations.columns]
    columns[place] = _metadata_column(metadata)
    return pa.RecordBatch.from_arrays(columns, schema=GENERATION_ROWS)


def _metadata_column(metadata: Sequence[Mapping[str, object]]) -> pa.Array:
    rest = [None] * (len(metadata) - 1)
    return pa.array([_as_json(metadata), *rest] if metadata else [], pa.large_binary())


def _as_json(metadata: Iterable[Mapping[str, object]]) -> bytes:
    """Return them as JSON. Numbers that are none have no place there, so they are told apart."""
    kept = [one if type(one) is dict else dict(one) for one in metadata]
    values: Iterator[object] = chain.from_iterable(map(dict.values, kept))
    if any(type(value) is float and not math.isfinite(value) for value in values):
        return json.dumps(kept).encode()
    return orjson.dumps(kept)


def _from_json(text: bytes) -> Any:  # noqa: ANN401 - the caller checks what it is
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)  # which knows NaN


def _rejection(text: bytes) -> Rejection:
    match orjson.loads(text):
        case [str(id_), str(reason), str(file), int() | None as line, str() | None as outcome]:
            return Rejection(id_, reason, file, line, outcome)
    raise ValueError("a rejection has other fields")
