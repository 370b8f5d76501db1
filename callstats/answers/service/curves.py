"""Times until something happens, some of them cut short: shares by time and quantiles with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from callstats.moments import Moments
from callstats.stats import Interval, life_table, quantile_interval, ratio_interval

if TYPE_CHECKING:
    from callstats.stats.survival import LifeTable

NAN, INFINITE = float("nan"), float("inf")


def curve(times: np.ndarray, ended: np.ndarray, confidence: float, step: float = 1.0) -> LifeTable:
    """Return the share ended by each time, of all as if none had been cut short (Kaplan-Meier).

    Parameters
    ----------
    times : ndarray of shape (rows,)
        Until the end, or until nobody looked any more.
    ended : ndarray of shape (rows,)
        1 where the end was seen.
    confidence : float
    step : float
        Times are taken up to the next whole multiple of it: clocks tell no more, and
        the table stays short.

    Examples
    --------
    >>> import numpy as np
    >>> found = curve(np.array([2.0, 4.0, 4.0, 9.0]), np.array([1, 0, 1, 1]), 0.95)
    >>> found.attempt.tolist(), found.estimate.tolist()
    ([2, 4, 9], [0.25, 0.5, 1.0])
    """
    whole = np.ceil(np.maximum(times, 0) / step - 1e-9) * step
    return life_table(whole, ended, censored=1 - ended, confidence=confidence)


def share_by(table: LifeTable, time: float) -> tuple[float, float, float]:
    """Return the share ended by a time, with its limits; nan beyond what was seen.

    Examples
    --------
    >>> import numpy as np
    >>> table = curve(np.array([2.0, 4.0]), np.array([1, 1]), 0.95)
    >>> share_by(table, 3)[0], share_by(table, 1)[0]
    (0.5, 0.0)
    """
    at = int(np.searchsorted(table.attempt, time, side="right")) - 1
    if time > table.attempt[-1] and table.survival[-1] > 0:
        return NAN, NAN, NAN
    if at < 0:
        return 0.0, 0.0, NAN
    return float(table.estimate[at]), float(table.low[at]), float(table.high[at])


def crossing(table: LifeTable, share: float) -> Interval:
    """Return the time by which a share has ended, with the times its limits leave open.

    A limit that the curve never reaches is infinite; an estimate it never reaches is nan.

    References
    ----------
    1. Brookmeyer R, Crowley J (1982). A confidence interval for the median survival
       time. Biometrics 38:29-41.

    Examples
    --------
    >>> import numpy as np
    >>> found = crossing(curve(np.arange(1.0, 101.0), np.ones(100), 0.95), 0.5)
    >>> found.estimate, found.low, found.high
    (50.0, 40.0, 60.0)
    """
    at = [_first(table, ends, share) for ends in (table.estimate, table.high, table.low)]
    n = float(table.at_risk[0])
    reason = "" if at[0] < INFINITE else "too few were followed so long"
    estimate = at[0] if at[0] < INFINITE else NAN
    return Interval(estimate, at[1], at[2], "brookmeyer-crowley", table.confidence, n=n, reason=reason)


def _first(table: LifeTable, ends: np.ndarray, share: float) -> float:
    reached = np.flatnonzero(ends >= share - 1e-12)
    return float(table.attempt[reached[0]]) if len(reached) else INFINITE


def quantile(
    values: np.ndarray, level: float, confidence: float, units: np.ndarray | None = None
) -> Interval:
    """Return a quantile with its interval, rows of one unit hanging together.

    Without units, from order statistics. With units the interval of the share below
    the quantile, clustered by unit, is read off the distribution at both its ends.

    Parameters
    ----------
    values : ndarray of shape (rows,)
    level : float
        0.5 is the median.
    confidence : float
    units : ndarray of shape (rows,), optional
        The independent unit of each row, such as an agent's day.

    References
    ----------
    1. Woodruff RS (1952). Confidence intervals for medians and other position
       measures. JASA 47:635-646.

    Examples
    --------
    >>> import numpy as np
    >>> quantile(np.arange(1.0, 101.0), 0.5, 0.95).low
    40.0
    >>> found = quantile(np.arange(1.0, 101.0), 0.5, 0.95, units=np.arange(100))
    >>> found.estimate, round(found.low), round(found.high)
    (50.5, 41, 60)
    """
    if units is None:
        return quantile_interval(values, quantile=level, confidence=confidence)
    estimate = float(np.quantile(values, level))
    below = {"numerator": values <= estimate, "denominator": np.ones(len(values))}
    share = ratio_interval(Moments.of(below, units.tolist()), confidence=confidence, proportion=True)
    if np.isnan(share.low):
        return Interval(estimate, NAN, NAN, "woodruff", confidence, n=share.n, reason=share.reason)
    # Ties put the share below the quantile above its level; the width is what carries over.
    levels = level - (share.estimate - share.low), level + (share.high - share.estimate)
    low, high = np.quantile(values, np.clip(levels, 0.0, 1.0))
    return Interval(estimate, float(low), float(high), "woodruff", confidence, n=share.n)
