"""Are enough agents there at the right time: needed by half hour, there, and what it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.answers.service.staffing.analysis import Staffing, staffing
from callstats.show.display import FigureView, Note, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.answers.service.staffing.needs import Need

#: Agents missing under which nobody is called short, as in staffing.
SHORT = 0.5
_HALF_HOUR = 0.5
_MOST_SPANS = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """Neighbouring half hours that lack agents: from, to, missing at most, agent-hours a day."""

    start: str
    end: str
    missing: float
    hours: float


@dataclass(frozen=True)
class Cover(Answer):
    """Agents needed and there by half hour.

    Attributes
    ----------
    staffing : Staffing
        What each half hour needs, by Erlang from the load of the period.
    gaps : tuple of Gap
        Where agents are missing, the largest first.
    spare : float
        Agent-hours a day beyond what is needed, in the other half hours; nan where
        nobody knows who was there.
    """

    voice: Voice
    period: str
    staffing: Staffing
    gaps: tuple[Gap, ...]
    spare: float

    def to_frame(self) -> pd.DataFrame:
        """Return a row a half hour, as ``staffing`` does."""
        return self.staffing.to_frame()

    @property
    def missing(self) -> float:
        """Agent-hours missing a day; nan where nobody knows who was there."""
        return math.nan if math.isnan(self.spare) else sum(gap.hours for gap in self.gaps)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The most that is needed and where agents are missing, then what it would take."""
        said = self.staffing.sentences
        return (*said, self._taking()) if self.gaps else said

    def _taking(self) -> Sentence:
        _, form = self.voice.say, self.voice.form
        said = {"spans": self.named(), "hours": form.number(self.missing, 1)}
        if self.spare >= 1:
            text = _(
                "It would take {hours} more agent-hours a day ({spans}); at other times {spare} agent-hours "
                "a day are more than needed.",
                spare=form.number(self.spare, 1),
                **said,
            )
        else:
            text = _("It would take {hours} more agent-hours a day ({spans}).", **said)
        return Sentence(text)

    def named(self) -> str:
        """Return the largest gaps in words: "12:30 to 14:00: 1.4 more"."""
        _, form = self.voice.say, self.voice.form
        told = [
            _("{start} to {end}: {n} more", start=gap.start, end=gap.end, n=form.number(gap.missing, 1))
            for gap in self.gaps[:_MOST_SPANS]
        ]
        more = len(self.gaps) - _MOST_SPANS
        return _.joined([*told, *([_("{n} more stretches", n=more)] if more > 0 else [])])

    def plot(self, ax: Any = None) -> Any:
        """Draw agents needed and there by half hour."""
        return self.staffing.plot(ax)

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        return self.staffing.figure()

    def table(self) -> TableView:
        """Return the half hours as a table."""
        return self.staffing.table()

    def views(self) -> tuple[View, ...]:
        """Return the plot, the sentences, the table and what could not be told."""
        if not self.staffing.needs:
            return tuple(Note(note) for note in self.staffing.notes)
        known = [Note(note) for note in self.staffing.notes]
        if math.isnan(self.spare):
            known.append(Note(self.voice.say("Agents there: not computable, needs agent_time.local_start.")))
        return (self.figure(), self.verdict, self.table(), *known)


def cover(about: Scope) -> Cover:
    """Return where agents were missing in a period, and what it would take."""
    found = staffing(about.now, patience_s="observed")
    known = [n for n in found.needs if not math.isnan(n.slot.there)]
    spare = sum(max(-n.short, 0.0) for n in known) * _HALF_HOUR if known else math.nan
    return Cover(about.voice, about.label, found, _gaps(found.needs), spare)


def _gaps(needs: tuple[Need, ...]) -> tuple[Gap, ...]:
    """Return the stretches of half hours in which agents are missing, the largest first."""
    found = []
    for short, stretch in groupby(range(len(needs)), key=lambda at: needs[at].short >= SHORT):
        if not short:
            continue
        inside = list(stretch)
        parts = [needs[at] for at in inside]
        hours = sum(n.short for n in parts) * _HALF_HOUR
        found.append(Gap(parts[0].slot.start, _end(parts[-1].slot.start), max(n.short for n in parts), hours))
    return tuple(sorted(found, key=lambda gap: -gap.hours))


def _end(start: str) -> str:
    """Return when a half hour is over.

    Examples
    --------
    >>> _end("09:30"), _end("23:30")
    ('10:00', '00:00')
    """
    hours, minutes = map(int, start.split(":"))
    later = (hours * 60 + minutes + 30) % (24 * 60)
    return f"{later // 60:02d}:{later % 60:02d}"
