"""How long calls last and when exactly they start: no agent is in two calls at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from callstats.errors import UsageError
from callstats.simulate import dial_outcomes as o
from callstats.simulate.days import HOUR
from callstats.simulate.dials import Dials

HOLD_SHARE, HOLD_S = 0.12, 45.0
WRAP_S, WRAP_SUCCESS_S = 32.0, 90.0
SPREAD = 0.55  # of the logarithm of a duration
APART = 1 << 36  # more than any time difference, to separate agent-days in one running maximum


@dataclass
class Timed:
    """Start [local s] and lengths [s] of dials, one row each; zero if none."""

    start: np.ndarray
    ring: np.ndarray
    queue: np.ndarray
    talk: np.ndarray
    hold: np.ndarray
    wrap: np.ndarray

    @property
    def answered(self) -> np.ndarray:
        """When an agent is on the line [local s]."""
        return self.start + self.ring + self.queue

    def take(self, index: np.ndarray) -> Timed:
        """Return some of the rows."""
        return Timed(*(getattr(self, one.name)[index] for one in fields(self)))

    @property
    def handle(self) -> np.ndarray:
        """The agent's time spent on a call [s]."""
        return self.talk + self.hold + self.wrap


def lengths(dials: Dials, slowness: np.ndarray, start: np.ndarray, rng: np.random.Generator) -> Timed:
    """Draw how long every dial rings, queues and is handled.

    ``slowness`` is the agent's that day: agents who take more calls are quicker with each.
    """
    size, outcome = len(dials), dials.outcome
    ring = _whole(rng, np.array([27.0, 3, 4, 13, 9, 9, 11, 11, 11, 11, 11, 11])[outcome], 0.35)
    queue = np.where(outcome == o.ABANDONED, 2 + rng.exponential(5.0, size), rng.random(size) * 2.2)
    queue = np.where(o.LIVE[outcome], queue, 0).astype(np.int64)
    agent = o.WITH_AGENT[outcome]
    talk = np.where(agent, _whole(rng, o.TALK_S[outcome] * slowness, SPREAD), 0)
    held = o.HANDLED[outcome] & (rng.random(size) < HOLD_SHARE)
    hold = np.where(held, _whole(rng, np.full(size, HOLD_S), SPREAD), 0)
    wrap = np.where(outcome == o.SUCCESS, WRAP_SUCCESS_S, np.where(agent, WRAP_S, 0.0)) * slowness
    return Timed(start, ring, queue, talk, hold, np.where(agent, _whole(rng, wrap, SPREAD), 0))


def _whole(rng: np.random.Generator, mean: np.ndarray, spread: float) -> np.ndarray:
    """Return lognormal lengths with the given means, in whole seconds, at least one."""
    draws = np.exp(rng.standard_normal(len(mean), dtype=np.float32) * spread - spread**2 / 2)
    return np.maximum(np.rint(draws * mean), 1).astype(np.int64)


def fit(timed: Timed, row: np.ndarray, campaign_id: str) -> np.ndarray:
    """Move calls within their hour, in place, until no agent's calls overlap.

    Calls wait for the previous one (a running maximum), then move before the next
    one (a running minimum); each stays in the hour it was dialled in, because no
    hour holds more than an hour of work: handle times in overfull hours are cut
    in proportion. Returns the calls with an agent, by agent-day and time.

    Raises
    ------
    UsageError
        An hour would need more than five times its agents.
    """
    order = np.flatnonzero(row >= 0)
    order = order[np.lexsort((timed.start[order], row[order]))]
    if not len(order):
        return order
    segment, start = row[order].astype(np.int64), timed.start[order]
    hour = start // HOUR
    _cut(timed, order, segment, hour, campaign_id)
    length = (timed.ring + timed.queue + timed.handle)[order]
    before = np.cumsum(length) - length
    apart = segment * APART
    early = np.maximum.accumulate(start - before + apart) + before - apart
    late = (hour + 1) * HOUR - 1 - before + apart
    late = np.minimum.accumulate(late[::-1])[::-1] + before - apart
    timed.start[order] = np.minimum(early, late)
    return order


def _cut(timed: Timed, order: np.ndarray, segment: np.ndarray, hour: np.ndarray, campaign_id: str) -> None:
    """Shorten the calls of agent-hours that hold more than an hour."""
    change = (np.diff(segment, prepend=-1) != 0) | (np.diff(hour, prepend=-1) != 0)
    group = np.cumsum(change) - 1
    ringing = np.bincount(group, weights=(timed.ring + timed.queue)[order])
    handling = np.bincount(group, weights=timed.handle[order])
    share = np.minimum((HOUR - 1 - ringing) / np.maximum(handling, 1), 1.0)
    if share.min() < 0.2:
        raise UsageError(
            f"campaign {campaign_id!r}: agents would have to work {handling.max() / HOUR:.0f} hours in one",
            hint="Give it more agents, or load fewer contacts.",
        )
    full = share[group] < 1
    which, share = order[full], share[group[full]]
    for part in (timed.talk, timed.hold, timed.wrap):
        part[which] = np.floor(part[which] * share)
    timed.talk[which] = np.maximum(timed.talk[which], 1)
