"""Days that may be wrong."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

import callstats as cs
from tests.answers.small_campaigns import calls, data, many, numbered, plain

MONDAY = dt.datetime(2026, 9, 7, 10)


def agent_time(*rows: tuple[str, dt.datetime, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["agent_id", "local_start", "state", "seconds"])


def test_more_time_in_calls_than_logged_in_is_named() -> None:
    """Elm talked for two hours and was logged in for one; Oak's tables differ; Fir's agree."""
    talked = (("elm", 7200.0), ("oak", 3600.0), ("fir", 3600.0))
    frame = calls(*({"handled": True, "agent_id": a, "talk_s": s, "wrap_s": 0.0} for a, s in talked))
    day = dt.datetime(2026, 9, 14, 9)
    time = agent_time(
        ("elm", day, "talk", 3600.0),
        ("oak", day, "talk", 1800.0),
        ("oak", day, "wait", 5400.0),
        ("fir", day, "talk", 3700.0),
    )
    found = cs.data_quality(data(frame, agent_time=time)).agent_days
    assert [(d.agent, d.impossible, d.differs) for d in found.wrong] == [
        ("elm", True, True),
        ("oak", False, True),
    ]
    told = found.to_frame().set_index("agent_id")
    assert told.loc["oak", ["login_s", "work_s", "calls_s"]].tolist() == [7200.0, 1800.0, 3600.0]
    assert {d.agent: d.share for d in found.days} == {"elm": 2.0, "oak": 0.5, "fir": 3600 / 3700}
    assert "elm" in plain(found.figure().alt)


def test_calls_of_an_agent_who_never_logged_in_are_impossible() -> None:
    frame = calls({"handled": True, "agent_id": "elm", "talk_s": 3600.0, "wrap_s": 0.0})
    time = agent_time(("oak", dt.datetime(2026, 9, 14, 9), "wait", 3600.0))
    (wrong,) = cs.data_quality(data(frame, agent_time=time)).agent_days.wrong
    assert (wrong.agent, wrong.impossible, wrong.share) == ("elm", True, math.inf)


def workdays(campaign: str, calls_an_hour: int = 12) -> list[list[dict]]:
    """Return calls at 9 and at 10 o'clock on the weekdays of four weeks."""
    days = [MONDAY + dt.timedelta(days=d) for d in range(28) if d % 7 < 5]
    return [
        many(calls_an_hour, campaign_id=campaign, local_started_at=day.replace(hour=hour))
        for day in days
        for hour in (9, 10)
    ]


def without(groups: list[list[dict]], day: int, hour: int | None = None) -> list[list[dict]]:
    def gone(when: dt.datetime) -> bool:
        return when.day == day and when.month == 9 and hour in (None, when.hour)

    return [g for g in groups if not gone(g[0]["local_started_at"])]


def test_days_and_hours_without_calls_are_told_by_campaign() -> None:
    frame = numbered(*without(workdays("a"), 16), *without(workdays("b"), 17, 10))
    found = cs.data_quality(data(frame)).gaps
    told = {gap.campaign: (gap.days, gap.hours) for gap in found.gaps}
    assert told == {
        "a": ((dt.date(2026, 9, 16),), ()),
        "b": ((), ((dt.date(2026, 9, 17), (10,)),)),
    }
    assert found.missing == ()
    assert "1 day, and 1 hour of days worked" in plain(found.sentences[0])


def test_an_hour_with_few_calls_may_be_empty_by_chance() -> None:
    frame = numbered(*without(workdays("a", calls_an_hour=6), 17, 10))
    assert cs.data_quality(data(frame)).gaps.gaps == ()


def test_a_day_that_all_campaigns_lack_is_hatched_in_the_calendar() -> None:
    frame = numbered(*without(workdays("a"), 16))
    found = cs.data_quality(data(frame)).gaps
    assert found.missing == (dt.date(2026, 9, 16),)
    assert "Without a call: 16 Sept 2026." in plain(found.figure().alt)
