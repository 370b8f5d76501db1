"""How a funnel is presented: one bar per step, and which step changed."""

from __future__ import annotations

from typing import Any

from callstats.answers.campaign.funnel import Funnel
from callstats.answers.core.telling import FigureView, Note, Sentence, Telling, View, figure, tells


@tells(Funnel)
class FunnelTelling(Telling[Funnel]):
    """One bar per step with its rate, the outcome of the dials, and which step changed."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State the outcome of the dials, and which step changed beyond the usual variation."""
        if len(self.answer.steps) < 2 or not self.answer.steps[0].count:
            return ()
        return (self._passage(), *([self._movement()] if self.answer.earlier else []))

    def _passage(self) -> Sentence:
        _, form = self.say, self.form
        first, last = self.answer.steps[0], self.answer.steps[-1]
        text = _.ngettext(
            "Of {dials} dial, {count} ({share}) came to the last step: {step}.",
            "Of {dials} dials, {count} ({share}) came to the last step: {step}.",
            first.count,
            dials=form.number(first.count),
            count=form.number(last.count),
            share=form.percent(last.count / first.count),
            step=last.label,
        )
        return Sentence(text)

    def _movement(self) -> Sentence:
        _ = self.say
        moved = [step for step in self.answer.steps if step.change.certain]
        if not moved:
            text = _("Every step is within the usual variation since {since}.", since=self.answer.earlier)
            return Sentence(text)
        moved.sort(key=lambda step: -abs(step.change.estimate / (step.earlier.value or 1)))  # type: ignore[union-attr]
        most = moved[0].change
        fields = {"step": moved[0].label, "since": self.answer.earlier, **self.change(most, "%")}
        if most.estimate > 0:
            text = _("The step that moved most since {since}: {step}, up {change} ({interval}).", **fields)
            return Sentence(text, "good")
        text = _("The step that moved most since {since}: {step}, down {change} ({interval}).", **fields)
        return Sentence(text, "bad")

    def finding(self) -> str:
        """Name the step at which most dials are lost, as far as the intervals of the rates tell it."""
        step = self.answer.costliest
        if len(self.answer.steps) < 3:
            return ""
        if step is None:
            return self.say("No step loses clearly more than the others.")
        share = self.form.percent(step.lost / self.answer.steps[0].count, 0)
        return self.say('Most is lost at "{step}": {share} of the dials.', step=step.label, share=share)

    def plot(self, ax: Any = None) -> Any:
        """Draw a bar per step, the comparison period in grey behind it."""
        from callstats.show.plots import funnel_bars

        steps, compared = self.answer.steps, bool(self.answer.earlier)
        rates = [step.rate for step in steps]
        return funnel_bars(
            [step.label for step in steps],
            [step.count for step in steps],
            formatter=self.form,
            rates=[rate.value if rate else None for rate in rates],
            lows=[rate.low if rate else None for rate in rates],
            highs=[rate.high if rate else None for rate in rates],
            previous=[s.earlier.value if s.earlier else None for s in steps] if compared else None,
            previous_label=self.answer.earlier,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its finding, caption and alternative text."""
        _ = self.say
        period, earlier = self.answer.period, self.answer.earlier
        caption = _("From dial to success, {period}: rate of each step with its interval", period=period)
        if earlier:
            caption += _("; {earlier} in grey", earlier=earlier)
        return figure(self.plot(), caption, self._words(), self.finding())

    def _words(self) -> str:
        _, form = self.say, self.form
        first, *others = self.answer.steps
        steps = [f"{first.label} {form.number(first.count)}"]
        for step in others:
            share = self.value(step.rate) if step.rate else ""
            steps.append(f"{step.label} {form.number(step.count)} ({share})")
        listed = ", ".join(steps)
        return _("Funnel of the calls in {period}: {steps}.", period=self.answer.period, steps=listed)

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the figure, and a note on each unknown step."""
        notes = self.notes(self.answer.notes)
        if len(self.answer.steps) < 2 or not self.answer.steps[0].count:
            return (*notes, Note(self.say("No dial in this period.")))
        return (self.answer.verdict, self.figure(), *notes)
