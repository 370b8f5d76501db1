"""How lists are presented: differences KPI by KPI, and what prevents a comparison."""

from __future__ import annotations

from typing import Any

from callstats.answers.campaign.lists import Lists
from callstats.answers.campaign.lists_numbers import Contrast, known_of_several
from callstats.answers.core.estimates import Change
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)
from callstats.kpis import get
from callstats.kpis.define import KPI
from callstats.show.verdicts import not_comparable


@tells(Lists)
class ListsTelling(Telling[Lists]):
    """How lists side by side are presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how the lists differ, KPI by KPI, then what prevents a comparison."""
        differences = [
            sentence
            for name, contrasts in self.answer.contrasts.items()
            for sentence in self._differences(get(name), contrasts)
        ]
        return (*differences, *self._cautions())

    def _differences(self, kpi: KPI, contrasts: tuple[Contrast, ...]) -> list[Sentence]:
        """Name the lists that differ, at most three; else state that none is shown to."""
        if not contrasts:
            return []
        certain = [c for c in contrasts if c.certain][:3]
        if certain or len(contrasts) == 1:
            return [self._difference(kpi, c) for c in certain or contrasts]
        ends = min(c.low for c in contrasts), max(c.high for c in contrasts)
        text = self.say(
            "{kpi}: no evidence that any list differs from the others; "
            "the data allow anything from {interval}.",
            kpi=self.kpi(kpi),
            interval=self.form.interval(*ends, kpi.unit, change=True),
        )
        return [Sentence(text)]

    def _difference(self, kpi: KPI, c: Contrast) -> Sentence:
        """State how a list differs from the others; with two lists, how the higher one does."""
        kpi_label, others = self.kpi(kpi), c.others
        if len(others) != 1:
            return self.difference(kpi_label, self.label(c.group), self.say("the other lists"), c, kpi.unit)
        first, second, change = c.group, others[0], Change(c.estimate, c.low, c.high)
        if c.estimate < 0:
            first, second, change = second, first, Change(-c.estimate, -c.high, -c.low)
        return self.difference(kpi_label, self.label(first), self.label(second), change, kpi.unit)

    def _cautions(self) -> list[Sentence]:
        """State why the lists cannot be compared, and what a comparison does not allow for."""
        _, cautions = self.say, []
        if self.answer.different_depth:
            text = _(
                "The lists were dialled to different depth: answer rates are compared on first attempts only."
            )
            cautions.append(Sentence(text, "unknown"))
        if self.answer.own_agents:
            kpi = self.kpi(get("conversion_per_conversation"))
            why = _("each list was worked by its own agents, so list and agents cannot be told apart")
            first, second = (self.label(one.list_id) for one in self.answer.lists[:2])
            cautions.append(not_comparable(kpi, first, second, why, self.form))
        return cautions

    def _finding(self, kpi: str) -> str:
        """State which list leads on a KPI, or which differs most clearly from the others, if one does."""
        _, contrasts = self.say, self.answer.contrasts.get(kpi, ())
        if not contrasts:
            return ""
        first = contrasts[0]
        if not first.certain:
            return _("No list stands out.")
        drawn = {one.list_id: one.kpis[kpi] for one in self.answer.lists}
        if len(first.others) > 1:
            fields = {"name": self.label(first.group), "value": self.value(drawn[first.group])}
            if first.estimate > 0:
                return _("{name} is above the other lists: {value}.", **fields)
            return _("{name} is below the other lists: {value}.", **fields)
        ahead, behind = (first.group, *first.others) if first.estimate > 0 else (*first.others, first.group)
        if self.answer.different_depth and not drawn[ahead].value > drawn[behind].value:
            return _("{name} leads at the first attempt.", name=self.label(ahead))
        return _(
            "{name} leads: {value} against {other}.",
            name=self.label(ahead),
            value=self.value(drawn[ahead]),
            other=self.value(drawn[behind]),
        )

    def plot(self, kpi: str = "answer_rate", ax: Any = None) -> Any:
        """Draw one KPI by list with its intervals."""
        from callstats.show.plots import interval_plot

        drawn = [figures.kpis[kpi] for figures in self.answer.lists]
        return interval_plot(
            [self.label(figures.list_id) for figures in self.answer.lists],
            [e.value for e in drawn],
            [e.low for e in drawn],
            [e.high for e in drawn],
            unit=drawn[0].kpi.unit,
            label=self.kpi(drawn[0].kpi),
            formatter=self.form,
            n=[e.n for e in drawn],
            ax=ax,
        )

    def figure(self, kpi: str = "answer_rate") -> FigureView:
        """Return the plot of one KPI with its finding, caption and alternative text."""
        _ = self.say
        drawn = [(self.label(one.list_id), one.kpis[kpi]) for one in self.answer.lists]
        words = ", ".join(f"{label} {self.value(e)}" for label, e in drawn[:10] if e.known)
        label = self.kpi(drawn[0][1].kpi)
        caption = _(
            "{kpi} by list, {period}, with {level} intervals",
            kpi=label,
            period=self.answer.period,
            level=self.level(drawn[0][1].confidence),
        )
        spoken = _("{kpi} by list: {values}.", kpi=label, values=words)
        return figure(self.plot(kpi), caption, spoken, self._finding(kpi))

    def table(self) -> TableView:
        """Return the lists side by side."""
        _ = self.say
        shown = [n for n in self._names() if any(figures.kpis[n].known for figures in self.answer.lists)]
        labels = [self.kpi(self.answer.lists[0].kpis[name].kpi) for name in shown]
        heads = [Column(_("List")), *(Column(label, "right") for label in labels)]
        extra = [self._effects(), self._left()]
        heads += [Column(head, "right") for head, cells in extra if cells]
        columns = [self.alike([figures.kpis[name] for figures in self.answer.lists]) for name in shown]
        lines = [
            [
                Cell(self.label(figures.list_id), strong=True),
                *(Cell(column[row]) for column in columns),
                *(Cell(cells[row]) for _head, cells in extra if cells),
            ]
            for row, figures in enumerate(self.answer.lists)
        ]
        caption = _("Lists side by side, {period}", period=self.answer.period)
        return TableView(caption, heads, lines, self._footnotes(bool(extra[0][1]), bool(extra[1][1])))

    def _effects(self) -> tuple[str, list[str]]:
        """Return head and cells of the design effects; no cells if none is known."""
        form, effects = self.form, [one.design_effect for one in self.answer.lists]
        written = [form.number(e, 1) if e > 0 else form.number(None) for e in effects]
        return self.say("Design effect"), written if any(e > 0 for e in effects) else []

    def _left(self) -> tuple[str, list[str]]:
        """Return head and cells of the callable share; no cells if unknown."""
        shares = [one.callable_share for one in self.answer.lists]
        known = any(share >= 0 for share in shares)
        return self.say("Still callable"), [self.form.percent(s) for s in shares] if known else []

    def _footnotes(self, effects: bool, left: bool) -> tuple[str, ...]:
        _ = self.say
        first = _(
            "Design effect: how many times dialling a contact several times widens the variance of the "
            "answer rate."
        )
        second = _("Still callable: contacts loaded and not closed by the end of the period.")
        return (*([first] if effects else []), *([second] if left else []))

    def _names(self) -> list[str]:
        return list(self.answer.lists[0].kpis)

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the plot, the table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        if not self.answer.lists:
            return notes
        shown: list[View] = [self.answer.verdict] if self.sentences() else []
        drawn = next((name for name in self._names() if known_of_several(self.answer.lists, name)), None)
        if drawn is not None:
            shown.append(self.figure(drawn))
        return (*shown, self.table(), *notes)
