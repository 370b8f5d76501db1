"""A ratio in a group against all other rows, over independent units and over the days they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.moments import DaySums, Moments, pair
from callstats.stats.day_clusters import RARE, day_variance

#: A side with fewer expected events than this is not judged: its variance is not to be had.
FEWEST_EXPECTED = 5.0


@dataclass(frozen=True, slots=True)
class RestContrast:
    """A ratio in a group and in the rest; the p-value is nan where too few events are expected."""

    inside: float
    outside: float
    p_value: float


def rest_contrast(
    own: Moments,
    rest: Moments,
    days: tuple[DaySums, DaySums] | None = None,
    *,
    proportion: bool = False,
    counted: bool = True,
) -> RestContrast:
    """Compare a ratio between a group and all other rows.

    Parameters
    ----------
    own, rest : Moments
        Over independent units, with the columns "numerator" and "denominator".
    days : pair of DaySums, optional
        Of the group and the rest: days that both worked do to both what they do.
    proportion : bool
        Whether the numerator is part of the denominator.
    counted : bool
        Whether the numerator counts events: the variance is then at least that of
        independent events with one common rate, so that a group without an event is not
        taken for certain.

    Notes
    -----
    Variances over units and over days are added and their intersection is subtracted [1]_,
    with Satterthwaite's degrees of freedom.

    References
    ----------
    .. [1] Cameron AC, Gelbach JB, Miller DL (2011). Robust inference with multiway
       clustering. Journal of Business and Economic Statistics 29:238-249.

    Examples
    --------
    30 of 100 against 60 of 400, each row by itself: z = 3.5.

    >>> def share(k, n):
    ...     return Moments.of({"numerator": [1.0] * k + [0.0] * (n - k), "denominator": [1.0] * n})
    >>> found = rest_contrast(share(30, 100), share(60, 400), proportion=True)
    >>> found.inside, found.outside, 1e-4 < found.p_value < 1e-2
    (0.3, 0.15, True)
    """
    from scipy.special import stdtr

    arms = (own, rest)
    below = [arm.sums["denominator"] for arm in arms]
    if min(below) <= 0 or min(arm.n for arm in arms) < 2:
        return RestContrast(float("nan"), float("nan"), float("nan"))
    ratios = [arm.sums["numerator"] / size for arm, size in zip(arms, below, strict=True)]
    common = sum(arm.sums["numerator"] for arm in arms) / sum(below)
    if counted and min(below) * common < FEWEST_EXPECTED:
        return RestContrast(ratios[0], ratios[1], float("nan"))
    units = np.diag([_variance(arm, ratio) for arm, ratio in zip(arms, ratios, strict=True)])
    signs = np.array([1.0, -1.0])
    variance, freedom = float(np.trace(units)), float(sum(arm.n for arm in arms) - 2)
    if days is not None:
        spread = day_variance(days, ratios, rare=RARE)
        if spread.told:
            variance = max(float(signs @ spread.added_to(units) @ signs), variance)
            freedom = min(spread.freedom(variance, signs), freedom)
    if counted:
        each = common * (1 - common) if proportion else common
        variance = max(variance, each * sum(1 / size for size in below))
    if variance <= 0:
        return RestContrast(ratios[0], ratios[1], float("nan"))
    t = abs(ratios[0] - ratios[1]) / np.sqrt(variance)
    return RestContrast(ratios[0], ratios[1], float(min(2 * stdtr(freedom, -t), 1.0)))


def _variance(arm: Moments, ratio: float) -> float:
    """Return the linearised variance of a ratio over independent units."""
    square = (
        arm.products["numerator", "numerator"]
        - 2 * ratio * arm.products[pair("numerator", "denominator")]
        + ratio**2 * arm.products["denominator", "denominator"]
    )
    return max(square, 0.0) * arm.n / (arm.n - 1) / arm.sums["denominator"] ** 2
