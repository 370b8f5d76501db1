"""The ratio of two proportions over many small strata."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import tails
from callstats.stats.limits import p_value
from callstats.stats.ratios import t_quantile
from callstats.stats.results import NAN, Comparison


def stratified_risk_ratio(tables: Any, *, confidence: float = 0.95) -> Comparison:
    """Common ratio of two proportions of several two-by-two tables (Mantel-Haenszel).

    The ratio is the same in all strata, rows within a stratum are independent.
    It holds for many strata of a few rows each as well as for few large ones.
    Unlike an odds ratio it says the same of easy and of hard strata together.

    Parameters
    ----------
    tables : array_like of shape (strata, 2, 2)
        ((a, b), (c, d)): rows are the arms, the treatment first, columns success
        and failure. Strata without both arms count for nothing.
    confidence : float
        Of the interval, symmetric on the log scale.

    Returns
    -------
    Comparison
        Test and interval are of one statistic. Without a success in an arm the
        estimate is 0, inf or nan, with a `reason`.

    Raises
    ------
    UsageError
        Not a series of two-by-two tables, or a count is negative.

    References
    ----------
    1. Greenland S, Robins JM (1985). Estimation of a common effect parameter from
       sparse follow-up data. Biometrics 41:55-68.

    Examples
    --------
    >>> r = stratified_risk_ratio([[[40, 60], [25, 75]], [[10, 10], [5, 15]]])
    >>> round(r.estimate, 3), round(r.low, 3), round(r.high, 3)
    (1.667, 1.145, 2.426)
    """
    counts = np.asarray(tables, dtype=float)
    share = tails(confidence)[0]
    if counts.ndim != 3 or counts.shape[1:] != (2, 2):
        raise UsageError("tables are of shape (strata, 2, 2)")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise UsageError("a count is missing or negative")
    counts = counts[counts.sum(axis=2).min(axis=1) > 0]
    (a, b), (c, d) = np.moveaxis(counts, 0, -1)
    ours, theirs = a + b, c + d
    total = ours + theirs
    up, down = float((a * theirs / total).sum()), float((c * ours / total).sum())
    method = "mantel-haenszel risk ratio"
    if up == 0 or down == 0:
        estimate = math.inf if up else 0.0 if down else NAN
        reason = "no success in an arm: the ratio has no limits"
        return Comparison(estimate, 0.0, math.inf, NAN, method, confidence, 1.0, reason=reason)
    spread = float(((a + c) * ours * theirs / total**2 - a * c / total).sum())
    error = math.sqrt(max(spread, 0.0) / (up * down))
    estimate, half = up / down, t_quantile(share, math.inf) * error
    if error == 0:
        return Comparison(
            estimate, NAN, NAN, NAN, method, confidence, 1.0, reason="nothing varies within the strata"
        )
    statistic = math.log(estimate) / error
    return Comparison(
        estimate,
        estimate * math.exp(-half),
        estimate * math.exp(half),
        p_value(statistic),
        method,
        confidence,
        1.0,
        statistic=statistic,
        standard_error=error,
    )
