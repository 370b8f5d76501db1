"""The short cut of the calibration against the whole path: simulated tables, engine, statistics."""

from __future__ import annotations

import pytest

from callstats import engine
from callstats.analyses.measure import measure
from callstats.calibrate import comparing, lists
from callstats.calibrate.rows import answered, converted, dial
from callstats.dataset import Dataset
from callstats.kpis import get
from callstats.simulate import simulate
from callstats.stats import ratio_difference, ratio_interval

SCENARIOS = {
    "often": lists.often_scenario(5, attempts=8, contacts=60),
    "worked": lists.worked_scenario(6, nested=False, agents=12, skill=0.3, interaction=0.5, contacts=150),
    "hours": lists.hours_scenario(7),
    "depth": lists.depth_scenario(8),
}


def tables(scenario):
    simulation = simulate(scenario)
    return Dataset({name: simulation.frame(name) for name in ("calls", "contacts")})


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize(
    ("kpi", "count"), [("answer_rate", answered), ("conversion_per_conversation", converted)]
)
def test_dials_have_the_sums_that_the_engine_finds_in_the_simulated_tables(name, kpi, count):
    data, counts = tables(SCENARIOS[name]), count(dial(SCENARIOS[name]))
    moments = engine.moments(data, [get(kpi)], ["list_id"])
    sides = [moments["B",][kpi], moments["A",][kpi]]
    ours, theirs = comparing.by_contact(counts), ratio_difference(*sides, proportion=True)
    assert (ours.p_value, ours.low, ours.high) == pytest.approx(
        (theirs.p_value, theirs.low, theirs.high), rel=1e-9, nan_ok=True
    )


def test_agents_as_units_have_the_sums_that_the_engine_finds():
    scenario = lists.worked_scenario(6, nested=True, agents=24, skill=0.8, interaction=0.0, contacts=150)
    data, kpi = tables(scenario), get("conversion_per_conversation")
    moments = engine.moments(data, [kpi], ["list_id"], unit=("agent_id",))
    theirs = ratio_difference(moments["B",][kpi.name], moments["A",][kpi.name], proportion=True)
    ours = comparing.by_agent(converted(dial(scenario)))
    assert (ours.p_value, ours.low, ours.high) == pytest.approx(
        (theirs.p_value, theirs.low, theirs.high), rel=1e-9
    )


def test_the_interval_of_an_answer_rate_is_that_of_measure():
    scenario = SCENARIOS["often"]
    found = measure(tables(scenario), "answer_rate", by="list_id").set_index("list_id")
    counts = answered(dial(scenario))
    ours = ratio_interval(lists.arm(counts, False), proportion=True)
    assert (ours.low, ours.high) == pytest.approx(tuple(found.loc["A", ["low", "high"]]), rel=1e-9)
