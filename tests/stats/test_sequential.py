"""Looking every day without paying for it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import confidence_sequence

ALTERNATIVES = ("two-sided", "greater", "less")


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(estimate=st.floats(-2, 2), trials=st.integers(1, 10**6), null=st.sampled_from([0.0, 0.3]))
def test_interval_excludes_the_null_exactly_when_p_is_below_alpha(alternative, estimate, trials, null):
    r = confidence_sequence(
        estimate, 0.2, trials, planned_trials=5000, null=null, alternative=alternative, confidence=0.9
    )
    if abs(r.p_value - 0.1) > 1e-6:
        assert (null < r.low or null > r.high) == (r.p_value < 0.1)


@given(estimate=st.floats(-2, 2), trials=st.integers(1, 10**6))
def test_interval_widens_with_confidence_and_is_wider_than_a_fixed_one(estimate, trials):
    narrow = confidence_sequence(estimate, 0.2, trials, planned_trials=5000, confidence=0.8)
    wide = confidence_sequence(estimate, 0.2, trials, planned_trials=5000, confidence=0.99)
    assert wide.low <= narrow.low
    assert wide.high - wide.low > 2 * 2.5758 * 0.2


def test_equals_the_published_formula():
    # Waudby-Smith et al. 2024, equation 9, with rho at the planned trials.
    t, sigma, alpha = 300, 2.0, 0.05
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / 1000
    half = sigma * math.sqrt(2 * (t * rho2 + 1) / (t**2 * rho2) * math.log(math.sqrt(t * rho2 + 1) / alpha))
    r = confidence_sequence(0, sigma / math.sqrt(t), t, planned_trials=1000)
    assert r.high == pytest.approx(half)


def test_daily_looks_raise_fewer_false_alarms_than_promised():
    rng = np.random.default_rng(1)
    alarms = fixed = 0
    for _ in range(300):
        x = rng.normal(size=(20, 100)).ravel()
        n = np.arange(100, 2001, 100)
        means = np.add.accumulate(x)[n - 1] / n
        alarms += any(
            confidence_sequence(m, 1 / math.sqrt(k), k, planned_trials=2000).p_value < 0.05
            for m, k in zip(means, n.tolist(), strict=True)
        )
        fixed += (np.abs(means) * np.sqrt(n) > 1.96).any()
    assert alarms / 300 <= 0.05
    assert fixed / 300 > 0.15


def test_no_trials_are_refused():
    with pytest.raises(UsageError, match="no trials"):
        confidence_sequence(0, 1, 0, planned_trials=10)


def test_no_difference_without_spread_is_no_evidence():
    r = confidence_sequence(0.0, 0.0, 200, planned_trials=1000)
    assert r.p_value == 1
    assert r.e_value < 1
