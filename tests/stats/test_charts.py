"""Control limits of daily charts."""

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import control_limits


def test_sigma_z_is_the_mean_moving_range_over_1_128():
    events, sizes = np.array([30, 60, 20, 55]), np.array([100, 120, 100, 110])
    chart = control_limits(events, sizes)
    centre = events.sum() / sizes.sum()
    z = (events / sizes - centre) / np.sqrt(centre * (1 - centre) / sizes)
    expected = np.abs(np.diff(z)).mean() / 1.128
    assert chart.dispersion == pytest.approx(expected, rel=1e-3)
    half = 3 * expected * np.sqrt(centre * (1 - centre) / sizes)
    assert chart.high == pytest.approx(np.minimum(centre + half, 1), rel=1e-3)


def test_calm_days_keep_the_plain_limits():
    chart = control_limits([50] * 10, [100] * 10)
    assert chart.dispersion == 0
    assert chart.high[0] == pytest.approx(0.5 + 3 * 0.05)


def test_overdispersed_days_are_not_all_flagged():
    rng = np.random.default_rng(2)
    sizes = np.full(60, 20_000)
    events = rng.binomial(sizes, rng.beta(60, 140, 60))
    plain = np.abs(events / sizes - 0.3) > 3 * np.sqrt(0.21 / sizes)
    assert plain.mean() > 0.5
    assert control_limits(events, sizes).outside.mean() < 0.05


def test_a_day_without_work_has_no_value_and_no_flag():
    chart = control_limits([5, 0, 6], [100, 0, 100])
    assert np.isnan(chart.values[1])
    assert not chart.outside[1]


def test_rates_have_no_upper_bound():
    chart = control_limits([1, 8, 2], [1.0, 1.0, 1.0], kind="rate")
    assert chart.method == "laney u'"
    assert (chart.high > 1).all()


def test_eight_days_on_one_side_are_a_run():
    chart = control_limits([40] * 8 + [60] * 8, [100] * 16)
    assert chart.run.tolist() == [False] * 7 + [True] + [False] * 7 + [True]


@pytest.mark.parametrize("share", [0, 1])
def test_nothing_or_all_is_no_nan(share):
    chart = control_limits([100 * share] * 5, [100] * 5)
    assert not np.isnan(np.concatenate([chart.low, chart.high])).any()


def test_no_work_at_all_is_refused():
    with pytest.raises(UsageError, match="no day"):
        control_limits([0, 0], [0, 0])
