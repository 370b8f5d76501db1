"""Situations of money per contact: a few contacts in a hundred buy, and a few of those for much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation, answer
from callstats.simulate.streams import stream
from callstats.stats import (
    FEWEST_VALUES,
    SkewedMean,
    chance_of_higher_mean,
    skewed_mean_difference,
    skewed_mean_interval,
)
from callstats.stats.ratios import t_quantile


@dataclass(frozen=True)
class Sold:
    """The values of contacts who bought, of so many loaded."""

    values: np.ndarray
    contacts: int

    @property
    def mean(self) -> SkewedMean:
        """The value per contact loaded."""
        sums = [float((self.values**power).sum()) for power in (1, 2, 3)]
        return SkewedMean.of_sums(self.contacts, *sums)


def sold(seed: int, name: str, contacts: int, share: float, spread: float, value: float = 1.0) -> Sold:
    """Draw lognormal values (sd of the logarithm ``spread``) of a share of the contacts."""
    rng = stream(seed, "contacts who bought", name)
    logs = spread * rng.standard_normal(rng.binomial(contacts, share))
    return Sold(value * np.exp(logs - spread**2 / 2), contacts)


Arms = tuple[Sold, Sold]


def arms(
    seed: int, contacts: tuple[int, int], share: float, spread: float = 1.0, unlike: float = 1.0
) -> Arms:
    """Draw two lists that are worth the same, treatment first.

    Parameters
    ----------
    seed : int
    contacts : tuple of int
        Of treatment and control.
    share : float
        Of the control's contacts that buy.
    spread : float
        Standard deviation of the logarithm of a value.
    unlike : float
        So many times as many of the treatment buy, for so much less each.
    """
    first = sold(seed, "treatment", contacts[0], unlike * share, spread, 1 / unlike)
    return first, sold(seed, "control", contacts[1], share, spread)


def one(seed: int, contacts: int = 2000, share: float = 0.02, spread: float = 1.0) -> Sold:
    """Draw one list."""
    return sold(seed, "list", contacts, share, spread)


def _welch(sample: Arms) -> MethodAnswer:
    a, b = (arm.mean for arm in sample)
    error = math.sqrt(a.variance + b.variance)
    if not error:
        return MethodAnswer(share=0.0)
    df = error**4 / (a.variance**2 / (a.n - 1) + b.variance**2 / (b.n - 1))
    gap, half = a.mean - b.mean, t_quantile(0.025, df) * error
    return MethodAnswer(share=float(abs(gap) > half))


def _skewed(sample: Arms) -> MethodAnswer:
    a, b = sample
    found = skewed_mean_difference(a.mean, b.mean, values=(len(a.values), len(b.values)))
    # No verdict is no false one.
    return MethodAnswer(share=0.0) if math.isnan(found.p_value) else answer(found)


def _chance(sample: Arms) -> MethodAnswer:
    """Return whether a list is said to be the better one with a chance of over 97.5 %."""
    a, b = sample
    if min(len(a.values), len(b.values)) < FEWEST_VALUES:
        return MethodAnswer(share=0.0)
    chance = chance_of_higher_mean(a.mean, b.mean)[0]
    return MethodAnswer(share=float(max(chance, 1 - chance) > 0.975))


def _t(sample: Sold) -> MethodAnswer:
    mean = sample.mean
    half = t_quantile(0.025, mean.n - 1) * math.sqrt(mean.variance)
    return MethodAnswer(low=mean.mean - half, high=mean.mean + half)


def _skewed_interval(sample: Sold) -> MethodAnswer:
    return answer(skewed_mean_interval(sample.mean, values=len(sample.values), lowest=0.0))


_QUESTION = "Is a contact of list B worth more?"
_WELCH = CheckedMethod("Welch's t", "obvious", _welch)
_HALL = CheckedMethod("corrected for skewness", "default", _skewed)
_CHANCE = CheckedMethod("chance above 97.5 %", "default", _chance)
_SILENT = "no verdict under ten successes in an arm"
_FEW = tuple(CheckedMethod(m.name, m.kind, m.ask, _SILENT) for m in (_HALL, _CHANCE))


def _two(name: str, drawn: str, *methods: CheckedMethod, **how: object) -> Situation:
    return Situation(name, _QUESTION, drawn, partial(arms, **how), (_WELCH, *methods))  # type: ignore[arg-type]


def _covered(drawn: str, **how: float) -> Situation:
    return Situation(
        "value per contact",
        "What is a contact of this list worth?",
        drawn,
        partial(one, **how),  # type: ignore[arg-type]
        (
            CheckedMethod("mean and t", "obvious", _t),
            CheckedMethod("corrected for skewness", "default", _skewed_interval),
        ),
        ("coverage",),
        truth=how.get("share", 0.02),
    )


_LOGNORMAL = "2 % won, lognormal values"
MONEY = (
    _two(
        "value per contact, four sales against 36",
        f"200 contacts in B and 1,800 in A, {_LOGNORMAL} with sd(log) 1",
        *_FEW,
        contacts=(200, 1800),
        share=0.02,
    ),
    _two(
        "value per contact, a small list against a large one",
        f"1,500 contacts in B and 13,500 in A, {_LOGNORMAL} with sd(log) 1",
        _HALL,
        _CHANCE,
        contacts=(1500, 13500),
        share=0.02,
    ),
    _two(
        "value per contact, more sales for less",
        "3,000 contacts each, 2 % of A and 4 % of B won, for half as much, sd(log) 1",
        _HALL,
        _CHANCE,
        contacts=(3000, 3000),
        share=0.02,
        unlike=2.0,
    ),
    _covered(f"2,000 contacts, {_LOGNORMAL} with sd(log) 1"),
    _covered(f"2,000 contacts, {_LOGNORMAL} with sd(log) 0.5", spread=0.5),
)
