"""How contacts flow through a list: first dialled, dialled again after some days, closed.

The unit is the contact-day: all dials to a contact on one working day are one step, so that
a dialer that tries three times a day and one that tries once are told in the same terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

#: Longest wait between two days of dials that is told apart [working days]; longer ones are pooled.
LONGEST_WAIT = 12
#: Most days of dials to a contact that are told apart.
MOST_TURNS = 60


@dataclass(frozen=True, slots=True)
class ContactDays:
    """Contact-days of one list, added up: one row per combination, (rows,) each.

    Attributes
    ----------
    day : array of int
        Number of the working day, from 0.
    turn : array of int
        On how many days the contact had been dialled before.
    wait : array of int
        Working days since the last of them; 0 at the first.
    reached : array of bool
        Whether a person had answered on any of them.
    dialled, closed, newly_reached : array of float
        Contact-days; of these, closed; of the others, reached for the first time.
    """

    day: np.ndarray
    turn: np.ndarray
    wait: np.ndarray
    reached: np.ndarray
    dialled: np.ndarray
    closed: np.ndarray
    newly_reached: np.ndarray

    @classmethod
    def of(
        cls, contact: np.ndarray, day: np.ndarray, closed: np.ndarray, live: np.ndarray | None = None
    ) -> ContactDays:
        """Count from one row per contact and day of dials.

        Examples
        --------
        >>> rows = ContactDays.of(np.array([7, 7, 8]), np.array([0, 3, 1]), np.array([False, True, False]))
        >>> rows.turn.tolist(), rows.wait.tolist(), rows.closed.tolist()
        ([0, 0, 1], [0, 0, 3], [0.0, 0.0, 1.0])
        """
        live = np.zeros(len(day), dtype=bool) if live is None else live
        order = np.lexsort((day, contact))
        contact, day, closed, live = contact[order], day[order], closed[order], live[order]
        new = np.diff(contact, prepend=contact[:1] - 1) != 0
        first = np.maximum.accumulate(np.where(new, np.arange(len(day)), 0))
        turn = np.arange(len(day)) - first
        wait = np.where(new, 0, np.diff(day, prepend=day[:1]))
        lives = np.cumsum(live) - live
        before = lives > lives[first]
        key = np.stack([day, turn, wait, before])
        kinds, index = np.unique(key, axis=1, return_inverse=True)
        index = index.ravel()
        sums = [
            np.bincount(index, weights=weight, minlength=kinds.shape[1])
            for weight in (None, closed, live & ~closed & ~before)
        ]
        order = np.lexsort(kinds[[2, 1, 0]])
        return cls(
            *(part[order] for part in (*kinds[:3], kinds[3] > 0)),
            *(part[order].astype(float) for part in sums),
        )


@dataclass(frozen=True)
class DialFlow:
    """The flow of a list over its working days, from its first dial to the last day.

    Attributes
    ----------
    rows : ContactDays
    weekday : array of int, (days,)
        0 = Monday.
    unused : int
        Contacts never dialled, at the end of the last day.
    """

    rows: ContactDays
    weekday: np.ndarray
    unused: int

    @property
    def days(self) -> int:
        """How many working days."""
        return len(self.weekday)

    @property
    def open(self) -> int:
        """Contacts that may still be dialled, at the end of the last day."""
        return self.unused + int(self.waiting[-1].sum().round())

    @cached_property
    def turns(self) -> int:
        """The most days on which a contact was dialled, at most `MOST_TURNS`."""
        return int(min(self.rows.turn.max(initial=0) + 1, MOST_TURNS))

    @cached_property
    def waits(self) -> int:
        """The waits that are told apart: 49 of 50 further dials come before the last of them."""
        again = self.rows.turn > 0
        if not again.any():
            return 1
        counts = np.cumsum(np.bincount(self.rows.wait[again], weights=self.rows.dialled[again]))
        return int(min(np.searchsorted(counts, 0.98 * counts[-1]) + 1, LONGEST_WAIT))

    @cached_property
    def first_dials(self) -> np.ndarray:
        """Contacts first dialled on each day, (days,)."""
        first = self.rows.turn == 0
        return np.bincount(self.rows.day[first], weights=self.rows.dialled[first], minlength=self.days)

    @cached_property
    def closings(self) -> np.ndarray:
        """Contacts closed on each day, (days,)."""
        return np.bincount(self.rows.day, weights=self.rows.closed, minlength=self.days)

    @cached_property
    def fresh(self) -> np.ndarray:
        """Contacts never dialled at the start of each day, (days,)."""
        return self.unused + np.cumsum(self.first_dials[::-1])[::-1]

    def counted(self, weights: np.ndarray) -> np.ndarray:
        """Return sums by day, reached before, turn and wait, (days, 2, turns + 1, waits + 1)."""
        rows, shape = self.rows, (self.days, 2, self.turns + 1, self.waits + 1)
        index = (
            rows.day,
            rows.reached.astype(np.int64),
            np.minimum(rows.turn, self.turns),
            np.minimum(rows.wait, self.waits),
        )
        flat = np.ravel_multi_index(index, shape)
        return np.bincount(flat, weights=weights, minlength=int(np.prod(shape))).reshape(shape)

    @cached_property
    def dialled(self) -> np.ndarray:
        """Contact-days by day, reached before, turn and wait."""
        return self.counted(self.rows.dialled)

    @cached_property
    def waiting(self) -> np.ndarray:
        """Open contacts by the same at the start of each day, and after the last; wait from 1 on."""
        entries = self._entries()
        stock = np.zeros((self.days + 1, *self.dialled.shape[1:]))
        for day in range(self.days):
            left = np.maximum(stock[day] - self.dialled[day], 0.0)
            stock[day + 1] = older(left)
            stock[day + 1][:, :, 1] += entries[day]
        stock[:, :, 0] = 0.0
        return stock

    def _entries(self) -> np.ndarray:
        """Return the contacts that stay open after their dials, by day, reached and turn."""
        stays = (self.dialled - self.counted(self.rows.closed)).sum(axis=3)
        reached = self.counted(self.rows.newly_reached).sum(axis=3)[:, 0]
        stays[:, 0] -= reached
        stays[:, 1] += reached
        moved = np.zeros_like(stays)
        moved[:, :, 1:] = stays[:, :, :-1]
        moved[:, :, -1] += stays[:, :, -1]  # the last turn is pooled with those after it
        return moved


def older(stock: np.ndarray) -> np.ndarray:
    """Return a stock by wait (the last axis) a working day later; the longest wait is pooled.

    Examples
    --------
    >>> older(np.array([0.0, 5.0, 2.0, 1.0])).tolist()
    [0.0, 0.0, 5.0, 3.0]
    """
    aged = np.zeros_like(stock)
    aged[..., 2:] = stock[..., 1:-1]
    aged[..., -1] += stock[..., -1]
    return aged


def flow_of(rows: ContactDays | None, weekday: np.ndarray, unused: int) -> DialFlow | None:
    """Return the flow of a list from its first day of dials on; None if it was never dialled.

    ``weekday`` is that of every working day the rows number, ``unused`` are never dialled.
    """
    if rows is None or not len(rows.day):
        return None
    first = int(rows.day.min())
    return DialFlow(replace(rows, day=rows.day - first), weekday[first:], unused)


def together(lists: Sequence[ContactDays]) -> ContactDays:
    """Return the contact-days of several lists as one."""
    names = [one.name for one in fields(ContactDays)]
    return ContactDays(*(np.concatenate([getattr(one, name) for one in lists]) for name in names))
