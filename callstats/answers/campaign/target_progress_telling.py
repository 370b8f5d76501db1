"""How targets are presented: how many are missed, how far the rest is, and one table of all."""

from __future__ import annotations

from collections.abc import Sequence

from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.campaign.target_progress import TargetStanding, TargetStandings
from callstats.answers.core.telling import (
    Cell,
    Column,
    Note,
    Sentence,
    TableView,
    Telling,
    View,
    tells,
)
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import Record, Tone
from callstats.show.key_figures import goal_words
from callstats.show.words import mark

#: Missed targets named in a verdict, and running ones put into words.
MOST_NAMED = 3
#: A chance below or above these is told as bad or good news.
UNLIKELY, _LIKELY = 0.2, 0.8
#: Why there is no pace or no chance.
_NO_PACE = {
    "no period": mark("the target of a count or sum is for a period: name one"),
    "few days": mark("too few days worked for a pace"),
    "idle": mark("no call in the last working days, so no pace"),
    "not by day": mark("no chance can be given, it is not known day by day"),
    "counted once": mark("no pace, a contact counts once however many days it is dialled on"),
}


@tells(TargetStandings)
class TargetStandingsTelling(Telling[TargetStandings]):
    """How many targets are missed, how far counts and sums are, and a table of all targets."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many targets are missed, then how far the first ones that still run are."""
        known = [one for one in self.answer.standings if one.figure.now.known]
        standings = [one for one in known if one.figure.judged]
        if not standings:
            return tuple(progress_sentence(one.figure, self.voice, self._whose(one)) for one in known[:1])
        running = [one for one in standings if one.figure.running]
        counted = outcome(
            self.voice,
            [self._named(one) for one in standings if one.figure.met is False],
            met=sum(one.figure.met is True for one in standings),
            close=sum(one.figure.met is None and not one.figure.running for one in standings),
            running=len(running),
        )
        told = [progress_sentence(one.figure, self.voice, self._whose(one)) for one in running[:MOST_NAMED]]
        return (counted, *told)

    def _whose(self, one: TargetStanding) -> str:
        return self.say("The whole site") if one.scope == "site" else self.label(one.name)

    def _named(self, one: TargetStanding) -> str:
        """Return "Spring offer (Answer rate)"; of the site, or where all are of one, the indicator alone."""
        name = self.kpi(one.figure.kpi)
        alone = one.scope == "site" or len(self._owners()) == 1
        return name if alone else f"{self.label(one.name)} ({name})"

    def _owners(self) -> set[str]:
        return {self._whose(one) for one in self.answer.standings}

    def table(self) -> TableView:
        """Return every target: the value, the pace, the chance and the result.

        Whose they are is told once where all are of one; a column in which nothing stands is left out.
        """
        _ = self.say
        standings = self.answer.standings
        heads = [Column(_("Target of")), *standing_heads([one.figure for one in standings], self.voice)]
        rows = [[Cell(self._whose(one)), *standing_cells(one.figure, self.voice)] for one in standings]
        whose = self._owners()
        caption = _("Targets, {period}", period=self.answer.period)
        if len(whose) == 1:
            caption = _.headed(whose.pop(), _("targets, {period}", period=self.answer.period))
            heads, rows = heads[1:], [row[1:] for row in rows]
        notes = pace_notes([one.figure for one in standings], self.voice)
        return TableView(caption, *filled(heads, rows, self.voice), notes)

    def record(self) -> Record:
        """Return how each target stands, for the report's JSON: met, missed, close, running or unknown."""
        standings = self.answer.standings
        told = [
            {"scope": s.scope, "name": s.name, "kpi": s.figure.kpi.name, "state": state(s.figure)}
            for s in standings
        ]
        return Record({"targets": told})

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table, the notes and the record, or one line if no target applies."""
        notes = self.notes(self.answer.notes)
        if not self.answer.standings:
            return (Note(self.say("No target applies: set targets in callstats.toml.")), *notes)
        return (self.answer.verdict, self.table(), *notes, self.record())


def outcome(voice: Voice, missed: Sequence[str], *, met: int, close: int, running: int) -> Sentence:
    """State how many of the targets are missed and name the first, and how many are undecided."""
    _ = voice.say
    all_of_them = len(missed) + met + close + running
    others = [
        _.ngettext("{n} is too close to tell", "{n} are too close to tell", close) if close else "",
        _.ngettext("{n} is still running", "{n} are still running", running) if running else "",
    ]
    told = [text for text in others if text]
    if not missed:
        none = _.ngettext("The target is not missed", "None of {n} targets is missed", all_of_them)
        return Sentence(_.joined([none, *told]) + ".", "neutral" if told else "good")
    text = _.ngettext(
        "{n} of {all} targets is missed: {named}",
        "{n} of {all} targets are missed: {named}",
        len(missed),
        all=all_of_them,
        named=_.joined(missed[:MOST_NAMED]) + ("…" if len(missed) > MOST_NAMED else ""),
    )
    return Sentence(_.joined([text, *told]) + ".", "bad")


def progress_sentence(figure: Figure, voice: Voice, whose: str) -> Sentence:
    """State how far a count or sum is: "Spring offer, Successes: 62% of 400, pace 410 ..."."""
    text = voice.say.headed(f"{whose}, {figure.kpi.label[voice.language]}", progress_words(figure, voice))
    return Sentence(f"{text}.", _tone(figure))


def _tone(figure: Figure) -> Tone:
    chance = figure.chance
    if unknown(chance):
        return "unknown"
    return "bad" if chance < UNLIKELY else "good" if chance > _LIKELY else "neutral"


def progress_words(figure: Figure, voice: Voice) -> str:
    """Return "62% of 400, pace 410 (370 to 450), chance 70%", as far as each is known."""
    _, form, unit, progress = voice.say, voice.form, figure.kpi.unit, figure.progress
    least, most = figure.limits
    fields = {"share": form.percent(figure.attained, 0), "goal": form.goal(figure.aim, unit)}
    if unknown(figure.attained) or not figure.judged or (least is not None and most is not None):
        parts = [_("target: {goal}", goal=goal_words(least, most, unit, form))]
    elif least is None:
        parts = [_("{share} of the {goal} allowed", **fields)]
    else:
        parts = [_("{share} of {goal}", **fields)]
    if figure.met is not None:
        parts.append(_("target met") if figure.met else _("target missed"))
    elif progress is not None:
        parts += _pace_words(figure, voice)
        parts += [_(_NO_PACE[progress.unknown])] if progress.unknown else []
    return ", ".join(parts)


def _pace_words(figure: Figure, voice: Voice) -> list[str]:
    _, form, unit, progress = voice.say, voice.form, figure.kpi.unit, figure.progress
    assert progress is not None
    if unknown(progress.pace):
        return []
    found = progress.prediction
    if found is None:
        return [_("pace {pace}", pace=form.value(progress.pace, unit))]
    fields = {
        "pace": form.value(found.expected, unit, found.low, found.high),
        "interval": form.interval(found.low, found.high, unit, value=found.expected),
    }
    told = _("pace {pace} ({interval})", **fields)
    return [told, _("chance {chance}", chance=chance_words(figure.chance, voice))]


def chance_words(chance: float, voice: Voice) -> str:
    """Return a chance without false certainty: "70%", "over 99%"."""
    form = voice.form
    if chance > 0.99:
        return voice.say("over {share}", share=form.percent(0.99, 0))
    if chance < 0.01:
        return voice.say("under {share}", share=form.percent(0.01, 0))
    return form.percent(chance, 0)


def filled(
    heads: Sequence[Column], rows: Sequence[Sequence[Cell]], voice: Voice
) -> tuple[list[Column], list[list[Cell]]]:
    """Return heads and rows without the columns in which nothing stands."""
    nothing = voice.form.number(None)
    kept = [at for at in range(len(heads)) if any(row[at].text != nothing for row in rows)]
    return [heads[at] for at in kept], [[row[at] for at in kept] for row in rows]


def standing_heads(figures: Sequence[Figure], voice: Voice) -> list[Column]:
    """Return the heads of the columns of targets' rows, as `standing_cells` has them."""
    _ = voice.say
    levels = [figure.now.confidence for figure in figures if not unknown(figure.now.confidence)]
    interval = _("{level} interval", level=voice.form.goal(levels[0], "%")) if levels else _("Interval")
    numbers = [_("Value"), interval, _("Attained"), _("Pace"), _("Chance")]
    ends = [Column(head, "right") for head in numbers]
    return [Column(_("Indicator")), Column(_("Target")), *ends, Column(_("Result"))]


def standing_cells(figure: Figure, voice: Voice) -> list[Cell]:
    """Return a target's row: indicator, target, value, interval, share attained, pace, chance and result."""
    form, now, unit, progress = voice.form, figure.now, figure.kpi.unit, figure.progress
    nothing = Cell(form.number(None), tone="grey")
    between = form.interval(now.low, now.high, unit, value=now.value) if not unknown(now.low) else ""
    judged_by_interval = progress is None and between
    shown = [
        Cell(figure.kpi.label[voice.language]),
        Cell(goal_words(*figure.limits, unit, form)),
        Cell(
            form.value(now.value, unit, now.low, now.high) if now.known else voice.reason(now.note),
            strong=now.known,
        ),
        Cell(between, tone="grey") if judged_by_interval else nothing,
    ]
    attained = Cell(form.percent(figure.attained, 0)) if progress is not None and figure.judged else nothing
    result = Cell(result_words(figure, voice)) if now.known else nothing
    return [*shown, attained, *_pace_cells(figure, voice, nothing), result]


def _pace_cells(figure: Figure, voice: Voice, nothing: Cell) -> list[Cell]:
    form, unit, progress = voice.form, figure.kpi.unit, figure.progress
    if progress is None or unknown(progress.pace):
        return [nothing, nothing]
    found = progress.prediction
    if found is None:
        return [Cell(form.value(progress.pace, unit)), nothing]
    pace = Cell(
        form.value(found.expected, unit, found.low, found.high),
        under=[form.interval(found.low, found.high, unit, value=found.expected)],
    )
    return [pace, nothing if unknown(figure.chance) else Cell(chance_words(figure.chance, voice))]


def result_words(figure: Figure, voice: Voice) -> str:
    """Return whether the target is met, or why that is not known."""
    _, progress = voice.say, figure.progress
    if figure.met is not None:
        return _("target met") if figure.met else _("target missed")
    if progress is not None:
        return _(_NO_PACE[progress.unknown]) if progress.unknown else _("still running")
    few = unknown(figure.now.low)
    return _("too little data to tell") if few else _("too close to tell")


def state(figure: Figure) -> str:
    """Return how a target stands, as a word for machines: met, missed, close, running or unknown."""
    if not (figure.judged and figure.now.known):
        return "unknown"
    if figure.met is not None:
        return "met" if figure.met else "missed"
    return "running" if figure.running else "close"


def pace_notes(figures: Sequence[Figure], voice: Voice) -> tuple[str, ...]:
    """Return what a pace is, with the days it was seen on and those it is carried on to."""
    _, form = voice.say, voice.form
    shown = [f for f in figures if f.progress is not None and f.progress.prediction is not None]
    if not shown:
        return ()
    progress = shown[0].progress
    if progress is None or progress.prediction is None or progress.last is None or progress.end is None:
        return ()
    return (
        _(
            "The pace is the total to be expected by {end} if the working days after {last} are like those "
            "of the period so far; beneath it its {level} prediction interval. The chance allows for days "
            "that differ and for neighbours that are alike; holidays to come are not known.",
            end=form.date(progress.end),
            last=form.date(progress.last),
            level=form.goal(progress.prediction.confidence, "%"),
        ),
    )
