"""When to call: the share of dials a person answers, by local hour and weekday."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.analyses.estimates import Estimate, estimates, estimates_by
from callstats.analyses.result import Result, Voice
from callstats.analyses.scope import lacking, scope
from callstats.kpis import get
from callstats.kpis.define import KPI
from callstats.show.display import FigureView, Note, Sentence, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Slots of fewer dials are masked: their rate is mostly chance.
FEWEST_DIALS = 50
_ALPHA = 0.05
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of one weekday (1 is Monday). ``thin`` slots are masked and make no claim."""

    weekday: int
    hour: int
    rate: Estimate
    thin: bool


@dataclass(frozen=True)
class CallingHours(Result):
    """Rates by weekday and hour.

    Attributes
    ----------
    overall : Estimate or None
        Over all dials; None where hours are not known.
    slots : tuple of Slot
        Intervals hold for all slots that are not thin at once (Bonferroni).
    fewest : int
        Dials under which a slot is thin.
    """

    voice: Voice
    period: str
    overall: Estimate | None
    slots: tuple[Slot, ...]
    fewest: int = FEWEST_DIALS
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return weekday, hour, value, low, high, dials, thin."""
        import pandas as pd

        listed = [
            (s.weekday, s.hour, s.rate.value, s.rate.low, s.rate.high, s.rate.denominator, s.thin)
            for s in self.slots
        ]
        return pd.DataFrame(listed, columns=["weekday", "hour", "value", "low", "high", "dials", "thin"])

    @property
    def best(self) -> tuple[Slot, ...]:
        """Slots whose interval lies above the overall rate, best first."""
        if self.overall is None:
            return ()
        above = [s for s in self.slots if not s.thin and s.rate.low > self.overall.value]
        return tuple(sorted(above, key=lambda s: (-s.rate.value, s.weekday, s.hour)))

    @property
    def worst(self) -> tuple[Slot, ...]:
        """Slots whose interval lies under the overall rate, worst first."""
        if self.overall is None:
            return ()
        under = [s for s in self.slots if not s.thin and s.rate.high < self.overall.value]
        return tuple(sorted(under, key=lambda s: (s.rate.value, s.weekday, s.hour)))

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The slots that differ from the overall rate beyond chance."""
        if self.overall is None or not any(not s.thin for s in self.slots):
            return ()
        _, form = self.voice.say, self.voice.form
        overall = form.value(self.overall.value, "%", self.overall.low, self.overall.high)
        if not self.best and not self.worst:
            text = _("No evidence that any hour is better than the others (overall {rate}).", rate=overall)
            return (Sentence(text),)
        told = []
        if self.best:
            said = {"slots": self._named(self.best), "rate": overall}
            told.append(Sentence(_("Better than overall ({rate}): {slots}.", **said), "good"))
        if self.worst:
            said = {"slots": self._named(self.worst), "rate": overall}
            told.append(Sentence(_("Worse than overall ({rate}): {slots}.", **said), "bad"))
        return tuple(told)

    def _named(self, slots: tuple[Slot, ...]) -> str:
        """Return the first slots as "Tue 18:00 30% (27% to 34%)"."""
        _, form = self.voice.say, self.voice.form
        told = [
            f"{form.weekday(s.weekday)} {form.hour(s.hour)}"
            f" {form.value(s.rate.value, '%', s.rate.low, s.rate.high)}"
            f" ({form.interval(s.rate.low, s.rate.high, '%', value=s.rate.value)})"
            for s in slots[:_MOST_NAMED]
        ]
        more = len(slots) - _MOST_NAMED
        return "; ".join([*told, *([_("{n} more", n=more)] if more > 0 else [])])

    def plot(self, ax: Any = None) -> Any:
        """Draw the rates as shades, thin slots hatched, the best framed."""
        from callstats.show.plots import heatmap

        form = self.voice.form
        days, hours = self._axes()
        values, dials = np.full((len(days), len(hours)), np.nan), np.zeros((len(days), len(hours)))
        for s in self.slots:
            at = days.index(s.weekday), hours.index(s.hour)
            values[at], dials[at] = s.rate.value, s.rate.denominator
        return heatmap(
            values,
            row_labels=[form.weekday(day) for day in days],
            column_labels=[form.hour(hour) for hour in hours],
            unit="%",
            formatter=form,
            label=self._kpi().label[self.voice.language],
            n=dials,
            minimum_n=self.fewest,
            best=[(days.index(s.weekday), hours.index(s.hour)) for s in self.best],
            ax=ax,
        )

    def _axes(self) -> tuple[list[int], list[int]]:
        """Return the weekdays there are, and every hour from the first to the last."""
        days = sorted({s.weekday for s in self.slots})
        hours = [s.hour for s in self.slots]
        return days, list(range(min(hours), max(hours) + 1))

    def _kpi(self) -> KPI:
        return self.slots[0].rate.kpi

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        said = {"kpi": self._kpi().label[self.voice.language], "period": self.period, "n": self.fewest}
        caption = _("{kpi} by weekday and local hour, {period}; framed: better than overall", **said)
        words = " ".join(sentence.text for sentence in self.sentences)
        return figure(
            self.plot(), caption, f"{_('{kpi} by weekday and local hour.', **said)} {words}".strip()
        )

    def views(self) -> tuple[View, ...]:
        """Return the heat map, the slots that stand out, and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        if not any(not s.thin for s in self.slots):
            return notes
        return (self.figure(), self.verdict, *notes)


def calling_hours(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    kpi: str = "contact_rate_dial",
    fewest: int = FEWEST_DIALS,
) -> CallingHours:
    """Return the share of dials a person answers by weekday and local hour.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
    kpi : str
        Another share of dials; where the data do not tell it, the answer rate.
    fewest : int
        Dials under which a slot is masked.

    Returns
    -------
    CallingHours
        Intervals are clustered by contact and hold for all slots at once. Who
        was dialled when is not adjusted for.
    """
    about = scope(dataset, period)
    _ = about.voice.say
    reason = lacking(dataset, "hour")
    if not reason and not (about.now.reaches("calls", "hour") and about.now.span()):
        reason = about.voice.reason("not computable: needs calls.local_started_at")
    if reason:
        note = _("By hour: {why}.", why=reason.rstrip("."))
        return CallingHours(about.voice, about.label, None, (), fewest, (note,))
    overall = _overall(about.now, kpi)
    if not overall.known:
        note = about.voice.note(overall.kpi, overall.note)
        return CallingHours(about.voice, about.label, None, (), fewest, (note,))
    slots = _slots(about.now, overall.kpi, fewest)
    notes = () if any(not s.thin for s in slots) else (
        _("By hour: too little data, no hour of the week has {n} dials.", n=fewest),
    )  # fmt: skip
    return CallingHours(about.voice, about.label, overall, slots, fewest, notes)


def _overall(dataset: Dataset, kpi: str) -> Estimate:
    """Return the rate over all dials, of the answer rate where the other is not known."""
    asked = estimates(dataset, [kpi, "answer_rate"])
    name = get(kpi).name
    return asked[name] if asked[name].known else asked["answer_rate"]


def _slots(dataset: Dataset, kpi: KPI, fewest: int) -> tuple[Slot, ...]:
    """Return every slot, its interval widened for the number of slots that are judged."""
    keys = ["weekday", "hour"]
    plain = estimates_by(dataset, [kpi], keys)
    judged = sum(group[kpi.name].denominator >= fewest for group in plain.values())
    level = 1 - _ALPHA / max(judged, 1)
    found = estimates_by(dataset, [kpi], keys, confidence=level)
    return tuple(
        Slot(int(day), int(hour), group[kpi.name], not group[kpi.name].denominator >= fewest)
        for (day, hour), group in found.items()
        if day == day and hour == hour and day is not None and hour is not None  # noqa: PLR0124 - nan
        if group[kpi.name].denominator > 0
    )
