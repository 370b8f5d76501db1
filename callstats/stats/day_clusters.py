"""What days contribute to the spread of a figure: all rows of a day share its weather and its dialer.

Rows are correlated through their contact, and through the day. As with agents, the two
variances are added and that of their intersections is subtracted. The intersection of a
contact and a day is taken to be a row, so a contact dialled twice on one day is counted
with its day: the variance can only come out larger.

Whoever judges two groups dialled on the same days needs none of this: what a day does, it
does to both. A change from month to month does, and so does a group with days of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from callstats.moments import DaySums, Pair, pair

#: Fewer effective days than this more than one tell nothing of how days differ.
_LEAST = 1e-6


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
    """

    between: np.ndarray
    chance: np.ndarray
    effective: np.ndarray

    @property
    def told(self) -> bool:
        """Whether there are days enough to tell how they differ: more than one in each arm."""
        return bool(self.effective.min() > 1 + _LEAST)

    def of(self, weights: np.ndarray) -> tuple[float, float]:
        """Return the variance of a contrast between days, and what chance alone would give."""
        return float(weights @ self.between @ weights), float((weights**2) @ np.diag(self.chance))

    def freedom(self, variance: float, weights: np.ndarray) -> float:
        """Return Satterthwaite's degrees of freedom of a variance of which this is a part."""
        freedom, shared = self.effective - 1, len(weights) > 1 and bool(self.between[0, -1])
        parts = np.array([self.of(weights)[0]]) if shared else np.diag(self.between) * weights**2
        spread = float((parts**2 / freedom[: len(parts)]).sum())
        return max(variance**2 / spread, float(freedom.min())) if spread > 0 else float("inf")


def day_variance(arms: Sequence[DaySums], ratios: Sequence[float], *, corrected: bool = True) -> DayVariance:
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
    corrected : bool
        False leaves out the factor for few days.

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
    factor = np.sqrt(effective / np.maximum(effective - 1, 1e-9)) if corrected else np.ones(len(arms))
    between = influence @ influence.T * np.outer(factor, factor)
    chance = np.diag([_chance(arm, ratio) for arm, ratio in zip(arms, ratios, strict=True)])
    return DayVariance(between, chance, effective)


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


@dataclass(frozen=True, slots=True)
class Widened:
    """A variance with what days add to it, and its degrees of freedom."""

    variance: float
    degrees_of_freedom: float


def with_days(units: Widened, days: DayVariance, weights: Sequence[float] = (1.0,)) -> Widened:
    """Add to the variance of a contrast what days add, never less than nothing.

    Parameters
    ----------
    units : Widened
        The variance of the contrast over its independent units.
    days : DayVariance
    weights : sequence of float, shape (arms,)
        Of the contrast: (1, -1) for a difference.

    Returns
    -------
    Widened
        With Satterthwaite's degrees of freedom of the variance between days [1]_, no fewer
        than the arm with the fewest days has. With a single day there is nothing to be
        learnt of days: variance and degrees of freedom are those of the units.

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
    w = np.asarray(weights, dtype=float)
    if not days.told:
        return units
    between, chance = days.of(w)
    whole = units.variance + max(between - (units.variance if np.isnan(chance) else chance), 0.0)
    return Widened(whole, min(days.freedom(whole, w), units.degrees_of_freedom))
