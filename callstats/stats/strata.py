"""Two-by-two tables pooled over strata."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import counts as checked_counts
from callstats.stats.checking import tails
from callstats.stats.limits import p_value
from callstats.stats.ratios import t_quantile
from callstats.stats.results import NAN, Comparison


def stratified_odds_ratio(tables: Any, *, correction: bool = True, confidence: float = 0.95) -> Comparison:
    """Common odds ratio of several two-by-two tables (Cochran-Mantel-Haenszel).

    Assumes the same odds ratio in all strata and independent rows within each.
    Test and interval have different variances (under the null hypothesis and at
    the estimate), so they may disagree near alpha.

    Parameters
    ----------
    tables : array_like of shape (strata, 2, 2)
        ((a, b), (c, d)): rows are the arms, the treatment first, columns success
        and failure. Strata without both arms are ignored.
    correction : bool
        Continuity correction of the test, as in R's mantelhaen.test.
    confidence : float
        Of the interval (Robins-Breslow-Greenland).

    Returns
    -------
    Comparison
        `statistic` is the chi-square with one degree of freedom. Without events
        on both sides the estimate is 0, inf or nan, with a `reason`.

    Raises
    ------
    UsageError
        Not a series of two-by-two tables, or a count is negative.

    References
    ----------
    1. Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data
       from retrospective studies. Journal of the National Cancer Institute
       22:719-748.
    2. Robins J, Breslow N, Greenland S (1986). Estimators of the
       Mantel-Haenszel variance. Biometrics 42:311-323.

    Examples
    --------
    >>> r = stratified_odds_ratio([[[12, 8], [6, 14]], [[5, 15], [3, 17]]])
    >>> round(r.estimate, 2), round(r.p_value, 2)
    (2.72, 0.09)
    """
    from scipy.special import chdtrc

    counts = np.asarray(tables, dtype=float)
    share = tails(confidence)[0]
    if counts.ndim != 3 or counts.shape[1:] != (2, 2):
        raise UsageError("tables are of shape (strata, 2, 2)")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise UsageError("a count is missing or negative")
    counts = counts[counts.sum(axis=2).min(axis=1) > 0]
    statistic = _chi_square(counts, correction)
    p = float(chdtrc(1, statistic))
    estimate, error = _odds_ratio(counts)
    low, high, reason = 0.0, math.inf, "no success or no failure in an arm: the odds ratio has no limits"
    if math.isfinite(error):
        half = t_quantile(share, math.inf) * error
        low, high, reason = estimate * math.exp(-half), estimate * math.exp(half), ""
    return Comparison(
        estimate,
        low,
        high,
        p,
        "cochran-mantel-haenszel",
        confidence,
        1.0,
        statistic=statistic,
        standard_error=error,
        reason=reason,
    )


def _chi_square(counts: np.ndarray, correction: bool) -> float:
    total = counts.sum(axis=(1, 2))
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    expected = rows[:, 0] * columns[:, 0] / total
    some = total > 1
    variance = (rows.prod(axis=1) * columns.prod(axis=1))[some] / (total**2 * (total - 1))[some]
    gap = abs(float((counts[:, 0, 0] - expected).sum()))
    if variance.sum() <= 0:
        return 0.0
    return max(gap - (0.5 if correction else 0.0), 0.0) ** 2 / float(variance.sum())


def _odds_ratio(counts: np.ndarray) -> tuple[float, float]:
    (a, b), (c, d) = np.moveaxis(counts, 0, -1)
    total = a + b + c + d
    p, q, r, s = (a + d) / total, (b + c) / total, a * d / total, b * c / total
    up, down = float(r.sum()), float(s.sum())
    if up == 0 or down == 0:
        return (math.inf if up else 0.0 if down else NAN), math.inf
    variance = (p * r).sum() / (2 * up**2) + (p * s + q * r).sum() / (2 * up * down)
    variance += (q * s).sum() / (2 * down**2)
    return up / down, math.sqrt(variance)


def stratified_risk_ratio(tables: Any, *, confidence: float = 0.95) -> Comparison:
    """Common ratio of two proportions of several two-by-two tables (Mantel-Haenszel).

    Assumes the same ratio in all strata and independent rows within each. Valid
    for many strata of a few rows each as well as for a few large ones. Unlike an
    odds ratio, it means the same for easy and hard strata pooled.

    Parameters
    ----------
    tables : array_like of shape (strata, 2, 2)
        ((a, b), (c, d)): rows are the arms, the treatment first, columns success
        and failure. Strata without both arms are ignored.
    confidence : float
        Of the interval, symmetric on the log scale.

    Returns
    -------
    Comparison
        Test and interval use the same statistic. Without a success in an arm the
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


def clustered_risk_ratio(
    strata: Any, treated: Any, clusters: Any, trials: Any, events: Any, *, confidence: float = 0.95
) -> Comparison:
    """Common ratio of two proportions over strata (Mantel-Haenszel), rows of a cluster being alike.

    The estimate is that of :func:`stratified_risk_ratio`. Its variance is that of
    the clusters' influences on the logarithm of the ratio, each divided by one less
    its share of the information, with a t quantile whose degrees of freedom are the
    number of clusters that the shares are worth (Bell and McCaffrey). With days as
    clusters the interval speaks of other days like these.

    Parameters
    ----------
    strata, treated, clusters : array_like of shape (k,)
        Of each row: its stratum and cluster, and whether it is of the first arm.
    trials, events : array_like of shape (k,)
        Of each row.
    confidence : float
        Of the interval, symmetric on the log scale.

    Returns
    -------
    Comparison
        Test and interval use the same statistic. Without a success in an arm the
        estimate is 0, inf or nan, with a `reason`; with fewer than two clusters the
        interval is open.

    Raises
    ------
    UsageError
        A count is missing or negative, or there are more events than trials.

    References
    ----------
    1. Greenland S, Robins JM (1985). Estimation of a common effect parameter from
       sparse follow-up data. Biometrics 41:55-68.
    2. Bell RM, McCaffrey DF (2002). Bias reduction in standard errors for linear
       regression with multi-stage samples. Survey Methodology 28:169-181.

    Examples
    --------
    Four days, on each of which 100 dials in the evening and 100 in the morning:

    >>> r = clustered_risk_ratio([0] * 8, [1, 0] * 4, [0, 0, 1, 1, 2, 2, 3, 3], [100] * 8,
    ...                          [30, 20, 33, 25, 36, 19, 29, 24])
    >>> round(r.estimate, 3), round(r.low, 3), round(r.high, 3), round(r.degrees_of_freedom, 2)
    (1.455, 1.066, 1.984, 3.0)
    """
    x, n = checked_counts(events, trials)
    share = tails(confidence)[0]
    stratum, day = (np.unique(np.asarray(a), return_inverse=True)[1] for a in (strata, clusters))
    first = np.asarray(treated, dtype=bool)
    size = int(stratum.max(initial=-1)) + 1
    ours, theirs = (np.bincount(stratum, n * arm, size) for arm in (first, ~first))
    a, c = (np.bincount(stratum, x * arm, size) for arm in (first, ~first))
    total = np.maximum(ours + theirs, 1e-300)
    up, down = float((a * theirs / total).sum()), float((c * ours / total).sum())
    method = "mantel-haenszel risk ratio, clustered"
    if up == 0 or down == 0:
        estimate = math.inf if up else 0.0 if down else NAN
        reason = "no success in an arm: the ratio has no limits"
        return Comparison(estimate, 0.0, math.inf, NAN, method, confidence, 1.0, reason=reason)
    other = np.where(first, theirs[stratum], ours[stratum]) / total[stratum]
    # what the numerator and the denominator of the ratio gain if a row counts a little more
    same, cross = other * x, n * other / total[stratum]
    gain = np.where(
        first,
        (same - (a * theirs / total)[stratum] * n / total[stratum]) / up - c[stratum] * cross / down,
        a[stratum] * cross / up - (same - (c * ours / total)[stratum] * n / total[stratum]) / down,
    )
    influence, weight = np.bincount(day, gain), np.bincount(day, n * other)
    error, freedom = _clustered_error(influence, weight / weight.sum())
    estimate = up / down
    if not freedom > 0 or error == 0:
        reason = "one cluster, or clusters that do not differ: the ratio has no limits"
        return Comparison(estimate, 0.0, math.inf, NAN, method, confidence, 1.0, reason=reason)
    half, statistic = t_quantile(share, freedom) * error, math.log(estimate) / error
    return Comparison(
        estimate,
        estimate * math.exp(-half),
        estimate * math.exp(half),
        p_value(statistic, degrees_of_freedom=freedom),
        method,
        confidence,
        1.0,
        statistic=statistic,
        standard_error=error,
        degrees_of_freedom=freedom,
    )


def _clustered_error(influence: np.ndarray, share: np.ndarray) -> tuple[float, float]:
    """Return the standard error from the clusters' influences, and its degrees of freedom.

    Influences are those of a weighted mean, whose residuals are smaller the more a
    cluster weighs; the degrees of freedom are those of the sum of squares if
    clusters vary alike.
    """
    known = share < 1 - 1e-9
    if len(share) < 2 or not known.all():
        return NAN, 0.0
    weight = 1 / (1 - share)
    variance = float((weight * influence**2).sum())
    residual = np.eye(len(share)) - share[None, :]
    quadratic = residual.T @ ((weight * share**2)[:, None] * residual)
    freedom = float(np.trace(quadratic) ** 2 / (quadratic * quadratic.T).sum())
    return math.sqrt(variance), freedom
