"""The limits of a chart whose days are judged by the other days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.stats.day_predictions import DayModel, DayPredictions, day_model

Array = np.ndarray
#: Fewer days say nothing about what is usual: no limits.
_FEWEST_DAYS = 4
#: A slope is taken out of so many days: of fewer it costs more than it explains.
_FEWEST_FOR_SLOPE = 15
#: Share of the false alarms that runs may cause; the rest is for single days.
_SHARE_OF_RUNS = 0.2
#: Most days set aside as far out: a quarter of them, and no more than this.
_MOST_ASIDE = 6
#: What setting days aside costs: up to six times the farthest of the days left is looked at.
_PRICE_OF_ASIDE = 0.7
_SHORTEST_RUN = 8
#: From this expected count on, the logarithm of a count is nearly normal.
_LARGE = 50


@dataclass(frozen=True, slots=True)
class PredictiveLimits:
    """What was expected of each day and its limits, in the unit of the value."""

    expected: Array
    low: Array
    high: Array
    dispersion: float
    run_length: int
    correlation: float
    slope: bool


@dataclass(frozen=True, slots=True)
class _Scale:
    """How days are compared: relative to the centre, or on the logit or logarithm where counts are large.

    What makes days differ multiplies their odds or rates, which is even on the
    logarithm only. ``unit`` is the variance of a count over its mean.
    """

    events: Array
    sizes: Array
    centre: float
    unit: float
    proportion: bool

    @property
    def large(self) -> bool:
        """Whether every day's count is large enough for its logarithm to be nearly normal."""
        return bool((self.sizes * self.centre / self.unit).min() >= _LARGE and self.events.min() > 0)

    @property
    def values(self) -> Array:
        value = self.events / self.sizes
        if not self.large:
            return value / self.centre - 1
        return self._link(value) - self._link(self.centre)

    @property
    def sampling(self) -> Array:
        """Variance of the values by chance alone."""
        slope = 1 - self.centre if self.large and self.proportion else 1.0
        return self.unit / (self.sizes * self.centre) / slope**2

    def at(self, values: Array) -> Array:
        """Return shares or rates from the values compared."""
        if not self.large:
            return (1 + values) * self.centre
        from scipy.special import expit

        linked = self._link(self.centre) + values
        return expit(linked) if self.proportion else np.exp(linked)

    def _link(self, value: Array | float) -> Array:
        return np.log(value) - (np.log1p(-np.minimum(value, 1 - 1e-9)) if self.proportion else 0.0)


def predictive_limits(
    events: Array,
    sizes: Array,
    proportion: bool,
    weekdays: Array | None,
    design_effect: float,
    false_alarms: float,
) -> PredictiveLimits:
    """Return the limits of days that were all worked; see :func:`callstats.stats.control_limits`."""
    centre = float(events.sum() / sizes.sum())
    top = 1.0 if proportion else np.inf
    if len(events) < _FEWEST_DAYS:
        open_ = np.full(len(events), centre)
        return PredictiveLimits(
            open_, 0 * open_, open_ + np.inf if top > 1 else 0 * open_ + 1, 1.0, 8, 0.0, False
        )
    mirrored = proportion and centre > 0.5  # the rarer outcome is the one whose counts are skewed
    if mirrored:
        events, centre = sizes - events, 1 - centre
    unit = design_effect * (1 - centre if proportion else 1.0)
    scale = _Scale(events, sizes, centre, unit, proportion)
    slope = len(events) >= _FEWEST_FOR_SLOPE
    model = day_model(scale.values, scale.sampling, weekdays, slope=slope)
    tail = _tail(false_alarms, len(events))
    usual, aside = _usual(model, scale, weekdays, false_alarms)
    expected, low, high = (np.empty(len(events)) for _ in range(3))
    for days, base in [(np.flatnonzero(usual.kept), usual), *((np.array([d]), aside[d]) for d in aside)]:
        found = base.predicted(days, tail)
        expected[days] = scale.at(found.expected)
        low[days], high[days] = _count_limits(found, scale, days)
    low, high, expected = (np.clip(v, 0, top) for v in (low, high, expected))
    if mirrored:
        low, high, expected = 1 - high, 1 - low, 1 - expected
    w = usual.weights
    chance = (scale.sampling / design_effect).mean()
    dispersion = float(np.sqrt((w @ usual.day_variance + scale.sampling.mean()) / chance))
    length = _run_length(usual, scale, _SHARE_OF_RUNS * false_alarms)
    return PredictiveLimits(expected, low, high, dispersion, length, float(w @ usual.correlation), slope)


def _tail(false_alarms: float, days: int) -> float:
    """Return the probability beyond each limit of each day."""
    return _PRICE_OF_ASIDE * (1 - _SHARE_OF_RUNS) * false_alarms / 2 / days


def _usual(
    model: DayModel, scale: _Scale, weekdays: Array | None, false_alarms: float
) -> tuple[DayModel, dict[int, DayModel]]:
    """Set far days aside, the farthest first, down to the last one that is beyond its limits.

    Returns the model of the other days, and for each day set aside the model of it and them.
    """
    most = min(max(len(scale.events) // 4, 1), _MOST_ASIDE)
    current, out, last = model, [], 0
    for _ in range(most):
        days = np.flatnonzero(current.kept)
        tail = _tail(false_alarms, len(days))
        found = current.predicted(days, tail)
        score = np.abs(scale.values[days] - found.expected) / found.distance
        score[_last_of_their_weekday(days, out, weekdays)] = -1.0
        far = int(np.argmax(score))
        if score[far] < 0:
            break
        value = scale.events[days[far]] / scale.sizes[days[far]]
        low, high = (ends[far] for ends in _count_limits(found, scale, days))
        out.append(int(days[far]))
        if value < low or value > high:
            last = len(out)
        current = current.without(out[-1:])
    out = out[:last]
    return model.without(out), {day: model.without(d for d in out if d != day) for day in out}


def _last_of_their_weekday(days: Array, out: list[int], weekdays: Array | None) -> Array:
    """Return which days are needed to know their weekday: more than half of it stays.

    Otherwise four high Fridays would be set aside one after the other, and the last
    would look far out to a model that knows no Friday.
    """
    if weekdays is None:
        return np.zeros(len(days), dtype=bool)
    aside, kind = weekdays[out], weekdays[days]
    gone = (kind[:, None] == aside[None, :]).sum(axis=1)
    there = (kind[:, None] == kind[None, :]).sum(axis=1)
    # a weekday seen once or twice has no pattern of its own to protect
    return (2 * (gone + 1) >= gone + there) & (gone + there > 2)


def _count_limits(found: DayPredictions, scale: _Scale, days: Array) -> tuple[Array, Array]:
    """Return limits of the value, from counts that are gamma-Poisson: few events are not normal.

    The mixture's quantile becomes a normal level, the variance that of the counts;
    a count's variance over its mean is made 1 by counting in multiples of it.
    """
    if scale.large:
        return scale.at(found.expected - found.distance), scale.at(found.expected + found.distance)
    from scipy.special import nbdtrik, ndtr

    level = np.clip(ndtr(-found.distance / found.spread), 1e-13, 0.4)
    mean = np.maximum(1 + found.expected, 0.02)
    size = 1 / np.maximum((found.spread**2 - scale.sampling[days]) / mean**2, 1e-6)
    count = mean * scale.centre * scale.sizes[days] / scale.unit
    share = size / (size + count)
    # the last count inside: one more than the continuous quantile, since counts are whole
    low = nbdtrik(level, size, share) * scale.unit
    high = nbdtrik(1 - level, size, share) * scale.unit + 1
    return low / scale.sizes[days], high / scale.sizes[days]


def _run_length(model: DayModel, scale: _Scale, alpha: float) -> int:
    """Return the shortest run on one side that ordinary days have with no more than this probability.

    The expected number of runs of a two-state chain bounds it; neighbours are on one
    side with probability 1/2 + arcsin(correlation) / pi.
    """
    chance = 1 / np.mean(1 / scale.sampling)
    alike = model.correlation * model.day_variance / (model.day_variance + chance)
    stays = 0.5 + np.arcsin(alike) / np.pi
    days = len(scale.events)
    for length in range(_SHORTEST_RUN, days):
        runs = stays ** (length - 1) * (1 + (days - length) * (1 - stays))
        if model.weights @ runs <= alpha:
            return length
    return max(days, _SHORTEST_RUN)
