"""Situations of a month that is not over: what will the total be, and is the target made?

Dials and their successes are drawn day by day with shocks that neighbours share, by rules of
their own: the days to come are drawn from the same level, not from the model that predicts
them. Targets are budgets made beforehand: the month's own level lies around them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.calibrate.daily_shocks import neighbours
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate.streams import stream
from callstats.stats.total_predictions import TotalPrediction, predict_total

#: Successes of a dial, spread of the month's level around its budget, correlation of neighbouring days.
SUCCESS, LEVEL, ALIKE = 0.1, 0.25, 0.3
#: Volume by weekday, Monday first; of five days, or six with a short Saturday.
WEEK = (1.15, 1.05, 1.0, 1.0, 0.95, 0.5)
#: The chances that are held against what came of them, and their middle.
LIKELY, MIDDLE = (0.6, 0.8), 0.7


@dataclass(frozen=True)
class MonthSeen:
    """A month as seen on a day, and its end.

    Attributes
    ----------
    before, now : ndarray
        Successes on the working days before the month, and in it so far.
    before_weekdays, weekdays, coming : ndarray
        Their weekdays, and those of the days that are left.
    left : int
        What the days to come will bring.
    budget : int
    """

    before: np.ndarray
    now: np.ndarray
    before_weekdays: np.ndarray
    weekdays: np.ndarray
    coming: np.ndarray
    left: int
    budget: int

    @property
    def total(self) -> int:
        """The total at the end."""
        return int(self.now.sum()) + self.left


def month(
    seed: int,
    *,
    before: int = 20,
    now: int = 10,
    coming: int = 12,
    week: int = 5,
    rate: float = 8.0,
    sd: float = 0.15,
) -> MonthSeen:
    """Draw the successes of working days; volume and success rate have shocks of the same size."""
    rng = stream(seed, "months towards a target")
    days = before + now + coming
    weekday = (np.arange(days) + int(rng.integers(week))) % week
    usual = np.array(WEEK[:week])[weekday] / np.mean(WEEK[:week])
    shock, volume = (sd * neighbours(rng, days, ALIKE) for _ in range(2))
    dials = rng.poisson(rate / SUCCESS * usual * np.exp(LEVEL * rng.standard_normal() + volume))
    odds = SUCCESS / (1 - SUCCESS) * np.exp(shock)
    won = rng.binomial(dials, odds / (1 + odds))
    then, seen, left = np.split(won, [before, before + now])
    then_day, day, left_day = np.split(weekday, [before, before + now])
    return MonthSeen(then, seen, then_day, day, left_day, int(left.sum()), round(rate * (now + coming)))


def _predicted(sample: MonthSeen) -> TotalPrediction:
    return predict_total(
        sample.now,
        sample.weekdays,
        sample.coming,
        before=sample.before,
        before_weekdays=sample.before_weekdays,
        chance=float(sample.now.mean()),
        before_chance=float(sample.before.sum()) / max(len(sample.before), 1),
    )


def _interval(sample: MonthSeen) -> MethodAnswer:
    found = _predicted(sample)
    return MethodAnswer(share=float(found.low <= sample.total <= found.high))


def _chance(sample: MonthSeen) -> MethodAnswer:
    return _made(sample, _predicted(sample).at_least(sample.budget))


def _made(sample: MonthSeen, chance: float) -> MethodAnswer:
    """Return whether the target is made where its chance was said to be between 60 and 80 %."""
    likely = LIKELY[0] <= chance < LIKELY[1]
    return MethodAnswer(share=float(sample.total >= sample.budget)) if likely else MethodAnswer()


def poisson_pace(sample: MonthSeen) -> MethodAnswer:
    """Carry the mean on, with the chance of a Poisson count around it."""
    from scipy.stats import poisson

    mean = float(sample.now.mean()) * len(sample.coming)
    low, high = poisson.ppf([0.025, 0.975], mean)
    return MethodAnswer(share=float(low <= sample.left <= high))


def poisson_chance(sample: MonthSeen) -> MethodAnswer:
    """Take the mean so far for known."""
    from scipy.stats import poisson

    mean = float(sample.now.mean()) * len(sample.coming)
    needed = sample.budget - int(sample.now.sum())
    return _made(sample, float(poisson.sf(needed - 1, mean)))


_INTERVALS = (
    CheckedMethod("mean carried on, Poisson", "obvious", poisson_pace),
    CheckedMethod("days that differ and are alike", "default", _interval),
)
_CHANCES = (
    CheckedMethod("mean carried on, Poisson", "obvious", poisson_chance),
    CheckedMethod("days that differ and are alike", "default", _chance),
)
_SHOCKS = "shocks of sd .15 correlated by .3"
_MONTHS: tuple[tuple[str, str, partial[MonthSeen]], ...] = (
    (
        "a month half over",
        f"10 days of 22 with 8 successes each, {_SHOCKS}; 20 days before",
        partial(month),
    ),
    (
        "a month three days old",
        f"3 days of 22 with 8 successes each, {_SHOCKS}; 25 days before",
        partial(month, before=25, now=3, coming=19),
    ),
    (
        "a campaign three days old",
        f"3 days of 22 with 8 successes each, {_SHOCKS}; nothing before",
        partial(month, before=0, now=3, coming=19),
    ),
    (
        "a campaign begun in mid-month, six days a week",
        "5 days of 13 with 40 successes each, half on Saturdays, shocks of sd .2 correlated by .3",
        partial(month, before=0, now=5, coming=8, week=6, rate=40.0, sd=0.2),
    ),
    (
        "a month of few successes",
        f"8 days of 22 with 1 success each, {_SHOCKS}; 20 days before",
        partial(month, now=8, coming=14, rate=1.0),
    ),
)
#: The total's interval, and what came of months said to make their target with a chance of 60 to 80 %.
PACES = (
    *(
        Situation(name, "What will the total be at the end?", drawn, draw, _INTERVALS, ("coverage",))
        for name, drawn, draw in _MONTHS
    ),
    *(
        Situation(
            f"{name}: chances of 60 to 80 %", "How many of these months make their target?",
            drawn, draw, _CHANCES, ("coverage",), level=MIDDLE,
        )
        for name, drawn, draw in _MONTHS
    ),
)  # fmt: skip
