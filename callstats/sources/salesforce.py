"""Salesforce's tasks: by the names of their fields (API, Data Loader), or a report on tasks and events."""

from __future__ import annotations

from callstats.sources.base import Field, Layout, RowCondition, Source
from callstats.sources.outcomes import OUTCOMES, unsold
from callstats.sources.raw import Frame

_FIELDS = Layout(
    "Salesforce Task",
    "calls",
    (
        Field("call_id", ("Id",), required=True),
        Field("contact_id", ("WhoId", "AccountId"), pick="filled"),
        Field("agent_id", ("OwnerId",)),
        Field("campaign_id", ("CampaignId", "Campaign__c")),
        Field("direction", ("CallType",), required=True),
        Field("started_at", ("CompletedDateTime", "ActivityDate"), pick="filled", required=True),
        Field("talk_s", ("CallDurationInSeconds",), unit="s"),
        Field("outcome_code", ("CallDisposition",)),
    ),
    signature=("OwnerId", "CallType", "ActivityDate"),
    where=(
        RowCondition("TaskSubtype", ("Call",), optional=True),
        RowCondition("CallType", other_than=("Internal",)),
        RowCondition("IsDeleted", other_than=("true", "1"), optional=True),
    ),
)

_REPORT = Layout(
    "Salesforce report on tasks",
    "calls",
    (
        Field("call_id", ("Activity ID", "Task ID"), required=True),
        Field("contact_id", ("Name ID", "Contact ID", "Lead ID", "Name", "Contact", "Lead"), pick="filled"),
        Field("agent_id", ("Assigned", "Assigned To", "Assigned Alias"), pick="filled"),
        Field("direction", ("Call Type",), required=True),
        Field("started_at", ("Completed Date/Time", "Date"), pick="filled", required=True),
        Field("talk_s", ("Call Duration", "Call Duration (seconds)", "Call Duration In Seconds"), unit="s"),
        Field("outcome_code", ("Call Result", "Call Disposition")),
    ),
    signature=("Activity ID", "Call Type", "Date"),
    where=(
        RowCondition("Task Subtype", ("Call",), optional=True),
        RowCondition("Call Type", other_than=("Internal",)),
    ),
)


def _complete(calls: Frame) -> Frame:
    """Take a call that was logged without a type for one that its owner placed."""
    return calls.assign(direction=calls["direction"].fillna("outbound"))


_SOLD = ("Sold", "Sale", "Sale made")
_TALK = ("Connected", "Spoke", "Spoke with contact", "Meaningful Connect", "Answered", "Left live message")
_MACHINE = ("Left voicemail", "Left Voicemail", "Voicemail", "Left message", "Answering machine")

SOURCE = Source(
    name="salesforce",
    title="Salesforce",
    layouts=(_FIELDS, _REPORT),
    statuses={
        **dict.fromkeys(_SOLD, OUTCOMES["success"]),
        **dict.fromkeys(_TALK, unsold("spoken")),
        **dict.fromkeys(_MACHINE, OUTCOMES["machine"]),
        **dict.fromkeys(("No answer", "No Answer", "Not answered"), OUTCOMES["no_answer"]),
        "Busy": OUTCOMES["busy"],
        "Call Back Later": OUTCOMES["callback"],
        "Callback": OUTCOMES["callback"],
        "Not Interested": OUTCOMES["refusal"],
        "Unqualified": OUTCOMES["completed"],
        "Wrong number": OUTCOMES["wrong_number"],
        "Disconnected number": OUTCOMES["invalid"],
        "Do not call": OUTCOMES["do_not_call"],
    },
    inbound_statuses=dict.fromkeys(("No answer", "Missed"), OUTCOMES["abandoned"]),
    complete=_complete,
    call_by_call=True,
    traps=(
        "Tasks that are no call (TaskSubtype is not Call) and calls between colleagues (CallType Internal) are left out.",
        "ActivityDate is a due date without an hour. CompletedDateTime, where it is filled, is the time; it is when the task was closed, so a call that was logged later is later here.",
        "Where a call has ActivityDate alone, it is at midnight, and the data cannot be asked by hour.",
        "CallDisposition is a text that each organisation chooses: those of Sales Engagement and plain English ones are known, others are a finding, and their flags are unknown.",
        "A call logged by hand often has no CallType: it is taken as outbound.",
        "Sales are in opportunities, not in tasks, unless CallDisposition says Sold.",
        "The text export of a report says Call Duration in seconds; without Activity ID in the report its rows cannot be told apart.",
    ),
)
