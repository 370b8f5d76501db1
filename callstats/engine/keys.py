"""Groups and their keys: find displayed values in the rows, and collect sums by them.

This is the only place where rows leave an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.clock import TIME_KEYS, unknown, written


def raw(key: str, value: Any) -> Any:
    """Return the stored form of a displayed value: 202609 for the month 2026-09.

    The inverse of :func:`callstats.dataset.clock.written`.

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


Group = tuple[Any, ...]


def totals_by(frame: nw.LazyFrame, by: Sequence[str], columns: Sequence[str]) -> nw.LazyFrame:
    """Return the sums of columns by group; a single row if there are no groups."""
    sums = [nw.col(column).sum() for column in columns]
    return frame.group_by(*by).agg(*sums) if by else frame.select(*sums)


def collected(frame: nw.LazyFrame, by: Sequence[str], columns: Sequence[str]) -> dict[Group, list[float]]:
    """Run a query and return its numbers by group; null is 0.

    Time keys come out in their displayed form.
    """
    rows = frame.collect("pandas").to_native()
    keys = [[written(key, value) for value in rows[key]] for key in by]
    numbers = [[0.0 if unknown(value) else float(value) for value in rows[column]] for column in columns]
    groups = zip(*keys, strict=True) if by else [()] * len(rows)
    return {group: list(row) for group, row in zip(groups, zip(*numbers, strict=True), strict=True)}


def in_order(groups: Mapping[Group, Any] | set[Group]) -> list[Group]:
    """Return groups sorted by their keys, the unknown last.

    Examples
    --------
    >>> in_order({("b", 1), (None, 2), ("a", 3)})
    [('a', 3), ('b', 1), (None, 2)]
    """
    try:
        return sorted(groups, key=lambda group: [(key is None, 0 if key is None else key) for key in group])
    except TypeError:  # two tables hold the key in different types
        return sorted(groups, key=lambda group: [(key is None, str(key)) for key in group])
