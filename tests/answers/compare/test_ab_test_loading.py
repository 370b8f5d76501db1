"""Days of loading: when arms are compared within them, and when not at all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from callstats.answers.compare.ab_test_arms import find_arms
from callstats.answers.compare.ab_test_horizon import follow
from callstats.answers.compare.ab_test_loading import LoadingDays, standardised
from callstats.answers.compare.ab_test_money_numbers import FollowedContacts, Prices
from callstats.stats import mean_difference, stratified_proportion_difference
from tests.answers.compare.ab_test_data import call, contact, data, run


def days(control: list[int], treatment: list[int]) -> LoadingDays:
    return LoadingDays(np.arange(len(control)), np.array(control, float), np.array(treatment, float))


def batches(
    sizes: dict[int, tuple[int, int]], won: dict[int, tuple[int, int]], last: float = 30, value=100.0
):
    """Return contacts of A and B loaded on days, of whom the first are won the day after."""
    people, calls = [], []
    for day, each in sizes.items():
        for arm, n, events in zip("AB", each, won[day], strict=True):
            for k in range(n):
                name = f"{arm}{day}-{k}"
                people.append(contact(name, loaded=day))
                if k < events:
                    calls.append(call(name, day + 1, success=True, loaded=day, value=value))
    first = people[0]["contact_id"]
    return people, [*calls, call(first, last)]


#: B is loaded late, when both arms win 5 % in place of 20 %.
RAMP = {0: (300, 100), 5: (100, 300)}
WON = {0: (60, 20), 5: (5, 15)}


class TestDays:
    def test_one_day_needs_no_adjusting(self):
        found = days([100], [100])
        assert not found.adjusted
        assert not found.refused

    def test_arms_that_share_no_day_are_refused(self):
        found = days([100, 0, 100, 0], [0, 100, 0, 100])
        assert found.refused
        assert (found.covered, found.kept, found.shared) == (0, 0, 0)

    def test_a_ramp_is_adjusted_for(self):
        found = days([90, 50, 10], [10, 50, 90])
        assert found.adjusted
        assert found.differs
        # Of 90 x 10 / 100 = 9, 25 and 9, against 150 x 150 / 300 = 75.
        assert found.kept == pytest.approx(43 / 75)
        assert found.covered == 1

    def test_half_of_the_contacts_on_shared_days_is_the_least(self):
        assert not days([100, 100, 0], [0, 100, 100]).refused
        assert days([110, 100, 0], [0, 100, 110]).refused

    def test_a_few_strays_are_no_shared_days(self):
        found = days([990, 10], [10, 990])
        assert found.covered == 1
        assert found.refused

    def test_thin_days_of_alike_shares_are_taken_together(self):
        found = days([3, 7, 5] * 8, [7, 3, 5] * 8)
        assert found.adjusted
        assert found.kept > 0.95
        # Ten contacts a day: five days are one stratum.
        assert found.blocks.tolist() == [k // 5 for k in range(24)]

    def test_thin_days_of_unlike_shares_are_compared_one_by_one(self):
        found = days([9, 1] * 10, [1, 9] * 10)
        assert found.blocks.tolist() == list(range(20))

    def test_two_contacts_a_day_at_random_are_not_refused(self):
        treatment = np.random.default_rng(1).binomial(2, 0.5, 200)
        assert not days((2 - treatment).tolist(), treatment.tolist()).refused

    @pytest.mark.parametrize("last", [3, 30])
    def test_contacts_not_followed_to_the_end_count_for_the_days_of_loading(self, last):
        ds = data(*batches(RAMP, WON, last=last))
        found = LoadingDays.of(follow(ds, find_arms(ds, "list_id", "A"), 7))
        assert found.control.tolist() == [300, 100]

    def test_contacts_of_no_known_day_have_one_of_their_own(self):
        people = [contact(f"{arm}{k}", loaded=None) for arm in "AB" for k in range(30)]
        calls = [call(f"{arm}{k}", 1 + k % 3, loaded=None) for arm in "AB" for k in range(12)]
        ds = data(people, [*calls, call("A0", 20, loaded=None)])
        found = LoadingDays.of(follow(ds, find_arms(ds, "list_id", "A"), 7))
        assert len(found.days) == 4
        assert (found.control[0], found.treatment[0]) == (18, 18)


class TestWithinDays:
    def test_equal_arms_of_a_ramp_do_not_differ(self):
        found = run(*batches(RAMP, WON), planned_contacts=800)
        expected = stratified_proportion_difference([20, 15], [100, 300], [60, 5], [300, 100])
        single = found.primary.difference
        assert (single.estimate, single.low, single.high) == pytest.approx((0, expected.low, expected.high))
        assert found.status.kind == "final"
        assert found.primary.lift.estimate == pytest.approx(0)
        # All contacts together: 65 of 400 against 35 of 400.
        assert found.primary.cells.control_events - found.primary.cells.events == 30

    def test_it_is_said_that_days_were_compared(self):
        found = run(*batches(RAMP, WON), planned_contacts=800)
        said = " ".join(found.warnings)
        assert "compared within those days" in said
        assert "within days of loading" in str(found.primary.table())
        assert "Nothing was found" not in str(found.split)

    def test_every_look_compares_within_days(self):
        looks = run(*batches(RAMP, WON)).monitoring.looks
        assert [look.estimate for look in looks] == pytest.approx([0, 0])
        assert not any(look.decides() for look in looks)
        assert max(look.e_value for look in looks) < 1

    def test_contacts_of_days_of_one_arm_are_left_out_and_told(self):
        sizes = {0: (200, 200), 3: (100, 0)}
        found = run(*batches(sizes, {0: (20, 40), 3: (50, 0)}), planned_contacts=500)
        assert found.primary.difference.estimate == pytest.approx(0.1)
        assert "80% of the contacts were loaded on days that both groups have" in " ".join(found.warnings)

    def test_agents_as_clusters_are_compared_within_days(self):
        people, calls = batches(RAMP, WON)
        calls = [one | {"agent_id": f"a{k % 12}"} if one["handled"] else one for k, one in enumerate(calls)]
        found = run(people, calls, cluster="agent", planned_contacts=800)
        assert found.primary.clustered
        assert found.primary.difference.estimate == pytest.approx(0, abs=1e-12)

    def test_money_is_compared_within_days(self):
        found = run(*batches(RAMP, WON), planned_contacts=800)
        line = found.money.line("value_per_contact")
        assert (line.control, line.treatment) == (16.25, 8.75)
        assert line.difference.estimate == pytest.approx(0, abs=1e-9)
        assert line.difference.p_value == pytest.approx(1)
        assert found.money.chance == pytest.approx(0.5)

    def test_weights_give_both_arms_the_same_days(self):
        ds = data(*batches(RAMP, WON))
        trial = follow(ds, find_arms(ds, "list_id", "A"), 7)
        loading = LoadingDays.of(trial)
        weight, code = loading.weights(trial)
        treated = trial.done["treated"].to_numpy(dtype=bool)
        for mine in (treated, ~treated):
            assert np.bincount(code[mine], weights=weight[mine]).tolist() == pytest.approx([200, 200])

    def test_what_a_day_has_in_common_adds_nothing_to_the_variance(self):
        ds = data(*batches({0: (50, 50), 5: (50, 50)}, {0: (50, 50), 5: (0, 0)}))
        trial = follow(ds, find_arms(ds, "list_id", "A"), 7)
        top, below = standardised(
            trial, LoadingDays.of(trial), trial.done["won"].to_numpy(float), np.ones(200)
        )
        # Everybody was won on the first day and nobody on the second: within days nothing varies.
        assert np.ptp(top / below) == pytest.approx(0)

    def test_the_variance_of_money_in_one_stratum_is_welchs(self):
        people, calls = batches({0: (40, 60)}, {0: (20, 30)})
        calls = [one | {"value": 10.0 + k} if one["success"] else one for k, one in enumerate(calls)]
        ds = data(people, calls)
        found = FollowedContacts.of(follow(ds, find_arms(ds, "list_id", "A"), 7), Prices())
        ours = found.difference(found.value, found.each, found.value, 0.95)
        theirs = mean_difference(found.value[found.treated], found.value[~found.treated])
        assert ours.standard_error == pytest.approx(theirs.standard_error)

    def test_reach_and_guardrails_are_not_judged_where_days_differ(self):
        people, calls = batches(RAMP, WON)
        calls = [one | {"do_not_call": one["list_id"] == "B" and bool(one["live"])} for one in calls]
        found = run(people, calls, guardrails=["do_not_call_rate"], planned_contacts=800)
        assert found.reach.ratio is None
        assert "loaded on different days" in str(found.reach)
        assert found.guardrails.harmed == ()
        assert any("not judged" in note for note in found.guardrails.notes)


class TestNotComparable:
    SIZES = {0: (200, 0), 2: (0, 200), 7: (200, 0), 9: (0, 200)}  # noqa: RUF012
    WON_APART = {0: (60, 0), 2: (0, 10), 7: (60, 0), 9: (0, 10)}  # noqa: RUF012

    def found(self, **options):
        return run(*batches(self.SIZES, self.WON_APART), **options)

    @pytest.mark.parametrize(
        "options", [{}, {"planned_contacts": 800}, {"planned_contacts": 800, "planned_looks": 2}]
    )
    def test_there_is_no_verdict_in_any_figure(self, options):
        found = self.found(**options)
        assert found.status.kind == "open"
        assert math.isnan(found.status.low)
        frame = found.to_frame()
        assert frame["p_value"].isna().all()
        assert frame["low"].isna().all()
        assert math.isnan(found.money.chance)
        looks = found.monitoring.to_frame()
        assert looks[["low", "high", "fixed_low", "fixed_high", "e_value"]].isna().all(axis=None)

    def test_it_is_said_why_and_what_to_do(self):
        found = self.found()
        assert "not comparable: they were loaded on different days" in found.sentences[0].text
        assert "Load both groups on the same days" in " ".join(found.warnings)
        assert found.results["split_sound"] is False
        assert str(found)

    def test_the_counts_are_still_shown(self):
        assert self.found().primary.cells.control_events == 120
