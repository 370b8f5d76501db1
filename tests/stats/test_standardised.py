"""Observed against expected events."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.stats import standardised_ratio


@pytest.mark.parametrize("method", ["byar", "garwood"])
@given(observed=st.integers(0, 300), expected=st.floats(0.2, 300))
def test_standardised_ratio_excludes_1_exactly_when_p_is_below_alpha(method, observed, expected):
    r = standardised_ratio(observed, expected, method=method)
    if abs(r.p_value - 0.05) > 1e-6:
        assert (r.low > 1 or r.high < 1) == (r.p_value < 0.05)


def test_standardised_ratio_of_many_agents_at_once():
    r = standardised_ratio(np.array([0, 12, 40]), np.array([3.0, 12.0, 20.0]))
    assert r.estimate.tolist() == [0, 1, 2]
    assert r.low[0] == 0
    assert r.p_value[2] < 0.001
