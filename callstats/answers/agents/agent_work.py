"""What agents do with their time: pace and shares of a login hour, and handle time by outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.agents.agent_names import by_name, naming
from callstats.answers.agents.agents_mix_numbers import AGENT, strata_keys
from callstats.answers.agents.agents_numbers import Status, standing_of, status_of
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates_by
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.show.display import FigureView

#: Events per login hour and shares of it, with their column labels.
PACE = {
    "calls_per_agent_hour": mark("dials"),
    "handled_per_agent_hour": mark("conversations"),
    "successes_per_login_hour": mark("successes"),
}
SHARES = {
    "talk_share": mark("talk"),
    "hold_share": mark("hold"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
    "pause_share": mark("pause"),
}
OCCUPANCY = {"occupancy": mark("occupancy")}
#: What agents are compared on: the dialer's pace is not theirs.
_JUDGED = ("handled_per_agent_hour", "wrap_share", "pause_share")
MEAN, MEDIAN, P90 = "average_handle_time", "median_handle_time", "p90_handle_time"
#: Flags that define the outcomes, and each outcome's label.
OUTCOMES: Mapping[str, tuple[dict[str, Any], str]] = {
    "all": ({}, mark("all conversations")),
    "success": ({"success": True}, mark("success")),
    "refusal": ({"argued": True, "success": False}, mark("refusal")),
    "no offer": ({"argued": False}, mark("offer not heard")),
}
#: The kind of call, which affects its length more than the agent does.
MIX = ("argued", "success", "list_id", "hour")


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
    """

    voice: Voice
    agents: Mapping[str, Mapping[str, Estimate]]
    differ: Mapping[str, Mapping[str, Status]]
    confidence: float
    notes: tuple[str, ...] = ()

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
    name, asked = naming(voice, pseudonyms), (*PACE, *SHARES, *OCCUPANCY)
    groups = estimates_by(dataset, asked, [AGENT], confidence=level)
    agents = {name(str(key[0])): group for key, group in groups.items() if key[0] is not None}
    ordered = {
        agent: agents[agent] for agent in by_name(agents) if agents[agent]["talk_share"].denominator > 0
    }
    return AgentPace(voice, ordered, _differ(dataset, name, level), level)


def _differ(dataset: Dataset, name: Callable[[str], str], confidence: float) -> dict[str, dict[str, Status]]:
    """Return who is above or below the others, by KPI."""
    from callstats.engine import obstacle

    differ = {}
    for kpi in (get(k) for k in _JUDGED):
        if obstacle(dataset, kpi, [AGENT]) is None:
            standing = standing_of(dataset, kpi, (), confidence=confidence, relevant=0.2, ranks=False)
            if standing.judgement.spread.agents:
                differ[kpi.name] = {
                    name(agent): status_of(standing, i) for i, agent in enumerate(standing.mix.agents)
                }
    return differ


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
    """

    voice: Voice
    agents: Mapping[str, Mapping[str, Mapping[str, Estimate]]]
    status: Mapping[str, Status]
    confidence: float
    notes: tuple[str, ...] = ()

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
    agents = {name(agent): by_outcome for agent, by_outcome in _by_outcome(dataset, level).items()}
    ordered = {agent: agents[agent] for agent in by_name(agents)}
    return AgentHandleTime(voice, ordered, _status(dataset, name, level), level)


def _by_outcome(dataset: Dataset, confidence: float) -> dict[str, dict[str, dict[str, Estimate]]]:
    by_agent: dict[str, dict[str, dict[str, Estimate]]] = {}
    for outcome, (flags, _label) in OUTCOMES.items():
        if not dataset.has("calls", *flags):
            continue
        groups = estimates_by(dataset.where(**flags), [MEAN, MEDIAN, P90], [AGENT], confidence=confidence)
        for (agent,), group in groups.items():
            if agent is not None and group[MEAN].known:
                by_agent.setdefault(str(agent), {})[outcome] = group
    return by_agent


def _status(dataset: Dataset, name: Callable[[str], str], confidence: float) -> dict[str, Status]:
    """Return who takes longer or shorter than usual for the same outcomes, by name."""
    keys, _left = strata_keys(dataset, get(MEAN), MIX)
    standing = standing_of(dataset, get(MEAN), keys, confidence=confidence, relevant=0.2, ranks=False)
    if not standing.judgement.spread.agents:
        return {}
    status: dict[str, Status] = {name(a): status_of(standing, i) for i, a in enumerate(standing.mix.agents)}
    return {agent: status[agent] for agent in by_name(status)}
