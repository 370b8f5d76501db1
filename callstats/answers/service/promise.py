"""Is the promise kept: the service level under each usual definition, and day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.trend import Trend, trend
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Change, Estimate, change, estimates
from callstats.answers.core.voice import Voice
from callstats.config import Target
from callstats.kpis.service import LEVELS
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.key_figures import goal_words
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope

#: The strictest first: what callstats reports where no definition is named.
NAMES = tuple(kpi.name for kpi in LEVELS)
SERVICE_LEVEL = NAMES[0]
#: What each definition does with callers who hang up, short enough for a plot.
_ABANDONED = {
    "service_level": mark("abandoned: missed"),
    "service_level_positive": mark("abandoned in time: met"),
    "service_level_exclude_all": mark("abandoned: left out"),
    "service_level_ignore_within": mark("abandoned in time: left out"),
    "service_level_short": mark("abandoned within {time}: met"),
}


@dataclass(frozen=True)
class Promise(Answer):
    """The service level of a period.

    Attributes
    ----------
    within_s, short_s : float
        What "in time" is, and what a misdialled call is at most [s].
    target : Target
    levels, earlier : mapping of str to Estimate
        By definition, in the period and in the one compared with.
    days : Trend
        The strictest definition day by day.
    """

    voice: Voice
    period: str
    before: str
    within_s: float
    short_s: float
    target: Target
    levels: Mapping[str, Estimate]
    earlier: Mapping[str, Estimate]
    days: Trend
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, value, low, high, numerator, denominator, before, change, change_low, change_high."""
        import pandas as pd

        rows = [(name, e.value, e.low, e.high, e.numerator, e.denominator) for name, e in self.levels.items()]
        moved = [self._change(name) for name in self.levels]
        frame = pd.DataFrame(rows, columns=["kpi", "value", "low", "high", "numerator", "denominator"])
        frame["before"] = [self.earlier[n].value if n in self.earlier else None for n in self.levels]
        for column, part in (("change", "estimate"), ("change_low", "low"), ("change_high", "high")):
            frame[column] = [getattr(one, part) for one in moved]
        return frame

    def _change(self, name: str) -> Change:
        return change(self.levels[name], self.earlier.get(name))

    @property
    def known(self) -> tuple[Estimate, ...]:
        """The definitions that the data allow."""
        return tuple(e for e in self.levels.values() if e.known)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the month reads under each definition, then the days that were different."""
        if not self.known:
            return ()
        return (self._spread(), *self.days.sentences)

    def _spread(self) -> Sentence:
        _ = self.voice.say
        values = dict(zip((e.kpi.name for e in self.known), self.voice.alike(self.known), strict=True))
        low, high = (pick(self.known, key=lambda e: e.value) for pick in (min, max))
        text = _(
            "By definition alone the same calls read anything from {low} ({first}) to {high} ({last})",
            low=values[low.kpi.name],
            high=values[high.kpi.name],
            first=self._named(low),
            last=self._named(high),
        )
        goal = goal_words(self.target.low, self.target.high, "%", self.voice.form)
        if not goal or self.target.low is None or any(unknown(e.low) for e in self.known):
            return Sentence(f"{text}.")
        met = sum(e.low >= self.target.low for e in self.known)
        missed = sum(e.high < self.target.low for e in self.known)
        if met == len(self.known):
            return Sentence(_("{what}; the target ({goal}) is met under each of them.", what=text, goal=goal))
        if missed == len(self.known):
            return Sentence(_("{what}; the target ({goal}) is missed under each.", what=text, goal=goal))
        return Sentence(
            _("{what}; whether the target ({goal}) is met depends on it.", what=text, goal=goal), "unknown"
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the definitions with their intervals against the target."""
        from callstats.show.plots import interval_plot

        return interval_plot(
            [self._named(e) for e in self.known],
            [e.value for e in self.known],
            [e.low for e in self.known],
            [e.high for e in self.known],
            unit="%",
            formatter=self.voice.form,
            label=self._label(),
            reference=self.target.low,
            reference_label=self.voice.say("target"),
            highlight=[self._named(e) for e in self.known if e.kpi.name == SERVICE_LEVEL],
            sort=False,
            ax=ax,
        )

    def _named(self, level: Estimate) -> str:
        """Return what the definition does with callers who hang up."""
        time = self.voice.form.goal(self.short_s, "s")
        return self.voice.say(_ABANDONED[level.kpi.name], time=time)

    def _label(self) -> str:
        within = self.voice.form.goal(self.within_s, "s")
        return self.voice.say("share answered within {time}", time=within)

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        told = ", ".join(f"{self._named(e)} {form.percent(e.value)}" for e in self.known)
        caption = _("Service level under each usual definition, {period}", period=self.period)
        return figure(self.plot(), caption, _("Service level by definition: {values}.", values=told))

    def table(self) -> TableView:
        """Return the definitions with what they are made of and the period compared with."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("Definition")), Column(_("In time"), "right"), Column(_("Of"), "right")]
        heads += [Column(self.period, "right"), Column(_("95% interval"), "right")]
        heads += [Column(self.before, "right")] if self.before else []
        values, then = self.voice.alike(self.known), self._then()
        lines = [
            [
                Cell(self._named(e), strong=e.kpi.name == SERVICE_LEVEL),
                form.number(e.numerator),
                form.number(e.denominator),
                Cell(value, strong=True),
                form.interval(e.low, e.high, "%", value=e.value),
                *([Cell(earlier, tone="grey")] if self.before else []),
            ]
            for e, value, earlier in zip(self.known, values, then, strict=True)
        ]
        return TableView(
            _("Service level under each usual definition, {period}", period=self.period), heads, lines
        )

    def _then(self) -> list[str]:
        form = self.voice.form
        found = [self.earlier.get(e.kpi.name) for e in self.known]
        return form.column([e.value if e else None for e in found], "%")

    def views(self) -> tuple[View, ...]:
        """Return the definitions, the days, the sentences and what could not be computed."""
        notes = tuple(Note(note) for note in (*self.notes, *self.days.notes))
        if not self.known:
            return notes
        days = [self.days.figure()] if self.days.charts else []
        return (self.figure(), *days, self.verdict, *notes)


def promise(about: Scope) -> Promise:
    """Return the service level of a period under each definition, and by day."""
    now = estimates(about.now, NAMES)
    earlier = estimates(about.before, NAMES) if about.before is not None else {}
    config = about.now.config
    voice = about.voice
    return Promise(
        voice,
        about.label,
        about.earlier_label,
        config.setting("answer_within_s", 20),
        config.setting("short_abandon_s", 5),
        config.targets.get(SERVICE_LEVEL, Target()),
        now,
        earlier,
        _days(about, now[SERVICE_LEVEL]),
        _notes(voice, now),
    )


def _notes(voice: Voice, levels: Mapping[str, Estimate]) -> tuple[str, ...]:
    """Return why definitions cannot be told, a line a reason; one line where none of them can."""
    unknowns = [e for e in levels.values() if not e.known]
    if len(unknowns) == len(levels):
        unknowns = unknowns[:1]
    first = {e.note: e for e in reversed(unknowns)}
    return tuple(voice.note(e.kpi, e.note) for e in unknowns if first[e.note] is e)


def _days(about: Scope, level: Estimate) -> Trend:
    """Return the chart by day; nothing where the level itself is not known, for which one line is enough."""
    if not level.known:
        return Trend(about.voice, about.label, ())
    return trend(about.now, kpis=(SERVICE_LEVEL,))
