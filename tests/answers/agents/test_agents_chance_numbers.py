"""Who differs beyond chance: scores, flags, shrinkage, and the calls still needed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from callstats.answers.agents.agents_chance_numbers import Scores, judge, mid_p_score, scores, still_needed
from callstats.answers.agents.agents_mix_numbers import StratumCells, standardise


def team(events, trials, **options):
    """Return the judgement on agents who all work one stratum."""
    x, n = np.asarray(events, dtype=float), np.asarray(trials, dtype=float)
    size = len(x)
    made = StratumCells(
        tuple(f"a{i:03}" for i in range(size)), np.arange(size), np.zeros(size, dtype=int), x, n
    )
    return judge(standardise(made, proportion=True), **options)


def drawn(
    rng: np.random.Generator, agents: int, sd: float, strata: int = 6
) -> tuple[StratumCells, np.ndarray]:
    """Draw agents of different skill on strata of different worth; return their true ratios too."""
    skill = np.exp(rng.normal(0, sd, agents)) if sd else np.ones(agents)
    worth = rng.uniform(0.04, 0.2, strata)
    agent, stratum = np.repeat(np.arange(agents), strata), np.tile(np.arange(strata), agents)
    trials = rng.integers(5, 120, agents * strata)
    rate = np.minimum(worth[stratum] * skill[agent], 0.95)
    names = tuple(f"a{i:03}" for i in range(agents))
    return StratumCells(
        names, agent, stratum, rng.binomial(trials, rate).astype(float), trials.astype(float)
    ), skill


def scored(made: StratumCells) -> Scores:
    """Return the scores alone, which are quick."""
    mix = standardise(made, proportion=True)
    weight = mix.expected / mix.variance
    return scores(mix.observed * weight, mix.expected * weight)


class TestScore:
    @pytest.mark.parametrize(("observed", "expected"), [(0, 2.5), (1, 3.0), (12, 5.0), (40, 61.0)])
    def test_it_is_the_exact_mid_p_value_for_whole_counts(self, observed, expected):
        above = stats.poisson.sf(observed, expected) + stats.poisson.pmf(observed, expected) / 2
        found = mid_p_score(np.array([float(observed)]), np.array([expected]))[0]
        assert found == pytest.approx(-stats.norm.ppf(above), abs=1e-9)

    def test_it_keeps_its_sign_and_digits_far_out(self):
        found = mid_p_score(np.array([0.0, 900.0]), np.array([500.0, 200.0]))
        assert found[0] < -30
        assert found[1] > 30
        assert np.isfinite(found).all()


class TestFlags:
    def test_adjusted_p_values_are_those_of_benjamini_and_hochberg(self):
        found = team([10, 11, 30, 9, 12, 10], [100] * 6)
        p = np.sort(found.p_value)
        by_hand = np.minimum.accumulate((p * 6 / np.arange(1, 7))[::-1])[::-1]
        assert np.sort(found.q_value) == pytest.approx(np.minimum(by_hand, 1))

    def test_one_who_stands_out_far_is_found(self):
        found = team([10, 11, 35, 9, 12, 10, 11, 8, 9, 10, 12, 11], [100] * 12)
        assert np.flatnonzero(found.q_value <= 0.1).tolist() == [2]
        assert found.shrunken_low[2] > 1

    def test_under_no_difference_the_share_of_teams_with_a_flag_is_at_most_the_rate(self):
        # Without any true difference every flag is false: the rate is the chance of one or more.
        rng = np.random.default_rng(7)
        teams = 400
        flagged = sum((scored(drawn(rng, 30, 0.0)[0]).q_value <= 0.1).any() for _ in range(teams))
        assert flagged / teams < 0.1 + 2 * np.sqrt(0.1 * 0.9 / teams)

    def test_flags_are_mostly_true_where_a_few_differ(self):
        rng = np.random.default_rng(8)
        false = found = 0
        for _ in range(150):
            made, _ = drawn(rng, 40, 0.0)
            lift = np.where(made.agent < 6, 2.0, 1.0)
            rate = made.events.sum() / made.trials.sum()
            events = rng.binomial(made.trials.astype(int), rate * lift).astype(float)
            again = StratumCells(made.agents, made.agent, made.stratum, events, made.trials)
            flags = np.flatnonzero(scored(again).q_value <= 0.1)
            found += len(flags)
            false += int((flags >= 6).sum())
        assert found > 150
        assert false / found < 0.1

    def test_ordinary_spread_widens_what_an_agent_has_to_stand_out_from(self):
        found = team(np.r_[np.arange(20, 60), 75], np.full(41, 400))
        assert found.spread.tau2 > 0
        assert abs(found.z_adjusted[-1]) < abs(found.z[-1])

    def test_few_agents_are_judged_against_chance_alone(self):
        found = team([5, 40, 20], [100] * 3)
        assert found.spread.tau2 == 0
        assert found.z_adjusted.tolist() == found.z.tolist()

    def test_spread_from_day_to_day_makes_scores_smaller(self):
        plain, moody = team([10, 25, 12], [100] * 3), team([10, 25, 12], [100] * 3, within=4.0)
        assert abs(moody.z[1]) == pytest.approx(abs(plain.z[1]) / 2, rel=0.15)


class TestSpread:
    def test_all_chance_is_said_to_be_all_chance(self):
        rng = np.random.default_rng(3)
        shares = [scored(drawn(rng, 40, 0.0)[0]).spread for _ in range(200)]
        assert np.mean([s.chance_high >= 1 for s in shares]) >= 0.94

    def test_the_interval_of_the_share_holds_the_truth(self):
        # Ratios of 300 agents: variance of chance 1 / expected, true variance as drawn.
        rng, expected = np.random.default_rng(4), 40.0
        hits = 0
        for _ in range(300):
            ratio = rng.gamma(25, 1 / 25, 60)  # variance 1/25
            x = rng.poisson(expected * ratio).astype(float)
            spread = scores(x, np.full(60, expected)).spread
            hits += spread.chance_low <= (1 / expected) / (1 / expected + 1 / 25) <= spread.chance_high
        assert hits >= 0.93 * 300


class TestShrinkage:
    def test_it_beats_raw_ratios_in_squared_error(self):
        rng = np.random.default_rng(11)
        raw = shrunken = 0.0
        for _ in range(10):
            made, skill = drawn(rng, 40, 0.2)
            found = judge(standardise(made, proportion=True), ranks=False)
            truth = skill / np.average(skill, weights=np.bincount(made.agent, made.trials))
            raw += float(((found.ratio - truth) ** 2).sum())
            shrunken += float(((found.shrunken - truth) ** 2).sum())
        assert shrunken < 0.7 * raw

    def test_its_intervals_hold_the_truth_as_often_as_they_say(self):
        rng = np.random.default_rng(12)
        hits = total = 0
        for _ in range(20):
            made, skill = drawn(rng, 40, 0.25)
            found = judge(standardise(made, proportion=True), ranks=False)
            truth = skill / np.average(skill, weights=np.bincount(made.agent, made.trials))
            hits += int(((found.shrunken_low <= truth) & (truth <= found.shrunken_high)).sum())
            total += len(truth)
        assert 0.915 <= hits / total <= 0.985

    def test_ranks_are_the_same_for_the_same_counts(self):
        first, second = team([5, 9, 20], [100] * 3), team([5, 9, 20], [100] * 3)
        assert first.rank_low.tolist() == second.rank_low.tolist()
        assert first.rank.argmin() == 2


class TestStillNeeded:
    def test_so_many_calls_find_the_gap_with_the_usual_power(self):
        # 100 calls bring 8 events; a true gap of 25 % below.
        needed = still_needed(np.array([100.0]), np.array([8.0]), np.array([0.9]), np.array([0.25]))[0]
        expected = (100 + needed) * 0.08
        rng = np.random.default_rng(2)
        z = mid_p_score(rng.poisson(0.75 * expected, 4000).astype(float), np.full(4000, expected))
        assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.03)

    def test_nothing_is_needed_where_there_is_enough(self):
        found = still_needed(np.array([9000.0]), np.array([900.0]), np.array([1.1]), np.array([0.2]))
        assert found.tolist() == [0.0]

    def test_no_gap_takes_forever(self):
        found = still_needed(np.array([90.0]), np.array([9.0]), np.array([1.0]), np.array([0.0]))
        assert np.isinf(found).all()


class TestEdges:
    def test_one_agent_is_compared_with_nobody(self):
        found = team([5], [50])
        assert not found.compared.any()
        assert np.isnan(found.ratio).all()
        assert found.spread.agents == 0

    def test_no_event_at_all_compares_nobody(self):
        assert not team([0, 0, 0], [50, 60, 70]).compared.any()

    def test_all_events_compares_nobody(self):
        assert not team([50, 60], [50, 60]).compared.any()

    def test_an_agent_with_nothing_but_misses_is_judged(self):
        found = team([0, 20, 22, 19], [100] * 4)
        assert found.ratio[0] == 0
        assert found.z[0] < -3
        assert 0 < found.shrunken[0] < 1

    def test_who_shares_too_few_calls_is_not_compared(self):
        rows = [(0, 0, 2.0, 10.0), (1, 0, 3.0, 10.0), (2, 0, 1.0, 10.0), (0, 1, 9.0, 30.0)]
        agent, stratum, events, trials = map(np.array, zip(*rows, strict=True))
        found = judge(
            standardise(StratumCells(("a", "b", "c"), agent, stratum, events, trials), proportion=True)
        )
        assert found.compared.tolist() == [False, True, True]


def test_agents_without_any_event_are_not_judged():
    """Nobody sold anything: there is no population to draw anybody towards."""
    found = team([0, 0, 0], [40, 50, 60])
    assert not found.compared.any()
    assert np.isnan(found.shrunken).all()
