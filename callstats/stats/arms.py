"""The rows of two arms with one kind of clustering: their sums, and the covariance of two ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.moments import Moments, Pair, pair
from callstats.stats.ratios import product

#: Columns of moments over units that may have rows in both arms.
ARM_COLUMNS = ("treatment_numerator", "treatment_denominator", "control_numerator", "control_denominator")


def both_arms(treatment: Moments, control: Moments) -> Moments:
    """Return the joint moments of two arms that share no unit.

    Parameters
    ----------
    treatment, control : Moments
        With the columns "numerator" and "denominator" and all their products.

    Examples
    --------
    >>> arm = Moments.of({"numerator": [1, 0], "denominator": [2, 3]})
    >>> both_arms(arm, arm).sums["control_denominator"]
    5.0
    """
    sums: dict[str, float] = {}
    products: dict[Pair, float] = {}
    for name, arm in (("treatment", treatment), ("control", control)):
        for column in ("numerator", "denominator"):
            sums[f"{name}_{column}"] = arm.sums[column]
        for a, b in (
            ("numerator", "numerator"),
            ("numerator", "denominator"),
            ("denominator", "denominator"),
        ):
            products[pair(f"{name}_{a}", f"{name}_{b}")] = product(arm, a, b)
    for a in ARM_COLUMNS[:2]:
        for b in ARM_COLUMNS[2:]:
            products[pair(a, b)] = 0.0
    return Moments(treatment.n + control.n, sums, products)


def arm_moments(
    numerator: Sequence[float],
    denominator: Sequence[float],
    treated: Sequence[bool],
    units: Sequence[object] | None = None,
) -> Moments:
    """Return the moments of both arms over units that may be in both, from rows in memory.

    Parameters
    ----------
    numerator, denominator : sequence of float, shape (rows,)
    treated : sequence of bool, shape (rows,)
        Which arm the row belongs to.
    units : sequence, shape (rows,), optional
        Contact or agent of the row; if omitted, each row is a unit.

    Examples
    --------
    >>> m = arm_moments([1, 0, 1], [1, 1, 1], [True, False, False], ["ann", "ann", "bob"])
    >>> m.n, m.sums["treatment_numerator"], m.sums["control_numerator"]
    (2, 1.0, 1.0)
    """
    y, n = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    arm = np.asarray(treated, dtype=bool)
    columns: dict[str, Any] = dict(zip(ARM_COLUMNS, (y * arm, n * arm, y * ~arm, n * ~arm), strict=True))
    return Moments.of(columns, units)


@dataclass(frozen=True, slots=True)
class Arms:
    """Two ratios and their covariance."""

    treatment: float
    control: float
    covariance: np.ndarray
    degrees_of_freedom: float

    def contrast(self, weight: float) -> float:
        """Return the variance of treatment - weight * control."""
        w = np.array([1.0, -weight])
        return max(float(w @ self.covariance @ w), 0.0)


def covariance(joint: Moments, ratios: tuple[float, float], sums: Mapping[str, float]) -> np.ndarray:
    """Return the linearised covariance (CR0) of the two arms' ratios over one kind of cluster.

    Parameters
    ----------
    joint : Moments
        Columns `ARM_COLUMNS` over the clusters.
    ratios : tuple of float
        Of the treatment and of the control.
    sums : mapping
        With the two denominators.

    Returns
    -------
    ndarray of shape (2, 2)
        Of (treatment, control).

    Examples
    --------
    >>> m = arm_moments([1, 0, 1, 0], [1, 1, 1, 1], [True, True, False, False])
    >>> covariance(m, (0.5, 0.5), m.sums).tolist()
    [[0.125, 0.0], [0.0, 0.125]]
    """
    # Each arm's influence is a linear combination of the four columns.
    weights = np.zeros((2, 4))
    for i, name in enumerate(("treatment", "control")):
        total = sums[f"{name}_denominator"]
        weights[i, 2 * i], weights[i, 2 * i + 1] = 1 / total, -ratios[i] / total
    products = np.array([[product(joint, a, b) for b in ARM_COLUMNS] for a in ARM_COLUMNS])
    result = weights @ products @ weights.T
    noise = 1e-12 * np.abs(weights) @ np.abs(products) @ np.abs(weights).T
    return np.where(np.abs(result) > noise, result, 0.0)


def effective_units(joint: Moments) -> np.ndarray:
    """Return each arm's effective number of equal-sized units: (sum n)^2 / sum n^2.

    Parameters
    ----------
    joint : Moments
        Columns `ARM_COLUMNS` over units that are in one arm each.

    Raises
    ------
    UsageError
        A unit is in both arms.

    Examples
    --------
    One arm has two agents with nearly all calls and one with a few; the other has two equal ones:

    >>> calls, first = [50, 48, 2, 30, 30], [True, True, True, False, False]
    >>> effective_units(arm_moments([9, 8, 1, 5, 6], calls, first)).round(2).tolist()
    [2.08, 2.0]
    """
    names = "treatment_denominator", "control_denominator"
    if product(joint, *names) != 0:
        raise UsageError("few units are in one arm each, and some are in both", hint="Leave out few_units.")
    return np.array([joint.sums[name] ** 2 / product(joint, name, name) for name in names])


def effective_shared_units(joint: Moments) -> float:
    """Return the effective number of equal-sized units when some have rows in both arms.

    A unit's weight is a = n / sum(n) for the treatment plus the same for the control;
    (sum a)^2 / sum a^2 of G equally weighted units is G.

    Parameters
    ----------
    joint : Moments
        Columns `ARM_COLUMNS` over units, some of them in both arms.

    References
    ----------
    1. Carter AV, Schnepel KT, Steigerwald DG (2017). Asymptotic behavior of a
       t-test robust to cluster heterogeneity. Review of Economics and
       Statistics 99:698-709.

    Examples
    --------
    Three agents; the first makes most calls of both arms:

    >>> calls, first = [80, 10, 10, 80, 10, 10], [True] * 3 + [False] * 3
    >>> round(effective_shared_units(arm_moments(calls, calls, first, [1, 2, 3] * 2)), 2)
    1.52
    """
    names = "treatment_denominator", "control_denominator"
    totals = [joint.sums[name] for name in names]
    squares = [
        product(joint, a, b) / (over_a * over_b)
        for a, over_a in zip(names, totals, strict=True)
        for b, over_b in zip(names, totals, strict=True)
    ]
    return 4 / sum(squares)


def among_agents(agents: Moments) -> np.ndarray:
    """Return the effective number of agents per arm, or of both together if some work for both."""
    if product(agents, "treatment_denominator", "control_denominator") == 0:
        return effective_units(agents)
    return np.array([effective_shared_units(agents)])


def ratios_with_agents(agents: Moments, ratios: tuple[float, float]) -> tuple[float, float]:
    """Return each arm's ratio over rows that have an agent, or over all its rows if none has."""
    sums = agents.sums
    by_arm = [
        sums[f"{name}_numerator"] / below if (below := sums[f"{name}_denominator"]) else ratio
        for name, ratio in zip(("treatment", "control"), ratios, strict=True)
    ]
    return by_arm[0], by_arm[1]


def widening(units: np.ndarray) -> np.ndarray:
    """Return the small-sample factors for the covariance (2, 2) of two arms of few units.

    `units` is one number for both arms, or one for each.

    The linearised variance measures units against a ratio estimated from them,
    and so is too small by (K - 1) / K for K equal units.

    References
    ----------
    1. Carter AV, Schnepel KT, Steigerwald DG (2017). Asymptotic behavior of a
       t-test robust to cluster heterogeneity. Review of Economics and
       Statistics 99:698-709.
    """
    factor = np.sqrt(units / np.maximum(units - 1, 1e-9))
    return np.outer(factor, factor)


def welch(covariance: np.ndarray, units: np.ndarray, weight: float) -> float:
    """Return the degrees of freedom of treatment - weight * control over independent arms of few units.

    References
    ----------
    1. Welch BL (1947). The generalization of Student's problem when several
       different population variances are involved. Biometrika 34:28-35.

    Examples
    --------
    >>> welch(np.diag([2.0, 2.0]), np.array([10.0, 10.0]), 1.0)
    18.0
    """
    parts, freedom = np.diag(covariance) * np.array([1.0, weight**2]), np.maximum(units - 1, 1e-9)
    total = float(parts.sum())
    return total**2 / float((parts**2 / freedom).sum()) if total > 0 else float(freedom.sum())
