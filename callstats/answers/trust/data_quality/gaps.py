"""Gaps in the calendar: days and hours without a call on which there usually are some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import around, inside, records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.searches import missing_days
from callstats.dataset.clock import unknown
from callstats.show.display import Cell, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

#: An hour is usual if it has calls on this share of the days worked, of which there are at least so many.
USUAL_SHARE, FEWEST_DAYS = 0.9, 10
#: Mean calls of a day or hour under which one without any is chance: of ten, none comes once in 22,000 times.
FEWEST_CALLS = 10
#: Days named in a line, and weeks drawn.
_MOST_NAMED, _MOST_WEEKS = 8, 27

Hours = Mapping[dt.date, Mapping[int, int]]  # day -> hour -> calls


@dataclass(frozen=True, slots=True)
class Gap:
    """What one campaign lacks.

    Attributes
    ----------
    campaign : str
        As people call it; empty where calls have no campaign.
    days : tuple of date
        Days without a call whose weekday is worked in most weeks.
    hours : tuple of (date, tuple of int)
        Days worked without a call in hours that nearly all days have.
    """

    campaign: str
    days: tuple[dt.date, ...]
    hours: tuple[tuple[dt.date, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Gaps(Answer):
    """The calendar of the calls.

    Attributes
    ----------
    voice : Voice
    gaps : tuple of Gap
        Of the campaigns that lack something.
    calls : mapping of date to int
        Calls of every day, all campaigns together.
    missing : tuple of date
        Days that all campaigns together lack.
    note : str
        Why it cannot be told; empty otherwise.
    """

    voice: Voice
    gaps: tuple[Gap, ...]
    calls: Mapping[dt.date, int]
    missing: tuple[dt.date, ...] = ()
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return a row a gap: campaign, day, hour (nan where the whole day is missing)."""
        import pandas as pd

        rows: list[tuple[str, dt.date, float]] = []
        for gap in self.gaps:
            rows += [(gap.campaign, day, float("nan")) for day in gap.days]
            rows += [(gap.campaign, day, float(hour)) for day, hours in gap.hours for hour in hours]
        return pd.DataFrame(rows, columns=["campaign", "day", "hour"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many days and hours are missing."""
        if self.note:
            return ()
        _, form = self.voice.say, self.voice.form
        days = len({day for gap in self.gaps for day in gap.days})
        hours = sum(len(h) for gap in self.gaps for _day, h in gap.hours)
        if not days and not hours:
            return (Sentence(_("No gap: every day and hour that is usually dialled has calls."), "good"),)
        text = _(
            "Without a call although usually dialled: {days}, and {hours}. A holiday, or a file that is "
            "missing: look before comparing periods.",
            days=_.ngettext("{shown} day", "{shown} days", days, shown=form.number(days)),
            hours=_.ngettext(
                "{shown} hour of days worked", "{shown} hours of days worked", hours, shown=form.number(hours)
            ),
        )
        return (Sentence(text, "unknown"),)

    def plot(self, ax: Any = None) -> Any:
        """Draw the calls of every day, a line a week; gaps are hatched."""
        from callstats.show import theme
        from callstats.show.plots import heatmap

        form = self.voice.form
        weeks, weekdays = self._weeks(), sorted({day.weekday() for day in self.calls})
        days = [[week + dt.timedelta(days=d) for d in weekdays] for week in weeks]
        values = [[self.calls.get(day, float("nan")) for day in week] for week in days]
        sizes = [[1 if day in self.calls or day in self.missing else 0 for day in week] for week in days]
        with theme.context():
            ax = theme.axes(ax, 0.8 + 0.22 * len(weeks))  # a quarter's weeks on half a page
        return heatmap(
            values,
            row_labels=[form.day(week) for week in weeks],
            column_labels=[form.weekday(d + 1) for d in weekdays],
            unit="n",
            formatter=form,
            label=self.voice.say("calls a day, week from Monday"),
            n=sizes,
            ax=ax,
        )

    def _weeks(self) -> list[dt.date]:
        """Return the Mondays from the first call to the last, the latest few."""
        first, last = min(self.calls), max(self.calls)
        monday = first - dt.timedelta(days=first.weekday())
        count = (last - monday).days // 7 + 1
        return [monday + dt.timedelta(weeks=n) for n in range(count)][-_MOST_WEEKS:]

    def figure(self) -> FigureView:
        """Return the calendar with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        caption = _("Calls by day; hatched: none on a weekday that is usually dialled")
        alt = _(
            "Calls by day from {first} to {last}.",
            first=form.date(min(self.calls)),
            last=form.date(max(self.calls)),
        )
        if self.missing:
            alt += " " + _("Without a call: {days}.", days=self._listed(self.missing))
        return figure(self.plot(), caption, alt)

    def table(self) -> TableView:
        """Return the gaps of every campaign."""
        _ = self.voice.say
        heads = [_("Campaign"), _("Days without a call"), _("Hours without a call")]
        lines = [
            [
                Cell(gap.campaign or _("all calls"), strong=True),
                self._listed(gap.days) or "–",
                self._hours(gap) or "–",
            ]
            for gap in self.gaps
        ]
        note = _(
            "A day is missing where its weekday has calls in most weeks; an hour, where nine of ten days "
            "worked have calls in it; both only where ten calls or more are usual."
        )
        return TableView(_("Gaps in the calendar"), heads, lines, (note,))

    def _listed(self, days: Sequence[dt.date]) -> str:
        named = [self.voice.form.date(day) for day in days[:_MOST_NAMED]]
        left = len(days) - _MOST_NAMED
        return ", ".join([*named, *([self.voice.say("{n} more", n=left)] if left > 0 else [])])

    def _hours(self, gap: Gap) -> str:
        form = self.voice.form
        named = [
            f"{form.date(day)} ({', '.join(form.hour(hour) for hour in hours)})"
            for day, hours in gap.hours[:_MOST_NAMED]
        ]
        left = len(gap.hours) - _MOST_NAMED
        return self.voice.say.joined([*named, *([self.voice.say("{n} more", n=left)] if left > 0 else [])])

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the calendar and the gaps; a line where calls have no clock."""
        if self.note:
            return (Note(self.note),)
        return (self.verdict, self.figure(), *([self.table()] if self.gaps else []))


def gaps(dataset: Dataset) -> Gaps:
    """Look for days and hours without a call on which there usually are some.

    What is usual is learnt from the quarters around the period as well.
    """
    voice = Voice.of(dataset)
    if not dataset.reaches("calls", "day"):
        why = voice.reason("not computable: needs calls.local_started_at")
        return Gaps(voice, (), {}, (), voice.say("Gaps in the calendar: {why}.", why=why))
    counted = _counted(around(dataset))
    days: dict[dt.date, int] = {}
    for hours in counted.values():
        for day, by_hour in hours.items():
            days[day] = days.get(day, 0) + sum(by_hour.values())
    asked = set(inside(dataset, days))
    if not asked:
        return Gaps(voice, (), {}, (), voice.say("Gaps in the calendar: no call has a time."))
    clock = "hour" not in dataset.provenance.get("lacks", {})
    named = []
    for name, hours in sorted(counted.items()):
        found = _gap(voice.label(name) if name else "", hours, clock)
        lacking = tuple(inside(dataset, found.days)), tuple(h for h in found.hours if h[0] in asked)
        named += [Gap(found.campaign, *lacking)] if any(lacking) else []
    missing = tuple(inside(dataset, missing_days(sorted(days))))
    return Gaps(voice, tuple(named), {day: days[day] for day in days if day in asked}, missing)


def _counted(dataset: Dataset) -> dict[str, dict[dt.date, dict[int, int]]]:
    """Count calls by campaign, day and hour."""
    by = ["campaign_id"] if dataset.has("calls", "campaign_id") else []
    frame = dataset.table("calls", "day", "hour").filter(~nw.col("day").is_null())
    found: dict[str, dict[dt.date, dict[int, int]]] = {}
    for row in records(frame.group_by(*by, "day", "hour").agg(rows=nw.len())):
        name = "" if not by or unknown(row["campaign_id"]) else str(row["campaign_id"])
        number = int(row["day"])
        day = dt.date(number // 10000, number // 100 % 100, number % 100)
        found.setdefault(name, {}).setdefault(day, {})[int(row["hour"])] = int(row["rows"])
    return found


def _gap(name: str, hours: Hours, clock: bool) -> Gap:
    calls = sum(sum(by_hour.values()) for by_hour in hours.values())
    busy = calls >= FEWEST_CALLS * len(hours)
    days = tuple(missing_days(sorted(hours))) if busy else ()
    return Gap(name, days, tuple(_missing_hours(hours)) if clock else ())


def _missing_hours(hours: Hours) -> list[tuple[dt.date, tuple[int, ...]]]:
    """Return the days that lack an hour which nearly all days have.

    Examples
    --------
    >>> days = [dt.date(2026, 9, day) for day in range(1, 12)]
    >>> made = {day: {9: 20, 10: 20} for day in days} | {days[3]: {9: 20}}
    >>> _missing_hours(made)
    [(datetime.date(2026, 9, 4), (10,))]
    """
    if len(hours) < FEWEST_DAYS:
        return []
    every = sorted({hour for by_hour in hours.values() for hour in by_hour})
    usual = [hour for hour in every if _usual([by_hour.get(hour, 0) for by_hour in hours.values()])]
    lacking = [(day, tuple(h for h in usual if h not in hours[day])) for day in sorted(hours)]
    return [(day, missing) for day, missing in lacking if missing]


def _usual(calls: Sequence[int]) -> bool:
    """Tell whether an hour has calls on nearly all days, and enough of them that none is no chance."""
    worked = sum(n > 0 for n in calls)
    return worked >= USUAL_SHARE * len(calls) and sum(calls) >= FEWEST_CALLS * len(calls)
