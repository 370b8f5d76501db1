"""Units with rows in two periods: how their sums in the two are correlated.

A contact dialled in August and again in September is in both, so the two months'
figures are not independent. Besides each period's own moments, the difference
between the periods needs the products over such units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw

from callstats.dataset.clock import TIME_KEYS
from callstats.dataset.core import Dataset
from callstats.engine.keys import Group, collected, totals_by
from callstats.engine.sums import sums_by_group
from callstats.engine.units import Clustering, adds_up, clustering, formula_terms, parts, unit_sums
from callstats.kpis.define import KPI, Quantile, Term

#: The names of the two periods in column names.
_NOW, _BEFORE = "now", "before"


@dataclass(frozen=True, slots=True)
class Shared:
    """The sums of a KPI over the units with rows in both periods.

    Attributes
    ----------
    units : int
        How many there are.
    now, before : mapping of str to float
        Their sums in each period, by part of the formula.
    products : mapping of (str, str) to float
        Sums of a part now times a part before.
    exact : pair of mapping of str to float
        The part of each period's sums that does not belong to units (costs), now and before.
    """

    units: int
    now: Mapping[str, float]
    before: Mapping[str, float]
    products: Mapping[tuple[str, str], float]
    exact: tuple[Mapping[str, float], Mapping[str, float]]


def shared_sums(
    now: Dataset, before: Dataset, kpis: Iterable[KPI], by: Sequence[str] = ()
) -> dict[Group, dict[str, Shared]]:
    """Return the sums over the units that are in both of two periods.

    KPIs whose units cannot be in both (agent-days, single calls, or no sampling) are
    left out, as are groups without such a unit.

    Parameters
    ----------
    now, before : Dataset
        The same data narrowed to two periods that do not overlap.
    kpis : iterable of KPI
    by : sequence of str
        Columns, not time keys.

    Returns
    -------
    dict
        Group -> name of the KPI -> Shared.

    Examples
    --------
    P is dialled in both months and answers in the second:

    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": list("123"), "contact_id": list("PPQ"), "direction": "outbound",
    ...     "handled": [False, True, True],
    ...     "local_started_at": pd.to_datetime(["2026-08-03", "2026-09-01", "2026-09-01"]),
    ... })
    >>> ds = Dataset({"calls": calls})
    >>> months = ds.where(period="2026-09"), ds.where(period="2026-08")
    >>> found = shared_sums(*months, [get("answer_rate")])[()]["answer_rate"]
    >>> found.units, found.now, found.before["numerator"]
    (1, {'numerator': 1.0, 'denominator': 1.0}, 0.0)
    """
    plans: dict[Clustering, list[KPI]] = {}
    for kpi in kpis:
        cluster = None if isinstance(kpi.formula, Quantile) else clustering(now, kpi)
        if cluster is not None and _lasts(cluster) and clustering(before, kpi) == cluster:
            plans.setdefault(cluster, []).append(kpi)
    by_group: dict[Group, dict[str, Shared]] = {}
    for cluster, members in plans.items():
        for group, sums in _of_plan(now, before, _Plan(cluster, members, tuple(by))).items():
            by_group.setdefault(group, {}).update(sums)
    return by_group


def _lasts(cluster: Clustering) -> bool:
    """Return whether a unit can be in two periods: a contact can, an agent's day or a call cannot."""
    once = {*TIME_KEYS, "call_id", "case_id"}
    return bool(cluster.unit) and not cluster.rows and not once & set(cluster.unit)


@dataclass(frozen=True)
class _Plan:
    """KPIs whose sums are over the same units, and the columns that hold them."""

    cluster: Clustering
    kpis: Sequence[KPI]
    by: tuple[str, ...]

    @property
    def terms(self) -> list[Term]:
        return list({term.key: term for kpi in self.kpis for term in formula_terms(kpi)}.values())

    @property
    def apart(self) -> list[Term]:
        """Terms that belong to units."""
        return [term for term in self.terms if adds_up(term, self.cluster)]

    @property
    def rest(self) -> list[Term]:
        """Terms that do not."""
        return [term for term in self.terms if not adds_up(term, self.cluster)]

    @property
    def columns(self) -> dict[tuple[str, str], str]:
        """The column of every part of every KPI."""
        return {(kpi.name, part): f"c{k}_{part}" for k, kpi in enumerate(self.kpis) for part in parts(kpi)}

    def frame(self, data: Dataset, side: str) -> nw.LazyFrame:
        """Return a period's known units with every KPI's parts."""
        sums, columns = unit_sums(data, self.cluster, self.apart, self.by), self.columns
        sides = {
            f"{side}_{columns[kpi.name, part]}": sums.linear(linear).cast(nw.Float64)
            for kpi in self.kpis
            for part, linear in parts(kpi).items()
        }
        known = [~nw.col(column).is_null() for column in self.cluster.unit]
        return sums.frame.filter(*known).with_columns(**sides).select(*self.by, *self.cluster.unit, *sides)

    def products(self) -> dict[str, nw.Expr]:
        """Return every product of one part now and one part before."""
        columns = self.columns
        return {
            f"p_{columns[kpi.name, a]}_{b}": nw.col(f"{_NOW}_{columns[kpi.name, a]}")
            * nw.col(f"{_BEFORE}_{columns[kpi.name, b]}")
            for kpi in self.kpis
            for a in parts(kpi)
            for b in parts(kpi)
        }


def _of_plan(now: Dataset, before: Dataset, plan: _Plan) -> dict[Group, dict[str, Shared]]:
    """Join the two periods unit by unit and sum."""
    if not plan.apart:
        return {}
    by, products = plan.by, plan.products()
    both = plan.frame(now, _NOW).join(plan.frame(before, _BEFORE), on=[*by, *plan.cluster.unit], how="inner")
    both = both.with_columns(**products, __units=nw.lit(1.0))
    sides = [f"{side}_{column}" for side in (_NOW, _BEFORE) for column in plan.columns.values()]
    summed = ["__units", *sides, *products]
    lists = collected(totals_by(both, by, summed), by, summed)
    exact = [sums_by_group(data, plan.rest, by) if plan.rest else {} for data in (now, before)]
    by_group: dict[Group, dict[str, Shared]] = {}
    for group, values in lists.items():
        sums = dict(zip(summed, values, strict=True))
        known = [constants.get(group, {}) for constants in exact]
        if sums["__units"]:
            by_group[group] = {kpi.name: _shared(kpi, sums, plan.columns, known) for kpi in plan.kpis}
    return by_group


def _shared(
    kpi: KPI,
    sums: Mapping[str, float],
    columns: Mapping[tuple[str, str], str],
    exact: Sequence[Mapping[str, float]],
) -> Shared:
    names = list(parts(kpi))
    own = {name: columns[kpi.name, name] for name in names}
    constants = [
        {
            part: float(sum(weight * known.get(term.key, 0.0) for term, weight in linear))
            for part, linear in parts(kpi).items()
        }
        for known in exact
    ]
    return Shared(
        int(sums["__units"]),
        {name: sums[f"{_NOW}_{own[name]}"] for name in names},
        {name: sums[f"{_BEFORE}_{own[name]}"] for name in names},
        {(a, b): sums[f"p_{own[a]}_{b}"] for a in names for b in names},
        (constants[0], constants[1]),
    )
