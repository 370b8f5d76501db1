"""Days in a row that differ are found and dated; ordinary days have none."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats.unusual_days import day_changes

QUIET = [2, 1, 3, 2, 2, 1, 2, 3, 2, 2, 1, 3, 2, 2, 2, 1, 2, 3, 1, 2, 2, 3]


def test_what_is_inside_and_outside_is_all_events_over_all_sizes():
    events, sizes = np.array(QUIET), np.full(22, 100)
    events[9:14] = [12, 11, 13, 12, 10]
    found = day_changes(events, sizes).stretch
    assert (found.first, found.last) == (9, 13)
    assert found.inside == pytest.approx(58 / 500)
    assert found.outside == pytest.approx((sum(QUIET) - sum(QUIET[9:14])) / 1700)


def test_days_without_any_calls_are_passed_over():
    events, sizes = np.array([*QUIET[:9], 0, 0, 12, 11, 13, 12, 10, *QUIET[14:]]), np.full(24, 100)
    sizes[9:11] = 0
    found = day_changes(events, sizes).stretch
    assert (found.first, found.last) == (11, 15)


def test_a_share_near_one_is_judged_as_its_complement():
    low, sizes = np.array(QUIET), np.full(22, 100)
    low[9:14] = [12, 11, 13, 12, 10]
    a, b = day_changes(low, sizes), day_changes(100 - low, sizes)
    assert b.stretch.p_value == pytest.approx(a.stretch.p_value, rel=1e-6)
    assert (b.stretch.inside, b.trend.last) == pytest.approx((1 - a.stretch.inside, 1 - a.trend.last))


def test_a_slow_fall_is_a_trend_from_its_first_to_its_last_value():
    rate = np.linspace(0.28, 0.18, 22)
    found = day_changes(np.round(1000 * rate), np.full(22, 1000)).trend
    assert (found.first, found.last) == pytest.approx((0.28, 0.18), abs=0.005)
    assert found.p_value < 1e-4


def test_few_days_nothing_seen_and_only_hits_have_no_answer():
    assert day_changes([1, 2, 3], [10, 10, 10]) is None
    assert day_changes([0] * 22, [100] * 22) is None
    assert day_changes([100] * 22, [100] * 22) is None


def test_events_beyond_their_size_and_lengths_that_differ_are_refused():
    with pytest.raises(UsageError):
        day_changes([200] * 22, [100] * 22)
    with pytest.raises(UsageError, match="22 events and 21 sizes"):
        day_changes([1] * 22, [100] * 21)


def _month(rng, correlation: float, spread: float, mean: float) -> tuple[np.ndarray, np.ndarray]:
    shock = np.zeros(22)
    shock[0] = rng.normal()
    for day in range(1, 22):
        shock[day] = correlation * shock[day - 1] + np.sqrt(1 - correlation**2) * rng.normal()
    odds = mean / (1 - mean) * np.exp(spread * shock)
    sizes = np.round(1500 * rng.lognormal(0, 0.3, 22))
    return rng.binomial(sizes.astype(int), odds / (1 + odds)), sizes


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.3])
@pytest.mark.parametrize(("spread", "mean"), [(0.1, 0.22), (0.3, 0.22), (0.3, 0.004), (0.0, 0.02)])
def test_ordinary_days_have_a_stretch_or_a_slope_in_at_most_five_of_a_hundred_months(
    correlation, spread, mean
):
    rng = np.random.default_rng(11)
    weekday = np.arange(22) % 5
    named = sum(
        day_changes(*_month(rng, correlation, spread, mean), weekdays=weekday).p_value < 0.05
        for _ in range(600)
    )
    assert named <= 30 + 13  # 5 %, and two and a half standard errors of 600 months
