"""Zoho CRM's calls module: exported as CSV, or records of the API."""

from __future__ import annotations

from callstats.sources.base import Field, Layout, RowCondition, Source
from callstats.sources.outcomes import OUTCOMES, unsold
from callstats.sources.raw import Frame

_WAYS = {
    "Outbound": "outbound", "Outgoing": "outbound", "Inbound": "inbound", "Incoming": "inbound",
    "Missed": "inbound", "Received": "inbound", "Dialed": "outbound", "Dialled": "outbound",
}  # fmt: skip
#: Calls that were planned and not made.
_PLANNED = ("Scheduled", "Overdue", "Cancelled", "Canceled", "Missed Outgoing")


def _layout(
    name: str, status: tuple[str, ...], kind: str, fields: tuple[Field, ...], signature: tuple[str, ...]
) -> Layout:
    own = (
        Field("direction", (kind,), required=True, values=_WAYS),
        Field("_kind", (kind,)),
    )
    conditions = tuple(RowCondition(column, other_than=_PLANNED, optional=True) for column in status)
    return Layout(name, "calls", (*fields, *own), signature=signature, where=conditions)


_EXPORT = _layout(
    "Zoho CRM export of calls",
    ("Outgoing Call Status", "Outbound Call Status", "Call Status"),
    "Call Type",
    (
        Field("call_id", ("Record Id", "Call Id", "CALLID"), required=True),
        Field(
            "contact_id",
            (
                "Contact Name.id",
                "Contact Name",
                "Related To.id",
                "Related To",
                "Lead Name",
                "Dialled Number",
                "Caller ID",
            ),
            pick="filled",
        ),
        Field("agent_id", ("Call Owner", "Call Owner Id", "Call Owner.id"), pick="filled"),
        Field("started_at", ("Call Start Time",), required=True),
        Field("talk_s", ("Call Duration (in seconds)", "Call Duration In Seconds"), unit="s"),
        Field("_length", ("Call Duration",), type="number", unit="hh:mm:ss"),
        Field("outcome_code", ("Call Result",)),
    ),
    ("Call Type", "Call Start Time", "Call Duration"),
)

_API = _layout(
    "Zoho CRM call of the API",
    ("Outgoing_Call_Status", "Outbound_Call_Status", "Call_Status"),
    "Call_Type",
    (
        Field("call_id", ("id", "Id"), required=True),
        Field(
            "contact_id",
            ("Who_Id.id", "What_Id.id", "Who_Id", "What_Id", "Dialled_Number", "Caller_ID"),
            pick="filled",
        ),
        Field("agent_id", ("Owner.name", "Owner.id", "Owner"), pick="filled"),
        Field("started_at", ("Call_Start_Time",), required=True),
        Field("talk_s", ("Call_Duration_in_seconds",), unit="s"),
        Field("_length", ("Call_Duration",), type="number", unit="hh:mm:ss"),
        Field("outcome_code", ("Call_Result",)),
    ),
    ("Call_Type", "Call_Start_Time", "Call_Duration"),
)


def _complete(calls: Frame) -> Frame:
    """Take the duration from its clock where it is not given in seconds; a missed call says its outcome itself."""
    if "_length" in calls:
        calls = calls.assign(
            talk_s=calls["talk_s"].fillna(calls["_length"]) if "talk_s" in calls else calls["_length"]
        )
    codes = calls["outcome_code"] if "outcome_code" in calls else calls["_kind"].where(False)
    missed = calls["_kind"].str.casefold().eq("missed").fillna(False).astype(bool)
    calls = calls.assign(outcome_code=codes.mask(missed & codes.isna(), "Missed"))
    return calls.drop(columns=[name for name in ("_length", "_kind") if name in calls])


SOURCE = Source(
    name="zoho",
    title="Zoho CRM",
    layouts=(_EXPORT, _API),
    nulls=(*Source.__dataclass_fields__["nulls"].default, "-None-"),
    statuses={
        "Interested": unsold("spoken"),
        "Not interested": OUTCOMES["refusal"],
        "No response/Busy": OUTCOMES["no_answer"],
        "No response": OUTCOMES["no_answer"],
        "Busy": OUTCOMES["busy"],
        "Requested more info": unsold("spoken"),
        "Requested call back": OUTCOMES["callback"],
        "Invalid number": OUTCOMES["invalid"],
    },
    inbound_statuses={"Missed": OUTCOMES["abandoned"], "No response/Busy": OUTCOMES["abandoned"]},
    complete=_complete,
    call_by_call=True,
    traps=(
        "Call Type Missed is an inbound call that nobody answered.",
        "Call Duration is minutes and seconds (03:25 is 205 s), also where a spreadsheet shows it as a time of day; Call Duration (in seconds) is read first.",
        "Calls that were planned and not made (Scheduled, Overdue, Cancelled) are left out.",
        "Call Result is a list that each organisation can change: the results of a new account are known, others are a finding, and their flags are unknown. -None- is no result.",
        "Interested is a talk, not a sale: sales are in deals.",
        "Exported times are on the clock of the account, without a zone; the API's have an offset.",
    ),
    lacks={"campaign_id": "Zoho's calls belong to no campaign"},
)
