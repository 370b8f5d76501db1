"""Dialling: every contact of a list, attempt by attempt, until it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from callstats.simulate import dial_outcomes as o
from callstats.simulate.contacts import People, gaps
from callstats.simulate.days import DAY_S, HOUR, WorkCalendar
from callstats.simulate.dials import UNKNOWN, Dials, settle_promises
from callstats.simulate.roster import Hours, Roster, Team, interaction, skill
from callstats.simulate.scenario import CallList, Scenario
from callstats.simulate.shocks import learnt, put_off, reach_shocks, shocked, staying, success_shifts
from callstats.simulate.streams import stream
from callstats.simulate.truth import Truth

GOLDEN = 0.6180339887498949
SURE = 0.97  # highest chance of reaching anybody


@dataclass
class _State:
    """The state of each contact: next working day, promised hour (-1: none), open, live calls so far."""

    day: np.ndarray
    hour: np.ndarray
    open: np.ndarray
    lives: np.ndarray


@dataclass(frozen=True)
class _Round:
    """One attempt at all contacts in circulation: ``who`` (contacts), and when each is dialled."""

    seed: int
    call_list: CallList
    people: People
    attempt: int
    last: bool
    who: np.ndarray
    day: np.ndarray
    promised: np.ndarray
    hour: np.ndarray

    def draw(self, decision: str) -> np.ndarray:
        """Return a uniform number for each dial; each decision has its own stream."""
        draws = stream(self.seed, self.call_list.list_id, self.people.chunk, self.attempt, decision)
        return draws.random(len(self.people))[self.who]


class Dialler:
    """Dials the lists of one team; its agents take turns by weight."""

    def __init__(
        self, scenario: Scenario, calendar: WorkCalendar, team: Team, roster: Roster, truth: Truth
    ) -> None:
        self.scenario, self.calendar = scenario, calendar
        self.campaign, self.lists = team.campaign, team.lists
        self.roster, self.truth = roster, truth
        self.turns = np.zeros(int(roster.slot_of.max(initial=-1)) + 1, dtype=np.int64)
        self.offset = stream(scenario.seed, "turns", team.name).random(len(self.turns))
        self.skill = skill(scenario)
        self.reach = np.outer(scenario.reach_by_weekday, scenario.reach_by_hour)
        self.abandoned, self.spell = np.full(len(calendar), team.campaign.abandoned), np.ones(len(calendar))
        self.reach_shock = reach_shocks(scenario, team.campaign, len(calendar))
        self.success_shift = success_shifts(scenario, team.campaign, calendar)
        self.learnt = learnt(scenario, len(calendar))
        self.stays = staying(team.campaign, calendar)
        for spell in team.campaign.spells:
            end = calendar.first_from(spell.last + timedelta(days=1)) if spell.last else len(calendar)
            inside = slice(calendar.first_from(spell.first), end)
            self.spell[inside] *= spell.reach
            if spell.abandoned is not None:
                self.abandoned[inside] = spell.abandoned

    def dial(self, number: int, people: People, first_contact: int) -> Dials:
        """Return all dials to some contacts of one list, numbered from ``first_contact``."""
        size, attempts = len(people), self.lists[number].attempts or self.campaign.attempts
        hours = Hours(self.roster, self.lists[number].hours)
        nobody = np.zeros(size, dtype=np.int64)
        state = _State(people.first_day.copy(), nobody - 1, np.ones(size, dtype=bool), nobody)
        rounds = [
            self._round(number, people, state, hours, attempt, attempt == attempts)
            for attempt in range(1, attempts + 1)
        ]
        dials = Dials.concat(rounds)
        settle_promises(dials, size, attempts, self.calendar)
        dials.contact[:] += first_contact
        return dials

    def _round(
        self, number: int, people: People, state: _State, hours: Hours, attempt: int, last: bool
    ) -> Dials:
        """Dial every contact still in circulation once."""
        self._put_off(self.lists[number], people.chunk, state, attempt)
        state.day = self.roster.next_open[np.minimum(state.day, len(self.calendar))]
        who = np.flatnonzero(state.open & (state.day < len(self.calendar)))
        if not len(who):
            return Dials.none()
        day, hour = state.day[who], state.hour[who]
        batch = _Round(
            self.scenario.seed, self.lists[number], people, attempt, last, who, day, hour >= 0, hour.copy()
        )
        batch.hour[:] = np.where(batch.promised, hour, hours.draw(day, batch.draw("hour")))
        live = self._live(batch)
        outcome, row = self._outcome(batch, live)
        due = self._move(batch, state, outcome, hours)
        state.lives[who] += live
        nothing = np.full(len(who), UNKNOWN, dtype=np.int8)
        return Dials(
            who.astype(np.int32), np.full(len(who), number, dtype=np.int16),
            np.full(len(who), attempt, dtype=np.int8), np.where(live, state.lives[who], 0).astype(np.int8),
            day.astype(np.int16), batch.hour.astype(np.int8),
            (1 + batch.draw("second") * (HOUR - 1)).astype(np.int16),
            row.astype(np.int32), outcome.astype(np.int8), state.open[who] & last,
            due, nothing, nothing.copy(),
        )  # fmt: skip

    def _put_off(self, call_list: CallList, chunk: int, state: _State, attempt: int) -> None:
        """Move dials from the weekdays with fewer of them to the next day, in place; promises are kept."""
        if (self.stays == 1).all():
            return
        u = stream(self.scenario.seed, call_list.list_id, chunk, attempt, "put off").random(len(state.day))
        state.day = np.where(state.hour >= 0, state.day, put_off(state.day, u, self.stays))

    def _live(self, batch: _Round) -> np.ndarray:
        """Draw who answers, and record the chances."""
        weekday = self.calendar.weekday[batch.day]
        chance = batch.people.reach[batch.who] * self.reach[weekday, batch.hour] * self.spell[batch.day]
        chance = np.minimum(chance * self.campaign.attempt_factor ** (batch.attempt - 1), SURE)
        chance = np.where(batch.promised, np.maximum(chance, self.campaign.callback_reach), chance)
        if self.reach_shock is not None:
            chance = shocked(chance, self.reach_shock[batch.day, batch.hour])
        chance = chance * batch.people.valid[batch.who]
        live = batch.draw("live") < chance
        list_id = batch.call_list.list_id
        self.truth.dialled((self.campaign.campaign_id, list_id, batch.attempt), chance, live)
        self.truth.dialled_at(list_id, weekday * 24 + batch.hour, chance, live)
        return live

    def _outcome(self, batch: _Round, live: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Draw the outcome of each dial, and the agent-day that takes it."""
        outcome = _without_person(batch.call_list, batch.people.valid[batch.who], batch.draw("line"))
        outcome = np.where(live, o.ABANDONED, outcome)
        heard = np.flatnonzero(live & (batch.draw("patience") >= self.abandoned[batch.day]))
        outcome[heard] = _conversation(batch.call_list, batch.draw("path")[heard], batch.last)
        row = np.full(len(outcome), UNKNOWN)
        taken = np.flatnonzero(o.WITH_AGENT[outcome])
        row[taken] = self._agents(batch.day[taken], batch.hour[taken])
        argued = np.flatnonzero(outcome == o.REFUSAL)
        chance = self._success(batch, argued, row[argued])
        won = batch.draw("success")[argued] < chance
        outcome[argued[won]] = o.SUCCESS
        self.truth.argued(batch.call_list.list_id, self.roster.agent[row[argued]], chance, won)
        return outcome, row

    def _success(self, batch: _Round, argued: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Return the chance that an argued call succeeds: list, contact, agent, day, hour, promise."""
        call_list, agent = batch.call_list, self.roster.agent[row]
        logit = np.log(call_list.success / (1 - call_list.success)) + batch.people.interest[batch.who[argued]]
        logit += self.skill[agent] + self.roster.mood[row]
        logit += interaction(self.scenario, call_list.list_id)[agent]
        logit += np.asarray(self.scenario.success_by_hour)[batch.hour[argued]]
        logit += self.success_shift[batch.day[argued], batch.hour[argued]]
        logit += self.learnt[batch.day[argued], agent]
        logit += self.campaign.callback_bonus * batch.promised[argued]
        return 1 / (1 + np.exp(-logit))

    def _agents(self, day: np.ndarray, hour: np.ndarray) -> np.ndarray:
        """Return who takes each call: within an hour the agents take turns by weight.

        A golden-ratio sequence spreads the turns evenly, so that, as with a real
        dialer, no agent gets more in an hour than fits.
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

    def _move(self, batch: _Round, state: _State, outcome: np.ndarray, hours: Hours) -> np.ndarray:
        """Close contacts or schedule them again; return the promised times [local s], -1 if none."""
        state.open[batch.who] = ~o.CLOSING[outcome]
        state.day[batch.who] = batch.day + 1 + gaps(self.campaign.gap, batch.draw("gap"))
        state.hour[batch.who] = -1
        due = np.full(len(outcome), UNKNOWN, dtype=np.int64)
        asked, days = np.flatnonzero(outcome == o.CALLBACK), len(self.calendar)
        if not len(asked):
            return due
        soon = 1 + (batch.draw("due")[asked] * 4).astype(np.int64)
        due_day = self.roster.next_open[np.minimum(batch.day[asked] + soon, days)]
        # Nobody dials past the end; the promise is a week away, at ten.
        due[asked] = (self.calendar.calendar_day[batch.day[asked]] + 7) * DAY_S + 10 * HOUR
        asked, due_day = asked[due_day < days], due_day[due_day < days]
        due_hour = hours.draw(due_day, batch.draw("due hour")[asked])
        due[asked] = self.calendar.calendar_day[due_day] * DAY_S + due_hour * HOUR
        keep = batch.draw("keep")[asked] < self.campaign.callback_kept
        state.day[batch.who[asked[keep]]] = due_day[keep]
        state.hour[batch.who[asked[keep]]] = due_hour[keep]
        return due


def _without_person(call_list: CallList, valid: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return the outcomes of dials that reach nobody."""
    machine, busy = call_list.machine, (1 - call_list.machine) * call_list.busy
    edges = np.array([machine * call_list.machine_to_agent, machine, machine + busy])
    kinds = np.array([o.MACHINE_AGENT, o.MACHINE, o.BUSY, o.NO_ANSWER])
    return np.where(valid, kinds[np.searchsorted(edges, u, side="right")], o.INVALID)


def _conversation(call_list: CallList, u: np.ndarray, last: bool) -> np.ndarray:
    """Return the outcomes of conversations; REFUSAL, pending the decision, if the offer is heard."""
    right, heard = call_list.right_party, call_list.argued
    callback = 0.0 if last else call_list.callback
    shares = [right * heard, right * (1 - heard) * callback, right * (1 - heard) * call_list.do_not_call]
    edges = np.cumsum([*shares, right - sum(shares)])
    kinds = np.array([o.REFUSAL, o.CALLBACK, o.DO_NOT_CALL, o.NOT_ARGUED, o.WRONG_PARTY])
    return kinds[np.searchsorted(edges, u, side="right")]
