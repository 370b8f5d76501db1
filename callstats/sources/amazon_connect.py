"""Amazon Connect: contact trace records as JSON, or the CSV of the contact search."""

from __future__ import annotations

import pandas as pd

from callstats.sources.base import Field, Layout, Legs, RowCondition, Source
from callstats.sources.matching import is_one_of
from callstats.sources.outcomes import OUTCOMES, unsold
from callstats.sources.raw import Frame, Series
from callstats.sources.typed_cells import TEXT

#: Who began a contact; of a transfer, the contact it goes on with says it.
_WAYS = {
    "INBOUND": "inbound", "TRANSFER": "inbound", "QUEUE_TRANSFER": "inbound", "DISCONNECT": "inbound",
    "OUTBOUND": "outbound", "CALLBACK": "outbound", "API": "outbound", "EXTERNAL_OUTBOUND": "outbound",
}  # fmt: skip
_NO_CALL = ("MONITOR", "WEBRTC_API", "FLOW", "AGENT_REPLY")
_OTHER_CHANNELS = ("CHAT", "TASK", "EMAIL", "SMS")

_LEGS = Legs(
    key=("InitialContactId", "Initial contact ID", "ContactId", "Contact ID"),
    keep={"handled": "any", "campaign_id": "last", "_updated": "last", "outcome_code": "best"},
)

_RECORD = Layout(
    "contact trace record",
    "calls",
    (
        Field("call_id", ("ContactId",), required=True),
        Field("_initial", ("InitialContactId",), type="text"),
        Field("_method", ("InitiationMethod",), type="text"),
        Field("direction", ("InitiationMethod",), required=True, values=_WAYS),
        Field("started_at", ("InitiationTimestamp",), required=True),
        Field("contact_id", ("CustomerEndpoint.Address",)),
        Field("agent_id", ("Agent.Username",)),
        Field("campaign_id", ("Campaign.CampaignId", "Queue.Name"), pick="filled"),
        Field(
            "_agent",
            ("Agent.ConnectedToAgentTimestamp", "Agent.AgentInteractionDuration", "Agent.Username"),
            type="flag",
            filled=True,
            pick="filled",
        ),
        Field("_answered", ("ConnectedToSystemTimestamp",), type="flag", filled=True),
        Field("_queued", ("Queue.EnqueueTimestamp",), type="flag", filled=True),
        Field("_detected", ("AnsweringMachineDetectionStatus",), type="text"),
        Field("_reason", ("DisconnectReason",), type="text"),
        Field("_updated", ("LastUpdateTimestamp",), type="text"),
        Field("queue_s", ("Queue.Duration",), unit="s"),
        Field("talk_s", ("Agent.AgentInteractionDuration",), unit="s"),
        Field("hold_s", ("Agent.CustomerHoldDuration",), unit="s"),
        Field("wrap_s", ("Agent.AfterContactWorkDuration",), unit="s"),
    ),
    signature=("ContactId", "InitiationMethod", "InitiationTimestamp"),
    where=(
        RowCondition("Channel", other_than=_OTHER_CHANNELS, optional=True),
        RowCondition("InitiationMethod", other_than=_NO_CALL),
    ),
    legs=_LEGS,
)

_SEARCH = Layout(
    "contact search",
    "calls",
    (
        Field("call_id", ("Contact ID",), required=True),
        Field("_initial", ("Initial contact ID",), type="text"),
        Field("_method", ("Initiation method",), type="text"),
        Field("direction", ("Initiation method",), required=True, values=_WAYS),
        Field("started_at", ("Initiation timestamp",), required=True),
        Field(
            "contact_id",
            (
                "Customer phone number",
                "Customer phone number / email address",
                "Phone number",
                "Customer endpoint",
            ),
            pick="filled",
        ),
        Field("agent_id", ("Agent", "Agent name"), pick="filled"),
        Field("campaign_id", ("Queue",)),
        Field(
            "_agent",
            ("Connected to agent timestamp", "Agent interaction duration", "Agent"),
            type="flag",
            filled=True,
            pick="filled",
        ),
        Field(
            "_answered",
            ("Connected to system timestamp", "Agent interaction duration"),
            type="flag",
            filled=True,
            pick="filled",
        ),
        Field("_queued", ("Enqueue timestamp", "Queue"), type="flag", filled=True, pick="filled"),
        Field("_detected", ("Answering machine detection status",), type="text"),
        Field("_reason", ("Disconnect reason",), type="text"),
        Field("talk_s", ("Agent interaction duration",)),
        Field("hold_s", ("Customer hold duration",)),
        Field("wrap_s", ("ACW duration", "After contact work duration")),
        Field("wrap_s", ("ACW end timestamp",), minus="ACW start timestamp"),
    ),
    signature=("Contact ID", "Initiation timestamp", "Initiation method"),
    where=(
        RowCondition("Channel", other_than=_OTHER_CHANNELS, optional=True),
        RowCondition("Initiation method", other_than=_NO_CALL),
        RowCondition("Contact status", other_than=("In progress",), optional=True),
    ),
    legs=_LEGS,
)

_HELPERS = ("_initial", "_method", "_agent", "_answered", "_queued", "_detected", "_reason", "_updated")
_UNDETECTED = (
    "AMD_NOT_APPLICABLE",
    "AMD_ERROR",
    "AMD_UNRESOLVED",
    "AMD_UNRESOLVED_SILENCE",
    "AMD_NOT_ANALYZED",
)
SPOKEN, LEFT, NOT_QUEUED = "with an agent", "left the queue", "not queued"
ANSWERED, NOT_ANSWERED, HUMAN_NO_AGENT = "answered", "not answered", "HUMAN_ANSWERED, no agent"


def _complete(calls: Frame) -> Frame:
    """Keep the latest delivery of each record, and give it the outcome that its times and its agent say."""
    calls = _latest(calls)
    calls = calls.assign(outcome_code=_codes(calls))
    if "_leg_key" in calls:  # a call back is a call of its own
        own = _text(calls, "_method").str.upper().eq("CALLBACK").fillna(False).astype(bool)
        calls = calls.assign(_leg_key=calls["_leg_key"].mask(own, calls["call_id"]))
    return calls.drop(columns=[name for name in _HELPERS if name in calls])


def _latest(calls: Frame) -> Frame:
    if "_updated" not in calls:
        return calls
    last = calls.sort_values("_updated", kind="stable", na_position="first").drop_duplicates(
        "call_id", keep="last"
    )
    return calls.loc[last.index.sort_values()].reset_index(drop=True)


def _codes(calls: Frame) -> Series:
    inbound = calls["direction"].eq("inbound").fillna(False).astype(bool)
    agent, queued = _flag(calls, "_agent"), _flag(calls, "_queued")
    detected = _text(calls, "_detected").str.upper()
    detected = detected.mask(is_one_of(detected, _UNDETECTED))
    answered = _flag(calls, "_answered") | (agent & ("_answered" not in calls))
    of_inbound = pd.Series(NOT_QUEUED, index=calls.index, dtype=TEXT).mask(queued, LEFT).mask(agent, SPOKEN)
    of_outbound = pd.Series(NOT_ANSWERED, index=calls.index, dtype=TEXT).mask(answered, ANSWERED)
    of_outbound = detected.fillna(of_outbound)
    human = of_outbound.eq("HUMAN_ANSWERED").fillna(False).astype(bool)
    of_outbound = of_outbound.mask(human & ~agent, HUMAN_NO_AGENT)
    return of_outbound.mask(inbound, of_inbound)


def _flag(calls: Frame, name: str) -> Series:
    empty = pd.Series(False, index=calls.index)
    return calls[name].fillna(False).astype(bool) if name in calls else empty


def _text(calls: Frame, name: str) -> Series:
    return calls[name] if name in calls else pd.Series(pd.NA, index=calls.index, dtype=TEXT)


SOURCE = Source(
    name="amazon-connect",
    title="Amazon Connect",
    layouts=(_RECORD, _SEARCH),
    statuses={
        ANSWERED: unsold("picked_up"),
        NOT_ANSWERED: OUTCOMES["no_answer"],
        "HUMAN_ANSWERED": unsold("spoken"),
        HUMAN_NO_AGENT: OUTCOMES["abandoned"],
        "VOICEMAIL_BEEP": OUTCOMES["machine"],
        "VOICEMAIL_NO_BEEP": OUTCOMES["machine"],
        "AMD_UNANSWERED": OUTCOMES["no_answer"],
        "SIT_TONE_BUSY": OUTCOMES["busy"],
        "SIT_TONE_INVALID_NUMBER": OUTCOMES["invalid"],
        "SIT_TONE_DETECTED": OUTCOMES["failed"],
        "FAX_MACHINE_DETECTED": OUTCOMES["fax"],
    },
    inbound_statuses={
        SPOKEN: unsold("spoken"),
        LEFT: OUTCOMES["abandoned"],
        NOT_QUEUED: OUTCOMES["turned_away"],
    },
    complete=_complete,
    call_by_call=True,
    traps=(
        "A transfer is a contact of its own with the InitialContactId of the first: they are one call. In the contact search, add the field Initial contact ID.",
        "A record is delivered again when it changes: the one with the latest LastUpdateTimestamp counts.",
        "AgentInteractionDuration leaves hold out. Queue.Duration is the wait of a caller.",
        "An outbound call is answered also when a machine answers. Only AnsweringMachineDetectionStatus, of outbound campaigns, tells a person; without it, live is unknown.",
        "A person whom a campaign reached and no agent took is abandoned.",
        "A caller who hung up in the flow before a queue is not abandoned; one who left the queue is.",
        "CALLBACK is a call that Connect places when an agent is free: outbound, and a call of its own.",
        "Chats, tasks, e-mails and monitoring are left out.",
        "Records have their times in UTC; the contact search has them on the clock chosen on the page, without a zone.",
        "What came of a talk stands in contact attributes that each flow names itself: they are not read, so sales are unknown.",
    ),
)
