"""Obstacles to a KPI's value: unknown flags, and amounts common to all groups.

The price of a list is recorded by list; wages and line costs are not. A profit by
list that counted only amounts with a list would be far too high, yet look right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from callstats.dataset import Dataset
from callstats.engine.keys import Group
from callstats.engine.units import formula_terms
from callstats.kpis.define import KPI, Count, Linear, Ratio, Sum, Term, known
from callstats.kpis.evaluate import total
from callstats.model import TABLES


@dataclass(frozen=True, slots=True)
class Unknown:
    """Rows that should count but cannot, since a column is null.

    Attributes
    ----------
    column : str
        What is unknown.
    of : str
        The rows concerned, in words.
    rows, left_out : Linear
        Number of rows, and number on which it is unknown.
    words : str
        The note if the column may count as 0; empty if it may not.
    """

    column: str
    of: str
    rows: Linear
    left_out: Linear
    words: str = ""

    def judged(self, sums: Mapping[str, float], tolerance: float) -> tuple[str, bool]:
        """Return a note on one group, and whether its value can be given at all."""
        rows, left_out = total(self.rows, sums), total(self.left_out, sums)
        if left_out <= 0 or rows <= 0:
            return "", True
        if self.words:
            return (self.words if left_out == rows else ""), True
        if left_out / rows > tolerance:
            return (
                f"not computable: {self.column} is unknown for {_percent(left_out / rows)} of {self.of}",
                False,
            )
        return f"{left_out:,.0f} of {rows:,.0f} {self.of} left out: {self.column} unknown", True


def unknowns(kpi: KPI, dataset: Dataset) -> list[Unknown]:
    """Return what may be unknown about a KPI.

    A ratio specifies which rows its flags leave out. A sum over a column that may
    be null would silently be too small, so such rows are counted here.
    """
    return [*_flags(kpi), *_values(kpi, dataset)]


def counted(doubts: list[Unknown]) -> list[Term]:
    """Return the terms that count how much is unknown."""
    return [term for doubt in doubts for part in (doubt.rows, doubt.left_out) for term, _ in part]


def _flags(kpi: KPI) -> Iterator[Unknown]:
    if not isinstance(kpi.formula, Ratio) or kpi.formula.unknown is None:
        return
    left_out = kpi.formula.unknown
    whole = [(term, weight) for term, weight in left_out if weight > 0]
    less = [term for term, weight in left_out if weight < 0]
    columns = {c for term in less for c in term.where.columns} - {
        c for term, _ in whole for c in term.where.columns
    }
    names = " or ".join(sorted(columns)) or "a flag"
    yield Unknown(names, " + ".join(str(term) for term, _ in whole), Linear(tuple(whole)), left_out)


def _values(kpi: KPI, dataset: Dataset) -> Iterator[Unknown]:
    for term in formula_terms(kpi):
        if not isinstance(term, Sum) or term.column in term.where.columns:
            continue
        table = TABLES[term.where.table]
        if term.column in table.names and not table[term.column].nullable:
            continue
        rows = Count(term.where)
        if not dataset.reaches(term.where.table, term.column):
            left_out = 1.0 * rows
        else:
            left_out = rows - Count(term.where.also(term.where.label, *known(term.column)))
        words = f"{term.column}: {term.if_missing}" if term.if_missing else ""
        yield Unknown(term.column, term.where.label, 1.0 * rows, left_out, words)


def _percent(share: float) -> str:
    """Format a share so that a proper part never shows as 0 or 100 %.

    Examples
    --------
    >>> _percent(0.641), _percent(0.9996), _percent(1)
    ('64 %', 'over 99 %', '100 %')
    """
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def shared_obstacle(
    kpi: KPI, group: Group, keys: Sequence[str], sums: Mapping[Group, Mapping[str, float]]
) -> str | None:
    """Return why a group's share of common amounts is unknown, None if there are none.

    Parameters
    ----------
    kpi : KPI
    group : tuple
        Values of the keys.
    keys : sequence of str
    sums : mapping of group to mapping of str to float
        Sums by term, of every group.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> sums = {("A",): {"sum(costs.amount: all)": 10.0}, (None,): {"sum(costs.amount: all)": 90.0}}
    >>> shared_obstacle(get("profit"), ("A",), ["list_id"], sums)
    '90 of the cost belongs to no list_id'
    """
    terms = [term for term in formula_terms(kpi) if TABLES[term.where.table].shared]
    if not terms or None in group:
        return None
    above = [other for other in sums if None in other and _covers(other, group)]
    amounts = {term: sum(sums[other].get(term.key, 0.0) for other in above) for term in terms}
    if not any(amounts.values()):
        return None
    lacking = {key for other in above for key, value in zip(keys, other, strict=True) if value is None}
    table = terms[0].where.table.removesuffix("s")
    return f"{max(amounts.values()):,.0f} of the {table} belongs to no {' and no '.join(sorted(lacking))}"


def _covers(other: Group, group: Group) -> bool:
    """Return whether a group with unknown keys may contain rows of another."""
    return all(a is None or a == b for a, b in zip(other, group, strict=True))
