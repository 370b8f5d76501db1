"""Events per hour: one rate, and the difference of two."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from callstats.stats.checking import choose, exposures, plain, tails, two_rates
from callstats.stats.limits import invert, p_value, quantiles
from callstats.stats.results import Comparison, Interval

Array = np.ndarray
Tails = tuple[float, float]


def rate_interval(
    events: Any,
    exposure: Any = 1.0,
    *,
    method: str = "garwood",
    confidence: float = 0.95,
    alternative: str = "two-sided",
) -> Interval:
    """Interval of one rate of independent events.

    Events are a Poisson process: they neither cluster by day nor differ by
    agent. Successes per hour over agent-days do both: use `ratio_interval`.

    Parameters
    ----------
    events : float or array_like of shape (k,)
        Count.
    exposure : float or array_like of shape (k,)
        Hours (or days, or expected events) over which they were counted.
    method : str
        "garwood" (exact, the default), "byar" (as in England's public-health
        indicators), "score", "jeffreys", "wald".
    confidence : float
        Of the interval.
    alternative : str
        "greater" gives a lower limit only, "less" an upper limit only.

    Returns
    -------
    Interval
        Events per unit of exposure; arrays when arrays were given.

    Raises
    ------
    UsageError
        Events are negative, exposure is not positive, an unknown method.

    References
    ----------
    1. Garwood F (1936). Fiducial limits for the Poisson distribution.
       Biometrika 28:437-442.
    2. Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II,
       equation 2.12 (Byar).

    Examples
    --------
    >>> r = rate_interval(20)
    >>> round(r.low, 4), round(r.high, 4)
    (12.2165, 30.8884)
    """
    choose("method", method, _METHODS)
    x, t = exposures(events, exposure)
    share = tails(confidence, alternative)
    with np.errstate(all="ignore"):
        low, high = _METHODS[method](x, share)
    low = np.zeros_like(x) if share[0] == 0 else np.where(x <= 0, 0.0, np.clip(low, 0, None))
    high = np.full_like(x, np.inf) if share[1] == 0 else high
    return Interval(
        plain(x / t),
        plain(low / t),
        plain(high / t),
        method,
        confidence,
        standard_error=plain(np.sqrt(x) / t),
        n=plain(t + 0 * x),
    )


def _garwood(x: Array, share: Tails) -> tuple[Array, Array]:
    from scipy.special import gammaincinv

    return gammaincinv(np.maximum(x, 1e-12), share[0]), gammaincinv(x + 1, 1 - share[1])


def _byar(x: Array, share: Tails) -> tuple[Array, Array]:
    below, above = quantiles(share)
    low = x * np.maximum(1 - 1 / (9 * x) - below / (3 * np.sqrt(x)), 0) ** 3
    y = x + 1
    return low, y * (1 - 1 / (9 * y) + above / (3 * np.sqrt(y))) ** 3


def _score(x: Array, share: Tails) -> tuple[Array, Array]:
    below, above = quantiles(share)
    low = x + below**2 / 2 - below * np.sqrt(x + below**2 / 4)
    return low, x + above**2 / 2 + above * np.sqrt(x + above**2 / 4)


def _jeffreys(x: Array, share: Tails) -> tuple[Array, Array]:
    from scipy.special import gammaincinv

    return gammaincinv(x + 0.5, share[0]), gammaincinv(x + 0.5, 1 - share[1])


def _wald(x: Array, share: Tails) -> tuple[Array, Array]:
    below, above = quantiles(share)
    return x - below * np.sqrt(x), x + above * np.sqrt(x)


_METHODS: dict[str, Callable[[Array, Tails], tuple[Array, Array]]] = {
    "garwood": _garwood,
    "byar": _byar,
    "score": _score,
    "jeffreys": _jeffreys,
    "wald": _wald,
}


def rate_difference(
    events: float,
    exposure: float,
    control_events: float,
    control_exposure: float,
    *,
    method: str = "score",
    margin: float = 0.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two rates of independent events, treatment minus control.

    Events are Poisson in both arms. For successes per agent hour, which vary
    more, use `ratio_difference` over agent-days.

    Parameters
    ----------
    events, exposure, control_events, control_exposure : float
        Counts and the hours they were counted in.
    method : str
        "score" (the default) or "wald".
    margin : float
        The difference tested, in events per unit of exposure.
    alternative : str
        "two-sided", "greater" or "less".
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        In events per unit of exposure.

    Raises
    ------
    UsageError
        Events are negative, exposure is not positive, an unknown method.

    References
    ----------
    1. Ng HKT, Gu K, Tang ML (2007). A comparative study of tests for the
       difference of two Poisson means. Computational Statistics and Data
       Analysis 51:3085-3099.

    Examples
    --------
    >>> r = rate_difference(60, 51.4775, 30, 54.3087)
    >>> round(r.low, 4), round(r.high, 4)
    (0.2658, 0.9892)
    """
    choose("method", method, ("score", "wald"))
    x1, t1, x0, t0 = two_rates(events, exposure, control_events, control_exposure)
    share = tails(confidence, alternative)
    estimate, error = x1 / t1 - x0 / t0, math.sqrt(x1 / t1**2 + x0 / t0**2)

    def statistic(difference: float) -> float:
        variance = error**2 if method == "wald" else _restricted_variance(x1, t1, x0, t0, difference)
        gap = estimate - difference
        if abs(gap) < 1e-15 * (1 + abs(estimate)):
            return 0.0
        return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)

    # Beyond these ends every statistic exceeds any requested quantile.
    ends = (-_beyond(x0) / t0, _beyond(x1) / t1)
    low, high = invert(statistic, estimate, ends, quantiles(share))
    return Comparison(
        estimate,
        low if share[0] else -math.inf,
        high if share[1] else math.inf,
        p_value(statistic(margin), alternative),
        method,
        confidence,
        margin,
        alternative,
        statistic=statistic(margin),
        standard_error=error,
    )


def _beyond(count: float) -> float:
    return count + 40 * math.sqrt(count + 1) + 2000


def _restricted_variance(x1: float, t1: float, x0: float, t0: float, difference: float) -> float:
    total = t1 + t0
    b = x1 + x0 - total * difference
    root = math.sqrt(max(b * b + 4 * total * x0 * difference, 0.0))
    rate0 = max((b + root) / (2 * total), 0.0, -difference)
    return (rate0 + difference) / t1 + rate0 / t0
