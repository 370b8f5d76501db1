"""Bridges between two months whose days resemble their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.answers.campaign.bridge_days_numbers import BridgeLayout, DailySums
from callstats.answers.campaign.bridge_numbers import BridgePlan, all_effects, totals, varied_effects
from callstats.calibrate.daily_shocks import PATTERN, neighbours
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate.streams import stream

Array = np.ndarray
_LAYOUT = BridgeLayout(
    ("dials", "handled", "successes"), (("", "x"),), ("",), np.array([0]), (), True, True, False
)
PLAN = BridgePlan(_LAYOUT, "shapley", False)
ANSWERED, WON, WORTH = 0.22, 0.1, 50.0
_RESAMPLES = 400


@dataclass(frozen=True)
class TwoMonths:
    """The daily sums of two months."""

    before: DailySums
    after: DailySums
    seed: int


def two_months(
    seed: int,
    days: tuple[int, int] = (21, 20),
    spread: float = 0.15,
    correlation: float = 0.0,
    pattern: float = 0.0,
    better: float = 1.0,
) -> TwoMonths:
    """Draw two months of about 2,000 dials a day, alike but for the odds of an answer in the second."""
    rng = stream(seed, "two months")
    before = _month(rng, days[0], spread, correlation, pattern, 1.0)
    return TwoMonths(before, _month(rng, days[1], spread, correlation, pattern, better), seed)


def _month(
    rng: np.random.Generator, days: int, spread: float, correlation: float, pattern: float, better: float
) -> DailySums:
    weekday = np.arange(days) % 5
    hours = 100 * rng.gamma(200, 1 / 200, days)
    dials = rng.poisson(20 * hours)
    shock = spread * neighbours(rng, days, correlation) + pattern * PATTERN[weekday]
    odds = ANSWERED / (1 - ANSWERED) * better * np.exp(shock)
    handled = rng.binomial(dials, odds / (1 + odds))
    won = rng.binomial(handled, WON)
    sums = {"dials": dials, "handled": handled, "successes": won, "value": WORTH * won}
    columns = {name: np.asarray(values, dtype=float)[:, None] for name, values in sums.items()}
    nothing = np.zeros((days, 0))
    return DailySums(columns, hours[:, None], nothing, nothing[0], weekday)


def _answer(sample: TwoMonths) -> MethodAnswer:
    answer = varied_effects(sample.before, sample.after, PLAN, confidence=0.95)["answer"]
    return _tested(answer.low, answer.high)


def _resampled(sample: TwoMonths) -> MethodAnswer:
    rng = stream(sample.seed, "resampled days")
    before, after = (
        totals(d, rng.multinomial(d.size, np.full(d.size, 1 / d.size), _RESAMPLES).astype(float))
        for d in (sample.before, sample.after)
    )
    low, high = np.quantile(all_effects(before, after, PLAN)["answer"], [0.025, 0.975])
    return _tested(float(low), float(high))


def _tested(low: float, high: float) -> MethodAnswer:
    """Return an interval with a p-value that says only whether it excludes no effect."""
    return MethodAnswer(0.5 if low <= 0 <= high else 0.01, low, high)


_METHODS = (
    CheckedMethod("days resampled, percentiles", "obvious", _resampled),
    CheckedMethod("days that may resemble their neighbours", "default", _answer),
)
_QUESTION = "Did the answer rate change profit from one month to the next?"


def _alike(drawn: str, **how: object) -> Situation:
    return Situation(
        "what changed profit", _QUESTION, drawn, partial(two_months, **how), _METHODS,
        ("false alarms", "coverage"),
    )  # fmt: skip


BRIDGES = (
    _alike("21 and 20 days of 2,000 dials, day shocks of sd .15, independent"),
    _alike("the same, neighbouring days correlated by .3", correlation=0.3),
    _alike("the same, neighbouring days correlated by .6", correlation=0.6),
    _alike("15 and 23 days, correlated by .6", days=(15, 23), correlation=0.6),
    _alike("21 and 20 independent days, and a weekday pattern of .3", pattern=0.3),
    Situation(
        "what changed profit", _QUESTION,
        "21 and 20 independent days, odds of an answer 25 % higher in the second month",
        partial(two_months, better=1.25), _METHODS, ("power",),
    ),
)  # fmt: skip
