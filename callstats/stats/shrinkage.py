"""Shrunken estimates: what an agent's figure says once chance is allowed for.

Agents come from one population; an agent's few calls are combined with what is
known about the population, which is estimated from the same data (empirical
Bayes). With the likelihood method, uncertainty about it widens the intervals;
with fewer than ten agents they are still somewhat too narrow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, counts, exposures, tails

Array = np.ndarray

_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Posterior of each agent, and of their ranks.

    Attributes
    ----------
    estimate, low, high : ndarray of shape (k,)
        Posterior mean and interval.
    raw : ndarray of shape (k,)
        Unshrunken; nan without trials.
    above_overall : ndarray of shape (k,)
        Probability of being above the population's mean.
    rank, rank_low, rank_high : ndarray of shape (k,)
        Median rank and its interval; 1 is the highest value.
    overall : float
        Mean of the population.
    prior : tuple of float
        The two parameters of the beta (or gamma: shape, rate) population.
    method : str
    confidence : float
    """

    estimate: Array
    low: Array
    high: Array
    raw: Array
    above_overall: Array
    rank: Array
    rank_low: Array
    rank_high: Array
    overall: float
    prior: tuple[float, float]
    method: str
    confidence: float


def shrink_proportions(
    events: Any, trials: Any, *, method: str = "likelihood", confidence: float = 0.95, seed: int = 0
) -> Shrunken:
    """Shrink agents' proportions towards their population (beta-binomial).

    Agents' true proportions follow one beta distribution; given it, their calls
    are independent. If agents worked different lists or hours, adjust for them first.

    Parameters
    ----------
    events, trials : array_like of shape (k,)
        Successes and calls of each agent; 0 trials give the population's distribution.
    method : str
        Population by "likelihood" (the default) or by "moments" of the raw
        proportions (as in reference 1, section 5.1).
    confidence : float
        Of the posterior and rank intervals.
    seed : int
        Of the draws behind the ranks: the same input gives the same ranks.

    Returns
    -------
    Shrunken

    Raises
    ------
    UsageError
        Fewer than two agents with trials, or impossible counts.

    References
    ----------
    1. Gelman A et al. (2013). Bayesian Data Analysis, 3rd ed., section 5.1.
    2. Goldstein H, Spiegelhalter DJ (1996). League tables and their
       limitations. Journal of the Royal Statistical Society A 159:385-443.
    3. Kass RE, Steffey D (1989). Approximate Bayesian inference in conditionally
       independent hierarchical models. JASA 84:717-726.

    Examples
    --------
    >>> result = shrink_proportions([1, 30, 12], [4, 100, 100])
    >>> result.raw.round(2).tolist(), (result.estimate[0] < 0.25).item()
    ([0.25, 0.3, 0.12], True)
    """
    choose("method", method, ("likelihood", "moments"))
    x, n = counts(np.atleast_1d(events), np.atleast_1d(trials))
    _enough(n)
    a, b = (beta_moments if method == "moments" else beta_likelihood)(x[n > 0], n[n > 0])
    law = Beta(x + a, n - x + b)
    if method == "likelihood":
        law = law.wider(_added_to_shares(x, n, a, b))
    return _posterior(
        law,
        x,
        n,
        overall=a / (a + b),
        prior=(a, b),
        method=f"beta-binomial, {method}",
        confidence=confidence,
        seed=seed,
    )


def shrink_rates(
    events: Any, exposure: Any, *, method: str = "likelihood", confidence: float = 0.95, seed: int = 0
) -> Shrunken:
    """Shrink agents' rates towards their population (gamma-Poisson).

    Agents' true rates follow one gamma distribution; given it, their events are
    Poisson. With expected events as the exposure it shrinks observed over
    expected, adjusted for the calls each agent was given.

    Parameters
    ----------
    events, exposure : array_like of shape (k,)
        Counts, and hours (or expected events) of each agent.
    method : str
        Population by "likelihood" (the default) or by "moments".
    confidence : float
        Of the posterior and rank intervals.
    seed : int
        Of the draws behind the ranks.

    Returns
    -------
    Shrunken

    Raises
    ------
    UsageError
        Fewer than two agents with exposure, or negative counts.

    References
    ----------
    1. Clayton D, Kaldor J (1987). Empirical Bayes estimates of age-standardized
       relative risks for use in disease mapping. Biometrics 43:671-681.
    2. Kass RE, Steffey D (1989). Approximate Bayesian inference in conditionally
       independent hierarchical models. JASA 84:717-726.

    Examples
    --------
    >>> result = shrink_rates([2, 90, 40], [10, 100, 100])
    >>> (result.raw[0] < result.estimate[0] < result.overall).item()
    True
    """
    choose("method", method, ("likelihood", "moments"))
    x, t = np.atleast_1d(np.asarray(events, float)), np.atleast_1d(np.asarray(exposure, float))
    _enough(t)
    exposures(x[t > 0], t[t > 0])
    law, (a, b) = rate_laws(x, t, method)
    return _posterior(
        law,
        x,
        t,
        overall=a / b,
        prior=(a, b),
        method=f"gamma-Poisson, {method}",
        confidence=confidence,
        seed=seed,
    )


def rate_laws(
    events: Array, exposure: Array, method: str = "likelihood"
) -> tuple[Gamma, tuple[float, float]]:
    """Return the posterior distributions behind `shrink_rates` and the population, without ranks.

    Ranks are simulated and take most of the time; this skips them.

    Parameters
    ----------
    events, exposure : ndarray of shape (k,)
        At least one exposure is positive.
    method : str
        As in `shrink_rates`.

    Returns
    -------
    Gamma
    tuple of float
        Shape and rate of the population.

    Examples
    --------
    >>> law, population = rate_laws(np.array([2.0, 90.0, 40.0]), np.array([10.0, 100.0, 100.0]))
    >>> bool(np.allclose(law.mean(), shrink_rates([2, 90, 40], [10, 100, 100]).estimate))
    True
    """
    some = exposure > 0
    a, b = (gamma_moments if method == "moments" else gamma_likelihood)(events[some], exposure[some])
    law = Gamma(events + a, exposure + b)
    if method == "likelihood":
        law = law.wider(_added_to_rates(events, exposure, a, b))
    return law, (a, b)


def _added_to_shares(x: Array, n: Array, a: float, b: float) -> Array:
    def means(theta: Array) -> Array:
        size = np.exp(theta[1])
        return (x + size / (1 + np.exp(-theta[0]))) / (n + size)

    some = n > 0
    return added_variance(beta_loss(x[some], n[some]), np.log([a / b, a + b]), means)


def _added_to_rates(x: Array, t: Array, a: float, b: float) -> Array:
    def means(theta: Array) -> Array:
        rate = np.exp(theta[1])
        return (x + np.exp(theta[0]) * rate) / (t + rate)

    some = t > 0
    return added_variance(gamma_loss(x[some], t[some]), np.log([a / b, b]), means)


def _enough(sizes: Array) -> None:
    if (sizes > 0).sum() < 2:
        raise UsageError("fewer than two agents with calls", hint="Shrinkage needs a population of agents.")


def _posterior(
    law: Beta | Gamma,
    x: Array,
    n: Array,
    *,
    overall: float,
    prior: tuple[float, float],
    method: str,
    confidence: float,
    seed: int,
) -> Shrunken:
    share = tails(confidence)[0]
    ranks = _ranks(law.draws(np.random.default_rng(seed), _DRAWS))
    low, middle, high = np.quantile(ranks, [share, 0.5, 1 - share], axis=0, method="inverted_cdf")
    with np.errstate(all="ignore"):
        raw = np.where(n > 0, x / n, np.nan)
    return Shrunken(
        law.mean(),
        law.quantile(share),
        law.quantile(1 - share),
        raw,
        law.above(overall),
        middle,
        low,
        high,
        overall,
        prior,
        method,
        confidence,
    )


def _ranks(draws: Array) -> Array:
    order = np.argsort(-draws, axis=1)
    ranks = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, draws.shape[1] + 1, dtype=np.int32)[None, :], axis=1)
    return ranks


Loss = Callable[[Array], float]

#: A prior of this size leaves no spread between agents.
_ALIKE = 1e7


def beta_moments(x: Array, n: Array) -> tuple[float, float]:
    """Return the beta population whose mean and variance are those of the raw proportions."""
    p = x / n
    mean, variance = float(p.mean()), float(p.var(ddof=1))
    if variance <= 0 or variance >= mean * (1 - mean):
        return _split(mean, _ALIKE if variance <= 0 else 1e-3)
    return _split(mean, mean * (1 - mean) / variance - 1)


def _split(mean: float, size: float) -> tuple[float, float]:
    mean = min(max(mean, 1e-9), 1 - 1e-9)
    return mean * size, (1 - mean) * size


def beta_likelihood(x: Array, n: Array) -> tuple[float, float]:
    """Return the beta population that makes the counts most likely."""
    from scipy.special import expit, logit

    pooled = min(max(float(x.sum() / n.sum()), 1e-6), 1 - 1e-6)
    mean, size = _maximise(beta_loss(x, n), float(logit(pooled)))
    return _split(float(expit(mean)), size)


def beta_loss(x: Array, n: Array) -> Loss:
    """Return the negative log-likelihood of (logit of the mean, log of a + b)."""
    from scipy.special import betaln, expit

    def loss(theta: Array) -> float:
        a, b = _split(float(expit(theta[0])), float(np.exp(theta[1])))
        return -float((betaln(x + a, n - x + b) - betaln(a, b)).sum())

    return loss


def gamma_moments(x: Array, t: Array) -> tuple[float, float]:
    """Return the gamma population (shape, rate) from the exposure-weighted mean and spread."""
    mean = float(x.sum() / t.sum())
    spread = float((t * (x / t - mean) ** 2).sum() / t.sum()) - mean * len(t) / t.sum()
    variance = max(spread, 0.0)
    size = mean / variance if variance > 0 else _ALIKE
    return max(mean * size, 1e-9), size


def gamma_likelihood(x: Array, t: Array) -> tuple[float, float]:
    """Return the gamma population (shape, rate) that makes the counts most likely."""
    pooled = max(float(x.sum() / t.sum()), 1e-9)
    # The prior's size is in units of the mean exposure, so that hours and seconds fit equally well.
    mean, rate = _maximise(gamma_loss(x, t), float(np.log(pooled)), float(np.log(t.mean())))
    return float(np.exp(mean)) * rate, rate


def gamma_loss(x: Array, t: Array) -> Loss:
    """Return the negative log-likelihood of (log of the mean, log of the rate)."""
    from scipy.special import gammaln

    def loss(theta: Array) -> float:
        mean, rate = float(np.exp(theta[0])), float(np.exp(theta[1]))
        a = mean * rate
        terms = gammaln(x + a) - gammaln(a) + a * np.log(rate / (rate + t)) - x * np.log(rate + t)
        return -float(terms.sum())

    return loss


def added_variance(loss: Loss, theta: Array, means: Callable[[Array], Array]) -> Array:
    """Return what uncertainty about the population adds to the variance of each agent's posterior mean.

    Parameters
    ----------
    loss : callable
        Negative log-likelihood of the population's two parameters.
    theta : ndarray of shape (2,)
        Their estimates; the second is the logarithm of the population's size.
    means : callable
        theta -> posterior mean of each agent, (k,).

    Returns
    -------
    ndarray of shape (k,)
        Delta method on the curvature of the likelihood. A size that the data do
        not identify (all agents alike) is constrained by a normal prior with
        standard deviation 2 on its logarithm.

    References
    ----------
    1. Kass RE, Steffey D (1989). Approximate Bayesian inference in conditionally
       independent hierarchical models. JASA 84:717-726.
    """
    steps = np.diag([0.02, 0.1])
    curve = np.array([[_mixed(loss, theta, a, b) for b in steps] for a in steps])
    curve[1, 1] = max(float(curve[1, 1]), 0.0) + 0.25
    if curve[0, 0] <= 0 or curve[0, 0] * curve[1, 1] <= curve[0, 1] ** 2:
        curve[0, 1] = curve[1, 0] = 0.0  # not at a peak: take each parameter separately
        curve[0, 0] = max(float(curve[0, 0]), 1e-6)
    slopes = np.stack([(means(theta + s) - means(theta - s)) / (2 * s.sum()) for s in steps])
    return np.einsum("ik,ij,jk->k", slopes, np.linalg.inv(curve), slopes)


def _mixed(loss: Loss, theta: Array, a: Array, b: Array) -> float:
    """Return the mixed second derivative along two steps."""
    total = loss(theta + a + b) - loss(theta + a - b) - loss(theta - a + b) + loss(theta - a - b)
    return total / float(4 * a.sum() * b.sum())


def _maximise(loss: Loss, centre: float, size: float = 3.0) -> tuple[float, float]:
    from scipy.optimize import minimize

    bounds = [(centre - 8, centre + 8), (size - 14, size + 14)]
    optimum = min(
        (minimize(loss, [centre, start], method="L-BFGS-B", bounds=bounds) for start in (size, size + 5)),
        key=lambda result: result.fun,
    )
    return float(optimum.x[0]), float(np.exp(optimum.x[1]))


@dataclass(frozen=True, slots=True)
class Beta:
    """Independent beta distributions of several agents' shares: a and b, each of shape (k,)."""

    a: Array
    b: Array

    def mean(self) -> Array:
        """Return the means."""
        return self.a / (self.a + self.b)

    def wider(self, variance: Array) -> Beta:
        """Return the beta distribution with the same mean and a larger variance."""
        mean = self.mean()
        total = mean * (1 - mean) / (self.a + self.b + 1) + variance
        size = np.maximum(mean * (1 - mean) / total - 1, 1e-6)
        return Beta(mean * size, (1 - mean) * size)

    def quantile(self, share: float) -> Array:
        """Return the quantiles with a given share below them."""
        from scipy.special import betaincinv

        return betaincinv(self.a, self.b, share)

    def above(self, value: float) -> Array:
        """Return the probabilities of being above a value."""
        from scipy.special import betainc

        return 1 - betainc(self.a, self.b, value)

    def draws(self, random: np.random.Generator, size: int) -> Array:
        """Return random draws of shape (size, k)."""
        return random.beta(self.a, self.b, (size, len(self.a)))


@dataclass(frozen=True, slots=True)
class Gamma:
    """Independent gamma distributions of several agents' rates: shape a and rate b, each of shape (k,)."""

    a: Array
    b: Array

    def mean(self) -> Array:
        """Return the means."""
        return self.a / self.b

    def wider(self, variance: Array) -> Gamma:
        """Return the gamma distribution with the same mean and a larger variance."""
        total = self.a / self.b**2 + variance
        return Gamma(self.mean() ** 2 / total, self.mean() / total)

    def quantile(self, share: float) -> Array:
        """Return the quantiles with a given share below them."""
        from scipy.special import gammaincinv

        return gammaincinv(self.a, share) / self.b

    def above(self, value: float) -> Array:
        """Return the probabilities of being above a value."""
        from scipy.special import gammaincc

        return gammaincc(self.a, self.b * value)

    def draws(self, random: np.random.Generator, size: int) -> Array:
        """Return random draws of shape (size, k)."""
        return random.gamma(self.a, 1 / self.b, (size, len(self.a)))
