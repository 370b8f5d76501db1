"""How long callers wait: those who are answered, and apart from them those who give up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.voice import Voice
from callstats.answers.service.curves import quantile
from callstats.answers.service.rows import codes, lacking, waits
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.words import mark
from callstats.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset

SPEED, TO_ABANDON = "average_speed_of_answer", "average_time_to_abandon"
_NAMES = {"answered": mark("answered"), "gave_up": mark("gave up")}
_MEANS = {"answered": SPEED, "gave_up": TO_ABANDON}
#: The axis ends where all but so many of a hundred callers have been answered or given up.
_SHOWN = 0.99


@dataclass(frozen=True)
class Waits:
    """The waits of one kind of caller [s].

    Attributes
    ----------
    mean : Estimate
        Of the catalogue, with its interval.
    median, p90 : Interval
        Clustered by day: callers of a busy hour wait together.
    at_once, in_time : float
        Share who did not wait at all; share within the time promised.
    seconds, share : ndarray of shape (waits,)
        Different waits, rising, and the share of callers that had waited no longer.
    """

    mean: Estimate
    median: Interval
    p90: Interval
    at_once: float
    in_time: float
    seconds: np.ndarray
    share: np.ndarray

    @property
    def callers(self) -> int:
        """How many there were."""
        return int(self.mean.denominator)


@dataclass(frozen=True)
class Waiting(Answer):
    """Waits by what became of the caller: answered, gave_up; empty where waits are not known."""

    voice: Voice
    period: str
    before: str
    within_s: float
    waits: Mapping[str, Waits]
    earlier: Estimate | None = None
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return callers, n, mean, median, p90 with their intervals, at_once, in_time: a row a kind."""
        import pandas as pd

        rows = [
            (
                kind,
                w.callers,
                *(w.mean.value, w.mean.low, w.mean.high),
                *(w.median.estimate, w.median.low, w.median.high),
                *(w.p90.estimate, w.p90.low, w.p90.high),
                *(w.at_once, w.in_time),
            )
            for kind, w in self.waits.items()
        ]
        ends = [f"{name}{end}" for name in ("mean", "median", "p90") for end in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=["callers", "n", *ends, "at_once", "in_time"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How long an answered caller waits, and how long those held out who gave up."""
        return tuple(self._of(kind) for kind in self.waits)

    def _of(self, kind: str) -> Sentence:
        _, form, w = self.voice.say, self.voice.form, self.waits[kind]
        said = {
            "mean": form.value(w.mean.value, "s", w.mean.low, w.mean.high),
            "interval": form.interval(w.mean.low, w.mean.high, "s", value=w.mean.value),
            "median": form.duration(round(w.median.estimate)),
            "p90": form.duration(round(w.p90.estimate)),
            "share": form.percent(w.at_once, 0),
            "those": form.duration(round(w.mean.value / (1 - w.at_once)) if w.at_once < 1 else 0.0),
        }
        if kind == "gave_up":
            text = _(
                "Those who gave up had waited {mean} on average ({interval}), half of them up to {median}.",
                **said,
            )
        elif w.at_once >= 0.5:
            text = _(
                "A caller who is answered waits {mean} on average ({interval}): {share} do not wait at all, "
                "the others {those}.",
                **said,
            )
        else:
            text = _(
                "A caller who is answered waits {mean} on average ({interval}): half longer than {median}, "
                "one in ten longer than {p90}.",
                **said,
            )
        return Sentence(text)

    def plot(self, ax: Any = None) -> Any:
        """Draw the share of callers by how long they had waited at most."""
        from callstats.show.plots.waits import TimeCurve, time_curves

        _ = self.voice.say
        ends = [w.seconds[np.searchsorted(w.share, _SHOWN)] for w in self.waits.values()]
        return time_curves(
            [TimeCurve(_(_NAMES[kind]), w.seconds, w.share) for kind, w in self.waits.items()],
            unit="s",
            formatter=self.voice.form,
            label=_("wait in the queue"),
            share_label=_("share who waited no longer"),
            mark=self.within_s,
            mark_label=self.voice.form.goal(self.within_s, "s"),
            until=float(max(ends)),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        caption = _(
            "Waits of callers who were answered and of those who gave up, {period}", period=self.period
        )
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def table(self) -> TableView:
        """Return mean, median and ninth decile, a column a kind of caller."""
        _, form = self.voice.say, self.voice.form
        found = self.waits.values()
        lines = [
            [_("Callers"), *(form.number(w.callers) for w in found)],
            [_("mean"), *(self._told(w.mean.value, w.mean.low, w.mean.high) for w in found)],
            [_("median"), *(self._told(w.median.estimate, w.median.low, w.median.high) for w in found)],
            [_("9 in 10 within"), *(self._told(w.p90.estimate, w.p90.low, w.p90.high) for w in found)],
            [_("At once"), *(form.percent(w.at_once, 0) for w in found)],
            [_("In time"), *(form.percent(w.in_time, 0) for w in found)],
        ]
        columns = [Column(_("Wait")), *(Column(_(_NAMES[kind]), "right") for kind in self.waits)]
        note = _("Beneath: 95% interval. In time is within {time}.", time=form.goal(self.within_s, "s"))
        return TableView(_("Wait in the queue, {period}", period=self.period), columns, lines, (note,))

    def _told(self, value: float, low: float, high: float) -> Cell:
        form = self.voice.form
        if not np.isfinite([low, high]).all():  # too few callers for limits
            return Cell(form.value(value, "s"))
        return Cell(form.value(value, "s", low, high), under=(form.interval(low, high, "s", value=value),))

    def views(self) -> tuple[View, ...]:
        """Return the plot, the sentences, the table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.figure(), self.verdict, self.table(), *notes) if self.waits else notes


def waiting(about: Scope) -> Waiting:
    """Return how long the callers of a period waited."""
    voice, config = about.voice, about.now.config
    within = config.setting("answer_within_s", 20)
    now = estimates(about.now, _MEANS.values())
    why = lacking(about.now, "calls", "direction", "handled", "queue_s")
    found = {} if why else _found(about.now, now, within)
    notes = [voice.note(now[SPEED].kpi, now[SPEED].note)] if not found else []
    if found and "gave_up" not in found and not now[TO_ABANDON].note.startswith("undefined"):
        notes.append(voice.note(now[TO_ABANDON].kpi, now[TO_ABANDON].note))
    then = estimates(about.before, [SPEED])[SPEED] if about.before is not None and found else None
    return Waiting(voice, about.label, about.earlier_label, within, found, then, tuple(notes))


def _found(dataset: Dataset, means: Mapping[str, Estimate], within: float) -> dict[str, Waits]:
    rows = waits(dataset)
    known = [kind for kind in _NAMES if rows[kind].any() and means[_MEANS[kind]].known]
    made = {}
    for kind in known:
        own = rows[kind] > 0
        days = codes(rows["day"][own]) if "day" in rows else None
        made[kind] = _waits(means[_MEANS[kind]], rows["wait"][own], days, within, dataset.config.confidence)
    return made


def _waits(
    mean: Estimate, seconds: np.ndarray, days: np.ndarray | None, within: float, confidence: float
) -> Waits:
    times, counts = np.unique(seconds, return_counts=True)
    return Waits(
        mean,
        quantile(seconds, 0.5, confidence, days),
        quantile(seconds, 0.9, confidence, days),
        float((seconds <= 0).mean()),
        float((seconds <= within).mean()),
        times,
        np.cumsum(counts) / len(seconds),
    )
