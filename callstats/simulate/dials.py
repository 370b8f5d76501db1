"""Dials in compact columns, so that millions fit in memory before they become rows."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from callstats.simulate import dial_outcomes as o
from callstats.simulate.days import DAY_S, HOUR, WorkCalendar

UNKNOWN = -1


@dataclass(frozen=True)
class Dials:
    """Dials of a team, one row each.

    ``contact`` is numbered within its list, ``number`` is the list's within its
    team, ``row`` is the agent-day in the roster, -1 if only the dialer was on the
    line; ``due`` is the promised time [local s], ``kept`` and ``won`` the result
    of the promise, -1 if there is none or it lies past the end.
    """

    contact: np.ndarray
    number: np.ndarray
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
        """Concatenate several."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    @classmethod
    def none(cls) -> Dials:
        """Return no dials."""
        return cls(*(np.zeros(0, dtype=np.int64) for _ in fields(cls)))


def settle_promises(dials: Dials, contacts: int, attempts: int, calendar: WorkCalendar) -> None:
    """Fill in, in place, whether promised call-backs were dialled within an hour, and won."""
    asked = np.flatnonzero(dials.outcome == o.CALLBACK)
    place = np.full((contacts, 2 * attempts), UNKNOWN)
    place[dials.contact, dials.attempt - 1] = np.arange(len(dials))
    contact, attempt, due = dials.contact[asked], dials.attempt[asked].astype(np.int64), dials.due[asked]
    kept, won = np.zeros((2, len(asked)), dtype=bool)
    for later in range(attempts):
        dial = place[contact, attempt + later]
        late = calendar.calendar_day[dials.day[dial]] * 24 + dials.hour[dial] - due // HOUR
        # No dial starts exactly on the hour: the promised hour and the one before are within an hour.
        near = (dial >= 0) & ((late == 0) | (late == -1))
        kept |= near
        won |= near & (dials.outcome[dial] == o.SUCCESS)
    past = due >= calendar.days * DAY_S
    dials.kept[asked] = np.where(past, UNKNOWN, kept)
    dials.won[asked] = np.where(past, UNKNOWN, won)
