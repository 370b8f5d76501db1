"""How a KPI's sums fall into independent units: contacts, agent-days, respondents, rows."""

from __future__ import annotations

from dataclasses import dataclass

from callstats.dataset.core import Dataset
from callstats.engine.expressions import direction
from callstats.kpis.define import KPI, UNIT_COLUMNS, Condition, Distinct, Linear, Quantile, Ratio, Term
from callstats.model import TABLES


@dataclass(frozen=True, slots=True)
class Clustering:
    """What is drawn independently, and which sums of a KPI can be told apart by it.

    Attributes
    ----------
    unit : tuple of str
        The columns that tell units apart; empty where nothing is drawn.
    tables : tuple of str
        Tables whose sums fall into units.
    constants : tuple of str
        Tables whose sums do not: they are taken as exact.
    rows : bool
        Every row is a unit of its own.
    missing : tuple of str
        The unit's columns that no table has, so that rows had to stand for units.
    direction : tuple of Condition
        The calls the KPI speaks of: who only rang in is no unit of what was dialled.
    """

    unit: tuple[str, ...]
    tables: tuple[str, ...]
    constants: tuple[str, ...] = ()
    rows: bool = False
    missing: tuple[str, ...] = ()
    direction: tuple[Condition, ...] = ()


def clustering(dataset: Dataset, kpi: KPI, unit: tuple[str, ...] | None = None) -> Clustering:
    """Return how the sums of a KPI fall into units of its independence, or of other columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> ds = Dataset({"calls": pd.DataFrame({"call_id": ["1"], "contact_id": ["P1"]})})
    >>> found = clustering(ds, get("answer_rate"))
    >>> found.unit, found.tables, found.rows, [str(c) for c in found.direction]
    (('contact_id',), ('calls',), False, ['direction == outbound'])
    """
    unit = UNIT_COLUMNS[kpi.independence] if unit is None else unit
    tables = tuple(dict.fromkeys(term.where.table for term in formula_terms(kpi)))
    if not unit:
        return Clustering((), (), tables)
    told = tuple(t for t in tables if all(dataset.reaches(t, column) for column in unit))
    calls = direction(formula_terms(kpi))
    if told:
        rows = len(told) == 1 and _one_row_each(dataset, told[0], unit)
        return Clustering(unit, told, tuple(t for t in tables if t not in told), rows, (), calls)
    missing = tuple(c for c in unit if not any(dataset.reaches(t, c) for t in tables))
    return Clustering(unit, tables[:1], tables[1:], True, missing or unit, calls)


def _one_row_each(dataset: Dataset, table: str, unit: tuple[str, ...]) -> bool:
    """Tell whether the unit holds the table's key, so that grouping would change nothing."""
    key = TABLES[table].key
    return bool(key) and set(key) <= set(unit) and dataset.has(table, *unit)


def parts(kpi: KPI) -> dict[str, Linear]:
    """Return the sums a KPI's value is made of: numerator and, for a ratio, denominator."""
    if isinstance(kpi.formula, Quantile):
        return {}
    found = {"numerator": kpi.formula.numerator}
    if isinstance(kpi.formula, Ratio):
        found["denominator"] = kpi.formula.denominator
    return found


def formula_terms(kpi: KPI) -> tuple[Term, ...]:
    """Return the terms of numerator and denominator, without those that count what is unknown."""
    return tuple(dict.fromkeys(term for part in parts(kpi).values() for term, _ in part))


def adds_up(term: Term, cluster: Clustering) -> bool:
    """Tell whether a term's total is the sum over the units.

    Different contacts do not add up over agents: one contact may count in several.
    """
    if term.where.table not in cluster.tables:
        return False
    return not isinstance(term, Distinct) or set(cluster.unit) <= set(term.of)
