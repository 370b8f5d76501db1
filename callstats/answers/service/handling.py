"""How long a call takes: its parts, and by what it was about or how often the caller had rung."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.voice import Voice
from callstats.answers.service.curves import quantile
from callstats.answers.service.rows import arrays, codes, matching, received
from callstats.engine import obstacle
from callstats.kpis import get
from callstats.kpis import predicates as rows
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.words import mark
from callstats.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset

MEAN = "average_handle_time"
_PARTS = {
    "talk": ("average_talk_time", mark("talk")),
    "hold": ("average_hold_time", mark("hold")),
    "wrap": ("average_wrap_time", mark("wrap-up")),
}
#: Groups of fewer calls are put together as others.
FEWEST_CALLS = 30
_MOST_GROUPS = 8


@dataclass(frozen=True, slots=True)
class Handled:
    """How long one kind of call takes [s]; intervals over agents' days.

    Attributes
    ----------
    calls : int
    mean : Estimate
    median, p90 : Interval
    parts : mapping of str to float
        Mean of talk, hold and wrap; what the data do not tell apart is left out.
    """

    calls: int
    mean: Estimate
    median: Interval
    p90: Interval
    parts: Mapping[str, float]


@dataclass(frozen=True)
class Handling(Answer):
    """Handle time of calls received.

    Attributes
    ----------
    whole : Handled or None
    groups : mapping of str to Handled
        By outcome where there are several, else by which call of the caller it was.
    by : str
        "outcome", "turn" or "".
    """

    voice: Voice
    period: str
    before: str
    whole: Handled | None
    groups: Mapping[str, Handled]
    by: str
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return calls, n, mean, median, p90 with intervals, talk, hold, wrap: all calls, then by group."""
        import pandas as pd

        kinds = {"all": self.whole, **self.groups} if self.whole else {}
        rows = [
            (
                kind,
                h.calls,
                *(h.mean.value, h.mean.low, h.mean.high),
                *(h.median.estimate, h.median.low, h.median.high),
                *(h.p90.estimate, h.p90.low, h.p90.high),
                *(h.parts.get(part) for part in _PARTS),
            )
            for kind, h in kinds.items()
            if h is not None
        ]
        ends = [f"{name}{end}" for name in ("mean", "median", "p90") for end in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=["calls", "n", *ends, *_PARTS])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How long a call takes, and what it is made of."""
        if self.whole is None:
            return ()
        _, form, w = self.voice.say, self.voice.form, self.whole
        text = _(
            "A call takes {mean} on average ({interval}), half of them less than {median}, one in ten more "
            "than {p90}",
            mean=form.value(w.mean.value, "s", w.mean.low, w.mean.high),
            interval=form.interval(w.mean.low, w.mean.high, "s", value=w.mean.value),
            median=form.duration(round(w.median.estimate)),
            p90=form.duration(round(w.p90.estimate)),
        )
        parts = form.listed(
            [f"{_(_PARTS[p][1])} {form.percent(v / w.mean.value, 0)}" for p, v in w.parts.items()]
        )
        return (Sentence(_("{what}; of it: {parts}.", what=text, parts=parts)),)

    def plot(self, ax: Any = None) -> Any:
        """Draw the mean of every group with its interval, against the mean of all."""
        from callstats.show.plots import interval_plot

        assert self.whole is not None
        found = list(self.groups.items())
        return interval_plot(
            [self._named(name) for name, _ in found],
            [h.mean.value for _, h in found],
            [h.mean.low for _, h in found],
            [h.mean.high for _, h in found],
            unit="s",
            formatter=self.voice.form,
            label=get(MEAN).label[self.voice.language],
            n=[h.calls for _, h in found],
            reference=self.whole.mean.value,
            reference_label=self.voice.say("all calls"),
            sort=False,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        told = ", ".join(
            f"{self._named(name)} {form.duration(h.mean.value)}" for name, h in self.groups.items()
        )
        label = get(MEAN).label[self.voice.language]
        caption = _("{kpi} by kind of call, {period}", kpi=label, period=self.period)
        return figure(self.plot(), caption, _.headed(caption, told) + ".")

    def _named(self, group: str) -> str:
        _ = self.voice.say
        if group == "":
            return _("others")
        if self.by != "turn":
            return group
        return {"1": _("first call"), "2": _("second call")}.get(group, _("third or later call"))

    def table(self) -> TableView:
        """Return parts, mean, median and ninth decile of all calls and by group."""
        _ = self.voice.say
        heads = [_("Calls"), *(_(label) for _name, label in _PARTS.values())]
        heads += [_("mean"), _("median"), _("9 in 10 within")]
        named = [(_("all calls"), self.whole), *((self._named(name), h) for name, h in self.groups.items())]
        lines = [
            [
                Cell(name, strong=number == 0),
                self.voice.form.number(h.calls),
                *(self._clock(h.parts.get(part)) for part in _PARTS),
                self._told(h.mean.value, h.mean, strong=True),
                *(self._told(one.estimate, one) for one in (h.median, h.p90)),
            ]
            for number, (name, h) in enumerate(named)
            if h is not None
        ]
        columns = [Column(_("Call")), *(Column(head, "right") for head in heads)]
        unit = self.voice.form.cell_unit("s")
        notes = (_("In {unit}; beneath: 95% interval, each day of an agent counted once.", unit=unit),)
        return TableView(_("Handle time by part, {period}", period=self.period), columns, lines, notes)

    def _told(self, value: float, ends: Estimate | Interval, *, strong: bool = False) -> Cell:
        if not np.isfinite([ends.low, ends.high]).all():  # too few calls for limits
            return Cell(self._clock(value), strong=strong)
        between = self.voice.say("{low} to {high}", low=self._clock(ends.low), high=self._clock(ends.high))
        return Cell(self._clock(value), strong=strong, under=(between,))

    def _clock(self, seconds: float | None) -> str:
        """Return seconds as minutes:seconds, so that the columns stay narrow."""
        if unknown(seconds):
            return self.voice.form.duration(None)
        return self.voice.form.cell(seconds or 0.0, "s", 1)

    def views(self) -> tuple[View, ...]:
        """Return the table, the sentence and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return notes if self.whole is None else (self.table(), self.verdict, *notes)


def handling(about: Scope) -> Handling:
    """Return how long the calls of a period took."""
    voice, dataset = about.voice, received(about.now)
    mean = get(MEAN)
    why = obstacle(dataset, mean)
    note = f"not computable: {why}" if why else ""
    whole = None if why else _handled(dataset)
    if whole is None:
        note = note or estimates(dataset, [MEAN])[MEAN].note
        return Handling(voice, about.label, about.earlier_label, None, {}, "", (voice.note(mean, note),))
    by, groups = _groups(dataset)
    notes = [] if by else [voice.say("By kind of call: one outcome only, and needs calls.live_no.")]
    return Handling(voice, about.label, about.earlier_label, whole, groups, by, tuple(notes))


def _handled(dataset: Dataset) -> Handled | None:
    """Return the handle time of a data set's calls; None where there is none."""
    found = estimates(dataset, [MEAN, *(name for name, _ in _PARTS.values())])
    if not found[MEAN].known:
        return None
    seconds, units = _seconds(dataset)
    confidence = dataset.config.confidence
    parts = {part: found[name].value for part, (name, _) in _PARTS.items() if found[name].known}
    return Handled(
        int(found[MEAN].denominator),
        found[MEAN],
        quantile(seconds, 0.5, confidence, units),
        quantile(seconds, 0.9, confidence, units),
        parts,
    )


def _seconds(dataset: Dataset) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the handle time of every call, and the agent's day it belongs to."""
    told = dataset.has("calls", "agent_id") and dataset.reaches("calls", "day")
    calls = matching(dataset, rows.TIMED, *(["day"] if told else []))
    hold = nw.col("hold_s").fill_null(0.0) if dataset.has("calls", "hold_s") else nw.lit(0.0)
    columns = {"seconds": (nw.col("talk_s") + hold + nw.col("wrap_s")).cast(nw.Float64)}
    columns |= {"agent": nw.col("agent_id"), "day": nw.col("day")} if told else {}
    found = arrays(calls, **columns)
    if not told:
        return found["seconds"], None
    agents, days = codes(found["agent"]), codes(found["day"])
    return found["seconds"], agents * (days.max(initial=0) + 1) + days


def _groups(dataset: Dataset) -> tuple[str, dict[str, Handled]]:
    """Return what calls are told apart by, and the handle time of each kind."""
    for by, column in (("outcome", "outcome_code"), ("turn", "live_no")):
        if not dataset.has("calls", column):
            continue
        values = _values(dataset, column)
        if len(values) > 1:
            kinds = _kinds(by, values)
            made = {name: _handled(_only(dataset, column, chosen)) for name, chosen in kinds.items()}
            return by, {name: h for name, h in made.items() if h is not None}
    return "", {}


def _only(dataset: Dataset, column: str, values: list[Any]) -> Dataset:
    equals: dict[str, Any] = {column: values}
    return dataset.where(**equals)


def _values(dataset: Dataset, column: str) -> dict[Any, int]:
    """Return the calls of each value of a column, most first; the unknown are left out."""
    found = matching(dataset, rows.TIMED).filter(~nw.col(column).is_null())
    frame = found.group_by(column).agg(n=nw.len()).collect("pandas").to_native()
    pairs = [(value, int(n)) for value, n in zip(frame[column].tolist(), frame["n"].tolist(), strict=True)]
    return dict(sorted(pairs, key=lambda pair: (-pair[1], str(pair[0]))))


def _kinds(by: str, values: Mapping[Any, int]) -> dict[str, list[Any]]:
    """Return the groups to show, each with its values; small ones are one group without a name."""
    if by == "turn":
        turns = {"1": [1], "2": [2], "3": [value for value in values if value > 2]}
        return {name: kept for name, chosen in turns.items() if (kept := [v for v in chosen if v in values])}
    own = [value for value, n in values.items() if n >= FEWEST_CALLS][:_MOST_GROUPS]
    rest = [value for value in values if value not in own]
    return {str(value): [value] for value in own} | ({"": rest} if rest else {})
