"""Evidence from counts of conversions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.stats import conversion_e_value, proportion_sequence


@given(x1=st.integers(0, 300), x0=st.integers(0, 300), share=st.sampled_from([0.2, 0.5, 0.8]))
def test_e_value_agrees_with_its_interval(x1, x0, share):
    r = conversion_e_value(x1, x0, share=share)
    assert 0 <= r.low <= r.high
    if abs(r.p_value - 0.05) > 1e-6:
        assert (r.low > 1 or r.high < 1) == (r.p_value < 0.05)


@given(x1=st.integers(0, 300), x0=st.integers(0, 300))
def test_swapped_arms_invert_the_ratio(x1, x0):
    one, other = conversion_e_value(x1, x0), conversion_e_value(x0, x1)
    assert one.e_value == pytest.approx(other.e_value)
    assert one.low == pytest.approx(1 / other.high if math.isfinite(other.high) else 0, rel=1e-6)


def test_e_value_has_mean_1_without_an_effect():
    # Over all outcomes of ten conversions, by hand: the mixture is a probability.
    mean = sum(math.comb(10, x) * 0.5**10 * conversion_e_value(x, 10 - x).e_value for x in range(11))
    assert mean == pytest.approx(1)


def test_no_conversion_yet_is_no_evidence():
    r = conversion_e_value(0, 0)
    assert (r.e_value, r.p_value, r.low, r.high) == (1, 1, 0, math.inf)
    assert r.reason


@given(cell=st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_proportion_sequence_holds_its_estimate(cell):
    r = proportion_sequence(*cell, planned_trials=100)
    assert 0 <= r.low <= r.estimate <= r.high <= 1
