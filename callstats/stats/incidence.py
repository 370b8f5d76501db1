"""Competing ends: the share that would have ended in each way by an attempt, had all been followed.

A contact that is not followed to the next attempt is censored: it leaves the risk
set without an end. One minus the survival of each end by itself would be too high,
since a contact that refused can no longer turn out to be invalid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import tails
from callstats.stats.ratios import t_quantile


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidence of each end, by attempt.

    Attributes
    ----------
    estimate, low, high : dict of str to ndarray of shape (attempts,)
        Share ended that way by the attempt; the confidence holds for each interval by itself.
    left : ndarray of shape (attempts,)
        Share with no end after the attempt.
    confidence : float
    """

    estimate: Mapping[str, np.ndarray]
    low: Mapping[str, np.ndarray]
    high: Mapping[str, np.ndarray]
    left: np.ndarray
    confidence: float


def cumulative_incidence(
    at_risk: Sequence[float] | np.ndarray,
    ends: Mapping[str, Any],
    *,
    confidence: float = 0.95,
) -> Incidence:
    """Return the share that has ended in each way, attempt by attempt.

    Contacts are independent, and those censored after an attempt are like those
    that are followed further (Aalen-Johansen in discrete time).

    Parameters
    ----------
    at_risk : sequence of float, shape (attempts,)
        Contacts without an earlier end that were followed to the attempt.
    ends : mapping of str to sequence of float, shape (attempts,)
        How many of them ended in each way at the attempt.
    confidence : float
        Of each interval, on the complementary log-log scale.

    Returns
    -------
    Incidence
        An end that never occurs gives 0 with limits 0 and 0: its variance is
        unknown, not small.

    Raises
    ------
    UsageError
        More ends than contacts at risk, or an attempt with nobody at risk.

    References
    ----------
    1. Marubini E, Valsecchi MG (1995). Analysing Survival Data from Clinical
       Trials and Observational Studies, section 10.2 (variance).
    2. Choudhury JB (2002). Non-parametric confidence interval estimation for
       competing risks analysis. Statistics in Medicine 21:1129-1144.

    Examples
    --------
    Ten contacts; two refuse and one is invalid at the first attempt, and one of the
    four that were dialled again refuses:

    >>> found = cumulative_incidence([10, 4], {"refusal": [2, 1], "invalid": [1, 0]})
    >>> found.estimate["refusal"].round(3).tolist(), found.left.round(3).tolist()
    ([0.2, 0.375], [0.7, 0.525])
    """
    n, counts = np.asarray(at_risk, dtype=float), {k: np.asarray(v, dtype=float) for k, v in ends.items()}
    total = sum(counts.values(), np.zeros(len(n)))
    if (n <= 0).any() or (total > n).any() or any((c < 0).any() for c in counts.values()):
        raise UsageError("ends have to be among the contacts at risk, of whom there is at least one")
    left = np.cumprod(1 - total / n)
    before = np.concatenate([[1.0], left[:-1]])
    z = t_quantile(tails(confidence)[0], float("inf"))
    shares, low, high = {}, {}, {}
    for name, d in counts.items():
        share = np.cumsum(before * d / n)
        error = np.sqrt(_variance(share, before, n, d, total))
        shares[name] = share
        low[name], high[name] = _limits(share, error, z)
    return Incidence(shares, low, high, left, confidence)


def _variance(
    share: np.ndarray, before: np.ndarray, n: np.ndarray, d: np.ndarray, total: np.ndarray
) -> np.ndarray:
    """Return the variance of a cumulative incidence at every attempt."""
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.where(n > total, total / (n * (n - total)), 0.0)  # with nobody left, nothing follows
    still = np.tril(share[:, None] - share[None, :])  # still to come between attempt i and attempt k
    until = np.tri(len(n))
    terms = still**2 * hazard + until * (before**2 * (n - d) * d / n**3) - 2 * still * (before * d / n**2)
    return np.maximum(terms.sum(axis=1), 0.0)


def _limits(share: np.ndarray, error: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Return limits on the log(-log) scale of the share without that end, which keeps them in [0, 1]."""
    inside = (share > 0) & (share < 1)
    p = np.where(inside, share, 0.5)
    spread = np.where(inside, z * error / ((1 - p) * -np.log1p(-p)), 0.0)
    ends = [1 - (1 - p) ** np.exp(sign * spread) for sign in (-1, 1)]
    return tuple(np.where(inside, end, share) for end in ends)  # type: ignore[return-value]
