"""The contacts of a list: how easily reached, how interested, when first dialled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from callstats.simulate.days import WorkCalendar
from callstats.simulate.scenario import CallList, Scenario
from callstats.simulate.streams import stream

#: Number of contacts simulated at a time.
CHUNK = 200_000


@dataclass(frozen=True)
class People:
    """Contacts of one list, one row each, with their fixed traits.

    ``past_answers`` is how often they answered in four dials of an earlier
    campaign, which an analyst may know before a test begins.
    """

    chunk: int
    reach: np.ndarray
    interest: np.ndarray
    valid: np.ndarray
    first_day: np.ndarray
    consent: np.ndarray
    past_answers: np.ndarray
    arm: np.ndarray

    def __len__(self) -> int:
        return len(self.reach)


def gaps(mean: float, u: np.ndarray) -> np.ndarray:
    """Return working days to skip before the next dial: Poisson, with the mean minus one."""
    rate = max(mean - 1, 0.0)
    chances = [math.exp(-rate) * rate**k / math.factorial(k) for k in range(25)]
    return np.searchsorted(np.cumsum(chances)[:-1], u, side="right")


def chunks(scenario: Scenario, calendar: WorkCalendar, call_list: CallList) -> Iterator[People]:
    """Draw the contacts of a list, one chunk at a time."""
    for number, first in enumerate(range(0, call_list.contacts, CHUNK)):
        size = min(CHUNK, call_list.contacts - first)
        yield _draw(scenario, calendar, call_list, number, size)


def batch_of(call_list: CallList, contact: np.ndarray) -> np.ndarray:
    """Return the number of the batch each contact was loaded in, by number within the list.

    Examples
    --------
    >>> from datetime import date
    >>> from callstats.simulate import LoadedBatch
    >>> halves = tuple(LoadedBatch(date(2026, 9, day), 0.5) for day in (1, 8))
    >>> batch_of(CallList("A", 4, batches=halves), np.arange(4)).tolist()
    [0, 0, 1, 1]
    """
    ends = np.rint(np.cumsum([batch.share for batch in call_list.batches[:-1]]) * call_list.contacts)
    return np.searchsorted(ends, contact, side="right")


def loading_days(scenario: Scenario, call_list: CallList) -> list[date]:
    """Return the day on which each batch of a list is loaded; one if it has no batches."""
    return [batch.loaded for batch in call_list.batches] or [call_list.loaded or scenario.start]


def _arms(call_list: CallList, batch: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the arm of each contact: evenly, or by the shares of its batch."""
    arms = max(len(call_list.arms), 1)
    if not any(one.arm_shares for one in call_list.batches):
        return rng.integers(arms, size=len(batch))
    edges = np.cumsum([one.arm_shares or (1 / arms,) * arms for one in call_list.batches], axis=1)
    return (rng.random(len(batch))[:, None] >= edges[batch, :-1]).sum(axis=1)


def _draw(scenario: Scenario, calendar: WorkCalendar, call_list: CallList, chunk: int, size: int) -> People:
    def draws(what: str) -> np.random.Generator:
        return stream(scenario.seed, call_list.list_id, chunk, what)

    a = call_list.reach * call_list.concentration
    reach = draws("reach").beta(a, call_list.concentration - a, size)
    wait = (draws("first day").random(size) * call_list.dial_over).astype(np.int64)
    batch = batch_of(call_list, chunk * CHUNK + np.arange(size))
    first = np.array([calendar.first_from(day) for day in loading_days(scenario, call_list)])
    return People(
        chunk,
        reach,
        draws("interest").normal(0, call_list.interest_sd, size),
        draws("valid").random(size) >= call_list.invalid,
        first[batch] + wait,
        draws("consent").random(size) < call_list.consent,
        draws("past").binomial(4, reach),
        _arms(call_list, batch, draws("arm")),
    )
