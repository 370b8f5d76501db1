"""Means, ranks and quantiles of independent values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from callstats.errors import UsageError
from callstats.stats import mean_difference, quantile_interval, stochastic_superiority

scores = st.lists(st.integers(1, 5), min_size=3, max_size=30)
ALTERNATIVES = ("two-sided", "greater", "less")


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("method", ["welch", "paired"])
def test_equals_scipy(method, alternative):
    rng = np.random.default_rng(1)
    x, y = rng.normal(1, 1, 20), rng.normal(0, 3, 20)
    test = scipy_stats.ttest_rel if method == "paired" else scipy_stats.ttest_ind
    options = {} if method == "paired" else {"equal_var": False}
    theirs = test(x, y, alternative=alternative, **options)
    ours = mean_difference(x, y, method=method, alternative=alternative)
    assert ours.p_value == pytest.approx(theirs.pvalue)
    limits = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((limits.low, limits.high))


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(x=scores, y=scores, margin=st.sampled_from([-1.0, 0.0, 0.5]))
def test_mean_interval_excludes_the_margin_exactly_when_p_is_below_alpha(alternative, x, y, margin):
    r = mean_difference(x, y, margin=margin, alternative=alternative, confidence=0.9)
    if abs(r.p_value - 0.1) > 1e-6:
        assert (margin < r.low or margin > r.high) == (r.p_value < 0.1)


@given(x=scores, y=scores)
def test_superiority_is_that_of_all_pairs(x, y):
    pairs = [(a > b) + (a == b) / 2 for a in x for b in y]
    assert stochastic_superiority(x, y).estimate == pytest.approx(np.mean(pairs))


@given(x=scores, y=scores)
def test_swapped_arms_mirror_superiority(x, y):
    one, other = stochastic_superiority(x, y), stochastic_superiority(y, x)
    assert one.low == pytest.approx(1 - other.high, nan_ok=True)
    assert one.p_value == pytest.approx(other.p_value)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@given(x=scores, y=scores)
def test_superiority_excludes_one_half_exactly_when_p_is_below_alpha(alternative, x, y):
    r = stochastic_superiority(x, y, alternative=alternative)
    if not math.isnan(r.low) and abs(r.p_value - 0.05) > 1e-6 and alternative == "two-sided":
        assert (r.low > 0.5 or r.high < 0.5) == (r.p_value < 0.05)


def test_arms_that_do_not_overlap_have_a_permutation_p():
    r = stochastic_superiority([4, 4, 5], [1, 1, 2, 1])
    r0 = stochastic_superiority([4, 4, 4], [1, 1, 1, 1])
    assert r.estimate == r0.estimate == 1
    assert r0.p_value == pytest.approx(2 / math.comb(7, 3))
    assert r0.reason


def test_equal_values_are_no_evidence():
    assert stochastic_superiority([3, 3], [3, 3]).p_value == 1
    assert mean_difference([3, 3], [3, 3]).p_value == 1


@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_quantile_interval_covers(quantile):
    rng = np.random.default_rng(3)
    truth = scipy_stats.expon.ppf(quantile)
    hits = 0
    for _ in range(1500):
        r = quantile_interval(rng.exponential(size=80), quantile=quantile)
        hits += r.low <= truth <= r.high
    assert 0.94 < hits / 1500 < 0.98


def test_too_few_values_for_a_limit_leave_it_open():
    assert quantile_interval([1.0, 2.0, 3.0], quantile=0.9).high == math.inf


@pytest.mark.parametrize(("x", "message"), [([1], "at least 2"), ([1, float("nan")], "missing")])
def test_unusable_values_are_refused(x, message):
    with pytest.raises(UsageError, match=message):
        mean_difference(x, [1, 2])


def test_pairs_of_unequal_number_are_refused():
    with pytest.raises(UsageError, match="no pairs"):
        mean_difference([1, 2, 3], [1, 2], method="paired")
