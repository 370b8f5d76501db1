"""How a check of the data is presented: what was left out, what looks wrong, what cannot be computed."""

from __future__ import annotations

from callstats.answers.core.telling import Cell, Sentence, TableView, Telling, View, tells
from callstats.answers.trust.data_check import DataQuality
from callstats.answers.trust.uncounted_rows import Uncounted


@tells(DataQuality)
class DataQualityTelling(Telling[DataQuality]):
    """Presents the findings on the data."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how much was left out, and how much looks wrong."""
        return (self._left_out(), self._doubtful())

    def _left_out(self) -> Sentence:
        _, form = self.say, self.form
        rejected, kept = self.answer.rejected, sum(self.answer.rows.values())
        if not rejected:
            return Sentence(_("No row was left out."), "good")
        rules = sum(finding.severity == "rejected" for finding in self.answer.findings)
        text = _.ngettext(
            "Rows left out: {rejected} of {all} ({share}), under {n} rule.",
            "Rows left out: {rejected} of {all} ({share}), under {n} rules.",
            rules,
            rejected=form.number(rejected),
            all=form.number(rejected + kept),
            share=form.percent(rejected / (rejected + kept)),
        )
        return Sentence(text, "bad")

    def _doubtful(self) -> Sentence:
        _ = self.say
        doubts = [finding for finding in self.answer.findings if finding.severity == "doubtful"]
        if not doubts:
            return Sentence(_("Nothing looks wrong in the rows kept."), "good")
        text = _.ngettext(
            "{n} thing looks wrong in the rows kept. Not always true: {rules}.",
            "{n} things look wrong in the rows kept. Not always true: {rules}.",
            len(doubts),
            rules=_.joined(_("“{rule}”", rule=finding.rule) for finding in doubts),
        )
        return Sentence(text, "unknown")

    def table(self) -> TableView:
        """Return the findings as a table."""
        _, form = self.say, self.form
        kinds = {"rejected": _("{rows} in {table}, left out"), "doubtful": _("{rows} in {table}, kept")}
        rows = [
            [
                Cell(finding.rule, strong=True),
                kinds[finding.severity].format(
                    rows=form.number(finding.rows), table=self.voice.table(finding.table)
                ),
                ". ".join(part for part in (finding.example, finding.hint) if part),
            ]
            for finding in self.answer.findings
        ]
        columns = [_("Should be true"), _("Rows that break it"), _("For example, and what to do")]
        return TableView(_("What was left out, and what looks wrong"), columns, rows)

    def uncounted_table(self) -> TableView:
        """Return the rows that no KPI counts, with the figures they are missing in."""
        return Uncounted(self.voice, self.answer.uncounted).table()

    def lacking_table(self) -> TableView:
        """Return the missing columns, with the KPIs lost with them."""
        _ = self.say
        rows = [[finding.example, finding.hint] for finding in self.answer.lacking]
        return TableView(_("What cannot be computed"), [_("Missing"), _("KPIs that need it")], rows)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the findings and what cannot be computed."""
        shown: list[View] = [self.answer.verdict]
        shown += [self.table()] if self.answer.findings else []
        shown += [self.uncounted_table()] if self.answer.uncounted else []
        shown += [self.lacking_table()] if self.answer.lacking else []
        return tuple(shown)
