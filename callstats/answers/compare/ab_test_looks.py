"""A test day by day, with intervals that allow for repeated looks, and whether it is decided.

Contacts enter on the day their horizon is over, so that every look compares the
same thing. If each arm was loaded on one day, that would be a single look, so
the looks are by age instead: contacts won by day k out of all contacts loaded.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from callstats.answers.compare.ab_test_horizon import DAY_S, Trial, as_date
from callstats.answers.core.estimates import NAN
from callstats.errors import UsageError
from callstats.stats import (
    Comparison,
    confidence_sequence,
    conversion_e_value,
    group_sequential_bounds,
    proportion_difference,
    sample_size,
)

#: A day, the cells, and the number of contacts whose horizon was over.
Snapshot = tuple[dt.date, "ArmCounts", int]
Basis = Literal["completed", "age"]
DecisionKind = Literal["final", "early", "open"]
#: Fewest successes and contacts per arm for a look, as the intervals are asymptotic.
FEWEST_SUCCESSES, FEWEST_CONTACTS = 20, 50
#: Conversion assumed for tuning if none was planned with; it affects only the width.
_SUPPOSED = 0.05
#: Largest drift of the arms' shares between looks for conversion counts to be evidence.
_STEADY = 0.05


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """Successes and contacts of both arms."""

    control_events: float
    control_trials: float
    events: float
    trials: float

    @property
    def both(self) -> bool:
        """Whether both arms have contacts."""
        return min(self.control_trials, self.trials) > 0

    @property
    def pooled(self) -> float:
        """Share of successes in both arms together."""
        total = self.control_trials + self.trials
        return (self.control_events + self.events) / total if total else NAN

    @property
    def balanced(self) -> float:
        """Contacts that two even arms would need for the same precision."""
        return 4 / (1 / self.trials + 1 / self.control_trials) if self.both else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was known at the end of one day.

    Attributes
    ----------
    day : date
    cells : ArmCounts
    contacts : int
        Contacts of both arms whose horizon was over.
    estimate : float
        Difference, treatment minus control.
    low, high : float
        Confidence sequence: holds at all looks together. nan before the first valid look.
    fixed_low, fixed_high : float
        The interval of a single look.
    statistic : float
        Of the single look, for planned looks.
    e_value : float
        Evidence from the conversion counts alone; nan if they provide none.
    """

    day: dt.date
    cells: ArmCounts
    contacts: int
    estimate: float
    low: float
    high: float
    fixed_low: float
    fixed_high: float
    statistic: float
    e_value: float

    def decides(self, margin: float = 0.0) -> bool:
        """Return whether the sequence excludes zero difference, or a loss equal to the margin."""
        return any(self.low > at or self.high < at for at in {0.0, -abs(margin)})


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is fixed before the first look and determines the width of the intervals.

    Attributes
    ----------
    planned : float
        Contacts of both arms at which the sequence is tightest.
    baseline : float
        Assumed conversion; nan for none.
    design_effect, confidence : float
    share : float
        Share of contacts assigned to the treatment.
    margin : float
        Largest loss that does not matter; 0 for none.
    """

    planned: float
    baseline: float
    design_effect: float
    confidence: float
    share: float
    margin: float = 0.0


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

    @property
    def missing_contacts(self) -> int:
        """Contacts whose outcome at the horizon is still missing."""
        return max(self.planned - self.completed, 0)


def basis_of(trial: Trial) -> Basis:
    """Return the basis of a trial's looks: by age if each arm was loaded on one day."""
    return "age" if bool((trial.contacts.groupby("treated")["start"].nunique() == 1).all()) else "completed"


def daily_looks(trial: Trial, per_contact_reached: bool, tuning: Tuning) -> tuple[Look, ...]:
    """Return the looks of a trial, one for each day with new data.

    Parameters
    ----------
    trial : Trial
    per_contact_reached : bool
        Successes are counted per contact reached, not per contact loaded.
    tuning : Tuning
    """
    basis = basis_of(trial)
    seen = (_by_age if basis == "age" else _completed)(trial, per_contact_reached)
    looks = [_look(snapshot, tuning, basis, not per_contact_reached) for snapshot in seen if snapshot[1].both]
    return tuple(_intersected(looks) if basis == "completed" else looks)


def _completed(trial: Trial, reached: bool) -> Iterator[Snapshot]:
    done = trial.done
    ready = done["start"].to_numpy() + trial.horizon_days
    treated = done["treated"].to_numpy(dtype=bool)
    won = done["won"].to_numpy(dtype=float)
    trials = done["reached"].to_numpy(dtype=float) if reached else np.ones(len(done))
    days, code = np.unique(ready, return_inverse=True)
    sums = [
        np.cumsum(np.bincount(code, weights=values * mine, minlength=len(days)))
        for mine in (~treated, treated)
        for values in (won, trials)
    ]
    over = np.cumsum(np.bincount(code, minlength=len(days)))
    for k, day in enumerate(days.tolist()):
        yield as_date(day), ArmCounts(sums[0][k], sums[1][k], sums[2][k], sums[3][k]), int(over[k])


def _by_age(trial: Trial, reached: bool) -> Iterator[Snapshot]:
    frame = trial.contacts
    treated = frame["treated"].to_numpy(dtype=bool)
    newest = int(frame["start"].max())
    won, met = (frame[c].to_numpy(dtype=float) / DAY_S for c in ("won_s", "reached_s"))
    size = [float((~treated).sum()), float(treated.sum())]
    for age in range(1, min(trial.horizon_days, trial.last_day - newest) + 1):
        by_then, seen = won < age, met < age
        trials = [float((seen & ~treated).sum()), float((seen & treated).sum())] if reached else size
        cells = ArmCounts(
            float((by_then & ~treated).sum()), trials[0], float((by_then & treated).sum()), trials[1]
        )
        yield as_date(newest + age), cells, len(frame) if age == trial.horizon_days else 0


def _look(snapshot: Snapshot, tuning: Tuning, basis: Basis, counted: bool) -> Look:
    day, cells, contacts = snapshot
    fixed = difference(cells, tuning.confidence, tuning.design_effect)
    low, high = sequence(cells, tuning, per_success=basis == "age" and counted)
    drift = abs(cells.trials / (cells.trials + cells.control_trials) - tuning.share)
    e_value = NAN
    if counted and drift <= _STEADY:
        e_value = conversion_e_value(cells.events, cells.control_events, share=tuning.share).e_value
    return Look(
        day, cells, contacts, fixed.estimate, low, high, fixed.low, fixed.high, fixed.statistic, e_value
    )


def difference(cells: ArmCounts, confidence: float, design_effect: float = 1.0) -> Comparison:
    """Return the difference of the two proportions with the interval of a single look.

    Correlated contacts count as their effective number of independent ones.
    """
    events, trials, control_events, control_trials = (
        value / design_effect
        for value in (cells.events, cells.trials, cells.control_events, cells.control_trials)
    )
    return proportion_difference(events, trials, control_events, control_trials, confidence=confidence)


def sequence(cells: ArmCounts, tuning: Tuning, *, per_success: bool = False) -> tuple[float, float]:
    """Return the limits that hold at all looks together; nan while there are too few data.

    Information is measured in contacts of two equal arms. For one fixed set of
    contacts (``per_success``) it grows with the successes, as p / (1 - p): the
    difference over 1 - p is then a martingale, like an empirical bridge.
    """
    if (
        cells.control_events + cells.events < FEWEST_SUCCESSES
        or min(cells.control_trials, cells.trials) < FEWEST_CONTACTS
    ):
        return NAN, NAN
    p1, p0, p = cells.events / cells.trials, cells.control_events / cells.control_trials, cells.pooled
    own = p1 * (1 - p1) / cells.trials + p0 * (1 - p0) / cells.control_trials
    pooled = p * (1 - p) * (1 / cells.trials + 1 / cells.control_trials)
    error = math.sqrt(max(own, pooled) * tuning.design_effect)
    now, planned = cells.balanced, tuning.planned
    if per_success:
        supposed = _SUPPOSED if math.isnan(tuning.baseline) else tuning.baseline
        now, planned = now * p / (1 - p) if p < 1 else math.inf, planned * supposed / (1 - supposed)
    if not (0 < now < math.inf) or not planned > 0:
        return NAN, NAN
    limits = confidence_sequence(p1 - p0, error, now, planned_trials=planned, confidence=tuning.confidence)
    return limits.low, limits.high


def _intersected(looks: list[Look]) -> list[Look]:
    """Intersect the looks so far: the true value is in all of them with the confidence of one."""
    low, high, kept = -math.inf, math.inf, []
    for look in looks:
        if math.isnan(look.low):
            kept.append(look)
            continue
        low, high = max(low, look.low), min(high, look.high)
        if low > high:  # the effect changed over time: only the last look describes the present
            low, high = look.low, look.high
        kept.append(replace(look, low=low, high=high))
    return kept


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
    """
    completed = len(trial.done)
    final = completed >= planned and single is not None
    left = 0.0 if final else missing_days(trial, planned)
    base = Decision("open", NAN, NAN, NAN, planned, completed, left, None, "daily looks")
    if planned_looks is not None:
        return _at_planned_looks(base, looks, tuning, _shares(planned_looks))
    if single is not None and final:
        ends = {"estimate": single.estimate, "low": single.low, "high": single.high}
        return replace(base, kind="final", by="single look", **ends)
    if not looks:
        return base
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
    now = difference(taken[at][1].cells, level, tuning.design_effect)
    latest = replace(base, estimate=now.estimate, low=now.low, high=now.high)
    if at == len(times) - 1:
        return replace(latest, kind="final")
    if crossed is not None:
        return replace(latest, kind="early", on=planned[at].day)
    return latest


def _taken(looks: Sequence[Look], planned: int, shares: list[float]) -> list[tuple[float, Look]]:
    """Return the first look at or past each planned share, with its actual share."""
    taken: dict[dt.date, tuple[float, Look]] = {}
    for share in shares:
        for look in looks:
            if look.contacts >= share * planned - 1e-9:
                taken.setdefault(look.day, (min(look.contacts / planned, 1.0), look))
                break
    return sorted(taken.values(), key=lambda pair: pair[0])
