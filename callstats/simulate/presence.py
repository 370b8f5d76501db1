"""What agents do all day: the stretches between shift start and shift end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from callstats.model import STATES
from callstats.simulate.days import DAY_S, HOUR, Calendar
from callstats.simulate.roster import Roster

TALK, HOLD, WRAP, WAIT, PAUSE = (STATES.index(name) for name in ("talk", "hold", "wrap", "wait", "pause"))
CODES = ("BREAK", "TRAIN", "ADMIN", "LUNCH")
LUNCH = CODES.index("LUNCH")
BREAK_FROM_S, BREAK_MOST_S, BREAK_CHANCE = 150, 900, 0.45


@dataclass(frozen=True)
class Stretches:
    """Stretches of login, by agent-day and time: ``row`` in the roster, start [local s], code -1 where none."""

    row: np.ndarray
    state: np.ndarray
    start: np.ndarray
    seconds: np.ndarray
    code: np.ndarray

    @property
    def paid(self) -> np.ndarray:
        """True but for lunch."""
        return self.code != LUNCH


def stretches(
    roster: Roster,
    calendar: Calendar,
    rows: np.ndarray,
    row: np.ndarray,
    answered: np.ndarray,
    parts: tuple[np.ndarray, np.ndarray, np.ndarray],
    rng: np.random.Generator,
) -> Stretches:
    """Lay out the days of agents: their calls, and what lies between.

    ``rows`` are agent-days; ``row``, ``answered`` [local s] and ``parts``
    (talk, hold, wrap) [s] describe their calls, by agent-day and time.
    """
    begin, lunch, back, end = _shift_times(roster, calendar)
    talk, hold, wrap = parts
    done = answered + talk + hold + wrap
    calls = (
        _stretch(row, TALK, answered, talk),
        _stretch(row, HOLD, answered + talk, hold),
        _stretch(row, WRAP, answered + talk + hold, wrap),
    )
    idle_row = np.concatenate([row, rows])
    after = np.concatenate([_previous(row, done, begin), np.zeros(len(rows), dtype=np.int64)])
    until = np.concatenate([answered, end[rows]])
    after[len(row) :] = _last(rows, row, done, begin)
    first, second = np.minimum(until, lunch[idle_row]), np.maximum(after, back[idle_row])
    lunch_from, lunch_to = np.maximum(after, lunch[idle_row]), np.minimum(until, back[idle_row])
    every = [
        *calls,
        *_idle(idle_row, after, first - after, rng),
        _stretch(idle_row, PAUSE, lunch_from, lunch_to - lunch_from, LUNCH),
        *_idle(idle_row, second, until - second, rng),
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
    """Split idle time into a break, in some of the long gaps, and waiting."""
    size = len(row)
    taken = (seconds >= BREAK_FROM_S) & (rng.random(size) < BREAK_CHANCE)
    length = np.minimum(seconds * (0.4 + 0.5 * rng.random(size)), BREAK_MOST_S).astype(np.int64)
    length = np.where(taken, length, 0)
    code = rng.choice(3, size, p=[0.7, 0.1, 0.2])
    return [_stretch(row, PAUSE, start, length, code), _stretch(row, WAIT, start + length, seconds - length)]


def _previous(row: np.ndarray, done: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Return when each call's agent was done with the call before, or came in."""
    if not len(row):
        return done
    return np.where(np.diff(row, prepend=-1) != 0, begin[row], np.concatenate([[0], done[:-1]]))


def _last(rows: np.ndarray, row: np.ndarray, done: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Return when each agent-day's last call was done, or the agent came in."""
    final = np.searchsorted(row, rows, side="right") - 1
    known = (final >= 0) & (row[final] == rows) if len(row) else np.zeros(len(rows), dtype=bool)
    return np.where(known, done[final] if len(row) else 0, begin[rows])


def _shift_times(roster: Roster, calendar: Calendar) -> tuple[np.ndarray, ...]:
    """Return begin, lunch, back and end of every agent-day [local s]; no lunch: both at the end."""
    hours = np.array([
        (shift[0][0], *((shift[0][1], shift[1][0]) if len(shift) > 1 else (shift[-1][1],) * 2), shift[-1][1])
        for shift in roster.shifts
    ])  # fmt: skip
    midnight = calendar.calendar_day[roster.day] * DAY_S
    return tuple(midnight + hours[roster.shift, column] * HOUR for column in range(4))
