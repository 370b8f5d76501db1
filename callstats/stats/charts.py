"""Control limits of a daily chart, allowing for ordinary differences between days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, counts, exposures

#: Mean range of two standard normal values: converts mean moving ranges to a standard deviation.
_D2 = 2 / np.sqrt(np.pi)


@dataclass(frozen=True, slots=True)
class ControlLimits:
    """A control chart's centre, limits and signals.

    Attributes
    ----------
    estimate : float
        Centre line: all events over all sizes, or the given baseline.
    values, low, high : ndarray of shape (k,)
        Daily value and its limits; nan on days of size 0.
    outside : ndarray of bool, shape (k,)
        Days beyond their limits.
    run : ndarray of bool, shape (k,)
        Days that end a run of eight or more on one side of the centre.
    dispersion : float
        Day-to-day standard deviation over that of pure chance (Laney's sigma z); 1 is pure chance.
    sigmas : float
        Distance of the limits from the centre, in standard deviations.
    method : str
        "laney p'" or "laney u'".
    """

    estimate: float
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    outside: np.ndarray
    run: np.ndarray
    dispersion: float
    sigmas: float
    method: str


def control_limits(
    events: Any,
    sizes: Any,
    *,
    kind: str = "proportion",
    sigmas: float = 3.0,
    baseline: float | None = None,
) -> ControlLimits:
    """Limits that daily values stay within while nothing special happens.

    Days are in time order. The plain limits of a p or u chart assume that all
    days have the same chance; dialer days never do, and with thousands of calls
    a day nearly all would be flagged. Laney's limits take the day-to-day spread
    from the moving ranges of the standardised values. If that spread is below
    pure chance, the plain limits are kept: a few days often look too calm.

    Parameters
    ----------
    events : array_like of shape (k,)
        Count per day, in time order.
    sizes : array_like of shape (k,)
        Calls per day, or hours per day for a rate; 0 for a day without work.
    kind : str
        "proportion" (events out of sizes) or "rate" (events per unit of size).
    sigmas : float
        Distance of the limits from the centre.
    baseline : float, optional
        Centre from an earlier period; if omitted, the days' own.

    Raises
    ------
    UsageError
        Sizes are all 0, events do not fit them, or the kind is unknown.

    References
    ----------
    1. Laney DB (2002). Improved control charts for attributes. Quality
       Engineering 14:531-537.
    2. Nelson LS (1984). The Shewhart control chart: tests for special causes.
       Journal of Quality Technology 16:237-239.

    Examples
    --------
    >>> chart = control_limits([10, 12, 9, 30, 11], [100, 100, 100, 100, 100])
    >>> round(chart.estimate, 3), chart.outside.tolist()
    (0.144, [False, False, False, False, False])
    """
    choose("kind", kind, ("proportion", "rate"))
    n = np.asarray(sizes, dtype=float).ravel()
    x = np.asarray(events, dtype=float).ravel()
    worked = n > 0
    if not worked.any():
        raise UsageError("no day has any calls or hours", hint="Ask for a period with work in it.")
    counts(x, n) if kind == "proportion" else exposures(x[worked], n[worked])
    centre = float(x[worked].sum() / n[worked].sum()) if baseline is None else float(baseline)
    variance = centre * (1 - centre) if kind == "proportion" else centre
    values, error = np.full(len(n), np.nan), np.full(len(n), np.nan)
    values[worked] = x[worked] / n[worked]
    error[worked] = np.sqrt(max(variance, 0.0) / n[worked])
    dispersion = _dispersion(values[worked], error[worked], centre)
    half = sigmas * error * max(dispersion, 1.0)
    top = 1.0 if kind == "proportion" else np.inf
    low, high = np.clip(centre - half, 0, None), np.clip(centre + half, None, top)
    outside = (values < low) | (values > high)
    method = "laney p'" if kind == "proportion" else "laney u'"
    return ControlLimits(
        centre, values, low, high, outside, _runs(values, centre), dispersion, sigmas, method
    )


def _dispersion(values: np.ndarray, error: np.ndarray, centre: float) -> float:
    if len(values) < 2 or not (error > 0).all():
        return 1.0
    z = (values - centre) / error
    return float(np.abs(np.diff(z)).mean() / _D2)


def _runs(values: np.ndarray, centre: float, length: int = 8) -> np.ndarray:
    flags, count, before = np.zeros(len(values), dtype=bool), 0, 0.0
    for i, value in enumerate(values):
        if np.isnan(value):
            continue
        side = float(np.sign(value - centre))
        count = count + 1 if side == before and side != 0 else int(side != 0)
        before = side
        flags[i] = count >= length
    return flags
