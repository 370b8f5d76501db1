"""Groups that were dialled on other days than the control: what those days did is part of the difference.

Lists that are dialled side by side share their days, and whatever a day does, it does to
both. Lists dialled on alternate days, months, or weekdays do not: their days are a sample of
days like these.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from callstats.answers.compare.compare_design import Arm, Unit
from callstats.answers.compare.compare_survey import divergence
from callstats.engine.influences import Standardised
from callstats.moments import DaySums
from callstats.stats.day_clusters import RARE, DayVariance, day_variance

#: Share of two arms' rows on days that the other was not dialled on, above which days count as apart.
OTHER_DAYS = 0.05


def other_days(days: Mapping[Arm, DaySums], control: Arm) -> dict[Arm, float]:
    """Return how much of each arm was dialled on other days than the control, beyond chance, 0 to 1.

    Examples
    --------
    >>> monday, tuesday = (DaySums.of({"denominator": [1] * 90}, [day] * 90) for day in (1, 2))
    >>> other_days({"A": monday, "B": tuesday, "C": monday}, "A")
    {'B': 1.0, 'C': 0.0}
    """
    base = days.get(control)
    return {arm: 0.0 if base is None else _apart(own, base) for arm, own in days.items() if arm != control}


def _apart(own: DaySums, base: DaySums) -> float:
    """Return how far what two ratios are divided by lies on other days; of totals, which days there are."""
    if "denominator" in own.sums:
        return divergence(_sizes(own), _sizes(base))
    both = len({*own.days} & {*base.days})
    return 1 - both / max(len(own), len(base), 1)


def _sizes(days: DaySums) -> dict[int, float]:
    sizes = days.sums["denominator"]
    return {day: float(size) for day, size in zip(days.days, sizes, strict=True) if size > 0}


def day_units(unit: Unit) -> list[Unit]:
    """Return what to sum influences over: days, and units within days if units last longer."""
    return [("day",)] if "day" in unit else [("day",), (*unit, "day")]


def within_strata(apart: tuple[DaySums, DaySums], within: Standardised, unit: Unit) -> DayVariance:
    """Return what days contribute to the averages of two arms over strata.

    Parameters
    ----------
    apart : tuple of DaySums
        Of the arm and the control, for their number of days.
    within : Standardised
        With the moments of influences over :func:`day_units`.
    unit : tuple of str
        The independent unit.
    """
    ratios = [float(own.sums["numerator"].sum() / own.sums["denominator"].sum()) for own in apart]
    plain = day_variance(apart, ratios, rare=RARE)
    effective = plain.effective
    factor = np.sqrt(effective / np.maximum(effective - 1, 1e-9))
    between = _covariance(within, ("day",)) * np.outer(factor, factor)
    chance = np.diag([float("nan")] * 2) if "day" in unit else _covariance(within, (*unit, "day"))
    return DayVariance(between, chance, effective, plain.dependence)


def _covariance(within: Standardised, unit: Unit) -> np.ndarray:
    products = within.units[unit].products
    across = products["control", "treatment"]
    return np.array(
        [
            [products["treatment", "treatment"], across],
            [across, products["control", "control"]],
        ]
    )
