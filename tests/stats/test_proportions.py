"""One proportion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from callstats.errors import UsageError
from callstats.stats import proportion_interval

METHODS = ("wilson", "wilson-cc", "clopper-pearson", "mid-p", "agresti-coull", "jeffreys", "wald")
cells = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("method", METHODS)
@given(cell=cells, confidence=st.floats(0.5, 0.999))
def test_interval_holds_its_estimate_within_0_and_1_never_nan(method, cell, confidence):
    r = proportion_interval(*cell, method=method, confidence=confidence)
    assert 0 <= r.low <= r.estimate <= r.high <= 1


@pytest.mark.parametrize("method", METHODS)
@given(cell=cells)
def test_interval_widens_with_confidence(method, cell):
    narrow = proportion_interval(*cell, method=method, confidence=0.8)
    wide = proportion_interval(*cell, method=method, confidence=0.99)
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


@pytest.mark.parametrize("method", METHODS)
@given(cell=cells)
def test_failures_mirror_successes(method, cell):
    x, n = cell
    successes = proportion_interval(x, n, method=method)
    failures = proportion_interval(n - x, n, method=method)
    assert failures.low == pytest.approx(1 - successes.high, abs=1e-9)


@pytest.mark.parametrize("method", ["wilson", "wilson-cc", "clopper-pearson"])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("cell", [(0, 20), (3, 17), (20, 20)])
def test_equals_scipy(method, alternative, cell):
    name = {"wilson": "wilson", "wilson-cc": "wilsoncc", "clopper-pearson": "exact"}[method]
    theirs = scipy_stats.binomtest(*cell, alternative=alternative).proportion_ci(0.9, method=name)
    ours = proportion_interval(*cell, method=method, confidence=0.9, alternative=alternative)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_arrays_equal_one_at_a_time():
    x, n = np.array([0, 3, 20, 5]), np.array([20, 17, 20, 9])
    for method in METHODS:
        many = proportion_interval(x, n, method=method)
        one = [proportion_interval(a, b, method=method).low for a, b in zip(x, n, strict=True)]
        assert many.low == pytest.approx(one)


def test_no_trials_are_undefined_with_a_reason():
    r = proportion_interval([0, 1], [0, 2])
    assert np.isnan(r.low).tolist() == [True, False]
    assert r.reason == "no trials"


@pytest.mark.parametrize(
    ("cell", "message"),
    [((3, 2), "more events than trials"), ((-1, 2), "negative"), ((float("nan"), 2), "missing")],
)
def test_impossible_counts_are_refused(cell, message):
    with pytest.raises(UsageError, match=message):
        proportion_interval(*cell)


def test_unknown_method_names_the_near_one():
    with pytest.raises(UsageError, match="wilson"):
        proportion_interval(1, 2, method="wilsn")


def test_confidence_in_percent_is_refused():
    with pytest.raises(UsageError, match="95"):
        proportion_interval(1, 2, confidence=95)
