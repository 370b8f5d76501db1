"""The language of the KPIs -> Narwhals expressions over the rows of one table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.filters import among
from callstats.kpis.define import Condition, Count, Predicate, Setting, Sum, Term


def condition(part: Condition, settings: Mapping[str, float]) -> nw.Expr:
    """Return a condition as an expression that is never true for an unknown value."""
    column, operand = nw.col(part.column), part.operand
    if isinstance(operand, Setting):
        operand = operand.value(settings)
    if part.operator == "==" and isinstance(operand, bool):
        return column if operand else ~column  # a flag is its own condition: comparing it costs a pass
    return _COMPARE[part.operator](column, operand)


_COMPARE: dict[str, Callable[[nw.Expr, Any], nw.Expr]] = {
    "known": lambda column, _: ~column.is_null(),
    "in": among,
    "==": lambda column, operand: column == operand,
    "!=": lambda column, operand: (column != operand) & ~column.is_null(),  # to pandas null differs from all
    "<": lambda column, operand: column < operand,
    "<=": lambda column, operand: column <= operand,
    ">": lambda column, operand: column > operand,
    ">=": lambda column, operand: column >= operand,
}


def holds(where: Predicate, settings: Mapping[str, float], known: tuple[str, ...] = ()) -> nw.Expr | None:
    """Return all conditions of a predicate, and that columns are known, as one; None where there are none."""
    parts = [condition(part, settings) for part in where.conditions]
    parts += [~nw.col(column).is_null() for column in known]
    return reduce(lambda a, b: a & b, parts) if parts else None


def summand(term: Term, settings: Mapping[str, float], columns: Collection[str]) -> nw.Expr:
    """Return what a term adds up over the rows: 1 or the column's value, 0 or null where nothing.

    A column that is missing but may count as 0 adds nothing. For Distinct it
    is 1 on the rows whose values count.
    """
    if not isinstance(term, Sum):
        counts = isinstance(term, Count)
        rows = holds(term.where, settings, () if counts else term.of)
        dtype = nw.Int64 if counts else nw.Int8
        return nw.lit(1, dtype) if rows is None else rows.cast(dtype)
    if term.column not in columns:
        return nw.lit(0.0)
    value, rows = nw.col(term.column), holds(term.where, settings)
    return value if rows is None else nw.when(rows).then(value)
