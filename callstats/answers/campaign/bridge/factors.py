"""The factors of a bridge: hours, dials per hour, the rate of each step, value, and the mix of groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from callstats.answers.campaign.bridge.sums import Days, Layout

Array = np.ndarray


class Totals(NamedTuple):
    """The sums of one period, or of many resamples of it (leading axes).

    Attributes
    ----------
    sums : mapping of str to ndarray of shape (..., groups)
    hours : ndarray of shape (..., campaigns)
    costs : ndarray of shape (..., kinds)
    days : float
        How many were worked.
    """

    sums: Mapping[str, Array]
    hours: Array
    costs: Array
    days: float


def totals(found: Days, weights: Array | None = None) -> Totals:
    """Add a period's days up, each as often as its weight says.

    Parameters
    ----------
    found : Days
    weights : ndarray of shape (resamples, days), optional
        Without them every day counts once and there is no leading axis.

    Examples
    --------
    >>> two = Days({"dials": np.array([[10.0], [30.0]])}, np.zeros((2, 1)), np.zeros((2, 0)), np.zeros(0))
    >>> totals(two).sums["dials"].tolist(), totals(two, np.array([[2.0, 0.0]])).sums["dials"].tolist()
    ([40.0], [[20.0]])
    """
    each = np.ones(found.size) if weights is None else weights
    sums = {name: each @ values for name, values in found.sums.items()}
    return Totals(sums, each @ found.hours, each @ found.costs + found.fixed, float(found.size))


def factors(found: Totals, plan: Layout, *, days: bool = False) -> dict[str, Array]:
    """Return what the revenue of a period is the sum of products of, group by group.

    Parameters
    ----------
    found : Totals
    plan : Layout
    days : bool
        Days worked are a factor of their own, and hours are those of a day.

    Returns
    -------
    dict of str to ndarray of shape (..., groups)
        nan where a rate has nothing to be of. Without hours the first factor is
        dials; without values the last one is the rate of success.

    Examples
    --------
    >>> plan = Layout(("dials", "successes"), (("", "x"),), ("",), np.array([0]), (), True, True, False)
    >>> one = Totals({"dials": np.array([40.0]), "successes": np.array([2.0]), "value": np.array([90.0])},
    ...              np.array([4.0]), np.zeros(0), 1.0)
    >>> {name: float(values[0]) for name, values in factors(one, plan).items()}
    {'hours': 4.0, 'dials_per_hour': 10.0, 'success': 0.05, 'value': 45.0}
    """
    made = _work(found, plan)
    if days:
        first = next(iter(made))
        rest = {name: made[name] for name in made if name != first}
        made = {"days": np.full(1, found.days), f"{first}_per_day": made[first] / found.days, **rest}
    dials = found.sums["dials"]
    if len(plan.groups) > len(plan.campaigns):
        made["lists"] = _divided(dials, _by_campaign(dials, plan)[..., plan.campaign])
    for earlier, step in pairwise(plan.steps):
        made[_RATES[step]] = _divided(found.sums[step], found.sums[earlier])
    if plan.value:
        made["value"] = _divided(found.sums["value"], found.sums[plan.steps[-1]])
    return made


_RATES = {"handled": "answer", "argued": "argued", "successes": "success"}


def _work(found: Totals, plan: Layout) -> dict[str, Array]:
    """Return hours, their split over campaigns and dials per hour; dials and their split without hours."""
    dials = _by_campaign(found.sums["dials"], plan)
    effort = found.hours if plan.hours else dials
    everything = effort.sum(axis=-1, keepdims=True)
    made = {"hours" if plan.hours else "dials": everything}
    if len(plan.campaigns) > 1:
        made["campaigns"] = _divided(effort, everything)[..., plan.campaign]
    if plan.hours:
        made["dials_per_hour"] = _divided(dials, found.hours)[..., plan.campaign]
    return made


def _by_campaign(values: Array, plan: Layout) -> Array:
    """Add groups up by campaign, along the last axis."""
    belongs = np.zeros((len(plan.groups), len(plan.campaigns)))
    belongs[np.arange(len(plan.groups)), plan.campaign] = 1.0
    return values @ belongs


def _divided(above: Array, below: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.where(below > 0, above / below, np.nan)


def house(found: Totals, plan: Layout, *, days: bool = False) -> dict[str, float]:
    """Return the factors of all groups together, as people quote them; a mix has no such figure."""
    one = replace(plan, groups=(("", ""),), campaigns=("",), campaign=np.zeros(1, dtype=int))
    sums = {name: values.sum(axis=-1, keepdims=True) for name, values in found.sums.items()}
    whole = Totals(sums, found.hours.sum(axis=-1, keepdims=True), found.costs, found.days)
    return {name: float(values[0]) for name, values in factors(whole, one, days=days).items()}


def consistent(before: Days, after: Days, plan: Layout) -> tuple[Layout, tuple[str, ...]]:
    """Leave out what would lose calls: steps that later ones skip, hours that some dials lack.

    Returns
    -------
    Layout
        With the steps that every later call has passed.
    tuple of str
        What was left out: names of steps, and "hours".
    """
    steps, left = list(plan.steps), []
    later = plan.steps[-1]
    for step in reversed(plan.steps[1:-1]):
        if any(((d.sums[later] > 0) & (d.sums[step] <= 0)).any() for d in (before, after)):
            steps.remove(step)
            left.append(step)
        else:
            later = step
    hours = plan.hours and not any(_untimed(d, plan) for d in (before, after))
    if plan.hours and not hours:
        left.append("hours")
    return replace(plan, steps=tuple(steps), hours=hours), tuple(left)


def _untimed(found: Days, plan: Layout) -> bool:
    """Tell whether a campaign dialled in a period without an hour of login."""
    dials = _by_campaign(found.sums["dials"].sum(axis=0), plan)
    return bool(((dials > 0) & (found.hours.sum(axis=0) <= 0)).any())
