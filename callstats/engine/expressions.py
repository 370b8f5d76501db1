"""The language of the KPIs -> Narwhals expressions over the rows of one table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.filters import among
from callstats.kpis.define import Condition, Count, Predicate, Setting, Sum, Term, known


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


def holds(
    where: Predicate, settings: Mapping[str, float], given: Collection[Condition] = ()
) -> nw.Expr | None:
    """Return all conditions of a predicate but those given anyway as one; None where there are none."""
    parts = [condition(part, settings) for part in where.conditions if part not in given]
    return reduce(lambda a, b: a & b, parts) if parts else None


def summand(
    term: Term, settings: Mapping[str, float], columns: Collection[str], given: Collection[Condition] = ()
) -> nw.Expr:
    """Return what a term adds up over the rows: 1 or the column's value, 0 or null where nothing.

    A column that is missing but may count as 0 adds nothing. For Distinct it
    is 1 on the rows whose values count. Conditions that are ``given`` on all
    rows left are not asked again: each costs a pass over its column.
    """
    if not isinstance(term, Sum):
        where = term.where if isinstance(term, Count) else term.where.also(term.label, *known(*term.of))
        rows = holds(where, settings, given)
        dtype = nw.Int64 if isinstance(term, Count) else nw.Int8
        return nw.lit(1, dtype) if rows is None else rows.cast(dtype)
    if term.column not in columns:
        return nw.lit(0.0)
    value, rows = nw.col(term.column), holds(term.where, settings, given)
    return value if rows is None else nw.when(rows).then(value)


def direction(terms: Iterable[Term]) -> tuple[Condition, ...]:
    """Return the condition on the direction that all terms over calls share, if there is one."""
    found = {
        next((c for c in term.where.conditions if c.column == "direction"), None)
        for term in terms
        if term.where.table == "calls"
    }
    return tuple(c for c in found if c is not None) if len(found) == 1 else ()
