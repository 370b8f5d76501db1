from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from callstats.simulate import Queue, Scenario, Simulation, simulate

QUEUE = Queue("service", ("elm", "fir", "hazel", "maple"), calls=120.0)
SCENARIO = Scenario(seed=9, days=28, queues=(QUEUE,), agents=("elm", "fir", "hazel", "maple"))


@pytest.fixture(scope="module")
def service() -> Simulation:
    return simulate(SCENARIO)


@pytest.fixture(scope="module")
def inbound(service):
    return service.frame("calls")


def test_every_caller_is_handled_or_hangs_up(inbound):
    assert (inbound.handled != inbound.abandoned).all()
    assert (inbound.direction == "inbound").all()


def test_callers_with_endless_patience_are_all_handled_on_days_with_agents():
    queue = replace(
        QUEUE, patience_s=1e8, shifts=(((9, 20),),), by_hour=(0.0,) * 9 + (1.0,) * 3 + (0.0,) * 12
    )
    calls = simulate(replace(SCENARIO, queues=(queue,))).frame("calls")
    assert calls.handled.all()


def test_callers_are_served_in_the_order_of_arrival(inbound):
    handled = inbound[inbound.handled].sort_values("started_at")
    answered = handled.started_at.astype("int64") // 10**6 + handled.ring_s + handled.queue_s
    assert (answered.diff().dropna() >= -4).all()  # ringing of 1 to 4 s comes before the queue


def test_new_issues_are_as_many_as_expected(service):
    # A Poisson count of 20 working days x 120, all of whose first calls are made.
    calls = service.frame("calls")
    issues = calls.contact_id.nunique()
    assert abs(issues - 2400) < 4 * np.sqrt(2400)


def test_a_case_is_solved_at_the_first_call_when_it_needed_one(service):
    cases = service.frame("cases")
    once = cases[cases.solved_first_call]
    assert (once.calls == 1).all()
    assert once.closed_at.notna().all()


def test_cases_not_solved_have_no_end(service):
    cases = service.frame("cases")
    assert (cases.closed_at.isna() == cases.resolution_s.isna()).all()
    assert cases.closed_at.isna().any()


def test_more_agents_shorten_the_queue(inbound):
    few = simulate(replace(SCENARIO, queues=(replace(QUEUE, seats=2),))).frame("calls")
    assert few.abandoned.mean() > 2 * inbound.abandoned.mean()
