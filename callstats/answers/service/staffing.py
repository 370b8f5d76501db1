"""How many agents an inbound queue needs by half hour, and when they were missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.answers.service.queue_numbers import lacking, queues
from callstats.answers.service.staffing_numbers import (
    NEEDED,
    Aim,
    Need,
    aim_for,
    given_load,
    load_by_slot,
    needs_of,
)
from callstats.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope
    from callstats.dataset import Dataset, Period

#: Smaller gaps do not count: a tenth of an agent is three minutes of half an hour.
SHORT = 0.1
_HALF_HOUR = 0.5
_OF_SLOT = ("weekday", "start", "days", "calls", "busy", "handle_s", "there", "observed")
_OF_NEED = ("needed", "average", "busy", "rostered", "short", "service_level", "occupancy")
_NAMES = {"average": "needed_average", "busy": "needed_busy"}


@dataclass(frozen=True)
class Staffing(Answer):
    """Agents needed by slot, and the aim they were computed for."""

    voice: Voice
    period: str
    aim: Aim | None
    needs: tuple[Need, ...]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per slot: load, agents needed, on average and on a busy day, service levels."""
        import pandas as pd

        rows = [
            (*(getattr(n.slot, c) for c in _OF_SLOT), *(getattr(n, c) for c in _OF_NEED)) for n in self.needs
        ]
        names = ["calls_busy" if c == "busy" else c for c in _OF_SLOT]
        return pd.DataFrame(rows, columns=[*names, *(_NAMES.get(c, c) for c in _OF_NEED)])


def staffing(
    data: Dataset | pd.DataFrame,
    period: str | Period | None = None,
    *,
    service_level: float | None = None,
    within_s: float | None = None,
    shrinkage: float | None = None,
    max_occupancy: float | None = None,
    patience_s: float | str | None = "observed",
    interval_min: int = 30,
    by_weekday: bool = False,
    busy: float = 0.9,
) -> Staffing:
    """Return the agents that the inbound load needs, against those present.

    Parameters
    ----------
    data : Dataset or DataFrame
        Calls; or the load itself, with the columns ``start`` ("09:30"), ``calls`` and
        ``handle_s`` [s], and ``weekday`` (1 is Monday) if it differs.
    period : str or Period, optional
    service_level, within_s : float, optional
        80 % in 20 seconds, or the project's target and ``answer_within_s``.
    shrinkage : float, optional
        Share of paid time lost to pauses and absence; if omitted, the share of login time in pause.
    max_occupancy : float, optional
        The upper target of ``occupancy`` in the project, else no cap.
    patience_s : float or "observed", optional
        Mean patience of callers [s] for Erlang A; None, or "observed" where nobody gave up,
        gives Erlang C, in which nobody hangs up.
    interval_min : int
        15, 30 or 60.
    by_weekday : bool
        Each weekday separately.
    busy : float
        The quantile of days that defines a busy day.

    Returns
    -------
    Staffing
        Agents needed are those on a call or ready for one. Assumes Poisson arrivals
        within an interval and a queue in equilibrium in each. Agents are missing where
        those present, on average over days, do not keep the aim.

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
    dataset = queues(about.now)
    in_time_s = within_s if within_s is not None else dataset.config.setting("answer_within_s", 20)
    load = load_by_slot(
        dataset, interval_min=interval_min, by_weekday=by_weekday, busy=busy, within_s=in_time_s
    )
    aim = aim_for(dataset, load, choices, interval_min)
    return Staffing(about.voice, about.label, aim, needs_of(load, aim))


def _lacking(dataset: Dataset) -> str:
    """Return why there is no load to staff for; empty if there is one."""
    reason = lacking(dataset, "calls", *NEEDED)
    return reason or ("" if "inbound" in dataset.values("direction") else "no inbound calls")


@dataclass(frozen=True, slots=True)
class StaffingGap:
    """A run of half hours that lack agents: from, to, most missing, agent-hours per day."""

    start: str
    end: str
    missing: float
    hours: float


@dataclass(frozen=True)
class Cover(Answer):
    """Agents needed and present by half hour.

    Attributes
    ----------
    staffing : Staffing
        The need of each half hour, by Erlang from the load of the period.
    gaps : tuple of StaffingGap
        Where agents are missing, largest first.
    spare : float
        Agent-hours per day beyond the need, in the other half hours; nan if presence
        is unknown.
    """

    voice: Voice
    period: str
    staffing: Staffing
    gaps: tuple[StaffingGap, ...]
    spare: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per half hour, as ``staffing`` does."""
        return self.staffing.to_frame()

    @property
    def missing(self) -> float:
        """Agent-hours missing per day; nan if presence is unknown."""
        return math.nan if math.isnan(self.spare) else sum(gap.hours for gap in self.gaps)


def cover(about: Scope) -> Cover:
    """Return where agents were missing in a period, and how many more are needed."""
    staffed = staffing(about.now)
    known = [n for n in staffed.needs if not math.isnan(n.slot.there)]
    spare = sum(max(-n.short, 0.0) for n in known) * _HALF_HOUR if known else math.nan
    return Cover(about.voice, about.label, staffed, _gaps(staffed.needs), spare)


def _gaps(needs: tuple[Need, ...]) -> tuple[StaffingGap, ...]:
    """Return the runs of half hours in which agents are missing, largest first."""
    gaps = []
    for short, stretch in groupby(range(len(needs)), key=lambda at: needs[at].short >= SHORT):
        if not short:
            continue
        inside = list(stretch)
        parts = [needs[at] for at in inside]
        hours = sum(n.short for n in parts) * _HALF_HOUR
        gaps.append(
            StaffingGap(parts[0].slot.start, _end(parts[-1].slot.start), max(n.short for n in parts), hours)
        )
    return tuple(sorted(gaps, key=lambda gap: -gap.hours))


def _end(start: str) -> str:
    """Return the end of a half hour.

    Examples
    --------
    >>> _end("09:30"), _end("23:30")
    ('10:00', '00:00')
    """
    hours, minutes = map(int, start.split(":"))
    later = (hours * 60 + minutes + 30) % (24 * 60)
    return f"{later // 60:02d}:{later % 60:02d}"
