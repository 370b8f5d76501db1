"""The primary figure of a list test: who is counted, and what widens the interval."""

from __future__ import annotations

import pytest

from callstats.stats import proportion_difference, proportion_ratio
from tests.answers.compare.ab_test_data import call, contact, lists, run
from tests.engine import frames


class TestPrimary:
    @pytest.mark.parametrize("engine", frames.ENGINES)
    def test_the_difference_is_by_contacts_loaded_whatever_the_engine(self, engine):
        found = run(*lists(), engine=engine, planned_contacts=200).primary
        expected = proportion_difference(25, 100, 10, 100)
        assert (found.difference.estimate, found.difference.low) == pytest.approx((0.15, expected.low))
        lift = proportion_ratio(25, 100, 10, 100)
        assert (found.lift.estimate, found.lift.high) == pytest.approx((1.5, lift.high - 1))

    def test_contacts_never_dialled_belong_to_their_arm(self):
        people, calls = lists()
        people += [contact(f"B{k}") for k in range(100, 200)]
        assert run(people, calls).primary.cells.trials == 200

    def test_per_contact_reached_those_reached_are_counted_and_a_word_is_said(self):
        found = run(*lists(), primary="conversion_per_contact").primary
        assert (found.cells.control_trials, found.cells.trials) == (55, 62)
        assert "by assignment" in " ".join(s.text for s in found.sentences)

    def test_agents_as_clusters_widen_what_agents_make_different(self):
        people = [contact(f"{arm}{k}") for arm in "AB" for k in range(200)]
        calls = []
        for arm in "AB":
            for k in range(200):
                agent = k % 10
                # Five agents sell to B only, five to A only.
                won = k < 100 and (agent < 5) == (arm == "B")
                calls.append(call(f"{arm}{k}", 1, handled=True, success=won, agent_id=f"a{agent}"))
        plain = run(people, [*calls, call("A0", 9)], planned_contacts=400)
        both = run(people, [*calls, call("A0", 9)], cluster="agent", planned_contacts=400)
        assert plain.primary.design_effect > 2
        assert "for other agents" in " ".join(plain.warnings)
        assert both.primary.difference.standard_error > 1.4 * plain.primary.difference.standard_error
        assert both.status.low == both.primary.difference.low

    def test_successes_after_the_horizon_are_told_once(self):
        # 40 of 200 a list within the horizon, and 30 more of list A on day 20.
        people, calls = lists()
        late = [call(f"A{k}", 20, success=True) for k in range(60, 90)]
        found = run(people, [*calls, *late])
        told = [word for word in found.warnings if "came later" in word]
        said = (
            "30 successes came later than 7 days after loading and are left out: following for longer counts"
        )
        assert told == [f"{said} them."]
        assert not any("came later" in s.text for s in found.primary.sentences)

    def test_a_margin_that_is_kept_is_not_worse(self):
        found = run(*lists(2000, 2000, (200, 215)), margin=0.02, planned_contacts=4000)
        assert "not worse than A by more than 2" in found.sentences[0].text

    def test_the_words_follow_the_interval(self):
        assert "evidence that B is higher than A" in run(*lists(), planned_contacts=200).sentences[0].text
        assert (
            "no evidence of a difference" in run(*lists(won=(10, 12)), planned_contacts=200).sentences[0].text
        )
