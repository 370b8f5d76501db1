"""How rows that no KPI counts are presented: each kind with its number, and where it is missing."""

from __future__ import annotations

from callstats.answers.core.telling import Cell, Column, Note, Sentence, TableView, Telling, View, tells
from callstats.answers.trust.uncounted_rows import Uncounted


@tells(Uncounted)
class UncountedTelling(Telling[Uncounted]):
    """Presents the rows that figures leave out."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State that every row counts somewhere, if so."""
        if self.answer.rules:
            return ()
        return (Sentence(self.say("Every row kept counts in some figure."), "good"),)

    def table(self) -> TableView:
        """Return each kind of rows, with their number and the figures they are not in."""
        _, form = self.say, self.form
        heads = [
            Column(_("Rows")),
            Column(_("Number"), "right"),
            Column(_("Where they are missing, and what to do")),
        ]
        lines = [
            [
                Cell(f.rule, strong=True, under=(self.voice.table(f.table),)),
                Cell(form.number(f.rows)),
                Cell(f.hint),
            ]
            for f in self.answer.rules
        ]
        return TableView(_("Rows kept that figures leave out"), heads, lines)

    def views(self) -> tuple[View, ...]:
        """Return the table, or one line if every row counts."""
        if not self.answer.rules:
            return (Note(self.sentences()[0].text),)
        return (self.table(),)
