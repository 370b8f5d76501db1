"""RingCentral's call log: downloaded from the portal, or records of the API."""

from __future__ import annotations

from callstats.sources.base import Field, Layout, RowCondition, Source
from callstats.sources.outcomes import OUTCOMES, unsold

_WAYS = {"Outgoing": "outbound", "Outbound": "outbound", "Incoming": "inbound", "Inbound": "inbound"}
_NO_CALLS = ("Fax", "SMS", "Text", "Pager")


def _portal(name: str, when: Field, *fields: Field, signature: tuple[str, ...]) -> Layout:
    return Layout(
        name,
        "calls",
        (
            Field("call_id", row_number=True),
            Field("direction", ("Direction",), required=True, values=_WAYS),
            when,
            Field("outcome_code", ("Action Result", "Result"), required=True),
            Field("talk_s", ("Duration", "Call Length"), unit="hh:mm:ss"),
            *fields,
        ),
        signature=signature,
        where=(RowCondition("Type", other_than=_NO_CALLS, optional=True),),
    )


_WHEN = Field("started_at", template="{Date} {Time}", required=True)
_ONE_NUMBER = (
    Field("contact_id", ("Phone Number",)),
    Field("agent_id", ("Extension", "User", "Name"), pick="filled"),
)
_BOTH_NUMBERS = (
    Field("contact_id", ("To", "From"), pick="direction"),
    Field("agent_id", ("Extension", "User", "Name"), pick="filled"),
)

_API = Layout(
    "RingCentral call of the API",
    "calls",
    (
        Field("call_id", ("id", "sessionId"), required=True),
        Field("direction", ("direction",), required=True, values=_WAYS),
        Field("started_at", ("startTime",), required=True),
        Field("contact_id", ("to.phoneNumber", "from.phoneNumber"), pick="direction"),
        Field("agent_id", ("extension.id", "extension.extensionNumber"), pick="filled"),
        Field("outcome_code", ("result",), required=True),
        Field("talk_s", ("duration",), unit="s"),
    ),
    signature=("sessionId", "startTime", "direction", "result", "action"),
    where=(RowCondition("type", other_than=_NO_CALLS, optional=True),),
)

SOURCE = Source(
    name="ringcentral",
    title="RingCentral",
    layouts=(
        _portal(
            "RingCentral call log",
            _WHEN,
            *_ONE_NUMBER,
            signature=("Direction", "Phone Number", "Date", "Time", "Action", "Action Result"),
        ),
        _portal(
            "RingCentral company call log",
            _WHEN,
            *_BOTH_NUMBERS,
            signature=("Direction", "From", "To", "Date", "Time", "Action", "Action Result"),
        ),
        _API,
    ),
    statuses={
        "Call connected": unsold("picked_up"),
        "Accepted": unsold("picked_up"),
        "Connected": unsold("picked_up"),
        "No Answer": OUTCOMES["no_answer"],
        "Not Answered": OUTCOMES["no_answer"],
        "Missed": OUTCOMES["no_answer"],
        "Hang Up": OUTCOMES["no_answer"],
        "Stopped": OUTCOMES["no_answer"],
        "Cancelled": OUTCOMES["no_answer"],
        "Busy": OUTCOMES["busy"],
        "Line Busy": OUTCOMES["busy"],
        "Voicemail": OUTCOMES["machine"],
        "Rejected": OUTCOMES["failed"],
        "Declined": OUTCOMES["failed"],
        "Call Failed": OUTCOMES["failed"],
        "Call Failure": OUTCOMES["failed"],
        "Internal Error": OUTCOMES["failed"],
        "No Calling Credit": OUTCOMES["failed"],
        "IP Phone Offline": OUTCOMES["failed"],
        "IP Phone offline": OUTCOMES["failed"],
        "Restricted Number": OUTCOMES["failed"],
        "International Disabled": OUTCOMES["failed"],
        "International Restricted": OUTCOMES["failed"],
        "Blocked": OUTCOMES["failed"],
        "Suspended account": OUTCOMES["failed"],
        "Wrong Number": OUTCOMES["invalid"],
        "Bad Number": OUTCOMES["invalid"],
        "Unknown": OUTCOMES["no_outcome"],
        "In Progress": OUTCOMES["no_outcome"],
        "Reply": OUTCOMES["no_outcome"],
    },
    inbound_statuses={
        "Accepted": unsold("spoken"),
        "Call connected": unsold("spoken"),
        "Connected": unsold("spoken"),
        "Answered": unsold("spoken"),
        "Missed": OUTCOMES["abandoned"],
        "No Answer": OUTCOMES["abandoned"],
        "Not Answered": OUTCOMES["abandoned"],
        "Hang Up": OUTCOMES["abandoned"],
        "Abandoned": OUTCOMES["abandoned"],
        "Voicemail": OUTCOMES["abandoned"],
        "Rejected": OUTCOMES["abandoned"],
        "Declined": OUTCOMES["abandoned"],
        "Busy": OUTCOMES["turned_away"],
        "Blocked": OUTCOMES["turned_away"],
        "IP Phone Offline": OUTCOMES["abandoned"],
    },
    traps=(
        "Call connected says that the line was answered, by a person or a machine: whether a person spoke is unknown, and so is what came of it.",
        "Accepted on an incoming call is a talk with a user; Missed and Voicemail are callers whom nobody answered.",
        "The date stands behind its weekday (Mon 09/09/2024) in the order of the account's country; the weekday tells which number is the day.",
        "Duration includes the ringing of a call that nobody answered; it is talk only where the call was answered.",
        "The downloaded log has no id: file and row identify a call, so give each download once.",
        "Faxes and text messages are left out.",
        "What a forwarded call rang at has no row of its own in the simple view; the detailed one is documented nowhere and not read as legs.",
    ),
    lacks={"campaign_id": "RingCentral's call log knows no campaigns"},
)
