"""Scores of agents against chance and against the ordinary spread between agents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.stats import adjust, overdispersion

Array = np.ndarray

#: Agents under which the ordinary spread between agents cannot be told from those who stand out.
ENOUGH_AGENTS = 10


@dataclass(frozen=True)
class Spread:
    """How far agents are apart, and how much of it is chance.

    Attributes
    ----------
    agents : int
        Who can be compared.
    chance, chance_low, chance_high : float
        Share of the variance between agents' ratios that is chance, with its interval.
    phi : float
        Overdispersion, the mean square of the winsorised scores; 1 is pure chance.
    tau2 : float
        Ordinary variance between agents on the scale of observed / expected; 0
        where they are too few to tell it.
    within : float
        How much an agent's days vary beyond chance (see
        :func:`callstats.answers.agents.sums.dispersion`).
    """

    agents: int = 0
    chance: float = float("nan")
    chance_low: float = float("nan")
    chance_high: float = float("nan")
    phi: float = float("nan")
    tau2: float = 0.0
    within: float = 1.0


@dataclass(frozen=True)
class Scores:
    """How far agents are from what is expected of them; arrays of shape (agents,).

    Attributes
    ----------
    z : ndarray
        Against chance alone.
    z_adjusted, p_value, q_value : ndarray
        Against the ordinary spread between agents; p and its Benjamini-Hochberg adjustment.
    spread : Spread
    """

    z: Array
    z_adjusted: Array
    p_value: Array
    q_value: Array
    spread: Spread


def scores(observed: Array, expected: Array, *, within: float = 1.0, confidence: float = 0.95) -> Scores:
    """Score two agents or more by Poisson counts and what was expected of them.

    Parameters
    ----------
    observed, expected : ndarray of shape (agents,)
        Independent events, not necessarily whole; expected ones are positive.
    within : float
        Noted in the spread.
    confidence : float
        Of the share of chance.

    References
    ----------
    1. Spiegelhalter DJ (2005). Handling over-dispersion of performance
       indicators. Quality and Safety in Health Care 14:347-351.
    2. Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a
       meta-analysis. Statistics in Medicine 21:1539-1558.

    Examples
    --------
    >>> found = scores(np.array([10.0, 30.0, 11.0]), np.array([17.0, 17.0, 17.0]))
    >>> found.z.round(2).tolist(), found.q_value.round(3).tolist()
    ([-1.78, 2.86, -1.5], [0.113, 0.013, 0.134])
    """
    z, error = mid_p_score(observed, expected), 1 / np.sqrt(expected)
    spread = _spread(z, error, within, confidence)
    adjusted = z * error / np.sqrt(error**2 + spread.tau2)
    p = _two_sided(adjusted)
    return Scores(z, adjusted, p, adjust(p, method="benjamini-hochberg"), spread)


def _two_sided(z: Array) -> Array:
    from scipy.special import ndtr

    return 2 * ndtr(-np.abs(z))


def _spread(z: Array, error: Array, within: float, confidence: float) -> Spread:
    """Return the spread between agents, and the ordinary part of it that widens the limits."""
    from scipy.special import chdtri

    agents, between = len(z), overdispersion(z, standard_errors=error)
    tau2 = between.tau2 if agents >= ENOUGH_AGENTS else 0.0
    total, freedom = float((z**2).sum()), agents - 1
    tail = (1 - confidence) / 2
    ends = [min(float(chdtri(freedom, t)) / total, 1.0) if total > 0 else 1.0 for t in (1 - tail, tail)]
    chance = min(freedom / total, 1.0) if total > 0 else 1.0
    return Spread(agents, chance, ends[0], ends[1], between.estimate, tau2, within)


def mid_p_score(observed: Array, expected: Array) -> Array:
    """Return the normal score of observed events against a Poisson expectation, by the mid-p tail.

    Observed may be fractional: the Poisson tail is continued by the gamma function.

    Examples
    --------
    For whole counts it is the exact mid-p value: 4 seen where 2 were expected.

    >>> from scipy import stats
    >>> exact = stats.poisson.sf(4, 2) + stats.poisson.pmf(4, 2) / 2
    >>> bool(np.isclose(mid_p_score(np.array([4.0]), np.array([2.0]))[0], -stats.norm.ppf(exact)))
    True
    """
    from scipy.special import gammainc, gammaincc, ndtri

    at_least = np.where(observed > 0, gammainc(np.maximum(observed, 1e-300), expected), 1.0)
    fewer = np.where(observed > 0, gammaincc(np.maximum(observed, 1e-300), expected), 0.0)
    above = (gammainc(observed + 1, expected) + at_least) / 2
    below = (gammaincc(observed + 1, expected) + fewer) / 2
    tiny = np.finfo(float).tiny
    low = ndtri(np.maximum(below, tiny))
    return np.where(above < below, -ndtri(np.maximum(above, tiny)), low)
