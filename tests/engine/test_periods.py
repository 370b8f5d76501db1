"""Units that have rows in two periods."""

from __future__ import annotations

import pandas as pd
import pytest

import callstats as cs
from callstats.engine.periods import shared_sums
from callstats.kpis import get
from tests.engine.frames import ENGINES, on


def calls() -> pd.DataFrame:
    """P and Q are dialled in both months, R and the unknown contact in one each."""
    rows = [
        ("1", "P", "2026-08-03", True, 10.0),
        ("2", "P", "2026-08-04", False, 0.0),
        ("3", "Q", "2026-08-04", False, 0.0),
        ("4", "R", "2026-08-05", True, 30.0),
        ("5", "P", "2026-09-01", True, 40.0),
        ("6", "Q", "2026-09-01", True, 50.0),
        ("7", "Q", "2026-09-02", True, 0.0),
        ("8", None, "2026-09-02", True, 70.0),
    ]
    frame = pd.DataFrame(rows, columns=["call_id", "contact_id", "day", "handled", "value"])
    clock = pd.to_datetime(frame.pop("day")).astype("datetime64[us]")
    made = frame.assign(direction="outbound", campaign_id="spring", success=frame["value"] > 0)
    return made.assign(local_started_at=clock)


COSTS = [
    {"campaign_id": "spring", "period": period, "kind": "labour", "amount": amount}
    for period, amount in (("2026-08", 7.0), ("2026-09", 9.0))
]


def months(engine: str = "pandas") -> tuple[cs.Dataset, cs.Dataset]:
    rows = calls().astype(object).where(calls().notna(), None).to_dict("records")
    ds = cs.Dataset({"calls": on(engine, "calls", rows), "costs": on(engine, "costs", COSTS)})
    return ds.where(period="2026-09"), ds.where(period="2026-08")


@pytest.mark.parametrize("engine", ENGINES)
def test_only_units_of_both_periods_count(engine: str) -> None:
    """Now P answers 1 of 1 and Q 2 of 2; before P answers 1 of 2 and Q 0 of 1."""
    found = shared_sums(*months(engine), [get("answer_rate")], ["campaign_id"])["spring",]["answer_rate"]
    assert found.units == 2
    assert found.now == {"numerator": 3.0, "denominator": 3.0}
    assert found.before == {"numerator": 1.0, "denominator": 3.0}
    assert found.products == {
        ("numerator", "numerator"): 1.0 * 1 + 2 * 0,
        ("numerator", "denominator"): 1.0 * 2 + 2 * 1,
        ("denominator", "numerator"): 1.0 * 1 + 2 * 0,
        ("denominator", "denominator"): 1.0 * 2 + 2 * 1,
    }


def test_costs_fall_into_no_unit_and_are_told_apart() -> None:
    found = shared_sums(*months(), [get("profit")])[()]["profit"]
    assert (found.now["numerator"], found.before["numerator"]) == (90.0, 10.0)
    assert [known["numerator"] for known in found.exact] == [-9.0, -7.0]
    assert found.products["numerator", "numerator"] == 40.0 * 10


def test_a_day_of_an_agent_is_in_one_period_only() -> None:
    time = pd.DataFrame(
        {
            "agent_id": ["Ann", "Ann"],
            "state": "talk",
            "seconds": [3600.0, 3600.0],
            "local_start": pd.to_datetime(["2026-08-03", "2026-09-01"]).astype("datetime64[us]"),
        }
    )
    ds = cs.Dataset({"calls": calls().assign(agent_id="Ann"), "agent_time": time})
    now, before = ds.where(period="2026-09"), ds.where(period="2026-08")
    assert shared_sums(now, before, [get("occupancy"), get("average_handle_time")]) == {}


def test_periods_without_a_common_unit_share_nothing() -> None:
    ds = cs.Dataset({"calls": calls()})
    first, last = ds.where(period="2026-08-05"), ds.where(period="2026-09-01")
    assert shared_sums(last, first, [get("answer_rate")]) == {}
