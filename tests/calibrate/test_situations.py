"""The samples are what their descriptions say."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.calibrate import agent_situations as judging
from callstats.calibrate import list_situations as lists
from callstats.calibrate import look_situations as looking
from callstats.calibrate import rate_situations as rates
from callstats.calibrate import share_situations as shares
from callstats.calibrate.simulated_rows import dial


@pytest.mark.parametrize("times", [4, 8])
def test_every_contact_is_dialled_the_same_number_of_times(times):
    counts = lists.often(1, attempts=times)
    assert np.unique(np.bincount(counts.contact)).tolist() == [times]
    assert len(np.unique(counts.contact)) == 800


def test_the_answer_rate_is_the_one_that_intervals_should_cover():
    drawn = [lists.often(seed, attempts=8).numerator.mean() for seed in range(40)]
    assert np.mean(drawn) == pytest.approx(
        lists.REACH * lists.HANDLED, abs=4 * np.std(drawn, ddof=1) / np.sqrt(40)
    )


def test_lists_worked_by_their_own_agents_share_none():
    counts = lists.worked(1, nested=True, agents=24, skill=0.8, interaction=0.0)
    assert not set(counts.agent[counts.treated]) & set(counts.agent[~counts.treated])


def test_the_late_list_has_four_days_and_the_early_one_twelve():
    rows = lists.depth(1)
    assert len(np.unique(rows.day[rows.treated])) == 4
    assert len(np.unique(rows.day[~rows.treated])) == 12
    per_call = [rows.live[rows.treated == arm].mean() for arm in (True, False)]
    assert per_call[0] > per_call[1]


def test_a_contact_counts_until_it_is_reached_first():
    rows = dial(lists.depth_scenario(1))
    last, reached = lists.first_live(rows)
    assert len(last) == len(np.unique(rows.contact))
    first = rows.where(rows.live & (rows.attempt == 1))
    assert ((last == 1) & (reached == 1)).sum() == len(np.unique(first.contact))


def test_every_contact_is_dialled_once_in_twenty_days():
    sample = looking.looks(1)
    assert [int(arm[-1]) for arm in sample.trials] == [looking.CONTACTS] * 2
    assert len(sample.trials[0]) == looking.DAYS


def test_handle_times_have_one_mean_and_two_spreads():
    samples = [rates.handle_times(seed) for seed in range(300)]
    for arm in ("control", "treatment"):
        means = [getattr(s, arm).mean() for s in samples]
        error = np.std(means, ddof=1) / np.sqrt(300)
        assert np.mean(means) == pytest.approx(rates.HANDLE_S, abs=4 * error)
    assert np.std(samples[0].treatment) > 1.5 * np.std(samples[0].control)


def test_agent_days_vary_more_than_poisson():
    sample = rates.days(1, size=(4000, 1))
    rate = sample.events[0] / sample.hours[0]
    # Poisson spread of a rate, and the gamma pace on top: rate / hours + (rate x .2)^2.
    expected = (rates.CALLS_PER_HOUR / sample.hours[0]).mean() + (0.2 * rates.CALLS_PER_HOUR) ** 2
    assert rate.var() == pytest.approx(expected, rel=0.1)


def test_scores_are_as_often_above_as_below():
    narrow, wide = np.array(rates.NARROW_SCORES), np.array(rates.WIDE_SCORES)
    above = sum(narrow[i] * wide[j] for i in range(5) for j in range(i + 1, 5))
    below = sum(narrow[i] * wide[j] for i in range(5) for j in range(i))
    assert (above, narrow.sum(), wide.sum()) == pytest.approx((below, 1, 1))


def test_a_planned_test_has_the_size_that_the_plan_asks_for():
    events, trials, control_events, control_trials = shares.planned(1)
    assert trials == control_trials == 1059  # R: power.prop.test(p1 = .05, p2 = .08, power = .8), rounded up
    assert 0 < control_events < trials
    assert 0 < events < trials


def test_true_rates_of_agents_have_the_spread_that_is_said():
    true = np.concatenate([judging.team(seed, between=0.03).true for seed in range(100)])
    assert true.mean() == pytest.approx(judging.SHARE, abs=0.002)
    assert true.std() == pytest.approx(0.03, rel=0.05)
