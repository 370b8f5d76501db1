"""Evidence from conversion counts that stays valid at any number of looks."""

from __future__ import annotations

import math
from collections.abc import Callable

from callstats.errors import UsageError
from callstats.stats.checking import counts, tails
from callstats.stats.results import NAN
from callstats.stats.sequential import Sequential, exponential, tuning


def conversion_e_value(
    events: float,
    control_events: float,
    *,
    share: float = 0.5,
    prior: tuple[float, float] = (1, 1),
    confidence: float = 0.95,
) -> Sequential:
    """Evidence from counts of conversions alone, at any look (count e-process).

    Contacts are assigned to the arms at random, a share `share` of them to the
    treatment; without an effect, each conversion then belongs to the treatment
    with that probability, however conversion changes over time. Conversions are
    independent: one per contact.

    Parameters
    ----------
    events, control_events : int
        Conversions so far.
    share : float
        Of contacts assigned to the treatment.
    prior : tuple of float
        Beta mixture over that probability; (1, 1) favours no effect size.
    confidence : float
        Of the interval, at all looks together.

    Returns
    -------
    Sequential
        `estimate` and limits are the ratio of conversion rates, treatment over
        control; the null is 1.

    Raises
    ------
    UsageError
        Negative counts, or a share not between 0 and 1.

    References
    ----------
    1. Lindon M, Malek A (2022). Anytime-valid inference for multinomial count
       data. NeurIPS 2022.

    Examples
    --------
    >>> r = conversion_e_value(60, 40)
    >>> round(r.e_value, 4), r.estimate
    (0.913, 1.5)
    """
    alpha = round(1 - confidence, 15)
    tails(confidence)
    if not 0 < share < 1:
        raise UsageError(f"share {share!r} is not between 0 and 1")
    x1, total = (float(v) for v in counts(events, events + control_events))
    x0 = total - x1
    odds = (1 - share) / share

    def log_e(chance: float) -> float:
        return _log_beta_ratio(x1, x0, prior) - _xlog(x1, chance) - _xlog(x0, 1 - chance)

    e_value = exponential(log_e(share))
    low, high = _chance_limits(log_e, x1, total, math.log(1 / alpha))
    return Sequential(
        x1 / x0 * odds if x0 else (math.inf if x1 else NAN),
        low / (1 - low) * odds,
        high / (1 - high) * odds if high < 1 else math.inf,
        min(1.0, 1 / e_value) if e_value > 0 else 1.0,
        e_value,
        1.0,
        "count e-process",
        confidence,
        reason="no conversion yet" if total == 0 else "",
    )


def _log_beta_ratio(x1: float, x0: float, prior: tuple[float, float]) -> float:
    from scipy.special import betaln

    return float(betaln(prior[0] + x1, prior[1] + x0) - betaln(*prior))


def _xlog(count: float, chance: float) -> float:
    return count * math.log(chance) if count else 0.0


def _chance_limits(
    log_e: Callable[[float], float], x1: float, total: float, level: float
) -> tuple[float, float]:
    from scipy.optimize import brentq

    if total == 0:
        return 0.0, 1.0
    best, tiny = x1 / total, 1e-12

    def gap(chance: float) -> float:
        return log_e(chance) - level

    middle = min(max(best, tiny), 1 - tiny)
    low = float(brentq(gap, tiny, middle)) if gap(tiny) > 0 > gap(middle) else 0.0  # type: ignore[arg-type]
    high = float(brentq(gap, middle, 1 - tiny)) if gap(1 - tiny) > 0 > gap(middle) else 1.0  # type: ignore[arg-type]
    return low, high


def proportion_sequence(
    events: int, trials: int, *, planned_trials: float, confidence: float = 0.95
) -> Sequential:
    """Interval of one proportion that you may look at after every trial.

    Exact for independent trials at any number of looks, from the first trial on
    (beta-binomial mixture).

    Parameters
    ----------
    events, trials : int
        So far.
    planned_trials : float
        Trials at which the interval should be tightest, fixed before the start.
    confidence : float
        That the true value lies within it at all looks.

    Returns
    -------
    Sequential
        It tests nothing: `p_value` and `e_value` are nan.

    Raises
    ------
    UsageError
        No trials, or more events than trials.

    References
    ----------
    1. Howard SR, Ramdas A, McAuliffe J, Sekhon J (2021). Time-uniform,
       nonparametric, nonasymptotic confidence sequences. Annals of Statistics
       49:1055-1080, section 4.

    Examples
    --------
    >>> r = proportion_sequence(15, 50, planned_trials=50)
    >>> round(r.low, 4), round(r.high, 4)
    (0.1296, 0.5119)
    """
    x, n = (float(v) for v in counts(events, trials))
    tails(confidence)
    if n <= 0 or planned_trials <= 0:
        raise UsageError("no trials, now or planned")
    level = math.log(1 / round(1 - confidence, 15))

    def log_mixture(p: float) -> float:
        return beta_binomial_mixture(x - n * p, n * p * (1 - p), planned_trials * p * (1 - p), p, 1 - p, 0.05)

    low, high = _chance_limits(log_mixture, x, n, level)
    return Sequential(x / n, low, high, NAN, NAN, NAN, "beta-binomial confidence sequence", confidence)


def beta_binomial_mixture(s: float, v: float, v_opt: float, g: float, h: float, alpha_opt: float) -> float:
    """Return the logarithm of the two-sided beta-binomial mixture supermartingale.

    Parameters
    ----------
    s, v : float
        Sum of deviations and intrinsic time.
    v_opt, alpha_opt : float
        Intrinsic time and error at which it is tightest.
    g, h : float
        Deviations are at least -g and at most h.

    References
    ----------
    1. Howard SR et al. (2021). Annals of Statistics 49:1055-1080, proposition 7.

    Examples
    --------
    >>> round(beta_binomial_mixture(10, 100, 100, 0.2, 0.8, 0.05), 7)
    -0.6941012
    """
    from scipy.special import betaln

    r = max(tuning(v_opt, alpha_opt) - g * h, 1e-3 * g * h)
    scale = g + h
    logs = v / (g * h) * math.log(scale)
    logs -= (v + h * s) / (h * scale) * math.log(g) + (v - g * s) / (g * scale) * math.log(h)
    after = betaln((r + v - g * s) / (g * scale), (r + v + h * s) / (h * scale))
    return logs + float(after - betaln(r / (g * scale), r / (h * scale)))
