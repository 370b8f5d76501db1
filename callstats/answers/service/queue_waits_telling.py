"""How service level, waits and callers' patience are presented."""

from __future__ import annotations

from typing import Any

import numpy as np

from callstats.answers.core.estimates import Estimate
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
from callstats.answers.service.queue_waits import (
    FEWEST_WAITING,
    SERVICE_LEVEL,
    Band,
    Patience,
    Promise,
    Waiting,
)
from callstats.show.digits import unknown
from callstats.show.key_figures import goal_words
from callstats.show.words import mark

#: How each definition treats callers who hang up, short enough for a plot.
_DEFINITIONS = {
    "service_level": mark("abandoned: missed"),
    "service_level_positive": mark("abandoned in time: met"),
    "service_level_exclude_all": mark("abandoned: left out"),
    "service_level_ignore_within": mark("abandoned in time: left out"),
    "service_level_short": mark("abandoned within {time}: met"),
}
_KINDS = {"answered": mark("answered"), "gave_up": mark("gave up")}
#: The axis ends when all but this many in a hundred callers have been answered or given up.
_SHOWN = 0.99


@tells(Promise)
class PromiseTelling(Telling[Promise]):
    """Presents the service level."""

    def sentences(self) -> tuple[Sentence, ...]:
        """The level under each definition, then the days that were different."""
        if not self.answer.known:
            return ()
        return (self._spread(), *self.answer.days.sentences)

    def _spread(self) -> Sentence:
        _, known = self.say, self.answer.known
        least, most = self.answer.goal
        values = dict(zip((e.kpi.name for e in known), self.alike(known), strict=True))
        low, high = (pick(known, key=lambda e: e.value) for pick in (min, max))
        text = _(
            "By definition alone the same calls read anything from {low} ({first}) to {high} ({last})",
            low=values[low.kpi.name],
            high=values[high.kpi.name],
            first=self._named(low),
            last=self._named(high),
        )
        goal = goal_words(least, most, "%", self.form)
        if not goal or least is None or any(unknown(e.low) for e in known):
            return Sentence(f"{text}.")
        met = sum(e.low >= least for e in known)
        missed = sum(e.high < least for e in known)
        if met == len(known):
            return Sentence(_("{what}; the target ({goal}) is met under each of them.", what=text, goal=goal))
        if missed == len(known):
            return Sentence(_("{what}; the target ({goal}) is missed under each.", what=text, goal=goal))
        return Sentence(
            _("{what}; whether the target ({goal}) is met depends on it.", what=text, goal=goal), "unknown"
        )

    def finding(self) -> str:
        """State whether the target is met under every definition; without one, how far apart they are."""
        _, known, least = self.say, self.answer.known, self.answer.goal[0]
        if len(known) < 2 or least is None or any(unknown(e.low) for e in known):
            return ""
        if all(e.low >= least for e in known):
            return _("Every definition is above the target.")
        if all(e.high < least for e in known):
            return _("Every definition is below the target.")
        return _("The definition decides whether the target is met.")

    def plot(self, ax: Any = None) -> Any:
        """Draw the definitions with their intervals against the target."""
        known = self.answer.known
        return self.interval_plot(
            [self._named(e) for e in known],
            known,
            unit="%",
            label=self.say("share answered within {time}", time=self.form.goal(self.answer.within_s, "s")),
            reference=self.answer.goal[0],
            reference_label=self.say("target"),
            highlight=[self._named(e) for e in known if e.kpi.name == SERVICE_LEVEL],
            highlight_label=self.say("the definition reported"),
            sort=False,
            ax=ax,
        )

    def _named(self, level: Estimate) -> str:
        """Return how the definition treats callers who hang up."""
        time = self.form.goal(self.answer.short_s, "s")
        return self.say(_DEFINITIONS[level.kpi.name], time=time)

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form = self.say, self.form
        values = ", ".join(f"{self._named(e)} {form.percent(e.value)}" for e in self.answer.known)
        caption = _("Service level under each usual definition, {period}", period=self.answer.period)
        spoken = _("Service level by definition: {values}.", values=values)
        return figure(self.plot(), caption, spoken, self.finding())

    def table(self) -> TableView:
        """Return the definitions with their sums and the comparison period."""
        _, form = self.say, self.form
        heads = [Column(_("Definition")), Column(_("In time"), "right"), Column(_("Of"), "right")]
        level = self.answer.levels[SERVICE_LEVEL]
        heads += [Column(self.answer.period, "right"), self.interval_head(level.confidence)]
        heads += [Column(self.answer.before, "right")] if self.answer.before else []
        values, before = self.alike(self.answer.known), self._values_before()
        lines = [
            [
                Cell(self._named(e), strong=e.kpi.name == SERVICE_LEVEL),
                form.number(e.numerator),
                form.number(e.denominator),
                Cell(value, strong=True),
                self.interval(e, "%"),
                *([Cell(earlier, tone="grey")] if self.answer.before else []),
            ]
            for e, value, earlier in zip(self.answer.known, values, before, strict=True)
        ]
        return TableView(
            _("Service level under each usual definition, {period}", period=self.answer.period), heads, lines
        )

    def _values_before(self) -> list[str]:
        earlier = [self.answer.earlier.get(e.kpi.name) for e in self.answer.known]
        return self.form.column([e.value if e else None for e in earlier], "%")

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the definitions, the days and what could not be computed."""
        notes = self.notes((*self.answer.notes, *self.answer.days.notes))
        if not self.answer.known:
            return notes
        days = [self.answer.days.figure()] if self.answer.days.charts else []
        return (self.answer.verdict, self.figure(), *days, *notes)


@tells(Waiting)
class WaitingTelling(Telling[Waiting]):
    """Presents how long callers wait."""

    def sentences(self) -> tuple[Sentence, ...]:
        """How long answered callers wait, and how long those who gave up held out."""
        return tuple(self._sentence(kind) for kind in self.answer.waits)

    def _sentence(self, kind: str) -> Sentence:
        _, form, w = self.say, self.form, self.answer.waits[kind]
        fields = {
            "mean": self.value(w.mean, "s"),
            "interval": self.interval(w.mean, "s"),
            "median": form.duration(round(w.median.estimate)),
            "p90": form.duration(round(w.p90.estimate)),
            "share": form.percent(w.at_once, 0),
            "those": form.duration(round(w.mean.value / (1 - w.at_once)) if w.at_once < 1 else 0.0),
        }
        if kind == "gave_up":
            text = _(
                "Those who gave up had waited {mean} on average ({interval}), half of them up to {median}.",
                **fields,
            )
        elif w.at_once >= 0.5:
            text = _(
                "A caller who is answered waits {mean} on average ({interval}): {share} do not wait at all, "
                "the others {those}.",
                **fields,
            )
        else:
            text = _(
                "A caller who is answered waits {mean} on average ({interval}): half longer than {median}, "
                "one in ten longer than {p90}.",
                **fields,
            )
        return Sentence(text)

    def finding(self) -> str:
        """State how many of those answered waited no longer than promised."""
        answered = self.answer.waits.get("answered")
        if answered is None:
            return ""
        return self.say(
            "{share} of those answered waited at most {time}.",
            share=self.form.percent(answered.in_time, 0),
            time=self.form.goal(self.answer.within_s, "s"),
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the share of callers by how long they had waited at most."""
        from callstats.show.plots.waits import TimeCurve, time_curves

        _ = self.say
        ends = [w.seconds[np.searchsorted(w.share, _SHOWN)] for w in self.answer.waits.values()]
        return time_curves(
            [TimeCurve(_(_KINDS[kind]), w.seconds, w.share) for kind, w in self.answer.waits.items()],
            unit="s",
            formatter=self.form,
            label=_("wait in the queue"),
            share_label=_("share who waited no longer"),
            mark=self.answer.within_s,
            mark_label=self.form.goal(self.answer.within_s, "s"),
            until=float(max(ends)),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _ = self.say
        caption = _(
            "Waits of callers who were answered and of those who gave up, {period}", period=self.answer.period
        )
        return self.captioned(caption)

    def table(self) -> TableView:
        """Return mean, median and ninth decile, with one column per kind of caller."""
        _, form = self.say, self.form
        kinds = self.answer.waits.values()
        lines = [
            [_("Callers"), *(form.number(w.callers) for w in kinds)],
            [_("mean"), *(self._with_interval(w.mean.value, w.mean.low, w.mean.high) for w in kinds)],
            [
                _("median"),
                *(self._with_interval(w.median.estimate, w.median.low, w.median.high) for w in kinds),
            ],
            [
                _("9 in 10 within"),
                *(self._with_interval(w.p90.estimate, w.p90.low, w.p90.high) for w in kinds),
            ],
            [_("At once"), *(form.percent(w.at_once, 0) for w in kinds)],
            [_("In time"), *(form.percent(w.in_time, 0) for w in kinds)],
        ]
        columns = [Column(_("Wait")), *(Column(_(_KINDS[kind]), "right") for kind in self.answer.waits)]
        note = _(
            "Beneath: {level} interval. In time is within {time}.",
            level=self.level(self.answer.confidence),
            time=form.goal(self.answer.within_s, "s"),
        )
        return TableView(_("Wait in the queue, {period}", period=self.answer.period), columns, lines, (note,))

    def _with_interval(self, value: float, low: float, high: float) -> Cell:
        form = self.form
        if not np.isfinite([low, high]).all():  # too few callers for limits
            return Cell(form.value(value, "s"))
        return Cell(form.value(value, "s", low, high), under=(form.interval(low, high, "s", value=value),))

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the plot, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (self.answer.verdict, self.figure(), self.table(), *notes) if self.answer.waits else notes


@tells(Patience)
class PatienceTelling(Telling[Patience]):
    """Presents when callers give up."""

    def sentences(self) -> tuple[Sentence, ...]:
        """How many give up by the promised time, and the median patience."""
        if self.answer.shares is None or self.answer.median is None:
            return ()
        _, form = self.say, self.form
        share, low, high = self.answer.by(self.answer.within_s)
        text = _(
            "Of callers left waiting {share} give up within {time} ({interval})",
            share=form.value(share, "%", low, high),
            interval=form.interval(low, high, "%", value=share),
            time=form.goal(self.answer.within_s, "s"),
        )
        median = self.answer.median
        if not median.estimate > 0:
            few = _("too few were kept waiting long enough to say when half would.")
            return (Sentence(_.joined([text, few])), *self._gone())
        half = _(
            "half give up within {median} ({interval}).",
            median=form.value(median.estimate, "s", median.low, median.high),
            interval=form.interval(median.low, median.high, "s", value=median.estimate),
        )
        return (Sentence(_.joined([text, half])), *self._gone())

    def _gone(self) -> tuple[Sentence, ...]:
        """State how many of all callers are gone by a second, and how many would be without an answer."""
        _, form, gone = self.say, self.form, self.answer.gone
        share, low, high = self.answer.by(self.answer.gone_s)
        if gone is None or not gone.known or unknown(gone.low) or unknown(low):
            return ()
        text = _(
            "Of all callers {gone} are gone within {time} ({gone_interval}); had none of those left waiting "
            "been answered, {share} of them would be ({interval}).",
            **self.told(gone=gone),
            time=form.goal(self.answer.gone_s, "s"),
            share=form.value(share, "%", low, high),
            interval=form.interval(low, high, "%", value=share),
        )
        return (Sentence(text),)

    def finding(self) -> str:
        """State whether most callers hold out for the promised time, as far as the limits tell it."""
        _, (share, low, high) = self.say, self.answer.by(self.answer.within_s)
        time = self.form.goal(self.answer.within_s, "s")
        if unknown(share) or unknown(low):
            return ""
        if high < 0.5:
            return _("Most callers would wait longer than {time}.", time=time)
        if low > 0.5:
            return _("Most callers give up within {time}.", time=time)
        return _("Whether most callers give up within {time} is open.", time=time)

    def plot(self, ax: Any = None) -> Any:
        """Draw the share given up by waiting time with its limits."""
        from callstats.show.plots.waits import TimeCurve, time_curves

        _, table = self.say, self.answer.shares
        assert table is not None
        enough = table.at_risk >= min(FEWEST_WAITING, int(table.at_risk[0]))
        parts = (table.attempt, table.estimate, table.low, table.high)
        time, share, low, high = (part[enough] for part in parts)
        return time_curves(
            [TimeCurve("", time, share, low, high)],
            unit="s",
            formatter=self.form,
            label=_("wait in the queue"),
            share_label=_("share who have given up"),
            mark=self.answer.within_s,
            mark_label=self.form.goal(self.answer.within_s, "s"),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say(
            "Share of callers who give up by waiting time, had they not been answered before, with its "
            "{level} interval, {period}",
            level=self.level(self.answer.rate.confidence),
            period=self.answer.period,
        )
        return self.captioned(caption)

    def table(self) -> TableView:
        """Return the wait intervals as a table."""
        _, form = self.say, self.form
        heads = [Column(_("Wait")), Column(_("Still waiting"), "right"), Column(_("Gave up"), "right")]
        heads += [Column(_("Share of those waiting"), "right")]
        heads += [self.interval_head(self.answer.rate.confidence)]
        most = max((b.share for b in self.answer.bands), default=1.0) or 1.0
        lines = [
            [
                self._named(b),
                form.number(b.waiting),
                form.number(b.gave_up),
                Cell(form.value(b.share, "%", b.low, b.high), bar=b.share / most, strong=True),
                form.interval(b.low, b.high, "%", value=b.share),
            ]
            for b in self.answer.bands
        ]
        caption = _("When callers give up, {period}", period=self.answer.period)
        note = _("Callers answered in a stretch count as waiting until then (life table).")
        return TableView(caption, heads, lines, (note,))

    def _named(self, band: Band) -> str:
        form = self.form
        return self.say("{low} to {high}", low=form.duration(band.start), high=form.duration(band.end))

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the plot, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (
            notes
            if self.answer.shares is None
            else (self.answer.verdict, self.figure(), self.table(), *notes)
        )
