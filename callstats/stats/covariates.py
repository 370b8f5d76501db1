"""More precise comparisons, using what was known about contacts before assignment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats.checking import tails
from callstats.stats.limits import p_value, quantiles
from callstats.stats.ratios import product
from callstats.stats.results import Comparison


@dataclass(frozen=True, slots=True)
class _Arm:
    """One arm: its ratio, and the regression of its units' influences on the covariates."""

    ratio: float
    units: int
    means: np.ndarray
    slopes: np.ndarray
    residual: float
    spread: np.ndarray


def adjusted_difference(
    treatment: Moments,
    control: Moments,
    covariates: Sequence[str],
    *,
    margin: float = 0.0,
    scale: float = 1.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two ratios, adjusted for covariates known before randomisation.

    Units were assigned at random, and the covariates (earlier purchases, age of
    the lead) were fixed before: do not adjust for anything after assignment, such as
    attempts or hours dialled. Each arm has its own slopes, so that in large samples
    the adjustment cannot make the comparison less precise.

    Parameters
    ----------
    treatment, control : Moments
        Columns "numerator", "denominator" and the covariates over the units,
        with all products. A covariate is one number per unit.
    covariates : sequence of str
        Their columns.
    margin : float
        The difference tested.
    scale : float
        Factor applied to both ratios.
    alternative : str
        "two-sided", "greater" or "less".
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        `design_effect` is the remaining variance divided by the unadjusted one.

    Raises
    ------
    UsageError
        No covariate, a missing product, a denominator of 0, or fewer units than
        the slopes need.

    References
    ----------
    1. Lin W (2013). Agnostic notes on regression adjustments to experimental
       data. Annals of Applied Statistics 7:295-318.
    2. Deng A, Xu Y, Kohavi R, Walker T (2013). Improving the sensitivity of
       online controlled experiments by utilizing pre-experiment data. WSDM 2013.

    Examples
    --------
    >>> a = {"numerator": [5, 7, 9, 6, 8], "denominator": [1] * 5, "before": [1, 2, 3, 1.5, 2.6]}
    >>> b = {"numerator": [3, 5, 4, 7, 2], "denominator": [1] * 5, "before": [1, 2, 1.4, 3, 0.6]}
    >>> r = adjusted_difference(Moments.of(a), Moments.of(b), ["before"])
    >>> round(r.estimate, 2), r.design_effect < 0.1
    (1.96, True)
    """
    share = tails(confidence, alternative)
    names = list(covariates)
    if not names:
        raise UsageError("no covariate to adjust for", hint="Use ratio_difference.")
    arms = _arm(treatment, names), _arm(control, names)
    total = treatment.n + control.n
    pooled = (arms[0].means * arms[0].units + arms[1].means * arms[1].units) / total
    ratios = [arm.ratio - float(arm.slopes @ (arm.means - pooled)) for arm in arms]
    # The covariates' mean is itself a sample mean, which matters if the slopes differ.
    turn = arms[0].slopes - arms[1].slopes
    spread = sum(arm.spread * arm.units for arm in arms) / total
    variance = arms[0].residual + arms[1].residual + float(turn @ spread @ turn) / total
    plain = sum(arm.residual + float(arm.slopes @ arm.spread @ arm.slopes) / arm.units for arm in arms)
    estimate, error = (ratios[0] - ratios[1]) * scale, math.sqrt(variance) * abs(scale)
    df = total - 2 - 2 * len(names)
    statistic = (estimate - margin) / error if error else math.copysign(math.inf, estimate - margin)
    half = [t * error if error else 0.0 for t in quantiles(share, df)]
    return Comparison(
        estimate,
        estimate - half[0] if share[0] else -math.inf,
        estimate + half[1] if share[1] else math.inf,
        p_value(statistic, alternative, df),
        "regression-adjusted",
        confidence,
        margin,
        alternative,
        statistic=statistic,
        standard_error=error,
        degrees_of_freedom=df,
        design_effect=variance / plain if plain > 0 else math.nan,
    )


def _arm(moments: Moments, names: list[str]) -> _Arm:
    n, below = moments.n, moments.sums["denominator"]
    if below == 0:
        raise UsageError("an arm has nothing to divide by", hint="A comparison needs both arms.")
    if n < len(names) + 3:
        raise UsageError(f"{n} units are too few for {len(names)} covariates")
    ratio = moments.sums["numerator"] / below
    means = np.array([moments.sums[name] for name in names]) / n

    def influence(name: str) -> float:
        # Sum over units of (y - R n) times a column, divided by mean(n).
        return (
            (product(moments, "numerator", name) - ratio * product(moments, "denominator", name)) * n / below
        )

    raw = np.array([[product(moments, a, b) for b in names] for a in names]) / n
    spread = raw - np.outer(means, means)
    cross = np.array([influence(name) for name in names]) / n
    slopes = np.linalg.lstsq(spread, cross, rcond=1e-10)[0]
    squares = (influence("numerator") - ratio * influence("denominator")) / below
    residual = max(squares - float(slopes @ spread @ slopes), 0.0) / (n - 1 - len(names))
    return _Arm(ratio, n, means, slopes, residual, spread)
