"""The primary figure of a test: both arms by assignment, their difference and relative lift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.ab_test.decision import Decision
from callstats.answers.compare.ab_test.looks import Cells
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.kpis.define import KPI
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.verdicts import difference as difference_words
from callstats.show.verdicts import not_comparable, too_little
from callstats.stats import Comparison, Interval

if TYPE_CHECKING:
    import pandas as pd

#: The figures a test can be about: whether contacts count once loaded, or once reached.
PRIMARIES = {"conversion_per_lead": False, "conversion_per_contact": True}
#: Effects are told for so many contacts.
A_LOT = 1000


@dataclass(frozen=True)
class Primary(Answer):
    """The primary figure at the horizon.

    Attributes
    ----------
    names : tuple of str
        Control and treatment, as they are called.
    kpi : KPI
    cells : Cells
        Successes and contacts of both arms.
    arms : tuple of Interval or None
        Wilson's interval of each arm; None for an arm without contacts.
    difference, lift : Comparison or None
        Treatment less control, and treatment over control less 1, for a single look.
    decision : Decision
        Whether that is the last word, and the interval that counts.
    margin : float
        Largest loss that does not matter; 0 for none.
    design_effect : float
        Variance if agents count as drawn from many, over that of contacts; nan without agents.
    clustered : bool
        The difference's interval allows for agents.
    broken : str
        Why the arms cannot be compared; empty where they can.
    """

    voice: Voice
    names: tuple[str, str]
    kpi: KPI
    cells: Cells
    arms: tuple[Interval | None, Interval | None]
    difference: Comparison | None
    lift: Comparison | None
    decision: Decision
    margin: float = 0.0
    design_effect: float = NAN
    clustered: bool = False
    broken: str = ""
    confidence: float = 0.95

    @property
    def label(self) -> str:
        """The figure's name."""
        return self.kpi.label[self.voice.language]

    def to_frame(self) -> pd.DataFrame:
        """Return measure, control, treatment, estimate, low, high, p_value, method: difference and lift."""
        import pandas as pd

        values = [NAN if arm is None else float(arm.estimate) for arm in self.arms]
        rows = [
            (f"{self.kpi.name}{suffix}", *values, c.estimate, c.low, c.high, c.p_value, c.method)
            for suffix, c in (("", self.difference), (" (relative)", self.lift))
            if c is not None
        ]
        columns = ["measure", "control", "treatment", "estimate", "low", "high", "p_value", "method"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the evidence allows to say of the primary figure."""
        first = self._first()
        return tuple(s for s in (first, self._worth(), self._agents(), self._selected()) if s is not None)

    def _first(self) -> Sentence:
        form, found = self.voice.form, self.decision
        control, name = self.names
        if self.broken:
            return not_comparable(self.label, name, control, self.broken, form)
        if unknown(found.low):
            missing = found.missing_contacts or None
            return too_little(self.label, name, control, form, missing=missing)
        if found.kind == "open":
            return self._open()
        return difference_words(
            self.label,
            name,
            control,
            form,
            estimate=found.estimate,
            low=found.low,
            high=found.high,
            unit="%",
            direction=self.kpi.direction,
            margin=self.margin or None,
        )

    def _open(self) -> Sentence:
        _, form, found = self.voice.say, self.voice.form, self.decision
        text = _(
            "{kpi}: still open. So far {name} is at {change} against {control} "
            "({interval}, however often one looks).",
            kpi=self.label,
            name=self.names[1],
            control=self.names[0],
            change=form.change(found.estimate, "%", found.low, found.high),
            interval=form.interval(found.low, found.high, "%", change=True, value=found.estimate),
        )
        return Sentence(text, "unknown")

    def _worth(self) -> Sentence | None:
        """What the difference means in successes, where it is more than chance."""
        _, form, found = self.voice.say, self.voice.form, self.decision
        if self.broken or found.kind == "open" or not (found.low > 0 or found.high < 0):
            return None
        ends = form.interval(A_LOT * found.low, A_LOT * found.high, "n", change=True)
        if PRIMARIES[self.kpi.name]:
            text = _(
                "Of {n} contacts reached that is {interval} successes.", n=form.number(A_LOT), interval=ends
            )
        else:
            text = _(
                "Of {n} contacts loaded that is {interval} successes.", n=form.number(A_LOT), interval=ends
            )
        return Sentence(text)

    def _agents(self) -> Sentence | None:
        _, form = self.voice.say, self.voice.form
        if self.clustered or not self.design_effect > 1.5:
            return None
        text = _(
            "Agents differ in what they make of the arms: to hold for other agents, the variance has to be "
            '{factor} times as large (cluster="agent").',
            factor=form.number(self.design_effect, 1),
        )
        return Sentence(text, "unknown")

    def _selected(self) -> Sentence | None:
        """Say that who is reached was not assigned."""
        _ = self.voice.say
        if not PRIMARIES[self.kpi.name]:
            return None
        text = _(
            "Only contacts reached are counted, and reaching them is part of what the arms do: "
            "conversion per lead is the figure by assignment."
        )
        return Sentence(text, "unknown")

    def plot(self, ax: Any = None) -> Any:
        """Draw both arms with their intervals."""
        from callstats.show.plots import interval_plot

        values = [NAN if arm is None else arm.estimate for arm in self.arms]
        return interval_plot(
            list(self.names),
            values,
            [NAN if arm is None else arm.low for arm in self.arms],
            [NAN if arm is None else arm.high for arm in self.arms],
            unit="%",
            formatter=self.voice.form,
            label=self.label,
            n=[self.cells.control_trials, self.cells.trials],
            highlight=[self.names[1]],
            sort=False,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        caption = _(
            "{kpi} of both arms at the horizon, with {level} intervals", kpi=self.label, level=self._level()
        )
        return figure(self.plot(), caption, self._first().text)

    def _level(self) -> str:
        return self.voice.form.percent(self.confidence, 0)

    def table(self) -> TableView:
        """Return both arms, their difference and the relative lift."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("Arm")), Column(_("Contacts"), "right"), Column(_("Successes"), "right")]
        heads += [Column(self.label, "right"), Column(_("{level} interval", level=self._level()), "right")]
        sizes = [
            (self.cells.control_trials, self.cells.control_events),
            (self.cells.trials, self.cells.events),
        ]
        lines: list[list[Cell | str]] = []
        for name, arm, (trials, events) in zip(self.names, self.arms, sizes, strict=True):
            low, high, value = (None, None, None) if arm is None else (arm.low, arm.high, arm.estimate)
            shown = [form.value(value, "%", low, high), form.interval(low, high, "%", value=value)]
            lines.append([Cell(name, strong=True), form.number(trials), form.number(events), *shown])
        for name, c in ((_("Difference"), self.difference), (_("Relative"), self.lift)):
            if c is not None:
                lines.append([name, "", "", *self._compared(c, relative=c is self.lift)])
        notes = [self.lift.reason] if self.lift is not None and self.lift.reason else []
        return TableView(_("{kpi} at the horizon, by assignment", kpi=self.label), heads, lines, notes)

    def _compared(self, c: Comparison, relative: bool) -> list[str]:
        form = self.voice.form
        if not relative:
            ends = form.interval(c.low, c.high, "%", change=True, value=c.estimate)
            return [form.change(c.estimate, "%", c.low, c.high), ends]
        signed = [signed_percent(form, v) for v in (c.estimate, c.low, c.high)]
        return [signed[0], self.voice.say("{low} to {high}", low=signed[1], high=signed[2])]

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table and the plot; one line while nobody has been followed."""
        if not (self.cells.control_trials or self.cells.trials):
            _ = self.voice.say
            return (self.verdict, Note(_("No contact has been followed to the end of its days yet.")))
        return (self.verdict, self.table(), self.figure())


def signed_percent(form: Any, value: float) -> str:
    """Return a relative change with its sign; what has no limit as such.

    Examples
    --------
    >>> from callstats.show.format import Formatter
    >>> signed_percent(Formatter(), 0.42), signed_percent(Formatter(), float("inf"))
    ('+42%', '∞')
    """
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    shown = form.percent(value, 0 if abs(value) >= 0.1 else 1)
    return f"+{shown}" if value > 0 else shown
