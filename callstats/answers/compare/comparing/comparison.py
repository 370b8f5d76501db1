"""What a comparison hands back: a row an arm, what stood in the way, and how it shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.comparing.gates import Caution
from callstats.answers.compare.comparing.rows import ComparedArm
from callstats.answers.compare.comparing.worth import Range, said
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.kpis.define import KPI
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.verdicts import worth

if TYPE_CHECKING:
    import pandas as pd

#: Arms that are told of one by one; of more, those that differ and how many do not.
_TOLD = 3


@dataclass(frozen=True)
class Comparison(Answer):
    """Groups compared with a control on one KPI.

    Attributes
    ----------
    voice : Voice
    kpi : KPI
    by : str
        The column that tells the groups apart.
    control : object
        The group the others are compared with.
    rows : tuple of ComparedArm
        In the order of the groups.
    warnings : tuple of Caution
        What the gates found, the most serious first: each with what to do.
    confidence : float
        Of the intervals.
    adjust : str
        How claims are corrected for their number.
    alternative : str
    notes : tuple of str
        What was left out or taken for granted.
    """

    voice: Voice
    kpi: KPI
    by: str
    control: object
    rows: tuple[ComparedArm, ...]
    warnings: tuple[Caution, ...] = ()
    confidence: float = 0.95
    adjust: str = "holm"
    alternative: str = "two-sided"
    notes: tuple[str, ...] = ()

    def __getitem__(self, arm: object) -> ComparedArm:
        """Return the row of an arm.

        Raises
        ------
        KeyError
            There is no such arm.
        """
        return {row.arm: row for row in self.rows}[arm]

    @property
    def control_label(self) -> str:
        """What the control is called."""
        return self.voice.label(self.control)

    def to_frame(self) -> pd.DataFrame:
        """Return a row an arm with every number, unrounded; values of ``%`` are fractions."""
        import pandas as pd

        return pd.DataFrame([self._record(row) for row in self.rows])

    def _record(self, row: ComparedArm) -> dict[str, Any]:
        return {
            self.by: row.arm,
            "control": self.control,
            "kpi": self.kpi.name,
            "value": row.value,
            "control_value": row.control_value,
            "estimate": row.estimate,
            "low": row.low,
            "high": row.high,
            "lift": row.lift,
            "lift_low": row.lift_low,
            "lift_high": row.lift_high,
            "p_value": row.p_value,
            "p_adjusted": row.p_adjusted,
            "claim_low": row.claim_low,
            "claim_high": row.claim_high,
            "p_margin": row.p_margin,
            "standard_error": row.standard_error,
            "df": row.degrees_of_freedom,
            "design_effect": row.design_effect,
            "n": row.n,
            "control_n": row.control_n,
            **_spread("successes_month", row.successes),
            **_spread("money_month", row.money),
            "method": row.method,
            "verdict": row.verdict.text,
            "note": row.note,
        }

    # In words

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the evidence allows to say, arm by arm, and what it means in a month."""
        told, differ, open_still = self._told()
        found = [s for row in told for s in (row.verdict, *self._worth(row))]
        _ = self.voice.say
        if differ:
            more = _.ngettext(
                "{n} more group differs from {control}.",
                "{n} more groups differ from {control}.",
                differ,
                control=self.control_label,
            )
            found.append(Sentence(more))
        if open_still:
            rest = _.ngettext(
                "No evidence that {n} other group differs from {control}.",
                "No evidence that {n} other groups differ from {control}.",
                open_still,
                control=self.control_label,
            )
            found.append(Sentence(rest))
        return tuple(found)

    def _told(self) -> tuple[tuple[ComparedArm, ...], int, int]:
        """Return the arms to tell of, and how many others differ and do not."""
        if len(self.rows) <= _TOLD:
            return self.rows, 0, 0
        certain = sorted((row for row in self.rows if row.certain), key=lambda row: row.p_value)
        refused = tuple(row for row in self.rows if not row.compared)
        open_still = len(self.rows) - len(certain) - len(refused)
        return (*certain[:_TOLD], *refused[:_TOLD]), max(len(certain) - _TOLD, 0), open_still

    def _worth(self, row: ComparedArm) -> tuple[Sentence, ...]:
        """Say what a difference that is shown means in a month."""
        if not row.certain or not said(row.successes):
            return ()
        form = self.voice.form
        if said(row.money):
            return (Sentence(worth(row.successes[1:], row.money[1:], form)),)
        _ = self.voice.say
        shown = form.interval(*row.successes[1:], "n", change=True)
        return (Sentence(_("In a month: {successes} successes.", successes=shown)),)

    # In a table and a plot

    def table(self) -> TableView:
        """Return values, differences and what they mean; the control on top."""
        _, form, unit = self.voice.say, self.voice.form, self.kpi.unit
        heads = [
            Column(_("Group")),
            Column(self.kpi.label[self.voice.language], "right"),
            Column(_("Difference from {control}", control=self.control_label), "right"),
            Column(_("Interval"), "right"),
            Column(_("Relative"), "right"),
        ]
        months = any(said(row.successes) or said(row.money) for row in self.rows)
        heads += [Column(_("In a month"), "right")] if months else []
        lines = [[Cell(self.control_label, strong=True), Cell(self._base()), *[Cell("")] * (len(heads) - 2)]]
        for row in self.rows:
            cells = [
                Cell(row.label, strong=True),
                Cell(form.value(row.value, unit, *_around(row, row.value))),
                Cell(form.change(row.estimate, unit, row.low, row.high)),
                Cell(form.interval(row.low, row.high, unit, change=True, value=row.estimate)),
                Cell(_lift(row, form)),
            ]
            lines.append([*cells, *([Cell(self._month(row))] if months else [])])
        caption = _(
            "{kpi}, compared with {control}",
            kpi=self.kpi.label[self.voice.language],
            control=self.control_label,
        )
        return TableView(caption, heads, lines, self._footnotes())

    def _base(self) -> str:
        """Return the control's value as the first arm was compared with it."""
        rows = [row for row in self.rows if row.compared]
        if not rows:
            return self.voice.form.value(None, self.kpi.unit)
        base = rows[0].control_value
        return self.voice.form.value(base, self.kpi.unit, *_around(rows[0], base))

    def _month(self, row: ComparedArm) -> str:
        form = self.voice.form
        if said(row.successes):
            return form.interval(row.successes[1], row.successes[2], "n", change=True, value=row.successes[0])
        return form.interval(row.money[1], row.money[2], "money", change=True, value=row.money[0])

    def _footnotes(self) -> tuple[str, ...]:
        _, form = self.voice.say, self.voice.form
        methods = dict.fromkeys(row.method for row in self.rows if row.method)
        notes = [
            _(
                "Intervals at {confidence}; {method}.",
                confidence=_level(self.confidence, form),
                method=_.joined(methods),
            )
        ]
        effects = [row.design_effect for row in self.rows if row.design_effect > 0]
        if effects:
            shown = " – ".join(dict.fromkeys(form.number(e, 1) for e in (min(effects), max(effects))))
            notes.append(_("Design effect: {shown} times the variance of independent rows.", shown=shown))
        return (*notes, *self.notes)

    def plot(self, ax: Any = None) -> Any:
        """Draw the differences from the control with their intervals.

        Parameters
        ----------
        ax : matplotlib Axes, optional

        Returns
        -------
        matplotlib Axes
        """
        from callstats.show.plots import interval_plot

        return interval_plot(
            [row.label for row in self.rows],
            [row.estimate for row in self.rows],
            [row.low for row in self.rows],
            [row.high for row in self.rows],
            unit=self.kpi.unit,
            formatter=self.voice.form,
            label=self.voice.say(
                "{kpi}: difference from {control}",
                kpi=self.kpi.label[self.voice.language],
                control=self.control_label,
            ),
            n=[row.n for row in self.rows],
            change=True,
            reference=0.0,
            reference_label=self.control_label,
            highlight=[row.label for row in self.rows if row.certain],
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        label = self.kpi.label[self.voice.language]
        caption = _(
            "{kpi}: differences from {control} with {confidence} intervals",
            kpi=label,
            control=self.control_label,
            confidence=_level(self.confidence, form),
        )
        told = ", ".join(
            f"{r.label} {form.change(r.estimate, self.kpi.unit, r.low, r.high)}" for r in self.rows[:10]
        )
        alt = _(
            "{kpi}, difference from {control}: {values}.", kpi=label, control=self.control_label, values=told
        )
        return figure(self.plot(), caption, alt)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the table, the plot and what stood in the way."""
        shown: list[View] = [self.verdict, self.table()]
        shown += [self.figure()] if any(row.compared for row in self.rows) else []
        return (*shown, *(Note(_sentence(caution)) for caution in self.warnings))


def _sentence(caution: Caution) -> str:
    text = str(caution)
    return text[:1].upper() + text[1:]


def _spread(name: str, found: Range) -> dict[str, float]:
    return {name: found[0], f"{name}_low": found[1], f"{name}_high": found[2]}


def _level(confidence: float, form: Any) -> str:
    """Write a confidence as it was set: 95 %, 99.5 %."""
    return form.goal(confidence, "%")


def _around(row: ComparedArm, value: float) -> tuple[float, float]:
    """Return an interval as wide as the difference's, for as many digits as that deserves."""
    return value + row.low - row.estimate, value + row.high - row.estimate


def _lift(row: ComparedArm, form: Any) -> str:
    """Write the relative lift with its limits, where it has some."""
    if not said((row.lift, row.lift_low, row.lift_high)):
        return form.percent(None)
    return form.interval(row.lift_low, row.lift_high, "%", value=row.lift)
