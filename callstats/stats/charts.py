"""Control limits of a daily chart, allowing for ordinary differences between days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, counts, exposures
from callstats.stats.predictive_limits import predictive_limits

#: Mean range of two standard normal values: converts mean moving ranges to a standard deviation.
_D2 = 2 / np.sqrt(np.pi)


@dataclass(frozen=True, slots=True)
class ControlLimits:
    """A control chart's centre, limits and signals.

    Attributes
    ----------
    estimate : float
        All events over all sizes, or the given baseline.
    values, expected, low, high : ndarray of shape (k,)
        Daily value, what was expected of the day, and its limits; nan on days of size 0.
    outside : ndarray of bool, shape (k,)
        Days beyond their limits.
    run : ndarray of bool, shape (k,)
        Days that end a run of ``run_length`` or more on one side of what was expected.
    dispersion : float
        Day-to-day standard deviation over that of pure chance; 1 is pure chance.
    run_length : int
        Days in a row on one side that are a signal.
    correlation : float
        Of neighbouring days; nan where the method does not estimate it.
    slope : bool
        Whether a linear trend was taken out: from 15 days on.
    method : str
        "predictive", "laney p'" or "laney u'".
    """

    estimate: float
    values: np.ndarray
    expected: np.ndarray
    low: np.ndarray
    high: np.ndarray
    outside: np.ndarray
    run: np.ndarray
    dispersion: float
    run_length: int = 8
    correlation: float = float("nan")
    slope: bool = False
    method: str = "predictive"


def control_limits(
    events: Any,
    sizes: Any,
    *,
    kind: str = "proportion",
    method: str = "predictive",
    weekdays: Any = None,
    design_effect: float = 1.0,
    false_alarms: float = 0.05,
    sigmas: float = 3.0,
    baseline: float | None = None,
) -> ControlLimits:
    """Limits that daily values stay within while nothing special happens.

    Days are in time order. "predictive" limits say what each day should have been,
    judged by the other days: a weekday pattern and, from 15 days on, a linear trend
    are taken out, the variance between days and the correlation of neighbours are estimated with
    their uncertainty, and each day's sampling variance is that of its size. A
    series has one false signal with probability `false_alarms`, points and runs
    together. Days that are far out are set aside before the others are judged
    (up to a quarter of the days), so that they do not hide each other.

    "laney" takes the day-to-day spread from the moving ranges of the standardised
    values and has no pattern, trend or dependence; it is for comparison with other
    software.

    Parameters
    ----------
    events : array_like of shape (k,)
        Count per day, in time order.
    sizes : array_like of shape (k,)
        Calls per day, or hours per day for a rate; 0 for a day without work.
    kind : str
        "proportion" (events out of sizes) or "rate" (events per unit of size).
    method : str
        "predictive" or "laney".
    weekdays : array_like of shape (k,), optional
        If given, a weekday pattern is taken out, shrunk where few weeks are there.
    design_effect : float
        Sampling variance of a day over that of independent events: for sums of
        seconds or money, the size of one.
    false_alarms : float
        Probability that an ordinary series of days has a signal.
    sigmas : float
        Of Laney's limits: their distance from the centre.
    baseline : float, optional
        Of Laney's limits: the centre from an earlier period; if omitted, the days' own.

    Raises
    ------
    UsageError
        Sizes are all 0, events do not fit them, or the kind or method is unknown.

    References
    ----------
    1. Laney DB (2002). Improved control charts for attributes. Quality
       Engineering 14:531-537.
    2. Nelson LS (1984). The Shewhart control chart: tests for special causes.
       Journal of Quality Technology 16:237-239.
    3. Rosner B (1983). Percentage points for a generalized ESD many-outlier
       procedure. Technometrics 25:165-172 (setting far days aside).

    Examples
    --------
    >>> dials = [1000] * 15
    >>> answered = [201, 214, 190, 207, 198, 203, 188, 96, 209, 212, 195, 204, 199, 191, 206]
    >>> chart = control_limits(answered, dials)
    >>> chart.outside.nonzero()[0].tolist(), round(float(chart.expected[7]), 2)
    ([7], 0.2)
    """
    choose("kind", kind, ("proportion", "rate"))
    choose("method", method, ("predictive", "laney"))
    n = np.asarray(sizes, dtype=float).ravel()
    x = np.asarray(events, dtype=float).ravel()
    worked = n > 0
    if not worked.any():
        raise UsageError("no day has any calls or hours", hint="Ask for a period with work in it.")
    counts(x, n) if kind == "proportion" else exposures(x[worked], n[worked])
    centre = float(x[worked].sum() / n[worked].sum()) if baseline is None else float(baseline)
    constant = centre == 0 or (kind == "proportion" and centre == 1)
    if method == "laney" or constant:
        return _laney(x, n, kind, sigmas, centre)
    which = None if weekdays is None else np.asarray(weekdays).ravel()[worked]
    found = predictive_limits(x[worked], n[worked], kind == "proportion", which, design_effect, false_alarms)
    days = [np.full(len(n), np.nan) for _ in range(4)]
    for full, part in zip(days, (x[worked] / n[worked], found.expected, found.low, found.high), strict=True):
        full[worked] = part
    values, expected, low, high = days
    return ControlLimits(
        centre, values, expected, low, high, (values < low) | (values > high),
        _runs(values, expected, found.run_length), found.dispersion, found.run_length, found.correlation,
        found.slope,
    )  # fmt: skip


def _laney(x: np.ndarray, n: np.ndarray, kind: str, sigmas: float, centre: float) -> ControlLimits:
    worked = n > 0
    variance = centre * (1 - centre) if kind == "proportion" else centre
    values, error = np.full(len(n), np.nan), np.full(len(n), np.nan)
    values[worked] = x[worked] / n[worked]
    error[worked] = np.sqrt(max(variance, 0.0) / n[worked])
    dispersion = _dispersion(values[worked], error[worked], centre)
    # a spread below pure chance keeps the plain limits: a few days often look too calm
    half = sigmas * error * max(dispersion, 1.0)
    top = 1.0 if kind == "proportion" else np.inf
    low, high = np.clip(centre - half, 0, None), np.clip(centre + half, None, top)
    expected = np.where(worked, centre, np.nan)
    return ControlLimits(
        centre, values, expected, low, high, (values < low) | (values > high),
        _runs(values, expected, 8), dispersion, 8, method="laney p'" if kind == "proportion" else "laney u'",
    )  # fmt: skip


def _dispersion(values: np.ndarray, error: np.ndarray, centre: float) -> float:
    if len(values) < 2 or not (error > 0).all():
        return 1.0
    z = (values - centre) / error
    return float(np.abs(np.diff(z)).mean() / _D2)


def _runs(values: np.ndarray, expected: np.ndarray, length: int) -> np.ndarray:
    flags, count, before = np.zeros(len(values), dtype=bool), 0, 0.0
    for i, value in enumerate(values):
        if np.isnan(value):
            continue
        side = float(np.sign(value - expected[i]))
        count = count + 1 if side == before and side != 0 else int(side != 0)
        before = side
        flags[i] = count >= length
    return flags
