"""Who works when: agents on shifts, as many as the expected load needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from callstats.simulate.contacts import loading_days
from callstats.simulate.days import HOUR, WorkCalendar
from callstats.simulate.scenario import CallList, Campaign, Scenario, Shift
from callstats.simulate.shocks import put_off_on_average, staying
from callstats.simulate.streams import stream

#: Planning assumptions: agent seconds of a conversation, and of a machine put through.
HANDLE_S = 205.0
MACHINE_S = 40.0


@dataclass(frozen=True)
class Team:
    """Agents, by number in the scenario, who work the same lists of a campaign, or the same queue."""

    name: str
    agents: np.ndarray
    campaign: Campaign = field(default_factory=lambda: Campaign("", ()))
    lists: tuple[CallList, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Agent-days of one team, one row each, and the agents at work in every hour.

    ``day`` is a working day, ``shift`` a number in ``shifts``, ``weight`` the
    agent's relative number of calls that day, ``mood`` the day's addition to the
    logit of success. The slots of the week are stored as one increasing array:
    slot number + cumulative share of its agents' weights.
    """

    day: np.ndarray
    agent: np.ndarray
    shift: np.ndarray
    weight: np.ndarray
    mood: np.ndarray
    shifts: tuple[Shift, ...]
    present: np.ndarray  # (days, 24) agents at work
    next_open: np.ndarray  # (days + 1,) the first working day from each on; days if none is left
    slot_of: np.ndarray  # (days * 24,) slot number, -1 if nobody works
    slot_row: np.ndarray  # agent-day of each entry of slot_edge
    slot_edge: np.ndarray

    def pick(self, day: np.ndarray, hour: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Return the agent-day that takes each call, by uniform numbers ``u``."""
        slot = self.slot_of[day * 24 + hour]
        return self.slot_row[np.searchsorted(self.slot_edge, slot + np.minimum(u, 1 - 1e-9), side="right")]


def teams(scenario: Scenario) -> list[Team]:
    """Group the lists of every campaign by the agents that work them."""
    number = {agent: position for position, agent in enumerate(scenario.agents)}
    result = []
    for campaign in scenario.campaigns:
        groups: dict[tuple[str, ...], list[CallList]] = {}
        for call_list in campaign.lists:
            who = call_list.agents or campaign.agents or scenario.agents
            groups.setdefault(tuple(who), []).append(call_list)
        for position, (who, lists) in enumerate(groups.items()):
            agents = np.array([number[agent] for agent in who])
            result.append(Team(f"{campaign.campaign_id}/{position}", agents, campaign, tuple(lists)))
    return result


def allot(scenario: Scenario, groups: dict[str, np.ndarray], days: int) -> dict[str, np.ndarray]:
    """Return for each group an array (days, its agents): whether the agent works for it that day.

    An agent in several groups works for one of them each day, at random.
    """
    member: dict[int, list[str]] = {}
    for name, agents in groups.items():
        for agent in agents:
            member.setdefault(int(agent), []).append(name)
    choice = {
        agent: stream(scenario.seed, "allot", agent).integers(len(names), size=days)
        for agent, names in member.items()
    }
    return {
        name: np.array([choice[int(a)] == member[int(a)].index(name) for a in agents], dtype=bool).T
        for name, agents in groups.items()
    }


def expected_load(scenario: Scenario, calendar: WorkCalendar, team: Team) -> tuple[np.ndarray, np.ndarray]:
    """Return the expected dials and agent seconds of each working day, (days,) each.

    A mean-field forecast, as a planner would make it: dials move from attempt to
    attempt by the mean chance of closing, and over days by the gaps. A list
    dialled only at certain hours needs its agents then.
    """
    hours = [hour for shift in team.campaign.shifts for hour in hours_of(shift)]
    factor = float(np.mean([scenario.reach_by_hour[hour] for hour in hours]))
    factor *= float(np.mean([scenario.reach_by_weekday[day] for day in scenario.weekdays]))
    days, pause = len(calendar), team.campaign.gap - 1
    gap = np.array([0.0, *(math.exp(-pause) * pause**k / math.factorial(k) for k in range(25))])
    placed, load, stays = np.zeros(days), np.zeros(days), staying(team.campaign, calendar)
    for call_list in team.lists if days else ():
        dials = _first_dials(scenario, calendar, call_list)
        peak = _peak(call_list, hours)
        for attempt in range(1, (call_list.attempts or team.campaign.attempts) + 1):
            dials = put_off_on_average(dials, stays) if (stays < 1).any() else dials
            live, closing = _attempt(call_list, team.campaign, attempt, factor)
            machines = (1 - live) * call_list.machine * call_list.machine_to_agent
            placed += dials
            load += dials * peak * (live * (1 - team.campaign.abandoned) * HANDLE_S + machines * MACHINE_S)
            dials = np.convolve(dials * (1 - closing), gap)[:days]
    return placed, load


def _first_dials(scenario: Scenario, calendar: WorkCalendar, call_list: CallList) -> np.ndarray:
    """Return the first dials due on each working day, (days,)."""
    dials = np.zeros(len(calendar))
    shares = [batch.share for batch in call_list.batches] or [1.0]
    for loaded, share in zip(loading_days(scenario, call_list), shares, strict=True):
        first = calendar.first_from(loaded)
        dials[first : first + call_list.dial_over] += call_list.contacts * share / call_list.dial_over
    return dials


def _peak(call_list: CallList, hours: list[int]) -> float:
    """Return the ratio of the busiest hour to the mean working hour."""
    if call_list.hours is None:
        return 1.0
    weights = [call_list.hours[hour] for hour in hours]
    return max(weights) / (sum(weights) / len(weights)) if sum(weights) else 1.0


def _attempt(call_list: CallList, campaign: Campaign, attempt: int, factor: float) -> tuple[float, float]:
    """Return the mean chance that an attempt is live, and that it closes the contact."""
    decided = call_list.right_party * (call_list.argued + (1 - call_list.argued) * call_list.do_not_call)
    decided *= 1 - campaign.abandoned
    size = call_list.concentration
    live = call_list.reach * size / (size + (attempt - 1) * decided) * factor
    live *= campaign.attempt_factor ** (attempt - 1)
    invalid = call_list.invalid if attempt == 1 else 0.0
    return live * (1 - invalid), invalid + (1 - invalid) * live * decided


def hours_of(shift: Shift) -> list[int]:
    """Return the hours of the day a shift works."""
    return [hour for first, end in shift for hour in range(first, end)]


def roster(scenario: Scenario, calendar: WorkCalendar, team: Team, allotted: np.ndarray) -> Roster:
    """Draw the agent-days of a team for its expected load."""
    campaign = team.campaign
    dials, load = expected_load(scenario, calendar, team)
    paid = float(np.mean([len(hours_of(shift)) for shift in campaign.shifts])) * HOUR
    u = stream(scenario.seed, "seats", team.name).random(len(calendar))
    seats = np.floor(load / (paid * campaign.occupancy) + u).astype(np.int64)
    due = np.diff(np.floor(np.cumsum(dials) + 0.5), prepend=0.0) > 0  # days on which a dial comes due
    seats = np.maximum(seats, due)
    return draw(scenario, team, allotted, seats, campaign.shifts)


def draw(
    scenario: Scenario, team: Team, allotted: np.ndarray, seats: np.ndarray, shifts: tuple[Shift, ...]
) -> Roster:
    """Draw who works each day, on which shift, and how the day goes."""
    days = len(seats)
    order = stream(scenario.seed, "who", team.name).random((days, len(team.agents)))
    order[~allotted] += 2.0
    rank = order.argsort(axis=1).argsort(axis=1)
    day, place = np.nonzero((rank < seats[:, None]) & allotted)
    shift = (rank[day, place] + day) % len(shifts)
    agent = team.agents[place]
    shape = (days, len(scenario.agents))
    weight, mood = np.ones(shape), np.zeros(shape)
    if scenario.agent_day_sd > 0:
        precision = scenario.agent_day_sd**-2
        weight = stream(scenario.seed, "pace by day", team.name).gamma(precision, 1 / precision, shape)
    if scenario.skill_day_sd > 0:
        mood = stream(scenario.seed, "skill by day", team.name).normal(0, scenario.skill_day_sd, shape)
    weight = np.maximum(weight[day, agent] * pace(scenario)[agent], 0.05)
    return Roster(
        day, agent, shift, weight, mood[day, agent], shifts, *_slots(days, day, shift, weight, shifts)
    )


def _slots(
    days: int, day: np.ndarray, shift: np.ndarray, weight: np.ndarray, shifts: tuple[Shift, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return present, next_open, slot_of, slot_row and slot_edge of a roster."""
    worked = np.zeros((len(shifts), 24), dtype=bool)
    for number, one in enumerate(shifts):
        worked[number, hours_of(one)] = True
    row, hour = np.nonzero(worked[shift])
    key = day[row] * 24 + hour
    by_slot = np.argsort(key, kind="stable")
    row, key = row[by_slot], key[by_slot]
    present = np.bincount(key, minlength=days * 24)
    slot_of = np.where(present > 0, np.cumsum(present > 0) - 1, -1)
    slot = slot_of[key]
    total = np.bincount(slot, weights=weight[row])
    edge = np.cumsum(weight[row] / total[slot])  # each slot adds up to 1: slot + cumulative share
    last = np.flatnonzero(np.diff(slot, append=-1))
    edge[last] = slot[last] + 1.0
    present = present.reshape(days, 24)
    open_days = np.flatnonzero(present.sum(axis=1))
    following = np.searchsorted(open_days, np.arange(days + 1))
    return present, np.append(open_days, days)[following], slot_of, row, edge


class Hours:
    """The hour of a dial on a given day, in proportion to the agents present."""

    def __init__(self, roster: Roster, weights: tuple[float, ...] | None) -> None:
        present = roster.present.astype(float)
        if weights is not None:
            chosen = present * np.asarray(weights)
            present = np.where(chosen.sum(axis=1, keepdims=True) > 0, chosen, present)
        total = present.sum(axis=1, keepdims=True)
        self.open = np.cumsum(total[:, 0] > 0) - 1
        self.edge = np.cumsum((present / np.where(total > 0, total, 1.0))[total[:, 0] > 0])

    def draw(self, day: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Return the hour of each dial, by uniform numbers."""
        value = self.open[day] + np.clip(u, 1e-7, 1 - 1e-7)
        return np.searchsorted(self.edge, value, side="right") % 24


def skill(scenario: Scenario) -> np.ndarray:
    """Return each agent's true skill, added to the logit of success, (agents,)."""
    return stream(scenario.seed, "skill").normal(0, scenario.skill_sd, len(scenario.agents))


def pace(scenario: Scenario) -> np.ndarray:
    """Return each agent's true pace, a factor on calls per hour, (agents,)."""
    return np.exp(stream(scenario.seed, "pace").normal(0, scenario.pace_sd, len(scenario.agents)))


def interaction(scenario: Scenario, list_id: str) -> np.ndarray:
    """Return each agent's effect on one list beyond skill, on the logit of success, (agents,)."""
    if scenario.interaction_sd == 0:
        return np.zeros(len(scenario.agents))
    draws = stream(scenario.seed, "agent on list", list_id)
    return draws.normal(0, scenario.interaction_sd, len(scenario.agents))
