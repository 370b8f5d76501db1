"""KPIs as estimates that can be compared: value, interval, underlying sums, and changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.core.intervals import adds_only, amounts_below_zero
from callstats.kpis import get
from callstats.kpis.define import KPI, Ratio
from callstats.show.digits import unknown
from callstats.stats import Interval, ratio_interval, total_interval

if TYPE_CHECKING:
    from callstats.answers.core.measure import FetchedSums
    from callstats.dataset import Dataset
    from callstats.moments import DaySums, Moments
    from callstats.stats.day_clusters import Widened

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A KPI's value with its interval; nan if it cannot be computed, and ``note`` says why.

    ``n`` counts independent units, ``numerator`` and ``denominator`` are the
    sums behind the value, ``confidence`` is that of the interval.
    """

    kpi: KPI
    value: float
    low: float = NAN
    high: float = NAN
    numerator: float = NAN
    denominator: float = NAN
    n: float = NAN
    note: str = ""
    confidence: float = NAN

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not unknown(self.value)


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of two estimates and its interval; nan if one of them is unknown.

    The p-value is that of no change, where the method gives one besides the interval.
    """

    estimate: float = NAN
    low: float = NAN
    high: float = NAN
    confidence: float = NAN
    p_value: float = NAN

    @property
    def certain(self) -> bool:
        """Whether the interval is known and excludes zero."""
        return self.low > 0 or self.high < 0


def estimates(
    dataset: Dataset, kpis: Iterable[str | KPI], *, confidence: float | None = None
) -> dict[str, Estimate]:
    """Return the KPIs of a data set by name, in the order requested."""
    return next(iter(estimates_by(dataset, kpis, (), confidence=confidence).values()), {})


def estimates_by(
    dataset: Dataset, kpis: Iterable[str | KPI], by: Sequence[str], *, confidence: float | None = None
) -> dict[tuple[Any, ...], dict[str, Estimate]]:
    """Return the KPIs of every group by name, keyed by the groups' values in order."""
    from callstats.answers.core.measure import fetched

    named = [get(k) if isinstance(k, str) else k for k in kpis]
    level = dataset.config.confidence if confidence is None else confidence
    return estimates_in(fetched(dataset, named, list(by) or None), level)


def estimates_in(found: FetchedSums, confidence: float) -> dict[tuple[Any, ...], dict[str, Estimate]]:
    """Return the KPIs of every group by name, from what was fetched already."""
    asked, keys = {kpi.name: kpi for kpi in found.asked}, len(found.keys)
    by_group: dict[tuple[Any, ...], dict[str, Estimate]] = {}
    for row in found.rows(confidence):
        name, *numbers, note = row[keys:]
        value = Estimate(asked[name], *map(float, numbers), note=str(note or ""), confidence=confidence)
        by_group.setdefault(tuple(row[:keys]), {})[name] = value
    return by_group


def interval(
    kpi: KPI, moments: Moments, confidence: float, days: DaySums | Widened | None = None
) -> Interval:
    """Return the interval of a KPI from its moments, as its formula requires.

    With the sums by day it speaks of days like these. What only counts rows or adds up
    time cannot lie below 0.
    """
    found = (
        ratio_interval(
            moments,
            confidence=confidence,
            proportion=kpi.formula.proportion,
            scale=kpi.formula.scale,
            days=days,
        )
        if isinstance(kpi.formula, Ratio)
        else total_interval(moments, confidence=confidence, days=days)
    )
    bounded = adds_only(kpi) and not amounts_below_zero(kpi) and found.estimate >= 0
    return replace(found, low=max(found.low, 0.0)) if bounded else found


def change(now: Estimate | Interval, before: Estimate | Interval | None) -> Change:
    """Return the difference of two independent estimates, with an interval from theirs.

    The limits use each estimate's distance to its relevant limit (MOVER), so they
    are also valid for proportions near 0; for symmetric intervals this is the root
    of the sum of squares.

    References
    ----------
    1. Zou GY, Donner A (2008). Construction of confidence limits about effect
       measures: a general approach. Statistics in Medicine 27:1693-1702.

    Examples
    --------
    56 of 70 against 48 of 80 by Wilson's intervals (Newcombe 1998, method 10):

    >>> from callstats.stats import proportion_interval
    >>> rise = change(proportion_interval(56, 70), proportion_interval(48, 80))
    >>> round(rise.estimate, 4), round(rise.low, 4), round(rise.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if before is None:
        return Change()
    (a, a_low, a_high), (b, b_low, b_high) = _ends(now), _ends(before)
    low = a - b - math.hypot(a - a_low, b_high - b)
    high = a - b + math.hypot(a_high - a, b - b_low)
    return Change(a - b, low, high, now.confidence)


def _ends(estimate: Estimate | Interval) -> tuple[float, float, float]:
    value = estimate.value if isinstance(estimate, Estimate) else estimate.estimate
    return float(value), float(estimate.low), float(estimate.high)
