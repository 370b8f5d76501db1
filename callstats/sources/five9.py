"""Five9: the call log report."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from callstats.sources.base import NULLS, Field, Layout, Legs, Source
from callstats.sources.outcome_words import PLAIN
from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.raw import Frame, Series
from callstats.sources.switchboard import (
    INTERNAL,
    LAST_SAYS,
    add_facts,
    filled,
    holds,
    merged,
    seconds,
)
from callstats.sources.typed_cells import TEXT

_SYSTEM = {
    "no_answer": ("No Answer", "No Answer Detected"),
    "busy": ("Busy",),
    "failed": (
        "Fast Busy",
        "Dial Error",
        "Resource Unavailable",
        "System Error",
        "System Shutdown",
        "Hardware Timeout",
    ),
    "invalid": ("Operator Intercept", "Number Not In Service", "Disconnected Number"),
    "machine": ("Answering Machine", "Recording Played - Answering Machine", "Voicemail Dump"),
    "fax": ("Fax",),
    "silence": ("No Party Contact",),
    "abandoned": (
        "Abandon",
        "Abandoned",
        "Caller Disconnected",
        "Sent To Voicemail",
        "Queue Callback Timeout",
    ),
    "picked_up": ("Recording Played", "Call Completed"),
    "do_not_call": ("Do Not Call",),
    "callback": ("Callback", "Queue Callback Assigned"),
    "transferred": ("Transferred To 3rd Party", "Transferred to Skill"),
    "no_outcome": ("No Disposition", "Agent Error", "Not Set", "Timeout"),
}
STATUSES: Mapping[str, Outcome] = {
    **PLAIN,
    **{word: OUTCOMES[kind] for kind, words in _SYSTEM.items() for word in words},
}
_OTHER_WORK = "calls of other kinds (internal, test, third party)"
_ONE_CALL = Legs(
    key=("call_key",),
    keep={**LAST_SAYS, "campaign_id": "first", "talk_s": "sum", "wrap_s": "sum", "hold_s": "sum", "queue_s": "sum",
          "gave_up": "max", "connected": "any", "live": "any", "handled": "any"},
)  # fmt: skip


def prepare(tables: Mapping[str, Frame]) -> dict[str, Frame]:
    """Tell direction and contact by the type of the call, and who spoke with an agent."""
    calls = tables["calls"].copy()
    kind = filled(calls, "call_type")
    inbound = holds(kind, "inbound|voicemail") & ~holds(kind, "outbound")
    calls["direction"] = pd.Series("outbound", index=calls.index, dtype=TEXT).mask(inbound, "inbound")
    calls["contact_id"] = filled(calls, "dnis").mask(inbound, filled(calls, "ani"))
    calls["_left_out"] = _left_out(kind)
    held = seconds(calls, "hold_s").fillna(0.0) + seconds(calls, "park_s").fillna(0.0)
    whole = seconds(calls, "whole_talk_s")
    calls["talk_s"] = seconds(calls, "talk_s").fillna((whole - held).where(whole >= held, whole))
    if "hold_s" in calls:
        calls["hold_s"] = held.where(calls["hold_s"].notna())
    key = filled(calls, "call_id")
    calls = merged(
        calls.drop(columns=["call_type", "ani", "dnis", "park_s", "whole_talk_s"], errors="ignore"),
        key,
        _ONE_CALL,
    )
    add_facts(calls, filled(calls, "agent_id").notna(), seconds(calls, "gave_up") > 0)
    return {**tables, "calls": calls.drop(columns="gave_up", errors="ignore")}


def _left_out(kind: Series) -> Series:
    reason = pd.Series(pd.NA, index=kind.index, dtype=TEXT)
    return reason.mask(holds(kind, "test|3rd party|third party"), _OTHER_WORK).mask(
        holds(kind, "internal"), INTERNAL
    )


TRAPS = (
    "[None] stands for nobody, in AGENT and elsewhere.",
    "The contact is DNIS of a call that went out and ANI of one that came in.",
    "CALL TYPE Inbound and Inbound Voicemail came in; Outbound, Autodial, Manual, Preview and Queue Callback are dials.",
    "Internal calls, tests and third parties of a conference are left out.",
    "Dispositions other than the system's are your own: those that are not plain words are a finding, with what the seconds say of them (an agent who talked had somebody on the line).",
    "Rows with one CALL ID are one call: the last agent's disposition counts, the seconds are added.",
    "TALK TIME contains the time on hold and parked, which are taken off where their columns are there; TALK TIME LESS HOLD AND PARK is used as it stands.",
    "An Operator Intercept is a number that is not in service: it closes the contact.",
    "FinalDisp, FinalApplyToCampaigns, AddAndFinalize and AddAllNumbers are settings of a disposition and are not in the call log: whether a disposition closes the contact is told by its kind.",
    "Times are in the time zone that was chosen for the report.",
)

_CALL = (
    Field("call_id", ("CALL ID",), required=True),
    Field("campaign_id", ("CAMPAIGN",)),
    Field("call_type", ("CALL TYPE",), "text", required=True),
    Field("agent_id", ("AGENT", "AGENT EMAIL", "AGENT NAME")),
    Field("outcome_code", ("DISPOSITION",), required=True),
    Field("ani", ("ANI",), "text"),
    Field("dnis", ("DNIS",), "text"),
    Field("list_id", ("LIST NAME",)),
    Field("queue_s", ("QUEUE WAIT TIME",), unit="hh:mm:ss"),
    Field("ring_s", ("RING TIME",), unit="hh:mm:ss"),
    Field("talk_s", ("TALK TIME LESS HOLD AND PARK",), unit="hh:mm:ss"),
    Field("whole_talk_s", ("TALK TIME",), "number", unit="hh:mm:ss"),
    Field("park_s", ("PARK TIME",), "number", unit="hh:mm:ss"),
    Field("hold_s", ("HOLD TIME",), unit="hh:mm:ss"),
    Field("wrap_s", ("AFTER CALL WORK TIME",), unit="hh:mm:ss"),
    Field("gave_up", ("ABANDONED",), "number"),
)

SOURCE = Source(
    name="five9",
    title="Five9",
    layouts=(
        Layout(
            "call log", "calls", (Field("started_at", ("TIMESTAMP",), required=True), *_CALL),
            signature=("CALL ID", "TIMESTAMP", "CALL TYPE", "DISPOSITION", "ANI", "DNIS"),
        ),
        Layout(
            "call log with date and time", "calls", (Field("started_at", template="{DATE} {TIME}", required=True), *_CALL),
            signature=("CALL ID", "DATE", "TIME", "CALL TYPE", "DISPOSITION"), unlike=("TIMESTAMP",),
        ),
    ),
    statuses=STATUSES,
    nulls=(*NULLS, "[None]", "[Deleted]"),
    prepare=prepare,
    traps=TRAPS,
)  # fmt: skip
