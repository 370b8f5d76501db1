"""Inbound queues: callers arrive, wait, hang up or are served in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from callstats.simulate import arrow_tables as tables
from callstats.simulate.days import DAY_S, HOUR
from callstats.simulate.opinions_of_calls import Listened, listen
from callstats.simulate.outbound import Desk, Part, agent_time
from callstats.simulate.presence import Busy, stretches
from callstats.simulate.roster import Roster, Team, draw
from callstats.simulate.scenario import Queue, Shift
from callstats.simulate.shocks import expected_issues
from callstats.simulate.streams import stream

if TYPE_CHECKING:
    import pyarrow as pa

#: Callers' numbers start here, to keep them separate from dialled contacts.
FIRST_CALLER = 900_000_001


@dataclass
class CallerArrivals:
    """Calls to a queue by time: issue, call number within it, start and lengths; ``row`` -1: hung up."""

    issue: np.ndarray
    turn: np.ndarray
    needed: np.ndarray
    start: np.ndarray
    patience: np.ndarray
    ring: np.ndarray
    talk: np.ndarray
    hold: np.ndarray
    wrap: np.ndarray
    queue: np.ndarray
    row: np.ndarray

    @property
    def answered(self) -> np.ndarray:
        """When an agent is on the line [local s]."""
        return self.start + self.ring + self.queue


def queue_calls(desk: Desk, queue: Queue, allotted: np.ndarray, number: int) -> Iterator[Part]:
    """Yield the rows of one queue: calls, agent time, surveys, cases."""
    scenario, calendar = desk.scenario, desk.calendar
    team = Team(queue.queue_id, np.array([scenario.agents.index(name) for name in queue.agents]))
    seats = np.full(len(calendar), queue.seats)
    plan = draw(scenario, team, allotted, seats, queue.shifts)
    calls = _arrivals(desk, queue)
    _serve(calls, plan, calendar.calendar_day)
    caller = FIRST_CALLER + number * 10_000_000 + calls.issue
    call_id = tables.numbered("", desk.calls + 1 + np.arange(len(calls.start)), 8)
    desk.calls += len(calls.start)
    busy = np.flatnonzero(calls.row >= 0)
    busy = busy[np.lexsort((calls.start[busy], calls.row[busy]))]
    taken = Busy(*(getattr(calls, name)[busy] for name in ("row", "answered", "talk", "hold", "wrap")))
    day = stretches(
        plan, calendar, np.arange(len(plan.day)), taken, stream(scenario.seed, "time", queue.queue_id)
    )
    desk.ledger.work(queue.queue_id, plan.day[day.row], day.seconds * day.paid)
    desk.ledger.dial(queue.queue_id, np.searchsorted(calendar.calendar_day, calls.start // DAY_S))
    agent = np.where(calls.row >= 0, np.append(plan.agent, -1)[calls.row], -1)
    solved = (calls.row >= 0) & (calls.turn == calls.needed)
    yield "calls", _table(desk, queue, calls, caller, agent, call_id)
    yield "agent_time", agent_time(scenario, calendar, plan, queue.queue_id, day)
    heard = Listened(call_id, agent, calls.row >= 0, solved, calls.queue)
    yield from listen(scenario, heard, queue.queue_id, inbound=True)
    yield "cases", _cases(desk, queue, calls, caller)


def _arrivals(desk: Desk, queue: Queue) -> CallerArrivals:
    """Draw who calls when, including follow-up calls, by time."""
    calendar, days = desk.calendar, len(desk.calendar)
    rng = stream(desk.scenario.seed, "arrivals", queue.queue_id)
    share = np.asarray(queue.by_hour) / sum(queue.by_hour)
    counts = rng.poisson(expected_issues(desk.scenario, queue, calendar))
    day, hour = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices((days, 24)))
    needed = rng.geometric(1 - queue.further, len(day))
    issue = np.repeat(np.arange(len(day)), needed)
    turn = np.arange(len(issue)) - np.repeat(np.cumsum(needed) - needed, needed) + 1
    later = np.where(turn > 1, rng.integers(1, 4, len(issue)), 0)
    passed = np.cumsum(later)
    day = day[issue] + passed - passed[np.searchsorted(issue, issue)]
    hour = np.where(turn > 1, rng.choice(24, len(issue), p=share), hour[issue])
    second = rng.integers(0, HOUR, len(issue))
    inside = np.flatnonzero(day < days)
    start = calendar.calendar_day[day[inside]] * DAY_S + hour[inside] * HOUR + second[inside]
    order = inside[np.argsort(start, kind="stable")]
    size = len(order)
    handle = np.exp(rng.normal(-0.18, 0.6, size)) * queue.handle_s
    hold = np.where(rng.random(size) < 0.25, 0.15 * handle, 0)
    whole = [np.maximum(part, 1).astype(np.int64) for part in (0.8 * handle - hold, 0.2 * handle)]
    return CallerArrivals(
        issue[order], turn[order], needed[issue[order]], np.sort(start),
        rng.exponential(queue.patience_s, size).astype(np.int64) + 1, rng.integers(1, 5, size),
        whole[0], hold.astype(np.int64), whole[1], np.zeros(size, np.int64), np.full(size, -1),
    )  # fmt: skip


def _serve(calls: CallerArrivals, plan: Roster, calendar_day: np.ndarray) -> None:
    """Assign every caller to the first free agent, or let the caller hang up, in place."""
    at_work: dict[int, list[int]] = {}
    for row, day in enumerate(plan.day):
        at_work.setdefault(int(calendar_day[day]), []).append(row)
    free = [0] * len(plan.day)
    shifts = [plan.shifts[number] for number in plan.shift]
    slowness = 1 / plan.weight
    for number, arrived in enumerate((calls.start + calls.ring).tolist()):
        day = arrived // DAY_S
        choices = [
            (moment, free[row], row)
            for row in at_work.get(day, ())
            if (moment := _free_at(shifts[row], max(arrived, free[row]), day * DAY_S)) is not None
        ]
        moment, _, row = min(choices, default=(arrived + DAY_S, 0, -1))
        if moment - arrived > calls.patience[number]:
            calls.queue[number] = calls.patience[number]
            continue
        calls.queue[number], calls.row[number] = moment - arrived, row
        for part in (calls.talk, calls.wrap):
            part[number] = max(int(part[number] * slowness[row]), 1)
        free[row] = _done(calls, number)


def _done(calls: CallerArrivals, number: int) -> int:
    parts = (calls.start, calls.ring, calls.queue, calls.talk, calls.hold, calls.wrap)
    return int(sum(part[number] for part in parts))


def _free_at(shift: Shift, moment: int, midnight: int) -> int | None:
    """Return the first time from a given one on at which a shift works, None if it is over."""
    for first, end in shift:
        if moment < midnight + end * HOUR:
            return max(moment, midnight + first * HOUR)
    return None


def _table(
    desk: Desk, queue: Queue, calls: CallerArrivals, caller: np.ndarray, agent: np.ndarray, call_id: pa.Array
) -> pa.Table:
    handled, same = calls.row >= 0, np.zeros(len(calls.start), dtype=np.int8)
    every, none = np.ones(len(handled), dtype=bool), np.zeros(len(handled), dtype=bool)
    columns = {
        "call_id": call_id,
        "contact_id": tables.numbered("", caller),
        "campaign_id": tables.words([queue.queue_id], same),
        "agent_id": tables.words(desk.scenario.agents, agent),
        "direction": tables.words(["inbound"], same),
        "started_at": tables.instants(desk.calendar.utc_us(calls.start)),
        "local_started_at": tables.clocks(desk.calendar.local_us(calls.start)),
        "time_zone": tables.words([desk.scenario.time_zone], same),
        "live_no": calls.turn,
        "connected": every,
        "live": every,
        "handled": handled,
        "abandoned": ~handled,
        "argued": none,
        "success": none,
        "closed": none,
        "do_not_call": none,
        "invalid_number": none,
        "ring_s": calls.ring,
        "queue_s": calls.queue,
        "talk_s": tables.where(calls.talk, handled),
        "hold_s": tables.where(calls.hold, handled),
        "wrap_s": tables.where(calls.wrap, handled),
        "outcome_code": tables.words(["SERVED", "DROP"], (~handled).astype(np.int8)),
    }
    return tables.table("calls", columns)


def _cases(desk: Desk, queue: Queue, calls: CallerArrivals, caller: np.ndarray) -> pa.Table:
    """Return the issues that reached an agent, solved at the end of the last call needed."""
    handled = np.flatnonzero(calls.row >= 0)
    order = handled[np.lexsort((calls.start[handled], calls.issue[handled]))]
    issue, first, count = np.unique(calls.issue[order], return_index=True, return_counts=True)
    opened, needed = calls.answered[order][first], calls.needed[order][first]
    last = first + count - 1
    solved = count == needed
    closed = (calls.answered + calls.talk + calls.hold)[order][last]
    columns = {
        "case_id": tables.numbered(f"{queue.queue_id}-", issue + 1, 6),
        "contact_id": tables.numbered("", caller[order][first]),
        "campaign_id": tables.words([queue.queue_id], np.zeros(len(issue), dtype=np.int8)),
        "opened_at": tables.instants(desk.calendar.utc_us(opened)),
        "local_opened_at": tables.clocks(desk.calendar.local_us(opened)),
        "closed_at": tables.instants(desk.calendar.utc_us(closed), solved),
        "resolution_s": tables.where(
            (desk.calendar.utc_us(closed) - desk.calendar.utc_us(opened)) / 1e6, solved
        ),
        "calls": count,
        "solved_first_call": solved & (count == 1),
    }
    return tables.table("cases", columns)
