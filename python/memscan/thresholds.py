"""Thresholds: what a run must not reach, such as ``longest_match>=50`` or ``with_span > 1%``.

# Grammar

``NAME OPERATOR NUMBER``, with ``>=``, ``>``, ``<=``, ``<``, ``==`` or ``!=``, and a number that may
end in ``%``. A name of the table of generations is asked of each generation, and one that
crosses is enough. A name that only the counts of ``run.json`` have, such as ``with_span``, is
asked of the run; ``run.NAME`` asks the run where both have the name. A percentage is a share of
what the number is a part of: ``covered_units`` of ``n_units``, ``with_span`` of the generations
that were scanned. A share beyond 1 is refused: ``coverage>20`` never holds, and means ``20%``.

# Cost

One pass over the columns that are asked for, a row group at a time.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from memscan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pyarrow as pa

RUN = "run."
DISCOUNTED = "_discounted"
SHOWN = 3
MOST_DIGITS = 30
MOST_PERCENT = 100
SMALLEST = 0.01

PER_GENERATION = (
    *("n_units", "n_chars", "covered_units", "coverage", "covered_chars", "longest_match"),
    *("n_spans", "covered_chars_exact", "covered_chars_whitespace", "covered_chars_typography"),
    *("covered_units_discounted", "coverage_discounted", "covered_chars_discounted"),
    "longest_match_discounted",
)
"""The numbers of the table of generations."""

PER_RUN = (
    *("generations", "ok", "empty", "refused", "truncated", "rejected", "duplicate_ids"),
    "with_span",
    *("spans", "rows", "n_units", "covered_units", "n_chars", "covered_chars", "longest_match"),
    *("covered_chars_exact", "covered_chars_whitespace", "covered_chars_typography"),
    *("with_span_discounted", "covered_units_discounted", "covered_chars_discounted"),
)
"""The counts of ``run.json``."""

_CHARS = (
    *("covered_chars", "covered_chars_exact", "covered_chars_whitespace"),
    *("covered_chars_typography", "covered_chars_discounted"),
)
WHOLES = {
    **dict.fromkeys(("covered_units", "covered_units_discounted"), "n_units"),
    **dict.fromkeys(_CHARS, "n_chars"),
}
"""What a number is a part of, in a generation and in a run."""

RUN_WHOLES = {
    **WHOLES,
    **dict.fromkeys(("with_span", "with_span_discounted"), "scanned"),
    **dict.fromkeys(("ok", "empty", "refused", "truncated", "rejected"), "generations"),
    "duplicate_ids": "generations",
}
SHARES = ("coverage", "coverage_discounted")
"""What is a share as it stands."""

_OPERATORS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_EXPRESSION = re.compile(
    r"\s*([A-Za-z_.]+)\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)?)\s*(%)?\s*", re.ASCII
)
_EXAMPLES = "such as longest_match>=50, coverage>20% or with_span>=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What must not be.

    Attributes:
        expression: As it was written.
        name: What is asked for.
        of_run: Whether it is asked of the run, and not of each generation.
        whole: What the number is divided by; ``None`` if it is taken as it is.
        comparison: The operator.
        limit: The number; a percentage as a share.
        is_percentage: Whether it was written as a percentage.
    """

    expression: str
    name: str
    of_run: bool
    whole: str | None
    comparison: str
    limit: Fraction
    is_percentage: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The numbers that are needed."""
        return (self.name,) if self.whole is None else (self.name, self.whole)

    def is_crossed(self, value: Fraction) -> bool:
        """Return whether a value is what must not be."""
        return _OPERATORS[self.comparison](value, self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """What crossed a threshold.

    Attributes:
        expression: The threshold, as it was written.
        count: How many generations crossed it; ``None`` if it was asked of the run.
        of: How many generations there are.
        worst: The ids of the first generations that are furthest beyond it, at most three, and
            their values; of the run the value alone, without an id.
        message: What happened, for a person.
    """

    expression: str
    count: int | None
    of: int
    worst: tuple[tuple[str | None, float], ...]
    message: str


def parse_thresholds(expressions: Iterable[str]) -> tuple[Threshold, ...]:
    """Return what some expressions mean.

    Raises:
        InputError: One is not understood, or names what there is not.
    """
    return tuple(map(_parse, expressions))


def check_results(folder: str | Path, thresholds: Sequence[Threshold]) -> list[Crossing]:
    """Return which thresholds the results of a scan cross, in the order given.

    Raises:
        InputError: The folder is not a whole results folder, or has not what is asked for.
    """
    from memscan.report.folder import open_results  # noqa: PLC0415 - needs Arrow

    with open_results(Path(folder)) as results:
        asked = [one for one in thresholds if not one.of_run]
        found = {id(one): _Beyond(one) for one in asked}
        columns = dict.fromkeys(name for one in asked for name in one.columns)
        table = results.generations
        missing = [name for name in columns if name not in table.columns]
        if missing:
            raise InputError(
                f"`{table.path}` has no column {', '.join(missing)}", "scan again to have it"
            )
        for group in table.row_groups(["generation_id", *columns]) if asked else ():
            for beyond in found.values():
                beyond.add(group)
        counts = _numbers(results.section("counts"))
        crossings = [
            _of_run(one, counts, results.path) if one.of_run else found[id(one)].crossing()
            for one in thresholds
        ]
        return [one for one in crossings if one is not None]


def idle_discounts(folder: str | Path, thresholds: Sequence[Threshold]) -> list[str]:
    """Return which numbers without echoes thresholds ask for, of a run that discounted nothing.

    They are those with echoes then, and a gate that asks for them is stricter than was meant.

    Raises:
        InputError: The folder is not a whole results folder.
    """
    from memscan.report.folder import open_results  # noqa: PLC0415 - needs Arrow

    asked = dict.fromkeys(one.name for one in thresholds if one.name.endswith(DISCOUNTED))
    if not asked:
        return []
    with open_results(Path(folder)) as results:
        return list(asked) if results.run.get("discounts") == [] else []


class _Beyond:
    """The generations that cross one threshold, as far as they were seen."""

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._count = self._rows = 0
        self._worst: list[tuple[Fraction, str, Fraction]] = []

    def add(self, group: pa.Table) -> None:
        """Look at the generations of a row group; what is not known of one crosses nothing."""
        ids = group.column("generation_id").to_pylist()
        parts = [group.column(name).to_pylist() for name in self._threshold.columns]
        self._rows += len(ids)
        for generation_id, *numbers in zip(ids, *parts, strict=True):
            value = _value(numbers)
            if value is not None and self._threshold.is_crossed(value):
                self._count += 1
                distance = abs(value - self._threshold.limit)
                self._keep(distance, generation_id or "", value)

    def _keep(self, distance: Fraction, generation_id: str, value: Fraction) -> None:
        if len(self._worst) == SHOWN and distance <= self._worst[-1][0]:
            return
        self._worst.append((distance, generation_id, value))
        self._worst.sort(key=lambda one: -one[0])  # stable: of equals the first
        del self._worst[SHOWN:]

    def crossing(self) -> Crossing | None:
        if not self._count:
            return None
        threshold = self._threshold
        named = ", ".join(
            f"{one!r} has {_beyond(threshold, value)}" for _, one, value in self._worst
        )
        noun = "generation" if self._rows == 1 else "generations"
        return Crossing(
            expression=threshold.expression,
            count=self._count,
            of=self._rows,
            worst=tuple((one, float(value)) for _, one, value in self._worst),
            message=f"{threshold.expression}: {self._count:,} of {self._rows:,} {noun}; {named}",
        )


def _parse(expression: str) -> Threshold:
    match = _EXPRESSION.fullmatch(expression)
    if match is None or len(match[3]) > MOST_DIGITS:
        raise InputError(
            f"the threshold {expression!r} is not understood; expected a name, an operator and a "
            "number",
            hint=_EXAMPLES,
        )
    name, comparison, number, percent = match.groups()
    of_run = name.startswith(RUN) or (name in PER_RUN and name not in PER_GENERATION)
    name = name.removeprefix(RUN)
    names = PER_RUN if of_run else PER_GENERATION
    if name not in names:
        raise InputError(
            f"the threshold {expression!r} names {match[1]!r}, which there is not",
            hint=f"of each generation: {', '.join(PER_GENERATION)}; of the run, with {RUN} before "
            f"it where both have the name: {', '.join(PER_RUN)}",
        )
    whole = (RUN_WHOLES if of_run else WHOLES).get(name) if percent else None
    if percent and whole is None and name not in SHARES:
        raise InputError(
            f"the threshold {expression!r} has a percentage, and {name} is no share of anything",
            hint=f"write a number, such as {name}{comparison}{number}",
        )
    limit = Fraction(number) / (100 if percent else 1)
    if limit > 1 and (percent or name in SHARES):
        raise InputError(
            f"the threshold {expression!r} can never be reached: {name} is a share from 0 to 1, or "
            "from 0% to 100%",
            hint=None if percent or limit > MOST_PERCENT else f"did you mean {match[0].strip()}%",
        )
    return Threshold(
        expression=expression.strip(),
        name=name,
        of_run=of_run,
        whole=whole,
        comparison=comparison,
        limit=limit,
        is_percentage=bool(percent),
    )


def _value(numbers: Sequence[float | None]) -> Fraction | None:
    """Return a number, or the share that the first is of the second; ``None`` if not known."""
    known = [Fraction(one) for one in numbers if one is not None]
    if len(known) < len(numbers):
        return None
    if len(known) == 1:
        return known[0]
    return known[0] / known[1] if known[1] else None


def _numbers(counts: Mapping[str, object]) -> dict[str, int]:
    numbers = {name: value for name, value in counts.items() if isinstance(value, int)}
    numbers["scanned"] = numbers.get("generations", 0) - numbers.get("rejected", 0)
    return numbers


def _of_run(threshold: Threshold, counts: Mapping[str, int], folder: Path) -> Crossing | None:
    if threshold.name not in counts and threshold.name not in ("covered_chars_exact", *_CHARS):
        raise InputError(f"`{folder / 'run.json'}` has no count {threshold.name}")
    value = _value([counts.get(name) for name in threshold.columns])
    if value is None or not threshold.is_crossed(value):
        return None
    return Crossing(
        expression=threshold.expression,
        count=None,
        of=counts.get("generations", 0),
        worst=((None, float(value)),),
        message=f"{threshold.expression}: the run has {_beyond(threshold, value)}",
    )


def _beyond(threshold: Threshold, value: Fraction) -> str:
    """Return a value, and how far it is from the limit."""
    distance = value - threshold.limit
    shown = _shown(threshold, value)
    if distance == 0 or threshold.comparison in ("==", "!="):
        return shown
    return f"{shown} ({_distance(threshold, abs(distance))} {'over' if distance > 0 else 'under'})"


def _distance(threshold: Threshold, distance: Fraction) -> str:
    if not threshold.is_percentage:
        return _shown(threshold, distance)
    points = _percentage(distance)
    return f"{points} {'point' if points == '1' else 'points'}"


def _shown(threshold: Threshold, value: Fraction) -> str:
    if threshold.is_percentage:
        return f"{_percentage(value)} %"
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):.4g}"


def _percentage(share: Fraction) -> str:
    """Return a share in per cent with two decimals; what is less, with two digits."""
    value = float(100 * share)
    return f"{value:.2g}" if value < SMALLEST else f"{value:.2f}".rstrip("0").rstrip(".")
