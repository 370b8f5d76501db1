"""The quick way for units that are in one arm only: one grouping by unit, no arm in its key.

Contacts of a list are on that list: the usual case. How many rows of every unit
lie in each arm is counted along; if a unit has rows in two, the quick way says so
and the sums are taken the long way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.expressions import condition
from callstats.engine.keys import is_any, same
from callstats.engine.units import clustering, formula_terms, parts
from callstats.kpis.define import KPI, Condition, Distinct, Linear, Sum, Term, known
from callstats.moments import Moments, pair

#: Arms that are counted apart; with more, the long way is as quick.
_MOST_ARMS = 8


def single_arm_moments(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    arms: Sequence[Any],
    unit: tuple[str, ...],
    complete: bool = False,
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
    complete : bool
        The arms are all there are: rows of other arms need not be looked for.

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
    sums = _by_arm(_unit_rows(dataset, kpi, by, arms, unit, complete), names)
    if any(numbers["mixed"] or (lost and any(numbers.values())) for _, lost, numbers in sums):
        return None
    found = {arm: numbers for arm, lost, numbers in sums if not lost}
    return {arm: _moments(found.get(i, {}), names) for i, arm in enumerate(arms)}


def _unit_rows(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], unit: tuple[str, ...], complete: bool
) -> nw.LazyFrame:
    """Return numerator and denominator of every unit, its arm, and whether it has rows in another."""
    terms = {f"__term{i}": term for i, term in enumerate(formula_terms(kpi))}
    first = next(iter(terms.values())).where
    read = sorted(c for term in terms.values() for c in term.where.columns)
    frame = dataset.table(first.table, *dict.fromkeys((by, *unit, *read)))
    settings = dataset.config.settings
    common = _common(list(terms.values()))
    told = [~nw.col(column).is_null() for column in unit[1:]]
    inside = ~nw.col(by).is_null() if complete else is_any(by, arms)
    frame = frame.filter(inside, *told, *(condition(part, settings) for part in common))
    marks = {name: _mark(term, common, settings) for name, term in terms.items()}
    places = {f"__in{i}": nw.when(same(by, arms[i])).then(nw.lit(1, nw.Int8)) for i in range(1, len(arms))}
    frame = frame.with_columns(**places, **{k: v for k, v in marks.items() if v is not None})
    added = [_added(name, term, marks[name] is None) for name, term in terms.items()]
    counts = [nw.col(name).count() for name in places]
    frame = frame.group_by(*unit).agg(nw.len().alias("__rows"), *counts, *added)
    columns = {f"__{name}": _linear(part, terms) for name, part in parts(kpi).items()}
    return frame.with_columns(**columns, **_place(len(arms)))


def _common(terms: Sequence[Term]) -> list[Condition]:
    """Return the conditions that hold on the rows of every term: what is compared is known as well."""
    implied = [{*t.where.conditions, *known(*t.where.columns)} for t in terms]
    every = [c for c in {c: None for one in implied for c in one} if all(c in one for one in implied)]
    told = {c.column for c in every if c.operator != "known"}
    kept = [c for c in every if c.operator != "known" or c.column not in told]
    return sorted(kept, key=str)


def _place(arms: int) -> dict[str, nw.Expr]:
    """Return which arm a unit is in, and whether it has rows in several."""
    rows = nw.col("__rows")
    inside = [nw.col(f"__in{i}") for i in range(1, arms)]
    arm, apart = nw.lit(0, nw.Int8), nw.lit(False)
    for i, count in enumerate(inside, 1):
        arm = nw.when(count > 0).then(nw.lit(i, nw.Int8)).otherwise(arm)
        apart = apart | ((count > 0) & (count < rows))
    return {"__arm": arm, "mixed": apart}


def _mark(term: Term, common: Sequence[Condition], settings: Mapping[str, float]) -> nw.Expr | None:
    """Return what is not null on the rows that count; None where all rows do."""
    told = {c.column for c in common}
    rest = [
        condition(part, settings)
        for part in term.where.conditions
        if part not in common and not (part.operator == "known" and part.column in told)
    ]
    holds = reduce(lambda a, b: a & b, rest) if rest else None
    value = nw.col(term.column) if isinstance(term, Sum) else nw.lit(1, nw.Int8)
    if holds is None:
        return value if isinstance(term, Sum) else None
    return nw.when(holds).then(value)


def _added(name: str, term: Term, every_row: bool) -> nw.Expr:
    """Return the sum of a term within a unit: rows are counted, which is quicker than adding ones."""
    if isinstance(term, Sum):
        return nw.col(name).sum()
    return nw.len().alias(name) if every_row else nw.col(name).count()


def _linear(part: Linear, terms: Mapping[str, Term]) -> nw.Expr:
    """Return a part of the formula from the terms of a contact; a contact counts once."""
    names = {term.key: name for name, term in terms.items()}
    summands = []
    for term, weight in part:
        column = nw.col(names[term.key])
        if isinstance(term, Sum):
            column = column.fill_null(0.0)
        value = ((column > 0) if isinstance(term, Distinct) else column).cast(nw.Float64)
        summands.append(value if weight == 1 else weight * value)
    return reduce(lambda a, b: a + b, summands)


def _by_arm(frame: nw.LazyFrame, names: tuple[str, ...]) -> list[tuple[int, bool, dict[str, float]]]:
    """Add units up by arm, those of the unknown contact apart."""
    pairs = [(a, b) for k, a in enumerate(names) for b in names[k:]]
    counts = reduce(lambda a, b: a | b, [nw.col(f"__{name}") != 0.0 for name in names])
    frame = frame.with_columns(
        __lost=nw.col("contact_id").is_null(),
        n=counts.cast(nw.Int64),
        mixed=nw.col("mixed").cast(nw.Int64),
        **{f"{a} {b}": nw.col(f"__{a}") * nw.col(f"__{b}") for a, b in pairs},
    )
    columns = ["n", "mixed", *(f"__{name}" for name in names), *(f"{a} {b}" for a, b in pairs)]
    rows = frame.group_by("__arm", "__lost").agg(nw.col(*columns).sum()).collect("pandas").rows(named=True)
    return [(int(r["__arm"]), bool(r["__lost"]), {c: float(r[c] or 0) for c in columns}) for r in rows]


def _moments(sums: Mapping[str, float], names: tuple[str, ...]) -> Moments:
    return Moments(
        int(sums.get("n", 0)),
        {name: sums.get(f"__{name}", 0.0) for name in names},
        {pair(a, b): sums.get(f"{a} {b}", 0.0) for k, a in enumerate(names) for b in names[k:]},
    )
