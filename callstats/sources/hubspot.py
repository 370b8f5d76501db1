"""HubSpot's calls: by the names of their properties (API, warehouse) or as the list of calls is exported."""

from __future__ import annotations

from callstats.sources.base import Field, Layout, RowCondition, Source
from callstats.sources.outcomes import OUTCOMES, Outcome, unsold

UNFINISHED = ("QUEUED", "RINGING", "CONNECTING", "CALLING_CRM_USER", "IN_PROGRESS")

#: The six outcomes that every portal begins with, by their GUID and by their label.
DISPOSITIONS: tuple[tuple[str, str, Outcome], ...] = (
    ("9d9162e7-6cf3-4944-bf63-4dff82258764", "Busy", OUTCOMES["busy"]),
    ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected", unsold("spoken")),
    ("a4c4c377-d246-4b32-a13b-75a56a4cd0ff", "Left live message", unsold("spoken")),
    ("b2cf5968-551e-4856-9783-52b3da59a7d0", "Left voicemail", OUTCOMES["machine"]),
    ("73a0d17f-1163-4015-bdd5-ec830791da20", "No answer", OUTCOMES["no_answer"]),
    ("17b47fee-58de-441e-a44c-c6300d46f273", "Wrong number", OUTCOMES["wrong_number"]),
)

#: What the status says of a call for which nobody chose an outcome.
_BY_STATUS = {
    "BUSY": OUTCOMES["busy"],
    "NO_ANSWER": OUTCOMES["no_answer"],
    "FAILED": OUTCOMES["failed"],
    "CANCELED": OUTCOMES["no_answer"],
    "MISSED": OUTCOMES["no_answer"],
    "COMPLETED": OUTCOMES["no_outcome"],
}


def _properties(name: str, before: str, call_id: tuple[str, ...]) -> Layout:
    def field(to: str, *names: str, **more) -> Field:
        return Field(to, tuple(before + column for column in names), **more)

    direction = f"{before}hs_call_direction"
    return Layout(
        name,
        "calls",
        (
            Field("call_id", call_id, required=True),
            field("contact_id", "hs_call_callee_object_id", "hs_call_to_number"),
            Field("phone", (f"{before}hs_call_to_number", f"{before}hs_call_from_number"), pick="direction"),
            field("agent_id", "hubspot_owner_id", "hs_created_by_user_id", pick="filled"),
            field("direction", "hs_call_direction", required=True),
            field("started_at", "hs_timestamp", unit="ms", required=True),
            field("talk_s", "hs_call_duration", unit="ms"),
            field("outcome_code", "hs_call_disposition", "hs_call_status", pick="filled"),
        ),
        signature=(f"{before}hs_timestamp", direction),
        where=(RowCondition(f"{before}hs_call_status", other_than=UNFINISHED, optional=True),),
    )


_LIST = Layout(
    "list of calls exported from HubSpot",
    "calls",
    (
        Field("call_id", ("Record ID", "Call ID"), required=True),
        Field("contact_id", ("Associated Contact IDs", "Associated Contact", "To Number"), pick="filled"),
        Field("phone", ("To Number", "From Number"), pick="direction"),
        Field("agent_id", ("Activity assigned to", "Call owner", "Owner"), pick="filled"),
        Field("direction", ("Call direction", "Direction"), required=True),
        Field("started_at", ("Activity date", "Call date", "Create date"), required=True),
        Field("talk_s", ("Call duration", "Call duration (ms)"), unit="ms"),
        Field("outcome_code", ("Call outcome", "Call status"), pick="filled"),
    ),
    signature=("Record ID", "Call direction", "Activity date"),
    where=(
        RowCondition(
            "Call status", other_than=(*UNFINISHED, "In progress", "Calling CRM user"), optional=True
        ),
    ),
)

SOURCE = Source(
    name="hubspot",
    title="HubSpot",
    layouts=(
        _properties("HubSpot call by property names", "", ("hs_object_id", "id", "Id")),
        _properties("HubSpot call of the API", "properties.", ("id", "properties.hs_object_id")),
        _LIST,
    ),
    statuses={
        **{guid: outcome for guid, _, outcome in DISPOSITIONS},
        **{label: outcome for _, label, outcome in DISPOSITIONS},
        **_BY_STATUS,
        "No_answer": OUTCOMES["no_answer"],
    },
    inbound_statuses={
        "MISSED": OUTCOMES["abandoned"],
        "NO_ANSWER": OUTCOMES["abandoned"],
        "BUSY": OUTCOMES["turned_away"],
        "CANCELED": OUTCOMES["abandoned"],
    },
    traps=(
        "hs_call_disposition is a GUID; the six of a new portal are known, with their labels. A portal can add its own and relabel these: others are a finding, and their flags are unknown.",
        "hs_call_duration is in milliseconds; a clock (00:03:25) in its place is read as one.",
        "A call without an outcome has that of its status; COMPLETED is also what a call logged by hand is, so it says nothing.",
        "Connected is a talk: whether it sold is in deals, not in calls, and unknown here.",
        "Left voicemail is a machine; Left live message is a person.",
        "An exported list has its times on the clock of the portal, without a zone; hs_timestamp is in UTC.",
    ),
    lacks={"campaign_id": "HubSpot's calls belong to no campaign"},
)
