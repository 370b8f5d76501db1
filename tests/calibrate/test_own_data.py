"""Own data with permuted arms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from callstats.calibrate import calibrate
from callstats.calibrate.own_data import read_units
from callstats.dataset import Dataset
from callstats.errors import UsageError
from callstats.kpis import get


def calls(contacts=200, dials=8, agents=False):
    """Calls of contacts who answer all of their dials or none; list B answers twice as often."""
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(contacts), dials)
    share = np.where(np.arange(contacts) % 2, 0.4, 0.2)
    answers = (rng.random(contacts) < share)[who]
    frame = pd.DataFrame({
        "call_id": [str(i) for i in range(len(who))],
        "contact_id": [f"P{i}" for i in who],
        "list_id": np.where(who % 2, "B", "A"),
        "direction": "outbound",
        "handled": answers,
        "success": answers & (rng.random(len(who)) < 0.5),
    })  # fmt: skip
    if agents:
        frame["agent_id"] = np.where(answers, [f"G{i}" for i in rng.integers(0, 12, len(who))], None)
    return Dataset({"calls": frame})


def test_whole_contacts_are_permuted_so_that_their_dials_stay_together():
    found = calibrate(data=calls(), kpi="answer_rate", by="list_id", runs=300, seed=1)
    naive, ours = found.rows
    # Eight equal dials: the z-test takes a spread for 1 / sqrt(8) of what it is; 2 (1 - Phi(1.96 / sqrt 8)).
    assert naive.rate == pytest.approx(0.488, abs=4 * naive.standard_error)
    assert (naive.kind, naive.verdict) == ("obvious", "broken")
    assert (ours.kind, ours.verdict) == ("default", "ok")


def test_a_true_difference_between_the_arms_does_not_count_as_a_false_alarm():
    found = calibrate(data=calls(400, 1), kpi="answer_rate", by="list_id", runs=400, seed=1)
    assert found.rows[1].rate == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 400) ** 0.5)


def test_where_every_row_has_an_agent_the_default_is_two_way():
    found = calibrate(data=calls(agents=True), kpi="conversion_per_conversation", by="list_id", runs=50)
    assert {row.method: row.kind for row in found.rows}["two-way, contact and agent"] == "default"


def test_rows_without_an_agent_are_not_clustered_by_agent():
    found = calibrate(data=calls(agents=True), kpi="answer_rate", by="list_id", runs=5)
    assert [row.kind for row in found.rows] == ["obvious", "default"]


def test_units_keep_the_sums_of_the_data():
    units, groups, _ = read_units(calls(), get("answer_rate"), "list_id")
    assert (units.denominator.sum(), len(units.treated), set(groups)) == (1600, 200, {"A", "B"})


def test_the_same_seed_permutes_alike():
    one, two = (calibrate(data=calls(), kpi="answer_rate", runs=60, seed=3) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kpi": None}, "for one KPI"),
        ({"kpi": "answer_rate", "situations": "looking"}, "not for situations"),
        ({"kpi": "answer_rate", "by": "direction"}, "one value"),
        ({"kpi": "answer_rate", "by": "lst_id"}, "list_id"),
    ],
)
def test_what_cannot_be_permuted_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        calibrate(data=calls(), runs=5, **options)


def test_two_handfuls_of_contacts_say_nothing():
    with pytest.raises(UsageError, match="fewer than 10"):
        calibrate(data=calls(12), kpi="answer_rate", runs=5)


def test_agent_days_are_the_units_of_what_an_hour_brings():
    from callstats.simulate import Scenario, simulate

    simulation = simulate(Scenario.small(seed=2, contacts=200))
    calls = simulation.frame("calls")
    work = simulation.frame("agent_time")
    for frame, clock in ((calls, "local_started_at"), (work, "local_start")):
        # Two campaigns that are one: every other day.
        frame["campaign_id"] = np.where(frame[clock].dt.day % 2, "odd", "even")
    data = Dataset({"calls": calls, "agent_time": work})
    units, _, _ = read_units(data, get("successes_per_paid_hour"), "campaign_id")
    days = work.assign(day=work["local_start"].dt.date)[work["paid"]].groupby(["agent_id", "day"])
    assert len(units.treated) == days.ngroups
    assert units.denominator.sum() == pytest.approx(work.loc[work["paid"], "seconds"].sum() / 3600)
