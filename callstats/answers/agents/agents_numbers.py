"""Findings for each agent on one KPI, what the gap is worth, and the step of the work it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from callstats.answers.agents.agent_hours import outbound_pace
from callstats.answers.agents.agents_chance_numbers import Judgement, judge
from callstats.answers.agents.agents_mix_numbers import (
    AGENT,
    Mix,
    dispersion,
    is_count,
    ratio_of,
    standardise,
    strata_keys,
    stratum_cells,
    within_moments,
)
from callstats.answers.core.estimates import NAN, Estimate, estimates_by
from callstats.kpis import get
from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Condition, Ratio, Share, Sum, linear
from callstats.kpis.parts import REVENUE, SUCCESSES

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: What the evidence says about an agent, compared with all agents on the same calls.
Status = Literal["above", "below", "alike", "few", "not comparable", "no calls"]
SUCCESS_PER_ARGUED = KPI(
    name="success_per_argued_call",
    label={
        "en": "Success on offers heard",
        "fr": "Succès sur offres entendues",
        "ru": "Успех после предложения",
    },
    question="What share of the calls in which the offer was heard ended in a success?",
    formula=Share(rows.SUCCESSES, rows.ARGUED),
    unit="%",
    direction="up",
    domain="conversion",
    independence="contact",
    source="",
)
#: Probability that a step is on the finding's side from which it is named.
SURE = 0.9
#: How much of an agent's gap to all together is one to the others' median, where it is the agent's own.
_OF_THE_GAP = 0.5
#: Shares of login time other than talking, which show what slows an agent down.
TIMES = ("pause_share", "wrap_share", "wait_share")


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent on one KPI.

    Attributes
    ----------
    agent : str
        As shown: name, label or pseudonym.
    value, low, high : float
        Raw, in the KPI's unit, with the KPI's own interval.
    events, trials : float
        Numerator and denominator, unscaled.
    comparable : float
        Share of the trials in strata that others work as well.
    observed, expected : float
        Events in those strata, and those expected there from the pooled rates.
    ratio, ratio_low, ratio_high : float
        Observed / expected.
    shrunken, shrunken_low, shrunken_high : float
        The ratio adjusted for chance, and an interval that holds for each agent:
        those picked because of their figure as well as those far from the others.
    above : float
        Probability that the true ratio is above the overall one.
    rank, rank_low, rank_high : float
        1 is the highest; nan if agents cannot be ranked.
    z, z_adjusted, q_value : float
        Score against chance; against the ordinary spread between agents; the
        adjusted p-value of the latter.
    stands_out : bool
        The adjusted p-value is within the false-discovery rate.
    needed_gap, needed_relevant : float
        Trials still needed to detect the observed gap, and one that matters.
    information : float
        Equivalent number of independent expected events.
    status : str
    """

    agent: str
    value: float
    low: float
    high: float
    events: float
    trials: float
    comparable: float = NAN
    observed: float = NAN
    expected: float = NAN
    ratio: float = NAN
    ratio_low: float = NAN
    ratio_high: float = NAN
    shrunken: float = NAN
    shrunken_low: float = NAN
    shrunken_high: float = NAN
    above: float = NAN
    rank: float = NAN
    rank_low: float = NAN
    rank_high: float = NAN
    z: float = NAN
    z_adjusted: float = NAN
    q_value: float = NAN
    stands_out: bool = False
    needed_gap: float = NAN
    needed_relevant: float = NAN
    information: float = NAN
    status: Status = "no calls"

    @property
    def known(self) -> bool:
        """Whether the agent could be compared with others."""
        return self.status not in ("not comparable", "no calls")


@dataclass(frozen=True)
class Standing:
    """All agents on one KPI: sums adjusted for case mix, and their evaluation."""

    kpi: KPI
    mix: Mix
    judgement: Judgement

    @property
    def scale(self) -> float:
        """Factor that converts a ratio of sums to the KPI's unit."""
        return ratio_of(self.kpi).scale


def standing_of(
    dataset: Dataset,
    kpi: KPI,
    keys: Sequence[str],
    *,
    confidence: float,
    relevant: float,
    ranks: bool = True,
) -> Standing:
    """Compare all agents on one KPI with the expectation from their calls.

    Raises
    ------
    UsageError
        The KPI is not a ratio, or the data lack what it needs.
    """
    formula = ratio_of(kpi)
    mix = standardise(stratum_cells(dataset, kpi, keys), proportion=formula.proportion)
    counts = is_count(formula)
    within = dispersion(within_moments(dataset, kpi), proportion=formula.proportion, counts=counts)
    return Standing(
        kpi, mix, judge(mix, within=within, confidence=confidence, relevant=relevant, ranks=ranks)
    )


def figures_by_agent(
    dataset: Dataset,
    standing: Standing,
    name: Callable[[str], str],
    *,
    confidence: float,
    false_discovery_rate: float,
) -> dict[str, AgentFigures]:
    """Return every agent's figures, keyed by name; each carries the name to show."""
    raw = estimates_by(dataset, [standing.kpi], [AGENT], confidence=confidence)
    values = {str(key[0]): group[standing.kpi.name] for key, group in raw.items() if key[0] is not None}
    ranked = len(set(standing.mix.group[standing.judgement.compared].tolist())) <= 1
    return {
        agent: _figures(standing, i, name(agent), values, false_discovery_rate, ranked)
        for i, agent in enumerate(standing.mix.agents)
    }


def _figures(
    standing: Standing,
    i: int,
    name: str,
    values: Mapping[str, Estimate],
    rate: float,
    ranked: bool,
) -> AgentFigures:
    mix, judged = standing.mix, standing.judgement
    raw = values.get(mix.agents[i], Estimate(standing.kpi, NAN))
    sums = {
        "events": float(mix.events[i]),
        "trials": float(mix.trials[i]),
        "comparable": float(mix.comparable[i]),
        "observed": float(mix.observed[i]),
        "expected": float(mix.expected[i]),
    }
    plain = {field: float(getattr(judged, array)[i]) for field, array in _ARRAYS.items()}
    if not ranked:
        plain |= {"rank": NAN, "rank_low": NAN, "rank_high": NAN}
    outstanding = bool(plain["q_value"] <= rate)
    status = status_of(standing, i, outstanding)
    outstanding = outstanding and status in ("above", "below")
    return AgentFigures(
        name, raw.value, raw.low, raw.high, **sums, **plain, stands_out=outstanding, status=status
    )


_ARRAYS = {
    "ratio": "ratio",
    "ratio_low": "low",
    "ratio_high": "high",
    "z": "z",
    "z_adjusted": "z_adjusted",
    "q_value": "q_value",
    "shrunken": "shrunken",
    "shrunken_low": "shrunken_low",
    "shrunken_high": "shrunken_high",
    "above": "above",
    "rank": "rank",
    "rank_low": "rank_low",
    "rank_high": "rank_high",
    "needed_gap": "needed_gap",
    "needed_relevant": "needed_relevant",
    "information": "information",
}


def status_of(standing: Standing, i: int, outstanding: bool = False) -> Status:
    """Return what the evidence says about the agent at a position.

    Whoever is above or below all agents together lies on that side of the others' median as well, by
    half of that gap: one agent who is far better makes nobody else worse.
    """
    judged = standing.judgement
    if not standing.mix.trials[i] > 0:
        return "no calls"
    if not judged.compared[i]:
        return "not comparable"
    unsure, gap = (1 - judged.confidence) / 2, judged.shrunken[i] - 1
    below = judged.above[i] < unsure or (outstanding and judged.z[i] < 0)
    above = judged.above[i] > 1 - unsure or (outstanding and judged.z[i] > 0)
    if below and judged.shrunken[i] - judged.others_low[i] <= _OF_THE_GAP * gap:
        return "below"
    if above and judged.shrunken[i] - judged.others_high[i] >= _OF_THE_GAP * gap:
        return "above"
    return "few" if judged.needed_relevant[i] > 0 else "alike"


def as_rows(figures: Sequence[AgentFigures]) -> list[dict[str, Any]]:
    """Return the figures as plain rows."""
    return [{field: getattr(one, field) for field in AgentFigures.__slots__} for one in figures]


@dataclass(frozen=True, slots=True)
class GapWorth:
    """What an agent brings in a month beyond what all agents would on the same calls: below 0 if it is less.

    ``amount`` counts events of the KPI (successes), or hours if the KPI sums time;
    ``money`` is nan if events are not successes or have no value.
    """

    unit: str
    amount: float
    low: float
    high: float
    money: float = NAN
    money_low: float = NAN
    money_high: float = NAN


@dataclass(frozen=True, slots=True)
class WorkStep:
    """One step of the work: the agent's shrunken ratio to the overall result on the same calls.

    ``chance`` is the probability that the true ratio is on the estimate's side.
    """

    kpi: KPI
    ratio: float
    low: float
    high: float
    chance: float


def counts_successes(kpi: KPI) -> bool:
    """Return whether a KPI's numerator counts successes.

    Examples
    --------
    >>> counts_successes(get("conversion_per_dial")), counts_successes(get("argued_rate"))
    (True, False)
    """
    won = Condition("success", "==", True)
    terms = kpi.formula.numerator if isinstance(kpi.formula, Ratio) else ()
    return bool(terms) and all(won in term.where.conditions for term, _ in terms)


def adds_up_time(kpi: KPI) -> bool:
    """Return whether a KPI's numerator sums seconds.

    Examples
    --------
    >>> adds_up_time(get("average_handle_time")), adds_up_time(get("answer_rate"))
    (True, False)
    """
    terms = kpi.formula.numerator if isinstance(kpi.formula, Ratio) else ()
    return kpi.unit == "s" and all(isinstance(term, Sum) for term, _ in terms)


def value_per_success(dataset: Dataset) -> float:
    """Return the average value of a success, nan if the data do not give it."""
    from callstats.engine import totals

    if not dataset.has("calls", "success", "value", "direction"):
        return NAN
    value, count = linear(REVENUE).weighted[0][0], SUCCESSES.weighted[0][0]
    sums = totals(dataset, [value, count]).iloc[0]
    won = float(sums[count.key])
    return float(sums[value.key]) / won if won > 0 else NAN


def worth(
    standing: Standing, figures: AgentFigures, i: int, times: float, per_success: float
) -> GapWorth | None:
    """Return what the gap of the agent at position ``i`` brings or costs a month; None if unknown.

    Parameters
    ----------
    standing : Standing
    figures : AgentFigures
    i : int
    times : float
        How many times the days seen a month has.
    per_success : float
        In money.
    """
    kpi, mix = standing.kpi, standing.mix
    time = adds_up_time(kpi)
    if not figures.known or not times > 0 or not (time or kpi.direction in ("up", "down")):
        return None
    expected = float(mix.expected[i] * mix.trials[i] / mix.shared[i]) * times
    scale = expected / 3600 if time else expected
    ratios = (figures.shrunken, figures.shrunken_low, figures.shrunken_high)
    amounts = [(ratio - 1) * scale for ratio in ratios]
    if not counts_successes(kpi):
        return GapWorth("h" if time else "n", *amounts)
    return GapWorth("n", *amounts, *(amount * per_success for amount in amounts))


def steps_of(kpi: KPI) -> tuple[KPI, ...]:
    """Return the steps whose product is a KPI of successes, as far as the agent controls them.

    Examples
    --------
    >>> [step.name for step in steps_of(get("successes_per_login_hour"))]
    ['handled_per_agent_hour', 'argued_rate', 'success_per_argued_call']
    """
    if not counts_successes(kpi):
        return ()
    talk = (get("argued_rate"), SUCCESS_PER_ARGUED)
    if kpi.unit == "1/h":
        return (get("handled_per_agent_hour"), *talk)
    return talk if kpi.name in ("conversion_per_conversation", "conversion_per_dial") else ()


def step_standings(
    dataset: Dataset, kpi: KPI, adjust: Sequence[str], *, confidence: float, relevant: float
) -> tuple[Standing, ...]:
    """Return agents' standing on every step of a KPI that the data allow."""
    from callstats.engine import obstacle

    standings = []
    for step in (outbound_pace(dataset, step) for step in steps_of(kpi)):
        if obstacle(dataset, step, ["agent_id"]) is None:
            keys, _ = strata_keys(dataset, step, adjust)
            standing = standing_of(dataset, step, keys, confidence=confidence, relevant=relevant, ranks=False)
            standings.append(standing)
    return tuple(standings)


def main_step(steps: Sequence[Standing], agent: str, below: bool) -> WorkStep | None:
    """Return the step that contributes most to a finding, None if none is clearly on its side."""
    on_steps = [step for standing in steps if (step := _step(standing, agent)) is not None]
    same = [step for step in on_steps if (step.ratio < 1) == below and step.chance >= SURE]
    return max(same, key=lambda step: abs(np.log(max(step.ratio, 1e-9))), default=None)


def _step(standing: Standing, agent: str) -> WorkStep | None:
    i, judged = standing.mix.position.get(agent), standing.judgement
    if i is None or not judged.compared[i]:
        return None
    ratio, above = float(judged.shrunken[i]), float(judged.above[i])
    chance = above if ratio > 1 else 1 - above
    return WorkStep(
        standing.kpi, ratio, float(judged.shrunken_low[i]), float(judged.shrunken_high[i]), chance
    )


def time_gaps(dataset: Dataset) -> Callable[[str], Mapping[str, float]]:
    """Return a function giving how an agent's shares of login time differ from the overall ones [fraction].

    Shares the data do not give are left out; without agent time, all are.
    """
    from callstats.engine import obstacle

    names = [name for name in TIMES if obstacle(dataset, get(name), ["agent_id"]) is None]
    if not names:
        return lambda _agent: {}
    groups = estimates_by(dataset, names, ["agent_id"])
    sums = {
        name: np.nansum([(g[name].numerator, g[name].denominator) for g in groups.values()], axis=0)
        for name in names
    }
    team = {name: float(part / whole) for name, (part, whole) in sums.items() if whole > 0}
    by_agent = {
        str(key[0]): {name: group[name].value - team[name] for name in team if group[name].known}
        for key, group in groups.items()
        if key[0] is not None
    }
    return lambda agent: by_agent.get(agent, {})
