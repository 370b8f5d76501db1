"""A group against the rest: the test is that of two proportions where rows are independent."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from callstats.moments import DaySums, Moments
from callstats.stats.rest_contrast import rest_contrast


def share(k: int, n: int) -> Moments:
    return Moments.of({"numerator": [1.0] * k + [0.0] * (n - k), "denominator": [1.0] * n})


def test_independent_rows_give_the_test_of_two_proportions():
    # the larger of the unpooled and the pooled variance, by hand: 300 of 1,000 against 200 of 1,000
    found = rest_contrast(share(300, 1000), share(200, 1000), proportion=True)
    pooled = 0.25 * 0.75 * (2 / 1000)
    apart = (0.3 * 0.7 + 0.2 * 0.8) / 999
    assert found.p_value == pytest.approx(2 * t.sf(0.1 / np.sqrt(max(pooled, apart)), 1998), rel=1e-3)


def test_a_group_without_an_event_is_not_certain():
    # none of 200 where 3 % are usual: six are expected
    found = rest_contrast(share(0, 200), share(60, 2000), proportion=True)
    assert 0.005 < found.p_value < 0.05


def test_a_group_too_small_for_its_events_is_not_judged():
    assert np.isnan(rest_contrast(share(2, 20), share(60, 2000), proportion=True).p_value)


def test_days_that_differ_widen_the_test():
    rng = np.random.default_rng(3)
    day = np.repeat(np.arange(20), 100)
    high = rng.random(2000) < np.repeat(np.where(np.arange(20) % 4 == 0, 0.8, 0.1), 100)
    sums = {"numerator": high.astype(float), "denominator": np.ones(2000)}
    whole, days = Moments.of(sums), DaySums.of(sums, day)
    other = {"numerator": (rng.random(2000) < 0.25).astype(float), "denominator": np.ones(2000)}
    alone = rest_contrast(whole, Moments.of(other), proportion=True)
    by_day = rest_contrast(whole, Moments.of(other), (days, DaySums.of(other, day)), proportion=True)
    assert by_day.p_value > alone.p_value
