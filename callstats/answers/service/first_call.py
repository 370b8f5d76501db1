"""Is it solved at the first call: what the cases say, who rings again, what customers say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates, interval
from callstats.answers.core.voice import Voice
from callstats.answers.service.rows import INBOUND, arrays, codes, flag, lacking, moments, received
from callstats.kpis import get
from callstats.kpis.parts import named
from callstats.moments import Moments
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset
    from callstats.kpis.define import KPI

RESOLUTION, BY_SURVEY = "first_call_resolution", "resolved_by_survey"
_DAY_S = 86_400.0
_TOO_SHORT = "undefined: no first calls that could be followed so long"
#: Issues that took so many calls or more share a line.
_MOST_CALLS = 4


def no_second_call(days: int) -> KPI:
    """Return the share of first calls after which the caller did not ring again, as a KPI of its own."""
    label = named(
        f"No second call within {days} days",
        f"Sans nouvel appel sous {days} jours",
        f"Без повторного звонка за {days} дн.",
    )
    return replace(get(RESOLUTION), name="no_second_call", label=label, independence="contact")


@dataclass(frozen=True)
class FirstCall(Answer):
    """First-call resolution by each way the export can tell it.

    Attributes
    ----------
    ways, earlier : tuple of Estimate
        Those known, in the period; and in the one compared with, by name.
    calls : dict of int to int
        Issues by the calls it took to solve them; 0: not solved yet. Empty without cases.
    days : int
        Within which a second call counts.
    """

    voice: Voice
    period: str
    before: str
    ways: tuple[Estimate, ...]
    earlier: dict[str, Estimate]
    calls: dict[int, int]
    days: int
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, value, low, high, n, before: a row a way of telling."""
        import pandas as pd

        rows = [
            (
                e.kpi.name,
                e.value,
                e.low,
                e.high,
                e.n,
                self.earlier[e.kpi.name].value if e.kpi.name in self.earlier else None,
            )
            for e in self.ways
        ]
        return pd.DataFrame(rows, columns=["kpi", "value", "low", "high", "n", "before"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many calls the issues took, or what the ring-backs tell where there are no cases."""
        _, form = self.voice.say, self.voice.form
        if self.calls:
            solved, total = {k: n for k, n in self.calls.items() if k}, sum(self.calls.values())
            text = _(
                "Issues ({n}): solved at the first call {first}, at a later one {later}, not solved yet "
                "{open}.",
                n=form.number(total),
                first=form.percent(solved.get(1, 0) / total),
                later=form.percent(sum(n for k, n in solved.items() if k > 1) / total),
                open=form.percent(self.calls.get(0, 0) / total),
            )
            return (Sentence(text),)
        return tuple(
            Sentence(
                _(
                    "{kpi}: {value} ({interval}) of the callers who were answered.",
                    kpi=e.kpi.label[self.voice.language],
                    value=form.value(e.value, "%", e.low, e.high),
                    interval=form.interval(e.low, e.high, "%", value=e.value),
                )
            )
            for e in self.ways[:1]
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the ways of telling it side by side, with their intervals."""
        from callstats.show.plots import interval_plot

        return interval_plot(
            [e.kpi.label[self.voice.language] for e in self.ways],
            [e.value for e in self.ways],
            [e.low for e in self.ways],
            [e.high for e in self.ways],
            unit="%",
            formatter=self.voice.form,
            label=self.voice.say("share solved"),
            n=[e.n for e in self.ways],
            sort=False,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        told = ", ".join(f"{e.kpi.label[self.voice.language]} {form.percent(e.value)}" for e in self.ways)
        caption = _("Solved at the first call, as the data can tell it, {period}", period=self.period)
        return figure(self.plot(), caption, _.headed(caption, told) + ".")

    def table(self) -> TableView:
        """Return issues by the calls it took to solve them."""
        _, form = self.voice.say, self.voice.form
        total = sum(self.calls.values()) or 1
        ordered = sorted(self.calls.items(), key=lambda item: item[0] or np.inf)
        shares = form.column([n / total for _k, n in ordered], "%")
        lines = [
            [self._named(k), form.number(n), Cell(share, bar=n / total, strong=k == 1)]
            for (k, n), share in zip(ordered, shares, strict=True)
        ]
        heads = [Column(_("Calls it took")), Column(_("Issues"), "right"), Column(_("Share"), "right")]
        return TableView(_("Calls until an issue was solved, {period}", period=self.period), heads, lines)

    def _named(self, calls: int) -> str:
        _ = self.voice.say
        if not calls:
            return _("not solved yet")
        return _("{n} or more", n=calls) if calls == _MOST_CALLS else self.voice.form.number(calls)

    def views(self) -> tuple[View, ...]:
        """Return the ways of telling it, the calls it took, and why others are not computable."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.ways:
            return notes
        calls = [self.table()] if self.calls else []
        return (self.figure(), self.verdict, *calls, *notes)


def first_call(about: Scope, days: int = 7) -> FirstCall:
    """Return what share of issues is solved at the first call."""
    voice = about.voice
    now = _ways(about.now, about.whole, days)
    earlier = _ways(about.before, about.whole, days) if about.before is not None else {}
    notes = tuple(_note(voice, e, days) for e in now.values() if not e.known)
    ways = tuple(e for e in now.values() if e.known)
    calls = _calls(about.now) if now[RESOLUTION].known else {}
    return FirstCall(voice, about.label, about.earlier_label, ways, earlier, calls, days, notes)


def _note(voice: Voice, e: Estimate, days: int) -> str:
    if e.note != _TOO_SHORT:
        return voice.note(e.kpi, e.note)
    label = e.kpi.label[voice.language]
    return voice.say("{kpi}: no first call that could be followed for {n} days.", kpi=label, n=days)


def _ways(dataset: Dataset, whole: Dataset, days: int) -> dict[str, Estimate]:
    found = estimates(dataset, [RESOLUTION]) | {"no_second_call": _no_second_call(dataset, whole, days)}
    return found | estimates(received(dataset), [BY_SURVEY])


def _calls(dataset: Dataset) -> dict[int, int]:
    """Return issues by the calls it took, the unsolved at 0; empty where calls are not counted."""
    if not dataset.has("cases", "calls", "resolution_s"):
        return {}
    took = nw.when(nw.col("resolution_s").is_null()).then(0).otherwise(nw.col("calls"))
    calls = arrays(dataset.table("cases"), calls=took.cast(nw.Float64))["calls"]
    numbers, counts = np.unique(np.minimum(calls[np.isfinite(calls)], _MOST_CALLS), return_counts=True)
    return {int(k): int(n) for k, n in zip(numbers, counts, strict=True)}


def _no_second_call(dataset: Dataset, whole: Dataset, days: int) -> Estimate:
    """Return the share of first answered calls not followed by another within so many days.

    First is an answered call before which the caller had not been answered for as
    long. Calls too near the end of the data to know are left out.
    """
    kpi = no_second_call(days)
    why = lacking(whole, "calls", "direction", "contact_id", "local_started_at", "handled")
    if why:
        return Estimate(kpi, np.nan, note=why)
    calls = whole.table("calls").filter(INBOUND, ~nw.col("local_started_at").is_null())
    rows = arrays(calls, who=nw.col("contact_id"), answered=flag("handled"))
    seconds = moments(calls, "local_started_at")
    units = codes(rows["who"])
    first, again = _episodes(units, seconds, rows["answered"] > 0, days * _DAY_S)
    asked = first & (seconds + days * _DAY_S <= seconds.max(initial=0.0)) & _inside(dataset, seconds)
    if not asked.any():
        return Estimate(kpi, np.nan, note=_TOO_SHORT)
    columns = {"numerator": ~again[asked], "denominator": np.ones(int(asked.sum()))}
    found = interval(kpi, Moments.of(columns, units[asked].tolist()), dataset.config.confidence)
    solved, n = float(columns["numerator"].sum()), float(columns["denominator"].sum())
    return Estimate(kpi, found.estimate, found.low, found.high, solved, n, found.n)


def _episodes(
    who: np.ndarray, seconds: np.ndarray, answered: np.ndarray, gap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which calls are the first answered of their caller, and which were followed by another."""
    first, again = np.zeros(len(who), dtype=bool), np.zeros(len(who), dtype=bool)
    order = np.lexsort((seconds, who))
    same = who[order][1:] == who[order][:-1]
    again[order[:-1]] = same & (np.diff(seconds[order]) <= gap)
    taken = order[answered[order]]
    near = (who[taken][1:] == who[taken][:-1]) & (np.diff(seconds[taken]) <= gap)
    first[taken] = np.concatenate([[True], ~near])[: len(taken)]
    return first, again


def _inside(dataset: Dataset, seconds: np.ndarray) -> np.ndarray:
    """Tell which moments lie in the period that a data set is narrowed to."""
    window = dataset.filters.period
    if window is None:
        return np.ones(len(seconds), dtype=bool)
    first, end = (
        np.datetime64(day).astype("datetime64[s]").astype(float) for day in (window.start, window.end)
    )
    return (seconds >= first) & (seconds < end)
