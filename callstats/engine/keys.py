"""Values of a column or time key as people write them, looked for in the rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.clock import TIME_KEYS


def raw(key: str, value: Any) -> Any:
    """Return what stands in the rows for a value as it is written: 202609 for a month 2026-09.

    The opposite of :func:`callstats.dataset.clock.written`.

    Examples
    --------
    >>> raw("month", "2026-09"), raw("week", "2026-W36"), raw("day", "2026-09-14"), raw("list_id", "A")
    (202609, 739859, 20260914, 'A')
    """
    if key not in TIME_KEYS or isinstance(value, int):
        return value
    if key == "week":
        year, week = str(value).split("-W")
        return date.fromisocalendar(int(year), int(week), 1).toordinal()
    return int(str(value).replace("-", ""))


def same(key: str, value: Any) -> nw.Expr:
    """Return the condition that a row has a value."""
    return nw.col(key) == raw(key, value)


def is_any(key: str, values: Iterable[Any]) -> nw.Expr:
    """Return the condition that a row has one of some values; a few are compared one by one."""
    wanted = [raw(key, value) for value in values]
    if len(wanted) > 8:
        return nw.col(key).is_in(wanted)
    return reduce(lambda a, b: a | b, [nw.col(key) == value for value in wanted])
