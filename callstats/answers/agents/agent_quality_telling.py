"""How quality by agent is presented: whether evaluators agree, then scores, or why there are none."""

from __future__ import annotations

from typing import Any

from callstats.answers.agents.agent_quality import LEAST, RELIABLE, AgentQuality, Agreement
from callstats.answers.agents.by_agent_telling import ByAgentTelling, pooled, split
from callstats.answers.core.estimates import NAN, Estimate
from callstats.answers.core.telling import Cell, Column, FigureView, Sentence, TableView, View, figure, tells

#: Fewest scored calls for a meaningful interval.
FEWEST_CALLS = 5


@tells(AgentQuality)
class AgentQualityTelling(ByAgentTelling[AgentQuality]):
    """The telling of quality by agent."""

    def sentences(self) -> tuple[Sentence, ...]:
        """On which criteria evaluators agree, and who differs on those."""
        _, form = self.say, self.form
        if not self.answer.agreement:
            return ()
        bad = [name for name in self.answer.agreement if name not in self.answer.criteria]
        sentences = []
        if bad:
            fields = {
                "criteria": self.named([self.label(name) for name in bad]),
                "least": form.number(LEAST, 2),
            }
            text = _(
                "Evaluators do not agree on {criteria} (alpha under {least}): agents are not compared there.",
                **fields,
            )
            sentences.append(Sentence(text, "unknown"))
        sentences += [self._differences(name) for name in self.answer.criteria if name in self.answer.differ]
        if self.answer.criteria and not any(self.answer.differ.values()):
            agreed = self.named([self.label(name) for name in self.answer.criteria])
            none = _("No evidence that anybody's scores differ on {criteria}.", criteria=agreed)
            sentences.append(Sentence(none))
        return tuple(s for s in sentences if s is not None)

    def _differences(self, name: str) -> Sentence | None:
        gaps = self.answer.differ[name]
        above, below = ([a for a in gaps if (gaps[a] > 0) == up] for up in (True, False))
        return self.apart_sentence(self.label(name), "up", above, below)

    def agreement_table(self) -> TableView:
        """Return Krippendorff's alpha by criterion and what it supports."""
        _, form = self.say, self.form
        heads = [
            Column(_("Criterion")),
            Column(_("calls scored twice"), "right"),
            Column(_("alpha"), "right"),
            self.interval_head(self.answer.confidence),
            Column(_("mean score"), "right"),
            Column(_("What it allows")),
        ]
        lines = [
            [
                Cell(self.label(name), strong=True),
                Cell(form.number(a.calls)),
                Cell(form.number(a.estimate, 2)),
                Cell(form.interval(a.low, a.high, "n", value=a.estimate), tone="grey"),
                Cell(self._mean(name)),
                Cell(self._allows(a)),
            ]
            for name, a in self.answer.agreement.items()
        ]
        note = _("Krippendorff's alpha for ordered scores: 1 is perfect agreement, 0 what chance gives.")
        return TableView(_("Do evaluators agree?"), heads, lines, (note,))

    def _mean(self, name: str) -> str:
        mean, low, high = self.answer.overall.get(name, (NAN, NAN, NAN))
        return self.form.value(mean, "score", low, high)

    def _allows(self, a: Agreement) -> str:
        _ = self.say
        if a.reason:
            return _(a.reason)
        if not a.enough:
            return _("no comparison")
        return _("comparison") if a.estimate >= RELIABLE else _("comparison with caution")

    def table(self) -> TableView:
        """Return the scores of each agent, on the criteria on which evaluators agree."""
        _, level = self.say, self.level(self.answer.confidence)
        heads = [Column(_("Agent")), *(Column(self.label(name), "right") for name in self.answer.criteria)]
        evident = {agent for gaps in self.answer.differ.values() for agent in gaps}
        agents = list(self.answer.agents)
        lines = [self._line(agent) for agent in agents]
        strong = [_("Mean with {level} interval over calls. Strong: differs from all others.", level=level)]
        few = [_("Grey: fewer than {n} calls, too few for an interval.", n=self.form.number(FEWEST_CALLS))]
        own = split(agents, evident)[0]
        notes = [
            *(strong if own else []),
            *(few if any(self._few(agent) for agent in own) else []),
            _("Not adjusted for lists or hours: evaluated calls are few."),
        ]
        table = TableView(_("Quality scores by agent"), heads, lines, notes)
        return self.brief(table, agents, evident, self._rest)

    def _few(self, agent: str) -> bool:
        return any(e.known and e.n < FEWEST_CALLS for e in self.answer.agents[agent].values())

    def _line(self, agent: str) -> list[Cell]:
        scores = self.answer.agents[agent]
        cells = (self._cell(agent, name, scores.get(name)) for name in self.answer.criteria)
        return [Cell(agent, strong=True), *cells]

    def _rest(self, rest: list[str]) -> list[Cell]:
        """Return the line for everyone without their own row, with all their scores pooled."""
        cells = [self.rest(len(rest), len(self.answer.agents))]
        for name in self.answer.criteria:
            mean = pooled([self.answer.agents[a][name] for a in rest if name in self.answer.agents[a]])
            cells.append(Cell(self.form.number(mean.value if mean else None, 1), tone="grey"))
        return cells

    def _cell(self, agent: str, name: str, e: Estimate | None) -> Cell:
        form = self.form
        if e is None or not e.known:
            return Cell(form.number(None), tone="grey")
        value, low, high = (form.number(number, 1) for number in (e.value, e.low, e.high))
        if e.low != e.low or e.n < FEWEST_CALLS:
            return Cell(value, tone="grey")
        return Cell(f"{value} ({low}–{high})", strong=agent in self.answer.differ.get(name, {}))

    def plot(self, ax: Any = None, criterion: str | None = None) -> Any:
        """Draw the scores of one criterion by agent; the first on which evaluators agree if none is named."""
        name = criterion or next(iter(self.answer.criteria), "")
        drawn = [(agent, scores[name]) for agent, scores in self.answer.agents.items() if name in scores]
        return self.plot_by_agent(drawn, ax, unit="score", label=self.label(name), n=[e.n for _, e in drawn])

    def figure(self, criterion: str | None = None) -> FigureView:
        """Return the plot with its caption and alternative text."""
        name = criterion or next(iter(self.answer.criteria), "")
        level = self.level(self.answer.confidence)
        caption = self.say(
            "Quality by agent: {criterion}, with {level} intervals", criterion=self.label(name), level=level
        )
        return figure(self.plot(None, name), caption, caption)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, agreement, then scores where agreement supports them, and notes."""
        notes = self.notes(self.answer.notes)
        if not self.answer.agreement:
            return notes
        scores: tuple[View, ...] = (self.table(),) if self.answer.criteria and self.answer.agents else ()
        return (self.answer.verdict, self.agreement_table(), *scores, *notes)
