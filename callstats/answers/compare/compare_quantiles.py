"""Quantiles of two groups: their standard errors, from the shares of rows below them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats import engine
from callstats.answers.compare.compare_tests import Ratios, stand_in, welch_of
from callstats.engine.arm_moments import ArmMoments
from callstats.kpis.define import KPI, Condition, Count, Quantile, Ratio, known, linear
from callstats.moments import Moments
from callstats.stats.ratios import ratio_variance
from callstats.stats.results import NAN

if TYPE_CHECKING:
    from callstats.dataset import Dataset

_VALUE = "quantile_of"
#: Distance from the quantile at which the distribution is read on both sides, in standard errors.
_WIDTH = 1.96


def quantile_arms(
    dataset: Dataset, kpi: KPI, by: str, arms: Sequence[Any], unit: tuple[str, ...]
) -> tuple[ArmMoments, dict[Any, tuple[float, float]]]:
    """Return every arm's share below its own quantile over the units, and the quantile's standard error.

    The share's clustered interval is converted to the quantile by reading the
    distribution at both its ends [1]_.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
        A quantile.
    by : str
    arms : sequence
    unit : tuple of str

    Returns
    -------
    ArmMoments
        ``numerator`` counts rows up to the quantile, ``denominator`` rows.
    dict
        Arm -> quantile and its standard error, in the KPI's unit.

    References
    ----------
    .. [1] Woodruff RS (1952). Confidence intervals for medians and other position
       measures. JASA 47:635-646.
    """
    formula = kpi.formula
    assert isinstance(formula, Quantile)
    quantiles = {group[0]: value for group, (value, _) in engine.quantiles(dataset, formula, (by,)).items()}
    valued = _with_value(dataset, formula)
    below = {arm: _share_below(kpi, formula, quantiles[arm]) for arm in arms if arm in quantiles}
    named = {arm: replace(share, name=f"below_{i}") for i, (arm, share) in enumerate(below.items())}
    sums = engine.moments(valued, named.values(), (by,), unit=unit)
    counted = {arm: sums.get((arm,), {}).get(share.name, _NOTHING) for arm, share in named.items()}
    errors = {arm: (quantiles[arm], _error(dataset, formula, by, arm, m)) for arm, m in counted.items()}
    return ArmMoments({arm: counted.get(arm, _NOTHING) for arm in arms}), errors


_NOTHING = Moments.of({"numerator": [], "denominator": []})


def _with_value(dataset: Dataset, formula: Quantile) -> Dataset:
    """Return the data set with the quantile's value added as a column of its table."""
    table = formula.where.table
    columns = [c for c in formula.of if c not in formula.optional or dataset.has(table, c)]
    summands = [nw.col(c).fill_null(0.0) if c in formula.optional else nw.col(c) for c in columns]
    value = reduce(lambda a, b: a + b, summands).alias(_VALUE)
    return replace(dataset, frames={**dataset.frames, table: dataset.frames[table].with_columns(value)})


def _share_below(kpi: KPI, formula: Quantile, quantile: float) -> KPI:
    rows = formula.where.also(formula.where.label, *known(_VALUE))
    least = quantile / formula.scale
    part = rows.also("rows up to the quantile", Condition(_VALUE, "<=", least + 1e-9 * max(abs(least), 1.0)))
    share = Ratio(linear(Count(part)), linear(Count(rows)), proportion=True)
    return replace(kpi, formula=share)


def _error(dataset: Dataset, formula: Quantile, by: str, arm: Any, below: Moments) -> float:
    """Return a quantile's standard error, from the distribution around it."""
    if below.n < 2:
        return NAN
    width = _WIDTH * math.sqrt(ratio_variance(below))
    ends = []
    for level in (formula.level - width, formula.level + width):
        asked = replace(formula, level=min(max(level, 0.0), 1.0))
        ends.append(engine.quantiles(dataset, asked, (by,))[arm,][0])
    return (ends[1] - ends[0]) / (2 * _WIDTH)


def quantile_test(
    units: ArmMoments, errors: Mapping[Any, tuple[float, float]], arm: Any, control: Any
) -> Ratios:
    """Return the test of two quantiles, treating arms as independent."""
    (mine, error), (base, control_error) = errors[arm], errors[control]
    treatment, own = units.arms[arm], units.arms[control]
    joint = stand_in((mine, base), (error**2, 0.0, control_error**2), treatment.n + own.n)
    return Ratios(treatment, own, contacts=joint, degrees_of_freedom=welch_of(treatment, own))
