"""The mean of values that are rare and skewed, such as the money won per contact loaded.

Two contacts in a hundred buy, and a few of those buy for much: the mean and its standard
error then rise and fall together, and a t interval misses the truth above it far more often
than below. The third cumulant says by how much; the sums of values, squares and cubes are
all that is needed, so an engine can supply them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats.checking import sample, tails
from callstats.stats.limits import p_value, statistic_from_limits
from callstats.stats.ratios import t_quantile
from callstats.stats.results import NAN, Comparison, Interval

#: Fewest values above zero in an arm for an interval: from here on simulated errors keep to
#: what is promised (docs/ab_test.md), below they do not.
FEWEST_VALUES = 10


@dataclass(frozen=True, slots=True)
class SkewedMean:
    """A mean with the cumulants of its sampling distribution.

    Attributes
    ----------
    mean : float
    variance, third : float
        Second and third cumulant of the mean, that is of its error.
    effective : float
        How many equal values would carry as much: (sum of values)^2 / sum of squares.
    n : float
        Units, those without a value included.
    """

    mean: float
    variance: float
    third: float
    effective: float
    n: float

    @classmethod
    def of_sums(cls, n: float, total: float, squares: float, cubes: float) -> SkewedMean:
        """Return the mean of independent units from their sums.

        Parameters
        ----------
        n : float
            Units (contacts loaded), at least 2; most of them may have the value 0.
        total, squares, cubes : float
            Sums over units of the value, its square and its cube.

        Raises
        ------
        UsageError
            Fewer than two units, or sums that no values have.

        Examples
        --------
        >>> m = SkewedMean.of_sums(100, 50.0, 700.0, 11000.0)
        >>> m.mean, round(m.variance, 4), round(m.effective, 2)
        (0.5, 0.0682, 3.57)
        """
        if not n >= 2:
            raise UsageError(f"{n:g} units have no spread", hint="Give two contacts or more.")
        mean = total / n
        second = squares / n - mean**2
        if not second >= -1e-9 * squares / n:
            raise UsageError(
                "the sum of squares is too small for the sum", hint="Give both of the same units."
            )
        third = cubes / n - 3 * mean * squares / n + 2 * mean**3
        # Subtracting nearly equal large sums leaves noise of either sign.
        second = second if second > 1e-12 * squares / n else 0.0
        effective = total**2 / squares if squares > 0 else 0.0
        return cls(mean, second / (n - 1), third / n**2 if second else 0.0, effective, n)

    @classmethod
    def of(cls, values: Any) -> SkewedMean:
        """Return the mean of values in memory."""
        x = sample(values, 2, "values")
        return cls.of_sums(len(x), float(x.sum()), float((x**2).sum()), float((x**3).sum()))

    def limits(self, z: float) -> tuple[float, float]:
        """Return the limits at a normal quantile, corrected for skewness and for few values.

        Hall's transformation takes out the skewness to first order and is monotone. The
        t quantile has twice the effective number of values, minus one, as degrees of freedom.
        """
        from scipy.special import ndtr

        error = math.sqrt(self.variance)
        if error == 0:
            return self.mean, self.mean
        q = t_quantile(float(ndtr(-z)), max(2 * self.effective - 1, 1.0))
        skew = self.third / error**3
        return self.mean - error * _untransformed(q, skew), self.mean - error * _untransformed(-q, skew)


def _untransformed(q: float, skew: float) -> float:
    """Return the studentised deviation whose transformed value is q.

    References
    ----------
    1. Hall P (1992). On the removal of skewness by transformation. Journal of the
       Royal Statistical Society B 54:221-228.
    """
    if abs(skew) < 1e-8:
        return q
    return 3 / skew * (float(np.cbrt(1 + skew * (q - skew / 6))) - 1)


def skewed_mean_interval(
    mean: SkewedMean,
    *,
    values: float | None = None,
    lowest: float = -math.inf,
    confidence: float = 0.95,
) -> Interval:
    """Interval of the mean of values that are rare and skewed.

    Units are independent: contacts loaded, of which a few have a value. Of 10 values and more,
    2 % of the units, lognormal with sd(log) up to 1, gamma or all equal, simulated
    intervals of 95 % cover 94 to 98 %; with sd(log) 1.5, 93 to 95 %.

    Parameters
    ----------
    mean : SkewedMean
        ``SkewedMean.of_sums(n, total, squares, cubes)``.
    values : float, optional
        Number of units with a value; under ten there is no interval. If omitted, the
        effective number decides.
    lowest : float
        Smallest mean that is possible: 0 for values that are never negative.
    confidence : float
        Of the interval.

    Returns
    -------
    Interval
        In the unit of the values. With too few values the limits are nan and `reason`
        says why.

    Raises
    ------
    UsageError
        The confidence is not between 0 and 1.

    References
    ----------
    1. Hall P (1992). On the removal of skewness by transformation. Journal of the
       Royal Statistical Society B 54:221-228.
    2. Johnson NJ (1978). Modified t tests and confidence intervals for asymmetrical
       populations. Journal of the American Statistical Association 73:536-544.

    Examples
    --------
    Twenty of a thousand contacts bought, for 10 to 200:

    >>> bought = [10.0] * 12 + [50.0] * 6 + [200.0] * 2
    >>> m = SkewedMean.of([*bought, *[0.0] * 980])
    >>> r = skewed_mean_interval(m, values=20, lowest=0.0)
    >>> round(r.estimate, 2), round(r.low, 2), round(r.high, 2)
    (0.82, 0.34, 3.54)
    """
    share = tails(confidence)[0]
    low, high, reason = NAN, NAN, _too_few(values, mean)
    if not reason:
        low, high = mean.limits(t_quantile(share, math.inf))
        low = max(low, lowest)
    return Interval(
        mean.mean,
        low,
        high,
        "hall's transformation",
        confidence,
        standard_error=math.sqrt(mean.variance),
        n=mean.n,
        effective_n=mean.effective,
        degrees_of_freedom=max(2 * mean.effective - 1, 1.0),
        reason=reason,
    )


def skewed_ratio_interval(moments: Moments, plain: Interval) -> Interval:
    """Interval of a ratio or total whose units are rare and skewed: revenue of contacts, value per sale.

    The third cumulant of a ratio R is sum((Y - R N)^3) / sum(N)^3 over its units. The spread
    is that of the plain interval, so that days may be part of it.

    Parameters
    ----------
    moments : Moments
        With cubes; a total lacks the column "denominator".
    plain : Interval
        By :func:`~callstats.stats.ratio_interval` or :func:`~callstats.stats.total_interval`
        from the same moments, not scaled.

    Returns
    -------
    Interval
        The plain one without cubes, or without a spread.

    References
    ----------
    1. Hall P (1992). On the removal of skewness by transformation. Journal of the
       Royal Statistical Society B 54:221-228.

    Examples
    --------
    >>> from callstats.stats import total_interval
    >>> sales = Moments.of({"numerator": [10.0] * 12 + [50.0] * 6 + [200.0] * 2 + [0.0] * 980}, skewed=True)
    >>> r = skewed_ratio_interval(sales, total_interval(sales))
    >>> r.estimate, round(r.low), round(r.high)
    (820.0, 336, 3539)
    """
    if not moments.cubes or not plain.standard_error > 0:
        return plain
    squares = moments.products["numerator", "numerator"]
    values = moments.sums["numerator"] ** 2 / squares if squares > 0 else 0.0
    values = values if moments.values is None else moments.values
    effective = min(values, (plain.degrees_of_freedom + 1) / 2)
    mean = SkewedMean(plain.estimate, plain.standard_error**2, _third(moments), effective, moments.n)
    low, high = mean.limits(t_quantile((1 - plain.confidence) / 2, math.inf))
    return replace(plain, low=low, high=high, method="hall's transformation")


def _third(moments: Moments) -> float:
    """Return the third cumulant of a ratio, or of a total around its mean."""
    cubes, sums, y, n = moments.cubes, moments.sums, "numerator", "denominator"
    if n not in sums:
        mean = sums[y] / moments.n
        return cubes[y, y, y] - 3 * mean * moments.products[y, y] + 2 * moments.n * mean**3
    ratio = sums[y] / sums[n]
    third = (
        cubes[y, y, y]
        - 3 * ratio * cubes[n, y, y]
        + 3 * ratio**2 * cubes[n, n, y]
        - ratio**3 * cubes[n, n, n]
    )
    return third / sums[n] ** 3


def _too_few(values: float | None, *means: SkewedMean) -> str:
    count = min(mean.effective for mean in means) if values is None else values
    return "" if count >= FEWEST_VALUES else "fewer than ten values"


def skewed_mean_difference(
    treatment: SkewedMean,
    control: SkewedMean,
    *,
    values: tuple[float, float] | None = None,
    margin: float = 0.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two means of values that are rare and skewed, treatment minus control.

    The limits of the two means are combined (MOVER), so that each arm keeps its own
    skewness: with arms of unlike size a t test finds the small one "lower" in up to 20 %
    of equal arms.

    Parameters
    ----------
    treatment, control : SkewedMean
        Of arms that share no unit.
    values : tuple of float, optional
        Number of units with a value in treatment and control; under ten in an arm there is
        no interval and no test. If omitted, the effective numbers decide.
    margin : float
        The difference tested.
    alternative : str
        "two-sided", "greater" or "less".
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        In the unit of the values; the test inverts the interval. With too few values limits
        and p-value are nan and `reason` says why.

    Raises
    ------
    UsageError
        The confidence is not between 0 and 1, or the alternative is unknown.

    References
    ----------
    1. Hall P (1992). On the removal of skewness by transformation. Journal of the
       Royal Statistical Society B 54:221-228.
    2. Zou GY, Donner A (2008). Construction of confidence limits about effect
       measures: a general approach. Statistics in Medicine 27:1693-1702.

    Examples
    --------
    >>> few = SkewedMean.of([40.0] * 15 + [90.0] * 5 + [0.0] * 380)
    >>> many = SkewedMean.of([40.0] * 150 + [90.0] * 50 + [0.0] * 3800)
    >>> r = skewed_mean_difference(few, many, values=(20, 200))
    >>> r.estimate, round(r.low, 2), round(r.high, 2), round(r.p_value, 2)
    (0.0, -1.14, 1.69, 1.0)
    """
    share, method = tails(confidence, alternative), "hall's transformation, mover"
    estimate = treatment.mean - control.mean
    reason = _too_few(None if values is None else min(values), treatment, control)
    error = math.sqrt(treatment.variance + control.variance)
    if reason or not error:
        return Comparison(
            estimate, NAN, NAN, NAN, method, confidence, margin, alternative, standard_error=error,
            reason=reason or "no value differs from its mean",
        )  # fmt: skip
    low, high = -math.inf, math.inf
    if share[0]:
        low = difference_limits(treatment, control, t_quantile(share[0], math.inf))[0]
    if share[1]:
        high = difference_limits(treatment, control, t_quantile(share[1], math.inf))[1]
    z = statistic_from_limits(lambda at: difference_limits(treatment, control, at), estimate, margin)
    return Comparison(
        estimate, low, high, p_value(z, alternative), method, confidence, margin, alternative,
        statistic=z, standard_error=error,
    )  # fmt: skip


def difference_limits(treatment: SkewedMean, control: SkewedMean, z: float) -> tuple[float, float]:
    """Return the limits of the difference at a normal quantile."""
    (low1, high1), (low0, high0) = treatment.limits(z), control.limits(z)
    estimate = treatment.mean - control.mean
    below = math.hypot(treatment.mean - low1, high0 - control.mean)
    above = math.hypot(high1 - treatment.mean, control.mean - low0)
    return estimate - below, estimate + above


def skewed_mean_ratio(
    treatment: SkewedMean,
    control: SkewedMean,
    *,
    values: tuple[float, float] | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Ratio of two means of values that are rare and skewed, treatment over control.

    Parameters
    ----------
    treatment, control, values
        As in `skewed_mean_difference`.
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        The interval has those ratios whose multiple of the control does not differ from
        the treatment, so test and interval are those of the difference. If the control
        is not clearly above 0, the upper limit is infinite.

    Raises
    ------
    UsageError
        The control's mean is 0 or negative.

    References
    ----------
    1. Donner A, Zou GY (2012). Closed-form confidence intervals for functions of the
       normal mean and standard deviation. Statistical Methods in Medical Research
       21:347-359.

    Examples
    --------
    >>> few = SkewedMean.of([40.0] * 18 + [90.0] * 6 + [0.0] * 376)
    >>> many = SkewedMean.of([40.0] * 150 + [90.0] * 50 + [0.0] * 3800)
    >>> r = skewed_mean_ratio(few, many, values=(24, 200))
    >>> round(r.estimate, 2), round(r.low, 2), round(r.high, 2)
    (1.2, 0.74, 1.91)
    """
    share = tails(confidence)[0]
    if not control.mean > 0:
        raise UsageError("nothing to compare with: the control's mean is not above 0")
    gap = skewed_mean_difference(treatment, control, values=values, confidence=confidence)
    estimate, low, high = treatment.mean / control.mean, NAN, NAN
    if not gap.reason:
        low, high = _ratio_limits(treatment, control, t_quantile(share, math.inf))
    return Comparison(
        estimate, low, high, gap.p_value, gap.method, confidence, 1.0, statistic=gap.statistic,
        reason=gap.reason,
    )  # fmt: skip


def _ratio_limits(treatment: SkewedMean, control: SkewedMean, z: float) -> tuple[float, float]:
    """Return the ratios at which the limits of treatment - ratio * control are 0."""
    (low1, high1), (low0, high0) = treatment.limits(z), control.limits(z)
    x, y = treatment.mean, control.mean

    def root(end: float, side: float, sign: int) -> float:
        a, c = y * y - (side - y) ** 2, x * x - (end - x) ** 2
        depth = math.sqrt(max(x * x * y * y - a * c, 0.0))
        if sign < 0:
            return c / (x * y + depth) if x * y + depth > 0 else (x * y - depth) / a
        return (x * y + depth) / a if a > 0 else math.inf

    # Below 0 a larger control makes the multiple smaller, so its other limit counts.
    low = root(low1, high0 if low1 >= 0 else low0, -1)
    high = root(high1, low0 if high1 >= 0 else high0, 1)
    return (low, high) if low0 > 0 else (-math.inf if low1 < 0 else low, math.inf)


def chance_of_higher_mean(treatment: SkewedMean, control: SkewedMean) -> tuple[float, float, float]:
    """Return the chance that the treatment's mean is higher, and what either choice may lose.

    Ask it of ten values in each arm and more, as for an interval. Every limit of the
    difference is taken as the quantile of what the difference may be
    (a confidence distribution), which corresponds to all differences being equally
    likely beforehand.

    Returns
    -------
    tuple of float
        Chance; expected loss of choosing the control, and of choosing the treatment.

    Raises
    ------
    UsageError
        Neither mean has a variance.

    References
    ----------
    1. Xie M, Singh K (2013). Confidence distribution, the frequentist distribution
       estimator of a parameter: a review. International Statistical Review 81:3-39.

    Examples
    --------
    >>> arm = SkewedMean.of([50.0] * 30 + [0.0] * 970)
    >>> chance, missed, wrong = chance_of_higher_mean(arm, arm)
    >>> chance, round(missed - wrong, 6)
    (0.5, 0.0)
    """
    from scipy.special import ndtr, ndtri

    if not treatment.variance + control.variance > 0:
        raise UsageError("no value differs from its mean: there is no chance to speak of")
    estimate = treatment.mean - control.mean
    z = statistic_from_limits(lambda at: difference_limits(treatment, control, at), estimate, 0.0)
    # Middles of 200 equally likely parts: the lower limits mirrored by the upper ones.
    points = ndtri((np.arange(100) + 0.5) / 200)
    ends = [difference_limits(treatment, control, -float(point)) for point in points]
    drawn = np.array([limit for pair in ends for limit in pair])
    return float(ndtr(z)), float(np.maximum(drawn, 0).mean()), float(np.maximum(-drawn, 0).mean())
