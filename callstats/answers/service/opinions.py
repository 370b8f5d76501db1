"""What callers say: satisfaction and recommendation, and how many of those asked said anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Change, Estimate, change, estimates, estimates_by
from callstats.answers.core.voice import Voice
from callstats.answers.service.rows import received
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope

#: What is asked, and the KPI that says how many answered.
QUESTIONS: Mapping[str, str] = {"csat": "csat_response_rate", "nps": "nps_response_rate"}
#: Response under which those who answer may well be unlike the others.
LOW_RESPONSE = 0.5
#: Weeks with fewer answers are not drawn: their interval would be all that is seen.
FEWEST_ANSWERS = 10


@dataclass(frozen=True)
class Opinions(Answer):
    """Satisfaction and recommendation with their response rates.

    Attributes
    ----------
    now, earlier : mapping of str to Estimate
        Both questions and both response rates, by KPI; in the period compared with.
    weeks : mapping of str to mapping of str to Estimate
        By KPI and week (2026-W36).
    """

    voice: Voice
    period: str
    before: str
    now: Mapping[str, Estimate]
    earlier: Mapping[str, Estimate]
    weeks: Mapping[str, Mapping[str, Estimate]]
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """The questions that callers answered."""
        return tuple(name for name in QUESTIONS if self.now[name].known)

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, asked, answered, response, value, low, high, before: a row a question."""
        import pandas as pd

        rows = []
        for name in self.known:
            e, response = self.now[name], self.now[QUESTIONS[name]]
            then = self.earlier[name].value if name in self.earlier else None
            asked = (response.denominator, e.denominator, response.value)
            rows.append((name, *asked, e.value, e.low, e.high, then))
        columns = ["kpi", "asked", "answered", "response", "value", "low", "high", "before"]
        return pd.DataFrame(rows, columns=columns)

    def weeks_frame(self) -> pd.DataFrame:
        """Return kpi, week, value, low, high, n: a row a question and week."""
        import pandas as pd

        rows = [
            (name, week, e.value, e.low, e.high, e.n)
            for name, found in self.weeks.items()
            for week, e in found.items()
        ]
        return pd.DataFrame(rows, columns=["kpi", "week", "value", "low", "high", "n"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What those who answered say, and that the others said nothing."""
        return tuple(self._of(name) for name in self.known)

    def _of(self, name: str) -> Sentence:
        _, form, e, response = self.voice.say, self.voice.form, self.now[name], self.now[QUESTIONS[name]]
        said = {
            "kpi": e.kpi.label[self.voice.language],
            "value": form.value(e.value, e.kpi.unit, e.low, e.high),
            "interval": form.interval(e.low, e.high, e.kpi.unit, value=e.value),
            "share": form.percent(response.value, 0),
        }
        if not response.known:
            return Sentence(_("{kpi}: {value} ({interval}) among those who answered.", **said))
        if response.value < LOW_RESPONSE:
            text = _(
                "{kpi}: {value} ({interval}) among those who answered, which is {share} of those asked; "
                "what the others think is not known.",
                **said,
            )
            return Sentence(text, "unknown")
        text = _("{kpi}: {value} ({interval}) among the {share} of those asked who answered.", **said)
        return Sentence(text)

    def plot(self, kpi: str = "csat", ax: Any = None) -> Any:
        """Draw one question by week with its intervals, against the whole period."""
        from callstats.show.plots import interval_plot

        found, whole = self.weeks[kpi], self.now[kpi]
        return interval_plot(
            [self._week(week) for week in found],
            [e.value for e in found.values()],
            [e.low for e in found.values()],
            [e.high for e in found.values()],
            unit=whole.kpi.unit,
            formatter=self.voice.form,
            label=whole.kpi.label[self.voice.language],
            n=[e.n for e in found.values()],
            reference=whole.value,
            reference_label=self.period,
            sort=False,
            ax=ax,
        )

    def _week(self, week: str) -> str:
        """Return a week as its number: "week 36"."""
        return self.voice.say("week {n}", n=int(week[-2:]))

    def figure(self, kpi: str = "csat") -> FigureView:
        """Return the plot of one question by week with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        label, unit = self.now[kpi].kpi.label[self.voice.language], self.now[kpi].kpi.unit
        told = ", ".join(
            f"{self._week(week)} {form.value(e.value, unit, e.low, e.high)}"
            for week, e in self.weeks[kpi].items()
        )
        caption = _("{kpi} by week with 95% intervals, {period}", kpi=label, period=self.period)
        return figure(self.plot(kpi), caption, _("{kpi} by week: {values}.", kpi=label, values=told))

    def table(self) -> TableView:
        """Return the questions: asked, answered, response, result and change."""
        _ = self.voice.say
        heads = [_("Asked"), _("Answered"), _("Response"), self.period]
        heads += [self.before, _("Change")] if self.before else []
        columns = [Column(_("Question")), *(Column(head, "right") for head in heads)]
        lines = [self._line(name) for name in self.known]
        caption = _("What callers say, {period}", period=self.period)
        return TableView(caption, columns, lines, (_("Beneath: 95% interval."),))

    def _line(self, name: str) -> list[Cell | str]:
        form, e, response = self.voice.form, self.now[name], self.now[QUESTIONS[name]]
        unit = e.kpi.unit
        cells: list[Cell | str] = [
            e.kpi.label[self.voice.language],
            form.number(response.denominator),
            form.number(e.denominator),
            form.percent(response.value, 0),
            self._told(
                form.value(e.value, unit, e.low, e.high), form.interval(e.low, e.high, unit, value=e.value)
            ),
        ]
        if not self.before:
            return cells
        then = self.earlier.get(name)
        moved = change(e, then) if then else Change()
        written = form.value(then.value, unit, then.low, then.high) if then else form.number(None)
        delta = form.change(moved.estimate, unit, moved.low, moved.high)
        ends = form.interval(moved.low, moved.high, unit, change=True, value=moved.estimate)
        return [*cells, Cell(written, tone="grey"), Cell(delta, under=(ends,))]

    def _told(self, value: str, ends: str) -> Cell:
        return Cell(value, strong=True, under=(ends,))

    def views(self) -> tuple[View, ...]:
        """Return the questions, satisfaction by week, the caution and what nobody was asked."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.known:
            return notes
        weeks = [self.figure(name) for name in self.known if len(self.weeks.get(name, {})) > 1]
        return (self.table(), *weeks[:1], self.verdict, *notes)


def opinions(about: Scope) -> Opinions:
    """Return what the callers of a period say."""
    asked = [*QUESTIONS, *QUESTIONS.values()]
    dataset = received(about.now)
    now = estimates(dataset, asked)
    earlier = estimates(received(about.before), asked) if about.before is not None else {}
    known = [name for name in QUESTIONS if now[name].known]
    notes = tuple(about.voice.note(now[name].kpi, now[name].note) for name in QUESTIONS if name not in known)
    weeks = _weeks(dataset, known)
    return Opinions(about.voice, about.label, about.earlier_label, now, earlier, weeks, notes)


def _weeks(dataset: Any, names: list[str]) -> dict[str, dict[str, Estimate]]:
    if not names or not dataset.reaches("surveys", "week"):
        return {}
    found = estimates_by(dataset, names, ["week"])
    return {
        name: {
            str(week): group[name]
            for (week,), group in sorted(found.items(), key=lambda item: str(item[0][0]))
            if week is not None and group[name].denominator >= FEWEST_ANSWERS
        }
        for name in names
    }
