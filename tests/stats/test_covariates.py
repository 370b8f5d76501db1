"""Regression adjustment."""

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import adjusted_difference, ratio_difference


def arms(seed, n=400, *, effect=0.5, slope=2.0):
    rng = np.random.default_rng(seed)
    result = []
    for treated in (True, False):
        x, z = rng.normal(3, 1, n), rng.normal(size=n)
        y = 1 + slope * x + effect * treated + rng.normal(size=n)
        result.append({"numerator": y, "denominator": np.ones(n), "x": x, "z": z})
    return result


def test_equals_lin_by_ols():
    sm = pytest.importorskip("statsmodels.api")
    a, b = arms(1)
    y, x = np.concatenate([a["numerator"], b["numerator"]]), np.concatenate([a["x"], b["x"]])
    treated = np.repeat([1.0, 0.0], 400)
    x = x - x.mean()
    fit = sm.OLS(y, np.column_stack([np.ones(800), treated, x, treated * x])).fit(cov_type="HC0")
    ours = adjusted_difference(Moments.of(a), Moments.of(b), ["x"])
    assert ours.estimate == pytest.approx(fit.params[1], rel=1e-8)
    # Ours counts the chance in the mean of x as well, which is 0 with equal slopes.
    assert ours.standard_error == pytest.approx(fit.bse[1], rel=0.01)


def test_a_covariate_that_explains_four_fifths_leaves_one_fifth():
    a, b = arms(2, 4000)
    ours = adjusted_difference(Moments.of(a), Moments.of(b), ["x", "z"])
    assert ours.design_effect == pytest.approx(0.2, abs=0.03)
    plain = ratio_difference(Moments.of(a), Moments.of(b))
    assert ours.standard_error**2 / plain.standard_error**2 == pytest.approx(ours.design_effect, rel=1e-3)


def test_false_alarms_stay_at_five_in_a_hundred():
    alarms = [
        adjusted_difference(*(Moments.of(arm) for arm in arms(seed, 60, effect=0)), ["x"]).p_value < 0.05
        for seed in range(600)
    ]
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.02)


def test_swapped_arms_flip_the_sign():
    a, b = (Moments.of(arm) for arm in arms(3))
    one, other = adjusted_difference(a, b, ["x"]), adjusted_difference(b, a, ["x"])
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_no_covariate_and_too_few_units_are_refused():
    a, b = (Moments.of(arm) for arm in arms(4, 3))
    with pytest.raises(UsageError, match="no covariate"):
        adjusted_difference(a, b, [])
    with pytest.raises(UsageError, match="too few"):
        adjusted_difference(a, b, ["x"])
