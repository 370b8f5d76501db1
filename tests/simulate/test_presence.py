from __future__ import annotations

import pandas as pd
import pytest

STATES = {"talk": "talk_s", "hold": "hold_s", "wrap": "wrap_s"}


@pytest.fixture(scope="module")
def time(demo_simulation):
    return demo_simulation.frame("agent_time")


def test_agent_time_adds_up_with_call_time_by_agent_day(demo_simulation, time):
    calls = demo_simulation.frame("calls").dropna(subset=["agent_id"])
    keys = ["agent_id", "campaign_id", "day"]
    spoken = calls.assign(day=calls.local_started_at.dt.date).groupby(keys)[list(STATES.values())].sum()
    there = time.assign(day=time.local_start.dt.date)
    there = there.pivot_table(index=keys, columns="state", values="seconds", aggfunc="sum", fill_value=0)
    there = there.rename(columns=STATES).reindex(spoken.index)[list(STATES.values())]
    pd.testing.assert_frame_equal(there, spoken, check_names=False)


def test_stretches_follow_each_other_without_gap_or_overlap(time):
    order = time.sort_values(["agent_id", "start"])
    end = order.start + pd.to_timedelta(order.seconds, unit="s")
    same_day = order.local_start.dt.date.eq(order.local_start.dt.date.shift())
    within = order.agent_id.eq(order.agent_id.shift()) & same_day
    assert (order.start == end.shift())[within].all()


def test_only_lunch_is_unpaid(time):
    assert (time.paid == (time.pause_code != "LUNCH")).all()


def test_only_pauses_have_a_code(time):
    assert (time.pause_code.notna() == (time.state == "pause")).all()


def test_an_agent_works_one_campaign_a_day(time):
    campaigns = time.groupby(["agent_id", time.local_start.dt.date]).campaign_id.nunique()
    assert (campaigns == 1).all()
