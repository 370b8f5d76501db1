"""Moments of several arms side by side, where a unit may have rows in more than one of them.

A contact on two lists, an agent who works both: their sums in one arm hang
together with their sums in the other. Beside each arm's own moments, the
products across an arm and the control are what a comparison needs.
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
from callstats.engine.single import single_arm_moments
from callstats.engine.unit_sums import tells_rows, unit_sums
from callstats.engine.units import adds_up, clustering, formula_terms, parts
from callstats.kpis.define import KPI
from callstats.moments import Moments, Pair, pair

Arm = Any
_ROW = "__row"


@dataclass(frozen=True)
class ArmMoments:
    """The moments of arms over one kind of unit.

    Attributes
    ----------
    arms : mapping of arm to Moments
        Columns ``numerator`` and ``denominator``; ``n`` counts units with anything in the arm.
    cross : mapping of arm to mapping
        Sums over units of an arm's column times the control's, by (arm's, control's).
        An arm without a unit in common with the control is left out.
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
    """Tell whether every sum of a KPI is the sum over such units.

    Costs do not fall into contacts, and different contacts do not add up over agents.

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
    """Return the moments of arms over one kind of unit, units in several arms kept together.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
        Whose sums are sums over such units (see `separable`).
    by : str
        The column, attribute or time key that tells arms apart.
    arms : sequence
        Values of it, as they are written; the control among them.
    control : object
        The arm the others are compared with.
    unit : tuple of str
        ``("contact_id",)``, ``("agent_id",)``, ``("contact_id", "agent_id")``,
        ``("agent_id", "day")``, … A call of an unknown contact is a contact of its
        own. Rows of an unknown agent are left out where agents are among the units.
    complete : bool
        The arms are all there are: rows of other arms need not be looked for.

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

    ``keys`` tell units apart; none where every row is a unit of its own.
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
    told = any(tells_rows(dataset, table, unit) for table in cluster.tables)
    found = unit_sums(dataset, cluster, formula_terms(kpi), (by, *strata), tell_rows=told)
    columns = {f"__{name}": found.linear(part) for name, part in parts(kpi).items()}
    frame = found.frame.filter(is_any(by, arms)).with_columns(**columns)
    keys = () if cluster.rows else (*unit, *((_ROW,) if _ROW in frame.collect_schema().names() else ()))
    known = [c for c in (*unit, *strata) if c != "contact_id" or _ROW not in keys]
    if known:
        frame = frame.filter(*(~nw.col(column).is_null() for column in known))
    return UnitFrame(frame.select(by, *strata, *keys, *columns), keys)


def products(
    units: UnitFrame, by: str, arms: Sequence[Arm], control: Arm, columns: tuple[str, ...]
) -> ArmMoments:
    """Add units up: each arm's sums and products, and those across it and the control."""
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
    """Add the units of every arm up."""
    made = {f"{a} {b}": nw.col(f"__{a}") * nw.col(f"__{b}") for a, b in _pairs(columns)}
    frame = units.frame.with_columns(n=_any_of(columns).cast(nw.Float64), **made)
    return _collected(frame, by, ["n", *(f"__{column}" for column in columns), *made])


def _cross_sums(
    units: UnitFrame, by: str, control: Arm, columns: tuple[str, ...]
) -> dict[Arm, dict[str, float]]:
    """Put every arm beside the control, unit by unit, and add up the products across."""
    keys = [key for key in units.keys if key != _ROW]  # a call of an unknown contact is in one arm only
    frame = units.frame.filter(_any_of(columns), *(~nw.col(key).is_null() for key in keys))
    base = frame.filter(same(by, control)).select(
        *keys, *(nw.col(f"__{column}").alias(f"__base_{column}") for column in columns)
    )
    made = {f"{a} {b}": nw.col(f"__{a}") * nw.col(f"__base_{b}") for a in columns for b in columns}
    joined = frame.join(base, on=keys, how="inner").with_columns(both=nw.lit(1.0), **made)
    return _collected(joined, by, ["both", *made])


def _collected(frame: nw.LazyFrame, by: str, names: Sequence[str]) -> dict[Arm, dict[str, float]]:
    rows = frame.group_by(by).agg(nw.col(*names).sum()).collect("pandas").iter_rows(named=True)
    return {written(by, row[by]): {name: float(row[name] or 0.0) for name in names} for row in rows}


def _any_of(columns: Iterable[str]) -> nw.Expr:
    return reduce(lambda a, b: a | b, [nw.col(f"__{column}") != 0.0 for column in columns])
