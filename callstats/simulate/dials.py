"""Dials in columns small enough to hold millions, before they become rows."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from callstats.simulate import outcomes as o
from callstats.simulate.days import DAY_S, HOUR, Calendar

UNKNOWN = -1


@dataclass(frozen=True)
class Dials:
    """Dials of a team, one row each.

    ``contact`` is numbered within its list, ``number`` is the list's in its
    team, ``row`` the agent-day in the roster, -1 where only the dialer was on
    the line; ``due`` is the promised time [local s], ``kept`` and ``won`` what
    came of the promise, -1 where there is none or it lies past the end.
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
        """Put several one after the other."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    @classmethod
    def none(cls) -> Dials:
        """Return no dials."""
        return cls(*(np.zeros(0, dtype=np.int64) for _ in fields(cls)))


def settle_promises(dials: Dials, contacts: int, attempts: int, calendar: Calendar) -> None:
    """Fill in, in place, whether promised call-backs were dialled within an hour, and won."""
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
