"""When callers ring: calls by weekday and hour, and which of them are busy or calm beyond chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import lacking
from callstats.answers.core.voice import Voice
from callstats.answers.service.rows import counts
from callstats.show.display import FigureView, Note, Sentence, View, figure
from callstats.stats import rate_interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope

#: Weekdays and hours are said to be busy or calm at this error for all of them together.
_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Time:
    """An hour (0-23) or a weekday (1 is Monday) with its calls.

    Attributes
    ----------
    key, days : int
        Days are those on which the queue had calls.
    calls : int
    rate, low, high : float
        Calls per half hour (of an hour), per day (of a weekday); the intervals of all
        hours and weekdays hold at once.
    side : str
        "busy" or "calm" where the interval lies beyond the average; else "".
    """

    key: int
    days: int
    calls: int
    rate: float
    low: float
    high: float
    side: str = ""


@dataclass(frozen=True)
class Volume(Answer):
    """Calls offered by time.

    Attributes
    ----------
    hours, weekdays : tuple of Time
    cells : mapping of (weekday, hour) to float
        Calls per half hour.
    per_half_hour, per_day : float
        Averages, from the first to the last hour with calls.
    dispersion : float
        Variance of an hour's calls from day to day over that of pure chance, 1 at least.
    """

    voice: Voice
    period: str
    hours: tuple[Time, ...]
    weekdays: tuple[Time, ...]
    cells: dict[tuple[int, int], float]
    per_half_hour: float
    per_day: float
    dispersion: float
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return weekday, hour, calls per half hour: a row a cell."""
        import pandas as pd

        rows = [(*key, value) for key, value in sorted(self.cells.items())]
        return pd.DataFrame(rows, columns=["weekday", "hour", "per_half_hour"])

    def hours_frame(self) -> pd.DataFrame:
        """Return key, days, calls, rate, low, high, side of hours, then of weekdays."""
        import pandas as pd

        columns = ["key", "days", "calls", "rate", "low", "high", "side"]
        rows = [
            (kind, *(getattr(t, c) for c in columns))
            for kind, found in (("hour", self.hours), ("weekday", self.weekdays))
            for t in found
        ]
        return pd.DataFrame(rows, columns=["kind", *columns])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Busy and calm hours with their rates, then the weekdays."""
        if not self.hours:
            return ()
        return (self._hours(), self._weekdays())

    def _hours(self) -> Sentence:
        _, form = self.voice.say, self.voice.form
        overall = form.number(self.per_half_hour, 1)
        busy, calm = (self._spans(side) for side in ("busy", "calm"))
        said = {"n": overall, "busy": busy, "calm": calm}
        if busy and calm:
            text = _("Calls per half hour, {n} on average: busy {busy}; calm {calm}.", **said)
        elif busy:
            text = _("Calls per half hour, {n} on average: busy {busy}.", **said)
        elif calm:
            text = _("Calls per half hour, {n} on average: calm {calm}.", **said)
        else:
            text = _("Calls per half hour: {n}; no evidence that any hour is busier than the others.", **said)
        return Sentence(text)

    def _spans(self, side: str) -> str:
        """Return neighbouring hours as "10:00 to 13:00 (9.1)", the busiest or calmest first."""
        form = self.voice.form
        spans = _neighbours([t for t in self.hours if t.side == side])
        spans.sort(key=lambda span: -_mean(span) if side == "busy" else _mean(span))
        return ", ".join(
            self.voice.say(
                "{first} to {last} ({n})",
                first=form.hour(span[0].key),
                last=form.hour((span[-1].key + 1) % 24),
                n=form.number(_mean(span), 1),
            )
            for span in spans
        )

    def _weekdays(self) -> Sentence:
        _, form = self.voice.say, self.voice.form
        told = [
            _("{day} {n}", day=form.weekday(t.key, short=False), n=form.number(t.rate, 0))
            for t in sorted(self.weekdays, key=lambda t: -t.rate)
            if t.side
        ]
        said = {"n": form.number(self.per_day, 0), "days": ", ".join(told)}
        if told:
            return Sentence(_("Calls per day, {n} on average: {days}.", **said))
        return Sentence(
            _("Calls per day: {n}; no evidence that any weekday differs from the others.", **said)
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw calls per half hour by weekday and hour as shades."""
        from callstats.show.plots import heatmap

        form = self.voice.form
        days, hours = [t.key for t in self.weekdays], self._hours_shown()
        values = [[self.cells.get((day, hour), 0.0) for hour in hours] for day in days]
        return heatmap(
            values,
            row_labels=[form.weekday(day) for day in days],
            column_labels=[form.hour(hour) for hour in hours],
            unit="n",
            formatter=form,
            label=self.voice.say("calls per half hour"),
            ax=ax,
        )

    def _hours_shown(self) -> list[int]:
        return [t.key for t in self.hours]

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        caption = self.voice.say("Calls per half hour by weekday and hour, {period}", period=self.period)
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def views(self) -> tuple[View, ...]:
        """Return the heat map, the busy and calm times, and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.figure(), self.verdict, *notes) if self.hours else notes


def _mean(span: Sequence[Time]) -> float:
    return sum(t.rate for t in span) / len(span)


def _neighbours(times: Iterable[Time]) -> list[list[Time]]:
    """Return times in stretches of neighbouring keys."""
    spans: list[list[Time]] = []
    for time in times:
        if spans and time.key == spans[-1][-1].key + 1:
            spans[-1].append(time)
        else:
            spans.append([time])
    return spans


def volume(about: Scope) -> Volume:
    """Return when the callers of a period ring."""
    voice = about.voice
    why = lacking(about.now, "hour")
    if not why and not about.now.has("calls", "local_started_at", "direction"):
        why = voice.reason("not computable: needs calls.local_started_at")
    rows = [] if why else counts(about.now, "day", "weekday", "hour")
    if not rows:
        why = why.rstrip(".") or voice.say("no calls")
        note = voice.say("Calls by weekday and hour: {why}.", why=why)
        return Volume(voice, about.label, (), (), {}, 0.0, 0.0, 1.0, (note,))
    return _made(about, rows)


def _made(about: Scope, rows: list[Any]) -> Volume:
    days = {int(row["day"]): int(row["weekday"]) for row in rows}
    order = {day: number for number, day in enumerate(sorted(days))}
    first, last = (int(pick(row["hour"] for row in rows)) for pick in (min, max))
    table = np.zeros((len(days), last - first + 1))
    for row in rows:
        table[order[int(row["day"])], int(row["hour"]) - first] += row["calls"]
    weekdays = np.array([days[day] for day in sorted(days)])
    present = sorted(set(weekdays.tolist()))
    spread, level = _dispersion(table), 1 - _ALPHA / (table.shape[1] + len(present))
    per_half_hour, per_day = float(table.mean()) / 2, float(table.sum() / len(days))
    hours = [
        _time(first + k, table[:, k].sum(), (len(days), 2), per_half_hour, (spread, level))
        for k in range(table.shape[1])
    ]
    by_day = [
        _time(w, table[weekdays == w].sum(), (int((weekdays == w).sum()), 1), per_day, (spread, level))
        for w in present
    ]
    cells = {
        (w, first + k): float(table[weekdays == w, k].mean()) / 2
        for w in present
        for k in range(table.shape[1])
    }
    return Volume(
        about.voice, about.label, tuple(hours), tuple(by_day), cells, per_half_hour, per_day, spread
    )


def _time(
    key: int, calls: float, spent: tuple[int, int], average: float, chance: tuple[float, float]
) -> Time:
    """Return an hour or weekday with its rate.

    The interval is Garwood's at the effective count, calls over their dispersion, so
    that days that differ by more than chance widen it.

    Parameters
    ----------
    key : int
    calls : float
    spent : (int, int)
        Days, and stretches in each that the rate is counted by.
    average : float
        Of all hours or weekdays, in the same unit.
    chance : (float, float)
        Dispersion and confidence.
    """
    (days, stretches), (spread, level) = spent, chance
    found = rate_interval(calls / spread, days * stretches / spread, confidence=level)
    low, high = float(found.low), float(found.high)
    side = "busy" if low > average else "calm" if high < average else ""
    return Time(key, days, int(calls), float(found.estimate), low, high, side)


def _dispersion(table: np.ndarray) -> float:
    """Return Pearson's dispersion of the counts of an hour over the days, 1 at least.

    References
    ----------
    1. McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd ed., section 6.2.3.

    Examples
    --------
    >>> _dispersion(np.array([[0.0, 4.0], [8.0, 4.0]]))
    4.0
    """
    expected = table.mean(axis=0, keepdims=True)
    used = (expected > 0).ravel()
    free = (table.shape[0] - 1) * used.sum()
    if free < 1:
        return 1.0
    squares = ((table - expected)[:, used] ** 2 / expected[:, used]).sum()
    return max(float(squares / free), 1.0)
