"""The population that agents are drawn from, estimated from what they did."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray

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
    from scipy.special import betaln, expit, logit

    def loss(theta: Array) -> float:
        a, b = _split(float(expit(theta[0])), float(np.exp(theta[1])))
        return -float((betaln(x + a, n - x + b) - betaln(a, b)).sum())

    pooled = min(max(float(x.sum() / n.sum()), 1e-6), 1 - 1e-6)
    mean, size = _maximise(loss, float(logit(pooled)))
    return _split(float(expit(mean)), size)


def gamma_moments(x: Array, t: Array) -> tuple[float, float]:
    """Return the gamma population (shape, rate) from the exposure-weighted mean and spread."""
    mean = float(x.sum() / t.sum())
    spread = float((t * (x / t - mean) ** 2).sum() / t.sum()) - mean * len(t) / t.sum()
    variance = max(spread, 0.0)
    size = mean / variance if variance > 0 else _ALIKE
    return max(mean * size, 1e-9), size


def gamma_likelihood(x: Array, t: Array) -> tuple[float, float]:
    """Return the gamma population (shape, rate) that makes the counts most likely."""
    from scipy.special import gammaln

    pooled = max(float(x.sum() / t.sum()), 1e-9)

    def loss(theta: Array) -> float:
        # The prior's size counts in units of the mean exposure, so that hours and seconds fit alike.
        mean, rate = float(np.exp(theta[0])), float(np.exp(theta[1]))
        a = mean * rate
        terms = gammaln(x + a) - gammaln(a) + a * np.log(rate / (rate + t)) - x * np.log(rate + t)
        return -float(terms.sum())

    mean, rate = _maximise(loss, float(np.log(pooled)), float(np.log(t.mean())))
    return float(np.exp(mean)) * rate, rate


def _maximise(loss: Callable[[Array], float], centre: float, size: float = 3.0) -> tuple[float, float]:
    from scipy.optimize import minimize

    bounds = [(centre - 8, centre + 8), (size - 14, size + 14)]
    found = min(
        (minimize(loss, [centre, start], method="L-BFGS-B", bounds=bounds) for start in (size, size + 5)),
        key=lambda result: result.fun,
    )
    return float(found.x[0]), float(np.exp(found.x[1]))
