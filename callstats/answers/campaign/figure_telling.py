"""One key figure in words: with its interval, against its target, and since another period."""

from __future__ import annotations

from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.campaign.target_progress_telling import progress_words
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.key_figures import goal_words


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


def briefly_since(figure: Figure, voice: Voice, earlier: str) -> str:
    """Return how a figure changed since another period, without the interval."""
    _, moved = voice.say, figure.change
    if unknown(moved.low):
        return ""
    if not moved.certain:
        return _("within the usual variation since {since}", since=earlier)
    change = voice.form.change(moved.estimate, figure.kpi.unit, moved.low, moved.high)
    return _("{change} since {since}", change=change, since=earlier)
