"""What a service report adds up to: is the promise kept, who gives up, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.answers.campaign.portrait_telling import judged, since, with_interval
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import Sentence, Tone

if TYPE_CHECKING:
    from callstats.answers.campaign.portrait import Figure, Portrait
    from callstats.answers.service.cover import Cover
    from callstats.answers.service.patience import Patience

_TONES: dict[bool | None, Tone] = {True: "good", False: "bad", None: "neutral"}


def summing_up(figures: Portrait, patience: Patience, cover: Cover, voice: Voice) -> tuple[Sentence, ...]:
    """Return at most three sentences on the service of a period."""
    found = (_kept(figures, voice), _lost(figures, patience, voice), _next(figures, cover, voice))
    return tuple(sentence for sentence in found if sentence is not None)


def _kept(figures: Portrait, voice: Voice) -> Sentence | None:
    """Say the service level against target and the other period."""
    level = figures.figures["service_level"]
    if level.now.note.startswith("undefined"):
        return Sentence(voice.say("No call came in: nothing can be said of service."), "unknown")
    if not level.now.known:
        return None
    said = {"kpi": level.kpi.label[voice.language], "period": figures.period}
    text = voice.say("{kpi} in {period}: {value}", value=with_interval(level, voice), **said)
    moved = since(level, voice, figures.earlier) if figures.earlier else ""
    return Sentence(voice.say.joined([f"{text}{judged(level, voice)}", moved]) + ".", _TONES[level.met])


def _lost(figures: Portrait, patience: Patience, voice: Voice) -> Sentence | None:
    """Say how many gave up, and how soon those do who are left waiting."""
    rate = figures.figures["abandon_rate_inbound"]
    if not rate.now.known:
        return None
    _, form = voice.say, voice.form
    text = _(
        "{value} of the callers gave up{judged}", value=with_interval(rate, voice), judged=judged(rate, voice)
    )
    tone = _tone_of_lost(rate)
    median = patience.median
    if median is None or unknown(median.estimate):
        return Sentence(f"{text}.", tone)
    half = form.value(median.estimate, "s", median.low, median.high)
    return Sentence(_("{what}; left waiting, half would give up within {time}.", what=text, time=half), tone)


def _tone_of_lost(rate: Figure) -> Tone:
    """Return bad news only for too many: fewer lost than the band asks for are no harm."""
    if rate.met is False:
        return "bad" if rate.now.low > (rate.target.high or 0.0) else "good"
    return _TONES[rate.met]


def _next(figures: Portrait, cover: Cover, voice: Voice) -> Sentence | None:
    """Say what to do: agents at the half hours that lack them, or nothing."""
    _, level = voice.say, figures.figures["service_level"]
    if cover.gaps:
        said = {"spans": cover.named(), "hours": voice.form.number(cover.missing, 1)}
        text = _(
            "Next: put agents where they are missing ({spans}), {hours} agent-hours a day in all.", **said
        )
        return Sentence(text, "bad")
    if not cover.staffing.needs or unknown(cover.spare):
        return None
    if level.met is False:
        return Sentence(
            _("Next: look at pauses and peaks; on average there were agents enough at every half hour."),
            "bad",
        )
    return Sentence(_("Next: nothing has to change; there were agents enough at every half hour."), "good")
