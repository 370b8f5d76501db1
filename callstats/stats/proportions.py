"""One proportion of independent trials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from callstats.stats.checking import choose, counts, plain, tails
from callstats.stats.results import Interval

Array = np.ndarray
Tails = tuple[float, float]


def proportion_interval(
    events: Any,
    trials: Any,
    *,
    method: str = "wilson",
    confidence: float = 0.95,
    alternative: str = "two-sided",
) -> Interval:
    """Interval of one proportion.

    Trials are independent and equally likely to succeed. Calls to the same
    contact are not: use `ratio_interval` with ``proportion=True`` for those.

    Parameters
    ----------
    events : float or array_like of shape (k,)
        Successes.
    trials : float or array_like of shape (k,)
        Attempts; may be a fractional effective size.
    method : str
        "wilson" (score, the default), "wilson-cc" (with continuity correction),
        "clopper-pearson" (exact, at least the requested confidence), "mid-p"
        (exact, about the requested confidence), "agresti-coull", "jeffreys",
        "wald" (poor near 0 and 1).
    confidence : float
        Of the interval.
    alternative : str
        "greater" gives a lower limit only (high is 1), "less" an upper limit
        only (low is 0), as in scipy; statsmodels names them the other way.

    Returns
    -------
    Interval
        Fractions between 0 and 1; arrays when arrays were given. Without trials
        they are nan and `reason` says why.

    Raises
    ------
    UsageError
        More events than trials, a negative or missing number, an unknown method.

    References
    ----------
    1. Newcombe RG (1998). Two-sided confidence intervals for the single
       proportion. Statistics in Medicine 17:857-872.
    2. Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial
       proportion. Statistical Science 16:101-133.

    Examples
    --------
    >>> result = proportion_interval(0, 20)
    >>> result.low, round(result.high, 4)
    (0.0, 0.1611)
    >>> proportion_interval([1, 5], [29, 56]).estimate.round(3).tolist()
    [0.034, 0.089]
    """
    choose("method", method, _METHODS)
    x, n = counts(events, trials)
    share = tails(confidence, alternative)
    with np.errstate(all="ignore"):
        estimate = np.where(n > 0, x / n, np.nan)
        low, high = _METHODS[method](x, n, share)
    low = np.where(n > 0, 0.0 if share[0] == 0 else np.clip(low, 0, estimate), np.nan)
    high = np.where(n > 0, 1.0 if share[1] == 0 else np.clip(high, estimate, 1), np.nan)
    error = np.sqrt(estimate * (1 - estimate) / np.where(n > 0, n, np.nan))
    return Interval(
        plain(estimate),
        plain(low),
        plain(high),
        method,
        confidence,
        standard_error=plain(error),
        n=plain(n),
        reason="" if (n > 0).all() else "no trials",
    )


def _quantiles(share: Tails) -> Tails:
    # A tail of 0 means an open end, which the caller sets.
    from scipy.special import ndtri

    return tuple(float(-ndtri(tail)) if tail else 0.0 for tail in share)  # type: ignore[return-value]


def wilson_limits(x: Array, n: Array, z: Tails) -> tuple[Array, Array]:
    """Return the Wilson limits for a quantile below and one above.

    Parameters
    ----------
    x, n : ndarray
        Events and trials, not necessarily whole.
    z : tuple of float
        Normal (or t) quantile of the lower and of the upper limit.
    """

    def limit(quantile: float, sign: int) -> Array:
        middle = x + quantile**2 / 2
        half = quantile * np.sqrt(x * (n - x) / n + quantile**2 / 4)
        return (middle + sign * half) / (n + quantile**2)

    low, high = limit(z[0], -1), limit(z[1], +1)
    # Keep rounding from leaving 1e-17 where the limit is exactly 0 or 1.
    return np.where(x <= 0, 0.0, low), np.where(x >= n, 1.0, high)


def _wilson(x: Array, n: Array, share: Tails) -> tuple[Array, Array]:
    return wilson_limits(x, n, _quantiles(share))


def _wilson_cc(x: Array, n: Array, share: Tails) -> tuple[Array, Array]:
    below, above = _quantiles(share)
    p = x / n

    def limit(z: float, sign: int) -> Array:
        root = np.sqrt(np.maximum(z**2 + sign * 2 - 1 / n + 4 * p * (n * (1 - p) - sign * 1), 0))
        return (2 * x + z**2 + sign * (1 + z * root)) / (2 * (n + z**2))

    return np.where(x <= 0, 0.0, limit(below, -1)), np.where(x >= n, 1.0, limit(above, +1))


def _clopper_pearson(x: Array, n: Array, share: Tails) -> tuple[Array, Array]:
    from scipy.special import betaincinv

    low = np.where(x > 0, betaincinv(np.maximum(x, 1e-12), n - x + 1, share[0]), 0.0)
    high = np.where(x < n, betaincinv(x + 1, np.maximum(n - x, 1e-12), 1 - share[1]), 1.0)
    return low, high


def upper_tail_mid_p(x: Array, n: Array, p: Array) -> Array:
    """Return P(X > x) + P(X = x) / 2 of a binomial count."""
    from scipy.special import betainc

    above = np.where(x < n, betainc(x + 1, np.maximum(n - x, 1e-12), p), 0.0)
    at_least = np.where(x > 0, betainc(np.maximum(x, 1e-12), n - x + 1, p), 1.0)
    return (above + at_least) / 2


def _mid_p(x: Array, n: Array, share: Tails) -> tuple[Array, Array]:
    low = _solve_rising(lambda p: upper_tail_mid_p(x, n, p), share[0], x)
    high = _solve_rising(lambda p: upper_tail_mid_p(x, n, p), 1 - share[1], x)
    return np.where(x <= 0, 0.0, low), np.where(x >= n, 1.0, high)


def _solve_rising(function: Callable[[Array], Array], target: float, like: Array) -> Array:
    low, high = np.zeros_like(like), np.ones_like(like)
    for _ in range(60):
        middle = (low + high) / 2
        below = function(middle) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _agresti_coull(x: Array, n: Array, share: Tails) -> tuple[Array, Array]:
    def limit(z: float, sign: int) -> Array:
        size = n + z**2
        p = (x + z**2 / 2) / size
        return p + sign * z * np.sqrt(p * (1 - p) / size)

    below, above = _quantiles(share)
    return limit(below, -1), limit(above, +1)


def _jeffreys(x: Array, n: Array, share: Tails) -> tuple[Array, Array]:
    from scipy.special import betaincinv

    low = betaincinv(x + 0.5, n - x + 0.5, share[0])
    high = betaincinv(x + 0.5, n - x + 0.5, 1 - share[1])
    return np.where(x <= 0, 0.0, low), np.where(x >= n, 1.0, high)


def _wald(x: Array, n: Array, share: Tails) -> tuple[Array, Array]:
    below, above = _quantiles(share)
    p = x / n
    error = np.sqrt(p * (1 - p) / n)
    return p - below * error, p + above * error


_METHODS: dict[str, Callable[[Array, Array, Tails], tuple[Array, Array]]] = {
    "wilson": _wilson,
    "wilson-cc": _wilson_cc,
    "clopper-pearson": _clopper_pearson,
    "mid-p": _mid_p,
    "agresti-coull": _agresti_coull,
    "jeffreys": _jeffreys,
    "wald": _wald,
}
