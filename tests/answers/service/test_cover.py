"""Are enough agents there at the right time."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from tests.answers.service.callers import NINE, answered, demo, inbound, serve
from tests.answers.small_campaigns import data, plain


def ready(agents: int, minute: float, minutes: float) -> list[dict]:
    """Return agents who wait for calls."""
    start = NINE + dt.timedelta(minutes=minute)
    return [
        {
            "agent_id": f"a{i}",
            "campaign_id": "q",
            "local_start": start,
            "state": "wait",
            "seconds": 60.0 * minutes,
        }
        for i in range(agents)
    ]


def cover(calls, *stretches):
    time = pd.DataFrame([row for rows in stretches for row in rows])
    return serve(data(calls, agent_time=time)).cover


def busy(*minutes: int):
    """Return 100 calls of three minutes in each half hour: 14 agents answer 80 % of them in 20 s."""
    return inbound(*(answered(100, minute=m, talk_s=100.0, hold_s=0.0, wrap_s=80.0) for m in minutes))


def test_neighbouring_half_hours_that_lack_agents_are_one_gap():
    """14 are needed all the time: 10 and 12 are there in the first hour, 20 in the half hour after it."""
    found = cover(busy(0, 30, 60), ready(10, 0, 30), ready(12, 30, 30), ready(20, 60, 30))
    (gap,) = found.gaps
    assert (gap.start, gap.end, gap.missing) == ("09:00", "10:00", 4.0)
    assert gap.hours == pytest.approx((4 + 2) / 2)
    assert (found.missing, found.spare) == (pytest.approx(3.0), pytest.approx(3.0))


def test_the_largest_gap_comes_first():
    found = cover(busy(0, 30, 60), ready(13, 0, 30), ready(14, 30, 30), ready(8, 60, 30))
    assert [gap.start for gap in found.gaps] == ["10:00", "09:00"]


def test_what_it_would_take_is_said_with_what_is_to_spare():
    found = cover(busy(0, 30), ready(10, 0, 30), ready(20, 30, 30))
    assert plain(found.sentences[-1]) == (
        "It would take 2.0 more agent-hours a day (09:00 to 09:30: 4.0 more); at other times 3.0 "
        "agent-hours a day are more than needed."
    )


def test_agents_enough_leave_nothing_to_add():
    found = cover(busy(0), ready(14, 0, 30))
    assert found.gaps == ()
    assert found.sentences[-1].tone == "good"


def test_without_agent_time_the_need_is_told_and_who_was_there_is_not():
    found = serve(data(busy(0))).cover
    assert math.isnan(found.spare)
    assert found.to_frame()["needed"].tolist() == [14]
    assert plain(found.views()[-1]) == "Agents there: not computable, needs agent_time.local_start."


def test_the_demo_has_a_row_a_half_hour():
    assert len(demo().cover.to_frame()) == 20
