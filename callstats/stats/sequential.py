"""Intervals and evidence that stay valid at any number of looks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from callstats.errors import UsageError
from callstats.stats.checking import tails


@dataclass(frozen=True, slots=True)
class Sequential:
    """An estimate whose interval holds at all looks together.

    Attributes
    ----------
    estimate, low, high : float
        Current values; the interval may be intersected with that of any later look.
    p_value : float
        Valid at any look: 1 / e-value, at most 1.
    e_value : float
        Evidence against the null: what a unit bet at fair odds would have become.
    null : float
        The value tested.
    method : str
    confidence : float
    alternative : str
    reason : str
        Why something is nan; empty otherwise.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    e_value: float
    null: float
    method: str
    confidence: float
    alternative: str = "two-sided"
    reason: str = ""


def tuning(variance: float, alpha: float) -> float:
    """Return the mixture's precision that makes the boundary tightest at a given variance.

    Parameters
    ----------
    variance : float
        Intrinsic time at which it is tightest.
    alpha : float
        Two-sided error.

    References
    ----------
    1. Howard SR, Ramdas A, McAuliffe J, Sekhon J (2021). Time-uniform,
       nonparametric, nonasymptotic confidence sequences. Annals of Statistics
       49:1055-1080, proposition 3.

    Examples
    --------
    >>> round(tuning(100, 0.05), 3)
    12.601
    """
    return variance / (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1))


def confidence_sequence(
    estimate: float,
    standard_error: float,
    trials: float,
    *,
    planned_trials: float,
    null: float = 0.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Sequential:
    """Interval that you may look at every day (asymptotic confidence sequence).

    The estimate is a mean (or a difference, ratio or lift, linearised) of many
    independent units; take the first look once a normal approximation holds, at a
    few hundred units. Wider than a fixed interval, and most efficient at
    `planned_trials`, which is fixed before the first look.

    Parameters
    ----------
    estimate, standard_error : float
        Current values, from any method here; clustered if the rows are.
    trials : float
        Independent units so far, both arms together.
    planned_trials : float
        Units at which the interval should be tightest.
    null : float
        The value tested.
    alternative : str
        "two-sided", "greater" or "less" (one-sided normal-mixture boundary).
    confidence : float
        That the true value lies within it at all looks.

    Returns
    -------
    Sequential

    Raises
    ------
    UsageError
        No trials, or a negative standard error.

    References
    ----------
    1. Waudby-Smith I, Arbour D, Sinha R, Kennedy EH, Ramdas A (2024).
       Time-uniform central limit theory and asymptotic confidence sequences.
       Annals of Statistics 52:2613-2640, equation 9.
    2. Howard SR et al. (2021). Annals of Statistics 49:1055-1080 (one-sided).

    Examples
    --------
    >>> r = confidence_sequence(0.012, 0.004, 8000, planned_trials=10000)
    >>> round(r.low, 4), round(r.high, 4)
    (-0.0002, 0.0242)
    """
    share = tails(confidence, alternative)
    if trials <= 0 or planned_trials <= 0:
        raise UsageError("no trials, now or planned")
    if not standard_error >= 0:
        raise UsageError(f"standard error {standard_error!r} is not a positive number")
    alpha, one_sided = share[0] + share[1], alternative != "two-sided"
    # The one-sided mixture is tightest when tuned at twice the error (Howard et al. 2021).
    precision = tuning(planned_trials, 2 * alpha if one_sided else alpha)

    def log_mixture(z: float) -> float:
        return (_one_sided if one_sided else _two_sided)(z, trials, precision)

    width = _boundary(log_mixture, math.log(1 / alpha)) * standard_error
    gap = estimate - null
    # Without spread a gap is conclusive and no gap is not evidence: neither arm has a success yet.
    z = gap / standard_error if standard_error else (math.copysign(math.inf, gap) if gap else 0.0)
    signed = abs(z) if alternative == "two-sided" else (z if alternative == "greater" else -z)
    e_value = exponential(log_mixture(signed)) if math.isfinite(signed) else (math.inf if signed > 0 else 0.0)
    return Sequential(
        estimate,
        estimate - width if share[0] else -math.inf,
        estimate + width if share[1] else math.inf,
        min(1.0, 1 / e_value) if e_value > 0 else 1.0,
        e_value,
        null,
        "asymptotic confidence sequence",
        confidence,
        alternative,
    )


def _two_sided(z: float, trials: float, precision: float) -> float:
    # Mixing over effects ~ N(0, 1 / precision) after `trials` units of unit variance.
    total = trials + precision
    return z * z * trials / (2 * total) - 0.5 * math.log(total / precision)


def _one_sided(z: float, trials: float, precision: float) -> float:
    from scipy.special import log_ndtr

    total = trials + precision
    s = z * math.sqrt(trials)
    return math.log(2) + _two_sided(z, trials, precision) + float(log_ndtr(s / math.sqrt(total)))


def _boundary(log_mixture: Callable[[float], float], level: float) -> float:
    from scipy.optimize import brentq

    high = 1.0
    while log_mixture(high) < level:
        high *= 2
    return float(brentq(lambda z: log_mixture(z) - level, 0.0, high, xtol=1e-12))  # type: ignore[arg-type]


def exponential(value: float) -> float:
    """Return e to the value, inf where that overflows."""
    return math.exp(value) if value < 700 else math.inf
