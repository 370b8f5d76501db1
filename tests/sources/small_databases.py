"""Small databases with invented rows, and the calls that are read from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from callstats.dataset.importing import read
from callstats.sources import find

LOG = (
    "uniqueid", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch", "length_in_sec", "status",
    "user", "phone_number", "comments",
)  # fmt: skip
CLOSER = (
    "closecallid INTEGER PRIMARY KEY", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch",
    "length_in_sec", "status", "user", "queue_seconds", "xfercallid", "uniqueid",
)  # fmt: skip
LIST = (
    "lead_id INTEGER PRIMARY KEY", "entry_date", "list_id", "gmt_offset_now", "called_count",
    "last_local_call_time", "status",
)  # fmt: skip
VICIDIAL = find("vicidial")


def dial(
    name: str, at: str, lead: int = 1, status: str = "NI", user: str = "ann", listed: int = 101
) -> tuple:
    return (name, lead, listed, "spring", at, None, 60, status, user, "600", "private")


def taken(number: int, name: str, at: str, lead: int = 1) -> tuple:
    return (number, lead, 101, "CLOSERS", at, None, 90, "SALE", "eve", 5, 77, name)


def lead(number: int, listed: int, loaded: str = "2026-01-05 10:00:00") -> tuple:
    return (number, loaded, listed, 2, 1, None, "NEW")


def database(file: Path, **tables: tuple[Sequence[str], Iterable[tuple]]) -> str:
    """Make a SQLite file, and return its address."""
    with sqlite3.connect(file) as base:
        for name, (columns, records) in tables.items():
            base.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            base.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", list(records))
    base.close()
    return f"sqlite:///{file}"


def calls_of(address: str, period: str | None = None, zone: str = "Europe/Paris", **more: Any) -> Any:
    options = {"source": "vicidial", **more}
    data = read(address, time_zone=zone, period=period, **options)
    return data.table("calls").collect().to_pandas().sort_values("call_id", ignore_index=True)
