"""Outbound campaigns: dials to canonical rows, a few days at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from callstats.model import STATES
from callstats.simulate import arrow_tables as tables
from callstats.simulate import dial_outcomes as o
from callstats.simulate.contacts import People, batch_of, chunks, loading_days
from callstats.simulate.days import DAY_S, HOUR, WorkCalendar
from callstats.simulate.dialling import Dialler
from callstats.simulate.dials import Dials
from callstats.simulate.opinions_of_calls import Listened, listen
from callstats.simulate.presence import CODES, Busy, Stretches, stretches
from callstats.simulate.roster import Roster, Team, roster
from callstats.simulate.scenario import CallList, Scenario
from callstats.simulate.spending import Ledger
from callstats.simulate.streams import stream
from callstats.simulate.timing import Timed, fit, lengths
from callstats.simulate.truth import Truth

if TYPE_CHECKING:
    import pyarrow as pa

Part = tuple[str, "pa.Table"]
#: Approximate number of dials placed and written at a time.
SLICE = 400_000
LOADED_AT = 7 * HOUR


@dataclass
class Desk:
    """State shared by the parts of one simulation: calendar, truth, ledger and running numbers."""

    scenario: Scenario
    calendar: WorkCalendar
    truth: Truth
    ledger: Ledger
    contacts: int = 100_000
    calls: int = 0


def campaign_team(desk: Desk, team: Team, allotted: np.ndarray) -> Iterator[Part]:
    """Yield the rows of one team: contacts, then calls and everything that depends on them."""
    plan = roster(desk.scenario, desk.calendar, team, allotted)
    dialler = Dialler(desk.scenario, desk.calendar, team, plan, desk.truth)
    dialled, first_contact = [], []
    for number, call_list in enumerate(team.lists):
        first_contact.append(desk.contacts + 1)
        done = 0
        for people in chunks(desk.scenario, desk.calendar, call_list):
            yield "contacts", _contacts(desk, team, call_list, people, done)
            dialled.append(dialler.dial(number, people, done))
            done += len(people)
            desk.contacts += len(people)
        desk.ledger.buy(team.campaign, call_list)
    dials = Dials.concat(dialled)
    del dialled
    for first, end in _slices(dials.day, len(desk.calendar)):
        inside = np.flatnonzero((dials.day >= first) & (dials.day < end))
        yield from _rows(desk, team, plan, dials.take(inside), (first, end), np.array(first_contact))


def _slices(day: np.ndarray, days: int) -> Iterator[tuple[int, int]]:
    """Yield runs of working days with about SLICE dials each."""
    counts = np.bincount(day, minlength=days)
    first, size = 0, 0
    for number in range(days):
        size += counts[number]
        if size >= SLICE or number == days - 1:
            yield first, number + 1
            first, size = number + 1, 0


@dataclass(frozen=True)
class _Batch:
    """Finished dials of some days, by time; ``lead`` is the contact's number, ``agent`` -1 if none."""

    team: Team
    dials: Dials
    timed: Timed
    lead: np.ndarray
    agent: np.ndarray
    call_id: pa.Array


def _rows(
    desk: Desk, team: Team, plan: Roster, dials: Dials, days: tuple[int, int], first_contact: np.ndarray
) -> Iterator[Part]:
    """Yield the rows of some days; only here does a dial get its exact time."""
    scenario, calendar = desk.scenario, desk.calendar
    campaign_id = team.campaign.campaign_id
    rng = stream(scenario.seed, "time", team.name, days[0])
    start = calendar.calendar_day[dials.day] * DAY_S + dials.hour.astype(np.int64) * HOUR + dials.second
    slowness = np.where(dials.row >= 0, 1 / np.append(plan.weight, 1.0)[dials.row], 1.0)
    timed = lengths(dials, slowness, start, rng)
    order = fit(timed, dials.row, campaign_id)
    busy = Busy(
        dials.row[order], timed.answered[order], timed.talk[order], timed.hold[order], timed.wrap[order]
    )
    rows = np.flatnonzero((plan.day >= days[0]) & (plan.day < days[1]))
    day = stretches(plan, calendar, rows, busy, rng)
    desk.ledger.work(campaign_id, plan.day[day.row], day.seconds * day.paid)
    desk.ledger.dial(campaign_id, dials.day)
    batch = _by_time(desk, team, plan, dials, timed, first_contact)
    dials = batch.dials
    heard = Listened(
        batch.call_id, batch.agent, o.HANDLED[dials.outcome], dials.outcome == o.SUCCESS, batch.timed.queue
    )
    yield "calls", _calls(desk, batch, rng)
    yield "agent_time", agent_time(scenario, calendar, plan, campaign_id, day)
    yield "callbacks", _callbacks(desk, batch)
    yield from listen(scenario, heard, f"{team.name}/{days[0]}", inbound=False)


def _by_time(
    desk: Desk, team: Team, plan: Roster, dials: Dials, timed: Timed, first_contact: np.ndarray
) -> _Batch:
    order = np.lexsort((dials.contact, dials.number, timed.start))
    dials = dials.take(order)
    call_id = tables.numbered("", desk.calls + 1 + np.arange(len(dials)), 8)
    desk.calls += len(dials)
    agent = np.where(dials.row >= 0, np.append(plan.agent, -1)[dials.row], -1)
    lead = first_contact[dials.number] + dials.contact
    return _Batch(team, dials, timed.take(order), lead, agent, call_id)


def _calls(desk: Desk, batch: _Batch, rng: np.random.Generator) -> pa.Table:
    team, dials, timed = batch.team, batch.dials, batch.timed
    scenario, calendar, campaign, outcome = desk.scenario, desk.calendar, team.campaign, dials.outcome
    loaded = np.zeros(len(dials), dtype=np.int64)
    for number, call_list in enumerate(team.lists):
        own = dials.number == number
        loaded[own] = loaded_s(calendar, scenario, call_list, dials.contact[own])
    loaded = calendar.utc_us(loaded)
    utc, depth, success = calendar.utc_us(timed.start), o.DEPTH[outcome], outcome == o.SUCCESS
    cancelled = success & (rng.random(len(dials)) < campaign.cancelled)
    value = np.exp(rng.normal(-(campaign.value_sd**2) / 2, campaign.value_sd, len(dials))) * campaign.value
    with_agent, live = dials.row >= 0, o.LIVE[outcome]
    reason = np.where(o.CLOSING[outcome], outcome, np.where(dials.exhausted, len(o.REASONS), -1))
    columns = {
        "call_id": batch.call_id,
        "contact_id": tables.numbered("", batch.lead),
        "list_id": tables.words([call_list.list_id for call_list in team.lists], dials.number),
        "campaign_id": tables.words([campaign.campaign_id], np.zeros(len(dials), dtype=np.int8)),
        "agent_id": tables.words(scenario.agents, batch.agent),
        "direction": tables.words(["outbound"], np.zeros(len(dials), dtype=np.int8)),
        "started_at": tables.instants(utc),
        "local_started_at": tables.clocks(calendar.local_us(timed.start)),
        "time_zone": tables.words([scenario.time_zone], np.zeros(len(dials), dtype=np.int8)),
        "attempt_no": dials.attempt,
        "live_no": tables.where(dials.live_no, live),
        "since_loaded_s": (utc - loaded) / 1e6,
        "connected": depth >= 1,
        "live": live,
        "handled": depth >= 3,
        "abandoned": outcome == o.ABANDONED,
        "right_party": depth >= 4,
        "argued": depth >= 5,
        "success": success,
        "closed": reason >= 0,
        "closed_reason": tables.words([*o.REASONS, "exhausted"], reason),
        "callback_at": tables.instants(calendar.utc_us(np.maximum(dials.due, 0)), dials.due >= 0),
        "do_not_call": outcome == o.DO_NOT_CALL,
        "invalid_number": outcome == o.INVALID,
        "ring_s": timed.ring,
        "queue_s": tables.where(timed.queue, live),
        "talk_s": tables.where(timed.talk, with_agent),
        "hold_s": tables.where(timed.hold, with_agent),
        "wrap_s": tables.where(timed.wrap, with_agent),
        "value": tables.where(np.where(cancelled, 0.0, np.round(value, 2)), success),
        "cancelled": tables.where(cancelled, success),
        "outcome_code": tables.words(o.CODES, outcome),
    }
    return tables.table("calls", columns)


def agent_time(
    scenario: Scenario, calendar: WorkCalendar, plan: Roster, campaign_id: str, day: Stretches
) -> pa.Table:
    """Return the stretches of agents as canonical rows."""
    columns = {
        "agent_id": tables.words(scenario.agents, plan.agent[day.row]),
        "campaign_id": tables.words([campaign_id], np.zeros(len(day.row), dtype=np.int8)),
        "start": tables.instants(calendar.utc_us(day.start)),
        "local_start": tables.clocks(calendar.local_us(day.start)),
        "state": tables.words(STATES, day.state),
        "seconds": day.seconds,
        "pause_code": tables.words(CODES, day.code),
        "paid": day.paid,
    }
    return tables.table("agent_time", columns)


def _callbacks(desk: Desk, batch: _Batch) -> pa.Table:
    team, dials, timed = batch.team, batch.dials, batch.timed
    asked = np.flatnonzero(dials.outcome == o.CALLBACK)
    asked_at = timed.answered[asked] + timed.talk[asked]
    columns = {
        "contact_id": tables.numbered("", batch.lead[asked]),
        "campaign_id": tables.words([team.campaign.campaign_id], np.zeros(len(asked), dtype=np.int8)),
        "list_id": tables.words([one.list_id for one in team.lists], dials.number[asked]),
        "agent_id": tables.words(desk.scenario.agents, batch.agent[asked]),
        "asked_at": tables.instants(desk.calendar.utc_us(asked_at)),
        "local_asked_at": tables.clocks(desk.calendar.local_us(asked_at)),
        "due_at": tables.instants(desk.calendar.utc_us(dials.due[asked])),
        "kept": tables.where(dials.kept[asked] == 1, dials.kept[asked] >= 0),
        "success": tables.where(dials.won[asked] == 1, dials.won[asked] >= 0),
    }
    return tables.table("callbacks", columns)


def loaded_s(
    calendar: WorkCalendar, scenario: Scenario, call_list: CallList, contact: np.ndarray
) -> np.ndarray:
    """Return when each contact of a list was loaded [local s]: before work on its day."""
    days = np.array([(day - calendar.start).days for day in loading_days(scenario, call_list)])
    return days[batch_of(call_list, contact)] * DAY_S + LOADED_AT


def _contacts(desk: Desk, team: Team, call_list: CallList, people: People, done: int) -> pa.Table:
    size = len(people)
    same = np.zeros(size, dtype=np.int8)
    loaded = loaded_s(desk.calendar, desk.scenario, call_list, done + np.arange(size))
    columns = {
        "contact_id": tables.numbered("", desk.contacts + 1 + np.arange(size)),
        "list_id": tables.words([call_list.list_id], same),
        "campaign_id": tables.words([team.campaign.campaign_id], same),
        "loaded_at": tables.instants(desk.calendar.utc_us(loaded)),
        "time_zone": tables.words([desk.scenario.time_zone], same),
        "consent": people.consent,
        "past_answers": people.past_answers,
        "arm": tables.words(call_list.arms or [None], people.arm),
    }
    return tables.table("contacts", columns, {"past_answers": "integer", "arm": "text"})
