"""Situations of one list that empties: on which day is 95 % of what is left closed?

Each is drawn by rules of its own, not by the simulator, so that the forecast's assumptions
are not those of its test. The forecast is made when four in ten contacts are closed, after ten
working days at least.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.answers.campaign.dial_flow_numbers import ContactDays, DialFlow
from callstats.answers.campaign.flow_model_numbers import FlowModel
from callstats.answers.campaign.flow_paths_numbers import draw_paths
from callstats.calibrate.situation import CheckedMethod, MethodAnswer, Situation
from callstats.simulate.shocks import autoregressive
from callstats.simulate.streams import stream
from callstats.stats.checking import tails
from callstats.stats.ratios import t_quantile

#: Share of the contacts closed when the question is asked, and share of the rest it asks for.
ASKED_AT, SHARE = 0.4, 0.95
FEWEST, LONGEST = 10, 600
CONFIDENCE = 0.95
Log = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class ListSeen:
    """A list as seen on a day, and the truth.

    Attributes
    ----------
    contact, day, closed : array, (contact-days,)
    contacts, days : int
        Loaded; worked so far.
    truth : int
        Further working days until `SHARE` of the contacts left is closed.
    """

    contact: np.ndarray
    day: np.ndarray
    closed: np.ndarray
    contacts: int
    days: int
    truth: int

    @property
    def closings(self) -> np.ndarray:
        """Contacts closed on each day so far."""
        return np.bincount(self.day[self.closed], minlength=self.days)

    @property
    def left(self) -> int:
        """Contacts still open."""
        return self.contacts - int(self.closed.sum())


def seen(log: Log, contacts: int) -> ListSeen:
    """Return what is known on the day of the question, from (contacts dialled, closed) of every day."""
    gone = np.cumsum([int(closed.sum()) for _, closed in log])
    days = max(int(np.searchsorted(gone, ASKED_AT * contacts)) + 1, FEWEST)
    needed = gone[days - 1] + math.ceil(SHARE * (contacts - gone[days - 1]) - 1e-9)
    contact, closed = (np.concatenate([part[k] for part in log[:days]]) for k in (0, 1))
    day = np.repeat(np.arange(days), [len(who) for who, _ in log[:days]])
    return ListSeen(contact, day, closed, contacts, days, int(np.searchsorted(gone, needed)) + 1 - days)


def _factors(rng: np.random.Generator, sd: float, correlation: float, week: tuple[float, ...]) -> np.ndarray:
    shocks = sd * autoregressive(rng, (LONGEST,), correlation) - sd**2 / 2
    return np.exp(shocks) * np.resize(week, LONGEST)


EVEN = (1.0,) * 5


def steady(
    seed: int, contacts: int = 800, pace: float = 30.0, sd: float = 0.0, correlation: float = 0.0,
    week: tuple[float, ...] = EVEN,
) -> ListSeen:  # fmt: skip
    """Draw a list whose contacts are closed at their first dial, as many a day as the capacity allows."""
    rng = stream(seed, "steady closings")
    wanted = rng.poisson(pace * _factors(rng, sd, correlation, week))
    ends = np.minimum(np.cumsum(wanted), contacts)
    log: Log = []
    for first, end in zip(np.append(0, ends), ends, strict=False):
        log.append((np.arange(first, end), np.ones(end - first, dtype=bool)))
    return seen(log, contacts)


def emptying(
    seed: int, contacts: int = 800, hazard: float = 0.06, sd: float = 0.0, correlation: float = 0.0
) -> ListSeen:
    """Draw a list whose open contacts are all dialled every day: closings in proportion to what is left."""
    rng = stream(seed, "closings of what is left")
    factors, still, log = _factors(rng, sd, correlation, EVEN), np.arange(contacts), []
    for factor in factors:
        closed = rng.random(len(still)) < min(hazard * factor, 1.0)
        log.append((still, closed))
        still = still[~closed]
    return seen(log, contacts)


def in_turns(
    seed: int, contacts: int = 1000, fresh: float = 40.0, gap: float = 4.0, attempts: int = 5, sd: float = 0.0
) -> ListSeen:
    """Draw a list whose contacts differ, wait some days between dials and are given up after some."""
    rng = stream(seed, "dials in turns")
    chance = 0.7 * rng.beta(1.04, 2.96, contacts)
    due = (rng.random(contacts) * contacts / fresh).astype(np.int64)
    factors, turn, still, log = _factors(rng, sd, 0.5, EVEN), np.zeros(contacts, dtype=np.int64), due >= 0, []
    for day, factor in enumerate(factors):
        who = np.flatnonzero(still & (due <= day))
        turn[who] += 1
        closed = (rng.random(len(who)) < np.minimum(chance[who] * factor, 0.97)) | (turn[who] >= attempts)
        due[who] = day + 1 + rng.poisson(gap - 1, len(who))
        still[who[closed]] = False
        log.append((who, closed))
    return seen(log, contacts)


def _covers(sample: ListSeen, low: float, high: float) -> MethodAnswer:
    return MethodAnswer(share=float(math.floor(low) <= sample.truth <= math.ceil(min(high, 1e9))))


def constant_pace(sample: ListSeen) -> MethodAnswer:
    """Divide what is left by the mean of the last ten days, taken as independent.

    The sum over T further days has the mean T m and the variance T s2 (1 + T / n) [1]_.

    References
    ----------
    .. [1] Hahn GJ, Meeker WQ (1991). Statistical Intervals, section 4.8.
    """
    daily, stock = sample.closings[-10:], SHARE * sample.left
    t = t_quantile(tails(CONFIDENCE)[0], len(daily) - 1) * float(daily.std(ddof=1))
    days = np.arange(1, 4 * LONGEST, dtype=float)
    half = t * np.sqrt(days * (1 + days / len(daily)))
    ends = (days * daily.mean() + sign * half >= stock for sign in (1, -1))
    low, high = (float(days[reached.argmax()]) if reached.any() else math.inf for reached in ends)
    return _covers(sample, low, high)


def _flow(sample: ListSeen) -> MethodAnswer:
    rows = ContactDays.of(sample.contact, sample.day, sample.closed)
    unused = sample.contacts - len(np.unique(sample.contact))
    weekdays = np.arange(sample.days + 5) % 5
    model = FlowModel.of(DialFlow(rows, weekdays[: sample.days], unused))
    _, low, high = draw_paths(model, SHARE, weekdays[sample.days :]).days_until(CONFIDENCE)
    return _covers(sample, low, high)


_ALLOWS = (
    "it allows for dials that stay as they are and for dials that fall with what is left, until the data tell"
)
_METHODS = (
    CheckedMethod("constant pace, independent days", "obvious", constant_pace),
    CheckedMethod("contacts drawn forward", "default", _flow, _ALLOWS),
)
_QUESTION = "When is 95 % of what is left closed?"
_STEADY = "800 contacts closed at their first dial, 30 a day"
_LEFT = "800 contacts dialled every day, 6 % of those left closed"
_TURNS = "1,000 contacts that differ (beta), dialled every 4 days"


def _situation(name: str, drawn: str, draw: partial[ListSeen]) -> Situation:
    return Situation(name, _QUESTION, drawn, draw, _METHODS, ("coverage",))


FORECASTS = (
    _situation("a list at a steady pace", _STEADY, partial(steady)),
    _situation(
        "a list at a steady pace, days alike",
        f"{_STEADY}; days share a shock of sd .2, correlated by .6",
        partial(steady, sd=0.2, correlation=0.6),
    ),
    _situation(
        "a list at a pace by weekday",
        f"{_STEADY}, from 39 on Mondays to 21 on Fridays",
        partial(steady, week=(1.3, 1.1, 1.0, 0.9, 0.7)),
    ),
    _situation("a list that empties", _LEFT, partial(emptying)),
    _situation(
        "a list that empties, days alike",
        f"{_LEFT}; days share a shock of sd .2, correlated by .2",
        partial(emptying, sd=0.2, correlation=0.2),
    ),
    _situation(
        "a list dialled in turns",
        f"{_TURNS} and given up after 5 dials",
        partial(in_turns),
    ),
    _situation(
        "a list dialled in turns, cap not seen",
        f"{_TURNS} and given up after 8 dials; days share a shock of sd .2, correlated by .5",
        partial(in_turns, attempts=8, sd=0.2),
    ),
)
