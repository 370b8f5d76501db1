"""How opinions and resolution by agent are presented: a row an agent, and who differs from the others."""

from __future__ import annotations

from callstats.answers.agents.agent_opinions import AgentOpinion, AgentOpinions
from callstats.answers.agents.by_agent_telling import MOST, ByAgentTelling
from callstats.answers.core.telling import Cell, Column, Sentence, TableView, View, tells
from callstats.kpis import get
from callstats.show.digits import unknown
from callstats.show.key_figures import is_good


@tells(AgentOpinions)
class AgentOpinionsTelling(ByAgentTelling[AgentOpinions]):
    """One row per agent, and a sentence on each figure in which agents differ."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State who differs from the others beyond chance, figure by figure."""
        found = [said for name in self.answer.kpis if (said := self._differ(name)) is not None]
        if found or not self.answer.kpis:
            return tuple(found)
        rate = self.form.goal(self.answer.false_discovery_rate, "%")
        text = self.say(
            "What customers say, and how issues end: nobody stands out (false discoveries held to {rate}).",
            rate=rate,
        )
        return (Sentence(text),)

    def _differ(self, name: str) -> Sentence | None:
        agents = self.answer.kpis[name]
        above, below = ([a for a, one in agents.items() if one.status == side] for side in ("above", "below"))
        return self.above_below(self.kpi(get(name)), above, below)

    def table(self) -> TableView:
        """Return a row for each agent with a column for each figure."""
        _, answer = self.say, self.answer
        heads = [Column(_("Agent")), *(Column(self.kpi(get(name)), "right") for name in answer.kpis)]
        lines = [
            [Cell(agent, strong=True), *(self._cell(answer.kpis[name].get(agent)) for name in answer.kpis)]
            for agent in self._shown()
        ]
        caption = _(
            "What customers say and how issues end, by agent, {period}, with {level} intervals",
            period=answer.period,
            level=self.level(answer.confidence),
        )
        note = _(
            "Strong: differs from the others beyond chance, within queue and hour. A survey belongs to the "
            "agent of its call, an issue to the agent who solved it."
        )
        return TableView(caption, heads, lines, (note,))

    def _shown(self) -> tuple[str, ...]:
        """Return the agents with a row of their own: all, or those who differ if there are very many."""
        agents = self.answer.agents
        if len(agents) <= MOST:
            return agents
        return tuple(
            a for a in agents if any(self._marked(found.get(a)) for found in self.answer.kpis.values())
        )

    def _marked(self, one: AgentOpinion | None) -> bool:
        return one is not None and one.status in ("above", "below")

    def _cell(self, one: AgentOpinion | None) -> Cell:
        if one is None or not one.estimate.known:
            return Cell("–")
        e = one.estimate
        under = () if unknown(e.low) else (self.interval(e),)
        if not self._marked(one):
            return Cell(self.value(e), under=under)
        side = 1.0 if one.status == "above" else -1.0
        tone = "accent" if is_good(side, e.kpi.direction) else None
        return Cell(self.value(e), strong=True, tone=tone, under=under)

    def views(self) -> tuple[View, ...]:
        """Return who differs, the table, and what could not be asked by agent."""
        notes = self.notes(self.answer.notes)
        if not self.answer.kpis:
            return notes
        return (self.answer.verdict, self.table(), *notes)
