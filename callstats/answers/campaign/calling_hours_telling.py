"""How calling hours are presented: hours that differ as dialled, and on the same contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from callstats.answers.campaign.calling_hours import CallingHours
from callstats.answers.campaign.calling_hours_numbers import HourEffect, HourSlot, WithinContact
from callstats.answers.core.telling import FigureView, Sentence, Telling, View, figure, tells
from callstats.kpis.define import KPI

_MOST_NAMED = 3
#: Stretches of hours that a finding names on each side.
_MOST_SPANS = 2


@tells(CallingHours)
class CallingHoursTelling(Telling[CallingHours]):
    """How rates by weekday and hour are presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what holds on the same contacts; where that is unknown, how hours differ as dialled."""
        judged, overall = (*self.answer.slots, *self.answer.hours), self.answer.overall
        if overall is None or all(s.thin for s in judged):
            return ()
        if within := self._within_sentences():
            return within
        _, rate = self.say, self.value(overall, "%")
        differing = [
            Sentence(_("Better than overall ({rate}): {slots}.", rate=rate, slots=slots), "good")
            if better
            else Sentence(_("Worse than overall ({rate}): {slots}.", rate=rate, slots=slots), "bad")
            for better, chosen in ((True, self.answer.above), (False, self.answer.under))
            if (slots := self._named(chosen))
        ]
        none = Sentence(_("No evidence that any hour is better than the others (overall {rate}).", rate=rate))
        return tuple(differing or [none])

    def finding(self) -> str:
        """Name the weekdays' hours off the overall rate; the hours where they are not compared otherwise."""
        above, under, hours = self.answer.above, self.answer.under, self.answer.hours
        told = self._better_and_worse([s.hour for s in above(hours)], [s.hour for s in under(hours)])
        if told and not self._within_sentences():
            return told
        if best := self.answer.best:
            return self.say("Above the overall rate: {slots}.", slots=self._named_slots(best))
        if worst := under(self.answer.slots):
            return self.say("Below the overall rate: {slots}.", slots=self._named_slots(worst))
        return self.say("No hour of a weekday stands out.")

    def _named_slots(self, slots: Sequence[HourSlot]) -> str:
        form = self.form
        return self.some([f"{form.weekday(s.weekday)} {form.hour(s.hour)}" for s in slots], _MOST_NAMED)  # type: ignore[arg-type]

    def _better_and_worse(self, better: Sequence[int], worse: Sequence[int]) -> str:
        """Return "Better at 17:00–20:00, worse at 14:00–15:00."; "" if no hour is either."""
        fields = {"better": self._spans(better), "worse": self._spans(worse)}
        if better and worse:
            return self.say("Better at {better}, worse at {worse}.", **fields)
        if better:
            return self.say("Better at {better}.", **fields)
        return self.say("Worse at {worse}.", **fields) if worse else ""

    def _spans(self, hours: Sequence[int]) -> str:
        """Return hours, neighbouring ones together: "10:00–12:00, 17:00–20:00"."""
        form, spans = self.form, _neighbours(hours)
        told = [f"{form.hour(first)}–{form.hour((last + 1) % 24)}" for first, last in spans]
        return ", ".join(self.first(told, _MOST_SPANS))

    def _named(self, chosen: Callable[[Iterable[HourSlot]], list[HourSlot]]) -> str:
        """Return the hours, then weekday slots outside these hours, as "18:00 30% (27% to 34%)"."""
        hours = chosen(self.answer.hours)
        within = {s.hour for s in hours}
        slots = [*hours, *(s for s in chosen(self.answer.slots) if s.hour not in within)]
        return self.say.joined(self.first([self._slot(s) for s in slots], _MOST_NAMED))

    def _slot(self, s: HourSlot) -> str:
        day = "" if s.weekday is None else f"{self.form.weekday(s.weekday)} "
        return f"{day}{self.form.hour(s.hour)} {self.value(s.rate, '%')} ({self.interval(s.rate, '%')})"

    def plot(self, ax: Any = None) -> Any:
        """Draw the rates as shades, with thin slots hatched and the best framed."""
        from callstats.show.plots import heatmap

        form = self.form
        days, hours = self._axes()
        values, dials = np.full((len(days), len(hours)), np.nan), np.zeros((len(days), len(hours)))
        for s in self.answer.slots:
            at = self._at(s)
            values[at], dials[at] = s.rate.value, s.rate.denominator
        return heatmap(
            values,
            row_labels=[form.weekday(day) for day in days],
            column_labels=[form.hour(hour) for hour in hours],
            unit="%",
            formatter=form,
            label=self.kpi(self._kpi()),
            n=dials,
            minimum_n=self.answer.fewest,
            best=[self._at(s) for s in self.answer.best],
            ax=ax,
        )

    def _axes(self) -> tuple[list[int], list[int]]:
        """Return the weekdays present, and every hour from the first to the last."""
        days = sorted({s.weekday for s in self.answer.slots if s.weekday is not None})
        hours = [s.hour for s in self.answer.slots]
        return days, list(range(min(hours), max(hours) + 1))

    def _at(self, slot: HourSlot) -> tuple[int, int]:
        days, hours = self._axes()
        return days.index(slot.weekday or 0), hours.index(slot.hour)

    def _kpi(self) -> KPI:
        return self.answer.slots[0].rate.kpi

    def figure(self) -> FigureView:
        """Return the plot with its finding, caption and alternative text."""
        _ = self.say
        fields = {"kpi": self.kpi(self._kpi()), "period": self.answer.period, "n": self.answer.fewest}
        caption = _("{kpi} by weekday and local hour, {period}; framed: better than overall", **fields)
        words = " ".join(sentence.text for sentence in self.sentences())
        spoken = f"{_('{kpi} by weekday and local hour.', **fields)} {words}".strip()
        return figure(self.plot(), caption, spoken, self.finding())

    def views(self) -> tuple[View, ...]:
        """Return the slots that stand out, the heat map, and what could not be determined."""
        notes = self.notes(self.answer.notes)
        if not any(not s.thin for s in self.answer.slots):
            return notes
        within = self.answer.within
        same = [self._within_figure(within)] if within and any(not e.thin for e in within.effects) else []
        return (self.answer.verdict, self.figure(), *same, *notes)

    def _within_sentences(self) -> tuple[Sentence, ...]:
        """State which hours reach more of the same contacts, which fewer, and the gain from moving dials."""
        within = self.answer.within
        if within is None or all(e.thin for e in within.effects):
            return ()
        _, sentences = self.say, []
        if within.better:
            hours = self._named_effects(within.better)
            text = _("More of the same contacts are reached at {hours}.", hours=hours)
            sentences.append(Sentence(text, "good"))
        if within.worse:
            hours = self._named_effects(within.worse)
            text = _("Fewer of the same contacts are reached at {hours}.", hours=hours)
            sentences.append(Sentence(text, "bad"))
        if not sentences:
            none = _("No evidence that any hour reaches more of the same contacts than the others.")
            return (Sentence(none),)
        return (*sentences, *self._moving(within))

    def _named_effects(self, effects: tuple[HourEffect, ...]) -> str:
        """Return at most three hours as "19:00: 31% (28% to 35%), in the other hours 23%"."""
        _, form = self.say, self.form
        named = [
            _(
                "{hour}: {rate} ({interval}), in the other hours {others}",
                hour=form.hour(e.hour),
                rate=form.value(e.rate, "%", e.rate_low, e.rate_high),
                interval=form.interval(e.rate_low, e.rate_high, "%", value=e.rate),
                others=form.value(e.others, "%", e.rate_low, e.rate_high),
            )
            for e in effects
        ]
        return _.joined(self.first(named, _MOST_NAMED))

    def _moving(self, within: WithinContact) -> tuple[Sentence, ...]:
        gain = within.gain
        if gain is None:
            return ()
        _, form = self.say, self.form
        text = _(
            "Moving {dials} dials a month of {days} working days ({share} of those in the worse hours) "
            "to the better ones would reach {more} more people ({interval}).",
            days=form.number(round(gain.days)),
            dials=form.number(round(gain.dials)),
            share=form.percent(gain.share, 0),
            more=form.value(gain.more, "n", gain.low, gain.high),
            interval=form.interval(gain.low, gain.high, "n", value=gain.more),
        )
        return (Sentence(text, "good" if gain.low > 0 else "unknown"),)

    def _within_plot(self, within: WithinContact, ax: Any = None) -> Any:
        """Draw each hour's reach on the same contacts; thin hours are left out."""
        from callstats.show.plots import interval_plot

        shown = [e for e in within.effects if not e.thin]
        certain = {*within.better, *within.worse}
        return interval_plot(
            [self.form.hour(e.hour) for e in shown],
            [e.rate for e in shown],
            [e.rate_low for e in shown],
            [e.rate_high for e in shown],
            unit="%",
            label=self.kpi(self._kpi()),
            formatter=self.form,
            n=[e.dials for e in shown],
            highlight=[self.form.hour(e.hour) for e in shown if e in certain],
            highlight_label=self.say("differs beyond chance"),
            sort=False,
            ax=ax,
        )

    def _within_figure(self, within: WithinContact) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _ = self.say
        caption = _(
            "{kpi} by hour on the same contacts (same list, weekday, attempt and first hour), {period}",
            kpi=self.kpi(self._kpi()),
            period=self.answer.period,
        )
        words = " ".join(sentence.text for sentence in self._within_sentences())
        told = self._better_and_worse([e.hour for e in within.better], [e.hour for e in within.worse])
        none = self.say("No hour is shown to reach more of the same contacts.")
        return figure(self._within_plot(within), caption, f"{caption}. {words}", told or none)


def _neighbours(hours: Iterable[int]) -> list[tuple[int, int]]:
    """Return hours as runs of neighbours: the first and the last of each.

    Examples
    --------
    >>> _neighbours([18, 14, 17])
    [(14, 14), (17, 18)]
    """
    runs: list[tuple[int, int]] = []
    for hour in sorted(hours):
        if runs and hour == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], hour)
        else:
            runs.append((hour, hour))
    return runs
