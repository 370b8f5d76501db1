"""What a check of the rules says, sentence by sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callstats.show.display import Sentence
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.answers.campaign.compliance.analysis import Compliance
    from callstats.answers.campaign.compliance.checks import Check
    from callstats.answers.campaign.compliance.counts import Forecast
    from callstats.answers.campaign.compliance.rules import Abandonment, Hours
    from callstats.answers.core.voice import Voice


_NAMES = {
    "abandoned": mark("abandoned above the limit"),
    "calling_hours": mark("calling hours"),
    "legal_hours": mark("hours of the rule"),
    "frequency": mark("dialled too often"),
    "silence": mark("silence after a refusal"),
    "consent": mark("no consent"),
}


def check_name(voice: Voice, check: Check) -> str:
    """Return what a check is called."""
    return voice.say(_NAMES[check.kind])


def judged_abandonment(
    voice: Voice, period: str, total: Abandonment | None, worst_week: Abandonment | None
) -> Sentence | None:
    """Say the exact rate of the period, on which side of the limit, and the worst week where it is above."""
    if total is None:
        return None
    _, form = voice.say, voice.form
    said = {
        "period": period,
        "rate": form.value(total.rate, "%"),
        "limit": form.goal(total.limit, "%"),
        "n": form.number(abs(total.headroom)),
    }
    if total.headroom < 0:
        text = _(
            "Abandonment in {period}: {rate}, above the limit of {limit}; {n} abandoned calls too many.",
            **said,
        )
        return Sentence(f"{text} {_worst(voice, worst_week)}".strip(), "bad")
    text = _(
        "Abandonment in {period}: {rate}, under the limit of {limit}; {n} more would have fitted.", **said
    )
    return Sentence(text, "good")


def _worst(voice: Voice, week: Abandonment | None) -> str:
    """Name the week with the highest rate, where there are several."""
    if week is None:
        return ""
    days = voice.days(week.first, week.last)
    return voice.say("Worst: {week}, {rate}.", week=days, rate=voice.form.value(week.rate, "%"))


def told_forecast(voice: Voice, forecast: Forecast | None, limit: float | None) -> Sentence | None:
    """Say where the last window will end, if the days left are like those so far."""
    if forecast is None or limit is None:
        return None
    _, form = voice.say, voice.form
    said = {
        "day": form.date(forecast.last),
        "rate": form.value(forecast.rate, "%", forecast.low, forecast.high),
        "interval": form.interval(forecast.low, forecast.high, "%", value=forecast.rate),
        "limit": form.goal(limit, "%"),
    }
    if forecast.low > limit:
        text = _(
            "At this pace the period that ends on {day} closes at {rate} ({interval}), above {limit}.", **said
        )
        return Sentence(text, "bad")
    if forecast.high < limit:
        text = _(
            "At this pace the period that ends on {day} closes at {rate} ({interval}), under {limit}.", **said
        )
        return Sentence(text, "good")
    text = _(
        "At this pace the period that ends on {day} closes at {rate} ({interval}): "
        "on which side of {limit} is open.",
        **said,
    )
    return Sentence(text, "unknown")


def told_check(result: Compliance, check: Check) -> Sentence:
    """Say what one check of the dials found."""
    return {
        "calling_hours": _own_hours,
        "frequency": _frequency,
        "legal_hours": _legal_hours,
        "silence": _silence,
        "consent": _consent,
    }[check.kind](result, check)


def _own_hours(result: Compliance, check: Check) -> Sentence:
    _ = result.voice.say
    hours = _between(result.hours)
    if not check.dials:
        return Sentence(_("Every dial was placed within the calling hours ({hours}).", hours=hours), "good")
    text = _.ngettext(
        "{shown} dial of {dials} was placed outside the calling hours ({hours}).",
        "{shown} dials of {dials} were placed outside the calling hours ({hours}).",
        check.dials,
        **_counted(result, check, hours=hours),
    )
    return Sentence(text, "bad")


def _frequency(result: Compliance, check: Check) -> Sentence:
    _, form = result.voice.say, result.voice.form
    limits = {"most": result.rule.most_dials, "days": result.rule.within_days}
    if not check.dials:
        return Sentence(_("No contact was dialled more than {most} times in {days} days.", **limits), "good")
    text = _.ngettext(
        "{shown} contact was dialled more than {most} times in {days} days ({dials} dials too many).",
        "{shown} contacts were dialled more than {most} times in {days} days ({dials} dials too many).",
        check.contacts,
        shown=form.number(check.contacts),
        dials=form.number(check.dials),
        **limits,
    )
    return Sentence(text, "bad")


def _legal_hours(result: Compliance, check: Check) -> Sentence:
    _ = result.voice.say
    hours = _lawful(result.voice, result.rule.hours) if result.rule.hours else ""
    if not check.dials:
        return Sentence(_("Every dial was placed when the rule allows it ({hours}).", hours=hours), "good")
    text = _.ngettext(
        "{shown} dial of {dials} was placed when the rule does not allow it ({hours}).",
        "{shown} dials of {dials} were placed when the rule does not allow it ({hours}).",
        check.dials,
        **_counted(result, check, hours=hours),
    )
    return Sentence(text, "bad")


def _silence(result: Compliance, check: Check) -> Sentence:
    _ = result.voice.say
    days = result.rule.silence_days
    if not check.dials:
        return Sentence(_("Nobody was dialled within {days} days of a refusal.", days=days), "good")
    text = _.ngettext(
        "{shown} dial of {dials} came within {days} days of a refusal.",
        "{shown} dials of {dials} came within {days} days of a refusal.",
        check.dials,
        **_counted(result, check, days=days),
    )
    return Sentence(text, "bad")


def _consent(result: Compliance, check: Check) -> Sentence:
    _ = result.voice.say
    since = result.rule.consent_from
    day = result.voice.form.date(since) if since else ""
    if not check.dials:
        return Sentence(_("Nobody was dialled without consent since {day}.", day=day), "good")
    text = _.ngettext(
        "{shown} dial of {dials} went to a contact without consent since {day}.",
        "{shown} dials of {dials} went to contacts without consent since {day}.",
        check.dials,
        **_counted(result, check, day=day),
    )
    return Sentence(text, "bad")


def _counted(result: Compliance, check: Check, **said: Any) -> dict[str, Any]:
    form = result.voice.form
    return {"shown": form.number(check.dials), "dials": form.number(result.dials), **said}


def _between(hours: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{start}–{end}" for start, end in hours)


def _lawful(voice: Voice, hours: Hours) -> str:
    """Return allowed weekdays and hours: "Mon–Fri 10:00–13:00, 14:00–20:00, no public holidays"."""
    days = [voice.form.weekday(day) for day in (min(hours.weekdays), max(hours.weekdays))]
    told = (
        _between(hours.between) if len(hours.weekdays) == 7 else f"{'–'.join(days)} {_between(hours.between)}"
    )
    return f"{told}, {voice.say('no public holidays')}" if hours.holidays else told
