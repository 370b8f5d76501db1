"""Why a KPI cannot be computed, in a few words: a missing table, column or link."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callstats.dataset.clock import TIME_KEYS
from callstats.dataset.core import Dataset
from callstats.dataset.made_tables import without
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Distinct, Sum, Term
from callstats.model import MADE, TABLES


def obstacle(dataset: Dataset, kpi: KPI, by: Sequence[str] = ()) -> str | None:
    """Return why a KPI cannot be computed by some keys, None if it can.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> ds = Dataset({"calls": pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})})
    >>> obstacle(ds, get("answer_rate"))
    'needs calls.handled'
    >>> obstacle(ds, get("login_hours"))
    'needs agent_time'
    """
    return _first(dataset, {table: set(columns) for table, columns in kpi.needs.items()}, kpi.terms, by)


def check_terms(dataset: Dataset, terms: Iterable[Term], by: Sequence[str]) -> None:
    """Raise an error for terms that cannot be computed.

    Raises
    ------
    UsageError
        Names what is missing.
    """
    terms = list(terms)
    for key in by:
        dataset.check_key(key)
    needed: dict[str, set[str]] = {}
    for term in terms:
        columns = needed.setdefault(term.where.table, set())
        columns |= term.where.columns
        if isinstance(term, Sum) and term.if_missing is None:
            columns.add(term.column)
        if isinstance(term, Distinct):
            columns |= set(term.of) - TIME_KEYS.keys()
    reason = _first(dataset, needed, terms, by)
    if reason:
        raise UsageError(f"not computable: {reason}")


def _first(
    dataset: Dataset, needed: dict[str, set[str]], terms: Iterable[Term], by: Sequence[str]
) -> str | None:
    for table in needed:
        if table not in dataset.schemas:
            return f"needs {without(table, dataset.schemas) if table in MADE else table}"
    for term in terms:
        times = [c for c in term.of if c in TIME_KEYS] if isinstance(term, Distinct) else []
        if times and not dataset.reaches(term.where.table, times[0]):
            needed[term.where.table].add(TABLES[term.where.table].clock or times[0])
    missing = [
        f"{table}.{column}"
        for table, columns in needed.items()
        for column in sorted(columns)
        if not dataset.reaches(table, column)
    ]
    if missing:
        return "needs " + ", ".join(missing)
    for table in needed:
        lacking = [*(key for key in by if not dataset.reaches(table, key)), *dataset.unreached(table)]
        if lacking:
            return f"{table} has no {' and no '.join(dict.fromkeys(lacking))}"
    return None
