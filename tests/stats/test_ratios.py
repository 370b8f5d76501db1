"""Ratios of sums and totals over independent units."""

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import proportion_interval, ratio_interval, total_interval


def moments(numerator, denominator, units=None):
    return Moments.of({"numerator": numerator, "denominator": denominator}, units)


def test_delta_interval_equals_clustered_ols():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(1)
    contact = rng.integers(0, 60, 300)
    y = rng.normal(size=300) + contact % 7
    fit = sm.OLS(y, np.ones(300)).fit(
        cov_type="cluster", cov_kwds={"groups": contact, "use_correction": False}, use_t=True
    )
    ours = ratio_interval(moments(y, np.ones(300), contact))
    assert ours.estimate == pytest.approx(fit.params[0], rel=1e-12)
    assert ours.standard_error == pytest.approx(fit.bse[0], rel=1e-8)
    t = scipy_stats.t.isf(0.025, ours.n - 1)
    assert ours.high == pytest.approx(fit.params[0] + t * fit.bse[0], rel=1e-8)


def test_independent_rows_have_design_effect_one_and_nearly_wilson():
    y = np.repeat([1, 0], [30, 970])
    ours = ratio_interval(moments(y, np.ones(1000)), proportion=True)
    wilson = proportion_interval(30, 1000)
    assert ours.design_effect == pytest.approx(1.0)
    assert ours.low == pytest.approx(wilson.low, abs=2e-4)
    assert ours.high == pytest.approx(wilson.high, abs=2e-4)


def test_copies_of_a_row_double_the_design_effect_and_the_interval_stays():
    y = np.repeat([1, 0], [30, 970])
    once = ratio_interval(moments(y, np.ones(1000)), proportion=True)
    twice = ratio_interval(moments(2 * y, 2 * np.ones(1000)), proportion=True)
    assert twice.design_effect == pytest.approx(2.0)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))


def test_effective_size_is_never_above_the_rows():
    # Every contact answers exactly one of its two calls: no variance between contacts.
    ours = ratio_interval(moments([1] * 50, [2] * 50), proportion=True)
    assert ours.design_effect == 0
    assert ours.effective_n == 100


def test_wide_quantile_at_few_units():
    # Wilson at the size that makes its half-width use t(2): hand computation.
    ours = ratio_interval(moments([2, 3, 4], [10, 10, 10]), proportion=True)
    p = 0.3
    variance = ((2 - 3) ** 2 + 0 + (4 - 3) ** 2) / 30**2
    size = min(30, 30 / (variance / (p * (1 - p) / 30)))
    z, t = scipy_stats.norm.isf(0.025), scipy_stats.t.isf(0.025, 2)
    wilson = proportion_interval(p * size * (z / t) ** 2, size * (z / t) ** 2)
    assert (ours.low, ours.high) == pytest.approx((wilson.low, wilson.high))


@pytest.mark.parametrize("event", [0, 1])
def test_no_event_or_all_events_take_the_units_as_size(event):
    ours = ratio_interval(moments([4 * event] * 20, [4] * 20), proportion=True)
    assert ours.effective_n == 20
    assert ours.estimate == event
    assert 0 <= ours.low <= event <= ours.high <= 1
    assert ours.high - ours.low > 0.1


def test_zero_denominator_is_undefined_with_a_reason():
    ours = ratio_interval(moments([0, 0], [0, 0]))
    assert math.isnan(ours.estimate)
    assert "denominator is 0" in ours.reason


def test_one_unit_has_an_estimate_and_no_interval():
    ours = ratio_interval(moments([1], [4]), proportion=True)
    assert ours.estimate == 0.25
    assert math.isnan(ours.low)
    assert "one independent unit" in ours.reason


def test_scale_turns_per_second_into_per_hour():
    seconds, hours = moments([3, 5, 4], [3600, 7200, 3600]), moments([3, 5, 4], [1, 2, 1])
    per_hour = ratio_interval(seconds, scale=3600)
    assert (per_hour.low, per_hour.high) == pytest.approx(
        (ratio_interval(hours).low, ratio_interval(hours).high)
    )


def test_negative_profit_per_hour_keeps_the_order_of_its_limits():
    ours = ratio_interval(moments([-50, 20, -30, -10], [8, 8, 7, 8]))
    assert ours.low < ours.estimate < 0 < ours.high


def test_more_events_than_rows_are_taken_as_a_mean():
    ours = ratio_interval(moments([3, 5], [1, 2]), proportion=True)
    assert ours.method == "delta"
    assert ours.reason


def test_lacking_product_is_named():
    with pytest.raises(UsageError, match="lack the product"):
        ratio_interval(Moments(3, {"numerator": 1.0, "denominator": 3.0}))


def test_total_interval_is_n_times_the_interval_of_the_mean():
    profit = np.array([120.0, -30.0, 60.0, 10.0, 90.0])
    ours = total_interval(Moments.of({"numerator": profit}))
    mean = scipy_stats.ttest_1samp(profit, 0).confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((5 * mean.low, 5 * mean.high))


def test_total_of_no_unit_and_of_one():
    assert total_interval(Moments(0, {"numerator": 0.0}, {})).reason == "no unit"
    assert total_interval(Moments.of({"numerator": [5]})).estimate == 5


def test_variance_is_exact_under_large_sums():
    # Cancellation: identical ratios in every unit leave no variance, not noise.
    big = np.full(1000, 1e7)
    assert ratio_interval(moments(3 * big, big)).standard_error == 0
