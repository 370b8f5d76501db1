"""How long until an issue is solved."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.answers.service.callers import NINE, answered, demo, inbound, serve
from tests.answers.small_campaigns import data, plain


def cases(*took: float | None, days: float = 0.0) -> pd.DataFrame:
    """Return issues opened at nine, solved after so many hours or not at all."""
    opened = pd.Timestamp(NINE, tz="UTC") - pd.Timedelta(days=days)
    closed = [pd.NaT if hours is None else opened + pd.Timedelta(hours=hours) for hours in took]
    return pd.DataFrame(
        {
            "case_id": [f"{days}-{i}" for i in range(len(took))],
            "campaign_id": "q",
            "opened_at": opened,
            "local_opened_at": NINE - dt.timedelta(days=days),
            "closed_at": pd.to_datetime(pd.Series(closed), utc=True),
            "resolution_s": [None if hours is None else hours * 3600.0 for hours in took],
            "solved_first_call": False,
        }
    )


def solving(frame: pd.DataFrame):
    rows = inbound(answered(2))
    rows["started_at"] = pd.to_datetime(rows["local_started_at"], utc=True)
    return serve(data(rows, cases=frame)).solving


def test_half_and_nine_in_ten_are_read_off_the_curve():
    found = solving(cases(*range(1, 11)))
    assert (found.median.estimate, found.p90.estimate) == (5.0, 9.0)
    assert found.to_frame().set_index("hours")["solved"].loc[8] == pytest.approx(0.8)


def test_open_issues_are_not_left_out():
    """Of four issues two are solved after an hour; the others are open to the end of the data."""
    found = solving(cases(1, 1, None, None, days=5))
    assert (found.issues, found.still_open) == (4, 2)
    assert found.median.estimate == 1.0
    assert "nine in ten never were so far" in found.sentences[0].text
    assert found.mean.value == 1.0  # of the solved ones alone


def test_an_issue_opened_late_is_not_held_against_the_team():
    """One is solved after 48 hours; the other was opened an hour before the end: it counts an hour."""
    old, new = cases(48, days=10), cases(None, days=1 / 24)
    found = solving(pd.concat([old, new], ignore_index=True))
    assert found.to_frame().set_index("hours")["solved"].loc[24] == 0.0
    assert found.shares.at_risk.tolist() == [2, 1]
    assert found.median.estimate == 48.0


def test_long_times_are_told_in_days():
    assert "within 3.0 days" in plain(solving(cases(*[72.0] * 50, *[71.0] * 20, *[73.0] * 20)).sentences[0])


def test_without_cases_one_line_names_the_table():
    found = serve(data(inbound(answered(2)))).solving
    assert [plain(v) for v in found.views()] == [
        "Time to resolution: not computable, needs cases.resolution_s, cases.opened_at."
    ]


def test_the_demo_says_how_many_are_open():
    found = demo().solving
    assert f"counted as not solved yet: {found.still_open}" in found.sentences[0].text
    assert [row[0].text for row in found.table().rows][-2:] == ["7 days", "14 days"]
