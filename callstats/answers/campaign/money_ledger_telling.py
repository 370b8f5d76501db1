"""How the ledger is presented: a table of values, a table of costs, and the prices that charged nothing."""

from __future__ import annotations

from callstats.answers.campaign.money_ledger import FROM_CALLS, MoneyLedger
from callstats.answers.core.audience import CLIENT
from callstats.answers.core.telling import Cell, Column, Sentence, TableView, Telling, View, tells
from callstats.dataset.estimated_hours import NOTE
from callstats.show.words import mark

_KINDS = {
    "labour": mark("labour"),
    "advertising": mark("advertising"),
    "technical": mark("technical"),
    "list": mark("lists"),
}
_BASES = {
    "time": mark("agents' time"),
    "dials": mark("dials"),
    "minutes": mark("minutes on the line"),
    "calls": mark("calls"),
    "": mark("on no call"),
}
_UNUSED = {
    "stated": mark("{key} was not applied where the data state costs of that kind."),
    "unknown list": mark("{key} was not applied: the data have no such list."),
    "unknown campaign": mark("{key} was not applied: the data have no such campaign."),
    "unknown outcome": mark("{key} was not applied: no success has this outcome."),
    "no lengths": mark("{key} was not applied: no call says how long it took."),
    "no hours": mark("{key} was not applied: neither agents' time nor the agent of a call is known."),
}


@tells(MoneyLedger)
class MoneyLedgerTelling(Telling[MoneyLedger]):
    """Presents where values and costs come from, and what bears them."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what was spent, and what of it lies on no call."""
        _, lines = self.say, self.answer.lines
        if not lines:
            return (Sentence(_("No cost is known: neither the data nor [money] of callstats.toml has any.")),)
        spent, on_none = sum(e.amount for e in lines), sum(e.uncharged for e in lines)
        said = [_("Spent: {amount}.", amount=self.form.money(spent))]
        if on_none:
            text = _("{amount} lies on no call of the period's work.", amount=self.form.money(on_none))
            said.append(text)
        return tuple(Sentence(text) for text in said)

    def table(self) -> TableView:
        """Return what was spent by kind and source, and what bears it."""
        _, money = self.say, self.form.money
        heads = [
            Column(_("Cost")),
            Column(_("Source")),
            Column(_("Shared by")),
            Column(_("Amount"), "right"),
            Column(_("Dials bear"), "right"),
            Column(_("Received calls bear"), "right"),
        ]
        rows = [
            [
                Cell(_(_KINDS.get(e.kind, e.kind))),
                Cell(self._source(e.origin)),
                Cell(_(_BASES[e.basis])),
                Cell(money(e.amount), strong=True),
                Cell(money(e.outbound)),
                Cell(money(e.inbound)),
            ]
            for e in self.answer.lines
        ]
        return TableView(_("What was spent, {period}", period=self.answer.period), heads, rows)

    def values_table(self) -> TableView:
        """Return what gave successes their value."""
        _, form = self.say, self.form
        heads = [
            Column(_("Value from")),
            Column(_("Successes"), "right"),
            Column(_("Worth"), "right"),
        ]
        rows = [
            [
                Cell(self._source(v.origin)),
                Cell(form.number(v.successes)),
                Cell(form.money(v.amount), strong=True),
            ]
            for v in self.answer.values
        ]
        return TableView(_("What successes are worth, {period}", period=self.answer.period), heads, rows)

    def _source(self, origin: str) -> str:
        """Return where an amount comes from, in words."""
        _ = self.say
        if not origin:
            return _("nowhere: no value is known")
        return _("the data ({name})", name=origin) if origin in ("costs", FROM_CALLS) else origin

    def views(self) -> tuple[View, ...]:
        """Return the tables and the prices that charged nothing, after what has to be said of the whole.

        To a client nothing: where the house's money comes from is its own.
        """
        if self.voice.audience == CLIENT:
            return ()
        charged = self.answer.lines and not any(line.uncharged for line in self.answer.lines)
        shown: list[View] = [] if charged else [self.answer.verdict]
        shown += [self.values_table()] if self.answer.values else []
        shown += [self.table()] if self.answer.lines else []
        notes = [self.say(_UNUSED[why], key=key) for key, why in self.answer.unused.items()]
        if self.answer.hours_estimated:
            notes.append(self.voice.reason(NOTE))
        return (*shown, *self.notes(tuple(notes)))
