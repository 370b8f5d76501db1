"""How agents' time is presented: pace by agent, handle time by agent and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callstats.answers.agents.agent_work import (
    MEAN,
    MEDIAN,
    OCCUPANCY,
    OUTCOMES,
    P90,
    PACE,
    RECEIVED,
    SHARES,
    AgentHandleTime,
    AgentPace,
)
from callstats.answers.agents.agents_numbers import Status
from callstats.answers.agents.by_agent_telling import ByAgentTelling, pooled, side_of, standing_out
from callstats.answers.core.estimates import NAN, Estimate
from callstats.answers.core.telling import Cell, Column, FigureView, Sentence, TableView, View, figure, tells
from callstats.kpis import get
from callstats.kpis.define import KPI
from callstats.show.calendar import UNKNOWN
from callstats.show.digits import unknown


@tells(AgentPace)
class AgentPaceTelling(ByAgentTelling[AgentPace]):
    """The telling of pace and time by agent."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Who differs from the others in pace, wrap-up and pauses, beyond day-to-day variation."""
        differ = self.answer.differ
        said = [sentence for name, sides in differ.items() if (sentence := self._sentence(name, sides))]
        alike = ", ".join(self.kpi(self._kpi(name)) for name, sides in differ.items() if not _marked(sides))
        if alike:
            text = self.say("{kpi}: no evidence that anybody differs from the others.", kpi=alike)
            said.append(Sentence(text))
        return tuple(said)

    def _sentence(self, name: str, sides: Mapping[str, Status]) -> Sentence | None:
        above, below = ([a for a, side in sides.items() if side == wanted] for wanted in ("above", "below"))
        kpi = self._kpi(name)
        return self.apart_sentence(self.kpi(kpi), side_of(kpi), above, below)

    def _kpi(self, name: str) -> KPI:
        return next(of[name].kpi for of in self.answer.agents.values())

    def table(self) -> TableView:
        """Return pace and shares of login time: the agents who differ, and the others in one line."""
        _, agents = self.say, self.answer.agents
        names = (*PACE, *RECEIVED, *SHARES, *OCCUPANCY)
        shown = [n for n in names if any(n in of and of[n].known for of in agents.values())]
        pace = _("outbound, per hour of it") if self.answer.blended else _("per login hour")
        groups = {
            **dict.fromkeys((*PACE, *RECEIVED), pace),
            **dict.fromkeys(SHARES, _("share of login time")),
        }
        labels = {**PACE, **RECEIVED, **SHARES, **OCCUPANCY}
        heads = [Column(_("Agent")), *(Column(_(labels[n]), "right", groups.get(n)) for n in shown)]
        columns = [self._column([of[name] for of in agents.values()]) for name in shown] if agents else []
        lines = [
            [
                Cell(agent, strong=True),
                *(self._cell(agent, n, c[i]) for n, c in zip(shown, columns, strict=True)),
            ]
            for i, agent in enumerate(agents)
        ]
        table = TableView(_("Pace and time by agent"), heads, lines, self._footnotes())
        return self.brief(
            table, list(agents), standing_out(self.answer.differ), lambda rest: self._rest(rest, shown)
        )

    def _footnotes(self) -> list[str]:
        _ = self.say
        strong = _("Strong: differs from the others beyond what the agent's days vary.")
        blended = _(
            "Outbound work: dials and what comes of them, without calls received and the time they take."
        )
        return [
            *([strong] if standing_out(self.answer.differ) else []),
            *([blended] if self.answer.blended else []),
        ]

    def _rest(self, rest: list[str], shown: list[str]) -> list[Cell]:
        """Return the line for everyone without their own row, pooled."""
        form = self.form
        cells = [self.rest(len(rest), len(self.answer.agents))]
        for name in shown:
            e = pooled([self.answer.agents[agent][name] for agent in rest])
            cells.append(Cell(form.value(e.value if e else None, self._kpi(name).unit), tone="grey"))
        return cells

    def _column(self, estimates: list[Estimate]) -> list[str]:
        """Return the values of a column, all with the same digits."""
        ends = [e.low for e in estimates], [e.high for e in estimates]
        return self.form.column([e.value for e in estimates], estimates[0].kpi.unit, *ends)

    def _cell(self, agent: str, name: str, text: str) -> Cell:
        return Cell(text, strong=self.answer.differ.get(name, {}).get(agent, "") in ("above", "below"))

    def plot(self, ax: Any = None, kpi: str = "handled_per_agent_hour") -> Any:
        """Draw one KPI by agent with its intervals, by name."""
        drawn = [(agent, estimates[kpi]) for agent, estimates in self.answer.agents.items()]
        return self.plot_by_agent(drawn, ax, unit=self._kpi(kpi).unit, label=self.kpi(self._kpi(kpi)))

    def figure(self, kpi: str = "handled_per_agent_hour") -> FigureView:
        """Return the plot of one KPI with its caption and alternative text."""
        _, label = self.say, self.kpi(self._kpi(kpi))
        caption = _(
            "{kpi} by agent, with {level} intervals", kpi=label, level=self.level(self.answer.confidence)
        )
        known = [(a, of[kpi]) for a, of in self.answer.agents.items() if of[kpi].known][:10]
        values = ", ".join(f"{agent} {self.value(e)}" for agent, e in known)
        return figure(self.plot(None, kpi), caption, _("{kpi} by agent: {values}.", kpi=label, values=values))

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the table, and what is unknown."""
        notes = self.notes(self.answer.notes)
        return (self.answer.verdict, self.table(), *notes) if self.answer.agents else notes


@tells(AgentHandleTime)
class AgentHandleTimeTelling(ByAgentTelling[AgentHandleTime]):
    """The telling of handle time by agent and outcome."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Who takes longer or shorter than usual for the same outcomes."""
        _ = self.say
        if not self.answer.status:
            return ()
        status = self.answer.status.items()
        longer, shorter = ([a for a, s in status if s == side] for side in ("above", "below"))
        names = {"longer": self.named(longer), "shorter": self.named(shorter)}
        if longer and shorter:
            text = _(
                "Handle time on calls with the same outcomes: longer {longer}; shorter {shorter}.", **names
            )
        elif longer:
            text = _("Handle time on calls with the same outcomes: longer {longer}.", **names)
        elif shorter:
            text = _("Handle time on calls with the same outcomes: shorter {shorter}.", **names)
        else:
            text = _("Handle time: no evidence that anybody differs on calls with the same outcomes.")
        return (Sentence(text),)

    def table(self) -> TableView:
        """Return mean, median and 90 % quantile of all conversations, mean and quantile by outcome."""
        _ = self.say
        outcomes = [o for o in OUTCOMES if any(o in of for of in self.answer.agents.values())]
        heads = [Column(_("Agent"))]
        for outcome in outcomes:
            group = _(OUTCOMES[outcome][1])
            heads.append(Column(_("mean"), "right", group))
            heads += [Column(_("median"), "right", group)] if outcome == "all" else []
            heads.append(Column(_("9 in 10 within"), "right", group))
        agents = self.answer.agents
        lines = [self._line(agent, by_outcome, outcomes) for agent, by_outcome in agents.items()]
        strong = standing_out({MEAN: self.answer.status})
        notes = [_("Minutes and seconds.")]
        if strong:
            notes = [
                _("Minutes and seconds. Strong: differs from the others on calls with the same outcomes.")
            ]
        table = TableView(_("Handle time by agent and outcome"), heads, lines, notes)
        return self.brief(table, list(agents), strong, lambda rest: self._rest(rest, outcomes))

    def _line(
        self, agent: str, by_outcome: Mapping[str, Mapping[str, Estimate]], outcomes: list[str]
    ) -> list[Cell]:
        cells = [Cell(agent, strong=True)]
        for outcome in outcomes:
            e = by_outcome.get(outcome, {})
            shown = _shown(outcome)
            strong = outcome == "all" and self.answer.status.get(agent, "") in ("above", "below")
            cells += [Cell(_clock(e[n].value if n in e else NAN), strong=strong and n == MEAN) for n in shown]
        return cells

    def _rest(self, rest: list[str], outcomes: list[str]) -> list[Cell]:
        """Return the line for everyone without their own row: pooled means, as quantiles cannot be pooled."""
        of_all = self.answer.overall if len(rest) == len(self.answer.agents) else {}
        cells = [self.rest(len(rest), len(self.answer.agents))]
        for outcome in outcomes:
            e = of_all.get(outcome) or self._pooled(outcome, set(rest))
            texts = [_clock(e[name].value) if name in e else "" for name in _shown(outcome)]
            cells += [Cell(text, tone="grey") for text in texts]
        return cells

    def _pooled(self, outcome: str, agents: set[str]) -> Mapping[str, Estimate]:
        mean = pooled([e for agent, e in self._means(outcome) if agent in agents])
        return {} if mean is None else {MEAN: mean}

    def _means(self, outcome: str) -> list[tuple[str, Estimate]]:
        """Return the mean of one outcome by agent, for agents who had such calls."""
        return [(agent, of[outcome][MEAN]) for agent, of in self.answer.agents.items() if outcome in of]

    def plot(self, ax: Any = None, outcome: str = "all") -> Any:
        """Draw the mean of one outcome by agent with its intervals."""
        drawn = self._means(outcome)
        n = [e.denominator for _, e in drawn]
        return self.plot_by_agent(drawn, ax, unit="s", label=self.kpi(get(MEAN)), n=n)

    def figure(self, outcome: str = "all") -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form, label = self.say, self.form, self.kpi(get(MEAN))
        values = ", ".join(f"{agent} {form.duration(e.value)}" for agent, e in self._means(outcome)[:10])
        caption = _(
            "{kpi} by agent, {outcome}, with {level} intervals",
            kpi=label,
            outcome=_(OUTCOMES[outcome][1]),
            level=self.level(self.answer.confidence),
        )
        return figure(
            self.plot(None, outcome), caption, _("{kpi} by agent: {values}.", kpi=label, values=values)
        )

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the table, and what is unknown."""
        notes = self.notes(self.answer.notes)
        return (self.answer.verdict, self.table(), *notes) if self.answer.agents else notes


def _shown(outcome: str) -> tuple[str, ...]:
    return (MEAN, MEDIAN, P90) if outcome == "all" else (MEAN, P90)


def _marked(sides: Mapping[str, Status]) -> bool:
    return any(side in ("above", "below") for side in sides.values())


def _clock(seconds: float) -> str:
    """Return a duration in clock format, short enough for a wide table.

    Examples
    --------
    >>> _clock(187.4), _clock(3727.0), _clock(NAN)
    ('3:07', '1:02:07', '–')
    """
    if unknown(seconds):
        return UNKNOWN
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
