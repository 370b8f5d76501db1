"""Intervals that hold for each agent, whatever the others are like."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from callstats.stats import standardised_ratio
from callstats.stats.group_intervals import constant_coverage


def coverage(ratio: np.ndarray, successes: float, runs: int) -> np.ndarray:
    """Return how often the true ratio of each agent is in its interval."""
    rng = np.random.default_rng(4)
    hits = np.zeros(len(ratio))
    for _ in range(runs):
        usual = successes * rng.uniform(0.5, 1.5, len(ratio))
        low, high = constant_coverage(rng.poisson(ratio * usual).astype(float), usual)
        hits += (low <= ratio) & (ratio <= high)
    return hits / runs


def of_sixty(apart: int, worse: float) -> np.ndarray:
    return np.where(np.arange(60) < apart, worse, 1.0)


def test_five_of_sixty_are_covered_as_often_as_the_others():
    found = coverage(of_sixty(5, 0.7), 100, 100)
    assert found[:5].mean() > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 500)
    assert found[5:].mean() == pytest.approx(0.95, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("apart", "worse", "successes"), [(1, 0.3, 40), (5, 0.7, 100), (5, 1.6, 15), (20, 0.7, 300)]
)
def test_it_holds_whoever_and_however_many_are_apart(apart, worse, successes):
    found = coverage(of_sixty(apart, worse), successes, 1000)
    assert found[:apart].mean() == pytest.approx(0.95, abs=0.02)
    assert found[apart:].mean() == pytest.approx(0.95, abs=0.01)


def test_it_is_shorter_than_that_of_one_agent_alone_where_agents_are_alike():
    x, t = np.random.default_rng(1).poisson(100, 40).astype(float), np.full(40, 100.0)
    low, high = constant_coverage(x, t)
    alone = standardised_ratio(x, t)
    assert (high - low).mean() < 0.93 * (alone.high - alone.low).mean()


def test_three_agents_tell_nothing_about_each_other_and_the_interval_is_the_mid_p_one():
    low, high = constant_coverage(np.array([30.0, 10.0, 20.0]), np.full(3, 20.0))
    tail = [
        stats.poisson.sf(30, low[0] * 20) + stats.poisson.pmf(30, low[0] * 20) / 2,
        stats.poisson.cdf(29, high[0] * 20) + stats.poisson.pmf(30, high[0] * 20) / 2,
    ]
    assert tail == pytest.approx([0.025, 0.025], abs=0.003)


def test_who_is_ever_so_far_from_the_others_is_told_from_them():
    low, _ = constant_coverage(np.array([35.0] + [10.0] * 11), np.full(12, 12.0))
    assert low[0] > 1.5


def test_without_events_it_begins_at_nothing():
    low, high = constant_coverage(np.array([0.0, 5, 6, 7]), np.full(4, 5.0))
    assert low[0] == 0
    assert 0 < high[0] < 1
