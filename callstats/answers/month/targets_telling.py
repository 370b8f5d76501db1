"""How missed targets are presented: how many, and the likely reason of each."""

from __future__ import annotations

from callstats.answers.campaign.bridge import Term
from callstats.answers.campaign.bridge_telling import BridgeTelling
from callstats.answers.campaign.funnel import Step
from callstats.answers.campaign.hotspots_numbers import Spot
from callstats.answers.campaign.hotspots_telling import spot_place
from callstats.answers.campaign.target_progress_telling import (
    MOST_NAMED,
    filled,
    outcome,
    pace_notes,
    progress_sentence,
    standing_cells,
    standing_heads,
)
from callstats.answers.core.telling import Cell, Column, Note, Sentence, TableView, Telling, View, tells
from callstats.answers.month.targets import Missed, Reason, Targets
from callstats.show.key_figures import goal_words


@tells(Targets)
class TargetsTelling(Telling[Targets]):
    """How many targets are missed, and a table of those with the likely reasons."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many targets are missed, and how many are undecided."""
        answer = self.answer
        if not (answer.missed or answer.met or answer.open or answer.running):
            return ()
        told = [progress_sentence(f, self.voice, c.label) for c, f in answer.running[:MOST_NAMED]]
        return (self.summary(), *told)

    def summary(self) -> Sentence:
        """State how many of the targets are missed, and name the first."""
        answer = self.answer
        missed = [m.named(self.voice) for m in answer.missed]
        counts = {"met": answer.met, "close": answer.open, "running": len(answer.running)}
        return outcome(self.voice, missed, **counts)

    def running(self) -> TableView | None:
        """Return the counts and sums whose period is not over, with their pace; None if there is none."""
        _, answer = self.say, self.answer
        if not answer.running:
            return None
        heads = [Column(_("Campaign")), *standing_heads([f for _c, f in answer.running], self.voice)]
        rows = [
            [Cell(c.label, strong=True, href=c.href), *standing_cells(f, self.voice)]
            for c, f in answer.running
        ]
        caption = _("Targets still running, {period}", period=answer.period)
        notes = pace_notes([f for _c, f in answer.running], self.voice)
        return TableView(caption, *filled(heads, rows, self.voice), notes)

    def table(self) -> TableView:
        """Return the targets missed, with the likely reason."""
        _ = self.say
        heads = [_("Campaign"), _("Indicator and target"), _("Value and interval"), _("Likely reason")]
        note = _(
            "The likely reason is where the figure is off beyond chance, else the factor that moved most "
            "against it. It is an accounting and names no cause."
        )
        caption = _("Targets missed, {period}", period=self.answer.period)
        return TableView(caption, heads, [self._line(m) for m in self.answer.missed], (note,))

    def _line(self, m: Missed) -> list[Cell]:
        form, f, unit = self.form, m.figure, m.figure.kpi.unit
        ends = [form.value(end, unit, f.now.low, f.now.high) for end in (f.now.low, f.now.high)]
        known = f.now.low == f.now.low
        return [
            Cell(m.campaign.label, strong=True, href=m.campaign.href),
            Cell(self.kpi(f.kpi), under=[goal_words(*f.limits, unit, form)]),
            Cell(self.value(f.now), strong=True, under=[" … ".join(ends)] if known else []),
            Cell(m.reason),
        ]

    def views(self) -> tuple[View, ...]:
        """Return the sentence and the table, or one line if no target is set."""
        if not self.sentences():
            text = self.say("No target applies: set targets in callstats.toml.")
            return (Note(text), *self.notes(self.answer.notes))
        running = self.running()
        tables = [*([self.table()] if self.answer.missed else []), *([running] if running else [])]
        return (self.answer.verdict, *tables, *self.notes(self.answer.notes))


@tells(Reason)
class ReasonTelling(Telling[Reason]):
    """One line: which factor moved against the figure."""

    def text(self) -> str:
        """Return the reason, or that nothing affecting the figure moved."""
        reason, factor = self.answer, self.answer.factor
        if isinstance(factor, Spot):
            return spot_place(factor, reason.figure, self.voice, reason.period)
        if not reason.earlier:
            return self.say("nothing to compare with")
        if factor is None:
            return self._standing()
        if isinstance(factor, Term):
            assert reason.bridge is not None
            return BridgeTelling(reason.bridge).because(factor)
        step = isinstance(factor, Step)
        label, unit = (factor.label, "%") if step else (self.kpi(factor.kpi), factor.kpi.unit)
        return self.movement(label, factor.change, unit, reason.earlier).text.removesuffix(".")

    def _standing(self) -> str:
        """State that the level is not new, or that no single factor moved beyond noise."""
        _, figure = self.say, self.answer.figure
        before = figure.before
        if before is None or not before.known or figure.change.certain:
            return _("no single factor beyond the usual variation")
        return _("not new: {value} in {earlier}", value=self.value(before), earlier=self.answer.earlier)

    def views(self) -> tuple[View, ...]:
        """Return the reason as a line."""
        return (Note(self.text()),)
