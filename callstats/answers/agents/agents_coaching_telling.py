"""Agents to coach: whom, on what, on which evidence, what it costs, and how many more calls are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from callstats.answers.agents.agents import AgentComparison, denominator
from callstats.answers.agents.agents_numbers import AgentFigures, GapWorth, WorkStep
from callstats.answers.agents.by_agent_telling import NAMED, ByAgentTelling
from callstats.answers.core.telling import Cell, Column, Sentence, TableView
from callstats.kpis.translations import words as kpi_words
from callstats.show.key_figures import is_good
from callstats.show.words import mark

_FINDINGS = {
    "alike": mark("no evidence of a difference"),
    "few": mark("too few calls to tell"),
    "not comparable": mark("not comparable: hardly anybody else works these calls"),
    "no calls": mark("no calls"),
}
#: Good news, bad news or neither, and whether the agent stands out -> finding.
_APART = {
    (True, True): mark("stands out: better than the others"),
    (False, True): mark("stands out: worse than the others"),
    (True, False): mark("better than the others"),
    (False, False): mark("worse than the others"),
}
_NEITHER = {"above": mark("above the others"), "below": mark("below the others")}
#: Statuses of which each agent has a row, unless that holds for many.
_UNDECIDED = ("few", "not comparable", "no calls")
#: Shares of login time other than talking, and their labels.
_TIMES = {
    "pause_share": mark("pauses"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
}


def telling_rows(agents: Sequence[AgentFigures]) -> set[str]:
    """Return the agents whose rows say something: a finding, or that it takes more calls.

    What holds for more than a few is told once, for all of them.
    """
    counted = Counter(one.status for one in agents)
    few = {status for status in _UNDECIDED if counted[status] <= NAMED}
    return {one.agent for one in agents if one.status in ("above", "below") or one.status in few}


class CoachingTelling(ByAgentTelling[AgentComparison]):
    """What a comparison of agents says about coaching: a sentence and a table."""

    def sentence(self) -> Sentence | None:
        """Name the agent whose gap costs most, if a gap is evident."""
        _ = self.say
        if self.answer.kpi.direction not in ("up", "down"):
            return None
        first = self._first()
        if first is None:
            return Sentence(_("Nobody's gap is evident enough to coach on."))
        days = self.form.number(self.answer.horizon_days)
        fields = {"agent": first, "gap": self._gap_words(self.answer.worths[first]), "days": days}
        where = self._where_words(self.answer.steps.get(first), self.answer.times.get(first, {}))
        if where:
            text = _(
                "Coach {agent} first: {where}; against the others {gap} in {days} days.",
                where=where,
                **fields,
            )
        else:
            text = _("Coach {agent} first: against the others {gap} in {days} days.", **fields)
        return Sentence(text, "bad")

    def headline(self) -> str:
        """Return whom to coach first and what the gap costs; "" if nobody is to be coached."""
        first = self._first()
        if first is None:
            return ""
        worth, form = self.answer.worths[first], self.form
        gap = form.change(worth.amount, worth.unit, worth.low, worth.high)
        if worth.unit != "h":
            gap = self.say("{change} {events}", change=gap, events=self._numerator())
        return self.say(
            "Coach {agent} first: {gap} in {days} days against the others",
            agent=first,
            gap=gap,
            days=form.number(self.answer.horizon_days),
        )

    def _first(self) -> str | None:
        """Return the agent whose gap costs most; None if no gap is evident."""
        costs = {
            a.agent: abs(self.answer.worths[a.agent].amount) for a in self.answer.agents if self._to_coach(a)
        }
        return max(sorted(costs), key=lambda agent: costs[agent]) if costs else None

    def _to_coach(self, figures: AgentFigures) -> bool:
        return self._is_bad(figures) and figures.agent in self.answer.worths

    def table(self) -> TableView:
        """Return who says something, by name, and the others in one line; no column is empty."""
        _, form, agents = self.say, self.form, self.answer.agents
        trials = denominator(self.voice, self.answer.kpi)
        heads = [
            Column(_("Agent")),
            Column(_("Finding")),
            Column(_("Evidence"), "right"),
            Column(_("Against the others, {days} days", days=form.number(self.answer.horizon_days)), "right"),
            Column(_("Still needed: {trials}", trials=trials), "right"),
        ]
        caption = _("Whom to coach on what: {kpi}", kpi=self.kpi(self.answer.kpi))
        table = TableView(caption, heads, [self._line(one) for one in agents])
        table = self.brief(table, [one.agent for one in agents], telling_rows(agents), self._rest)
        payload = table.payload()["rows"]
        kept = [i for i in range(len(heads)) if not payload or any(row[i]["text"] for row in payload)]
        rows, all_rows = ([[row[i] for i in kept] for row in some] for some in (table.rows, table.all_rows))
        return TableView(caption, [heads[i] for i in kept], rows, self._footnotes(kept), all_rows)

    def _line(self, figures: AgentFigures) -> list[Cell]:
        evident = figures.status in ("above", "below")
        tone = "accent" if self._is_bad(figures) else None
        return [
            Cell(figures.agent, strong=True),
            Cell(self._finding(figures), strong=evident, tone=tone, under=self._where(figures)),
            self._evidence(figures),
            self._gap(figures) if evident else Cell(""),
            Cell("") if evident else self._needed(figures),
        ]

    def _finding(self, figures: AgentFigures) -> str:
        """Return a finding in words: for those who differ, what it means."""
        _, status = self.say, figures.status
        if status not in ("above", "below"):
            return _(_FINDINGS[status])
        good = is_good(1.0 if status == "above" else -1.0, self.answer.kpi.direction)
        return _(_NEITHER[status] if good is None else _APART[good, figures.stands_out])

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

    def _gap(self, figures: AgentFigures) -> Cell:
        """Return what the agent brings beyond the others: events or hours above their interval, and money."""
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

    def _gap_words(self, worth: GapWorth) -> str:
        """Return what an agent brings beyond the others, in events or hours, and in money."""
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

    def _rest(self, rest: Sequence[str]) -> list[Cell]:
        """Return the line for everyone without their own row: what is found of them, and what it takes."""
        form, of = self.form, len(self.answer.agents)
        agents = [self.answer[agent] for agent in rest]
        counted = Counter(self._finding(one) for one in agents)
        findings = [
            text if n == len(agents) else f"{form.number(n)} {text}" for text, n in counted.most_common()
        ]
        needed = [one.needed_relevant for one in agents if one.status == "few"]
        ends = dict.fromkeys(self._rounded(end) for end in (min(needed), max(needed))) if needed else ()
        first = self.rest(len(agents), of)
        seen, usual = (
            sum(getattr(one, name) for one in agents if one.known) for name in ("observed", "expected")
        )
        evidence = form.percent(seen / usual, 0) if usual > 0 else ""
        texts = [self.say.joined(findings), evidence, "", "–".join(ends)]
        return [Cell(first.text, tone="grey"), *(Cell(text, tone="grey") for text in texts)]

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
        beyond = _(
            "Against the others: what the agent brings beyond what all agents would on the same calls, "
            "chance taken off; a minus is what is missing.",
        )
        if self.answer.kpi.direction != "up":
            beyond = _(
                "Against the others: how much more there is than with all agents on the same calls, chance "
                "taken off; a minus is how much less.",
            )
        needed = _(
            "Still needed: for a chance of 80% to find a gap of {gap}; beneath, for the gap seen "
            "where it takes fewer.",
            gap=gap,
        )
        evidence = _(
            "Evidence: the figure, of what all agents bring on the same calls. "
            "Sorted by name: no league table."
        )
        return [
            *([evidence] if 2 in kept else []),
            *([beyond, self._volume()] if 3 in kept else [_("Nobody's gap is evident enough to coach on.")]),
            *([needed] if 4 in kept else []),
        ]
