"""Control limits of daily charts."""

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import control_limits


def test_sigma_z_is_the_mean_moving_range_over_1_128():
    events, sizes = np.array([30, 60, 20, 55]), np.array([100, 120, 100, 110])
    chart = control_limits(events, sizes, method="laney")
    centre = events.sum() / sizes.sum()
    z = (events / sizes - centre) / np.sqrt(centre * (1 - centre) / sizes)
    expected = np.abs(np.diff(z)).mean() / 1.128
    assert chart.dispersion == pytest.approx(expected, rel=1e-3)
    half = 3 * expected * np.sqrt(centre * (1 - centre) / sizes)
    assert chart.high == pytest.approx(np.minimum(centre + half, 1), rel=1e-3)


def test_calm_days_keep_the_plain_limits():
    chart = control_limits([50] * 10, [100] * 10, method="laney")
    assert chart.dispersion == 0
    assert chart.high[0] == pytest.approx(0.5 + 3 * 0.05)


def test_overdispersed_days_are_not_all_flagged():
    rng = np.random.default_rng(2)
    sizes = np.full(60, 20_000)
    events = rng.binomial(sizes, rng.beta(60, 140, 60))
    plain = np.abs(events / sizes - 0.3) > 3 * np.sqrt(0.21 / sizes)
    assert plain.mean() > 0.5
    for method in ("laney", "predictive"):
        assert control_limits(events, sizes, method=method).outside.mean() < 0.05


def test_a_day_without_work_has_no_value_and_no_flag():
    chart = control_limits([5, 0, 6], [100, 0, 100])
    assert np.isnan(chart.values[1])
    assert not chart.outside[1]


def test_rates_have_no_upper_bound():
    chart = control_limits([1, 8, 2], [1.0, 1.0, 1.0], kind="rate", method="laney")
    assert chart.method == "laney u'"
    assert (chart.high > 1).all()


def test_eight_days_on_one_side_are_a_run():
    chart = control_limits([40] * 8 + [60] * 8, [100] * 16, method="laney")
    assert chart.run.tolist() == [False] * 7 + [True] + [False] * 7 + [True]


@pytest.mark.parametrize("share", [0, 1])
def test_nothing_or_all_is_no_nan(share):
    chart = control_limits([100 * share] * 5, [100] * 5)
    assert not np.isnan(np.concatenate([chart.low, chart.high])).any()


def test_no_work_at_all_is_refused():
    with pytest.raises(UsageError, match="no day"):
        control_limits([0, 0], [0, 0])


#: Five working days with a pattern of their own, on the logit.
PATTERN = np.array([-1.0, -0.3, 0.2, 1.2, -0.1])


def month(rng, *, days=22, dials=1500, rate=0.22, spread=0.1, alike=0.0, pattern=0.0, low=None):
    """Return answers, dials and weekdays of days whose logits vary, `alike` being the lag-one correlation."""
    shock = rng.standard_normal(days)
    for i in range(1, days):
        shock[i] = alike * shock[i - 1] + np.sqrt(1 - alike**2) * shock[i]
    weekday = np.arange(days) % 5
    odds = rate / (1 - rate) * np.exp(spread * shock + pattern * PATTERN[weekday])
    chance = odds / (1 + odds)
    if low is not None:
        chance[low] *= 0.7
    size = np.full(days, dials)
    return rng.binomial(size, chance), size, weekday


ORDINARY = {
    "days of their own": {},
    "neighbours alike": {"alike": 0.6},
    "a weekday pattern": {"pattern": 0.3},
    "pure chance": {"spread": 0.0},
    "rare events": {"rate": 0.004},
    "eight days": {"days": 8},
}


def false_months(months, seed, **how):
    rng = np.random.default_rng(seed)
    signals = 0
    for _ in range(months):
        x, n, weekday = month(rng, **how)
        chart = control_limits(x, n, weekdays=weekday)
        signals += bool(chart.outside.any() or chart.run.any())
    return signals


@pytest.mark.parametrize("how", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_month_has_a_signal_in_one_of_twenty(how):
    # 10 of 60 has a chance of 0.07 % at 5 %
    assert false_months(8, 3, **how) <= 3


@pytest.mark.slow
@pytest.mark.parametrize("how", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_month_has_a_signal_in_one_of_twenty_of_many(how):
    assert false_months(600, 4, **how) <= 45  # 30 expected, and 2.8 standard errors


def test_a_day_30_percent_low_is_seen_although_weekdays_differ():
    rng = np.random.default_rng(6)
    seen = 0
    for _ in range(12):
        x, n, weekday = month(rng, dials=2500, rate=0.25, spread=0.04, pattern=0.3, low=9)
        seen += bool(control_limits(x, n, weekdays=weekday).outside[9])
    assert seen >= 9  # at 90 %, 8 or fewer of 12 have a chance of 2.6 %


def test_what_is_expected_follows_the_weekday():
    x = [150, 180, 200, 240, 190] * 4
    chart = control_limits(x, [1000] * 20, weekdays=list(range(5)) * 4)
    assert np.corrcoef(chart.expected, x)[0, 1] > 0.98
    flat = control_limits(x, [1000] * 20)
    assert np.ptp(flat.expected) < 0.5 * np.ptp(chart.expected)


def test_far_days_do_not_hide_each_other():
    x = [200, 204, 197, 190, 206, 201, 195, 500, 520, 510, 490, 505, 203, 199, 196, 202, 207, 194, 198, 205]
    chart = control_limits(x, [1000] * 20)
    assert np.flatnonzero(chart.outside).tolist() == [7, 8, 9, 10, 11]
    assert not control_limits(x, [1000] * 20, method="laney").outside.all()


def test_success_and_failure_have_mirrored_limits():
    won = np.array([800, 790, 815, 805, 640, 802, 795, 810, 801, 799])
    size = np.full(10, 1000)
    chart, mirror = control_limits(won, size), control_limits(size - won, size)
    assert chart.low == pytest.approx(1 - mirror.high)
    assert chart.outside.tolist() == mirror.outside.tolist()


def test_one_event_among_rare_ones_is_no_signal():
    assert not control_limits([0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0], [100] * 12).outside.any()


def test_seconds_vary_as_their_size_says():
    """Talk time of 100 calls of 200 s, exponential: a day's standard deviation is 20 s of a mean of 200 s."""
    rng = np.random.default_rng(8)
    seconds = rng.gamma(100, 200, 20)
    chart = control_limits(seconds, [100] * 20, kind="rate", design_effect=200)
    assert not chart.outside.any()
    # chance alone is a dispersion of 14.1, the root of the size of one
    spread = 20 * chart.dispersion / np.sqrt(200)
    # at least the normal quantile for one of 20 days, at most that of t with 5 degrees of freedom
    assert 3.1 * spread < (chart.high - chart.low).mean() / 2 < 5.6 * spread
    assert chart.dispersion > 10  # over counts of one second each


def test_three_days_have_open_limits():
    chart = control_limits([10, 90, 10], [100, 100, 100])
    assert (chart.low.max(), chart.high.min()) == (0, 1)
    assert not chart.outside.any()
