"""When to call: the share of dials a person answers, by local hour and weekday, and on the same contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.campaign.calling_hours.effects import WithinContact, within_contact
from callstats.answers.campaign.calling_hours.words import within_figure, within_sentences
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates, estimates_by
from callstats.answers.core.scope import lacking, scope
from callstats.answers.core.voice import Voice
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
    """One hour of one weekday (1 is Monday), or of all of them (None).

    ``thin`` slots are masked and make no claim.
    """

    weekday: int | None
    hour: int
    rate: Estimate
    thin: bool


@dataclass(frozen=True)
class CallingHours(Answer):
    """Rates by weekday and hour.

    Attributes
    ----------
    overall : Estimate or None
        Over all dials; None where hours are not known.
    slots, hours : tuple of Slot
        Hours of each weekday, and of all weekdays together. The intervals of all
        that are not thin hold at once (Bonferroni).
    fewest : int
        Dials under which a slot is thin.
    within : WithinContact or None
        The hours compared on the same contacts; None where the data do not tell attempts.
    """

    voice: Voice
    period: str
    overall: Estimate | None
    slots: tuple[Slot, ...]
    hours: tuple[Slot, ...] = ()
    fewest: int = FEWEST_DIALS
    notes: tuple[str, ...] = ()
    within: WithinContact | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return weekday, hour, value, low, high, dials, thin."""
        import pandas as pd

        listed = [
            (s.weekday, s.hour, s.rate.value, s.rate.low, s.rate.high, s.rate.denominator, s.thin)
            for s in self.slots
        ]
        return pd.DataFrame(listed, columns=["weekday", "hour", "value", "low", "high", "dials", "thin"])

    def within_frame(self) -> pd.DataFrame:
        """Return a row an hour: the hour on the same contacts, with everything of its effect."""
        import pandas as pd

        return pd.DataFrame([asdict(e) for e in self.within.effects] if self.within else [])

    @property
    def best(self) -> tuple[Slot, ...]:
        """Slots of a weekday whose interval lies above the overall rate, best first."""
        return tuple(sorted(self._above(self.slots), key=lambda s: (-s.rate.value, s.weekday, s.hour)))

    def _above(self, slots: Iterable[Slot]) -> list[Slot]:
        level = self.overall.value if self.overall else float("inf")
        return [s for s in slots if not s.thin and s.rate.low > level]

    def _under(self, slots: Iterable[Slot]) -> list[Slot]:
        level = self.overall.value if self.overall else float("-inf")
        return [s for s in slots if not s.thin and s.rate.high < level]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What holds on the same contacts, then the hours and slots that differ from the overall rate."""
        if self.overall is None or not any(not s.thin for s in (*self.slots, *self.hours)):
            return ()
        _, form = self.voice.say, self.voice.form
        rate = form.value(self.overall.value, "%", self.overall.low, self.overall.high)
        told = [
            Sentence(_("Better than overall ({rate}): {slots}.", rate=rate, slots=slots), "good")
            if better
            else Sentence(_("Worse than overall ({rate}): {slots}.", rate=rate, slots=slots), "bad")
            for better, slots in ((True, self._named(self._above)), (False, self._named(self._under)))
            if slots
        ]
        none = Sentence(_("No evidence that any hour is better than the others (overall {rate}).", rate=rate))
        same = within_sentences(self.voice, self.within) if self.within else ()
        return (*same, *(told or [none]))

    def _named(self, chosen: Callable[[Iterable[Slot]], list[Slot]]) -> str:
        """Return the hours, then the weekday slots outside these hours, as "18:00 30% (27% to 34%)"."""
        hours = chosen(self.hours)
        within = {s.hour for s in hours}
        slots = [*hours, *(s for s in chosen(self.slots) if s.hour not in within)]
        more = len(slots) - _MOST_NAMED
        told = [self._told(s) for s in slots[:_MOST_NAMED]]
        _ = self.voice.say
        return _.joined([*told, *([_("{n} more", n=more)] if more > 0 else [])])

    def _told(self, s: Slot) -> str:
        form, rate = self.voice.form, s.rate
        day = "" if s.weekday is None else f"{form.weekday(s.weekday)} "
        value = form.value(rate.value, "%", rate.low, rate.high)
        return (
            f"{day}{form.hour(s.hour)} {value} ({form.interval(rate.low, rate.high, '%', value=rate.value)})"
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the rates as shades, thin slots hatched, the best framed."""
        from callstats.show.plots import heatmap

        form = self.voice.form
        days, hours = self._axes()
        values, dials = np.full((len(days), len(hours)), np.nan), np.zeros((len(days), len(hours)))
        for s in self.slots:
            at = self._at(s)
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
            best=[self._at(s) for s in self.best],
            ax=ax,
        )

    def _axes(self) -> tuple[list[int], list[int]]:
        """Return the weekdays there are, and every hour from the first to the last."""
        days = sorted({s.weekday for s in self.slots if s.weekday is not None})
        hours = [s.hour for s in self.slots]
        return days, list(range(min(hours), max(hours) + 1))

    def _at(self, slot: Slot) -> tuple[int, int]:
        days, hours = self._axes()
        return days.index(slot.weekday or 0), hours.index(slot.hour)

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
        within = self.within if self.within and any(not e.thin for e in self.within.effects) else None
        same = [within_figure(self.voice, within, self._kpi(), self.period)] if within else []
        return (self.figure(), *same, self.verdict, *notes)


def calling_hours(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    kpi: str = "contact_rate_dial",
    fewest: int = FEWEST_DIALS,
    move: float = 0.1,
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
    move : float
        Share of the dials in worse hours that could be placed in better ones.

    Returns
    -------
    CallingHours
        Intervals are clustered by contact and hold for all slots at once. The slots
        are as dialled; ``within`` compares hours on the same contacts, so that easy
        contacts dialled in the morning do not make the morning look good.
    """
    about = scope(dataset, period)
    _ = about.voice.say
    reason = lacking(dataset, "hour")
    if not reason and not (about.now.reaches("calls", "hour") and about.now.span()):
        reason = about.voice.reason("not computable: needs calls.local_started_at")
    if reason:
        note = _("By hour: {why}.", why=reason.rstrip("."))
        return CallingHours(about.voice, about.label, None, (), (), fewest, (note,))
    overall = _overall(about.now, kpi)
    if not overall.known:
        note = about.voice.note(overall.kpi, overall.note)
        return CallingHours(about.voice, about.label, None, (), (), fewest, (note,))
    slots, hours = _slots(about.now, overall.kpi, fewest)
    enough = any(not s.thin for s in slots)
    notes = () if enough else (_("By hour: too little data, no hour of the week has {n} dials.", n=fewest),)
    within = within_contact(about, overall.kpi.name, fewest, move)
    return CallingHours(about.voice, about.label, overall, slots, hours, fewest, notes, within)


def _overall(dataset: Dataset, kpi: str) -> Estimate:
    """Return the rate over all dials, of the answer rate where the other is not known."""
    asked = estimates(dataset, [kpi, "answer_rate"])
    name = get(kpi).name
    return asked[name] if asked[name].known else asked["answer_rate"]


def _slots(dataset: Dataset, kpi: KPI, fewest: int) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
    """Return hours of each weekday and of all, their intervals widened for the number that are judged."""
    keys = (["weekday", "hour"], ["hour"])
    plain = [e for by in keys for e in estimates_by(dataset, [kpi], by).values()]
    judged = sum(group[kpi.name].denominator >= fewest for group in plain)
    level = 1 - _ALPHA / max(judged, 1)
    slots, hours = (estimates_by(dataset, [kpi], by, confidence=level) for by in keys)
    by_day = ((int(day), hour, found[kpi.name]) for (day, hour), found in slots.items())
    by_hour = ((None, hour, found[kpi.name]) for (hour,), found in hours.items())
    return tuple(_made(by_day, fewest)), tuple(_made(by_hour, fewest))


def _made(found: Iterable[tuple[int | None, int, Estimate]], fewest: int) -> Iterator[Slot]:
    for day, hour, rate in found:
        if rate.denominator > 0:
            yield Slot(day, int(hour), rate, not rate.denominator >= fewest)
