"""How much more agents differ than chance makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Overdispersion:
    """How much more agents differ than chance makes them.

    Attributes
    ----------
    estimate : float
        phi, the mean square of the winsorised scores; 1 is pure chance.
    p_value : float
        Of pure chance against more, by chi-square on the scores as given.
    tau2 : float
        Variance between agents (additive model), squared unit of the standard
        errors; nan if none were given.
    winsorised : ndarray of shape (k,)
        Scores with the tails drawn in.
    method : str
    """

    estimate: float
    p_value: float
    tau2: float
    winsorised: Array
    method: str


def overdispersion(z_scores: Any, *, winsorise: float = 0.1, standard_errors: Any = None) -> Overdispersion:
    """Overdispersion of agents' scores, not driven by the few that truly stand out.

    Most agents are alike up to a common spread; the share `winsorise` in each
    tail may be truly different and is drawn in to the quantile.

    Parameters
    ----------
    z_scores : array_like of shape (k,)
        (value - baseline) / standard error; nan are left out.
    winsorise : float
        Share of each tail that is drawn in.
    standard_errors : array_like of shape (k,), optional
        Of an agent like the baseline; needed for `tau2`.

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
