"""The dials that the contacts won took until they were won, on every engine."""

from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from tests.dataset.test_deadlines import arrow_of, duckdb_of, lazy_polars_of, polars_of


def dials(contact, *days, won=(), campaign="spring", first=1, month="09", **more):
    """Return a dial to the contact on each day of a month; those of ``won`` are successes."""
    return [
        {
            "contact_id": contact, "campaign_id": campaign, "direction": "outbound", "attempt_no": first + i,
            "local_started_at": f"2026-{month}-{day:02d} 10:00", "success": day in won, **more,
        }
        for i, day in enumerate(days)
    ]  # fmt: skip


def data(*rows):
    frame = pd.DataFrame([row for part in rows for row in part])
    frame["call_id"] = [str(i) for i in range(len(frame))]
    frame["local_started_at"] = pd.to_datetime(frame["local_started_at"])
    return frame.astype({"attempt_no": "Int64", "success": "boolean"})


def touches(dataset, by=None):
    frame = cs.measure(dataset, "touches_per_contact_won", by=by)
    return [tuple(row) for row in frame[["numerator", "denominator"]].itertuples(index=False)]


#: P is won at the third of five dials, Q at the first and again at the third, R never.
ROWS = data(dials("P", 1, 2, 3, 4, 5, won=(3,)), dials("Q", 1, 2, 3, won=(1, 3)), dials("R", *range(1, 9)))


@pytest.mark.parametrize("engine", [pd.DataFrame, polars_of, lazy_polars_of, arrow_of, duckdb_of])
def test_dials_count_until_the_first_success_on_every_engine(engine):
    """(3 + 1) / 2; dials per success has all 16 dials, those after the success and R's among them."""
    dataset = cs.open({"calls": engine(ROWS)})
    assert touches(dataset) == [(4, 2)]
    assert touches(dataset, by="campaign_id") == [(4, 2)]
    assert cs.measure(dataset, "dials_per_success")["value"].iloc[0] == 8


def test_dials_before_the_period_count():
    """S is dialled in August, and won in September at its fifth dial; T is won in August."""
    calls = data(
        dials("S", 1, 2, 3, 4, month="08"),
        dials("S", 7, 8, won=(7,), first=5),
        dials("T", 9, won=(9,), month="08"),
    )
    dataset = cs.open({"calls": calls})
    assert touches(dataset.where(period="2026-09")) == [(5, 1)]
    assert touches(dataset, by="month") == [(1, 1), (5, 1)]


def test_dials_before_the_data_begin_count_where_they_are_numbered():
    assert touches(cs.open({"calls": data(dials("P", 1, 2, won=(2,), first=7))})) == [(8, 1)]


def test_each_campaign_has_its_own_touches():
    """P is dialled twice for spring, then for autumn, which wins it at its third dial; Q is won by both."""
    calls = data(
        dials("P", 1, 2), dials("P", 3, 4, 5, won=(5,), campaign="autumn", first=3),
        dials("Q", 1, won=(1,)), dials("Q", 2, 3, won=(3,), campaign="autumn", first=2),
    )  # fmt: skip
    dataset = cs.open({"calls": calls})
    assert touches(dataset.where(campaign_id="autumn")) == [(5, 2)]
    assert touches(dataset, by="campaign_id") == [(5, 2), (1, 1)]


def test_the_agent_and_the_list_are_those_of_the_winning_dial():
    calls = data(
        dials("P", 1, 2, agent_id="ann", list_id="x"),
        dials("P", 3, won=(3,), first=3, agent_id="bob", list_id="y"),
    )
    dataset = cs.open({"calls": calls})
    for column, value in (("agent_id", "bob"), ("list_id", "y")):
        found = cs.measure(dataset, "touches_per_contact_won", by=column)
        assert found[[column, "value"]].to_numpy().tolist() == [[value, 3.0]]


def test_wins_at_an_unknown_dial_are_told():
    calls = data(*(dials(f"P{i}", 1, won=(1,)) for i in range(9)), dials("X", 1, won=(1,)))
    calls.loc[calls["contact_id"] == "X", "attempt_no"] = None
    found = cs.measure(cs.open({"calls": calls}), "touches_per_contact_won")["note"].iloc[0]
    assert found == "not computable: touches is unknown for 10 % of contacts won"
    few = data(*(dials(f"P{i}", 1, won=(1,)) for i in range(39)), dials("X", 1, won=(1,)))
    few.loc[few["contact_id"] == "X", "attempt_no"] = None
    assert touches(cs.open({"calls": few})) == [(39, 39)]


def test_calls_that_were_received_win_nobody_here():
    calls = data(dials("P", 1, won=(1,), direction="inbound"), dials("Q", 1, 2, won=(2,)))
    assert touches(cs.open({"calls": calls})) == [(2, 1)]


def test_calls_without_numbers_are_counted_as_they_came():
    assert touches(cs.open({"calls": ROWS.drop(columns="attempt_no")})) == [(4, 2)]


def test_what_is_missing_is_named():
    calls = ROWS.drop(columns=["attempt_no", "contact_id"])
    note = cs.measure(cs.open({"calls": calls}), "touches_per_contact_won")["note"].iloc[0]
    assert note == "not computable: needs calls.attempt_no, calls.contact_id"


def test_the_demos_touches_are_counted_as_by_hand():
    """Each contact of the spring offer is dialled for it alone: its dials until its first success."""
    data = Path(__file__).parents[2] / "data" / "demo"
    spring = pd.read_parquet(data / "calls.parquet", filters=[("campaign_id", "==", "spring")])
    won = spring[spring["success"].fillna(False).astype(bool)].groupby("contact_id")["local_started_at"].min()
    dialled = spring.assign(won=spring["contact_id"].map(won))
    taken = dialled[dialled["local_started_at"] <= dialled["won"]].groupby("contact_id").size()
    september = taken[won.loc[taken.index] >= "2026-09-01"]
    dataset = cs.open(data).where(campaign_id="spring", period="2026-09")
    assert touches(dataset) == [(september.sum(), len(september))]
