"""Many comparisons, and splits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from callstats.errors import UsageError
from callstats.stats import adjust, many_to_one, sample_ratio

NAMES = {"holm": "holm", "benjamini-hochberg": "fdr_bh", "bonferroni": "bonferroni"}


@pytest.mark.parametrize("method", NAMES)
@settings(max_examples=4)  # statsmodels collects garbage at each call
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_equals_statsmodels(method, p):
    theirs = multipletests(p, method=NAMES[method])[1]
    assert adjust(p, method=method) == pytest.approx(theirs)


def test_not_tested_stays_and_does_not_count():
    assert adjust([0.01, np.nan, 0.02], method="bonferroni") == pytest.approx(
        [0.02, np.nan, 0.04], nan_ok=True
    )


def test_nothing_to_adjust_is_empty():
    assert len(adjust([])) == 0


def test_impossible_p_is_refused():
    with pytest.raises(UsageError, match="p-value"):
        adjust([1.2])


def test_many_to_one_without_groups_is_refused():
    with pytest.raises(UsageError, match="no group"):
        many_to_one([], [1, 2])


@given(a=st.integers(1, 5000), b=st.integers(1, 5000))
def test_split_of_two_arms_agrees_with_its_interval(a, b):
    r = sample_ratio([a, b])
    if abs(r.p_value - 0.001) > 1e-6:
        assert (r.low > 0.5 or r.high < 0.5) == (r.p_value < 0.001)


def test_planned_parts_are_the_expected_split():
    assert sample_ratio([300, 100], expected=[3, 1]).p_value == pytest.approx(1)


def test_three_arms_have_two_degrees_of_freedom():
    from scipy.stats import chisquare

    assert sample_ratio([100, 120, 80]).p_value == pytest.approx(chisquare([100, 120, 80]).pvalue)


def test_one_arm_is_no_split():
    with pytest.raises(UsageError, match="two arms"):
        sample_ratio([5])
