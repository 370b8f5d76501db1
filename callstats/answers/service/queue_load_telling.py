"""How a queue's load is presented: when callers ring and how long calls take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from callstats.answers.service.queue_load import HANDLE_TIME, CallRate, Handling, Volume
from callstats.kpis import get
from callstats.show.digits import unknown
from callstats.show.words import mark
from callstats.stats import Interval

_PART_LABELS = {"talk": mark("talk"), "hold": mark("hold"), "wrap": mark("wrap-up")}


@tells(Volume)
class VolumeTelling(Telling[Volume]):
    """Presents when callers ring."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Busy and calm hours with their rates, then the weekdays."""
        if not self.answer.hours:
            return ()
        return (self._hours(), self._weekdays())

    def _hours(self) -> Sentence:
        _, form = self.say, self.form
        busy, calm = (self._spans(side) for side in ("busy", "calm"))
        fields = {"n": form.number(self.answer.per_half_hour, 1), "busy": busy, "calm": calm}
        if busy and calm:
            text = _("Calls per half hour, {n} on average: busy {busy}; calm {calm}.", **fields)
        elif busy:
            text = _("Calls per half hour, {n} on average: busy {busy}.", **fields)
        elif calm:
            text = _("Calls per half hour, {n} on average: calm {calm}.", **fields)
        else:
            text = _(
                "Calls per half hour: {n}; no evidence that any hour is busier than the others.", **fields
            )
        return Sentence(text)

    def _spans(self, side: str) -> str:
        """Return neighbouring hours as "10:00 to 13:00 (9.1)", the busiest or calmest first."""
        form, spans = self.form, self._stretches(side)
        return ", ".join(
            self.say(
                "{first} to {last} ({n})",
                first=form.hour(span[0].key),
                last=form.hour((span[-1].key + 1) % 24),
                n=form.number(_mean(span), 1),
            )
            for span in spans
        )

    def _stretches(self, side: str) -> list[list[CallRate]]:
        """Return neighbouring hours of a side, the busiest or calmest first."""
        spans = _neighbours([t for t in self.answer.hours if t.side == side])
        return sorted(spans, key=lambda span: -_mean(span) if side == "busy" else _mean(span))

    def _weekdays(self) -> Sentence:
        _, form = self.say, self.form
        days = [
            _("{day} {n}", day=form.weekday(t.key, short=False), n=form.number(t.rate, 0))
            for t in sorted(self.answer.weekdays, key=lambda t: -t.rate)
            if t.side
        ]
        fields = {"n": form.number(self.answer.per_day, 0), "days": ", ".join(days)}
        if days:
            return Sentence(_("Calls per day, {n} on average: {days}.", **fields))
        return Sentence(
            _("Calls per day: {n}; no evidence that any weekday differs from the others.", **fields)
        )

    def finding(self) -> str:
        """Name the busiest stretch of hours and the calmest, as far as hours differ."""
        _, spans = self.say, {side: self._stretches(side)[:1] for side in ("busy", "calm")}
        told = {
            side: f"{self.form.hour(span[0].key)}–{self.form.hour((span[-1].key + 1) % 24)}"
            for side, found in spans.items()
            for span in found
        }
        if len(told) == 2:
            return _("Busiest at {busy}, calmest at {calm}.", **told)
        if "busy" in told:
            return _("Busiest at {busy}.", **told)
        return _("Calmest at {calm}.", **told) if told else _("No hour stands out.")

    def plot(self, ax: Any = None) -> Any:
        """Draw calls per half hour by weekday and hour as shades."""
        from callstats.show.plots import heatmap

        form = self.form
        days, hours = [t.key for t in self.answer.weekdays], [t.key for t in self.answer.hours]
        values = [[self.answer.cells.get((day, hour), 0.0) for hour in hours] for day in days]
        return heatmap(
            values,
            row_labels=[form.weekday(day) for day in days],
            column_labels=[form.hour(hour) for hour in hours],
            unit="n",
            formatter=form,
            label=self.say("calls per half hour"),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say("Calls per half hour by weekday and hour, {period}", period=self.answer.period)
        return self.captioned(caption)

    def views(self) -> tuple[View, ...]:
        """Return the busy and calm times, the heat map, and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (self.answer.verdict, self.figure(), *notes) if self.answer.hours else notes


def _mean(span: Sequence[CallRate]) -> float:
    return sum(t.rate for t in span) / len(span)


def _neighbours(times: Iterable[CallRate]) -> list[list[CallRate]]:
    """Return times grouped into runs of neighbouring keys."""
    spans: list[list[CallRate]] = []
    for time in times:
        if spans and time.key == spans[-1][-1].key + 1:
            spans[-1].append(time)
        else:
            spans.append([time])
    return spans


@tells(Handling)
class HandlingTelling(Telling[Handling]):
    """Presents how long a call takes."""

    def sentences(self) -> tuple[Sentence, ...]:
        """How long a call takes, and its parts."""
        if self.answer.whole is None:
            return ()
        _, form, w = self.say, self.form, self.answer.whole
        text = _(
            "A call takes {mean} on average ({interval}), half of them less than {median}, one in ten more "
            "than {p90}",
            mean=self.value(w.mean, "s"),
            interval=self.interval(w.mean, "s"),
            median=form.duration(round(w.median.estimate)),
            p90=form.duration(round(w.p90.estimate)),
        )
        parts = form.listed(
            [f"{_(_PART_LABELS[p])} {form.percent(v / w.mean.value, 0)}" for p, v in w.parts.items()]
        )
        return (Sentence(_("{what}; of it: {parts}.", what=text, parts=parts)),)

    def finding(self) -> str:
        """State that no kind of call is told apart from all; else only how far apart the kinds are."""
        whole, means = self.answer.whole, [h.mean for h in self.answer.groups.values()]
        if whole is None or not means or any(unknown(e.low) for e in means):
            return ""
        if all(e.low <= whole.mean.value <= e.high for e in means):
            return self.say("No kind of call stands out.")
        low, high = (self.value(pick(means, key=lambda e: e.value), "s") for pick in (min, max))
        return self.say("Between {low} and {high}, by kind of call.", low=low, high=high)

    def plot(self, ax: Any = None) -> Any:
        """Draw every group's mean with its interval, against the overall mean."""
        assert self.answer.whole is not None
        groups = self.answer.groups
        return self.interval_plot(
            [self._named(name) for name in groups],
            [h.mean for h in groups.values()],
            unit="s",
            label=self.kpi(get(HANDLE_TIME)),
            n=[h.calls for h in groups.values()],
            reference=self.answer.whole.mean.value,
            reference_label=self.say("all calls"),
            sort=False,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form = self.say, self.form
        means = ", ".join(
            f"{self._named(name)} {form.duration(h.mean.value)}" for name, h in self.answer.groups.items()
        )
        kpi = self.kpi(get(HANDLE_TIME))
        caption = _("{kpi} by kind of call, {period}", kpi=kpi, period=self.answer.period)
        return figure(self.plot(), caption, _.headed(caption, means) + ".", self.finding())

    def _named(self, group: str) -> str:
        _ = self.say
        if group == "":
            return _("others")
        if self.answer.by != "turn":
            return group
        return {"1": _("first call"), "2": _("second call")}.get(group, _("third or later call"))

    def table(self) -> TableView:
        """Return parts, mean, median and ninth decile of all calls and by group."""
        _ = self.say
        heads = [_("Calls"), *(_(label) for label in _PART_LABELS.values())]
        heads += [_("mean"), _("median"), _("9 in 10 within")]
        named = [
            (_("all calls"), self.answer.whole),
            *((self._named(name), h) for name, h in self.answer.groups.items()),
        ]
        lines = [
            [
                Cell(name, strong=number == 0),
                self.form.number(h.calls),
                *(self._clock(h.parts.get(part)) for part in _PART_LABELS),
                self._with_interval(h.mean.value, h.mean, strong=True),
                *(self._with_interval(time.estimate, time) for time in (h.median, h.p90)),
            ]
            for number, (name, h) in enumerate(named)
            if h is not None
        ]
        columns = [Column(_("Call")), *(Column(head, "right") for head in heads)]
        note = _(
            "In {unit}; beneath: {level} interval, each day of an agent counted once.",
            unit=self.form.cell_unit("s"),
            level=self.level(self.answer.confidence),
        )
        caption = _("Handle time by part, {period}", period=self.answer.period)
        return TableView(caption, columns, lines, (note,))

    def _with_interval(self, value: float, ends: Estimate | Interval, *, strong: bool = False) -> Cell:
        if not np.isfinite([ends.low, ends.high]).all():  # too few calls for limits
            return Cell(self._clock(value), strong=strong)
        between = self.say("{low} to {high}", low=self._clock(ends.low), high=self._clock(ends.high))
        return Cell(self._clock(value), strong=strong, under=(between,))

    def _clock(self, seconds: float | None) -> str:
        """Return seconds as minutes:seconds, so that the columns stay narrow."""
        if unknown(seconds):
            return self.form.duration(None)
        return self.form.cell(seconds or 0.0, "s", 1)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return notes if self.answer.whole is None else (self.answer.verdict, self.table(), *notes)
