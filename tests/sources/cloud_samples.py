"""Invented exports of cloud telephony and CRM systems, each some 200 calls in the system's own format.

Every call is made of its number by arithmetic, and what is right for it is written down beside it: by
the way of the call and by what happened, never by reading the file again. Numbers are from the ranges
kept for fiction.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SITE = ZoneInfo("Europe/Paris")
CALLS = 210
AGENTS = ("Ann Example", "Bob Example", "Cleo Example", "Dan Example")
#: The night of 28 to 29 March 2026 is one hour shorter in Paris.
FIRST = datetime(2026, 3, 27, 8, 0, 7, tzinfo=UTC)

Flag = bool | None
#: connected, live, handled, abandoned
Flags = tuple[Flag, Flag, Flag, Flag]


@dataclass(frozen=True)
class Call:
    """One call as it happened."""

    number: int
    way: str
    what: str  # spoken, machine, busy, no_answer; of inbound calls spoken or missed
    start: datetime
    agent: str
    phone: str
    ring: int
    talk: int

    @property
    def site(self) -> datetime:
        """The start on the clock of the site, without a zone."""
        return self.start.astimezone(SITE).replace(tzinfo=None)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.ring + self.talk)


def calls() -> Iterator[Call]:
    for number in range(CALLS):
        inbound = number % 5 == 4
        what = ("spoken", "missed")[number % 3 == 2] if inbound else _OUTBOUND[number % 7]
        yield Call(
            number,
            "inbound" if inbound else "outbound",
            what,
            FIRST + timedelta(minutes=37 * number),
            AGENTS[number % 4],
            f"+1555555{100 + number % 100:04d}",
            ring=5 + number % 11,
            talk={"spoken": 30 + number % 90, "machine": 9}.get(what, 0),
        )


_OUTBOUND = ("spoken", "no_answer", "busy", "machine", "spoken", "no_answer", "no_answer")
NOBODY: Flags = (False, False, False, False)
MACHINE: Flags = (True, False, False, False)
SPOKEN: Flags = (True, True, True, False)
GAVE_UP: Flags = (True, True, False, True)
ANSWERED: Flags = (True, None, None, None)
#: What a system that names the outcome of a call says.
TOLD = {
    ("outbound", "spoken"): SPOKEN,
    ("outbound", "machine"): MACHINE,
    ("outbound", "busy"): NOBODY,
    ("outbound", "no_answer"): NOBODY,
    ("inbound", "spoken"): SPOKEN,
    ("inbound", "missed"): GAVE_UP,
}
#: What one says that cannot tell a person from a machine.
UNTOLD = TOLD | {("outbound", "spoken"): ANSWERED, ("outbound", "machine"): ANSWERED}


@dataclass(frozen=True)
class Sample:
    """A system's export: how it is written, and what is right for it."""

    source: str
    file: str
    write: Callable[[], str]
    flags: dict[tuple[str, str], Flags]
    talk: Callable[[Call], float | None]
    agent: Callable[[Call], str | None] = lambda call: call.agent


def table(rows: list[dict[str, object]]) -> str:
    """Write records as CSV."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


_GUIDS = {
    "spoken": "f240bbac-87c9-4f6e-bf70-924b57d47db7", "busy": "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "machine": "b2cf5968-551e-4856-9783-52b3da59a7d0", "no_answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "missed": "",
}  # fmt: skip


def _hubspot_row(call: Call) -> dict[str, object]:
    return {
        "hs_object_id": 9_000_000 + call.number,
        "hs_timestamp": call.start.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "hs_call_title": f"Call with {call.phone}",
        "hs_call_direction": call.way.upper(),
        "hs_call_disposition": _GUIDS[call.what],
        "hs_call_status": "MISSED" if call.what == "missed" else "COMPLETED",
        "hs_call_duration": call.talk * 1000,
        "hubspot_owner_id": call.agent,
        "hs_call_callee_object_id": call.phone,
    }


def hubspot() -> str:
    return table([_hubspot_row(call) for call in calls()])


def hubspot_api() -> str:
    results = []
    for call in calls():
        row = _hubspot_row(call)
        properties = {name: None if value == "" else str(value) for name, value in row.items()}
        results.append({"id": str(row["hs_object_id"]), "properties": properties, "archived": False})
    return json.dumps({"results": results, "paging": {"next": {"after": "210"}}})


_LABELS = {"spoken": "Connected", "busy": "Busy", "machine": "Left voicemail", "no_answer": "No answer"}


def hubspot_list() -> str:
    return table(
        [
            {
                "Record ID": 9_000_000 + call.number,
                "Call Title": "Call, first",
                "Activity date": call.site.strftime("%Y-%m-%d %H:%M"),
                "Call direction": call.way.capitalize(),
                "Call outcome": _LABELS.get(call.what, ""),
                "Call status": "Missed" if call.what == "missed" else "Completed",
                "Call duration": f"0{_clock(call.talk)}",
                "Activity assigned to": call.agent,
                "To Number": call.phone,
            }
            for call in calls()
        ]
    )


_RESULTS = {
    ("outbound", "spoken"): "Call connected", ("outbound", "machine"): "Call connected",
    ("outbound", "busy"): "Busy", ("outbound", "no_answer"): "No Answer",
    ("inbound", "spoken"): "Accepted", ("inbound", "missed"): "Missed",
}  # fmt: skip


def ringcentral() -> str:
    rows = [
        {
            "Direction": "Outgoing" if call.way == "outbound" else "Incoming",
            "Type": "Voice",
            "Phone Number": f"(555) 555-{call.phone[-4:]}",
            "Name": call.agent,
            "Date": call.site.strftime("%a %m/%d/%Y"),
            "Time": call.site.strftime("%I:%M %p").lstrip("0"),
            "Action": "Phone Call",
            "Action Result": _RESULTS[call.way, call.what],
            "Result Description": "",
            "Duration": _clock(call.talk + (call.ring if call.what == "missed" else 0)),
        }
        for call in calls()
    ]
    fax = rows[0] | {"Type": "Fax", "Action": "Outgoing Fax", "Action Result": "Sent"}
    return table([*rows, fax])


def ringcentral_api() -> str:
    records = [
        {
            "id": f"RC{call.number}", "sessionId": str(call.number), "startTime": call.start.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "duration": call.talk, "type": "Voice", "direction": call.way.capitalize(), "action": "VoIP Call",
            "result": _RESULTS[call.way, call.what],
            "to": {"phoneNumber": call.phone if call.way == "outbound" else "+15555550001"},
            "from": {"phoneNumber": call.phone if call.way == "inbound" else "+15555550001", "location": "Example, CA"},
            "extension": {"id": call.agent, "uri": "https://example.com/x"},
        }
        for call in calls()
    ]  # fmt: skip
    return json.dumps({"uri": "https://example.com", "records": records, "paging": {"page": 1}})


def aircall() -> str:
    rows = []
    for call in calls():
        answered = call.what in ("spoken", "machine")
        ours, theirs = "15555550001", call.phone.removeprefix("+")
        rows.append(
            {
                "line": "Sales",
                "datetime (tz offset incl.)": call.site.strftime("%Y-%m-%d %H:%M:%S"),
                "number timezone": "Europe/Paris",
                "datetime (utc)": call.start.strftime("%Y-%m-%d %H:%M:%S")
                + (".083" if call.number % 9 == 0 else ""),
                "country_code": "US",
                "direction": call.way,
                "from": ours if call.way == "outbound" else theirs,
                "to": theirs if call.way == "outbound" else ours,
                "answered": "Yes" if answered else "No",
                "missed_call_reason": "no_available_agent" if call.what == "missed" else "",
                "user": "[No associated user]" if call.what == "missed" else call.agent,
                "duration (total)": call.ring + call.talk,
                "duration (in call)": call.talk if answered else "",
                "tags": "",
                "call id": f"CA{call.number:032x}",
                "call id (internal)": 3_000_000 + call.number,
            }
        )
    return table(rows)


def aircall_api() -> str:
    records = []
    for call in calls():
        answered = call.what in ("spoken", "machine")
        start = int(call.start.timestamp())
        records.append(
            {
                "id": 3_000_000 + call.number, "direction": call.way, "status": "done",
                "missed_call_reason": "no_available_agent" if call.what == "missed" else None,
                "started_at": start, "answered_at": start + call.ring if answered else None,
                "ended_at": start + call.ring + call.talk, "duration": call.ring + call.talk,
                "raw_digits": call.phone, "user": None if call.what == "missed" else {"id": 1, "name": call.agent},
                "number": {"id": 2, "name": "Sales", "digits": "+15555550001"}, "tags": [], "comments": [],
            }
        )  # fmt: skip
    return json.dumps({"meta": {"count": len(records)}, "calls": records})


_DETECTED = {"spoken": "human", "machine": "machine_end_beep"}
_TWILIO_STATUS = {"spoken": "completed", "machine": "completed", "busy": "busy", "no_answer": "no-answer"}


def _twilio_row(call: Call) -> dict[str, object]:
    ours, theirs = "+15555550001", call.phone
    return {
        "sid": f"CA{call.number:032x}",
        "parent_call_sid": "",
        "to": theirs if call.way == "outbound" else ours,
        "from": ours if call.way == "outbound" else theirs,
        "status": _TWILIO_STATUS.get(call.what, "no-answer"),
        "direction": "outbound-api" if call.way == "outbound" else "inbound",
        "start_time": call.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": call.end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": call.talk,
        "price": -0.02,
        "price_unit": "USD",
        "answered_by": _DETECTED.get(call.what, "") if call.way == "outbound" else "",
    }


def twilio() -> str:
    return table([_twilio_row(call) for call in calls()])


def twilio_api() -> str:
    records = []
    for call in calls():
        moments = {
            name: moment.strftime("%a, %d %b %Y %H:%M:%S +0000")
            for name, moment in (("start_time", call.start), ("end_time", call.end))
        }
        row = {name: None if value == "" else value for name, value in (_twilio_row(call) | moments).items()}
        records.append(row | {"duration": str(call.talk), "subresource_uris": {"events": "/x.json"}})
    return json.dumps({"first_page_uri": "/x", "page": 0, "calls": records})


_REACHED: Flags = (True, True, None, None)
TWILIO = TOLD | {("outbound", "spoken"): _REACHED, ("inbound", "spoken"): _REACHED}

_DISPOSITIONS = {
    "spoken": "Connected",
    "machine": "Left voicemail",
    "busy": "Busy",
    "no_answer": "No answer",
    "missed": "Missed",
}


def _tasks(names: dict[str, str], when: Callable[[Call], dict[str, object]]) -> str:
    rows = []
    for call in calls():
        row = {
            "Id": f"00T{call.number:015d}",
            "OwnerId": call.agent,
            "WhoId": f"003{call.phone[-4:]}",
            **when(call),
            "CallType": call.way.capitalize(),
            "CallDurationInSeconds": call.talk,
            "CallDisposition": _DISPOSITIONS[call.what],
            "TaskSubtype": "Call",
        }
        rows.append({names.get(name, name): value for name, value in row.items()})
    subtype, way = names.get("TaskSubtype", "TaskSubtype"), names.get("CallType", "CallType")
    mail = rows[0] | {subtype: "Email", way: "", names.get("Id", "Id"): "00TMAIL"}
    colleague = rows[0] | {way: "Internal", names.get("Id", "Id"): "00TCOLLEAGUE"}
    return table([*rows, mail, colleague])


def salesforce() -> str:
    def when(call: Call) -> dict[str, object]:
        return {
            "ActivityDate": call.site.strftime("%Y-%m-%d"),
            "CompletedDateTime": call.start.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }

    return _tasks({}, when)


_REPORT = {
    "Id": "Activity ID", "OwnerId": "Assigned", "WhoId": "Name ID", "CallType": "Call Type",
    "CallDurationInSeconds": "Call Duration", "CallDisposition": "Call Result", "TaskSubtype": "Task Subtype",
}  # fmt: skip


def salesforce_report() -> str:
    def when(call: Call) -> dict[str, object]:
        return {
            "Date": call.site.strftime("%d/%m/%Y"),
            "Completed Date/Time": call.site.strftime("%d/%m/%Y %H:%M"),
            "Subject": "Call",
        }

    return _tasks(_REPORT, when)


_ZOHO = {
    "spoken": "Interested",
    "busy": "Busy",
    "no_answer": "No response/Busy",
    "machine": "",
    "missed": "-None-",
}
ZOHO = TOLD | {("outbound", "machine"): (None, None, None, None)}


def zoho() -> str:
    rows = [
        {
            "Record Id": f"zcrm_{call.number}",
            "Call Owner.id": f"zcrm_u{call.number % 4}",
            "Call Owner": call.agent,
            "Subject": "Call",
            "Call Type": "Missed" if call.what == "missed" else call.way.capitalize(),
            "Call Purpose": "Prospecting",
            "Contact Name.id": f"zcrm_c{call.phone[-4:]}",
            "Contact Name": "",
            "Call Start Time": call.site.strftime("%Y-%m-%d %H:%M:%S"),
            "Call Duration": f"{call.talk // 60:02d}:{call.talk % 60:02d}",
            "Call Result": _ZOHO[call.what],
            "Outgoing Call Status": "Completed" if call.way == "outbound" else "",
        }
        for call in calls()
    ]
    planned = rows[0] | {"Record Id": "zcrm_planned", "Outgoing Call Status": "Scheduled"}
    return table([*rows, planned])


def zoho_api() -> str:
    records = [
        {
            "id": f"zcrm_{call.number}", "Owner": {"name": call.agent, "id": "zcrm_u", "email": "a@example.com"},
            "Call_Type": "Missed" if call.what == "missed" else call.way.capitalize(),
            "Who_Id": {"name": "N. N.", "id": f"zcrm_c{call.phone[-4:]}"},
            "Call_Start_Time": call.start.astimezone(SITE).isoformat(),
            "Call_Duration": f"{call.talk // 60:02d}:{call.talk % 60:02d}", "Call_Duration_in_seconds": call.talk,
            "Call_Result": _ZOHO[call.what] or None, "Outgoing_Call_Status": "Completed",
        }
        for call in calls()
    ]  # fmt: skip
    return json.dumps({"data": records, "info": {"more_records": False}})


_VOCALCOM = {
    "spoken": "Accord",
    "machine": "Répondeur",
    "busy": "Occupé",
    "no_answer": "Pas de réponse",
    "missed": "",
}


def vocalcom() -> str:
    rows = []
    for call in calls():
        reached = call.what in ("spoken", "machine")
        rows.append(
            {
                "ID": f"{call.number:032x}",
                "CustomerID": 1,
                "Indice": 100 + call.number % 100,
                "CallType": 2 if call.way == "outbound" else 1,
                "CallLocalTime": call.site.strftime("%Y-%m-%d %H:%M:%S.000"),
                "Duration": call.ring + call.talk,
                "WaitDuration": call.ring if call.way == "inbound" else 0,
                "ConvDuration": call.talk,
                "WrapupDuration": 12 if reached else 0,
                "OutDialed": call.phone if call.way == "outbound" else "",
                "Closed": 0,
                "NoAgent": 0,
                "Abandon": int(call.what == "missed"),
                "FirstCampaign": "1845",
                "FirstAgent": AGENTS.index(call.agent) + 1001 if reached else 0,
                "LastAgent": AGENTS.index(call.agent) + 1001 if reached else 0,
                "CallStatusGroup": 1,
                "CallStatusNum": 90,
                "CallStatusDetail": 0,
                "StatusText": _VOCALCOM[call.what],
            }
        )
    return table(rows)


def _record(call: Call) -> dict[str, object]:
    answered = call.what in ("spoken", "machine")
    inbound = call.way == "inbound"
    stamp = call.start.strftime("%Y-%m-%dT%H:%M:%SZ")
    picked_up = (call.start + timedelta(seconds=call.ring)).strftime("%Y-%m-%dT%H:%M:%SZ")
    agent = {
        "ARN": "arn:example", "Username": call.agent, "ConnectedToAgentTimestamp": picked_up,
        "AgentInteractionDuration": call.talk, "CustomerHoldDuration": 3, "AfterContactWorkDuration": 7,
        "NumberOfHolds": 1,
    }  # fmt: skip
    status = {"spoken": "HUMAN_ANSWERED", "machine": "VOICEMAIL_BEEP", "busy": "SIT_TONE_BUSY"}.get(
        call.what, "AMD_UNANSWERED"
    )
    return {
        "AWSAccountId": "000000000000", "ContactId": f"c-{call.number:04d}", "InitialContactId": None, "Channel": "VOICE",
        "InitiationMethod": "INBOUND" if inbound else "API",
        "InitiationTimestamp": stamp, "DisconnectTimestamp": call.end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ConnectedToSystemTimestamp": stamp if inbound else (picked_up if answered else None),
        "LastUpdateTimestamp": call.end.strftime("%Y-%m-%dT%H:%M:%SZ"), "DisconnectReason": "CUSTOMER_DISCONNECT",
        "CustomerEndpoint": {"Address": call.phone, "Type": "TELEPHONE_NUMBER"},
        "AnsweringMachineDetectionStatus": None if inbound else status,
        "Queue": {"Name": "Sales", "EnqueueTimestamp": stamp, "Duration": call.ring},
        "Agent": agent if call.what == "spoken" else None, "Attributes": {"greeting": "yes"},
    }  # fmt: skip


def amazon_connect() -> str:
    """Write records one after another, without a line break, as a delivery stream does; one comes twice."""
    records = [_record(call) for call in calls()]
    chat = records[0] | {"ContactId": "c-chat", "Channel": "CHAT"}
    return "".join(json.dumps(record) for record in [*records, records[0], chat])


def amazon_connect_search() -> str:
    rows = []
    for call in calls():
        spoken = call.what == "spoken"
        rows.append(
            {
                "Contact ID": f"c-{call.number:04d}",
                "Channel": "Voice",
                "Contact status": "Completed",
                "Initiation timestamp": call.site.strftime("%Y-%m-%d %H:%M:%S"),
                "System phone number": "+15555550001",
                "Queue": "Sales",
                "Agent": call.agent if spoken else "",
                "Customer phone number": call.phone,
                "Disconnect timestamp": call.end.astimezone(SITE).strftime("%Y-%m-%d %H:%M:%S"),
                "Contact duration": f"0{_clock(call.talk + call.ring)}",
                "Agent interaction duration": f"0{_clock(call.talk)}" if spoken else "",
                "Initiation method": "Inbound" if call.way == "inbound" else "Outbound",
            }
        )
    return table(rows)


def _nothing_said(call: Call) -> float | None:
    return call.talk if call.what == "spoken" else None


SAMPLES = (
    Sample("hubspot", "export.csv", hubspot, TOLD, lambda call: call.talk),
    Sample("hubspot", "results.json", hubspot_api, TOLD, lambda call: call.talk),
    Sample("hubspot", "all-calls.csv", hubspot_list, TOLD, lambda call: call.talk),
    Sample("ringcentral", "CallLog.csv", ringcentral, UNTOLD, lambda call: call.talk + (call.ring if call.what == "missed" else 0)),
    Sample("ringcentral", "log.json", ringcentral_api, UNTOLD, lambda call: call.talk),
    Sample("aircall", "calls.csv", aircall, UNTOLD, lambda call: call.talk if call.talk else None, lambda call: None if call.what == "missed" else call.agent),
    Sample("aircall", "calls.json", aircall_api, UNTOLD, lambda call: call.talk if call.talk else None, lambda call: None if call.what == "missed" else call.agent),
    Sample("twilio", "calls.csv", twilio, TWILIO, lambda call: call.talk, lambda call: None),
    Sample("twilio", "calls.json", twilio_api, TWILIO, lambda call: call.talk, lambda call: None),
    Sample("salesforce", "Task.csv", salesforce, TOLD, lambda call: call.talk),
    Sample("salesforce", "report.csv", salesforce_report, TOLD, lambda call: call.talk),
    Sample("zoho", "Calls_001.csv", zoho, ZOHO, lambda call: call.talk),
    Sample("zoho", "calls.json", zoho_api, ZOHO, lambda call: call.talk),
    Sample(
        "vocalcom", "odcalls.csv", vocalcom, TOLD | {("outbound", "machine"): MACHINE}, lambda call: call.talk,
        lambda call: str(AGENTS.index(call.agent) + 1001) if call.what in ("spoken", "machine") else None,
    ),
    Sample("amazon-connect", "stream-2026-03-27", amazon_connect, TOLD, _nothing_said, lambda call: call.agent if call.what == "spoken" else None),
    Sample(
        "amazon-connect", "search.csv", amazon_connect_search,
        TOLD | {("outbound", "spoken"): ANSWERED, ("outbound", "machine"): NOBODY},
        _nothing_said, lambda call: call.agent if call.what == "spoken" else None,
    ),
)  # fmt: skip
