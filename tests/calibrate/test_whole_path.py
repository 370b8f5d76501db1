"""The short cut of the calibration against the whole path: simulated tables, engine, analyses."""

from __future__ import annotations

import pytest

from callstats import engine
from callstats.answers.compare.compare import compare
from callstats.answers.core.measure import measure
from callstats.calibrate import comparison_methods as comparing
from callstats.calibrate import list_situations as lists
from callstats.calibrate.simulated_rows import answered, converted, dial
from callstats.dataset import Dataset
from callstats.kpis import get
from callstats.simulate import simulate
from callstats.stats import ratio_difference, ratio_interval


def tables(scenario):
    simulation = simulate(scenario)
    return Dataset({name: simulation.frame(name) for name in ("calls", "contacts")})


def often(seed):
    return lists.often_scenario(seed, attempts=8, contacts=60)


def worked(seed):
    return lists.worked_scenario(seed, nested=False, agents=12, skill=0.3, interaction=0.5, contacts=150)


def nested(seed):
    return lists.worked_scenario(seed, nested=True, agents=24, skill=0.8, interaction=0.0)


PATHS = [
    (often, "answer_rate", answered, comparing.by_contact, {}),
    (worked, "conversion_per_conversation", converted, comparing.two_way, {}),
    (nested, "conversion_per_conversation", converted, comparing.two_way, {}),
    (lists.hours_scenario, "answer_rate", answered, comparing.by_hour, {"stratify": ["hour", "weekday"]}),
]


@pytest.mark.parametrize("seed", [5, 6, 7])
@pytest.mark.parametrize(
    ("make", "kpi", "count", "ask", "options"),
    PATHS,
    ids=["contact", "contact and agent", "own agents", "hour"],
)
def test_a_comparison_of_the_simulated_tables_gives_the_same_p_value_and_limits(
    make, kpi, count, ask, options, seed
):
    ours = ask(count(dial(make(seed))))
    [theirs] = compare(tables(make(seed)), kpi, by="list_id", control="A", **options).rows
    expected = (theirs.p_value, theirs.low, theirs.high)
    assert (ours.p_value, ours.low, ours.high) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("make", [often, worked, nested, lists.depth_scenario])
@pytest.mark.parametrize(
    ("kpi", "count"), [("answer_rate", answered), ("conversion_per_conversation", converted)]
)
def test_dials_have_the_sums_that_the_engine_finds_in_the_simulated_tables(make, kpi, count):
    data, counts = tables(make(5)), count(dial(make(5)))
    moments = engine.moments(data, [get(kpi)], ["list_id"])
    for side, treated in (("A", False), ("B", True)):
        ours, theirs = lists.arm(counts, treated), moments[side,][kpi]
        assert (ours.sums, ours.products) == (theirs.sums, theirs.products)


def test_agents_as_units_have_the_sums_that_the_engine_finds():
    data, kpi = tables(nested(6)), get("conversion_per_conversation")
    moments = engine.moments(data, [kpi], ["list_id"], unit=("agent_id",))
    theirs = ratio_difference(moments["B",][kpi.name], moments["A",][kpi.name], proportion=True)
    ours = comparing.by_agent(converted(dial(nested(6))))
    assert (ours.p_value, ours.low, ours.high) == pytest.approx(
        (theirs.p_value, theirs.low, theirs.high), rel=1e-9
    )


def test_the_interval_of_an_answer_rate_is_that_of_measure():
    found = measure(tables(often(5)), "answer_rate", by="list_id").set_index("list_id")
    ours = ratio_interval(lists.arm(answered(dial(often(5))), False), proportion=True)
    assert (ours.low, ours.high) == pytest.approx(tuple(found.loc["A", ["low", "high"]]), rel=1e-9)
