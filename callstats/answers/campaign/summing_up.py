"""What the key figures add up to, in three sentences: earned, moved, to do next.

The rules are plain and in order, so that the same figures always lead to the
same words: a passed limit first, then money lost, then missed targets, then
what got worse beyond the usual variation, then targets that are still open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from callstats.answers.core.voice import Voice
from callstats.show import verdicts
from callstats.show.digits import unknown
from callstats.show.display import Sentence, Tone
from callstats.show.key_figures import goal_words, is_good
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.answers.campaign.portrait import Figure

#: What to look at when a figure is not as it should be, in the order of what comes first.
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


def summing_up(
    figures: Mapping[str, Figure], voice: Voice, period: str, earlier: str, moved: Sentence | None = None
) -> tuple[Sentence, ...]:
    """Return at most three sentences on the figures of a period.

    Parameters
    ----------
    figures : mapping of str to Figure
    voice : Voice
    period, earlier : str
        In words; no earlier one where nothing is compared.
    moved : Sentence, optional
        What moved profit, where that is known; else the figure that moved most is named.
    """
    moved = moved or _moved(figures, voice, earlier)
    found = [_earned(figures, voice, period, earlier), moved, _next(figures, voice)]
    return tuple(sentence for sentence in found if sentence is not None)


def _earned(figures: Mapping[str, Figure], voice: Voice, period: str, earlier: str) -> Sentence | None:
    """Say what was earned; without costs, how many successes there were."""
    _ = voice.say
    main = next((figures[n] for n in ("profit", "successes") if n in figures and figures[n].now.known), None)
    if main is None:
        return None
    said = {"kpi": main.kpi.label[voice.language], "period": period, "value": with_interval(main, voice)}
    parts = [_("{kpi} in {period}: {value}", **said)]
    roi = figures.get("roi")
    if main.kpi.name == "profit" and roi is not None and roi.now.known:
        parts.append(f"{roi.kpi.label[voice.language]} {with_interval(roi, voice)}{judged(roi, voice)}")
    elif main.has_target:
        parts[0] += judged(main, voice)
    if earlier:
        parts.append(since(main, voice, earlier))
    return Sentence(_.joined(parts) + ".", _tone(main, roi))


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
    told = {
        True: _("target met"),
        False: _("target missed"),
        None: _("too little data to tell whether the target is met")
        if unknown(figure.now.low)
        else _("too close to the target to tell"),
    }[figure.met]
    target = goal_words(figure.target.low, figure.target.high, figure.kpi.unit, voice.form)
    return f", {told} ({target})"


def since(figure: Figure, voice: Voice, earlier: str) -> str:
    """Return what became of a figure since another period, as a part of a sentence."""
    _, form, moved, unit = voice.say, voice.form, figure.change, figure.kpi.unit
    if unknown(moved.low):
        return ""
    said = {
        "since": earlier,
        "change": form.change(moved.estimate, unit, moved.low, moved.high),
        "interval": form.interval(moved.low, moved.high, unit, change=True, value=moved.estimate),
    }
    if not moved.certain:
        return _("within the usual variation since {since} ({interval})", **said)
    return _("{change} since {since} ({interval})", **said)


def _tone(main: Figure, roi: Figure | None) -> Tone:
    judged = roi.met if roi is not None and roi.has_target else main.met
    if main.kpi.name == "profit" and _lost(main):
        return "bad"
    tones: dict[bool | None, Tone] = {True: "good", False: "bad", None: "neutral"}
    return tones[judged]


def _moved(figures: Mapping[str, Figure], voice: Voice, earlier: str) -> Sentence | None:
    """Say which figure moved most beyond the usual variation, relative to where it stood."""
    if not earlier:
        return None
    others = [f for name, f in figures.items() if name not in _EARNED]
    moved = sorted((f for f in others if f.change.certain), key=_relative, reverse=True)
    if not moved:
        if all(unknown(f.change.low) for f in others):
            return None
        text = voice.say("No other figure moved beyond its usual variation since {since}.", since=earlier)
        return Sentence(text)
    first = moved[0]
    said = verdicts.change(
        first.kpi.label[voice.language],
        voice.form,
        estimate=first.change.estimate,
        low=first.change.low,
        high=first.change.high,
        unit=first.kpi.unit,
        since=earlier,
        direction=first.kpi.direction,
    )
    return Sentence(voice.say("What moved most: {what}", what=said.text), said.tone)


def _relative(figure: Figure) -> float:
    before = figure.before.value if figure.before else 0.0
    return abs(figure.change.estimate / before) if before else float("inf")


def _next(figures: Mapping[str, Figure], voice: Voice) -> Sentence | None:
    """Return the one thing to do next, by the rules in order."""
    known = [figures[name] for name in ADVICE if name in figures and figures[name].now.known]
    if not known:
        return None
    for wrong, said, tone in _rules():
        for figure in known:
            if wrong(figure):
                return Sentence(voice.say(said, **_named(figure, voice)), tone)
    if not any(f.has_target or not unknown(f.change.low) for f in known):
        text = voice.say(
            "Next: set targets in callstats.toml; without any, and without a period before, "
            "nothing can be judged."
        )
        return Sentence(text, "unknown")
    return Sentence(voice.say("Next: nothing has to change on this evidence."), "good")


def _rules() -> tuple[tuple[Callable[[Figure], bool], str, Tone], ...]:
    """Return what is looked for, in order, and what is then said."""
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
            lambda f: f.met is None and f.has_target,
            mark("Next: change nothing yet. Too little data to tell whether the target is met for: {kpi}."),
            "unknown",
        ),
    )


def _lost(profit: Figure) -> bool:
    """Tell whether money was lost: the interval says so, or, where nothing varies, the amount."""
    now = profit.now
    return now.high < 0 or (unknown(now.high) and now.value < 0)


def _named(figure: Figure, voice: Voice) -> dict[str, str]:
    now, form = figure.now, voice.form
    return {
        "kpi": figure.kpi.label[voice.language],
        "advice": voice.say(ADVICE[figure.kpi.name]),
        "value": form.value(now.value, now.kpi.unit, now.low, now.high),
        "judged": judged(figure, voice),
    }
