"""Agents of whom a few are far off: estimates, intervals and ranks against a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import shrink_rates
from callstats.stats.mixed_population import mixed_rates, rank_rows


def drawn(seed: int, ratio: np.ndarray, successes: float = 100.0):
    """Return observed, expected and the true ratios of the two."""
    rng = np.random.default_rng(seed)
    usual = successes * rng.uniform(0.5, 1.5, len(ratio))
    x = rng.poisson(ratio * usual).astype(float)
    scale = x.sum() / usual.sum()
    return x, usual * scale, ratio / scale


FIVE = np.where(np.arange(60) < 5, 0.7, 1.0)


def gaps_of_those_below(runs: int) -> tuple[float, float, float, float]:
    """Return the true and estimated shortfall [events] of those said to be below, and squared errors."""
    true = told = error = error_before = 0.0
    for seed in range(runs):
        x, t, ratio = drawn(seed, FIVE)
        found, before = mixed_rates(x, t, ranks=False), shrink_rates(x, t)
        below = found.above < 0.025
        true += float(((1 - ratio) * t)[below].sum())
        told += float(((1 - found.estimate) * t)[below].sum())
        error += float(((found.estimate - ratio) ** 2).sum())
        error_before += float(((before.estimate - ratio) ** 2).sum())
    return true, told, error, error_before


def test_what_those_below_fall_short_by_is_told_right_though_they_are_picked_for_it():
    true, told, error, error_before = gaps_of_those_below(12)
    assert told == pytest.approx(true, rel=0.15)
    assert error < 0.8 * error_before


@pytest.mark.slow
def test_what_those_below_fall_short_by_is_told_right_over_many_teams():
    true, told, _, _ = gaps_of_those_below(400)
    assert told == pytest.approx(true, rel=0.10)


def test_agents_of_one_population_are_estimated_as_well_as_with_its_own_model():
    rng = np.random.default_rng(2)
    mixed = single = hits = 0.0
    for seed in range(12):
        x, t, ratio = drawn(seed, np.maximum(rng.normal(1, 0.25, 40), 0.05), 26)
        found = mixed_rates(x, t, ranks=False)
        mixed += float(((found.estimate - ratio) ** 2).sum())
        single += float(((shrink_rates(x, t).estimate - ratio) ** 2).sum())
        hits += float(((found.low <= ratio) & (ratio <= found.high)).sum())
    assert mixed < 1.07 * single
    assert 0.905 < hits / 480 < 0.975


def test_the_rank_of_the_best_of_agents_alike_could_be_almost_any():
    x, t, _ = drawn(5, np.ones(60))
    found = mixed_rates(x, t)
    best = np.argmax(found.estimate)
    assert found.rank_high[best] - found.rank_low[best] > 40


def test_who_is_far_below_is_not_pulled_back_by_agents_who_are_alike():
    x, t = np.array([100.0] * 59 + [50.0]), np.full(60, 100.0) * (5950 / 6000)
    assert mixed_rates(x, t).estimate[-1] == pytest.approx(50 / 99.17, rel=0.08)


@pytest.mark.parametrize("unit", [1 / 3600, 1.0, 3600.0])
def test_rates_do_not_depend_on_the_unit_of_time(unit):
    x, t, _ = drawn(3, FIVE)
    plain, other = mixed_rates(x, t), mixed_rates(x, t * unit)
    assert other.estimate * unit == pytest.approx(plain.estimate, rel=1e-6)


def test_an_agent_without_events_and_huge_counts_give_no_nan():
    for x, t in (([0.0, 5, 4], [1000.0, 4, 5]), ([1e6, 2e6, 3e6], [1e6, 1e6, 1e6])):
        found = mixed_rates(np.array(x), np.array(t))
        assert np.isfinite([found.estimate, found.low, found.high, found.rank]).all()


def test_the_same_input_gives_the_same_figures():
    x, t, _ = drawn(3, FIVE)
    assert mixed_rates(x, t).low.tolist() == mixed_rates(x, t).low.tolist()


def test_one_agent_or_no_event_is_no_population():
    for x, t in (([3.0], [3.0]), ([0.0, 0.0], [1.0, 1.0])):
        with pytest.raises(UsageError, match="population"):
            mixed_rates(np.array(x), np.array(t))


def test_ranks_are_those_within_a_row():
    assert rank_rows(np.array([[3.0, 1.0, 2.0], [1.0, 2.0, 3.0]])).tolist() == [[1, 3, 2], [3, 2, 1]]
