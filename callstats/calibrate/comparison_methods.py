"""The methods that compare two lists, all on the same rows: sums first, then the statistics."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np

from callstats.calibrate.simulated_rows import Counts, arm, both, moments, summed
from callstats.calibrate.situation import MethodAnswer, answer
from callstats.moments import Moments
from callstats.stats import Comparison, post_strata, ratio_difference, stratified_difference
from callstats.stats.arms import ARM_COLUMNS, welch
from callstats.stats.ratios import ratio_variance

Array = np.ndarray


def z_on_rows(counts: Counts) -> MethodAnswer:
    """Compare two shares as if every row were independent: the pooled z-test, and Wald's interval."""
    x, n = counts.numerator, counts.denominator
    trials = n[counts.treated].sum(), n[~counts.treated].sum()
    return z_test(x[counts.treated].sum(), trials[0], x[~counts.treated].sum(), trials[1])


def z_test(events: float, trials: float, control_events: float, control_trials: float) -> MethodAnswer:
    """Compare two shares by the pooled z-test; the interval is Wald's.

    Examples
    --------
    The chi-square test of a two-by-two table without correction:

    >>> from scipy.stats import chi2_contingency
    >>> bool(np.isclose(z_test(30, 100, 20, 100).p_value,
    ...                 chi2_contingency([[30, 70], [20, 80]], correction=False).pvalue))
    True
    """
    p, q = events / trials, control_events / control_trials
    pooled = (events + control_events) / (trials + control_trials)
    error = math.sqrt(pooled * (1 - pooled) * (1 / trials + 1 / control_trials))
    wald = math.sqrt(p * (1 - p) / trials + q * (1 - q) / control_trials)
    value = math.erfc(abs(p - q) / error / math.sqrt(2)) if error else 1.0
    return MethodAnswer(value, p - q - 1.959963984540054 * wald, p - q + 1.959963984540054 * wald)


def by_contact(counts: Counts) -> MethodAnswer:
    """Cluster by contact: the delta method, with Welch's degrees of freedom as in a comparison."""
    return answer(one_way(arm(counts, True), arm(counts, False), proportion=True))


def lift_by_contact(counts: Counts) -> MethodAnswer:
    """Cluster by contact and give the relative lift with Fieller's limits."""
    return answer(one_way(arm(counts, True), arm(counts, False), relative=True))


def one_way(treatment: Moments, control: Moments, **options: Any) -> Comparison:
    """Compare two arms that share no unit, as :func:`callstats.compare` does."""
    variances = np.diag([ratio_variance(treatment), ratio_variance(control)])
    df = welch(variances, np.array([treatment.n, control.n]), 1.0)
    return ratio_difference(treatment, control, degrees_of_freedom=df, **options)


def by_agent(counts: Counts) -> MethodAnswer:
    """Cluster by agent, each list having its own: linearised, t(G - 2)."""
    return answer(ratio_difference(arm(counts, True, "agent"), arm(counts, False, "agent"), proportion=True))


def nested_agents(counts: Counts) -> MethodAnswer:
    """Cluster by contact and agent, each list having its own agents: t(G - 2)."""
    return _two_way(counts, degrees_of_freedom=len(np.unique(counts.agent)) - 2)


def two_way(counts: Counts) -> MethodAnswer:
    """Cluster by contact and agent, with the effective number of agents, as in a comparison."""
    return _two_way(counts, few_units=True)


def _two_way(counts: Counts, **options: Any) -> MethodAnswer:
    return answer(
        ratio_difference(
            arm(counts, True),
            arm(counts, False),
            agents=_sides(counts, counts.agent),
            intersections=_sides(counts, both(counts.contact, counts.agent)),
            proportion=True,
            **options,
        )
    )


def both_sides(unit: Array, numerator: Array, denominator: Array, treated: Array) -> Moments:
    """Return the moments of both arms side by side, over units that may be in both."""
    y, n, t = numerator, denominator, treated
    columns: dict[str, Any] = dict(zip(ARM_COLUMNS, summed(unit, y * t, n * t, y * ~t, n * ~t), strict=True))
    return Moments.of(columns)


def _sides(counts: Counts, unit: Array) -> Moments:
    return both_sides(unit, counts.numerator, counts.denominator, counts.treated)


def by_hour(counts: Counts) -> MethodAnswer:
    """Post-stratify by hour and weekday, clustered by contact.

    As in the engine: the spread of a stratum of n units is widened by n / (n - 1),
    and strata with one unit in an arm are left out.
    """
    sides = {treated: _by_slot(counts, treated) for treated in (True, False)}
    strata = post_strata(sides[True], sides[False])
    weights = np.zeros((2, 168, 2))
    for (slot, treated), pair in strata.coefficients.items():
        n = sides[treated][slot].n
        weights[int(treated), slot] = np.array(pair) * math.sqrt(n / (n - 1))  # type: ignore[index]
    a, b = weights[counts.treated.astype(int), counts.slot].T
    influence = summed(counts.contact, a * counts.numerator + b * counts.denominator)[0]
    return answer(stratified_difference(strata, influences=Moments.of({"influence": influence.tolist()})))


def _by_slot(counts: Counts, treated: bool) -> dict[Hashable, Moments]:
    rows = counts.where(counts.treated == treated)
    units = both(rows.contact, rows.slot)
    x, n, slot = summed(units, rows.numerator, rows.denominator, rows.slot)
    slot = (slot / np.bincount(units)).astype(int)
    made = {int(s): moments(x[slot == s], n[slot == s]) for s in np.unique(slot)}
    return {s: m for s, m in made.items() if m.n > 1}
