"""Means and ranks of independent values: handle times, scores."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, sample, tails
from callstats.stats.limits import p_value, quantiles
from callstats.stats.results import NAN, Comparison, Interval


def mean_difference(
    values: Any,
    control_values: Any,
    *,
    method: str = "welch",
    margin: float = 0.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two means, values minus control values.

    Values are independent (if calls are correlated within agents, use
    `ratio_difference`), and numerous enough for their mean to be about normal. The
    means are compared directly: a rank test or logarithms answer a different
    question and raise false alarms when spreads differ.

    Parameters
    ----------
    values, control_values : array_like
        For "paired", of the same length and order.
    method : str
        "welch" (unequal spreads) or "paired" (each pair from one unit).
    margin : float
        The difference tested.
    alternative : str
        "two-sided", "greater" or "less".
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        In the unit of the values.

    Raises
    ------
    UsageError
        Fewer than two values in an arm, missing values, or paired arms of different length.

    References
    ----------
    1. Welch BL (1947). The generalization of Student's problem when several
       different population variances are involved. Biometrika 34:28-35.

    Examples
    --------
    >>> r = mean_difference([210, 250, 190, 240], [180, 175, 200, 160, 170])
    >>> r.estimate, round(r.p_value, 3)
    (45.5, 0.036)
    """
    choose("method", method, ("welch", "paired"))
    share = tails(confidence, alternative)
    x, y = sample(values, 2, "values"), sample(control_values, 2, "control values")
    if method == "paired" and len(x) != len(y):
        raise UsageError(f"{len(x)} values and {len(y)} control values are no pairs")
    estimate = float(x.mean() - y.mean())
    if method == "paired":
        error, df = float((x - y).std(ddof=1)) / math.sqrt(len(x)), len(x) - 1.0
    else:
        error, df = _welch(x, y)
    gap = estimate - margin
    statistic = gap / error if error else (math.copysign(math.inf, gap) if gap else 0.0)
    half = [t * error if error else 0.0 for t in quantiles(share, df)]
    return Comparison(
        estimate,
        estimate - half[0] if share[0] else -math.inf,
        estimate + half[1] if share[1] else math.inf,
        p_value(statistic, alternative, df),
        method,
        confidence,
        margin,
        alternative,
        statistic=statistic,
        standard_error=error,
        degrees_of_freedom=df,
        reason="" if error else "no value differs from its mean",
    )


def _welch(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    a, b = x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)
    if a + b == 0:
        return 0.0, len(x) + len(y) - 2.0
    return math.sqrt(a + b), float((a + b) ** 2 / (a**2 / (len(x) - 1) + b**2 / (len(y) - 1)))


def stochastic_superiority(
    values: Any,
    control_values: Any,
    *,
    method: str = "brunner-munzel",
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Probability that a value is above a control value, ties counting half.

    For scores from 1 to 5 and other ordered values, with any spreads. Values
    are independent.

    Parameters
    ----------
    values, control_values : array_like
    method : str
        "brunner-munzel".
    alternative : str
        "two-sided", "greater" or "less" than one half.
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        `estimate` is P(value > control) + P(equal) / 2; the null is 0.5. If all
        values of one arm are above all of the other, there is no spread: the limits
        are nan, the p-value is the permutation test's, and `reason` says so.

    Raises
    ------
    UsageError
        Fewer than two values in an arm, or missing values.

    References
    ----------
    1. Brunner E, Munzel U (2000). The nonparametric Behrens-Fisher problem.
       Biometrical Journal 42:17-25.

    Examples
    --------
    >>> r = stochastic_superiority([3, 4, 5, 5, 2, 4], [2, 3, 1, 4, 2])
    >>> round(r.estimate, 3), r.p_value < 0.05
    (0.817, True)
    """
    from scipy.stats import rankdata

    choose("method", method, ("brunner-munzel",))
    share = tails(confidence, alternative)
    x, y = sample(values, 2, "values"), sample(control_values, 2, "control values")
    n, m = len(x), len(y)
    ranks = rankdata(np.concatenate([x, y]))
    # A value's overall rank minus its rank within its arm counts the other arm's values below it.
    over, under = ranks[:n] - rankdata(x), ranks[n:] - rankdata(y)
    estimate = float(over.mean() / m)
    a, b = over.var(ddof=1) / m**2 / n, under.var(ddof=1) / n**2 / m
    if a + b == 0:
        return _separated(estimate, n, m, alternative, confidence)
    error = math.sqrt(a + b)
    df = float((a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1)))
    statistic = (estimate - 0.5) / error
    below, above = quantiles(share, df)
    return Comparison(
        estimate,
        max(estimate - below * error, 0.0),
        min(estimate + above * error, 1.0),
        p_value(statistic, alternative, df),
        method,
        confidence,
        0.5,
        alternative,
        statistic=statistic,
        standard_error=error,
        degrees_of_freedom=df,
    )


def _separated(estimate: float, n: int, m: int, alternative: str, confidence: float) -> Comparison:
    extreme = 1 / math.comb(n + m, n)
    towards = {"greater": 1.0, "less": 0.0}.get(alternative, estimate)
    p = extreme * (2 if alternative == "two-sided" else 1) if estimate == towards else 1.0
    reason = "the arms do not overlap: exact permutation p-value, no limits"
    if estimate == 0.5:
        p, reason = 1.0, "all values are equal"
    return Comparison(
        estimate, NAN, NAN, min(p, 1.0), "permutation", confidence, 0.5, alternative, reason=reason
    )


def quantile_interval(values: Any, *, quantile: float = 0.5, confidence: float = 0.95) -> Interval:
    """Interval of a median or other quantile from order statistics.

    Values are independent; no distribution is assumed. The confidence is at least
    the one requested.

    Parameters
    ----------
    values : array_like
    quantile : float
        0.5 is the median, 0.9 the value nine in ten stay under.
    confidence : float
        Of the interval.

    Returns
    -------
    Interval
        In the unit of the values. With too few values, a limit is -inf or inf.

    Raises
    ------
    UsageError
        No value, missing values, or a quantile not between 0 and 1.

    References
    ----------
    1. Hahn GJ, Meeker WQ (1991). Statistical Intervals, section 5.2.

    Examples
    --------
    >>> r = quantile_interval(range(1, 101))
    >>> r.estimate, r.low, r.high
    (50.5, 40.0, 61.0)
    """
    from scipy.stats import binom

    share = tails(confidence)[0]
    if not 0 < quantile < 1:
        raise UsageError(f"quantile {quantile!r} is not between 0 and 1")
    x = np.sort(sample(values, 1, "values"))
    n = len(x)
    low = int(binom.ppf(share, n, quantile))
    high = int(binom.ppf(1 - share, n, quantile)) + 1
    return Interval(
        float(np.quantile(x, quantile)),
        float(x[low - 1]) if low >= 1 else -math.inf,
        float(x[high - 1]) if high <= n else math.inf,
        "order statistics",
        confidence,
        n=n,
    )
