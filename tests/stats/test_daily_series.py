"""Sums over days that resemble their neighbours."""

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import day_dependence, sum_of_days


def series(rng, days, correlation):
    shocks = rng.standard_normal(days)
    for day in range(1, days):
        shocks[day] = correlation * shocks[day - 1] + np.sqrt(1 - correlation**2) * shocks[day]
    return shocks


def test_independent_days_have_the_interval_of_their_mean():
    rng, halves, days = np.random.default_rng(1), [], []
    for _ in range(30):
        values = rng.normal(2, 1, 100)
        found = sum_of_days(values)
        assert found.estimate == pytest.approx(values.sum())
        halves.append((found.high - found.low) / 2 / values.std(ddof=1) / 10)
        days.append(found.dependence.effective_days)
    # t of 99 degrees of freedom, and what 100 days cannot tell about their dependence
    assert 1.984 * 0.95 < np.mean(halves) < 1.984 * 1.15
    assert np.mean(days) == pytest.approx(100, rel=0.15)


def test_many_dependent_days_are_worth_fewer():
    """A correlation of .6 multiplies the variance of a mean by 1.6 / .4 = 4."""
    found = day_dependence(series(np.random.default_rng(2), 600, 0.6))
    assert found.correlation == pytest.approx(0.6, abs=0.02)
    assert found.effective_days == pytest.approx(150, rel=0.1)


def test_the_interval_excludes_0_exactly_when_p_is_below_5_percent():
    rng = np.random.default_rng(3)
    for _ in range(50):
        found = sum_of_days(rng.normal(0.4, 1, 12))
        assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("months", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_a_difference_of_months_is_held_as_often_as_said(correlation, months):
    rng = np.random.default_rng(4)
    periods = np.repeat([0, 1], [21, 20])
    signs = np.repeat([-1, 1], [21, 20])
    weekdays = np.arange(41) % 5
    held = 0
    for _ in range(months):
        values = np.concatenate([series(rng, 21, correlation), series(rng, 20, correlation)])
        values += 3 * weekdays  # 105 - 40 = no difference but the calendar's
        found = sum_of_days(values, periods=periods, signs=signs, weekdays=weekdays)
        truth = 3 * (signs * weekdays).sum()
        held += found.low <= truth <= found.high
    spare = 3.5 * np.sqrt(0.95 * 0.05 / months)
    assert 0.93 - spare <= held / months <= 0.97 + spare


def test_a_weekday_pattern_does_not_widen_the_interval():
    values = np.random.default_rng(5).normal(0, 1, 20)
    pattern = np.tile([0.0, 5, -5, 9, 1], 4)
    weekdays = np.arange(20) % 5
    with_it, without = (sum_of_days(v, weekdays=weekdays) for v in (values + pattern, values))
    assert with_it.high - with_it.low == pytest.approx(without.high - without.low)


def test_days_that_do_not_vary_leave_no_doubt():
    found = sum_of_days([2.0, 2.0, 2.0])
    assert (found.low, found.high, found.standard_error) == (6, 6, 0)


def test_one_day_has_no_interval():
    assert np.isnan(sum_of_days([3.0]).low)


def test_no_day_is_refused():
    with pytest.raises(UsageError, match="no day"):
        sum_of_days([])
