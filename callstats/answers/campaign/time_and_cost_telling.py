"""How time and cost are presented: bars of the login time, what a call cost, a table."""

from __future__ import annotations

from typing import Any

from callstats.answers.campaign.time_and_cost import BREAK_EVEN, COSTS, STATES, TIMES, TimeAndCost
from callstats.answers.core.telling import FigureView, Sentence, TableView, Telling, View, figure, tells
from callstats.show.words import mark

_KINDS = {
    "labour": mark("labour"),
    "advertising": mark("advertising"),
    "technical": mark("technical"),
    "list": mark("lists"),
}


@tells(TimeAndCost)
class TimeAndCostTelling(Telling[TimeAndCost]):
    """Bars of the shares of login time, two sentences, and a table of handle times and costs."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how agents' time was spent, and what a call and an acquisition cost."""
        return tuple(s for s in (self._time(), self._money()) if s is not None)

    def _time(self) -> Sentence | None:
        talk, wait = self.answer.now["talk_share"], self.answer.now["wait_share"]
        if not (talk.known and wait.known):
            return None
        text = self.say(
            "Of {hours} login hours, {talk} went into talk and {wait} into waiting for a call.",
            hours=self.form.number(round(self.answer.hours)),
            **self.told(talk=talk, wait=wait),
        )
        return Sentence(text)

    def _money(self) -> Sentence | None:
        _, form = self.say, self.form
        if not self.answer.costs:
            return None
        call, sale = (self.answer.now[name] for name in COSTS)
        fields = {
            "total": form.money(sum(self.answer.costs.values())),
            "call": form.value(call.value, "money"),
        }
        if not sale.known:
            return Sentence(_("Spent: {total}, {call} a dial.", **fields))
        fields["sale"] = self.value(sale)
        return Sentence(_("Spent: {total}, {call} a dial and {sale} an acquisition.", **fields))

    def finding(self) -> str:
        """Name the largest part of the login time, as far as the intervals tell it."""
        now, known = self.answer.now, [name for name in STATES if self.answer.now[name].known]
        first = max(known, key=lambda name: now[name].value)
        if any(not now[first].low > now[name].high for name in known if name != first):
            return self.say("No part of the login time is clearly the largest.")
        return self.say("The largest part is {state}.", state=self.say(STATES[first]))

    def plot(self, ax: Any = None) -> Any:
        """Draw the shares of login time, the comparison period as grey marks."""
        from callstats.show.plots import share_bars

        _ = self.say
        names = [name for name in STATES if self.answer.now[name].known and self.answer.now[name].value > 0]
        before = [self.answer.earlier[n].value for n in names] if self.answer.earlier else None
        return share_bars(
            [_(STATES[name]) for name in names],
            [self.answer.now[name].value for name in names],
            formatter=self.form,
            label=_("share of login time"),
            previous=before,
            previous_label=self.answer.before,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form = self.say, self.form
        shares = ", ".join(f"{_(state)} {form.percent(value)}" for state, value in self.answer.shares.items())
        caption = _("Where the login time went, {period}", period=self.answer.period)
        spoken = _("Shares of login time: {shares}.", shares=shares)
        return figure(self.plot(), caption, spoken, self.finding())

    def table(self) -> TableView:
        """Return handle time, occupancy and costs as a table."""
        _, answer = self.say, self.answer
        known = [answer.now[name] for name in (*TIMES, *COSTS, BREAK_EVEN) if answer.now[name].known]
        rows = [(self.kpi(e.kpi), e, answer.earlier.get(e.kpi.name)) for e in known]
        rows += [
            (_("Cost: {kind}", kind=_(_KINDS.get(kind, kind))), amount, answer.costs_before.get(kind))
            for kind, amount in answer.costs.items()
        ]
        return self.estimates_table(
            _("Handle time and cost, {period}", period=answer.period),
            rows,
            confidence=answer.confidence,
            period=answer.period,
            before=answer.before,
        )

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the bars of time, the table and what cannot be computed."""
        shown: list[View] = [self.answer.verdict] if self.sentences() else []
        shown += [self.figure()] if self.answer.shares else []
        table = self.table()
        shown += [table] if table.rows else []
        return (*shown, *self.notes(self.answer.notes))
