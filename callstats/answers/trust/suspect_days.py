"""Suspect days: agent time against call time, and days and hours without calls."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import around, date_of, inside, records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.searches import TIME_S, TIME_SHARE, missing_days, times_differ
from callstats.dataset.clock import unknown

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

_WORK = ("talk", "hold", "wrap")
NAN = float("nan")
#: An hour is usual if it has calls on this share of working days, of which at least this many are needed.
USUAL_SHARE, FEWEST_DAYS = 0.9, 10
#: With fewer mean calls, a day or hour without any is chance: with ten, none happens once in 22,000 times.
FEWEST_CALLS = 10

Hours = Mapping[dt.date, Mapping[int, int]]  # day -> hour -> calls


@dataclass(frozen=True, slots=True)
class AgentDay:
    """One day of one agent, all in seconds; nan if a table has nothing on it.

    Attributes
    ----------
    agent : str
    day : datetime.date
    login_s : float
        All agent time.
    work_s : float
        Talk, hold and wrap in the agent time.
    calls_s : float
        Talk, hold and wrap in the calls.
    """

    agent: str
    day: dt.date
    login_s: float
    work_s: float
    calls_s: float

    @property
    def share(self) -> float:
        """Time in calls as a fraction of login time: infinite without a login, nan without either."""
        if self.login_s > 0:
            return _zero(self.calls_s) / self.login_s
        return math.inf if self.calls_s > 0 else math.nan

    @property
    def impossible(self) -> bool:
        """Whether more time was spent in calls than logged in, beyond clock differences."""
        login = _zero(self.login_s)
        return self.calls_s > login + max(TIME_S, TIME_SHARE * login)

    @property
    def difference_s(self) -> float:
        """The difference between the two tables' working times."""
        return abs(_zero(self.calls_s) - _zero(self.work_s))

    @property
    def differs(self) -> bool:
        """Whether the two tables disagree on the working time."""
        return times_differ(_zero(self.work_s), _zero(self.calls_s))


@dataclass(frozen=True)
class AgentDays(Answer):
    """Every day of every agent.

    Attributes
    ----------
    voice : Voice
    days : tuple of AgentDay
        By agent, then by day.
    note : str
        Why it cannot be determined; empty otherwise.
    """

    voice: Voice
    days: tuple[AgentDay, ...]
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per agent-day: agent_id, day, login_s, work_s, calls_s, impossible, differs."""
        import pandas as pd

        columns = ["agent_id", "day", "login_s", "work_s", "calls_s", "impossible", "differs"]
        listed = [
            (d.agent, d.day, d.login_s, d.work_s, d.calls_s, d.impossible, d.differs) for d in self.days
        ]
        return pd.DataFrame(listed, columns=columns)

    @property
    def wrong(self) -> list[AgentDay]:
        """The days on which the tables contradict each other, the largest contradiction first."""
        contradicting = [d for d in self.days if d.impossible or d.differs]
        return sorted(contradicting, key=lambda d: (not d.impossible, -d.difference_s))


def agent_days(dataset: Dataset) -> AgentDays:
    """Return agent time and call time of every agent-day side by side."""
    voice = Voice.of(dataset)
    needed = _lacking(dataset)
    if needed:
        why = voice.reason(f"not computable: needs {needed}")
        return AgentDays(voice, (), voice.say("Agent time against call time: {why}.", why=why))
    columns = [c for c in ("talk_s", "hold_s", "wrap_s") if dataset.has("calls", c)]
    spent = reduce(add, [nw.col(c).cast(nw.Float64).fill_null(0.0) for c in columns])
    in_calls = _by_day(dataset, "calls", {"calls_s": spent})
    seconds = nw.col("seconds").cast(nw.Float64)
    work = nw.when(nw.col("state").is_in(list(_WORK))).then(seconds).otherwise(nw.lit(0.0))
    in_time = _by_day(dataset, "agent_time", {"login_s": seconds, "work_s": work})
    keys = sorted({*in_calls, *in_time})
    seconds_by_key = [{**in_time.get(key, {}), **in_calls.get(key, {})} for key in keys]
    days = tuple(
        AgentDay(agent, day, *(sums.get(name, NAN) for name in ("login_s", "work_s", "calls_s")))
        for (agent, day), sums in zip(keys, seconds_by_key, strict=True)
    )
    if not days:
        return AgentDays(voice, (), voice.say("Agent time against call time: no agent is known."))
    return AgentDays(voice, days)


def _lacking(dataset: Dataset) -> str:
    """Return what is missing to identify agent-days, "" if nothing is."""
    wanted = {"calls": ("agent_id", "talk_s"), "agent_time": ("agent_id", "state", "seconds")}
    for table, columns in wanted.items():
        if table not in dataset.frames:
            return table
        missing = [f"{table}.{c}" for c in columns if not dataset.has(table, c)]
        if missing or not dataset.reaches(table, "day"):
            return ", ".join(missing) or f"{table} day"
    return ""


def _by_day(
    dataset: Dataset, table: str, sums: dict[str, nw.Expr]
) -> dict[tuple[str, dt.date], dict[str, float]]:
    """Return sums by agent and day, without rows that lack an agent or a clock."""
    frame = dataset.table(table, "day").filter(~nw.col("agent_id").is_null(), ~nw.col("day").is_null())
    frame = frame.with_columns(**sums).group_by("agent_id", "day").agg(nw.col(*sums).sum())
    return {
        (str(row["agent_id"]), date_of(int(row["day"]))): {
            name: 0.0 if unknown(row[name]) else float(row[name]) for name in sums
        }
        for row in records(frame)
    }


def _zero(value: float) -> float:
    return value if value > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """The gaps of one campaign.

    Attributes
    ----------
    campaign : str
        Its label; empty if calls have no campaign.
    days : tuple of date
        Days without a call whose weekday is usually worked.
    hours : tuple of (date, tuple of int)
        Working days without a call in hours that nearly all days have.
    """

    campaign: str
    days: tuple[dt.date, ...]
    hours: tuple[tuple[dt.date, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Gaps(Answer):
    """The calendar of calls.

    Attributes
    ----------
    voice : Voice
    gaps : tuple of Gap
        Of the campaigns with gaps.
    calls : mapping of date to int
        Calls of every day, all campaigns together.
    missing : tuple of date
        Days without calls in any campaign.
    note : str
        Why it cannot be determined; empty otherwise.
    """

    voice: Voice
    gaps: tuple[Gap, ...]
    calls: Mapping[dt.date, int]
    missing: tuple[dt.date, ...] = ()
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return one row per gap: campaign, day, hour (nan if the whole day is missing)."""
        import pandas as pd

        rows: list[tuple[str, dt.date, float]] = []
        for gap in self.gaps:
            rows += [(gap.campaign, day, float("nan")) for day in gap.days]
            rows += [(gap.campaign, day, float(hour)) for day, hours in gap.hours for hour in hours]
        return pd.DataFrame(rows, columns=["campaign", "day", "hour"])


def gaps(dataset: Dataset) -> Gaps:
    """Find days and hours without a call that usually have some.

    What is usual is estimated from the quarters around the period too.
    """
    voice = Voice.of(dataset)
    if not dataset.reaches("calls", "day"):
        why = voice.reason("not computable: needs calls.local_started_at")
        return Gaps(voice, (), {}, (), voice.say("Gaps in the calendar: {why}.", why=why))
    counted = _counted(around(dataset))
    days: dict[dt.date, int] = {}
    for hours in counted.values():
        for day, by_hour in hours.items():
            days[day] = days.get(day, 0) + sum(by_hour.values())
    asked = set(inside(dataset, days))
    if not asked:
        return Gaps(voice, (), {}, (), voice.say("Gaps in the calendar: no call has a time."))
    clock = "hour" not in dataset.provenance.get("lacks", {})
    lacking = []
    for name, hours in sorted(counted.items()):
        gap = _gap(voice.label(name) if name else "", hours, clock)
        inner = tuple(inside(dataset, gap.days)), tuple(h for h in gap.hours if h[0] in asked)
        lacking += [Gap(gap.campaign, *inner)] if any(inner) else []
    missing = tuple(inside(dataset, missing_days(sorted(days))))
    return Gaps(voice, tuple(lacking), {day: days[day] for day in days if day in asked}, missing)


def _counted(dataset: Dataset) -> dict[str, dict[dt.date, dict[int, int]]]:
    """Count calls by campaign, day and hour."""
    by = ["campaign_id"] if dataset.has("calls", "campaign_id") else []
    frame = dataset.table("calls", "day", "hour").filter(~nw.col("day").is_null())
    calls: dict[str, dict[dt.date, dict[int, int]]] = {}
    for row in records(frame.group_by(*by, "day", "hour").agg(rows=nw.len())):
        name = "" if not by or unknown(row["campaign_id"]) else str(row["campaign_id"])
        day = calls.setdefault(name, {}).setdefault(date_of(int(row["day"])), {})
        day[int(row["hour"])] = int(row["rows"])
    return calls


def _gap(name: str, hours: Hours, clock: bool) -> Gap:
    calls = sum(sum(by_hour.values()) for by_hour in hours.values())
    busy = calls >= FEWEST_CALLS * len(hours)
    days = tuple(missing_days(sorted(hours))) if busy else ()
    return Gap(name, days, tuple(_missing_hours(hours)) if clock else ())


def _missing_hours(hours: Hours) -> list[tuple[dt.date, tuple[int, ...]]]:
    """Return the days that lack an hour that nearly all days have.

    Examples
    --------
    >>> days = [dt.date(2026, 9, day) for day in range(1, 12)]
    >>> hours = {day: {9: 20, 10: 20} for day in days} | {days[3]: {9: 20}}
    >>> _missing_hours(hours)
    [(datetime.date(2026, 9, 4), (10,))]
    """
    if len(hours) < FEWEST_DAYS:
        return []
    every = sorted({hour for by_hour in hours.values() for hour in by_hour})
    usual = [hour for hour in every if _usual([by_hour.get(hour, 0) for by_hour in hours.values()])]
    lacking = [(day, tuple(h for h in usual if h not in hours[day])) for day in sorted(hours)]
    return [(day, missing) for day, missing in lacking if missing]


def _usual(calls: Sequence[int]) -> bool:
    """Return whether an hour has calls on nearly all days, and so many that none is unlikely."""
    worked = sum(n > 0 for n in calls)
    return worked >= USUAL_SHARE * len(calls) and sum(calls) >= FEWEST_CALLS * len(calls)
