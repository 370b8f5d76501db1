"""From a test statistic to its interval and p-value, so that both always agree."""

from __future__ import annotations

import math
from collections.abc import Callable

from callstats.stats.ratios import t_quantile

INFINITE = float("inf")
#: Normal quantiles beyond this leave no probability in double precision.
FAR = 38.0
#: At a quantile of 0 a limit may be infinite; just above 0 it is not.
_NO_WIDTH = 1e-9

Statistic = Callable[[float], float]


def p_value(statistic: float, alternative: str = "two-sided", degrees_of_freedom: float = INFINITE) -> float:
    """Return the p-value of a normal or t statistic.

    Examples
    --------
    >>> round(p_value(1.959964), 4), round(p_value(1.959964, "less"), 3)
    (0.05, 0.975)
    """
    from scipy.special import ndtr, stdtr

    def below(x: float) -> float:
        return float(ndtr(x) if math.isinf(degrees_of_freedom) else stdtr(degrees_of_freedom, x))

    if alternative == "two-sided":
        return 2 * below(-abs(statistic))
    return below(-statistic) if alternative == "greater" else below(statistic)


def quantiles(share: tuple[float, float], degrees_of_freedom: float = INFINITE) -> tuple[float, float]:
    """Return the quantiles that leave the two tails; inf for a tail of 0.

    Examples
    --------
    >>> [round(z, 3) for z in quantiles((0.05, 0.0))]
    [1.645, inf]
    """
    below, above = (t_quantile(tail, degrees_of_freedom) if tail else INFINITE for tail in share)
    return below, above


def invert(
    statistic: Statistic, estimate: float, support: tuple[float, float], critical: tuple[float, float]
) -> tuple[float, float]:
    """Return where a decreasing statistic equals the critical values.

    Parameters
    ----------
    statistic : callable
        Function of the null value; 0 at the estimate, decreasing (at least around it).
    estimate : float
        Within the support, ends included.
    support : tuple of float
        (-1, 1) or (0, inf).
    critical : tuple of float
        Quantiles at the lower and the upper limit; inf leaves that side open.

    Examples
    --------
    >>> invert(lambda d: (0.1 - d) / 0.05, 0.1, (-1, 1), (2.0, float("inf")))
    (0.0, 1)
    """
    low, high = support
    if critical[0] < INFINITE:
        low = _cross(lambda x: statistic(x) - critical[0], estimate, low, support)
    if critical[1] < INFINITE:
        high = _cross(lambda x: statistic(x) + critical[1], estimate, high, support)
    return low, high


def _cross(function: Statistic, estimate: float, end: float, support: tuple[float, float]) -> float:
    # The crossing lies between the estimate and the end of the support, or not at all.
    from scipy.optimize import brentq

    if estimate == end:
        return end
    if math.isinf(support[1]):
        return _cross_log(function, estimate, end)
    sign = 1.0 if end > estimate else -1.0
    nearly = end - sign * 1e-12
    if (nearly - estimate) * sign <= 0 or function(nearly) * sign > 0:
        return end
    return float(brentq(function, estimate, nearly, xtol=1e-14, rtol=1e-14))  # type: ignore[arg-type]


def _cross_log(function: Statistic, estimate: float, end: float) -> float:
    from scipy.optimize import brentq

    sign = 1.0 if math.isinf(end) else -1.0
    start = math.log(estimate) if 0 < estimate < INFINITE else -sign * 60.0
    if function(math.exp(start)) * sign <= 0 and not 0 < estimate < INFINITE:
        return estimate  # a statistic beyond the quantile everywhere, such as Wald's without events
    near, step = start, 0.25
    while step < 300:
        far = start + sign * step
        if function(math.exp(far)) * sign <= 0:
            return math.exp(float(brentq(lambda u: function(math.exp(u)), near, far, xtol=1e-13)))  # type: ignore[arg-type]
        near, step = far, step * 1.5
    return end


def statistic_from_limits(
    limits: Callable[[float], tuple[float, float]], estimate: float, null: float
) -> float:
    """Return the signed quantile at which an interval's limit meets the null value.

    For methods defined as an interval: their test inverts the interval, so that
    the two agree.

    Parameters
    ----------
    limits : callable
        Function of a quantile z: lower and upper limit, widening with z.
    estimate, null : float

    Examples
    --------
    >>> round(statistic_from_limits(lambda z: (0.3 - 0.1 * z, 0.3 + 0.1 * z), 0.3, 0.1), 6)
    2.0
    """
    from scipy.optimize import brentq

    if null == estimate:
        return 0.0
    side, sign = (0, 1.0) if null < estimate else (1, -1.0)

    def gap(z: float) -> float:
        return (limits(z)[side] - null) * sign

    if gap(_NO_WIDTH) <= 0:
        return 0.0
    if gap(FAR) > 0:
        return sign * FAR
    return sign * float(brentq(gap, _NO_WIDTH, FAR, xtol=1e-13))  # type: ignore[arg-type]
