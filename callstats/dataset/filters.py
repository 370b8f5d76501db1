"""Filters: a period and the requested values, applied to every table they can reach."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset import table_links as links
from callstats.dataset.period import Period
from callstats.errors import UsageError
from callstats.model import TABLES


@dataclass(frozen=True, slots=True)
class Filters:
    """What a data set is narrowed to: a period, and the values allowed in columns."""

    period: Period | None = None
    equals: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.period is not None or bool(self.equals)

    @property
    def key(self) -> Hashable:
        """Equal for equal filters."""
        return (self.period, tuple(sorted(self.equals.items(), key=lambda item: item[0])))

    def __str__(self) -> str:
        parts = [
            f"{name} {' or '.join(str(v) for v in values)}" for name, values in sorted(self.equals.items())
        ]
        return ", ".join([*parts, *([self.period.label] if self.period else [])])

    def narrowed(self, period: Period | None, equals: Mapping[str, tuple[Any, ...]]) -> Filters:
        """Return these filters combined with others; a value must pass both."""
        merged = dict(self.equals)
        for name, values in equals.items():
            merged[name] = tuple(v for v in values if v in merged.get(name, values))
        return Filters(_both(self.period, period), merged)

    def beyond(self, columns: links.Columns, table: str) -> tuple[str, ...]:
        """Return the filtered columns that a table neither has nor is linked to."""
        lacking = [name for name in self.equals if links.path(columns, table, name) is None]
        if self.period is not None and not _takes_periods(columns, table):
            lacking.append(TABLES[table].clock or "period")
        return tuple(lacking)

    def columns(self, columns: links.Columns, table: str) -> tuple[str, ...]:
        """Return the filtered columns that a table can reach."""
        names = [name for name in self.equals if links.path(columns, table, name) is not None]
        clock = links.clock(columns, table)
        return (*names, clock) if self.period is not None and clock is not None else tuple(names)

    def conditions(self, columns: links.Columns, table: str) -> list[nw.Expr]:
        """Return the conditions a table's rows must satisfy, on its own columns and attached ones."""
        conditions = [
            among(nw.col(name), values)
            for name, values in self.equals.items()
            if links.path(columns, table, name) is not None
        ]
        if self.period is not None and (inside := _inside(columns, table, self.period)) is not None:
            conditions.append(inside)
        return conditions


def among(column: nw.Expr, values: Sequence[Any]) -> nw.Expr:
    """Return whether a column is one of some values.

    A few are compared one by one: DuckDB then skips the parts of a Parquet file
    that hold none of them, which it does not do for a list.
    """
    if not values or len(values) > _FEW:
        return column.is_in(list(values))
    return reduce(lambda a, b: a | b, [column == value for value in values])


_FEW = 16


def _both(a: Period | None, b: Period | None) -> Period | None:
    if a is None or b is None:
        return a or b
    start, end = max(a.start, b.start), min(a.end, b.end)
    if start >= end:
        raise UsageError(
            f"{b.label} lies outside {a.label}", hint="Start from the data set as it was opened."
        )
    return next((p for p in (b, a) if (p.start, p.end) == (start, end)), Period.between(start, end))


def _takes_periods(columns: links.Columns, table: str) -> bool:
    """Contacts have no period, costs hold theirs as text, the rest have clocks."""
    return table in ("contacts", "costs") or links.clock(columns, table) is not None


def _inside(columns: links.Columns, table: str, period: Period) -> nw.Expr | None:
    clock = links.clock(columns, table)
    if clock is None:
        return _cost_inside(period) if table == "costs" else None
    start, end = (datetime(day.year, day.month, day.day) for day in (period.start, period.end))
    inside = (nw.col(clock) >= start) & (nw.col(clock) < end)
    return inside | nw.col(clock).is_null() if TABLES[table].undated else inside


def _cost_inside(period: Period) -> nw.Expr:
    """Days by their date; months only where the whole month lies in the period."""
    text = nw.col("period")
    days = (
        (text.str.len_chars() == len("2026-09-14")) & (text >= str(period.start)) & (text < str(period.end))
    )
    return days | text.is_in(list(period.months)) if period.months else days


def as_values(value: Any) -> tuple[Any, ...]:
    """Return one value or many as a tuple.

    Examples
    --------
    >>> as_values("A"), as_values(["A", "B"])
    (('A',), ('A', 'B'))
    """
    many = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return tuple(dict.fromkeys(value)) if many else (value,)


def coerced(name: str, value: Any, dtype: nw.dtypes.DType) -> Any:
    """Convert a value to its column's type: on a command line everything is text.

    Raises
    ------
    UsageError
        It cannot be a value of that column.
    """
    try:
        if dtype == nw.Boolean:
            return _FLAGS[str(value).lower()]
        if dtype.is_numeric():
            return float(value) if dtype.is_float() else int(value)
    except (KeyError, ValueError, TypeError) as error:
        kind = "true or false" if dtype == nw.Boolean else "a number"
        raise UsageError(f"{value!r} is no value of {name}", hint=f"It takes {kind}.") from error
    return str(value) if dtype == nw.String else value


_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
