"""A population of agents of whom most may be alike and a few far off.

One bell-shaped population pulls a few outliers in towards everybody: their
estimates come out too near to 1, and what they fall short by too small. Here the
population may have a second part, somewhere else, and what the data do not tell
about either part is averaged over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import exposures, tails

Array = np.ndarray

#: Standard deviations of the main part, relative to its mean: from all alike to very different.
_SPREADS = (0.003, 0.006, 0.012, 0.025, 0.05, 0.1, 0.2, 0.3, 0.45)
#: Means of the main part that are tried for each spread.
_MEANS = 9
#: Shares of agents that the second part may have.
_SHARES = np.array([0.02, 0.05, 0.1, 0.2, 0.35])
#: Where the second part may lie, as a logarithm of its mean over that of all, and its relative spread.
_PLACES, _PLACE_SPREAD = np.arange(-1.8, 1.21, 0.15), 0.1
#: Relative spreads of a second part around the mean of all: outliers to both sides.
_WIDE = np.array([0.3, 0.5, 0.8])
#: Probability, before the data, that there is no second part.
_NONE = 0.3
_DRAWS = 4000


@dataclass(frozen=True, slots=True)
class MixedRates:
    """Posterior of each agent's rate in a population of one or two parts.

    Attributes
    ----------
    estimate, low, high : ndarray of shape (k,)
        Posterior mean and interval.
    above : ndarray of shape (k,)
        Probability of being above the rate of all agents together.
    rank, rank_low, rank_high : ndarray of shape (k,)
        Median rank and its interval, 1 for the highest rate; nan if not asked for.
    confidence : float
    """

    estimate: Array
    low: Array
    high: Array
    above: Array
    rank: Array
    rank_low: Array
    rank_high: Array
    confidence: float


def mixed_rates(
    events: Array, exposure: Array, *, confidence: float = 0.95, ranks: bool = True, seed: int = 0
) -> MixedRates:
    """Shrink agents' rates towards a population of which a part may be far off.

    Given its rate, an agent's events are Poisson; rates follow a gamma distribution
    or a mixture of two. Its parameters have a prior on a grid and are averaged over,
    so with few agents intervals are wide enough [1]_. An estimate that is right for
    the whole population is right for those picked because of it, too [2]_.

    Parameters
    ----------
    events : ndarray of shape (k,)
        Counts, not necessarily whole; not all are 0.
    exposure : ndarray of shape (k,)
        Positive: hours, or expected events.
    confidence : float
    ranks : bool
        Sort the draws, which takes a third of the time.
    seed : int
        Of the draws: the same input gives the same figures.

    Returns
    -------
    MixedRates

    Raises
    ------
    UsageError
        Fewer than two agents, no event at all, or impossible counts.

    References
    ----------
    .. [1] Gelman A et al. (2013). Bayesian Data Analysis, 3rd ed., sections 5.3 and 22.
    .. [2] Efron B (2011). Tweedie's formula and selection bias. JASA 106:1602-1614.

    Examples
    --------
    Nineteen agents with what is expected, and one with a third of it:

    >>> found = mixed_rates(np.array([100.0] * 19 + [33.0]), np.full(20, 100.0))
    >>> found.estimate[[0, 19]].round(1).tolist(), bool(found.high[19] < 0.7)
    ([1.0, 0.3], True)
    """
    x, t = np.asarray(events, float), np.asarray(exposure, float)
    exposures(x, t)
    if len(x) < 2 or not x.sum() > 0:
        raise UsageError("no population", hint="Shrinkage needs two agents, and an event.")
    grid = _Grid.around(x, t)
    draws = _draws(grid, x, t, np.random.default_rng(seed))
    tail = tails(confidence)[0]
    low, high = np.quantile(draws.rates, [tail, 1 - tail], axis=0)
    placed = np.full((3, len(x)), np.nan)
    if ranks:
        order = rank_rows(draws.rates)
        placed = np.quantile(order, [0.5, tail, 1 - tail], axis=0, method="inverted_cdf")
    above = (draws.rates > x.sum() / t.sum()).mean(axis=0)
    return MixedRates(draws.means, low, high, above, placed[0], placed[1], placed[2], confidence)


def rank_rows(draws: Array) -> Array:
    """Return the ranks within every row, 1 for the highest.

    Examples
    --------
    >>> rank_rows(np.array([[0.2, 0.9, 0.5]])).tolist()
    [[3, 1, 2]]
    """
    ranks = np.empty(draws.shape, dtype=np.int32)
    places = np.arange(1, draws.shape[1] + 1, dtype=np.int32)[None, :]
    np.put_along_axis(ranks, np.argsort(-draws, axis=1), places, axis=1)
    return ranks


@dataclass(frozen=True, slots=True)
class _Grid:
    """Gamma distributions of which a population can be made: first ``main`` of its main part."""

    shape: Array
    rate: Array
    main: int

    @classmethod
    def around(cls, x: Array, t: Array) -> _Grid:
        """Return the grid around the agents' rates."""
        overall = float(x.sum() / t.sum())
        shape, mean = [], []
        for spread in _SPREADS:
            means = _means(x / t, (spread * overall) ** 2 + overall / t, 0.02 * overall)
            mean += means.tolist()
            shape += [1 / spread**2] * len(means)
        places = overall * np.exp(_PLACES)
        mean += [*places, *([overall] * len(_WIDE))]
        second = [1 / _PLACE_SPREAD**2] * len(places) + (1 / _WIDE**2).tolist()
        shapes = np.array(shape + second)
        return cls(shapes, shapes / np.array(mean), len(shape))

    def likelihoods(self, x: Array, t: Array) -> Array:
        """Return the likelihood of every agent's events under each distribution, up to a factor by agent."""
        from scipy.special import gammaln

        a, b, x, t = self.shape, self.rate, x[:, None], t[:, None]
        logs = gammaln(x + a) - gammaln(a) + a * np.log(b / (b + t)) - x * np.log(b + t)
        return np.exp(logs - logs.max(axis=1, keepdims=True))


def _means(rates: Array, variance: Array, least: float) -> Array:
    """Return means to try for the main part: around that of all, and that without the outliers."""
    weight = 1 / variance
    plain = robust = float((weight * rates).sum() / weight.sum())
    for _ in range(4):  # Huber's proposal: what is beyond 1.5 standard deviations counts as that far
        far = np.clip((rates - robust) / np.sqrt(variance), -1.5, 1.5)
        robust += float((weight * far * np.sqrt(variance)).sum() / weight.sum())
    error = 2.5 / np.sqrt(weight.sum())
    ends = max(min(plain, robust) - error, least), max(plain, robust, least) + error
    return np.linspace(*ends, _MEANS)


@dataclass(frozen=True, slots=True)
class _Draws:
    """Draws from the posterior, (draws, k), and its means, (k,)."""

    rates: Array
    means: Array


def _draws(grid: _Grid, x: Array, t: Array, random: np.random.Generator) -> _Draws:
    """Draw populations as likely as the data make them, then agents given each."""
    likely = grid.likelihoods(x, t)
    main, second = likely[:, : grid.main], likely[:, grid.main :]
    evidence = _evidence(main, second)
    chosen = random.choice(evidence.size, _DRAWS, p=evidence.ravel())
    part, choice = np.divmod(chosen, evidence.shape[1])
    place, which = np.divmod(np.maximum(choice - 1, 0), len(_SHARES))
    share = np.where(choice > 0, _SHARES[which], 0.0)[:, None]
    apart = share * second.T[place]
    apart /= np.maximum(apart + (1 - share) * main.T[part], 1e-300)
    laws = [((x + grid.shape[i][:, None]), (t + grid.rate[i][:, None])) for i in (part, grid.main + place)]
    means = (1 - apart) * laws[0][0] / laws[0][1] + apart * laws[1][0] / laws[1][1]
    far = random.random(apart.shape) < apart
    shape, rate = (np.where(far, laws[1][i], laws[0][i]) for i in (0, 1))
    return _Draws(random.standard_gamma(shape) / rate, means.mean(axis=0))


def _evidence(main: Array, second: Array) -> Array:
    """Return the probability of each population: main part by none, or place and share of a second part."""
    share = np.tile(_SHARES, second.shape[1])
    apart = (second[:, :, None] * _SHARES).reshape(len(main), -1)
    logs = np.empty((main.shape[1], 1 + len(share)))
    with np.errstate(divide="ignore"):
        for i, column in enumerate(main.T):
            logs[i, 0] = np.log(column).sum() + np.log(_NONE)
            each = np.log(column[:, None] * (1 - share) + apart).sum(axis=0)
            logs[i, 1:] = each + np.log((1 - _NONE) / len(share))
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()
