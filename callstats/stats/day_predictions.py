"""What a day should have been, judged by the other days: weekday, slow trend and ordinary variation.

Values are relative to their mean: 0.1 is a day 10 % above it. A day is the sum of a
mean, a slope, a weekday's effect (random, so that it shrinks where few weeks are
there), a day's own effect that resembles its neighbours', and the chance of sampling,
whose variance is known from the day's size. The three unknown variances and the
correlation are weighed over a grid by the restricted likelihood of the other days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from callstats.stats.daily_series import CORRELATIONS, neighbour_correlations

Array = np.ndarray
#: Steps of the variance of a day, from pure chance (or next to no variation) to far beyond what is seen.
_STEPS = 12
#: Variance of the weekdays' effects, in multiples of that of a day.
_WEEKDAY_SHARES = np.array([0.0, 0.1, 0.4, 1.5, 6.0, 24.0])
#: Grid points that no day's prediction gives a weight above this are dropped if there are many days.
_NEGLIGIBLE, _MANY_DAYS = 1e-5, 40


@dataclass(frozen=True, slots=True)
class DayPredictions:
    """What each day should have been, without looking at the day itself.

    Attributes
    ----------
    expected : ndarray of shape (days,)
        Relative to the mean, so that 0 is an ordinary day.
    spread : ndarray of shape (days,)
        Standard deviation of the day around it, with sampling and estimation.
    distance : ndarray of shape (days,)
        Beyond which the day lies with the probability asked for, each side.
    """

    expected: Array
    spread: Array
    distance: Array


@dataclass(frozen=True, slots=True)
class DayModel:
    """The grid of variances and correlations, given some of the days.

    Attributes
    ----------
    projector, day_effects : ndarray of shape (grid, days, days)
        The inverse covariance less mean and slope; the covariance of the days' effects.
    scores : ndarray of shape (grid, days)
        The projector times the values.
    fit : ndarray of shape (grid,)
        Logarithm of prior times restricted likelihood.
    day_variance, correlation : ndarray of shape (grid,)
    values, sampling : ndarray of shape (days,)
    kept : ndarray of bool, shape (days,)
        The days the model knows.
    """

    projector: Array
    day_effects: Array
    scores: Array
    fit: Array
    day_variance: Array
    correlation: Array
    values: Array
    sampling: Array
    kept: Array

    @property
    def weights(self) -> Array:
        """The posterior weight of every grid point."""
        weights = np.exp(self.fit - self.fit.max())
        return weights / weights.sum()

    def without(self, days: Iterable[int]) -> DayModel:
        """Return the model that does not know some days (a rank-one downdate each)."""
        model = self
        for day in days:
            model = _downdated(model, day)
        return model

    def predicted(self, days: Array, tail: float) -> DayPredictions:
        """Predict known days from the other known days.

        Parameters
        ----------
        days : ndarray of int
        tail : float
            Probability beyond ``distance``, on each side.
        """
        residual, variance, fit = _left_out(self, days)
        weights = np.exp(fit - fit.max(axis=0))
        weights /= weights.sum(axis=0)
        at = np.arange(len(days))
        # the chart's line follows weekday and trend, not the neighbours: add back what they told
        others = self.day_effects[:, days, :].copy()
        others[:, at, days] = 0.0
        reached = others @ self.projector
        own = reached[:, at, days]
        told = np.einsum("gij,gj->gi", others, self.scores) - own * residual
        variance = variance + np.einsum("gij,gij->gi", reached, others) - own**2 / self._precision(days)
        gap = residual + told
        mean = (weights * gap).sum(axis=0)
        spread = np.sqrt((weights * (variance + (gap - mean) ** 2)).sum(axis=0))
        distance = _distance(weights, np.sqrt(variance), tail)
        return DayPredictions(self.values[days] - mean, spread, distance)

    def _precision(self, days: Array) -> Array:
        return np.maximum(self.projector[:, days, days], 1e-300)


def day_model(values: Array, sampling: Array, weekdays: Array | None, *, slope: bool) -> DayModel:
    """Return the model of a series of days.

    Parameters
    ----------
    values : ndarray of shape (days,)
        Relative to their mean, in time order.
    sampling : ndarray of shape (days,)
        Variance of each by chance alone.
    weekdays : ndarray of shape (days,), optional
        If omitted, no weekday pattern is allowed for.
    slope : bool
        Whether to take a linear trend out.

    References
    ----------
    1. Harville DA (1974). Bayesian inference for variance components using only
       error contrasts. Biometrika 61:383-385.
    2. Box GEP, Tiao GC (1973). Bayesian Inference in Statistical Analysis.
       Addison-Wesley, chapter 5.
    """
    days = len(values)
    columns = [np.ones(days), np.linspace(-1, 1, days)]
    design = np.column_stack(columns if slope else columns[:1])
    totals, variances, shares, correlations, prior = _grid(values, sampling, design, weekdays is not None)
    effects = variances[:, None, None] * _alike(correlations, days)
    covariance = effects + np.diag(sampling)
    if weekdays is not None:
        covariance += (shares * totals)[:, None, None] * (weekdays[:, None] == weekdays[None, :])
    inverse = np.linalg.inv(covariance)
    reach = inverse @ design
    gram = design.T @ reach
    projector = inverse - reach @ np.linalg.solve(gram, np.swapaxes(reach, 1, 2))
    scores = projector @ values
    fit = prior - 0.5 * (np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(gram)[1] + scores @ values)
    model = DayModel(
        projector, effects, scores, fit, variances, correlations, values, sampling, np.ones(days, bool)
    )
    return _pruned(model) if days > _MANY_DAYS else model


def _alike(correlations: Array, days: int) -> Array:
    matrices = neighbour_correlations(days)
    return matrices[np.searchsorted(CORRELATIONS, correlations)]


def _grid(values: Array, sampling: Array, design: Array, weekly: bool) -> tuple[Array, ...]:
    """Return total and day variance, weekday share and correlation of each grid point, and its prior.

    The prior is even in the logarithm of the total variance: with days' effects far
    above chance, a prediction then has a t distribution; far below, a normal one.
    """
    rest = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    seen = float(rest @ rest) / max(len(values) - design.shape[1], 1)
    chance = 1 / float(np.mean(1 / sampling))
    low = max(chance, 0.02 * seen)
    totals = np.geomspace(low, max(4 * seen, 2 * low), _STEPS)
    shares = _WEEKDAY_SHARES if weekly else _WEEKDAY_SHARES[:1]
    total, share, correlation = (a.ravel() for a in np.meshgrid(totals, shares, CORRELATIONS, indexing="ij"))
    variance = np.where(total > chance * (1 + 1e-9), total - chance, 0.0)
    # days without effects of their own have no correlation: one point stands for all
    kept = (variance > 0) | (correlation == 0)
    prior = np.where(variance > 0, 0.0, np.log(len(CORRELATIONS)))
    return total[kept], variance[kept], share[kept], correlation[kept], prior[kept]


def _left_out(model: DayModel, days: Array) -> tuple[Array, Array, Array]:
    """Return each day's deletion residual, its variance, and the fit of the model to the other days."""
    precision = model._precision(days)
    residual = model.scores[:, days] / precision
    fit = model.fit[:, None] + 0.5 * (residual**2 * precision - np.log(precision))
    return residual, 1 / precision, fit


def _downdated(model: DayModel, day: int) -> DayModel:
    residual, variance, fit = _left_out(model, np.array([day]))
    column = model.projector[:, :, day]
    projector = model.projector - column[:, :, None] * (column * variance)[:, None, :]
    scores = model.scores - column * residual
    projector[:, day, :], projector[:, :, day], scores[:, day] = 0.0, 0.0, 0.0
    kept = model.kept.copy()
    kept[day] = False
    return replace(model, projector=projector, scores=scores, fit=fit[:, 0], kept=kept)


def _pruned(model: DayModel) -> DayModel:
    fit = np.column_stack([model.fit, _left_out(model, np.arange(len(model.values)))[2]])
    weights = np.exp(fit - fit.max(axis=0))
    kept = (weights / weights.sum(axis=0)).max(axis=1) > _NEGLIGIBLE
    names = ("projector", "day_effects", "scores", "fit", "day_variance", "correlation")
    return replace(model, **{name: getattr(model, name)[kept] for name in names})


def _distance(weights: Array, spread: Array, tail: float) -> Array:
    """Return the distance beyond which the mixture of normal distributions has the tail, by bisection."""
    from scipy.special import ndtr, ndtri

    z = -ndtri(tail)
    low, high = z * spread.min(axis=0), z * spread.max(axis=0)
    for _ in range(25):
        middle = (low + high) / 2
        more = (weights * ndtr(-middle / spread)).sum(axis=0) > tail
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return high
