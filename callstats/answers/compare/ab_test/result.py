"""The result of a list test: its verdict, its warnings and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.ab_test.decision import Decision
from callstats.answers.compare.ab_test.guardrails import Guardrails
from callstats.answers.compare.ab_test.lines import COLUMNS
from callstats.answers.compare.ab_test.money import Money
from callstats.answers.compare.ab_test.monitoring import Monitoring
from callstats.answers.compare.ab_test.primary import Primary
from callstats.answers.compare.ab_test.reach import Reach
from callstats.answers.compare.ab_test.split import Split
from callstats.answers.compare.plan import Plan
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.voice import Voice
from callstats.show.display import Note, Record, Sentence, View

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ABTest(Answer):
    """One arm against another; every part shows itself.

    Attributes
    ----------
    names : tuple of str
        Control and treatment, as they are called.
    split : Split
        Was the split sound.
    primary : Primary
        The primary figure at the horizon, by assignment.
    guardrails : Guardrails
        What must not get worse.
    reach : Reach
        Reach by attempt of both arms.
    monitoring : Monitoring
        The estimate day by day, and the decision.
    money : Money
        Successes an hour, cost and profit a contact, the price of a wrong choice.
    power : Plan or None
        What a test of this size could see; None without a conversion to plan from.
    """

    voice: Voice
    names: tuple[str, str]
    split: Split
    primary: Primary
    guardrails: Guardrails
    reach: Reach
    monitoring: Monitoring
    money: Money
    power: Plan | None

    @property
    def status(self) -> Decision:
        """Whether the test is final, decided early or open, and what is missing."""
        return self.monitoring.decision

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The verdict: the primary figure, profit, whether that is the last word, and harm done."""
        harm = [self.guardrails.said(line) for line in self.guardrails.harmed]
        worth = () if self.split.broken else self.money.verdict_sentences
        last = (self.monitoring.status, *([] if self.split.broken else harm))
        return (self.primary.sentences[0], *worth, *last)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the test compares, as (label, value) pairs for the head of a report."""
        _ = self.voice.say
        days = _.ngettext("{n} day", "{n} days", self.monitoring.horizon_days)
        return (
            (_("Control"), self.names[0]),
            (_("Treatment"), self.names[1]),
            (_("Each contact followed for"), days),
        )

    @property
    def summary(self) -> Section:
        """The verdict, what to bear in mind, and the record for the report's JSON."""
        notes = (Note(text) for text in self.warnings)
        return Section(self.voice, (self.verdict, *notes, Record({"ab_test": self.results})))

    @property
    def could_have_seen(self) -> Answer:
        """What a test of this size could see, or one line on why that cannot be told."""
        if self.power is not None:
            return self.power
        note = self.voice.say(
            "What this test could have seen: too little data, no contact or no success yet."
        )
        return Section(self.voice, (Note(note),))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything to bear in mind, in words."""
        doubts = [
            s.text
            for s in (*self.split.sentences, *self.primary.sentences[1:])
            if s.tone in ("bad", "unknown")
        ]
        notes = [*self.money.notes, *self.guardrails.notes]
        return tuple(dict.fromkeys([*doubts, *notes]))

    def to_frame(self) -> pd.DataFrame:
        """Return every comparison of the test, a row each.

        Columns: section, then measure, unit, control, treatment, estimate, low, high,
        p_value, method, note. The row of section "decision" has the interval that
        counts, and the state of the test as its note.
        """
        import pandas as pd

        first = self.primary.to_frame().assign(unit="%", note="")
        parts = [
            ("primary", first),
            ("money", self.money.to_frame()),
            ("guardrails", self.guardrails.to_frame()),
        ]
        rows: list[tuple[Any, ...]] = [("decision", *self._decision())]
        for section, part in parts:
            rows += [(section, *row) for row in part[list(COLUMNS)].itertuples(index=False, name=None)]
        return pd.DataFrame(rows, columns=["section", *COLUMNS])

    def _decision(self) -> tuple[Any, ...]:
        found, arms = self.status, self.primary.arms
        values = [None if one is None else float(one.estimate) for one in arms]
        ends = (found.estimate, found.low, found.high, None)
        return (self.primary.kpi.name, "%", *values, *ends, found.by, self.monitoring.status.text)

    @property
    def results(self) -> dict[str, Any]:
        """The test in plain numbers, for the results of a report."""
        found = self.status
        return {
            "kpi": self.primary.kpi.name,
            "control": self.names[0],
            "treatment": self.names[1],
            "status": found.kind,
            "estimate": found.estimate,
            "low": found.low,
            "high": found.high,
            "by": found.by,
            "planned_contacts": found.planned,
            "completed_contacts": found.completed,
            "missing_contacts": found.missing_contacts,
            "missing_days": found.missing_days,
            "split_sound": not self.split.broken,
            "chance_treatment_better": self.money.chance,
            "expected_loss_of_control": self.money.loss[0],
            "expected_loss_of_treatment": self.money.loss[1],
            "verdict": [s.text for s in self.sentences],
            "warnings": list(self.warnings),
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw both arms with their intervals; the parts have plots of their own."""
        return self.primary.plot(ax)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the primary figure and the money in tables, and the warnings."""
        tables = [self.primary.table(), *([self.money.table()] if self.money.lines else [])]
        return (self.verdict, *tables, *(Note(text) for text in self.warnings))
