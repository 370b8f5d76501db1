"""The frame that ``measure`` returns: a pandas data frame that a notebook shows with labels and units.

Whatever is done to it, its numbers are those of pandas. What is left of its columns is
shown as a reader wants it: KPIs by their labels, values in their units, the two ends of
an interval as one. A frame that no longer says of what its values are is shown as by pandas.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from callstats.answers.core.voice import Voice
from callstats.dataset.clock import TIME_KEYS
from callstats.errors import UsageError, unknown_name
from callstats.show.display import Cell, Column, FigureView, TableView, figure
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.kpis.define import KPI

#: Rows that a notebook shows, groups that have a line of their own in a plot, and that are read out.
_SHOWN, _DRAWN, _SPOKEN = 60, 40, 10
_HEADS = {
    "kpi": mark("KPI"),
    "value": mark("Value"),
    "low": mark("Lower end"),
    "high": mark("Upper end"),
    "numerator": mark("Numerator"),
    "denominator": mark("Denominator"),
    "n": "n",
    "note": mark("Note"),
}
_COUNTS = ("numerator", "denominator", "n")


@dataclass(frozen=True, slots=True)
class MeasuredWords:
    """How measured values are told.

    Attributes
    ----------
    voice : Voice
    confidence : float
        Of the intervals.
    labels, units : dict of str to str
        By the name of the KPI.
    """

    voice: Voice
    confidence: float
    labels: dict[str, str]
    units: dict[str, str]

    @classmethod
    def of(cls, voice: Voice, kpis: Iterable[KPI], confidence: float) -> MeasuredWords:
        """Return the words for some KPIs."""
        asked = list(kpis)
        labels = {kpi.name: kpi.label[voice.language] for kpi in asked}
        return cls(voice, confidence, labels, {kpi.name: kpi.unit for kpi in asked})


class MeasuredFrame(pd.DataFrame):
    """Measured KPIs: a pandas data frame, shown in a notebook with labels, units and intervals.

    Examples
    --------
    >>> words = MeasuredWords(Voice(), 0.95, {"answer_rate": "Answer rate"}, {"answer_rate": "%"})
    >>> rows = {"kpi": ["answer_rate"], "value": [0.25], "low": [0.2], "high": [0.3]}
    >>> frame = MeasuredFrame(rows).told_by(words)
    >>> print(frame.table())
    Answer rate
    KPI          Value  95% interval
    Answer rate    25%    20% to 30%
    >>> type(frame.query("value > 0.2")).__name__, frame["value"].tolist()
    ('MeasuredFrame', [0.25])
    """

    _metadata: ClassVar[list[str]] = ["_words"]  # type: ignore[misc] - pandas hands these on
    _words: MeasuredWords | None = None

    @property
    def _constructor(self) -> type[MeasuredFrame]:
        return MeasuredFrame

    def told_by(self, words: MeasuredWords) -> MeasuredFrame:
        """Return the frame with the words it is shown by."""
        self._words = words
        return self

    def table(self) -> TableView | None:
        """Return the frame as a table; None where it no longer says of what its values are."""
        words = self._words
        if words is None or not self._tells(words):
            return None
        return _MeasuredTable(self, words).view()

    def figure(self, kpi: str | None = None) -> FigureView:
        """Draw one KPI by group, with its intervals; in the order of time where the groups are times.

        Parameters
        ----------
        kpi : str, optional
            Name of the KPI; the first one if omitted.

        Raises
        ------
        UsageError
            The frame no longer says of what its values are, or has no such KPI.
        """
        if self._words is None or not self._tells(self._words):
            raise UsageError(
                "this frame no longer says of which KPIs its values are",
                hint="Draw what cs.measure returned, with its columns kpi and value.",
            )
        return _drawn(self, self._words, kpi)

    def _tells(self, words: MeasuredWords) -> bool:
        names = list(self.columns)
        if self.columns.nlevels > 1 or "value" not in names or len(set(names)) < len(names):
            return False
        if "kpi" not in names:
            return len(words.units) == 1
        return {*self["kpi"]} <= {*words.units}

    def _repr_html_(self) -> str | None:
        table = self.table()
        return super()._repr_html_() if table is None else table.as_html()  # type: ignore[operator, misc]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any] | None:  # noqa: ARG002
        table = self.table()
        return None if table is None else {**table._repr_mimebundle_(), "text/plain": repr(self)}


def _drawn(frame: MeasuredFrame, words: MeasuredWords, kpi: str | None) -> FigureView:
    from callstats.show.plots import interval_plot

    there = list(dict.fromkeys(frame["kpi"])) if "kpi" in frame else list(words.units)
    if kpi is not None and kpi not in there:
        raise unknown_name("KPI", kpi, there)
    name = there[0] if kpi is None else kpi
    rows = pd.DataFrame(frame[frame["kpi"] == name] if "kpi" in frame else frame)
    keys = [str(column) for column in rows.columns if column not in _HEADS]
    voice = words.voice
    names = [" · ".join(map(voice.keyed, keys, row)) for row in rows[keys].itertuples(index=False)]
    label, unit, form = words.labels[name], words.units[name], voice.form
    ends = [rows[side].tolist() if side in rows else None for side in ("low", "high")]
    ax = interval_plot(
        names or [label], rows["value"].tolist(), *ends, unit=unit, formatter=form, label=label,
        n=rows["n"].tolist() if "n" in rows else None, sort=not {*keys} & {*TIME_KEYS}, most=_DRAWN,
    )  # fmt: skip
    told = {"kpi": label, "keys": ", ".join(map(voice.key, keys)), "level": form.goal(words.confidence, "%")}
    say = voice.say
    caption = say("{kpi} by {keys}, with {level} intervals", **told) if keys else label
    values = [f"{n} {form.value(v, unit)}" for n, v in zip(names, rows["value"], strict=True)][:_SPOKEN]
    return figure(ax, caption, say.headed(caption, say.joined(values)) + ".")


class _MeasuredTable:
    """One frame as a table."""

    def __init__(self, frame: MeasuredFrame, words: MeasuredWords) -> None:
        self.words, self.say, self.form = words, words.voice.say, words.voice.form
        self.rest = max(len(frame) - _SHOWN, 0)
        self.names = [name for name in frame.index.names if name is not None]
        shown = frame.head(_SHOWN)
        self.frame = pd.DataFrame(shown.reset_index() if self.names else shown)
        only = next(iter(words.units))
        self.kpis: list[str] = self.frame["kpi"].tolist() if "kpi" in self.frame else [only] * len(self.frame)

    def view(self) -> TableView:
        """Return the table, with a note on the rows that are left out."""
        told = dict(self._columns())
        rows = list(zip(*told.values(), strict=True))
        note = self.say.ngettext("{n} more row is not shown.", "{n} more rows are not shown.", self.rest)
        named = list(dict.fromkeys(self.words.labels[kpi] for kpi in self.kpis))
        caption = named[0] if len(named) == 1 else ""
        return TableView(caption, [self._head(name) for name in told], rows, [note] if self.rest else [])

    def _columns(self) -> Iterable[tuple[str, Sequence[Cell]]]:
        both = {"low", "high"} <= set(self.frame.columns)
        for name in map(str, self.frame.columns):
            if name == "high" and both:
                continue
            if name == "low" and both and not self.frame[["low", "high"]].notna().to_numpy().any():
                continue
            if name == "note" and not any(self.frame["note"].fillna("")):
                continue
            yield name, [Cell(text) for text in self._texts(name, both)]

    def _texts(self, name: str, both: bool) -> list[str]:
        form, values = self.form, self.frame[name].tolist()
        units = [self.words.units[kpi] for kpi in self.kpis]
        if name == "kpi":
            return [self.words.labels[kpi] for kpi in self.kpis]
        if name == "value" or (name in ("low", "high") and not both):
            ends = [self._ends(side) for side in ("low", "high")] if name == "value" else [values, values]
            return [form.value(*given) for given in zip(values, units, *ends, strict=True)]
        if name == "low":
            ends = zip(values, self.frame["high"], units, self._ends("value"), strict=True)
            return [form.interval(low, high, unit, value=value) for low, high, unit, value in ends]
        if name in _COUNTS:
            return [form.number(value) for value in values]
        if name == "note":
            return [
                self.words.voice.reason(note) if isinstance(note, str) and note else "" for note in values
            ]
        return [self.words.voice.keyed(name, value) for value in values]

    def _ends(self, name: str) -> list[Any]:
        given = self.frame[name].tolist() if name in self.frame else [None] * len(self.frame)
        return [None if value is None or value != value else value for value in given]  # noqa: PLR0124 - nan

    def _head(self, name: str) -> Column:
        numeric = name in {"value", "low", "high", *_COUNTS}
        if name == "low" and "high" in self.frame:
            level = self.form.goal(self.words.confidence, "%")
            return Column(self.say("{level} interval", level=level), "right")
        head = self.say(_HEADS[name]) if name in _HEADS else self.words.voice.key(name)
        spelled = head if head == name else head[:1].upper() + head[1:]
        return Column(spelled, "right" if numeric else "left")
