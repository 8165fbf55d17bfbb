"""Whether two scans measured in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memscan.report.folder import Results

_SAME = ("min_length", "min_chars")
_LIKE = ("occurrences", "occurrences_examined", "seed")
_ZERO_IF_MISSING = ("min_chars", "seed")


def differing_conditions(first: Results, second: Results) -> list[str]:
    """Return in words what makes the numbers of two scans different things."""
    found = []
    indexes = [results.section("index") for results in (first, second)]
    kinds = [_kind(index) for index in indexes]
    if kinds[0] != kinds[1]:
        found.append(f"one counts {kinds[0]}s, the other {kinds[1]}s")
    if indexes[0].get("id") is None or indexes[0].get("id") != indexes[1].get("id"):
        found.append(f"the indexes are {_index(indexes[0])} and {_index(indexes[1])}")
    found += _of_parameters(first, second, _SAME)
    for name in ("template", "baseline"):
        sections = [results.section(name) for results in (first, second)]
        marks = [section.get("sha256", section.get("id")) for section in sections]
        if marks[0] != marks[1]:
            used = [_used(section) for section in sections]
            found.append(f"the {name} is {used[0]} and {used[1]}")
    return found


def lesser_differences(first: Results, second: Results) -> list[str]:
    """Return in words what may change which document is named, or what a version counted."""
    found = _of_parameters(first, second, _LIKE)
    versions = [results.run.get("memscan") for results in (first, second)]
    if versions[0] != versions[1]:
        found.append(f"memscan is {versions[0]} and {versions[1]}")
    return found


def _of_parameters(first: Results, second: Results, names: tuple[str, ...]) -> list[str]:
    found = []
    for name in names:
        missing = 0 if name in _ZERO_IF_MISSING else None
        values = [results.section("parameters").get(name, missing) for results in (first, second)]
        if values[0] != values[1]:
            found.append(f"{name} is {values[0]} and {values[1]}")
    return found


def _kind(index: Mapping[str, object]) -> object:
    unit = index.get("unit")
    return unit.get("kind") if isinstance(unit, dict) else unit


def _index(index: Mapping[str, object]) -> str:
    return f"{index.get('path')} ({str(index.get('id'))[:12]})"


def _used(section: Mapping[str, object]) -> object:
    return section.get("path", "given") if section else "none"
