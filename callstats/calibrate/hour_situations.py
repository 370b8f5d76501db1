"""Calling hours whose luck changes from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.answers.campaign.calling_hours_numbers import DayCells, HourCells, hour_effects
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate.streams import stream
from callstats.stats import proportion_interval, stratified_risk_ratio
from callstats.stats.multiplicity import bonferroni_confidence

Array = np.ndarray
DAYS, HOURS, LEVELS = 20, np.arange(10, 18), 12
REACH = 0.2
_FEWEST = 50


@dataclass(frozen=True)
class DialledHours:
    """Dials by stratum, hour and day; ``better`` is the hour that is truly better, if any."""

    cells: HourCells
    weekday: Array
    better: int | None


def hours_dialled(
    seed: int, spread: float = 0.0, common: float = 0.0, dials: float = 60.0, evening: float = 1.0
) -> DialledHours:
    """Draw 20 days of 8 hours; the logit of every hour of every day is its own, the last hour's rate higher.

    Contacts are of twelve levels of reach; ``dials`` are those of an hour of a day.
    """
    rng = stream(seed, "dialled hours")
    day, hour, level = (
        a.ravel()
        for a in np.meshgrid(np.arange(DAYS), np.arange(len(HOURS)), np.arange(LEVELS), indexing="ij")
    )
    shock = spread * rng.standard_normal((DAYS, len(HOURS))) + common * rng.standard_normal((DAYS, 1))
    odds = REACH / (1 - REACH) * np.exp(shock[day, hour] + np.linspace(-0.6, 0.6, LEVELS)[level])
    chance = odds / (1 + odds) * np.where(hour == len(HOURS) - 1, evening, 1.0)
    n = rng.poisson(dials / LEVELS * rng.gamma(10, 0.1, (DAYS, len(HOURS)))[day, hour])
    weekday = day % 5
    cells = HourCells(weekday * LEVELS + level, HOURS[hour], day, n.astype(float), rng.binomial(n, chance))
    kept = n > 0
    better = int(HOURS[-1]) if evening != 1.0 else None
    return DialledHours(cells.where(kept), weekday[kept] + 1, better)


def _named(named: set[int], sample: DialledHours) -> MethodAnswer:
    """Score whether any hour was named, or whether the better one was."""
    return MethodAnswer(share=float(bool(named) if sample.better is None else sample.better in named))


def _by_day(sample: DialledHours) -> MethodAnswer:
    found = hour_effects([int(h) for h in HOURS], sample.cells, _FEWEST, 0.95)
    named = {e.hour for e in found if not e.thin and (e.low > 1 or (e.high < 1 and sample.better is None))}
    return _named(named, sample)


def _by_dial(sample: DialledHours) -> MethodAnswer:
    cells, named = sample.cells, set()
    size = int(cells.stratum.max()) + 1
    level = bonferroni_confidence(0.95, len(HOURS))
    for hour in HOURS:
        ours = cells.hour == hour
        sums = [
            np.bincount(cells.stratum, v * w, size)
            for w in (ours, ~ours)
            for v in (cells.dials, cells.reached)
        ]
        n, x, m, y = sums
        ratio = stratified_risk_ratio(
            np.stack([np.column_stack([x, n - x]), np.column_stack([y, m - y])], axis=1), confidence=level
        )
        if ratio.low > 1 or (ratio.high < 1 and sample.better is None):
            named.add(int(hour))
    return _named(named, sample)


def _slots(sample: DialledHours, by_day: bool) -> MethodAnswer:
    """Name hours, and hours of a weekday, whose interval lies beside the overall rate."""
    cells, named = sample.cells, set()
    whole = DayCells(cells.day, sample.weekday, cells.hour, cells.dials, cells.reached).merged()
    overall = whole.reached.sum() / whole.dials.sum()
    variation = whole.variation()
    slots = [(None, int(h)) for h in HOURS] + [(d, int(h)) for d in range(1, 6) for h in HOURS]
    level = bonferroni_confidence(0.95, len(slots))
    for weekday, hour in slots:
        here = (whole.hour == hour) & ((whole.weekday == weekday) | (weekday is None))
        dials, reached = whole.dials[here].sum(), whole.reached[here].sum()
        if dials < _FEWEST:
            continue
        found = proportion_interval(reached, dials, confidence=level)
        low, high = found.low, found.high
        if by_day:
            rate, repeats = reached / dials, whole.repeats(weekday, hour)
            low, high = variation.limits(rate, low, high, repeats, level)
        if low > overall or (high < overall and sample.better is None):
            named.add(hour)
    return _named(named, sample)


_WITHIN = (
    CheckedMethod("Mantel-Haenszel, dials independent", "obvious", _by_dial),
    CheckedMethod("Mantel-Haenszel by day", "default", _by_day),
)
_AS_DIALLED = (
    CheckedMethod("intervals of the dials", "obvious", partial(_slots, by_day=False)),
    CheckedMethod(
        "intervals of days", "default", partial(_slots, by_day=True),
        "Bonferroni over hours and hours of a weekday, which contain each other",
    ),
)  # fmt: skip
_SHARED = "20 days of 8 hours of 60 dials, 20 % reached"


def _hours(name: str, question: str, methods: tuple[CheckedMethod, ...]) -> tuple[Situation, ...]:
    return (
        Situation(name, question, f"{_SHARED}, hours alike", hours_dialled, methods),
        Situation(
            name, question, "the same, every hour of every day has a shock of sd .15",
            partial(hours_dialled, spread=0.15), methods,
        ),
        Situation(
            name, question, "the same, shocks of sd .3", partial(hours_dialled, spread=0.3), methods,
        ),
        Situation(
            name, question, "shocks of sd .15, the last hour reaches 30 % more",
            partial(hours_dialled, spread=0.15, evening=1.3), methods, ("power",),
        ),
    )  # fmt: skip


CALLING = (
    *_hours("hours on the same contacts", "Does any hour reach more of the same contacts?", _WITHIN),
    *_hours("hours as dialled", "Is any hour better than overall?", _AS_DIALLED),
)
