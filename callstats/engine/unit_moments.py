"""Moments over independent units: first sums within each unit, then their sums and products by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.keys import Group, collected, totals_by
from callstats.engine.needs import check_terms
from callstats.engine.sums import sums_by_group
from callstats.engine.units import (
    Clustering,
    UnitSums,
    adds_up,
    clustering,
    formula_terms,
    part_key,
    parts,
    tells_rows,
    unit_sums,
)
from callstats.kpis.define import KPI, Linear, Net, Quantile, Sum
from callstats.model import TABLES
from callstats.moments import Moments, Triple, pair, triples

#: Sums held per unit at a time: this many numbers for five million contacts fit into memory.
_TERMS_AT_ONCE = 24


def moments(
    dataset: Dataset, kpis: Iterable[KPI], by: Sequence[str] = (), *, unit: tuple[str, ...] | None = None
) -> dict[Group, dict[str, Moments]]:
    """Return the moments of every KPI's numerator and denominator over its independent units.

    Parameters
    ----------
    dataset : Dataset
    kpis : iterable of KPI
        Quantiles have no moments and are left out.
    by : sequence of str
        Columns and time keys, as :func:`callstats.engine.totals` takes them.
    unit : tuple of str, optional
        The columns that identify units, in place of each KPI's own.

    Returns
    -------
    dict
        Group -> name of the KPI -> Moments with the columns ``numerator`` and, for a
        ratio, ``denominator``. Sums are unscaled.

    Raises
    ------
    UsageError
        A table lacks a column that a KPI or the query needs.

    Notes
    -----
    Sums that cannot be split by unit (the costs of a campaign, calls without an
    agent where agents are the units) are treated as exact: divided equally among
    all units, they enter every sum but no variance. A call to an unknown contact
    counts as a separate contact.

    Units whose numerator and denominator are both 0 say nothing about a ratio
    and are not counted in ``n``, unless an exact sum is divided among them.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": ["1", "2", "3"], "contact_id": ["P", "P", "Q"], "direction": "outbound",
    ...     "handled": [True, False, False],
    ... })
    >>> moments(Dataset({"calls": calls}), [get("answer_rate")])[()]["answer_rate"].products
    {('numerator', 'numerator'): 1.0, ('denominator', 'numerator'): 2.0, ('denominator', 'denominator'): 5.0}
    """
    plans: dict[Clustering, list[KPI]] = {}
    for kpi in kpis:
        if not isinstance(kpi.formula, Quantile):
            plans.setdefault(clustering(dataset, kpi, unit), []).append(kpi)
    check_terms(dataset, [t for members in plans.values() for kpi in members for t in formula_terms(kpi)], by)
    by_group: dict[Group, dict[str, Moments]] = {}
    for cluster, members in plans.items():
        for batch in _batches(members):
            for group, values in _batch_moments(dataset, cluster, batch, by).items():
                by_group.setdefault(group, {}).update(values)
    return by_group


def _batches(kpis: Sequence[KPI]) -> Iterator[list[KPI]]:
    """Split KPIs so that no pass holds too many sums per unit."""
    batch: list[KPI] = []
    held: set[str] = set()
    for kpi in kpis:
        wanted = {term.key for term in formula_terms(kpi)}
        if batch and len(held | wanted) > _TERMS_AT_ONCE:
            yield batch
            batch, held = [], set()
        batch.append(kpi)
        held |= wanted
    yield batch


def _batch_moments(
    dataset: Dataset, cluster: Clustering, kpis: Sequence[KPI], by: Sequence[str]
) -> dict[Group, dict[str, Moments]]:
    terms = {term.key: term for kpi in kpis for term in formula_terms(kpi)}
    apart = [term for term in terms.values() if adds_up(term, cluster)]
    exact = sums_by_group(dataset, [t for t in terms.values() if not adds_up(t, cluster)], by)
    if not apart:
        return {g: {kpi.name: _one_unit(kpi, sums) for kpi in kpis} for g, sums in exact.items()}
    sums = _second_pass(unit_sums(dataset, cluster, apart, by), kpis, by)
    if any(group.sums["lost"] for group in sums.values()) and any(
        tells_rows(dataset, table, cluster.unit) for table in cluster.tables
    ):
        sums = _second_pass(unit_sums(dataset, cluster, apart, by, tell_rows=True), kpis, by)
    nothing: dict[str, float] = {}
    return {
        group: {kpi.name: sums.get(group, _EMPTY).of(kpi, exact.get(group, nothing)) for kpi in kpis}
        for group in {**sums, **exact}
    }


def _one_unit(kpi: KPI, sums: Mapping[str, float]) -> Moments:
    """Return the moments of a total that is not sampled: one unit, without variance."""
    totals = {name: _weighted(part, sums) for name, part in parts(kpi).items()}
    return Moments(1, totals, {pair(a, b): totals[a] * totals[b] for a in totals for b in totals})


def _weighted(part: Linear, sums: Mapping[str, float]) -> float:
    return float(sum(weight * sums.get(term.key, 0.0) for term, weight in part))


@dataclass(frozen=True, slots=True)
class _GroupSums:
    """One group's results of the second pass, by name of the summed column."""

    sums: Mapping[str, float]
    columns: Mapping[str, int]  # part of a formula -> number of its column

    def of(self, kpi: KPI, exact: Mapping[str, float]) -> Moments:
        """Return the moments of a KPI; sums that cannot be split by unit come from ``exact``."""
        if not self.sums:
            return Moments(0, {n: _weighted(p, exact) for n, p in parts(kpi).items()}, _zeros(kpi))
        numbers = {name: self.columns[part_key(part)] for name, part in parts(kpi).items()}
        known = {name: self.sums[f"k{i}"] for name, i in numbers.items()}
        totals = {
            name: self.sums[f"y{numbers[name]}"] + _weighted(part, exact) for name, part in parts(kpi).items()
        }
        shared = {name: totals[name] - known[name] for name in totals}
        every = isinstance(kpi.formula, Net) or any(shared.values())
        n = int(self.sums["units" if every else _count_name(numbers.values())])
        products = {
            pair(a, b): self.sums[_product_name(numbers[a], numbers[b])] for a in known for b in known
        }
        if not is_skewed(kpi):
            return _share_out(Moments(n, known, products), shared)
        cubes = {t: self.sums[_cube_name(*(numbers[x] for x in t))] for t in triples(list(known))}
        squares = products["numerator", "numerator"]
        values = known["numerator"] ** 2 / squares if squares > 0 else 0.0
        return _share_out(Moments(n, known, products, cubes, values), shared)


_EMPTY = _GroupSums({}, {})


def _zeros(kpi: KPI) -> dict[tuple[str, str], float]:
    return {pair(a, b): 0.0 for a in parts(kpi) for b in parts(kpi)}


def _share_out(moments: Moments, shared: Mapping[str, float]) -> Moments:
    """Divide sums that belong to no unit equally among all: no deviation from the mean changes."""
    if not any(shared.values()):
        return moments
    totals = {name: total + shared[name] for name, total in moments.sums.items()}
    n = moments.n
    if n == 0:
        return Moments(0, totals, moments.products)
    return Moments(
        n,
        totals,
        {
            (a, b): product
            + (shared[a] * moments.sums[b] + shared[b] * moments.sums[a] + shared[a] * shared[b]) / n
            for (a, b), product in moments.products.items()
        },
        {t: _shared_cube(t, moments, {name: shared[name] / n for name in shared}) for t in moments.cubes},
        moments.values,
    )


def _shared_cube(triple: Triple, moments: Moments, each: Mapping[str, float]) -> float:
    """Return the sum of a product of three columns when every unit gets an equal share more."""
    total = moments.cubes[triple] + moments.n * each[triple[0]] * each[triple[1]] * each[triple[2]]
    for i, own in enumerate(triple):
        a, b = (name for j, name in enumerate(triple) if j != i)
        total += each[own] * moments.products[pair(a, b)] + each[a] * each[b] * moments.sums[own]
    return total


def _product_name(i: int, j: int) -> str:
    return f"p{min(i, j)}_{max(i, j)}"


def _cube_name(*numbers: int) -> str:
    return "c" + "_".join(str(i) for i in sorted(numbers))


def is_skewed(kpi: KPI) -> bool:
    """Return whether a KPI's sums over its units are so skewed that their cubes are needed: money by contact.

    Few contacts buy, and a few of those for much.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> is_skewed(get("revenue")), is_skewed(get("answer_rate")), is_skewed(get("profit_per_hour"))
    (True, False, False)
    """
    sums = (term for term in formula_terms(kpi) if isinstance(term, Sum))
    return kpi.independence == "contact" and any(_is_money(term) for term in sums)


def _is_money(term: Sum) -> bool:
    table = TABLES[term.where.table]
    return term.column in table.names and table[term.column].unit == "money" and not table.shared


def _count_name(numbers: Iterable[int]) -> str:
    return "n" + "_".join(str(i) for i in sorted(numbers))


def _second_pass(units: UnitSums, kpis: Sequence[KPI], by: Sequence[str]) -> dict[Group, _GroupSums]:
    """Sum over units by group: the sums, the products and the number of units that matter to each KPI."""
    columns: dict[str, int] = {}
    linears: list[Linear] = []
    for kpi in kpis:
        for part in parts(kpi).values():
            if part_key(part) not in columns:
                columns[part_key(part)] = len(linears)
                linears.append(part)
    frame = units.frame.with_columns(**{f"y{i}": units.linear(part) for i, part in enumerate(linears)})
    frame = frame.with_columns(units=units.known(1.0), lost=1.0 - units.known(1.0), **{
        f"k{i}": units.known(f"y{i}") for i in range(len(linears))
    })  # fmt: skip
    wanted = [sorted(columns[part_key(part)] for part in parts(kpi).values()) for kpi in kpis]
    products = {_product_name(i, j): (i, j) for numbers in wanted for i in numbers for j in numbers}
    counts = {_count_name(numbers): numbers for numbers in wanted}
    cubed = [numbers for kpi, numbers in zip(kpis, wanted, strict=True) if is_skewed(kpi)]
    cubes = {_cube_name(i, j, k): (i, j, k) for own in cubed for i in own for j in own for k in own}
    frame = frame.with_columns(
        **{name: units.product(i, j) for name, (i, j) in products.items()},
        **{name: units.counted(numbers) for name, numbers in counts.items()},
        **{name: units.product(i, j) * nw.col(f"k{k}") for name, (i, j, k) in cubes.items()},
    )
    names = [
        "units",
        "lost",
        *products,
        *counts,
        *cubes,
        *(f"{kind}{i}" for i in range(len(linears)) for kind in "yk"),
    ]
    numbers = collected(totals_by(frame, by, names), by, names)
    return {group: _GroupSums(dict(zip(names, row, strict=True)), columns) for group, row in numbers.items()}
