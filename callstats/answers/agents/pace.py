"""Pace of agents: dials, conversations and successes an hour, and where the login time goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.agents import rows as agent_rows
from callstats.answers.agents.figures import Status, standing, status_of
from callstats.answers.agents.names import by_name, naming
from callstats.answers.agents.sums import AGENT
from callstats.answers.agents.words import names
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates_by
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

_PACE = {
    "calls_per_agent_hour": mark("dials"),
    "handled_per_agent_hour": mark("conversations"),
    "successes_per_login_hour": mark("successes"),
}
_SHARES = {
    "talk_share": mark("talk"),
    "hold_share": mark("hold"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
    "pause_share": mark("pause"),
}
_OCCUPANCY = {"occupancy": mark("occupancy")}
#: What agents are told apart on: the dialer's pace is not theirs.
_JUDGED = ("handled_per_agent_hour", "wrap_share", "pause_share")


@dataclass(frozen=True)
class AgentPace(Answer):
    """What agents do with an hour, by name.

    Attributes
    ----------
    agents : mapping of str to mapping of str to Estimate
        By agent and KPI; intervals over agent-days.
    differ : mapping of str to mapping of str to str
        By KPI and agent: above or below the others beyond chance.
    """

    voice: Voice
    agents: Mapping[str, Mapping[str, Estimate]]
    differ: Mapping[str, Mapping[str, Status]]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row an agent and KPI: agent, kpi, value, low, high, n, differs."""
        import pandas as pd

        rows = [
            (agent, name, e.value, e.low, e.high, e.n, self.differ.get(name, {}).get(agent, ""))
            for agent, found in self.agents.items()
            for name, e in found.items()
        ]
        return pd.DataFrame(rows, columns=["agent", "kpi", "value", "low", "high", "n", "differs"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Who differs from the others in pace, wrap-up and pauses, beyond what days vary."""
        return tuple(self._sentence(name, sides) for name, sides in self.differ.items())

    def _sentence(self, name: str, sides: Mapping[str, Status]) -> Sentence:
        _ = self.voice.say
        label = get(name).label[self.voice.language]
        above, below = ([a for a, side in sides.items() if side == wanted] for wanted in ("above", "below"))
        said = {"kpi": label, "above": names(self.voice, above), "below": names(self.voice, below)}
        if above and below:
            return Sentence(_("{kpi}: {above} above the others, {below} below.", **said))
        if above:
            return Sentence(_("{kpi}: {above} above the others.", **said))
        if below:
            return Sentence(_("{kpi}: {below} below the others.", **said))
        return Sentence(_("{kpi}: no evidence that anybody differs from the others.", **said))

    def table(self) -> TableView:
        """Return pace and shares of login time side by side."""
        _ = self.voice.say
        shown = [n for n in (*_PACE, *_SHARES, "occupancy") if any(f[n].known for f in self.agents.values())]
        groups = {
            **dict.fromkeys(_PACE, _("per login hour")),
            **dict.fromkeys(_SHARES, _("share of login time")),
        }
        heads = [Column(_("Agent"))]
        for name in shown:
            short = {**_PACE, **_SHARES, **_OCCUPANCY}[name]
            heads.append(Column(_(short), "right", groups.get(name)))
        own, rest = agent_rows.split(list(self.agents), agent_rows.standing_out(self.differ))
        columns = [self._column([self.agents[agent][name] for agent in own]) for name in shown] if own else []
        lines = [
            [
                Cell(agent, strong=True),
                *(self._cell(agent, n, c[i]) for n, c in zip(shown, columns, strict=True)),
            ]
            for i, agent in enumerate(own)
        ]
        lines += [self._others(rest, shown)] if rest else []
        note = _("Strong: differs from the others beyond what the agent's days vary.")
        return TableView(_("Pace and time by agent"), heads, lines, (note,) if self.differ else ())

    def _others(self, rest: list[str], shown: list[str]) -> list[Cell]:
        """Return the row of those without one of their own, all of them together."""
        form = self.voice.form
        cells = [Cell(agent_rows.others(self.voice, len(rest), len(self.agents)), tone="grey")]
        for name in shown:
            e = agent_rows.pooled([self.agents[agent][name] for agent in rest])
            cells.append(Cell(form.value(e.value if e else None, get(name).unit), tone="grey"))
        return cells

    def _column(self, found: list[Estimate]) -> list[str]:
        """Return the values of a column, all with the same digits."""
        ends = [e.low for e in found], [e.high for e in found]
        return self.voice.form.column([e.value for e in found], found[0].kpi.unit, *ends)

    def _cell(self, agent: str, name: str, text: str) -> Cell:
        return Cell(text, strong=self.differ.get(name, {}).get(agent, "") in ("above", "below"))

    def plot(self, kpi: str = "handled_per_agent_hour", ax: Any = None) -> Any:
        """Draw one KPI by agent with its intervals, by name."""
        from callstats.show.plots import interval_plot

        drawn = [found[kpi] for found in self.agents.values()]
        return interval_plot(
            list(self.agents),
            [e.value for e in drawn],
            [e.low for e in drawn],
            [e.high for e in drawn],
            unit=get(kpi).unit,
            formatter=self.voice.form,
            label=get(kpi).label[self.voice.language],
            sort=False,
            most=40,
            ax=ax,
        )

    def figure(self, kpi: str = "handled_per_agent_hour") -> FigureView:
        """Return the plot of one KPI with its caption and its words."""
        _, form, label = self.voice.say, self.voice.form, get(kpi).label[self.voice.language]
        caption = _("{kpi} by agent, with 95% intervals", kpi=label)
        told = [(a, f[kpi]) for a, f in self.agents.items() if f[kpi].known][:10]
        values = ", ".join(f"{a} {form.value(e.value, e.kpi.unit, e.low, e.high)}" for a, e in told)
        return figure(self.plot(kpi), caption, _("{kpi} by agent: {values}.", kpi=label, values=values))

    def views(self) -> tuple[View, ...]:
        """Return the table, the verdict, and what is not known."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.table(), self.verdict, *notes) if self.agents else notes


def agent_pace(
    dataset: Dataset, *, pseudonyms: bool | str = False, confidence: float | None = None
) -> AgentPace:
    """Return what agents do with an hour of login, and who differs beyond the spread of days.

    Parameters
    ----------
    dataset : Dataset
    pseudonyms : bool or str
        As in :func:`callstats.agents`.
    confidence : float, optional

    Returns
    -------
    AgentPace
        By name. Without agent time it is empty, with the reason.

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
    if not dataset.has("agent_time", AGENT, "state", "seconds"):
        why = voice.reason("not computable: needs agent_time")
        return AgentPace(voice, {}, {}, (voice.say("Pace and time of agents: {why}.", why=why),))
    name, asked = naming(voice, pseudonyms), (*_PACE, *_SHARES, "occupancy")
    groups = estimates_by(dataset, asked, [AGENT], confidence=confidence)
    found = {name(str(key[0])): group for key, group in groups.items() if key[0] is not None}
    ordered = {agent: found[agent] for agent in by_name(found) if found[agent]["talk_share"].denominator > 0}
    level = dataset.config.confidence if confidence is None else confidence
    return AgentPace(voice, ordered, _differ(dataset, name, level))


def _differ(dataset: Dataset, name: Any, confidence: float) -> dict[str, dict[str, Status]]:
    """Return who is above or below the others, by KPI."""
    from callstats.engine import obstacle

    found = {}
    for kpi in (get(k) for k in _JUDGED):
        if obstacle(dataset, kpi, [AGENT]) is None:
            stand = standing(dataset, kpi, (), confidence=confidence, relevant=0.2, ranks=False)
            if stand.judgement.spread.agents:
                found[kpi.name] = {
                    name(agent): status_of(stand, i) for i, agent in enumerate(stand.mix.agents)
                }
    return found
