"""One rate, and the difference of two."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import rate_difference, rate_interval

METHODS = ("garwood", "byar", "score", "jeffreys", "wald")
arm = st.tuples(st.integers(0, 200), st.floats(0.5, 100))


@pytest.mark.parametrize("method", METHODS)
@given(events=st.integers(0, 500), confidence=st.floats(0.5, 0.999))
def test_interval_is_ordered_not_negative_and_never_nan(method, events, confidence):
    r = rate_interval(events, 7.5, method=method, confidence=confidence)
    # Byar's and Jeffreys' limits are not centred on the count: only their order holds for few events.
    assert 0 <= r.low <= r.high
    if confidence > 0.8:
        assert r.low <= r.estimate <= r.high


@pytest.mark.parametrize("method", METHODS)
@given(events=st.integers(0, 500))
def test_interval_widens_with_confidence(method, events):
    narrow = rate_interval(events, method=method, confidence=0.8)
    wide = rate_interval(events, method=method, confidence=0.99)
    assert wide.low <= narrow.low
    assert wide.high >= narrow.high


def test_arrays_equal_one_at_a_time():
    many = rate_interval([0, 4, 30], [10, 12, 8])
    assert many.high[1] == rate_interval(4, 12).high


def test_one_sided_intervals_are_open():
    assert rate_interval(5, alternative="greater").high == math.inf
    assert rate_interval(5, alternative="less").low == 0


def test_no_hours_are_refused():
    with pytest.raises(UsageError, match="exposure"):
        rate_interval(3, 0)


@pytest.mark.parametrize("method", ["score", "wald"])
@given(a=arm, b=arm)
def test_swapped_arms_flip_the_sign(method, a, b):
    one, other = rate_difference(*a, *b, method=method), rate_difference(*b, *a, method=method)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("method", ["score", "wald"])
@given(a=arm, b=arm, margin=st.sampled_from([-1.0, 0.0, 0.3]))
def test_interval_excludes_the_margin_exactly_when_p_is_below_alpha(method, alternative, a, b, margin):
    r = rate_difference(*a, *b, method=method, margin=margin, alternative=alternative, confidence=0.9)
    assert r.low <= r.high
    if abs(r.p_value - 0.1) > 1e-6:
        assert (margin < r.low or margin > r.high) == (r.p_value < 0.1)
