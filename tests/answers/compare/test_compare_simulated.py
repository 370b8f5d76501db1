"""cs.compare on the simulated dialer: known effects found, no effect found where there is none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

import callstats as cs
from callstats.simulate import Scenario, simulate

NEVER_CLOSED = {"argued": 0.0, "callback": 0.0, "do_not_call": 0.0, "invalid": 0.0}


def simulated(seed: int, **options) -> cs.Dataset:
    tables = simulate(Scenario.small(seed, **options)).tables
    return cs.open({name: tables[name] for name in ("calls", "contacts")})


def alarms(runs: int, kpi: str, scenario: dict, **options) -> float:
    """Return the share of A/A comparisons that claim a difference, of those that are not refused."""
    found = []
    for seed in range(runs):
        data = simulated(1000 + seed, **scenario)
        with suppress(cs.ComparisonRefused):
            found.append(cs.compare(data, kpi, **options)["B"].p_value < 0.05)
    assert len(found) > 0.9 * runs
    return float(np.mean(found))


def test_a_list_effect_is_recovered():
    scenario = Scenario.small(5, contacts=4000)
    campaign = scenario.campaigns[0]
    better = replace(campaign.lists[1], reach=0.35)
    scenario = replace(scenario, campaigns=(replace(campaign, lists=(campaign.lists[0], better)),))
    simulation = simulate(scenario)
    data = cs.open({name: simulation.tables[name] for name in ("calls", "contacts")})
    first = simulation.truth.hazards().query("attempt_no == 1").set_index("list_id")
    truth = first["expected"] / first["dials"]
    found = cs.compare(data.where(attempt_no=1), "contact_rate_dial")["B"]
    assert found.low < truth["B"] - truth["A"] < found.high
    assert found.low > 0


def test_an_effect_on_success_is_recovered_with_agents_as_clusters():
    scenario = Scenario.small(7, contacts=3000)
    campaign = scenario.campaigns[0]
    better = replace(campaign.lists[1], success=0.25)
    scenario = replace(scenario, campaigns=(replace(campaign, lists=(campaign.lists[0], better)),))
    simulation = simulate(scenario)
    data = cs.open({name: simulation.tables[name] for name in ("calls", "contacts")})
    sums = simulation.truth.successes().groupby("list_id")[["argued", "expected"]].sum()
    per_argued = sums["expected"] / sums["argued"]
    calls = simulation.frame("calls")
    argued = calls[calls["handled"]].groupby("list_id")["argued"].mean()
    truth = per_argued * argued
    found = cs.compare(data, "conversion_per_conversation")["B"]
    assert found.low < truth["B"] - truth["A"] < found.high
    assert found.low > 0


def test_equal_lists_raise_few_alarms_in_a_quick_sample():
    # 40 draws at 5 %: more than 7 in 40 happens less than once in 250.
    assert alarms(40, "answer_rate", {"contacts": 150}) <= 7 / 40


@pytest.mark.slow
class TestFalseAlarms:
    """Nominal 5 %; with 400 runs the Monte Carlo error is 1.1 points."""

    def test_contacts_dialled_often_by_contact(self):
        often = {
            "contacts": 300,
            "campaign": {"attempts": 8, "gap": 1.5},
            "call_list": {"concentration": 1.5},
        }
        assert alarms(400, "answer_rate", often) <= 0.08
        assert alarms(400, "answer_rate", often, clusters="call", method="wald") > 0.10

    def test_agents_shared_by_the_lists(self):
        shared = {"contacts": 500, "interaction_sd": 0.5, "skill_sd": 0.4}
        assert alarms(400, "conversion_per_conversation", shared) <= 0.08
        assert alarms(400, "conversion_per_contact", shared) <= 0.08

    def test_lists_worked_by_many_agents_of_their_own(self):
        agents = tuple(f"agent {i}" for i in range(40))
        nested = {"contacts": 1500, "nested": True, "agents": agents, "skill_sd": 0.5}
        assert alarms(300, "conversion_per_conversation", nested) <= 0.085
        assert alarms(300, "conversion_per_conversation", nested, clusters="contact") > 0.10

    def test_lists_dialled_at_other_hours(self):
        early = tuple(1.0 if hour < 14 else 0.25 for hour in range(24))
        late = tuple(0.25 if hour < 14 else 1.0 for hour in range(24))
        found = {"auto": [], "plain": []}
        for seed in range(200):
            reach = tuple(0.5 if hour < 14 else 1.3 for hour in range(24))
            # Nobody is done before the last attempt: otherwise the list of the evenings, reached sooner,
            # keeps the harder contacts, and its later calls do differ.
            scenario = Scenario.small(seed, contacts=800, reach_by_hour=reach, call_list=NEVER_CLOSED)
            campaign = scenario.campaigns[0]
            lists = tuple(replace(one, hours=h) for one, h in zip(campaign.lists, (early, late), strict=True))
            scenario = replace(scenario, campaigns=(replace(campaign, lists=lists),))
            tables = simulate(scenario).tables
            data = cs.open({name: tables[name] for name in ("calls", "contacts")})
            found["auto"].append(cs.compare(data, "answer_rate")["B"].p_value < 0.05)
            found["plain"].append(cs.compare(data, "answer_rate", stratify=[])["B"].p_value < 0.05)
        assert np.mean(found["auto"]) <= 0.09
        assert np.mean(found["plain"]) > 0.5
