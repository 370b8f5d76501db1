"""What is said of each agent: observed / expected, shrunken, ranked, and what is still missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.answers.agents.mix import Mix, divided
from callstats.answers.agents.scores import Spread, scores
from callstats.stats import shrink_rates, standardised_ratio
from callstats.stats.shrinkage import rate_laws

Array = np.ndarray

#: Share of an agent's trials that others have to work as well, for the agent to be compared.
COMPARABLE = 0.5
#: Chance to find the gap that the calls still needed are reckoned with, and its error of the first kind.
POWER, ALPHA = 0.8, 0.05


@dataclass(frozen=True)
class Judgement:
    """Observed / expected of every agent, judged; arrays of shape (agents,), nan where not compared.

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
        Posterior of the ratio, and its probability of being above the population's mean.
    rank, rank_low, rank_high : ndarray
        1 is the highest ratio.
    needed_gap, needed_relevant : ndarray
        Trials still needed to find the gap that was seen, and one that matters.
    information : ndarray
        Independent events that the expected ones are worth.
    spread : Spread
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
    rank: Array
    rank_low: Array
    rank_high: Array
    needed_gap: Array
    needed_relevant: Array
    information: Array
    spread: Spread


def judge(
    mix: Mix,
    *,
    within: float = 1.0,
    confidence: float = 0.95,
    relevant: float = 0.2,
    ranks: bool = True,
) -> Judgement:
    """Judge every agent's observed against expected events.

    Events are brought to the number of independent ones that would vary as much:
    observed and expected are multiplied by expected / variance. On that scale
    counts are Poisson, whatever the KPI, and one exact method serves all.

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
        Rank intervals are drawn, which takes most of the time.

    Returns
    -------
    Judgement

    References
    ----------
    1. Clayton D, Kaldor J (1987). Empirical Bayes estimates of age-standardized
       relative risks for use in disease mapping. Biometrics 43:671-681.
    """
    variance = mix.variance * within
    compared = (variance > 0) & (mix.expected > 0) & (np.nan_to_num(mix.comparable) >= COMPARABLE)
    if compared.sum() < 2:
        nothing = dict.fromkeys(_ARRAYS, np.full(len(mix.agents), np.nan))
        return Judgement(np.zeros(len(mix.agents), dtype=bool), **nothing, spread=Spread(within=within))
    weight = np.where(compared, divided(mix.expected, variance), np.nan)
    observed, expected = (weight * mix.observed)[compared], (weight * mix.expected)[compared]
    scored = scores(observed, expected, within=within, confidence=confidence)
    limits = standardised_ratio(observed, expected, confidence=confidence)
    trials, gap = mix.shared[compared], np.abs(limits.estimate - 1)
    found = {
        "ratio": limits.estimate,
        "low": limits.low,
        "high": limits.high,
        **{name: getattr(scored, name) for name in ("z", "z_adjusted", "p_value", "q_value")},
        **_posterior(observed, expected, confidence, ranks),
        "needed_gap": still_needed(trials, expected, limits.estimate, gap),
        "needed_relevant": still_needed(trials, expected, limits.estimate, np.full(len(trials), relevant)),
        "information": expected,
    }
    everybody = {name: _everybody(values, compared) for name, values in found.items()}
    return Judgement(compared, **everybody, spread=scored.spread)


def _everybody(values: Array, compared: Array) -> Array:
    found = np.full(len(compared), np.nan)
    found[compared] = values
    return found


def _posterior(observed: Array, expected: Array, confidence: float, ranks: bool) -> dict[str, Array]:
    """Return the shrunken ratios, the probability of being above the population's, and the ranks."""
    if ranks:
        s = shrink_rates(observed, expected, confidence=confidence)
        values = (s.estimate, s.low, s.high, s.above_overall, s.rank, s.rank_low, s.rank_high)
        return dict(zip(_POSTERIOR, values, strict=True))
    law, (shape, rate) = rate_laws(observed, expected)
    tail, none = (1 - confidence) / 2, np.full(len(observed), np.nan)
    values = (
        law.mean(),
        law.quantile(tail),
        law.quantile(1 - tail),
        law.above(shape / rate),
        none,
        none,
        none,
    )
    return dict(zip(_POSTERIOR, values, strict=True))


_POSTERIOR = ("shrunken", "shrunken_low", "shrunken_high", "above", "rank", "rank_low", "rank_high")
_ARRAYS = tuple(name for name in Judgement.__dataclass_fields__ if name not in ("compared", "spread"))


def still_needed(trials: Array, expected: Array, ratio: Array, gap: Array) -> Array:
    """Return how many more trials it takes to find a gap with the usual power; 0 where enough are there.

    Parameters
    ----------
    trials, expected : ndarray
        Comparable trials of the agent, and the independent events expected of them.
    ratio : ndarray
        Observed over expected: the side on which the gap lies.
    gap : ndarray
        Relative to what is expected; a gap of 0 takes forever.

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
