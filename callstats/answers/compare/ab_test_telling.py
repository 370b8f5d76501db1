"""How a list test is presented: the verdict, its warnings, and its part of a report."""

from __future__ import annotations

from typing import Any

from callstats.answers.compare.ab_test import ABTest
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.telling import Note, Sentence, Telling, View, tells
from callstats.show.display import Record


@tells(ABTest)
class ABTestTelling(Telling[ABTest]):
    """How a list test is presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """The verdict: the primary figure, profit, whether that is final, and harm done."""
        test = self.answer
        first, state = test.primary.sentences[0], test.monitoring.status
        if test.split.broken:
            return (first, state)
        harm = [test.guardrails.telling.judge(line) for line in test.guardrails.harmed]
        return (first, *test.money.telling.verdict_sentences(), state, *harm)

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the test compares, as (label, value) pairs for the head of a report."""
        _ = self.say
        days = _.ngettext("{n} day", "{n} days", self.answer.monitoring.horizon_days)
        return (
            (_("Control"), self.answer.names[0]),
            (_("Treatment"), self.answer.names[1]),
            (_("Each contact followed for"), days),
        )

    def warnings(self) -> tuple[str, ...]:
        """Everything to bear in mind, in words."""
        sentences = (*self.answer.split.sentences, *self.answer.primary.sentences[1:])
        doubts = [sentence.text for sentence in sentences if sentence.tone in ("bad", "unknown")]
        notes = [*self.answer.money.notes, *self.answer.guardrails.notes]
        return tuple(dict.fromkeys([*doubts, *self.answer.primary.telling.late(), *notes]))

    def summary(self) -> Section:
        """The verdict, what to bear in mind, and the record for the report's JSON."""
        test = self.answer
        record = Record({"ab_test": test.results})
        return Section(self.voice, (test.verdict, *self.notes(test.warnings), record))

    def could_have_seen(self) -> Answer:
        """What a test of this size could detect, or one line on why that is unknown."""
        if self.answer.power is not None:
            return self.answer.power
        note = self.say("What this test could have seen: too little data, no contact or no success yet.")
        return Section(self.voice, (Note(note),))

    def plot(self, ax: Any = None) -> Any:
        """Draw both arms with their intervals; the parts have their own plots."""
        return self.answer.primary.plot(ax)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the primary figure and the money in tables, and the warnings."""
        test = self.answer
        tables = [test.primary.table(), *([test.money.table()] if test.money.lines else [])]
        return (test.verdict, *tables, *self.notes(test.warnings))
