"""Independent units (contacts, agent-days, respondents, rows), and the sums of terms within each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.sums import direction, with_summands
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
    apart = tuple(t for t in tables if all(dataset.reaches(t, column) for column in unit))
    calls = direction(formula_terms(kpi))
    if apart:
        rows = len(apart) == 1 and _one_row_each(dataset, apart[0], unit)
        return Clustering(unit, apart, tuple(t for t in tables if t not in apart), rows, (), calls)
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
    named = {"numerator": kpi.formula.numerator}
    if isinstance(kpi.formula, Ratio):
        named["denominator"] = kpi.formula.denominator
    return named


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


#: Tells rows apart whose unit is unknown.
_ROW = "__row"


@dataclass(frozen=True, slots=True)
class UnitSums:
    """One row per group and unit, with the sum of every term.

    Attributes
    ----------
    frame : nw.LazyFrame
    names : dict of str to str
        ``term.key`` -> its column.
    unit : tuple of str
        Columns that are null where the unit is unknown; empty where every row is one.
    rows : bool
        Rows of unknown unit were told apart and stand for themselves.
    """

    frame: nw.LazyFrame
    names: dict[str, str]
    unit: tuple[str, ...]
    rows: bool = False

    def linear(self, part: Linear) -> nw.Expr:
        """Return a weighted sum of terms, unit by unit; terms that do not fall into units are left out."""
        summands = [
            weight * nw.col(self.names[term.key]).cast(nw.Float64).fill_null(0.0)
            for term, weight in part
            if term.key in self.names
        ]
        return reduce(lambda a, b: a + b, summands) if summands else nw.lit(0.0)

    def known(self, value: str | float) -> nw.Expr:
        """Return a column or number where the unit is known, 0 elsewhere."""
        expr = nw.col(value) if isinstance(value, str) else nw.lit(value)
        if not self.unit:
            return expr
        known = reduce(lambda a, b: a & b, [~nw.col(column).is_null() for column in self.unit])
        if self.rows:
            known = known | ~nw.col(_ROW).is_null()
        return nw.when(known).then(expr).otherwise(nw.lit(0.0))

    def product(self, i: int, j: int) -> nw.Expr:
        """Return the product of two known columns."""
        return nw.col(f"k{i}") * nw.col(f"k{j}")

    def counted(self, numbers: Sequence[int]) -> nw.Expr:
        """Return 1 for units where any of the columns is not 0."""
        return reduce(lambda a, b: a | b, [nw.col(f"k{i}") != 0.0 for i in numbers]).cast(nw.Int64)


def unit_sums(
    dataset: Dataset, cluster: Clustering, terms: Sequence[Term], by: Sequence[str], tell_rows: bool = False
) -> UnitSums:
    """Return the sums of terms within every unit, lazily.

    With ``tell_rows`` each row of unknown unit is one of its own, where a table
    :func:`tells_rows`.

    Tables are put one below the other and added up again, so that a unit that
    only one of them knows, and an unknown one, is kept.
    """
    names = {term.key: f"__term{i}" for i, term in enumerate(terms)}
    if cluster.rows:
        columns = {names[term.key]: term for term in terms}
        frame = with_summands(dataset, cluster.tables[0], columns, by, cluster.direction)
        return UnitSums(frame, names, ())
    telling_rows = {t for t in cluster.tables if tell_rows and tells_rows(dataset, t, cluster.unit)}
    keys = list(dict.fromkeys((*by, *cluster.unit, *((_ROW,) if telling_rows else ()))))
    pieces = [
        _piece(dataset, cluster, piece, names, keys, piece[0].where.table in telling_rows)
        for piece in _pieces(terms, cluster.unit)
    ]
    if len(pieces) == 1:
        return UnitSums(pieces[0], names, _identity(cluster.unit), bool(telling_rows))
    columns = list(names.values())
    whole = nw.concat([_padded(piece, keys, columns) for piece in pieces], how="vertical")
    added = whole.group_by(*keys).agg(nw.col(*columns).sum())
    return UnitSums(added, names, _identity(cluster.unit), bool(telling_rows))


def _identity(unit: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that must be known: dials of a contact by no agent are a unit of contact x agent."""
    return ("contact_id",) if "contact_id" in unit else unit


def _pieces(terms: Sequence[Term], unit: tuple[str, ...]) -> list[list[Term]]:
    """Split terms by table, and by what is counted within the unit."""
    pieces: dict[tuple[str, tuple[str, ...]], list[Term]] = {}
    for term in terms:
        within = tuple(c for c in term.of if c not in unit) if isinstance(term, Distinct) else ()
        pieces.setdefault((term.where.table, within), []).append(term)
    return list(pieces.values())


def _piece(
    dataset: Dataset,
    cluster: Clustering,
    terms: Sequence[Term],
    names: dict[str, str],
    keys: list[str],
    tell_rows: bool,
) -> nw.LazyFrame:
    """Return one piece's sums by group and unit. What is counted once per unit is its largest flag."""
    table, first = terms[0].where.table, terms[0]
    within = tuple(c for c in first.of if c not in cluster.unit) if isinstance(first, Distinct) else ()
    wanted = [key for key in dict.fromkeys((*keys, *within)) if key != _ROW]
    columns = {names[term.key]: term for term in terms}
    only = cluster.direction if table == "calls" else ()
    rows = ("contact_id", *TABLES[table].key) if _ROW in keys and tell_rows else ()
    frame = with_summands(dataset, table, columns, wanted, only, keep=(*wanted, *rows))
    if _ROW in keys:
        frame = frame.with_columns(_row_key(table, tell_rows))
    flags = [names[term.key] for term in terms if isinstance(term, Distinct)]
    sums = [names[term.key] for term in terms if not isinstance(term, Distinct)]
    if within:
        deeper = list(dict.fromkeys((*keys, *within)))
        return frame.group_by(*deeper).agg(nw.col(*flags).max()).group_by(*keys).agg(nw.col(*flags).sum())
    aggregates = [*([nw.col(*flags).max()] if flags else []), *([nw.col(*sums).sum()] if sums else [])]
    return frame.group_by(*keys).agg(*aggregates)


def tells_rows(dataset: Dataset, table: str, unit: tuple[str, ...]) -> bool:
    """Tell whether rows of unknown unit can stand for themselves: calls of unknown contacts can.

    Calls of an unknown agent do not: they were not drawn one by one.
    """
    key = TABLES[table].key
    return "contact_id" in unit and len(key) == 1 and dataset.has(table, "contact_id", *key)


def _row_key(table: str, tell_rows: bool) -> nw.Expr:
    nothing = nw.lit(None, nw.String)
    if not tell_rows:
        return nothing.alias(_ROW)
    return (
        nw.when(nw.col("contact_id").is_null())
        .then(nw.col(TABLES[table].key[0]))
        .otherwise(nothing)
        .alias(_ROW)
    )


def _padded(piece: nw.LazyFrame, keys: list[str], columns: list[str]) -> nw.LazyFrame:
    """Give a piece the columns of the others, as 0, all of one type."""
    there = set(piece.collect_schema().names())
    numbers = [
        (nw.col(name).cast(nw.Float64) if name in there else nw.lit(0.0)).alias(name) for name in columns
    ]
    return piece.with_columns(*numbers).select(*keys, *columns)
