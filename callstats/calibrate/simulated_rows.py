"""Dials from the simulator, and the sums the statistics need.

Runs the dialler of :mod:`callstats.simulate` without placing calls in seconds and
writing tables: the same seed gives the same dials as
:func:`callstats.simulate.simulate`, so results can be checked on the whole path
through the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from callstats.moments import Moments, pair
from callstats.simulate import Scenario, Truth
from callstats.simulate import dial_outcomes as o
from callstats.simulate.contacts import chunks
from callstats.simulate.days import WorkCalendar
from callstats.simulate.dialling import Dialler
from callstats.simulate.roster import allot, roster, teams

Array = np.ndarray


@dataclass(frozen=True)
class Rows:
    """Dials of two lists, one row each; all arrays of shape (dials,).

    ``treated`` marks the second list; ``agent`` is -1 where only the dialer was
    on the line; ``slot`` is weekday * 24 + hour; ``day`` counts working days.
    """

    treated: Array
    contact: Array
    agent: Array
    attempt: Array
    day: Array
    slot: Array
    live: Array
    handled: Array
    success: Array

    def where(self, kept: Array) -> Rows:
        """Return some of the rows."""
        return Rows(*(getattr(self, one.name)[kept] for one in fields(self)))


def dial(scenario: Scenario) -> Rows:
    """Dial every list of a scenario; the first list is the control.

    Examples
    --------
    >>> from callstats.simulate import simulate
    >>> scenario = Scenario.small(seed=3, contacts=50)
    >>> int(dial(scenario).handled.sum()) == int(simulate(scenario).frame("calls").handled.sum())
    True
    """
    calendar, truth = WorkCalendar.of(scenario), Truth.of(scenario)
    every = teams(scenario)
    allotted = allot(scenario, {team.name: team.agents for team in every}, len(calendar))
    control = every[0].lists[0].list_id
    pieces, first = [], 0
    for team in every:
        plan = roster(scenario, calendar, team, allotted[team.name])
        dialler = Dialler(scenario, calendar, team, plan, truth)
        agents = np.append(plan.agent, -1)  # row -1: nobody
        for number, call_list in enumerate(team.lists):
            for people in chunks(scenario, calendar, call_list):
                dials = dialler.dial(number, people, first)
                first += len(people)
                slot = calendar.weekday[dials.day] * 24 + dials.hour
                treated = np.full(len(dials), call_list.list_id != control)
                pieces.append(
                    (
                        treated, dials.contact, agents[dials.row], dials.attempt, dials.day, slot,
                        o.LIVE[dials.outcome], o.HANDLED[dials.outcome], dials.outcome == o.SUCCESS,
                    )
                )  # fmt: skip
    return Rows(*(np.concatenate(column) for column in zip(*pieces, strict=True)))


@dataclass(frozen=True)
class Counts:
    """A KPI on each row: its numerator and denominator, contact and agent, and arm."""

    numerator: Array
    denominator: Array
    treated: Array
    contact: Array
    agent: Array
    slot: Array

    def where(self, kept: Array) -> Counts:
        """Return some of the rows."""
        return Counts(*(getattr(self, one.name)[kept] for one in fields(self)))


def answered(rows: Rows) -> Counts:
    """Count handled calls over dials: answer_rate."""
    ones = np.ones(len(rows.treated))
    handled = rows.handled.astype(float)
    return Counts(handled, ones, rows.treated, rows.contact, rows.agent, rows.slot)


def converted(rows: Rows) -> Counts:
    """Count successes over handled calls: conversion_per_conversation."""
    kept = rows.where(rows.handled)
    ones = np.ones(len(kept.treated))
    return Counts(kept.success.astype(float), ones, kept.treated, kept.contact, kept.agent, kept.slot)


def arm(counts: Counts, treated: bool, unit: str = "contact") -> Moments:
    """Return the moments of one arm over its contacts or agents."""
    one = counts.where(counts.treated == treated)
    return moments(one.numerator, one.denominator, getattr(one, unit))


def moments(numerator: Array, denominator: Array, unit: Array | None = None) -> Moments:
    """Return the moments of a ratio, like :meth:`Moments.of` but without checking names.

    Examples
    --------
    >>> y, n, who = np.array([1.0, 0.0, 1.0]), np.ones(3), np.array([7, 7, 9])
    >>> moments(y, n, who) == Moments.of({"numerator": y, "denominator": n}, who)
    True
    """
    if unit is not None:
        numerator, denominator = summed(unit, numerator, denominator)
    y, n = "numerator", "denominator"
    return Moments(
        len(numerator),
        {y: float(numerator.sum()), n: float(denominator.sum())},
        {
            pair(y, y): float(numerator @ numerator),
            pair(y, n): float(numerator @ denominator),
            pair(n, n): float(denominator @ denominator),
        },
    )


def summed(unit: Array, *columns: Array) -> tuple[Array, ...]:
    """Return the sums of columns within each unit present; units are small integers."""
    here = np.bincount(unit) > 0
    return tuple(np.bincount(unit, column)[here] for column in columns)


def both(unit: Sequence[int] | Array, other: Sequence[int] | Array) -> Array:
    """Number each pair of units present, from 0.

    Examples
    --------
    >>> both([5, 5, 2], [0, 1, 1]).tolist()
    [1, 2, 0]
    """
    a, b = np.asarray(unit, dtype=np.int64), np.asarray(other, dtype=np.int64)
    return np.unique(a * (int(b.max(initial=0)) + 1) + b, return_inverse=True)[1]
