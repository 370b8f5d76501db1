"""When callers give up: the share lost by waiting time, had nobody been answered before."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.voice import Voice
from callstats.answers.service.curves import NAN, crossing, curve, share_by
from callstats.answers.service.rows import lacking, waits
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.stats.survival import LifeTable

ABANDONED = "abandon_rate_inbound"
#: Ends of the waits that are told apart [s]; the time promised is put between them.
EDGES = (0.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0)
#: The curve ends where fewer callers are still waiting: after that it is mostly chance.
FEWEST_WAITING = 20


@dataclass(frozen=True, slots=True)
class Band:
    """Waits from ``start`` to ``end`` [s]: who was still waiting, who gave up, and the chance to.

    ``share`` is of those still waiting at the start, had none of them been answered meanwhile.
    """

    start: float
    end: float
    waiting: int
    gave_up: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Patience(Answer):
    """The life table of callers in the queue; an answer cuts a caller's patience short.

    Attributes
    ----------
    rate : Estimate
        Share of the calls offered that were given up.
    shares : LifeTable or None
        Share given up by each second; None where it cannot be told.
    bands : tuple of Band
    median : Interval or None
        The wait that half would not sit through [s]; nan where it was never seen.
    """

    voice: Voice
    period: str
    within_s: float
    rate: Estimate
    shares: LifeTable | None = None
    bands: tuple[Band, ...] = ()
    median: Interval | None = None
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return start, end, waiting, gave_up, share, low, high: a row a stretch of waiting."""
        import pandas as pd

        columns = ["start", "end", "waiting", "gave_up", "share", "low", "high"]
        return pd.DataFrame([tuple(getattr(b, c) for c in columns) for b in self.bands], columns=columns)

    def by(self, seconds: float) -> tuple[float, float, float]:
        """Return the share that gives up within so many seconds if not answered, and its limits."""
        return (NAN, NAN, NAN) if self.shares is None else share_by(self.shares, seconds)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many give up by the time promised, and how long the caller in the middle holds out."""
        if self.shares is None or self.median is None:
            return ()
        _, form = self.voice.say, self.voice.form
        share, low, high = self.by(self.within_s)
        text = _(
            "Of callers left waiting {share} give up within {time} ({interval})",
            share=form.value(share, "%", low, high),
            interval=form.interval(low, high, "%", value=share),
            time=form.goal(self.within_s, "s"),
        )
        m = self.median
        if not m.estimate > 0:
            few = _("too few were kept waiting long enough to say when half would.")
            return (Sentence(_.joined([text, few])),)
        half = _(
            "half give up within {median} ({interval}).",
            median=form.value(m.estimate, "s", m.low, m.high),
            interval=form.interval(m.low, m.high, "s", value=m.estimate),
        )
        return (Sentence(_.joined([text, half])),)

    def plot(self, ax: Any = None) -> Any:
        """Draw the share given up by waiting time with its limits."""
        from callstats.show.plots.waits import TimeCurve, time_curves

        _, table = self.voice.say, self.shares
        assert table is not None
        enough = table.at_risk >= min(FEWEST_WAITING, int(table.at_risk[0]))
        parts = (table.attempt, table.estimate, table.low, table.high)
        time, share, low, high = (part[enough] for part in parts)
        return time_curves(
            [TimeCurve("", time, share, low, high)],
            unit="s",
            formatter=self.voice.form,
            label=_("wait in the queue"),
            share_label=_("share who have given up"),
            mark=self.within_s,
            mark_label=self.voice.form.goal(self.within_s, "s"),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        caption = self.voice.say(
            "Share of callers who give up by waiting time, had they not been answered before, with its "
            "95% interval, {period}",
            period=self.period,
        )
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def table(self) -> TableView:
        """Return the stretches of waiting as a table."""
        _, form = self.voice.say, self.voice.form
        heads = [_("Still waiting"), _("Gave up"), _("Share of those waiting"), _("95% interval")]
        most = max((b.share for b in self.bands), default=1.0) or 1.0
        lines = [
            [
                self._named(b),
                form.number(b.waiting),
                form.number(b.gave_up),
                Cell(form.value(b.share, "%", b.low, b.high), bar=b.share / most, strong=True),
                form.interval(b.low, b.high, "%", value=b.share),
            ]
            for b in self.bands
        ]
        caption = _("When callers give up, {period}", period=self.period)
        note = _("Callers answered in a stretch count as waiting until then (life table).")
        return TableView(caption, [Column(_("Wait")), *(Column(h, "right") for h in heads)], lines, (note,))

    def _named(self, band: Band) -> str:
        form = self.voice.form
        return self.voice.say("{low} to {high}", low=form.duration(band.start), high=form.duration(band.end))

    def views(self) -> tuple[View, ...]:
        """Return the plot, the sentence, the table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return notes if self.shares is None else (self.figure(), self.verdict, self.table(), *notes)


def patience(about: Scope) -> Patience:
    """Return when the callers of a period give up."""
    voice, config = about.voice, about.now.config
    within, rate = config.setting("answer_within_s", 20), estimates(about.now, [ABANDONED])[ABANDONED]
    why = lacking(about.now, "calls", "direction", "handled", "abandoned", "queue_s")
    if why:
        return Patience(voice, about.label, within, rate, notes=(voice.note(rate.kpi, why),))
    rows = waits(about.now)
    waited = rows["wait"] > 0
    times, gave_up = rows["wait"][waited], rows["gave_up"][waited]
    if not gave_up.any():
        text = voice.say("When callers give up: no caller who had to wait gave up.")
        return Patience(voice, about.label, within, rate, notes=(text,))
    table = curve(times, gave_up, config.confidence)
    bands = _bands(times, gave_up, within, config.confidence)
    return Patience(voice, about.label, within, rate, table, bands, crossing(table, 0.5))


def _bands(times: np.ndarray, gave_up: np.ndarray, within: float, confidence: float) -> tuple[Band, ...]:
    """Return the chance to give up in each stretch, among those still waiting at its start."""
    found = []
    for start, end in pairwise(sorted({*EDGES, within})):
        waiting = times > start
        if waiting.sum() < FEWEST_WAITING:
            break
        left = gave_up * (times <= end)
        table = curve(np.minimum(times, end)[waiting], left[waiting], confidence)
        last = float(table.estimate[-1]), float(table.low[-1]), float(table.high[-1])
        found.append(Band(start, end, int(waiting.sum()), int(left[waiting].sum()), *last))
    return tuple(found)
