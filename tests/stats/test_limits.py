"""Turning statistics into limits and p-values."""

import math

import pytest
from scipy import stats as scipy_stats

from callstats.stats.limits import invert, p_value, quantiles, statistic_from_limits


@pytest.mark.parametrize("df", [math.inf, 3])
def test_p_value_equals_scipy(df):
    law = scipy_stats.norm if math.isinf(df) else scipy_stats.t(df)
    assert p_value(1.3, "greater", df) == pytest.approx(law.sf(1.3))
    assert p_value(1.3, "less", df) == pytest.approx(law.cdf(1.3))
    assert p_value(-1.3, "two-sided", df) == pytest.approx(2 * law.sf(1.3))


def test_p_value_of_an_infinite_statistic_is_0():
    assert p_value(math.inf, "greater") == 0
    assert p_value(-math.inf, "two-sided", 5) == 0


def test_open_side_has_an_infinite_quantile():
    assert quantiles((0.0, 0.05))[0] == math.inf


def test_a_statistic_that_never_reaches_the_quantile_leaves_the_end_of_the_support():
    assert invert(lambda r: 1 - r / (1 + r), 1.0, (0.0, math.inf), (2.0, 2.0)) == (0.0, math.inf)


def test_interval_turned_round_is_its_own_statistic():
    z = statistic_from_limits(lambda z: (0.5 - z * 0.2, 0.5 + z * 0.2), 0.5, 0.9)
    assert z == pytest.approx(-2)
