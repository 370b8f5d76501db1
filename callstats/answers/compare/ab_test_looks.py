"""A test day by day, with intervals that allow for repeated looks.

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
from callstats.answers.compare.ab_test_loading import LoadingDays, strata_by_day
from callstats.answers.core.estimates import NAN
from callstats.stats import (
    Comparison,
    TwoByTwoStrata,
    confidence_sequence,
    conversion_e_value,
    proportion_difference,
    stratified_proportion_difference,
)

#: A day, the cells, the number of contacts whose horizon was over, and of days loaded by then.
Snapshot = tuple[dt.date, "ArmCounts", int, int]
Basis = Literal["completed", "age"]
#: Fewest successes and contacts per arm for a look, as the intervals are asymptotic.
FEWEST_SUCCESSES, FEWEST_CONTACTS = 20, 50
#: Conversion assumed for tuning if none was planned with; it affects only the width.
_SUPPOSED = 0.05
#: Contacts at which the sequence is tightest if no size was planned. It must not depend on
#: the data, or every report would have a sequence of its own.
UNPLANNED = 2000
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
    strata : TwoByTwoStrata or None
        The counts by day of loading, if the arms are compared within them.
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
    strata: TwoByTwoStrata | None = None

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


def basis_of(trial: Trial) -> Basis:
    """Return the basis of a trial's looks: by age if each arm was loaded on one day."""
    return "age" if bool((trial.contacts.groupby("treated")["start"].nunique() == 1).all()) else "completed"


def daily_looks(
    trial: Trial, per_contact_reached: bool, tuning: Tuning, loading: LoadingDays | None = None
) -> tuple[Look, ...]:
    """Return the looks of a trial, one for each day with new data.

    Parameters
    ----------
    trial : Trial
    per_contact_reached : bool
        Successes are counted per contact reached, not per contact loaded.
    tuning : Tuning
    loading : LoadingDays, optional
        The days of loading: whether the arms are compared within them, or not at all.
    """
    basis = basis_of(trial)
    seen = [s for s in (_by_age if basis == "age" else _completed)(trial, per_contact_reached) if s[1].both]
    if loading is not None and loading.refused:
        return tuple(_unjudged(snapshot) for snapshot in seen)
    if loading is not None and loading.adjusted:
        return tuple(_intersected(_within_days(trial, seen, per_contact_reached, tuning, loading)))
    looks = [_look(snapshot, tuning, basis, not per_contact_reached) for snapshot in seen]
    return tuple(_intersected(looks) if basis == "completed" else looks)


def counted_of(trial: Trial, reached: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the successes and trials of each contact whose horizon is over."""
    done = trial.done
    won = done["won"].to_numpy(dtype=float)
    return won, done["reached"].to_numpy(dtype=float) if reached else np.ones(len(done))


def _completed(trial: Trial, reached: bool) -> Iterator[Snapshot]:
    done = trial.done
    ready = done["start"].to_numpy() + trial.horizon_days
    treated = done["treated"].to_numpy(dtype=bool)
    won, trials = counted_of(trial, reached)
    days, code = np.unique(ready, return_inverse=True)
    sums = [
        np.cumsum(np.bincount(code, weights=values * mine, minlength=len(days)))
        for mine in (~treated, treated)
        for values in (won, trials)
    ]
    over = np.cumsum(np.bincount(code, minlength=len(days)))
    for k, day in enumerate(days.tolist()):
        cells = ArmCounts(sums[0][k], sums[1][k], sums[2][k], sums[3][k])
        yield as_date(day), cells, int(over[k]), int(day) - trial.horizon_days


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
        yield as_date(newest + age), cells, len(frame) if age == trial.horizon_days else 0, newest


def _look(snapshot: Snapshot, tuning: Tuning, basis: Basis, counted: bool) -> Look:
    day, cells, contacts, _ = snapshot
    fixed = difference(cells, tuning.confidence, tuning.design_effect)
    low, high = sequence(cells, tuning, per_success=basis == "age" and counted)
    drift = abs(cells.trials / (cells.trials + cells.control_trials) - tuning.share)
    e_value = NAN
    if counted and drift <= _STEADY:
        e_value = conversion_e_value(cells.events, cells.control_events, share=tuning.share).e_value
    return Look(
        day, cells, contacts, fixed.estimate, low, high, fixed.low, fixed.high, fixed.statistic, e_value
    )


def _unjudged(snapshot: Snapshot) -> Look:
    """Return a look at arms that share too few days of loading: counts, and nothing concluded."""
    day, cells, contacts, _ = snapshot
    gap = cells.events / cells.trials - cells.control_events / cells.control_trials
    return Look(day, cells, contacts, gap, NAN, NAN, NAN, NAN, NAN, NAN)


def _within_days(
    trial: Trial, seen: Sequence[Snapshot], reached: bool, tuning: Tuning, loading: LoadingDays
) -> list[Look]:
    """Return looks that compare the arms within days of loading.

    Contacts enter by day of loading, so that each look adds strata: the differences within
    them are a martingale, whatever the shares of the arms on each day.
    """
    days, strata = strata_by_day(trial, *counted_of(trial, reached))
    evidence, blocks = strata.e_values(), loading.block_of(days)
    looks = []
    for day, cells, contacts, loaded in seen:
        number = int(np.searchsorted(days, loaded, side="right"))
        now = strata.together(blocks[:number])
        if not len(now.trials):
            continue
        fixed = stratified_proportion_difference(
            now.events, now.trials, now.control_events, now.control_trials,
            design_effect=tuning.design_effect, confidence=tuning.confidence,
        )  # fmt: skip
        low, high = sequence_within_days(now, tuning)
        e_value = NAN if reached else float(evidence[number - 1])
        ends = (fixed.estimate, low, high, fixed.low, fixed.high, fixed.statistic)
        looks.append(Look(day, cells, contacts, *ends, e_value, now))
    return looks


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


def sequence_within_days(strata: TwoByTwoStrata, tuning: Tuning) -> tuple[float, float]:
    """Return the limits that hold at all looks together, of arms compared within days of loading."""
    successes = float((strata.events + strata.control_events).sum())
    if (
        successes < FEWEST_SUCCESSES
        or min(strata.trials.sum(), strata.control_trials.sum()) < FEWEST_CONTACTS
        or not tuning.planned > 0
    ):
        return NAN, NAN
    variance = max(strata.null_variance, strata.own_variance) * tuning.design_effect
    limits = confidence_sequence(
        strata.estimate,
        math.sqrt(variance),
        4 * float(strata.weights.sum()),
        planned_trials=tuning.planned,
        confidence=tuning.confidence,
    )
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


@dataclass(frozen=True, slots=True)
class AtAnyLook:
    """What makes an interval of a single look hold at all looks together.

    Attributes
    ----------
    confidence : float
        At which an interval of a single look has to be computed.
    promised : float
        That the true value lies within it at all looks.
    contacts, planned : float
        Contacts so far, of two even arms, and those at which intervals are tightest.
    """

    confidence: float
    promised: float
    contacts: float
    planned: float

    def of(self, single: Comparison) -> Comparison:
        """Return a comparison made at this confidence with the p-value and promise of all looks."""
        from scipy.special import ndtri

        if math.isnan(single.p_value) or self.confidence == self.promised:
            return single
        z = -float(ndtri(max(single.p_value, 1e-300) / 2))
        p = confidence_sequence(
            z, 1.0, self.contacts, planned_trials=self.planned, confidence=self.promised
        ).p_value
        method = f"{single.method}, at any number of looks"
        return replace(single, p_value=p, confidence=self.promised, method=method)


def anytime(control: float, treatment: float, planned: float, confidence: float) -> AtAnyLook:
    """Return at which confidence an interval of a single look holds at all looks together.

    Parameters
    ----------
    control, treatment : float
        Contacts so far.
    planned : float
        Contacts at which the sequence is tightest.
    confidence : float
        That the true value lies within it at all looks.

    Examples
    --------
    >>> round(anytime(1000, 1000, 2000, 0.95).confidence, 4)
    0.9976
    """
    from scipy.special import ndtr

    if not (min(control, treatment) > 0 and planned > 0):
        return AtAnyLook(confidence, confidence, 0.0, planned)
    now = 4 / (1 / control + 1 / treatment)
    width = confidence_sequence(0.0, 1.0, now, planned_trials=planned, confidence=confidence).high
    # Of a handful of contacts nothing holds at all looks: as good as certain is not quite 1.
    return AtAnyLook(min(float(1 - 2 * ndtr(-width)), 1 - 1e-12), confidence, now, planned)
