"""How many agents a queue needs: Erlang C (callers wait) and Erlang A (some give up).

Arrivals are Poisson within the interval, handle times and patience are
exponential, the queue is in equilibrium. Erlang C assumes nobody hangs up, so it
asks for too many agents when callers do; Erlang A is Palm's model. Every
probability is computed from the balance equations, without factorials that
could overflow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from callstats.errors import UsageError

_NEGLIGIBLE = 40.0  # states less likely than e**-40 times the likeliest are left out


@dataclass(frozen=True, slots=True)
class QueuePerformance:
    """What callers in a queue experience.

    Attributes
    ----------
    agents : int
        On the phone or ready for a call.
    load : float
        Arrival rate times handle time [erlang].
    waiting : float
        Share of callers who find no agent free.
    service_level : float
        Share of all callers answered within the target time.
    average_wait : float
        Of all callers, including those who give up [s]; inf if the queue grows without end.
    queue : float
        Callers waiting on average.
    abandoned : float
        Share of callers who give up; 0 under Erlang C.
    occupancy : float
        Share of the agents' time spent on calls.
    """

    agents: int
    load: float
    waiting: float
    service_level: float
    average_wait: float
    queue: float
    abandoned: float
    occupancy: float


def queue_performance(
    calls: float,
    handle_s: float,
    agents: int,
    *,
    interval_s: float = 1800,
    within_s: float = 20,
    patience_s: float = math.inf,
) -> QueuePerformance:
    """Return what callers experience with a given number of agents.

    Parameters
    ----------
    calls : float
        Arriving in the interval.
    handle_s : float
        Mean handle time [s]: talk, hold and wrap.
    agents : int
    interval_s : float
        Length of the interval [s].
    within_s : float
        Target time of the service level [s].
    patience_s : float
        Mean time after which a caller gives up [s]; infinite gives Erlang C.

    Returns
    -------
    QueuePerformance
        With infinite patience and no more agents than load, the queue grows
        without end: everybody waits and nobody is answered in time.

    Raises
    ------
    UsageError
        A number is negative, or a time is 0.

    References
    ----------
    1. Gans N, Koole G, Mandelbaum A (2003). Telephone call centers: tutorial,
       review, and research prospects. Manufacturing & Service Operations
       Management 5:79-141.
    2. Mandelbaum A, Zeltyn S (2007). Service engineering in action: the
       Palm/Erlang-A queue. In Advances in Services Innovations. Springer.

    Examples
    --------
    100 calls of 3 minutes in half an hour, 14 agents, 20 seconds:

    >>> found = queue_performance(100, 180, 14)
    >>> round(found.waiting, 4), round(found.service_level, 4), round(found.average_wait, 2)
    (0.1741, 0.8884, 7.84)
    """
    _check(calls=calls, agents=agents, within_s=within_s)
    _check_times(handle_s=handle_s, interval_s=interval_s, patience_s=patience_s)
    rate = calls / interval_s
    load = rate * handle_s
    if calls == 0:
        return QueuePerformance(agents, 0.0, 0.0 if agents else 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    if math.isinf(patience_s):
        return _erlang_c(load, rate, handle_s, agents, within_s)
    return _erlang_a(load, rate, handle_s, agents, within_s, patience_s)


def agents_needed(
    calls: float,
    handle_s: float,
    *,
    service_level: float = 0.8,
    within_s: float = 20,
    interval_s: float = 1800,
    patience_s: float = math.inf,
    max_occupancy: float = 1.0,
) -> int:
    """Return the smallest number of agents that meets a service level and a cap on occupancy.

    Parameters
    ----------
    calls, handle_s, within_s, interval_s, patience_s : float
        As in :func:`queue_performance`.
    service_level : float
        Share of all callers to be answered within `within_s`, under 1.
    max_occupancy : float
        Largest share of their time that agents may spend on calls.

    Returns
    -------
    int
        0 without calls.

    Raises
    ------
    UsageError
        The target is not between 0 and 1, or a number is negative.

    References
    ----------
    1. Koole G (2013). Call Center Optimization, chapters 4 and 5. MG Books.

    Examples
    --------
    >>> agents_needed(100, 180), agents_needed(100, 180, max_occupancy=0.7)
    (14, 15)
    >>> agents_needed(100, 180, patience_s=300)
    13
    """
    if not 0 <= service_level < 1 or not 0 < max_occupancy <= 1:
        raise UsageError("service level and occupancy are shares", hint="80 % is 0.8; nobody answers 100 %.")
    if calls == 0:
        return 0

    def good(agents: int) -> bool:
        performance = queue_performance(
            calls, handle_s, agents, interval_s=interval_s, within_s=within_s, patience_s=patience_s
        )
        return performance.service_level >= service_level and performance.occupancy <= max_occupancy

    high = 1
    while not good(high):
        high *= 2
    low = high // 2  # not good; both shares improve with every agent
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def average_agents_needed(
    calls: float,
    handle_s: float,
    *,
    service_level: float = 0.8,
    within_s: float = 20,
    interval_s: float = 1800,
    patience_s: float = math.inf,
    max_occupancy: float = 1.0,
) -> float:
    """Return the agents that are enough on average over days, some with one agent more than others.

    Parameters
    ----------
    calls, handle_s, service_level, within_s, interval_s, patience_s, max_occupancy : float
        As in :func:`agents_needed`.

    Returns
    -------
    float
        The mean of the whole numbers of agents on both sides of the aim, mixed so that
        the service level and the occupancy of all days together just meet it; at most
        :func:`agents_needed`. Comparable with a mean of agents present.

    Raises
    ------
    UsageError
        The target is not between 0 and 1, or a number is negative.

    Examples
    --------
    13 agents answer 79.6 % of these calls in time and 14 answer 88.8 %:

    >>> round(average_agents_needed(100, 180), 2)
    13.05
    """
    shift = {"interval_s": interval_s, "within_s": within_s, "patience_s": patience_s}
    most = agents_needed(
        calls, handle_s, service_level=service_level, max_occupancy=max_occupancy, **shift
    )  # fmt: skip
    if most == 0:
        return 0.0
    fewer = queue_performance(calls, handle_s, most - 1, **shift)
    enough = queue_performance(calls, handle_s, most, **shift)
    busy, more_busy = fewer.occupancy * fewer.agents, enough.occupancy * enough.agents
    missing = max(
        _part(service_level - fewer.service_level, enough.service_level - fewer.service_level),
        _part(busy - max_occupancy * fewer.agents, max_occupancy - (more_busy - busy)),
    )
    return fewer.agents + missing


def _part(lacking: float, gained: float) -> float:
    """Return the share of days that need one agent more for a sum to be gained."""
    return min(max(lacking / gained, 0.0), 1.0) if gained > 0 else float(lacking > 0)


def _erlang_c(load: float, rate: float, handle_s: float, agents: int, within_s: float) -> QueuePerformance:
    if agents <= load:
        return QueuePerformance(agents, load, 1.0, 0.0, math.inf, math.inf, 0.0, 1.0)
    inverse = 1.0  # inverse of Erlang B, agent by agent
    for number in range(1, agents + 1):
        inverse = 1 + inverse * number / load
    waiting = 1 / (1 + (inverse - 1) * (1 - load / agents))
    wait = waiting * handle_s / (agents - load)
    level = 1 - waiting * math.exp(-(agents - load) * within_s / handle_s)
    return QueuePerformance(agents, load, waiting, level, wait, rate * wait, 0.0, load / agents)


def _erlang_a(
    load: float, rate: float, handle_s: float, agents: int, within_s: float, patience_s: float
) -> QueuePerformance:
    from scipy.special import betainc

    chance = _states(rate, handle_s, agents, patience_s)
    callers = np.arange(len(chance))
    ahead = np.arange(len(chance) - agents)  # in the queue when a caller arrives and waits
    queue = float(chance[agents:] @ ahead)
    served = agents * patience_s / handle_s  # service rate of all agents, in units of the abandonment rate
    answered = (
        served / (served + ahead + 1) * betainc(ahead + 1, served + 1, -math.expm1(-within_s / patience_s))
        if agents
        else np.zeros(len(ahead))
    )
    return QueuePerformance(
        agents,
        load,
        waiting=float(chance[agents:].sum()),
        service_level=float(chance[:agents].sum() + chance[agents:] @ answered),
        average_wait=queue / rate,
        queue=queue,
        abandoned=queue / patience_s / rate,
        occupancy=float(chance @ np.minimum(callers, agents)) / agents if agents else 0.0,
    )


def _states(rate: float, handle_s: float, agents: int, patience_s: float) -> np.ndarray:
    """Return the probability of 0, 1, 2, ... callers in service and waiting, until negligible."""
    load, size = rate * handle_s, agents + 64
    while True:
        callers = np.arange(1, size)
        leaving = np.minimum(callers, agents) / handle_s + np.maximum(callers - agents, 0) / patience_s
        logs = np.concatenate([[0.0], np.cumsum(np.log(rate) - np.log(leaving))])
        if logs[-1] < logs.max() - _NEGLIGIBLE and size > load:
            chance = np.exp(logs - logs.max())
            return chance / chance.sum()
        size *= 2


def _check(**numbers: float) -> None:
    for name, value in numbers.items():
        if not value >= 0:
            raise UsageError(f"{name} is {value}", hint="It cannot be negative or missing.")


def _check_times(**numbers: float) -> None:
    for name, value in numbers.items():
        if not value > 0:
            raise UsageError(f"{name} is {value}", hint="It is a time in seconds, above 0.")
