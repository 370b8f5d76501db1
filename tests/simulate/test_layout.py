from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from callstats.errors import UsageError
from callstats.simulate.timing import Timed, fit


def timed(start, handle):
    size = len(start)
    zero = np.zeros(size, dtype=np.int64)
    return Timed(
        np.array(start, dtype=np.int64), zero.copy(), zero.copy(), np.array(handle), zero.copy(), zero.copy()
    )


def test_a_call_waits_for_the_one_before():
    two = timed([0, 10], [100, 50])
    fit(two, np.array([0, 0]), "spring")
    assert two.start.tolist() == [0, 100]


def test_a_late_call_gives_way_rather_than_leave_its_hour():
    # Both were dialled in the last minutes of the hour: the second still starts in it.
    two = timed([3500, 3550], [200, 60])
    fit(two, np.array([0, 0]), "spring")
    assert two.start.tolist() == [3399, 3599]


def test_agents_do_not_wait_for_each_other():
    two = timed([0, 10], [100, 50])
    fit(two, np.array([0, 1]), "spring")
    assert two.start.tolist() == [0, 10]


def test_an_overfull_hour_is_cut_in_proportion():
    two = timed([0, 10], [4800, 2400])
    fit(two, np.array([0, 0]), "spring")
    # 3,599 s are there for 7,200: 4,800 x 3599/7200 = 2399.3 and 2,400 x 3599/7200 = 1199.7, cut to whole.
    assert two.talk.tolist() == [2399, 1199]


def test_an_impossible_hour_is_refused():
    with pytest.raises(UsageError, match="20 hours in one"):
        fit(timed([0, 10], [36_000, 36_000]), np.array([0, 0]), "spring")


def test_no_agent_is_in_two_calls_at_once(demo_simulation):
    calls = demo_simulation.frame("calls").dropna(subset=["agent_id"])
    answered = calls.started_at + pd.to_timedelta(calls.ring_s + calls.queue_s.fillna(0), unit="s")
    done = answered + pd.to_timedelta(calls.talk_s + calls.hold_s + calls.wrap_s, unit="s")
    order = calls.assign(answered=answered, done=done).sort_values(["agent_id", "answered"])
    before = order.groupby("agent_id").done.shift()
    assert (order.answered >= before)[before.notna()].all()
