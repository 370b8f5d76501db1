"""How resolution is presented: what is solved, how fast, and what callers say."""

from __future__ import annotations

from typing import Any

import numpy as np

from callstats.answers.core.estimates import change
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)
from callstats.answers.service.queue_issues import MOST_CALLS, QUESTIONS, FirstCall, Opinions, Solving
from callstats.stats import Interval

#: Hours from which a time is given in days.
_IN_DAYS = 48.0
_A_DAY = 24
#: The curve ends when fewer issues are still followed.
FEWEST_FOLLOWED = 20
#: Below this response rate, those who answer may well differ from the others.
LOW_RESPONSE = 0.5


@tells(FirstCall)
class FirstCallTelling(Telling[FirstCall]):
    """Presents what is solved at the first call."""

    def sentences(self) -> tuple[Sentence, ...]:
        """How many calls the issues took, or what repeat calls show if there are no cases."""
        _, form, calls = self.say, self.form, self.answer.calls
        if calls:
            solved, total = {k: n for k, n in calls.items() if k}, sum(calls.values())
            text = _(
                "Issues ({n}): solved at the first call {first}, at a later one {later}, not solved yet "
                "{open}.",
                n=form.number(total),
                first=form.percent(solved.get(1, 0) / total),
                later=form.percent(sum(n for k, n in solved.items() if k > 1) / total),
                open=form.percent(calls.get(0, 0) / total),
            )
            return (Sentence(text),)
        return tuple(
            Sentence(
                _(
                    "{kpi}: {value} ({interval}) of the callers who were answered.",
                    kpi=self.kpi(e.kpi),
                    value=self.value(e, "%"),
                    interval=self.interval(e, "%"),
                )
            )
            for e in self.answer.ways[:1]
        )

    def finding(self) -> str:
        """State between which shares the measures lie, or the only one."""
        ways = self.answer.ways
        low, high = (pick(ways, key=lambda e: e.value) for pick in (min, max))
        if len(ways) < 2:
            return self.say("{share} are solved at the first call.", share=self.value(low, "%"))
        shares = {"low": self.value(low, "%"), "high": self.value(high, "%")}
        return self.say("Between {low} and {high}, whichever way it is measured.", **shares)

    def plot(self, ax: Any = None) -> Any:
        """Draw the measures side by side, with their intervals."""
        ways = self.answer.ways
        return self.interval_plot(
            [self.kpi(e.kpi) for e in ways],
            ways,
            unit="%",
            label=self.say("share solved"),
            n=[e.n for e in ways],
            sort=False,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form = self.say, self.form
        shares = ", ".join(f"{self.kpi(e.kpi)} {form.percent(e.value)}" for e in self.answer.ways)
        caption = _("Solved at the first call, as the data can tell it, {period}", period=self.answer.period)
        return figure(self.plot(), caption, _.headed(caption, shares) + ".", self.finding())

    def table(self) -> TableView:
        """Return issues by the calls it took to solve them."""
        _, form = self.say, self.form
        total = sum(self.answer.calls.values()) or 1
        ordered = sorted(self.answer.calls.items(), key=lambda item: item[0] or np.inf)
        shares = form.column([n / total for _k, n in ordered], "%")
        lines = [
            [self._named(k), form.number(n), Cell(share, bar=n / total, strong=k == 1)]
            for (k, n), share in zip(ordered, shares, strict=True)
        ]
        heads = [Column(_("Calls it took")), Column(_("Issues"), "right"), Column(_("Share"), "right")]
        return TableView(
            _("Calls until an issue was solved, {period}", period=self.answer.period), heads, lines
        )

    def _named(self, calls: int) -> str:
        _ = self.say
        if not calls:
            return _("not solved yet")
        return _("{n} or more", n=calls) if calls == MOST_CALLS else self.form.number(calls)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the measures, the calls it took, and why others cannot be computed."""
        notes = self.notes(self.answer.notes)
        if not self.answer.ways:
            return notes
        calls = [self.table()] if self.answer.calls else []
        return (self.answer.verdict, self.figure(), *calls, *notes)


@tells(Solving)
class SolvingTelling(Telling[Solving]):
    """Presents how long it takes to solve an issue."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Median, ninth decile, and how many are open."""
        median, p90 = self.answer.median, self.answer.p90
        if self.answer.shares is None or median is None or p90 is None:
            return ()
        _, form = self.say, self.form
        fields = {
            "median": self._with_interval(median),
            "p90": self._with_interval(p90),
            "n": form.number(self.answer.issues),
            "open": form.number(self.answer.still_open),
        }
        if not median.estimate >= 0:
            text = _(
                "Fewer than half of the issues ({n}) were solved in the time they could be followed.",
                **fields,
            )
        elif not p90.estimate >= 0:
            text = _(
                "Half of the issues ({n}) are solved within {median}; nine in ten never were so far.",
                **fields,
            )
        else:
            text = _(
                "Half of the issues ({n}) are solved within {median}, nine in ten within {p90}.", **fields
            )
        still = _("Still open, and counted as not solved yet: {open}.", **fields)
        return (Sentence(f"{text} {still}" if self.answer.still_open else text),)

    def _with_interval(self, hours: Interval) -> str:
        form, (value, low, high) = self.form, (hours.estimate, hours.low, hours.high)
        if not value >= 0:
            return form.value(None, "h")
        if value < _IN_DAYS:
            return f"{form.value(value, 'h', low, high)} ({form.interval(low, high, 'h', value=value)})"
        days, low, high = (end / 24 for end in (value, low, high))
        ends = form.interval(low, high, "n", value=days)
        return self.say("{n} days ({interval})", n=form.value(days, "n", low, high), interval=ends)

    def finding(self) -> str:
        """State how many are solved within a day."""
        within = {hours: (share, low, high) for hours, _, share, low, high in self.answer.shares_by_hours()}
        if _A_DAY not in within:
            return ""
        share, low, high = within[_A_DAY]
        return self.say("{share} are solved within a day.", share=self.form.value(share, "%", low, high))

    def plot(self, ax: Any = None) -> Any:
        """Draw the share solved by time with its limits."""
        from callstats.show.plots.waits import TimeCurve, time_curves

        _, table = self.say, self.answer.shares
        assert table is not None
        enough = table.at_risk >= min(FEWEST_FOLLOWED, int(table.at_risk[0]))
        parts = (table.attempt, table.estimate, table.low, table.high)
        time, share, low, high = (part[enough] for part in parts)
        return time_curves(
            [TimeCurve("", time / 24, share, low, high)],
            unit="n",
            formatter=self.form,
            label=_("days since the issue was opened"),
            share_label=_("share solved"),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say(
            "Share of issues solved by time, open ones followed to the end of the data, with its {level} "
            "interval, {period}",
            level=self.level(self.answer.mean.confidence),
            period=self.answer.period,
        )
        return self.captioned(caption)

    def table(self) -> TableView:
        """Return the share solved after some hours and days."""
        _, form = self.say, self.form
        heads = [Column(_("Within")), Column(_("Share solved"), "right")]
        heads += [self.interval_head(self.answer.mean.confidence)]
        lines = [
            [
                self._span(hours),
                Cell(form.value(share, "%", low, high), bar=min(share, 1.0), strong=True),
                form.interval(low, high, "%", value=share),
            ]
            for hours, _followed, share, low, high in self.answer.shares_by_hours()
        ]
        return TableView(_("Issues solved by time, {period}", period=self.answer.period), heads, lines)

    def _span(self, hours: float) -> str:
        if hours < 24:
            return self.form.value(hours, "h")
        return self.say.ngettext("{n} day", "{n} days", round(hours / 24))

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the plot, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (
            notes
            if self.answer.shares is None
            else (self.answer.verdict, self.figure(), self.table(), *notes)
        )


@tells(Opinions)
class OpinionsTelling(Telling[Opinions]):
    """Presents what callers say."""

    def sentences(self) -> tuple[Sentence, ...]:
        """What respondents say, and how many did not respond."""
        return tuple(self._sentence(name) for name in self.answer.known)

    def _sentence(self, name: str) -> Sentence:
        _, e, response = self.say, self.answer.now[name], self.answer.now[QUESTIONS[name]]
        fields = {
            "kpi": self.kpi(e.kpi),
            "value": self.value(e),
            "interval": self.interval(e),
            "share": self.form.percent(response.value, 0),
        }
        if not response.known:
            return Sentence(_("{kpi}: {value} ({interval}) among those who answered.", **fields))
        if response.value < LOW_RESPONSE:
            text = _(
                "{kpi}: {value} ({interval}) among those who answered, which is {share} of those asked; "
                "what the others think is not known.",
                **fields,
            )
            return Sentence(text, "unknown")
        text = _("{kpi}: {value} ({interval}) among the {share} of those asked who answered.", **fields)
        return Sentence(text)

    def _finding(self, kpi: str) -> str:
        """State that no week is told apart from the whole period; else only how far apart the weeks are."""
        weeks, whole = self.answer.weeks[kpi], self.answer.now[kpi]
        if all(not (e.low > whole.value or e.high < whole.value) for e in weeks.values()):
            return self.say("No week stands out.")
        ends = (pick(weeks.values(), key=lambda e: e.value) for pick in (min, max))
        low, high = (self.value(e) for e in ends)
        return self.say("Between {low} and {high}, by week.", low=low, high=high)

    def plot(self, ax: Any = None, kpi: str = "csat") -> Any:
        """Draw one question by week with its intervals, against the whole period."""
        weeks, whole = self.answer.weeks[kpi], self.answer.now[kpi]
        return self.interval_plot(
            [self._week(week) for week in weeks],
            list(weeks.values()),
            unit=whole.kpi.unit,
            label=self.kpi(whole.kpi),
            n=[e.n for e in weeks.values()],
            reference=whole.value,
            reference_label=self.answer.period,
            sort=False,
            ax=ax,
        )

    def _week(self, week: str) -> str:
        """Return a week as its number: "week 36"."""
        return self.say("week {n}", n=int(week[-2:]))

    def figure(self, kpi: str = "csat") -> FigureView:
        """Return the plot of one question by week with its caption and alternative text."""
        _, whole = self.say, self.answer.now[kpi]
        label = self.kpi(whole.kpi)
        values = ", ".join(
            f"{self._week(week)} {self.value(e)}" for week, e in self.answer.weeks[kpi].items()
        )
        caption = _(
            "{kpi} by week with {level} intervals, {period}",
            kpi=label,
            level=self.level(whole.confidence),
            period=self.answer.period,
        )
        spoken = _("{kpi} by week: {values}.", kpi=label, values=values)
        return figure(self.plot(kpi=kpi), caption, spoken, self._finding(kpi))

    def table(self) -> TableView:
        """Return the questions: asked, answered, response, result and change."""
        _ = self.say
        heads = [_("Asked"), _("Answered"), _("Response"), self.answer.period]
        heads += [self.answer.before, _("Change")] if self.answer.before else []
        columns = [Column(_("Question")), *(Column(head, "right") for head in heads)]
        lines = [self._line(name) for name in self.answer.known]
        caption = _("What callers say, {period}", period=self.answer.period)
        level = self.level(self.answer.now["csat"].confidence)
        return TableView(caption, columns, lines, (_("Beneath: {level} interval.", level=level),))

    def _line(self, name: str) -> list[Cell | str]:
        form, e, response = self.form, self.answer.now[name], self.answer.now[QUESTIONS[name]]
        cells: list[Cell | str] = [
            self.kpi(e.kpi),
            form.number(response.denominator),
            form.number(e.denominator),
            form.percent(response.value, 0),
            Cell(self.value(e), strong=True, under=(self.interval(e),)),
        ]
        if not self.answer.before:
            return cells
        earlier = self.answer.earlier.get(name)
        before = self.value(earlier) if earlier else form.number(None)
        moved = self.change(change(e, earlier), e.kpi.unit)
        return [*cells, Cell(before, tone="grey"), Cell(moved["change"], under=(moved["interval"],))]

    def views(self) -> tuple[View, ...]:
        """Return the caution, satisfaction by week, the questions, and what was not asked."""
        notes = self.notes(self.answer.notes)
        if not self.answer.known:
            return notes
        weeks = [self.figure(name) for name in self.answer.known if len(self.answer.weeks.get(name, {})) > 1]
        return (self.answer.verdict, *weeks[:1], self.table(), *notes)
