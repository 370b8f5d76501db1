"""A planned test: its size, its power, the smallest effect it can see, in words, plot and table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.plan.numbers import Design, detectable, power_of
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, FigureView, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

#: Sizes of the curve, as multiples of the plan's.
_STEPS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)


@dataclass(frozen=True)
class Plan(Answer):
    """A planned test of two proportions.

    Attributes
    ----------
    design : Design
        Baseline, effect, error rates, design effect, allocation and margin.
    control_trials, trials : int
        Contacts of the control and of the treatment arm.
    power : float
        Chance to find the effect with so many; nan without an effect.
    detectable : float
        Smallest effect found with the chance asked for; with a margin, the
        smallest margin that could be shown to be kept.
    days : float
        Until the last contact is loaded and followed; nan if unknown.
    solved : str
        What was asked: "size", "power" or "effect".
    source : str
        Where baseline and design effect come from; empty where they were given.
    """

    voice: Voice
    design: Design
    control_trials: int
    trials: int
    power: float
    detectable: float
    days: float
    solved: str
    contacts_per_day: float = NAN
    horizon_days: int = 0
    source: str = ""

    @property
    def total(self) -> int:
        """Contacts of both arms."""
        return self.control_trials + self.trials

    @property
    def lift(self) -> float:
        """The effect planned for, or the smallest found, over the baseline."""
        effect = self.detectable if unknown(self.design.effect) else self.design.effect
        return effect / self.design.baseline if self.design.baseline else NAN

    def to_frame(self) -> pd.DataFrame:
        """Return the curve, the plan being one row of it.

        Columns: control_trials, trials, total, days, detectable, lift, power.
        """
        import pandas as pd

        rows = [self._at(step) for step in _STEPS]
        columns = ["control_trials", "trials", "total", "days", "detectable", "lift", "power"]
        return pd.DataFrame(rows, columns=columns)

    def _at(self, step: float) -> tuple[float, ...]:
        control = max(round(self.control_trials * step), 1)
        trials = max(round(self.trials * step), 1)
        effect = detectable(self.design, trials, control)
        lift = effect / self.design.baseline if self.design.baseline else NAN
        days = days_needed(control + trials, self.contacts_per_day, self.horizon_days)
        return control, trials, control + trials, days, effect, lift, power_of(self.design, trials, control)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the plan asks for, or what it can see; how long it takes; what it rests on."""
        first = {"size": self._size, "power": self._power, "effect": self._effect}[self.solved]()
        return tuple(s for s in (first, self._time(), self._basis()) if s is not None)

    def _arms(self) -> str:
        _, form = self.voice.say, self.voice.form
        if self.control_trials == self.trials:
            return _(
                "{n} contacts in each arm, {total} in all",
                n=form.number(self.trials),
                total=form.number(self.total),
            )
        return _(
            "{control} contacts in the control and {trials} in the treatment, {total} in all",
            control=form.number(self.control_trials),
            trials=form.number(self.trials),
            total=form.number(self.total),
        )

    def _said(self) -> dict[str, str]:
        form, design = self.voice.form, self.design
        return {
            "arms": self._arms(),
            "baseline": form.value(design.baseline, "%"),
            "effect": form.change(design.effect, "%"),
            "power": form.percent(design.power, 0),
            "margin": form.change(abs(design.margin), "%").removeprefix("+"),
            "found": form.percent(self.power, 0),
            "least": form.change(self.detectable, "%").removeprefix("+" if design.margin else ""),
        }

    def _size(self) -> Sentence:
        _, said = self.voice.say, self._said()
        if self.design.margin:
            text = _(
                "To show with a chance of {power} that the treatment is not worse than {baseline} by more "
                "than {margin}, if the true difference is {effect}: {arms}.",
                **said,
            )
            return Sentence(text)
        text = _("To find a difference of {effect} from {baseline} with a chance of {power}: {arms}.", **said)
        return Sentence(text)

    def _power(self) -> Sentence:
        _, said = self.voice.say, self._said()
        enough = self.power >= self.design.power - 0.005
        if self.design.margin:
            text = _(
                "With {arms}, a margin of {margin} is shown to be kept with a chance of {found}.", **said
            )
        else:
            text = _("With {arms}, a true difference of {effect} is found with a chance of {found}.", **said)
        return Sentence(text, "neutral" if enough else "bad")

    def _effect(self) -> Sentence:
        _, said = self.voice.say, self._said()
        if unknown(self.detectable):
            return Sentence(_("With {arms}, not even the largest effect would be found.", **said), "bad")
        if self.design.margin:
            return Sentence(_("With {arms}, the smallest margin that can be shown is {least}.", **said))
        text = _(
            "With {arms}, the smallest difference from {baseline} found with a chance of {power} is {least}.",
            **said,
        )
        return Sentence(text)

    def _time(self) -> Sentence | None:
        _, form = self.voice.say, self.voice.form
        if unknown(self.days):
            return None
        said = {
            "rate": form.number(self.contacts_per_day),
            "days": form.number(self.days),
            "follow": form.number(self.horizon_days),
        }
        if self.horizon_days:
            text = _(
                "At {rate} contacts a day that takes {days} days, the {follow} days of follow-up included.",
                **said,
            )
            return Sentence(text)
        return Sentence(_("At {rate} contacts a day that takes {days} days.", **said))

    def _basis(self) -> Sentence | None:
        _, form = self.voice.say, self.voice.form
        if self.design.design_effect == 1 and not self.source:
            return None
        said = {"factor": form.number(self.design.design_effect, 2), "source": self.source}
        if self.source:
            return Sentence(_("Baseline and design effect ({factor}) are those of {source}.", **said))
        return Sentence(
            _("A design effect of {factor} is allowed for: rows that hang together tell less.", **said)
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the smallest effect that would be found against the size of the test."""
        from callstats.show.plots import size_curve

        _, frame = self.voice.say, self.to_frame()
        margin = bool(self.design.margin)
        return size_curve(
            list(frame["total"]),
            list(frame["detectable"]),
            unit="%",
            formatter=self.voice.form,
            label=_("smallest margin") if margin else _("smallest difference found"),
            size_label=_("contacts in both arms"),
            size=self.total,
            effect=self.detectable,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        said = {
            "power": form.percent(self.design.power, 0),
            "baseline": form.value(self.design.baseline, "%"),
        }
        caption = _(
            "What a test can see by its size: found with a chance of {power}, from {baseline}", **said
        )
        return figure(self.plot(), caption, self.sentences[0].text)

    def table(self) -> TableView:
        """Return the curve as a table; the plan is the row in bold."""
        _, form = self.voice.say, self.voice.form
        heads = [
            _("Control"),
            _("Treatment"),
            _("In all"),
            _("Days"),
            _("Smallest difference"),
            _("Relative"),
            _("Power"),
        ]
        if self.design.margin:
            heads[4] = _("Smallest margin")
        dated, planned = not unknown(self.days), not unknown(self.design.effect)
        kept = [True, True, True, dated, True, True, planned]
        lines = []
        for step, row in zip(_STEPS, self.to_frame().itertuples(index=False), strict=True):
            texts = [*(form.number(v) for v in row[:4]), form.change(row[4], "%"), form.percent(row[5], 0)]
            texts.append(form.percent(row[6], 0))
            cells = [Cell(t, strong=step == 1.0) for t, keep in zip(texts, kept, strict=True) if keep]
            lines.append(cells)
        columns = [Column(h, "right") for h, keep in zip(heads, kept, strict=True) if keep]
        return TableView(_("Sizes of the test and what each can see"), columns, lines)

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the plot and the table."""
        return (self.verdict, self.figure(), self.table())


def days_needed(total: float, per_day: float, horizon_days: int) -> float:
    """Return the days until so many contacts are loaded and followed; nan if the rate is unknown."""
    return NAN if unknown(per_day) else float(math.ceil(total / per_day - 1e-9) + horizon_days)
