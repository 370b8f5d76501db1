"""Observed against expected events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.stats.checking import choose, exposures, plain
from callstats.stats.rates import rate_interval

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class StandardisedRatio:
    """Observed over expected events.

    Attributes
    ----------
    estimate, low, high : float or ndarray
        Ratio; 1 means as expected.
    p_value : float or ndarray
        Of a ratio of 1, two-sided, from the same limits.
    method : str
    confidence : float
    """

    estimate: Any
    low: Any
    high: Any
    p_value: Any
    method: str
    confidence: float


def standardised_ratio(
    observed: Any, expected: Any, *, method: str = "byar", confidence: float = 0.95
) -> StandardisedRatio:
    """Observed over expected events, such as an agent's, given the calls they got.

    The expected count (indirect standardisation: for each list, hour and
    attempt the overall rate times the agent's calls) is treated as known; the
    observed one is Poisson. For frequent events this is conservative.

    Parameters
    ----------
    observed : float or array_like of shape (k,)
        Events.
    expected : float or array_like of shape (k,)
        Events expected, positive.
    method : str
        "byar" (exact below 10 events, as in England's public-health indicators)
        or "garwood" (exact throughout).
    confidence : float
        Of the interval.

    Returns
    -------
    StandardisedRatio

    Raises
    ------
    UsageError
        Negative events, expected counts that are not positive, an unknown method.

    References
    ----------
    1. Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II.
    2. Eayres D (2008). Commonly used public health statistics and their
       confidence intervals. APHO Technical Briefing 3.

    Examples
    --------
    >>> r = standardised_ratio(9, 4.0)
    >>> r.estimate, round(r.low, 3), round(r.high, 3), r.p_value < 0.05
    (2.25, 1.029, 4.271, True)
    """
    choose("method", method, ("byar", "garwood"))
    x, e = exposures(observed, expected)
    exact = (x < 10) | (method == "garwood")
    sides = {name: rate_interval(x, e, method=name, confidence=confidence) for name in ("garwood", "byar")}
    low = np.where(exact, sides["garwood"].low, sides["byar"].low)
    high = np.where(exact, sides["garwood"].high, sides["byar"].high)
    p = np.where(exact, _garwood_p(x, e), _byar_p(x, e))
    return StandardisedRatio(plain(x / e), plain(low), plain(high), plain(p), method, confidence)


def _garwood_p(x: Array, e: Array) -> Array:
    from scipy.special import pdtr, pdtrc

    at_least = np.where(x > 0, pdtrc(np.maximum(x - 1, 0), e), 1.0)
    return np.minimum(1.0, 2 * np.minimum(pdtr(x, e), at_least))


def _byar_p(x: Array, e: Array) -> Array:
    # The quantile at which each Byar limit equals the expected count.
    from scipy.special import ndtr

    root = np.sqrt(np.maximum(x, 1e-12))
    lower = 3 * root * (1 - 1 / (9 * root**2) - np.cbrt(e / root**2))
    y = x + 1
    upper = 3 * np.sqrt(y) * (np.cbrt(e / y) - 1 + 1 / (9 * y))
    return np.minimum(1.0, 2 * np.minimum(ndtr(-lower), ndtr(-upper)))
