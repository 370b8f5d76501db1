"""Rows that no KPI counts are named with their number, in the check and in the quality report."""

from __future__ import annotations

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.trust.uncounted_rows import KINDS, uncounted
from callstats.dataset import Dataset
from tests.answers.small_campaigns import demo, settle

AT = pd.Timestamp("2026-09-01 10:00")


def calls(**columns):
    rows = max(len(values) for values in columns.values())
    base = {"call_id": [str(i) for i in range(rows)], "direction": ["outbound"] * rows}
    frame = pd.DataFrame({**base, "local_started_at": AT, **columns})
    flags = [c for c in ("success", "handled", "do_not_call") if c in frame]
    return frame.astype(dict.fromkeys(flags, "boolean"))


def found(frame, **tables):
    listed = uncounted(Dataset({"calls": frame, **tables})).to_frame()
    return dict(zip(listed["what"], listed["rows"], strict=True))


def test_successes_of_callers_are_in_no_kpi():
    frame = calls(direction=["inbound", "inbound", "outbound"], success=[True, None, True])
    assert found(frame) == {"successes of inbound calls": 1}
    assert cs.measure(Dataset({"calls": frame.assign(contact_id="a")}), "successes")["value"].iloc[0] == 1


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"direction": ["outbound", None]}, "calls of unknown direction"),
        (
            {"direction": ["outbound", "internal"]},
            "calls that are neither outbound nor inbound, such as internal ones",
        ),
        ({"success": [True, False], "value": [5.0, 9.0]}, "calls with a value that are no success"),
        ({"success": [True, None], "value": [5.0, 9.0]}, "calls with a value that are no success"),
        ({"contact_id": ["a", None]}, "dials without a contact"),
        ({"handled": [True, True], "agent_id": ["ann", None]}, "conversations without an agent"),
        ({"campaign_id": ["spring", None]}, "calls without a campaign"),
        ({"local_started_at": [AT, None]}, "calls without a time"),
        (
            {"direction": ["outbound", "inbound"], "do_not_call": [True, True]},
            "requests of callers not to be called again",
        ),
    ],
)
def test_calls_that_figures_leave_out_are_counted(columns, what):
    assert found(calls(**columns)) == {what: 1}


@pytest.mark.parametrize(
    ("table", "columns", "what"),
    [
        (
            "agent_time",
            {"agent_id": ["a", "a"], "campaign_id": ["spring", None], "state": "talk", "seconds": 60.0},
            "agent time without a campaign",
        ),
        (
            "agent_time",
            {"agent_id": ["a", "a"], "state": ["talk", "lunch"], "seconds": 60.0},
            "agent time in a state of its own",
        ),
        (
            "costs",
            {"campaign_id": ["spring", None], "period": "2026-09", "kind": "labour", "amount": 1.0},
            "costs without a campaign",
        ),
        (
            "costs",
            {"period": "2026-09", "kind": ["labour", "rent"], "amount": 1.0},
            "costs of a kind of their own",
        ),
        ("contacts", {"contact_id": ["a", "b"], "list_id": ["x", None]}, "contacts without a list"),
        (
            "contacts",
            {"contact_id": ["a", "b"], "campaign_id": ["spring", None]},
            "contacts of a list that was dialled for no campaign",
        ),
        (
            "contacts",
            {"contact_id": ["a", "b"], "loaded_at": [AT.tz_localize("UTC"), None]},
            "contacts loaded at an unknown time",
        ),
        (
            "surveys",
            {"call_id": ["0", "1"], "kind": ["nps", "smile"], "score": 9.0},
            "survey answers of a kind of their own",
        ),
        (
            "surveys",
            {"call_id": ["0", "gone"], "kind": "nps", "score": 9.0},
            "survey answers without their call",
        ),
        ("evaluations", {"call_id": ["0", "gone"], "score": 4.0}, "scores without their call"),
    ],
)
def test_rows_of_other_tables_are_counted(table, columns, what):
    frame = pd.DataFrame(columns)
    if "loaded_at" in frame:
        frame["loaded_at"] = pd.to_datetime(frame["loaded_at"], utc=True)
    assert found(calls(direction=["outbound", "outbound"]), **{table: frame}) == {what: 1}


def test_a_column_that_no_row_has_is_missing_and_not_a_row_left_out():
    assert found(calls(campaign_id=[None, None])) == {}


def test_every_kind_has_been_tried():
    assert len({kind.what for kind in KINDS}) == len(KINDS) == 19


def test_the_check_lists_them_for_information():
    dataset = Dataset({"calls": calls(direction=["inbound", "outbound"], success=[True, True])})
    checked = cs.check(dataset)
    frame = checked.to_frame().set_index("rule")
    assert frame.loc["successes of inbound calls", ["severity", "rows"]].tolist() == ["information", 1]
    assert len(checked) == 0
    assert "successes of inbound calls" in str(checked)


def test_the_quality_report_shows_them():
    dataset = Dataset({"calls": calls(direction=["inbound", "outbound"], success=[True, True])})
    report = cs.data_quality(dataset)
    assert report.uncounted.table().rows[0][1].text == "1"
    assert "successes of inbound calls" in str(report)


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_nothing_left_out_is_said_in_one_line(language):
    assert len(uncounted(settle(demo(), language=language)).views()) == 1
