"""Days that resemble their neighbours: how far they depend on each other, and what that costs.

A month has about 20 working days. Weather, holidays and the dialer's settings last
longer than a day, so that days in a row are alike, and the mean of a month is less
certain than that of 20 independent days. The correlation between neighbours cannot
be known from so few days; every result here is averaged over what it may be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import tails

#: Correlations of neighbouring days that are weighed against each other, equally likely beforehand.
CORRELATIONS = np.array([-0.2, 0.0, 0.2, 0.4, 0.6, 0.8])
#: The same range in finer steps, where a step costs little.
_FINE = np.linspace(-0.2, 0.8, 11)
#: A wider range, for single figures.
_WIDE = np.linspace(-0.2, 0.9, 12)
#: Fewer degrees of freedom than this are not spent on a weekday pattern.
_FEWEST_LEFT = 8


@dataclass(frozen=True, slots=True)
class DayDependence:
    """How far neighbouring days resemble each other.

    Attributes
    ----------
    correlation : float
        Of neighbouring working days: its mean over what the days leave possible.
    standard_error : float
        Of that correlation.
    days : int
        Days it is based on.
    effective_days : float
        Independent days whose mean would be as certain.
    """

    correlation: float
    standard_error: float
    days: int
    effective_days: float


@dataclass(frozen=True, slots=True)
class DailySum:
    """A sum over days with the interval that dependent days allow.

    Attributes
    ----------
    estimate, low, high : float
        nan limits with too few days; limits equal to the estimate if no day differs.
    p_value : float
        Of the hypothesis that the expected sum is 0; from the same statistic as the interval.
    standard_error : float
    confidence : float
    dependence : DayDependence
    method : str
    """

    estimate: float
    low: float
    high: float
    p_value: float
    standard_error: float
    confidence: float
    dependence: DayDependence
    method: str = "averaged AR(1)"


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Correlations with their posterior weights, and the standard error of the sum under each."""

    weights: np.ndarray
    errors: np.ndarray
    freedom: int
    shrinkage: np.ndarray  # variance of a mean over that of independent days


def neighbour_correlations(days: int, correlations: Any = CORRELATIONS) -> np.ndarray:
    """Return the correlation matrices of first-order autoregressive days.

    Parameters
    ----------
    days : int
    correlations : array_like of shape (k,)
        Of neighbouring days.

    Returns
    -------
    ndarray of shape (k, days, days)

    Examples
    --------
    >>> neighbour_correlations(3, [0.5])[0].tolist()
    [[1.0, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 1.0]]
    """
    rho = np.atleast_1d(np.asarray(correlations, dtype=float))
    lag = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    return rho[:, None, None] ** lag


def sum_of_days(
    values: Any, *, periods: Any = None, weekdays: Any = None, signs: Any = None, confidence: float = 0.95
) -> DailySum:
    """Return the sum of daily values, with an interval for days that depend on their neighbours.

    Each period has its own mean and days are independent between periods; all share
    one weekday pattern, one variance and one correlation. For every correlation
    from -.2 to .8 the sum has a t distribution; they are weighed by their restricted
    likelihood, so that what 20 days cannot tell about their dependence widens the
    interval. The interval speaks of other days like these, on the same weekdays.

    Parameters
    ----------
    values : array_like of shape (days,)
        In time order within each period.
    periods : array_like of shape (days,), optional
        Which period each day belongs to; one period if omitted.
    weekdays : array_like of shape (days,), optional
        If given, a weekday pattern is taken out of the variation, where enough
        days are left.
    signs : array_like of shape (days,), optional
        1 or -1: days to add and days to subtract, for the difference of two periods.
    confidence : float

    Raises
    ------
    UsageError
        There is no day, or a value is not finite.

    References
    ----------
    1. Harville DA (1974). Bayesian inference for variance components using only
       error contrasts. Biometrika 61:383-385.
    2. Zellner A, Tiao GC (1964). Bayesian analysis of the regression model with
       autocorrelated errors. Journal of the American Statistical Association
       59:763-778.

    Examples
    --------
    >>> rise = sum_of_days([3.0, 1.0, 2.0, 4.0, 2.0, 3.0, 1.0, 2.0, 3.0, 2.0])
    >>> rise.estimate, rise.p_value < 0.05, rise.low > 0
    (23.0, True, True)
    """
    y = np.asarray(values, dtype=float).ravel()
    if not len(y) or not np.isfinite(y).all():
        raise UsageError("no day, or a daily value is not finite")
    share = tails(confidence)[0]
    period = np.zeros(len(y), dtype=int) if periods is None else np.unique(periods, return_inverse=True)[1]
    sign = np.ones(len(y)) if signs is None else np.asarray(signs, dtype=float).ravel()
    design = _pattern(np.eye(period.max() + 1)[period], weekdays)
    estimate = float(y @ sign)
    if len(y) <= design.shape[1]:
        nan = float("nan")
        none = DayDependence(nan, nan, len(y), nan)
        return DailySum(estimate, nan, nan, nan, nan, confidence, none)
    weighed = _weigh(y, period, design, sign)
    dependence = _dependence(weighed, len(y))
    if weighed is None:
        return DailySum(estimate, estimate, estimate, float(estimate == 0), 0.0, confidence, dependence)
    half = _half_width(weighed, share)
    p = min(2 * _beyond(weighed, abs(estimate)), 1.0)
    error = float(np.sqrt(weighed.weights @ weighed.errors**2))
    return DailySum(estimate, estimate - half, estimate + half, p, error, confidence, dependence)


def day_dependence(values: Any, *, periods: Any = None, weekdays: Any = None) -> DayDependence:
    """Return how far neighbouring days depend on each other, and how many days they are worth.

    Parameters
    ----------
    values, periods, weekdays : array_like of shape (days,)
        As in :func:`sum_of_days`.

    Raises
    ------
    UsageError
        There is no day, or a value is not finite.

    References
    ----------
    1. Zellner A, Tiao GC (1964). Bayesian analysis of the regression model with
       autocorrelated errors. Journal of the American Statistical Association
       59:763-778.

    Examples
    --------
    >>> slow = day_dependence([1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    >>> slow.correlation > 0.5, slow.effective_days < 8
    (True, True)
    """
    return sum_of_days(values, periods=periods, weekdays=weekdays).dependence


def dependence_factor(*periods: np.ndarray, rare: float = math.inf) -> float:
    """Return by how much dependent days widen the variance of a sum, averaged over their dependence.

    As :func:`sum_of_days` does without a weekday pattern, in closed form, for thousands of
    figures: correlations of neighbours from -0.2 to 0.9 are weighed by their restricted
    likelihood.

    Parameters
    ----------
    *periods : ndarray of shape (days,)
        Daily values in time order, a period each; alike in scale.
    rare : float
        How fast positive correlations become less likely beforehand: by a factor of e for
        every `rare`. If omitted, all are equally likely, as for the load of a queue.

    Returns
    -------
    float
        1 if the values do not vary, or there are too few.

    Examples
    --------
    >>> slow = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    >>> mixed = slow[[0, 7, 1, 9, 14, 5, 3, 11]]
    >>> dependence_factor(slow) > 3, dependence_factor(mixed, rare=0.4) < 1.5
    (True, True)
    """
    rho, freedom = _WIDE, sum(len(y) - 1 for y in periods)
    parts = [_restricted(y, rho) for y in periods]
    squares, log_determinants, spread = (sum(column) for column in zip(*parts, strict=True))
    size = float(sum(y @ y for y in periods))
    if freedom < 1 or not np.min(squares) > 1e-18 * max(size, 1e-300):
        return 1.0
    fit = -0.5 * (log_determinants + freedom * np.log(squares)) - np.maximum(rho, 0) / rare
    weights = np.exp(fit - fit.max())
    independent = sum(len(y) for y in periods) * sum(float(((y - y.mean()) ** 2).sum()) for y in periods)
    return float(weights @ (spread * squares) / weights.sum() / independent)


def _restricted(y: np.ndarray, rho: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a period's squares past its mean, log determinants and spread of its sum, by correlation."""
    n = len(y)
    spread = n + 2 * rho / (1 - rho) * (n - (1 - rho**n) / (1 - rho))
    if n < 2:
        return np.zeros(len(rho)), np.zeros(len(rho)), spread
    inner = y[1:-1]
    ones = (2 + (n - 2) * (1 - rho)) / (1 + rho)
    across = (y[0] + y[-1] + (1 - rho) * inner.sum()) / (1 + rho)
    own = y[0] ** 2 + y[-1] ** 2 + (1 + rho**2) * (inner @ inner) - 2 * rho * (y[1:] @ y[:-1])
    squares = own / (1 - rho**2) - across**2 / ones
    return squares, (n - 1) * np.log(1 - rho**2) + np.log(ones), spread


def _pattern(design: np.ndarray, weekdays: Any) -> np.ndarray:
    """Return the design with a column per weekday after the first, if enough days are left."""
    if weekdays is None:
        return design
    which = np.asarray(weekdays).ravel()
    full = np.column_stack([design, (which[:, None] == np.unique(which)[None, 1:]).astype(float)])
    rank = int(np.linalg.matrix_rank(full))
    return full if rank == full.shape[1] and len(design) - rank >= _FEWEST_LEFT else design


def _weigh(y: np.ndarray, period: np.ndarray, design: np.ndarray, sign: np.ndarray) -> _Weighed | None:
    """Return every correlation's weight and standard error; None if the days do not vary."""
    freedom = len(y) - design.shape[1]
    alike, projector, size = _correlated(tuple(period), tuple(map(tuple, design)))
    squares = (projector @ y) @ y
    if squares.min() <= 1e-18 * max(float(y @ y), 1e-300):
        return None
    fit = -0.5 * (size + freedom * np.log(squares))
    weights = np.exp(fit - fit.max())
    spread = (alike @ sign) @ sign
    return _Weighed(weights / weights.sum(), np.sqrt(spread * squares / freedom), freedom, spread / len(y))


@lru_cache(maxsize=4)
def _correlated(
    period: tuple[int, ...], design: tuple[tuple[float, ...], ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for every correlation: its matrix, the projector past the design, the log determinants.

    Kept, as all terms of a bridge ask for the same ones.
    """
    columns, belongs = np.array(design), np.array(period)
    alike = neighbour_correlations(len(belongs), _FINE) * (belongs[:, None] == belongs[None, :])
    inverse = np.linalg.inv(alike)
    reach = inverse @ columns
    gram = columns.T @ reach
    projector = inverse - reach @ np.linalg.solve(gram, np.swapaxes(reach, 1, 2))
    return alike, projector, np.linalg.slogdet(alike)[1] + np.linalg.slogdet(gram)[1]


def _dependence(weighed: _Weighed | None, days: int) -> DayDependence:
    if weighed is None:
        return DayDependence(0.0, 0.0, days, float(days))
    w = weighed.weights
    mean = float(w @ _FINE)
    error = float(np.sqrt(w @ (_FINE - mean) ** 2))
    return DayDependence(mean, error, days, days / float(w @ weighed.shrinkage))


def _beyond(weighed: _Weighed, distance: float) -> float:
    """Return the probability that the sum is so far above its expectation."""
    from scipy.special import stdtr

    return float(weighed.weights @ stdtr(weighed.freedom, -distance / weighed.errors))


def _half_width(weighed: _Weighed, share: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import stdtrit

    t = -stdtrit(weighed.freedom, share)
    low, high = float(t * weighed.errors.min()), float(t * weighed.errors.max())
    # a little beyond the ends, where rounding cannot turn the signs
    part: Any = brentq(lambda part: _beyond(weighed, part * high) - share, 0.99 * low / high, 1.01)
    return high * float(part)
