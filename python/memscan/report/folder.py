"""A results folder, opened and checked before anything is believed.

``run.json`` says how the scan was run, ``generations.parquet`` holds a row for every generation and
``spans.parquet`` a row for every passage and place. A folder that lacks one of them, or whose parts
disagree, is refused: a report must not be made from half of the evidence.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from memscan.errors import InputError

RUN = "run.json"
GENERATIONS = "generations.parquet"
SPANS = "spans.parquet"

GENERATION_NUMBERS = ("n_units", "covered_units", "longest_match", "n_spans")
GENERATION_COLUMNS = (
    *("generation_id", "model", "status", "error", "n_units", "n_chars", "covered_units"),
    *("coverage", "covered_chars", "longest_match", "n_spans"),
)
GENERATION_ADDED = (
    *("covered_chars_exact", "covered_chars_whitespace", "covered_chars_typography"),
    *("covered_units_discounted", "coverage_discounted", "covered_chars_discounted"),
    *("longest_match_discounted", "corpora"),
    *("sample_index", "part", "turn", "outcome"),
)
"""Columns that results of the first versions do not have."""
SPAN_NUMBERS = (
    *("start", "end", "byte_start", "byte_end", "n_units", "n_chars"),
    *("document_start", "document_end", "document_byte_start", "document_byte_end"),
    *("count", "document_count", "echo_units"),
)
SPAN_TEXTS = (
    *("text", "context_before", "context_after"),
    *("document_text", "document_context_before", "document_context_after"),
)
SPAN_STRINGS = ("generation_id", "model", "document_id", "fidelity", *SPAN_TEXTS)
SPAN_COLUMNS = (*SPAN_STRINGS, *SPAN_NUMBERS, "count_is_capped")
SPAN_ADDED_NUMBERS = (
    *("unit_start", "unit_end", "document_unit_start", "document_unit_end"),
    *("template_units", "baseline_units", "discounted_units"),
    *("sample_index", "turn"),
)
SPAN_ADDED = (*SPAN_ADDED_NUMBERS, "corpus", "part")
"""Columns that results of the first versions do not have."""

_BATCH_ROWS = 4096
_NOT_RESULTS_HINT = "give the folder that `memscan scan ... -o DIR` wrote"
DAMAGED_HINT = "copy the results again, or repeat the scan"


@dataclass(frozen=True, slots=True)
class TableFile:
    """One Parquet file of the results, open for reading."""

    path: Path
    file: pq.ParquetFile

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return int(self.file.metadata.num_rows)

    @property
    def columns(self) -> list[str]:
        """Names of its columns, in order."""
        return [str(name) for name in self.file.schema_arrow.names]

    def row_groups(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield some columns, one row group after the other."""
        with _damage(self.path):
            for group in range(self.file.num_row_groups):
                table = _plain(self.file.read_row_group(group, columns=list(columns)))
                table.validate(full=True)
                yield table

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield some columns, or all, as they are stored: a few thousand rows after the other."""
        names = None if columns is None else list(columns)
        with _damage(self.path):
            for batch in self.file.iter_batches(_BATCH_ROWS, columns=names):
                batch.validate(full=True)
                yield batch

    def records(self, columns: Sequence[str] | None = None) -> Iterator[dict[str, object]]:
        """Yield one row after the other; those of a few thousand are in memory."""
        for batch in self.batches(columns):
            yield from batch.to_pylist()

    def take(
        self, rows: Sequence[int], columns: Sequence[str] | None = None
    ) -> list[dict[str, object]]:
        """Return the given rows, in the given order, reading only the row groups they are in.

        All columns are read if none are named.
        """
        found: dict[int, dict[str, object]] = {}
        waiting = sorted(set(rows), reverse=True)
        first = 0
        with _damage(self.path):
            for group in range(self.file.num_row_groups):
                end = first + self.file.metadata.row_group(group).num_rows
                if waiting and waiting[-1] < end:
                    self._take_group(group, first, waiting, columns, found)
                first = end
        return [found[row] for row in rows]

    def _take_group(
        self,
        group: int,
        first: int,
        waiting: list[int],
        columns: Sequence[str] | None,
        found: dict[int, dict[str, object]],
    ) -> None:
        names = None if columns is None else list(columns)
        for batch in self.file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=names):
            end = first + batch.num_rows
            while waiting and waiting[-1] < end:
                row = waiting.pop()
                found[row] = batch.slice(row - first, 1).to_pylist()[0]
            first = end


@dataclass(frozen=True, slots=True)
class Results:
    """A results folder that is complete.

    Attributes:
        path: The folder.
        run: What ``run.json`` says.
        min_length: Units that a passage has at least.
        occurrences: Places that were reported for a passage at most.
    """

    path: Path
    run: Mapping[str, object]
    generations: TableFile
    spans: TableFile
    min_length: int
    occurrences: int

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that make up the results."""
        return (self.path / RUN, self.generations.path, self.spans.path)

    def section(self, name: str) -> Mapping[str, object]:
        """Return one object of ``run.json``, empty if it is not there."""
        value = self.run.get(name)
        return value if isinstance(value, dict) else {}


@contextmanager
def open_results(path: Path) -> Iterator[Results]:
    """Open a results folder.

    Raises:
        InputError: It is none, a file of it is missing or damaged, or its files disagree.
    """
    if not path.is_dir():
        what = "is not a folder" if path.exists() else "does not exist"
        raise InputError(f"results `{path}` {what}", _NOT_RESULTS_HINT)
    missing = [name for name in (RUN, GENERATIONS, SPANS) if not (path / name).is_file()]
    if missing:
        raise InputError(f"`{path}` has no {missing[0]}: not a results folder", _NOT_RESULTS_HINT)
    run = _read_run(path / RUN)
    with ExitStack() as stack:
        results = Results(
            path=path,
            run=run,
            generations=_open_table(stack, path / GENERATIONS, GENERATION_COLUMNS),
            spans=_open_table(stack, path / SPANS, SPAN_COLUMNS),
            min_length=_parameter(run, "min_length", path / RUN),
            occurrences=_parameter(run, "occurrences", path / RUN),
        )
        _check_counts(results)
        yield results


def _plain(table: pa.Table) -> pa.Table:
    """Return the table with each column in one piece, of plain integers, booleans or strings."""
    for position, field in enumerate(table.schema):
        if field.name in (*SPAN_NUMBERS, *SPAN_ADDED_NUMBERS, *GENERATION_NUMBERS):
            wanted = pa.int64()
        elif field.type != pa.bool_():
            wanted = pa.large_string()
        else:
            continue
        column = table.column(position).cast(wanted)
        table = table.set_column(position, field.name, column)
    return table.combine_chunks()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        reason = (str(error).splitlines() or ["unreadable"])[0]
        raise InputError(f"`{path}` is damaged: {reason}", DAMAGED_HINT) from error


def _open_table(stack: ExitStack, path: Path, columns: Sequence[str]) -> TableFile:
    with _damage(path):
        # Opened by Python: Arrow refuses names that are not UTF-8.
        file = stack.enter_context(pq.ParquetFile(stack.enter_context(path.open("rb"))))
    table = TableFile(path=path, file=file)
    missing = [name for name in columns if name not in table.columns]
    if missing:
        message = f"`{path}` has no column {', '.join(missing)}"
        raise InputError(message, "write it with `memscan scan`; columns may be added, not removed")
    return table


def _read_run(path: Path) -> Mapping[str, object]:
    try:
        run = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"`{path}` is damaged: not JSON", DAMAGED_HINT) from error
    if not isinstance(run, dict):
        raise InputError(f"`{path}` is damaged: not a JSON object", DAMAGED_HINT)
    return run


def _parameter(run: Mapping[str, object], name: str, path: Path) -> int:
    parameters = run.get("parameters")
    value = parameters.get(name) if isinstance(parameters, dict) else None
    if not isinstance(value, int) or value < 1:
        raise InputError(f"`{path}` does not say the parameter {name}", DAMAGED_HINT)
    return value


def _check_counts(results: Results) -> None:
    counts = results.section("counts")
    for name, table in (("generations", results.generations), ("rows", results.spans)):
        expected = counts.get(name, table.rows)
        if expected != table.rows:
            message = f"`{table.path}` has {table.rows} rows, run.json counts {expected}"
            raise InputError(message, "the folder mixes two scans or is incomplete; scan again")
