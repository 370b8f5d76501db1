"""Simulations that several tests read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callstats.simulate import CallList, Campaign, Scenario, Simulation, simulate
from callstats.simulate.demo import demo

EVEN_HOURS = {"reach_by_hour": (1.0,) * 24, "reach_by_weekday": (1.0,) * 7}


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """Two unequal lists, six weeks, every mechanism switched on."""
    lists = (
        CallList("A", 6000, reach=0.25, success=0.10),
        CallList("B", 6000, reach=0.32, success=0.16, dial_over=15),
    )
    agents = tuple(f"agent-{number:02d}" for number in range(24))
    return Scenario(seed=11, days=42, campaigns=(Campaign("spring", lists),), agents=agents)


@pytest.fixture(scope="session")
def simulation(scenario: Scenario) -> Simulation:
    return simulate(scenario)


@pytest.fixture(scope="session")
def calls(simulation: Simulation):
    return simulation.frame("calls")


@pytest.fixture(scope="session")
def demo_simulation() -> Simulation:
    return simulate(demo())


@pytest.fixture(scope="session")
def plain() -> Scenario:
    """One list where chances are what the parameters say: no hours, days, agents or promises."""
    only = CallList("A", 20_000, reach=0.3, invalid=0.0, callback=0.0, interest_sd=0.0, success=0.15)
    return Scenario(
        seed=5, days=56, campaigns=(Campaign("spring", (only,), abandoned=0.0),),
        agents=tuple(f"agent-{number:02d}" for number in range(30)), skill_sd=0.0, skill_day_sd=0.0,
        success_by_hour=(0.0,) * 24, **EVEN_HOURS,
    )  # fmt: skip


@pytest.fixture(scope="session")
def plain_calls(plain: Scenario):
    return simulate(plain).frame("calls")


def with_list(scenario: Scenario, name: str, **options: object) -> Scenario:
    """Return the scenario with one list changed."""
    campaign = scenario.campaigns[0]
    lists = tuple(replace(one, **options) if one.list_id == name else one for one in campaign.lists)
    return replace(scenario, campaigns=(replace(campaign, lists=lists),))
