"""How good is the data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

import callstats as cs
from callstats.checks import RULES
from callstats.dataset import Dataset, Rejects
from callstats.show.words import words
from tests.answers.small_campaigns import calls, data, demo, plain

MONDAY = dt.datetime(2026, 9, 7, 10)


def rules(frame: pd.DataFrame, **tables) -> dict[str, int]:
    """Return what looks wrong: rule -> rows."""
    found = cs.check(data(frame, **tables))
    return {finding.rule: finding.rows for finding in found.findings}


def test_clean_data_have_no_finding() -> None:
    found = cs.check(data(calls({"handled": True, "talk_s": 60.0, "agent_id": "elm"})))
    assert len(found) == 0
    assert [plain(s) for s in found.sentences] == [
        "No row was left out.",
        "Nothing looks wrong in the rows kept.",
    ]


def test_rejected_rows_come_by_rule_with_an_example() -> None:
    rows = {
        "file": ["a.csv", "a.csv"],
        "row": [7, 9],
        "table": ["calls"] * 2,
        "column": ["talk_s"] * 2,
        "rule": ["a duration is not negative"] * 2,
        "reason": [""] * 2,
        "found": ["-3", "-4"],
        "content": ["{}"] * 2,
    }
    dataset = Dataset({"calls": calls({})}, rejects=Rejects(pd.DataFrame(rows)))
    first = cs.check(dataset).findings[0]
    assert (first.severity, first.rule, first.rows) == ("rejected", "a duration is not negative", 2)
    assert first.example == "a.csv, row 7: -3"
    assert plain(cs.check(dataset).sentences[0]) == "Rows left out: 2 of 3 (66.7%), under 1 rule."


def test_codes_without_a_meaning_are_listed_with_their_number() -> None:
    rows = [{"outcome_code": code, "connected": None, "live": None} for code in ("ZZ", "ZZ", "QQ")]
    found = cs.check(data(calls(*rows, {"outcome_code": "A", "connected": True, "live": False})))
    assert [(f.rule, f.rows, f.example) for f in found.findings] == [
        ("every outcome code is known", 3, "ZZ (2), QQ (1)")
    ]


def test_long_and_silent_conversations_are_doubtful() -> None:
    frame = calls(
        {"handled": True, "talk_s": 14401.0},
        {"handled": True, "talk_s": 0.0},
        {"handled": True, "talk_s": 90.0},
    )
    assert rules(frame) == {"a talk lasts less than four hours": 1, "a conversation has talk time": 1}


def test_a_conversation_of_nobody_is_doubtful_where_agents_are_known() -> None:
    frame = calls({"handled": True, "agent_id": None}, {"handled": True, "agent_id": "elm"})
    assert rules(frame) == {"a conversation has an agent": 1}


def test_an_unknown_time_is_doubtful() -> None:
    frame = calls({"local_started_at": None}, {"local_started_at": MONDAY})
    assert rules(frame) == {"the local time of a call is known": 1}


def test_a_contact_on_two_lists_is_doubtful() -> None:
    contacts = pd.DataFrame({"contact_id": ["p", "p", "q"], "list_id": ["A", "B", "A"]})
    assert rules(calls({}), contacts=contacts) == {"a contact is on one list": 1}


@pytest.mark.parametrize(("logged", "wrong"), [(3600.0, 0), (3900.0, 0), (4300.0, 1)])
def test_agent_time_is_held_against_call_time_by_day(logged: float, wrong: int) -> None:
    """Ten minutes or a tenth, whichever is more, may differ."""
    frame = calls({"handled": True, "agent_id": "elm", "talk_s": 3500.0, "hold_s": 0.0, "wrap_s": 100.0})
    time = pd.DataFrame(
        {
            "agent_id": ["elm"],
            "state": ["talk"],
            "seconds": [logged],
            "local_start": [dt.datetime(2026, 9, 14, 10)],
        }
    )
    rule = "an agent's day has the same talk, hold and wrap time in calls and in agent time"
    assert rules(frame, agent_time=time) == ({rule: 1} if wrong else {})


def test_a_missing_weekday_is_a_gap_and_a_weekend_is_none() -> None:
    working = [MONDAY + dt.timedelta(days=d) for week in range(4) for d in range(7 * week, 7 * week + 5)]
    frame = calls(*({"local_started_at": day} for day in working if day.day != 16))
    found = cs.check(data(frame)).findings
    assert [(f.rule, f.example) for f in found] == [
        ("a weekday that is usually worked has calls", "2026-09-16")
    ]


def test_missing_columns_are_information_and_no_finding() -> None:
    found = cs.check(data(calls({"handled": True})))
    assert len(found) == 0
    lacking = {finding.example: finding.hint for finding in found.lacking}
    assert "Return on investment (ROI)" in lacking["table costs"]
    assert "Average handle time" in lacking["calls.talk_s"]
    assert set(found.to_frame()["severity"]) == {"information"}


def test_a_column_of_nulls_is_a_missing_column() -> None:
    found = cs.check(data(calls({"handled": True, "argued": None})))
    assert "calls.argued" in {finding.example for finding in found.lacking}


def test_what_the_import_could_not_tell_is_information() -> None:
    dataset = replace(data(calls({})), provenance={"lacks": {"hour": "the export has dates only"}})
    assert cs.check(dataset).lacking[0].hint == "the export has dates only"


def test_the_frame_has_the_columns_of_the_command_line() -> None:
    frame = cs.check(demo()).to_frame()
    assert list(frame.columns) == ["severity", "rule", "table", "rows", "example", "hint"]


def test_the_holiday_of_the_demo_is_the_only_gap() -> None:
    found = cs.check(demo()).findings
    assert [f.example for f in found if "weekday" in f.rule] == ["2026-07-14"]


def test_frames_that_were_handed_over_meet_the_rules_of_an_import() -> None:
    frame = calls(
        {"connected": True, "live": True, "handled": True, "success": True, "talk_s": 60.0},
        {"connected": False, "live": True, "handled": False, "success": False, "talk_s": 0.0},
    )
    assert rules(frame)["a live call was connected"] == 1


def test_calls_that_are_all_at_midnight_are_doubtful() -> None:
    midnight = dt.datetime(2026, 9, 7)
    frame = calls({"local_started_at": midnight}, {"local_started_at": midnight + dt.timedelta(days=1)})
    assert rules(frame) == {"calls are spread over the day": 2}


def test_a_remedy_starts_with_the_reason_of_the_rule() -> None:
    row = ["a.csv", 7, "calls", "talk_s", "a time can be read", "no such day.", "31/02", "{}"]
    columns = ["file", "row", "table", "column", "rule", "reason", "found", "content"]
    rejects = Rejects(pd.DataFrame([row], columns=columns))
    hint = cs.check(Dataset({"calls": calls({})}, rejects=rejects)).findings[0].hint
    assert hint == "No such day. Correct it where it was written, or in the mapping file, and import again."


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_rule_and_its_remedy_is_translated(language: str) -> None:
    said = words(language)
    told = {text for rule in RULES for text in (rule.name, rule.hint) if text}
    assert sorted(text for text in told if said(text) == text) == []
