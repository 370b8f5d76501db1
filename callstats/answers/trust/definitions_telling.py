"""How a term's definitions are presented: how far apart they are, and who uses which."""

from __future__ import annotations

from typing import Any

from callstats.answers.core.telling import (
    Column,
    FigureView,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)
from callstats.answers.trust.definitions import Definitions
from callstats.kpis.translations import words


@tells(Definitions)
class DefinitionsTelling(Telling[Definitions]):
    """Presents one term under all its usual definitions."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how far apart the definitions are."""
        _, values = self.say, self.answer.comparable
        if len(values) < 2:
            return ()
        low, high = values[0], values[-1]
        fields = {
            "word": self._word(),
            "low": self.value(low),
            "high": self.value(high),
            "first": self.kpi(low.kpi),
            "last": self.kpi(high.kpi),
        }
        text = _('"{word}" is anything from {low} ({first}) to {high} ({last}) on these data', **fields)
        spread = self.answer.spread
        if spread > 1:
            times = _("{times} times as much, by definition alone", times=self.form.number(spread, 1))
            text = _.headed(text, times)
        return (Sentence(f"{text}."),)

    def finding(self) -> str:
        """State how many times the lowest the highest is."""
        spread = self.answer.spread
        if not spread > 1:
            return ""
        return self.say("The highest is {times} times the lowest.", times=self.form.number(spread, 1))

    def plot(self, ax: Any = None) -> Any:
        """Draw the values in one unit with their intervals."""
        from callstats.show.plots import interval_plot

        values = self.answer.comparable
        return interval_plot(
            [self.kpi(e.kpi) for e in values],
            [e.value for e in values],
            [e.low for e in values],
            [e.high for e in values],
            unit=values[0].kpi.unit if values else "n",
            label=self._word(),
            formatter=self.form,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        spoken = " ".join(sentence.text for sentence in self.sentences())
        caption = self._caption()
        return figure(self.plot(), caption, f"{caption}. {spoken}".strip(), self.finding())

    def table(self) -> TableView:
        """Return the definitions with value, interval, formula and who uses them."""
        _, term = self.say, words(self.voice.language).term
        heads = [
            Column(_("Definition")),
            Column(_("Value"), "right"),
            self.interval_head(self.answer.confidence),
            Column(_("Formula")),
            Column(_("Used by")),
        ]
        lines = [
            [
                self.kpi(e.kpi),
                self.value(e),
                self.interval(e),
                e.kpi.formula.spelled(term),
                _(definition.users) if definition.users else "",
            ]
            for e, definition in zip(self.answer.values, self.answer.family.definitions, strict=True)
            if e.known
        ]
        return TableView(self._caption(), heads, lines)

    def _word(self) -> str:
        return self.say(self.answer.family.label)

    def _caption(self) -> str:
        return self.say("{word} by definition, {period}", word=self._word(), period=self.answer.period)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the plot, the table and what could not be computed."""
        answer = self.answer
        shown: list[View] = [answer.verdict, self.figure()] if len(answer.comparable) > 1 else []
        shown += [self.table()] if any(e.known for e in answer.values) else []
        missing = [self.voice.note(e.kpi, e.note) for e in answer.values if not e.known]
        return (*shown, *self.notes(missing))
