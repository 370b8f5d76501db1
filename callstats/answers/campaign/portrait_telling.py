"""How a portrait is presented: cards, and what the key figures add up to.

The rules are simple and ordered, so that the same figures always give the same
words: an exceeded limit first, then money lost, then missed targets, then figures
that got worse beyond the usual variation, then targets that are still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from callstats.answers.campaign.bridge_telling import BridgeTelling
from callstats.answers.campaign.portrait import Portrait
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.campaign.target_progress_telling import UNLIKELY, progress_words
from callstats.answers.core.telling import KeyFigure, Note, Sentence, Telling, View, tells
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import KeyFigures, Record, Tone
from callstats.show.key_figures import goal_words, is_good, key_figure
from callstats.show.words import mark

#: What to look at when a figure is off, in order of priority.
ADVICE = {
    "abandon_rate_outbound": mark("slow the dialer down, or staff the hours in which calls are abandoned"),
    "answer_rate": mark("see which list and which hours pull it down"),
    "success_rate_argued": mark("listen to argued calls, and see which list it concerns"),
    "successes_per_login_hour": mark("see where the login time goes, and which list it is spent on"),
    "success_rate_closed": mark("see how many contacts are closed without having been reached"),
    "cost_per_acquisition": mark("see which list and which attempt cost more than they bring"),
    "roi": mark("see which list and which attempt cost more than they bring"),
    "profit": mark("see which list and which attempt cost more than they bring"),
}
_EARNED = ("profit", "roi", "successes")


@tells(Portrait)
class PortraitTelling(Telling[Portrait]):
    """Cards of the key figures, and at most three sentences."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State at most three things: what was earned, what moved most, what to do next.

        With a bridge, what moved profit is named; else the figure that moved most.
        """
        bridge = self.answer.bridge
        moved = (BridgeTelling(bridge).moved_most() if bridge is not None else None) or self._moved()
        parts = [self._earned(), moved, self._next()]
        return tuple(sentence for sentence in parts if sentence is not None)

    def _earned(self) -> Sentence | None:
        """State what was earned; without costs, how many successes there were."""
        _ = self.say
        figures, voice = self.answer.figures, self.voice
        main = next(
            (figures[n] for n in ("profit", "successes") if n in figures and figures[n].now.known), None
        )
        if main is None:
            return None
        fields = {
            "kpi": self.kpi(main.kpi),
            "period": self.answer.period,
            "value": with_interval(main, voice),
        }
        parts = [_("{kpi} in {period}: {value}", **fields)]
        roi = figures.get("roi")
        if main.kpi.name == "profit" and roi is not None and roi.now.known:
            parts.append(f"{self.kpi(roi.kpi)} {with_interval(roi, voice)}{judged(roi, voice)}")
        elif main.has_target:
            parts[0] += judged(main, voice)
        if self.answer.earlier:
            parts.append(since(main, voice, self.answer.earlier))
        return Sentence(_.joined(parts) + ".", _tone(main, roi))

    def _moved(self) -> Sentence | None:
        """State which figure moved most beyond the usual variation, relative to its previous value."""
        earlier = self.answer.earlier
        if not earlier:
            return None
        others = [f for name, f in self.answer.figures.items() if name not in _EARNED]
        moved = sorted((f for f in others if f.change.certain), key=_relative, reverse=True)
        if not moved:
            if all(unknown(f.change.low) for f in others):
                return None
            return Sentence(
                self.say("No other figure moved beyond its usual variation since {since}.", since=earlier)
            )
        first = moved[0]
        kpi = first.kpi
        sentence = self.movement(self.kpi(kpi), first.change, kpi.unit, earlier, kpi.direction)
        return Sentence(self.say("What moved most: {what}", what=sentence.text), sentence.tone)

    def _next(self) -> Sentence | None:
        """State the one thing to do next, by the rules in order."""
        figures = self.answer.figures
        known = [figures[name] for name in ADVICE if name in figures and figures[name].now.known]
        if not known:
            return None
        for wrong, message, tone in _rules():
            for figure in known:
                if wrong(figure):
                    return Sentence(self.say(message, **self._fields(figure)), tone)
        behind = next((f for f in figures.values() if _behind(f)), None)
        if behind is not None:
            fields = {"kpi": self.kpi(behind.kpi), "progress": progress_words(behind, self.voice)}
            return Sentence(
                self.say("Next: see what keeps {kpi} behind its target: {progress}.", **fields), "bad"
            )
        told = [*known, *(f for f in figures.values() if f.has_target)]
        if not any(f.has_target or not unknown(f.change.low) for f in told):
            text = self.say(
                "Next: set targets in callstats.toml; without any, and without a period before, "
                "nothing can be judged."
            )
            return Sentence(text, "unknown")
        return Sentence(self.say("Next: nothing has to change on this evidence."), "good")

    def _fields(self, figure: Figure) -> dict[str, str]:
        """Return the fields for messages on a figure that is off."""
        return {
            "kpi": self.kpi(figure.kpi),
            "advice": self.say(ADVICE[figure.kpi.name]),
            "value": self.value(figure.now),
            "judged": judged(figure, self.voice),
        }

    def key_figures(self) -> KeyFigures:
        """Return the figures as cards."""
        _, answer = self.say, self.answer
        fields = {"period": answer.period, "level": self.level(answer.confidence)}
        caption = _("{period}, with {level} intervals", **fields)
        if answer.earlier:
            caption = _(
                "{period}, with {level} intervals; change since {before}", before=answer.earlier, **fields
            )
        return KeyFigures([self._card(answer.figures[name]) for name in answer.shown], caption)

    def _card(self, f: Figure) -> KeyFigure:
        moved = f.change
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


def with_interval(figure: Figure, voice: Voice) -> str:
    """Return "€1,200 (€900 to €1,500)"."""
    now, form = figure.now, voice.form
    value = form.value(now.value, now.kpi.unit, now.low, now.high)
    if unknown(now.low):
        return value
    return f"{value} ({form.interval(now.low, now.high, now.kpi.unit, value=now.value)})"


def judged(figure: Figure, voice: Voice) -> str:
    """Return ", target met (at least 25%)", or nothing without a target."""
    _ = voice.say
    if not figure.has_target:
        return ""
    if figure.progress is not None and figure.met is None:
        return f", {progress_words(figure, voice)}"
    outcome = {
        True: _("target met"),
        False: _("target missed"),
        None: _("too little data to tell whether the target is met")
        if unknown(figure.now.low)
        else _("too close to the target to tell"),
    }[figure.met]
    target = goal_words(*figure.limits, figure.kpi.unit, voice.form)
    return f", {outcome} ({target})"


def since(figure: Figure, voice: Voice, earlier: str) -> str:
    """Return how a figure changed since another period, as part of a sentence."""
    _, form, moved, unit = voice.say, voice.form, figure.change, figure.kpi.unit
    if unknown(moved.low):
        return ""
    fields = {
        "since": earlier,
        "change": form.change(moved.estimate, unit, moved.low, moved.high),
        "interval": form.interval(moved.low, moved.high, unit, change=True, value=moved.estimate),
    }
    if not moved.certain:
        return _("within the usual variation since {since} ({interval})", **fields)
    return _("{change} since {since} ({interval})", **fields)


def _tone(main: Figure, roi: Figure | None) -> Tone:
    met = roi.met if roi is not None and roi.has_target else main.met
    if main.kpi.name == "profit" and _lost(main):
        return "bad"
    tones: dict[bool | None, Tone] = {True: "good", False: "bad", None: "neutral"}
    return tones[met]


def _relative(figure: Figure) -> float:
    before = figure.before.value if figure.before else 0.0
    return abs(figure.change.estimate / before) if before else float("inf")


def _rules() -> tuple[tuple[Callable[[Figure], bool], str, Tone], ...]:
    """Return the conditions to check, in order, with their messages."""
    return (
        (lambda f: f.met is False, mark("Next: {advice}. {kpi} is {value}{judged}."), "bad"),
        (
            lambda f: f.kpi.name == "profit" and _lost(f),
            mark("Next: {advice}. The campaign costs more than it brings."),
            "bad",
        ),
        (
            lambda f: f.change.certain and is_good(f.change.estimate, f.kpi.direction) is False,
            mark("Next: {advice}. {kpi} got worse beyond its usual variation."),
            "bad",
        ),
        (
            lambda f: f.met is None and f.has_target and f.progress is None,
            mark("Next: change nothing yet. Too little data to tell whether the target is met for: {kpi}."),
            "unknown",
        ),
    )


def _behind(figure: Figure) -> bool:
    """Return whether a count or sum missed its target, or will hardly make it."""
    return figure.progress is not None and (figure.met is False or figure.chance < UNLIKELY)


def _lost(profit: Figure) -> bool:
    """Return whether money was lost, by the interval or, if nothing varies, by the amount."""
    now = profit.now
    return now.high < 0 or (unknown(now.high) and now.value < 0)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a figure without its name; null for nan, which JSON lacks."""
    return {k: None if isinstance(v, float) and v != v else v for k, v in row.items() if k != "kpi"}  # noqa: PLR0124
