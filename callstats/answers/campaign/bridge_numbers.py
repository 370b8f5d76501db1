"""The arithmetic of a bridge: the factors of revenue, each one's effect, and its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from callstats.answers.campaign.bridge_days_numbers import BridgeLayout, DailySums
from callstats.answers.core.estimates import Change
from callstats.errors import UsageError
from callstats.stats.checking import choose

Array = np.ndarray
Factors = Mapping[str, Array]
#: The terms in the order of the waterfall, and the unit of each; a mix has none. Hours are followed by the
#: labour that is paid for them: who decides on the one decides on the other.
TERM_UNITS = {
    "days": "n",
    "hours": "h",
    "hours_per_day": "h",
    "cost labour": "money",
    "dials_per_day": "n",
    "dials": "n",
    "dials_per_hour": "1/h",
    "answer": "%",
    "argued": "%",
    "success": "%",
    "lists": "",
    "campaigns": "",
    "value": "money",
    "cost advertising": "money",
    "cost technical": "money",
    "cost list": "money",
    "cost other": "money",
}
#: What the terms come to together: how much was done, how well, on what, and at which prices.
TERM_GROUPS = {
    "volume": (
        "days", "hours", "hours_per_day", "cost labour", "dials_per_day", "dials", "dials_per_hour",
    ),
    "quality": ("answer", "argued", "success"),
    "mix": ("lists", "campaigns"),
    "prices": ("value", "cost advertising", "cost technical", "cost list", "cost other"),
}  # fmt: skip
#: One decision: the hours that are worked, and the labour paid for them.
WORK = "work"
_TOGETHER = {**TERM_GROUPS, WORK: ("days", "hours", "hours_per_day", "cost labour")}


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


def together(effects_: Mapping[str, Array]) -> dict[str, Array]:
    """Return what the terms of each group come to, and those of the work, where there are any.

    Examples
    --------
    >>> told = together({"days": np.array(500.0), "cost labour": np.array(-200.0), "answer": np.array(30.0)})
    >>> {name: float(effect) for name, effect in told.items()}
    {'volume': 300.0, 'quality': 30.0, 'work': 300.0}
    """
    members = {name: [t for t in terms if t in effects_] for name, terms in _TOGETHER.items()}
    return {name: np.sum([effects_[t] for t in terms], axis=0) for name, terms in members.items() if terms}


def varied_effects(
    before: DailySums, after: DailySums, plan: BridgePlan, *, confidence: float
) -> dict[str, Change]:
    """Return every effect, group and the change with intervals, from how much they vary from day to day.

    An effect is, to first order, a sum over the days of both periods of what the
    effect gains if a day counts a little more (the infinitesimal jackknife [1]_).
    Days of a period may resemble their neighbours, and the correlation is weighed
    over what the days leave possible; a weekday pattern is taken out. Costs
    recorded for a day go with it; those recorded for a month do not vary.

    Returns
    -------
    dict of str to Change
        Intervals are symmetric around the effect. Empty with fewer than two days in a period.

    References
    ----------
    .. [1] Efron B (1982). The Jackknife, the Bootstrap and Other Resampling Plans.
       SIAM, chapter 6.
    """
    if min(before.size, after.size) < 2:
        return {}
    effects_ = all_effects(totals(before), totals(after), plan)
    gains = [_gains(before, lambda t: all_effects(t, totals(after), plan))]
    gains.append(_gains(after, lambda t: all_effects(totals(before), t, plan)))
    # what is this small beside a day's revenue is rounding
    nothing = 1e-9 * max(float(np.abs(part[CHANGE]).max()) for part in gains)
    gains = [{**part, **together(part)} for part in gains]
    ends = {}
    for name, effect in {**effects_, **together(effects_)}.items():
        values = np.concatenate([part[name] for part in gains])
        values[np.abs(values) <= nothing] = 0.0
        ends[name] = _around(float(effect), values, before, after, confidence)
    return ends


#: By how much a day counts more, and less, to see what it contributes.
_NUDGE = 1e-3


def _gains(days: DailySums, effects_of: Callable[[Totals], dict[str, Array]]) -> dict[str, Array]:
    """Return the derivative of every effect by the weight of every day."""
    ones, nudges = np.ones((days.size, days.size)), _NUDGE * np.eye(days.size)
    more, less = (effects_of(totals(days, ones + by)) for by in (nudges, -nudges))
    return {
        name: np.broadcast_to((more[name] - less[name]) / (2 * _NUDGE), days.size).copy() for name in more
    }


def _around(effect: float, gains: Array, before: DailySums, after: DailySums, confidence: float) -> Change:
    from callstats.stats import sum_of_days

    if np.isnan(effect) or np.isnan(gains).any():
        return Change(effect, confidence=confidence)
    # gains of the earlier period have the other sign: with it their weekday pattern is that of the later one
    signs = np.repeat([-1.0, 1.0], [before.size, after.size])
    weekdays = None
    if before.weekdays is not None and after.weekdays is not None:
        weekdays = np.concatenate([before.weekdays, after.weekdays])
    found = sum_of_days(signs * gains, periods=signs, weekdays=weekdays, signs=signs, confidence=confidence)
    if math.isnan(found.low):
        return Change(effect, confidence=confidence)
    half = (found.high - found.low) / 2
    return Change(effect, effect - half, effect + half, confidence, found.p_value)
