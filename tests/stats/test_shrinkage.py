"""Shrunken agents and their ranks."""

import time

import numpy as np
import pytest
from scipy import stats as scipy_stats

from callstats.errors import UsageError
from callstats.stats import shrink_proportions, shrink_rates


def league(seed, agents=400):
    rng = np.random.default_rng(seed)
    truth = rng.beta(6, 54, agents)
    trials = rng.integers(30, 400, agents)
    return truth, rng.binomial(trials, truth), trials


def test_population_is_recovered():
    _, x, n = league(1, 4000)
    a, b = shrink_proportions(x, n).prior
    assert a / (a + b) == pytest.approx(0.1, rel=0.03)
    assert a + b == pytest.approx(60, rel=0.15)


def test_shrinkage_beats_raw_in_squared_error():
    truth, x, n = league(2)
    r = shrink_proportions(x, n)
    assert ((r.estimate - truth) ** 2).mean() < 0.7 * ((r.raw - truth) ** 2).mean()


def test_intervals_and_rank_intervals_cover():
    truth, x, n = league(3, 1500)
    r = shrink_proportions(x, n)
    assert ((r.low < truth) & (truth < r.high)).mean() == pytest.approx(0.95, abs=0.02)
    rank = scipy_stats.rankdata(-truth)
    assert ((r.rank_low <= rank) & (rank <= r.rank_high)).mean() == pytest.approx(0.95, abs=0.02)


def test_rate_population_is_recovered():
    rng = np.random.default_rng(4)
    truth, hours = rng.gamma(8, 0.5 / 8, 4000), rng.uniform(5, 160, 4000)
    r = shrink_rates(rng.poisson(truth * hours), hours)
    assert r.overall == pytest.approx(0.5, rel=0.03)
    assert r.prior[0] == pytest.approx(8, rel=0.2)
    assert ((r.low < truth) & (truth < r.high)).mean() == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("unit", [1.0, 3600.0])
def test_rates_do_not_depend_on_the_unit_of_time(unit):
    rng = np.random.default_rng(5)
    hours = rng.uniform(5, 160, 60)
    x = rng.poisson(0.4 * hours)
    assert shrink_rates(x, hours * unit).estimate * unit == pytest.approx(
        shrink_rates(x, hours).estimate, rel=1e-2
    )


def test_agents_who_are_all_alike_are_pulled_together():
    r = shrink_proportions([10, 10, 10, 10], [100, 100, 100, 100])
    assert np.ptp(r.estimate) < 1e-3
    assert (r.rank_high - r.rank_low >= 2).all()


@pytest.mark.parametrize("event", [0, 1])
def test_no_event_or_all_events_is_no_nan(event):
    r = shrink_proportions([20 * event] * 5, [20] * 5)
    assert np.isfinite([r.estimate, r.low, r.high, r.above_overall]).all()


def test_an_agent_without_calls_is_the_population():
    r = shrink_proportions([0, 10, 30], [0, 100, 100])
    assert np.isnan(r.raw[0])
    assert r.estimate[0] == pytest.approx(r.overall)


def test_more_calls_mean_less_shrinkage():
    r = shrink_proportions([3, 300, 10, 200], [10, 1000, 100, 2000])
    assert abs(r.estimate[1] - r.raw[1]) < abs(r.estimate[0] - r.raw[0])


def test_the_same_input_gives_the_same_ranks():
    _, x, n = league(6, 30)
    assert shrink_proportions(x, n).rank_low.tolist() == shrink_proportions(x, n).rank_low.tolist()


def test_2000_agents_take_less_than_2_seconds():
    _, x, n = league(7, 2000)
    shrink_proportions(x[:3], n[:3])
    start = time.process_time()
    shrink_proportions(x, n)
    assert time.process_time() - start < 2


def test_one_agent_is_refused():
    with pytest.raises(UsageError, match="two agents"):
        shrink_proportions([1], [10])


def test_few_agents_are_covered_better_than_with_the_population_taken_for_known():
    # 40 agents, true shares of standard deviation .03.
    rng = np.random.default_rng(12)
    inside, known = [], []
    for _ in range(100):
        truth, n = rng.beta(13.96, 102.4, 40), rng.integers(30, 400, 40)
        x = rng.binomial(n, truth)
        r = shrink_proportions(x, n)
        posterior = scipy_stats.beta(x + r.prior[0], n - x + r.prior[1])
        inside.append(((r.low < truth) & (truth < r.high)).mean())
        known.append((np.abs(posterior.cdf(truth) - 0.5) < 0.475).mean())
    error = np.std(inside) / 10
    assert np.mean(inside) > np.mean(known) + 0.005
    assert np.mean(inside) > 0.93 - 3 * error


def test_an_uncertain_population_does_not_move_the_estimates():
    x, n = np.array([3, 9, 30, 8]), np.array([40, 50, 200, 90])
    r = shrink_proportions(x, n)
    assert r.estimate == pytest.approx((x + r.prior[0]) / (n + sum(r.prior)))
    posterior = scipy_stats.beta(x + r.prior[0], n - x + r.prior[1])
    assert (r.high - r.low >= posterior.ppf(0.975) - posterior.ppf(0.025)).all()
