"""Asterisk, and FreePBX and Issabel, which are built on it: call detail records and the log of the queues.

Facts, not logic: ``TRAPS`` lists what is easily misread; the rest is in
:mod:`.asterisk_calls` and :mod:`.asterisk_queue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from callstats.sources import asterisk_calls, asterisk_queue
from callstats.sources.base import Field, Layout, Source
from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.raw import Frame
from callstats.sources.switchboard import TALKED

#: Dispositions of call detail records, and the last event of a call in the log of the queues.
STATUSES: Mapping[str, Outcome] = {
    "ANSWERED": asterisk_calls.PICKED_UP,
    "NO ANSWER": OUTCOMES["no_answer"],
    "BUSY": OUTCOMES["busy"],
    "CONGESTION": OUTCOMES["failed"],
    "FAILED": OUTCOMES["failed"],
    "ENTERQUEUE": Outcome(connected=True, live=True),
    "CONNECT": TALKED,
    "COMPLETEAGENT": TALKED,
    "COMPLETECALLER": TALKED,
    "TRANSFER": TALKED,
    "BLINDTRANSFER": TALKED,
    "ATTENDEDTRANSFER": TALKED,
    "ABANDON": OUTCOMES["abandoned"],
    "EXITWITHTIMEOUT": OUTCOMES["abandoned"],
    "EXITEMPTY": OUTCOMES["abandoned"],
    "EXITWITHKEY": OUTCOMES["abandoned"],
}

TRAPS = (
    "A call has a row for each phone that rang and each transfer; rows with one linkedid (without it: one uniqueid) are one call.",
    "Nothing says whether a call came in or went out: a number of six digits or more is outside, anything shorter is an extension; contexts such as from-trunk, and a did, settle the rest.",
    "Calls between extensions are left out.",
    "ANSWERED of a dial may be a voicemail or a machine: the line was answered, by whom is unknown.",
    "ANSWERED of a call that came in is often the menu or the music of the queue: it was handled only if another phone answered.",
    "billsec of a call that came in contains menu and queue where Asterisk answered first; the talk is in the log of the queues.",
    "The wait in the queue is not in the call detail records; give the queue_log beside them, and both are joined by uniqueid.",
    "duration less billsec is the ringing.",
    "A leg of a Local channel repeats the seconds of the leg that dialled it; they are counted once.",
    "Master.csv has no header, and its columns depend on the configuration (loguniqueid, loguserfield, newcdrcolumns, or cdr_custom).",
    "queue_log calls the wait of a caller holdtime; nobody was on hold. Time on hold is part of the talk.",
    "RINGNOANSWER counts milliseconds, everything else seconds.",
    "A caller who overflows into the next queue is one call of the first queue; the waits are added.",
    "A caller who leaves the queue by a key, a timeout or because nobody is logged in was not given an agent: an abandoned call.",
    "Agents are written without their technology: SIP/ann is ann.",
    "Working time is known of agents who log in (AGENTLOGIN, ADDMEMBER); of fixed members the log does not say when they work.",
    "queue_log counts seconds since 1970; call detail records are on the server's clock.",
    "What came of a talk (sale, refusal) is in no record of Asterisk.",
)

LACKS = {
    "success": "Asterisk does not record what came of a talk",
    "wrap_s": "Asterisk does not record work after the call",
    "hold_s": "Asterisk does not record time on hold; it is part of the talk",
}

_RECORD = (
    Field("started_at", ("calldate", "start", "Call Date"), required=True),
    Field("src", ("src", "Source"), "text", required=True),
    Field("dst", ("dst", "Destination"), "text", required=True),
    Field("outcome_code", ("disposition",), required=True),
    Field("bill_s", ("billsec",), "number", unit="s", required=True),
    Field("duration_s", ("duration",), "number", unit="s"),
    *(
        Field(name, (name,), "text")
        for name in (
            "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "accountcode", "uniqueid", "linkedid", "cnum", "did",
        )
    ),
)  # fmt: skip

_ID = r"(?:[\w.]+-)?\d{9,}\.\d+"
_LOOKS = {
    "disposition": r"ANSWERED|NO ANSWER|BUSY|FAILED|CONGESTION",
    "channel": r"\w+/.+",
    "uniqueid": _ID,
    "linkedid": _ID,
    "sequence": r"\d+",
}
#: What Master.csv holds in its first columns (cdr_csv), and in those of cdr_custom and of the database.
_CSV = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
_CUSTOM = ("clid", "src", "dst", "dcontext", *_CSV[5:], "accountcode")
_TABLE = (
    "calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "duration", "billsec",
    "disposition", "amaflags", "accountcode",
)  # fmt: skip
_FREEPBX = ("did", "recordingfile", "cnum", "cnam", "outbound_cnum", "outbound_cnam", "dst_cnam")
_NEW = ("linkedid", "peeraccount", "sequence")
_ENDS: tuple[tuple[str, ...], ...] = (
    (),
    ("uniqueid",),
    ("userfield",),
    ("uniqueid", "userfield"),
    ("userfield", "uniqueid"),
    ("uniqueid", "linkedid"),
    ("linkedid", "uniqueid"),
    ("uniqueid", "sequence"),
    ("uniqueid", "userfield", "linkedid"),
    ("userfield", "uniqueid", "linkedid"),
    ("uniqueid", "linkedid", "userfield"),
    ("uniqueid", "userfield", "sequence"),
    ("uniqueid", "peeraccount", "linkedid", "sequence"),
    ("userfield", "peeraccount", "linkedid", "sequence"),
    ("uniqueid", "userfield", "linkedid", "sequence"),
    ("uniqueid", "userfield", "sequence", "linkedid"),
    ("uniqueid", "userfield", "peeraccount", "linkedid", "sequence"),
    ("uniqueid", "userfield", "linkedid", "peeraccount", "sequence"),
    ("userfield", "uniqueid", "linkedid", "peeraccount", "sequence"),
    ("userfield", "uniqueid", "peeraccount", "linkedid", "sequence"),
)
_STARTS = (("Master.csv", _CSV, _ENDS), ("cdr_custom", _CUSTOM, _ENDS), ("cdr", _TABLE, (
    *_ENDS, ("uniqueid", "userfield", *_FREEPBX), ("uniqueid", "userfield", *_FREEPBX, *_NEW),
    ("uniqueid", "userfield", *_NEW, *_FREEPBX),
)))  # fmt: skip

HEADLESS = tuple(
    Layout(
        " ".join((f"{name} without header", *end)), "calls", _RECORD,
        order=(*start, *end), looks={k: v for k, v in _LOOKS.items() if k in (*start, *end)},
    )
    for name, start, ends in _STARTS
    for end in ends
)  # fmt: skip

_SIGNATURE = ("src", "dst", "billsec", "disposition")
CDR = Layout("cdr", "calls", _RECORD, signature=_SIGNATURE)
MASTER = Layout(
    "Master", "calls", _RECORD, order=_CSV, looks={k: _LOOKS[k] for k in ("disposition", "channel")}
)

_EVENT = (
    Field("event_time", ("time", "eventdate", "time_id", "created"), "text", required=True),
    Field("callid", ("callid", "call_id", "uniqueid"), "text", required=True),
    Field("queue", ("queuename", "queue"), "text", required=True),
    Field("agent", ("agent", "member"), "text", required=True),
    Field("event", ("event", "verb"), "text", required=True),
    *(Field(f"data{n}", (f"data{n}", f"arg{n}"), "text") for n in range(1, 6)),
    Field("data", ("data",), "text"),
)
_EVENT_ORDER = ("time", "callid", "queue", "agent", "event", *(f"data{n}" for n in range(1, 8)))

QUEUE_LOG = Layout(
    "queue_log", "queue_events", _EVENT, signature=("callid", "agent", "event"),
    order=_EVENT_ORDER, looks={"time": r"\d{9,}(\.\d+)?|\d{4}-\d\d-\d\d.*", "event": r"[A-Z]{3,}"}, ragged=True,
)  # fmt: skip
QUEUE_TABLE = replace(QUEUE_LOG, name="queuelog", order=(), looks={}, ragged=False)


def prepare(tables: Mapping[str, Frame]) -> dict[str, Frame]:
    """Make calls of the legs of call detail records."""
    tables = dict(tables)
    if "calls" in tables:
        tables["calls"] = asterisk_calls.calls_of(tables["calls"])
    return tables


def shape(tables: Mapping[str, Frame], notes: list[str], zone: str) -> dict[str, Frame]:
    """Make calls and agent time of the events of the queues, and join them with the call detail records."""
    tables = dict(tables)
    records, table = tables.get("calls"), tables.pop("queue_events", None)
    if table is None:
        if records is not None:
            tables["calls"] = records.drop(columns="_ids", errors="ignore")
        return tables
    events = asterisk_queue.events_of(table, notes, zone)
    calls = asterisk_queue.calls_of(events, zone)
    asterisk_queue.flag(calls, STATUSES)
    tables["calls"] = calls if records is None else _joined(records, calls)
    time = asterisk_queue.agent_time_of(events, notes, zone)
    if time is not None:
        tables["agent_time"] = time
    return tables


def _joined(records: Frame, calls: Frame) -> Frame:
    """Take what the log of the queues says of a call, which knows waits and talks, over the records."""
    ids = records["_ids"].str.split(" ")
    known = set(calls["call_id"].dropna())
    named = ids.map(lambda names: next((name for name in names if name in known), None)).astype(object)
    place = dict(zip(calls["call_id"], calls.index, strict=True))
    records = records.drop(columns="_ids")
    for position, name in named.dropna().items():
        if name in place:
            calls.loc[place.pop(name), ["_raw", "_position"]] = records.loc[
                position, ["_raw", "_position"]
            ].tolist()
    others = records[named.isna().to_numpy()]
    together = pd.concat([others, calls], ignore_index=True)
    return together.sort_values("started_at", kind="stable", ignore_index=True)


SOURCE = Source(
    name="asterisk",
    title="Asterisk",
    layouts=(CDR, MASTER, QUEUE_LOG, QUEUE_TABLE, *HEADLESS),
    statuses=STATUSES,
    prepare=prepare,
    shape=shape,
    traps=TRAPS,
    lacks=LACKS,
)

_OF_FREEPBX = (*_SIGNATURE, "recordingfile")

FREEPBX = replace(
    SOURCE,
    name="freepbx",
    title="FreePBX",
    layouts=(
        replace(CDR, signature=(*_OF_FREEPBX, "linkedid")),
        replace(CDR, name="cdr of few columns"),
        *SOURCE.layouts[1:],
    ),
)

ISSABEL = replace(
    SOURCE,
    name="issabel",
    title="Issabel or Elastix",
    layouts=(
        replace(CDR, signature=_OF_FREEPBX, unlike=("linkedid",)),
        replace(CDR, name="cdr of few columns"),
        *SOURCE.layouts[1:],
    ),
)  # fmt: skip
