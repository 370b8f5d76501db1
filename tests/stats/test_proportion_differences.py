"""The difference of two proportions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from callstats.errors import UsageError
from callstats.stats import proportion_difference
from callstats.stats.proportion_differences import restricted_proportions

METHODS = ("miettinen-nurminen", "mee", "newcombe", "agresti-caffo", "wald")
ALTERNATIVES = ("two-sided", "greater", "less")
arm = st.integers(1, 150).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
margins = st.sampled_from([-0.3, -0.05, 0.0, 0.02, 0.4])


@pytest.mark.parametrize("method", METHODS)
@given(a=arm, b=arm)
def test_swapped_arms_flip_the_sign(method, a, b):
    one, other = proportion_difference(*a, *b, method=method), proportion_difference(*b, *a, method=method)
    assert one.estimate == -other.estimate
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-8)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-8)


@pytest.mark.parametrize("method", METHODS)
@given(a=arm, b=arm, confidence=st.floats(0.6, 0.995))
def test_limits_are_within_bounds_in_order_and_never_nan(method, a, b, confidence):
    r = proportion_difference(*a, *b, method=method, confidence=confidence)
    assert -1 <= r.low <= r.high <= 1
    assert 0 <= r.p_value <= 1
    if method != "agresti-caffo":  # centred elsewhere by design
        assert r.low - 1e-9 <= r.estimate <= r.high + 1e-9


@pytest.mark.parametrize("alternative", ALTERNATIVES)
@pytest.mark.parametrize("method", METHODS)
@given(a=arm, b=arm, margin=margins)
def test_interval_excludes_the_margin_exactly_when_p_is_below_alpha(method, alternative, a, b, margin):
    r = proportion_difference(*a, *b, method=method, margin=margin, alternative=alternative, confidence=0.9)
    excluded = margin < r.low or margin > r.high
    if abs(r.p_value - 0.1) > 1e-6:
        assert excluded == (r.p_value < 0.1)


@pytest.mark.parametrize("method", METHODS)
@given(a=arm, b=arm)
def test_interval_widens_with_confidence(method, a, b):
    narrow = proportion_difference(*a, *b, method=method, confidence=0.8)
    wide = proportion_difference(*a, *b, method=method, confidence=0.99)
    assert wide.low <= narrow.low + 1e-9
    assert wide.high >= narrow.high - 1e-9


@given(a=arm, b=arm, difference=st.floats(-0.9, 0.9))
def test_restricted_proportions_maximise_the_likelihood(a, b, difference):
    x1, n1, x0, n0 = *a, *b

    def loss(p0):
        p1 = p0 + difference
        terms = [(x1, p1), (n1 - x1, 1 - p1), (x0, p0), (n0 - x0, 1 - p0)]
        return -sum(count * np.log(max(p, 1e-300)) for count, p in terms if count)

    bounds = (max(0, -difference), min(1, 1 - difference))
    best = optimize.minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    p1, p0 = restricted_proportions((x1, n1, x0, n0), difference)
    assert p1 - p0 == pytest.approx(difference, abs=1e-12)
    assert loss(p0) <= best.fun + 1e-6


def test_score_interval_of_20_in_100_against_35_in_100():
    # statsmodels 0.15.0 gives (-0.264, -0.026) here; the right lower limit is -0.271.
    r = proportion_difference(20, 100, 35, 100)
    assert (r.low, r.high) == pytest.approx((-0.271, -0.026), abs=5e-4)


def test_exact_test_names_itself_and_keeps_the_interval():
    plain, exact = proportion_difference(2, 10, 7, 9), proportion_difference(2, 10, 7, 9, exact="boschloo")
    assert exact.low == plain.low
    assert exact.method == "boschloo test, miettinen-nurminen interval"


@pytest.mark.parametrize("exact", ["fisher", "boschloo", "barnard"])
def test_exact_tests_have_an_answer_without_any_event(exact):
    assert proportion_difference(0, 5, 0, 6, exact=exact).p_value == pytest.approx(1)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"margin": 2.0}, "margin"),
        ({"exact": "fisher", "margin": 0.1}, "equality"),
        ({"method": "mn"}, "unknown method"),
        ({"alternative": "larger"}, "unknown alternative"),
    ],
)
def test_impossible_questions_are_refused(given_, message):
    with pytest.raises(UsageError, match=message):
        proportion_difference(1, 10, 2, 10, **given_)


def test_empty_arm_is_refused_by_name():
    with pytest.raises(UsageError, match="control arm has no trials"):
        proportion_difference(1, 10, 0, 0)
