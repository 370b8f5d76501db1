"""What a wall clock says about a row: hour, weekday, day, week, month.

Written as integers that every engine can compute, and turned into text only
for the few groups of a result: not every engine can truncate to a month or
convert time zones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import narwhals as nw


def _day(clock: nw.Expr) -> nw.Expr:
    return (clock.dt.year() * 100 + clock.dt.month()) * 100 + clock.dt.day()


def _ordinal(clock: nw.Expr) -> nw.Expr:
    """Return the day number, counted as ``date.toordinal`` does."""
    past = clock.dt.year() - 1
    return 365 * past + past // 4 - past // 100 + past // 400 + clock.dt.ordinal_day()


def _monday(clock: nw.Expr) -> nw.Expr:
    return _ordinal(clock) - clock.dt.weekday() + 1


def seconds(clock: nw.Expr) -> nw.Expr:
    """Return whole seconds since the first day of the calendar, as a number that every engine can compute."""
    hour, minute, second = (
        part.cast(nw.Float64) for part in (clock.dt.hour(), clock.dt.minute(), clock.dt.second())
    )  # some engines count hours in one byte
    return _ordinal(clock).cast(nw.Float64) * 86400.0 + hour * 3600.0 + minute * 60.0 + second


def _month(clock: nw.Expr) -> nw.Expr:
    return clock.dt.year() * 100 + clock.dt.month()


def _week_text(monday: int) -> str:
    year, week, _ = date.fromordinal(monday).isocalendar()
    return f"{year}-W{week:02d}"


#: Expression of the clock column, by key; weekday 1 is Monday.
TIME_KEYS: dict[str, Callable[[nw.Expr], nw.Expr]] = {
    "hour": lambda clock: clock.dt.hour(),
    "weekday": lambda clock: clock.dt.weekday(),
    "day": _day,
    "shift": _day,  # the day a shift began; the day itself where a table knows no shifts
    "week": _monday,
    "month": _month,
}


def _day_text(day: int) -> str:
    return f"{day // 10000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


_TEXT: dict[str, Callable[[int], Any]] = {
    "hour": int,
    "weekday": int,
    "day": _day_text,
    "shift": _day_text,
    "week": _week_text,
    "month": lambda n: f"{n // 100:04d}-{n % 100:02d}",
}


def unknown(value: Any) -> bool:
    """Return whether a value is None, nan, NaT or pandas' NA."""
    import pandas as pd

    return value is None or pd.isna(value) is True


def written(key: str, value: Any) -> Any:
    """Return a group's value as people write it: None for unknown, 2026-09 for a month.

    Examples
    --------
    >>> written("month", 202609), written("week", 739861), written("list_id", "A")
    ('2026-09', '2026-W36', 'A')
    """
    if unknown(value):
        return None
    if key in _TEXT:
        return _TEXT[key](int(value))
    return value.item() if hasattr(value, "item") else value
