"""The quick way for units that are in one arm only: one grouping by unit, no arm in its key.

Contacts of a list are on that list: the usual case. The smallest and largest
arm of every unit are taken along; if they differ anywhere, the quick way says
so and the sums are taken the long way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.expressions import condition
from callstats.engine.keys import is_any, raw
from callstats.engine.units import clustering, formula_terms, parts
from callstats.kpis.define import KPI, Condition, Distinct, Linear, Sum, Term
from callstats.moments import Moments, pair

#: Arms that are numbered row by row; with more, the long way is as quick.
_MOST_ARMS = 8


def single_arm_moments(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], unit: tuple[str, ...]
) -> dict[Any, Moments] | None:
    """Return the moments of each arm over contacts (or contacts by agent) that are in one arm each.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
    by : str
    arms : sequence
        As they are written.
    unit : tuple of str
        The contact first.

    Returns
    -------
    dict or None
        None where a unit has rows in two arms, where a row has no contact, or
        where the KPI's sums are not all taken from one table contact by contact.
    """
    terms = formula_terms(kpi)
    cluster = clustering(dataset, kpi, unit)
    if unit[0] != "contact_id" or cluster.rows or len(cluster.tables) != 1 or cluster.constants:
        return None
    if len(arms) > _MOST_ARMS or any(isinstance(t, Distinct) and t.of != unit for t in terms):
        return None
    names = tuple(parts(kpi))
    sums = _by_arm(_unit_rows(dataset, kpi, by, arms, unit), names)
    if any(low != high or (lost and any(numbers.values())) for low, high, lost, numbers in sums):
        return None
    known = {low: numbers for low, _, lost, numbers in sums if not lost}
    return {arm: _moments(known.get(i, {}), names) for i, arm in enumerate(arms)}


def _unit_rows(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], unit: tuple[str, ...]
) -> nw.LazyFrame:
    """Return numerator and denominator of every unit, and its smallest and largest arm."""
    terms = {f"__term{i}": term for i, term in enumerate(formula_terms(kpi))}
    first = next(iter(terms.values())).where
    read = sorted(c for term in terms.values() for c in term.where.columns)
    frame = dataset.table(first.table, *dict.fromkeys((by, *unit, *read)))
    settings = dataset.config.settings
    common = [c for c in first.conditions if all(c in t.where.conditions for t in terms.values())]
    known = [~nw.col(column).is_null() for column in unit[1:]]
    frame = frame.filter(is_any(by, arms), *known, *(condition(part, settings) for part in common))
    marks = {name: _mark(term, common, settings) for name, term in terms.items()}
    frame = frame.with_columns(__arm=_numbered(by, arms), **{k: v for k, v in marks.items() if v is not None})
    aggregates = [_added(name, term, marks[name] is None) for name, term in terms.items()]
    frame = frame.group_by(*unit).agg(
        nw.col("__arm").min().alias("__low"), nw.col("__arm").max().alias("__high"), *aggregates
    )
    columns = {f"__{name}": _linear(part, terms) for name, part in parts(kpi).items()}
    return frame.with_columns(**columns)


def _numbered(by: str, arms: Sequence[Any]) -> nw.Expr:
    """Return the arm's place among the arms."""
    last = nw.lit(len(arms) - 1, nw.Int8)
    return reduce(
        lambda rest, i: nw.when(nw.col(by) == raw(by, arms[i])).then(nw.lit(i, nw.Int8)).otherwise(rest),
        range(len(arms) - 2, -1, -1),
        last,
    )


def _mark(term: Term, common: Sequence[Condition], settings: Mapping[str, float]) -> nw.Expr | None:
    """Return what is not null on the rows that count; None where all rows do."""
    rest = [condition(part, settings) for part in term.where.conditions if part not in common]
    holds = reduce(lambda a, b: a & b, rest) if rest else None
    value = nw.col(term.column) if isinstance(term, Sum) else nw.lit(1, nw.Int8)
    if holds is None:
        return value if isinstance(term, Sum) else None
    return nw.when(holds).then(value)


def _added(name: str, term: Term, every_row: bool) -> nw.Expr:
    """Return the sum of a term within a contact: rows are counted, which is quicker than adding ones."""
    if isinstance(term, Sum):
        return nw.col(name).sum()
    return nw.len().alias(name) if every_row else nw.col(name).count()


def _linear(part: Linear, terms: Mapping[str, Term]) -> nw.Expr:
    """Return a part of the formula from the terms of a contact; a contact counts once."""
    names = {term.key: name for name, term in terms.items()}
    summands = []
    for term, weight in part:
        column = nw.col(names[term.key])
        value = (column > 0) if isinstance(term, Distinct) else column
        summands.append(weight * value.cast(nw.Float64).fill_null(0.0))
    return reduce(lambda a, b: a + b, summands)


def _by_arm(frame: nw.LazyFrame, names: tuple[str, ...]) -> list[tuple[int, int, bool, dict[str, float]]]:
    """Add units up by arm, those of the unknown contact apart."""
    pairs = [(a, b) for k, a in enumerate(names) for b in names[k:]]
    counts = reduce(lambda a, b: a | b, [nw.col(f"__{name}") != 0.0 for name in names])
    frame = frame.with_columns(
        __lost=nw.col("contact_id").is_null(),
        n=counts.cast(nw.Int64),
        **{f"{a} {b}": nw.col(f"__{a}") * nw.col(f"__{b}") for a, b in pairs},
    )
    columns = ["n", *(f"__{name}" for name in names), *(f"{a} {b}" for a, b in pairs)]
    keys = ("__low", "__high", "__lost")
    rows = frame.group_by(*keys).agg(nw.col(*columns).sum()).collect("pandas").rows(named=True)
    return [
        (int(r["__low"]), int(r["__high"]), bool(r["__lost"]), {c: float(r[c] or 0) for c in columns})
        for r in rows
    ]


def _moments(sums: Mapping[str, float], names: tuple[str, ...]) -> Moments:
    return Moments(
        int(sums.get("n", 0)),
        {name: sums.get(f"__{name}", 0.0) for name in names},
        {pair(a, b): sums.get(f"{a} {b}", 0.0) for k, a in enumerate(names) for b in names[k:]},
    )
