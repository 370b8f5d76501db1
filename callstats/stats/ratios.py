"""A ratio of sums over independent units: mean, proportion, rate per hour, cost per unit.

A contact dialled eight times is one unit, not eight. The influence of a unit on
the ratio R is (Y - R N) / sum(N), with Y and N its own totals; the sum of the
squared influences is a variance valid for any correlation inside the unit. Where
days are a sample too, they add to it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

from callstats.errors import UsageError
from callstats.moments import DaySums, Moments, pair
from callstats.stats.checking import tails
from callstats.stats.day_clusters import Widened, day_variance, with_days
from callstats.stats.results import NAN, Interval


def product(moments: Moments, a: str, b: str) -> float:
    """Return the sum over units of the product of two columns.

    Raises
    ------
    UsageError
        The moments lack that product.
    """
    try:
        return moments.products[pair(a, b)]
    except KeyError:
        raise UsageError(f"the moments lack the product of {a!r} and {b!r}") from None


def ratio_variance(moments: Moments, numerator: str = "numerator", denominator: str = "denominator") -> float:
    """Return the linearised variance of a ratio of sums (CR0), units independent.

    Parameters
    ----------
    moments : Moments
        With the sums and products of both columns; the sum of the denominator
        is not 0.

    References
    ----------
    1. Deng A, Knoblich U, Lu J (2018). Applying the delta method in metric
       analytics. KDD 2018.

    Examples
    --------
    >>> m = Moments.of({"numerator": [1, 0, 1, 0], "denominator": [1, 1, 1, 1]})
    >>> ratio_variance(m)
    0.0625
    """
    total = moments.sums[denominator]
    ratio = moments.sums[numerator] / total
    squares = (
        product(moments, numerator, numerator)
        - 2 * ratio * product(moments, numerator, denominator)
        + ratio**2 * product(moments, denominator, denominator)
    )
    # Subtracting nearly equal large sums leaves noise of either sign.
    noise = 1e-12 * product(moments, numerator, numerator)
    return squares / total**2 if squares > noise else 0.0


def ratio_interval(
    moments: Moments,
    *,
    numerator: str = "numerator",
    denominator: str = "denominator",
    confidence: float = 0.95,
    proportion: bool = False,
    scale: float = 1.0,
    days: DaySums | Widened | None = None,
) -> Interval:
    """Interval of a ratio of sums whose units are independent but whose rows are not.

    The units (contacts, agent-days, respondents) are an independent sample from a
    large population. The interval uses the t quantile with units - 1
    degrees of freedom. With `days`, the days are a sample too: the interval speaks of
    days like these, V = V_unit + max(V_day K / (K - 1) - V_within, 0), with
    Satterthwaite's degrees of freedom.

    Parameters
    ----------
    moments : Moments
        Over the independent units, with all products of both columns.
    numerator, denominator : str
        Their columns.
    confidence : float
        Of the interval.
    proportion : bool
        The numerator counts some of the denominator's rows. The interval is then
        Wilson's at the effective size n / design effect, never above n; the t
        quantile enters by multiplying that size by (z / t)^2. With no event, or
        only events, the number of units is the effective size.
    scale : float
        Factor applied to the ratio (3600 for per hour when the denominator is
        in seconds).
    days : DaySums or Widened, optional
        The same sums by day; with a single day, the interval speaks of that day. Or the
        variance with what they add to it, where it is known already.

    Returns
    -------
    Interval
        `n` is the number of units; `design_effect` (proportions only) is the
        clustered variance over that of independent rows. A denominator of 0
        gives nan throughout; one unit gives an estimate without an interval;
        each has a `reason`.

    Raises
    ------
    UsageError
        A product is missing, or the confidence is not between 0 and 1.

    References
    ----------
    1. Deng A, Knoblich U, Lu J (2018). Applying the delta method in metric
       analytics. KDD 2018.
    2. Korn EL, Graubard BI (1998). Confidence intervals for proportions with
       small expected number of positive counts. Survey Methodology 24:193-201.

    Examples
    --------
    Three contacts, seven calls, two of them answered:

    >>> m = Moments.of({"numerator": [1, 0, 1], "denominator": [3, 2, 2]})
    >>> r = ratio_interval(m, proportion=True)
    >>> round(r.estimate, 3), r.n, round(r.design_effect, 2)
    (0.286, 3, 0.37)
    >>> ratio_interval(Moments.of({"numerator": [0], "denominator": [0]})).reason
    'nothing to divide by: the denominator is 0'
    """
    share = tails(confidence)[0]
    units, below = moments.n, moments.sums[denominator]
    method = "wilson at effective size" if proportion else "delta"
    if below == 0:
        reason = "nothing to divide by: the denominator is 0"
        return Interval(NAN, NAN, NAN, method, confidence, n=units, reason=reason)
    estimate = moments.sums[numerator] / below
    if units < 2:
        reason = "one independent unit: no interval"
        return Interval(estimate * scale, NAN, NAN, method, confidence, n=units, reason=reason)
    spread = Widened(ratio_variance(moments, numerator, denominator), units - 1)
    if days is not None:
        spread = days if isinstance(days, Widened) else with_days(spread, day_variance([days], [estimate]))
    variance, df = spread.variance, spread.degrees_of_freedom
    if proportion and 0 <= estimate <= 1 and below > 0:
        return _effective_wilson(moments.sums[numerator], below, units, spread, share, scale)
    reason = "not between 0 and 1: taken as a mean" if proportion else ""
    t, error = t_quantile(share, df), math.sqrt(variance)
    return Interval(
        estimate * scale,
        min(x := (estimate - t * error) * scale, y := (estimate + t * error) * scale),
        max(x, y),
        "delta",
        confidence,
        standard_error=error * abs(scale),
        n=units,
        degrees_of_freedom=df,
        reason=reason,
    )


#: Half the width of an interval, in estimates, from which on it says nothing: a factor of 10^8.
_MOST_ERRORS = 20.0


def above_zero(found: Interval) -> Interval:
    """Return the interval of what cannot lie below 0, on the logarithm if it would otherwise.

    Counts, sums, times and rates are never negative, and what was seen is never 0:
    estimate * exp(-t s / estimate) to estimate * exp(t s / estimate), s the standard error.

    Parameters
    ----------
    found : Interval
        Symmetric, with a standard error.

    References
    ----------
    1. Clayton D, Hills M (1993). Statistical Models in Epidemiology, chapter 9 (error
       factors of a positive parameter).

    Examples
    --------
    >>> r = above_zero(Interval(2.0, -0.8, 4.8, "total", 0.95, standard_error=1.4))
    >>> round(r.low, 2), round(r.high, 2)
    (0.49, 8.11)
    """
    if not (found.estimate > 0 and found.low < 0 and found.high < math.inf):
        return found
    errors = (found.high - found.low) / 2 / found.estimate
    if errors > _MOST_ERRORS:
        return replace(found, low=NAN, high=NAN, reason="too few days or units: no interval")
    factor = math.exp(errors)
    return replace(found, low=found.estimate / factor, high=found.estimate * factor)


@lru_cache(maxsize=65_536)
def t_quantile(share: float, degrees_of_freedom: float) -> float:
    """Return the quantile that leaves `share` above it; the normal one for infinite degrees of freedom."""
    from scipy.special import ndtri, stdtrit

    if math.isinf(degrees_of_freedom):
        return float(-ndtri(share))
    return float(-stdtrit(degrees_of_freedom, share))


def _effective_wilson(
    events: float, rows: float, units: int, spread: Widened, share: float, scale: float
) -> Interval:
    variance, df = spread.variance, spread.degrees_of_freedom
    p = events / rows
    naive = p * (1 - p) / rows
    if naive > 0:
        design_effect = variance / naive
        size = rows / max(design_effect, 1.0)
    else:
        design_effect, size = NAN, min(units, rows)
    z, t = t_quantile(share, math.inf), t_quantile(share, df)
    # Wilson at size * (z / t)^2 with z equals Wilson with a half-width based on t.
    scaled = size * (z / t) ** 2
    # Plain floats, since a report requests thousands of groups one by one.
    middle, half = p * scaled + z * z / 2, z * math.sqrt(p * (1 - p) * scaled + z * z / 4)
    low = (middle - half) / (scaled + z * z) if events > 0 else 0.0
    high = (middle + half) / (scaled + z * z) if events < rows else 1.0
    return Interval(
        p * scale,
        min(low * scale, high * scale),
        max(low * scale, high * scale),
        "wilson at effective size",
        round(1 - 2 * share, 15),
        standard_error=math.sqrt(variance) * abs(scale),
        n=units,
        design_effect=design_effect,
        effective_n=size,
        degrees_of_freedom=df,
    )


def total_interval(
    moments: Moments,
    column: str = "numerator",
    *,
    confidence: float = 0.95,
    scale: float = 1.0,
    days: DaySums | Widened | None = None,
) -> Interval:
    """Interval of a total over independent units, with their number treated as fixed.

    What the total of the same number of other, similar units would be: profit over
    that many agent-days, revenue over that many contacts.

    Parameters
    ----------
    moments : Moments
        Over the independent units, with the column's sum of squares.
    column : str
        The column to sum.
    confidence : float
        Of the interval, by the t quantile with units - 1 degrees of freedom.
    scale : float
        Factor applied to the total.
    days : DaySums or Widened, optional
        The same sum by day: what the total of as many other, similar days would be.

    Returns
    -------
    Interval
        In the unit of the column. No unit: nan; one unit: no interval.

    Raises
    ------
    UsageError
        The sum of squares is missing, or the confidence is not between 0 and 1.

    References
    ----------
    1. Cochran WG (1977). Sampling Techniques, 3rd ed., section 2.5.

    Examples
    --------
    >>> r = total_interval(Moments.of({"numerator": [10, 20, 30, 40]}))
    >>> r.estimate, round(r.standard_error, 2), round(r.low, 1), round(r.high, 1)
    (100.0, 25.82, 17.8, 182.2)
    """
    share, units, total = tails(confidence)[0], moments.n, moments.sums[column]
    if units < 2:
        reason = "no unit" if units == 0 else "one independent unit: no interval"
        value = NAN if units == 0 else total * scale
        return Interval(value, NAN, NAN, "total", confidence, n=units, reason=reason)
    squares = product(moments, column, column)
    spread = max(squares - total**2 / units, 0.0)
    known = Widened(spread * units / (units - 1), units - 1)
    if isinstance(days, Widened):
        known = days
    elif days is not None and len(days) > 1:
        among = DaySums(days.days, {"numerator": days.sums[column]}, days.within)
        known = with_days(known, day_variance([among], [total / len(days)]))
    error, df = math.sqrt(known.variance) * abs(scale), known.degrees_of_freedom
    half = t_quantile(share, df) * error
    return Interval(
        total * scale,
        total * scale - half,
        total * scale + half,
        "total",
        confidence,
        standard_error=error,
        n=units,
        degrees_of_freedom=df,
    )
