"""How many agents an inbound queue needs, half hour by half hour, against those who were there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.answers.service.staffing.needs import Aim, Need, aim_for, given_load, needs_of
from callstats.answers.service.staffing.queue_load import NEEDED, Slot, queue_load
from callstats.errors import UsageError
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Agents missing under which nobody is called short: half an agent is a break.
_SHORT = 0.5
_OF_SLOT = ("weekday", "start", "days", "calls", "busy", "handle_s", "there", "observed")
_OF_NEED = ("needed", "busy", "rostered", "short", "service_level", "occupancy")


@dataclass(frozen=True)
class Staffing(Answer):
    """Agents needed by slot, and what they were needed for."""

    voice: Voice
    period: str
    aim: Aim | None
    needs: tuple[Need, ...]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row a slot: load, agents needed, on a busy day, on the roster, there, service levels."""
        import pandas as pd

        rows = [
            (*(getattr(n.slot, c) for c in _OF_SLOT), *(getattr(n, c) for c in _OF_NEED)) for n in self.needs
        ]
        names = ["calls_busy" if c == "busy" else c for c in _OF_SLOT]
        return pd.DataFrame(rows, columns=[*names, *("needed_busy" if c == "busy" else c for c in _OF_NEED)])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The most that is needed, then where agents are missing."""
        if not self.needs:
            return ()
        _ = self.voice.say
        most = max(self.needs, key=lambda n: n.needed)
        text = _(
            "At most {n} agents are needed ({slot}); on a busy day {busy}.",
            n=most.needed,
            slot=self._named(most.slot),
            busy=max(n.busy for n in self.needs),
        )
        known = [n for n in self.needs if not math.isnan(n.slot.there)]
        return (Sentence(text), *([self._short(known)] if known else []))

    def _short(self, known: list[Need]) -> Sentence:
        _, form = self.voice.say, self.voice.form
        short = sorted((n for n in known if n.short >= _SHORT), key=lambda n: -n.short)
        if not short:
            return Sentence(_("There were enough agents in every interval."), "good")
        text = _.ngettext(
            "Agents were missing in {shown} interval of {all}; most at {slot}: {there} of {needed}.",
            "Agents were missing in {shown} intervals of {all}; most at {slot}: {there} of {needed}.",
            len(short),
            shown=len(short),
            all=len(known),
            slot=self._named(short[0].slot),
            there=form.number(short[0].slot.there, 1),
            needed=short[0].needed,
        )
        return Sentence(text, "bad")

    def _named(self, slot: Slot) -> str:
        day = "" if slot.weekday is None else f"{self.voice.form.weekday(slot.weekday)} "
        return f"{day}{slot.start}"

    def plot(self, ax: Any = None) -> Any:
        """Draw agents needed and there by slot."""
        from callstats.show.plots.stock import coverage

        return coverage(
            [self._named(n.slot) for n in self.needs],
            [n.needed for n in self.needs],
            [n.slot.there for n in self.needs],
            high=[n.busy for n in self.needs],
            label=self.voice.say("agents"),
            formatter=self.voice.form,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        caption = self.voice.say("Agents needed and there by time of day, {period}", period=self.period)
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def table(self) -> TableView:
        """Return the slots as a table."""
        _, form = self.voice.say, self.voice.form
        heads = [
            *(_("Calls"), _("Handle time"), _("Needed"), _("On a busy day"), _("On the roster"), _("There")),
            *(_("Expected service level"), _("Occupancy"), _("Service level then")),
        ]
        lines = [
            [
                self._named(n.slot),
                form.number(n.slot.calls, 1),
                form.duration(n.slot.handle_s),
                Cell(form.number(n.needed), strong=True),
                form.number(n.busy),
                form.number(n.rostered),
                form.number(n.slot.there, 1),
                form.percent(n.service_level, 0),
                form.percent(n.occupancy, 0),
                form.percent(n.slot.observed, 0),
            ]
            for n in self.needs
        ]
        caption = _("Agents needed by time of day, {period}", period=self.period)
        columns = [Column(_("From")), *(Column(head, "right") for head in heads)]
        return TableView(caption, columns, lines, self._method())

    def _method(self) -> tuple[str, ...]:
        if self.aim is None:
            return ()
        _, form = self.voice.say, self.voice.form
        text = _(
            "{model}: {level} of callers answered in {within}, agents busy at most {occupancy} of their "
            "time. On the roster: {shrinkage} more for pauses and absence.",
            model=self.aim.model,
            level=form.percent(self.aim.service_level, 0),
            within=form.duration(self.aim.within_s),
            occupancy=form.percent(self.aim.max_occupancy, 0),
            shrinkage=form.percent(1 / (1 - self.aim.shrinkage) - 1, 0),
        )
        if math.isinf(self.aim.patience_s):
            return (f"{text} {_('Nobody hangs up in this model, so it asks for rather too many.')}",)
        patience = form.duration(round(self.aim.patience_s))
        return (f"{text} {_('Callers give up after {patience} on average.', patience=patience)}",)

    def views(self) -> tuple[View, ...]:
        """Return the plot, the verdict, the table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.figure(), self.verdict, self.table(), *notes) if self.needs else notes


def staffing(
    data: Dataset | pd.DataFrame,
    period: str | Period | None = None,
    *,
    service_level: float | None = None,
    within_s: float | None = None,
    shrinkage: float | None = None,
    max_occupancy: float | None = None,
    patience_s: float | str | None = None,
    interval_min: int = 30,
    by_weekday: bool = False,
    busy: float = 0.9,
) -> Staffing:
    """Return the agents that the inbound load needs, against those who were there.

    Parameters
    ----------
    data : Dataset or DataFrame
        Calls; or the load itself, with the columns ``start`` ("09:30"), ``calls`` and
        ``handle_s`` [s], and ``weekday`` (1 is Monday) if it differs.
    period : str or Period, optional
    service_level, within_s : float, optional
        80 % in 20 seconds, or what the project has as target and as ``answer_within_s``.
    shrinkage : float, optional
        Share of paid time lost to pauses and absence; the share of login time in pause where left out.
    max_occupancy : float, optional
        The upper target of ``occupancy`` in the project, else no cap.
    patience_s : float or "observed", optional
        Mean time after which callers give up [s], or as these callers did: Erlang A. Without it Erlang C.
    interval_min : int
        15, 30 or 60.
    by_weekday : bool
        Each weekday by itself.
    busy : float
        The quantile of days that a busy day is.

    Returns
    -------
    Staffing
        Needed are agents on a call or ready for one. Arrivals are taken as Poisson
        within an interval and the queue as settled in each.

    Raises
    ------
    UsageError
        A share is not between 0 and 1, or the interval does not divide an hour.

    References
    ----------
    1. Gans N, Koole G, Mandelbaum A (2003). Telephone call centers: tutorial,
       review, and research prospects. Manufacturing & Service Operations
       Management 5:79-141.

    Examples
    --------
    >>> import pandas as pd
    >>> load = pd.DataFrame({"start": ["09:00", "09:30"], "calls": [100, 20], "handle_s": [180, 180]})
    >>> staffing(load, shrinkage=0.3).to_frame()[["start", "needed", "rostered"]].values.tolist()
    [['09:00', 14, 20], ['09:30', 4, 6]]
    """
    if interval_min not in (15, 30, 60):
        raise UsageError(f"intervals of {interval_min} minutes", hint="They are of 15, 30 or 60 minutes.")
    choices = (service_level, within_s, shrinkage, max_occupancy, patience_s)
    if hasattr(data, "columns") and not hasattr(data, "filters"):
        load = given_load(data)
        aim = aim_for(None, load, choices, interval_min)
        return Staffing(Voice(), "", aim, needs_of(load, aim))
    about = scope(data, period)  # type: ignore[arg-type]
    reason = _lacking(about.now)
    if reason:
        why = about.voice.reason(reason)
        return Staffing(about.voice, about.label, None, (), (about.voice.say("Staffing: {why}.", why=why),))
    queues = _queues(about.now)
    aim_within = within_s if within_s is not None else queues.config.setting("answer_within_s", 20)
    load = queue_load(
        queues, interval_min=interval_min, by_weekday=by_weekday, busy=busy, within_s=aim_within
    )
    aim = aim_for(queues, load, choices, interval_min)
    return Staffing(about.voice, about.label, aim, needs_of(load, aim))


def _lacking(dataset: Dataset) -> str:
    """Return why there is no load to staff for; empty where there is one."""
    absent = [f"calls.{c}" for c in NEEDED if not dataset.has("calls", c)]
    if absent:
        return f"not computable: needs {', '.join(absent)}"
    return "" if "inbound" in dataset.values("direction") else "no inbound calls"


def _queues(dataset: Dataset) -> Dataset:
    """Return the data of the campaigns that take calls: other agents are not there for callers."""
    if not dataset.has("calls", "campaign_id"):
        return dataset
    named = dataset.where(direction="inbound").values("campaign_id")
    return dataset.where(campaign_id=named) if named else dataset
