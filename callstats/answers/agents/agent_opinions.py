"""What customers say and how issues end, by agent: satisfaction, recommendation, resolution and its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callstats.answers.agents.agent_names import by_name, naming
from callstats.answers.agents.agents_asked import GIVEN, agent_obstacle
from callstats.answers.agents.agents_chance_numbers import Spread
from callstats.answers.agents.agents_mix_numbers import AGENT, ratio_of, strata_keys
from callstats.answers.agents.agents_numbers import Status, standing_of, status_of
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN, Estimate, estimates, estimates_by
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.kpis.define import KPI, Ratio

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.agents.agents_numbers import Standing
    from callstats.dataset import Dataset

#: What is asked of customers, then what their cases say.
ASKED = ("csat", "nps", "resolved_by_survey", "first_call_resolution", "time_to_resolution")


@dataclass(frozen=True, slots=True)
class AgentOpinion:
    """One agent on one KPI.

    Attributes
    ----------
    estimate : Estimate
        Raw, with the KPI's own interval.
    status : str
        above, below, alike, few, not comparable or no calls, as in :func:`callstats.agents`.
    shrunken : float
        What the agent would have with the queues and hours of all, adjusted for chance, in the KPI's unit.
    """

    estimate: Estimate
    status: Status
    shrunken: float


@dataclass(frozen=True)
class AgentOpinions(Answer):
    """What customers say of each agent's calls, and how the agent's cases end.

    Attributes
    ----------
    kpis : mapping of str to mapping of str to AgentOpinion
        By KPI that the data allow, and agent in the order of names.
    overall : mapping of str to Estimate
        By KPI, of all agents together.
    spreads : mapping of str to Spread
        By KPI, how much agents differ and how much of that is chance.
    confidence, false_discovery_rate : float
    notes : tuple of str
        KPIs that cannot be asked by agent, and why.
    """

    voice: Voice
    period: str
    kpis: Mapping[str, Mapping[str, AgentOpinion]]
    overall: Mapping[str, Estimate]
    spreads: Mapping[str, Spread]
    confidence: float
    false_discovery_rate: float
    notes: tuple[str, ...] = ()

    @property
    def agents(self) -> tuple[str, ...]:
        """All agents, by name."""
        return tuple(by_name({agent for found in self.kpis.values() for agent in found}))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per KPI and agent: kpi, agent, value, low, high, n, shrunken, status."""
        import pandas as pd

        rows = [
            (name, agent, e.value, e.low, e.high, e.n, found.shrunken, found.status)
            for name, by_agent in self.kpis.items()
            for agent, found in by_agent.items()
            for e in (found.estimate,)
        ]
        columns = ["kpi", "agent", "value", "low", "high", "n", "shrunken", "status"]
        return pd.DataFrame(rows, columns=columns)


def agent_opinions(
    dataset: Dataset,
    *,
    false_discovery_rate: float = 0.10,
    pseudonyms: bool | str = False,
    confidence: float | None = None,
) -> AgentOpinions:
    """Compare agents on what customers say after their calls, and on how their cases end.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the queue and period of interest.
    false_discovery_rate : float
        Share of false positives among agents said to stand out, KPI by KPI.
    pseudonyms : bool or str
        As in :func:`callstats.agents`.
    confidence : float, optional
        Of every interval; if omitted, the project's.

    Returns
    -------
    AgentOpinions
        Surveys belong to the agent of their call, cases to their ``agent_id``. Judged as
        :func:`callstats.agents` judges, within queue and hour.

    Notes
    -----
    A Net Promoter Score may be 0 or below, so that no agent can be a multiple of it: agents
    are judged on promoters and half of those in between, which is the score on another scale.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> agents = ["Ann", "Bob", "Ann", "Bob"]
    >>> calls = pd.DataFrame({"call_id": list("1234"), "direction": "inbound", "agent_id": agents})
    >>> surveys = pd.DataFrame({"call_id": list("1234"), "kind": "nps", "score": [10.0, 3.0, 9.0, 7.0]})
    >>> found = agent_opinions(Dataset({"calls": calls, "surveys": surveys}))
    >>> {agent: one.estimate.value for agent, one in found.kpis["nps"].items()}
    {'Ann': 100.0, 'Bob': -50.0}
    """
    voice, level = Voice.of(dataset), dataset.config.confidence if confidence is None else confidence
    name = naming(voice, pseudonyms)
    kpis: dict[str, dict[str, AgentOpinion]] = {}
    overall: dict[str, Estimate] = {}
    spreads: dict[str, Spread] = {}
    notes = []
    for kpi in map(get, ASKED):
        if why := agent_obstacle(dataset, kpi):
            notes.append(voice.note(kpi, f"not computable: {why}"))
            continue
        judged = _comparable(kpi)
        keys, _left = strata_keys(dataset, judged, [key for key in GIVEN if _there(dataset, judged, key)])
        standing = standing_of(dataset, judged, keys, confidence=level, relevant=0.2, ranks=False)
        found = _opinions(dataset, kpi, standing, name, level, false_discovery_rate)
        of_all = estimates(dataset, [kpi], confidence=level)[kpi.name]
        if not any(one.estimate.known for one in found.values()):
            notes.append(voice.note(kpi, of_all.note))
            continue
        kpis[kpi.name], overall[kpi.name] = found, of_all
        spreads[kpi.name] = standing.judgement.spread
    period = voice.period(dataset.filters.period)
    return AgentOpinions(voice, period, kpis, overall, spreads, level, false_discovery_rate, tuple(notes))


def _there(dataset: Dataset, kpi: KPI, key: str) -> bool:
    return all(dataset.reaches(term.where.table, key) for term in kpi.terms)


def _comparable(kpi: KPI) -> KPI:
    """Return what agents are judged on: where a row may count -1, its score from 0 to 1 in its place."""
    formula = ratio_of(kpi)
    if all(weight >= 0 for _, weight in formula.numerator):
        return kpi
    shares = Ratio(0.5 * formula.numerator + 0.5 * formula.denominator, formula.denominator, proportion=True)
    return replace(kpi, name=f"{kpi.name}_from_0_to_1", formula=shares)


def _in_unit(kpi: KPI, standing: Standing, ratio: float) -> float:
    """Return a ratio to all agents' figure in the KPI's own unit."""
    value = ratio * standing.mix.overall
    return ratio_of(kpi).scale * (value if standing.kpi is kpi else 2 * value - 1)


def _opinions(
    dataset: Dataset,
    kpi: KPI,
    standing: Standing,
    name: Callable[[str], str],
    confidence: float,
    rate: float,
) -> dict[str, AgentOpinion]:
    """Return every agent on one KPI, by the name shown."""
    raw = estimates_by(dataset, [kpi], [AGENT], confidence=confidence)
    values = {str(key[0]): group[kpi.name] for key, group in raw.items() if key[0] is not None}
    judged, found = standing.judgement, {}
    for i, agent in enumerate(standing.mix.agents):
        status = status_of(standing, i, bool(judged.q_value[i] <= rate))
        shrunken = _in_unit(kpi, standing, float(judged.shrunken[i]))
        found[name(agent)] = AgentOpinion(values.get(agent, Estimate(kpi, NAN)), status, shrunken)
    return {agent: found[agent] for agent in by_name(found)}
