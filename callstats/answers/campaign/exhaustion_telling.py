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
    tells,
)

_MOST_NAMED = 3
#: A pace under this share of the first days' has fallen.
FALLS = 0.8


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
        """State when the share asked for is closed, or why that is not known, and how the pace changes."""
        _, form, found = self.say, self.form, outlook.forecast
        if found.unknown or found.earliest is None:
            return self._not_known(outlook)
        share = form.percent(self.answer.share, 0)
        if found.latest is None or found.done is None:
            early = form.date(found.earliest)
            day = _("{share} of them will be closed on {early} at the earliest.", share=share, early=early)
        elif found.earliest == found.latest:
            day = _("{share} of them will be closed on {day}.", share=share, day=form.date(found.done))
        else:
            day = _(
                "{share} of them will be closed on {day} ({interval}).",
                share=share,
                day=form.date(found.done),
                interval=self.voice.days(found.earliest, found.latest),
            )
        return " ".join(part for part in (self._pace(outlook), day, self._cap(outlook)) if part)

    def _not_known(self, outlook: Outlook) -> str:
        _, form, found = self.say, self.form, outlook.forecast
        if found.unknown == "no pace":
            return _("None was closed lately: no pace to say when it is done.")
        if found.unknown == "left lying":
            return _(
                "Neither dialled again nor closed: {n} of them; as it is, it is never done.",
                n=form.number(found.left_lying),
            )
        if found.unknown == "far":
            return _(
                "{share} of them will not be closed within a year.", share=form.percent(self.answer.share, 0)
            )
        return _(
            "Working days on which it was dialled: {n}, too few to say when it is done.",
            n=form.number(found.days),
        )

    def _pace(self, outlook: Outlook) -> str:
        """State the pace, and that it falls if it does."""
        pace = outlook.pace
        now, first = self._a_day(pace.mean), self._a_day(pace.at_first)
        if pace.mean < FALLS * pace.at_first:
            return self.say("The pace falls as the list empties: {first} a day at first, {now} now.",
                            first=first, now=now)  # fmt: skip
        return self.say("{now} a day are closed.", now=now)

    def _a_day(self, mean: float) -> str:
        return self.form.number(mean, 0 if mean >= 10 else 1)

    def _cap(self, outlook: Outlook) -> str:
        """State that the interval allows for any cap on dials, where none has been seen."""
        if outlook.forecast.cap_known:
            return ""
        return self.say(
            "After how many dials contacts are given up is not seen yet; the interval allows for it."
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

    def finding(self) -> str:
        """State how many contacts of all lists are still callable; of a single one, how long it lasts."""
        _, form, lists = self.say, self.form, self.answer.lists
        left, loaded = (sum(getattr(one.state, part) for one in lists) for part in ("callable", "loaded"))
        first, *others = lists
        if others:
            fields = {"left": form.number(left), "loaded": form.number(loaded)}
            return _("{left} of {loaded} contacts are still callable.", **fields)
        if not left:
            return _("Nobody is left to call.")
        if first.done is None:
            return _("How long it lasts cannot be told yet.")
        return _("It lasts until about {day}.", day=form.date(first.done))

    def plot(self, ax: Any = None) -> Any:
        """Draw the callable contacts by day, and when they are used up."""
        from callstats.show.plots.stock import MOST_LINES, burn_down

        shown = self.answer.lists[:MOST_LINES]
        lines = {self._name(one): _columns(one.burn_down()) for one in shown}
        forecasts = {self._name(one): one.forecast for one in shown}
        ends = {name: (f.done, f.earliest, f.latest) for name, f in forecasts.items() if f.done}
        label = self.say("contacts still callable")
        rest = 1 - self.answer.share
        return burn_down(lines, ends=ends, rest=rest, label=label, formatter=self.form, ax=ax)

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        share = self.form.percent(self.answer.share, 0)
        caption = self.say("Contacts still callable by day, and when {share} of them are closed", share=share)
        return self.captioned(caption)

    def table(self) -> TableView:
        """Return the lists side by side."""
        _, form = self.say, self.form
        heads = [
            *(_("Loaded"), _("Never dialled"), _("In circulation"), _("Call-back due"), _("Closed")),
            *(_("Closed a day"), self._done_head(), self._completion_head(), _("Successes to come")),
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
            "Closed a day: mean of the last {n} working days. The day follows from who is still dialled, and "
            "what dials close; agents who leave and new lists are not foreseen.",
            n=self._days(),
        )
        return TableView(caption, [Column(_("List")), *(Column(h, "right") for h in heads)], lines, (note,))

    def _done_head(self) -> str:
        return self.say("{share} of the callable closed on", share=self.form.percent(self.answer.share, 0))

    def _completion_head(self) -> str:
        """Return the column head for the share dialled by the deadline."""
        completion = next((one.completion for one in self.answer.lists if one.completion), None)
        if completion is None:
            return self.say("Dialled in time")
        if isinstance(completion.deadline, date):
            return self.say("Dialled by {day}", day=self.form.date(completion.deadline))
        hours = self.form.number(completion.deadline)
        return self.say("Dialled within {hours} working hours of loading", hours=hours)

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
        """Return the verdict, the burn-down, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (self.answer.verdict, self.figure(), self.table(), *notes) if self.answer.lists else notes


def _columns(points: list[tuple[date, int]]) -> tuple[list[date], list[float]]:
    return [day for day, _ in points], [float(left) for _, left in points]
