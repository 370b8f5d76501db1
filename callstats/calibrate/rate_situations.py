"""Situations of rates and times: successes per hour, rare events, handle times, scores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.calibrate.comparison_methods import one_way
from callstats.calibrate.simulated_rows import moments
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation, answer
from callstats.simulate.streams import stream
from callstats.simulate.timing import SPREAD
from callstats.stats import (
    mean_difference,
    net_promoter_score,
    rate_interval,
    rate_ratio,
    ratio_interval,
    stochastic_superiority,
)

CALLS_PER_HOUR, AGENT_DAY_SD = 10.0, 0.2


@dataclass(frozen=True)
class Days:
    """Agent-days of two arms, control first: events and hours, (agent-days,) each."""

    events: tuple[np.ndarray, np.ndarray]
    hours: tuple[np.ndarray, np.ndarray]


def days(
    seed: int,
    *,
    rate: float = CALLS_PER_HOUR,
    spread: float = AGENT_DAY_SD,
    lift: float = 1.0,
    size: tuple[int, int] = (60, 60),
) -> Days:
    """Draw agent-days like the simulator's roster: a gamma pace for each, and Poisson events given it."""
    rng = stream(seed, "agent-days")
    arms = []
    for number, factor in zip(size, (1.0, lift), strict=True):
        hours = rng.uniform(5, 8, number)
        pace = rng.gamma(spread**-2, spread**2, number) if spread else np.ones(number)
        arms.append((rng.poisson(rate * factor * hours * pace).astype(float), hours))
    return Days((arms[0][0], arms[1][0]), (arms[0][1], arms[1][1]))


def _exact(sample: Days) -> MethodAnswer:
    return answer(rate_ratio(*_totals(sample)))


def _score(sample: Days) -> MethodAnswer:
    return answer(rate_ratio(*_totals(sample), method="score"))


def _totals(sample: Days) -> tuple[float, float, float, float]:
    return (
        float(sample.events[1].sum()), float(sample.hours[1].sum()),
        float(sample.events[0].sum()), float(sample.hours[0].sum()),
    )  # fmt: skip


def _by_day(sample: Days) -> MethodAnswer:
    arms = [moments(*arm) for arm in zip(sample.events, sample.hours, strict=True)]
    return answer(one_way(arms[1], arms[0]))


def _welch_of_days(sample: Days) -> MethodAnswer:
    return answer(mean_difference(sample.events[1] / sample.hours[1], sample.events[0] / sample.hours[0]))


def _garwood(sample: Days) -> MethodAnswer:
    return answer(rate_interval(float(sample.events[0].sum()), float(sample.hours[0].sum())))


def _delta(sample: Days) -> MethodAnswer:
    return answer(ratio_interval(moments(sample.events[0], sample.hours[0])))


_RATIO = CheckedMethod("ratio over agent-days, delta", "default", _by_day)
_WELCH = CheckedMethod("Welch on the agent-days' rates", "offered", _welch_of_days)
_PER_HOUR = (
    Situation(
        "calls per hour, overdispersed agent-days",
        "Does arm B take more calls an hour?",
        "2 x 60 agent-days, 10 calls an hour, pace varies by 20 % from day to day (gamma)",
        days,
        (CheckedMethod("exact Poisson test on totals", "obvious", _exact), _RATIO, _WELCH),
    ),
    Situation(
        "calls per hour, overdispersed agent-days",
        "Does arm B take more calls an hour?",
        "the same, 10 % more calls in arm B",
        partial(days, lift=1.1),
        (_RATIO, _WELCH),
        ("power", "coverage"),
        truth=CALLS_PER_HOUR * 0.1,
    ),
    Situation(
        "calls per hour of 20 agent-days",
        "How many calls an hour?",
        "20 agent-days, 10 calls an hour, pace varies by 20 % from day to day",
        partial(days, size=(20, 1)),
        (
            CheckedMethod("Garwood's Poisson interval", "obvious", _garwood),
            CheckedMethod("ratio over agent-days, delta", "default", _delta),
        ),
        ("coverage",),
        truth=CALLS_PER_HOUR,
    ),
    Situation(
        "complaints, rare and independent",
        "Does arm B draw more complaints an hour?",
        "2 x 60 agent-days, one complaint in 30 hours, Poisson",
        partial(days, rate=1 / 30, spread=0.0),
        (
            CheckedMethod("conditional exact", "default", _exact, "an exact test of few whole events"),
            CheckedMethod("score", "offered", _score),
        ),
    ),
)

HANDLE_S, CALLS, WIDE = 240.0, 500, 0.9


@dataclass(frozen=True)
class Values:
    """Values of two arms, one for each independent unit, control first."""

    control: np.ndarray
    treatment: np.ndarray


def handle_times(seed: int, lift: float = 1.0) -> Values:
    """Draw lognormal handle times [s] with equal means and a wide spread in the treatment."""
    rng = stream(seed, "handle")
    arms = [
        rng.lognormal(np.log(HANDLE_S * factor) - spread**2 / 2, spread, CALLS)
        for factor, spread in ((1.0, SPREAD), (lift, WIDE))
    ]
    return Values(*arms)


def _mann_whitney(sample: Values) -> MethodAnswer:
    from scipy.stats import mannwhitneyu

    return MethodAnswer(float(mannwhitneyu(sample.treatment, sample.control, method="asymptotic").pvalue))


def _welch_of_logs(sample: Values) -> MethodAnswer:
    return MethodAnswer(mean_difference(np.log(sample.treatment), np.log(sample.control)).p_value)


def _welch(sample: Values) -> MethodAnswer:
    return answer(mean_difference(sample.treatment, sample.control))


_SPREAD = "2 x 500 handle times, lognormal, mean 240 s in both arms, spread 0.55 in A and 0.9 in B"
_MEAN = CheckedMethod("Welch on the mean", "default", _welch)
_HANDLE = (
    Situation(
        "equal mean handle time, unequal spread",
        "Do calls take longer in arm B?",
        _SPREAD,
        handle_times,
        (
            CheckedMethod("Mann-Whitney", "obvious", _mann_whitney),
            CheckedMethod("Welch on logarithms", "obvious", _welch_of_logs),
            _MEAN,
        ),
    ),
    Situation(
        "equal mean handle time, unequal spread",
        "Do calls take longer in arm B?",
        "the same, but calls of arm B take 15 % longer",
        partial(handle_times, lift=1.15),
        (_MEAN,),
        ("power", "coverage"),
        truth=HANDLE_S * 0.15,
    ),
)

#: Shares of the scores 1 to 5: each arm equally often above the other, with different spreads.
NARROW_SCORES, WIDE_SCORES = (0.05, 0.2, 0.5, 0.2, 0.05), (0.3, 0.15, 0.1, 0.15, 0.3)


def scores(seed: int) -> Values:
    """Draw scores from 1 to 5 of two arms, 40 and 120 of them."""
    rng = stream(seed, "scores")
    return Values(rng.choice(5, 120, p=NARROW_SCORES) + 1.0, rng.choice(5, 40, p=WIDE_SCORES) + 1.0)


def _brunner_munzel(sample: Values) -> MethodAnswer:
    return answer(stochastic_superiority(sample.treatment, sample.control))


#: Shares of detractors, passives and promoters.
NPS_SHARES = (0.25, 0.35, 0.40)


def answers(seed: int) -> np.ndarray:
    """Draw 150 answers to "would you recommend us": detractors, passives, promoters."""
    return stream(seed, "nps").multinomial(150, NPS_SHARES)


def _nps(sample: np.ndarray) -> MethodAnswer:
    return answer(net_promoter_score(*map(float, sample[::-1])))


def _nps_wald(sample: np.ndarray) -> MethodAnswer:
    # As a share of promoters, shifted to the score: ignores the detractors' variance.
    n = sample.sum()
    score, share = 100 * (sample[2] - sample[0]) / n, sample[2] / n
    half = 196 * np.sqrt(share * (1 - share) / n)
    return MethodAnswer(low=float(score - half), high=float(score + half))


_SCORES = (
    Situation(
        "scores from 1 to 5, unequal spread",
        "Is arm B scored higher?",
        "120 scores in A, 40 in B: as often above as below, B spread wider",
        scores,
        (
            CheckedMethod("Mann-Whitney", "obvious", _mann_whitney),
            CheckedMethod("Brunner-Munzel", "default", _brunner_munzel),
        ),
    ),
    Situation(
        "net promoter score of 150 answers",
        "What is the NPS?",
        "150 answers, 40 % promoters and 25 % detractors",
        answers,
        (
            CheckedMethod("interval of the share of promoters", "obvious", _nps_wald),
            CheckedMethod("multinomial variance", "default", _nps),
        ),
        ("coverage",),
        truth=100 * (NPS_SHARES[2] - NPS_SHARES[0]),
    ),
)

RATES = (*_PER_HOUR, *_HANDLE, *_SCORES)
