"""How an hour varies from day to day."""

import numpy as np
import pytest

from callstats.stats import proportion_interval
from callstats.stats.hour_variation import HourVariation, hour_variation


def cells(rng, *, days=20, hours=8, dials=200, own=0.0, common=0.0):
    """Return hours, days, dials and those reached; shocks are on the logit."""
    day, hour = (a.ravel() for a in np.meshgrid(np.arange(days), np.arange(hours), indexing="ij"))
    shock = own * rng.standard_normal(len(day)) + common * rng.standard_normal(days)[day]
    odds = 0.25 * np.exp(shock)
    return hour, day, np.full(len(day), dials), rng.binomial(dials, odds / (1 + odds))


def test_the_variance_by_hand():
    """Two days of 100 dials, 20 and 40 reached: chi = 2 x 10^2 / (100 x .3 x .7), less 1, over 100 x .21."""
    found = hour_variation([9, 9], [1, 2], [100, 100], [20, 40])
    assert found.variance == pytest.approx((2 * 100 / 21 - 1) / 21)
    assert found.degrees_of_freedom == 1


def test_the_variance_of_shocks_is_recovered():
    rng = np.random.default_rng(1)
    found = [hour_variation(*cells(rng, own=0.3)).variance for _ in range(100)]
    assert np.mean(found) == pytest.approx(0.09, rel=0.1)


def test_days_that_are_alike_in_all_hours_count_once():
    rng = np.random.default_rng(2)
    own, common = (hour_variation(*cells(rng, **how)) for how in ({"own": 0.4}, {"common": 0.4}))
    assert own.degrees_of_freedom > 100  # of 20 x 8 - 8
    assert common.degrees_of_freedom < 40


def test_hours_of_one_day_have_open_limits():
    found = hour_variation([9, 10], [1, 1], [100, 100], [20, 40])
    assert found.degrees_of_freedom == 0
    assert found.limits(0.2, 0.1, 0.3, 1.0, 0.95) == (0, 1)


def test_without_variation_and_with_many_days_the_interval_stays():
    low, high = HourVariation(0.0, 1e9).limits(0.2, 0.15, 0.26, 0.05, 0.95)
    assert (low, high) == pytest.approx((0.15, 0.26), abs=1e-6)


@pytest.mark.parametrize("reached", [0, 100])
def test_none_or_all_reached_have_limits_in_range(reached):
    found = proportion_interval(reached, 100)
    low, high = HourVariation(0.09, 20).limits(reached / 100, found.low, found.high, 0.25, 0.95)
    assert 0 <= low <= found.low
    assert found.high <= high <= 1
