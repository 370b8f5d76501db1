"""How the five variables are presented: a column for each, now above before above the change."""

from __future__ import annotations

from collections.abc import Sequence

from callstats.answers.campaign.five_variables import FIVE, FiveVariables
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.telling import Cell, Column, Note, Sentence, TableView, Telling, View, tells
from callstats.show.digits import unknown


@tells(FiveVariables)
class FiveVariablesTelling(Telling[FiveVariables]):
    """The five side by side, what is read beside them, and which of the five moved."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State which of the five moved most beyond the usual variation, relative to before."""
        answer = self.answer
        changes = [f for f in answer.five if not unknown(f.change.low)]
        if not answer.earlier or not changes:
            return ()
        moved = [f for f in changes if f.change.certain]
        if not moved:
            text = self.say(
                "Hours, calls and results: all within the usual variation since {since}.",
                since=answer.earlier,
            )
            return (Sentence(text),)
        most = max(moved, key=lambda f: abs(f.change.estimate / f.before.value) if f.before else 0.0)
        kpi = most.kpi
        return (self.movement(self._short(most), most.change, kpi.unit, answer.earlier, kpi.direction),)

    def table(self) -> TableView:
        """Return the five, side by side."""
        _, answer = self.say, self.answer
        fields = {"period": answer.period, "level": self.level(answer.confidence)}
        caption = _("Hours, calls and results, {period}, with {level} intervals", **fields)
        return self._side_by_side(caption, answer.five)

    def beside(self) -> TableView:
        """Return what is read beside the five."""
        caption = self.say("What they come to, {period}", period=self.answer.period)
        return self._side_by_side(caption, self.answer.beside)

    def _side_by_side(self, caption: str, figures: Sequence[Figure]) -> TableView:
        """Return a table with a column a figure, and a row each for now, before and the change."""
        _, answer = self.say, self.answer
        heads = [Column(""), *(Column(self._short(f), "right") for f in figures)]
        rows = [[Cell(answer.period), *(self._now(f) for f in figures)]]
        if answer.earlier:
            rows.append([Cell(answer.earlier), *(self._before(f) for f in figures)])
            rows.append([Cell(_("Change")), *(self._change(f) for f in figures)])
        notes = dict.fromkeys(note for f in figures if (note := self._noted(f)))
        return TableView(caption, heads, rows, tuple(notes))

    def _noted(self, figure: Figure) -> str:
        """Return why a figure has no value, or what was unknown of its rows."""
        now, name = figure.now, self._short(figure)
        if not now.known:
            return self.say.headed(name, self.voice.reason(now.note)) + "."
        doubts = self.voice.doubts(now.note)
        return self.say.headed(name, doubts) + "." if doubts else ""

    def _short(self, figure: Figure) -> str:
        name = figure.kpi.name
        return self.say(FIVE[name]) if name in FIVE else self.kpi(figure.kpi)

    def _now(self, figure: Figure) -> Cell:
        now = figure.now
        under = () if unknown(now.low) else (self.interval(now),)
        return Cell(self._value(figure, now.value), strong=True, under=under)

    def _before(self, figure: Figure) -> Cell:
        then = figure.before
        return Cell(self._value(figure, None if then is None else then.value), tone="grey")

    def _value(self, figure: Figure, value: float | None) -> str:
        """Return a value: what was counted in full, a rate with the digits its interval justifies."""
        if figure.kpi.name in FIVE:
            return self.form.value(value, figure.kpi.unit)
        return self.form.value(value, figure.kpi.unit, figure.now.low, figure.now.high)

    def _change(self, figure: Figure) -> Cell:
        moved, unit = figure.change, figure.kpi.unit
        if unknown(moved.estimate):
            return Cell(self.form.value(None, unit))
        told = self.change(moved, unit)
        under = () if unknown(moved.low) else (told["interval"],)
        return Cell(told["change"], strong=moved.certain, under=under)

    def views(self) -> tuple[View, ...]:
        """Return what moved, the five, and what is read beside them."""
        known = [f for f in self.answer.beside if f.now.known and f.now.value]
        notes = [Note(self.answer.note)] if self.answer.note else []
        tables = [self.table(), *([self.beside()] if known else [])]
        return (*([self.verdict()] if self.sentences() else []), *tables, *notes)
