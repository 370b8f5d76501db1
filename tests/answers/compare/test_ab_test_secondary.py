"""What else the arms of a list test differ in: guardrails, costs and value, worked out by hand."""

from __future__ import annotations

import math

import pytest

from callstats.answers.compare.ab_test_arms import find_arms
from callstats.answers.compare.ab_test_horizon import follow
from callstats.answers.compare.ab_test_money_numbers import FollowedContacts, Prices, choice, prices
from callstats.answers.compare.ab_test_secondary import Money, money
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from callstats.stats import mean_difference
from tests.answers.compare.ab_test_data import START, call, contact, data, lists, run

#: Two hours on the line: an hour of A, of two conversations, and an hour of B, of one.
PEOPLE = [contact(f"{arm}{k}") for arm in "AB" for k in range(4)]
CALLS = [
    call("A0", 1, success=True, value=100.0, talk_s=1800.0, agent_id="ann"),
    call("A1", 1, handled=True, talk_s=1200.0, wrap_s=600.0, agent_id="bob"),
    call("A2", 1),
    call("B0", 1, success=True, value=220.0, talk_s=3000.0, wrap_s=600.0, agent_id="ann"),
    call("B1", 2),
    call("A0", 9),
]
COSTS = [
    {"campaign_id": "spring", "list_id": None, "period": "2026-09-02", "kind": "labour", "amount": 80.0},
    {"campaign_id": "spring", "list_id": None, "period": "2026-09-02", "kind": "technical", "amount": 3.0},
    {"campaign_id": "spring", "list_id": None, "period": "2026-09", "kind": "advertising", "amount": 900.0},
    {"campaign_id": "spring", "list_id": "A", "period": "2026-09", "kind": "list", "amount": 2.0},
    {"campaign_id": "spring", "list_id": "B", "period": "2026-09", "kind": "list", "amount": 6.0},
]


def agent_time(hours: float, paid: bool = True):
    return {"agent_id": "ann", "local_start": START, "state": "wait", "seconds": 3600 * hours, "paid": paid}


#: Four hours paid for two on the line; a pause that is not paid.
TIME = [agent_time(4), agent_time(1, paid=False)]


def worth(people=PEOPLE, calls=CALLS, cost_per_hour=None, **tables) -> Money:
    ds = data(people, calls, **tables)
    found = follow(ds, find_arms(ds, "list_id", "A"), 7)
    return money(
        found, Voice(), ("A", "B"), prices(ds, "list_id", cost_per_hour), confidence=0.95, tolerance=0.05
    )


def buyers(control: int, treatment: int, of: int = 200):
    """Return two lists of which the first contacts buy, for 50 to 56."""
    people = [contact(f"{arm}{k}") for arm in "AB" for k in range(of)]
    calls = [
        call(f"{arm}{k}", 1, success=True, value=50.0 + k % 7, agent_id="ann")
        for arm, n in (("A", control), ("B", treatment))
        for k in range(n)
    ]
    return people, [*calls, call("A0", 9)]


def pair(found: Money, name: str) -> tuple[float, float]:
    line = found.line(name)
    assert line is not None
    return line.control, line.treatment


class TestPrices:
    def test_an_hour_on_the_line_carries_waiting_and_pauses(self):
        found = prices(data(PEOPLE, CALLS, costs=COSTS, agent_time=TIME), "list_id")
        # 80 for four hours paid and two on the line; 3 for six dials; 2 and 6 for four contacts each.
        assert (found.paid_hour, found.hour, found.dial) == (20, 40, 0.5)
        assert dict(found.contact) == {"A": 0.5, "B": 1.5}

    def test_a_cost_per_hour_stands_in_for_the_labour(self):
        found = prices(data(PEOPLE, CALLS, costs=COSTS, agent_time=TIME), "list_id", 30)
        assert (found.paid_hour, found.hour) == (30, 60)

    def test_without_agent_time_a_paid_hour_is_an_hour_on_the_line(self):
        found = prices(data(PEOPLE, CALLS), "list_id", 30)
        assert (found.hour, found.waiting) == (30, False)

    def test_a_filter_by_list_does_not_lose_the_labour(self):
        ds = data(PEOPLE, CALLS, costs=COSTS, agent_time=TIME).where(list_id=["A", "B"])
        assert prices(ds, "list_id").hour == 40

    def test_without_costs_there_are_no_prices(self):
        found = prices(data(PEOPLE, CALLS), "list_id")
        assert math.isnan(found.hour)
        assert (found.dial, dict(found.contact)) == (0, {})

    def test_a_negative_cost_is_refused(self):
        with pytest.raises(UsageError, match="an hour"):
            prices(data(PEOPLE, CALLS), "list_id", -1)


class TestLines:
    def test_successes_per_hour_on_the_line(self):
        assert pair(worth(), "successes_per_hour") == (1, 1)

    def test_value_cost_and_profit_per_contact_loaded(self):
        found = worth(costs=COSTS, agent_time=TIME)
        assert pair(found, "value_per_contact") == (25, 55)
        # A: an hour at 40, three dials within the horizon at 0.5, four contacts at 0.5; B likewise.
        assert pair(found, "cost_per_contact") == ((40 + 1.5 + 2) / 4, (40 + 1 + 6) / 4)
        assert pair(found, "profit_per_contact") == ((100 - 43.5) / 4, (220 - 47) / 4)
        assert pair(found, "profit_per_hour") == (100 - 43.5, 220 - 47)

    def test_the_difference_of_profit_is_that_of_two_means(self):
        found = worth(costs=COSTS, agent_time=TIME).line("profit_per_contact")
        a = [100 - 20 - 0.5 - 0.5, -20 - 0.5 - 0.5, -0.5 - 0.5, -0.5]
        b = [220 - 40 - 0.5 - 1.5, -0.5 - 1.5, -1.5, -1.5]
        plain = mean_difference(b, a)
        assert found.difference.estimate == pytest.approx(plain.estimate)
        assert found.difference.standard_error == pytest.approx(plain.standard_error)
        # One success with a value in each arm: too few for limits.
        assert math.isnan(found.difference.low)
        assert "fewer than ten values" in found.note

    def test_hours_are_clustered_by_the_days_of_agents(self):
        work = [(agent, day) for agent in ("ann", "bob") for day in (1, 2)]
        calls = [
            call(f"{arm}{k}", day, success=(k + (arm == "A")) % 2 == 0, agent_id=agent, talk_s=600.0 + 60 * k)
            for arm in "AB"
            for k, (agent, day) in enumerate(work)
        ]
        line = worth(calls=[*calls, call("A0", 9)]).line("successes_per_hour")
        # Four days of agents, each of both arms.
        assert line.difference.degrees_of_freedom == 3

    def test_one_day_of_one_agent_gives_no_interval(self):
        line = worth().line("successes_per_hour")
        assert math.isnan(line.difference.low)
        assert "no interval" in line.note

    def test_without_costs_the_value_decides(self):
        found = worth()
        assert found.line("profit_per_contact") is None
        assert found.deciding.name == "value_per_contact"
        assert "no cost of agent time" in found.notes[0]

    def test_without_value_there_is_no_money(self):
        found = worth(calls=[one | {"value": None} for one in CALLS])
        assert [line.name for line in found.lines] == ["successes_per_hour"]
        assert math.isnan(found.chance)
        assert "no success has a value" in found.notes[0]

    def test_without_talk_time_there_are_no_hours(self):
        found = worth(calls=[one | {"talk_s": None} for one in CALLS], costs=COSTS)
        assert [line.name for line in found.lines] == ["value_per_contact"]

    def test_a_lift_over_a_loss_is_not_given(self):
        found = worth(cost_per_hour=300)
        assert pair(found, "profit_per_contact") == ((100 - 300) / 4, (220 - 300) / 4)
        assert found.lift is None
        assert "the control earns nothing" in str(found)
        assert found.line("profit_per_contact").difference.estimate == pytest.approx(30)

    def test_the_lift_of_profit_excludes_0_where_the_difference_does(self):
        found = worth(*buyers(60, 90), cost_per_hour=30)
        control, treatment = pair(found, "profit_per_contact")
        assert found.lift.estimate == pytest.approx(treatment / control - 1)
        assert found.lift.low > 0
        assert found.lift.p_value == found.line("profit_per_contact").difference.p_value < 0.05
        assert "relative to the control: +5" in str(found)
        assert found.to_frame()["measure"].iloc[-1] == "profit_per_contact (relative)"

    def test_costs_outside_the_test_change_nothing(self):
        other = [call("C1", 1, list_id="C")]
        assert pair(worth(calls=[*CALLS, *other]), "value_per_contact") == (25, 55)

    def test_a_test_that_is_open_says_so_beside_its_money(self):
        ds = data(PEOPLE, CALLS)
        found = follow(ds, find_arms(ds, "list_id", "A"), 7)
        made = money(found, Voice(), ("A", "B"), Prices(), confidence=0.95, tolerance=0.05, final=False)
        assert any("open" in note for note in made.notes)

    def test_arms_that_cannot_be_compared_are_not_judged(self):
        ds = data(PEOPLE, CALLS)
        found = follow(ds, find_arms(ds, "list_id", "A"), 7)
        made = money(found, Voice(), ("A", "B"), Prices(), confidence=0.95, tolerance=0.05, broken="why")
        assert [s.text for s in made.sentences] == ["Value per contact: B and A are not comparable: why."]


class TestGuardrails:
    def test_the_usual_ones_are_those_the_data_have(self):
        names = [line.name for line in run(*lists(), guardrails=None).guardrails.lines]
        assert names == ["average_handle_time"]

    def test_none_are_none(self):
        assert run(*lists(), guardrails=()).guardrails.lines == ()

    def test_claims_are_held_to_the_level_of_holm(self):
        # The better of two p-values is held to half the error, the other, as it fails, to all that is left.
        people, calls = lists(400, 400, (40, 40))
        asked = [
            one
            | {"do_not_call": one["list_id"] == "B" and one["live"] and k % 2 == 0, "abandoned": k % 9 == 0}
            for k, one in enumerate(calls)
        ]
        found = run(people, asked, guardrails=["do_not_call_rate", "drop_rate"]).guardrails
        levels = {line.name: line.difference.confidence for line in found.lines}
        assert levels == pytest.approx({"do_not_call_rate": 0.975, "drop_rate": 0.95})
        quiet = run(people, [one | {"do_not_call": k % 7 == 0} for k, one in enumerate(asked)],
                    guardrails=["do_not_call_rate", "drop_rate"]).guardrails  # fmt: skip
        assert [line.difference.confidence for line in quiet.lines] == pytest.approx([0.975, 0.975])

    def test_harm_is_part_of_the_verdict(self):
        people, calls = lists(300, 300, (30, 30))
        asked = [
            one | {"do_not_call": one["list_id"] == "B" and one["live"] and k % 3 == 0}
            for k, one in enumerate(calls)
        ]
        found = run(people, asked, guardrails=["do_not_call_rate"])
        (line,) = found.guardrails.harmed
        assert line.name == "do_not_call_rate"
        assert any("Do-not-call rate" in s.text and s.tone == "bad" for s in found.sentences)

    def test_a_margin_says_what_is_not_worse(self):
        people, calls = lists(2000, 2000, (100, 100))
        asked = [one | {"do_not_call": False} for one in calls]
        found = run(people, asked, guardrails={"do_not_call_rate": 0.02}).guardrails
        assert "as good as A, within a margin of 2" in str(found)

    def test_what_cannot_be_computed_says_why(self):
        found = run(*lists(), guardrails=["abandon_rate_outbound"]).guardrails
        assert found.lines == ()
        assert "needs calls.abandoned" in found.notes[0]


def followed(control: int, treatment: int) -> FollowedContacts:
    ds = data(*buyers(control, treatment))
    return FollowedContacts.of(follow(ds, find_arms(ds, "list_id", "A"), 7), Prices())


class TestChoice:
    def test_no_difference_is_even_odds(self):
        people = followed(40, 40)
        chance, (missed, wrong) = choice(people, people.value)
        assert chance == pytest.approx(0.5)
        assert missed == pytest.approx(wrong)

    def test_the_two_losses_differ_by_the_estimate(self):
        # max(0, d) - max(0, -d) = d: with many successes, the mean of what d may be is its estimate.
        people = followed(90, 110)
        chance, (missed, wrong) = choice(people, people.value)
        control, treatment = people.both(people.value, people.each)
        assert missed - wrong == pytest.approx(treatment - control, rel=0.02)
        assert 0.95 < chance < 0.99

    @pytest.mark.parametrize("sold", [(9, 40), (40, 9), (0, 4)])
    def test_under_ten_successes_there_is_no_chance(self, sold):
        people = followed(*sold)
        assert math.isnan(choice(people, people.value)[0])

    def test_four_successes_are_no_verdict_and_it_is_said_why(self):
        found = worth(*buyers(4, 36))
        assert math.isnan(found.chance)
        assert "too little data" in str(found.verdict)
        assert any("fewer than 10 successes" in note for note in found.notes)


def test_money_is_told_in_words_and_shows_itself():
    found = worth(*buyers(60, 90), cost_per_hour=30)
    assert "better choice with a chance of" in str(found)
    assert "flat prior" in str(found)
