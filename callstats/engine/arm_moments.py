"""Moments of several arms side by side, where a unit may have rows in more than one of them.

A contact on two lists, or an agent who works both: their sums in one arm are
correlated with their sums in the other. Besides each arm's own moments, a
comparison needs the products of the arm's sums and the control's.

Usually it is simpler: every contact is on one list only. Then one grouping by unit
is enough, without the arm in its key. The same pass counts each unit's rows in
each arm; if a unit has rows in two, the quick way reports it and the sums are
taken the long way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import narwhals as nw

from callstats.dataset.clock import written
from callstats.dataset.core import Dataset
from callstats.engine.keys import is_any, same
from callstats.engine.sums import condition, holds
from callstats.engine.units import adds_up, clustering, formula_terms, parts, tells_rows, unit_sums
from callstats.kpis.define import KPI, Condition, Distinct, Linear, Sum, Term, known
from callstats.moments import Moments, Pair, pair

Arm = Any
_ROW = "__row"


@dataclass(frozen=True)
class ArmMoments:
    """The moments of arms over one kind of unit.

    Attributes
    ----------
    arms : mapping of arm to Moments
        Columns ``numerator`` and ``denominator``; ``n`` counts units with any rows in the arm.
    cross : mapping of arm to mapping
        Sums over units of an arm's column times the control's, by (arm's, control's).
        An arm that shares no unit with the control is left out.
    shared : mapping of arm to int
        Units with rows both in the arm and in the control.

    Examples
    --------
    >>> one = Moments.of({"numerator": [1, 0], "denominator": [2, 1]})
    >>> sums = ArmMoments({"A": one, "B": one}, {"B": {("numerator", "numerator"): 1.0}}, {"B": 1})
    >>> joint = sums.joint("B", "A")
    >>> joint.n, joint.products[("control_numerator", "treatment_numerator")]
    (3, 1.0)
    """

    arms: Mapping[Arm, Moments]
    cross: Mapping[Arm, Mapping[tuple[str, str], float]] = field(default_factory=dict)
    shared: Mapping[Arm, int] = field(default_factory=dict)

    def joint(self, arm: Arm, control: Arm) -> Moments:
        """Return both arms' columns over the units of both, as ``treatment_…`` and ``control_…``."""
        sums: dict[str, float] = {}
        products: dict[Pair, float] = {}
        for role, name in (("treatment", arm), ("control", control)):
            own = self.arms[name]
            sums |= {f"{role}_{column}": value for column, value in own.sums.items()}
            products |= {pair(f"{role}_{a}", f"{role}_{b}"): v for (a, b), v in own.products.items()}
        across = self.cross.get(arm, {})
        for a in self.arms[arm].sums:
            for b in self.arms[control].sums:
                products[pair(f"treatment_{a}", f"control_{b}")] = across.get((a, b), 0.0)
        n = self.arms[arm].n + self.arms[control].n - self.shared.get(arm, 0)
        return Moments(n, sums, products)


def separable(dataset: Dataset, kpi: KPI, unit: tuple[str, ...]) -> bool:
    """Return whether every sum of a KPI is the sum over such units.

    Costs do not belong to contacts, and distinct contacts do not add up over agents.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> ds = Dataset({"calls": pd.DataFrame({"call_id": ["1"], "contact_id": ["P"], "agent_id": ["Ann"]})})
    >>> separable(ds, get("answer_rate"), ("agent_id",)), separable(ds, get("reach_rate"), ("agent_id",))
    (True, False)
    """
    cluster = clustering(dataset, kpi, unit)
    return not cluster.missing and all(adds_up(term, cluster) for term in formula_terms(kpi))


def arm_moments(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    arms: Sequence[Arm],
    control: Arm,
    *,
    unit: tuple[str, ...],
    complete: bool = False,
) -> ArmMoments:
    """Return the moments of arms over one kind of unit, keeping units in several arms together.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
        Whose sums are sums over such units (see `separable`).
    by : str
        The column, attribute or time key that defines the arms.
    arms : sequence
        Its values, as displayed; the control among them.
    control : object
        The arm the others are compared with.
    unit : tuple of str
        ``("contact_id",)``, ``("agent_id",)``, ``("contact_id", "agent_id")``,
        ``("agent_id", "day")``, … A call to an unknown contact counts as a separate
        contact. Rows of an unknown agent are left out where agents are among the units.
    complete : bool
        The arms are all there are, so rows of other arms need no check.

    Returns
    -------
    ArmMoments

    Raises
    ------
    UsageError
        A table lacks a column that the KPI needs.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("PPQP"), "direction": "outbound",
    ...     "handled": [True, False, False, True], "list_id": list("AAAB"),
    ... })
    >>> found = arm_moments(Dataset({"calls": calls}), get("answer_rate"), "list_id", ["A", "B"], "A",
    ...                     unit=("contact_id",))
    >>> found.arms["A"].n, found.arms["B"].sums["numerator"], found.shared["B"]
    (2, 1.0, 1)
    """
    quick = single_arm_moments(dataset, kpi, by, arms, unit, complete)
    if quick is not None:
        return ArmMoments(quick)
    units = unit_frame(dataset, kpi, by, arms, unit)
    return products(units, by, arms, control, tuple(parts(kpi)))


@dataclass(frozen=True, slots=True)
class UnitFrame:
    """One row per arm and unit, with a column (``__numerator``) for each part of the formula.

    ``keys`` identify units; empty where every row is a separate unit.
    """

    frame: nw.LazyFrame
    keys: tuple[str, ...]


def unit_frame(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    arms: Sequence[Arm],
    unit: tuple[str, ...],
    strata: Sequence[str] = (),
) -> UnitFrame:
    """Return a KPI's numerator and denominator by arm, stratum and unit, lazily."""
    cluster = clustering(dataset, kpi, unit)
    tell_rows = any(tells_rows(dataset, table, unit) for table in cluster.tables)
    sums = unit_sums(dataset, cluster, formula_terms(kpi), (by, *strata), tell_rows=tell_rows)
    columns = {f"__{name}": sums.linear(part) for name, part in parts(kpi).items()}
    frame = sums.frame.filter(is_any(by, arms)).with_columns(**columns)
    keys = () if cluster.rows else (*unit, *((_ROW,) if _ROW in frame.collect_schema().names() else ()))
    known = [c for c in (*unit, *strata) if c != "contact_id" or _ROW not in keys]
    if known:
        frame = frame.filter(*(~nw.col(column).is_null() for column in known))
    # agents compared by their days are the arm and a part of the unit
    return UnitFrame(frame.select(*dict.fromkeys((by, *strata, *keys, *columns))), keys)


def products(
    units: UnitFrame, by: str, arms: Sequence[Arm], control: Arm, columns: tuple[str, ...]
) -> ArmMoments:
    """Sum over units: each arm's sums and products, and its products with the control."""
    own = _own_sums(units, by, columns)
    cross = _cross_sums(units, by, control, columns) if units.keys else {}
    both = {arm: sums for arm, sums in cross.items() if sums["both"] and arm in arms and arm != control}
    return ArmMoments(
        {arm: _moments(own.get(arm, {}), columns) for arm in arms},
        {arm: {(a, b): sums[f"{a} {b}"] for a in columns for b in columns} for arm, sums in both.items()},
        {arm: int(sums["both"]) for arm, sums in both.items()},
    )


def _moments(sums: Mapping[str, float], columns: tuple[str, ...]) -> Moments:
    return Moments(
        int(sums.get("n", 0)),
        {column: sums.get(f"__{column}", 0.0) for column in columns},
        {pair(a, b): sums.get(f"{a} {b}", 0.0) for a, b in _pairs(columns)},
    )


def _pairs(columns: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(a, b) for k, a in enumerate(columns) for b in columns[k:]]


def _own_sums(units: UnitFrame, by: str, columns: tuple[str, ...]) -> dict[Arm, dict[str, float]]:
    """Sum the units of every arm."""
    products_of_parts = {f"{a} {b}": nw.col(f"__{a}") * nw.col(f"__{b}") for a, b in _pairs(columns)}
    frame = units.frame.with_columns(n=_any_of(columns).cast(nw.Float64), **products_of_parts)
    return _collected(frame, by, ["n", *(f"__{column}" for column in columns), *products_of_parts])


def _cross_sums(
    units: UnitFrame, by: str, control: Arm, columns: tuple[str, ...]
) -> dict[Arm, dict[str, float]]:
    """Join every arm to the control, unit by unit, and sum the cross products."""
    keys = [key for key in units.keys if key != _ROW]  # a call to an unknown contact is in one arm only
    frame = units.frame.filter(_any_of(columns), *(~nw.col(key).is_null() for key in keys))
    base = frame.filter(same(by, control)).select(
        *keys, *(nw.col(f"__{column}").alias(f"__base_{column}") for column in columns)
    )
    products_across = {f"{a} {b}": nw.col(f"__{a}") * nw.col(f"__base_{b}") for a in columns for b in columns}
    joined = frame.join(base, on=keys, how="inner").with_columns(both=nw.lit(1.0), **products_across)
    return _collected(joined, by, ["both", *products_across])


def _collected(frame: nw.LazyFrame, by: str, names: Sequence[str]) -> dict[Arm, dict[str, float]]:
    rows = frame.group_by(by).agg(nw.col(*names).sum()).collect("pandas").iter_rows(named=True)
    return {written(by, row[by]): {name: float(row[name] or 0.0) for name in names} for row in rows}


def _any_of(columns: Iterable[str]) -> nw.Expr:
    return reduce(lambda a, b: a | b, [nw.col(f"__{column}") != 0.0 for column in columns])


#: Most arms counted separately; with more, the long way is as quick.
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
        As displayed.
    unit : tuple of str
        Starting with the contact.
    complete : bool
        The arms are all there are, so rows of other arms need no check.

    Returns
    -------
    dict or None
        None where a unit has rows in two arms, where a row has no contact, or
        where the KPI's sums do not all come from one table, contact by contact.
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
    by_arm = {arm: numbers for arm, lost, numbers in sums if not lost}
    return {arm: _moments_of_arm(by_arm.get(i, {}), names) for i, arm in enumerate(arms)}


def _unit_rows(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], unit: tuple[str, ...], complete: bool
) -> nw.LazyFrame:
    """Return every unit's numerator and denominator, its arm, and whether it has rows in another."""
    terms = {f"__term{i}": term for i, term in enumerate(formula_terms(kpi))}
    first = next(iter(terms.values())).where
    read = sorted(c for term in terms.values() for c in term.where.columns)
    frame = dataset.table(first.table, *dict.fromkeys((by, *unit, *read)))
    settings = dataset.config.settings
    common = _common(list(terms.values()))
    known_units = [~nw.col(column).is_null() for column in unit[1:]]
    inside = ~nw.col(by).is_null() if complete else is_any(by, arms)
    frame = frame.filter(inside, *known_units, *(condition(part, settings) for part in common))
    marks = {name: _mark(term, common, settings) for name, term in terms.items()}
    places = {f"__in{i}": nw.when(same(by, arms[i])).then(nw.lit(1, nw.Int8)) for i in range(1, len(arms))}
    frame = frame.with_columns(**places, **{k: v for k, v in marks.items() if v is not None})
    added = [_added(name, term, marks[name] is None) for name, term in terms.items()]
    counts = [nw.col(name).count() for name in places]
    frame = frame.group_by(*unit).agg(nw.len().alias("__rows"), *counts, *added)
    columns = {f"__{name}": _linear_of_unit(part, terms) for name, part in parts(kpi).items()}
    return frame.with_columns(**columns, **_place(len(arms)))


def _common(terms: Sequence[Term]) -> list[Condition]:
    """Return the conditions that hold for every term's rows, including that compared columns are known."""
    implied = [{*t.where.conditions, *known(*t.where.columns)} for t in terms]
    every = [c for c in {c: None for one in implied for c in one} if all(c in one for one in implied)]
    compared = {c.column for c in every if c.operator != "known"}
    kept = [c for c in every if c.operator != "known" or c.column not in compared]
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
    """Return an expression that is not null on the rows that count; None if all rows do."""
    compared = {c.column for c in common}
    rest = [
        condition(part, settings)
        for part in term.where.conditions
        if part not in common and not (part.operator == "known" and part.column in compared)
    ]
    holds = reduce(lambda a, b: a & b, rest) if rest else None
    value = nw.col(term.column) if isinstance(term, Sum) else nw.lit(1, nw.Int8)
    if holds is None:
        return value if isinstance(term, Sum) else None
    return nw.when(holds).then(value)


def _added(name: str, term: Term, every_row: bool) -> nw.Expr:
    """Return the sum of a term within a unit; counting rows is quicker than adding ones."""
    if isinstance(term, Sum):
        return nw.col(name).sum()
    return nw.len().alias(name) if every_row else nw.col(name).count()


def _linear_of_unit(part: Linear, terms: Mapping[str, Term]) -> nw.Expr:
    """Return a part of the formula from a contact's terms; a contact counts once."""
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
    """Sum units by arm, keeping the unknown contact separate."""
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


def _moments_of_arm(sums: Mapping[str, float], names: tuple[str, ...]) -> Moments:
    return Moments(
        int(sums.get("n", 0)),
        {name: sums.get(f"__{name}", 0.0) for name in names},
        {pair(a, b): sums.get(f"{a} {b}", 0.0) for k, a in enumerate(names) for b in names[k:]},
    )


def contact_agent_moments(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], control: Any
) -> tuple[ArmMoments, ArmMoments]:
    """Return the moments over agents, and over contact-agent pairs, with each contact given to one agent.

    A contact that two agents spoke with is still one contact. It goes to the agent
    of a call that counts in the KPI's numerator; if there is none, to one of the
    agents who spoke with it (the last by name: any rule that ignores the outcome
    will do). Contacts no agent spoke with belong to no agent.

    Parameters
    ----------
    dataset : Dataset
        Its calls need contact_id, agent_id and, for it to count, handled.
    kpi : KPI
        Whose sums are sums over contacts.
    by : str
    arms : sequence
    control : object

    Returns
    -------
    tuple of ArmMoments
        Over agents, and over contacts with their agent.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("PPQR"), "direction": "outbound",
    ...     "agent_id": ["Ann", "Bob", "Bob", None], "list_id": "A", "live": [True, True, True, False],
    ...     "handled": [True, True, True, False], "success": [True, False, False, False],
    ... })
    >>> ds, won = Dataset({"calls": calls}), get("conversion_per_contact")
    >>> agents, _ = contact_agent_moments(ds, won, "list_id", ["A"], "A")
    >>> agents.arms["A"].n, agents.arms["A"].sums["denominator"]
    (2, 2.0)
    """
    units = unit_frame(dataset, kpi, by, arms, ("contact_id",))
    frame = units.frame.filter(~nw.col("contact_id").is_null())
    frame = frame.join(_contact_agents(dataset, kpi, by), on=[by, "contact_id"], how="inner")
    columns = tuple(parts(kpi))
    names = [f"__{column}" for column in columns]
    agents = frame.group_by(by, "__agent").agg(nw.col(*names).sum())
    return (
        products(UnitFrame(agents, ("__agent",)), by, arms, control, columns),
        products(UnitFrame(frame, ("contact_id", "__agent")), by, arms, control, columns),
    )


def _contact_agents(dataset: Dataset, kpi: KPI, by: str) -> nw.LazyFrame:
    """Return the agent of every contact that an agent spoke with, by arm."""
    settings = dataset.config.settings
    won = [
        rows
        for term, _ in parts(kpi)["numerator"]
        if term.where.table == "calls" and (rows := holds(term.where, settings)) is not None
    ]
    agent = nw.col("agent_id")
    counted = nw.when(reduce(lambda a, b: a | b, won)).then(agent) if won else agent
    frame = dataset.table("calls", by, "contact_id", "agent_id").filter(
        ~nw.col("contact_id").is_null(), ~agent.is_null()
    )
    if dataset.has("calls", "handled"):
        frame = frame.filter(nw.col("handled"))
    frame = (
        frame.with_columns(__won=counted)
        .group_by(by, "contact_id")
        .agg(nw.col("__won").max(), agent.max().alias("__any"))
    )
    agent_of_contact = nw.when(~nw.col("__won").is_null()).then(nw.col("__won")).otherwise(nw.col("__any"))
    return frame.with_columns(__agent=agent_of_contact).select(by, "contact_id", "__agent")
