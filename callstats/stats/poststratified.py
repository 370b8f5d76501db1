"""Arms dialled at different hours, compared hour by hour.

Within a stratum (hour x weekday) the arms are alike; the differences are
averaged with the weights of both arms together. A contact dialled in several
strata is correlated across them, so its influence is summed over all its rows
before it is squared.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats.checking import tails
from callstats.stats.limits import p_value, quantiles
from callstats.stats.ratios import product, ratio_variance
from callstats.stats.results import NAN, Comparison

Stratum = Hashable


@dataclass(frozen=True, slots=True)
class PostStrata:
    """What post-stratification needs to know about each stratum that both arms have.

    Attributes
    ----------
    weights : dict
        Stratum -> its share of both arms' denominators; they add up to 1.
    treatment, control : dict
        Stratum -> the arm's ratio in it.
    coefficients : dict
        (stratum, treated) -> (a, b): a row's influence on the difference is
        a * numerator + b * denominator. An engine can sum these per contact
        and square them without holding rows.
    covered : float
        Share of the denominators in strata that both arms have.
    independent_variance : float
        Of the difference, if no unit were in two strata.
    units : int
        Units of those strata, minus one for each stratum and arm.
    """

    weights: Mapping[Stratum, float]
    treatment: Mapping[Stratum, float]
    control: Mapping[Stratum, float]
    coefficients: Mapping[tuple[Stratum, bool], tuple[float, float]]
    covered: float
    independent_variance: float
    units: int

    def influences(
        self,
        numerator: Sequence[float],
        denominator: Sequence[float],
        treated: Sequence[bool],
        strata: Sequence[Stratum],
    ) -> np.ndarray:
        """Return each row's influence on the difference; 0 in strata one arm lacks.

        Parameters
        ----------
        numerator, denominator : sequence of float, shape (rows,)
        treated : sequence of bool, shape (rows,)
        strata : sequence, shape (rows,)

        Returns
        -------
        ndarray of shape (rows,)
        """
        coefficients = [
            self.coefficients.get((stratum, bool(arm)), (0.0, 0.0))
            for stratum, arm in zip(strata, treated, strict=True)
        ]
        a, b = np.array(coefficients, dtype=float).reshape(-1, 2).T
        return a * np.asarray(numerator, dtype=float) + b * np.asarray(denominator, dtype=float)


def post_strata(treatment: Mapping[Stratum, Moments], control: Mapping[Stratum, Moments]) -> PostStrata:
    """Weight the strata that both arms have by both arms' denominators.

    Parameters
    ----------
    treatment, control : mapping of stratum to Moments
        Columns "numerator" and "denominator" over the units of the stratum.

    Returns
    -------
    PostStrata

    Raises
    ------
    UsageError
        The arms have no stratum in common.

    References
    ----------
    1. Miratrix LW, Sekhon JS, Yu B (2013). Adjusting treatment effect estimates
       by post-stratification in randomized experiments. Journal of the Royal
       Statistical Society B 75:369-396.

    Examples
    --------
    >>> morning = Moments.of({"numerator": [1, 0, 1, 0], "denominator": [1, 1, 1, 1]})
    >>> evening = Moments.of({"numerator": [1, 1, 1, 0], "denominator": [1, 1, 1, 1]})
    >>> strata = post_strata({9: morning, 18: evening}, {18: evening})
    >>> strata.weights, round(strata.covered, 3)
    ({18: 1.0}, 0.667)
    """
    size = {
        stratum: treatment[stratum].sums["denominator"] + control[stratum].sums["denominator"]
        for stratum in treatment
        if stratum in control
        and treatment[stratum].sums["denominator"] > 0
        and control[stratum].sums["denominator"] > 0
    }
    if not size:
        raise UsageError(
            "the arms have no stratum in common",
            hint="Dial both lists in the same hours, or compare without stratification.",
        )
    kept = sum(size.values())
    everything = sum(m.sums["denominator"] for arm in (treatment, control) for m in arm.values())
    weights = {stratum: value / kept for stratum, value in size.items()}
    ratios: dict[bool, dict[Stratum, float]] = {True: {}, False: {}}
    coefficients: dict[tuple[Stratum, bool], tuple[float, float]] = {}
    variance, units = 0.0, 0
    for stratum, weight in weights.items():
        for treated, moments in ((True, treatment[stratum]), (False, control[stratum])):
            below = moments.sums["denominator"]
            ratio = moments.sums["numerator"] / below
            a = (weight if treated else -weight) / below
            ratios[treated][stratum] = ratio
            coefficients[stratum, treated] = (a, -a * ratio)
            variance += weight**2 * ratio_variance(moments)
            units += moments.n - 1
    return PostStrata(weights, ratios[True], ratios[False], coefficients, kept / everything, variance, units)


def stratified_difference(
    strata: PostStrata,
    *,
    influences: Moments | None = None,
    agents: Moments | None = None,
    intersections: Moments | None = None,
    margin: float = 0.0,
    scale: float = 1.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two ratios, averaged over strata that both arms have.

    Within a stratum, rows of the two arms differ only in their arm. The weights
    are treated as fixed.

    Parameters
    ----------
    strata : PostStrata
        From `post_strata`.
    influences : Moments, optional
        Column "influence" over contacts, each contact's influences summed over
        its rows. If omitted, each unit is assumed to be in one stratum.
    agents, intersections : Moments, optional
        The same over agents, and over pairs of contact and agent. Both or none.
    margin : float
        The difference tested.
    scale : float
        Factor applied to both ratios.
    alternative : str
        "two-sided", "greater" or "less".
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        `reason` gives the share in strata that one arm lacks, if any.

    Raises
    ------
    UsageError
        Agents are given without intersections or influences, or only one agent.

    References
    ----------
    1. Miratrix LW, Sekhon JS, Yu B (2013). Adjusting treatment effect estimates
       by post-stratification in randomized experiments. Journal of the Royal
       Statistical Society B 75:369-396.
    2. Cameron AC, Gelbach JB, Miller DL (2011). Robust inference with multiway
       clustering. Journal of Business and Economic Statistics 29:238-249.

    Examples
    --------
    >>> few = Moments.of({"numerator": [0, 0, 1, 0], "denominator": [1, 1, 1, 1]})
    >>> many = Moments.of({"numerator": [1, 1, 1, 0], "denominator": [1, 1, 1, 1]})
    >>> r = stratified_difference(post_strata({9: few, 18: many}, {9: few, 18: few}))
    >>> r.estimate, round(r.p_value, 3)
    (0.25, 0.271)
    """
    share = tails(confidence, alternative)
    estimate = scale * sum(w * (strata.treatment[s] - strata.control[s]) for s, w in strata.weights.items())
    variance, df = _variance(strata, influences, agents, intersections)
    error = math.sqrt(variance) * abs(scale)
    reason = "" if strata.covered > 0.9995 else f"{strata.covered:.1%} of both arms lie in shared strata"
    method = "post-stratified, " + ("contact and agent" if agents else "clustered delta")
    if df < 1 or error == 0:
        reason = "too few units for an interval" if df < 1 else "no unit differs from its stratum"
        return Comparison(estimate, NAN, NAN, NAN, method, confidence, margin, alternative, reason=reason)
    below, above = quantiles(share, df)
    statistic = (estimate - margin) / error
    return Comparison(
        estimate,
        estimate - below * error,
        estimate + above * error,
        p_value(statistic, alternative, df),
        method,
        confidence,
        margin,
        alternative,
        statistic=statistic,
        standard_error=error,
        degrees_of_freedom=df,
        reason=reason,
    )


def _variance(
    strata: PostStrata, influences: Moments | None, agents: Moments | None, intersections: Moments | None
) -> tuple[float, float]:
    if (agents is None) != (intersections is None) or (agents is not None and influences is None):
        raise UsageError("agents come with both influences over contacts and over intersections")
    if influences is None:
        return strata.independent_variance, strata.units
    one_way = product(influences, "influence", "influence")
    if agents is None or intersections is None:
        return one_way, influences.n - 2
    if agents.n < 2:
        raise UsageError("one agent: nothing varies between agents", hint="Leave out agents=.")
    by_agent = product(agents, "influence", "influence") * agents.n / (agents.n - 1)
    both = one_way + by_agent - product(intersections, "influence", "influence")
    return max(both, one_way), min(influences.n, agents.n) - 1
