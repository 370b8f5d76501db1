"""Funnel limits: how far chance alone moves agents with different numbers of calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, counts, exposures, tails
from callstats.stats.proportions import upper_tail_mid_p

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Limits around a baseline, one row for each coverage.

    Attributes
    ----------
    estimate : float
        The baseline.
    sizes : ndarray of shape (k,)
    low, high : ndarray of shape (coverages, k)
    coverage : tuple of float
        Share of agents at the baseline that stay within the limits.
    method : str
    """

    estimate: float
    sizes: Array
    low: Array
    high: Array
    coverage: tuple[float, ...]
    method: str


def funnel_limits(
    baseline: float,
    sizes: Any,
    *,
    coverage: tuple[float, ...] = (0.95, 0.998),
    kind: str = "proportion",
    method: str = "exact",
    phi: float = 1.0,
    tau2: float = 0.0,
) -> FunnelLimits:
    """Limits that an agent at the baseline crosses with a known small chance.

    Events are binomial (or Poisson) around the baseline. If agents differ for
    reasons you do not want to flag, widen the limits with `phi` or `tau2` from
    `overdispersion`.

    Parameters
    ----------
    baseline : float
        Proportion, or events per unit of size.
    sizes : float or array_like of shape (k,)
        Trials, or exposure, of each agent.
    coverage : tuple of float
        Two-sided coverages.
    kind : str
        "proportion" or "rate".
    method : str
        "exact" (interpolated binomial or Poisson quantiles) or "score" (baseline
        -/+ z standard errors, as in England's public-health indicators).
    phi : float
        Multiplicative overdispersion; values under 1 count as 1.
    tau2 : float
        Variance between agents, in the squared unit of the baseline.

    Returns
    -------
    FunnelLimits

    Raises
    ------
    UsageError
        The baseline is impossible, a size is not positive, or an unknown name.

    References
    ----------
    1. Spiegelhalter DJ (2005). Funnel plots for comparing institutional
       performance. Statistics in Medicine 24:1185-1202.

    Examples
    --------
    >>> limits = funnel_limits(0.1, [50, 400])
    >>> limits.high.round(3).tolist()
    [[0.18, 0.129], [0.24, 0.148]]
    """
    choose("kind", kind, ("proportion", "rate"))
    choose("method", method, ("exact", "score"))
    if not 0 <= baseline <= (1 if kind == "proportion" else np.inf):
        raise UsageError(f"baseline {baseline!r} is no {kind}")
    n = exposures(0.0, np.atleast_1d(np.asarray(sizes, dtype=float)))[1]
    shares = [tails(level)[0] for level in coverage]
    error2 = (baseline * (1 - baseline) if kind == "proportion" else baseline) / n
    with np.errstate(all="ignore"):
        wider = np.sqrt(max(phi, 1.0) + np.where(error2 > 0, max(tau2, 0.0) / error2, 0.0))
    find = _exact if method == "exact" else _score
    low = np.array([find(baseline, n, share, kind) for share in shares])
    high = np.array([find(baseline, n, 1 - share, kind) for share in shares])
    top = 1.0 if kind == "proportion" else np.inf
    return FunnelLimits(
        float(baseline),
        n,
        np.clip(baseline + (low - baseline) * wider, 0.0, top),
        np.clip(baseline + (high - baseline) * wider, 0.0, top),
        tuple(coverage),
        method,
    )


def _score(baseline: float, n: Array, share: float, kind: str) -> Array:
    from scipy.special import ndtri

    variance = baseline * (1 - baseline) if kind == "proportion" else baseline
    return baseline + ndtri(share) * np.sqrt(variance / n)


def _exact(baseline: float, n: Array, share: float, kind: str) -> Array:
    # Spiegelhalter 2005, A.1.1: the quantile's count minus the excess part of its step.
    from scipy import stats

    if baseline == 0 or (kind == "proportion" and baseline == 1):
        return np.full_like(n, baseline)
    law = stats.binom(np.round(n), baseline) if kind == "proportion" else stats.poisson(n * baseline)
    count = law.ppf(share)
    upto, before = law.cdf(count), law.cdf(count - 1)
    return (count - (upto - share) / (upto - before)) / (np.round(n) if kind == "proportion" else n)


@dataclass(frozen=True, slots=True)
class FunnelScores:
    """How far each agent is from the baseline.

    Attributes
    ----------
    estimate : ndarray of shape (k,)
        Each agent's proportion or rate.
    baseline : float
    z : ndarray of shape (k,)
        Normal score of the exact mid-p tail, positive above the baseline.
    p_value : ndarray of shape (k,)
        Two-sided, from z; for `adjust`.
    standard_error : ndarray of shape (k,)
        Of an agent at the baseline.
    """

    estimate: Array
    baseline: float
    z: Array
    p_value: Array
    standard_error: Array


def funnel_scores(
    events: Any, sizes: Any, *, baseline: float | None = None, kind: str = "proportion"
) -> FunnelScores:
    """Score each agent against the baseline by the exact mid-p tail.

    Parameters
    ----------
    events, sizes : array_like of shape (k,)
        Counts, and trials or exposure; sizes of 0 give nan.
    baseline : float, optional
        If omitted, all events over all sizes.
    kind : str
        "proportion" or "rate".

    Returns
    -------
    FunnelScores

    Raises
    ------
    UsageError
        Counts are impossible, nobody has any size, or the kind is unknown.

    References
    ----------
    1. Spiegelhalter DJ (2005). Funnel plots for comparing institutional
       performance. Statistics in Medicine 24:1185-1202.

    Examples
    --------
    >>> scores = funnel_scores([10, 30, 4], [100, 100, 40], baseline=0.1)
    >>> scores.z.round(2).tolist()
    [0.04, 5.54, 0.07]
    """
    choose("kind", kind, ("proportion", "rate"))
    n = np.atleast_1d(np.asarray(sizes, dtype=float))
    x = np.atleast_1d(np.asarray(events, dtype=float))
    some = n > 0
    if not some.any():
        raise UsageError("nobody has any calls or hours")
    counts(x, n) if kind == "proportion" else exposures(x[some], n[some])
    centre = float(x[some].sum() / n[some].sum()) if baseline is None else float(baseline)
    z, error = np.full(len(n), np.nan), np.full(len(n), np.nan)
    variance = centre * (1 - centre) if kind == "proportion" else centre
    error[some] = np.sqrt(variance / n[some])
    z[some] = _mid_p_z(x[some], n[some], centre, kind)
    from scipy.special import ndtr

    with np.errstate(all="ignore"):
        return FunnelScores(x / n, centre, z, 2 * ndtr(-np.abs(z)), error)


def _mid_p_z(x: Array, n: Array, centre: float, kind: str) -> Array:
    from scipy.special import ndtri, pdtr, pdtrc

    if kind == "proportion":
        above = upper_tail_mid_p(x, n, np.asarray(centre))
        below = upper_tail_mid_p(n - x, n, np.asarray(1 - centre))
    else:
        mean = n * centre
        earlier = np.where(x > 0, pdtr(np.maximum(x - 1, 0), mean), 0.0)
        later = np.where(x > 0, pdtrc(np.maximum(x - 1, 0), mean), 1.0)
        above, below = (pdtrc(x, mean) + later) / 2, (pdtr(x, mean) + earlier) / 2
    # The smaller tail keeps its precision far out.
    return np.where(above < below, -ndtri(above), ndtri(below))


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """How much more agents differ than chance explains.

    Attributes
    ----------
    estimate : float
        phi, the mean square of the winsorised scores; 1 is pure chance.
    p_value : float
        Of pure chance against overdispersion, by chi-square on the unwinsorised scores.
    tau2 : float
        Variance between agents (additive model), squared unit of the standard
        errors; nan if none were given.
    winsorised : ndarray of shape (k,)
        Scores with the tails pulled in.
    method : str
    """

    estimate: float
    p_value: float
    tau2: float
    winsorised: Array
    method: str


def overdispersion(z_scores: Any, *, winsorise: float = 0.1, standard_errors: Any = None) -> Overdispersion:
    """Overdispersion of agents' scores, robust to the few that truly stand out.

    Most agents are alike up to a common spread; the share `winsorise` in each
    tail may be truly different and is pulled in to the quantile.

    Parameters
    ----------
    z_scores : array_like of shape (k,)
        (value - baseline) / standard error; nan are left out.
    winsorise : float
        Share of each tail that is pulled in.
    standard_errors : array_like of shape (k,), optional
        Of an agent at the baseline; needed for `tau2`.

    Returns
    -------
    Overdispersion

    Raises
    ------
    UsageError
        No score is left, or the share is not in [0, 0.5).

    References
    ----------
    1. Spiegelhalter DJ (2005). Handling over-dispersion of performance
       indicators. Quality and Safety in Health Care 14:347-351.

    Examples
    --------
    >>> result = overdispersion([-1.0, 0.5, 1.0, -0.5, 9.0], winsorise=0.2)
    >>> round(result.estimate, 3)
    1.724
    """
    z = np.asarray(z_scores, dtype=float).ravel()
    kept = np.isfinite(z)
    if not kept.any():
        raise UsageError("no score to judge overdispersion by")
    if not 0 <= winsorise < 0.5:
        raise UsageError(f"winsorise {winsorise!r} is not in [0, 0.5)")
    from scipy.special import chdtrc

    scores = z[kept]
    low, high = np.quantile(scores, [winsorise, 1 - winsorise])
    drawn = np.clip(scores, low, high)
    phi, size = float((drawn**2).mean()), len(scores)
    tau2 = np.nan
    if standard_errors is not None:
        tau2 = _tau2(phi, np.asarray(standard_errors, dtype=float).ravel()[kept])
    p = float(chdtrc(size, float((scores**2).sum())))
    return Overdispersion(phi, p, tau2, drawn, f"winsorised {winsorise:g}")


def _tau2(phi: float, errors: Array) -> float:
    weights, size = 1 / errors**2, len(errors)
    spread = weights.sum() - (weights**2).sum() / weights.sum()
    return max(0.0, float((size * phi - (size - 1)) / spread)) if spread > 0 else 0.0
