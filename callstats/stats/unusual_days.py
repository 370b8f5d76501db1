"""Days in a row that differ from the others, and slow trends: dated, and tested as what was looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, counts, exposures
from callstats.stats.day_predictions import DayModel, day_model

Array = np.ndarray
#: Fewer days do not say what is usual.
FEWEST_DAYS = 8
#: What a slope costs: days like their neighbours look like one twice as often as they should.
_PRICE = 2.0


@dataclass(frozen=True, slots=True)
class UnusualDays:
    """The days in a row that differ most from all others.

    Attributes
    ----------
    first, last : int
        Positions of its ends, both included. It ends with the last day where something
        changed for good.
    inside, outside : float
        All events over all sizes, of its days and of the others.
    p_value : float
        Probability that ordinary days have any such stretch.
    """

    first: int
    last: int
    inside: float
    outside: float
    p_value: float


@dataclass(frozen=True, slots=True)
class SlowTrend:
    """A straight line through all days.

    Attributes
    ----------
    first, last : float
        What the line says of the first and of the last day.
    p_value : float
        Probability of such a slope in days without one.
    """

    first: float
    last: float
    p_value: float


@dataclass(frozen=True, slots=True)
class DayChanges:
    """The stretch that differs most, and the slope; each as if the other were not there."""

    stretch: UnusualDays
    trend: SlowTrend

    @property
    def p_value(self) -> float:
        """Probability that ordinary days have such a stretch or such a slope."""
        return min(2 * min(self.stretch.p_value, self.trend.p_value), 1.0)


def day_changes(
    events: Any, sizes: Any, *, kind: str = "proportion", weekdays: Any = None, design_effect: float = 1.0
) -> DayChanges | None:
    r"""Find the days in a row that differ most from the others, and the slope of all days.

    Every stretch of up to half of the days is compared with the other days by
    generalised least squares: weekdays, the variance between days and their resemblance
    are weighed by the restricted likelihood *with* the stretch in the model [1]_, so that
    what is unusual does not make all days look varied. Days are compared on the scale of
    the root, on which chance is alike [2]_. The smallest p-value is multiplied by the
    number of stretches, as in a scan [3]_.

    Parameters
    ----------
    events : array_like of shape (days,)
        Counts, or amounts that are not negative, in time order.
    sizes : array_like of shape (days,)
        What they are divided by; days of size 0 are passed over.
    kind : str
        "proportion" or "rate".
    weekdays : array_like of shape (days,), optional
        A weekday pattern is taken out.
    design_effect : float
        Variance of a count over that of independent rows.

    Returns
    -------
    DayChanges or None
        None with fewer than 8 days, or without any event.

    References
    ----------
    .. [1] Harville DA (1974). Bayesian inference for variance components using only
       error contrasts. Biometrika 61:383-385.
    .. [2] Anscombe FJ (1948). The transformation of Poisson, binomial and
       negative-binomial data. Biometrika 35:246-254.
    .. [3] Kulldorff M (1997). A spatial scan statistic. Communications in Statistics:
       Theory and Methods 26:1481-1496.

    Examples
    --------
    Five of 22 days on which 12 of 100 calls are abandoned instead of about 2:

    >>> abandoned = [2, 1, 3, 2, 2, 1, 2, 3, 2, 12, 11, 13, 12, 10, 2, 1, 2, 3, 1, 2, 2, 3]
    >>> found = day_changes(abandoned, [100] * 22).stretch
    >>> found.first, found.last, found.inside, round(found.outside, 3), found.p_value < 0.001
    (9, 13, 0.116, 0.02, True)
    """
    choose("kind", kind, ("proportion", "rate"))
    count, size = (np.asarray(each, dtype=float).ravel() for each in (events, sizes))
    if count.shape != size.shape:
        raise UsageError(f"{len(count)} events and {len(size)} sizes", hint="Give one of each for every day.")
    worked = np.flatnonzero(size > 0)
    count, size = (counts if kind == "proportion" else exposures)(count[worked], size[worked])
    if len(worked) < FEWEST_DAYS or not count.any():
        return None
    if kind == "proportion" and (count == size).all():
        return None
    days = None if weekdays is None else np.asarray(weekdays)[worked]
    scale = _RootScale.of(count, size, kind == "proportion", design_effect)
    model = day_model(scale.values - scale.centre, scale.sampling, days, slope=False)
    return DayChanges(_stretch(model, count, size, worked), _trend(model, scale))


@dataclass(frozen=True, slots=True)
class _RootScale:
    """Shares as the arcsine of their root, rates as their root: chance is then the same on all days.

    So days on which a rate is several times as high are not taken for days that vary more.
    """

    values: Array
    sampling: Array
    proportion: bool

    @classmethod
    def of(cls, events: Array, sizes: Array, proportion: bool, design_effect: float) -> _RootScale:
        """Return the scale, with Anscombe's constants for small counts."""
        count, size = events / design_effect, sizes / design_effect
        if proportion:
            share = (count + 0.375) / (size + 0.75)
            return cls(np.arcsin(np.sqrt(share)), 1 / (4 * size + 2), proportion)
        return cls(np.sqrt((count + 0.375) / size), 1 / (4 * size), proportion)

    @property
    def centre(self) -> float:
        """The mean of the days, each by its size."""
        return float((self.values / self.sampling).sum() / (1 / self.sampling).sum())

    def back(self, value: float) -> float:
        """Return a share or rate from a value on the scale."""
        if self.proportion:
            return float(np.sin(np.clip(value, 0, np.pi / 2)) ** 2)
        return float(max(value, 0.0) ** 2)


def _stretch(model: DayModel, count: Array, size: Array, worked: Array) -> UnusualDays:
    """Return the stretch with the smallest p-value."""
    starts, ends = _stretches(len(count))
    p = _two_sided(*_effects(model, starts, ends))
    best = int(np.argmin(p))
    inside = np.zeros(len(count), dtype=bool)
    inside[starts[best] : ends[best]] = True
    return UnusualDays(
        int(worked[starts[best]]),
        int(worked[ends[best] - 1]),
        float(count[inside].sum() / size[inside].sum()),
        float(count[~inside].sum() / size[~inside].sum()),
        min(float(p[best]) * len(p), 1.0),
    )


def _stretches(days: int) -> tuple[Array, Array]:
    """Return the first day and the day after the last of every stretch of up to half of the days."""
    starts, lengths = np.meshgrid(np.arange(days), np.arange(1, days // 2 + 1), indexing="ij")
    inside = starts + lengths <= days
    return starts[inside], (starts + lengths)[inside]


def _effects(model: DayModel, starts: Array, ends: Array) -> tuple[Array, Array, Array]:
    """Return the effect of each stretch, its precision and the weight of each point of the grid."""
    days = len(model.values)
    area = np.zeros((len(model.fit), days + 1, days + 1))
    area[:, 1:, 1:] = model.projector.cumsum(axis=1).cumsum(axis=2)
    score = np.zeros((len(model.fit), days + 1))
    score[:, 1:] = model.scores.cumsum(axis=1)
    precision = area[:, ends, ends] - area[:, starts, ends] - area[:, ends, starts] + area[:, starts, starts]
    precision = np.maximum(precision, 1e-12)
    effect = (score[:, ends] - score[:, starts]) / precision
    return effect, precision, _weights(model, effect, precision)


def _weights(model: DayModel, effect: Array, precision: Array) -> Array:
    """Return the posterior weight of every grid point with an effect in the model."""
    fit = model.fit[:, None] + 0.5 * (effect**2 * precision - np.log(precision))
    weights = np.exp(fit - fit.max(axis=0))
    return weights / weights.sum(axis=0)


def _two_sided(effect: Array, precision: Array, weights: Array) -> Array:
    from scipy.special import ndtr

    return 2 * (weights * ndtr(-np.abs(effect) * np.sqrt(precision))).sum(axis=0)


def _trend(model: DayModel, scale: _RootScale) -> SlowTrend:
    """Return the straight line through the days on the scale they are compared on."""
    line = np.linspace(-1, 1, len(model.values))
    precision = np.einsum("i,gij,j->g", line, model.projector, line)[:, None]
    effect = (model.scores @ line)[:, None] / precision
    weights = _weights(model, effect, precision)
    p = float(_two_sided(effect, precision, weights)[0])
    slope = float((weights * effect).sum())
    first, last = (scale.back(scale.centre + end * slope) for end in (-1, 1))
    return SlowTrend(first, last, min(_PRICE * p, 1.0))
