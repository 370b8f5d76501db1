"""The difference of two proportions of independent trials."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, tails, two_arms
from callstats.stats.limits import invert, p_value, quantiles, statistic_from_limits
from callstats.stats.proportions import wilson_limits
from callstats.stats.results import Comparison

Cells = tuple[float, float, float, float]
#: low, high, statistic at the null, standard error
Found = tuple[float, float, float, float]

EXACT = ("fisher", "boschloo", "barnard")


def proportion_difference(
    events: float,
    trials: float,
    control_events: float,
    control_trials: float,
    *,
    method: str = "miettinen-nurminen",
    margin: float = 0.0,
    exact: str | None = None,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two proportions, treatment minus control.

    Trials are independent within and between arms. For calls that share
    contacts or agents use `ratio_difference`.

    Parameters
    ----------
    events, trials, control_events, control_trials : float
        Successes and attempts of the two arms.
    method : str
        "miettinen-nurminen" (score, variance times N / (N - 1); the default),
        "mee" (score without that factor), "newcombe" (from the two Wilson
        intervals; its test inverts the interval), "agresti-caffo", "wald".
    margin : float
        The difference tested. Non-inferiority by a margin of 2 points is
        ``margin=-0.02, alternative="greater"``.
    exact : str, optional
        "fisher", "boschloo" or "barnard": take the p-value (and statistic) from that
        exact test of equality. The interval is still the method's, so the two may
        disagree near 0.05. Slow: over 1 s at 1,000 trials; for tiny counts only.
    alternative : str
        "two-sided", "greater" or "less"; one-sided intervals are open to -1 or 1.
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        Fractions between -1 and 1, never nan.

    Raises
    ------
    UsageError
        An arm is empty, counts are impossible, an unknown name, or an exact
        test with a margin.

    References
    ----------
    1. Miettinen O, Nurminen M (1985). Comparative analysis of two rates.
       Statistics in Medicine 4:213-226.
    2. Mee RW (1984). Confidence bounds for the difference between two
       probabilities. Biometrics 40:1175-1176.
    3. Newcombe RG (1998). Interval estimation for the difference between
       independent proportions. Statistics in Medicine 17:873-890.
    4. Agresti A, Caffo B (2000). Simple and effective confidence intervals for
       proportions and differences. American Statistician 54:280-288.

    Examples
    --------
    >>> r = proportion_difference(5, 56, 0, 29)
    >>> round(r.low, 4), round(r.high, 4)
    (-0.0326, 0.1933)
    >>> r = proportion_difference(90, 300, 100, 300, margin=-0.1, alternative="greater")
    >>> round(r.p_value, 4)
    0.0392
    """
    choose("method", method, _METHODS)
    cells = two_arms(events, trials, control_events, control_trials)
    if not -1 < margin < 1:
        raise UsageError(f"margin {margin!r} is not between -1 and 1", hint="2 points are 0.02.")
    share = tails(confidence, alternative)
    low, high, z, error = _METHODS[method](cells, quantiles(share), margin)
    p = p_value(z, alternative)
    if exact is not None:
        z, p = _exact(exact, cells, margin, alternative)
        method = f"{exact} test, {method} interval"
    estimate = cells[0] / cells[1] - cells[2] / cells[3]
    low, high = (-1.0 if share[0] == 0 else max(low, -1.0)), (1.0 if share[1] == 0 else min(high, 1.0))
    return Comparison(
        estimate, low, high, p, method, confidence, margin, alternative, statistic=z, standard_error=error
    )


def restricted_proportions(cells: Cells, difference: float) -> tuple[float, float]:
    """Return the most likely two proportions that differ by a given amount.

    Parameters
    ----------
    cells : tuple of float
        Events, trials, control events, control trials; any scale.
    difference : float
        Treatment minus control, in (-1, 1).

    References
    ----------
    1. Farrington CP, Manning G (1990). Test statistics and sample size formulae
       for comparative binomial trials. Statistics in Medicine 9:1447-1454.

    Examples
    --------
    >>> restricted_proportions((20, 100, 30, 100), 0.0)
    (0.25, 0.25)
    """
    x1, n1, x0, n0 = cells
    if difference == 0:
        pooled = (x1 + x0) / (n1 + n0)
        return pooled, pooled
    total, d = n1 + n0, difference
    # The control proportion is the middle root of a cubic, here divided by its leading term.
    b = ((n1 + 2 * n0) * d - total - x1 - x0) / total
    c = ((n0 * d - total - 2 * x0) * d + x1 + x0) / total
    e = x0 * d * (1 - d) / total
    shift = b / 3
    radius = math.sqrt(max(shift**2 - c / 3, 0.0))
    depth = shift**3 - b * c / 6 + e / 2
    if radius == 0:
        p0 = -shift
    else:
        radius = math.copysign(radius, depth)
        angle = math.acos(min(max(depth / radius**3, -1.0), 1.0))
        p0 = 2 * radius * math.cos((math.pi + angle) / 3) - shift
    p0 = min(max(p0, 0.0, -d), 1.0, 1.0 - d)
    return min(max(p0 + d, 0.0), 1.0), p0


def score_statistic(cells: Cells, difference: float, corrected: bool) -> float:
    """Return the score statistic of a difference, with or without the factor N / (N - 1)."""
    x1, n1, x0, n0 = cells
    gap = x1 / n1 - x0 / n0 - difference
    p1, p0 = restricted_proportions(cells, difference)
    variance = p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0
    if corrected:
        variance *= (n1 + n0) / max(n1 + n0 - 1, 1)
    if abs(gap) < 1e-15:
        return 0.0
    return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)


def _score(cells: Cells, critical: tuple[float, float], null: float, *, corrected: bool) -> Found:
    x1, n1, x0, n0 = cells
    estimate = x1 / n1 - x0 / n0
    low, high = invert(lambda d: score_statistic(cells, d, corrected), estimate, (-1.0, 1.0), critical)
    return low, high, score_statistic(cells, null, corrected), _unpooled(cells)


def _unpooled(cells: Cells) -> float:
    x1, n1, x0, n0 = cells
    p1, p0 = x1 / n1, x0 / n0
    return math.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)


def _newcombe(cells: Cells, critical: tuple[float, float], null: float) -> Found:
    x1, n1, x0, n0 = cells
    p1, p0 = x1 / n1, x0 / n0

    def limits(z: float) -> tuple[float, float]:
        (low1, low0), (high1, high0) = wilson_limits(np.array([x1, x0]), np.array([n1, n0]), (z, z))
        below, above = math.hypot(p1 - low1, high0 - p0), math.hypot(high1 - p1, p0 - low0)
        return p1 - p0 - below, p1 - p0 + above

    low = limits(critical[0])[0] if math.isfinite(critical[0]) else -1.0
    high = limits(critical[1])[1] if math.isfinite(critical[1]) else 1.0
    return low, high, statistic_from_limits(limits, p1 - p0, null), _unpooled(cells)


def _normal(estimate: float, error: float, critical: tuple[float, float], null: float) -> Found:
    low = estimate - critical[0] * error if error else estimate
    high = estimate + critical[1] * error if error else estimate
    gap = estimate - null
    z = gap / error if error else (math.copysign(math.inf, gap) if gap else 0.0)
    return low, high, z, error


def _agresti_caffo(cells: Cells, critical: tuple[float, float], null: float) -> Found:
    x1, n1, x0, n0 = cells
    added = (x1 + 1, n1 + 2, x0 + 1, n0 + 2)
    return _normal(added[0] / added[1] - added[2] / added[3], _unpooled(added), critical, null)


def _wald(cells: Cells, critical: tuple[float, float], null: float) -> Found:
    x1, n1, x0, n0 = cells
    return _normal(x1 / n1 - x0 / n0, _unpooled(cells), critical, null)


_METHODS: dict[str, Callable[[Cells, tuple[float, float], float], Found]] = {
    "miettinen-nurminen": lambda cells, critical, null: _score(cells, critical, null, corrected=True),
    "mee": lambda cells, critical, null: _score(cells, critical, null, corrected=False),
    "newcombe": _newcombe,
    "agresti-caffo": _agresti_caffo,
    "wald": _wald,
}


def _exact(name: str, cells: Cells, margin: float, alternative: str) -> tuple[float, float]:
    from scipy import stats

    choose("exact test", name, EXACT)
    if margin != 0:
        raise UsageError("the exact tests are tests of equality", hint="Leave out exact= or the margin.")
    if any(value != int(value) for value in cells):
        raise UsageError("exact tests need whole counts")
    x1, n1, x0, n0 = (int(value) for value in cells)
    # Columns are the groups, as in scipy's barnard_exact and boschloo_exact.
    table = [[x1, x0], [n1 - x1, n0 - x0]]
    if name == "fisher":
        return math.nan, float(stats.fisher_exact(table, alternative=alternative).pvalue)  # type: ignore[union-attr]
    if name == "barnard":
        if x1 + x0 in (0, n1 + n0):
            return 0.0, 1.0
        result = stats.barnard_exact(table, alternative=alternative)
        return float(result.statistic), float(result.pvalue)
    return math.nan, float(stats.boschloo_exact(table, alternative=alternative, n=64).pvalue)
