"""How long until an issue is solved, those still open not left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.voice import Voice
from callstats.answers.service.curves import crossing, curve, share_by
from callstats.answers.service.rows import arrays, lacking, moments
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset
    from callstats.stats.survival import LifeTable

MEAN = "time_to_resolution"
_HOUR_S, _MINUTE_S = 3600.0, 60.0
#: Hours after which the share solved is told.
HOURS = (1.0, 8.0, 24.0, 72.0, 168.0, 336.0)
#: Hours from which a time is told in days.
_IN_DAYS = 48.0
#: The curve ends where fewer issues are still followed.
FEWEST_FOLLOWED = 20


@dataclass(frozen=True)
class Solving(Answer):
    """Time from opening to solution, open issues followed up to the end of the data.

    Attributes
    ----------
    issues, still_open : int
        Opened in the period; of those not solved by the end of the data.
    mean : Estimate
        Of those solved, as the catalogue has it: too short where many are open.
    shares : LifeTable or None
        Share solved by each hour; None where it cannot be told.
    median, p90 : Interval or None
        The hours by which half, and nine in ten, are solved; nan where so many never were.
    """

    voice: Voice
    period: str
    issues: int
    still_open: int
    mean: Estimate
    shares: LifeTable | None = None
    median: Interval | None = None
    p90: Interval | None = None
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return hours, followed, solved, low, high: a row a number of hours."""
        import pandas as pd

        return pd.DataFrame(self._rows(), columns=["hours", "followed", "solved", "low", "high"])

    def _rows(self) -> list[tuple[float, int, float, float, float]]:
        if self.shares is None:
            return []
        followed = [int(self.shares.at_risk[self.shares.attempt >= h].max(initial=0)) for h in HOURS]
        found = [(h, n, *share_by(self.shares, h)) for h, n in zip(HOURS, followed, strict=True)]
        return [row for row in found if not np.isnan(row[2])]  # nobody was followed longer

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Median, ninth decile, and how many are open."""
        if self.shares is None or self.median is None or self.p90 is None:
            return ()
        _, form = self.voice.say, self.voice.form
        said = {
            "median": self._told(self.median),
            "p90": self._told(self.p90),
            "n": form.number(self.issues),
            "open": form.number(self.still_open),
        }
        if not self.median.estimate >= 0:
            text = _(
                "Fewer than half of the issues ({n}) were solved in the time they could be followed.", **said
            )
        elif not self.p90.estimate >= 0:
            text = _(
                "Half of the issues ({n}) are solved within {median}; nine in ten never were so far.", **said
            )
        else:
            text = _("Half of the issues ({n}) are solved within {median}, nine in ten within {p90}.", **said)
        still = _("Still open, and counted as not solved yet: {open}.", **said)
        return (Sentence(f"{text} {still}" if self.still_open else text),)

    def _told(self, found: Interval) -> str:
        form = self.voice.form
        if not found.estimate >= 0:
            return form.value(None, "h")
        if found.estimate < _IN_DAYS:
            ends = form.interval(found.low, found.high, "h", value=found.estimate)
            return f"{form.value(found.estimate, 'h', found.low, found.high)} ({ends})"
        days, low, high = (hours / 24 for hours in (found.estimate, found.low, found.high))
        value, ends = form.value(days, "n", low, high), form.interval(low, high, "n", value=days)
        return self.voice.say("{n} days ({interval})", n=value, interval=ends)

    def plot(self, ax: Any = None) -> Any:
        """Draw the share solved by time with its limits."""
        from callstats.show.plots.waits import TimeCurve, time_curves

        _, table = self.voice.say, self.shares
        assert table is not None
        enough = table.at_risk >= min(FEWEST_FOLLOWED, int(table.at_risk[0]))
        parts = (table.attempt, table.estimate, table.low, table.high)
        time, share, low, high = (part[enough] for part in parts)
        return time_curves(
            [TimeCurve("", time / 24, share, low, high)],
            unit="n",
            formatter=self.voice.form,
            label=_("days since the issue was opened"),
            share_label=_("share solved"),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        caption = self.voice.say(
            "Share of issues solved by time, open ones followed to the end of the data, with its 95% "
            "interval, {period}",
            period=self.period,
        )
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def table(self) -> TableView:
        """Return the share solved after some hours and days."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("Within")), Column(_("Share solved"), "right"), Column(_("95% interval"), "right")]
        lines = [
            [
                self._span(hours),
                Cell(form.value(share, "%", low, high), bar=min(share, 1.0), strong=True),
                form.interval(low, high, "%", value=share),
            ]
            for hours, _followed, share, low, high in self._rows()
        ]
        return TableView(_("Issues solved by time, {period}", period=self.period), heads, lines)

    def _span(self, hours: float) -> str:
        if hours < 24:
            return self.voice.form.value(hours, "h")
        return self.voice.say.ngettext("{n} day", "{n} days", round(hours / 24))

    def views(self) -> tuple[View, ...]:
        """Return the plot, the sentence, the table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return notes if self.shares is None else (self.figure(), self.verdict, self.table(), *notes)


def solving(about: Scope) -> Solving:
    """Return how long the issues opened in a period took to be solved."""
    voice = about.voice
    mean = estimates(about.now, [MEAN])[MEAN]
    why = lacking(about.now, "cases", "resolution_s", "opened_at")
    if not why and about.now.unreached("cases"):
        why = mean.note
    if why:
        return Solving(voice, about.label, 0, 0, mean, notes=(voice.note(mean.kpi, why),))
    hours, solved = _followed(about.now, about.whole)
    if not len(hours):
        text = voice.say("Time to resolution: no issue was opened in this period.")
        return Solving(voice, about.label, 0, 0, mean, notes=(text,))
    table = curve(hours, solved, about.now.config.confidence, step=_MINUTE_S / _HOUR_S)
    median, p90 = crossing(table, 0.5), crossing(table, 0.9)
    return Solving(voice, about.label, len(hours), int((1 - solved).sum()), mean, table, median, p90)


def _followed(dataset: Dataset, whole: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return for every issue the hours until it was solved, or until the data end, and 1 where it was."""
    cases = dataset.table("cases").filter(~nw.col("opened_at").is_null())
    opened = moments(cases, "opened_at")
    took = arrays(cases, took=nw.col("resolution_s").cast(nw.Float64))["took"]
    solved = np.isfinite(took)
    waited = np.maximum(_end(whole) - opened, 0.0)
    return np.where(solved, took, waited) / _HOUR_S, solved.astype(float)


def _end(whole: Dataset) -> float:
    """Return the last moment that the data tell of [s since 1970]."""
    known = [
        (table, column)
        for table, column in (("calls", "started_at"), ("cases", "opened_at"), ("cases", "closed_at"))
        if whole.has(table, column)
    ]
    last = [moments(whole.table(table).select(nw.col(column).max()), column) for table, column in known]
    return float(np.nanmax(np.concatenate(last)))
