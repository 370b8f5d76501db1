"""From sums to a value: the arithmetic of every formula, in one place.

The engine fetches the sums, this module combines them. :func:`sums` is the
reference for what the engine fetches: plain loops over plain rows, slow and
easy to check by hand.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from callstats.kpis.define import (
    Condition,
    Count,
    Linear,
    Net,
    Predicate,
    Quantile,
    Ratio,
    Setting,
    Sum,
    Term,
)
from callstats.model import TABLES

Row = Mapping[str, Any]


class Evaluation(NamedTuple):
    """A value and the sums behind it.

    ``value`` is nan where it is not defined; :attr:`note` then says why.
    ``denominator`` is nan for a total, which has none.
    """

    value: float
    numerator: float
    denominator: float

    @property
    def note(self) -> str:
        """Why there is no value; empty if there is one."""
        if not math.isnan(self.value):
            return ""
        if self.denominator == 0:
            return "undefined: the denominator is 0"
        return "undefined: a sum is unknown"


def evaluate(formula: Ratio | Net, values: Mapping[str, float | None]) -> Evaluation:
    """Combine sums according to a formula.

    Parameters
    ----------
    formula : Ratio or Net
    values : mapping of str to float
        The sum of every term of the formula, by ``term.key``. None and nan
        are unknown and make the value unknown.

    Returns
    -------
    Evaluation
        (value, numerator, denominator); a ratio's value is already scaled,
        numerator and denominator are not.

    Raises
    ------
    KeyError
        A term of the formula has no value.
    TypeError
        The formula is a :class:`~callstats.kpis.define.Quantile`, which needs more than sums.

    Examples
    --------
    >>> from callstats.kpis.define import Predicate, Share, Condition
    >>> dials = Predicate("calls", "dials", (Condition("direction", "==", "outbound"),))
    >>> answered = dials.also("handled calls", Condition("handled", "==", True))
    >>> rate = Share(answered, dials)
    >>> part, whole = rate.numerator.weighted[0][0], rate.denominator.weighted[0][0]
    >>> evaluate(rate, {part.key: 30, whole.key: 120})
    Evaluation(value=0.25, numerator=30.0, denominator=120.0)
    >>> evaluate(rate, {part.key: 0, whole.key: 0}).note
    'undefined: the denominator is 0'
    """
    if isinstance(formula, Quantile):
        raise TypeError("a quantile is read off the rows, not off sums")
    numerator = total(formula.numerator, values)
    if isinstance(formula, Net):
        return Evaluation(numerator, numerator, math.nan)
    denominator = total(formula.denominator, values)
    value = multiplier(formula, values) * numerator / denominator if denominator else math.nan
    return Evaluation(value, numerator, denominator)


def multiplier(formula: Ratio, values: Mapping[str, float | None]) -> float:
    """Return what a ratio's quotient is multiplied by: its scale, and its factor if it has one."""
    if formula.factor is None:
        return formula.scale
    above, below = (total(part, values) for part in formula.factor)
    return formula.scale * above / below if below else math.nan


def unknown_share(formula: Ratio | Net, values: Mapping[str, float | None]) -> float:
    """Return the share of rows left out because a flag is null, from 0 to 1.

    It is 0 for formulas that leave nothing out, and nan if there are no rows
    at all.
    """
    if not isinstance(formula, Ratio) or formula.unknown is None:
        return 0.0
    unknown = total(formula.unknown, values)
    rows = unknown + total(formula.denominator, values)
    return unknown / rows if rows else math.nan


def total(part: Linear, values: Mapping[str, float | None]) -> float:
    """Return the weighted sum of the terms of a part of a formula; nan if one is unknown."""
    found = [(weight, values[term.key]) for term, weight in part]
    return math.fsum(math.nan if value is None else weight * float(value) for weight, value in found)


def sums(
    terms: Iterable[Term],
    tables: Mapping[str, Iterable[Row]],
    settings: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return every term's sum over plain rows, by ``term.key``: the reference for the engine.

    Parameters
    ----------
    terms : iterable of Count, Sum or Distinct
    tables : mapping of str to iterable of dict
        The rows of each canonical table; a column a row lacks is null.
    settings : mapping of str to float, optional
        Numbers the project sets.

    Examples
    --------
    >>> from callstats.kpis.predicates import DIALS
    >>> sums([Count(DIALS)], {"calls": [{"direction": "outbound"}, {"direction": "inbound"}]})
    {'count(calls: direction == outbound)': 1.0}
    """
    return {term.key: _sum(term, list(tables[term.where.table]), settings or {}) for term in terms}


def _sum(term: Term, rows: list[Row], settings: Mapping[str, float]) -> float:
    chosen = [row for row in rows if satisfies(row, term.where, settings)]
    if isinstance(term, Count):
        return float(len(chosen))
    if isinstance(term, Sum):
        return math.fsum(row[term.column] for row in chosen if row.get(term.column) is not None)
    clock = TABLES[term.where.table].clock
    keys = {tuple(_value(row, column, clock) for column in term.of) for row in chosen}
    return float(sum(None not in key for key in keys))


def satisfies(row: Row, predicate: Predicate, settings: Mapping[str, float]) -> bool:
    """Return whether a row satisfies every condition; an unknown value satisfies none."""
    return all(_holds(row.get(c.column), c, settings) for c in predicate.conditions)


_COMPARE = {
    "known": lambda _value, _operand: True,
    "==": lambda value, operand: value == operand,
    "!=": lambda value, operand: value != operand,
    "in": lambda value, operand: value in operand,
    "<": lambda value, operand: value < operand,
    "<=": lambda value, operand: value <= operand,
    ">": lambda value, operand: value > operand,
    ">=": lambda value, operand: value >= operand,
}


def _holds(value: Any, condition: Condition, settings: Mapping[str, float]) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):  # frames represent null as nan
        return False
    operand = condition.operand
    if isinstance(operand, Setting):
        operand = operand.value(settings)
    return _COMPARE[condition.operator](value, operand)


def _value(row: Row, column: str, clock: str | None) -> Any:
    if column not in ("day", "week", "shift"):
        return row.get(column)
    began = row.get("shift_start") if column == "shift" else None
    moment: dt.datetime | None = began or (row.get(clock) if clock else None)
    if moment is None:
        return None
    year, week, _ = moment.isocalendar()
    return moment.date() if column != "week" else (year, week)
