"""Hours read off the calls are those an agent was there, each counted once, on every engine."""

import pandas as pd
import pytest

import callstats as cs
from tests.dataset.test_deadlines import arrow_of, duckdb_of, lazy_polars_of, polars_of

ENGINES = [pd.DataFrame, polars_of, lazy_polars_of, arrow_of, duckdb_of]
PRICED = {"money.cost_per_hour": 10}


def worked(*calls):
    """Return calls of ann: campaign, start and minutes."""
    rows = [
        {
            "call_id": str(n), "contact_id": f"P{n}", "direction": "outbound", "agent_id": "ann",
            "campaign_id": campaign, "local_started_at": pd.Timestamp(start), "talk_s": 60.0 * minutes,
        }
        for n, (campaign, start, minutes) in enumerate(calls)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def measured(engine, calls, kpi, by=None):
    dataset = cs.open({"calls": engine(calls)}).configured(PRICED)
    return [float(v) for v in cs.measure(dataset, kpi, by=by, interval=False)["value"]]


@pytest.mark.parametrize("engine", ENGINES)
def test_calls_that_overlap_are_paid_once(engine):
    """9:00 to 9:40 in two calls of half an hour, 10:00 to 10:10: 70 minutes there, 70 of talk."""
    calls = worked(
        ("A", "2026-09-01 09:00", 30), ("B", "2026-09-01 09:10", 30), ("A", "2026-09-01 10:00", 10)
    )
    assert measured(engine, calls, "login_hours") == [pytest.approx(70 / 60)]
    assert measured(engine, calls, "cost") == [pytest.approx(10 * 70 / 60)]
    assert sum(measured(engine, calls, "cost", "campaign_id")) == pytest.approx(10 * 70 / 60)


@pytest.mark.parametrize("engine", ENGINES)
def test_more_talk_than_time_is_the_time(engine):
    """Three calls of an hour within an hour and a half, on one of two days."""
    calls = worked(
        ("A", "2026-09-01 09:00", 60), ("A", "2026-09-01 09:15", 60), ("B", "2026-09-01 09:30", 60),
        ("B", "2026-09-02 09:00", 30), ("B", "2026-09-02 10:00", 30),
    )  # fmt: skip
    assert measured(engine, calls, "login_hours") == [pytest.approx(3)]
    assert measured(engine, calls, "login_hours", "day") == [pytest.approx(1.5), pytest.approx(1.5)]


def test_clocks_without_seconds_make_no_hours():
    """A call of 40 seconds every 45: an hour, whether the seconds of the starts are known or not."""
    starts = pd.date_range("2026-09-01 09:00", periods=80, freq="45s")
    exact = worked(*(("A", start, 40 / 60) for start in starts))
    coarse = exact.assign(local_started_at=exact["local_started_at"].dt.floor("min"))
    (hour,), (found,) = (measured(pd.DataFrame, calls, "login_hours") for calls in (exact, coarse))
    assert hour == pytest.approx(1, abs=0.01)
    assert found == pytest.approx(1, abs=1 / 60)


def test_a_price_of_hours_that_meets_none_is_told_beside_every_figure_of_costs():
    """Without the agent of a call the profit of four dials lacks the wages."""
    calls = worked(("A", "2026-09-01 09:00", 30)).drop(columns="agent_id").assign(success=True)
    prices = {**PRICED, "money.cost_per_dial": 1, "money.value_per_success": 5}
    found = cs.measure(cs.open({"calls": calls}).configured(prices), ["profit", "revenue"], interval=False)
    profit, revenue = found["note"]
    assert "no cost of labour: neither agents' time nor the agent of a call is known" in profit
    assert "labour" not in revenue


def test_wages_that_are_stated_need_no_hours():
    calls = worked(("A", "2026-09-01 09:00", 30)).drop(columns="agent_id")
    costs = pd.DataFrame([{"period": "2026-09", "kind": "labour", "amount": 100.0}])
    found = cs.measure(cs.open({"calls": calls, "costs": costs}).configured(PRICED), "cost")
    assert found["value"].tolist() == [100]
    assert "labour" not in found["note"].iloc[0]
