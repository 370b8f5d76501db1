"""The ratio of two rates of independent events."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, tails, two_rates
from callstats.stats.limits import invert, p_value, quantiles
from callstats.stats.proportions import proportion_interval, upper_tail_mid_p
from callstats.stats.results import NAN, Comparison

#: low, high, p-value, statistic
Found = tuple[float, float, float, float]
Cells = tuple[float, float, float, float]
Tails = tuple[float, float]

CONDITIONAL = {"conditional-exact": "clopper-pearson", "conditional-mid-p": "mid-p"}


def rate_ratio(
    events: float,
    exposure: float,
    control_events: float,
    control_exposure: float,
    *,
    method: str = "conditional-exact",
    ratio: float = 1.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Ratio of two rates of independent events, treatment over control.

    Events are Poisson in both arms; meant for rare events (complaints, do-not-call
    requests). Successes per agent hour vary more than Poisson: use
    `ratio_difference` over agent-days.

    Parameters
    ----------
    events, exposure, control_events, control_exposure : float
        Counts and the hours they were counted in.
    method : str
        "conditional-exact" (given the total, central: twice the smaller tail;
        the default), "conditional-mid-p", "score", "score-log", "wald",
        "wald-log", "sqrt", "e-test" (slow with large counts). The logarithmic
        methods add half an event to both arms if one has none.
    ratio : float
        The ratio tested.
    alternative : str
        "two-sided", "greater" or "less"; one-sided intervals are open to 0 or inf.
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        Without an event in the control arm the estimate is inf; without any event
        it is nan with a `reason`.

    Raises
    ------
    UsageError
        Events are negative, exposure or ratio is not positive, an unknown method.

    References
    ----------
    1. Gu K, Ng HKT, Tang ML, Schucany WR (2008). Testing the ratio of two
       Poisson rates. Biometrical Journal 50:283-298.
    2. Fay MP (2010). Two-sided exact tests and matching confidence intervals
       for discrete data. R Journal 2:53-58.
    3. Krishnamoorthy K, Thomson J (2004). A more powerful test for comparing
       two Poisson means. Journal of Statistical Planning and Inference 119:23-35.

    Examples
    --------
    >>> r = rate_ratio(2, 17877, 9, 16660)
    >>> round(r.p_value, 4), round(r.low, 4), round(r.high, 4)
    (0.0501, 0.0218, 1.0005)
    """
    choose("method", method, (*CONDITIONAL, *_STATISTICS, "e-test"))
    cells = two_rates(events, exposure, control_events, control_exposure)
    x1, t1, x0, t0 = cells
    if not 0 < ratio < math.inf:
        raise UsageError(f"ratio {ratio!r} is not positive")
    share = tails(confidence, alternative)
    estimate = (x1 / t1) / (x0 / t0) if x0 else (math.inf if x1 else NAN)
    if x1 + x0 == 0:
        low, high, p, z = 0.0, math.inf, 1.0, 0.0
    elif method in CONDITIONAL:
        low, high, p, z = _conditional(cells, method, ratio, alternative, confidence)
    elif method == "e-test":
        low, high, p, z = _e_test(cells, ratio, alternative, confidence)
    else:
        low, high, p, z = _by_statistic(cells, method, ratio, alternative, share)
    return Comparison(
        estimate,
        low if share[0] else 0.0,
        high if share[1] else math.inf,
        p,
        method,
        confidence,
        ratio,
        alternative,
        statistic=z,
        reason="no event in either arm" if x1 + x0 == 0 else "",
    )


def _conditional(cells: Cells, method: str, ratio: float, alternative: str, confidence: float) -> Found:
    x1, x0, times = cells[0], cells[2], cells[1] / cells[3]
    # Given their total, the treatment's events are binomial.
    inner = proportion_interval(
        x1, x1 + x0, method=CONDITIONAL[method], confidence=confidence, alternative=alternative
    )
    low, high = (p / (1 - p) / times if p < 1 else math.inf for p in (inner.low, inner.high))
    chance = np.asarray(ratio * times / (1 + ratio * times))
    x, n = np.asarray(x1), np.asarray(x1 + x0)
    if method == "conditional-mid-p":
        above = float(upper_tail_mid_p(x, n, chance))
        below = 1 - above
    else:
        above, below = _exact_tails(x, n, chance)
    p = {"greater": above, "less": below}.get(alternative, min(1.0, 2 * min(above, below)))
    return low, high, p, NAN


def _exact_tails(x: np.ndarray, n: np.ndarray, chance: np.ndarray) -> tuple[float, float]:
    from scipy.special import betainc

    above = float(betainc(x, n - x + 1, chance)) if x > 0 else 1.0
    below = float(betainc(n - x, x + 1, 1 - chance)) if x < n else 1.0
    return above, below


def _wald(x1: float, x0: float, q: float) -> float:
    return (x1 - x0 * q) / math.sqrt(x1 + x0 * q * q)


def _score(x1: float, x0: float, q: float) -> float:
    return (x1 - x0 * q) / math.sqrt((x1 + x0) * q)


def _log_gap(x1: float, x0: float, q: float) -> float:
    return math.log(x1) - math.log(x0) - math.log(q)


def _wald_log(x1: float, x0: float, q: float) -> float:
    return _log_gap(x1, x0, q) / math.sqrt(1 / x1 + 1 / x0)


def _score_log(x1: float, x0: float, q: float) -> float:
    return _log_gap(x1, x0, q) / math.sqrt((2 + 1 / q + q) / (x1 + x0))


def _sqrt(x1: float, x0: float, q: float) -> float:
    return 2 * (math.sqrt(x1 + 3 / 8) - math.sqrt((x0 + 3 / 8) * q)) / math.sqrt(1 + q)


#: Function of the two counts and q = ratio * exposure / control exposure.
_STATISTICS: dict[str, Callable[[float, float, float], float]] = {
    "score": _score,
    "score-log": _score_log,
    "wald": _wald,
    "wald-log": _wald_log,
    "sqrt": _sqrt,
}
#: Added to both counts: always, or if one is 0.
_ADDED_ALWAYS = {"sqrt": 3 / 8}
_ADDED_AT_0 = {"score-log": 0.5, "wald-log": 0.5}


def _by_statistic(cells: Cells, method: str, ratio: float, alternative: str, share: Tails) -> Found:
    x1, x0, times = cells[0], cells[2], cells[1] / cells[3]
    added = _ADDED_AT_0.get(method, 0.0) if min(x1, x0) == 0 else 0.0
    x1, x0 = x1 + added, x0 + added
    half = _ADDED_ALWAYS.get(method, 0.0)
    centre = (x1 + half) / (x0 + half) / times if x0 + half > 0 else math.inf

    def statistic(value: float) -> float:
        return _STATISTICS[method](x1, x0, value * times)

    low, high = invert(statistic, centre, (0.0, math.inf), quantiles(share))
    z = statistic(ratio)
    return low, high, p_value(z, alternative), z


def _e_test(cells: Cells, ratio: float, alternative: str, confidence: float) -> Found:
    from statsmodels.stats.rates import etest_poisson_2indep

    x1, t1, x0, t0 = cells
    names = {"two-sided": "two-sided", "greater": "larger", "less": "smaller"}

    def p(value: float) -> float:
        with np.errstate(all="ignore"):
            return float(etest_poisson_2indep(x1, t1, x0, t0, value=value, alternative=names[alternative])[1])

    alpha = round(1 - confidence, 15)
    estimate = (x1 / t1) / (x0 / t0) if x0 else math.inf
    # The p-value rises up to the estimate and falls after it, so it can serve as the statistic.
    low, high = 0.0, math.inf
    if alternative != "less":
        low = invert(lambda r: alpha - p(r), estimate, (0.0, math.inf), (0.0, math.inf))[0]
    if alternative != "greater":
        high = invert(lambda r: p(r) - alpha, estimate, (0.0, math.inf), (math.inf, 0.0))[1]
    return low, high, p(ratio), _score(x1, x0, ratio * t1 / t0)
