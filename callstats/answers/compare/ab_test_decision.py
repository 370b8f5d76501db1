"""Whether a test is decided: at its planned end, at a planned look, early, or not yet."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.compare.ab_test_looks import ArmCounts, Look, Tuning, difference
from callstats.answers.core.estimates import NAN
from callstats.errors import UsageError
from callstats.stats import (
    Comparison,
    group_sequential_bounds,
    sample_size,
    stratified_proportion_difference,
)

DecisionKind = Literal["final", "early", "open"]


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """One planned look: its share of the planned contacts, its bound, and the result.

    ``day`` is None, and ``statistic`` nan, until it is reached.
    """

    information: float
    bound: float
    confidence: float
    day: dt.date | None
    statistic: float

    @property
    def crossed(self) -> bool:
        """Whether the statistic is beyond the bound."""
        return abs(self.statistic) > self.bound


@dataclass(frozen=True)
class Decision:
    """The decision, and the interval behind it.

    Attributes
    ----------
    kind : str
        "final" (the planned contacts were followed to the horizon), "early" (decided
        before, by an interval that allows for it) or "open".
    estimate, low, high : float
        Difference with the interval that counts: that of a single look when final, of
        planned looks if there are any, otherwise of daily looks.
    planned, completed : int
        Contacts of both arms: planned, and followed to the horizon.
    missing_days : float
        Until the planned contacts are followed; nan if unknown.
    on : date or None
        When it was decided early.
    by : str
        "single look", "daily looks" or "planned looks".
    planned_looks : tuple of PlannedLook
    declared : bool
        Whether the planned contacts were set beforehand; if not, only an interval that
        allows for any number of looks decides.
    """

    kind: DecisionKind
    estimate: float
    low: float
    high: float
    planned: int
    completed: int
    missing_days: float
    on: dt.date | None
    by: str
    planned_looks: tuple[PlannedLook, ...] = ()
    declared: bool = True

    @property
    def missing_contacts(self) -> int:
        """Contacts whose outcome at the horizon is still missing."""
        return max(self.planned - self.completed, 0)


def planned_contacts(
    trial: Trial, cells: ArmCounts, planned: int | None, effect: float | None, tuning: Tuning
) -> int:
    """Return the planned contacts of both arms.

    Those requested; else those needed to detect the smallest effect that matters
    (at the assumed conversion, or that of both arms pooled, which says nothing
    about their difference); else all that were loaded.
    """
    if planned is not None:
        if planned < 2:
            raise UsageError(f"{planned} contacts planned", hint="Give the contacts of both arms together.")
        return int(planned)
    loaded = len(trial.contacts)
    if not effect:
        return loaded
    base = cells.pooled if math.isnan(tuning.baseline) else tuning.baseline
    if not 0 < base < 1 or not 0 <= base + effect <= 1:
        return loaded
    share = tuning.share
    size = sample_size(
        base, base + effect, allocation=share / (1 - share), alpha=1 - tuning.confidence,
        design_effect=tuning.design_effect,
    )  # fmt: skip
    # If only contacts reached count, correspondingly more must be loaded.
    counted = (cells.trials + cells.control_trials) / max(len(trial.done), 1)
    return math.ceil(size.total / counted) if counted > 0 else size.total


def missing_days(trial: Trial, planned: int) -> float:
    """Return the days until a number of contacts are followed to the horizon; nan if the inflow is unknown.

    Contacts all loaded on one day say nothing about how fast more would come.
    """
    start = np.sort(trial.contacts["start"].to_numpy())
    if planned <= len(start):
        return float(max(int(start[planned - 1]) + trial.horizon_days - trial.last_day, 0))
    span = int(start[-1] - start[0]) + 1
    if span < 2:
        return NAN
    per_day = len(start) / span
    return float(math.ceil((planned - len(start)) / per_day) + trial.horizon_days)


def decide(
    trial: Trial,
    single: Comparison | None,
    looks: Sequence[Look],
    tuning: Tuning,
    planned: int,
    planned_looks: int | Sequence[float] | None = None,
    *,
    declared: bool = True,
) -> Decision:
    """Return the decision.

    Parameters
    ----------
    trial : Trial
    single : Comparison or None
        Of the contacts followed to the horizon, at a single look; None if an arm has none.
    looks : sequence of Look
    tuning : Tuning
    planned : int
        Contacts of both arms.
    planned_looks : int or sequence of float, optional
        Number of equally spaced looks, or their shares of the planned contacts,
        rising to 1. If omitted, daily looks are allowed for.
    declared : bool
        Whether the planned contacts were set beforehand. If not, more may be loaded and
        the test be read again until something shows up: no single look is final.
    """
    completed = len(trial.done)
    over = completed >= planned and single is not None
    final = over and declared
    left = 0.0 if over else missing_days(trial, planned)
    base = Decision("open", NAN, NAN, NAN, planned, completed, left, None, "daily looks", declared=declared)
    # Nobody won at all, or no limits: nothing to decide on, however many were followed.
    some = any(look.cells.events + look.cells.control_events for look in looks)
    if not some or (single is not None and math.isnan(single.low)):
        return replace(base, estimate=NAN if single is None else single.estimate)
    if planned_looks is not None:
        return _at_planned_looks(base, looks, tuning, _shares(planned_looks))
    if single is not None and final:
        ends = {"estimate": single.estimate, "low": single.low, "high": single.high}
        return replace(base, kind="final", by="single look", **ends)
    last = looks[-1]
    latest = replace(base, estimate=last.estimate, low=last.low, high=last.high)
    first = next((look for look in looks if look.decides(tuning.margin)), None)
    now = last.decides(tuning.margin)
    if first is not None and (now or last.estimate * first.estimate > 0):
        # Later looks may be inconclusive again; once zero difference is excluded, it stays excluded.
        by = last if now else first
        return replace(latest, kind="early", on=first.day, estimate=by.estimate, low=by.low, high=by.high)
    return latest


def _shares(asked: int | Sequence[float]) -> list[float]:
    if isinstance(asked, int):
        if asked < 1:
            raise UsageError(f"{asked} planned looks", hint="Plan one look or more.")
        return [(k + 1) / asked for k in range(asked)]
    shares = [float(share) for share in asked]
    if not shares or shares != sorted(shares) or shares[0] <= 0 or abs(shares[-1] - 1) > 1e-9:
        raise UsageError("planned looks rise from above 0 to 1", hint="For example 0.5, 1.")
    return shares


def _at_planned_looks(base: Decision, looks: Sequence[Look], tuning: Tuning, shares: list[float]) -> Decision:
    taken = _taken(looks, base.planned, shares)
    reached = [share for share, _ in taken]
    ahead = [share for share in shares if share > (reached[-1] if reached else 0.0) + 1e-9]
    times = [*reached, *ahead]
    bounds = group_sequential_bounds(
        len(times), alpha=1 - tuning.confidence, spending="lan-demets-obrien-fleming", information=times
    )
    planned = tuple(
        PlannedLook(time, bound, 1 - p, look.day if look else None, look.statistic if look else NAN)
        for time, bound, p, look in zip(
            times,
            bounds.bounds,
            bounds.p_values,
            [*(look for _, look in taken), *[None] * len(ahead)],
            strict=True,
        )
    )
    base = replace(base, planned_looks=planned, by="planned looks")
    if not taken:
        return base
    crossed = next((k for k, look in enumerate(planned) if look.crossed), None)
    at = len(taken) - 1 if crossed is None else crossed
    level = planned[at].confidence
    if not 0 < level < 1:  # no error is spent yet, so nothing can be concluded
        return replace(base, estimate=taken[at][1].estimate)
    now = _at_level(taken[at][1], level, tuning.design_effect)
    latest = replace(base, estimate=now.estimate, low=now.low, high=now.high)
    if at == len(times) - 1:
        return replace(latest, kind="final")
    if crossed is not None:
        return replace(latest, kind="early", on=planned[at].day)
    return latest


def _at_level(look: Look, confidence: float, design_effect: float) -> Comparison:
    """Return the difference of a look at the confidence of its bound."""
    if look.strata is None:
        return difference(look.cells, confidence, design_effect)
    s = look.strata
    return stratified_proportion_difference(
        s.events, s.trials, s.control_events, s.control_trials,
        design_effect=design_effect, confidence=confidence,
    )  # fmt: skip


def _taken(looks: Sequence[Look], planned: int, shares: list[float]) -> list[tuple[float, Look]]:
    """Return the first look at or past each planned share, with its actual share."""
    taken: dict[dt.date, tuple[float, Look]] = {}
    for share in shares:
        for look in looks:
            if look.contacts >= share * planned - 1e-9:
                taken.setdefault(look.day, (min(look.contacts / planned, 1.0), look))
                break
    return sorted(taken.values(), key=lambda pair: pair[0])
