"""How a test's reach, guardrails and money are presented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from callstats.answers.compare.ab_test_primary_telling import lift
from callstats.answers.compare.ab_test_secondary import Guardrails, Money, Reach
from callstats.answers.compare.ab_test_secondary_numbers import Line, attempts_shown
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Note,
    Sentence,
    TableView,
    Telling,
    View,
    tells,
)
from callstats.show.digits import unknown
from callstats.show.verdicts import not_comparable
from callstats.stats import Comparison, proportion_interval

#: The cost of a wrong choice is stated per this many contacts.
PER_CONTACTS = 1000
Part = TypeVar("Part", Guardrails, Money)


@tells(Reach)
class ReachTelling(Telling[Reach]):
    """How reach by attempt of both arms is presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """The share both arms reach by the same attempt, and whether one is easier to reach."""
        _, form = self.say, self.form
        control, treatment = self.answer.tables
        if control is None or treatment is None:
            return ()
        k = min(attempts_shown(control), attempts_shown(treatment))
        if not k:
            return ()
        fields = {
            "k": form.number(int(control.attempt[k - 1])),
            "control": self.answer.names[0],
            "name": self.answer.names[1],
            "a": form.percent(float(control.estimate[k - 1]), 0),
            "b": form.percent(float(treatment.estimate[k - 1]), 0),
        }
        text = _("By attempt {k}, {name} reaches {b} of its contacts and {control} {a}.", **fields)
        return (Sentence(text), *self._compared())

    def _compared(self) -> tuple[Sentence, ...]:
        """Whether one arm is easier to reach; of an arm that reached nobody, its limit."""
        _, form = self.say, self.form
        if self.answer.apart:
            text = _("Not compared at the same attempt: the groups were loaded on different days.")
            return (Sentence(text, "unknown"),)
        if self.answer.ratio is not None:
            return (self._easier(self.answer.ratio),)
        limits = []
        for name, table in zip(self.answer.names, self.answer.tables, strict=True):
            if table is not None and not table.reached.sum():
                most = proportion_interval(0, float(table.at_risk[0]), method="clopper-pearson").high
                text = _(
                    "Nobody of {name} was reached; the data allow up to {limit} at the first attempt.",
                    name=name,
                    limit=form.percent(most, 1),
                )
                limits.append(Sentence(text, "unknown"))
        return tuple(limits)

    def _easier(self, ratio: Comparison) -> Sentence:
        _, form = self.say, self.form
        fields = {
            "name": self.answer.names[1],
            "control": self.answer.names[0],
            "factor": form.number(ratio.estimate, 2),
            "interval": _("{low} to {high}", low=form.number(ratio.low, 2), high=form.number(ratio.high, 2)),
        }
        if ratio.low > 1 or ratio.high < 1:
            text = _(
                "At the same attempt a contact of {name} is reached {factor} times as often as one of "
                "{control} ({interval}).",
                **fields,
            )
            return Sentence(text)
        text = _(
            "No evidence that one is easier to reach at the same attempt: {factor} times ({interval}).",
            **fields,
        )
        return Sentence(text)

    def finding(self) -> str:
        """State whether one arm is easier to reach at the same attempt; nothing of arms not compared."""
        ratio = self.answer.ratio
        if self.answer.apart or ratio is None:
            return ""
        if ratio.low > 1:
            return self.say("{name} is easier to reach.", name=self.answer.names[1])
        if ratio.high < 1:
            return self.say("{name} is harder to reach.", name=self.answer.names[1])
        return self.say("Neither is shown to be easier to reach.")

    def plot(self, ax: Any = None) -> Any:
        """Draw the share reached by attempt of both arms, at this attempt and so far."""
        from callstats.show.plots import attempt_curve

        arms = zip(self.answer.names, self.answer.tables, ("grey", "accent"), (-0.06, 0.06), strict=True)
        for name, table, tone, shift in arms:
            k = 0 if table is None else attempts_shown(table)
            if table is None or not k:
                continue
            ax = attempt_curve(
                table.attempt[:k].tolist(),
                table.hazard[:k].tolist(),
                table.hazard_low[:k].tolist(),
                table.hazard_high[:k].tolist(),
                formatter=self.form,
                cumulative=table.estimate[:k].tolist(),
                name=name,
                tone=tone,  # type: ignore[arg-type]
                shift=shift,
                ax=ax,
            )
        return ax

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say(
            "Share of contacts reached by attempt, {control} and {name}",
            control=self.answer.names[0],
            name=self.answer.names[1],
        )
        return self.captioned(caption)

    def views(self) -> tuple[View, ...]:
        """Return the sentences and the plot, or one line on what is missing."""
        if not self.sentences():
            return (Note(self.answer.note),)
        return (self.answer.verdict, self.figure())


class _LinesTelling(Telling[Part]):
    """Shared by guardrails and money: one line per figure, with both arms and their difference."""

    def sentence(self, line: Line, margin: float | None = None) -> Sentence | None:
        """Return what the evidence supports about a line, None without an interval.

        ``margin`` is the largest deterioration that does not matter, in the line's unit.
        """
        if line.difference is None:
            return None
        control, treatment = self.answer.names
        options = {"direction": line.direction, "margin": margin}
        return self.difference(line.label, treatment, control, line.difference, line.unit, **options)

    def lines_table(self, caption: str, notes: Sequence[str]) -> TableView:
        """Return the lines as a table: figure, control, treatment, difference, interval."""
        _, lines = self.say, self.answer.lines
        heads = [
            Column(_("Indicator")),
            *(Column(name, "right") for name in self.answer.names),
            Column(_("Difference"), "right"),
            self.interval_head(self.answer.confidence),
        ]
        beneath = [*notes, *(_.headed(line.label, line.note) + "." for line in lines if line.note)]
        return TableView(caption, heads, [self._cells(line) for line in lines], tuple(dict.fromkeys(beneath)))

    def _cells(self, line: Line) -> list[Cell | str]:
        form, difference = self.form, line.difference
        if difference is None or unknown(difference.low) or unknown(difference.high):
            values = [form.value(v, line.unit) for v in (line.control, line.treatment)]
            return [line.label, *values, form.change(line.treatment - line.control, line.unit), ""]
        half = (difference.high - difference.low) / 2
        values = [form.value(v, line.unit, v - half, v + half) for v in (line.control, line.treatment)]
        fields = self.change(difference, line.unit)
        return [line.label, *values, Cell(fields["change"], strong=line.certain), fields["interval"]]


@tells(Guardrails)
class GuardrailsTelling(_LinesTelling[Guardrails]):
    """How guardrails are presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Which guardrails differ; of the others, which are shown to hold."""
        _, guardrails = self.say, self.answer
        if guardrails.broken or guardrails.apart or not guardrails.lines:
            return ()
        sentences = [self.judge(line) for line in guardrails.lines if self._judged(line)]
        quiet = [line.label for line in guardrails.lines if not self._judged(line)]
        if quiet:
            text = _("No evidence of a difference in: {names}.", names=", ".join(quiet))
            sentences.append(Sentence(text))
        if not guardrails.harmed:
            text = _.ngettext(
                "The safety figure shows no evidence of harm.",
                "None of the {shown} safety figures shows evidence of harm.",
                len(guardrails.lines),
                shown=self.form.number(len(guardrails.lines)),
            )
            sentences.insert(0, Sentence(text, "good"))
        return tuple(sentences)

    def _judged(self, line: Line) -> bool:
        """Return whether a guardrail gets its own sentence."""
        return line.certain or line.name in self.answer.margins

    def judge(self, line: Line) -> Sentence:
        """Return what the evidence supports about one guardrail, within its margin."""
        sentence = self.sentence(line, self.answer.margins.get(line.name))
        assert sentence is not None
        return sentence

    def table(self) -> TableView:
        """Return the guardrails of both arms with their differences."""
        note = self.say("Intervals are as wide as the number of safety figures asks for (Holm).")
        return self.lines_table(self.say("Safety figures"), [note] if len(self.answer.lines) > 1 else [])

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table and what could not be computed."""
        notes = self.notes(self.answer.notes)
        if not self.answer.lines:
            return notes
        return (*((self.answer.verdict,) if self.sentences() else ()), self.table(), *notes)


@tells(Money)
class MoneyTelling(_LinesTelling[Money]):
    """How the arms are presented in money."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Which arm is worth more, per contact and per hour, and what a wrong choice would cost."""
        money = self.answer
        if money.broken and money.deciding is not None:
            control, name = money.names
            return (not_comparable(money.deciding.label, name, control, money.broken, self.form),)
        lines = [line for line in (money.deciding, money.line("successes_per_hour")) if line is not None]
        sentences = (*(self.sentence(line) for line in lines), self._choice())
        return tuple(sentence for sentence in sentences if sentence is not None)

    def verdict_sentences(self) -> tuple[Sentence, ...]:
        """The gain of a contact and of an hour, and which arm to choose, for the verdict of the test."""
        deciding = self.answer.deciding
        if deciding is None or (worth := self.sentence(deciding)) is None:
            return ()
        moved = deciding.difference
        if moved is None or unknown(moved.low):
            return (worth,)
        gain = self.say("{change} ({interval})", **self.change(moved, deciding.unit))
        parts = [self.say.headed(deciding.label, gain), self._an_hour(), self._better()]
        return (Sentence(f"{self.say.joined(parts)}.", worth.tone),)

    def _an_hour(self) -> str:
        """Return the gain per agent hour; "" if unknown."""
        line = self.answer.line("profit_per_hour")
        if line is None or line.difference is None or unknown(line.difference.low):
            return ""
        fields = self.change(line.difference, line.unit)
        return self.say("per hour on the line {change} ({interval})", **fields)

    def _better(self) -> str:
        """Return which arm is the better choice; "" if its chance is unknown."""
        if unknown(self.answer.chance):
            return ""
        return self.say("{name} is the better choice with a chance of {chance}", **self._chosen())

    def _chosen(self) -> dict[str, str]:
        """Return the better arm and its chance, as fields of a message."""
        money = self.answer
        chance = max(money.chance, 1 - money.chance)
        shown = self.say("over 99%") if chance > 0.99 else self.form.percent(chance, 0)
        return {"name": money.names[int(money.chance >= 0.5)], "chance": shown}

    def _choice(self) -> Sentence | None:
        """State which arm is the better choice, and what a wrong one would cost."""
        form, money = self.form, self.answer
        if unknown(money.chance):
            return None
        text = self.say(
            "{name} is the better choice with a chance of {chance}; the loss to expect from choosing it "
            "wrongly is {loss} in {n} contacts.",
            **self._chosen(),
            n=form.number(PER_CONTACTS),
            loss=form.money(PER_CONTACTS * money.loss[int(money.chance >= 0.5)]),
        )
        return Sentence(text)

    def table(self) -> TableView:
        """Return every figure of both arms with its difference."""
        return self.lines_table(self.say("What the groups are worth"), self._footnotes())

    def _footnotes(self) -> list[str]:
        _ = self.say
        notes = [
            _(
                "Per contact: per contact loaded, within the days it is followed. "
                "Per hour: of talk, hold and wrap-up."
            )
        ]
        if self.answer.lift is not None and not unknown(self.answer.lift.low):
            fields = lift(self.answer.lift, self.voice)
            notes.append(_("Profit per contact, relative to the control: {change} ({interval}).", **fields))
        elif self._no_gain():
            notes.append(_("Profit per contact: no relative change, the control earns nothing."))
        if not unknown(self.answer.chance):
            notes.append(
                _(
                    "Chance and loss: all differences equally likely before the test (flat prior), skewness "
                    "allowed for."
                )
            )
        return notes

    def _no_gain(self) -> bool:
        """Whether the control earns nothing, so that there is no relative change."""
        line = self.answer.line("profit_per_contact")
        return line is not None and not line.control > 0

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table and what cannot be computed."""
        shown: tuple[View, ...] = (self.answer.verdict, self.table()) if self.answer.lines else ()
        return (*shown, *self.notes(self.answer.notes))
