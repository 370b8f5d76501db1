"""NICE CXone (inContact): the call detail records of Data Download and of custom reports."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from callstats.sources.base import NULLS, Field, Layout, Legs, Source
from callstats.sources.outcome_words import PLAIN
from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.raw import Frame, Series
from callstats.sources.switchboard import LAST_SAYS, add_facts, filled, holds, merged, seconds, surely
from callstats.sources.typed_cells import TEXT

STATUSES: Mapping[str, Outcome] = {
    **PLAIN,
    "Abandoned": OUTCOMES["abandoned"],
    "Abandon": OUTCOMES["abandoned"],
    "Invalid Number": OUTCOMES["invalid"],
    "Bad Number": OUTCOMES["invalid"],
    "Disconnected": OUTCOMES["invalid"],
    "No Disposition": OUTCOMES["no_outcome"],
    "None": OUTCOMES["no_outcome"],
}
_NO_CALL = "Media_Name is no phone call"
_ONE_CALL = Legs(
    key=("call_key",),
    keep={**LAST_SAYS, "call_id": "first", "talk_s": "sum", "wrap_s": "sum", "hold_s": "sum", "queue_s": "sum",
          "gave_up": "last", "connected": "any", "live": "any", "handled": "any"},
)  # fmt: skip


def prepare(tables: Mapping[str, Frame]) -> dict[str, Frame]:
    """Join the contacts of a transferred call, and tell which went out."""
    calls = tables["calls"].copy()
    own, parent = filled(calls, "call_id"), filled(calls, "parent")
    key = _root(own, parent)
    outbound = _outbound(calls)
    calls["direction"] = pd.Series("inbound", index=calls.index, dtype=TEXT).mask(outbound, "outbound")
    calls["call_id"] = key
    media = filled(calls, "media")
    other = media.notna() & ~holds(media, "call|phone|voice|dial")
    calls["_left_out"] = pd.Series(pd.NA, index=calls.index, dtype=TEXT).mask(other, _NO_CALL)
    agent_s, hold = seconds(calls, "agent_s"), seconds(calls, "hold_s").fillna(0.0)
    talk = seconds(calls, "talk_s").fillna((agent_s - hold).where(agent_s >= hold, agent_s))
    calls["talk_s"] = talk
    gone = ["parent", "media", "agent_s", "way", "skill"]
    calls = merged(calls.drop(columns=gone, errors="ignore"), key, _ONE_CALL)
    gave_up = surely(calls["gave_up"]) if "gave_up" in calls else pd.Series(False, index=calls.index)
    add_facts(calls, filled(calls, "agent_id").notna(), gave_up)
    return {**tables, "calls": calls.drop(columns="gave_up", errors="ignore")}


def _root(own: Series, parent: Series) -> Series:
    """Return the first contact of the call that each contact belongs to; the parent may have one of its own."""
    above = dict(zip(own, parent.fillna(own), strict=True))

    def first(name: str) -> str:
        seen = set()
        while name in above and above[name] != name and name not in seen:
            seen.add(name)
            name = above[name]
        return name

    return own.map(first, na_action="ignore").astype(TEXT)


def _outbound(calls: Frame) -> Series:
    stated = filled(calls, "way")
    by_skill = holds(filled(calls, "skill"), r"\boutbound\b|\bOB\b|\bout\b|dialer|_ob\b|\bob_|outbound")
    yes = holds(stated, "outbound|^out$|^y$|^yes$|^true$|^1$")
    return yes.where(stated.notna(), by_skill).astype(bool)


TRAPS = (
    "A contact that is transferred has a row for each agent; Master_Contact_ID names the first, or the one before: they are one call.",
    "No column says whether a contact came in or went out, unless the report has one (Direction, Is_Outbound): else it went out where the name of the skill says outbound, OB or dialer.",
    "E-mails, chats and other media are left out (Media_Name).",
    "Agent_No 0 and the name N/A are nobody.",
    "Agent_Time contains time on hold, which is taken off; Active_Talk_Time is used where it is there.",
    "Seconds in the queue are InQueue; PreQueue is the menu.",
    "SLA is the system's own judgement and is not read; give the threshold to callstats.",
    "Dispositions are your own: those that are not plain words are a finding, with what the seconds say of them (an agent who talked had somebody on the line).",
    "Dates are written month first, in the time zone that was chosen for the report; Start_Date has the day and start_time the hour.",
    "Whether Hold_Time lies inside Agent_Time is not said in the documentation; in exports that were looked at it does.",
)

_FORMATS = (
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d %H:%M:%S",
)

_CONTACT = (
    Field("call_id", ("Contact_ID", "Contact ID", "ContactID"), "text", required=True),
    Field("parent", ("Master_Contact_ID", "Master Contact ID", "MasterContactID"), "text"),
    Field("media", ("Media_Name", "Media Name", "Media Type"), "text"),
    Field("contact_id", ("ANI_DIALNUM", "ANI/DNIS", "ANI")),
    Field("skill", ("Skill_Name", "Skill Name", "Skill"), "text"),
    Field("campaign_id", ("Campaign_Name", "Campaign Name", "Campaign")),
    Field("list_id", ("SourceName", "Source_Name")),
    Field("agent_id", ("Agent_Name", "Agent Name", "Agent_No", "Agent")),
    Field("way", ("Direction", "Is_Outbound", "IsOutbound", "Call_Direction"), "text"),
    Field("queue_s", ("InQueue", "In_Queue", "In Queue", "InQueue_Time")),
    Field("agent_s", ("Agent_Time", "Agent_Working_Time", "Agent Time"), "number"),
    Field("talk_s", ("Active_Talk_Time", "Active Talk Time")),
    Field("hold_s", ("Hold_Time", "Hold Time")),
    Field("wrap_s", ("ACW_Time", "ACW_Seconds", "ACW Time")),
    Field("gave_up", ("Abandon", "Abandoned"), "flag"),
    Field("outcome_code", ("Disp_Name", "Disposition_Name", "Disposition Name", "Disposition")),
)

SOURCE = Source(
    name="nice-cxone",
    title="NICE CXone",
    layouts=(
        Layout(
            "call detail, date and time", "calls",
            (Field("started_at", template="{Start_Date} {start_time}", required=True, formats=_FORMATS), *_CONTACT),
            signature=("Contact_ID", "Master_Contact_ID", "Skill_Name", "Start_Date", "start_time"),
        ),
        Layout(
            "call detail", "calls",
            (Field("started_at", ("Start_DateTime", "Datetime", "Start_Time", "Contact_Start", "Start_Date"), required=True), *_CONTACT),
            signature=("Contact_ID", "Master_Contact_ID", "Skill_Name"),
        ),
        Layout(
            "contact history", "calls",
            (Field("started_at", ("Start Time", "Contact Start", "Start Date", "Date"), required=True), *_CONTACT),
            signature=("Contact ID", "Master Contact ID", "Skill Name"),
        ),
    ),
    statuses=STATUSES,
    nulls=(*NULLS, "N/A", "[None]"),
    no_agent=("0",),
    prepare=prepare,
    traps=TRAPS,
)  # fmt: skip
