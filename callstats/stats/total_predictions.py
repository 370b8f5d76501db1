"""What a total will be at the end of a period: days so far, days to come, and the chance to reach a target.

Days are not alike: beside the chance of single calls each has an effect of its own, which
resembles that of its neighbours, and weekdays differ. None of these is known from a month's
days, so that the prediction is averaged over what they may be, as the charts' limits are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import tails

Array = np.ndarray
#: Standard deviations of a day's own effect that are weighed, relative to an ordinary day.
_DAY_EFFECTS = np.array([0.0, 0.03, 0.06, 0.1, 0.16, 0.25, 0.4, 0.65, 1.0])
#: Days that differ by more than this are rare beforehand: the scale of a half-normal prior.
_USUAL = 0.4
#: Standard deviations of the weekdays' effects.
_WEEKDAY_EFFECTS = np.array([0.0, 0.08, 0.25, 0.7])
#: Correlations of neighbouring days.
_CORRELATIONS = np.array([0.0, 0.3, 0.6])
#: Fewer days of the period say nothing of its pace.
FEWEST_DAYS = 3
#: Steps of the bisection that finds a limit.
_STEPS = 50


@dataclass(frozen=True, slots=True)
class TotalPrediction:
    """A total at the end of a period.

    Attributes
    ----------
    expected, low, high : float
        Of the whole period, so far and to come.
    so_far : float
    weights, means, spreads : ndarray of shape (grid,)
        Of what is to come: the mixture of distributions it is drawn from.
    counted : bool
        Whole numbers: what is to come is a count (negative binomial), not an amount (normal).
    confidence : float
    """

    expected: float
    low: float
    high: float
    so_far: float
    weights: Array
    means: Array
    spreads: Array
    counted: bool
    confidence: float

    def at_least(self, target: float) -> float:
        """Return the probability that the total reaches a target.

        Parameters
        ----------
        target : float
            In the unit of the total.
        """
        return self._reaching(np.ceil(target - 1e-9) if self.counted else target)

    def at_most(self, target: float) -> float:
        """Return the probability that the total does not exceed a target."""
        if not self.counted:
            return 1.0 - self._reaching(target)
        return 1.0 - self._reaching(np.floor(target + 1e-9) + 1.0)

    def _reaching(self, total: float) -> float:
        if self.counted and total <= self.so_far:
            return 1.0
        return float(self.weights @ _beyond(total - self.so_far, self.means, self.spreads, self.counted))


def predict_total(
    now: Any,
    weekdays: Any,
    coming: Any,
    *,
    before: Any = (),
    before_weekdays: Any = (),
    chance: float = 0.0,
    before_chance: float = 0.0,
    shares: Any = None,
    counted: bool = True,
    known: float | None = None,
    confidence: float = 0.95,
) -> TotalPrediction:
    """Predict the total of a period that is not over from its days so far.

    A day is a level, a weekday's effect (random, so that it shrinks where few weeks were
    seen), an effect of its own with a first-order autoregression [1]_, and the chance of
    sampling. Every variance and correlation of a grid is weighed by its restricted
    likelihood [2]_; the total's distribution is the mixture. Days before the period have a
    level of their own: they tell how weekdays and days differ, not how this period goes.

    Parameters
    ----------
    now, weekdays : array_like of shape (days,)
        Daily sums of the period so far, in time order, and their weekdays; days off left out.
    coming : array_like of shape (days to come,)
        Weekdays of the working days that are left.
    before, before_weekdays : array_like, optional
        The working days just before the period.
    chance, before_chance : float
        Variance of a daily sum by chance alone, in the period and before it: of a count its mean.
    shares : array_like of shape (days to come,), optional
        How often a day is worked; 1 where left out.
    counted : bool
        The daily sums are counts. Otherwise they are amounts, which may be below 0.
    known : float, optional
        The total so far, with what belongs to no day; the sum of the days where left out.
    confidence : float
        Of the prediction interval.

    Raises
    ------
    UsageError
        There are fewer than three days, or a value is not finite.

    References
    ----------
    .. [1] Zellner A, Tiao GC (1964). Bayesian analysis of the regression model with
       autocorrelated errors. Journal of the American Statistical Association 59:763-778.
    .. [2] Harville DA (1974). Bayesian inference for variance components using only
       error contrasts. Biometrika 61:383-385.

    Examples
    --------
    Twenty days of about 20, and five to come:

    >>> days = [20, 18, 23, 19, 21] * 4
    >>> found = predict_total(days, [0, 1, 2, 3, 4] * 4, [0, 1, 2, 3, 4], chance=20.2)
    >>> round(found.expected), found.low < 505 < found.high
    (505, True)
    >>> found.at_least(404), found.at_least(500) > 0.5, found.at_least(600) < 0.01
    (1.0, True, True)
    """
    x, then = (np.asarray(values, dtype=float).ravel() for values in (now, before))
    if len(x) < FEWEST_DAYS or not (np.isfinite(x).all() and np.isfinite(then).all()):
        raise UsageError(f"{len(x)} days, or a daily sum that is not finite", hint="A pace takes three days.")
    so_far = float(x.sum()) if known is None else float(known)
    ahead = np.asarray(coming, dtype=int).ravel()
    part = np.ones(len(ahead)) if shares is None else np.asarray(shares, dtype=float).ravel()
    if counted:  # few events hardly tell how many are usual: one more bounds what their number hides
        chance, before_chance = chance + 1 / len(x), before_chance + 1 / max(len(then), 1)
    if counted and not x.any():
        weights, means, spreads = _of_nothing(len(x), float(part.sum()))
    else:
        weights, means, spreads = _mixture(
            [(then, np.asarray(before_weekdays, dtype=int).ravel(), before_chance)] if len(then) > 1 else [],
            (x, np.asarray(weekdays, dtype=int).ravel(), chance),
            ahead,
            part,
        )
    if counted:  # what is counted is never below 0, and its variance not below that of chance
        means = np.maximum(means, 0.0)
    expected = so_far + float(weights @ means)
    low, high = _limits(weights, means, spreads, counted, tails(confidence)[0])
    return TotalPrediction(
        expected, so_far + low, so_far + high, so_far, weights, means, spreads, counted, confidence
    )


_Block = tuple[Array, Array, float]


def _of_nothing(days: int, ahead: float) -> tuple[Array, Array, Array]:
    """Return what comes after nothing was counted: a rate of half an event in all days so far (Jeffreys)."""
    mean = 0.5 * ahead / days
    return np.ones(1), np.array([mean]), np.array([np.sqrt(mean * (1 + ahead / days))])


def _mixture(earlier: list[_Block], now: _Block, ahead: Array, part: Array) -> tuple[Array, Array, Array]:
    """Return weights, means and standard deviations of the sum to come over the grid."""
    blocks = [*earlier, now]
    scales = [float(np.sqrt((values**2).mean())) or 1.0 for values, _, _ in blocks]
    y = np.concatenate([values / scale for (values, _, _), scale in zip(blocks, scales, strict=True)])
    weekday = np.concatenate([*(days for _, days, _ in blocks), ahead])
    noise = [max(own, 0.0) / scale**2 + 1e-6 for (_, _, own), scale in zip(blocks, scales, strict=True)]
    sampling = np.repeat(noise, [len(values) for values, _, _ in blocks])
    n, design = len(y), _levels([len(values) for values, _, _ in blocks])
    spread, alike, same = _effects(tuple(weekday))
    variance = spread[:, 0, None, None] ** 2 * alike + spread[:, 1, None, None] ** 2 * same
    inverse = np.linalg.inv(variance[:, :n, :n] + np.diag(sampling))
    reach = inverse @ design
    gram = design.T @ reach
    level = np.linalg.solve(gram, (np.swapaxes(reach, 1, 2) @ y)[..., None])[..., 0]
    rest = y - level @ design.T
    score = np.einsum("gij,gj->gi", inverse, rest)
    fit = -0.5 * (spread[:, 0] / _USUAL) ** 2
    fit -= 0.5 * (np.linalg.slogdet(gram)[1] - np.linalg.slogdet(inverse)[1] + (rest * score).sum(axis=1))
    weights = np.exp(fit - fit.max())
    # what is to come: the level, and what the days seen tell of weekdays and neighbours
    shared = np.einsum("gij,j->gi", variance[:, :n, n:], part)
    told = np.einsum("gij,gj->gi", inverse, shared)
    of_level = np.zeros(design.shape[1])
    of_level[-1] = part.sum()
    left = of_level - told @ design
    own = np.einsum("gij,i,j->g", variance[:, n:, n:], part, part) + noise[-1] * float(part.sum())
    means = level @ of_level + (shared * score).sum(axis=1)
    spread_squared = (
        own
        - (told * shared).sum(axis=1)
        + np.einsum("gi,gi->g", left, np.linalg.solve(gram, left[..., None])[..., 0])
    )
    return weights / weights.sum(), scales[-1] * means, scales[-1] * np.sqrt(np.maximum(spread_squared, 0.0))


def _levels(lengths: list[int]) -> Array:
    return np.repeat(np.eye(len(lengths)), lengths, axis=0)


@lru_cache(maxsize=64)
def _effects(weekday: tuple[int, ...]) -> tuple[Array, Array, Array]:
    """Return the grid's standard deviations of days and weekdays, and how days are alike.

    Kept, as the campaigns and agents of a site ask for the same days.
    """
    days, weekdays, rho = (
        a.ravel() for a in np.meshgrid(_DAY_EFFECTS, _WEEKDAY_EFFECTS, _CORRELATIONS, indexing="ij")
    )
    kept = (days > 0) | (rho == 0)  # days without effects of their own have no correlation
    days, weekdays, rho = days[kept], weekdays[kept], rho[kept]
    lag = np.abs(np.subtract.outer(np.arange(len(weekday)), np.arange(len(weekday))))
    of = np.asarray(weekday)
    same = (of[:, None] == of[None, :]).astype(float)
    return np.column_stack([days, weekdays]), rho[:, None, None] ** lag, same


def _beyond(amount: float | Array, means: Array, spreads: Array, counted: bool) -> Array:
    """Return the probability of each distribution that what is to come is at least an amount."""
    from scipy.special import betainc, gammainc, ndtr

    if not counted:
        # without any spread the amount is reached or not
        return np.where(
            spreads > 0, ndtr((means - amount) / np.where(spreads > 0, spreads, 1.0)), means >= amount
        )
    if amount <= 0:
        return np.ones_like(means)
    mean = np.maximum(means, 1e-12)
    more = np.maximum(spreads**2 - mean, 0.0)
    size = mean**2 / np.maximum(more, 1e-9 * mean)
    drawn = betainc(amount, size, mean / (mean + size))
    return np.where(more > 1e-6 * mean, drawn, gammainc(amount, mean))


def _limits(weights: Array, means: Array, spreads: Array, counted: bool, share: float) -> tuple[float, float]:
    """Return the limits that what is to come exceeds on each side with a probability of at most a share."""
    least, most = float((means - 12 * spreads).min()), float((means + 12 * spreads).max()) + 12 * counted
    found = []
    for beyond in (1 - share, share):
        low, high = (0.0 if counted else least), most
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if float(weights @ _beyond(middle, means, spreads, counted)) > beyond:
                low = middle
            else:
                high = middle
        found.append(low)
    return (float(np.floor(found[0])), float(np.floor(found[1]))) if counted else (found[0], found[1])
