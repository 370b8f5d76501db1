"""The population that agents are drawn from, estimated from what they did."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Loss = Callable[[Array], float]

#: A prior of this size leaves agents no spread at all.
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
    # The prior's size counts in units of the mean exposure, so that hours and seconds fit alike.
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
    """Return what not knowing the population adds to the variance of each agent's posterior mean.

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
        Delta method on the curvature of the likelihood. A size that the data
        leave open (agents all alike) is held by a normal prior of standard
        deviation 2 on its logarithm.

    References
    ----------
    1. Kass RE, Steffey D (1989). Approximate Bayesian inference in conditionally
       independent hierarchical models. JASA 84:717-726.
    """
    steps = np.diag([0.02, 0.1])
    curve = np.array([[_mixed(loss, theta, a, b) for b in steps] for a in steps])
    curve[1, 1] = max(float(curve[1, 1]), 0.0) + 0.25
    if curve[0, 0] <= 0 or curve[0, 0] * curve[1, 1] <= curve[0, 1] ** 2:
        curve[0, 1] = curve[1, 0] = 0.0  # not at a peak: each parameter for itself
        curve[0, 0] = max(float(curve[0, 0]), 1e-6)
    slopes = np.stack([(means(theta + s) - means(theta - s)) / (2 * s.sum()) for s in steps])
    return np.einsum("ik,ij,jk->k", slopes, np.linalg.inv(curve), slopes)


def _mixed(loss: Loss, theta: Array, a: Array, b: Array) -> float:
    """Return the second derivative along two steps."""
    total = loss(theta + a + b) - loss(theta + a - b) - loss(theta - a + b) + loss(theta - a - b)
    return total / float(4 * a.sum() * b.sum())


def _maximise(loss: Loss, centre: float, size: float = 3.0) -> tuple[float, float]:
    from scipy.optimize import minimize

    bounds = [(centre - 8, centre + 8), (size - 14, size + 14)]
    found = min(
        (minimize(loss, [centre, start], method="L-BFGS-B", bounds=bounds) for start in (size, size + 5)),
        key=lambda result: result.fun,
    )
    return float(found.x[0]), float(np.exp(found.x[1]))
