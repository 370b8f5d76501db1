"""The answer to :func:`callstats.answers.campaign.bridge.analysis.bridge`: terms that add up to a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.bridge.words import label, sentences, total_label
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN, Change
from callstats.answers.core.voice import Voice
from callstats.show.display import Cell, Column, FigureView, Note, Record, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a bridge.

    Attributes
    ----------
    name : str
        A factor (``answer``), a mix (``lists``) or a kind of cost (``cost labour``).
    effect, low, high : float
        What it did to the total, with its interval; nan where days are too few.
        For a cost that does not vary from day to day both limits are the effect.
    before, after : float
        The factor of all groups together, in ``unit``; nan for a mix.
    unit : str
    """

    name: str
    effect: float
    low: float
    high: float
    before: float
    after: float
    unit: str

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval excludes no effect."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Bridge(Answer):
    """The way from one period's profit to another's; the effects add up to the change exactly.

    Attributes
    ----------
    voice : Voice
    measure : str
        ``profit``, ``revenue`` without costs, ``successes`` without values.
    before, after : str
        The two periods, in words.
    start, end : float
        The two totals.
    change : Change
        With its interval.
    terms : tuple of Term
        In the order of the work, mixes and costs last.
    method : str
    notes : tuple of str
        What was left out, and why.
    """

    voice: Voice
    measure: str
    before: str
    after: str
    start: float
    end: float
    change: Change
    terms: tuple[Term, ...]
    method: str = "shapley"
    notes: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """Of the totals and effects."""
        return "n" if self.measure == "successes" else "money"

    def __getitem__(self, name: str) -> Term:
        """Return a term by its name."""
        return {term.name: term for term in self.terms}[name]

    def to_frame(self) -> pd.DataFrame:
        """Return a row a term: term, label, before, after, unit, effect, low, high, share, beyond_noise.

        ``share`` is the effect over the change of the total.
        """
        import pandas as pd

        rows = [
            {
                "term": term.name,
                "label": label(self.voice, term.name),
                "before": term.before,
                "after": term.after,
                "unit": term.unit,
                "effect": term.effect,
                "low": term.low,
                "high": term.high,
                "share": term.effect / self.change.estimate if self.change.estimate else NAN,
                "beyond_noise": term.beyond_noise,
            }
            for term in self.terms
        ]
        return pd.DataFrame(rows)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How much the total changed, mostly because of what, and what worked against it."""
        return sentences(self)

    @property
    def _moving(self) -> tuple[Term, ...]:
        """The terms that did anything: a cost that was the same in both periods is left out."""
        return tuple(t for t in self.terms if t.effect or t.low < t.high) or self.terms

    def plot(self, ax: Any = None) -> Any:
        """Draw the terms as a waterfall from one total to the other."""
        from callstats.show.plots import waterfall

        terms = self._moving
        return waterfall(
            [label(self.voice, term.name) for term in terms],
            [term.effect for term in terms],
            [term.low for term in terms],
            [term.high for term in terms],
            start=self.start,
            end=self.end,
            start_label=self.before,
            end_label=self.after,
            unit=self.unit,
            formatter=self.voice.form,
            label=total_label(self.voice, self.measure),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the waterfall with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        said = {"kpi": total_label(self.voice, self.measure), "before": self.before, "after": self.after}
        caption = _("{kpi} from {before} to {after}: what changed it, with 95% intervals", **said)
        told = ", ".join(
            f"{label(self.voice, t.name)} {form.change(t.effect, self.unit, t.low, t.high)}"
            for t in self._moving
        )
        said |= {"start": form.value(self.start, self.unit), "end": form.value(self.end, self.unit)}
        alt = _("{kpi} from {start} in {before} to {end} in {after}: {effects}.", effects=told, **said)
        return figure(self.plot(), caption, alt)

    def table(self) -> TableView:
        """Return what every factor was, is, and did."""
        _, form = self.voice.say, self.voice.form
        kpi = total_label(self.voice, self.measure)
        heads = [
            Column(_("Factor")),
            Column(self.before, "right"),
            Column(self.after, "right"),
            Column(_("effect"), "right", kpi),
            Column(_("95% interval"), "right", kpi),
        ]
        lines = [self._line(term) for term in self._moving]
        total = form.change(self.change.estimate, self.unit, self.change.low, self.change.high)
        ends = (self.change.low, self.change.high)
        between = form.interval(*ends, self.unit, change=True, value=self.change.estimate)
        last = [
            Cell(kpi, strong=True),
            Cell(form.value(self.start, self.unit), strong=True),
            Cell(form.value(self.end, self.unit), strong=True),
            Cell(total, strong=True),
            Cell(between),
        ]
        note = _("Effects add up to the change. Strong: more than days vary.")
        said = {"kpi": kpi.lower(), "before": self.before, "after": self.after}
        caption = _("What changed {kpi}, {before} to {after}", **said)
        return TableView(caption, heads, [*lines, last], (note,))

    def _line(self, term: Term) -> list[Cell]:
        form = self.voice.form
        effect = form.change(term.effect, self.unit, term.low, term.high)
        ends = form.interval(term.low, term.high, self.unit, change=True, value=term.effect)
        figures = [form.value(v, term.unit or "n") for v in (term.before, term.after)]
        return [
            Cell(label(self.voice, term.name)),
            *(Cell(text) for text in figures),
            Cell(effect, strong=term.beyond_noise),
            Cell("" if term.low == term.high else ends, tone="grey"),
        ]

    def record(self) -> Record:
        """Return the terms in full precision, for the JSON beside the report."""
        about = {"measure": self.measure, "before": self.before, "after": self.after, "method": self.method}
        change = {"estimate": self.change.estimate, "low": self.change.low, "high": self.change.high}
        rows = self.to_frame().to_dict("records")
        return Record(
            {"bridge": {**about, "start": self.start, "end": self.end, "change": change, "terms": rows}}
        )

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the waterfall, the table, what was left out, and the record."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.terms:
            return notes
        return (self.verdict, self.figure(), self.table(), *notes, self.record())
