"""How a planned test is presented: what it needs or can detect, how long it takes, and its curve."""

from __future__ import annotations

from typing import Any

from callstats.answers.compare.plan import STEPS, Plan
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)
from callstats.show.digits import unknown


@tells(Plan)
class PlanTelling(Telling[Plan]):
    """What a plan needs, or what it can detect."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what the plan needs or can detect, how long it takes, and its assumptions."""
        first = {"size": self._size, "power": self._power, "effect": self._effect}[self.answer.solved]()
        return tuple(s for s in (first, self._time(), self._basis()) if s is not None)

    # One sentence each.

    def _arms(self) -> str:
        _, form = self.say, self.form
        if self.answer.control_trials == self.answer.trials:
            return _(
                "{n} contacts in each group, {total} in all",
                n=form.number(self.answer.trials),
                total=form.number(self.answer.total),
            )
        return _(
            "{control} contacts in the control and {trials} in the treatment, {total} in all",
            control=form.number(self.answer.control_trials),
            trials=form.number(self.answer.trials),
            total=form.number(self.answer.total),
        )

    def _fields(self) -> dict[str, str]:
        """Return the fields of the sentences."""
        form, design = self.form, self.answer.design
        return {
            "arms": self._arms(),
            "baseline": form.value(design.baseline, "%"),
            "effect": form.change(design.effect, "%"),
            "power": form.percent(design.power, 0),
            "margin": form.change(abs(design.margin), "%").removeprefix("+"),
            "found": form.percent(self.answer.power, 0),
            "least": form.change(self.answer.detectable, "%").removeprefix("+" if design.margin else ""),
        }

    def _size(self) -> Sentence:
        _, fields = self.say, self._fields()
        if self.answer.design.margin:
            text = _(
                "To show with a chance of {power} that the treatment is not worse than {baseline} by more "
                "than {margin}, if the true difference is {effect}: {arms}.",
                **fields,
            )
            return Sentence(text)
        text = _(
            "To find a difference of {effect} from {baseline} with a chance of {power}: {arms}.", **fields
        )
        return Sentence(text)

    def _power(self) -> Sentence:
        _, fields = self.say, self._fields()
        enough = self.answer.power >= self.answer.design.power - 0.005
        if self.answer.design.margin:
            text = _(
                "With {arms}, a margin of {margin} is shown to be kept with a chance of {found}.", **fields
            )
        else:
            text = _(
                "With {arms}, a true difference of {effect} is found with a chance of {found}.", **fields
            )
        return Sentence(text, "neutral" if enough else "bad")

    def _effect(self) -> Sentence:
        _, fields = self.say, self._fields()
        if unknown(self.answer.detectable):
            return Sentence(_("With {arms}, not even the largest effect would be found.", **fields), "bad")
        if self.answer.design.margin:
            return Sentence(_("With {arms}, the smallest margin that can be shown is {least}.", **fields))
        text = _(
            "With {arms}, the smallest difference from {baseline} found with a chance of {power} is {least}.",
            **fields,
        )
        return Sentence(text)

    def _time(self) -> Sentence | None:
        _, form = self.say, self.form
        if unknown(self.answer.days):
            return None
        fields = {
            "rate": form.number(self.answer.contacts_per_day),
            "days": form.number(self.answer.days),
            "follow": form.number(self.answer.horizon_days),
        }
        if self.answer.horizon_days:
            text = _(
                "At {rate} contacts a day that takes {days} days, the {follow} days of follow-up included.",
                **fields,
            )
            return Sentence(text)
        return Sentence(_("At {rate} contacts a day that takes {days} days.", **fields))

    def _basis(self) -> Sentence | None:
        _, form = self.say, self.form
        if self.answer.design.design_effect == 1 and not self.answer.source:
            return None
        fields = {"factor": form.number(self.answer.design.design_effect, 2), "source": self.answer.source}
        if self.answer.source:
            return Sentence(_("Baseline and design effect ({factor}) are those of {source}.", **fields))
        return Sentence(
            _("A design effect of {factor} is allowed for: rows that hang together tell less.", **fields)
        )

    def finding(self) -> str:
        """State from which difference, or margin, on a test of this size finds it."""
        if unknown(self.answer.detectable):
            return self.say("Not even the largest effect would be found.")
        fields = self._fields()
        if self.answer.design.margin:
            return self.say("Margins from {least} on can be shown.", **fields)
        return self.say("Differences from {least} on are found.", **fields)

    def plot(self, ax: Any = None) -> Any:
        """Draw the smallest detectable effect against the size of the test."""
        from callstats.show.plots import size_curve

        _, frame = self.say, self.answer.to_frame()
        margin = bool(self.answer.design.margin)
        return size_curve(
            list(frame["total"]),
            list(frame["detectable"]),
            unit="%",
            formatter=self.form,
            label=_("smallest margin") if margin else _("smallest difference found"),
            size_label=_("contacts in both groups"),
            size=self.answer.total,
            effect=self.answer.detectable,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form = self.say, self.form
        fields = {
            "power": form.percent(self.answer.design.power, 0),
            "baseline": form.value(self.answer.design.baseline, "%"),
        }
        caption = _(
            "What a test can see by its size: found with a chance of {power}, from {baseline}", **fields
        )
        return figure(self.plot(), caption, self.sentences()[0].text, self.finding())

    def table(self) -> TableView:
        """Return the curve as a table, with the plan's row in bold."""
        _, form = self.say, self.form
        heads = [
            _("Control"),
            _("Treatment"),
            _("In all"),
            _("Days"),
            _("Smallest difference"),
            _("Relative"),
            _("Power"),
        ]
        if self.answer.design.margin:
            heads[4] = _("Smallest margin")
        dated, planned = not unknown(self.answer.days), not unknown(self.answer.design.effect)
        kept = [True, True, True, dated, True, True, planned]
        lines = []
        for step, row in zip(STEPS, self.answer.to_frame().itertuples(index=False), strict=True):
            texts = [*(form.number(v) for v in row[:4]), form.change(row[4], "%"), form.percent(row[5], 0)]
            texts.append(form.percent(row[6], 0))
            cells = [Cell(t, strong=step == 1.0) for t, keep in zip(texts, kept, strict=True) if keep]
            lines.append(cells)
        columns = [Column(h, "right") for h, keep in zip(heads, kept, strict=True) if keep]
        return TableView(_("Sizes of the test and what each can see"), columns, lines)

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the plot and the table."""
        return (self.answer.verdict, self.figure(), self.table())
