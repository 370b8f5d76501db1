"""Transfers, deliveries and legs of cloud systems: one call is one row, whoever was rung; values are counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from callstats.dataset.importing import read

HEADER = "sid,parent_call_sid,to,from,status,direction,start_time,duration,answered_by"


@pytest.fixture
def calls(tmp_path: Path):
    def imported(text: str, source: str) -> pd.DataFrame:
        file = tmp_path / "in.txt"
        file.write_text(text, encoding="utf-8")
        frame = (
            read(file, source=source, time_zone="Europe/Paris").frames["calls"].collect("pandas").to_native()
        )
        return frame.set_index("call_id")

    return imported


def _twilio(*rows: str) -> str:
    return "\n".join([HEADER, *rows])


def test_a_caller_who_is_sent_on_is_one_inbound_call_with_the_talk_of_the_agents_leg(calls) -> None:
    text = _twilio(
        "CA1,,+15555550100,+15555550101,completed,inbound,2026-03-02T09:00:00Z,75,",
        "CA2,CA1,client:bob,+15555550101,no-answer,outbound-dial,2026-03-02T09:00:10Z,0,",
        "CA3,CA1,client:ann,+15555550101,completed,outbound-dial,2026-03-02T09:00:20Z,50,",
    )
    call = calls(text, "twilio").loc["CA1"]
    assert (call["direction"], call["contact_id"], call["agent_id"]) == ("inbound", "+15555550101", "ann")
    assert (call["handled"], call["talk_s"]) == (True, 50)


def test_a_person_whom_no_agent_took_is_abandoned(calls) -> None:
    text = _twilio(
        "CA1,,+15555550101,+15555550100,completed,outbound-api,2026-03-02T09:00:00Z,20,human",
        "CA2,CA1,client:bob,+15555550100,no-answer,outbound-dial,2026-03-02T09:00:10Z,0,",
    )
    call = calls(text, "twilio").loc["CA1"]
    assert (call["direction"], call["handled"], call["abandoned"]) == ("outbound", False, True)


def test_a_call_from_an_agents_browser_is_outbound_to_the_leg_it_led_on_to(calls) -> None:
    text = _twilio(
        "CA1,,+15555550100,client:ann,completed,inbound,2026-03-02T09:00:00Z,40,",
        "CA2,CA1,+15555550102,+15555550100,busy,outbound-dial,2026-03-02T09:00:02Z,0,",
    )
    call = calls(text, "twilio").loc["CA1"]
    assert (call["direction"], call["contact_id"], call["agent_id"]) == ("outbound", "+15555550102", "ann")
    assert (call["outcome_code"], call["connected"]) == ("busy", False)


def _contact(number: str, method: str, minute: int, **more) -> dict:
    stamp = f"2026-03-02T09:{minute:02d}:00Z"
    return {
        "ContactId": number, "InitialContactId": None, "Channel": "VOICE", "InitiationMethod": method,
        "InitiationTimestamp": stamp, "LastUpdateTimestamp": stamp,
        "CustomerEndpoint": {"Address": "+15555550101"}, "Queue": {"Name": "Sales", "EnqueueTimestamp": stamp, "Duration": 4},
        **more,
    }  # fmt: skip


def _agent(name: str, talk: int) -> dict:
    return {
        "Username": name,
        "AgentInteractionDuration": talk,
        "CustomerHoldDuration": 5,
        "AfterContactWorkDuration": 8,
    }


def test_a_transfer_of_amazon_connect_is_part_of_the_call_it_came_from(calls) -> None:
    records = [
        _contact("a", "INBOUND", 0, Agent=_agent("ann", 60)),
        _contact("b", "TRANSFER", 2, InitialContactId="a", Agent=_agent("bob", 90)),
    ]
    frame = calls("\n".join(map(json.dumps, records)), "amazon-connect")
    assert frame.index.tolist() == ["a"]
    call = frame.loc["a"]
    assert (call["direction"], call["agent_id"], call["talk_s"], call["hold_s"]) == (
        "inbound",
        "bob",
        150,
        10,
    )


def test_a_record_that_is_delivered_again_counts_as_it_was_last(calls) -> None:
    first = _contact("a", "INBOUND", 0, Agent=_agent("ann", 60))
    again = first | {"LastUpdateTimestamp": "2026-03-02T10:00:00Z", "Agent": _agent("ann", 61)}
    frame = calls(json.dumps(again) + json.dumps(first), "amazon-connect")
    assert frame["talk_s"].tolist() == [61]


def test_a_call_back_is_a_dial_of_its_own_and_monitoring_is_no_call(calls) -> None:
    records = [
        _contact("a", "INBOUND", 0),
        _contact("b", "CALLBACK", 9, InitialContactId="a", ConnectedToSystemTimestamp="2026-03-02T09:09:05Z", Agent=_agent("ann", 30)),
        _contact("c", "MONITOR", 10, InitialContactId="a"),
    ]  # fmt: skip
    frame = calls(json.dumps(records), "amazon-connect")
    assert frame["direction"].to_dict() == {"a": "inbound", "b": "outbound"}
    assert frame["abandoned"].loc["a"]


def test_a_task_without_a_completed_time_is_at_its_date(calls) -> None:
    text = (
        "Id,OwnerId,WhoId,ActivityDate,CompletedDateTime,CallType,CallDurationInSeconds,CallDisposition,TaskSubtype\n"
        "T1,U,L1,2026-03-02,2026-03-02T09:00:00.000Z,Outbound,9,Busy,Call\n"
        "T2,U,L2,2026-03-03,,,9,Busy,Call\n"
    )
    frame = calls(text, "salesforce")
    assert [str(moment) for moment in frame["local_started_at"]] == [
        "2026-03-02 10:00:00",
        "2026-03-03 00:00:00",
    ]
    assert frame["direction"].tolist() == ["outbound", "outbound"]


def test_a_weekday_tells_which_number_is_the_day(calls) -> None:
    head = "Direction,Type,Phone Number,Name,Date,Time,Action,Action Result,Result Description,Duration\n"
    row = "Outgoing,Voice,(555) 555-0101,Ann Example,{},3:04 PM,Phone Call,Busy,,0:00:00\n"
    american = calls(head + row.format("Tue 09/10/2024"), "ringcentral")["local_started_at"].iloc[0]
    british = calls(head + row.format("Wed 09/10/2024"), "ringcentral")["local_started_at"].iloc[0]
    assert (american.month, american.day, british.month, british.day) == (9, 10, 10, 9)
