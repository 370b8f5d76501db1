"""How suspect days are presented: contradictory agent-days, and gaps in the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Note,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)
from callstats.answers.trust.suspect_days import AgentDays, Gap, Gaps

#: Most agent-days with their own line.
_MOST = 15
#: Most days named in a line, and most weeks drawn.
_MOST_NAMED, _MOST_WEEKS = 8, 27


@tells(AgentDays)
class AgentDaysTelling(Telling[AgentDays]):
    """Presents the days on which calls and agent time contradict each other."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State on how many days calls exceed the login, and on how many the tables differ."""
        if self.answer.note:
            return ()
        _, form = self.say, self.form
        n, wrong = form.number(len(self.answer.days)), len(self.answer.wrong)
        impossible = sum(d.impossible for d in self.answer.days)
        if not wrong:
            text = _("On all {n} agent-days calls and agent time agree.", n=n)
            return (Sentence(text, "good"),)
        text = _(
            "Of {n} agent-days, {impossible} have more time in calls than logged in; on {differ} more the "
            "two tables tell times of work that differ by over a tenth and ten minutes.",
            n=n,
            impossible=form.number(impossible),
            differ=form.number(wrong - impossible),
        )
        return (Sentence(text, "bad" if impossible else "unknown"),)

    def finding(self) -> str:
        """State on how many days of agents calls exceed the login."""
        n = sum(d.impossible for d in self.answer.days)
        if not n:
            return self.say("No agent has more time in calls than logged in.")
        return self.say.ngettext(
            "{n} day has more time in calls than logged in.",
            "{n} days have more time in calls than logged in.",
            n,
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw time in calls as a share of login time by day, one point per agent-day."""
        from callstats.show.plots import day_strip

        _ = self.say
        shown = [d for d in self.answer.days if d.share == d.share]
        return day_strip(
            [d.day for d in shown],
            [d.share for d in shown],
            [d.agent for d in shown],
            formatter=self.form,
            label=_("share of login in calls"),
            limit_label=_("time logged in"),
            outside=[d.impossible for d in shown],
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form = self.say, self.form
        caption = _("Time in calls as a share of time logged in, each point a day of an agent")
        named = ", ".join(f"{d.agent} ({form.day(d.day)})" for d in self.answer.wrong if d.impossible)
        n = form.number(len(self.answer.days))
        alt = _("{n} agent-days, all with no more time in calls than logged in.", n=n)
        if named:
            alt = _("{n} agent-days; more time in calls than logged in: {days}.", n=n, days=named)
        return figure(self.plot(), caption, alt, self.finding())

    def table(self) -> TableView:
        """Return the days on which the tables contradict each other."""
        _, form = self.say, self.form
        heads = [Column(_("Agent")), Column(_("Day"), "right"), Column(_("Logged in"), "right")]
        heads += [Column(h, "right") for h in (_("At work, agent time"), _("At work, calls"))]
        heads += [Column(_("What is wrong"))]
        words = {True: _("calls exceed the login"), False: _("the two differ")}
        lines = [
            [
                Cell(d.agent, strong=True),
                Cell(form.date(d.day)),
                *(Cell(form.value(s, "s")) for s in (d.login_s, d.work_s, d.calls_s)),
                Cell(words[d.impossible]),
            ]
            for d in self.answer.wrong[:_MOST]
        ]
        left = len(self.answer.wrong) - _MOST
        notes = [_.ngettext("{n} more agent-day", "{n} more agent-days", left)] if left > 0 else []
        notes.append(_("Figures per hour rest on agent time: look for calls or log-ins missing on that day."))
        return TableView(_("Agent-days that do not fit"), heads, lines, notes)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the plot, and the contradictory days."""
        if self.answer.note:
            return (Note(self.answer.note),)
        return (self.answer.verdict, self.figure(), *([self.table()] if self.answer.wrong else []))


@tells(Gaps)
class GapsTelling(Telling[Gaps]):
    """Presents the calendar of calls, and its gaps."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many days and hours are missing."""
        if self.answer.note:
            return ()
        _, form = self.say, self.form
        days = len({day for gap in self.answer.gaps for day in gap.days})
        hours = sum(len(h) for gap in self.answer.gaps for _day, h in gap.hours)
        if not days and not hours:
            return (Sentence(_("No gap: every day and hour that is usually dialled has calls."), "good"),)
        text = _(
            "Without a call although usually dialled: {days}, and {hours}. A holiday, or a file that is "
            "missing: look before comparing periods.",
            days=_.ngettext("{shown} day", "{shown} days", days, shown=form.number(days)),
            hours=_.ngettext(
                "{shown} hour of days worked", "{shown} hours of days worked", hours, shown=form.number(hours)
            ),
        )
        return (Sentence(text, "unknown"),)

    def finding(self) -> str:
        """State how many days lack calls."""
        n = len(self.answer.missing)
        if not n:
            return self.say("No day that is usually dialled is without a call.")
        return self.say.ngettext(
            "{n} day that is usually dialled is without a call.",
            "{n} days that are usually dialled are without a call.",
            n,
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the calls of every day, one line per week; gaps are hatched."""
        from callstats.show import theme
        from callstats.show.plots import heatmap

        form, calls = self.form, self.answer.calls
        weeks, weekdays = self._weeks(), sorted({day.weekday() for day in calls})
        days = [[week + dt.timedelta(days=d) for d in weekdays] for week in weeks]
        values = [[calls.get(day, float("nan")) for day in week] for week in days]
        known = {*calls, *self.answer.missing}
        sizes = [[int(day in known) for day in week] for week in days]
        with theme.context():
            ax = theme.axes(ax, 0.8 + 0.22 * len(weeks))  # a quarter's weeks on half a page
        return heatmap(
            values,
            row_labels=[form.day(week) for week in weeks],
            column_labels=[form.weekday(d + 1) for d in weekdays],
            unit="n",
            formatter=form,
            label=self.say("calls a day, week from Monday"),
            n=sizes,
            ax=ax,
        )

    def _weeks(self) -> list[dt.date]:
        """Return the Mondays from the first call to the last, limited to the latest few."""
        first, last = min(self.answer.calls), max(self.answer.calls)
        monday = first - dt.timedelta(days=first.weekday())
        count = (last - monday).days // 7 + 1
        return [monday + dt.timedelta(weeks=n) for n in range(count)][-_MOST_WEEKS:]

    def figure(self) -> FigureView:
        """Return the calendar with its caption and alternative text."""
        _, form = self.say, self.form
        caption = _("Calls by day; hatched: none on a weekday that is usually dialled")
        alt = _(
            "Calls by day from {first} to {last}.",
            first=form.date(min(self.answer.calls)),
            last=form.date(max(self.answer.calls)),
        )
        if self.answer.missing:
            alt += " " + _("Without a call: {days}.", days=self._listed(self.answer.missing))
        return figure(self.plot(), caption, alt, self.finding())

    def table(self) -> TableView:
        """Return the gaps of every campaign."""
        _ = self.say
        heads = [_("Campaign"), _("Days without a call"), _("Hours without a call")]
        lines = [
            [
                Cell(gap.campaign or _("all calls"), strong=True),
                self._listed(gap.days) or "–",
                self._hours(gap) or "–",
            ]
            for gap in self.answer.gaps
        ]
        note = _(
            "A day is missing where its weekday has calls in most weeks; an hour, where nine of ten days "
            "worked have calls in it; both only where ten calls or more are usual."
        )
        return TableView(_("Gaps in the calendar"), heads, lines, (note,))

    def _listed(self, days: Sequence[dt.date]) -> str:
        return self.some([self.form.date(day) for day in days], _MOST_NAMED)

    def _hours(self, gap: Gap) -> str:
        form = self.form
        named = [
            f"{form.date(day)} ({', '.join(form.hour(hour) for hour in hours)})" for day, hours in gap.hours
        ]
        return self.say.joined(self.first(named, _MOST_NAMED))

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the calendar and the gaps, or one line if calls have no clock."""
        if self.answer.note:
            return (Note(self.answer.note),)
        return (self.answer.verdict, self.figure(), *([self.table()] if self.answer.gaps else []))
