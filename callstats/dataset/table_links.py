"""Columns that a table has only through another: scores by agent, calls by an attribute of the contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import narwhals as nw

from callstats.dataset.clock import TIME_KEYS
from callstats.model import CHARGED_AT, TABLES

Columns = Mapping[str, frozenset[str]]


def path(columns: Columns, table: str, column: str) -> tuple[str, ...] | None:
    """Return the tables that lead from ``table`` to a column, () if it has it, None if none do.

    Parameters
    ----------
    columns : mapping of str to set of str
        The columns of every table present.

    Examples
    --------
    >>> have = {"calls": frozenset({"call_id", "agent_id"}), "evaluations": frozenset({"call_id"})}
    >>> path(have, "evaluations", "agent_id")
    ('calls',)
    >>> path(have, "calls", "agent_id"), path(have, "calls", "region")
    ((), None)
    """
    if column in columns.get(table, ()):
        return ()
    if table == "costs" and CHARGED_AT in columns[table]:  # charged to calls: told apart by what they are
        rest = path(columns, "calls", column)
        return None if rest is None else ("calls", *rest)
    for target, on in TABLES[table].links.items():
        if target in columns and set(on) <= columns[table] and set(on) <= columns[target]:
            rest = path(columns, target, column)
            if rest is not None:
                return (target, *rest)
    return None


def clock(columns: Columns, table: str) -> str | None:
    """Return the column a table's hours and days are read from, its own or a linked table's."""
    if table == "costs":
        return CHARGED_AT if CHARGED_AT in columns[table] else None
    for name in (table, *TABLES[table].links):
        column = TABLES[name].clock
        if column is not None and path(columns, table, column) is not None:
            return column
    return None


def has_key(columns: Columns, table: str, key: str) -> bool:
    """Return whether a table can be grouped by a column or a time key (hour, weekday, day, week, month)."""
    if key not in TIME_KEYS:
        return path(columns, table, key) is not None
    if table == "costs" and CHARGED_AT not in columns[table]:
        return key == "month" and "period" in columns[table]
    return clock(columns, table) is not None


def attach(
    frames: Mapping[str, nw.LazyFrame], columns: Columns, table: str, wanted: Iterable[str]
) -> nw.LazyFrame:
    """Return a table with the wanted columns, joined in where it lacks them."""
    frame = frames[table]
    by_target: dict[str, list[str]] = {}
    for column in dict.fromkeys(wanted):
        way = path(columns, table, column)
        if way:
            by_target.setdefault(way[0], []).append(column)
    for target, names in by_target.items():
        on = _shared_key(columns, table, target)
        other = attach(frames, columns, target, names).select(*on, *names)
        frame = frame.join(_one_row_each(other, target, on, names), on=list(on), how="left")
    return frame


def _shared_key(columns: Columns, table: str, target: str) -> tuple[str, ...]:
    """Return the link's columns plus any others of the target's key that both have: contact and list."""
    both = columns[table] & columns[target]
    link = TABLES[table].links[target]
    return (*link, *(c for c in TABLES[target].key if c in both and c not in link))


def _one_row_each(frame: nw.LazyFrame, target: str, on: tuple[str, ...], names: list[str]) -> nw.LazyFrame:
    """Make sure a join adds no rows: to a call without a list, a contact on two lists is one contact."""
    if set(TABLES[target].key) <= set(on):
        return frame
    return frame.group_by(*on).agg(nw.col(*names).min())


def key_expression(columns: Columns, table: str, key: str) -> nw.Expr:
    """Return the expression of a time key over the table's clock (attached beforehand)."""
    if table == "costs":
        period = nw.col("period").str
        return period.slice(0, 4).cast(nw.Int64) * 100 + period.slice(5, 2).cast(nw.Int64)
    column = clock(columns, table)
    if column is None:
        raise KeyError(f"{table} has no clock")  # callers ask has_key first
    own = "shift_start" if key == "shift" and "shift_start" in columns[table] else column
    return TIME_KEYS[key](nw.col(own))
