"""The sums of KPIs by day, and the products of the rows within days: one pass, grouped by few days.

What counts contacts does not add up over days: a contact dialled on three days is one
contact. Its sum is shared out over the days in proportion to the rows that count: dials
for contacts attempted, successes for contacts won.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import narwhals as nw
import numpy as np

from callstats.dataset.clock import unknown, written
from callstats.dataset.core import Dataset
from callstats.engine.keys import Group
from callstats.engine.needs import check_terms
from callstats.engine.sums import with_summands
from callstats.engine.units import clustering, formula_terms, part_key, parts
from callstats.kpis.define import KPI, Count, Distinct, Linear, Quantile, Ratio, Term
from callstats.moments import DaySums, Moments, pair

#: Tables whose clock says when something was loaded or paid, not when people were dialled.
_UNTIMED = ("contacts", "costs")
#: Column of the number of calls, by which sums without a day are shared out.
_ROWS = "__rows"


def day_sums(
    dataset: Dataset,
    kpis: Iterable[KPI],
    by: Sequence[str],
    totals: Mapping[Group, Mapping[str, Moments]],
) -> dict[Group, dict[str, DaySums]]:
    """Return the sums of every KPI's numerator and denominator by day.

    Parameters
    ----------
    dataset : Dataset
    kpis : iterable of KPI
        Those without any table that knows the day, and quantiles, are left out.
    by : sequence of str
        As :func:`callstats.engine.moments` takes it.
    totals : mapping
        What that function returned: the days' sums add up to these.

    Returns
    -------
    dict
        Group -> name of the KPI -> DaySums with the columns ``numerator`` and, for a
        ratio, ``denominator``. Sums that belong to no day, costs among them, are shared
        out over the days in proportion to their calls.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.engine import moments
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": list("123"), "contact_id": list("PPQ"), "direction": "outbound",
    ...     "handled": [False, True, True],
    ...     "local_started_at": pd.to_datetime(["2026-09-01", "2026-09-02", "2026-09-02"]),
    ... })
    >>> ds, kpi = Dataset({"calls": calls}), get("answer_rate")
    >>> found = day_sums(ds, [kpi], (), moments(ds, [kpi]))[()]["answer_rate"]
    >>> found.days, found.sums["numerator"].tolist(), found.within["denominator", "denominator"]
    ((20260901, 20260902), [0.0, 2.0], 3.0)
    """
    able = [k for k in kpis if not isinstance(k.formula, Quantile) and _tables(dataset, k)]
    if not able:
        return {}
    check_terms(dataset, [t for kpi in able for t in formula_terms(kpi)], by)
    tables = dict.fromkeys(table for kpi in able for table in _tables(dataset, kpi))
    pieces = [_read(_Piece(dataset, table, able, tuple(by))) for table in tables]
    found: dict[Group, dict[str, DaySums]] = {}
    for group, by_kpi in totals.items():
        rows = [piece[group] for piece in pieces if group in piece]
        own = {
            kpi.name: _put_together(dataset, kpi, rows, by_kpi[kpi.name])
            for kpi in able
            if kpi.name in by_kpi
        }
        found[group] = {name: sums for name, sums in own.items() if sums is not None}
    return found


def _tables(dataset: Dataset, kpi: KPI) -> list[str]:
    """Return the tables of a KPI's terms that know the day."""
    named = dict.fromkeys(term.where.table for term in formula_terms(kpi))
    if kpi.domain == "reach" and {"contacts", "deadlines"} & set(named):
        return []  # how far a list has come is a state: other days would not bring another one
    return [table for table in named if table not in _UNTIMED and dataset.reaches(table, "day")]


def lies_within_a_day(dataset: Dataset, kpi: KPI) -> bool:
    """Return whether a KPI's independent units never last longer than a day: agent-days, single calls."""
    cluster = clustering(dataset, kpi)
    return cluster.rows or "day" in cluster.unit or "call_id" in cluster.unit


@dataclass(frozen=True)
class _Piece:
    """What one table contributes to several KPIs: equal parts and products are summed once."""

    dataset: Dataset
    table: str
    kpis: Sequence[KPI]
    by: tuple[str, ...]

    @property
    def terms(self) -> dict[str, Term]:
        """Column -> term of this table."""
        own = {t.key: t for kpi in self.kpis for t in formula_terms(kpi) if t.where.table == self.table}
        return {f"__term{i}": term for i, term in enumerate(own.values())}

    def columns(self) -> tuple[dict[str, nw.Expr], dict[str, nw.Expr]]:
        """Return every part of every KPI, and the products of its parts where rows are smaller than units."""
        names = {term.key: column for column, term in self.terms.items()}
        sums: dict[str, nw.Expr] = {}
        products: dict[str, nw.Expr] = {}
        for kpi in self.kpis:
            own = [part for part in parts(kpi).values() if any(t.key in names for t, _ in part)]
            sums |= {part_key(part): _weighted(part, names) for part in own}
            if not lies_within_a_day(self.dataset, kpi):
                pairs = [(a, b) for k, a in enumerate(own) for b in own[k:]]
                products |= {
                    name: nw.col(part_key(a)) * nw.col(part_key(b))
                    for a, b in pairs
                    if (name := _product_column(kpi, a, b)) not in sums
                }
        return sums, products


def _is_flag(part: Linear) -> bool:
    """Return whether a part is 0 or 1 on every row."""
    terms = list(part)
    return len(terms) == 1 and terms[0][1] == 1 and isinstance(terms[0][0], Count | Distinct)


def _product_column(kpi: KPI, a: Linear, b: Linear) -> str:
    """Return the column of a product; a flag times itself, or what it is a share of, is the flag."""
    share = isinstance(kpi.formula, Ratio) and kpi.formula.proportion
    if _is_flag(a) and _is_flag(b) and (a == b or share):
        return part_key(a if a == b else parts(kpi)["numerator"])
    return " x ".join(sorted((part_key(a), part_key(b))))


def _weighted(part: Linear, names: Mapping[str, str]) -> nw.Expr:
    added: nw.Expr = nw.lit(0.0)
    for term, weight in part:
        if term.key in names:
            added = added + weight * nw.col(names[term.key]).cast(nw.Float64).fill_null(0.0)
    return added


_Rows = dict[str, np.ndarray]


def _read(piece: _Piece) -> dict[Group, _Rows]:
    """Return one table's columns by group; each is an array over its days, in order."""
    sums, products = piece.columns()
    keys = list(dict.fromkeys((*piece.by, "day")))
    of = [column for term in piece.terms.values() if isinstance(term, Distinct) for column in term.of]
    frame = with_summands(piece.dataset, piece.table, piece.terms, dict.fromkeys((*keys, *of)), keep=keys)
    calls = 1.0 if piece.table == "calls" else 0.0
    frame = frame.with_columns(**sums).with_columns(**products, **{_ROWS: nw.lit(calls)})
    names = [*sums, *products, _ROWS]
    rows: Any = frame.group_by(*keys).agg(nw.col(*names).sum()).collect("pandas").to_native()
    rows = rows[rows["day"].notna()].sort_values("day", kind="stable")
    by_group: dict[Group, _Rows] = {}
    groups = rows.groupby(list(piece.by), sort=False, dropna=False) if piece.by else [((), rows)]
    for group, own in groups:
        values = group if isinstance(group, tuple) else (group,)
        shown = tuple(
            None if unknown(value) else written(key, value)
            for key, value in zip(piece.by, values, strict=True)
        )
        arrays = {name: own[name].fillna(0.0).to_numpy(dtype=float) for name in names}
        by_group[shown] = {"day": own["day"].to_numpy(dtype=int), **arrays}
    return by_group


def _put_together(dataset: Dataset, kpi: KPI, rows: Sequence[_Rows], totals: Moments) -> DaySums | None:
    """Add up what the tables contribute to one KPI, so that the days' sums are its totals."""
    days = tuple(sorted({int(day) for own in rows for day in own["day"]}))
    if not days or any(isnan(total) for total in totals.sums.values()):
        return None
    frames = [_on(days, own) for own in rows]
    dated = {name: _DatedPart.of(part, totals.sums[name], frames) for name, part in parts(kpi).items()}
    sums = {name: part.by_day for name, part in dated.items()}
    if lies_within_a_day(dataset, kpi):
        return DaySums(days, sums)
    names = list(dated)
    within = {
        pair(a, b): sum(_product(kpi, dated[a], dated[b], own) for own in frames)
        for k, a in enumerate(names)
        for b in names[k:]
    }
    return DaySums(days, sums, within)


def _on(days: tuple[int, ...], own: _Rows) -> _Rows:
    """Return a table's arrays with a place for every day."""
    at = np.searchsorted(np.asarray(days), own["day"])
    spread = {}
    for name, values in own.items():
        if name != "day":
            spread[name] = np.zeros(len(days))
            np.add.at(spread[name], at, values)
    return spread


@dataclass(frozen=True)
class _DatedPart:
    """One part of a formula: its sums by day, and what its rows in the data stand for.

    ``factor`` is applied to a row's own value; ``each`` is what every call adds where sums
    belong to no day: costs and contacts loaded are shared out over the dials.
    """

    part: Linear
    by_day: np.ndarray
    factor: float = 1.0
    each: float = 0.0

    @classmethod
    def of(cls, part: Linear, total: float, frames: Sequence[_Rows]) -> _DatedPart:
        nothing, column = np.zeros(len(frames[0][_ROWS])), part_key(part)
        dated = sum((own[column] for own in frames if column in own), nothing)
        whole = float(dated.sum())
        if dated.any() and all(isinstance(term, Distinct) for term, _ in part):
            factor = total / whole if whole else 1.0
            return cls(part, dated * factor, factor)
        rows = sum((own[_ROWS] for own in frames), nothing)
        each = (total - whole) / float(rows.sum()) if rows.any() else 0.0
        return cls(part, dated + rows * each, 1.0, each)


def _product(kpi: KPI, a: _DatedPart, b: _DatedPart, own: _Rows) -> float:
    """Return the sum over one table's rows of the product of two parts."""
    both = part_key(a.part) in own and part_key(b.part) in own
    column = _product_column(kpi, a.part, b.part)
    found = float(own[column].sum()) * a.factor * b.factor if both and column in own else 0.0
    for one, other in ((a, b), (b, a)):
        if (alone := part_key(one.part)) in own:
            found += float(own[alone].sum()) * one.factor * other.each
    return found + a.each * b.each * float(own[_ROWS].sum())
