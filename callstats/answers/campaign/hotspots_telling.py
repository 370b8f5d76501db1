"""How hotspots are presented: what was where, and what it was elsewhere."""

from __future__ import annotations

from callstats.answers.campaign.hotspots import Hotspots
from callstats.answers.campaign.hotspots_numbers import Spot
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.telling import Cell, Column, Note, Sentence, TableView, Telling, View, tells
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import Tone
from callstats.show.key_figures import goal_words, is_good
from callstats.show.words import mark

STANDS_OUT = mark("{kpi} stands out: {where}")
#: Agents and lists that a sentence names.
_MOST_NAMED = 3
#: Kind of place -> what was there and elsewhere.
_TOLD = {
    "day": mark("{kpi}: {inside} on {where}, {outside} on the other days{rest}."),
    "lasting": mark("{kpi}: {inside} since {where}, {outside} before{rest}."),
    "rise": mark("{kpi} rose slowly in the course of {where}, from {outside} to {inside}{rest}."),
    "fall": mark("{kpi} fell slowly in the course of {where}, from {outside} to {inside}{rest}."),
    "hour": mark("{kpi}: {inside} at {where}, {outside} in the other hours{rest}."),
    "list_id": mark("{kpi}: {inside} on {where}, {outside} on the other lists{rest}."),
    "agent_id": mark("{kpi}: {inside} with {where}, {outside} with the other agents{rest}."),
}
#: The same in few words, for a report that tells it in full in another section.
_BRIEFLY = {
    "rise": mark("{kpi} rose slowly"),
    "fall": mark("{kpi} fell slowly"),
    "lasting": mark("{kpi} has been different since {where}"),
}
#: Kind of place -> what to do about a figure that is off there.
_ADVICE = {
    "day": mark("find out what was different on {where}"),
    "lasting": mark("find out what changed on {where}"),
    "rise": mark("find out what has been changing in the course of {where}"),
    "fall": mark("find out what has been changing in the course of {where}"),
    "hour": mark("look at how calls are staffed and dialled at {where}"),
    "list_id": mark("look at what is different about {where}"),
    "agent_id": mark("sit in on the calls of {where}"),
}


@tells(Hotspots)
class HotspotsTelling(Telling[Hotspots]):
    """A sentence for the first spot of each figure, and a table of all."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State the least likely spot of each figure, those that missed their targets first."""
        found = self.answer
        if not found.figures:
            return ()
        if not found.spots:
            return (Sentence(self.say("Nothing stands out by more than chance."), "neutral"),)
        order = sorted(
            found.spots, key=lambda n: (found.figures[n].met is not False, found.spots[n][0].p_value)
        )
        return tuple(
            spot_sentence(found.spots[name][0], found.figures[name], self.voice, self.answer.period)
            for name in order
        )

    def table(self) -> TableView:
        """Return every spot with the figure there and elsewhere."""
        _, found = self.say, self.answer
        heads = [
            _("Indicator"),
            _("Where"),
            Column(_("In that part"), "right"),
            Column(_("In the rest"), "right"),
        ]
        rows = [
            [
                Cell(self.kpi(found.figures[name].kpi)),
                Cell(where(spot, self.voice, found.period)),
                Cell(_value(spot.inside, found.figures[name], self.voice), strong=True),
                Cell(_value(spot.outside, found.figures[name], self.voice)),
            ]
            for name, spots in found.spots.items()
            for spot in spots
        ]
        return TableView(_("What stands out, {period}", period=found.period), heads, rows)

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table, and what was followed."""
        names = self.say.joined(self.kpi(figure.kpi) for figure in self.answer.figures.values())
        followed = Note(self.say("Followed: {names}.", names=names)) if names else None
        table = (self.table(),) if self.answer.spots else ()
        verdict = (self.answer.verdict,) if self.answer.figures else ()
        return (*verdict, *table, *((followed,) if followed else ()), *self._left_out())

    def _left_out(self) -> tuple[Note, ...]:
        names = self.say.joined(self.kpi(kpi) for kpi in self.answer.left_out)
        if not names:
            return ()
        return self.notes(
            [self.say("Not followed, since it is money or belongs to no day: {names}.", names=names)]
        )


def spot_sentence(spot: Spot, figure: Figure, voice: Voice, period: str) -> Sentence:
    """Return what a figure was in a spot and elsewhere."""
    told = {**_fields(spot, figure, voice), "where": where(spot, voice, period)}
    good = is_good(spot.inside - spot.outside, figure.kpi.direction)
    tone: Tone = "unknown" if good is None else "good" if good else "bad"
    return Sentence(voice.say(_TOLD[_kind(spot)], **told), tone)


def spot_place(spot: Spot, figure: Figure, voice: Voice, period: str) -> str:
    """Return the same without the figure's name and full stop, for a line that names it already."""
    fields = _fields(spot, figure, voice)
    if spot.by != "trend":
        fields["kpi"] = ""
    text = voice.say(_TOLD[_kind(spot)], **fields, where=where(spot, voice, period))
    return text.lstrip(" :\u00a0\u202f").removesuffix(".")


def spot_briefly(spot: Spot, figure: Figure, voice: Voice, period: str) -> str:
    """Return that a figure stands out in a spot, without its values: "Answer rate fell slowly"."""
    message = _BRIEFLY.get(_kind(spot), STANDS_OUT)
    return voice.say(message, kpi=figure.kpi.label[voice.language], where=where(spot, voice, period))


def spot_advice(spot: Spot, figure: Figure, voice: Voice, period: str) -> Sentence:
    """Return what to do about a figure that is off in a spot, and how far it is off there."""
    _, place = voice.say, where(spot, voice, period)
    advice = _(_ADVICE[_kind(spot)], where=place)
    fields = {"advice": advice, **_fields(spot, figure, voice)}
    if spot.by == "trend":
        told = spot_briefly(spot, figure, voice, period)
        return Sentence(_("Next: {advice}. {told}", told=f"{told}.", **fields), "bad")
    if spot.by in ("list_id", "agent_id"):
        return Sentence(
            _("Next: {advice}. {kpi}: {inside} there, {outside} elsewhere{rest}.", **fields), "bad"
        )
    if spot.by == "day":  # the chart of days tells how much of the target's breach they are
        fields["rest"] = ""
    return Sentence(_("Next: {advice}. {kpi}: {inside} then, {outside} otherwise{rest}.", **fields), "bad")


def _kind(spot: Spot) -> str:
    """Return how a spot is spoken of."""
    if spot.by == "trend":
        return "rise" if spot.inside > spot.outside else "fall"
    return "lasting" if spot.lasting and spot.by == "day" else spot.by


def _fields(spot: Spot, figure: Figure, voice: Voice) -> dict[str, str]:
    return {
        "kpi": figure.kpi.label[voice.language],
        "inside": _value(spot.inside, figure, voice),
        "outside": _value(spot.outside, figure, voice),
        "rest": _rest(spot, figure, voice),
    }


def where(spot: Spot, voice: Voice, period: str) -> str:
    """Return the place of a spot: "14–18 Sept", "12:00–14:00", "List B", the period of a trend."""
    form, names = voice.form, spot.names
    if spot.by == "trend":
        return period
    if spot.by == "day":
        return form.day(names[0]) if spot.lasting else form.days(names[0], names[-1])
    if spot.by == "hour":
        return f"{form.hour(int(names[0]))}–{form.hour(int(names[-1]) + 1)}"
    labels = [voice.label(name) for name in names[:_MOST_NAMED]]
    left = len(names) - _MOST_NAMED
    return voice.say.joined([*labels, *([voice.say("{n} more", n=left)] if left > 0 else [])])


def _value(value: float, figure: Figure, voice: Voice) -> str:
    """Return the figure in a part of its rows, with the digits of the whole."""
    now = figure.now
    half = (now.high - now.low) / 2 if not unknown(now.low) else float("nan")
    around = (value - half, value + half) if half > 0 else (None, None)
    return voice.form.value(value, figure.kpi.unit, *around)


def _rest(spot: Spot, figure: Figure, voice: Voice) -> str:
    """Return how much of what is beyond the target lies in the spot; nothing where none is missed."""
    if figure.met is not False or unknown(spot.share):
        return ""
    goal = goal_words(*figure.limits, figure.kpi.unit, voice.form)
    if spot.mends:
        return voice.say("; the rest meets the target ({goal})", goal=goal)
    share = voice.form.percent(spot.share, 0)
    return voice.say("; {share} of what is beyond the target ({goal})", share=share, goal=goal)
