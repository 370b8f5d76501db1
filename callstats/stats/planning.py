"""How many contacts a test of two proportions needs, and its power."""

from __future__ import annotations

import math
from dataclasses import dataclass

from callstats.errors import UsageError
from callstats.stats.checking import tails
from callstats.stats.proportion_differences import restricted_proportions
from callstats.stats.ratios import t_quantile


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Trials a test needs.

    Attributes
    ----------
    estimate : float
        Trials of the control arm, not rounded.
    control_trials, trials : int
        Trials of control and treatment, rounded up.
    total : int
        Of both arms.
    power, alpha, margin, design_effect : float
        As requested.
    alternative : str
    method : str
    """

    estimate: float
    control_trials: int
    trials: int
    total: int
    power: float
    alpha: float
    margin: float
    design_effect: float
    alternative: str
    method: str


def power(
    baseline: float,
    other: float,
    trials: float,
    *,
    control_trials: float | None = None,
    alpha: float = 0.05,
    margin: float = 0.0,
    alternative: str | None = None,
    design_effect: float = 1.0,
) -> float:
    """Probability that a test of two proportions detects a true difference.

    Normal approximation; the variance under the null pools both arms or, with a
    margin, uses the most likely proportions that differ by the margin.

    Parameters
    ----------
    baseline, other : float
        True proportion of the control and of the treatment.
    trials : float
        Of the treatment arm.
    control_trials : float, optional
        Of the control arm; the same if omitted.
    alpha : float
        Type I error.
    margin : float
        Difference (treatment minus control) under the null hypothesis.
    alternative : str, optional
        "two-sided", "greater" or "less"; if omitted, two-sided without a margin and
        otherwise towards the side of the margin on which the truth lies.
    design_effect : float
        Variance of clustered rows divided by that of independent ones.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    UsageError
        A proportion, alpha, size or design effect is impossible.

    References
    ----------
    1. R Core Team. power.prop.test (stats).
    2. Farrington CP, Manning G (1990). Test statistics and sample size formulae
       for comparative binomial trials. Statistics in Medicine 9:1447-1454.

    Examples
    --------
    >>> round(power(0.5, 0.75, 50), 3)
    0.74
    """
    control = trials if control_trials is None else control_trials
    side = check_plan(baseline, other, margin, alpha, alternative, design_effect)
    return normal_power(baseline, other, (trials, control), margin, alpha, side, design_effect)


def normal_power(  # noqa: PLR0917 - the inputs of a plan
    baseline: float,
    other: float,
    sizes: tuple[float, float],
    margin: float,
    alpha: float,
    side: str,
    design_effect: float,
) -> float:
    """Return the power by normal approximation for sizes (treatment, control)."""
    from scipy.special import ndtr

    trials, control = sizes
    if min(sizes) <= 0:
        raise UsageError("both arms need trials")
    size = control / design_effect
    null, true = _deviations(baseline, other, margin, trials / control)
    gap = _distance(other - baseline - margin, side)
    return (
        float(ndtr((math.sqrt(size) * gap - _critical(alpha, side) * null) / true))
        if true
        else float(gap > 0)
    )


def sample_size(
    baseline: float,
    other: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    margin: float = 0.0,
    allocation: float = 1.0,
    alternative: str | None = None,
    design_effect: float = 1.0,
) -> SampleSize:
    """Number of trials a test of two proportions needs.

    Normal approximation, as in `power`.

    Parameters
    ----------
    baseline, other : float
        True proportion of the control and of the treatment.
    power : float
        Probability of detecting the difference.
    alpha : float
        Type I error, one-sided if there is a margin.
    margin : float
        Difference under the null hypothesis; -0.02 plans a non-inferiority test.
    allocation : float
        Treatment trials per control trial.
    alternative : str, optional
        "two-sided", "greater" or "less"; if omitted, two-sided without a margin and
        otherwise towards the side of the margin on which the truth lies.
    design_effect : float
        Variance of clustered rows divided by that of independent ones.

    Returns
    -------
    SampleSize

    Raises
    ------
    UsageError
        The truth lies on the null hypothesis, or a number is impossible.

    References
    ----------
    1. R Core Team. power.prop.test (stats).
    2. Farrington CP, Manning G (1990). Test statistics and sample size formulae
       for comparative binomial trials. Statistics in Medicine 9:1447-1454.

    Examples
    --------
    >>> sample_size(0.5, 0.75, power=0.9).trials
    77
    """
    side = check_plan(baseline, other, margin, alpha, alternative, design_effect)
    if not 0 < power < 1 or allocation <= 0:
        raise UsageError("power lies between 0 and 1, allocation above 0")
    gap = _distance(other - baseline - margin, side)
    if gap <= 0:
        raise UsageError(
            "the difference supposed is on the side of the null hypothesis",
            hint="No number of calls finds a difference that is not there.",
        )
    null, true = _deviations(baseline, other, margin, allocation)
    quantile = t_quantile(1 - power, math.inf)
    size = ((_critical(alpha, side) * null + quantile * true) / gap) ** 2 * design_effect
    control, treatment = math.ceil(size - 1e-9), math.ceil(size * allocation - 1e-9)
    return SampleSize(
        size,
        control,
        treatment,
        control + treatment,
        power,
        alpha,
        margin,
        design_effect,
        side,
        "farrington-manning" if margin else "pooled normal",
    )


def check_plan(
    baseline: float, other: float, margin: float, alpha: float, alternative: str | None, design_effect: float
) -> str:
    """Return the alternative of a plan after checking its numbers.

    Raises
    ------
    UsageError
        A number is impossible.
    """
    if not (0 <= baseline <= 1 and 0 <= other <= 1):
        raise UsageError("proportions lie between 0 and 1", hint="5 % is 0.05.")
    if not 0 < alpha < 1 or not -1 < margin < 1 or not design_effect > 0:
        raise UsageError("alpha lies between 0 and 1, margin between -1 and 1, design effect above 0")
    if alternative is None:
        towards = "greater" if other - baseline > margin else "less"
        return towards if margin else "two-sided"
    tails(0.5, alternative)
    return alternative


def _distance(gap: float, side: str) -> float:
    return {"two-sided": abs(gap), "greater": gap, "less": -gap}[side]


def _critical(alpha: float, side: str) -> float:
    return t_quantile(alpha / 2 if side == "two-sided" else alpha, math.inf)


def _deviations(baseline: float, other: float, margin: float, allocation: float) -> tuple[float, float]:
    # Standard deviations of the difference per control trial, under the null and under the truth.
    p1, p0 = restricted_proportions((other * allocation, allocation, baseline, 1.0), margin)
    null = p1 * (1 - p1) / allocation + p0 * (1 - p0)
    return math.sqrt(null), math.sqrt(other * (1 - other) / allocation + baseline * (1 - baseline))


@dataclass(frozen=True, slots=True)
class DetectableEffect:
    """The smallest effect a test detects with the requested power.

    Attributes
    ----------
    estimate : float
        Difference of the proportions, signed.
    other : float
        The treatment's proportion at that difference.
    lift : float
        The difference divided by the baseline.
    power, alpha, design_effect : float
        As requested.
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
    """Smallest difference that a test with a given number of trials detects.

    Parameters
    ----------
    baseline : float
        Proportion of the control.
    trials : float
        Of the treatment arm.
    power : float
        Probability of detecting the difference.
    control_trials : float, optional
        Of the control arm; the same if omitted.
    alpha : float
        Type I error.
    alternative : str
        "two-sided" or "greater" (a rise), "less" (a fall).
    design_effect : float
        Variance of clustered rows divided by that of independent ones.

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
