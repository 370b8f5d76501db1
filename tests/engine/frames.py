"""A small call centre with every null there is, as plain rows and on every engine."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from callstats.model import TABLES

ENGINES = ("pandas", "pandas-objects", "polars", "polars-lazy", "arrow", "duckdb")

_ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "instant": pa.timestamp("us", "UTC"),
    "clock": pa.timestamp("us"),
    "date": pa.date32(),
}


def calls(n: int = 300, seed: int = 1) -> list[dict[str, Any]]:
    """Return calls whose flags, times, agents and contacts are unknown now and then."""
    draw = random.Random(seed)

    def some(value: Any, known: float = 0.9) -> Any:
        return value if draw.random() < known else None

    rows = []
    for i in range(n):
        handled = draw.random() < 0.5
        success = handled and draw.random() < 0.3
        rows.append(
            {
                "call_id": str(i),
                "contact_id": some(f"P{draw.randrange(n // 4)}", 0.95),
                "list_id": draw.choice(["A", "B"]),
                "campaign_id": some(draw.choice(["spring", "autumn"])),
                "agent_id": some(draw.choice(["Ann", "Bob", "Eve"])),
                "direction": draw.choice(["outbound", "outbound", "inbound"]),
                "local_started_at": some(
                    dt.datetime(2026, 8, 24, 9) + dt.timedelta(minutes=draw.randrange(60 * 24 * 20)), 0.97
                ),
                "handled": some(handled),
                "live": some(handled or draw.random() < 0.1),
                "success": some(success),
                "talk_s": some(float(draw.randrange(5, 600))) if handled else None,
                "hold_s": some(float(draw.randrange(60)), 0.5) if handled else None,
                "wrap_s": some(float(draw.randrange(60))) if handled else None,
                "value": 100.0 if success else None,
            }
        )
    return rows


def agent_time(seed: int = 2, days: int = 20) -> list[dict[str, Any]]:
    """Return a day's login of three agents, state by state."""
    draw = random.Random(seed)
    return [
        {
            "agent_id": agent,
            "campaign_id": draw.choice(["spring", "autumn"]),
            "local_start": dt.datetime(2026, 8, 24, 9) + dt.timedelta(days=day),
            "state": state,
            "seconds": float(draw.randrange(100, 5000)),
        }
        for day in range(days)
        for agent in ("Ann", "Bob", "Eve")
        for state in ("talk", "wrap", "wait", "pause")
    ]


CONNECTION = duckdb.connect()
CONNECTION.execute("SET TimeZone = 'UTC'")


def on(engine: str, table: str, rows: list[dict[str, Any]]) -> Any:
    """Return the rows of a canonical table as a frame of an engine."""
    names = list(rows[0])
    types = [_ARROW[TABLES[table][name].type] if name in TABLES[table].names else None for name in names]
    arrow = pa.table({n: pa.array([row[n] for row in rows], t) for n, t in zip(names, types, strict=True)})
    match engine:
        case "arrow":
            return arrow
        case "polars":
            return pl.from_arrow(arrow)
        case "polars-lazy":
            return pl.LazyFrame(pl.from_arrow(arrow))
        case "pandas":
            return arrow.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
        case "pandas-objects":
            return arrow.to_pandas()
        case "duckdb":
            return CONNECTION.from_arrow(arrow)
    raise ValueError(engine)
