"""What a scan would be: what its files are, some of its records, and about what it would cost.

# Idea

The first megabytes of some of the files are read, and what they hold is scanned, really, and
measured. All else is in proportion to the bytes as they are stored. Nothing is written.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from memscan.common import Common, read_template
from memscan.errors import InputError
from memscan.options import ScanOptions
from memscan.readers import GenerationSource
from memscan.readers.messages import STDIN
from memscan.records import COMPLETION, Generation
from memscan.writers.row_groups import BYTES as ROW_GROUP_BYTES
from memscan.writers.row_groups import COMPRESSION, COMPRESSION_LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from memscan.index import Index
    from memscan.records import InputFile, OnError, Rejection, SplitReasoning

FILES_SAMPLED = 8
SAMPLE_CHARACTERS = 4 * 2**20
RECORDS_SHOWN = 3
BATCH_BYTES = 250 * 2**20
"""What batches that are read, scanned and written take, as measured on ordinary outputs."""

ID_BYTES = 24
"""What a generation's id takes while repeated ones are counted at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a scan would be.

    Attributes:
        files: How many files there are.
        bytes: Their size as stored; ``None`` if that of one is unknown, as of a pipe.
        sampled: The files that were looked into, and what was detected about each.
        records: The first records.
        sampled_records: How many records were scanned to measure.
        sampled_bytes: The stored bytes that they came from, about.
        rejected: How many of them would be rejected.
        expected_records: How many records there are, about; ``None`` if the size is unknown, as
            are the seconds and the disk then.
        seconds: How long the scan would take on this machine, about.
        index_bytes: The size of the index, which is mapped: read as far as it is needed.
        memory_bytes: What the scan takes besides, about.
        table_bytes: The size of the results, about; as much again is needed until they are done.
    """

    files: int
    bytes: int | None
    sampled: tuple[InputFile, ...]
    records: tuple[Generation | Rejection, ...]
    sampled_records: int
    sampled_bytes: int
    rejected: int
    expected_records: int | None
    seconds: float | None
    index_bytes: int
    memory_bytes: int
    table_bytes: int | None


def estimate_scan(  # noqa: PLR0913 - the options are keyword-only
    index: Index,
    paths: Sequence[str | Path],
    *,
    options: ScanOptions | None = None,
    format: str | None = None,  # noqa: A002 - the word that users have for it
    part: str = COMPLETION,
    split_reasoning: SplitReasoning = "found",
    text_field: str | None = None,
    id_field: str | None = None,
    prompt_field: str | None = None,
    model_field: str | None = None,
    on_error: OnError | None = None,
    prompts: str | Path | None = None,
    refusal_patterns: Sequence[str] | None = None,
    template: str | Path | None = None,
    baseline: Index | None = None,
) -> Estimate:
    """Say what a scan of some files would be, without writing anything.

    Args:
        index: The corpus.
        paths: Files, folders and globs of generations. Standard input cannot be looked into.
        options: As for ``scan_files``, and so are the others.
        format: What all files, or their records, are.
        part: Which part of each answer.
        split_reasoning: What becomes of reasoning that stands in one text with the answer.
        text_field: Which field of a record is its text.
        id_field: Which is its id.
        prompt_field: Which is its prompt.
        model_field: Which is its model.
        on_error: What becomes of a record that is no generation.
        prompts: A file with the prompts.
        refusal_patterns: Regular expressions of refusals.
        template: A file with the text that all prompts share.
        baseline: An index of common material.

    Raises:
        InputError: If a file cannot be read, or there is no record in those looked into.
    """
    shared = read_template(template) if template is not None else None
    common = Common(template=shared.text if shared else None, baseline=baseline)
    source = GenerationSource(
        paths,
        format=format,
        part=part,
        split_reasoning=split_reasoning,
        on_error=on_error,
        prompts=prompts,
        refusal_patterns=refusal_patterns,
        text_field=text_field,
        id_field=id_field,
        prompt_field=prompt_field,
        model_field=model_field,
    )
    found = source.files
    if any(file.path == STDIN for file in found):
        raise InputError(
            "standard input cannot be looked into and still be scanned",
            hint="write the first of it to a file: head -n 1000 > sample.jsonl",
        )
    chosen = range(0, len(found), -(-len(found) // FILES_SAMPLED))
    samples = [_sampled(source, number, SAMPLE_CHARACTERS // len(chosen)) for number in chosen]
    records = [record for sample in samples for record in sample.records]
    if not records:
        raise InputError("there is no record in the files that were looked into")
    read_bytes = sum(sample.bytes for sample in samples)
    is_known = all(file.size_bytes for file in found)
    total = sum(file.size_bytes for file in found) if is_known else None
    factor = None if total is None else total / max(1, read_bytes)
    scan_seconds, table_bytes = _measured(index, records, options or ScanOptions(), common)
    seconds = max(scan_seconds, sum(sample.seconds for sample in samples))
    expected = None if factor is None else max(len(records), round(len(records) * factor))
    return Estimate(
        files=len(found),
        bytes=total,
        sampled=tuple(sample.file for sample in samples),
        records=tuple(records[:RECORDS_SHOWN]),
        sampled_records=len(records),
        sampled_bytes=read_bytes,
        rejected=sum(not isinstance(record, Generation) for record in records),
        expected_records=expected,
        seconds=None if factor is None else round(seconds * factor, 1),
        index_bytes=index.info.file_bytes,
        memory_bytes=BATCH_BYTES + ROW_GROUP_BYTES + ID_BYTES * (expected or 0),
        table_bytes=None if factor is None else round(table_bytes * factor),
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first records of a file, the stored bytes that they are, and how long they took."""

    file: InputFile
    records: list[Generation | Rejection]
    bytes: int
    seconds: float


def _sampled(source: GenerationSource, number: int, characters: int) -> _Sample:
    """Read records of a file until there are enough, and to the end of what was read ahead."""
    start = time.monotonic()
    source.read_only([number])
    records: list[Generation | Rejection] = []
    size = read = 0
    for record in source:
        if size >= characters and source.bytes_read > read:
            break  # the record is of bytes that were read just now; those before are used up
        read = source.bytes_read
        records.append(record)
        size += len(record.text) if isinstance(record, Generation) else 0
    file = source.inputs[number]
    return _Sample(file, records, read or file.bytes, time.monotonic() - start)


def _measured(
    index: Index,
    records: Sequence[Generation | Rejection],
    options: ScanOptions,
    common: Common,
) -> tuple[float, int]:
    """Return the seconds that a scan of records takes, and the size of its tables."""
    index.scan_records(records, options, common=common)  # so that the index is in memory
    start = time.monotonic()
    spans, generations = index.scan_records(records, options, common=common)
    size = _parquet_bytes(spans) + _parquet_bytes(_with_metadata(generations, records))
    return time.monotonic() - start, size


def _with_metadata(
    generations: pa.RecordBatch, records: Sequence[Generation | Rejection]
) -> pa.RecordBatch:
    values = [
        " ".join(map(str, record.metadata.values())) if isinstance(record, Generation) else None
        for record in records
    ]
    return generations.append_column("metadata", pa.array(values, pa.large_string()))


def _parquet_bytes(rows: pa.RecordBatch) -> int:
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_batches([rows]),
        sink,
        compression=COMPRESSION,
        compression_level=COMPRESSION_LEVEL,
    )
    return int(sink.getvalue().size)
