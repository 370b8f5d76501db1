"""The unit of a value follows from what its formula adds and divides."""

from __future__ import annotations

from typing import get_args

from callstats.kpis.define import Linear, Net, Quantile, Ratio, Sum, Unit
from callstats.model import TABLES

_ANY = "any"  # of a column that is not canonical: its unit is the firm's own affair

_QUOTIENTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("n", "n"): ("n", "%", "points"),
    ("n", "h"): ("1/h",),
    ("money", "h"): ("money/h",),
    ("money", "n"): ("money",),
    ("money", "money"): ("%", "n"),
    ("s", "n"): ("s",),
    ("h", "n"): ("h",),
    ("h", "h"): ("%", "n"),
    ("s", "s"): ("%", "n"),
    ("score", "n"): ("score",),
}


def implied_units(formula: Ratio | Net | Quantile) -> tuple[str, ...]:
    """Return the units a formula can have, the usual one first; none if it adds what cannot be added.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> implied_units(get("profit_per_hour").formula)
    ('money/h',)
    """
    numerator = _common(
        _column_units(formula) if isinstance(formula, Quantile) else _units(formula.numerator)
    )
    denominator = _common(_units(formula.denominator)) if isinstance(formula, Ratio) else numerator
    if not numerator or not denominator:
        return ()
    if _ANY in (numerator, denominator):
        return ("n", *(unit for unit in get_args(Unit) if unit != "n"))
    if not isinstance(formula, Ratio):
        return (numerator,)
    if formula.proportion:
        return ("%",) if numerator == denominator else ()
    return _QUOTIENTS.get((numerator, denominator), ())


def _common(units: set[str]) -> str:
    """Return the unit that all share; empty where they do not."""
    return _ANY if _ANY in units else next(iter(units)) if len(units) == 1 else ""


def _units(part: Linear) -> set[str]:
    return {
        _in_hours(_column_unit(term.where.table, term.column), weight) if isinstance(term, Sum) else "n"
        for term, weight in part
    }


def _column_units(formula: Quantile) -> set[str]:
    return {_in_hours(_column_unit(formula.where.table, column), formula.scale) for column in formula.of}


def _in_hours(unit: str, weight: float) -> str:
    return "h" if unit == "s" and abs(weight * 3600) == 1 else unit


def _column_unit(table: str, column: str) -> str:
    if table not in TABLES or column not in TABLES[table].names:
        return _ANY
    return TABLES[table][column].unit or "score"
