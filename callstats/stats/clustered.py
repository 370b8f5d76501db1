"""The difference of two ratios when rows share contacts and agents.

Both arms are linearised: row i of the treatment has the influence
(y - R n) / sum(n), a row of the control the same with opposite sign. Summed
within clusters, squared and added up, the influences give a variance that holds
whatever the correlation inside the clusters; for two kinds of clusters at once,
the two variances are added and that of their intersections is subtracted.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from callstats.errors import UsageError
from callstats.moments import DaySums, Moments
from callstats.stats.arms import (
    Arms,
    among_agents,
    both_arms,
    covariance,
    effective_units,
    ratios_with_agents,
    welch,
    widening,
)
from callstats.stats.checking import tails
from callstats.stats.day_clusters import RARE, DayVariance, day_variance
from callstats.stats.limits import p_value, quantiles
from callstats.stats.proportion_differences import proportion_difference
from callstats.stats.ratios import ratio_interval
from callstats.stats.results import NAN, Comparison


def ratio_difference(
    treatment: Moments,
    control: Moments,
    *,
    contacts: Moments | None = None,
    agents: Moments | None = None,
    intersections: Moments | None = None,
    rows: Moments | None = None,
    days: tuple[DaySums, DaySums] | DayVariance | None = None,
    proportion: bool = False,
    relative: bool = False,
    margin: float = 0.0,
    scale: float = 1.0,
    degrees_of_freedom: float | None = None,
    few_units: bool = False,
    corrected: bool = True,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two ratios of sums, rows clustered in one or two ways.

    Units are independent; rows within a unit may be correlated in any way.
    With `agents`, rows may also be correlated through their agent:
    V = V_contact + V_agent * G / (G - 1) - V_intersection, never below
    V_contact, with t on the smaller number of clusters minus one. Agents who work
    for one arm only are confounded with the arm: with fewer than ten per arm no
    method can separate the two.

    Parameters
    ----------
    treatment, control : Moments
        Columns "numerator" and "denominator" over the independent units
        (contacts, agent-days) of each arm.
    contacts : Moments, optional
        When a unit may be in both arms: columns `ARM_COLUMNS` over the units
        of both arms together (see `arm_moments`). Otherwise no unit is shared.
    agents, intersections : Moments, optional
        Columns `ARM_COLUMNS` over agents, and over pairs of contact and agent.
        Both or none. Rows without an agent are left out of both, and the spread
        of agents is measured around each arm's ratio over the rows that have one:
        agents had no influence on which rows those are.
    rows : Moments, optional
        Columns `ARM_COLUMNS` over rows, for the design effect.
    days : tuple of DaySums, or DayVariance, optional
        The sums of treatment and control by day (or their covariance over days), for
        arms that do not share their days: rows may then also be correlated through
        their day, and the comparison speaks of days like these.
        V = V_contact + V_day K / (K - 1) - V_within, never below
        V_contact.
    proportion : bool
        The numerators count some of the denominators' rows. If an arm has no event,
        or only events, its linearised variance is a meaningless 0:
        Miettinen-Nurminen at the effective sizes is used instead (for that arm, the
        number of units).
    relative : bool
        The relative lift treatment / control - 1, with Fieller's limits.
    margin : float
        The difference (or lift) tested.
    scale : float
        Factor applied to both ratios; a lift has no unit, so it is not scaled.
    degrees_of_freedom : float, optional
        Of the t distribution, if the design sets them (agents nested in arms:
        agents - 2); otherwise the number of units or agents minus one or two.
    few_units : bool
        The units (or the agents, if given) are few or of very unequal size: variances
        are multiplied by K / (K - 1), with K = (sum n)^2 / sum n^2 the arm's effective
        number of units, and Welch's degrees of freedom are used. Agents who work for
        both arms share one K (`effective_shared_units`) and K - 1 degrees of freedom.
    corrected : bool
        False leaves out the factors for few agents and days, and lets the sum of variances
        fall below that of contacts: the plain two-way variance (CR0).
    alternative : str
        "two-sided", "greater" or "less".
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        With fewer than two units in an arm, limits and p-value are nan and
        `reason` says why. If the control's ratio is not clearly above 0, the
        limits of a lift are infinite.

    Raises
    ------
    UsageError
        An arm has a denominator of 0; agents are given without intersections;
        a lift is requested over a control at or below 0.

    References
    ----------
    1. Deng A, Knoblich U, Lu J (2018). Applying the delta method in metric
       analytics. KDD 2018.
    2. Cameron AC, Gelbach JB, Miller DL (2011). Robust inference with multiway
       clustering. Journal of Business and Economic Statistics 29:238-249.
    3. Fieller EC (1954). Some problems in interval estimation. Journal of the
       Royal Statistical Society B 16:175-185.
    4. Carter AV, Schnepel KT, Steigerwald DG (2017). Asymptotic behavior of a
       t-test robust to cluster heterogeneity. Review of Economics and
       Statistics 99:698-709.

    Examples
    --------
    >>> a = Moments.of({"numerator": [1, 0, 2, 1], "denominator": [3, 2, 4, 2]})
    >>> b = Moments.of({"numerator": [0, 1, 0, 1], "denominator": [4, 3, 2, 3]})
    >>> r = ratio_difference(a, b)
    >>> round(r.estimate, 3), round(r.standard_error, 3), r.degrees_of_freedom
    (0.197, 0.122, 6)
    """
    share = tails(confidence, alternative)
    if (agents is None) != (intersections is None):
        raise UsageError("agents and intersections are given together or not at all")
    joint = contacts if contacts is not None else both_arms(treatment, control)
    ratios = _ratios(joint)
    weight = _lift_base(*ratios) if relative else 1.0
    method = ("fieller, " if relative else "") + _method(agents is not None, days is not None)
    if min(treatment.n, control.n) < 2:
        estimate = weight - 1 if relative else (ratios[0] - ratios[1]) * scale
        reason = "an arm has one independent unit: no interval"
        return Comparison(estimate, NAN, NAN, NAN, method, confidence, margin, alternative, reason=reason)
    if proportion and not relative and any(ratio in (0.0, 1.0) for ratio in ratios):
        return _at_effective_sizes(treatment, control, margin, scale, alternative, confidence)
    arms, floored = _arms(
        joint,
        ratios,
        weight,
        agents,
        intersections,
        shared=contacts is not None,
        few=few_units,
        corrected=corrected,
    )
    if degrees_of_freedom is not None:
        arms = replace(arms, degrees_of_freedom=degrees_of_freedom)
    if days is not None:
        arms = _among_days(arms, days, weight, corrected=corrected)
    design_effect = NAN if rows is None else _design_effect(arms, weight, rows)
    found = _fieller(arms, share, margin) if relative else _difference(arms, share, margin, scale)
    estimate, low, high, statistic, error, reason = found
    return Comparison(
        estimate,
        low,
        high,
        p_value(statistic, alternative, arms.degrees_of_freedom),
        method,
        confidence,
        margin,
        alternative,
        statistic=statistic,
        standard_error=error,
        degrees_of_freedom=arms.degrees_of_freedom,
        design_effect=design_effect,
        reason=reason or floored,
    )


def _ratios(joint: Moments) -> tuple[float, float]:
    for name in ("treatment", "control"):
        if joint.sums[f"{name}_denominator"] == 0:
            raise UsageError(f"the {name} arm has nothing to divide by", hint="A comparison needs both arms.")
    sums = joint.sums
    return (
        sums["treatment_numerator"] / sums["treatment_denominator"],
        sums["control_numerator"] / sums["control_denominator"],
    )


def _lift_base(treatment: float, control: float) -> float:
    if control <= 0:
        raise UsageError(
            "a lift over a control at or below 0 has no meaning",
            hint="Ask for the difference instead of the relative lift.",
        )
    return treatment / control


def _arms(
    joint: Moments,
    ratios: tuple[float, float],
    weight: float,
    agents: Moments | None,
    intersections: Moments | None,
    *,
    shared: bool,
    few: bool,
    corrected: bool,
) -> tuple[Arms, str]:
    one_way = covariance(joint, ratios, joint.sums)
    if agents is None or intersections is None:
        if not few:
            return Arms(*ratios, one_way, joint.n - (1 if shared else 2)), ""
        units = effective_units(joint)
        wider = one_way * widening(units)
        return Arms(*ratios, wider, welch(wider, units, weight)), ""
    clusters = agents.n
    if clusters < 2:
        raise UsageError("one agent: nothing varies between agents", hint="Leave out agents=.")
    among = ratios_with_agents(agents, ratios)
    units = among_agents(agents) if few else np.array([float(clusters)])
    by_agent = covariance(agents, among, joint.sums) * (widening(units) if corrected else 1.0)
    two_way = one_way + by_agent - covariance(intersections, among, joint.sums)
    df = welch(two_way, units, weight) if len(units) > 1 else max(min(joint.n, units[0]) - 1, 1)
    both, contact = Arms(*ratios, two_way, df), Arms(*ratios, one_way, df)
    w = np.array([1.0, -weight])
    if corrected and float(w @ two_way @ w) < contact.contrast(weight):
        return contact, "agents add no variance: that of contacts is used"
    return both, ""


def _method(agents: bool, days: bool) -> str:
    named = [name for name, given in (("agent", agents), ("day", days)) if given]
    return f"{', '.join(['contact', *named[:-1]])} and {named[-1]}" if named else "clustered delta"


def _among_days(
    arms: Arms, days: tuple[DaySums, DaySums] | DayVariance, weight: float, *, corrected: bool
) -> Arms:
    """Add what days add to the covariance of two ratios; nothing with a single day in an arm."""
    found = days
    if not isinstance(found, DayVariance):
        ratios = arms.treatment, arms.control
        found = day_variance(found, ratios, rare=RARE, corrected=corrected)
    if not found.told:
        return arms
    w = np.array([1.0, -weight])
    wider = found.added_to(arms.covariance)
    if corrected and float(w @ wider @ w) < arms.contrast(weight):
        wider = arms.covariance
    df = found.freedom(max(float(w @ wider @ w), 0.0), w)
    return replace(arms, covariance=wider, degrees_of_freedom=min(df, arms.degrees_of_freedom))


def _design_effect(arms: Arms, weight: float, rows: Moments) -> float:
    naive = Arms(*_ratios(rows), covariance(rows, _ratios(rows), rows.sums), math.inf).contrast(weight)
    return arms.contrast(weight) / naive if naive > 0 else NAN


def _at_effective_sizes(
    treatment: Moments, control: Moments, margin: float, scale: float, alternative: str, confidence: float
) -> Comparison:
    cells: list[float] = []
    for arm in (treatment, control):
        one = ratio_interval(arm, proportion=True)
        cells += [one.estimate * one.effective_n, one.effective_n]
    score = proportion_difference(
        cells[0],
        cells[1],
        cells[2],
        cells[3],
        margin=margin / scale,
        alternative=alternative,
        confidence=confidence,
    )
    return replace(
        score,
        estimate=score.estimate * scale,
        low=score.low * scale,
        high=score.high * scale,
        method="miettinen-nurminen at effective sizes",
        null=margin,
        standard_error=score.standard_error * abs(scale),
    )


Result = tuple[float, float, float, float, float, str]


def _difference(arms: Arms, share: tuple[float, float], margin: float, scale: float) -> Result:
    estimate, error = (arms.treatment - arms.control) * scale, math.sqrt(arms.contrast(1.0)) * abs(scale)
    below, above = quantiles(share, arms.degrees_of_freedom)
    gap = estimate - margin
    if error == 0:
        # All units are alike: there is no spread to judge a difference by.
        reason = "no unit differs from its arm: the limits are the estimate"
        ends = (estimate if share[0] else -math.inf, estimate if share[1] else math.inf)
        return estimate, *ends, math.copysign(math.inf, gap) if gap else 0.0, 0.0, reason
    return estimate, estimate - below * error, estimate + above * error, gap / error, error, ""


def _fieller(arms: Arms, share: tuple[float, float], margin: float) -> Result:
    ratio = arms.treatment / arms.control
    error = math.sqrt(arms.contrast(ratio)) / arms.control
    spread = math.sqrt(arms.contrast(1 + margin))
    gap = arms.treatment - (1 + margin) * arms.control
    statistic = gap / spread if spread else (math.copysign(math.inf, gap) if gap else 0.0)
    ends = [
        _fieller_limit(arms, t, sign) if math.isfinite(t) else sign * math.inf
        for t, sign in zip(quantiles(share, arms.degrees_of_freedom), (-1, 1), strict=True)
    ]
    open_ended = any(math.isinf(end) for end, tail in zip(ends, share, strict=True) if tail)
    reason = "the control is not clearly above 0: the lift has no limit" if open_ended else ""
    return ratio - 1, ends[0] - 1, ends[1] - 1, statistic, error, reason


def _fieller_limit(arms: Arms, t: float, sign: int) -> float:
    # The roots of (treatment - r control)^2 = t^2 var(treatment - r control), a quadratic in r.
    v = t * t * arms.covariance
    a = arms.control**2 - v[1, 1]
    if a <= 0:
        return sign * math.inf
    b = arms.treatment * arms.control - v[0, 1]
    c = arms.treatment**2 - v[0, 0]
    return (b + sign * math.sqrt(max(b * b - a * c, 0.0))) / a
