"""Agents and bridges are the same on every engine and in any order of rows."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandas as pd
import pytest

import callstats as cs
from tests.engine import frames


def calls(n: int = 1200) -> list[dict[str, Any]]:
    """Return two months of calls of four agents, with unknown lists, agents and flags now and then."""
    draw = random.Random(3)

    def some(value: Any) -> Any:
        return value if draw.random() < 0.97 else None

    rows = []
    for i in range(n):
        handled = draw.random() < 0.6
        argued = handled and draw.random() < 0.7
        success = argued and draw.random() < 0.3
        started = dt.datetime(2026, 8 + i % 2, 1 + draw.randrange(20), 9 + draw.randrange(8), 30)
        rows.append(
            {
                "call_id": str(i), "contact_id": f"P{draw.randrange(n // 2)}", "campaign_id": "spring",
                "list_id": some(draw.choice("AB")),
                "agent_id": some(draw.choice(["Ann", "Bob", "Cid", "Dee"])),
                "direction": "outbound", "local_started_at": started, "attempt_no": draw.randrange(1, 4),
                "handled": handled, "argued": some(argued), "success": success,
                "value": 50.0 if success and i % 97 else None,
                "talk_s": float(draw.randrange(20, 600)) if handled else None,
                "wrap_s": float(draw.randrange(60)) if handled else None,
            }
        )  # fmt: skip
    return rows


def times() -> list[dict[str, Any]]:
    """Return four hours a day of each agent."""
    return [
        {"agent_id": agent, "campaign_id": "spring", "local_start": dt.datetime(2026, month, day, 9),
         "state": state, "seconds": seconds}
        for agent in ("Ann", "Bob", "Cid", "Dee") for month in (8, 9) for day in range(1, 21)
        for state, seconds in (("talk", 10800.0), ("pause", 3600.0))
    ]  # fmt: skip


def costs() -> list[dict[str, Any]]:
    """Return labour by day and advertising by month."""
    campaign = {"campaign_id": "spring", "list_id": None}
    days = [f"2026-{month:02}-{day:02}" for month in (8, 9) for day in range(1, 21)]
    daily = [{**campaign, "period": day, "kind": "labour", "amount": 90.0} for day in days]
    monthly = {**campaign, "period": "2026-09", "kind": "advertising", "amount": 200.0}
    return [*daily, monthly]


def opened(engine: str, shuffled: bool = False) -> cs.Dataset:
    tables = {"calls": calls(), "agent_time": times(), "costs": costs()}
    if shuffled:
        for rows in tables.values():
            random.Random(1).shuffle(rows)
    return cs.open({name: frames.on(engine, name, rows) for name, rows in tables.items()})


def compared(ds: cs.Dataset, kpi: str) -> pd.DataFrame:
    return cs.agents(ds, kpi, ["list_id", "hour", "attempt_no"]).to_frame()


@pytest.mark.parametrize(
    "kpi", ["conversion_per_conversation", "successes_per_login_hour", "average_handle_time"]
)
@pytest.mark.parametrize("engine", [e for e in frames.ENGINES if e != "pandas"])
def test_agents_are_the_same_on_every_engine(engine, kpi):
    pd.testing.assert_frame_equal(compared(opened(engine), kpi), compared(opened("pandas"), kpi))


@pytest.mark.parametrize("engine", [e for e in frames.ENGINES if e != "pandas"])
def test_bridges_are_the_same_on_every_engine(engine):
    found, reference = (cs.bridge(opened(e), "2026-08", "2026-09", bootstrap=50) for e in (engine, "pandas"))
    pd.testing.assert_frame_equal(found.to_frame(), reference.to_frame())


def test_the_order_of_rows_changes_nothing():
    for kpi in ("conversion_per_conversation", "average_handle_time"):
        pd.testing.assert_frame_equal(compared(opened("duckdb"), kpi), compared(opened("duckdb", True), kpi))
    found, again = (cs.bridge(opened("duckdb", s), "2026-08", "2026-09", bootstrap=50) for s in (False, True))
    pd.testing.assert_frame_equal(found.to_frame(), again.to_frame())


def test_the_profit_bridged_is_that_of_the_catalogue_with_nulls_everywhere():
    ds = opened("duckdb")
    found = cs.bridge(ds, "2026-08", "2026-09", bootstrap=0)
    profit = cs.measure(ds.where(period="2026-09"), "profit")["value"].iloc[0]
    assert found.end == pytest.approx(profit)
