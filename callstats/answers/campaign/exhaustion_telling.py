"""How list exhaustion is presented: current state, completion date, what the rest is worth."""

from __future__ import annotations

from datetime import date
from typing import Any

from callstats.answers.campaign.exhaustion import Exhaustion
from callstats.answers.campaign.exhaustion_numbers import Outlook
from callstats.answers.core.telling import (
    Column,
    FigureView,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)

_MOST_NAMED = 3


@tells(Exhaustion)
class ExhaustionTelling(Telling[Exhaustion]):
    """How lists at the end of a day are presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how far the fullest lists are and when they will be done, then what the rest is worth."""
        standing = [
            self._stands(outlook) for outlook in self.answer.lists[:_MOST_NAMED] if outlook.state.callable
        ]
        if self.answer.lists and not standing:
            standing = [Sentence(self.say("Nothing is left: every contact is closed."))]
        worth = self._worth()
        return (*standing, *([worth] if worth else []))

    def _stands(self, outlook: Outlook) -> Sentence:
        _, form = self.say, self.form
        state = outlook.state
        text = _(
            "{name}: {left} of {loaded} contacts are still callable "
            "({unused} never dialled, {callbacks} with a call-back due).",
            name=self._name(outlook),
            left=form.number(state.callable),
            loaded=form.number(state.loaded),
            unused=form.number(state.unused),
            callbacks=form.number(state.callbacks),
        )
        return Sentence(f"{text} {self._done(outlook)}".strip())

    def _done(self, outlook: Outlook) -> str:
        _, form = self.say, self.form
        if outlook.done is None:
            return _("None was closed lately: no pace to say when it is done.")
        pace = form.number(outlook.pace.mean, 0 if outlook.pace.mean >= 10 else 1)
        if outlook.earliest is None:
            return _("At {pace} a day it is done on {day}.", pace=pace, day=form.date(outlook.done))
        if outlook.latest is None:
            early = form.date(outlook.earliest)
            return _("At {pace} a day it is done on {early} at the earliest.", pace=pace, early=early)
        return _(
            "At {pace} a day it is done on {day} ({interval}).",
            pace=pace,
            day=form.date(outlook.done),
            interval=self.voice.days(outlook.earliest, outlook.latest),
        )

    def _worth(self) -> Sentence | None:
        """State the expected results of everything left."""
        left = self.answer.prospects
        if not left.dials:
            return None
        _, form = self.say, self.form
        text = _(
            "What is left takes {dials} more dials and brings {n} successes ({interval})",
            dials=form.number(left.dials, 0),
            n=form.value(left.successes, "n", left.low, left.high),
            interval=form.interval(left.low, left.high, "n", value=left.successes),
        )
        cost = sum(one.cost for one in self.answer.lists)
        if not left.value > 0:
            return Sentence(f"{text}.")
        worth = _("worth {value}", value=form.money(left.value, 0))
        if not cost > 0:
            return Sentence(f"{text}, {worth}.")
        spent = _("the dials cost {cost}", cost=form.money(cost, 0))
        return Sentence(_.joined([f"{text}, {worth}", spent]) + ".", "good" if left.value > cost else "bad")

    def _name(self, outlook: Outlook) -> str:
        return self.say("All contacts") if self.answer.by is None else self.label(outlook.state.group)

    def plot(self, ax: Any = None) -> Any:
        """Draw the callable contacts by day, and when they are used up."""
        from callstats.show.plots.stock import MOST_LINES, burn_down

        shown = self.answer.lists[:MOST_LINES]
        lines = {self._name(one): _columns(one.burn_down()) for one in shown}
        ends = {self._name(one): (one.done, one.earliest, one.latest) for one in shown if one.done}
        label = self.say("contacts still callable")
        return burn_down(lines, ends=ends, label=label, formatter=self.form, ax=ax)

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say("Contacts still callable by day, and when they are used up at the present pace")
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences())]))

    def table(self) -> TableView:
        """Return the lists side by side."""
        _, form = self.say, self.form
        heads = [
            *(_("Loaded"), _("Never dialled"), _("In circulation"), _("Call-back due"), _("Closed")),
            *(_("Closed a day"), _("Done on"), self._completion_head(), _("Successes to come")),
        ]
        lines = [
            [
                self._name(outlook),
                *(form.number(n) for n in outlook.counts()),
                form.number(outlook.pace.mean, 1),
                form.date(outlook.done) if outlook.done else form.number(None),
                form.percent(outlook.completion.share if outlook.completion else None),
                self._to_come(outlook),
            ]
            for outlook in self.answer.lists
        ]
        caption = _("Lists on {day}", day=form.date(self.answer.day) if self.answer.day else "")
        note = _(
            "Closed a day: mean of the last {n} working days; the lists are done if it stays.", n=self._days()
        )
        return TableView(caption, [Column(_("List")), *(Column(h, "right") for h in heads)], lines, (note,))

    def _completion_head(self) -> str:
        """Return the column head for the share dialled by the deadline."""
        completion = next((one.completion for one in self.answer.lists if one.completion), None)
        if completion is None:
            return self.say("Dialled in time")
        if isinstance(completion.deadline, date):
            return self.say("Dialled by {day}", day=self.form.date(completion.deadline))
        return self.say("Dialled within {hours} h of loading", hours=self.form.number(completion.deadline))

    def _days(self) -> int:
        return max((one.pace.days for one in self.answer.lists), default=0)

    def _to_come(self, outlook: Outlook) -> str:
        """Return the successes expected from the rest of a list."""
        form, left = self.form, outlook.prospects
        if left is None:
            return form.number(None)
        value = form.value(left.successes, "n", left.low, left.high)
        return f"{value} ({form.interval(left.low, left.high, 'n', value=left.successes)})"

    def views(self) -> tuple[View, ...]:
        """Return the burn-down, the verdict, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (self.figure(), self.answer.verdict, self.table(), *notes) if self.answer.lists else notes


def _columns(points: list[tuple[date, int]]) -> tuple[list[date], list[float]]:
    return [day for day, _ in points], [float(left) for _, left in points]
