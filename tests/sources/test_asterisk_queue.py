"""Events of Asterisk's queues are calls and working time, whether a file or a table of them was exported."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from tests.sources import telephony_exports as exports

START = int(datetime(2024, 9, 9, 8, 0, tzinfo=UTC).timestamp())


def read(path: Path, source: str | None = None) -> cs.Dataset:
    return cs.read(path, source=source, time_zone="Europe/Paris")


def frame(dataset: cs.Dataset, table: str = "calls") -> pd.DataFrame:
    return dataset.table(table).collect().to_pandas()


def log(folder: Path, *events: str, name: str = "queue_log") -> Path:
    """Write events, each with its second after ten o'clock in Paris."""
    lines = [f"{START + int(event.split('|')[0])}|{event.partition('|')[2]}" for event in events]
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


@pytest.mark.parametrize("source", [None, "asterisk", "freepbx", "issabel"])
def test_the_log_of_a_queue_is_counted_as_by_hand(source, tmp_path):
    content, tally = exports.queue_log()
    (tmp_path / "queue_log").write_text(content)
    dataset = read(tmp_path / "queue_log", source)
    calls = frame(dataset)
    assert dataset.provenance["rows"] == {"calls": tally.calls}
    assert calls["direction"].eq("inbound").all()
    assert calls["handled"].eq(True).sum() == tally.answered
    assert calls["abandoned"].eq(True).sum() == tally.abandoned
    assert calls.loc[calls["handled"].eq(True), "queue_s"].sum() == tally.wait_s
    assert calls["talk_s"].sum() == tally.talk_s
    assert Counter(calls["agent_id"].dropna()) == tally.by_agent
    shown = calls["local_started_at"].sort_values().dt.strftime("%Y-%m-%d %H:%M:%S")
    assert (shown.iloc[0], shown.iloc[-1]) == (tally.first_local, tally.last_local)
    assert "3 agents never log in to a queue: when they work is unknown" in dataset.provenance["notes"]


@pytest.mark.parametrize("clock", ["epoch", "text"])
@pytest.mark.parametrize("name", ["queue_log.csv", "queuelog.csv", "export.csv"])
def test_the_same_events_from_a_table_are_the_same_calls(name, clock, tmp_path):
    content, tally = exports.queue_log()
    rows = []
    for line in content.splitlines():
        second, *cells = line.split("|")
        moment = datetime.fromtimestamp(int(second), UTC)
        shown = second if clock == "epoch" else exports.wall(moment, "%Y-%m-%d %H:%M:%S.000000")
        rows.append([shown, *cells, *[""] * (9 - len(cells))])
    header = ["time", "callid", "queuename", "agent", "event", *(f"data{n}" for n in range(1, 6))]
    (tmp_path / name).write_text(exports.text([header, *rows]))
    calls = frame(read(tmp_path / name))
    assert len(calls) == tally.calls
    assert calls["talk_s"].sum() == tally.talk_s
    assert calls["local_started_at"].min().strftime("%Y-%m-%d %H:%M:%S") == tally.first_local


def test_a_shift_is_wait_talk_and_pause(tmp_path):
    path = log(
        tmp_path,
        "0|NONE|NONE|NONE|QUEUESTART|",
        "0|1.0|sales|SIP/ann|ADDMEMBER|",
        "100|1.1|sales|NONE|ENTERQUEUE||0199001001|1",
        "106|1.1|sales|SIP/ann|CONNECT|6|1.2|3",
        "196|1.1|sales|SIP/ann|COMPLETEAGENT|6|90|1",
        "300|NONE|NONE|SIP/ann|PAUSEALL|lunch",
        "300|NONE|sales|SIP/ann|PAUSE|lunch",
        "900|NONE|NONE|SIP/ann|UNPAUSEALL|",
        "900|NONE|sales|SIP/ann|UNPAUSE|",
        "1000|1.3|sales|SIP/ann|REMOVEMEMBER|",
    )
    time = frame(read(path), "agent_time")
    assert time[["state", "seconds"]].to_numpy().tolist() == [
        ["wait", 106], ["talk", 90], ["wait", 104], ["pause", 600], ["wait", 100],
    ]  # fmt: skip
    assert time["agent_id"].eq("ann").all()
    assert time["campaign_id"].eq("sales").all()
    assert time.loc[time["state"] == "pause", "pause_code"].tolist() == ["lunch"]
    assert str(time["local_start"].min()) == "2024-09-09 10:00:00"


def test_a_pause_of_one_queue_of_two_is_no_pause(tmp_path):
    path = log(
        tmp_path,
        "0|1.0|sales|SIP/ann|ADDMEMBER|",
        "0|1.0|care|SIP/ann|ADDMEMBER|",
        "100|NONE|sales|SIP/ann|PAUSE|",
        "200|NONE|care|SIP/ann|PAUSE|",
        "260|NONE|care|SIP/ann|UNPAUSE|",
        "300|1.0|sales|SIP/ann|REMOVEMEMBER|",
        "300|1.0|care|SIP/ann|REMOVEMEMBER|",
        "300|1.1|care|NONE|ENTERQUEUE||0199001001|1",
    )
    time = frame(read(path), "agent_time")
    assert time.groupby("state")["seconds"].sum().to_dict() == {"wait": 240, "pause": 60}


def test_a_log_that_begins_after_the_login_tells_it_from_the_logoff(tmp_path):
    path = log(
        tmp_path,
        "100|1.1|sales|NONE|ENTERQUEUE||0199001001|1",
        "110|1.1|sales|Agent/1001|CONNECT|10|1.2|3",
        "150|1.1|sales|Agent/1001|COMPLETECALLER|10|40|1",
        "200|NONE|NONE|Agent/1001|AGENTLOGOFF|SIP/1001|500",
    )
    time = frame(read(path), "agent_time")
    assert time.groupby("state")["seconds"].sum().to_dict() == {"wait": 460, "talk": 40}
    assert str(time["local_start"].min()) == "2024-09-09 09:55:00"


@pytest.mark.parametrize(
    ("events", "handled", "abandoned", "wait", "talk"),
    [
        (("10|1.1|sales|NONE|ENTERQUEUE||0199001001|1", "40|1.1|sales|NONE|EXITEMPTY|1|1|30"), False, True, 30, None),
        (("10|1.1|sales|NONE|ENTERQUEUE||0199001001|1", "35|1.1|sales|NONE|EXITWITHKEY|1|1|1|25"), False, True, 25, None),
        (("10|1.1|sales|NONE|ENTERQUEUE||0199001001|1",), None, None, None, None),
        (("10|1.1|sales|SIP/ann|CONNECT|6|1.2|3", "50|1.1|sales|SIP/ann|COMPLETECALLER|6|40|1"), True, False, 6, 40),
        (("50|1.1|sales|SIP/ann|COMPLETECALLER|6|40|1",), True, False, 6, 40),
        (
            (
                "10|1.1|sales|NONE|ENTERQUEUE||0199001001|1", "12|1.1|sales|SIP/ann|CONNECT|2|1.2|1",
                "42|1.1|sales|SIP/ann|ATTENDEDTRANSFER|BRIDGE|b1|2|30|1", "42|1.1|care|NONE|ENTERQUEUE||0199001001|1",
                "50|1.1|care|SIP/bob|CONNECT|8|1.3|1", "70|1.1|care|SIP/bob|COMPLETECALLER|8|20|1",
            ),
            True, False, 10, 50,
        ),
    ],
)  # fmt: skip
def test_the_last_event_says_what_came_of_a_call(events, handled, abandoned, wait, talk, tmp_path):
    more = (
        "400|1.9|sales|NONE|ENTERQUEUE||0199001009|1",
        "405|1.9|sales|SIP/zoe|CONNECT|5|1.8|1",
        "410|1.9|sales|SIP/zoe|COMPLETECALLER|5|5|1",
    )
    calls = frame(read(log(tmp_path, *events, *more)))
    call = calls[calls["call_id"] == "1.1"].iloc[0]
    unknown = lambda cell: None if pd.isna(cell) else cell  # noqa: E731
    assert tuple(unknown(call[name]) for name in ("handled", "abandoned", "queue_s", "talk_s")) == (
        handled,
        abandoned,
        wait,
        talk,
    )


def test_records_and_queue_are_one_call(tmp_path):
    log(
        tmp_path,
        "0|1725868800.1|600|NONE|ENTERQUEUE||0199001001|1",
        "20|1725868800.1|600|Ann Example|CONNECT|20|1.2|3",
        "80|1725868800.1|600|Ann Example|COMPLETECALLER|20|60|1",
    )
    rows = (
        '"","0199001001","600","from-trunk","","SIP/trunk-3","SIP/102-5","Queue","600","2024-09-09 10:00:00","2024-09-09 10:00:00",'
        '"2024-09-09 10:01:20",80,80,"ANSWERED","DOCUMENTATION","","1725868800.1","1725868800.1"\n'
        '"","100","0199001002","from-internal","","SIP/100-8","SIP/trunk-9","Dial","","2024-09-09 10:15:00","",'
        '"2024-09-09 10:15:30",30,0,"NO ANSWER","DOCUMENTATION","","1725869700.8","1725869700.8"\n'
    )
    (tmp_path / "Master.csv").write_text(rows)
    calls = frame(read(tmp_path, "asterisk"))
    assert calls["direction"].tolist() == ["inbound", "outbound"]
    assert (calls["queue_s"].iloc[0], calls["talk_s"].iloc[0], calls["agent_id"].iloc[0]) == (
        20,
        60,
        "Ann Example",
    )


def test_a_log_that_was_rotated_twice_counts_no_event_twice(tmp_path):
    events = (
        "0|1.1|sales|NONE|ENTERQUEUE||0199001001|1",
        "6|1.1|sales|SIP/ann|CONNECT|6|1.2|3",
        "96|1.1|sales|SIP/ann|COMPLETEAGENT|6|90|1",
    )
    log(tmp_path, *events)
    log(tmp_path, *events, name="queue_log.1")
    (call,) = frame(read(tmp_path, "asterisk")).to_dict("records")
    assert (call["talk_s"], call["queue_s"]) == (90, 6)
