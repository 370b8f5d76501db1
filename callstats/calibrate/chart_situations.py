"""Control charts of a month: ordinary days, and a day that was not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.calibrate.daily_shocks import PATTERN, neighbours
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate.streams import stream
from callstats.stats import control_limits

Array = np.ndarray
DAYS = 22


@dataclass(frozen=True)
class ChartedMonth:
    """Answers, dials and weekdays of a month; ``low`` is the day on which something was wrong, if any."""

    events: Array
    sizes: Array
    weekday: Array
    kind: str = "proportion"
    low: int | None = None


def charted(
    seed: int,
    *,
    dials: float = 1500,
    rate: float = 0.22,
    spread: float = 0.1,
    correlation: float = 0.0,
    pattern: float = 0.0,
    unequal: float = 0.0,
    low: float | None = None,
) -> ChartedMonth:
    """Draw a month whose days have shocks on the logit; ``low`` multiplies the rate of one of them."""
    rng = stream(seed, "charted days")
    weekday = np.arange(DAYS) % 5
    shock = spread * neighbours(rng, DAYS, correlation) + pattern * PATTERN[weekday]
    sizes = np.maximum(np.round(dials * rng.lognormal(0, unequal, DAYS)), 1).astype(int)
    odds = rate / (1 - rate) * np.exp(shock)
    chance, day = odds / (1 + odds), int(rng.integers(DAYS))
    if low is not None:
        chance[day] *= low
    return ChartedMonth(rng.binomial(sizes, chance), sizes, weekday, low=None if low is None else day)


def hourly(seed: int, hours: float = 100, rate: float = 0.5, spread: float = 0.15) -> ChartedMonth:
    """Draw a month of successes per login hour."""
    rng = stream(seed, "charted hours")
    weekday = np.arange(DAYS) % 5
    worked = hours * rng.gamma(50, 1 / 50, DAYS)
    won = rng.poisson(worked * rate * np.exp(spread * rng.standard_normal(DAYS)))
    return ChartedMonth(won, worked, weekday, "rate")


def _signal(sample: ChartedMonth, method: str) -> MethodAnswer:
    chart = control_limits(
        sample.events, sample.sizes, kind=sample.kind, method=method, weekdays=sample.weekday
    )
    flagged = chart.outside | chart.run
    return MethodAnswer(share=float(flagged.any() if sample.low is None else chart.outside[sample.low]))


_METHODS = (
    CheckedMethod("Laney's limits and runs of 8", "obvious", partial(_signal, method="laney")),
    CheckedMethod(
        "judged by the other days", "default", partial(_signal, method="predictive"),
        "the model allows for correlated days and weekdays where there are none",
    ),
)  # fmt: skip
_QUESTION = "Was something different this month?"


def _ordinary(drawn: str, **how: float) -> Situation:
    return Situation("control chart of 22 days", _QUESTION, drawn, partial(charted, **how), _METHODS)


CHARTS = (
    _ordinary("1,500 dials a day, 22 % answered, day shocks of sd .1 on the logit"),
    _ordinary("the same, day shocks of sd .3", spread=0.3),
    _ordinary("the same, dials from 300 to 7,000 a day", unequal=0.8),
    _ordinary("the same, neighbouring days correlated by .6", correlation=0.6),
    _ordinary("the same, a weekday pattern of .3", pattern=0.3),
    _ordinary("the same, 0.4 % answered: 6 a day", rate=0.004),
    Situation(
        "control chart of 22 days", _QUESTION,
        "100 login hours a day, half a success an hour, day shocks of sd .15", hourly, _METHODS,
    ),
    Situation(
        "control chart of 22 days", _QUESTION,
        "2,000 dials a day, 25 % answered, day shocks of sd .05, one day 30 % low",
        partial(charted, dials=2000, rate=0.25, spread=0.05, low=0.7), _METHODS, ("power",),
    ),
    Situation(
        "control chart of 22 days", _QUESTION, "the same, and a weekday pattern of .2",
        partial(charted, dials=2000, rate=0.25, spread=0.05, low=0.7, pattern=0.2), _METHODS, ("power",),
    ),
)  # fmt: skip
