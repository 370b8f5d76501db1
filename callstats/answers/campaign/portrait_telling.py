"""How a portrait is presented: cards of its key figures, under what they add up to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callstats.answers.campaign.opening_telling import Opening
from callstats.answers.campaign.portrait import Portrait
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.campaign.target_progress_telling import progress_words
from callstats.answers.core.telling import KeyFigure, Note, Sentence, Telling, Verdict, View, tells
from callstats.show.display import KeyFigures, Record
from callstats.show.key_figures import key_figure


@tells(Portrait)
class PortraitTelling(Telling[Portrait]):
    """Cards of the key figures, and at most three sentences."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State at most three things: what was earned, why it changed, what to do next."""
        return Opening(self.answer).sentences()

    def verdict(self) -> Verdict:
        """Return the headline and the sentences."""
        opening = Opening(self.answer)
        nothing = Sentence(self.say("Too little data for a verdict."), "unknown")
        return Verdict(opening.sentences() or [nothing], opening.headline())

    def key_figures(self) -> KeyFigures:
        """Return the figures as cards."""
        _, answer = self.say, self.answer
        fields = {"period": answer.period, "level": self.level(answer.confidence)}
        caption = _("{period}, with {level} intervals", **fields)
        if answer.earlier:
            caption = _(
                "{period}, with {level} intervals; change since {before}", before=answer.earlier, **fields
            )
        lines = self._lines()
        caption = _.joined([caption, lines] if lines else [caption])
        return KeyFigures([self._card(answer.figures[name]) for name in answer.shown], caption)

    def _lines(self) -> str:
        """Return what the small lines in the cards are; "" if there are none."""
        recent = self.answer.recent
        if recent is None:
            return ""
        n = len(next(iter(recent.values.values()), ()))
        if recent.by == "month":
            return self.say.ngettext("small lines: the last {n} month", "small lines: the last {n} months", n)
        return self.say.ngettext(
            "small lines: the last {n} whole week", "small lines: the last {n} whole weeks", n
        )

    def _card(self, f: Figure) -> KeyFigure:
        moved, recent = f.change, self.answer.recent
        least, most = f.limits
        card = key_figure(
            f.kpi.name,
            self.kpi(f.kpi),
            f.kpi.unit,
            f.now.value,
            self.form,
            low=f.now.low,
            high=f.now.high,
            n=f.now.n,
            target_low=least,
            target_high=most,
            change=moved.estimate,
            change_low=moved.low,
            change_high=moved.high,
            met=f.met,
            recent=() if recent is None else recent.values.get(f.kpi.name, ()),
            direction=f.kpi.direction,
            note=self.voice.doubts(f.now.note) if f.now.known else self.voice.reason(f.now.note),
        )
        return replace(card, target=progress_words(f, self.voice)) if f.progress is not None else card

    def plot(self, kpi: str = "answer_rate", ax: Any = None) -> Any:
        """Draw one figure now and before, with intervals and target."""
        from callstats.show.plots import interval_plot

        answer, f = self.answer, self.answer.figures[kpi]
        drawn = [(answer.period, f.now), *([(answer.earlier, f.before)] if f.before else [])]
        least, most = f.limits
        reference = most if least is None else least
        return interval_plot(
            [label for label, _ in drawn],
            [e.value for _, e in drawn],
            [e.low for _, e in drawn],
            [e.high for _, e in drawn],
            unit=f.kpi.unit,
            label=self.kpi(f.kpi),
            formatter=self.form,
            reference=reference,
            reference_label=self.say("target"),
            sort=False,
            ax=ax,
        )

    def record(self) -> Record:
        """Return the figures in full precision, for the report's JSON."""
        kpis = {name: _plain(f.row()) for name, f in self.answer.figures.items()}
        compared = {"period": self.answer.period, "compared_with": self.answer.earlier}
        return Record({**compared, "kpis": kpis})

    def views(self) -> tuple[View, ...]:
        """Return the cards, a note if there is nothing to compare with, and the record."""
        notes = [Note(self.answer.note)] if self.answer.note else []
        return (self.key_figures(), *notes, self.record())


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a figure without its name; null for nan, which JSON lacks."""
    return {k: None if isinstance(v, float) and v != v else v for k, v in row.items() if k != "kpi"}  # noqa: PLR0124
