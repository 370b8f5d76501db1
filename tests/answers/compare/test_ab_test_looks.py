"""A list test day by day: what counts when, and that looking daily raises no more alarms than promised."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from callstats.answers.compare.ab_test_arms import find_arms
from callstats.answers.compare.ab_test_decision import decide, missing_days, planned_contacts
from callstats.answers.compare.ab_test_horizon import Trial, follow
from callstats.answers.compare.ab_test_looks import (
    ArmCounts,
    Look,
    Tuning,
    basis_of,
    daily_looks,
    difference,
    sequence,
)
from callstats.answers.compare.ab_test_primary import compare_arms, count_arms
from callstats.errors import UsageError
from callstats.stats import confidence_sequence, group_sequential_bounds, sample_size
from tests.answers.compare.ab_test_data import call, contact, data

NAN = math.nan
TUNING = Tuning(1000, NAN, 1.0, 0.95, 0.5)


def trial(people, calls, days=7) -> Trial:
    ds = data(people, calls)
    return follow(ds, find_arms(ds, "list_id", "A"), days)


def waves(per_day: int, days: int, won: dict[str, int], last: float):
    """Return contacts loaded on several days, the first of each day's being won the day after."""
    people, calls = [], []
    for day in range(days):
        for arm in "AB":
            for k in range(per_day):
                name = f"{arm}{day}-{k}"
                people.append(contact(name, loaded=day))
                if k < won[arm]:
                    calls.append(call(name, day + 1, success=True, loaded=day))
    return people, [*calls, call("A0-0", last)]


class TestWhatIsSeen:
    def test_contacts_enter_on_the_day_their_horizon_is_over(self):
        found = trial(*waves(60, 3, {"A": 10, "B": 20}, last=9))
        seen = daily_looks(found, False, TUNING)
        assert basis_of(found) == "completed"
        assert [look.day for look in seen] == [dt.date(2026, 9, d) for d in (8, 9, 10)]
        assert [look.contacts for look in seen] == [120, 240, 360]
        assert seen[1].cells == ArmCounts(20, 120, 40, 120)

    def test_contacts_whose_horizon_is_not_over_are_not_seen(self):
        found = trial(*waves(60, 3, {"A": 10, "B": 20}, last=8))
        assert [look.contacts for look in daily_looks(found, False, TUNING)] == [120, 240]

    def test_lists_loaded_on_one_day_each_are_seen_at_the_same_age(self):
        people = [contact(f"A{k}", loaded=0) for k in range(60)] + [
            contact(f"B{k}", loaded=2) for k in range(60)
        ]
        calls = [call(f"A{k}", 1 + k // 10, success=True) for k in range(30)]
        calls += [call(f"B{k}", 3 + k // 20, success=True, loaded=2) for k in range(40)]
        seen = daily_looks(trial(people, [*calls, call("A1", 6)]), False, TUNING)
        # The younger list is four days old on day six; calls are 26 hours after loading and later.
        assert [look.day for look in seen] == [dt.date(2026, 9, 3 + age) for age in (1, 2, 3, 4)]
        assert [(s.cells.control_events, s.cells.events) for s in seen] == [
            (0, 0),
            (10, 20),
            (20, 40),
            (30, 40),
        ]
        assert [s.cells.trials for s in seen] == [60] * 4
        assert [s.contacts for s in seen] == [0] * 4

    def test_per_contact_reached_only_contacts_reached_are_trials(self):
        people, calls = waves(60, 2, {"A": 10, "B": 20}, last=9)
        calls += [call(f"A0-{k}", 3, live=True) for k in range(30, 50)]
        seen = daily_looks(trial(people, calls), True, TUNING)
        assert seen[-1].cells == ArmCounts(20, 40, 40, 40)
        assert math.isnan(seen[-1].e_value)

    def test_a_look_has_the_interval_of_a_single_look_beside_it(self):
        look = daily_looks(trial(*waves(60, 1, {"A": 10, "B": 20}, last=9)), False, TUNING)[-1]
        # Miettinen-Nurminen for 20/60 against 10/60.
        assert (look.fixed_low, look.fixed_high) == pytest.approx((0.0110, 0.3180), abs=2e-3)
        assert look.low < look.fixed_low < look.fixed_high < look.high

    def test_conversions_are_no_evidence_while_one_arm_comes_first(self):
        people = [contact(f"A{k}") for k in range(100)] + [contact(f"B{k}", loaded=k % 2) for k in range(100)]
        calls = [call(f"A{k}", 1, success=True) for k in range(30)] + [call("A1", 9)]
        seen = daily_looks(trial(people, calls), False, TUNING)
        assert math.isnan(seen[0].e_value)
        assert seen[1].e_value > 20

    def test_too_few_successes_give_no_sequence(self):
        assert math.isnan(sequence(ArmCounts(9, 500, 10, 500), TUNING)[0])
        assert math.isnan(sequence(ArmCounts(10, 49, 10, 500), TUNING)[0])
        assert not math.isnan(sequence(ArmCounts(10, 500, 10, 500), TUNING)[0])

    def test_the_sequence_is_that_of_the_statistics(self):
        low, high = sequence(ArmCounts(25, 500, 45, 500), TUNING)
        pooled = math.sqrt(0.07 * 0.93 * 2 / 500)
        found = confidence_sequence(0.04, pooled, 1000, planned_trials=1000)
        assert (low, high) == pytest.approx((found.low, found.high))

    def test_what_was_excluded_once_stays_excluded(self):
        seen = daily_looks(trial(*waves(60, 6, {"A": 10, "B": 20}, last=20)), False, TUNING)
        lows, highs = [s.low for s in seen], [s.high for s in seen]
        assert lows == sorted(lows)
        assert highs == sorted(highs, reverse=True)

    def test_a_design_effect_widens_what_a_look_allows(self):
        plain, wide = (difference(ArmCounts(25, 500, 45, 500), 0.95, d) for d in (1.0, 2.0))
        assert wide.estimate == pytest.approx(plain.estimate)
        assert (wide.high - wide.low) / (plain.high - plain.low) == pytest.approx(math.sqrt(2), rel=0.02)


def alarms(draw, cells_of, per_success: bool, runs: int, looks_: int) -> tuple[float, float]:
    """Return how often daily looks, and single looks taken daily, ever exclude no difference."""
    daily = single = 0
    for _ in range(runs):
        state = draw()
        seen = [cells_of(state, k) for k in range(1, looks_ + 1)]
        ends = [sequence(c, TUNING, per_success=per_success) for c in seen]
        daily += any(low > 0 or high < 0 for low, high in ends)
        single += any(abs(_z(c)) > 1.96 for c in seen)
    return daily / runs, single / runs


def _z(c: ArmCounts) -> float:
    p = c.pooled
    error = math.sqrt(p * (1 - p) * (1 / c.trials + 1 / c.control_trials))
    return (c.events / c.trials - c.control_events / c.control_trials) / error if error else 0.0


def _entering(rng, chance, per_day, days):
    """Draw equal arms into which contacts enter day by day."""

    def draw():
        dealt = rng.binomial(per_day, 0.5, days)
        won = [rng.binomial(n, chance) for n in (per_day - dealt, dealt)]
        return np.cumsum([won[0], per_day - dealt, won[1], dealt], axis=1)

    return draw, lambda state, k: ArmCounts(*(float(v) for v in state[:, k - 1]))


def _ageing(rng, chance, size, days):
    """Draw equal arms loaded at once, won day by day, most in the first."""

    def draw():
        won = rng.random((2, size)) < chance
        day = np.ceil(days * rng.beta(1, 2, (2, size)))
        return np.where(won, day, np.inf)

    def cells(state, k):
        control, treatment = (state <= k).sum(axis=1)
        return ArmCounts(float(control), float(size), float(treatment), float(size))

    return draw, cells


class TestFalseAlarms:
    def test_daily_looks_at_contacts_entering_keep_the_error(self):
        daily, single = alarms(*_entering(np.random.default_rng(1), 0.05, 150, 20), False, 250, 20)
        # Five percent promised; conservative by design. A single look taken daily goes wrong.
        assert daily <= 0.05
        assert single > 0.15

    def test_daily_looks_at_lists_growing_older_keep_the_error(self):
        daily, single = alarms(*_ageing(np.random.default_rng(2), 0.06, 1500, 14), True, 250, 14)
        assert daily <= 0.05
        assert single > 0.12

    @pytest.mark.slow
    @pytest.mark.parametrize("chance", [0.02, 0.1, 0.4])
    @pytest.mark.parametrize("kind", [_entering, _ageing])
    def test_daily_looks_keep_the_error_in_whole_simulations(self, kind, chance):
        rng = np.random.default_rng(int(1000 * chance))
        size = 150 if kind is _entering else 1500
        daily, _ = alarms(*kind(rng, chance, size, 40), kind is _ageing, 3000, 40)
        assert daily <= 0.05

    def test_a_true_effect_is_found_before_the_end(self):
        rng, found = np.random.default_rng(3), 0
        for _ in range(40):
            x = np.cumsum(rng.binomial(75, [[0.05], [0.12]], (2, 30)), axis=1)
            cells = [
                ArmCounts(float(x[0, k]), 75.0 * (k + 1), float(x[1, k]), 75.0 * (k + 1)) for k in range(30)
            ]
            found += any(sequence(c, TUNING)[0] > 0 for c in cells)
        assert found >= 38


def decided(found: Trial, tuning=TUNING, planned=None, effect=None, planned_looks=None):
    cells = count_arms(found, False)
    single, _ = compare_arms(cells, None, tuning.confidence, False)
    wanted = planned_contacts(found, cells, planned, effect, tuning)
    return decide(found, single, daily_looks(found, False, tuning), tuning, wanted, planned_looks)


class TestDecisions:
    def test_a_test_is_final_when_all_contacts_were_followed(self):
        found = decided(trial(*waves(60, 3, {"A": 10, "B": 11}, last=9)))
        assert (found.kind, found.by, found.planned, found.completed) == ("final", "single look", 360, 360)
        assert found.missing_contacts == 0

    def test_a_test_is_open_while_contacts_are_followed(self):
        found = decided(trial(*waves(60, 3, {"A": 10, "B": 11}, last=8)))
        assert (found.kind, found.by) == ("open", "daily looks")
        assert (found.missing_contacts, found.missing_days) == (120, 1)

    def test_a_clear_effect_decides_early_by_the_sequence(self):
        found = decided(trial(*waves(60, 4, {"A": 2, "B": 40}, last=9)))
        assert (found.kind, found.by) == ("early", "daily looks")
        assert found.on == dt.date(2026, 9, 8)
        assert found.low > 0

    def test_more_planned_than_loaded_are_missing_with_the_days_their_loading_takes(self):
        found = decided(trial(*waves(60, 3, {"A": 10, "B": 11}, last=9)), planned=720)
        # 120 contacts a day: three more days of loading, then seven of follow-up.
        assert (found.kind, found.missing_contacts, found.missing_days) == ("open", 360, 10)

    def test_nothing_tells_when_more_come_of_contacts_loaded_on_one_day(self):
        assert math.isnan(missing_days(trial(*waves(60, 1, {"A": 1, "B": 1}, last=9)), 500))

    def test_the_effect_that_matters_sets_the_planned_contacts(self):
        found = trial(*waves(60, 3, {"A": 10, "B": 14}, last=9))
        # 72 of 360 contacts won: 20 % of both arms together.
        wanted = sample_size(0.2, 0.25).total
        assert planned_contacts(found, count_arms(found, False), None, 0.05, TUNING) == wanted

    def test_the_baseline_expected_beforehand_is_planned_with(self):
        found = trial(*waves(60, 3, {"A": 10, "B": 14}, last=9))
        tuning = Tuning(1000, 0.05, 1.4, 0.95, 0.5)
        wanted = sample_size(0.05, 0.06, design_effect=1.4).total
        assert planned_contacts(found, count_arms(found, False), None, 0.01, tuning) == wanted

    def test_a_margin_that_is_kept_decides_early(self):
        found = trial(*waves(400, 3, {"A": 40, "B": 44}, last=8))
        plain = decided(found)
        margin = decided(found, Tuning(1000, NAN, 1.0, 0.95, 0.5, margin=0.06))
        assert (plain.kind, margin.kind) == ("open", "early")

    def test_nobody_followed_yet_is_open(self):
        found = decided(trial(*waves(60, 2, {"A": 10, "B": 10}, last=3)))
        assert (found.kind, found.completed, found.missing_days) == ("open", 0, 5)
        assert math.isnan(found.low)

    @pytest.mark.parametrize("planned", [0, 1])
    def test_a_plan_needs_contacts_in_both_arms(self, planned):
        with pytest.raises(UsageError, match="contacts planned"):
            decided(trial(*waves(60, 1, {"A": 10, "B": 10}, last=9)), planned=planned)


class TestPlannedLooks:
    def test_bounds_are_those_of_the_information_at_each_look(self):
        found = decided(trial(*waves(60, 4, {"A": 10, "B": 11}, last=8)), planned_looks=2)
        first, last = found.planned_looks
        bounds = group_sequential_bounds(
            2, spending="lan-demets-obrien-fleming", information=[0.5, 1.0]
        ).bounds
        assert (first.information, last.information) == (0.5, 1.0)
        assert (first.bound, last.bound) == pytest.approx(bounds)
        assert (first.day, last.day) == (dt.date(2026, 9, 9), None)
        assert (found.kind, found.by) == ("open", "planned looks")

    def test_a_look_beyond_its_bound_decides_early(self):
        found = decided(trial(*waves(60, 4, {"A": 10, "B": 30}, last=8)), planned_looks=2)
        assert (found.kind, found.on) == ("early", dt.date(2026, 9, 9))
        assert found.planned_looks[0].crossed
        assert found.low > 0

    def test_the_last_look_is_final(self):
        found = decided(trial(*waves(60, 4, {"A": 10, "B": 11}, last=10)), planned_looks=[0.25, 1])
        assert found.kind == "final"
        assert [one.day is None for one in found.planned_looks] == [False, False]

    def test_a_look_taken_late_counts_with_what_it_had(self):
        found = decided(trial(*waves(60, 5, {"A": 10, "B": 11}, last=9)), planned_looks=[0.5, 1])
        assert [one.information for one in found.planned_looks] == [0.6, 1.0]

    @pytest.mark.parametrize("asked", [0, [], [0.5], [0.5, 0.4, 1], [0, 1]])
    def test_looks_that_rise_to_no_end_are_refused(self, asked):
        with pytest.raises(UsageError, match="planned looks"):
            decided(trial(*waves(60, 1, {"A": 10, "B": 11}, last=9)), planned_looks=asked)


def test_a_look_decides_by_what_its_sequence_excludes():
    look = Look(dt.date(2026, 9, 1), ArmCounts(1, 1, 1, 1), 2, 0.0, -0.005, 0.01, 0, 0, 0, NAN)
    assert not look.decides()
    assert look.decides(margin=0.006)
    assert not look.decides(margin=0.004)
