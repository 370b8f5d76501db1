"""The figures of each agent on one KPI: raw, after case mix, shrunken, and what they allow to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from callstats.answers.agents.judgement import Judgement, judge
from callstats.answers.agents.mix import Mix, standardise
from callstats.answers.agents.sums import AGENT, cells, dispersion, ratio_of, within_moments
from callstats.answers.core.estimates import NAN, Estimate, estimates_by
from callstats.kpis.define import KPI, Count, Distinct, Ratio

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: What the evidence says of an agent, against all agents on the same calls.
Status = Literal["above", "below", "alike", "few", "not comparable", "no calls"]


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
        Events in those strata, and what the pooled rates lead to expect there.
    ratio, ratio_low, ratio_high : float
        Observed / expected.
    shrunken, shrunken_low, shrunken_high : float
        The ratio with chance taken off.
    above : float
        Probability that the true ratio is above everybody's.
    rank, rank_low, rank_high : float
        1 is the highest; nan where agents cannot be ranked.
    z, z_adjusted, q_value : float
        Score against chance; against the ordinary spread between agents; the
        adjusted p-value of the latter.
    stands_out : bool
        The adjusted p-value is within the false-discovery rate.
    needed_gap, needed_relevant : float
        Trials still needed to find the gap seen, and one that matters.
    information : float
        Independent events that the expected ones are worth.
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
    """All agents on one KPI: sums after case mix, and the judgement on them."""

    kpi: KPI
    mix: Mix
    judgement: Judgement

    @property
    def scale(self) -> float:
        """What a ratio of sums is multiplied with to be in the KPI's unit."""
        return ratio_of(self.kpi).scale


def standing(
    dataset: Dataset,
    kpi: KPI,
    keys: Sequence[str],
    *,
    confidence: float,
    relevant: float,
    ranks: bool = True,
) -> Standing:
    """Put all agents on one KPI against what their calls lead to expect.

    Raises
    ------
    UsageError
        The KPI is no ratio, or the data lack what it needs.
    """
    formula = ratio_of(kpi)
    mix = standardise(cells(dataset, kpi, keys), proportion=formula.proportion)
    counts = is_count(formula)
    within = dispersion(within_moments(dataset, kpi), proportion=formula.proportion, counts=counts)
    return Standing(
        kpi, mix, judge(mix, within=within, confidence=confidence, relevant=relevant, ranks=ranks)
    )


def is_count(formula: Ratio) -> bool:
    """Tell whether the numerator counts something, rather than adding up seconds or money.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> is_count(get("conversion_per_dial").formula), is_count(get("average_handle_time").formula)
    (True, False)
    """
    return all(isinstance(term, Count | Distinct) for term, _ in formula.numerator)


def figures(
    dataset: Dataset,
    found: Standing,
    name: Callable[[str], str],
    *,
    confidence: float,
    false_discovery_rate: float,
) -> dict[str, AgentFigures]:
    """Return the figures of every agent by name; they carry what the agent is to be called."""
    raw = estimates_by(dataset, [found.kpi], [AGENT], confidence=confidence)
    values = {str(key[0]): group[found.kpi.name] for key, group in raw.items() if key[0] is not None}
    ranked = len(set(found.mix.group[found.judgement.compared].tolist())) <= 1
    return {
        agent: _one(found, i, name(agent), values, false_discovery_rate, ranked)
        for i, agent in enumerate(found.mix.agents)
    }


def _one(
    found: Standing,
    i: int,
    name: str,
    values: Mapping[str, Estimate],
    rate: float,
    ranked: bool,
) -> AgentFigures:
    mix, judged = found.mix, found.judgement
    raw = values.get(mix.agents[i], Estimate(found.kpi, NAN))
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
    status = status_of(found, i, outstanding)
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


def status_of(found: Standing, i: int, outstanding: bool = False) -> Status:
    """Return what the evidence says of the agent at a position."""
    judged = found.judgement
    if not found.mix.trials[i] > 0:
        return "no calls"
    if not judged.compared[i]:
        return "not comparable"
    if judged.shrunken_high[i] < 1 or (outstanding and judged.z[i] < 0):
        return "below"
    if judged.shrunken_low[i] > 1 or (outstanding and judged.z[i] > 0):
        return "above"
    return "few" if judged.needed_relevant[i] > 0 else "alike"


def as_rows(figures: Sequence[AgentFigures]) -> list[dict[str, Any]]:
    """Return the figures as plain rows."""
    return [{field: getattr(one, field) for field in AgentFigures.__slots__} for one in figures]
