"""Funnel limits and scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from callstats.errors import UsageError
from callstats.stats import funnel_limits, funnel_scores

shares = st.floats(0.01, 0.99)


@given(baseline=shares, sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=20))
def test_limits_hold_the_baseline_and_widen_with_coverage(baseline, sizes):
    limits = funnel_limits(baseline, sizes)
    assert (limits.low[1] <= limits.low[0]).all()
    assert (limits.high[1] >= limits.high[0]).all()
    assert (limits.low >= 0).all()
    assert (limits.high <= 1).all()
    assert (limits.low[0] <= baseline + 1e-9).all()


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_chance_of_crossing_is_what_is_promised(kind):
    rng = np.random.default_rng(1)
    n, p = 400, 0.2
    limits = funnel_limits(p, n, kind=kind)
    x = rng.binomial(n, p, 200_000) if kind == "proportion" else rng.poisson(n * p, 200_000)
    outside = ((x / n < limits.low[0]) | (x / n > limits.high[0])).mean()
    assert outside == pytest.approx(0.05, abs=0.01)


def test_interpolated_limit_lies_between_neighbouring_counts():
    limit = funnel_limits(0.3, 50).high[0][0] * 50
    count = scipy_stats.binom.ppf(0.975, 50, 0.3)
    assert count - 1 <= limit <= count


def test_overdispersion_widens_by_its_root():
    plain, wide = funnel_limits(0.5, 1000), funnel_limits(0.5, 1000, phi=4.0)
    assert wide.high[0] - 0.5 == pytest.approx(2 * (plain.high[0] - 0.5))
    added = funnel_limits(0.5, 1000, tau2=3 * 0.25 / 1000)
    assert added.high[0] == pytest.approx(wide.high[0])


@pytest.mark.parametrize("baseline", [0.0, 1.0])
def test_no_event_or_all_events_is_no_nan(baseline):
    limits = funnel_limits(baseline, [10, 20])
    assert np.isfinite(limits.low).all()
    assert np.isfinite(limits.high).all()


def test_impossible_baseline_is_refused():
    with pytest.raises(UsageError, match="baseline"):
        funnel_limits(12.0, [10])


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_scores_of_agents_like_the_baseline_are_standard_normal(kind):
    rng = np.random.default_rng(3)
    n = rng.integers(50, 500, 5000)
    x = rng.binomial(n, 0.3) if kind == "proportion" else rng.poisson(n * 0.3)
    scores = funnel_scores(x, n, kind=kind)
    assert scores.z.std() == pytest.approx(1, abs=0.05)
    assert (scores.p_value < 0.05).mean() == pytest.approx(0.05, abs=0.012)


def test_scores_far_out_keep_their_sign_and_are_finite():
    scores = funnel_scores([0, 500, 0], [500, 500, 0], baseline=0.5)
    assert scores.z[0] < -8
    assert scores.z[1] > 8
    assert np.isnan(scores.z[2])
