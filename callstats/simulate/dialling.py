"""Dialling: every contact of a list, attempt by attempt, until it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from callstats.simulate import outcomes as o
from callstats.simulate.days import DAY_S, HOUR, Calendar
from callstats.simulate.people import People
from callstats.simulate.roster import Roster, Team, interaction, skill
from callstats.simulate.scenario import CallList, Scenario
from callstats.simulate.streams import stream
from callstats.simulate.truth import Truth

GOLDEN = 0.6180339887498949
UNKNOWN = -1


@dataclass(frozen=True)
class Dials:
    """Dials of a team, one row each, in columns small enough to hold millions.

    ``row`` is the agent-day in the roster, -1 where only the dialer was on the
    line; ``due`` the promised time [local s], ``kept`` and ``won`` what came of
    the promise, -1 where there is none or it lies past the end.
    """

    contact: np.ndarray
    number: np.ndarray  # of the list in its team
    attempt: np.ndarray
    live_no: np.ndarray
    day: np.ndarray
    hour: np.ndarray
    second: np.ndarray
    row: np.ndarray
    outcome: np.ndarray
    exhausted: np.ndarray
    due: np.ndarray
    kept: np.ndarray
    won: np.ndarray

    def __len__(self) -> int:
        return len(self.contact)

    def take(self, index: np.ndarray) -> Dials:
        """Return some of the rows."""
        return Dials(*(getattr(self, one.name)[index] for one in fields(self)))

    @classmethod
    def concat(cls, parts: list[Dials]) -> Dials:
        """Put several one after the other."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))


class Dialler:
    """Dials the lists of one team; its agents take turns by weight."""

    def __init__(
        self, scenario: Scenario, calendar: Calendar, team: Team, roster: Roster, truth: Truth
    ) -> None:
        self.scenario, self.calendar, self.team = scenario, calendar, team
        self.roster, self.truth = roster, truth
        self.turns = np.zeros(int(roster.slot_of.max(initial=-1)) + 1, dtype=np.int64)
        self.offset = stream(scenario.seed, "turns", team.name).random(len(self.turns))
        self.skill = skill(scenario)
        days = len(calendar)
        self.abandoned, self.spell = np.full(days, team.campaign.abandoned), np.ones(days)
        for spell in team.campaign.spells:
            inside = slice(calendar.first_from(spell.first), calendar.first_from(_after(spell.last)))
            self.spell[inside] *= spell.reach
            if spell.abandoned is not None:
                self.abandoned[inside] = spell.abandoned
        self.reach = np.outer(scenario.reach_by_weekday, scenario.reach_by_hour)

    def dial(self, number: int, people: People, first_contact: int) -> Dials:
        """Return every dial to some contacts of one list."""
        call_list = self.team.lists[number]
        hours = _Hours(self.roster, call_list.hours)
        state = _State.fresh(people)
        rounds = [
            one
            for attempt in range(1, self.team.campaign.attempts + 1)
            for one in self._round(number, call_list, people, state, hours, attempt)
        ]
        if not rounds:
            return _none()
        dials = _with_promises(Dials.concat(rounds), len(people), self.team.campaign.attempts, self.calendar)
        return dials.take(slice(None)) if not first_contact else _renumber(dials, first_contact)

    def _round(
        self, number: int, call_list: CallList, people: People, state: _State, hours: _Hours, attempt: int
    ) -> Iterator[Dials]:
        """Dial everybody who is still in circulation once."""
        state.day = self.roster.next_open[np.minimum(state.day, len(self.calendar))]
        who = np.flatnonzero(state.open & (state.day < len(self.calendar)))
        if not len(who):
            return
        u = _Uniform(self.scenario.seed, call_list.list_id, people, attempt, who)
        day, promised = state.day[who], state.hour[who] >= 0
        hour = np.where(promised, state.hour[who], hours.draw(day, u("hour")))
        live = self._live(call_list, people, attempt, who, day, hour, promised, u)
        outcome, row = self._outcome(call_list, people, attempt, who, day, hour, promised, live, u)
        due = state.move(who, day, outcome, self.team.campaign, self.calendar, self.roster, hours, u)
        exhausted = state.open[who] & (attempt == self.team.campaign.attempts)
        state.lives[who] += live
        nothing = np.full(len(who), UNKNOWN, dtype=np.int8)
        yield Dials(
            who.astype(np.int32), np.full(len(who), number, dtype=np.int16),
            np.full(len(who), attempt, dtype=np.int8), np.where(live, state.lives[who], 0).astype(np.int8),
            day.astype(np.int16), hour.astype(np.int8), (u("second") * HOUR).astype(np.int16),
            row.astype(np.int32), outcome.astype(np.int8), exhausted, due, nothing, nothing.copy(),
        )  # fmt: skip

    def _live(self, call_list, people, attempt, who, day, hour, promised, u) -> np.ndarray:
        campaign, weekday = self.team.campaign, self.calendar.weekday[day]
        chance = people.reach[who] * self.reach[weekday, hour] * self.spell[day]
        chance = np.minimum(chance * campaign.attempt_factor ** (attempt - 1), 0.97)
        chance = np.where(promised, np.maximum(chance, campaign.callback_reach), chance) * people.valid[who]
        live = u("live") < chance
        self.truth.dialled((campaign.campaign_id, call_list.list_id, attempt), chance, live)
        self.truth.dialled_at(call_list.list_id, weekday * 24 + hour, chance, live)
        return live

    def _outcome(
        self, call_list, people, attempt, who, day, hour, promised, live, u
    ) -> tuple[np.ndarray, np.ndarray]:
        outcome = _without_person(call_list, people.valid[who], u("line"))
        outcome = np.where(live, o.ABANDONED, outcome)
        heard = np.flatnonzero(live & (u("patience") >= self.abandoned[day]))
        last = attempt == self.team.campaign.attempts
        outcome[heard] = _conversation(call_list, u("path")[heard], last)
        row = np.full(len(who), UNKNOWN)
        taken = np.flatnonzero(o.WITH_AGENT[outcome])
        row[taken] = self._agents(day[taken], hour[taken])
        argued = np.flatnonzero(outcome == o.REFUSAL)
        agent = self.roster.agent[row[argued]]
        logit = np.log(call_list.success / (1 - call_list.success)) + people.interest[who[argued]]
        logit += self.skill[agent] + self.roster.mood[row[argued]]
        logit += interaction(self.scenario, call_list.list_id)[agent]
        logit += np.asarray(self.scenario.success_by_hour)[hour[argued]]
        logit += self.team.campaign.callback_bonus * promised[argued]
        chance = 1 / (1 + np.exp(-logit))
        won = u("success")[argued] < chance
        outcome[argued[won]] = o.SUCCESS
        self.truth.argued(call_list.list_id, agent, chance, won)
        return outcome, row

    def _agents(self, day: np.ndarray, hour: np.ndarray) -> np.ndarray:
        """Return who takes each call: within an hour the agents take turns by weight.

        A golden-ratio sequence spreads the turns evenly, so that no agent gets
        more in an hour than an hour holds, as a dialer sees to it.
        """
        slot = self.roster.slot_of[day * 24 + hour]
        order = np.argsort(slot, kind="stable")
        counts = np.bincount(slot, minlength=len(self.turns))
        starts = np.cumsum(counts) - counts
        turn = np.empty(len(slot), dtype=np.int64)
        turn[order] = np.arange(len(slot)) - starts[slot[order]]
        turn += self.turns[slot]
        self.turns += counts
        return self.roster.pick(day, hour, (self.offset[slot] + turn * GOLDEN) % 1.0)


class _Uniform:
    """Uniform numbers for the dials of one round, one stream for each decision."""

    def __init__(self, seed: int, list_id: str, people: People, attempt: int, who: np.ndarray) -> None:
        self.seed, self.list_id, self.people = seed, list_id, people
        self.attempt, self.who = attempt, who

    def __call__(self, decision: str) -> np.ndarray:
        draws = stream(self.seed, self.list_id, self.people.chunk, self.attempt, decision)
        return draws.random(len(self.people))[self.who]


class _Hours:
    """The hour of a dial on a given day: as many dials as agents are there."""

    def __init__(self, roster: Roster, weights: tuple[float, ...] | None) -> None:
        present = roster.present.astype(float)
        if weights is not None:
            chosen = present * np.asarray(weights)
            present = np.where(chosen.sum(axis=1, keepdims=True) > 0, chosen, present)
        total = present.sum(axis=1, keepdims=True)
        self.open = np.cumsum(total[:, 0] > 0) - 1
        self.edge = np.cumsum((present / np.where(total > 0, total, 1.0))[total[:, 0] > 0])

    def draw(self, day: np.ndarray, u: np.ndarray) -> np.ndarray:
        value = self.open[day] + np.clip(u, 1e-7, 1 - 1e-7)
        return np.searchsorted(self.edge, value, side="right") % 24


@dataclass
class _State:
    """Where every contact stands: next working day, promised hour (-1: none), open, live calls so far."""

    day: np.ndarray
    hour: np.ndarray
    open: np.ndarray
    lives: np.ndarray

    @classmethod
    def fresh(cls, people: People) -> _State:
        size = len(people)
        return cls(people.first_day.copy(), np.full(size, -1), np.ones(size, bool), np.zeros(size, np.int64))

    def move(self, who, day, outcome, campaign, calendar, roster, hours, u) -> np.ndarray:
        """Close contacts or send them on; return the promised times [local s], -1 where none."""
        self.open[who] = ~o.CLOSING[outcome]
        self.day[who] = day + 1 + u.people.gaps(campaign.gap, u("gap"))
        self.hour[who] = -1
        due = np.full(len(who), UNKNOWN, dtype=np.int64)
        asked = np.flatnonzero(outcome == o.CALLBACK)
        if not len(asked):
            return due
        days = len(calendar)
        wish = u("due")[asked]
        due_day = roster.next_open[np.minimum(day[asked] + 1 + (wish * 4).astype(np.int64), days)]
        inside = due_day < days
        due[asked] = (calendar.calendar_day[day[asked]] + 7) * DAY_S + 10 * HOUR
        asked, due_day = asked[inside], due_day[inside]
        due_hour = hours.draw(due_day, u("due hour")[asked])
        due[asked] = calendar.calendar_day[due_day] * DAY_S + due_hour * HOUR
        keep = u("keep")[asked] < campaign.callback_kept
        self.day[who[asked[keep]]] = due_day[keep]
        self.hour[who[asked[keep]]] = due_hour[keep]
        return due


def _without_person(call_list: CallList, valid: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return how the dials end that reach nobody."""
    machine, busy = call_list.machine, (1 - call_list.machine) * call_list.busy
    edges = np.array([machine * call_list.machine_to_agent, machine, machine + busy])
    kinds = np.array([o.MACHINE_AGENT, o.MACHINE, o.BUSY, o.NO_ANSWER])
    return np.where(valid, kinds[np.searchsorted(edges, u, side="right")], o.INVALID)


def _conversation(call_list: CallList, u: np.ndarray, last: bool) -> np.ndarray:
    """Return how conversations go; REFUSAL where the offer is heard, to be decided."""
    right, heard = call_list.right_party, call_list.argued
    callback = 0.0 if last else call_list.callback
    shares = [right * heard, right * (1 - heard) * callback, right * (1 - heard) * call_list.do_not_call]
    edges = np.cumsum([*shares, right - sum(shares)])
    kinds = np.array([o.REFUSAL, o.CALLBACK, o.DO_NOT_CALL, o.NOT_ARGUED, o.WRONG_PARTY])
    return kinds[np.searchsorted(edges, u, side="right")]


def _with_promises(dials: Dials, contacts: int, attempts: int, calendar: Calendar) -> Dials:
    """Fill in whether promised call-backs were dialled within an hour, and won."""
    asked = np.flatnonzero(dials.outcome == o.CALLBACK)
    place = np.full((contacts, attempts + 1), UNKNOWN)
    place[dials.contact, dials.attempt - 1] = np.arange(len(dials))
    following = place[dials.contact[asked], dials.attempt[asked]]
    hour = calendar.calendar_day[dials.day[following]] * 24 + dials.hour[following]
    late = hour - dials.due[asked] // HOUR
    # A dial in the promised hour starts at most 59 min late, one in the hour before at most 60 min early.
    kept = (following >= 0) & ((late == 0) | (late == -1))
    past = dials.due[asked] >= calendar.days * DAY_S
    dials.kept[asked] = np.where(past, UNKNOWN, kept)
    dials.won[asked] = np.where(past, UNKNOWN, kept & (dials.outcome[following] == o.SUCCESS))
    return dials


def _renumber(dials: Dials, first: int) -> Dials:
    dials.contact[:] = dials.contact + first
    return dials


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _none() -> Dials:
    empty = np.zeros(0, dtype=np.int64)
    return Dials(*(empty for _ in fields(Dials)))
