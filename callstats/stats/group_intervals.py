"""Intervals that hold for every agent, whatever the others are like.

A shrunken interval holds for 95 of 100 agents, but not for each: an agent far from
the others is pulled towards them, and so is the interval. These hold for each
agent at the confidence asked for. What the other agents tell only decides to
which side of the interval the error is spent, which makes it shorter where the
agent is like the others.
"""

from __future__ import annotations

import numpy as np

from callstats.stats.checking import exposures, tails

Array = np.ndarray

#: Shares of the error that may be spent on one side. With next to nothing on the other, the interval of
#: an agent ever so far from the others would still reach to their mean.
_SPENT = np.linspace(0.1, 0.9, 801)
_POINTS = 600
#: Agents from which what the others tell is used.
_FEWEST = 4


def constant_coverage(events: Array, exposure: Array, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return limits of each agent's Poisson rate that hold for every agent alike.

    A rate is in the interval unless the events are too few for it or too many, by
    the mid-p tail; above the other agents' mean most of the error is spent on too
    few, below it on too many. The split comes from the other agents alone, so the
    coverage is the nominal one for every agent [1]_, [2]_.

    Parameters
    ----------
    events : ndarray of shape (k,)
        Counts, not necessarily whole.
    exposure : ndarray of shape (k,)
        Positive: hours, or expected events.
    confidence : float

    Returns
    -------
    low, high : ndarray of shape (k,)

    Raises
    ------
    UsageError
        Impossible counts, or a confidence that is no share.

    References
    ----------
    .. [1] Yu C, Hoff PD (2018). Adaptive multigroup confidence intervals with constant
       coverage. Biometrika 105:319-335.
    .. [2] Pratt JW (1963). Shorter confidence intervals for the mean of a normal
       distribution with known variance. Annals of Mathematical Statistics 34:574-586.

    Examples
    --------
    Among agents who are all alike, it is shorter than the interval of one agent alone:

    >>> low, high = constant_coverage(np.full(40, 100.0), np.full(40, 100.0))
    >>> low[0].round(2).item(), high[0].round(2).item()
    (0.84, 1.18)
    """
    x, t = np.asarray(events, float), np.asarray(exposure, float)
    exposures(x, t)
    alpha = 2 * tails(confidence)[0]
    mean, variance = _others(x, t)
    error = np.sqrt(np.maximum(x, 1)) / t
    centre = np.where(np.isnan(mean), x / t, mean)
    start = np.maximum(np.minimum(x / t - 6.5 * error, centre), 1e-9)
    end = np.maximum(x / t + 6.5 * error + 5 / t, centre)
    rates = start + (end - start) * np.linspace(0, 1, _POINTS)[:, None]
    above = _spent_above(rates, t, mean, variance, alpha)
    too_many, too_few = _mid_p(x, rates * t)
    held = (too_many > alpha * (1 - above)) & (too_few > alpha * above)
    low, high = np.where(held, rates, np.inf).min(axis=0), np.where(held, rates, -np.inf).max(axis=0)
    return np.where(x > 0, low, 0.0), high


def _others(x: Array, t: Array) -> tuple[Array, Array]:
    """Return mean and variance of the other agents' true rates; nan with too few of them.

    The variance is DerSimonian and Laird's, of all agents but one.
    """
    if len(x) < _FEWEST or not (x.sum() - x > 0).all():
        return np.full(len(x), np.nan), np.full(len(x), np.nan)
    overall = float(x.sum() / t.sum())
    mean = (x.sum() - x) / (t.sum() - t)
    weight = t / overall
    rest = weight.sum() - weight
    squares = weight * (x / t - overall) ** 2
    spread = squares.sum() - squares - rest * (mean - overall) ** 2
    scale = rest - ((weight**2).sum() - weight**2) / rest
    return mean, np.maximum((spread - (len(x) - 2)) / scale, 1e-9 * overall**2)


def _spent_above(rates: Array, t: Array, mean: Array, variance: Array, alpha: float) -> Array:
    """Return the share of the error spent on too few events, for every rate tried.

    It minimises the expected length for a normal population (reference 1, section 2),
    with at least a tenth of the error on each side.
    """
    from scipy.special import ndtri

    if np.isnan(mean).any():
        return np.full(rates.shape, 0.5)
    slope = ndtri(alpha * _SPENT) - ndtri(alpha * (1 - _SPENT))
    return np.interp(2 * np.sqrt(rates / t) * (rates - mean) / variance, slope, _SPENT)


def _mid_p(x: Array, expected: Array) -> tuple[Array, Array]:
    """Return the mid-p probabilities of as many events or more, and of as many or fewer."""
    from scipy.special import gammainc

    at_least = np.where(x > 0, gammainc(np.maximum(x, 1e-300), expected), 1.0)
    more = gammainc(x + 1, expected)
    up = (at_least + more) / 2
    return up, 1 - up
