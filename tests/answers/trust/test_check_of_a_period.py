"""What looks wrong is told of the days a report speaks of, and of no others."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import callstats as cs
from tests.answers.small_campaigns import calls, data, demo

GAP = "a weekday that is usually worked has calls"
LONG = "a talk lasts less than four hours"
MISSING = (dt.date(2026, 7, 14), dt.date(2026, 8, 19), dt.date(2026, 9, 16))
ALL = "2026-07-14, 2026-08-19, 2026-09-16"


def quarter() -> pd.DataFrame:
    """Return a call each weekday of July to September but one a month, and two long talks a month."""
    days = [day.to_pydatetime() for day in pd.bdate_range("2026-07-01", "2026-09-30")]
    rows = [{"local_started_at": day, "talk_s": 60.0} for day in days if day.date() not in MISSING]
    for month in (7, 8, 9):
        rows += [{"local_started_at": dt.datetime(2026, month, 2 + n), "talk_s": 20_000.0} for n in (1, 2)]
    return calls(*rows)


def told(period: str | None, **parameters: str) -> dict[str, tuple[int, str]]:
    quality = cs.method(data(quarter()), period, parameters=parameters).quality
    return {f.rule: (f.rows, f.example) for f in quality.findings if f.rule in (GAP, LONG)}


@pytest.mark.parametrize(
    ("period", "compare_with", "gaps", "talks"),
    [
        ("2026-09", "none", "2026-09-16", 2),
        ("2026-09", "previous", "2026-08-19, 2026-09-16", 4),
        ("2026-08", "previous", "2026-07-14, 2026-08-19", 4),
        (
            "2026-09",
            "2026-07",
            "2026-09-16",
            4,
        ),  # two findings become one, its example from the month asked about
        (None, "none", ALL, 6),
    ],
)
def test_findings_are_of_the_period_and_the_one_compared_with(
    period: str | None, compare_with: str, gaps: str, talks: int
) -> None:
    found = told(period, compare_with=compare_with)
    assert found[GAP][1] == gaps
    assert found[LONG][0] == talks


def test_two_months_that_do_not_touch_are_added_up() -> None:
    assert told("2026-09", compare_with="2026-07")[GAP][0] == 2


def test_a_report_without_comparison_speaks_of_its_period() -> None:
    assert told("2026-09")[GAP] == (1, "2026-09-16")


def test_what_is_usual_is_learnt_beyond_the_period() -> None:
    """Of three days with calls nobody can tell what is usual; the weeks around them do."""
    assert told("2026-09-15..2026-09-17")[GAP] == (1, "2026-09-16")
    assert cs.data_quality(data(quarter()), "2026-09-15..2026-09-17").gaps.missing == (dt.date(2026, 9, 16),)


def test_what_was_usual_in_spring_is_not_missed_in_autumn() -> None:
    """Saturdays were worked until June, two in three of the year so far; September has none."""
    days = pd.date_range("2026-01-01 10:00", "2026-09-30 10:00")
    worked = [day for day in days if day.weekday() < 5 or (day.weekday() == 5 and day.month < 7)]
    frame = calls(*({"local_started_at": day.to_pydatetime()} for day in worked))
    assert cs.method(data(frame), "2026-09").quality.findings == ()


def test_calls_without_a_time_are_told_in_every_period() -> None:
    """They lie in no period, so they may be missing from this one."""
    rows = [{"local_started_at": dt.datetime(2026, 9, 14, 10)}, {"local_started_at": None}]
    quality = cs.method(data(calls(*rows)), "2026-09").quality
    assert [(f.rule, f.rows) for f in quality.findings] == [("the local time of a call is known", 1)]


def test_a_september_report_of_the_demo_does_not_name_july() -> None:
    asked = {"compare_with": "previous"}
    assert cs.method(demo(), "2026-09", parameters=asked).quality.findings == ()
    assert len(cs.method(demo(), "2026-08", parameters=asked).quality.findings) == 1
