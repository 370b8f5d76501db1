"""The arithmetic of a bridge: the factors of revenue, each one's effect, and its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from callstats.answers.campaign.bridge_days_numbers import BridgeLayout, DailySums
from callstats.errors import UsageError
from callstats.stats.checking import choose

Array = np.ndarray
Factors = Mapping[str, Array]
#: The terms in the order of the waterfall, and the unit of each; a mix has none.
TERM_UNITS = {
    "days": "n",
    "hours": "h",
    "hours_per_day": "h",
    "dials_per_day": "n",
    "dials": "n",
    "dials_per_hour": "1/h",
    "answer": "%",
    "argued": "%",
    "success": "%",
    "value": "money",
    "lists": "",
    "campaigns": "",
    "cost labour": "money",
    "cost advertising": "money",
    "cost technical": "money",
    "cost list": "money",
    "cost other": "money",
}


class Totals(NamedTuple):
    """The sums of one period, or of many resamples of it (leading axes).

    Attributes
    ----------
    sums : mapping of str to ndarray of shape (..., groups)
    hours : ndarray of shape (..., campaigns)
    costs : ndarray of shape (..., kinds)
    days : float
        Number of working days.
    """

    sums: Mapping[str, Array]
    hours: Array
    costs: Array
    days: float


def totals(days: DailySums, weights: Array | None = None) -> Totals:
    """Sum a period's days, weighted.

    Parameters
    ----------
    days : DailySums
    weights : ndarray of shape (resamples, days), optional
        If omitted, every day counts once and there is no leading axis.

    Examples
    --------
    >>> dials = {"dials": np.array([[10.0], [30.0]])}
    >>> two = DailySums(dials, np.zeros((2, 1)), np.zeros((2, 0)), np.zeros(0))
    >>> totals(two).sums["dials"].tolist(), totals(two, np.array([[2.0, 0.0]])).sums["dials"].tolist()
    ([40.0], [[20.0]])
    """
    each = np.ones(days.size) if weights is None else weights
    sums = {name: each @ values for name, values in days.sums.items()}
    return Totals(sums, each @ days.hours, each @ days.costs + days.fixed, float(days.size))


def factors(period: Totals, layout: BridgeLayout, *, per_day: bool = False) -> dict[str, Array]:
    """Return the factors of a period's revenue, which is the sum of their products over groups.

    Parameters
    ----------
    period : Totals
    layout : BridgeLayout
    per_day : bool
        Make working days a separate factor, with hours per day.

    Returns
    -------
    dict of str to ndarray of shape (..., groups)
        nan where a rate has no denominator. Without hours the first factor is
        dials; without values the last one is the success rate.

    Examples
    --------
    >>> steps, groups = ("dials", "successes"), (("", "x"),)
    >>> layout = BridgeLayout(steps, groups, ("",), np.array([0]), (), True, True, False)
    >>> one = Totals({"dials": np.array([40.0]), "successes": np.array([2.0]), "value": np.array([90.0])},
    ...              np.array([4.0]), np.zeros(0), 1.0)
    >>> {name: float(values[0]) for name, values in factors(one, layout).items()}
    {'hours': 4.0, 'dials_per_hour': 10.0, 'success': 0.05, 'value': 45.0}
    """
    parts = _work(period, layout)
    if per_day:
        first = next(iter(parts))
        rest = {name: parts[name] for name in parts if name != first}
        parts = {"days": np.full(1, period.days), f"{first}_per_day": parts[first] / period.days, **rest}
    dials = period.sums["dials"]
    if len(layout.groups) > len(layout.campaigns):
        parts["lists"] = _divided(dials, _by_campaign(dials, layout)[..., layout.campaign])
    for earlier, step in pairwise(layout.steps):
        parts[_RATES[step]] = _divided(period.sums[step], period.sums[earlier])
    if layout.value:
        parts["value"] = _divided(period.sums["value"], period.sums[layout.steps[-1]])
    return parts


_RATES = {"handled": "answer", "argued": "argued", "successes": "success"}


def _work(period: Totals, layout: BridgeLayout) -> dict[str, Array]:
    """Return hours, their split over campaigns and dials per hour; without hours, dials and their split."""
    dials = _by_campaign(period.sums["dials"], layout)
    effort = period.hours if layout.hours else dials
    everything = effort.sum(axis=-1, keepdims=True)
    parts = {"hours" if layout.hours else "dials": everything}
    if len(layout.campaigns) > 1:
        parts["campaigns"] = _divided(effort, everything)[..., layout.campaign]
    if layout.hours:
        parts["dials_per_hour"] = _divided(dials, period.hours)[..., layout.campaign]
    return parts


def _by_campaign(values: Array, layout: BridgeLayout) -> Array:
    """Sum groups by campaign, along the last axis."""
    belongs = np.zeros((len(layout.groups), len(layout.campaigns)))
    belongs[np.arange(len(layout.groups)), layout.campaign] = 1.0
    return values @ belongs


def _divided(above: Array, below: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.where(below > 0, above / below, np.nan)


def overall_factors(period: Totals, layout: BridgeLayout, *, per_day: bool = False) -> dict[str, float]:
    """Return the overall factors, as usually quoted; a mix has no such figure."""
    pooled = replace(layout, groups=(("", ""),), campaigns=("",), campaign=np.zeros(1, dtype=int))
    sums = {name: values.sum(axis=-1, keepdims=True) for name, values in period.sums.items()}
    whole = Totals(sums, period.hours.sum(axis=-1, keepdims=True), period.costs, period.days)
    return {name: float(values[0]) for name, values in factors(whole, pooled, per_day=per_day).items()}


def consistent(
    before: DailySums, after: DailySums, layout: BridgeLayout
) -> tuple[BridgeLayout, tuple[str, ...]]:
    """Leave out factors that would lose calls: steps that later ones skip, hours that some dials lack.

    Returns
    -------
    BridgeLayout
        With the steps that every later call has passed.
    tuple of str
        What was left out: names of steps, or "hours".
    """
    steps, left = list(layout.steps), []
    later = layout.steps[-1]
    for step in reversed(layout.steps[1:-1]):
        if any(((d.sums[later] > 0) & (d.sums[step] <= 0)).any() for d in (before, after)):
            steps.remove(step)
            left.append(step)
        else:
            later = step
    hours = layout.hours and not any(_untimed(d, layout) for d in (before, after))
    if layout.hours and not hours:
        left.append("hours")
    return replace(layout, steps=tuple(steps), hours=hours), tuple(left)


def _untimed(days: DailySums, layout: BridgeLayout) -> bool:
    """Return whether a campaign dialled in a period without an hour of login."""
    dials = _by_campaign(days.sums["dials"].sum(axis=0), layout)
    return bool(((dials > 0) & (days.hours.sum(axis=0) <= 0)).any())


def filled(before: Factors, after: Factors) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the factors, with those undefined in one period taken from the other.

    A list that was not dialled has no answer rate: it gets that of the other
    period, so that its coming or going counts entirely as mix. Factors defined
    in neither are 0.

    Examples
    --------
    >>> old, new = filled({"rate": np.array([0.2, np.nan])}, {"rate": np.array([np.nan, 0.3])})
    >>> old["rate"].tolist(), new["rate"].tolist()
    ([0.2, 0.3], [0.2, 0.3])
    """
    old, new = {}, {}
    for name, first in before.items():
        last = after[name]
        old[name] = np.nan_to_num(np.where(np.isnan(first), last, first))
        new[name] = np.nan_to_num(np.where(np.isnan(last), first, last))
    return old, new


def total(factors: Factors) -> Array:
    """Return the sum over groups (the last axis) of the product of the factors."""
    return _product(factors).sum(axis=-1)


def shapley_effects(before: Factors, after: Factors) -> dict[str, Array]:
    """Attribute the change of a sum of products to the factors, exactly.

    Each factor's effect is its mean effect over all orders in which the factors
    may change one after another, summed over groups: Das Gupta's
    standardisation. Subsets of the other factors that changed first are grouped
    by size, as the coefficients of the polynomial of (old + t new), so that the
    effort is quadratic rather than exponential in the number of factors.

    Parameters
    ----------
    before, after : mapping of str to ndarray of shape (..., groups)
        The same factors, with shapes that broadcast.

    Returns
    -------
    dict of str to ndarray of shape (...)

    References
    ----------
    1. Das Gupta P (1993). Standardization and decomposition of rates. US Bureau
       of the Census, P23-186.

    Examples
    --------
    >>> old, new = {"rate": np.array([0.2]), "value": np.array([50.0])}, {"rate": np.array([0.25]),
    ...     "value": np.array([40.0])}
    >>> {name: round(float(effect), 6) for name, effect in shapley_effects(old, new).items()}
    {'rate': 2.25, 'value': -2.25}
    """
    names = list(before)
    weights = [1 / (len(names) * math.comb(len(names) - 1, changed)) for changed in range(len(names))]
    effects = {}
    for name in names:
        coefficients: list[Array] = [np.ones(())]
        for other in names:
            if other != name:
                coefficients = _times(coefficients, before[other], after[other])
        rest = sum(weight * c for weight, c in zip(weights, coefficients, strict=True))
        effects[name] = ((after[name] - before[name]) * rest).sum(axis=-1)
    return effects


def _times(coefficients: list[Array], old: Array, new: Array) -> list[Array]:
    """Multiply a polynomial, lowest power first, by (old + t new)."""
    zero = np.zeros(())
    return [
        old * low + new * high for low, high in zip([*coefficients, zero], [zero, *coefficients], strict=True)
    ]


def lmdi_effects(before: Factors, after: Factors) -> dict[str, Array]:
    """Attribute the change of a sum of products to the factors by logarithmic means, group by group.

    If a factor of any group is not positive, the effects are nan.

    References
    ----------
    1. Ang BW (2005). The LMDI approach to decomposition analysis: a practical
       guide. Energy Policy 33:867-871.

    Examples
    --------
    >>> old, new = {"a": np.array([2.0]), "b": np.array([3.0])}, {"a": np.array([4.0]), "b": np.array([3.0])}
    >>> {name: round(float(effect), 6) for name, effect in lmdi_effects(old, new).items()}
    {'a': 6.0, 'b': 0.0}
    """
    first, last = _product(before), _product(after)
    with np.errstate(all="ignore"):
        ratio = np.log(last / first)
        weight = np.where(np.abs(ratio) < 1e-9, first, (last - first) / ratio)
        positive: Any = True
        for name in before:
            positive = positive & (before[name] > 0) & (after[name] > 0)
        return {
            name: np.where(positive, weight * np.log(after[name] / before[name]), np.nan).sum(axis=-1)
            for name in before
        }


def _product(factors: Factors) -> Array:
    product = np.ones(())
    for values in factors.values():
        product = product * values
    return product


METHODS: dict[str, Callable[[Factors, Factors], dict[str, Array]]] = {
    "shapley": shapley_effects,
    "lmdi": lmdi_effects,
}


def effects(before: Factors, after: Factors, method: str = "shapley") -> dict[str, Array]:
    """Return each factor's effect on the sum of products, by the requested method.

    Raises
    ------
    UsageError
        The method is unknown, or it takes logarithms and a factor of a group is
        not positive.
    """
    choose("method", method, METHODS)
    changes = METHODS[method](*filled(before, after))
    if method == "lmdi" and any(np.ndim(e) == 0 and np.isnan(e) for e in changes.values()):
        raise UsageError(
            "LMDI takes logarithms, and a factor of a list is 0",
            hint="Use method='shapley', which takes any numbers, or by=None.",
        )
    return changes


#: Resamples processed at a time: bounds memory use for sites with very many lists.
_CHUNK = 250
#: The effect of all factors and costs together.
CHANGE = "change"


@dataclass(frozen=True)
class BridgePlan:
    """How a bridge is computed: its parts and the method."""

    layout: BridgeLayout
    method: str
    per_day: bool


def all_effects(before: Totals, after: Totals, plan: BridgePlan) -> dict[str, Array]:
    """Return the effect of every factor and every kind of cost, and their sum under :data:`CHANGE`.

    Effects of costs are negative if they rose.
    """
    old, new = (factors(t, plan.layout, per_day=plan.per_day) for t in (before, after))
    by_term = METHODS[plan.method](*filled(old, new))
    revenue = total(filled(new, new)[0]) - total(filled(old, old)[0])
    if plan.layout.costs:
        spent = before.costs - after.costs
        by_term |= {f"cost {kind}": spent[..., i] for i, kind in enumerate(plan.layout.kinds)}
        revenue = revenue + spent.sum(axis=-1)
    return {**by_term, CHANGE: revenue}


def intervals(
    before: DailySums, after: DailySums, plan: BridgePlan, *, resamples: int, confidence: float, seed: int
) -> dict[str, tuple[float, float]]:
    """Return an interval for every effect and for the change, by resampling whole days.

    Days of each period are drawn with replacement, as many as there were: calls
    of one day are correlated, and days within a period are assumed alike. Costs
    recorded for a day go with it; those recorded for a month do not vary.

    Returns
    -------
    dict of str to (low, high)
        Percentiles, with Hesterberg's widening for few days: at the normal
        probability of the t quantile for the smaller number of days, times
        sqrt(n / (n - 1)). nan with fewer than two days in a period, or without
        resamples.

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
    """Return the percentile interval's tail, adjusted for few units.

    Examples
    --------
    >>> round(expanded(10_000, 0.95), 4), round(expanded(22, 0.95), 4)
    (0.025, 0.0166)
    """
    from scipy.special import ndtr, stdtrit

    t = stdtrit(size - 1, (1 - confidence) / 2)
    return float(ndtr(math.sqrt(size / (size - 1)) * t))
