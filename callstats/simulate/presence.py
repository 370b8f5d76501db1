"""What agents do all day: the stretches between shift start and shift end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.model import STATES
from callstats.simulate.days import DAY_S, HOUR, WorkCalendar
from callstats.simulate.roster import Roster
from callstats.simulate.scenario import Shift

TALK, HOLD, WRAP, WAIT, PAUSE = (STATES.index(name) for name in ("talk", "hold", "wrap", "wait", "pause"))
CODES = ("BREAK", "TRAIN", "ADMIN", "LUNCH")
LUNCH = CODES.index("LUNCH")
BREAK_FROM_S, BREAK_MOST_S, BREAK_CHANCE = 150, 900, 0.45


@dataclass(frozen=True)
class Stretches:
    """Stretches of login, by agent-day and time; ``code`` of a pause, -1 if none; times [local s]."""

    row: np.ndarray
    state: np.ndarray
    start: np.ndarray
    seconds: np.ndarray
    code: np.ndarray

    @property
    def paid(self) -> np.ndarray:
        """True except for lunch."""
        return self.code != LUNCH


@dataclass(frozen=True)
class Busy:
    """Agents' calls, by agent-day and time: ``row`` in the roster, times [local s] and lengths [s]."""

    row: np.ndarray
    answered: np.ndarray
    talk: np.ndarray
    hold: np.ndarray
    wrap: np.ndarray

    @property
    def done(self) -> np.ndarray:
        """When the agent is free again [local s]."""
        return self.answered + self.talk + self.hold + self.wrap


def stretches(
    roster: Roster, calendar: WorkCalendar, rows: np.ndarray, busy: Busy, rng: np.random.Generator
) -> Stretches:
    """Fill the agent-days ``rows`` with their calls and the time between."""
    begin, lunch, back, end = _shift_times(roster, calendar)
    idle_row = np.concatenate([busy.row, rows])
    after = np.concatenate([_previous(busy, begin), _last(rows, busy, begin)])
    until = np.concatenate([busy.answered, end[rows]])
    lunch_from, lunch_to = np.maximum(after, lunch[idle_row]), np.minimum(until, back[idle_row])
    morning, afternoon = np.minimum(until, lunch[idle_row]), np.maximum(after, back[idle_row])
    every = [
        _stretch(busy.row, TALK, busy.answered, busy.talk),
        _stretch(busy.row, HOLD, busy.answered + busy.talk, busy.hold),
        _stretch(busy.row, WRAP, busy.answered + busy.talk + busy.hold, busy.wrap),
        *_idle(idle_row, after, morning - after, rng),
        _stretch(idle_row, PAUSE, lunch_from, lunch_to - lunch_from, LUNCH),
        *_idle(idle_row, afternoon, until - afternoon, rng),
    ]
    row, state, start, seconds, code = (np.concatenate(column) for column in zip(*every, strict=True))
    kept = np.flatnonzero(seconds > 0)
    kept = kept[np.lexsort((start[kept], row[kept]))]
    return Stretches(row[kept], state[kept], start[kept], seconds[kept], code[kept])


Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _stretch(
    row: np.ndarray, state: int, start: np.ndarray, seconds: np.ndarray, code: int | np.ndarray = -1
) -> Columns:
    size = len(row)
    codes = np.broadcast_to(np.asarray(code, dtype=np.int8), size)
    return row, np.full(size, state, dtype=np.int8), start, seconds, codes


def _idle(row: np.ndarray, start: np.ndarray, seconds: np.ndarray, rng: np.random.Generator) -> list[Columns]:
    """Split idle time into waiting and, in some of the long gaps, a break."""
    size = len(row)
    taken = (seconds >= BREAK_FROM_S) & (rng.random(size) < BREAK_CHANCE)
    length = np.minimum(seconds * (0.4 + 0.5 * rng.random(size)), BREAK_MOST_S).astype(np.int64)
    length = np.where(taken, length, 0)
    code = rng.choice(3, size, p=[0.7, 0.1, 0.2])
    return [_stretch(row, PAUSE, start, length, code), _stretch(row, WAIT, start + length, seconds - length)]


def _previous(busy: Busy, begin: np.ndarray) -> np.ndarray:
    """Return when each call's agent finished the previous call, or came in."""
    if not len(busy.row):
        return busy.answered
    first = np.diff(busy.row, prepend=-1) != 0
    return np.where(first, begin[busy.row], np.concatenate([[0], busy.done[:-1]]))


def _last(rows: np.ndarray, busy: Busy, begin: np.ndarray) -> np.ndarray:
    """Return when each agent-day's last call finished, or the agent came in."""
    if not len(busy.row):
        return begin[rows]
    final = np.searchsorted(busy.row, rows, side="right") - 1
    known = (final >= 0) & (busy.row[final] == rows)
    return np.where(known, busy.done[final], begin[rows])


def _shift_times(roster: Roster, calendar: WorkCalendar) -> tuple[np.ndarray, ...]:
    """Return start, lunch, return and end of every agent-day [local s]; without lunch, both at the end."""
    hours = np.array([_limits(shift) for shift in roster.shifts])
    midnight = calendar.calendar_day[roster.day] * DAY_S
    return tuple(midnight + hours[roster.shift, column] * HOUR for column in range(4))


def _limits(shift: Shift) -> tuple[int, int, int, int]:
    end = max(end for _, end in shift)
    return shift[0][0], shift[0][1], max(first for first, _ in shift) if len(shift) > 1 else end, end
