"""Obstacles to a KPI's value: unknown flags, and rows that were rejected at import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import narwhals as nw

from callstats import checks
from callstats.dataset import Dataset
from callstats.engine.units import exact_terms, formula_terms
from callstats.kpis.define import (
    KPI,
    Condition,
    Count,
    Distinct,
    Linear,
    Predicate,
    Quantile,
    Ratio,
    Sum,
    Term,
    known,
)
from callstats.kpis.evaluate import total
from callstats.kpis.predicates import DIALS, NAMED, SUCCESSES
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
    refuses : bool
        False where the value stands for the rows that are known, and only says so.
    """

    column: str
    of: str
    rows: Linear
    left_out: Linear
    words: str = ""
    refuses: bool = True

    def judged(self, sums: Mapping[str, float], tolerance: float) -> tuple[str, bool]:
        """Return a note on one group, and whether its value can be given at all."""
        rows, left_out = total(self.rows, sums), total(self.left_out, sums)
        if left_out <= 0 or rows <= 0:
            return "", True
        if self.words:
            return (self.words if left_out == rows else ""), True
        if left_out / rows > tolerance:
            said = f"{self.column} is unknown for {_percent(left_out / rows)} of {self.of}"
            return (f"not computable: {said}", False) if self.refuses else (said, True)
        if not self.refuses:
            return "", True
        return f"{left_out:,.0f} of {rows:,.0f} {self.of} left out: {self.column} unknown", True


def unknowns(kpi: KPI, dataset: Dataset) -> list[Unknown]:
    """Return what may be unknown about a KPI.

    A ratio says itself which rows its flags leave out. A sum over a column that
    may be null would silently come out too small: such rows are counted here.
    So would a count of rows whose flag is unknown, and a mean over the few rows
    whose length is known speaks of those few: their values are given, with a note.
    """
    refusing = [*_flags(kpi), *_values(kpi, dataset)]
    covered = {name for doubt in refusing for name in doubt.column.split(" or ")}
    return [*refusing, *_undecided(kpi, dataset, covered)]


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


def _undecided(kpi: KPI, dataset: Dataset, covered: set[str]) -> Iterator[Unknown]:
    """Yield, for each column that a term asks of its rows, the rows on which it is unknown.

    Conditions are taken in their order, from the widest: rows that fail one are
    not asked the next.
    """
    said = set(covered)
    for where in _predicates(kpi):
        if where.table not in dataset.schemas:
            continue
        for column, rows in _asked(where, dataset.holes(where.table)):
            if column not in said:
                said.add(column)
                left_out = Count(rows) - Count(rows.also(rows.label, *known(column)))
                yield Unknown(column, rows.label, 1.0 * Count(rows), left_out, refuses=False)


def _predicates(kpi: KPI) -> Iterator[Predicate]:
    """Yield the rows that the terms of a formula read; of counted contacts, those whose contact is known."""
    if isinstance(kpi.formula, Quantile):
        yield kpi.formula.where
    for term in formula_terms(kpi):
        identity = known("contact_id") if isinstance(term, Distinct) and "contact_id" in term.of else ()
        yield term.where.also(term.where.label, *identity)
        if term.where.table in _MADE_FROM:
            yield _MADE_FROM[term.where.table]


def _asked(where: Predicate, holes: frozenset[str]) -> Iterator[tuple[str, Predicate]]:
    """Yield the columns of a predicate that are unknown on some rows, with the rows that each is asked of."""
    before: list[Condition] = []
    for condition in sorted(where.conditions, key=lambda c: c.column in holes):
        if condition.column in holes and _is_gap(where.table, condition.column):
            yield condition.column, _named(Predicate(where.table, where.table, tuple(before)))
        before.append(condition)


def _is_gap(table: str, column: str) -> bool:
    """Tell whether no value means that it is unknown, and not that there is nothing to tell.

    Nobody's call has no agent, an open case no solution and a call before the list
    was loaded no age: such columns are no gap, and neither are attributes of contacts.
    """
    if column not in TABLES[table].names:
        return False
    about = TABLES[table][column]
    return not about.derived and (about.type == "flag" or about.unit == "s" or column == "contact_id")


def _named(where: Predicate) -> Predicate:
    """Return a predicate under the name that the catalogue has for its rows."""
    same = (p for p in NAMED.values() if p.table == where.table and p.key == where.key)
    return next(same, where)


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


#: The calls that a made table says something of: what is unknown of them is missing there.
_MADE_FROM = {
    "deadlines": DIALS.also(DIALS.label, *known("contact_id")),
    "wins": SUCCESSES.also(SUCCESSES.label, *known("contact_id")),
}
#: Rules that leave out what stands elsewhere or never happened: nothing is lost with such a row.
_NO_LOSS = frozenset({*(rule.name for rule in checks.KEYS), "a call was dialled"})
#: Helper tables of dialers, by the canonical table that is made of them.
_MADE_OF = {"agent_log": "agent_time"}


def rejected(dataset: Dataset) -> dict[str, str]:
    """Return a note for each table of which too many rows were left out at import.

    A row that was left out has no group and no period: the share is that of the import.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset.rejects import Rejects
    >>> bad = pd.DataFrame({"table": ["calls"], "rule": ["a call has a time"]})
    >>> calls = pd.DataFrame({"call_id": ["1", "2", "3"], "direction": "outbound"})
    >>> rejected(Dataset({"calls": calls}, rejects=Rejects(bad)))
    {'calls': '25 % of the rows of calls were rejected at import'}
    """
    if not dataset.rejects.known or not len(dataset.rejects):
        return {}
    rows = dataset.rejects.frame()
    lost = rows.loc[~rows["rule"].isin(_NO_LOSS), "table"].replace(_MADE_OF).value_counts()
    shares = {table: bad / (bad + _rows_of(str(table), dataset)) for table, bad in lost.items()}
    return {
        str(table): f"{_percent(share)} of the rows of {table} were rejected at import"
        for table, share in shares.items()
        if share > dataset.config.unknown_tolerance
    }


def tables_read(kpi: KPI) -> tuple[str, ...]:
    """Return the tables whose rows a KPI adds up, those that one is made of in its place."""
    exact = (term.where for term in exact_terms(kpi))
    read = dict.fromkeys(where.table for where in (*_predicates(kpi), *exact))
    return tuple(dict.fromkeys(name for table in read for name in TABLES[table].made_of or (table,)))


def _rows_of(table: str, dataset: Dataset) -> int:
    """Return how many rows of a table came in, whatever the filters."""
    stated = dataset.provenance.get("rows", {}).get(table)
    if stated is not None:
        return int(stated)
    whole = dataset.frames.get(table)
    return 0 if whole is None else int(whole.select(n=nw.len()).collect("pandas")["n"].to_list()[0])


def _percent(share: float) -> str:
    """Format a share so that a proper part never shows as 0 or 100 %.

    Examples
    --------
    >>> _percent(0.641), _percent(0.9996), _percent(1)
    ('64 %', 'over 99 %', '100 %')
    """
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")
