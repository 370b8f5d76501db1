"""Situations that compare agents: flags, and how far to trust the best one's figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate.streams import stream
from callstats.stats import (
    adjust,
    funnel_scores,
    overdispersion,
    proportion_interval,
    shrink_proportions,
)

AGENTS, SHARE, FALSE_DISCOVERIES = 40, 0.12, 0.10


@dataclass(frozen=True)
class AgentTeam:
    """Forty agents, with conversations, successes and the true rate of each."""

    trials: np.ndarray
    events: np.ndarray
    true: np.ndarray


def team(seed: int, between: float = 0.0, conversations: tuple[int, int] = (30, 400)) -> AgentTeam:
    """Draw agents with 30 to 400 conversations; true rates are beta with standard deviation `between`."""
    rng = stream(seed, "team")
    trials = rng.integers(*conversations, AGENTS, endpoint=True)
    true = np.full(AGENTS, SHARE)
    if between:
        size = SHARE * (1 - SHARE) / between**2 - 1
        true = rng.beta(SHARE * size, (1 - SHARE) * size, AGENTS)
    return AgentTeam(trials, rng.binomial(trials, true), true)


def _each_alone(sample: AgentTeam) -> MethodAnswer:
    return MethodAnswer(float(funnel_scores(sample.events, sample.trials).p_value.min()))


def _funnel(sample: AgentTeam) -> MethodAnswer:
    return MethodAnswer(float(flags(sample).min()))


def flags(sample: AgentTeam) -> np.ndarray:
    """Return Benjamini-Hochberg's p-values of scores against the ordinary spread between agents."""
    from scipy.special import ndtr

    scores = funnel_scores(sample.events, sample.trials)
    between = overdispersion(scores.z, standard_errors=scores.standard_error)
    z = scores.z * scores.standard_error / np.sqrt(scores.standard_error**2 + between.tau2)
    return adjust(2 * ndtr(-np.abs(z)), method="benjamini-hochberg")


_FLAGS = (
    CheckedMethod("each agent at 10 %", "obvious", _each_alone),
    CheckedMethod("funnel with overdispersion, Benjamini-Hochberg", "default", _funnel),
)


def one_apart(seed: int) -> AgentTeam:
    """Draw forty agents, the first of whom is twice as good as all others."""
    rng = stream(seed, "team")
    trials = rng.integers(150, 400, AGENTS, endpoint=True)
    true = np.full(AGENTS, SHARE)
    true[0] = 2 * SHARE
    return AgentTeam(trials, rng.binomial(trials, true), true)


def _finds_first(sample: AgentTeam) -> MethodAnswer:
    return MethodAnswer(float(flags(sample)[0]))


def _covers(low: np.ndarray, high: np.ndarray, sample: AgentTeam, which: np.ndarray) -> MethodAnswer:
    inside = (low <= sample.true) & (sample.true <= high)
    return MethodAnswer(share=float(inside[which].mean()))


def _raw_all(sample: AgentTeam) -> MethodAnswer:
    found = proportion_interval(sample.events, sample.trials)
    return _covers(found.low, found.high, sample, np.arange(AGENTS))


def _shrunken_all(sample: AgentTeam) -> MethodAnswer:
    found = shrink_proportions(sample.events, sample.trials)
    return _covers(found.low, found.high, sample, np.arange(AGENTS))


def _raw_best(sample: AgentTeam) -> MethodAnswer:
    found = proportion_interval(sample.events, sample.trials)
    return _covers(found.low, found.high, sample, np.array([np.argmax(found.estimate)]))


def _shrunken_best(sample: AgentTeam) -> MethodAnswer:
    found = shrink_proportions(sample.events, sample.trials)
    return _covers(found.low, found.high, sample, np.array([np.argmax(found.estimate)]))


def _in_top_tenth(estimate: np.ndarray, sample: AgentTeam) -> MethodAnswer:
    first = int(np.argmax(estimate))
    return MethodAnswer(share=float((sample.true > sample.true[first]).sum() < AGENTS // 10))


def _raw_is_best(sample: AgentTeam) -> MethodAnswer:
    return _in_top_tenth(sample.events / sample.trials, sample)


def _shrunken_is_best(sample: AgentTeam) -> MethodAnswer:
    return _in_top_tenth(shrink_proportions(sample.events, sample.trials).estimate, sample)


_DRAWN = (
    "40 agents of 30 to 400 conversations; true rates of mean 12 % and standard deviation 3 points (beta)"
)
_DIFFERENT = partial(team, between=0.03)
JUDGING = (
    Situation(
        "40 agents, all alike",
        "Does any agent stand out?",
        "40 agents of 30 to 400 conversations, 12 % of them won by all",
        team,
        _FLAGS,
        alpha=FALSE_DISCOVERIES,
    ),
    Situation(
        "40 agents, all alike",
        "Does any agent stand out?",
        "40 agents of 150 to 400 conversations, 12 % won by all but one, who wins 24 %",
        one_apart,
        (CheckedMethod("funnel with overdispersion, Benjamini-Hochberg", "default", _finds_first),),
        ("power",),
        alpha=FALSE_DISCOVERIES,
    ),
    Situation(
        "true rates of 40 agents",
        "How good is each agent?",
        _DRAWN,
        _DIFFERENT,
        (
            CheckedMethod("raw share, Wilson", "offered", _raw_all),
            CheckedMethod("shrunken", "default", _shrunken_all),
        ),
        ("coverage",),
    ),
    Situation(
        "true rate of the number one",
        "How good is the best of 40 agents?",
        _DRAWN,
        _DIFFERENT,
        (
            CheckedMethod("raw share, Wilson", "obvious", _raw_best),
            CheckedMethod("shrunken", "default", _shrunken_best),
        ),
        ("coverage",),
    ),
    Situation(
        "the number one of 40 agents",
        "Is the number one truly in the top tenth?",
        _DRAWN,
        _DIFFERENT,
        (
            CheckedMethod("highest raw share", "obvious", _raw_is_best),
            CheckedMethod("highest shrunken estimate", "default", _shrunken_is_best),
        ),
        ("power",),
    ),
)
