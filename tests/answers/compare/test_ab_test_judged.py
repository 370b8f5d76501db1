"""A verdict without a plan, and without a success."""

from __future__ import annotations

import math

import pytest

from callstats.config import Config, DeclaredTest
from callstats.errors import UsageError
from tests.answers.compare.ab_test_data import call, contact, lists, run


class TestWithoutAPlan:
    def test_a_single_look_is_not_final(self):
        # 25 of 100 against 10 of 100: p = 0.005 at a single look.
        found = run(*lists())
        assert found.status.kind == "open"
        assert (found.status.missing_contacts, found.status.declared) == (0, False)
        assert "no size was planned" in found.monitoring.status.text
        assert "still open" in found.sentences[0].text

    def test_every_figure_allows_for_any_number_of_looks(self):
        free, planned = run(*lists()), run(*lists(), planned_contacts=200)
        for one, other in (
            (free.primary.difference, planned.primary.difference),
            (free.primary.lift, planned.primary.lift),
            (
                free.money.line("value_per_contact").difference,
                planned.money.line("value_per_contact").difference,
            ),
        ):
            assert one.low < other.low < other.high < one.high
            assert one.p_value > 5 * other.p_value
            assert (one.low <= 0 <= one.high) == (one.p_value >= 0.05)
        assert math.isnan(free.money.chance)
        assert not math.isnan(planned.money.chance)

    def test_a_clear_difference_is_decided_all_the_same(self):
        found = run(*lists(won=(5, 60)))
        assert found.status.kind == "early"
        assert found.status.low > 0
        assert found.primary.difference.low > 0

    def test_the_smallest_effect_that_matters_is_a_plan(self):
        assert run(*lists(), effect=0.3, baseline=0.1).status.declared

    def test_a_test_that_the_project_declares_has_its_plan(self):
        declared = DeclaredTest("spring", "A", "B", horizon_days=7, planned_contacts=200)
        assert run(*lists(), config=Config(ab_tests={"lists": declared})).status.kind == "final"

    @pytest.mark.parametrize("other", [{"treatment": "C"}, {"horizon_days": 9}, {"arm": "x"}])
    def test_the_declaration_of_another_test_is_no_plan(self, other):
        asked = {"control": "A", "treatment": "B", "horizon_days": 7, "planned_contacts": 200} | other
        found = run(*lists(), config=Config(ab_tests={"lists": DeclaredTest("spring", **asked)}))
        assert found.status.kind == "open"

    def test_looks_are_planned_for_a_size(self):
        with pytest.raises(UsageError, match="without a size"):
            run(*lists(), planned_looks=2)


class TestWithoutASuccess:
    def test_successes_after_the_horizon_ask_for_a_longer_one(self):
        people = [contact(f"{arm}{k}") for arm in "AB" for k in range(50)]
        calls = [call(f"{arm}{k}", 9, success=True) for arm in "AB" for k in range(20)]
        found = run(people, [*calls, call("A40", 20)], planned_contacts=100)
        assert found.status.kind == "open"
        said = found.sentences[0].text
        assert "no success in either group within 7 days" in said
        assert "40 came later" in said
        assert "follow for longer" in said
        assert "Final" not in str(found)

    def test_nobody_at_all_is_nothing_to_compare(self):
        found = run(*lists(won=(0, 0)), planned_contacts=200)
        assert "nothing to compare" in found.sentences[0].text
        assert "came later" not in found.sentences[0].text

    def test_an_arm_without_a_success_has_limits_and_no_factor(self):
        found = run(*lists(won=(30, 0)), planned_contacts=200)
        assert found.primary.lift is None
        assert found.primary.difference.high < 0

    def test_an_arm_that_reached_nobody_has_a_limit_and_no_factor(self):
        people = [contact(f"{arm}{k}") for arm in "AB" for k in range(100)]
        calls = [call(f"A{k}", 1, live=True) for k in range(60)] + [call(f"B{k}", 1) for k in range(100)]
        found = run(people, [*calls, call("A0", 9)]).reach
        assert found.ratio is None
        # Clopper-Pearson of 0 in 100: 1 - 0.025^(1/100).
        assert "Nobody of B was reached; the data allow up to 3.6%" in str(found)
        assert "times" not in str(found.verdict)

    def test_arms_that_are_far_apart_have_a_factor_that_makes_sense(self):
        people = [contact(f"{arm}{k}") for arm in "AB" for k in range(1000)]
        calls = [call(f"A{k}", 1, live=k < 2) for k in range(1000)]
        calls += [call(f"B{k}", 1, live=k < 900) for k in range(1000)]
        found = run(people, [*calls, call("A0", 9, attempt_no=2)]).reach
        # 900 of 1,000 against 2 of 1,000.
        assert found.ratio.estimate == pytest.approx(450, rel=0.01)
