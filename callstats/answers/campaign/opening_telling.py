"""What a campaign's report opens with: a headline, what was earned, why it changed, what to do.

The rules are simple and ordered, so that the same figures always give the same
words: an exceeded limit first, then money lost, then missed targets, then figures
that got worse beyond the usual variation, then targets that are still open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from callstats.answers.campaign.bridge_telling import BridgeTelling
from callstats.answers.campaign.figure_telling import briefly_since, judged, with_interval
from callstats.answers.campaign.hotspots_numbers import Spot, wrong_side
from callstats.answers.campaign.hotspots_telling import STANDS_OUT, spot_advice, spot_briefly, where
from callstats.answers.campaign.portrait import Portrait
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.campaign.target_progress_telling import UNLIKELY, progress_words
from callstats.answers.core.telling import Sentence, Telling
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import Tone
from callstats.show.words import mark

#: What to look at when a figure is off, in order of priority.
ADVICE = {
    "abandon_rate_outbound": mark("slow the dialer down, or staff the hours in which calls are abandoned"),
    "answer_rate": mark("see which list and which hours pull it down"),
    "success_rate_argued": mark(
        "listen to calls in which the offer was heard, and see which list it concerns"
    ),
    "successes_per_login_hour": mark("see where the login time goes, and which list it is spent on"),
    "success_rate_closed": mark("see how many contacts are closed without having been reached"),
    "cost_per_acquisition": mark("see which list and which attempt cost more than they bring"),
    "roi": mark("see which list and which attempt cost more than they bring"),
    "profit": mark("see which list and which attempt cost more than they bring"),
}
#: What to look at when any other figure misses its target.
_ANYWHERE = mark("see what keeps {kpi} from its target")
_EARNED = ("profit", "roi", "successes")


class Opening(Telling[Portrait]):
    """The headline and the sentences of a portrait; the first of `leads` that is known goes first."""

    leads: Sequence[str] = ("profit", "successes")

    def headline(self) -> str:
        """Return the period in about ten words: what came of it, and the targets missed."""
        return self.headed(self._stands())

    def headed(self, stands: Sequence[str]) -> str:
        """Return what came of the period, then how it stands."""
        main = self._main()
        told = self.say.joined([*([self._came_to(main)] if main is not None else []), *stands])
        return told[:1].upper() + told[1:]

    def _came_to(self, main: Figure) -> str:
        """Return "Profit up to €7,430", as far as it is known."""
        _, fields = self.say, {"kpi": self.kpi(main.kpi), "value": self.value(main.now)}
        if main.kpi.name == "profit" and _lost(main):
            amount = self.form.value(-main.now.value, main.kpi.unit, -main.now.high, -main.now.low)
            return _("A loss of {amount}", amount=amount)
        if unknown(main.change.low):
            return _("{kpi} {value}", **fields)
        if not main.change.certain:
            return _("{kpi} {value}, no clear change", **fields)
        if main.change.estimate > 0:
            return _("{kpi} up to {value}", **fields)
        return _("{kpi} down to {value}", **fields)

    def _stands(self) -> list[str]:
        """Return the targets missed, with where the first one is; else what stands out of other figures."""
        _, figures = self.say, self.answer.figures
        missed = sorted((f for f in figures.values() if f.met is False), key=lambda f: self._spot(f) is None)
        if missed:
            spot = self._spot(missed[0])
            name = self.kpi(missed[0].kpi)
            named = f"{name} ({where(spot, self.voice, self.answer.period)})" if spot else name
            return [missed_targets(self.voice, [named, *(self.kpi(f.kpi) for f in missed[1:])])]
        aimed = [f for f in figures.values() if f.judged and f.now.known]
        met = [_("all targets met")] if aimed and all(f.met for f in aimed) else []
        first = self._unusual()
        if first is None:
            return met
        figure, spot = first
        place = where(spot, self.voice, self.answer.period)
        return [*met, _(STANDS_OUT, kpi=self.kpi(figure.kpi), where=place)]

    def _spot(self, figure: Figure) -> Spot | None:
        """Return where a figure is off, or what stands out of it."""
        found = self.answer.hotspots
        return next(iter(found.spots.get(figure.kpi.name, ())), None) if found is not None else None

    def _unusual(self) -> tuple[Figure, Spot] | None:
        """Return what stands out most of the figures that did not miss their targets."""
        spots = [
            (f, spot) for f in self.answer.figures.values() if f.met is not False and (spot := self._spot(f))
        ]
        return min(spots, key=lambda each: each[1].p_value, default=None)

    def sentences(self) -> tuple[Sentence, ...]:
        """State at most three things: what was earned, why it changed and what stood out, what to do next.

        With a bridge, what moved profit is named; else the figure that moved most.
        """
        parts = [self._earned(), self._why(), self._next()]
        return tuple(sentence for sentence in parts if sentence is not None)

    def _main(self) -> Figure | None:
        """Return the profit; without costs, the successes."""
        known = (self.answer.figures.get(name) for name in self.leads)
        return next((figure for figure in known if figure is not None and figure.now.known), None)

    def _earned(self) -> Sentence | None:
        """State what was earned, with the one interval that matters; the cards have the others."""
        _, figures, voice, main = self.say, self.answer.figures, self.voice, self._main()
        if main is None:
            return None
        fields = {
            "kpi": self.kpi(main.kpi),
            "period": self.answer.period,
            "value": with_interval(main, voice),
        }
        parts = [_("{kpi} in {period}: {value}", **fields)]
        roi = figures.get("roi")
        if main.kpi.name != "profit" and main.has_target:
            parts[0] += judged(main, voice)
        if self.answer.earlier:
            parts.append(briefly_since(main, voice, self.answer.earlier))
        if main.kpi.name == "profit" and roi is not None and roi.now.known:
            parts.append(f"{self.kpi(roi.kpi)} {self.value(roi.now)}{judged(roi, voice)}")
        return Sentence(_.joined(parts) + ".", _tone(main, roi))

    def _why(self) -> Sentence | None:
        """State what moved profit, or the figure that moved most, and briefly what else stood out."""
        bridge = self.answer.bridge
        moved = (BridgeTelling(bridge).moved_most() if bridge is not None else None) or self._moved()
        unusual = self._unusual()
        if unusual is None:
            return moved
        figure, spot = unusual
        told = f"{spot_briefly(spot, figure, self.voice, self.answer.period)}."
        return Sentence(told, "bad") if moved is None else Sentence(f"{moved.text} {told}", moved.tone)

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
        known += [
            f for f in figures.values() if f.met is False and f.kpi.name not in ADVICE and not _behind(f)
        ]
        if not known:
            return None
        for wrong, message, tone in _rules():
            for figure in known:
                if wrong(figure):
                    return self._placed(figure) or Sentence(self.say(message, **self._fields(figure)), tone)
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

    def _placed(self, figure: Figure) -> Sentence | None:
        """State what to do about a figure that is off in some place; None if it is off everywhere."""
        spot = self._spot(figure)
        if spot is None or not wrong_side(figure):
            return None
        return spot_advice(spot, figure, self.voice, self.answer.period)

    def _fields(self, figure: Figure) -> dict[str, str]:
        """Return the fields for messages on a figure that is off."""
        advice = ADVICE.get(figure.kpi.name, _ANYWHERE)
        return {
            "kpi": self.kpi(figure.kpi),
            "advice": self.say(advice, kpi=self.kpi(figure.kpi)),
            "value": self.value(figure.now),
            "judged": judged(figure, self.voice),
        }


def missed_targets(voice: Voice, named: Sequence[str]) -> str:
    """Return how many targets are missed, and the first of them."""
    first = [named[0], *([voice.say("{n} more", n=len(named) - 1)] if len(named) > 1 else [])]
    return voice.say.ngettext(
        "{n} target missed: {names}", "{n} targets missed: {names}", len(named), names=", ".join(first)
    )


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
            lambda f: f.worse,
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
