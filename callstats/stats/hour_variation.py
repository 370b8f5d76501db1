"""How one hour varies from day to day, beyond the chance of its dials."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.stats.checking import tails


@dataclass(frozen=True, slots=True)
class HourVariation:
    """The spread of an hour's rate over days.

    Attributes
    ----------
    variance : float
        Of the logit; 0 if days vary by chance alone.
    degrees_of_freedom : float
        It is known with; 0 if no hour was seen on several days.
    """

    variance: float
    degrees_of_freedom: float

    def limits(
        self, rate: float, low: float, high: float, repeats: float, confidence: float
    ) -> tuple[float, float]:
        """Widen an interval of one hour's rate to speak of other days like these.

        Parameters
        ----------
        rate, low, high : float
            The rate and its interval for the dials of these days.
        repeats : float
            Sum of the squared shares of its dials that each day has.
        confidence : float
            Of both intervals.
        """
        if not self.degrees_of_freedom > 0:
            return 0.0, 1.0
        from scipy.special import expit, logit, ndtri, stdtrit

        share = tails(confidence)[0]
        normal, t = float(-ndtri(share)), float(-stdtrit(self.degrees_of_freedom, share))
        centre = float(logit(rate)) if 0 < rate < 1 else math.nan

        def moved(end: float, side: int) -> float:
            if not 0 < end < 1:
                return end
            if math.isnan(centre):  # none or all: the interval of the dials, and the days' on top
                return float(expit(logit(end) + side * t * math.sqrt(self.variance * repeats)))
            error = (float(logit(end)) - centre) / normal
            return float(expit(centre + side * t * math.sqrt(error**2 + self.variance * repeats)))

        return moved(low, -1), moved(high, 1)


def hour_variation(groups: Any, days: Any, dials: Any, reached: Any) -> HourVariation:
    """Estimate the variance between days of the same hour, by moments.

    Assumes that all hours vary alike from day to day, on the logit. Hours of one
    day may vary together; the more they do, the fewer degrees of freedom are left:
    from one for each cell down to one for each day.

    Parameters
    ----------
    groups, days : array_like of shape (k,)
        The hour (of its weekday) and the day that each cell belongs to.
    dials, reached : array_like of shape (k,)
        Of each hour of each day.

    References
    ----------
    1. DerSimonian R, Laird N (1986). Meta-analysis in clinical trials. Controlled
       Clinical Trials 7:177-188.

    Examples
    --------
    >>> hour_variation([9, 9, 9, 9], [1, 2, 3, 4], [1000] * 4, [200, 260, 150, 240]).variance > 0.03
    True
    >>> hour_variation([9, 9, 9, 9], [1, 2, 3, 4], [1000] * 4, [200, 205, 198, 203])
    HourVariation(variance=0.0, degrees_of_freedom=3.0)
    """
    n, x = np.asarray(dials, dtype=float), np.asarray(reached, dtype=float)
    group, day = (np.asarray(a) for a in (groups, days))
    rate = _rates(group, n, x)
    used = (n > 0) & (rate > 0) & (rate < 1)
    n, x, rate = n[used], x[used], rate[used]
    group, day = (np.unique(a[used], return_inverse=True)[1] for a in (group, day))
    cells = float(len(n) - len(np.unique(group)))
    if not cells > 0:
        return HourVariation(0.0, 0.0)
    gaps = (x - n * rate) / np.sqrt(n * rate * (1 - rate))
    chi = float(gaps @ gaps)
    share = n / np.bincount(group, n)[group]
    scale = float((n * rate * (1 - rate) * (1 - share)).sum())
    return HourVariation(max((chi - cells) / scale, 0.0), _freedom(gaps, day, cells))


def _rates(group: np.ndarray, n: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return each cell's rate of its whole hour; nan without a dial."""
    at = np.unique(group, return_inverse=True)[1]
    with np.errstate(invalid="ignore"):
        return (np.bincount(at, x) / np.bincount(at, n))[at]


def _freedom(gaps: np.ndarray, day: np.ndarray, cells: float) -> float:
    """Return the degrees of freedom of the sum of squares of gaps that are alike within a day."""
    together, many = np.bincount(day, gaps), np.bincount(day).astype(float)
    pairs = float((many * (many - 1)).sum())
    if pairs == 0 or not gaps.any():
        return cells
    mean = float(gaps @ gaps) / len(gaps)
    alike = float((together**2).sum() - gaps @ gaps) / pairs / mean
    return cells / (1 + pairs / len(gaps) * min(max(alike, 0.0), 1.0) ** 2)
