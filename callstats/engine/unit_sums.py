"""The first pass of a clustered question: each term's sum within every independent unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.sums import with_summands
from callstats.engine.units import Clustering
from callstats.kpis.define import Distinct, Linear, Term
from callstats.model import TABLES

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
    told = {t for t in cluster.tables if tell_rows and tells_rows(dataset, t, cluster.unit)}
    keys = list(dict.fromkeys((*by, *cluster.unit, *((_ROW,) if told else ()))))
    pieces = [
        _piece(dataset, cluster, piece, names, keys, piece[0].where.table in told)
        for piece in _pieces(terms, cluster.unit)
    ]
    if len(pieces) == 1:
        return UnitSums(pieces[0], names, _identity(cluster.unit), bool(told))
    columns = list(names.values())
    whole = nw.concat([_padded(piece, keys, columns) for piece in pieces], how="vertical")
    added = whole.group_by(*keys).agg(nw.col(*columns).sum())
    return UnitSums(added, names, _identity(cluster.unit), bool(told))


def _identity(unit: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that must be known: dials of a contact by no agent are a unit of contact x agent."""
    return ("contact_id",) if "contact_id" in unit else unit


def _pieces(terms: Sequence[Term], unit: tuple[str, ...]) -> list[list[Term]]:
    """Split terms by table, and by what is counted within the unit."""
    found: dict[tuple[str, tuple[str, ...]], list[Term]] = {}
    for term in terms:
        within = tuple(c for c in term.of if c not in unit) if isinstance(term, Distinct) else ()
        found.setdefault((term.where.table, within), []).append(term)
    return list(found.values())


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
    have = set(piece.collect_schema().names())
    numbers = [
        (nw.col(name).cast(nw.Float64) if name in have else nw.lit(0.0)).alias(name) for name in columns
    ]
    return piece.with_columns(*numbers).select(*keys, *columns)
