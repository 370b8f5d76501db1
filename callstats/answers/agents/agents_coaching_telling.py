"""Agents to coach: whom, on what, on which evidence, its worth, and how many more calls are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from callstats.answers.agents.agents import AgentComparison, denominator
from callstats.answers.agents.agents_numbers import AgentFigures, GapWorth, WorkStep
from callstats.answers.agents.by_agent_telling import ByAgentTelling, split
from callstats.answers.core.telling import Cell, Column, Sentence, TableView
from callstats.kpis.translations import words as kpi_words
from callstats.show.words import mark

_FINDINGS = {
    ("below", True): mark("stands out below the others"),
    ("above", True): mark("stands out above the others"),
    ("below", False): mark("below the others"),
    ("above", False): mark("above the others"),
    ("alike", False): mark("no evidence of a difference"),
    ("few", False): mark("too few calls to tell"),
    ("not comparable", False): mark("not comparable: hardly anybody else works these calls"),
    ("no calls", False): mark("no calls"),
}
#: Shares of login time other than talking, and their labels.
_TIMES = {
    "pause_share": mark("pauses"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
}


def rows_of_figures(agents: Sequence[AgentFigures]) -> tuple[list[AgentFigures], list[AgentFigures]]:
    """Return the agents with their own row, and the others."""
    evident = {agent.agent for agent in agents if agent.status in ("above", "below")}
    own = set(split([agent.agent for agent in agents], evident)[0])
    shown = [agent for agent in agents if agent.agent in own]
    return shown, [agent for agent in agents if agent.agent not in own]


class CoachingTelling(ByAgentTelling[AgentComparison]):
    """What a comparison of agents says about coaching: a sentence and a table."""

    def sentence(self) -> Sentence | None:
        """Name the agent whose gap is worth most, if a gap is evident."""
        _ = self.say
        gains = {a.agent: self.answer.worths[a.agent] for a in self.answer.agents if self._to_coach(a)}
        if self.answer.kpi.direction not in ("up", "down"):
            return None
        if not gains:
            return Sentence(_("Nobody's gap is evident enough to coach on."))
        first = max(sorted(gains), key=lambda agent: gains[agent].amount)
        days = self.form.number(self.answer.horizon_days)
        fields = {"agent": first, "worth": self._worth_words(gains[first]), "days": days}
        where = self._where_words(self.answer.steps.get(first), self.answer.times.get(first, {}))
        if where:
            return Sentence(
                _("Coach {agent} first: {where}; worth in {days} days {worth}.", where=where, **fields), "bad"
            )
        return Sentence(_("Coach {agent} first; worth in {days} days {worth}.", **fields), "bad")

    def _to_coach(self, figures: AgentFigures) -> bool:
        return self._is_bad(figures) and figures.agent in self.answer.worths

    def table(self) -> TableView:
        """Return one row per agent, by name; a column that would be empty is left out."""
        _, form = self.say, self.form
        shown, left = rows_of_figures(self.answer.agents)
        trials = denominator(self.voice, self.answer.kpi)
        heads = [
            Column(_("Agent")),
            Column(_("Finding")),
            Column(_("Evidence"), "right"),
            Column(_("Worth in {days} days", days=form.number(self.answer.horizon_days)), "right"),
            Column(_("Still needed: {trials}", trials=trials), "right"),
        ]
        caption = _("Whom to coach on what: {kpi}", kpi=self.kpi(self.answer.kpi))
        lines = [*(self._line(one) for one in shown), *self._not_to_coach(left, len(heads))]
        kept = [i for i in range(len(heads)) if not lines or any(line[i].text for line in lines)]
        rows = [[line[i] for i in kept] for line in lines]
        return TableView(caption, [heads[i] for i in kept], rows, self._footnotes(kept))

    def _line(self, figures: AgentFigures) -> list[Cell]:
        evident = figures.status in ("above", "below")
        tone = "accent" if self._is_bad(figures) else None
        return [
            Cell(figures.agent, strong=True),
            Cell(self._finding(figures), strong=evident, tone=tone, under=self._where(figures)),
            self._evidence(figures),
            self._worth(figures) if evident else Cell(""),
            Cell("") if evident else self._needed(figures),
        ]

    def _finding(self, figures: AgentFigures) -> str:
        """Return a finding in words."""
        _ = self.say
        return _(_FINDINGS[figures.status, figures.stands_out and figures.status in ("above", "below")])

    def _is_bad(self, figures: AgentFigures) -> bool:
        """Return whether a finding is bad news."""
        wrong = {"up": "below", "down": "above"}.get(self.answer.kpi.direction)
        return figures.status == wrong

    def _where(self, figures: AgentFigures) -> list[str]:
        """Return the step a finding comes from, line by line: name, the agent's standing, time cost."""
        step, times = self.answer.steps.get(figures.agent), self.answer.times.get(figures.agent, {})
        if step is None:
            return []
        _, form = self.say, self.form
        stands = _(
            "{ratio} of the others' ({interval})",
            ratio=form.value(step.ratio, "%", step.low, step.high),
            interval=form.interval(step.low, step.high, "%", value=step.ratio),
        )
        lines = [step.kpi.label[self.voice.language], stands]
        if step.kpi.unit == "1/h" and times:
            most = self._main_time(step, times)
            gap = form.change(times[most], "%")
            lines.append(_("{time} {gap} of login time", time=_(_TIMES[most]), gap=gap))
        return lines

    def _where_words(self, step: WorkStep | None, times: Mapping[str, float]) -> str:
        """Return the step a finding comes from; for pace, with the share of time that differs most."""
        if step is None:
            return ""
        _, form = self.say, self.form
        text = _(
            "{step} at {ratio} of the others' ({interval})",
            step=step.kpi.label[self.voice.language],
            ratio=form.value(step.ratio, "%", step.low, step.high),
            interval=form.interval(step.low, step.high, "%", value=step.ratio),
        )
        if step.kpi.unit != "1/h" or not times:
            return text
        most = self._main_time(step, times)
        gap = form.change(times[most], "%")
        return _("{text}, {time} {gap} of login time", text=text, time=_(_TIMES[most]), gap=gap)

    def _main_time(self, step: WorkStep, times: Mapping[str, float]) -> str:
        """Return the share of login time that differs most in the finding's direction."""
        return max(sorted(times), key=lambda name: times[name] if step.ratio < 1 else -times[name])

    def _evidence(self, figures: AgentFigures) -> Cell:
        """Return the ratio to all agents' result on the same calls, above its interval."""
        if not figures.known:
            return Cell("")
        form = self.form
        ratio = form.value(figures.ratio, "%", figures.ratio_low, figures.ratio_high)
        return Cell(
            ratio, under=[form.interval(figures.ratio_low, figures.ratio_high, "%", value=figures.ratio)]
        )

    def _worth(self, figures: AgentFigures) -> Cell:
        """Return what a gap is worth: events or hours above their interval, and money."""
        worth = self.answer.worths.get(figures.agent)
        if worth is None:
            return Cell("")
        _, form = self.say, self.form
        change = form.change(worth.amount, worth.unit, worth.low, worth.high)
        under = [form.interval(worth.low, worth.high, worth.unit, change=True, value=worth.amount)]
        if worth.unit != "h":
            change = _("{change} {events}", change=change, events=self._numerator())
        if worth.money == worth.money:
            under.append(form.change(worth.money, "money", worth.money_low, worth.money_high))
        return Cell(change, under=under)

    def _worth_words(self, worth: GapWorth) -> str:
        """Return what a gap is worth, in events or hours, and in money."""
        _, form = self.say, self.form
        change = form.change(worth.amount, worth.unit, worth.low, worth.high)
        interval = form.interval(worth.low, worth.high, worth.unit, change=True, value=worth.amount)
        if worth.unit == "h":
            return f"{change} ({interval})"
        events = self._numerator()
        if worth.money != worth.money:
            return _("{change} {events} ({interval})", change=change, events=events, interval=interval)
        money = form.change(worth.money, "money", worth.money_low, worth.money_high)
        return _(
            "{change} {events} ({interval}), {money}",
            change=change,
            events=events,
            interval=interval,
            money=money,
        )

    def _numerator(self) -> str:
        """Return what the KPI counts, in the language: "successes"."""
        return self.answer.kpi.formula.numerator.spelled(kpi_words(self.voice.language).term)  # type: ignore[union-attr]

    def _needed(self, figures: AgentFigures) -> Cell:
        """Return the calls it takes to detect a gap that matters, or the observed gap if fewer."""
        _ = self.say
        fewer = figures.needed_gap < figures.needed_relevant
        seen = [_("{n} for the gap seen", n=self._rounded(figures.needed_gap))] if fewer else []
        return Cell(self._rounded(figures.needed_relevant), tone="grey", under=seen)

    def _rounded(self, number: float) -> str:
        """Return how many more it takes, rounded; over a hundred times the current number is meaningless."""
        form = self.form
        most = 100 * max(one.trials for one in self.answer.agents)
        if not number < most:
            return form.number(None)
        return form.number(float(f"{np.ceil(number):.2g}"))

    def _not_to_coach(self, left: Sequence[AgentFigures], width: int) -> list[list[Cell]]:
        """Return the row for everyone without their own row, counted by finding."""
        if not left:
            return []
        form = self.form
        counted = Counter(self._finding(one) for one in left)
        findings = self.say.joined(f"{form.number(n)} {text}" for text, n in counted.most_common())
        texts = [self.others(len(left), len(self.answer.agents)), findings, *[""] * (width - 2)]
        return [[Cell(text, tone="grey") for text in texts]]

    def _volume(self) -> str:
        """Return the volume for which the worth is said."""
        number, found = self.form.number, self.answer
        return self.say(
            "{days} days: {worked} working days, with as many calls each as on the days seen.",
            days=number(found.horizon_days),
            worked=number(round(found.working_days)),
        )

    def _footnotes(self, kept: Sequence[int]) -> list[str]:
        """Explain how to read the columns shown, and why one is missing."""
        _ = self.say
        gap = self.form.goal(self.answer.relevant, "%")
        worth = _(
            "Worth: what would change if the agent did as all agents do on the same calls, chance taken off; "
            "a minus is what the agent brings beyond that.",
        )
        needed = _(
            "Still needed: for a chance of 80% to find a gap of {gap}; beneath, for the gap seen "
            "where it takes fewer.",
            gap=gap,
        )
        return [
            _(
                "Evidence: the figure, of what all agents bring on the same calls. "
                "Sorted by name: no league table."
            ),
            *([worth, self._volume()] if 3 in kept else [_("Nobody's gap is evident enough to coach on.")]),
            *([needed] if 4 in kept else []),
        ]
