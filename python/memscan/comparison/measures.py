"""What is compared: rates, coverage, lengths; with intervals on both sides and in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from memscan.intervals import difference_interval, rate_interval
from memscan.resampling import draws, percentile_interval, quantiles, ratios

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from memscan.comparison.sides import Clusters, Side
    from memscan.intervals import Interval

    Numbers = NDArray[np.float64]
    Terms = Callable[[Side], tuple[Numbers, Numbers]]

QUANTILES = (0.8, 0.95, 0.99, 0.999)
"""Of the longest match of a generation: Aerni et al. (2024), "Measuring Non-Adversarial
Reproduction of Training Data in Large Language Models"."""

LEAST_ABOVE = 5
"""A quantile above which fewer generations lie has no interval: drawing them again is coarse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number, and the interval that holds the true one with 95 % confidence.

    Attributes:
        value: The number; ``None`` if there is nothing to measure.
        interval: Its interval; ``None`` if none can be given, as for the longest of all.
    """

    value: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure on both sides.

    Attributes:
        name: Which, as in ``docs/looking.md``.
        is_share: Whether it is a share; else a length in units.
        first: Of the first results.
        second: Of the second.
        difference: The second less the first.
    """

    name: str
    is_share: bool
    first: Estimate
    second: Estimate
    difference: Estimate


def _ones(chosen: NDArray[np.bool_]) -> Numbers:
    return chosen.astype(np.float64)


def _rate(column: str) -> Terms:
    """Return terms of the share of generations that have something."""
    return lambda side: (
        _ones(side.columns[column] > 0),
        np.ones(len(side.keys), np.float64),
    )


def _pooled(part: str, whole: str) -> Terms:
    """Return terms of a share of all units, or characters, together."""
    return lambda side: (side.columns[part], side.columns[whole])


def _mean(part: str, whole: str) -> Terms:
    """Return terms of the mean share of a generation; those without any are left out."""

    def terms(side: Side) -> tuple[Numbers, Numbers]:
        shares = np.nan_to_num(ratios(side.columns[part], side.columns[whole]))
        return shares, _ones(side.columns[whole] > 0)

    return terms


_RATES: dict[str, tuple[str, Terms]] = {
    "generations_with_passage": ("n_spans", _rate("n_spans")),
    "generations_with_passage_discounted": (
        "longest_match_discounted",
        _rate("longest_match_discounted"),
    ),
}
_COVERAGES: dict[str, tuple[str, Terms]] = {
    f"coverage_{noun}_{how}{less}": (
        f"covered_{noun}{less}",
        terms(f"covered_{noun}{less}", f"n_{noun}"),
    )
    for less in ("", "_discounted")
    for noun in ("units", "chars")
    for how, terms in (("pooled", _pooled), ("mean", _mean))
}
_SHARES = _RATES | _COVERAGES


def measure_both(
    sides: tuple[Side, Side], clusters: Clusters, *, rounds: int, seed: int
) -> list[Measured]:
    """Return all measures that both sides have the numbers for.

    Rates have Wilson's interval if every generation stands for itself, and that of the rule of
    three, in clusters, if they are none or all; all else is drawn again by the cluster bootstrap.
    """
    names = [
        name for name, (column, _) in _SHARES.items() if all(column in s.columns for s in sides)
    ]
    terms = [[_SHARES[name][1](side) for name in names] for side in sides]
    shares = [[_quotient(*pair) for pair in of_side] for of_side in terms]
    lengths = [_Lengths(side, clusters.of[at]) for at, side in enumerate(sides)]
    drawn = _drawn(terms, lengths, clusters, rounds=rounds, seed=seed)
    measured = []
    for at, name in enumerate(names):
        known, rounds_of = [values[at] for values in shares], [d[:, at] for d in drawn]
        if name in _RATES:
            counts = [int(of_side[at][0].sum()) for of_side in terms]
            measured.append(_rates(name, known, counts, rounds_of, clusters))
        else:
            measured.append(_coverages(name, known, rounds_of))
    for at, share in enumerate(QUANTILES):
        known = [float(one.quantiles(None)[at]) for one in lengths]
        of_rounds = [d[:, len(names) + at] for d in drawn]
        intervals: list[Interval | None] = [None, None]
        between = None
        if min(len(side.keys) for side in sides) * (1 - share) >= LEAST_ABOVE:
            intervals = [percentile_interval(values) for values in of_rounds]
            between = percentile_interval(of_rounds[1] - of_rounds[0])
        name = f"longest_match_{100 * share:g}%"
        measured.append(_measured(name, known, intervals, between, is_share=False))
    for name in ("longest_match", "longest_match_discounted"):
        if all(name in side.columns for side in sides):
            known = [float(np.max(side.columns[name], initial=0)) for side in sides]
            measured.append(_measured(f"{name}_of_all", known, [None, None], None, is_share=False))
    return measured


def _rates(
    name: str,
    known: Sequence[float],
    counts: Sequence[int],
    drawn: Sequence[Numbers],
    clusters: Clusters,
) -> Measured:
    """Return a rate; where it is none or all on a side, drawing again says nothing of that side."""
    intervals = []
    is_extreme = False
    for side, (rate, count) in enumerate(zip(known, counts, strict=True)):
        if rate in (0, 1):
            is_extreme = True
            trials = len(np.unique(clusters.of[side]))
            intervals.append(rate_interval(trials * rate, trials))
        elif clusters.are_single:
            intervals.append(rate_interval(count, len(clusters.of[side])))
        else:
            intervals.append(percentile_interval(drawn[side]))
    between = percentile_interval(drawn[1] - drawn[0])
    if is_extreme and intervals[0] and intervals[1]:
        between = difference_interval(known[0], intervals[0], known[1], intervals[1])
    return _measured(name, known, intervals, between)


def _coverages(name: str, known: Sequence[float], drawn: Sequence[Numbers]) -> Measured:
    """Return a coverage; where no generation differs from another, nothing is known of others."""
    intervals = [
        interval if interval and interval[0] < interval[1] else None
        for interval in map(percentile_interval, drawn)
    ]
    between = percentile_interval(drawn[1] - drawn[0]) if any(intervals) else None
    return _measured(name, known, intervals, between)


def _measured(
    name: str,
    known: Sequence[float],
    intervals: Sequence[Interval | None],
    between: Interval | None,
    *,
    is_share: bool = True,
) -> Measured:
    values = [None if np.isnan(value) else value for value in (*known, known[1] - known[0])]
    first, second, difference = (
        Estimate(value=value, interval=interval)
        for value, interval in zip(values, (*intervals, between), strict=True)
    )
    return Measured(name=name, is_share=is_share, first=first, second=second, difference=difference)


def _quotient(part: Numbers, whole: Numbers) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else float("nan")


class _Lengths:
    """The longest matches of one side, ready to be weighed."""

    def __init__(self, side: Side, clusters: NDArray[np.int64]) -> None:
        longest = side.columns["longest_match"]
        order = np.argsort(longest, kind="stable")
        self._values = longest[order]
        self._clusters = clusters[order]

    def quantiles(self, weights: Numbers | None) -> Numbers:
        own = np.ones(len(self._values)) if weights is None else weights[self._clusters]
        return quantiles(self._values, own, np.array(QUANTILES))


def _drawn(
    terms: Sequence[Sequence[tuple[Numbers, Numbers]]],
    lengths: Sequence[_Lengths],
    clusters: Clusters,
    *,
    rounds: int,
    seed: int,
) -> list[Numbers]:
    """Return for each side what each round gives, a column for each share and each quantile."""
    sums = [
        [np.array([clusters.sums(side, pair[part]) for pair in of_side]).T for part in (0, 1)]
        for side, of_side in enumerate(terms)
    ]
    found: list[list[Numbers]] = [[], []]
    for weights in draws((clusters.both, *clusters.only), rounds=rounds, seed=seed):
        for side, (numerators, denominators) in enumerate(sums):
            shares = ratios(weights @ numerators, weights @ denominators)
            longest = np.array([lengths[side].quantiles(row) for row in weights])
            found[side].append(np.hstack([shares, longest]))
    return [np.vstack(parts) for parts in found]
