"""The toolkit of every telling: wording for a level, an interval, a list of names or a change.

There is one telling class per answer, whose methods depend on the answer alone: its
sentences, its table, its figure, and which of them a report shows.

>>> from dataclasses import dataclass
>>> from callstats.answers.core.answer import Answer
>>> from callstats.answers.core.voice import Voice
>>> @dataclass(frozen=True)
... class Greeting(Answer):
...     voice: Voice
...     names: tuple[str, ...]
>>> @tells(Greeting)
... class GreetingTelling(Telling[Greeting]):
...     def sentences(self):
...         return (Sentence(f"Hello {self.some(self.answer.names, 2)}."),)
>>> print(Greeting(Voice(), ("Ann", "Bob", "Cy")).verdict)
· Hello Ann, Bob, 1 more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from callstats.answers.core.answer import Answer, Section, tells
from callstats.answers.core.estimates import Estimate
from callstats.errors import UsageError
from callstats.show import report_look, verdicts
from callstats.show.display import (
    Cell,
    Column,
    FigureView,
    KeyFigure,
    Note,
    Sentence,
    TableView,
    Verdict,
    View,
    figure,
)
from callstats.show.format import Formatter
from callstats.show.words import Words

if TYPE_CHECKING:
    from callstats.answers.core.voice import Voice
    from callstats.kpis.define import KPI
    from callstats.show.cells import Align

__all__ = [
    "Cell",
    "Column",
    "FigureView",
    "KeyFigure",
    "Note",
    "Sentence",
    "TableView",
    "Telling",
    "Verdict",
    "View",
    "figure",
    "shorten",
    "tells",
]

A = TypeVar("A", bound=Answer)


class HasInterval(Protocol):
    """Anything with an interval."""

    @property
    def low(self) -> Any: ...
    @property
    def high(self) -> Any: ...


class HasEstimate(HasInterval, Protocol):
    """A difference with its interval, such as a Change or a Comparison."""

    @property
    def estimate(self) -> Any: ...


class Telling(Generic[A]):
    """Base of every telling.

    Attributes
    ----------
    answer : Answer
    voice : Voice
    say : Words
        Translates message ids, written in the source as ``self.say("...")``.
    form : Formatter
        Formats numbers.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Draw what a report shows in the package's look; ``plot`` is the user's to style."""
        super().__init_subclass__(**options)
        for name in {"figure", "captioned", "views"} & vars(cls).keys():
            setattr(cls, name, report_look.ours(vars(cls)[name]))

    def __init__(self, answer: A) -> None:
        self.answer = answer
        self.voice: Voice = answer.voice
        self.say: Words = answer.voice.say
        self.form: Formatter = answer.voice.form

    # The parts of a telling, as defined by its subclass.

    def sentences(self) -> tuple[Sentence, ...]:
        """Return what the evidence supports."""
        return ()

    def verdict(self) -> Verdict:
        """Return the sentences as one display object, with a note if there are none."""
        nothing = Sentence(self.say("Too little data for a verdict."), "unknown")
        return Verdict(self.sentences() or [nothing])

    def beyond_the_first(self) -> tuple[Verdict, ...]:
        """Return the sentences after the first, for a section of a report that has opened with it."""
        rest = self.sentences()[1:]
        return (Verdict(rest),) if rest else ()

    def table(self) -> TableView:
        """Return the answer as a table."""
        raise self._has_no("table")

    def plot(self, ax: Any = None) -> Any:  # noqa: ARG002
        """Draw the answer on axes (new ones if none are given) and return them."""
        raise self._has_no("plot")

    def finding(self) -> str:
        """Return what the figure shows, in a sentence of at most twelve words; "" where nothing is claimed.

        It claims no more than the intervals and tests of the answer carry.
        """
        return ""

    def figure(self) -> FigureView:
        """Return the plot with its finding, caption and alternative text."""
        raise self._has_no("figure")

    def views(self) -> tuple[View, ...]:
        """Return what a report shows, in order: verdict, figures, tables, notes, record."""
        raise self._has_no("view")  # pragma: no cover - every subclass has some

    def _has_no(self, what: str) -> UsageError:
        return UsageError(
            f"{type(self.answer).__name__} has no {what}", hint="Its views() are all that it shows."
        )

    # Values with their intervals.

    def level(self, confidence: float) -> str:
        """Return a confidence as it was set: "95%", "99.5%"."""
        return self.form.goal(confidence, "%")

    def interval_head(self, confidence: float, group: str | None = None, align: Align = "right") -> Column:
        """Return the head of a column of intervals."""
        return Column(self.say("{level} interval", level=self.level(confidence)), align, group)

    def value(self, e: Estimate, unit: str = "") -> str:
        """Return an estimate with the digits its interval justifies."""
        return self.form.value(e.value, unit or e.kpi.unit, e.low, e.high)

    def interval(self, e: Estimate, unit: str = "") -> str:
        """Return the two ends of an estimate's interval."""
        return self.form.interval(e.low, e.high, unit or e.kpi.unit, value=e.value)

    def told(self, **estimates: Estimate) -> dict[str, str]:
        """Return estimates by name and their intervals by name and ``_interval``: fields of a message."""
        fields: dict[str, str] = {}
        for name, e in estimates.items():
            fields[name] = self.value(e)
            fields[f"{name}_interval"] = self.interval(e)
        return fields

    def change(self, moved: HasEstimate, unit: str) -> dict[str, str]:
        """Return a change and its interval as the fields ``change`` and ``interval`` of a message."""
        return {
            "change": self.form.change(moved.estimate, unit, moved.low, moved.high),
            "interval": self.form.interval(moved.low, moved.high, unit, change=True, value=moved.estimate),
        }

    def alike(self, column: Sequence[Estimate]) -> list[str]:
        """Return a table column's values, all with the digits its median one justifies."""
        return self.voice.alike(column)

    # Names.

    def kpi(self, kpi: KPI) -> str:
        """Return the name of a KPI."""
        return kpi.label[self.voice.language]

    def label(self, name: object) -> str:
        """Return the label of a campaign, list or agent."""
        return self.voice.label(name)

    def first(self, names: Sequence[str], most: int) -> list[str]:
        """Return the first few names, with the number of the others as the last item.

        If a list is not separated by commas, join them as the message requires.
        """
        left = len(names) - most
        return [*names[:most], *([self.say("{n} more", n=left)] if left > 0 else [])]

    def some(self, names: Sequence[str], most: int) -> str:
        """Return "Ann, Bob, 3 more"."""
        return ", ".join(self.first(names, most))

    # Sentences, figures and tables.

    def difference(
        self, kpi: str, name: str, control: str, contrast: HasInterval, unit: str, **how: Any
    ) -> Sentence:
        """State whether a group is better or worse than another: :func:`callstats.show.verdicts.difference`.

        ``contrast`` has an ``estimate``, ``low`` and ``high``, such as a Change.
        """
        ends = {end: getattr(contrast, end) for end in ("estimate", "low", "high")}
        return verdicts.difference(kpi, name, control, self.form, **ends, unit=unit, **how)

    def captioned(self, caption: str) -> FigureView:
        """Return the plot with finding and caption; its alternative text adds the sentences."""
        spoken = " ".join([f"{caption}.", *(s.text for s in self.sentences())])
        return figure(self.plot(), caption, spoken, self.finding())

    def interval_plot(self, labels: Sequence[str], estimates: Sequence[Estimate], **options: Any) -> Any:
        """Draw estimates with their intervals; options as for :func:`callstats.show.plots.interval_plot`."""
        from callstats.show.plots import interval_plot

        values, lows, highs = ([getattr(e, part) for e in estimates] for part in ("value", "low", "high"))
        return interval_plot(labels, values, lows, highs, formatter=self.form, **options)

    def movement(
        self, kpi: str, moved: HasEstimate, unit: str, since: str, direction: str = "neutral"
    ) -> Sentence:
        """State how a figure changed since another period: :func:`callstats.show.verdicts.change`."""
        ends = {end: getattr(moved, end) for end in ("estimate", "low", "high")}
        return verdicts.change(kpi, self.form, **ends, unit=unit, since=since, direction=direction)

    def notes(self, notes: Iterable[str]) -> tuple[Note, ...]:
        """Return notes in place of what could not be shown."""
        return tuple(Note(note) for note in notes)

    def estimates_table(
        self,
        caption: str,
        rows: Iterable[tuple[str, Estimate | float, Estimate | float | None]],
        *,
        confidence: float,
        period: str,
        before: str = "",
        head: str = "",
    ) -> TableView:
        """Return estimates (or amounts of money) with their intervals, with the previous period's in grey.

        Parameters
        ----------
        caption : str
        rows : iterable of (str, Estimate or float, Estimate or float or None)
            Label, now, and before.
        confidence : float
            Of the intervals.
        period, before : str
            Column heads; without ``before`` there is no third one.
        head : str
            Of the labels; "Indicator" if omitted.
        """
        heads = [
            Column(head or self.say("Indicator")),
            Column(period, "right"),
            self.interval_head(confidence),
        ]
        heads += [Column(before, "right")] if before else []
        return TableView(caption, heads, [self._estimate_row(*row, bool(before)) for row in rows])

    def _estimate_row(
        self, label: str, now: Estimate | float, then: Estimate | float | None, compared: bool
    ) -> list[Cell]:
        if isinstance(now, Estimate):
            cells = [Cell(label), Cell(self.value(now), strong=True), Cell(self.interval(now))]
            was = (
                self.form.value(then.value, now.kpi.unit, now.low, now.high)
                if isinstance(then, Estimate)
                else self.form.money(None)
            )
        else:
            cells = [Cell(label), Cell(self.form.money(now), strong=True), Cell("")]
            was = self.form.money(then)  # type: ignore[arg-type]
        return [*cells, *([Cell(was, tone="grey")] if compared else [])]


@tells(Section)
class SectionTelling(Telling[Section]):
    """A section needs no telling: it consists of existing views."""

    def views(self) -> tuple[View, ...]:
        """Return the views, in order."""
        return self.answer.shown


def shorten(view: TableView, most: int, note: str) -> TableView:
    """Return a table with its first rows, and a note on any others."""
    if len(view.rows) <= most:
        return view
    return TableView(view.caption, view.columns, view.rows[:most], (*view.notes, note))
