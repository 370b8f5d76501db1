"""The numbers of a plan: size, power, smallest effect, days, and the baseline your own data give."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.core.estimates import NAN
from callstats.errors import UsageError
from callstats.kpis import get
from callstats.kpis.define import KPI, Ratio

if TYPE_CHECKING:
    from callstats.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Design:
    """The inputs for planning a test of two proportions.

    Attributes
    ----------
    baseline : float
        Proportion of the control.
    effect : float
        True difference, treatment minus control; nan if none is assumed.
    power, alpha : float
        Probability of detecting it; two-sided error of the first kind.
    design_effect, allocation : float
        Variance divided by that of independent rows; treatment contacts per control contact.
    margin : float
        Largest loss that does not matter; 0 for a test of a difference.
    """

    baseline: float
    effect: float
    power: float = 0.8
    alpha: float = 0.05
    design_effect: float = 1.0
    allocation: float = 1.0
    margin: float = 0.0

    @property
    def options(self) -> dict[str, float | str]:
        """Arguments for the statistics: with a margin, one side of the two-sided interval."""
        if not self.margin:
            return {"alpha": self.alpha, "design_effect": self.design_effect}
        return {
            "alpha": self.alpha / 2,
            "design_effect": self.design_effect,
            "margin": -abs(self.margin),
            "alternative": "greater",
        }


def trials_needed(design: Design) -> tuple[int, int]:
    """Return the control and treatment contacts a design needs."""
    from callstats.stats import sample_size

    size = sample_size(
        design.baseline,
        design.baseline + design.effect,
        power=design.power,
        allocation=design.allocation,
        **design.options,  # type: ignore[arg-type]
    )
    return size.control_trials, size.trials


def power_of(design: Design, trials: float, control_trials: float) -> float:
    """Return the power to detect the design's effect; nan if none is assumed."""
    from callstats.stats import power

    if math.isnan(design.effect):
        return NAN
    other = design.baseline + design.effect
    return power(design.baseline, other, trials, control_trials=control_trials, **design.options)  # type: ignore[arg-type]


def detectable(design: Design, trials: float, control_trials: float) -> float:
    """Return the smallest effect (or margin) that a number of contacts can show; nan if none."""
    from callstats.stats import minimum_detectable_effect

    if design.margin:
        return _smallest_margin(design, trials, control_trials)
    try:
        smallest = minimum_detectable_effect(
            design.baseline,
            trials,
            control_trials=control_trials,
            power=design.power,
            alpha=design.alpha,
            alternative="two-sided",
            design_effect=design.design_effect,
        )
    except UsageError:
        if not (0 <= design.baseline <= 1 and 0 < design.power < 1 and 0 < design.alpha < 1):
            raise
        return NAN
    return smallest.estimate


def _smallest_margin(design: Design, trials: float, control_trials: float) -> float:
    from scipy.optimize import brentq

    from callstats.stats import power

    other = design.baseline + (0.0 if math.isnan(design.effect) else design.effect)

    def excess(margin: float) -> float:
        options = {**design.options, "margin": -margin}
        reached = power(design.baseline, other, trials, control_trials=control_trials, **options)  # type: ignore[arg-type]
        return reached - design.power

    low, high = 1e-9, 1 - 1e-9
    if excess(low) > 0:
        return 0.0
    return float(brentq(excess, low, high, xtol=1e-10)) if excess(high) > 0 else NAN  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ObservedBaseline:
    """A proportion in the data: its value, its design effect, and its daily denominator."""

    kpi: KPI
    baseline: float
    design_effect: float
    per_day: float


def observed_baseline(dataset: Dataset, kpi: str | KPI) -> ObservedBaseline:
    """Return the baseline and the design effect of a proportion in a data set.

    Raises
    ------
    UsageError
        It is not a proportion, cannot be computed, or is 0 or 1.
    """
    from callstats.answers.core.estimates import estimates
    from callstats.engine import moments
    from callstats.stats import ratio_interval

    asked = kpi if isinstance(kpi, KPI) else get(kpi)
    if not (isinstance(asked.formula, Ratio) and asked.formula.proportion):
        raise UsageError(
            f"{asked.name} is no proportion", hint="Plans are made for shares: conversion, answer rate."
        )
    estimate = estimates(dataset, [asked])[asked.name]
    if not 0 < estimate.value < 1:
        raise UsageError(f"{asked.name} gives no baseline: {estimate.note or estimate.value}")
    sums = moments(dataset, [asked])[()][asked.name]
    design_effect = ratio_interval(sums, proportion=True).design_effect
    span = dataset.span()
    days = (span[1] - span[0]).days + 1 if span else math.nan
    return ObservedBaseline(asked, estimate.value, design_effect, estimate.denominator / days)


def days_needed(total: float, per_day: float, horizon_days: int) -> float:
    """Return the days until a number of contacts are loaded and followed; nan if the rate is unknown."""
    return NAN if math.isnan(per_day) else float(math.ceil(total / per_day - 1e-9) + horizon_days)
