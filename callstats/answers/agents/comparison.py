"""What a comparison of agents says: the frozen answer to :func:`callstats.agents`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from callstats.answers.agents import coaching_table
from callstats.answers.agents import plots as agent_plots
from callstats.answers.agents import tables as agent_tables
from callstats.answers.agents import words as agent_words
from callstats.answers.agents.coaching import Step, Worth
from callstats.answers.agents.figures import AgentFigures, as_rows
from callstats.answers.agents.scores import Spread
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.kpis.define import KPI
from callstats.show.display import FigureView, Note, Record, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AgentComparison(Answer):
    """All agents on one KPI: never a league table, always in the order of their names.

    Attributes
    ----------
    voice : Voice
    kpi : KPI
    period : str
        What the data cover, in words.
    keys : tuple of str
        What case mix was taken into account by.
    agents : tuple of AgentFigures
    spread : Spread
        How far agents are apart, and how much of it is chance.
    overall : float
        Of all agents together, in the KPI's unit.
    confidence, false_discovery_rate, relevant : float
        What was asked for; ``relevant`` is the gap that matters.
    worths : mapping of str to Worth
        By agent, what the gap is worth in a stretch of ``horizon_days``.
    steps : mapping of str to Step
        By agent with a finding, the step of the work it comes from.
    times : mapping of str to mapping of str to float
        By agent with a finding, shares of login time less everybody's.
    notes : tuple of str
        What could not be taken into account, and why.
    """

    voice: Voice
    kpi: KPI
    period: str
    keys: tuple[str, ...] = ()
    agents: tuple[AgentFigures, ...] = ()
    spread: Spread = field(default_factory=Spread)
    overall: float = NAN
    confidence: float = 0.95
    false_discovery_rate: float = 0.10
    relevant: float = 0.2
    horizon_days: float = 30
    worths: Mapping[str, Worth] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    times: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __getitem__(self, agent: str) -> AgentFigures:
        """Return the figures of one agent, by the name shown."""
        return {one.agent: one for one in self.agents}[agent]

    def to_frame(self) -> pd.DataFrame:
        """Return a row an agent: every figure, then worth, worth_low, worth_high, money and its ends."""
        import pandas as pd

        frame = pd.DataFrame(as_rows(self.agents), columns=list(AgentFigures.__slots__))
        for name, attribute in _WORTH.items():
            frame[name] = [
                getattr(self.worths[one.agent], attribute) if one.agent in self.worths else NAN
                for one in self.agents
            ]
        return frame

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How much is chance, who stands out, whom to coach on what, who has too few calls."""
        return agent_words.sentences(self) or tuple(Sentence(note, "unknown") for note in self.notes)

    @property
    def called(self) -> bool:
        """Whether any agent has a call that counts here."""
        return any(one.trials > 0 for one in self.agents)

    @property
    def compared(self) -> bool:
        """Whether agents could be compared with one another."""
        return bool(self.spread.agents)

    def plot(self, ax: Any = None) -> Any:
        """Draw the raw figures by number of calls within the limits of chance."""
        return agent_plots.draw_funnel(self, ax)

    def funnel(self) -> FigureView | Note:
        """Return the funnel of the raw figures with its caption and its words, or why there is none."""
        return agent_plots.funnel(self) if self.called else self._nothing()

    def adjusted_funnel(self) -> FigureView | Note:
        """Return the funnel of observed / expected: the same after case mix."""
        return agent_plots.adjusted_funnel(self) if self.compared else self._nothing()

    def after_lead_mix(self) -> Section:
        """Return the adjusted funnel with what it could not take into account."""
        return Section(self.voice, (self.adjusted_funnel(), *(Note(n) for n in self.notes if self.called)))

    def estimates(self) -> FigureView | Note:
        """Return the shrunken estimates with their intervals, by name."""
        return agent_plots.estimates(self) if self.compared else self._nothing()

    def table(self) -> TableView | Note:
        """Return raw, adjusted and shrunken figures and the ranks they allow, by name."""
        return agent_tables.table(self) if self.called else self._nothing()

    def coaching(self) -> TableView | Note:
        """Return the coaching table: what was found of whom, and what it is worth."""
        return coaching_table.coaching(self) if self.called else self._nothing()

    def _nothing(self) -> Note:
        """Say in one line why there is nothing to show."""
        if self.called or self.notes:
            return Note(self.sentences[0].text)
        return Note(self.voice.say("No agent has a call here."))

    def record(self) -> Record:
        """Return the figures in full precision, for the JSON beside the report."""
        about = {"kpi": self.kpi.name, "period": self.period, "adjusted_for": list(self.keys)}
        spread = {name: getattr(self.spread, name) for name in Spread.__dataclass_fields__}
        rows = self.to_frame().to_dict("records")
        return Record({"agents": {**about, "overall": self.overall, "spread": spread, "rows": rows}})

    def views(self) -> tuple[View, ...]:
        """Return verdict, funnels, estimates, the coaching table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.called:
            return notes or (self._nothing(),)
        shown: list[View] = [self.verdict, self.funnel()]
        if self.compared:
            shown += [self.adjusted_funnel(), self.estimates()]
        return (*shown, self.coaching(), *notes, self.record())


_WORTH = {
    "worth": "amount",
    "worth_low": "low",
    "worth_high": "high",
    "money": "money",
    "money_low": "money_low",
    "money_high": "money_high",
}
