"""Own data with permuted arms: no true difference, and correlated rows stay together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats import kpis
from callstats.calibrate.calibration_result import Calibration, rows_of
from callstats.calibrate.comparison_methods import both_sides, one_way, z_test
from callstats.calibrate.own_dialling import dialling_of, situations_like
from callstats.calibrate.simulated_rows import Array, moments
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation, answer
from callstats.calibrate.trials import Progress, judge_all
from callstats.engine.units import clustering, formula_terms, parts, unit_sums
from callstats.errors import UsageError
from callstats.kpis.define import KPI, UNIT_COLUMNS, Ratio
from callstats.moments import Moments
from callstats.stats import rate_ratio, ratio_difference

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: A pandas frame; pandas' own annotations are unions that no check narrows.
Frame = Any
#: With fewer units in an arm, nothing can be said about a method.
LEAST_UNITS = 10


@dataclass(frozen=True)
class Units:
    """Independent units of two groups, each with the sums of a KPI.

    ``numerator`` and ``denominator`` are of shape (pieces,); a piece is the part of
    a unit with one agent, or the whole unit without agents. ``unit`` and
    ``agent`` number them from 0; ``treated`` (units,) are the labels to permute.
    """

    numerator: Array
    denominator: Array
    unit: Array
    agent: Array
    treated: Array


@dataclass(frozen=True)
class Permuted:
    """Units with permuted labels: sums of the pieces, and each piece's arm."""

    units: Units
    treated: Array

    def arm(self, treated: bool) -> Moments:
        """Return the moments of one arm over its units."""
        chosen = self.treated[self.units.unit] == treated
        u = self.units
        return moments(u.numerator[chosen], u.denominator[chosen], u.unit[chosen])

    def totals(self) -> tuple[float, float, float, float]:
        """Return numerator and denominator of the treatment, then of the control."""
        t, u = self.treated[self.units.unit], self.units
        y, n = u.numerator, u.denominator
        return float(y[t].sum()), float(n[t].sum()), float(y[~t].sum()), float(n[~t].sum())

    def sides(self, cluster: Array) -> Moments:
        """Return the moments of both arms side by side over agents, or over pieces."""
        u = self.units
        return both_sides(cluster, u.numerator, u.denominator, self.treated[u.unit])


def permuted(
    data: Dataset,
    kpi: str | KPI,
    by: str,
    *,
    runs: int,
    seed: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Calibration:
    """Measure false alarms on own data, permuting the arms of whole units, and on samples like them.

    Permuted arms share their days. What days do to a change, or to lists on days of their
    own, is measured on samples that have the data's spread of contacts and days, in
    several sizes.

    Parameters
    ----------
    data : Dataset
    kpi : str or KPI
        A ratio of the catalogue.
    by : str
        Column of the arms; its two largest groups are used, with their sizes kept.
    runs, seed, jobs : int
    progress : callable, optional

    Returns
    -------
    Calibration
        `told` says what the data are like.

    Raises
    ------
    UsageError
        Not a ratio, a column with fewer than two groups, or too few units.
    """
    ratio = kpi if isinstance(kpi, KPI) else kpis.get(kpi)
    if not isinstance(ratio.formula, Ratio):
        raise UsageError(f"{ratio.name} is no ratio", hint="Permutation is for rates, shares and means.")
    data.check_key(by)
    units, groups, with_agents = read_units(data, ratio, by)
    unit = " and ".join(UNIT_COLUMNS[ratio.independence]) or "row"
    size = f"{len(units.treated):,}"
    text = f"own data: {size} units ({unit}) of {groups[0]} and {groups[1]}, their labels permuted"
    situation = Situation(
        f"{ratio.name} by {by}", "Do the two groups differ?", text, partial(_permute, units),
        tuple(_methods(ratio, units, with_agents)),
    )  # fmt: skip
    like = dialling_of(data, ratio)
    asked = [situation, *(situations_like(like) if like is not None else ())]
    tallies = judge_all(asked, runs, seed, jobs, progress)
    rows = [row for one, found in zip(asked, tallies, strict=True) for row in rows_of(one, found, runs)]
    return Calibration(tuple(rows), runs, seed, like.sentences if like is not None else ())


def read_units(data: Dataset, kpi: KPI, by: str) -> tuple[Units, tuple[Any, Any], bool]:
    """Return the units of the two largest groups, their names, and whether each row has an agent."""
    frame = _pieces(data, kpi, by, ())
    groups = _largest(frame, by)
    with_agents = False
    if kpi.independence == "contact" and all(
        data.reaches(t.where.table, "agent_id") for t in formula_terms(kpi)
    ):
        finer = _pieces(data, kpi, by, ("agent_id",))
        known = finer[finer["agent_id"].notna()]
        with_agents = bool(np.isclose(known["n"].sum(), frame["n"].sum()))
        frame = known if with_agents else frame
    frame = frame[frame[by].isin(groups)]
    beside = ("agent_id",) if with_agents else ()  # for agent-days, the agent is part of the unit
    told = [column for column in frame if column not in (by, "y", "n", *beside)]
    unit = frame.groupby(told).ngroup().to_numpy() if told else np.arange(len(frame))
    agent = np.zeros(len(frame), dtype=np.int64)
    if with_agents:
        agent = frame.groupby("agent_id").ngroup().to_numpy()
    treated = np.zeros(int(unit.max()) + 1, dtype=bool)
    treated[unit] = (frame[by] == groups[1]).to_numpy()  # a unit in both counts where it comes last
    if min(treated.sum(), (~treated).sum()) < LEAST_UNITS:
        raise UsageError(
            f"an arm has fewer than {LEAST_UNITS} independent units: nothing can be said of a method"
        )
    y, n = frame["y"].to_numpy(dtype=float), frame["n"].to_numpy(dtype=float)
    return Units(y, n, unit, agent, treated), groups, with_agents


def _pieces(data: Dataset, kpi: KPI, by: str, also: tuple[str, ...]) -> Frame:
    """Return one row per unit and group, with the numerator as y and the denominator as n."""
    cluster = clustering(data, kpi, (*UNIT_COLUMNS[kpi.independence], *also) or None)
    sums = unit_sums(data, cluster, formula_terms(kpi), (by,))
    keys = list(dict.fromkeys((by,) if cluster.rows else (*cluster.unit, by)))
    columns = {
        name: sums.linear(parts(kpi)[part]) for name, part in (("y", "numerator"), ("n", "denominator"))
    }
    found = sums.frame.with_columns(**columns).select(*keys, "y", "n").collect("pandas")
    frame: Frame = found.to_native()
    frame = frame[(frame["y"] != 0) | (frame["n"] != 0)]
    return frame.dropna(subset=[key for key in keys if key not in also]).sort_values(keys, ignore_index=True)


def _largest(frame: Frame, by: str) -> tuple[Any, Any]:
    sizes = frame.groupby(by)["n"].sum().sort_values(ascending=False, kind="stable")
    if len(sizes) < 2:
        raise UsageError(f"{by} has one value here: there are no arms to permute")
    return sizes.index[0], sizes.index[1]


def _permute(units: Units, seed: int) -> Permuted:
    return Permuted(units, np.random.default_rng(seed).permutation(units.treated))


def _z(sample: Permuted) -> MethodAnswer:
    return z_test(*sample.totals())


def _poisson(sample: Permuted) -> MethodAnswer:
    return answer(rate_ratio(*sample.totals()))


def _by_unit(sample: Permuted, proportion: bool) -> MethodAnswer:
    return answer(one_way(sample.arm(True), sample.arm(False), proportion=proportion))


def _two_way(sample: Permuted, proportion: bool) -> MethodAnswer:
    u = sample.units
    return answer(
        ratio_difference(
            sample.arm(True), sample.arm(False), proportion=proportion,
            agents=sample.sides(u.agent), intersections=sample.sides(np.arange(len(u.unit))),
            few_units=True,
        )
    )  # fmt: skip


def _methods(kpi: KPI, units: Units, with_agents: bool) -> list[CheckedMethod]:
    assert isinstance(kpi.formula, Ratio)
    share = kpi.formula.proportion
    methods = []
    if share:
        methods.append(CheckedMethod("z-test on rows", "obvious", _z))
    elif (units.numerator == np.round(units.numerator)).all() and kpi.independence == "agent_day":
        methods.append(CheckedMethod("exact Poisson test on totals", "obvious", _poisson))
    name = f"clustered by {kpi.independence.replace('_', '-')}"
    by_unit = CheckedMethod(
        name, "offered" if with_agents else "default", partial(_by_unit, proportion=share)
    )
    methods.append(by_unit)
    if with_agents:
        why = "permuted contacts leave nothing to the agents, and its t quantile counts agents"
        methods.append(
            CheckedMethod("two-way, contact and agent", "default", partial(_two_way, proportion=share), why)
        )
    return methods
