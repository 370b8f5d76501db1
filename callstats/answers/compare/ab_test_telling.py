"""How a list test is presented: the verdict, its warnings, and its part of a report."""

from __future__ import annotations

from typing import Any

from callstats.answers.compare.ab_test import ABTest
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.estimates import Change
from callstats.answers.core.telling import Note, Sentence, Telling, Verdict, View, tells
from callstats.show.digits import unknown
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

    def verdict(self) -> Verdict:
        """Return the decision as a headline, above the sentences."""
        return Verdict(self.sentences(), self.headline())

    def headline(self) -> str:
        """Return what to do: roll the treatment out, keep testing and how long, or do not; in money first."""
        _, test, decision = self.say, self.answer, self.answer.status
        if test.split.broken:
            return _("Do not decide: the split was not sound")
        if decision.kind == "open":
            return self._keep_testing()
        return self._decided()

    def _decided(self) -> str:
        """Return the decision of a test that is final or was decided early."""
        _, test, decision = self.say, self.answer, self.answer.status
        fields = {"name": test.names[1], "control": test.names[0], "gain": self._gain()}
        if decision.high < 0 or self._loses_money():
            return _("Do not roll out {name}: {gain}", **fields)
        if harmed := test.guardrails.harmed:
            what = ", ".join(self.first([line.label for line in harmed], 1))
            return _("Weigh {name} before rolling it out: {what} got worse", what=what, **fields)
        if decision.low > 0:
            return _("Roll out {name}: {gain}", **fields)
        if test.primary.margin > 0 and decision.low > -test.primary.margin:
            return _(
                "{name} may be rolled out: it is not worse than {control} by more than allowed", **fields
            )
        return _("Do not roll out {name} on this evidence: {gain}", **fields)

    def _loses_money(self) -> bool:
        worth = self.answer.money.deciding
        return worth is not None and worth.difference is not None and worth.difference.high < 0

    def _keep_testing(self) -> str:
        """Return how many contacts are missing and how long they take, as far as that is known."""
        _, decision = self.say, self.answer.status
        if not decision.missing_contacts:
            return _("Not decided: plan a size, and keep testing")
        fields = {"n": self.form.number(decision.missing_contacts)}
        if unknown(decision.missing_days):
            return _("Keep testing: {n} contacts are missing", **fields)
        days = _.ngettext("{n} day", "{n} days", round(decision.missing_days))
        return _("Keep testing for {days}: {n} contacts are missing", days=days, **fields)

    def _gain(self) -> str:
        """Return the gain of a contact with its interval; without money, that of the primary figure."""
        _, test = self.say, self.answer
        worth = test.money.deciding
        if worth is not None and worth.difference is not None and not unknown(worth.difference.low):
            return _("{change} a contact ({interval})", **self.change(worth.difference, worth.unit))
        moved = Change(test.status.estimate, test.status.low, test.status.high)
        return f"{self.kpi(test.primary.kpi)} {_('{change} ({interval})', **self.change(moved, '%'))}"

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
