"""What ties calls together: contacts, agents, agent-days, and both."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.answers.compare.comparable import answers, clustered, dataset, drawn, row, two_shares


class TestOneWay:
    def test_answer_rate_equals_least_squares_clustered_by_contact(self):
        frame = answers(3)
        ours = row(frame, "answer_rate", clusters="contact")
        theirs = clustered(frame["handled"], frame["list_id"] == "B", frame["contact_id"])
        assert ours.estimate == pytest.approx(theirs.params[1], rel=1e-10)
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)

    def test_a_mean_equals_least_squares_clustered_by_contact(self):
        frame = drawn(4)
        ours = row(frame, "average_talk_time", clusters="contact")
        theirs = clustered(frame["talk_s"], frame["list_id"] == "B", frame["contact_id"])
        assert ours.estimate == pytest.approx(theirs.params[1], rel=1e-10)
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)

    def test_contacts_in_both_arms_are_kept_together(self):
        frame = answers(5)
        frame["list_id"] = np.where(np.random.default_rng(1).random(len(frame)) < 0.5, "A", "B")
        ours = row(frame, "answer_rate", clusters="contact")
        theirs = clustered(frame["handled"], frame["list_id"] == "B", frame["contact_id"])
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)
        assert ours.degrees_of_freedom == frame["contact_id"].nunique() - 1

    def test_the_design_effect_is_the_variance_over_that_of_least_squares_on_rows(self):
        frame = answers(6)
        treated = frame["list_id"] == "B"
        theirs = clustered(frame["handled"], treated, frame["contact_id"]).bse[1] ** 2
        naive = sum(
            x.mean() * (1 - x.mean()) / len(x)
            for x in (frame["handled"][treated], frame["handled"][~treated])
        )
        assert row(frame, "answer_rate", clusters="contact").design_effect == pytest.approx(theirs / naive)

    def test_rows_taken_for_themselves_are_two_proportions(self):
        # Newcombe (1998), Statistics in Medicine 17:873, example (a): 56/70 against 48/80, method 10.
        found = row(two_shares(56, 70, 48, 80), "answer_rate", clusters="call", method="newcombe")
        assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)

    def test_agent_days_in_both_arms_are_kept_together(self):
        frame = drawn(7, agents=4)
        days = frame["agent_id"] + frame["local_started_at"].dt.strftime("%F")
        ours = row(frame, "average_talk_time", stratify=[])
        theirs = clustered(frame["talk_s"], frame["list_id"] == "B", days)
        assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)


def equal_agents(treated, agent):
    """Return how many agents of equal weight say as much, an agent's weight being its shares of both arms."""
    weight = (
        agent[treated]
        .value_counts(normalize=True)
        .add(agent[~treated].value_counts(normalize=True), fill_value=0)
    )
    return weight.sum() ** 2 / (weight**2).sum()


class TestTwoWay:
    @pytest.mark.parametrize("seed", range(3))
    def test_conversions_are_clustered_by_contact_and_agent(self, seed):
        frame = drawn(seed, agent_sd=0.7)
        treated = frame["list_id"] == "B"
        by = {
            name: clustered(frame["success"], treated, groups).bse[1] ** 2
            for name, groups in {
                "contact": frame["contact_id"],
                "agent": frame["agent_id"],
                "both": frame["contact_id"] + frame["agent_id"],
            }.items()
        }
        agents = equal_agents(treated, frame["agent_id"])
        expected = max(by["contact"] + by["agent"] * agents / (agents - 1) - by["both"], by["contact"])
        ours = row(frame, "conversion_per_conversation")
        assert ours.standard_error == pytest.approx(math.sqrt(expected), rel=1e-8)
        assert ours.degrees_of_freedom == pytest.approx(agents - 1)

    def test_the_p_value_is_of_t_with_one_less_than_the_agents_that_say_as_much(self):
        frame = drawn(2, agents=6)
        ours = row(frame, "conversion_per_conversation")
        df = equal_agents(frame["list_id"] == "B", frame["agent_id"]) - 1
        assert 4 < df < 5
        t = ours.estimate / ours.standard_error
        assert ours.p_value == pytest.approx(2 * stats.t.sf(abs(t), df))
        assert ours.low == pytest.approx(ours.estimate - stats.t.isf(0.025, df) * ours.standard_error)

    def test_an_answer_rate_is_not_in_the_hands_of_agents(self):
        found = row(answers(1), "answer_rate")
        assert found.method == "delta method, clustered by contact"

    def test_agents_known_on_every_dial_count_for_the_answer_rate_too(self):
        frame = answers(1)
        frame["agent_id"] = np.random.default_rng(2).choice(["ann", "bob", "eve"], len(frame))
        assert row(frame, "answer_rate").method == "delta method, clustered by contact and agent"

    def test_contacts_that_agents_won_are_given_to_one_agent(self):
        frame = drawn(3).assign(live=True)
        treated = frame.groupby("contact_id")["list_id"].first() == "B"
        won = frame.groupby("contact_id")["success"].any()
        # The agent of a success, else the last by name.
        ranked = frame.sort_values(["success", "agent_id"]).groupby("contact_id")["agent_id"].last()
        by = {
            n: clustered(won, treated, g).bse[1] ** 2
            for n, g in {"contact": won.index, "agent": ranked}.items()
        }
        agents = equal_agents(treated, ranked)
        expected = max(by["agent"] * agents / (agents - 1), by["contact"])
        ours = row(frame, "conversion_per_contact")
        assert ours.standard_error == pytest.approx(math.sqrt(expected), rel=1e-8)

    def test_it_can_be_asked_for_and_left_out(self):
        frame = drawn(1)
        both = row(frame, "conversion_per_conversation", clusters="two-way")
        assert both.method == "delta method, clustered by contact and agent"
        alone = row(frame, "conversion_per_conversation", clusters="contact")
        assert alone.method == "delta method, clustered by contact"


class TestIndependentContacts:
    def test_reached_contacts_get_the_score_interval(self):
        # Miettinen and Nurminen's interval of 5/56 against 0/29, Newcombe (1998), example (e).
        frame = pd.DataFrame(
            {
                "call_id": [str(i) for i in range(85)],
                "contact_id": [str(i) for i in range(85)],
                "list_id": ["B"] * 56 + ["A"] * 29,
                "direction": "outbound",
                "live": [i < 5 for i in range(85)],
            }
        )
        found = row(frame, "reach_rate")
        assert (round(found.low, 4), round(found.high, 4)) == (-0.0326, 0.1933)
        assert found.design_effect == 1

    def test_contacts_never_dialled_belong_to_their_list(self):
        calls = pd.DataFrame({
            "call_id": list("12"), "contact_id": ["A1", "B1"], "list_id": ["A", "B"],
            "direction": "outbound", "success": [True, True],
        })  # fmt: skip
        contacts = pd.DataFrame(
            {
                "contact_id": [f"{name}{i}" for name in "AB" for i in range(10 if name == "A" else 20)],
                "list_id": ["A"] * 10 + ["B"] * 20,
            }
        )
        found = row(dataset(calls, contacts=contacts), "conversion_per_lead")
        assert (found.value, found.control_value) == (1 / 20, 1 / 10)
        assert (found.n, found.control_n) == (20, 10)
