"""How staffing is presented: agents a queue needs and where they were missing."""

from __future__ import annotations

import math
from typing import Any

from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Sentence,
    TableView,
    Telling,
    View,
    tells,
)
from callstats.answers.service.staffing import SHORT, Cover, Staffing
from callstats.answers.service.staffing_numbers import LoadSlot, Need

_MOST_SPANS = 3


@tells(Staffing)
class StaffingTelling(Telling[Staffing]):
    """Presents how many agents a queue needs."""

    def sentences(self) -> tuple[Sentence, ...]:
        """The peak need, then where agents are missing."""
        if not self.answer.needs:
            return ()
        _, needs = self.say, self.answer.needs
        most = max(needs, key=lambda n: n.needed)
        text = _(
            "Agents needed at most: {n} ({slot}); on a busy day {busy}.",
            n=most.needed,
            slot=self._named(most.slot),
            busy=max(n.busy for n in needs),
        )
        known = [n for n in needs if not math.isnan(n.slot.there)]
        return (Sentence(text), *([self._short(known)] if known else []))

    def _missing(self) -> list[Need]:
        """Return the slots that lacked agents, the largest gap first."""
        return sorted((n for n in self.answer.needs if n.short >= SHORT), key=lambda n: -n.short)

    def finding(self) -> str:
        """Name the slot with the largest gap; where nobody is known to be missing, that of the peak."""
        _, needs, missing = self.say, self.answer.needs, self._missing()
        if missing:
            return _("Most agents are missing at {slot}.", slot=self._named(missing[0].slot))
        if any(not math.isnan(n.slot.there) for n in needs):
            return _("Enough agents at all times.")
        most = max(needs, key=lambda n: n.needed)
        return _("Most agents are needed at {slot}.", slot=self._named(most.slot))

    def _short(self, known: list[Need]) -> Sentence:
        _, form, short = self.say, self.form, self._missing()
        if not short:
            return Sentence(_("There were enough agents in every interval."), "good")
        text = _.ngettext(
            "Agents were missing in {shown} interval of {all}; most at {slot}: {there}, {needed} needed.",
            "Agents were missing in {shown} intervals of {all}; most at {slot}: {there}, {needed} needed.",
            len(short),
            shown=len(short),
            all=len(known),
            slot=self._named(short[0].slot),
            there=form.number(short[0].slot.there, 1),
            needed=form.number(short[0].average, 1),
        )
        return Sentence(text, "bad")

    def _named(self, slot: LoadSlot) -> str:
        day = "" if slot.weekday is None else f"{self.form.weekday(slot.weekday)} "
        return f"{day}{slot.start}"

    def plot(self, ax: Any = None) -> Any:
        """Draw agents needed and present by slot."""
        from callstats.show.plots.stock import coverage

        needs = self.answer.needs
        return coverage(
            [self._named(n.slot) for n in needs],
            [n.average for n in needs],
            [n.slot.there for n in needs],
            short=[n.short >= SHORT for n in needs],
            high=[n.busy for n in needs],
            label=self.say("agents"),
            formatter=self.form,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say("Agents needed and there by time of day, {period}", period=self.answer.period)
        return self.captioned(caption)

    def table(self) -> TableView:
        """Return the slots as a table."""
        _, form = self.say, self.form
        heads = [
            *(_("Calls"), _("Handle time"), _("Needed"), _("On a busy day"), _("On the roster")),
            *(_("Needed on average"), _("There")),
            *(_("Expected service level"), _("Occupancy"), _("Service level then")),
        ]
        lines = [
            [
                self._named(n.slot),
                form.number(n.slot.calls, 1),
                form.duration(n.slot.handle_s),
                Cell(form.number(n.needed), strong=True),
                form.number(n.busy),
                form.number(n.rostered),
                form.number(n.average, 1),
                Cell(form.number(n.slot.there, 1), strong=n.short >= SHORT),
                form.percent(n.service_level, 0),
                form.percent(n.occupancy, 0),
                form.percent(n.slot.observed, 0),
            ]
            for n in self.answer.needs
        ]
        caption = _("Agents needed by time of day, {period}", period=self.answer.period)
        columns = [Column(_("From")), *(Column(head, "right") for head in heads)]
        return TableView(caption, columns, lines, self._method())

    def _method(self) -> tuple[str, ...]:
        aim = self.answer.aim
        if aim is None:
            return ()
        _, form = self.say, self.form
        text = _(
            "{model}: {level} of callers answered in {within}, agents busy at most {occupancy} of their "
            "time. On the roster: {shrinkage} more for pauses and absence.",
            model=aim.model,
            level=form.percent(aim.service_level, 0),
            within=form.duration(aim.within_s),
            occupancy=form.percent(aim.max_occupancy, 0),
            shrinkage=form.percent(1 / (1 - aim.shrinkage) - 1, 0),
        )
        if math.isinf(aim.patience_s):
            return (f"{text} {_('Nobody hangs up in this model, so it asks for rather too many.')}",)
        patience = form.duration(round(aim.patience_s))
        return (f"{text} {_('Callers give up after {patience} on average.', patience=patience)}",)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the plot, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (self.answer.verdict, self.figure(), self.table(), *notes) if self.answer.needs else notes


@tells(Cover)
class CoverTelling(Telling[Cover]):
    """Presents where agents are missing."""

    def sentences(self) -> tuple[Sentence, ...]:
        """The peak need and where agents are missing, then what it would take."""
        needed = self.answer.staffing.sentences
        return (*needed, self._more_agents()) if self.answer.gaps else needed

    def _more_agents(self) -> Sentence:
        _, form = self.say, self.form
        fields = {"spans": self.gaps_in_words(), "hours": form.number(self.answer.missing, 1)}
        if self.answer.spare >= 1:
            text = _(
                "It would take {hours} more agent-hours a day ({spans}); at other times {spare} agent-hours "
                "a day are more than needed.",
                spare=form.number(self.answer.spare, 1),
                **fields,
            )
        else:
            text = _("It would take {hours} more agent-hours a day ({spans}).", **fields)
        return Sentence(text)

    def gaps_in_words(self) -> str:
        """Return the largest gaps in words: "12:30 to 14:00: 1.4 more"."""
        _, form = self.say, self.form
        spans = [
            _("{start} to {end}: {n} more", start=gap.start, end=gap.end, n=form.number(gap.missing, 1))
            for gap in self.answer.gaps[:_MOST_SPANS]
        ]
        more = len(self.answer.gaps) - _MOST_SPANS
        rest = [_.ngettext("{n} more stretch", "{n} more stretches", more)] if more > 0 else []
        return _.joined([*spans, *rest])

    def plot(self, ax: Any = None) -> Any:
        """Draw agents needed and present by half hour."""
        return self.answer.staffing.plot(ax)

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        return self.answer.staffing.figure()

    def table(self) -> TableView:
        """Return the half hours as a table."""
        return self.answer.staffing.table()

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the plot, the table and what could not be determined."""
        staffing = self.answer.staffing
        if not staffing.needs:
            return self.notes(staffing.notes)
        notes = list(staffing.notes)
        if math.isnan(self.answer.spare):
            notes.append(self.say("Agents there: not computable, needs agent_time.local_start."))
        return (self.answer.verdict, self.figure(), self.table(), *self.notes(notes))
