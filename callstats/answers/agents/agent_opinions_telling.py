"""How opinions and resolution by agent are presented: who differs, whom to coach, a row an agent."""

from __future__ import annotations

from callstats.answers.agents.agent_opinions import AgentOpinion, AgentOpinions
from callstats.answers.agents.by_agent_telling import ByAgentTelling, pooled, side_of
from callstats.answers.core.telling import Cell, Column, Note, Sentence, TableView, View, tells
from callstats.kpis import get
from callstats.show.digits import unknown
from callstats.show.key_figures import is_good

#: What a caller wants comes first: that the issue is solved.
_FIRST = ("first_call_resolution", "resolved_by_survey", "csat", "nps", "time_to_resolution")


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
        agents, kpi = self.answer.kpis[name], get(name)
        above, below = ([a for a, one in agents.items() if one.status == side] for side in ("above", "below"))
        return self.apart_sentence(self.kpi(kpi), side_of(kpi), above, below)

    def to_coach(self) -> dict[str, list[str]]:
        """Return who is worse than the others, by figure, the most important first."""
        worse = {
            name: [a for a, one in of.items() if self._worse(one)] for name, of in self.answer.kpis.items()
        }
        return {name: worse[name] for name in _FIRST if worse.get(name)}

    def _worse(self, one: AgentOpinion) -> bool:
        return self._good(one) is False

    def _good(self, one: AgentOpinion) -> bool | None:
        if not _marked(one):
            return None
        return is_good(1.0 if one.status == "above" else -1.0, one.estimate.kpi.direction)

    def coach_first(self) -> tuple[str, str] | None:
        """Return the figure to coach on first and the agent farthest off; None if nobody is worse."""
        for name, agents in self.to_coach().items():
            one = self.answer.kpis[name]
            side = 1.0 if get(name).direction == "up" else -1.0
            return name, min(agents, key=lambda agent: side * one[agent].shrunken)
        return None

    def coaching_sentence(self) -> Sentence | None:
        """Name whom to coach first; None if nothing could be asked by agent."""
        if not self.answer.kpis:
            return None
        first = self.coach_first()
        if first is None:
            return Sentence(self.say("Nobody's gap is evident enough to coach on."))
        name, agent = first
        e = self.answer.kpis[name][agent].estimate
        text = self.say(
            "Coach {agent} first: {kpi} {value} ({interval}), {overall} with all agents.",
            agent=agent,
            kpi=self.kpi(get(name)),
            value=self.value(e),
            interval=self.interval(e),
            overall=self.value(self.answer.overall[name]),
        )
        return Sentence(text, "bad")

    def coaching(self) -> TableView | Note:
        """Return whom to coach on what: a row for each agent and figure that is worse than the others."""
        _ = self.say
        found = [(a, n) for n, agents in self.to_coach().items() for a in agents]
        if not found:
            return Note(_("Nobody's gap is evident enough to coach on."))
        heads = [
            Column(_("Agent")),
            Column(_("Finding")),
            *(Column(h, "right") for h in (_("Evidence"), _("all agents"))),
        ]
        lines = [
            [
                Cell(agent, strong=True),
                Cell(self.say("{kpi}: worse than the others", kpi=self.kpi(get(name))), strong=True),
                self._cell(self.answer.kpis[name][agent]),
                Cell(self.value(self.answer.overall[name]), tone="grey"),
            ]
            for agent, name in sorted(found, key=lambda each: self.answer.agents.index(each[0]))
        ]
        note = _("Evidence: the agent's own figure with its interval. Sorted by name: no league table.")
        return TableView(_("Whom to coach on what"), heads, lines, (note,))

    def table(self) -> TableView:
        """Return a column for each figure: the agents who differ, and the others in one line."""
        _, answer = self.say, self.answer
        heads = [Column(_("Agent")), *(Column(self.kpi(get(name)), "right") for name in answer.kpis)]
        lines = [
            [Cell(agent, strong=True), *(self._cell(of.get(agent)) for of in answer.kpis.values())]
            for agent in answer.agents
        ]
        caption = _(
            "What customers say and how issues end, by agent, {period}, with {level} intervals",
            period=answer.period,
            level=self.level(answer.confidence),
        )
        marked = {a for of in answer.kpis.values() for a, one in of.items() if _marked(one)}
        strong = _("Strong: differs from the others beyond chance, within queue and hour.")
        whose = _("A survey belongs to the agent of its call, an issue to the agent who solved it.")
        table = TableView(caption, heads, lines, (*([strong] if marked else []), whose))
        return self.brief(table, answer.agents, marked, self._rest)

    def _rest(self, rest: list[str]) -> list[Cell]:
        """Return the line for everyone without their own row, pooled."""
        cells = [self.rest(len(rest), len(self.answer.agents))]
        for of in self.answer.kpis.values():
            e = pooled([of[agent].estimate for agent in rest if agent in of])
            cells.append(Cell(self.value(e) if e is not None else "–", tone="grey"))
        return cells

    def _cell(self, one: AgentOpinion | None) -> Cell:
        if one is None or not one.estimate.known:
            return Cell("–")
        e = one.estimate
        under = () if unknown(e.low) else (self.interval(e),)
        if not _marked(one):
            return Cell(self.value(e), under=under)
        return Cell(self.value(e), strong=True, tone="accent" if self._good(one) else None, under=under)

    def views(self) -> tuple[View, ...]:
        """Return who differs, the table, and what could not be asked by agent."""
        notes = self.notes(self.answer.notes)
        if not self.answer.kpis:
            return notes
        return (self.answer.verdict, self.table(), *notes)


def _marked(one: AgentOpinion) -> bool:
    return one.status in ("above", "below")
