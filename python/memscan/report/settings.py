"""How the scan was run, from ``run.json``: enough to run it again and compare."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from memscan.errors import InputError
from memscan.report.folder import DAMAGED_HINT, RUN, Results, TableFile, sha256
from memscan.report.sentence import Measure
from memscan.report.wording import number, unit_named

INPUTS_SHOWN = 200
_HASHES = ("sha256", "blake2b", "blake3")
_INPUTS_IN_COMMAND = 8
_OPTIONS = {
    "min_length": "--min-length",
    "min_chars": "--min-chars",
    "occurrences": "--occurrences",
    "occurrences_examined": "--examined",
    "context_chars": "--context",
    "seed": "--seed",
}
_NONE_IF_ZERO = ("min_chars", "seed")
_NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file that went into the scan, or came out of it."""

    path: str
    bytes: str
    hash: str
    records: str
    rejected: str
    detected: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a scan, as terms and values, and its files."""

    scan: Sequence[tuple[str, str]]
    index: Sequence[tuple[str, str]]
    parameters: Sequence[tuple[str, str]]
    inputs: Sequence[FileRow]
    inputs_total: int
    tables: Sequence[FileRow]
    command: str


def measure(results: Results) -> Measure:
    """Return what the scan measured with."""
    index = results.section("index")
    unit = index.get("unit")
    kind = unit.get("kind") if isinstance(unit, dict) else unit
    return Measure(
        unit=unit_named(kind),
        min_length=results.min_length,
        min_chars=_count(results.section("parameters").get("min_chars")) or 0,
        occurrences=results.occurrences,
        examined=_count(results.section("parameters").get("occurrences_examined")),
        documents=_count(index.get("documents")),
        units=_count(index.get("units")),
        context=_count(results.section("parameters").get("context_chars")) or 0,
        duplicate_ids=_count(results.section("counts").get("duplicate_ids")) or 0,
        discounted=_discounted_counts(results.section("counts")),
        store_text=index.get("store_text") is not False,
    )


def _discounted_counts(counts: Mapping[str, object]) -> tuple[int, int] | None:
    generations = _count(counts.get("with_span_discounted"))
    units = _count(counts.get("covered_units_discounted"))
    return None if generations is None or units is None else (generations, units)


def settings(results: Results) -> Settings:
    """Return how the scan was run.

    Raises:
        InputError: ``run.json`` is nested too deeply to be what a scan wrote.
    """
    try:
        return _settings(results)
    except RecursionError as error:
        message = f"`{results.path / RUN}` is damaged: nested too deeply"
        raise InputError(message, DAMAGED_HINT) from error


def _settings(results: Results) -> Settings:
    run = results.run
    index = results.section("index")
    entries = run.get("inputs")
    entries = entries if isinstance(entries, list) else []
    inputs = [entry for entry in entries if isinstance(entry, dict)]
    seconds = run.get("seconds")
    took = f"{seconds:,.1f} seconds" if isinstance(seconds, int | float) else _NOT_RECORDED
    scan = [("Started", _time(run.get("started"))), ("Finished", _time(run.get("finished")))]
    versions = [("memscan", run.get("memscan")), ("Python", run.get("python"))]
    versions += [("PyArrow", run.get("pyarrow")), ("Unicode", run.get("unicode_version"))]
    return Settings(
        scan=[*scan, ("Took", took), *((name, _text(value)) for name, value in versions)],
        index=[
            *((_title(name), _text(value)) for name, value in index.items()),
            *((name, _text(dict(run_part))) for name, run_part in _discounted(results)),
        ],
        parameters=[
            (_title(name), "default" if value is None else _text(value))
            for name, value in results.section("parameters").items()
        ],
        inputs=[_input(entry) for entry in inputs[:INPUTS_SHOWN]],
        inputs_total=len(inputs),
        tables=[_table(table) for table in (results.generations, results.spans)],
        command=_command(results, inputs),
    )


def _discounted(results: Results) -> list[tuple[str, Mapping[str, object]]]:
    parts = [(name, results.section(name)) for name in ("template", "baseline")]
    return [(name, part) for name, part in parts if part]


def _command(results: Results, inputs: Sequence[Mapping[str, object]]) -> str:
    parameters = results.section("parameters")
    words = ["memscan", "scan", _path(results.section("index").get("path"))]
    few = len(inputs) <= _INPUTS_IN_COMMAND
    words += [_path(entry.get("path")) for entry in inputs] if few else ["GENERATIONS..."]
    words += ["-o", "RESULTS"]
    for name, option in _OPTIONS.items():
        is_default = parameters.get(name) is None or (
            name in _NONE_IF_ZERO and not parameters[name]
        )
        if not is_default:
            words += [option, str(parameters[name])]
    for name in ("template", "baseline"):
        if results.section(name):
            words += [f"--{name}", _path(results.section(name).get("path"))]
    return shlex.join(words)


def _path(value: object) -> str:
    return value if isinstance(value, str) else "UNKNOWN"


def _time(value: object) -> str:
    """Return a time to the second, in UTC, if it can be read."""
    try:
        return f"{datetime.fromisoformat(str(value)).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError):
        return _text(value)


def _input(entry: Mapping[str, object]) -> FileRow:
    return FileRow(
        path=_text(entry.get("path")),
        bytes=_text(entry.get("bytes")),
        hash=next((f"{name} {entry[name]}" for name in _HASHES if name in entry), _NOT_RECORDED),
        records=_text(entry.get("records")),
        rejected=_text(entry.get("rejected")),
        detected=_text(entry.get("detected")),
    )


def _table(table: TableFile) -> FileRow:
    return FileRow(
        path=table.path.name,
        bytes=number(table.path.stat().st_size),
        hash=f"sha256 {sha256(table.path)}",
        records=number(table.rows),
        rejected="",
        detected="",
    )


def _text(value: object) -> str:
    """Return a value of JSON as a person would write it."""
    if value is None or value == {}:
        return _NOT_RECORDED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return number(value)
    if isinstance(value, dict):
        return ", ".join(f"{_title(name)}: {_text(entry)}" for name, entry in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _title(name: object) -> str:
    return str(name).replace("_", " ")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
