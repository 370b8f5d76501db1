"""The ratio of two proportions of independent trials."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, tails, two_arms
from callstats.stats.limits import invert, p_value, quantiles, statistic_from_limits
from callstats.stats.proportions import wilson_limits
from callstats.stats.results import NAN, Comparison

Cells = tuple[float, float, float, float]
#: low, high, statistic at the null
Found = tuple[float, float, float]
Critical = tuple[float, float]


def proportion_ratio(
    events: float,
    trials: float,
    control_events: float,
    control_trials: float,
    *,
    method: str = "miettinen-nurminen",
    ratio: float = 1.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Ratio of two proportions, treatment over control.

    Trials are independent within and between arms.

    Parameters
    ----------
    events, trials, control_events, control_trials : float
        Successes and attempts of the two arms.
    method : str
        "miettinen-nurminen" (score, variance times N / (N - 1); the default),
        "koopman" (score without that factor), "mover" (from the two Wilson
        intervals; its test inverts the interval), "log" (Katz),
        "adjusted-log" (half an event added to each arm).
    ratio : float
        The ratio tested.
    alternative : str
        "two-sided", "greater" or "less"; one-sided intervals are open to 0 or inf.
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        Without an event in the control arm the estimate is inf; without any
        event it is nan with a `reason`. The limits are never nan.

    Raises
    ------
    UsageError
        An arm is empty, counts are impossible, the ratio is not positive, or an unknown name.

    References
    ----------
    1. Miettinen O, Nurminen M (1985). Comparative analysis of two rates.
       Statistics in Medicine 4:213-226.
    2. Koopman PAR (1984). Confidence intervals for the ratio of two binomial
       proportions. Biometrics 40:513-517.
    3. Donner A, Zou GY (2012). Closed-form confidence intervals for functions
       of the normal mean and standard deviation. Statistical Methods in Medical
       Research 21:347-359.
    4. Fagerland MW, Lydersen S, Laake P (2015). Recommended confidence intervals
       for two independent binomial proportions. Statistical Methods in Medical
       Research 24:224-254.

    Examples
    --------
    >>> r = proportion_ratio(29, 55, 11, 11)
    >>> round(r.low, 3), round(r.high, 3)
    (0.397, 0.742)
    """
    choose("method", method, _METHODS)
    cells = two_arms(events, trials, control_events, control_trials)
    if not 0 < ratio < math.inf:
        raise UsageError(f"ratio {ratio!r} is not positive")
    share = tails(confidence, alternative)
    estimate = _estimate(cells)
    low, high, z = _METHODS[method](cells, quantiles(share), ratio)
    return Comparison(
        estimate,
        0.0 if share[0] == 0 else low,
        math.inf if share[1] == 0 else high,
        p_value(z, alternative),
        method,
        confidence,
        ratio,
        alternative,
        statistic=z,
        reason="no event in either arm" if math.isnan(estimate) else "",
    )


def _estimate(cells: Cells) -> float:
    x1, n1, x0, n0 = cells
    if x0 == 0:
        return NAN if x1 == 0 else math.inf
    return (x1 / n1) / (x0 / n0)


def ratio_statistic(cells: Cells, ratio: float, corrected: bool) -> float:
    """Return the score statistic of a ratio, with or without the factor N / (N - 1)."""
    x1, n1, x0, n0 = cells
    gap = x1 / n1 - ratio * x0 / n0
    if abs(gap) < 1e-15 * (1 + ratio):
        return 0.0
    # The most likely control proportion given the ratio, by the stable form of the quadratic's root.
    a, b, c = (n1 + n0) * ratio, n1 * ratio + x1 + n0 + x0 * ratio, x1 + x0
    p0 = min(2 * c / (b + math.sqrt(max(b * b - 4 * a * c, 0.0))), 1.0)
    p1 = min(ratio * p0, 1.0)
    variance = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    if corrected:
        variance *= (n1 + n0) / max(n1 + n0 - 1, 1)
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)


def _score(cells: Cells, critical: Critical, null: float, *, corrected: bool) -> Found:
    estimate = _estimate(cells)
    if math.isnan(estimate):
        return 0.0, math.inf, 0.0
    low, high = invert(lambda r: ratio_statistic(cells, r, corrected), estimate, (0.0, math.inf), critical)
    return low, high, ratio_statistic(cells, null, corrected)


def _mover(cells: Cells, critical: Critical, null: float) -> Found:
    x1, n1, x0, n0 = cells
    p1, p0 = x1 / n1, x0 / n0

    def limits(z: float) -> tuple[float, float]:
        (low1, low0), (high1, high0) = wilson_limits(np.array([x1, x0]), np.array([n1, n0]), (z, z))
        middle = p1 * p0
        below, above = low1 * (2 * p1 - low1), high1 * (2 * p1 - high1)
        over, under = high0 * (2 * p0 - high0), low0 * (2 * p0 - low0)
        root = middle + math.sqrt(max(middle**2 - below * over, 0.0))
        low = 0.0 if below <= 0 else below / root if root > 0 else math.inf
        high = (middle + math.sqrt(max(middle**2 - above * under, 0.0))) / under if under > 0 else math.inf
        return float(low), float(high)

    estimate = _estimate(cells)
    if math.isnan(estimate):
        return 0.0, math.inf, 0.0
    low = limits(critical[0])[0] if math.isfinite(critical[0]) else 0.0
    high = limits(critical[1])[1] if math.isfinite(critical[1]) else math.inf
    return low, high, statistic_from_limits(limits, estimate, null)


def _log(cells: Cells, critical: Critical, null: float) -> Found:
    x1, n1, x0, n0 = cells
    if x1 == 0 or x0 == 0:
        # The log method gives neither limits nor evidence here.
        return 0.0, math.inf, 0.0
    return _log_normal(x1, n1, x0, n0, critical, null)


def _adjusted_log(cells: Cells, critical: Critical, null: float) -> Found:
    x1, n1, x0, n0 = (value + 0.5 for value in cells)
    return _log_normal(x1, n1, x0, n0, critical, null)


def _log_normal(x1: float, n1: float, x0: float, n0: float, critical: Critical, null: float) -> Found:
    centre = math.log(x1 / n1) - math.log(x0 / n0)
    error = math.sqrt(max(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0, 0.0))
    gap = centre - math.log(null)
    if error == 0:
        point = math.exp(centre)
        return point, point, math.copysign(math.inf, gap) if gap else 0.0
    return math.exp(centre - critical[0] * error), math.exp(centre + critical[1] * error), gap / error


_METHODS: dict[str, Callable[[Cells, Critical, float], Found]] = {
    "miettinen-nurminen": lambda cells, critical, null: _score(cells, critical, null, corrected=True),
    "koopman": lambda cells, critical, null: _score(cells, critical, null, corrected=False),
    "mover": _mover,
    "log": _log,
    "adjusted-log": _adjusted_log,
}
