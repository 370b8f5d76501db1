"""Multiple comparisons, and whether a split came out as planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, sample, tails
from callstats.stats.proportions import proportion_interval


def adjust(p_values: Any, *, method: str = "holm") -> np.ndarray:
    """Adjust p-values for multiple testing.

    Holm and Bonferroni control the chance of any false alarm, however the tests
    are correlated; Benjamini-Hochberg controls the share of false ones among those
    found, for tests that are independent or positively correlated.

    Parameters
    ----------
    p_values : array_like of shape (k,)
        nan (not tested) stay nan and do not count.
    method : str
        "holm" (declared primaries), "benjamini-hochberg" (segments, agents), "bonferroni".

    Returns
    -------
    ndarray of shape (k,)
        In the order given; compare with alpha.

    Raises
    ------
    UsageError
        A p-value is not between 0 and 1, or an unknown method.

    References
    ----------
    1. Holm S (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6:65-70.
    2. Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate.
       Journal of the Royal Statistical Society B 57:289-300.

    Examples
    --------
    >>> adjust([0.01, 0.04, 0.03, 0.005]).round(3).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    choose("method", method, ("holm", "benjamini-hochberg", "bonferroni"))
    p = np.asarray(p_values, dtype=float).ravel()
    tested = ~np.isnan(p)
    values = p[tested]
    if ((values < 0) | (values > 1)).any():
        raise UsageError("a p-value is not between 0 and 1")
    size, order = len(values), np.argsort(values, kind="stable")
    ranked = values[order]
    if method == "holm":
        ranked = np.maximum.accumulate(ranked * np.arange(size, 0, -1))
    elif method == "benjamini-hochberg":
        ranked = np.minimum.accumulate((ranked * size / np.arange(1, size + 1))[::-1])[::-1]
    else:
        ranked = ranked * size
    result, adjusted = np.full(len(p), np.nan), np.empty(size)
    adjusted[order] = np.minimum(ranked, 1.0)
    result[tested] = adjusted
    return result


def bonferroni_confidence(confidence: float, claims: int) -> float:
    """Return the confidence each of several intervals needs for all to hold with a given one.

    Parameters
    ----------
    confidence : float
        That all intervals hold together.
    claims : int
        Number of intervals; 0 returns the confidence itself.

    Raises
    ------
    UsageError
        The confidence is not between 0 and 1.

    References
    ----------
    1. Dunn OJ (1961). Multiple comparisons among means. JASA 56:52-64.

    Examples
    --------
    >>> bonferroni_confidence(0.95, 5)
    0.99
    """
    return 1 - tails(confidence, "greater")[0] / max(claims, 1)


@dataclass(frozen=True, slots=True)
class ManyToOne:
    """Several groups against one control.

    Attributes
    ----------
    estimate, low, high : ndarray of shape (groups,)
        Difference of means and simultaneous limits.
    statistic, p_value : ndarray of shape (groups,)
        Dunnett's t and p-values, adjusted for the number of groups.
    method : str
    confidence : float
    alternative : str
    """

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    statistic: np.ndarray
    p_value: np.ndarray
    method: str
    confidence: float
    alternative: str


def many_to_one(
    groups: Sequence[Any],
    control: Any,
    *,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> ManyToOne:
    """Compare the means of a few named groups with one control (Dunnett).

    Values are independent, with about normal means and the same spread in all
    groups. The limits hold for all groups together.

    Parameters
    ----------
    groups : sequence of array_like
        Values of each group, one per independent unit.
    control : array_like
        Values of the control.
    alternative : str
        "two-sided", "greater" or "less" than the control.
    confidence : float
        Of all limits together.

    Returns
    -------
    ManyToOne

    Raises
    ------
    UsageError
        No group, a group is empty, or values are missing.

    References
    ----------
    1. Dunnett CW (1955). A multiple comparison procedure for comparing several
       treatments with a control. JASA 50:1096-1121.

    Examples
    --------
    >>> r = many_to_one([[55, 64, 64], [55, 49, 52], [50, 44, 41]], [55, 47, 48])
    >>> r.estimate.tolist(), r.p_value.round(2).tolist()
    ([11.0, 2.0, -5.0], [0.04, 0.9, 0.41])
    """
    from scipy import stats

    tails(confidence, alternative)
    if not groups:
        raise UsageError("no group to compare with the control")
    samples = [sample(values, 1, f"group {i + 1}") for i, values in enumerate(groups)]
    base = sample(control, 2, "control")
    # The integral uses random points: a fixed seed keeps reports reproducible.
    random = {"random_state": np.random.default_rng(0)}  # scipy < 1.15 has no other name for it
    dunnett = stats.dunnett(*samples, control=base, alternative=alternative, **random)  # type: ignore[arg-type]
    limits = dunnett.confidence_interval(confidence)
    return ManyToOne(
        np.array([values.mean() for values in samples]) - base.mean(),
        np.asarray(limits.low),
        np.asarray(limits.high),
        np.asarray(dunnett.statistic),
        np.asarray(dunnett.pvalue),
        "dunnett",
        confidence,
        alternative,
    )


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether contacts were assigned to the arms as planned.

    Attributes
    ----------
    estimate, low, high : float
        Share of the first arm and its Wilson interval.
    shares, expected : ndarray of shape (arms,)
        Observed and planned.
    departure : float
        Largest difference between an observed and a planned share.
    statistic, p_value : float
        Chi-square against the plan.
    method : str
    confidence : float
    """

    estimate: float
    low: float
    high: float
    shares: np.ndarray
    expected: np.ndarray
    departure: float
    statistic: float
    p_value: float
    method: str
    confidence: float


def sample_ratio(counts: Any, *, expected: Any = None, confidence: float = 0.999) -> SampleRatio:
    """Test a split against its plan (sample ratio mismatch).

    Contacts were assigned independently. If the split is off, the arms cannot be
    compared, whatever the outcome; with very many contacts look at `departure`
    too.

    Parameters
    ----------
    counts : array_like of shape (arms,)
        Contacts per arm.
    expected : array_like of shape (arms,), optional
        Planned shares or proportions, any positive numbers; equal if omitted.
    confidence : float
        Of the interval; 99.9 % by default, since only a gross departure matters.

    Returns
    -------
    SampleRatio

    Raises
    ------
    UsageError
        Fewer than two arms, no contact, or planned shares that are not positive.

    References
    ----------
    1. Fabijan A et al. (2019). Diagnosing sample ratio mismatch in online
       controlled experiments. KDD 2019.

    Examples
    --------
    >>> r = sample_ratio([5100, 4900])
    >>> round(r.p_value, 4), r.departure
    (0.0455, 0.01)
    """
    from scipy.special import chdtrc

    n = np.asarray(counts, dtype=float).ravel()
    parts = np.ones(len(n)) if expected is None else np.asarray(expected, dtype=float).ravel()
    if len(n) < 2 or len(parts) != len(n):
        raise UsageError("a split has two arms or more, and a planned part for each")
    if (n < 0).any() or n.sum() <= 0 or (parts <= 0).any():
        raise UsageError("a split needs contacts, and parts above 0")
    shares, plan, total = n / n.sum(), parts / parts.sum(), n.sum()
    statistic = float((total * (shares - plan) ** 2 / plan).sum())
    first = proportion_interval(n[0], total, confidence=confidence)
    return SampleRatio(
        first.estimate,
        first.low,
        first.high,
        shares,
        plan,
        float(np.round(np.abs(shares - plan).max(), 15)),
        statistic,
        float(chdtrc(len(n) - 1, statistic)),
        "chi-square",
        confidence,
    )
