"""Sixty agents of whom five are far below: their intervals, what they fall short by, the best one's rank."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.answers.agents.agents_chance_numbers import scores, shrunken_ratios
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate.streams import stream
from callstats.stats import shrink_rates

AGENTS, APART, WORSE, FLAGGED = 60, 5, 0.7, 0.10


@dataclass(frozen=True)
class RatedTeam:
    """Observed and expected successes of every agent, and the true ratio of the two.

    ``true_rank`` is 1 for the best; agents who are truly alike come in any order.
    """

    observed: np.ndarray
    expected: np.ndarray
    true: np.ndarray
    true_rank: np.ndarray


def rated_team(seed: int, apart: int = APART, between: float = 0.0, successes: float = 100.0) -> RatedTeam:
    """Draw sixty agents: ``apart`` of them 30 % worse, the others normal around 1."""
    rng = stream(seed, "rated team")
    ratio = np.maximum(rng.normal(1.0, between, AGENTS), 0.05) if between else np.ones(AGENTS)
    ratio[:apart] = WORSE
    usual = successes * rng.uniform(0.5, 1.5, AGENTS)
    observed = rng.poisson(ratio * usual).astype(float)
    scale = observed.sum() / usual.sum()
    order = np.lexsort((rng.random(AGENTS), -ratio))
    rank = np.empty(AGENTS)
    rank[order] = np.arange(1, AGENTS + 1)
    return RatedTeam(observed, usual * scale, ratio / scale, rank)


@dataclass(frozen=True)
class _Told:
    """What a method says: estimates with limits, and rank intervals."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    rank_low: np.ndarray
    rank_high: np.ndarray


def _one_population(sample: RatedTeam, ranks: bool = False) -> _Told:  # noqa: ARG001 - always has ranks
    s = shrink_rates(sample.observed, sample.expected)
    return _Told(s.estimate, s.low, s.high, s.rank_low, s.rank_high)


def _as_told(sample: RatedTeam, ranks: bool = False) -> _Told:
    found = shrunken_ratios(sample.observed, sample.expected, ranks=ranks)
    return _Told(*(found[name] for name in _FIELDS))


_FIELDS = ("shrunken", "shrunken_low", "shrunken_high", "rank_low", "rank_high")


def _covered(found: _Told, sample: RatedTeam) -> np.ndarray:
    return (found.low <= sample.true) & (sample.true <= found.high)


def _of_five(sample: RatedTeam, ask=_as_told) -> MethodAnswer:
    return MethodAnswer(share=float(_covered(ask(sample), sample)[:APART].mean()))


def _of_all(sample: RatedTeam, ask=_as_told) -> MethodAnswer:
    return MethodAnswer(share=float(_covered(ask(sample), sample).mean()))


def flagged_below(sample: RatedTeam) -> np.ndarray:
    """Return the positions of the agents who stand out below the others."""
    judged = scores(sample.observed, sample.expected)
    return np.flatnonzero((judged.q_value <= FLAGGED) & (judged.z < 0))


def _of_flagged(sample: RatedTeam, ask=_as_told) -> MethodAnswer:
    """Score the intervals of those who are flagged; no answer if nobody is."""
    below = flagged_below(sample)
    if not len(below):
        return MethodAnswer()
    return MethodAnswer(share=float(_covered(ask(sample), sample)[below].mean()))


def _first_rank(sample: RatedTeam, ask=_as_told) -> MethodAnswer:
    found = ask(sample, ranks=True)
    first = int(np.argmax(found.estimate))
    return MethodAnswer(
        share=float(found.rank_low[first] <= sample.true_rank[first] <= found.rank_high[first])
    )


_BOTH = (
    "the interval joins that of constant coverage, for an agent asked about, and the posterior one, for an "
    "agent picked because of the figure; agents like all others are covered by either"
)


def _asked(ask, conservative: str = "") -> tuple[CheckedMethod, ...]:
    return (
        CheckedMethod("shrunken, one population", "obvious", partial(ask, ask=_one_population)),
        CheckedMethod("shrunken, two parts, constant coverage", "default", ask, conservative),
    )


_FIVE = "60 agents with 50 to 150 successes expected; five bring 70 %, the others 100 %"
_SPREAD = "60 agents with 50 to 150 successes expected; true ratios normal, standard deviation 10 %"
_NORMAL = partial(rated_team, apart=0, between=0.1)
_SHORT, _RANKED = "five of sixty agents 30 % worse", "rank of the number one of 60 agents"
OUTLIERS = (
    Situation(_SHORT, "How good is each of the five?", _FIVE, rated_team, _asked(_of_five), ("coverage",)),
    Situation(
        _SHORT,
        "What would those who stand out below bring at the others' level?",
        _FIVE,
        rated_team,
        _asked(_of_flagged, _BOTH),
        ("coverage",),
    ),
    Situation(
        "ratios of sixty agents",
        "How good is each agent?",
        _SPREAD,
        _NORMAL,
        _asked(_of_all, _BOTH),
        ("coverage",),
    ),
    Situation(
        _RANKED, "Which rank has the number one?", _FIVE, rated_team, _asked(_first_rank), ("coverage",)
    ),
    Situation(
        _RANKED, "Which rank has the number one?", _SPREAD, _NORMAL, _asked(_first_rank), ("coverage",)
    ),
)
