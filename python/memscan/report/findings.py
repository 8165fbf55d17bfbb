"""The passages that the report shows: the longest ones, with their texts.

The spans table may hold millions of rows, so it is read one row group at a time, numbers and names
only, and the best rows are kept. The texts of those that are left in the end are read afterwards.

A *passage* is a maximal match. It has a row for each place reported, best first, one after the
other; the rows belong together by their generation, model, start and end.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from memscan.report.columns import Best, Row, codes, numbered, numbers
from memscan.report.folder import SPAN_ADDED, SPAN_COLUMNS, Results, TableFile
from memscan.report.telling import KEY

SOURCES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One passage: its row in the spans table, and every place reported for it, best first."""

    sources: list[Row]
    source_count: int

    @property
    def passage(self) -> Row:
        """The columns that say what was found in the generation."""
        return self.sources[0]


@dataclass(slots=True)
class Findings:
    """What the spans table says.

    Attributes:
        total: Passages.
        by_fidelity: How many of them have each fidelity, by the best place examined; under an empty
            name those whose texts were not compared.
        echo_whole: Passages that stood in the generation's own prompt as a whole.
        echo_part: Passages of which a part stood there.
        without_prompt: Passages whose generation came without a prompt.
        longest_echo: Of the first passage, the units that stood in the prompt; zero if none did.
        ranked: The longest passages.
    """

    total: int = 0
    by_fidelity: Counter[str] = field(default_factory=Counter)
    echo_whole: int = 0
    echo_part: int = 0
    without_prompt: int = 0
    longest_echo: int = 0
    ranked: list[Finding] = field(default_factory=list)

    def add(self, first_rows: pa.Table) -> None:
        """Count some passages, given the first row of each."""
        self.total += first_rows.num_rows
        names = first_rows.column("fidelity").fill_null("")
        for entry in pc.value_counts(names.combine_chunks()).to_pylist():
            self.by_fidelity[entry["values"]] += entry["counts"]
        echo = numbers(first_rows, "echo_units")
        whole = (echo > 0) & (echo >= numbers(first_rows, "n_units"))
        self.echo_whole += int(whole.sum())
        self.echo_part += int(((echo > 0) & ~whole).sum())
        self.without_prompt += first_rows.column("echo_units").null_count


def load_findings(results: Results, *, limit: int) -> Findings:
    """Count the passages of the spans table and read the longest ones."""
    table = results.spans
    own = [name for name in KEY if name in table.columns]
    findings = Findings()
    best = Best(max(limit, 1), ("n_units", "generation_id", "start"))
    first = 0
    open_rows: pa.Table | None = None
    for group in table.row_groups((*own, *_KEYS)):
        rows = numbered(group, first)
        first += group.num_rows
        if open_rows is not None:
            rows = pa.concat_tables([open_rows, rows]).combine_chunks()
        starts = _passage_starts(rows, (*own, *_SAME), results.occurrences)
        if len(starts):
            _add_passages(rows.slice(0, starts[-1]), starts[:-1], findings, best)
            open_rows = rows.slice(starts[-1])
    if open_rows is not None:
        _add_passages(open_rows, np.zeros(1, dtype=np.int64), findings, best)
    if best.rows:
        longest = table.take(best.rows[:1], ("echo_units",))[0]["echo_units"]
        findings.longest_echo = longest if isinstance(longest, int) else 0
    if limit:
        findings.ranked = _read_findings(table, best)
    return findings


_SAME = ("start", "end", "n_units", "count")
_KEYS = (*_SAME, "document_id", "document_start", "fidelity", "echo_units")


def _passage_starts(rows: pa.Table, same: Sequence[str], occurrences: int) -> NDArray[np.int64]:
    """Return where in ``rows`` a passage begins.

    One begins where a column of ``same`` changes. Generations may have all of these in common, so
    one begins also where the places begin again, and where there would be more places than the scan
    reports.
    """
    count = rows.num_rows
    at = np.arange(count)
    new = np.zeros(count, dtype=np.bool_)
    new[:1] = True
    for name in same:
        values = codes(rows, name)
        new[1:] |= values[1:] != values[:-1]
    opened = np.maximum.accumulate(np.where(new, at, 0))
    again = ~new
    for name in ("document_id", "document_start"):
        values = codes(rows, name)
        again &= values == values[opened]
    most = np.clip(numbers(rows, "count"), 1, occurrences)
    again |= (at - opened) % most[opened] == 0
    return np.flatnonzero(new | again)


def _add_passages(
    rows: pa.Table, starts: NDArray[np.int64], findings: Findings, best: Best
) -> None:
    first_rows = rows.take(pa.array(starts))
    findings.add(first_rows)
    places = np.diff(starts, append=rows.num_rows)
    best.add(first_rows.append_column("places", pa.array(places, pa.int64())))


def _read_findings(table: TableFile, best: Best) -> list[Finding]:
    places = best.column("places")
    wanted = [
        range(row, row + min(count, SOURCES_SHOWN))
        for row, count in zip(best.rows, places, strict=True)
    ]
    columns = [*SPAN_COLUMNS, *(name for name in SPAN_ADDED if name in table.columns)]
    rows = iter(table.take([row for run in wanted for row in run], columns))
    return [
        Finding(sources=[next(rows) for _ in run], source_count=count)
        for run, count in zip(wanted, places, strict=True)
    ]
