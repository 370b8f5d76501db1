"""What days contribute to the spread of a figure: all rows of a day share its weather and its dialer.

Rows are correlated through their contact, and through the day. As with agents, the two
variances are added and that of their intersections is subtracted. The intersection of a
contact and a day is taken to be a row, so a contact dialled twice on one day is counted
with its day: the variance can only come out larger.

Whoever judges two groups dialled on the same days needs none of this: what a day does, it
does to both. A change from month to month does, and so does a group with days of its own.
Days that resemble their neighbours widen what days add; see :mod:`.daily_series`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callstats.moments import DaySums, Pair, pair
from callstats.stats.daily_series import dependence_factor

#: Fewer effective days than this more than one tell nothing of how days differ.
_LEAST = 1e-6
#: Between two periods or groups, neighbouring days that resemble each other are taken to be
#: rarer than within one figure: what lasts for months is a change, and is asked about.
RARE = 0.4


@dataclass(frozen=True, slots=True)
class Widened:
    """A variance with what days add to it, and its degrees of freedom."""

    variance: float
    degrees_of_freedom: float


@dataclass(frozen=True, eq=False)
class DayVariance:
    """The covariance of some ratios over days.

    Attributes
    ----------
    between : ndarray of shape (arms, arms)
        Over days, widened for their number.
    chance : ndarray of shape (arms, arms)
        What the rows within days would give by themselves; nan where rows are not told
        apart, since the independent units lie within a day.
    effective : ndarray of shape (arms,)
        Effective number of equal-sized days of each arm; all the same where arms share days.
    dependence : float
        By how much days that resemble their neighbours widen what days add.
    """

    between: np.ndarray
    chance: np.ndarray
    effective: np.ndarray
    dependence: float = 1.0

    @property
    def told(self) -> bool:
        """Whether there are days enough to tell how they differ: more than one in each arm."""
        return bool(self.effective.min() > 1 + _LEAST)

    def arm(self, number: int) -> DayVariance:
        """Return the part of one arm."""
        at = np.ix_([number], [number])
        return DayVariance(self.between[at], self.chance[at], self.effective[[number]], self.dependence)

    def added_to(self, units: np.ndarray) -> np.ndarray:
        """Return the covariance over units, (arms, arms), with what days add to it.

        Units that lie within days are part of what days differ by; units that are the days
        themselves are all of it.
        """
        nested = np.isnan(self.chance)
        shocks = self.between - np.where(nested, units, self.chance)
        added = units + shocks * self.dependence
        days = np.diag(self.between) * (1 - 1 / self.effective)
        if nested.any() and np.allclose(days, np.diag(units), rtol=1e-6, atol=0):
            return self.between * self.dependence
        return added

    def freedom(self, variance: float, weights: np.ndarray) -> float:
        """Return Satterthwaite's degrees of freedom of a contrast's variance of which this is a part."""
        freedom, shared = self.effective - 1, len(weights) > 1 and bool(self.between[0, -1])
        parts = np.diag(self.between) * weights**2
        if shared:
            parts = np.array([weights @ self.between @ weights])
        spread = float(((parts * self.dependence) ** 2 / freedom[: len(parts)]).sum())
        return max(variance**2 / spread, float(freedom.min())) if spread > 0 else float("inf")


def day_variance(
    arms: Sequence[DaySums], ratios: Sequence[float], *, rare: float = math.inf, corrected: bool = True
) -> DayVariance:
    """Return the linearised covariance of one or several ratios over days.

    The influence of a day on the ratio R is (Y - R N) / sum(N), Y and N its sums. The
    squares are widened by K / (K - 1), K = (sum n)^2 / sum n^2 the effective number of
    days [2]_.

    Parameters
    ----------
    arms : sequence of DaySums
        Columns "numerator" and "denominator"; those of a total lack the second, and
        each day then counts as one.
    ratios : sequence of float
        Of each arm; for a total, its mean per day.
    rare : float
        How fast it becomes unlikely that neighbouring days resemble each other; see
        :func:`callstats.stats.daily_series.dependence_factor`.
    corrected : bool
        False leaves out the factors for few days and for days like their neighbours.

    References
    ----------
    .. [1] Cameron AC, Gelbach JB, Miller DL (2011). Robust inference with multiway
       clustering. Journal of Business and Economic Statistics 29:238-249.
    .. [2] Carter AV, Schnepel KT, Steigerwald DG (2017). Asymptotic behavior of a
       t-test robust to cluster heterogeneity. Review of Economics and
       Statistics 99:698-709.

    Examples
    --------
    Two days on which 1 and 3 of 4 dials are answered, dial by dial:

    >>> sums = DaySums.of({"numerator": [1, 0, 0, 0, 1, 1, 1, 0], "denominator": [1] * 8}, [1] * 4 + [2] * 4)
    >>> found = day_variance([sums], [0.5])
    >>> found.between.round(4).tolist(), found.chance.tolist(), found.effective.tolist()
    ([[0.0625]], [[0.03125]], [2.0])
    """
    days = sorted({day for arm in arms for day in arm.days})
    influence, sizes = np.zeros((len(arms), len(days))), np.zeros((len(arms), len(days)))
    for i, (arm, ratio) in enumerate(zip(arms, ratios, strict=True)):
        spread = arm.on(days).sums
        below = spread.get("denominator")
        size = np.isin(days, arm.days).astype(float) if below is None else below
        total = 1.0 if below is None else float(below.sum())
        influence[i], sizes[i] = (spread["numerator"] - ratio * size) / total, size / size.sum()
    effective = _effective(sizes)
    worked = np.array([np.isin(days, arm.days) for arm in arms])
    between, chance = (
        influence @ influence.T,
        np.diag([_chance(*one) for one in zip(arms, ratios, strict=True)]),
    )
    if not corrected:
        return DayVariance(between, chance, effective)
    factor = np.sqrt(effective / np.maximum(effective - 1, _LEAST))
    return DayVariance(
        between * np.outer(factor, factor), chance, effective, _dependence(influence, sizes, worked, rare)
    )


def _dependence(influence: np.ndarray, sizes: np.ndarray, worked: np.ndarray, rare: float) -> float:
    """Return what days like their neighbours cost, over each arm's own days or the days arms share."""
    if len(sizes) > 1 and (worked[0] & worked[-1]).any():
        return dependence_factor(influence[0] - influence[-1], rare=rare)
    series = [own[days] for own, days in zip(influence, worked, strict=True)]
    spread = [float(np.sqrt(own @ own)) or 1.0 for own in series]
    return dependence_factor(*(own / size for own, size in zip(series, spread, strict=True)), rare=rare)


def _effective(sizes: np.ndarray) -> np.ndarray:
    """Return each arm's effective number of days, or that of all together if arms share days."""
    if len(sizes) == 1 or not (sizes[0] * sizes[-1]).any():
        return 1 / (sizes**2).sum(axis=1)
    return np.full(len(sizes), len(sizes) ** 2 / float((sizes.sum(axis=0) ** 2).sum()))


def _chance(arm: DaySums, ratio: float) -> float:
    """Return the variance of a ratio over the rows within days."""
    if not arm.within:
        return float("nan")
    total = float(arm.sums["denominator"].sum()) if "denominator" in arm.sums else 1.0
    if "denominator" not in arm.sums:
        return _within(arm, "numerator", "numerator")
    spread = (
        _within(arm, "numerator", "numerator")
        - 2 * ratio * _within(arm, "numerator", "denominator")
        + ratio**2 * _within(arm, "denominator", "denominator")
    )
    return max(spread, 0.0) / total**2


def _within(arm: DaySums, a: str, b: str) -> float:
    key: Pair = pair(a, b)
    return arm.within.get(key, 0.0)


def with_days(units: Widened, days: DayVariance) -> Widened:
    """Add to the variance of a figure what days add, never less than nothing.

    Parameters
    ----------
    units : Widened
        Its variance over independent units.
    days : DayVariance
        Of one arm.

    Returns
    -------
    Widened
        With Satterthwaite's degrees of freedom of the variance between days [1]_. With a
        single day there is nothing to be learnt of days: those of the units.

    References
    ----------
    .. [1] Satterthwaite FE (1946). An approximate distribution of estimates of variance
       components. Biometrics Bulletin 2:110-114.

    Examples
    --------
    >>> days = DayVariance(np.array([[4.0]]), np.array([[1.0]]), np.array([20.0]))
    >>> with_days(Widened(1.0, 999.0), days)
    Widened(variance=4.0, degrees_of_freedom=19.0)
    """
    if not days.told:
        return units
    whole = max(float(days.added_to(np.array([[units.variance]]))[0, 0]), units.variance)
    return Widened(whole, min(days.freedom(whole, np.ones(1)), units.degrees_of_freedom))
