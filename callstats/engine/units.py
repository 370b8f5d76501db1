"""Independent units (contacts, agent-days, respondents, rows), and the sums of terms within each."""

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
    """What is sampled independently, and which sums of a KPI can be split by it.

    Attributes
    ----------
    unit : tuple of str
        The columns that identify units; empty where nothing is sampled.
    tables : tuple of str
        Tables whose sums can be split by unit.
    constants : tuple of str
        Tables whose sums cannot: they are treated as exact.
    rows : bool
        Every row is a separate unit.
    missing : tuple of str
        The unit's columns that no table has, so that rows had to serve as units.
    direction : tuple of Condition
        The calls the KPI speaks of: who only rang in is no unit of what was dialled.
    overnight : bool
        Shifts go on over midnight, so that they do not add up over days.
    """

    unit: tuple[str, ...]
    tables: tuple[str, ...]
    constants: tuple[str, ...] = ()
    rows: bool = False
    missing: tuple[str, ...] = ()
    direction: tuple[Condition, ...] = ()
    overnight: bool = False


def clustering(dataset: Dataset, kpi: KPI, unit: tuple[str, ...] | None = None) -> Clustering:
    """Return how a KPI's sums split into its independent units, or into units of other columns.

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
    apart = tuple(
        t for t in tables if not TABLES[t].shared and all(dataset.reaches(t, column) for column in unit)
    )
    calls = direction(formula_terms(kpi))
    if apart:
        rows = len(apart) == 1 and _one_row_each(dataset, apart[0], unit)
        overnight = dataset.has("agent_time", "shift_start")
        others = tuple(t for t in tables if t not in apart)
        return Clustering(unit, apart, others, rows, (), calls, overnight)
    missing = tuple(c for c in unit if not any(dataset.reaches(t, c) for t in tables))
    return Clustering(unit, tables[:1], tables[1:], True, missing or unit, calls)


def _one_row_each(dataset: Dataset, table: str, unit: tuple[str, ...]) -> bool:
    """Return whether the unit contains the table's key, so that grouping would change nothing."""
    key = TABLES[table].key
    return bool(key) and set(key) <= set(unit) and dataset.has(table, *unit)


def parts(kpi: KPI) -> dict[str, Linear]:
    """Return the sums that make up a KPI's value: numerator and, for a ratio, denominator."""
    if isinstance(kpi.formula, Quantile):
        return {}
    named = {"numerator": kpi.formula.numerator}
    if isinstance(kpi.formula, Ratio):
        named["denominator"] = kpi.formula.denominator
    return named


def part_key(part: Linear) -> str:
    """Return a key for what a part of a formula sums, the same for equal parts."""
    return " ".join(sorted(f"{weight!r}*{term.key}" for term, weight in part))


def formula_terms(kpi: KPI) -> tuple[Term, ...]:
    """Return the terms of numerator and denominator, without those that count unknowns."""
    return tuple(dict.fromkeys(term for part in parts(kpi).values() for term, _ in part))


def adds_up(term: Term, cluster: Clustering) -> bool:
    """Return whether a term's total is the sum over the units.

    Distinct contacts do not add up over agents: one contact may count for several.
    """
    if term.where.table not in cluster.tables:
        return False
    return not isinstance(term, Distinct) or set(cluster.unit) <= _told_apart(term, cluster)


def _told_apart(term: Distinct, cluster: Clustering) -> set[str]:
    """Return what a term tells apart: a shift is a day where none goes on over midnight."""
    of = set(term.of)
    return of | {"day"} if "shift" in of and not cluster.overnight else of


def exact_terms(kpi: KPI) -> tuple[Term, ...]:
    """Return the terms of the exact ratio that multiplies a KPI's value, if it has one."""
    factor = kpi.formula.factor if isinstance(kpi.formula, Ratio) else None
    return tuple(dict.fromkeys(term for part in factor or () for term, _ in part))


#: Distinguishes rows whose unit is unknown.
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
        Columns that are null where the unit is unknown; empty where every row is a unit.
    rows : bool
        Rows of unknown unit each count as a separate unit.
    """

    frame: nw.LazyFrame
    names: dict[str, str]
    unit: tuple[str, ...]
    rows: bool = False

    def linear(self, part: Linear) -> nw.Expr:
        """Return a weighted sum of terms, unit by unit; terms that cannot be split by unit are left out."""
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
        """Return 1 for units where any of the columns is nonzero."""
        return reduce(lambda a, b: a | b, [nw.col(f"k{i}") != 0.0 for i in numbers]).cast(nw.Int64)


def unit_sums(
    dataset: Dataset, cluster: Clustering, terms: Sequence[Term], by: Sequence[str], tell_rows: bool = False
) -> UnitSums:
    """Return the sums of terms within every unit, lazily.

    With ``tell_rows`` each row of unknown unit is a separate unit, in tables for
    which :func:`tells_rows` holds.

    Tables are concatenated and summed again, so that units found in only one of
    them, and unknown units, are kept.
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
    """Return the columns that must be known: a contact's dials without an agent are a unit too."""
    return ("contact_id",) if "contact_id" in unit else unit


def _pieces(terms: Sequence[Term], unit: tuple[str, ...]) -> list[list[Term]]:
    """Split terms by table, and by what is counted within the unit."""
    pieces: dict[tuple[str, tuple[str, ...]], list[Term]] = {}
    for term in terms:
        within = _within(term, unit)
        pieces.setdefault((term.where.table, within), []).append(term)
    return list(pieces.values())


def _within(term: Term, unit: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a term tells apart within a unit; its shifts are the unit's day."""
    if not isinstance(term, Distinct):
        return ()
    return tuple(c for c in term.of if c not in unit and not (c == "shift" and "day" in unit))


def _piece(
    dataset: Dataset,
    cluster: Clustering,
    terms: Sequence[Term],
    names: dict[str, str],
    keys: list[str],
    tell_rows: bool,
) -> nw.LazyFrame:
    """Return one piece's sums by group and unit. Something counted once per unit is its largest flag."""
    table, first = terms[0].where.table, terms[0]
    within = _within(first, cluster.unit)
    of = [column for term in terms if isinstance(term, Distinct) for column in term.of]
    wanted = [key for key in dict.fromkeys((*keys, *within, *of)) if key != _ROW]
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
    """Return whether rows of unknown unit can count as separate units: calls to unknown contacts can.

    Calls by an unknown agent cannot: they were not sampled one by one.
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
    """Add the other pieces' columns to a piece, as 0, all of one type."""
    there = set(piece.collect_schema().names())
    numbers = [
        (nw.col(name).cast(nw.Float64) if name in there else nw.lit(0.0)).alias(name) for name in columns
    ]
    return piece.with_columns(*numbers).select(*keys, *columns)
