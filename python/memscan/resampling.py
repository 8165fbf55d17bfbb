"""The cluster bootstrap: how much numbers vary if other clusters had been drawn.

What belongs together, such as the generations of one prompt, is drawn together, on both sides of a
comparison: Efron (1979), "Bootstrap methods: another look at the jackknife"; Field and Welsh
(2007), "Bootstrapping clustered data". Clusters that both sides have, and those that only one has,
are drawn apart, each as often as there are: so pairs stay pairs, and what has no partner still
counts. Intervals are those between percentiles.

Time and memory of a round follow the number of clusters and generations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from memscan.intervals import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from memscan.intervals import Interval

_CELLS = 2**20
"""Numbers of one batch of rounds."""


def draws(
    strata: Sequence[NDArray[np.int64]], *, rounds: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """Yield how often each cluster is drawn, in each round; shape ``(some rounds, clusters)``.

    Args:
        strata: The clusters that are drawn from together; each cluster is in one of them.
        rounds: How many rounds in all.
        seed: The same seed gives the same draws.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    clusters = sum(map(len, strata))
    at_once = max(1, _CELLS // max(1, clusters))
    for first in range(0, rounds, at_once):
        count = min(at_once, rounds - first)
        weights = np.zeros((count, clusters))
        for stratum in strata:
            size = len(stratum)
            if size:
                drawn = generator.integers(0, size, (count, size))
                places = (drawn + size * np.arange(count)[:, None]).ravel()
                weights[:, stratum] = np.bincount(places, minlength=count * size).reshape(-1, size)
        yield weights


def sign_flips(changes: NDArray[np.float64], *, rounds: int, seed: int) -> float:
    """Return the probability of so large a sum, if each change might as well be its opposite.

    Fisher (1935), "The design of experiments", section 21; here by random flips, of which the sum
    seen counts as one.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    changes = changes[changes != 0]
    if not len(changes):
        return 1.0
    seen = abs(changes.sum()) - 1e-9 * np.abs(changes).sum()
    as_large = 1
    at_once = max(1, _CELLS // len(changes))
    for first in range(0, rounds, at_once):
        count = min(at_once, rounds - first)
        signs = generator.integers(0, 2, (count, len(changes)), np.int8) * 2 - 1
        as_large += int((np.abs(signs @ changes) >= seen).sum())
    return as_large / (rounds + 1)


def ratios(
    numerators: NDArray[np.float64], denominators: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return quotients, not a number where nothing is to be divided by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominators > 0, numerators / denominators, np.nan)


def quantiles(
    values: NDArray[np.float64], weights: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the smallest values that reach each share of the weight.

    Args:
        values: In ascending order; shape ``(n,)``.
        weights: Of each value; shape ``(n,)``.
        shares: From 0 to 1; shape ``(m,)``.
    """
    reached = np.cumsum(weights)
    if not len(reached) or not reached[-1]:
        return np.full(len(shares), np.nan)
    # A little less, or rounding would ask for more than there is.
    places = np.searchsorted(reached, shares * reached[-1] * (1 - 1e-12))
    found: NDArray[np.float64] = values[places]
    return found


def percentile_interval(values: NDArray[np.float64]) -> Interval | None:
    """Return the interval that holds the middle of some numbers; ``None`` if there are none."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
