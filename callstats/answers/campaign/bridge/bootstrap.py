"""How sure a bridge is: its days drawn again and again, all factors at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from callstats.answers.campaign.bridge.factors import Totals, factors, totals
from callstats.answers.campaign.bridge.sums import Days, Layout
from callstats.answers.campaign.bridge.terms import METHODS, filled, total

Array = np.ndarray
#: Resamples worked on at once: bounds the memory of houses with very many lists.
_CHUNK = 250
#: The effect of all factors and costs together.
CHANGE = "change"


@dataclass(frozen=True)
class Plan:
    """How a bridge is drawn: what it is made of, and by which method."""

    layout: Layout
    method: str
    days: bool


def all_effects(before: Totals, after: Totals, plan: Plan) -> dict[str, Array]:
    """Return the effect of every factor and every kind of cost, and their sum under :data:`CHANGE`.

    Effects of costs are negative where they rose.
    """
    old, new = (factors(t, plan.layout, days=plan.days) for t in (before, after))
    found = METHODS[plan.method](*filled(old, new))
    revenue = total(filled(new, new)[0]) - total(filled(old, old)[0])
    if plan.layout.costs:
        spent = before.costs - after.costs
        found |= {f"cost {kind}": spent[..., i] for i, kind in enumerate(plan.layout.kinds)}
        revenue = revenue + spent.sum(axis=-1)
    return {**found, CHANGE: revenue}


def intervals(
    before: Days, after: Days, plan: Plan, *, resamples: int, confidence: float, seed: int
) -> dict[str, tuple[float, float]]:
    """Return an interval of every effect and of the change, by resampling whole days.

    Days of each period are drawn with replacement, as many as there were: calls
    of one day hang together, days are taken to be alike within a period. Costs
    written for a day go with it, those written for a month do not vary.

    Returns
    -------
    dict of str to (low, high)
        Percentiles, widened as Hesterberg does for few days: at the normal
        probability of the t quantile of the fewer days, times sqrt(n / (n - 1)).
        nan with fewer than two days in a period, or without resamples.

    References
    ----------
    1. Hesterberg TC (2015). What teachers should know about the bootstrap.
       American Statistician 69:371-386.
    2. Davison AC, Hinkley DV (1997). Bootstrap Methods and their Application.
    """
    size = min(before.size, after.size)
    if size < 2 or resamples < 1:
        return {}
    rng = np.random.default_rng(seed)
    draws = [rng.multinomial(d.size, np.full(d.size, 1 / d.size), size=resamples) for d in (before, after)]
    parts = []
    for first in range(0, resamples, _CHUNK):
        old, new = (
            totals(d, w[first : first + _CHUNK].astype(float))
            for d, w in zip((before, after), draws, strict=True)
        )
        parts.append(all_effects(old, new, plan))
    share = expanded(size, confidence)
    return {name: _ends(np.concatenate([np.atleast_1d(p[name]) for p in parts]), share) for name in parts[0]}


def _ends(values: Array, share: float) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, [share, 1 - share])
    return float(low), float(high)


def expanded(size: int, confidence: float) -> float:
    """Return the tail of the percentile interval that so few units call for.

    Examples
    --------
    >>> round(expanded(10_000, 0.95), 4), round(expanded(22, 0.95), 4)
    (0.025, 0.0166)
    """
    from scipy.special import ndtr, stdtrit

    t = stdtrit(size - 1, (1 - confidence) / 2)
    return float(ndtr(math.sqrt(size / (size - 1)) * t))
