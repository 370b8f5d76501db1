"""How life tables of attempts are presented: what is reached, how contacts end, where to stop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callstats.answers.campaign.attempts import Attempts, AttemptsBy
from callstats.answers.campaign.attempts_numbers import ENDS, Attempt
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
from callstats.show.words import mark

_TONES = ("accent", "signal", "grey")
_NAMES = {
    "success": mark("success"),
    "refusal": mark("refusal"),
    "invalid": mark("invalid number"),
    "do_not_call": mark("do not call"),
}


@tells(Attempts)
class AttemptsTelling(Telling[Attempts]):
    """How one life table is presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Say what the attempts reach, where to stop, and how contacts end."""
        if not self.answer.attempts:
            return ()
        stops = (self.worth(), self._stopping()) if self.answer.priced else ()
        return tuple(s for s in (self.reach(), *stops, self._ending()) if s is not None)

    def reach(self) -> Sentence:
        """State what the first and last attempts reach."""
        _, form = self.say, self.form
        first, last = self.answer.attempts[0], self.answer.attempts[-1]
        reached = form.value(first.hazard, "%", first.low, first.high)
        if len(self.answer.attempts) == 1:
            return Sentence(_("Attempt {j} reaches {first} of the contacts.", j=first.number, first=reached))
        text = _(
            "Attempt {j} reaches {first} of the contacts, attempt {k} still {last} of those left.",
            j=first.number,
            first=reached,
            k=last.number,
            last=form.value(last.hazard, "%", last.low, last.high),
        )
        return Sentence(text)

    def worth(self) -> Sentence:
        """State which attempts are shown to pay, and from which one on none is."""
        _, form, attempts = self.say, self.form, self.answer.attempts
        cost = form.money(self.answer.cost_per_dial, 2)
        if self.answer.stop is not None:
            at = attempts[self.answer.stop - attempts[0].number + 1]
            text = _(
                "Stop before attempt {k}: it brings {value} a dial ({interval}) at a cost of {cost}.",
                k=at.number,
                cost=form.money(at.cost, 2),
                value=form.value(at.value, "money", at.value_low, at.value_high),
                interval=form.interval(at.value_low, at.value_high, "money", value=at.value),
            )
            return Sentence(text, "bad")
        if self.answer.paying == attempts[-1].number:
            text = _(
                "Every attempt brings more than its {cost} a dial: no reason to stop earlier.", cost=cost
            )
            return Sentence(text, "good")
        if self.answer.paying is None:
            text = _(
                "Too little data to tell from which attempt on a dial brings less than its {cost}.", cost=cost
            )
            return Sentence(text, "unknown")
        text = _(
            "Up to attempt {k} a dial brings more than its {cost}; after that too little data to tell.",
            k=self.answer.paying,
            cost=cost,
        )
        return Sentence(text, "unknown")

    def _stopping(self) -> Sentence | None:
        """State where to stop by the estimates, and which stops the data allow."""
        best, (earliest, latest) = self.answer.best_stop, self.answer.stop_range
        if best is None or earliest in (latest, self.answer.attempts[-1].number):
            return None
        _, form = self.say, self.form
        at = self.answer.attempts[best - self.answer.attempts[0].number]
        text = _(
            "By the estimates a contact earns most, {profit}, if dialled {best} times at most; "
            "the data leave open any stop from {earliest} to {latest} dials.",
            profit=form.money(at.profit_so_far, 2),
            best=best,
            earliest=earliest,
            latest=latest if latest is not None else _("more than {n}", n=self.answer.attempts[-1].number),
        )
        return Sentence(text, "unknown")

    def _ending(self) -> Sentence | None:
        """State how contacts have ended after the last attempt, as mutually exclusive ends."""
        if self.answer.ends is None:
            return None
        _, form, ends = self.say, self.form, self.answer.ends
        shares = [
            f"{self._end_name(name)} {form.value(share[-1], '%', ends.low[name][-1], ends.high[name][-1])}"
            for name, share in ends.estimate.items()
        ]
        text = _(
            "By attempt {k}: {ends}; still in circulation {left}.",
            k=self.answer.attempts[-1].number,
            ends=", ".join(shares),
            left=form.percent(ends.left[-1]),
        )
        return Sentence(text)

    def _end_name(self, end: str) -> str:
        """Return the label of an end."""
        return self.say(_NAMES[end])

    def finding(self) -> str:
        """State what all attempts together reach."""
        last = self.answer.attempts[-1]
        return self.say.ngettext(
            "{n} attempt reaches {share} of the contacts.",
            "{n} attempts reach {share} of the contacts.",
            last.number,
            share=self.form.value(last.cumulative, "%", last.cumulative_low, last.cumulative_high),
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the share reached by attempt, and the share reached so far."""
        from callstats.show.plots import attempt_curve

        return attempt_curve(
            [a.number for a in self.answer.attempts],
            [a.hazard for a in self.answer.attempts],
            [a.low for a in self.answer.attempts],
            [a.high for a in self.answer.attempts],
            formatter=self.form,
            cumulative=[a.cumulative for a in self.answer.attempts],
            at_risk=[a.at_risk for a in self.answer.attempts],
            stop=self.answer.stop if self.answer.stop else None,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _ = self.say
        caption = _(
            "Share of contacts reached by attempt, among those not reached before, {period}",
            period=self.answer.period,
        )
        spoken = f"{caption.rstrip('.')}. {self.reach().text}"
        return figure(self.plot(), caption, spoken, self.finding())

    def table(self) -> TableView:
        """Return the attempts as a table, with money only if known."""
        _, form = self.say, self.form
        priced = self.answer.priced
        confidence = self.answer.confidence
        profit = _("Profit per dial, {level} interval", level=self.level(confidence))
        last = (_("Value per dial"), _("Cost of a dial"), profit) if priced else (_("Dials"), _("Successes"))
        caption = _("What each attempt reaches and brings, {period}", period=self.answer.period)
        cost = form.money(self.answer.cost_per_dial, 2)
        notes = [_("Labour and technical cost of an average dial: {cost}.", cost=cost)] if priced else []
        columns = [
            *(
                Column(head, "right")
                for head in (_("Attempt"), _("Contacts still to be reached"), _("Reached"))
            ),
            self.interval_head(confidence),
            *(Column(head, "right") for head in last),
        ]
        return TableView(caption, columns, [self._line(a, priced) for a in self.answer.attempts], notes)

    def _line(self, a: Attempt, priced: bool) -> list[Cell]:
        form = self.form
        texts = [
            form.number(a.number),
            form.number(a.at_risk),
            form.value(a.hazard, "%", a.low, a.high),
            form.interval(a.low, a.high, "%", value=a.hazard),
        ]
        if priced:
            texts.append(form.value(a.value, "money", a.value_low, a.value_high))
            texts.append(form.money(a.cost, 2))
            texts.append(form.interval(a.profit_low, a.profit_high, "money", change=True))
        else:
            texts += [form.number(a.dials), form.number(a.successes)]
        return [Cell(text) for text in texts]

    def ends_table(self) -> TableView:
        """Return how contacts have ended by each attempt, as mutually exclusive ends."""
        _, form, ends = self.say, self.form, self.answer.ends
        heads = [_("Attempt"), *(self._end_name(name) for name in ENDS), _("Still in circulation")]
        lines = [
            [
                form.number(attempt.number),
                *(
                    form.value(ends.estimate[name][i], "%", ends.low[name][i], ends.high[name][i])
                    for name in ENDS
                ),
                form.percent(ends.left[i]),
            ]
            for i, attempt in enumerate(self.answer.attempts)
            if ends is not None
        ]
        caption = _("How contacts have ended by each attempt, {period}", period=self.answer.period)
        note = _("Those not dialled again yet count up to their last dial, not as open for good.")
        return TableView(caption, [Column(head, "right") for head in heads], lines, (note,))

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the curve, the tables and what could not be determined."""
        notes = self.notes(self.answer.notes)
        if not self.answer.attempts:
            return notes
        ends = [self.ends_table()] if self.answer.ends is not None else []
        return (self.answer.verdict, self.figure(), self.table(), *ends, *notes)


@tells(AttemptsBy)
class AttemptsByTelling(Telling[AttemptsBy]):
    """How life tables of several lists are presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how the groups differ at the same attempt, then where to stop in each."""
        compared = [self._difference(group) for group in self.answer.changes]
        stops = [self._stop(group) for group, table in self.answer.groups.items() if table.priced]
        return (*compared, *stops)

    def _difference(self, group: Any) -> Sentence:
        label = self.say("Reached by attempt {k}", k=self.answer.depth)
        others = [g for g in self.answer.groups if g != group]
        control = self.label(others[0]) if len(others) == 1 else self.say("the other lists")
        return self.difference(
            label, self.label(group), control, self.answer.changes[group], "%", direction="up"
        )

    def _stop(self, group: Any) -> Sentence:
        sentence = AttemptsTelling(self.answer.groups[group]).worth()
        return replace(sentence, text=self.say.headed(self.label(group), sentence.text))

    def finding(self) -> str:
        """State of which list more contacts are reached by the same attempt, if of one."""
        sure = {group: moved for group, moved in self.answer.changes.items() if moved.certain}
        if not sure:
            return self.say("No list is shown to be reached more often.")
        first = max(sure, key=lambda group: abs(sure[group].estimate))
        name = self.label(first)
        if sure[first].estimate > 0:
            return self.say("More contacts of {name} are reached.", name=name)
        return self.say("Fewer contacts of {name} are reached.", name=name)

    def plot(self, ax: Any = None) -> Any:
        """Draw the curves of at most three groups on the same axes."""
        from callstats.show.plots import attempt_curve

        for number, (group, tone) in enumerate(zip(self.answer.groups, _TONES, strict=False)):
            attempts = self.answer.groups[group].attempts
            ax = attempt_curve(
                [a.number for a in attempts], [a.hazard for a in attempts],
                [a.low for a in attempts], [a.high for a in attempts],
                formatter=self.form, cumulative=[a.cumulative for a in attempts],
                name=self.label(group), tone=tone, shift=0.12 * number, ax=ax,
            )  # type: ignore[arg-type]  # fmt: skip
        return ax

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say(
            "Share of contacts reached by attempt and list, {period}", period=self.answer.period
        )
        return self.captioned(caption)

    def table(self) -> TableView:
        """Return what the groups reach by the same attempt, and where to stop."""
        _ = self.say
        reached = _("Reached by attempt {k}", k=self.answer.depth)
        columns = [
            Column(_("List")),
            *(Column(head, "right") for head in (_("Dials"), _("Attempts"), reached)),
            self.interval_head(self.answer.confidence),
            *(Column(head, "right") for head in (_("Stops left open"), _("Best by the estimates"))),
        ]
        lines = [self._line(group, table) for group, table in self.answer.groups.items()]
        caption = _("Attempts by list, {period}", period=self.answer.period)
        note = _("Compared at the last attempt all of them have, so that a younger list is not punished.")
        return TableView(caption, columns, lines, (note,))

    def _line(self, group: Any, table: Attempts) -> list[str]:
        form = self.form
        at = next((a for a in table.attempts if a.number == self.answer.depth), table.attempts[-1])
        earliest, latest = table.stop_range
        end = str(latest) if latest is not None else "…"
        return [
            self.label(group),
            form.number(sum(a.dials for a in table.attempts)),
            form.number(len(table.attempts)),
            form.value(at.cumulative, "%", at.cumulative_low, at.cumulative_high),
            form.interval(at.cumulative_low, at.cumulative_high, "%", value=at.cumulative),
            f"{earliest}–{end}" if table.priced else form.number(None),
            form.number(table.best_stop),
        ]

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the curves, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        return (self.answer.verdict, self.figure(), self.table(), *notes) if self.answer.groups else notes
