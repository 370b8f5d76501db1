"""The ratio of two rates."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import rate_ratio

FAST = ("conditional-exact", "conditional-mid-p", "score", "score-log", "wald", "wald-log", "sqrt")
arm = st.tuples(st.integers(0, 80), st.floats(0.5, 100))


def inverse(x):
    return math.inf if x == 0 else 1 / x


@pytest.mark.parametrize("method", [name for name in FAST if name != "wald"])
@given(a=arm, b=arm)
def test_swapped_arms_invert_the_ratio(method, a, b):
    one, other = rate_ratio(*a, *b, method=method), rate_ratio(*b, *a, method=method)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-8)
    assert (one.low, one.high) == pytest.approx((inverse(other.high), inverse(other.low)), rel=1e-6)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("method", FAST)
@given(a=arm, b=arm, factor=st.sampled_from([0.4, 0.9, 1.0, 1.6]))
def test_interval_excludes_the_ratio_exactly_when_p_is_below_alpha(method, alternative, a, b, factor):
    ratio = factor * (a[0] + 1) / (b[0] + 1) * b[1] / a[1]  # near the estimate, where the statistics fall
    r = rate_ratio(*a, *b, method=method, ratio=ratio, alternative=alternative, confidence=0.9)
    assert 0 <= r.low <= r.high
    if abs(r.p_value - 0.1) > 1e-6:
        assert (ratio < r.low or ratio > r.high) == (r.p_value < 0.1)


@settings(max_examples=8, deadline=None)
@given(a=st.tuples(st.integers(0, 25), st.just(10.0)), b=st.tuples(st.integers(1, 25), st.just(12.0)))
def test_e_test_agrees_with_its_interval(a, b):
    r = rate_ratio(*a, *b, method="e-test")
    assert 0 <= r.low <= r.high
    if abs(r.p_value - 0.05) > 1e-3:
        assert (r.low > 1 or r.high < 1) == (r.p_value < 0.05)


@pytest.mark.parametrize("method", [*FAST, "e-test"])
def test_no_event_at_all_is_no_evidence(method):
    r = rate_ratio(0, 5, 0, 9, method=method)
    assert (r.low, r.high, r.p_value) == (0, math.inf, 1)
    assert r.reason


@pytest.mark.parametrize("method", [*FAST, "e-test"])
def test_one_arm_without_events_has_limits(method):
    r = rate_ratio(0, 10.0, 9, 10.0, method=method)
    assert r.estimate == 0
    assert not math.isnan(r.low + r.high + r.p_value)


def test_arm_without_hours_is_refused():
    with pytest.raises(UsageError, match="exposure"):
        rate_ratio(1, 0, 2, 5)
