"""What agents do with their time: pace and shares of a login hour, and handle time by outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from callstats.answers.agents.agent_hours import ANSWERED_PER_HOUR, OUTBOUND_HOURS, outbound_pace
from callstats.answers.agents.agent_names import by_name, naming
from callstats.answers.agents.agents_mix_numbers import AGENT, strata_keys
from callstats.answers.agents.agents_numbers import Status, standing_of, status_of
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import only_direction
from callstats.answers.core.estimates import NAN, Estimate, estimates, estimates_by
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.kpis.define import KPI
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.show.display import FigureView

#: Events per hour and shares of login time, with their column labels.
PACE = {
    "calls_per_agent_hour": mark("dials"),
    "handled_per_agent_hour": mark("conversations"),
    "successes_per_login_hour": mark("successes"),
}
RECEIVED = {ANSWERED_PER_HOUR.name: mark("calls answered")}
SHARES = {
    "talk_share": mark("talk"),
    "hold_share": mark("hold"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
    "pause_share": mark("pause"),
}
OCCUPANCY = {"occupancy": mark("occupancy")}
#: What agents are compared on: the dialer's pace is not theirs, nor is that of callers.
_JUDGED_PACE = "handled_per_agent_hour"
#: Calls received take more wrap-up than dials: the first is not compared where agents do both.
_JUDGED_SHARES = ("wrap_share", "pause_share")
MEAN, MEDIAN, P90 = "average_handle_time", "median_handle_time", "p90_handle_time"
#: Flags that define the outcomes, and each outcome's label.
OUTCOMES: Mapping[str, tuple[dict[str, Any], str]] = {
    "all": ({}, mark("all conversations")),
    "success": ({"success": True}, mark("success")),
    "refusal": ({"argued": True, "success": False}, mark("refusal")),
    "no offer": ({"argued": False}, mark("offer not heard")),
    "received": ({"direction": "inbound"}, mark("calls received")),
}
#: The kind of call, which affects its length more than the agent does.
MIX = ("direction", "campaign_id", "argued", "success", "list_id", "hour")


@dataclass(frozen=True)
class AgentPace(Answer):
    """What agents do with an hour, by name.

    Attributes
    ----------
    agents : mapping of str to mapping of str to Estimate
        By agent and KPI; intervals over agent-days.
    differ : mapping of str to mapping of str to str
        By KPI and agent: above or below the others beyond chance.
    confidence : float
        Of the intervals.
    blended : bool
        Agents dial and take calls: pace is that of outbound work, per hour of login without
        the time on calls received.
    """

    voice: Voice
    agents: Mapping[str, Mapping[str, Estimate]]
    differ: Mapping[str, Mapping[str, Status]]
    confidence: float
    notes: tuple[str, ...] = ()
    blended: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Return one row per agent and KPI: agent, kpi, value, low, high, n, differs."""
        import pandas as pd

        rows = [
            (agent, name, e.value, e.low, e.high, e.n, self.differ.get(name, {}).get(agent, ""))
            for agent, found in self.agents.items()
            for name, e in found.items()
        ]
        return pd.DataFrame(rows, columns=["agent", "kpi", "value", "low", "high", "n", "differs"])

    def plot(self, kpi: str = "handled_per_agent_hour", ax: Any = None) -> Any:
        """Draw one KPI by agent with its intervals, by name."""
        return self.telling.plot(ax, kpi)

    def figure(self, kpi: str = "handled_per_agent_hour") -> FigureView:
        """Return the plot of one KPI with its caption and alternative text."""
        return self.telling.figure(kpi)


def agent_pace(
    dataset: Dataset, *, pseudonyms: bool | str = False, confidence: float | None = None
) -> AgentPace:
    """Return what agents do with a login hour, and who differs beyond day-to-day variation.

    Pace is outbound: dials, conversations and successes per login hour. Where agents take calls as well,
    the time on these is no part of the hours, and agents who take calls alone have no pace. Of calls
    received only, pace is the calls answered.

    Parameters
    ----------
    dataset : Dataset
    pseudonyms : bool or str
        As in :func:`callstats.agents`.
    confidence : float, optional
        Of every interval; if omitted, the project's.

    Returns
    -------
    AgentPace
        By name. Without agent time it is empty and gives the reason.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> time = pd.DataFrame({
    ...     "agent_id": ["Ann", "Ann", "Bob"], "state": ["talk", "pause", "talk"],
    ...     "seconds": [1800.0, 1800.0, 3600.0], "local_start": pd.Timestamp("2026-09-01 09:00"),
    ... })
    >>> found = agent_pace(Dataset({"agent_time": time}))
    >>> found.agents["Ann"]["pause_share"].value
    0.5
    """
    voice = Voice.of(dataset)
    level = dataset.config.confidence if confidence is None else confidence
    if not dataset.has("agent_time", AGENT, "state", "seconds"):
        why = voice.reason("not computable: needs agent_time")
        return AgentPace(voice, {}, {}, level, (voice.say("Pace and time of agents: {why}.", why=why),))
    name, pace = naming(voice, pseudonyms), _pace(dataset)
    groups = estimates_by(dataset, (*pace, *SHARES, *OCCUPANCY), [AGENT], confidence=level)
    groups = {key: group for key, group in groups.items() if key[0] is not None}
    blended = any(kpi.formula.denominator == OUTBOUND_HOURS for kpi in pace)  # type: ignore[union-attr]
    outbound = dataset
    if blended:
        dialling = [key for key, group in groups.items() if group[pace[0].name].value > 0]
        without = {kpi.name: Estimate(kpi, NAN) for kpi in pace}
        groups = {key: group if key in dialling else group | without for key, group in groups.items()}
        outbound = dataset.where(agent_id=[key[0] for key in dialling]) if dialling else dataset
    agents = {name(str(key[0])): g for key, g in groups.items() if g["talk_share"].denominator > 0}
    judged = [(outbound, kpi) for kpi in pace if kpi.name == _JUDGED_PACE]
    judged += [(dataset, get(share)) for share in _JUDGED_SHARES[blended:]]
    differ = {kpi.name: found for of, kpi in judged if (found := _differ(of, kpi, name, level))}
    return AgentPace(voice, {a: agents[a] for a in by_name(agents)}, differ, level, blended=blended)


def _pace(dataset: Dataset) -> tuple[KPI, ...]:
    """Return what is counted per hour: the outbound work, or the calls answered where there is no other."""
    if only_direction(dataset) == "inbound":
        return (ANSWERED_PER_HOUR,)
    return tuple(outbound_pace(dataset, get(name)) for name in PACE)


def _differ(dataset: Dataset, kpi: KPI, name: Callable[[str], str], confidence: float) -> dict[str, Status]:
    """Return who is above or below the others."""
    from callstats.engine import obstacle

    if obstacle(dataset, kpi, [AGENT]) is not None:
        return {}
    standing = standing_of(dataset, kpi, (), confidence=confidence, relevant=0.2, ranks=False)
    if not standing.judgement.spread.agents:
        return {}
    return {name(agent): status_of(standing, i) for i, agent in enumerate(standing.mix.agents)}


@dataclass(frozen=True)
class AgentHandleTime(Answer):
    """How long agents take, by name and outcome.

    Attributes
    ----------
    agents : mapping of str to mapping of str to mapping of str to Estimate
        By agent, outcome and KPI; means with intervals over agent-days.
    status : mapping of str to str
        Longer (above) or shorter (below) than usual for calls with the same outcomes.
    confidence : float
        Of the intervals.
    overall : mapping of str to mapping of str to Estimate
        By outcome and KPI, of all agents together.
    """

    voice: Voice
    agents: Mapping[str, Mapping[str, Mapping[str, Estimate]]]
    status: Mapping[str, Status]
    confidence: float
    notes: tuple[str, ...] = ()
    overall: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per agent and outcome: agent, outcome, mean, low, high, median, p90, calls."""
        import pandas as pd

        rows = [
            (
                agent,
                outcome,
                e[MEAN].value,
                e[MEAN].low,
                e[MEAN].high,
                e[MEDIAN].value,
                e[P90].value,
                e[MEAN].denominator,
            )
            for agent, by_outcome in self.agents.items()
            for outcome, e in by_outcome.items()
        ]
        columns = ["agent", "outcome", "mean", "low", "high", "median", "p90", "calls"]
        return pd.DataFrame(rows, columns=columns)

    def plot(self, outcome: str = "all", ax: Any = None) -> Any:
        """Draw the mean of one outcome by agent with its intervals."""
        return self.telling.plot(ax, outcome)

    def figure(self, outcome: str = "all") -> FigureView:
        """Return the plot with its caption and alternative text."""
        return self.telling.figure(outcome)


def agent_handle_time(
    dataset: Dataset, *, pseudonyms: bool | str = False, confidence: float | None = None
) -> AgentHandleTime:
    """Return how long agents take by outcome, and who differs on calls with the same outcomes.

    Parameters
    ----------
    dataset : Dataset
    pseudonyms : bool or str
        As in :func:`callstats.agents`.
    confidence : float, optional
        Of every interval; if omitted, the project's.

    Returns
    -------
    AgentHandleTime
        By name. Outcomes whose flags the data lack are left out; without times it
        is empty and gives the reason.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "agent_id": ["Ann", "Ann", "Bob", "Bob"], "direction": "outbound",
    ...     "handled": True, "success": [True, False, False, False], "wrap_s": 10.0,
    ...     "talk_s": [290.0, 90.0, 110.0, 130.0],
    ... })
    >>> found = agent_handle_time(Dataset({"calls": calls}))
    >>> found.agents["Ann"]["all"]["average_handle_time"].value
    200.0
    """
    from callstats.engine import obstacle

    voice, mean = Voice.of(dataset), get(MEAN)
    level = dataset.config.confidence if confidence is None else confidence
    why = f"needs calls.{AGENT}" if not dataset.has("calls", AGENT) else obstacle(dataset, mean, [AGENT])
    if why:
        return AgentHandleTime(voice, {}, {}, level, (voice.note(mean, f"not computable: {why}"),))
    name = naming(voice, pseudonyms)
    outcomes = {outcome: dataset.where(**flags) for outcome, flags in _outcomes(dataset).items()}
    overall = {o: estimates(of, (MEAN, MEDIAN, P90), confidence=level) for o, of in outcomes.items()}
    agents = {name(agent): by_outcome for agent, by_outcome in _by_outcome(outcomes, level).items()}
    ordered = {agent: agents[agent] for agent in by_name(agents)}
    return AgentHandleTime(voice, ordered, _status(dataset, name, level), level, overall=overall)


def _by_outcome(
    outcomes: Mapping[str, Dataset], confidence: float
) -> dict[str, dict[str, dict[str, Estimate]]]:
    by_agent: dict[str, dict[str, dict[str, Estimate]]] = {}
    for outcome, dataset in outcomes.items():
        groups = estimates_by(dataset, (MEAN, MEDIAN, P90), [AGENT], confidence=confidence)
        for (agent,), group in groups.items():
            if agent is not None and group[MEAN].known:
                by_agent.setdefault(str(agent), {})[outcome] = group
    return by_agent


def _outcomes(dataset: Dataset) -> dict[str, dict[str, Any]]:
    """Return the flags of the outcomes told apart: those of dials, and calls received beside them."""
    there = set(dataset.values("direction")) if dataset.has("calls", "direction") else set()
    if there == {"inbound"}:
        return {"all": {}}
    told = {name: flags for name, (flags, _label) in OUTCOMES.items() if dataset.has("calls", *flags)}
    if not {"inbound", "outbound"} <= there:
        return {name: flags for name, flags in told.items() if name != "received"}
    return {name: {"direction": "outbound", **flags} if flags else {} for name, flags in told.items()}


def _status(dataset: Dataset, name: Callable[[str], str], confidence: float) -> dict[str, Status]:
    """Return who takes longer or shorter than usual for the same outcomes, by name."""
    keys, _left = strata_keys(dataset, get(MEAN), MIX)
    standing = standing_of(dataset, get(MEAN), keys, confidence=confidence, relevant=0.2, ranks=False)
    if not standing.judgement.spread.agents:
        return {}
    status: dict[str, Status] = {name(a): status_of(standing, i) for i, a in enumerate(standing.mix.agents)}
    return {agent: status[agent] for agent in by_name(status)}
