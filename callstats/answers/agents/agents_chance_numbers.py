"""Who differs beyond chance: scores, shrunken ratios, ranks, chance limits, calls still needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.answers.agents.agents_mix_numbers import Mix, divided, is_count
from callstats.kpis.define import Ratio
from callstats.stats import (
    adjust,
    funnel_limits,
    overdispersion,
    standardised_ratio,
)
from callstats.stats.group_intervals import constant_coverage
from callstats.stats.mixed_population import mixed_rates

Array = np.ndarray

#: With fewer agents, the ordinary spread between agents cannot be separated from outliers.
ENOUGH_AGENTS = 10
#: Share of an agent's trials that others must also work for the agent to be compared.
COMPARABLE = 0.5
#: Power and type I error used to compute the calls still needed.
POWER, ALPHA = 0.8, 0.05
#: Coverage of a funnel's chance limits.
COVERAGE = (0.95, 0.998)


@dataclass(frozen=True)
class Spread:
    """How much agents differ, and how much of that is chance.

    Attributes
    ----------
    agents : int
        Number that can be compared.
    chance, chance_low, chance_high : float
        Share of the variance between agents' ratios that is chance, with its interval.
    phi : float
        Overdispersion, the mean square of the winsorised scores; 1 is pure chance.
    tau2 : float
        Ordinary variance between agents on the scale of observed / expected; 0
        if there are too few agents to estimate it.
    within : float
        How much an agent's days vary beyond chance (see
        :func:`callstats.answers.agents.agents_mix_numbers.dispersion`).
    """

    agents: int = 0
    chance: float = float("nan")
    chance_low: float = float("nan")
    chance_high: float = float("nan")
    phi: float = float("nan")
    tau2: float = 0.0
    within: float = 1.0


@dataclass(frozen=True)
class Scores:
    """How far agents are from their expected events; arrays of shape (agents,).

    Attributes
    ----------
    z : ndarray
        Against chance alone.
    z_adjusted, p_value, q_value : ndarray
        Against the ordinary spread between agents; p and its Benjamini-Hochberg adjustment.
    spread : Spread
    """

    z: Array
    z_adjusted: Array
    p_value: Array
    q_value: Array
    spread: Spread


def scores(observed: Array, expected: Array, *, within: float = 1.0, confidence: float = 0.95) -> Scores:
    """Score two or more agents by observed and expected Poisson counts.

    Parameters
    ----------
    observed, expected : ndarray of shape (agents,)
        Independent events, not necessarily whole; expected ones are positive.
    within : float
        Stored in the spread.
    confidence : float
        Of the chance share.

    References
    ----------
    1. Spiegelhalter DJ (2005). Handling over-dispersion of performance
       indicators. Quality and Safety in Health Care 14:347-351.
    2. Higgins JPT, Thompson SG (2002). Quantifying heterogeneity in a
       meta-analysis. Statistics in Medicine 21:1539-1558.

    Examples
    --------
    >>> found = scores(np.array([10.0, 30.0, 11.0]), np.array([17.0, 17.0, 17.0]))
    >>> found.z.round(2).tolist(), found.q_value.round(3).tolist()
    ([-1.78, 2.86, -1.5], [0.113, 0.013, 0.134])
    """
    z, error = mid_p_score(observed, expected), 1 / np.sqrt(expected)
    spread = _spread(z, error, within, confidence)
    adjusted = z * error / np.sqrt(error**2 + spread.tau2)
    p = _two_sided(adjusted)
    return Scores(z, adjusted, p, adjust(p, method="benjamini-hochberg"), spread)


def _two_sided(z: Array) -> Array:
    from scipy.special import ndtr

    return 2 * ndtr(-np.abs(z))


def _spread(z: Array, error: Array, within: float, confidence: float) -> Spread:
    """Return the spread between agents, and its ordinary part, which widens the limits."""
    from scipy.special import chdtri

    agents, between = len(z), overdispersion(z, standard_errors=error)
    tau2 = between.tau2 if agents >= ENOUGH_AGENTS else 0.0
    total, freedom = float((z**2).sum()), agents - 1
    tail = (1 - confidence) / 2
    ends = [min(float(chdtri(freedom, t)) / total, 1.0) if total > 0 else 1.0 for t in (1 - tail, tail)]
    chance = min(freedom / total, 1.0) if total > 0 else 1.0
    return Spread(agents, chance, ends[0], ends[1], between.estimate, tau2, within)


def mid_p_score(observed: Array, expected: Array) -> Array:
    """Return the normal score of observed events against a Poisson expectation, by the mid-p tail.

    Observed events may be fractional: the gamma function extends the Poisson tail.

    Examples
    --------
    For whole counts it is the exact mid-p value: 4 observed, 2 expected.

    >>> from scipy import stats
    >>> exact = stats.poisson.sf(4, 2) + stats.poisson.pmf(4, 2) / 2
    >>> bool(np.isclose(mid_p_score(np.array([4.0]), np.array([2.0]))[0], -stats.norm.ppf(exact)))
    True
    """
    from scipy.special import gammainc, gammaincc, ndtri

    at_least = np.where(observed > 0, gammainc(np.maximum(observed, 1e-300), expected), 1.0)
    fewer = np.where(observed > 0, gammaincc(np.maximum(observed, 1e-300), expected), 0.0)
    above = (gammainc(observed + 1, expected) + at_least) / 2
    below = (gammaincc(observed + 1, expected) + fewer) / 2
    tiny = np.finfo(float).tiny
    low = ndtri(np.maximum(below, tiny))
    return np.where(above < below, -ndtri(np.maximum(above, tiny)), low)


@dataclass(frozen=True)
class Judgement:
    """The evaluation of every agent's observed / expected; arrays of shape (agents,), nan if not compared.

    Attributes
    ----------
    compared : ndarray of bool
    ratio, low, high : ndarray
        Observed over expected with its interval.
    z : ndarray
        Against chance alone, within-agent spread included.
    z_adjusted, p_value, q_value : ndarray
        Against the ordinary spread between agents; p and its Benjamini-Hochberg adjustment.
    shrunken, shrunken_low, shrunken_high, above : ndarray
        Posterior mean of the ratio; an interval that holds for each agent; the
        posterior probability of being above the overall ratio.
    others_low, others_high : ndarray
        Lower and upper median of the other agents' shrunken ratios.
    rank, rank_low, rank_high : ndarray
        1 is the highest ratio.
    needed_gap, needed_relevant : ndarray
        Trials still needed to detect the observed gap, and one that matters.
    information : ndarray
        Equivalent number of independent expected events.
    spread : Spread
    confidence : float
        Of the intervals.
    """

    compared: Array
    ratio: Array
    low: Array
    high: Array
    z: Array
    z_adjusted: Array
    p_value: Array
    q_value: Array
    shrunken: Array
    shrunken_low: Array
    shrunken_high: Array
    above: Array
    others_low: Array
    others_high: Array
    rank: Array
    rank_low: Array
    rank_high: Array
    needed_gap: Array
    needed_relevant: Array
    information: Array
    spread: Spread
    confidence: float = 0.95


def judge(
    mix: Mix,
    *,
    within: float = 1.0,
    confidence: float = 0.95,
    relevant: float = 0.2,
    ranks: bool = True,
) -> Judgement:
    """Evaluate every agent's observed against expected events.

    Events are rescaled to the number of independent ones with the same variance:
    observed and expected are multiplied by expected / variance. On that scale
    counts are Poisson, whatever the KPI, and one exact method works for all.

    Parameters
    ----------
    mix : Mix
    within : float
        Within-agent dispersion, which multiplies the variance.
    confidence : float
        Of every interval.
    relevant : float
        The gap that matters, relative to what was expected (0.2 is 20 %).
    ranks : bool
        Simulate rank intervals, which takes most of the time.

    Returns
    -------
    Judgement

    References
    ----------
    1. Clayton D, Kaldor J (1987). Empirical Bayes estimates of age-standardized
       relative risks for use in disease mapping. Biometrics 43:671-681.
    2. Yu C, Hoff PD (2018). Adaptive multigroup confidence intervals with constant
       coverage. Biometrika 105:319-335.
    """
    variance = mix.variance * within
    compared = (variance > 0) & (mix.expected > 0) & (np.nan_to_num(mix.comparable) >= COMPARABLE)
    if compared.sum() < 2 or not mix.observed[compared].sum() > 0:
        unknown = dict.fromkeys(_ARRAYS, np.full(len(mix.agents), np.nan))
        return Judgement(
            np.zeros(len(mix.agents), dtype=bool),
            **unknown,
            spread=Spread(within=within),
            confidence=confidence,
        )
    weight = np.where(compared, divided(mix.expected, variance), np.nan)
    observed, expected = (weight * mix.observed)[compared], (weight * mix.expected)[compared]
    scored = scores(observed, expected, within=within, confidence=confidence)
    limits = standardised_ratio(observed, expected, confidence=confidence)
    trials, gap = mix.shared[compared], np.abs(limits.estimate - 1)
    judged = {
        "ratio": limits.estimate,
        "low": limits.low,
        "high": limits.high,
        **{name: getattr(scored, name) for name in ("z", "z_adjusted", "p_value", "q_value")},
        **shrunken_ratios(observed, expected, confidence=confidence, ranks=ranks),
        "needed_gap": still_needed(trials, expected, limits.estimate, gap),
        "needed_relevant": still_needed(trials, expected, limits.estimate, np.full(len(trials), relevant)),
        "information": expected,
    }
    of_all = {name: _over_all(values, compared) for name, values in judged.items()}
    return Judgement(compared, **of_all, spread=scored.spread, confidence=confidence)


def _over_all(values: Array, compared: Array) -> Array:
    over_all = np.full(len(compared), np.nan)
    over_all[compared] = values
    return over_all


def shrunken_ratios(
    observed: Array, expected: Array, *, confidence: float = 0.95, ranks: bool = True
) -> dict[str, Array]:
    """Return the shrunken ratios, the probability of being above the overall one, and the ranks.

    The interval holds an agent's own ratio whichever way one comes to ask: the
    posterior one for an agent picked because of the figure, that of constant
    coverage for an agent asked about whatever the figure. It joins the two.

    Parameters
    ----------
    observed, expected : ndarray of shape (agents,)
        Independent events, not necessarily whole; expected ones are positive.
    confidence : float
        Of the intervals, also of those of the ranks.
    ranks : bool
        Simulate them.
    """
    s = mixed_rates(observed, expected, confidence=confidence, ranks=ranks)
    low, high = constant_coverage(observed, expected, confidence)
    others_low, others_high = medians_of_others(s.estimate)
    values = {
        "shrunken": s.estimate,
        "shrunken_low": np.minimum(low, s.low),
        "shrunken_high": np.maximum(high, s.high),
        "above": s.above,
        "others_low": others_low,
        "others_high": others_high,
    }
    return values | {name: getattr(s, name) for name in ("rank", "rank_low", "rank_high")}


def medians_of_others(values: Array) -> tuple[Array, Array]:
    """Return, for each of two values or more, the lower and the upper median of the others.

    One that is far off moves a mean of all, and no median of the others.

    Examples
    --------
    >>> [part.tolist() for part in medians_of_others(np.array([1.0, 4.0, 2.0]))]
    [[2.0, 1.0, 1.0], [4.0, 2.0, 4.0]]
    """
    order = np.argsort(values, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(values))
    # Places among the others: those behind the value itself are one further on among all.
    lower, upper = (len(values) - 2) // 2, (len(values) - 1) // 2
    in_order = values[order]
    return in_order[lower + (place <= lower)], in_order[upper + (place <= upper)]


_ARRAYS = tuple(
    name for name in Judgement.__dataclass_fields__ if name not in ("compared", "spread", "confidence")
)


def still_needed(trials: Array, expected: Array, ratio: Array, gap: Array) -> Array:
    """Return how many more trials it takes to detect a gap with the usual power; 0 if there are enough.

    Parameters
    ----------
    trials, expected : ndarray
        The agent's comparable trials, and the independent events expected in them.
    ratio : ndarray
        Observed over expected: decides the side of the gap.
    gap : ndarray
        Relative to what is expected; a gap of 0 takes infinitely many.

    Examples
    --------
    A gap of 50 % below takes ((1.96 + 0.84 x sqrt(.5)) / .5)^2 = 26.1 expected events.

    >>> still_needed(np.array([100.0]), np.array([10.0]), np.array([0.9]), np.array([0.5])).round().tolist()
    [161.0]
    """
    from scipy.special import ndtri

    side = np.where(ratio < 1, -1.0, 1.0)
    true = np.maximum(1 + side * gap, 0.0)
    with np.errstate(divide="ignore"):
        events = ((-ndtri(ALPHA / 2) + ndtri(POWER) * np.sqrt(true)) / gap) ** 2
    return np.maximum(trials * events / expected - trials, 0.0)


def between_variance(events: Array, trials: Array, rate: float, *, within: float, proportion: bool) -> float:
    """Return the ordinary variance between agents' raw rates; 0 for few agents, or if all are alike.

    Parameters
    ----------
    events, trials : ndarray of shape (agents,)
        Trials are positive.
    rate : float
        Of all agents together, unscaled.
    within : float
        Within-agent dispersion, which multiplies the variance by chance.
    proportion : bool
        Events are some of the trials.
    """
    chance = rate * (1 - rate) if proportion else rate
    if len(trials) < ENOUGH_AGENTS or not chance > 0:
        return 0.0
    error = np.sqrt(within * chance / trials)
    return overdispersion((events / trials - rate) / error, standard_errors=error).tau2


def raw_limits(
    formula: Ratio, rate: float, sizes: Array, *, within: float, tau2: float
) -> dict[float, tuple[Array, Array]]:
    """Return the chance limits around a rate at some numbers of trials, unscaled, by coverage.

    Parameters
    ----------
    formula : Ratio
    rate : float
        Of all agents together, unscaled.
    sizes : ndarray
        Numbers of trials.
    within, tau2 : float
        Spread within agents and ordinary variance between them, which widen the limits.
    """
    counts = is_count(formula)
    limits = funnel_limits(
        rate,
        sizes if counts else sizes / within,  # amounts have no minimum spread, unlike counts
        coverage=COVERAGE,
        kind="proportion" if formula.proportion else "rate",
        method="exact" if counts else "score",
        phi=within if counts else 1.0,
        tau2=tau2,
    )
    return {c: (limits.low[i], limits.high[i]) for i, c in enumerate(limits.coverage)}


def ratio_limits(expected: Array, *, tau2: float) -> dict[float, tuple[Array, Array]]:
    """Return the chance limits of observed / expected around 1, by coverage.

    Parameters
    ----------
    expected : ndarray
        Independent events.
    tau2 : float
        Ordinary variance between agents, which widens the limits.
    """
    limits = funnel_limits(1.0, expected, coverage=COVERAGE, kind="rate", tau2=tau2)
    return {c: (limits.low[i], limits.high[i]) for i, c in enumerate(limits.coverage)}


def half_widths(rates: Array, centre: float, low: Array, high: Array) -> Array:
    """Return how many half-widths of its limits each rate is from the centre; above 1 it is outside.

    Examples
    --------
    >>> low, high = np.array([0.05, 0.05]), np.array([0.2, 0.2])
    >>> half_widths(np.array([0.3, 0.05]), 0.1, low, high).round(2).tolist()
    [2.0, 1.0]
    """
    with np.errstate(all="ignore"):
        far = np.where(rates > centre, (rates - centre) / (high - centre), (centre - rates) / (centre - low))
    return np.nan_to_num(far, posinf=1e9)
