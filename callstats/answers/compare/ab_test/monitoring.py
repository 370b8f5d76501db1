"""A test while it runs: the estimate day by day, whether it is decided, and what is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.ab_test.decision import Decision
from callstats.answers.compare.ab_test.looks import Basis, Look
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.kpis.define import KPI
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.stats import Sequential, conversion_e_value

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Monitoring(Answer):
    """The looks of a test and its decision.

    Attributes
    ----------
    names : tuple of str
    kpi : KPI
        The primary figure.
    looks : tuple of Look
        One a day on which anything new was known.
    basis : str
        "completed": contacts enter when their horizon is over; "age": each arm was
        loaded on one day, and the looks are at the same age of both.
    decision : Decision
    evidence : Sequential or None
        From the counts of conversions alone, at the last look.
    horizon_days : int
    confidence : float
    """

    voice: Voice
    names: tuple[str, str]
    kpi: KPI
    looks: tuple[Look, ...]
    basis: Basis
    decision: Decision
    evidence: Sequential | None
    horizon_days: int
    confidence: float = 0.95

    def to_frame(self) -> pd.DataFrame:
        """Return a row a look.

        Columns: day, contacts, control_events, control_trials, events, trials,
        estimate, low, high (confidence sequence), fixed_low, fixed_high (single
        look), statistic, e_value.
        """
        import pandas as pd

        names = ["day", "contacts", "control_events", "control_trials", "events", "trials", "estimate"]
        names += ["low", "high", "fixed_low", "fixed_high", "statistic", "e_value"]
        rows = [
            [getattr(look.cells if hasattr(look.cells, name) else look, name) for name in names]
            for look in self.looks
        ]
        return pd.DataFrame(rows, columns=names)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Whether the test is decided, what is missing, and the evidence of the counts alone."""
        return tuple(s for s in (self.status, self._evidence(), self._peeking()) if s is not None)

    @property
    def status(self) -> Sentence:
        """Final, decided early, or open and what is missing."""
        _, form, found = self.voice.say, self.voice.form, self.decision
        said = {"n": form.number(found.completed), "days": form.number(self.horizon_days)}
        if found.kind == "final":
            return Sentence(_("Final: {n} contacts were followed for {days} days.", **said), "good")
        if found.kind == "early" and found.on is not None:
            said["day"] = form.date(found.on)
            if found.by == "planned looks":
                return Sentence(_("Decided early, at a planned look on {day}.", **said), "good")
            if self.basis == "age":
                said["age"] = form.number(self._age(found))
                text = _(
                    "Decided early, on {day}, whatever day one looks: the arms differ after {age} days "
                    "of {days}.",
                    **said,
                )
                return Sentence(text, "good")
            return Sentence(
                _("Decided early, on {day}, by an interval that allows for looking every day.", **said),
                "good",
            )
        return Sentence(self._missing(), "unknown")

    def _age(self, found: Decision) -> int:
        return 1 + next(k for k, look in enumerate(self.looks) if look.day == found.on)

    def _missing(self) -> str:
        _, form, found = self.voice.say, self.voice.form, self.decision
        said = {
            "n": form.number(found.missing_contacts),
            "planned": form.number(found.planned),
            "days": form.number(found.missing_days),
        }
        if unknown(found.missing_days):
            return _(
                "Open: {n} of {planned} contacts are missing, and nothing tells when more are loaded.", **said
            )
        return _("Open: {n} of {planned} contacts and {days} days are missing.", **said)

    def _evidence(self) -> Sentence | None:
        _, form, e = self.voice.say, self.voice.form, self.evidence
        if e is None or not math.isfinite(e.e_value):
            return None
        bound = 1 / (1 - self.confidence)
        said = {"odds": form.number(e.e_value, 1), "bound": form.number(round(bound))}
        text = _(
            "The conversions alone speak {odds} to 1 against equal arms; at {bound} to 1 one may stop "
            "on any day.",
            **said,
        )
        return Sentence(text)

    def _peeking(self) -> Sentence | None:
        """Say on which days a single look would have claimed what daily looks do not."""
        _, form = self.voice.say, self.voice.form
        claimed = [
            look for look in self.looks if _excludes(look.fixed_low, look.fixed_high) and not look.decides()
        ]
        if not claimed or self.decision.kind == "early":
            return None
        text = _.ngettext(
            "On {shown} day of {all} a single look would have claimed what looking daily denies.",
            "On {shown} days of {all} a single look would have claimed what looking daily denies.",
            len(claimed),
            shown=form.number(len(claimed)),
            all=form.number(len(self.looks)),
        )
        return Sentence(text)

    def plot(self, ax: Any = None) -> Any:
        """Draw the difference day by day with the band that allows for looking daily."""
        from callstats.show.plots import confidence_band

        shown = [look for look in self.looks if not unknown(look.low)] or list(self.looks)
        return confidence_band(
            [look.day for look in shown],
            [look.estimate for look in shown],
            [look.low for look in shown],
            [look.high for look in shown],
            unit="%",
            formatter=self.voice.form,
            label=self.kpi.label[self.voice.language],
            fixed_lows=[look.fixed_low for look in shown],
            fixed_highs=[look.fixed_high for look in shown],
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        said = {"kpi": self.kpi.label[self.voice.language], "name": self.names[1], "control": self.names[0]}
        caption = _("{kpi}, {name} less {control}, day by day", **said)
        if self.basis == "age":
            caption = _("{kpi} so far, {name} less {control}, day by day at the same age", **said)
        return figure(self.plot(), caption, f"{caption}. {self.status.text}")

    def table(self) -> TableView | None:
        """Return the planned looks; None where none were planned."""
        _, form = self.voice.say, self.voice.form
        if not self.decision.planned_looks:
            return None
        heads = [Column(_("Look")), Column(_("Share of the contacts"), "right"), Column(_("Bound"), "right")]
        heads += [Column(_("Seen"), "right"), Column(_("Decided"), "left")]
        lines = []
        for k, one in enumerate(self.decision.planned_looks, 1):
            day = form.date(one.day) if one.day is not None else _("to come")
            seen = form.number(abs(one.statistic), 2) if one.day is not None else ""
            bound = form.number(one.bound, 2) if math.isfinite(one.bound) else "∞"
            decided = "" if one.day is None else _("yes") if one.crossed else _("no")
            lines.append(
                [
                    Cell(_.headed(str(k), day), strong=one.crossed),
                    form.percent(one.information, 0),
                    bound,
                    seen,
                    decided,
                ]
            )
        note = _(
            "Bound and seen: the difference in standard errors. The bounds of Lan and DeMets keep the error "
            "over all looks."
        )
        return TableView(_("Planned looks"), heads, lines, (note,))

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the daily plot and the planned looks."""
        if not self.looks:
            _ = self.voice.say
            return (self.verdict, Note(_("Day by day: nothing to show, no contact has been followed yet.")))
        table = self.table()
        return (self.verdict, self.figure(), *((table,) if table is not None else ()))


def _excludes(low: float, high: float) -> bool:
    return low > 0 or high < 0


def evidence(looks: tuple[Look, ...], share: float, confidence: float) -> Sequential | None:
    """Return the evidence of the counts of conversions at the last look; None where they are none."""
    if not looks or unknown(looks[-1].e_value):
        return None
    cells = looks[-1].cells
    return conversion_e_value(cells.events, cells.control_events, share=share, confidence=confidence)
