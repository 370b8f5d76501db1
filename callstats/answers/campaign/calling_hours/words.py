"""What the comparison of hours on the same contacts says, and its plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callstats.show.display import FigureView, Sentence, figure

if TYPE_CHECKING:
    from callstats.answers.campaign.calling_hours.effects import HourEffect, WithinContact
    from callstats.answers.core.voice import Voice
    from callstats.kpis.define import KPI

_MOST_NAMED = 3


def within_sentences(voice: Voice, within: WithinContact) -> tuple[Sentence, ...]:
    """Say which hours reach more of the same contacts, which less, and what moving dials brings."""
    if all(e.thin for e in within.effects):
        return ()
    _, told = voice.say, []
    if within.better:
        hours = _named(voice, within.better)
        told.append(Sentence(_("More of the same contacts are reached at {hours}.", hours=hours), "good"))
    if within.worse:
        hours = _named(voice, within.worse)
        told.append(Sentence(_("Fewer of the same contacts are reached at {hours}.", hours=hours), "bad"))
    if not told:
        none = _("No evidence that any hour reaches more of the same contacts than the others.")
        return (Sentence(none),)
    return (*told, *_moving(voice, within))


def _named(voice: Voice, effects: tuple[HourEffect, ...]) -> str:
    """Return at most three hours as "19:00: 31% (28% to 35%), in the other hours 23%"."""
    _, form = voice.say, voice.form
    told = [
        _(
            "{hour}: {rate} ({interval}), in the other hours {others}",
            hour=form.hour(e.hour),
            rate=form.value(e.rate, "%", e.rate_low, e.rate_high),
            interval=form.interval(e.rate_low, e.rate_high, "%", value=e.rate),
            others=form.value(e.others, "%", e.rate_low, e.rate_high),
        )
        for e in effects[:_MOST_NAMED]
    ]
    more = len(effects) - _MOST_NAMED
    return _.joined([*told, *([_("{n} more", n=more)] if more > 0 else [])])


def _moving(voice: Voice, within: WithinContact) -> tuple[Sentence, ...]:
    gain = within.gain
    if gain is None:
        return ()
    _, form = voice.say, voice.form
    text = _(
        "Moving {dials} dials a month ({share} of those in the worse hours) to the better ones would reach "
        "{more} more people a month ({interval}).",
        dials=form.number(round(gain.dials)),
        share=form.percent(gain.share, 0),
        more=form.value(gain.more, "n", gain.low, gain.high),
        interval=form.interval(gain.low, gain.high, "n", value=gain.more),
    )
    return (Sentence(text, "good" if gain.low > 0 else "unknown"),)


def within_plot(voice: Voice, within: WithinContact, kpi: KPI, ax: Any = None) -> Any:
    """Draw what each hour reaches of the same contacts; thin hours are left out."""
    from callstats.show.plots import interval_plot

    shown = [e for e in within.effects if not e.thin]
    sure = {*within.better, *within.worse}
    return interval_plot(
        [voice.form.hour(e.hour) for e in shown],
        [e.rate for e in shown],
        [e.rate_low for e in shown],
        [e.rate_high for e in shown],
        unit="%",
        label=kpi.label[voice.language],
        formatter=voice.form,
        n=[e.dials for e in shown],
        highlight=[voice.form.hour(e.hour) for e in shown if e in sure],
        sort=False,
        ax=ax,
    )


def within_figure(voice: Voice, within: WithinContact, kpi: KPI, period: str) -> FigureView:
    """Return the plot with its caption and its words."""
    _ = voice.say
    caption = _(
        "{kpi} by hour on the same contacts (same list, weekday, attempt and first hour), {period}",
        kpi=kpi.label[voice.language],
        period=period,
    )
    words = " ".join(sentence.text for sentence in within_sentences(voice, within))
    return figure(within_plot(voice, within, kpi), caption, f"{caption}. {words}")
