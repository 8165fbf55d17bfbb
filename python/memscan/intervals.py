"""How sure a number is: intervals for rates, and tests for many works at once.

All intervals have 95 % confidence, and all tests are two-sided.
"""

from __future__ import annotations

from math import exp, fsum, lgamma, log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.95
Z = 1.959963984540054
"""The quantile of the normal distribution at 97.5 %."""

_EQUALS = 1e-7
"""By how much logarithms differ that are the same but for rounding."""

Interval = tuple[float, float]


def wilson(successes: float, trials: float) -> Interval:
    """Return the score interval of a rate.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    rate = successes / trials
    scale = 1 + Z**2 / trials
    middle = (rate + Z**2 / (2 * trials)) / scale
    half = Z / scale * sqrt(rate * (1 - rate) / trials + Z**2 / (4 * trials**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def rate_interval(successes: float, trials: float) -> Interval | None:
    """Return the interval of a rate: Wilson's, or by the rule of three where all are alike.

    If nothing happened in ``n`` trials, the rate is below ``3 / n``: Hanley and Lippman-Hand
    (1983), "If nothing goes wrong, is everything all right?". ``None`` if nothing was tried.
    """
    if not trials:
        return None
    if successes == 0:
        return 0.0, min(1.0, 3 / trials)
    if successes == trials:
        return max(0.0, 1 - 3 / trials), 1.0
    return wilson(successes, trials)


def difference_interval(
    first: float, first_interval: Interval, second: float, second_interval: Interval
) -> Interval:
    """Return the interval of ``second - first``, from those of two independent numbers.

    Newcombe (1998), "Interval estimation for the difference between independent proportions",
    method 10.
    """
    difference = second - first
    below = sqrt((second - second_interval[0]) ** 2 + (first_interval[1] - first) ** 2)
    above = sqrt((second_interval[1] - second) ** 2 + (first - first_interval[0]) ** 2)
    return difference - below, difference + above


def sign_test(rises: int, falls: int) -> float:
    """Return the probability of so uneven a split of pairs that differ, if either way is as likely.

    The exact binomial test; for two outcomes McNemar's (1947), "Note on the sampling error of the
    difference between correlated proportions or percentages".
    """
    pairs = rises + falls
    terms = (_log_ways(pairs, k) - pairs * log(2) for k in range(min(rises, falls) + 1))
    return min(1.0, 2 * fsum(map(exp, terms)))


def fisher_exact(first: int, first_trials: int, second: int, second_trials: int) -> float:
    """Return the probability of two rates as different as these or more, if they are one.

    Fisher (1935), "The logic of inductive inference": the sum over all tables with these margins
    that are no likelier than the one seen.
    """
    successes = first + second
    least = max(0, successes - second_trials)
    most = min(successes, first_trials)
    ways = [
        _log_ways(first_trials, k) + _log_ways(second_trials, successes - k)
        for k in range(least, most + 1)
    ]
    seen = ways[first - least] + _EQUALS
    top = max(ways)
    likely = fsum(exp(way - top) for way in ways)
    return min(1.0, fsum(exp(way - top) for way in ways if way <= seen) / likely)


def _log_ways(count: int, chosen: int) -> float:
    """Return the logarithm of the number of ways to choose some of so many."""
    return lgamma(count + 1) - lgamma(chosen + 1) - lgamma(count - chosen + 1)


def benjamini_hochberg(probabilities: Sequence[float]) -> list[float]:
    """Return each probability adjusted for how many there are, in their order.

    Those below q are a set of which at most a share q is expected to be false: Benjamini and
    Hochberg (1995), "Controlling the false discovery rate".
    """
    count = len(probabilities)
    adjusted = [1.0] * count
    least = 1.0
    descending = sorted(range(count), key=lambda at: -probabilities[at])
    for rank, at in zip(range(count, 0, -1), descending, strict=True):
        least = min(least, probabilities[at] * count / rank)
        adjusted[at] = least
    return adjusted
