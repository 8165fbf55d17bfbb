"""Intervals and tests, against published numbers and exact small cases."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memscan.intervals import (
    benjamini_hochberg,
    difference_interval,
    fisher_exact,
    rate_interval,
    sign_test,
    wilson,
)
from memscan.resampling import draws, percentile_interval, quantiles, sign_flips


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_is_that_of_newcombe_1998_table_1(
    successes: int, trials: int, low: float, high: float
) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_wilson_interval_solves_its_equation() -> None:
    for end in wilson(7, 40):
        z = (7 / 40 - end) / (end * (1 - end) / 40) ** 0.5
        assert abs(z) == pytest.approx(1.959963984540054)


def test_rule_of_three_holds_where_nothing_or_all_happened() -> None:
    assert rate_interval(0, 300) == (0.0, 0.01)
    assert rate_interval(300, 300) == (0.99, 1.0)
    assert rate_interval(0, 2) == (0.0, 1.0)
    assert rate_interval(0, 0) is None
    assert rate_interval(81, 263) == wilson(81, 263)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
    ],
)
def test_interval_of_a_difference_is_that_of_newcombe_1998_method_10(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    rates = [successes / trials for successes, trials in (first, second)]
    found = difference_interval(rates[0], wilson(*first), rates[1], wilson(*second))
    assert found == pytest.approx((low, high), abs=5e-5)


def test_sign_test_is_the_exact_binomial() -> None:
    assert sign_test(0, 0) == 1
    assert sign_test(1, 9) == pytest.approx(2 * (1 + 10) / 2**10)
    assert sign_test(9, 1) == sign_test(1, 9)
    assert sign_test(5, 5) == 1
    assert 0 < sign_test(4000, 5000) < 1e-20


def test_tea_is_tasted_as_by_fisher() -> None:
    assert fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert fisher_exact(4, 4, 0, 4) == pytest.approx(2 / 70)
    assert fisher_exact(0, 5, 0, 9) == 1
    assert 0 < fisher_exact(2000, 20_000, 3000, 20_000) < 1e-20


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_fisher_exact_sums_all_tables(first: int, second: int, data: st.DataObject) -> None:
    one, other = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    ways = [comb(first, k) * comb(second, one + other - k) for k in range(one + other + 1)]
    expected = sum(way for way in ways if way <= ways[one]) / sum(ways)
    assert fisher_exact(one, first, other, second) == pytest.approx(expected)


def test_probabilities_are_adjusted_as_by_benjamini_and_hochberg() -> None:
    adjusted = benjamini_hochberg([0.01, 0.04, 0.03, 0.005])
    assert adjusted == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_hochberg([0.9, 0.01, 0.8]) == pytest.approx([0.9, 0.03, 0.9])
    assert benjamini_hochberg([]) == []


def test_clusters_are_drawn_as_often_as_all_ways_of_drawing_say() -> None:
    rounds = 40_000
    drawn = np.vstack(list(draws((np.arange(3), np.array([3, 4])), rounds=rounds, seed=1)))
    assert drawn.shape == (rounds, 5)
    assert (drawn[:, :3].sum(axis=1) == 3).all()
    assert (drawn[:, 3:].sum(axis=1) == 2).all()
    values = np.array([1.0, 10.0, 100.0])
    ways = [sum(values[list(chosen)]) for chosen in product(range(3), repeat=3)]
    sums = drawn[:, :3] @ values
    for way in set(ways):
        assert (sums == way).mean() == pytest.approx(ways.count(way) / 27, abs=0.01)
    exact = np.quantile(ways, [0.025, 0.975], method="inverted_cdf")
    assert percentile_interval(sums) == tuple(exact)


def test_draws_depend_on_the_seed_alone() -> None:
    def drawn(seed: int) -> bytes:
        strata = (np.arange(700), np.arange(700, 1000))
        return np.vstack(list(draws(strata, rounds=3000, seed=seed))).tobytes()

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=30),
    st.sampled_from([0.0, 0.5, 0.8, 0.95, 0.999, 1.0]),
)
def test_quantile_is_the_smallest_value_that_reaches_the_share(
    weighed: list[tuple[int, int]], share: float
) -> None:
    weighed.sort()
    values, weights = np.array(weighed, np.float64).T
    (found,) = quantiles(values, weights, np.array([share]))
    repeated = [value for value, weight in weighed for _ in range(weight)]
    if not repeated:
        assert np.isnan(found)
    elif share:
        assert found == np.quantile(repeated, share, method="inverted_cdf")


def test_signs_are_flipped_as_often_as_all_ways_say() -> None:
    changes = np.array([1.0, 2.0, 3.0, -1.0, 0.0, 4.0])
    ways = [abs(np.dot(signs, changes)) for signs in product((-1, 1), repeat=6)]
    exact = np.mean([way >= 9 for way in ways])
    assert sign_flips(changes, rounds=40_000, seed=1) == pytest.approx(exact, abs=0.01)
    assert sign_flips(np.zeros(3), rounds=100, seed=1) == 1
    assert sign_flips(np.ones(60), rounds=999, seed=1) == 1 / 1000
