"""The ratio of two proportions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import proportion_difference, proportion_ratio

METHODS = ("miettinen-nurminen", "koopman", "mover", "log", "adjusted-log")
arm = st.integers(1, 150).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def inverse(x):
    return math.inf if x == 0 else 1 / x


@pytest.mark.parametrize("method", METHODS)
@given(a=arm, b=arm)
def test_swapped_arms_invert_the_ratio(method, a, b):
    one, other = proportion_ratio(*a, *b, method=method), proportion_ratio(*b, *a, method=method)
    assert (one.low, one.high) == pytest.approx((inverse(other.high), inverse(other.low)), rel=1e-6)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-8)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("method", METHODS)
@given(a=arm, b=arm, ratio=st.sampled_from([0.5, 0.9, 1.0, 1.3]))
def test_interval_excludes_the_ratio_exactly_when_p_is_below_alpha(method, alternative, a, b, ratio):
    r = proportion_ratio(*a, *b, method=method, ratio=ratio, alternative=alternative, confidence=0.9)
    assert 0 <= r.low <= r.high <= math.inf
    if abs(r.p_value - 0.1) > 1e-6:
        assert (ratio < r.low or ratio > r.high) == (r.p_value < 0.1)


@pytest.mark.parametrize("method", METHODS)
@given(a=arm, b=arm)
def test_interval_widens_with_confidence(method, a, b):
    narrow = proportion_ratio(*a, *b, method=method, confidence=0.8)
    wide = proportion_ratio(*a, *b, method=method, confidence=0.99)
    assert wide.low <= narrow.low * (1 + 1e-9)
    assert wide.high >= narrow.high * (1 - 1e-9)


def test_score_test_of_equality_is_that_of_the_difference():
    ratio, difference = proportion_ratio(12, 90, 20, 85), proportion_difference(12, 90, 20, 85)
    assert ratio.p_value == pytest.approx(difference.p_value, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_no_event_at_all_is_no_evidence(method):
    r = proportion_ratio(0, 10, 0, 12, method=method)
    assert math.isnan(r.estimate)
    assert r.reason
    assert r.p_value > 0.5
    assert r.low < 1 < r.high


def test_control_without_an_event_has_a_lower_limit():
    r = proportion_ratio(9, 10, 0, 10)
    assert r.estimate == math.inf
    assert r.low > 1
    assert r.high == math.inf


def test_empty_arm_is_refused():
    with pytest.raises(UsageError, match="treatment arm"):
        proportion_ratio(0, 0, 1, 5)
