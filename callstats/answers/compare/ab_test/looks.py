"""A test day by day: what was known at each look, with intervals that allow for looking.

Contacts enter on the day their horizon is over, so that every look compares
the same thing. Where each arm was loaded on one day that would be a single
look; then the looks are by age: contacts won by day k of all contacts loaded.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from callstats.answers.compare.ab_test.horizon import Trial
from callstats.answers.compare.ab_test.window import DAY_S, as_date
from callstats.answers.core.estimates import NAN
from callstats.stats import Comparison, confidence_sequence, conversion_e_value, proportion_difference

#: A day, the cells and the contacts whose horizon was over.
Seen = tuple[dt.date, "Cells", int]
Basis = Literal["completed", "age"]
#: A look is taken from so many successes and so many contacts in each arm on: the intervals are asymptotic.
FEWEST_SUCCESSES, FEWEST_CONTACTS = 20, 50
#: Conversion that the tuning supposes where none was planned with; it decides no more than the width.
_SUPPOSED = 0.05
#: Shares of the arms may drift by so much from look to look for the count of conversions to be evidence.
_STEADY = 0.05


@dataclass(frozen=True, slots=True)
class Cells:
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
    cells : Cells
    contacts : int
        Contacts of both arms whose horizon was over.
    estimate : float
        Difference, treatment less control.
    low, high : float
        Confidence sequence: holds at all looks together. nan before the first valid look.
    fixed_low, fixed_high : float
        The interval of a single look.
    statistic : float
        Of the single look, for planned looks.
    e_value : float
        Evidence from the counts of conversions alone; nan where they are none.
    """

    day: dt.date
    cells: Cells
    contacts: int
    estimate: float
    low: float
    high: float
    fixed_low: float
    fixed_high: float
    statistic: float
    e_value: float

    def decides(self, margin: float = 0.0) -> bool:
        """Tell whether the sequence excludes no difference, or a loss of just the margin."""
        return any(self.low > at or self.high < at for at in {0.0, -abs(margin)})


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is fixed before the first look, and how wide an interval is.

    Attributes
    ----------
    planned : float
        Contacts of both arms at which the sequence is tightest.
    baseline : float
        Conversion supposed; nan for none.
    design_effect, confidence : float
    share : float
        Of the contacts assigned to the treatment.
    margin : float
        Largest loss that does not matter; 0 for none.
    """

    planned: float
    baseline: float
    design_effect: float
    confidence: float
    share: float
    margin: float = 0.0


def basis_of(trial: Trial) -> Basis:
    """Return how a trial is looked at: by age where each arm was loaded on one day."""
    return "age" if bool((trial.contacts.groupby("treated")["start"].nunique() == 1).all()) else "completed"


def looks(trial: Trial, per_contact_reached: bool, tuning: Tuning) -> tuple[Look, ...]:
    """Return the looks of a trial, one a day on which anything new was known.

    Parameters
    ----------
    trial : Trial
    per_contact_reached : bool
        Successes are counted per contact reached, not per contact loaded.
    tuning : Tuning
    """
    basis = basis_of(trial)
    seen = (_by_age if basis == "age" else _completed)(trial, per_contact_reached)
    found = [_look(one, tuning, basis, not per_contact_reached) for one in seen if one[1].both]
    return tuple(_intersected(found) if basis == "completed" else found)


def _completed(trial: Trial, reached: bool) -> Iterator[Seen]:
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
        yield as_date(day), Cells(sums[0][k], sums[1][k], sums[2][k], sums[3][k]), int(over[k])


def _by_age(trial: Trial, reached: bool) -> Iterator[Seen]:
    frame = trial.contacts
    treated = frame["treated"].to_numpy(dtype=bool)
    newest = int(frame["start"].max())
    won, met = (frame[c].to_numpy(dtype=float) / DAY_S for c in ("won_s", "reached_s"))
    size = [float((~treated).sum()), float(treated.sum())]
    for age in range(1, min(trial.horizon_days, trial.last_day - newest) + 1):
        by_then, seen = won < age, met < age
        trials = [float((seen & ~treated).sum()), float((seen & treated).sum())] if reached else size
        cells = Cells(
            float((by_then & ~treated).sum()), trials[0], float((by_then & treated).sum()), trials[1]
        )
        yield as_date(newest + age), cells, len(frame) if age == trial.horizon_days else 0


def _look(seen: Seen, tuning: Tuning, basis: Basis, counted: bool) -> Look:
    day, cells, contacts = seen
    fixed = difference(cells, tuning.confidence, tuning.design_effect)
    low, high = sequence(cells, tuning, per_success=basis == "age" and counted)
    drift = abs(cells.trials / (cells.trials + cells.control_trials) - tuning.share)
    e_value = NAN
    if counted and drift <= _STEADY:
        e_value = conversion_e_value(cells.events, cells.control_events, share=tuning.share).e_value
    return Look(
        day, cells, contacts, fixed.estimate, low, high, fixed.low, fixed.high, fixed.statistic, e_value
    )


def difference(cells: Cells, confidence: float, design_effect: float = 1.0) -> Comparison:
    """Return the difference of the two proportions with the interval of a single look.

    Contacts that hang together count for as many independent ones as tell as much.
    """
    events, trials, control_events, control_trials = (
        value / design_effect
        for value in (cells.events, cells.trials, cells.control_events, cells.control_trials)
    )
    return proportion_difference(events, trials, control_events, control_trials, confidence=confidence)


def sequence(cells: Cells, tuning: Tuning, *, per_success: bool = False) -> tuple[float, float]:
    """Return the limits that hold at all looks together; nan while there is too little for them.

    Information counts in contacts of two even arms. Of one fixed set of contacts
    (``per_success``) it grows with the successes p / (1 - p): the difference over
    1 - p is a martingale then, as the bridge of an empirical distribution is.
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
    found = confidence_sequence(p1 - p0, error, now, planned_trials=planned, confidence=tuning.confidence)
    return found.low, found.high


def _intersected(found: list[Look]) -> list[Look]:
    """Keep what every look so far allows: the truth is in all of them with the confidence of one."""
    low, high, kept = -math.inf, math.inf, []
    for look in found:
        if math.isnan(look.low):
            kept.append(look)
            continue
        low, high = max(low, look.low), min(high, look.high)
        if low > high:  # an effect that moved with time: only the last look speaks of now
            low, high = look.low, look.high
        kept.append(replace(look, low=low, high=high))
    return kept
