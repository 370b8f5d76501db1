"""The smallest effect that a test of two proportions can see."""

from __future__ import annotations

import math
from dataclasses import dataclass

from callstats.errors import UsageError
from callstats.stats.checking import tails
from callstats.stats.planning import check_plan, normal_power


@dataclass(frozen=True, slots=True)
class DetectableEffect:
    """The smallest effect a test finds with the power asked for.

    Attributes
    ----------
    estimate : float
        Difference of the proportions, signed.
    other : float
        The treatment's proportion at that difference.
    lift : float
        The difference over the baseline.
    power, alpha, design_effect : float
        What was asked for.
    method : str
    """

    estimate: float
    other: float
    lift: float
    power: float
    alpha: float
    design_effect: float
    method: str


def minimum_detectable_effect(
    baseline: float,
    trials: float,
    *,
    power: float = 0.8,
    control_trials: float | None = None,
    alpha: float = 0.05,
    alternative: str = "two-sided",
    design_effect: float = 1.0,
) -> DetectableEffect:
    """Smallest difference that a test of so many trials finds.

    Parameters
    ----------
    baseline : float
        Proportion of the control.
    trials : float
        Of the treatment arm.
    power : float
        Chance to find the difference.
    control_trials : float, optional
        Of the control arm; as many if left out.
    alpha : float
        Error of the first kind.
    alternative : str
        "two-sided" or "greater" (a rise), "less" (a fall).
    design_effect : float
        Variance of clustered rows over that of independent ones.

    Returns
    -------
    DetectableEffect

    Raises
    ------
    UsageError
        Even a treatment that always (or never) succeeds would be missed.

    References
    ----------
    1. R Core Team. power.prop.test (stats).

    Examples
    --------
    >>> round(minimum_detectable_effect(0.05, 2213).estimate, 4)
    0.02
    """
    from scipy.optimize import brentq

    tails(0.5, alternative)
    if not 0 < power < 1:
        raise UsageError(f"power {power!r} is not between 0 and 1")
    end = 0.0 if alternative == "less" else 1.0
    sizes = (trials, trials if control_trials is None else control_trials)
    check_plan(baseline, end, 0.0, alpha, alternative, design_effect)

    def excess(other: float) -> float:
        return normal_power(baseline, other, sizes, 0.0, alpha, alternative, design_effect) - power

    if excess(end) < 0:
        raise UsageError("too few trials to find even the largest effect", hint="Plan more trials.")
    other = float(brentq(excess, baseline, end, xtol=1e-12))  # type: ignore[arg-type]
    gap = other - baseline
    lift = gap / baseline if baseline else math.inf
    return DetectableEffect(gap, other, lift, power, alpha, design_effect, "pooled normal")
