"""The arithmetic of a bridge: exact sums, published numbers, groups that come and go."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.answers.campaign.bridge_days_numbers import BridgeLayout, DailySums
from callstats.answers.campaign.bridge_numbers import (
    CHANGE,
    BridgePlan,
    all_effects,
    consistent,
    effects,
    factors,
    filled,
    lmdi_effects,
    overall_factors,
    shapley_effects,
    together,
    total,
    totals,
    varied_effects,
)
from callstats.errors import UsageError
from callstats.stats import shapley, sum_of_days

NAMES = ("hours", "dials_per_hour", "answer", "success", "value")


def plain(values: list[float]) -> dict[str, np.ndarray]:
    return {name: np.array([value], dtype=float) for name, value in zip(NAMES, values, strict=False)}


def intervals(before, after, plan, confidence):
    found = varied_effects(before, after, plan, confidence=confidence)
    return {name: (effect.low, effect.high) for name, effect in found.items()}


class TestShapley:
    def test_two_factors_by_das_guptas_formula(self):
        # Das Gupta 1993: the effect of a is (a2 - a1)(b1 + b2) / 2.
        found = shapley_effects(plain([0.2, 50]), plain([0.25, 40]))
        assert [float(e) for e in found.values()] == pytest.approx([2.25, -2.25])

    def test_five_factors_by_independent_code(self):
        found = shapley_effects(plain([1000, 12, 0.25, 0.08, 30.0]), plain([1100, 11.5, 0.27, 0.075, 31.0]))
        expected = [721.735792, -322.645042, 582.874333, -489.355042, 248.427458]
        assert [float(e) for e in found.values()] == pytest.approx(expected, abs=1e-5)

    def test_groups_are_those_of_a_vector_of_factors_in_any_order_of_change(self):
        rng = np.random.default_rng(1)
        old, new = ({name: rng.uniform(0.1, 2, 4) for name in NAMES} for _ in range(2))
        reference = shapley(old, new, function=lambda *f: float(np.prod(f, axis=0).sum()))
        found = shapley_effects(old, new)
        assert {name: float(e) for name, e in found.items()} == pytest.approx(dict(reference.effects))

    @given(st.lists(st.tuples(*(st.floats(-5, 5),) * 6), min_size=1, max_size=4))
    def test_effects_add_up_to_the_change_whatever_the_numbers(self, groups):
        table = np.array(groups)
        old = {name: table[:, i] for i, name in enumerate(NAMES[:3])}
        new = {name: table[:, i + 3] for i, name in enumerate(NAMES[:3])}
        found = shapley_effects(old, new)
        assert sum(map(float, found.values())) == pytest.approx(float(total(new) - total(old)), abs=1e-8)

    def test_resamples_are_worked_on_together(self):
        rng = np.random.default_rng(2)
        old, new = ({name: rng.uniform(0.1, 2, (7, 3)) for name in NAMES} for _ in range(2))
        together = shapley_effects(old, new)
        alone = shapley_effects({n: v[4] for n, v in old.items()}, {n: v[4] for n, v in new.items()})
        assert together["answer"].shape == (7,)
        assert together["answer"][4] == pytest.approx(float(alone["answer"]))

    def test_what_did_not_change_has_no_effect(self):
        found = shapley_effects(plain([10, 5, 0.2, 0.1, 30]), plain([12, 5, 0.2, 0.1, 30]))
        assert float(found["hours"]) == pytest.approx(2 * 5 * 0.2 * 0.1 * 30)
        assert [float(found[name]) for name in NAMES[1:]] == [0, 0, 0, 0]


class TestLmdi:
    def test_five_factors_by_angs_formula(self):
        found = lmdi_effects(plain([1000, 12, 0.25, 0.08, 30.0]), plain([1100, 11.5, 0.27, 0.075, 31.0]))
        expected = [720.971015, -321.940935, 582.169502, -488.19972, 248.037638]
        assert [float(e) for e in found.values()] == pytest.approx(expected, abs=1e-5)

    def test_no_change_has_no_effect(self):
        assert float(lmdi_effects(plain([2, 3]), plain([2, 3]))["hours"]) == 0

    def test_a_factor_of_0_is_refused_with_a_way_out(self):
        with pytest.raises(UsageError, match="shapley"):
            effects(plain([2, 0]), plain([2, 3]), "lmdi")

    def test_an_unknown_method_is_refused(self):
        with pytest.raises(UsageError, match="shapley"):
            effects(plain([2, 1]), plain([2, 3]), "shapely")


class TestFilled:
    def test_a_new_list_is_all_in_the_mix(self):
        # List y comes: half of 100 dials go to it, at its own rate of .4 against .2.
        old = {"dials": np.array([100.0]), "lists": np.array([1.0, 0.0]), "rate": np.array([0.2, np.nan])}
        new = {"dials": np.array([100.0]), "lists": np.array([0.5, 0.5]), "rate": np.array([0.2, 0.4])}
        found = shapley_effects(*filled(old, new))
        assert float(found["lists"]) == pytest.approx(10.0)
        assert float(found["rate"]) == pytest.approx(0.0)

    def test_what_neither_period_defines_is_nothing(self):
        old, new = filled({"rate": np.array([np.nan])}, {"rate": np.array([np.nan])})
        assert (old["rate"].tolist(), new["rate"].tolist()) == ([0.0], [0.0])


LAYOUT = BridgeLayout(
    ("dials", "handled", "successes"), (("", "x"), ("", "y")), ("",), np.array([0, 0]), ("labour", "list"),
    True, True, True,
)  # fmt: skip


def days(dials, handled, successes, value, hours, labour, monthly=0.0) -> DailySums:  # noqa: PLR0917
    """Return days from arrays of (days, 2 lists), hours and labour by day."""
    names = ("dials", "handled", "successes", "value")
    sums = {
        n: np.array(v, dtype=float) for n, v in zip(names, (dials, handled, successes, value), strict=True)
    }
    costs = np.column_stack([np.array(labour, dtype=float), np.zeros(len(labour))])
    return DailySums(sums, np.array(hours, dtype=float)[:, None], costs, np.array([0.0, monthly]))


ONE = days([[60, 40]], [[12, 4]], [[3, 1]], [[150, 50]], [10], [70], monthly=30)
TWO = days([[60, 100]] * 2, [[12, 20]] * 2, [[3, 6]] * 2, [[150, 300]] * 2, [12, 12], [80, 90])


class TestFactors:
    def test_by_hand(self):
        found = factors(totals(ONE), LAYOUT)
        assert float(found["hours"][0]) == 10
        assert found["dials_per_hour"].tolist() == [10, 10]
        assert found["lists"].tolist() == [0.6, 0.4]
        assert found["answer"].tolist() == pytest.approx([0.2, 0.1])
        assert found["success"].tolist() == [0.25, 0.25]
        assert found["value"].tolist() == [50, 50]
        assert float(total(found)) == pytest.approx(200)

    def test_days_take_the_calendar_out_of_the_hours(self):
        found = factors(totals(TWO), LAYOUT, per_day=True)
        assert (float(found["days"][0]), float(found["hours_per_day"][0])) == (2, 12)
        assert float(total(found)) == pytest.approx(900)

    def test_of_all_groups_together(self):
        assert overall_factors(totals(ONE), LAYOUT) == pytest.approx(
            {"hours": 10, "dials_per_hour": 10, "answer": 0.16, "success": 0.25, "value": 50}
        )

    def test_costs_are_terms_of_their_own_and_all_adds_up(self):
        found = all_effects(totals(ONE), totals(TWO), BridgePlan(LAYOUT, "shapley", True))
        assert float(found["cost labour"]) == -100
        assert float(found["cost list"]) == 30
        assert float(found[CHANGE]) == pytest.approx((900 - 170) - (200 - 100))
        assert sum(float(e) for name, e in found.items() if name != CHANGE) == pytest.approx(
            float(found[CHANGE])
        )

    def test_a_step_that_later_calls_skip_is_left_out(self):
        odd = days([[60, 40]], [[0, 4]], [[3, 1]], [[150, 50]], [10], [70])
        plan, left = consistent(odd, TWO, LAYOUT)
        assert plan.steps == ("dials", "successes")
        assert left == ("handled",)
        assert float(
            total(filled(factors(totals(odd), plan), factors(totals(TWO), plan))[0])
        ) == pytest.approx(200)

    def test_dials_without_an_hour_start_the_bridge_from_dials(self):
        plan, left = consistent(days([[60, 40]], [[12, 4]], [[3, 1]], [[150, 50]], [0], [70]), TWO, LAYOUT)
        assert left == ("hours",)
        assert next(iter(factors(totals(ONE), plan))) == "dials"


class TestIntervals:
    def drawn(self, rng, size, answer=0.2, hours=40.0):
        """Draw days whose hours, answer and success vary from day to day."""
        worked = hours * rng.gamma(50, 1 / 50, (size, 1))
        dials = rng.poisson(worked * 20 * np.array([0.5, 0.5]))
        mood = np.clip(rng.normal(1, 0.1, (size, 1)), 0.3, 2)
        handled = rng.binomial(dials, np.minimum(answer * mood, 0.9))
        won = rng.binomial(handled, 0.2)
        return days(dials, handled, won, won * 50.0, worked[:, 0], worked[:, 0] * 18)

    def test_a_single_factor_has_the_interval_of_a_difference_of_two_sums(self):
        """Hours alone, 1 an hour: what counts is the sum of hours, by the same days' t interval."""
        plan = BridgePlan(
            BridgeLayout(("dials", "successes"), (("", "x"),), ("",), np.array([0]), (), False, True, False),
            "shapley",
            False,
        )
        a, b = (
            DailySums(dict.fromkeys(("dials", "successes", "value"), dials[:, None]),
                      np.zeros((6, 0)), np.zeros((6, 0)), np.zeros(0))
            for dials in (np.array([10.0, 12, 9, 11, 10, 14]), np.array([20.0, 18, 21, 25, 17, 19]))
        )  # fmt: skip
        gap = np.r_[-a.sums["dials"][:, 0], b.sums["dials"][:, 0]]
        periods = np.repeat([0, 1], 6)
        signs = np.repeat([-1, 1], 6)
        expected = sum_of_days(np.abs(gap), periods=periods, signs=signs)
        assert expected.estimate == 54
        low, high = intervals(a, b, plan, confidence=0.95)["dials"]
        assert (low, high) == pytest.approx((expected.low, expected.high), rel=1e-5)

    def test_days_that_do_not_differ_leave_no_doubt(self):
        same = days([[60, 40]] * 3, [[12, 4]] * 3, [[3, 1]] * 3, [[150, 50]] * 3, [10] * 3, [70] * 3)
        more = days([[90, 60]] * 3, [[18, 6]] * 3, [[6, 2]] * 3, [[300, 100]] * 3, [10] * 3, [70] * 3)
        plan = BridgePlan(LAYOUT, "shapley", False)
        found = all_effects(totals(same), totals(more), plan)
        found |= together(found)
        for name, ends in intervals(same, more, plan, confidence=0.95).items():
            assert ends == (float(found[name]),) * 2

    def test_one_day_has_none(self):
        assert intervals(ONE, TWO, BridgePlan(LAYOUT, "shapley", True), confidence=0.95) == {}

    def test_a_planted_effect_is_in_its_term_and_in_no_other(self):
        rng = np.random.default_rng(4)
        a, b = self.drawn(rng, 60), self.drawn(rng, 60, answer=0.3)
        plan = BridgePlan(LAYOUT, "shapley", False)
        found = all_effects(totals(a), totals(b), plan)
        ends = intervals(a, b, plan, confidence=0.999)
        truth = 60 * 40 * 20 * 0.1 * 0.2 * 50
        assert float(found["answer"]) == pytest.approx(truth, rel=0.2)
        assert ends["answer"][0] > 0
        assert all(
            low <= 0 <= high
            for name, (low, high) in ends.items()
            if name not in ("answer", "quality", CHANGE, "cost list", "prices")
        )

    @pytest.mark.parametrize("teams", [60, pytest.param(600, marks=pytest.mark.slow)])
    def test_they_hold_the_truth_as_often_as_they_say(self, teams):
        # What a factor does to the expected totals: 20 % to 24 % answer, 40 to 44 hours a day.
        rng, plan = np.random.default_rng(6), BridgePlan(LAYOUT, "shapley", False)
        old, new = ({"h": h * 21, "d": 20, "a": a, "s": 0.2, "v": 50} for h, a in ((40, 0.2), (44, 0.24)))
        truth = shapley(old, new).effects
        hits = {"answer": 0, "hours": 0, "success": 0}
        for _ in range(teams):
            a, b = self.drawn(rng, 21), self.drawn(rng, 21, answer=0.24, hours=44)
            ends = intervals(a, b, plan, confidence=0.95)
            for name, known in (("answer", truth["a"]), ("hours", truth["h"]), ("success", truth["s"])):
                hits[name] += ends[name][0] <= known <= ends[name][1]
        error = math.sqrt(0.95 * 0.05 / teams)
        assert all(count / teams >= 0.95 - max(3 * error, 0.02) for count in hits.values()), hits
