"""Queues against published tables, theory and a simulation."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats.erlang import agents_needed, queue_performance


def test_erlang_c_of_the_trades_textbook_example() -> None:
    """100 calls of 3 minutes in half an hour, 14 agents (README of the R package ErlangC 0.1.0)."""
    found = queue_performance(100, 180, 14)
    assert found.load == pytest.approx(10)
    assert found.waiting == pytest.approx(0.1741319335950498, abs=1e-12)
    assert found.service_level == pytest.approx(0.8883500191794669, abs=1e-12)
    assert found.average_wait == pytest.approx(7.83593701177724, abs=1e-10)
    assert found.occupancy == pytest.approx(10 / 14)


@pytest.mark.parametrize(
    ("calls", "patience", "wait", "queue", "abandoned", "occupancy"),
    [
        (48, math.inf, 20.8, 17, 0.0, 0.96),
        (48, 120, 3.7, 3, 0.031, 0.93),
        (48 * (1 - 0.031), math.inf, 8.8, 7, 0.0, 0.93),
    ],
)
def test_fifty_agents_with_and_without_patience(
    calls: float, patience: float, wait: float, queue: float, abandoned: float, occupancy: float
) -> None:
    """Mandelbaum and Zeltyn (2007), table 1: 48 calls a minute of one minute, patience two minutes."""
    found = queue_performance(calls, 60, 50, interval_s=60, patience_s=patience)
    assert found.average_wait == pytest.approx(wait, abs=0.05)
    assert found.queue == pytest.approx(queue, abs=0.5)
    assert found.abandoned == pytest.approx(abandoned, abs=0.0005)
    assert found.occupancy == pytest.approx(occupancy, abs=0.005)


@pytest.mark.parametrize(("calls", "within"), [(48, 58.1), (48 * (1 - 0.031), 28.2)])
def test_nine_in_ten_wait_no_longer_than_published(calls: float, within: float) -> None:
    """The same table: the 90th percentile of the wait."""
    found = queue_performance(calls, 60, 50, interval_s=60, within_s=within)
    assert found.service_level == pytest.approx(0.9, abs=0.001)


def test_one_agent_with_equal_rates_is_a_poisson_count() -> None:
    """Arrivals, service and giving up at rate 1: callers in the system are Poisson(1)."""
    found = queue_performance(1, 1, 1, interval_s=1, patience_s=1)
    assert found.waiting == pytest.approx(1 - math.exp(-1))
    assert found.abandoned == pytest.approx(math.exp(-1))


def test_endless_patience_is_erlang_c() -> None:
    patient, endless = (queue_performance(100, 180, 14, patience_s=p) for p in (1e10, math.inf))
    assert patient.service_level == pytest.approx(endless.service_level, abs=1e-6)
    assert patient.average_wait == pytest.approx(endless.average_wait, rel=1e-5)


def test_the_time_of_agents_is_spent_on_those_who_stayed() -> None:
    found = queue_performance(100, 180, 9, patience_s=90)
    assert found.occupancy * 9 == pytest.approx(found.load * (1 - found.abandoned))


def test_service_level_and_abandonment_of_a_simulated_queue() -> None:
    rng = np.random.default_rng(4)
    size, agents = 40_000, 3
    came = np.cumsum(rng.exponential(60, size))
    work, patience = rng.exponential(150, size), rng.exponential(100, size)
    free = [0.0] * agents
    in_time = gone = 0
    for at, busy, stay in zip(came, work, patience, strict=True):
        start = max(at, free[0])
        if start - at > stay:
            gone += 1
            continue
        in_time += start - at <= 20
        heapq.heapreplace(free, start + busy)
    found = queue_performance(30, 150, agents, within_s=20, patience_s=100)
    assert in_time / size == pytest.approx(found.service_level, abs=0.012)
    assert gone / size == pytest.approx(found.abandoned, abs=0.012)


def test_no_fewer_agents_would_do() -> None:
    for calls in (1, 7, 60, 400):
        needed = agents_needed(calls, 200)
        assert queue_performance(calls, 200, needed).service_level >= 0.8
        assert queue_performance(calls, 200, needed - 1).service_level < 0.8


def test_a_cap_on_occupancy_asks_for_more() -> None:
    needed = agents_needed(400, 200, max_occupancy=0.8)
    assert needed == math.ceil(400 * 200 / 1800 / 0.8)


def test_thousands_of_agents_do_not_overflow() -> None:
    found = queue_performance(100_000, 180, 10_100)
    assert 0 < found.waiting < 1


def test_too_few_agents_for_those_who_never_hang_up_answer_nobody() -> None:
    found = queue_performance(100, 180, 10)
    assert (found.waiting, found.service_level, found.average_wait) == (1.0, 0.0, math.inf)


def test_without_calls_nobody_is_needed() -> None:
    assert agents_needed(0, 180) == 0
    assert queue_performance(0, 180, 2).service_level == 1.0


@pytest.mark.parametrize("bad", [{"calls": -1}, {"handle_s": 0}, {"agents": -2}, {"calls": math.nan}])
def test_impossible_numbers_are_refused(bad: dict) -> None:
    with pytest.raises(UsageError):
        queue_performance(**{"calls": 10, "handle_s": 100, "agents": 2, **bad})


def test_everybody_in_time_is_refused() -> None:
    with pytest.raises(UsageError, match="shares"):
        agents_needed(10, 100, service_level=1.0)
