"""Agent time against call time, day by day of each agent."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.searches import TIME_S, TIME_SHARE
from callstats.dataset.clock import unknown
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

#: Agent-days with a line of their own.
_MOST = 15
_WORK = ("talk", "hold", "wrap")
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class AgentDay:
    """One day of one agent, all in seconds; nan where a table says nothing of it.

    Attributes
    ----------
    agent : str
    day : datetime.date
    login_s : float
        All agent time.
    work_s : float
        Talk, hold and wrap of the agent time.
    calls_s : float
        Talk, hold and wrap of the calls.
    """

    agent: str
    day: dt.date
    login_s: float
    work_s: float
    calls_s: float

    @property
    def share(self) -> float:
        """Time in calls as a fraction of the login: infinite without a login, nan without either."""
        if self.login_s > 0:
            return _zero(self.calls_s) / self.login_s
        return math.inf if self.calls_s > 0 else math.nan

    @property
    def impossible(self) -> bool:
        """Whether more time was spent in calls than logged in, beyond what clocks differ."""
        login = self.login_s if self.login_s > 0 else 0.0
        return self.calls_s > login + max(TIME_S, TIME_SHARE * login)

    @property
    def differs(self) -> bool:
        """Whether both tables tell different times of work."""
        work, calls = (value if value > 0 else 0.0 for value in (self.work_s, self.calls_s))
        return abs(work - calls) > max(TIME_S, TIME_SHARE * max(work, calls))


@dataclass(frozen=True)
class AgentDays(Answer):
    """Every day of every agent.

    Attributes
    ----------
    voice : Voice
    days : tuple of AgentDay
        By agent, then by day.
    note : str
        Why it cannot be told; empty otherwise.
    """

    voice: Voice
    days: tuple[AgentDay, ...]
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return a row an agent-day: agent_id, day, login_s, work_s, calls_s, impossible, differs."""
        import pandas as pd

        columns = ["agent_id", "day", "login_s", "work_s", "calls_s", "impossible", "differs"]
        listed = [
            (d.agent, d.day, d.login_s, d.work_s, d.calls_s, d.impossible, d.differs) for d in self.days
        ]
        return pd.DataFrame(listed, columns=columns)

    @property
    def wrong(self) -> list[AgentDay]:
        """The days on which the tables contradict each other, the largest contradiction first."""
        found = [d for d in self.days if d.impossible or d.differs]
        return sorted(found, key=lambda d: (not d.impossible, -abs(_zero(d.calls_s) - _zero(d.work_s))))

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """On how many days calls exceed the login, and on how many the tables differ."""
        if self.note:
            return ()
        _, form = self.voice.say, self.voice.form
        impossible = sum(d.impossible for d in self.days)
        differ = len(self.wrong) - impossible
        if not self.wrong:
            text = _("On all {n} agent-days calls and agent time agree.", n=form.number(len(self.days)))
            return (Sentence(text, "good"),)
        text = _(
            "Of {n} agent-days, {impossible} have more time in calls than logged in; on {differ} more the "
            "two tables tell times of work that differ by over a tenth and ten minutes.",
            n=form.number(len(self.days)),
            impossible=form.number(impossible),
            differ=form.number(differ),
        )
        return (Sentence(text, "bad" if impossible else "unknown"),)

    def plot(self, ax: Any = None) -> Any:
        """Draw time in calls as a share of time logged in by day, each day of an agent a point."""
        from callstats.show.plots import day_strip

        _ = self.voice.say
        shown = [d for d in self.days if d.share == d.share]
        return day_strip(
            [d.day for d in shown],
            [d.share for d in shown],
            [d.agent for d in shown],
            formatter=self.voice.form,
            label=_("share of login in calls"),
            limit_label=_("time logged in"),
            outside=[d.impossible for d in shown],
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        caption = _("Time in calls as a share of time logged in, each point a day of an agent")
        named = ", ".join(f"{d.agent} ({form.day(d.day)})" for d in self.wrong if d.impossible)
        n = form.number(len(self.days))
        alt = _("{n} agent-days, all with no more time in calls than logged in.", n=n)
        if named:
            alt = _("{n} agent-days; more time in calls than logged in: {days}.", n=n, days=named)
        return figure(self.plot(), caption, alt)

    def table(self) -> TableView:
        """Return the days on which the tables contradict each other."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("Agent")), Column(_("Day"), "right"), Column(_("Logged in"), "right")]
        heads += [Column(h, "right") for h in (_("At work, agent time"), _("At work, calls"))]
        heads += [Column(_("What is wrong"))]
        words = {True: _("calls exceed the login"), False: _("the two differ")}
        lines = [
            [
                Cell(d.agent, strong=True),
                Cell(form.date(d.day)),
                *(Cell(form.value(s, "s")) for s in (d.login_s, d.work_s, d.calls_s)),
                Cell(words[d.impossible]),
            ]
            for d in self.wrong[:_MOST]
        ]
        left = len(self.wrong) - _MOST
        notes = [_.ngettext("{n} more agent-day", "{n} more agent-days", left)] if left > 0 else []
        notes.append(_("Figures per hour rest on agent time: look for calls or log-ins missing on that day."))
        return TableView(_("Agent-days that do not fit"), heads, lines, notes)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, the plot, and the days that do not fit."""
        if self.note:
            return (Note(self.note),)
        return (self.verdict, self.figure(), *([self.table()] if self.wrong else []))


def _zero(value: float) -> float:
    return value if value > 0 else 0.0


def agent_days(dataset: Dataset) -> AgentDays:
    """Put agent time and call time of every agent's day side by side."""
    voice = Voice.of(dataset)
    lacking = _lacking(dataset)
    if lacking:
        why = voice.reason(f"not computable: needs {lacking}")
        return AgentDays(voice, (), voice.say("Agent time against call time: {why}.", why=why))
    columns = [c for c in ("talk_s", "hold_s", "wrap_s") if dataset.has("calls", c)]
    spent = reduce(add, [nw.col(c).cast(nw.Float64).fill_null(0.0) for c in columns])
    in_calls = _by_day(dataset, "calls", {"calls_s": spent})
    seconds = nw.col("seconds").cast(nw.Float64)
    work = nw.when(nw.col("state").is_in(list(_WORK))).then(seconds).otherwise(nw.lit(0.0))
    in_time = _by_day(dataset, "agent_time", {"login_s": seconds, "work_s": work})
    keys = sorted({*in_calls, *in_time})
    made = [{**in_time.get(key, {}), **in_calls.get(key, {})} for key in keys]
    days = tuple(
        AgentDay(agent, day, *(sums.get(name, NAN) for name in ("login_s", "work_s", "calls_s")))
        for (agent, day), sums in zip(keys, made, strict=True)
    )
    if not days:
        return AgentDays(voice, (), voice.say("Agent time against call time: no agent is known."))
    return AgentDays(voice, days)


def _lacking(dataset: Dataset) -> str:
    """Return what is missing to tell agents' days apart, "" where nothing is."""
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
    """Return sums by agent and day; rows of nobody, or without a clock, are left out."""
    frame = dataset.table(table, "day").filter(~nw.col("agent_id").is_null(), ~nw.col("day").is_null())
    frame = frame.with_columns(**sums).group_by("agent_id", "day").agg(nw.col(*sums).sum())
    return {
        (str(row["agent_id"]), _date(int(row["day"]))): {
            name: 0.0 if unknown(row[name]) else float(row[name]) for name in sums
        }
        for row in records(frame)
    }


def _date(number: int) -> dt.date:
    return dt.date(number // 10000, number // 100 % 100, number % 100)
