"""The language of the KPIs -> Narwhals expressions over the rows of one table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce

import narwhals as nw

from callstats.kpis.define import Condition, Count, Predicate, Setting, Sum, Term


def condition(part: Condition, settings: Mapping[str, float]) -> nw.Expr:
    """Return a condition as an expression that is never true for an unknown value."""
    column, operand = nw.col(part.column), part.operand
    if isinstance(operand, Setting):
        operand = operand.value(settings)
    match part.operator:
        case "known":
            return ~column.is_null()
        case "in":
            return column.is_in(list(operand) if isinstance(operand, tuple) else [operand])
        case "==":
            # A flag is its own condition: comparing it with TRUE costs a pass over the column.
            return column if operand is True else ~column if operand is False else column == operand
        case "!=":
            return (column != operand) & ~column.is_null()  # pandas holds null unlike everything
        case "<":
            return column < operand
        case "<=":
            return column <= operand
        case ">":
            return column > operand
        case ">=":
            return column >= operand


def holds(where: Predicate, settings: Mapping[str, float]) -> nw.Expr | None:
    """Return all conditions of a predicate as one expression, None where there are none."""
    parts = [condition(part, settings) for part in where.conditions]
    return reduce(lambda a, b: a & b, parts) if parts else None


def flag(where: Predicate, settings: Mapping[str, float], dtype: type[nw.dtypes.NumericType]) -> nw.Expr:
    """Return 1 for rows that satisfy a predicate; 0 or null for the rest."""
    condition = holds(where, settings)
    return nw.lit(1, dtype) if condition is None else condition.cast(dtype)


def summand(term: Term, settings: Mapping[str, float], columns: Collection[str]) -> nw.Expr:
    """Return what a term adds up over the rows: 1 or the column's value, 0 or null where nothing.

    A column that is missing but may count as 0 adds nothing. For Distinct it
    is the flag of rows that count.
    """
    if not isinstance(term, Sum):
        return flag(term.where, settings, nw.Int64 if isinstance(term, Count) else nw.Int8)
    if term.column not in columns:
        return nw.lit(0.0)
    value, condition = nw.col(term.column), holds(term.where, settings)
    return value if condition is None else nw.when(condition).then(value)
