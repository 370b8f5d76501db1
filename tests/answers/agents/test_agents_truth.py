"""cs.agents against a simulated call centre whose agents' skill is known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.agents.agents import agents
from callstats.answers.agents.agents_numbers import SUCCESS_PER_ARGUED
from callstats.simulate import CallList, Campaign, Scenario, Simulation, simulate


@cache
def simulated(skill_sd: float, seed: int = 3, contacts: int = 5000) -> Simulation:
    lists = (CallList("A", contacts, success=0.10), CallList("B", contacts, success=0.18))
    names = tuple(f"agent{i:02}" for i in range(36))
    scenario = Scenario(
        seed=seed, days=42, campaigns=(Campaign("spring", lists),), agents=names, skill_sd=skill_sd
    )
    return simulate(scenario)


def compared(simulation: Simulation, **options):
    ds = cs.open({name: table.to_pandas() for name, table in simulation.tables.items()})
    return agents(ds, SUCCESS_PER_ARGUED, adjust=["list_id"], **options)


def true_ratios(simulation: Simulation) -> pd.Series:
    """Return by agent the true chances of the own calls over those at the lists' pooled chance."""
    truth = simulation.truth.successes()
    pooled = truth.groupby("list_id")[["expected", "argued"]].sum()
    usual = truth["list_id"].map(pooled["expected"] / pooled["argued"]) * truth["argued"]
    by_agent = truth.assign(usual=usual).groupby("agent_id")[["expected", "usual"]].sum()
    return by_agent["expected"] / by_agent["usual"]


class TestKnownSkill:
    def test_shrunken_estimates_are_nearer_to_the_truth_than_raw_ones(self):
        frame = compared(simulated(0.25)).to_frame().set_index("agent")
        truth = true_ratios(simulated(0.25)).reindex(frame.index)
        raw, shrunken = (((frame[c] - truth) ** 2).mean() for c in ("ratio", "shrunken"))
        assert shrunken < 0.75 * raw

    def test_intervals_hold_the_truth(self):
        frame = compared(simulated(0.25)).to_frame().set_index("agent")
        truth = true_ratios(simulated(0.25)).reindex(frame.index)
        inside = (frame["shrunken_low"] <= truth) & (truth <= frame["shrunken_high"])
        assert inside.sum() >= 32

    def test_who_is_said_to_be_below_or_above_is(self):
        found = compared(simulated(0.4))
        truth = true_ratios(simulated(0.4))
        named = {one.agent: one.status for one in found.agents if one.status in ("above", "below")}
        right = [(truth[agent] > 1) == (status == "above") for agent, status in named.items()]
        assert len(named) >= 5
        assert np.mean(right) > 0.9

    def test_equal_agents_are_all_chance(self):
        found = compared(simulated(0.0))
        assert found.spread.chance_high == 1
        assert not any(one.stands_out for one in found.agents)

    @pytest.mark.slow
    def test_equal_agents_are_seldom_said_to_stand_out(self):
        flagged = [
            any(a.stands_out for a in compared(simulated(0.0, seed, 1500)).agents) for seed in range(60)
        ]
        assert np.mean(flagged) <= 0.10 + 2 * np.sqrt(0.1 * 0.9 / 60)
