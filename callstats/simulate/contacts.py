"""The contacts of a list: how easily reached, how interested, when first dialled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

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


def _draw(scenario: Scenario, calendar: WorkCalendar, call_list: CallList, chunk: int, size: int) -> People:
    def draws(what: str) -> np.random.Generator:
        return stream(scenario.seed, call_list.list_id, chunk, what)

    a = call_list.reach * call_list.concentration
    reach = draws("reach").beta(a, call_list.concentration - a, size)
    wait = (draws("first day").random(size) * call_list.dial_over).astype(np.int64)
    arms = max(len(call_list.arms), 1)
    return People(
        chunk,
        reach,
        draws("interest").normal(0, call_list.interest_sd, size),
        draws("valid").random(size) >= call_list.invalid,
        calendar.first_from(call_list.loaded or scenario.start) + wait,
        draws("consent").random(size) < call_list.consent,
        draws("past").binomial(4, reach),
        draws("arm").integers(arms, size=size),
    )
