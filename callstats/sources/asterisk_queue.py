"""From the events of Asterisk's queues to calls and to the working time of agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any

import pandas as pd

from callstats.sources import notes as told
from callstats.sources.outcomes import Outcome
from callstats.sources.raw import Frame, Series
from callstats.sources.switchboard import filled, set_flags
from callstats.sources.times import clock, localise, parse
from callstats.sources.typed_cells import TEXT

NONE = ("NONE", "NULL", "")
_COMPLETED = ("COMPLETEAGENT", "COMPLETECALLER")
_HANDED_ON = ("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
_ENDS = (*_COMPLETED, *_HANDED_ON)
#: Events that leave the queue without an agent, and which parameter is the wait.
_LEFT = {"ABANDON": 3, "EXITWITHTIMEOUT": 3, "EXITEMPTY": 3, "EXITWITHKEY": 4}
_OF_A_CALL = ("ENTERQUEUE", "CONNECT", "RINGNOANSWER", "AGENTDUMP", "SYSCOMPAT", *_ENDS, *_LEFT)
_LOGIN, _LOGOFF = ("AGENTLOGIN", "AGENTCALLBACKLOGIN"), ("AGENTLOGOFF", "AGENTCALLBACKLOGOFF")
_EVERYWHERE = "*"


def events_of(table: Frame, notes: list[str], zone: str) -> Frame:
    """Read the events in the order of time: their moments are epochs, or texts of the server's clock."""
    events = table.copy()
    texts = filled(events, "event_time")
    counted = pd.to_numeric(texts.astype(object), errors="coerce")
    counted = counted.where(counted < 1e11, counted / 1000.0)
    moments = pd.to_datetime(counted, unit="s", utc=True).astype("datetime64[us, UTC]")
    written = texts.where(counted.isna())
    if written.notna().any():
        moments = moments.fillna(localise(parse(written, (), {"column": "time"}).naive, zone).utc)
    unread = int(moments.isna().sum())
    if unread:
        notes.append(told.write(told.EVENTS_WITHOUT_TIME, count=unread))
    events["at"] = moments
    events["event"] = filled(events, "event").str.strip().str.upper()
    for name in ("callid", "queue", "agent"):
        texts = filled(events, name)
        events[name] = texts.mask(texts.isin(NONE))
    events["agent"] = member(events["agent"])
    events = events.rename(columns={"_raw": "raw_number", "_position": "raw_position"})
    known = events[events["at"].notna() & events["event"].notna()]
    what = [name for name in known.columns if name not in ("raw_number", "raw_position")]
    known = known[~known[what].astype(str).duplicated()]  # two downloads that overlap
    return known.sort_values("at", kind="stable", ignore_index=True)


def member(names: Series) -> Series:
    """Return the name of a member of a queue without the technology of its phone.

    Examples
    --------
    >>> member(pd.Series(["SIP/ann", "Local/101@from-queue/n", "Agent/1001", "Ann Example"])).tolist()
    ['ann', '101', '1001', 'Ann Example']
    """
    plain = names.astype(object).str.replace(
        r"^(?:Local|SIP|PJSIP|IAX2|Agent|SCCP|DAHDI|Zap|Khomp)/", "", regex=True
    )
    return plain.str.replace(r"(?:@.*|/n)$", "", regex=True).astype(TEXT)


@dataclass(slots=True)
class _Call:
    """What the events of one caller say."""

    at: Any
    queue: object
    contact: object = None
    agent: object = None
    wait: float = nan
    talk: float = nan
    ring: float = nan
    code: str = "ENTERQUEUE"
    connected_at: Any = None
    entered_at: Any = None

    def hear(self, event: Any) -> None:
        """Take in the next event."""
        name = str(event.event)
        if name == "ENTERQUEUE":
            self.entered_at, self.code = event.at, name
            self.contact = _text(event.data2) or self.contact
        elif name == "CONNECT":
            self._connect(event)
        elif name in _ENDS:
            self._end(event, name)
        elif name in _LEFT:
            self._wait(_number(getattr(event, f"data{_LEFT[name]}")), event.at)
            self.code = name

    def _connect(self, event: Any) -> None:
        at, waited = event.at, _number(event.data1)
        if self.entered_at is None and not isnan(waited):  # the log begins in the middle of the call
            self.at = at - pd.Timedelta(seconds=waited)
        self._wait(waited, at)
        self.agent, self.connected_at, self.code = event.agent, at, "CONNECT"
        self.ring = _number(event.data3)

    def _end(self, event: Any, name: str) -> None:
        talk = _number(event.data2) if name in _COMPLETED else nan
        if isnan(talk) and self.connected_at is not None:
            talk = (event.at - self.connected_at).total_seconds()
        if self.connected_at is None:  # the log begins during the talk
            self._wait(_number(event.data1) if name in _COMPLETED else nan, event.at)
        if not isnan(talk):
            self.talk = talk if isnan(self.talk) else self.talk + talk
        self.agent, self.code = event.agent or self.agent, name
        self.connected_at = None

    def _wait(self, waited: float, at: pd.Timestamp) -> None:
        if isnan(waited) and self.entered_at is not None:
            waited = (at - self.entered_at).total_seconds()
        if not isnan(waited):
            self.wait = waited if isnan(self.wait) else self.wait + waited
        self.entered_at = None


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return nan


def _text(value: Any) -> str | None:
    return None if pd.isna(value) or str(value) in NONE else str(value)


def calls_of(events: Frame, zone: str) -> Frame:
    """Make a call of the events of each caller, whatever queues it came to."""
    rows = events[events["event"].isin(_OF_A_CALL) & events["callid"].notna()]
    calls: dict[str, _Call] = {}
    places: dict[str, tuple[int, int]] = {}
    for event in rows.itertuples(index=False):
        name = str(event.callid)
        if name not in calls:
            calls[name] = _Call(event.at, event.queue)
            places[name] = (event.raw_number, event.raw_position)
        calls[name].hear(event)
    return _table(calls, places, zone)


def _table(calls: dict[str, _Call], places: dict[str, tuple[int, int]], zone: str) -> Frame:
    made = list(calls.values())
    table = pd.DataFrame({
        "_raw": pd.array([places[name][0] for name in calls], dtype="int64"),
        "_position": pd.array([places[name][1] for name in calls], dtype="int64"),
        "call_id": pd.array(list(calls), dtype=TEXT),
        "contact_id": pd.array([call.contact for call in made], dtype=TEXT),
        "campaign_id": pd.array([_text(call.queue) for call in made], dtype=TEXT),
        "agent_id": pd.array([_text(call.agent) for call in made], dtype=TEXT),
        "direction": pd.array(["inbound"] * len(made), dtype=TEXT),
        "started_at": pd.Series([call.at for call in made], dtype="datetime64[us, UTC]"),
        "queue_s": pd.Series([call.wait for call in made], dtype=float),
        "talk_s": pd.Series([call.talk for call in made], dtype=float),
        "ring_s": pd.Series([call.ring for call in made], dtype=float),
        "outcome_code": pd.array([call.code for call in made], dtype=TEXT),
    })  # fmt: skip
    table["local_started_at"] = clock(table["started_at"], zone)
    table["time_zone"] = pd.Series(zone, index=table.index, dtype=object)
    return table


def flag(calls: Frame, outcomes: Mapping[str, Outcome]) -> None:
    """Set the flags of calls of a queue by their last event."""
    for code in calls["outcome_code"].dropna().unique():
        if code in outcomes:
            set_flags(calls, calls["outcome_code"].eq(code).fillna(False).astype(bool), outcomes[code])


def agent_time_of(events: Frame, notes: list[str], zone: str) -> Frame | None:
    """Make the working time of the agents who log in: talk, pause and wait, one after the other.

    Of members who are fixed in the configuration the log does not say when they work.
    """
    pieces, fixed = [], 0
    for agent, own in events[events["agent"].notna()].groupby("agent", sort=True):
        shift = _Shift(str(agent))
        pieces += shift.work(own)
        fixed += shift.never_logged_in and own["event"].eq("CONNECT").any()
    if fixed:
        notes.append(told.write(told.NEVER_LOGGED_IN, count=int(fixed)))
    if not pieces:
        return None
    time = pd.DataFrame(pieces)
    time["start"] = time["start"].astype("datetime64[us, UTC]")
    time["local_start"] = clock(time["start"], zone)
    for name in ("agent_id", "campaign_id", "state", "pause_code"):
        time[name] = time[name].astype(TEXT)
    return time.sort_values(["agent_id", "start"], kind="stable", ignore_index=True)


@dataclass(slots=True)
class _Shift:
    """An agent's way through a day, event by event."""

    agent: str
    queues: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    reason: object = None
    talking: str | None = None
    since: Any = None
    never_logged_in: bool = True
    place: tuple[int, int] = (0, 0)

    def work(self, events: Frame) -> list[dict[str, Any]]:
        """Return the stretches of all shifts."""
        names = set(events["event"])
        if not names & {*_LOGIN, *_LOGOFF, "ADDMEMBER", "REMOVEMEMBER"}:
            return []
        self.never_logged_in = False
        done: list[dict[str, Any]] = []
        self._begin_before(events)
        for event in events.itertuples(index=False):
            if self.since is not None and event.at > self.since:
                done.append(self._stretch(event.at))
            self._take(event)
        return done

    def _begin_before(self, events: Frame) -> None:
        """Begin with the first event where the log begins after the login."""
        marks = events[events["event"].isin([*_LOGIN, *_LOGOFF, "ADDMEMBER", "REMOVEMEMBER"])]
        first = marks.iloc[0]
        if first["event"] in _LOGOFF:
            length = _number(first["data2"])
            began = first["at"] - pd.Timedelta(seconds=length) if not isnan(length) else events["at"].iloc[0]
            self.since, self.queues = min(began, events["at"].iloc[0]), {_EVERYWHERE}
        elif first["event"] == "REMOVEMEMBER":
            self.since = events["at"].iloc[0]
            gone = marks[marks["event"].eq("REMOVEMEMBER")]
            added = set(marks.loc[marks["event"].eq("ADDMEMBER"), "queue"].dropna())
            self.queues = set(gone["queue"].dropna()) - added or {str(first["queue"])}

    def _stretch(self, until: pd.Timestamp) -> dict[str, Any]:
        state = "talk" if self.talking is not None else "pause" if self._is_paused() else "wait"
        only = next(iter(self.queues)) if len(self.queues) == 1 else None
        queue = self.talking if state == "talk" else None if only == _EVERYWHERE else only
        return {
            "_raw": self.place[0], "_position": self.place[1], "agent_id": self.agent, "campaign_id": queue,
            "start": self.since, "state": state, "seconds": (until - self.since).total_seconds(),
            "pause_code": self.reason if state == "pause" else None,
        }  # fmt: skip

    def _is_paused(self) -> bool:
        return _EVERYWHERE in self.paused or (bool(self.queues) and self.queues <= self.paused)

    def _take(self, event: Any) -> None:
        name, queue = event.event, _text(event.queue) or _EVERYWHERE
        if name in _LOGIN or name == "ADDMEMBER":
            self.queues.add(str(queue))
        elif name in _LOGOFF:
            self.queues.clear()
        elif name == "REMOVEMEMBER":
            self.queues.discard(str(queue))
        elif name in ("PAUSE", "PAUSEALL"):
            self.paused.add(_EVERYWHERE if name == "PAUSEALL" else str(queue))
            self.reason = _text(event.data1)
        elif name == "UNPAUSEALL" or (name == "UNPAUSE" and queue == _EVERYWHERE):
            self.paused.clear()
        elif name == "UNPAUSE":
            self.paused -= {str(queue), _EVERYWHERE}
        elif name == "CONNECT":
            self.talking = str(queue)
        elif name in _ENDS:
            self.talking = None
        if not self.queues:
            self.paused.clear()
        self.place = (event.raw_number, event.raw_position)
        self.since = event.at if self.queues or self.talking is not None else None
