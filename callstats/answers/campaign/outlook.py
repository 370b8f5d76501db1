"""The outlook of every list: its state, its pace, its deadline, and what the rest will bring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.list_states_numbers import (
    NEEDED,
    ListState,
    states,
    worked_days,
    working_date,
)
from callstats.answers.campaign.pace import NAN, Pace
from callstats.answers.campaign.prospects import AttemptChances, Prospects
from callstats.dataset.period import Period

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope
    from callstats.answers.core.voice import Voice

__all__ = ["NEEDED", "Completion", "Deadline", "Outlook", "outlooks"]

Deadline = str | date | float | None


@dataclass(frozen=True, slots=True)
class Completion:
    """The share of the contacts loaded that is dialled by a deadline; a forecast where it is to come.

    ``deadline`` is a day, or hours after loading.
    """

    deadline: date | float
    share: float
    low: float = NAN
    high: float = NAN

    def named(self, voice: Voice) -> str:
        """Return what the share is of, in words."""
        if isinstance(self.deadline, date):
            return voice.say("Dialled by {day}", day=voice.form.date(self.deadline))
        return voice.say("Dialled within {hours} h of loading", hours=voice.form.number(self.deadline))


@dataclass(frozen=True, slots=True)
class Outlook:
    """One list: state, contacts closed a working day, when it is done, and what the rest brings.

    ``done``, ``earliest`` and ``latest`` are None where no such day can be
    told; ``cost`` is what the dials to come cost [money], nan where unknown.
    """

    state: ListState
    day: date
    pace: Pace
    done: date | None
    earliest: date | None
    latest: date | None
    completion: Completion | None
    prospects: Prospects | None
    cost: float

    def counts(self) -> tuple[int, ...]:
        """Return loaded, unused, circulating, callbacks and closed."""
        s = self.state
        return s.loaded, s.unused, s.circulating, s.callbacks, s.closed

    def row(self) -> dict[str, Any]:
        """Return everything of it as one row of a frame."""
        completion, left = self.completion, self.prospects
        names = ("loaded", "unused", "circulating", "callbacks", "closed")
        return {
            **dict(zip(names, self.counts(), strict=True)),
            "callable": self.state.callable,
            "closed_a_day": self.pace.mean,
            "done": self.done,
            "earliest": self.earliest,
            "latest": self.latest,
            "completion": completion.share if completion else NAN,
            "completion_low": completion.low if completion else NAN,
            "completion_high": completion.high if completion else NAN,
            "dials_to_come": left.dials if left else NAN,
            "successes_to_come": left.successes if left else NAN,
            "successes_low": left.low if left else NAN,
            "successes_high": left.high if left else NAN,
            "value_to_come": left.value if left else NAN,
            "cost_to_come": self.cost,
        }

    def burn_down(self) -> list[tuple[date, int]]:
        """Return what was callable at the end of every day from the first dial to the day asked about."""
        if not self.state.first_dials:
            return []
        found, left, day = [], self.state.loaded, min(self.state.first_dials)
        while day <= self.day:
            left -= self.state.closings.get(day, 0)
            found.append((day, left))
            day += timedelta(days=1)
        return found


def outlooks(
    about: Scope, by: str | None, deadline: Deadline, pace_days: int
) -> tuple[list[Outlook], tuple[str, ...]]:
    """Return the outlook of every list, and notes on what the data do not tell."""
    worked = worked_days(about)
    chances, cost = AttemptChances(about, by), _cost_per_dial(about)
    completions, notes = _completions(about, by, deadline)
    found = []
    for state in states(about, by):
        prospects = chances.of(state) if state.callable else Prospects(0.0, 0.0, 0.0, 0.0, 0.0)
        pace = Pace.of(_daily(state, state.closings, worked, pace_days))
        spent = prospects.dials * cost if prospects else NAN
        ends = _ends(
            pace.days_until(state.callable), worked[-1], {day.weekday() for day in worked[-pace_days:]}
        )
        completion = completions.get(state.group) or _by_day(state, deadline, worked, pace_days)
        found.append(Outlook(state, about.window.last, pace, *ends, completion, prospects, spent))
    if not about.whole.has("contacts", "contact_id"):
        notes.append(about.voice.say("Contacts never dialled are not known: needs a table of contacts."))
    return found, tuple(notes)


def _daily(state: ListState, counts: Any, worked: tuple[date, ...], most: int) -> list[int]:
    """Return the counts of the last days worked since the list's first dial, 0 where there is none."""
    first = min(state.first_dials, default=None)
    days = [day for day in worked if first is not None and day >= first]
    return [counts.get(day, 0) for day in days[-most:]]


def _ended(state: ListState) -> tuple[date, date, date] | None:
    """Return the day a list was done, None where something is left."""
    if state.callable or not state.closings:
        return None
    last = max(state.closings)
    return last, last, last


def _ends(
    days: tuple[float, float, float], last: date, weekdays: set[int]
) -> tuple[date | None, date | None, date | None]:
    """Return working days from the last one as dates; None where there is no end in sight."""

    def dated(number: float) -> date | None:
        far = math.isnan(number) or number > 2500  # ten years of working days
        return None if far else working_date(last, weekdays, math.ceil(number - 1e-9))

    expected, low, high = (dated(number) for number in days)
    return (None, None, None) if expected is None else (expected, low, high)


def _cost_per_dial(about: Scope) -> float:
    from callstats.answers.campaign.attempts_numbers import cost_per_dial

    return cost_per_dial(about.now)


def _completions(about: Scope, by: str | None, deadline: Deadline) -> tuple[dict[Any, Completion], list[str]]:
    """Return the share dialled within hours of loading by list; nothing where the deadline is a day."""
    from dataclasses import replace

    from callstats.answers.core.estimates import estimates_by

    if isinstance(deadline, str | date):
        return {}, []
    config = about.whole.config
    hours = float(deadline) if deadline is not None else config.setting("list_deadline_h", 8.0)
    settings = {**config.settings, "list_deadline_h": hours}
    whole = replace(about.whole, config=replace(config, settings=settings))
    found = estimates_by(whole, ["list_completion"], [by] if by else [])
    told = {(group[0] if group else None): kpis["list_completion"] for group, kpis in found.items()}
    unknown = next((e for e in told.values() if not e.known), None)
    notes = [about.voice.note(unknown.kpi, unknown.note)] if unknown else []
    return {group: Completion(hours, e.value) for group, e in told.items() if e.known}, notes


def _by_day(
    state: ListState, deadline: Deadline, worked: tuple[date, ...], pace_days: int
) -> Completion | None:
    """Return the share dialled once by the end of a day, at the present pace where it is to come."""
    if not isinstance(deadline, str | date) or not state.loaded:
        return None
    until = deadline if isinstance(deadline, date) else Period.parse(deadline).last
    dialled = sum(n for day, n in state.first_dials.items() if day <= until)
    weekdays = {day.weekday() for day in worked[-pace_days:]}
    ahead = (worked[-1] + timedelta(days=n + 1) for n in range((until - worked[-1]).days))
    left = sum(day.weekday() in weekdays for day in ahead)
    if not left:
        return Completion(until, dialled / state.loaded)
    more = Pace.of(_daily(state, state.first_dials, worked, pace_days)).after(left)
    share, low, high = (min((dialled + m) / state.loaded, 1.0) for m in more)
    return Completion(until, share, low, high)
