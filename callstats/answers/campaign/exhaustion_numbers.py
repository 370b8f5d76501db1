"""When a list will be done, how much of it is dialled by a day, and what its callable contacts are worth.

Future dials are assumed like those of the same attempt so far; a list that is paused and
agents who leave are not foreseen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.campaign.attempts_numbers import costs_per_dial
from callstats.answers.campaign.dial_flow_numbers import DialFlow, flow_of, together
from callstats.answers.campaign.exhaustion_days_numbers import WEEKS_LOOKED_AT, ListForecast
from callstats.answers.campaign.list_states_numbers import ListState, contact_days, states, worked_days
from callstats.answers.core.estimates import NAN, Estimate, estimates_by
from callstats.answers.core.scope import records
from callstats.dataset.clock import unknown, written
from callstats.dataset.deadlines import hours as deadline_hours
from callstats.dataset.filters import Filters
from callstats.dataset.period import Period
from callstats.stats.checking import tails
from callstats.stats.ratios import t_quantile

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope

#: Attempts with fewer dials are estimated from all lists together, or not at all.
FEWEST_DIALS = 30
#: By when contacts should have been dialled once: a day, or working hours after loading.
Deadline = str | date | float | None
_LONG_AGO = date(1970, 1, 1)
_SUMS = ("closed", "success", "value", "kept")
_State = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Pace:
    """Contacts closed per working day: lately, in the list's first days, number of days each."""

    mean: float
    at_first: float
    days: int

    @classmethod
    def of(cls, daily: Sequence[float], most: int) -> Pace:
        """Take the first and the last days of a list.

        Examples
        --------
        >>> Pace.of([9, 7, 5, 3], 2)
        Pace(mean=4.0, at_first=8.0, days=2)
        """
        first, last = daily[:most], daily[-most:]
        if not len(last):
            return cls(NAN, NAN, 0)
        return cls(float(np.mean(last)), float(np.mean(first)), len(last))


@dataclass(frozen=True, slots=True)
class Prospects:
    """Expected results of the callable contacts.

    Attributes
    ----------
    dials, successes, low, high : float
        Future dials; successes among them, with a prediction interval.
    value : float
        Of those successes [money]; nan without values.
    """

    dials: float
    successes: float
    low: float
    high: float
    value: float


def added_prospects(prospects: Sequence[Prospects]) -> Prospects:
    """Return the expected results of several independent lists combined."""
    successes = sum(p.successes for p in prospects)
    half = math.sqrt(sum((p.high - p.successes) ** 2 for p in prospects))
    return Prospects(
        sum(p.dials for p in prospects),
        successes,
        max(successes - half, 0.0),
        successes + half,
        sum(p.value for p in prospects),
    )


class AttemptChances:
    """How often an attempt closes a contact and succeeds, by list and overall.

    Contacts reached before are kept separate: their call-backs are dialled ahead of
    the others, so that a young list's later attempts are mostly theirs.

    Parameters
    ----------
    about : Scope
    by : str, optional
    """

    def __init__(self, about: Scope, by: str | None) -> None:
        self.priced = about.whole.has("calls", "value")
        self.known = about.whole.has("calls", "contact_id", "attempt_no", "success", "closed")
        self._own: dict[Any, dict[_State, np.ndarray]] = {}
        self._all: dict[_State, np.ndarray] = {}
        for row in _counts_by_attempt(about, by) if self.known else ():
            counts = np.array([float(row[c]) for c in ("dials", *_SUMS)])
            state = int(row["attempt_no"]), bool(row["before"])
            group = written(by, row[by]) if by else None
            self._own.setdefault(group, {})[state] = counts
            self._all[state] = self._all.get(state, np.zeros(len(counts))) + counts

    def of(self, state: ListState, confidence: float = 0.95) -> Prospects | None:
        """Return the expected results of a list's callable contacts, None if unknown.

        A contact that has had j dials gets a k-th with the probability that none of
        attempts j + 1 to k - 1 closes it. The k-th dial succeeds, closes and reaches
        as often as that list's k-th dials so far, given whether the contact had been
        reached before: a Markov chain with two states. The interval is a prediction
        interval, with the variance of the rates and of the future successes.

        References
        ----------
        1. Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure
           Time Data, 2nd ed., section 8.3.
        """
        if not self.known:
            return None
        last = max((k for (k, _), counts in self._all.items() if counts[0] >= FEWEST_DIALS), default=0)
        waiting = {(0, False): state.unused, **state.depth}
        open_still = {False: 0.0, True: 0.0}
        sums = np.zeros(4)  # dials, successes, their variance, value
        for attempt in range(1, last + 1):
            moved = 0.0
            for reached in (False, True):
                n, closed, won, worth, kept = self._counts(state.group, (attempt, reached))
                size = open_still[reached] + waiting.get((attempt - 1, reached), 0)
                rate = won / n
                variance = rate * (1 - rate) * (size**2 / n + size)
                sums += size, size * rate, variance, size * worth / n
                newly = 0.0 if reached else size * kept / n
                open_still[reached] = size * (1 - closed / n) - newly
                moved += newly
            open_still[True] += moved
        dials, successes, variance, value = (float(number) for number in sums)
        half = t_quantile(tails(confidence)[0], math.inf) * variance**0.5
        low, high = max(successes - half, 0.0), successes + half
        return Prospects(dials, successes, low, high, value if self.priced else NAN)

    def _counts(self, group: Any, state: _State) -> np.ndarray:
        own: Mapping[_State, np.ndarray] = self._own.get(group, {})
        counts = own.get(state)
        if counts is not None and counts[0] >= FEWEST_DIALS:
            return counts
        return self._all.get(state, np.array([1.0, 0.0, 0.0, 0.0, 0.0]))


def _counts_by_attempt(about: Scope, by: str | None) -> list[dict[str, Any]]:
    """Return sums by list, attempt and whether reached before, up to the last day."""
    end, keys = about.window.end, [by] if by else []
    dials = about.whole.table("calls", *keys).filter(
        nw.col("direction") == "outbound",
        ~nw.col("attempt_no").is_null(),
        nw.col("local_started_at") < datetime(end.year, end.month, end.day),
    )
    live = nw.col("live") if about.whole.has("calls", "live") else nw.col("attempt_no") < 0  # never
    first = dials.filter(live).group_by("contact_id").agg(reached_at=nw.col("attempt_no").min())
    success, closed = nw.col("success"), nw.col("closed")
    has_value = about.whole.has("calls", "value")
    value = nw.when(success).then(nw.col("value")).otherwise(0.0) if has_value else nw.lit(0.0)
    before = ~nw.col("reached_at").is_null() & (nw.col("attempt_no") > nw.col("reached_at"))
    dials = dials.join(first, on="contact_id", how="left").with_columns(
        before=nw.when(before).then(1).otherwise(0),
        kept=nw.when(live & ~closed).then(1).otherwise(0),
        closed=nw.when(closed).then(1).otherwise(0),
        success=nw.when(success).then(1).otherwise(0),
        value=value.fill_null(0.0),
    )
    sums = [nw.len().alias("dials"), *(nw.col(c).sum() for c in _SUMS)]
    counts = dials.group_by(*keys, "attempt_no", "before").agg(*sums)
    return [row for row in records(counts) if not unknown(row["attempt_no"])]


@dataclass(frozen=True, slots=True)
class Completion:
    """The share of loaded contacts dialled by a deadline; a forecast if it is in the future.

    ``deadline`` is a day, or hours after loading.
    """

    deadline: date | float
    share: float
    low: float = NAN
    high: float = NAN


@dataclass(frozen=True, slots=True)
class Outlook:
    """One list: state, contacts closed per working day, when it is done, and what the rest is worth.

    ``cost`` is the cost of future dials [money], nan if unknown.
    """

    state: ListState
    day: date
    pace: Pace
    forecast: ListForecast
    completion: Completion | None
    prospects: Prospects | None
    cost: float

    @property
    def done(self) -> date | None:
        """The day by which the share asked for is closed, at the median; None if it cannot be given."""
        return self.forecast.done

    @property
    def earliest(self) -> date | None:
        """The early end of its prediction interval; None if it cannot be given."""
        return self.forecast.earliest

    @property
    def latest(self) -> date | None:
        """The late end of its prediction interval; None if there is none within a year."""
        return self.forecast.latest

    def counts(self) -> tuple[int, ...]:
        """Return loaded, unused, circulating, callbacks and closed."""
        s = self.state
        return s.loaded, s.unused, s.circulating, s.callbacks, s.closed

    def row(self) -> dict[str, Any]:
        """Return all of it as one row of a frame."""
        completion, left = self.completion, self.prospects
        names = ("loaded", "unused", "circulating", "callbacks", "closed")
        return {
            **dict(zip(names, self.counts(), strict=True)),
            "callable": self.state.callable,
            "closed_a_day": self.pace.mean,
            "closed_a_day_at_first": self.pace.at_first,
            "done": self.done,
            "earliest": self.earliest,
            "latest": self.latest,
            "completion": completion.share if completion else NAN,
            "completion_low": completion.low if completion else NAN,
            "completion_high": completion.high if completion else NAN,
            "dials_to_come": left.dials if left else NAN,
            "successes_to_come": left.successes if left else NAN,
            "successes_low": left.low if left else NAN,
            "successes_high": left.high if left else NAN,
            "value_to_come": left.value if left else NAN,
            "cost_to_come": self.cost,
        }

    def burn_down(self) -> list[tuple[date, int]]:
        """Return the callable contacts at the end of every day from the first dial to the reference day."""
        if not self.state.first_dials:
            return []
        points, left, day = [], self.state.loaded, min(self.state.first_dials)
        while day <= self.day:
            left -= self.state.closings.get(day, 0)
            points.append((day, left))
            day += timedelta(days=1)
        return points


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every list.

    Attributes
    ----------
    by : str or None
        The column that identifies lists.
    deadline : str, date, number or None
    share : float
        Of the callable contacts that have to be closed for a list to be done.
    pace_days : int
        Working days from which the current pace is estimated.
    """

    by: str | None
    deadline: Deadline
    share: float
    pace_days: int


def outlooks(about: Scope, asked: Question, completions: Mapping[Any, Completion]) -> list[Outlook]:
    """Return the outlook of every list.

    Parameters
    ----------
    about : Scope
    asked : Question
    completions : mapping of list to Completion
        The share dialled within hours of loading, if the deadline is not a day.
    """
    by, worked, confidence = asked.by, worked_days(about), about.whole.config.confidence
    chances, costs = AttemptChances(about, by), costs_per_dial(about.now, by)
    rows = contact_days(about, by, worked)
    weekdays = np.array([day.weekday() for day in worked])
    everything = DialFlow(together(list(rows.values())), weekdays, 0)
    lists = []
    for state in states(about, by):
        prospects = chances.of(state, confidence) if state.callable else Prospects(0.0, 0.0, 0.0, 0.0, 0.0)
        spent = prospects.dials * costs.get(state.group, NAN) if prospects else NAN
        flow = flow_of(rows.get(state.group), weekdays, state.unused)
        forecast = ListForecast.of(
            flow, everything, worked, asked, _days_until(asked.deadline, worked), confidence
        )
        pace = Pace.of(flow.closings.tolist() if flow else [], asked.pace_days)
        completion = completions.get(state.group) or _by_day(state, asked.deadline, forecast.fresh)
        lists.append(Outlook(state, about.window.last, pace, forecast, completion, prospects, spent))
    return lists


def _days_until(deadline: Deadline, worked: tuple[date, ...]) -> int:
    """Return the working days from the last one to a deadline's day; 0 if it is past or no day."""
    until = _deadline_day(deadline)
    if until is None:
        return 0
    weekdays = {day.weekday() for day in worked[-WEEKS_LOOKED_AT:]}
    ahead = (worked[-1] + timedelta(days=n + 1) for n in range((until - worked[-1]).days))
    return sum(day.weekday() in weekdays for day in ahead)


def _deadline_day(deadline: Deadline) -> date | None:
    if isinstance(deadline, str):
        return Period.parse(deadline).last
    return deadline if isinstance(deadline, date) else None


def completions_in_hours(
    about: Scope, by: str | None, deadline: Deadline
) -> tuple[dict[Any, Completion], Estimate | None]:
    """Return the share dialled within working hours of loading by list, and an unknown one, if any.

    Deadlines until the period's end count, from the first. Empty if the deadline is a day.
    """
    if isinstance(deadline, str | date):
        return {}, None
    config = about.whole.config
    hours = float(deadline) if deadline is not None else deadline_hours(config)
    settings = {**config.settings, "list_deadline_h": hours}
    until = Filters(Period.between(_LONG_AGO, about.window.end), about.whole.filters.equals)
    whole = replace(about.whole, config=replace(config, settings=settings), filters=until)
    groups = estimates_by(whole, ["list_completion"], [by] if by else [])
    shares = {(key[0] if key else None): kpis["list_completion"] for key, kpis in groups.items()}
    missing = next((e for e in shares.values() if not e.known), None)
    return {group: Completion(hours, e.value) for group, e in shares.items() if e.known}, missing


def _by_day(
    state: ListState, deadline: Deadline, fresh: tuple[float, float, float] | None
) -> Completion | None:
    """Return the share dialled once by the end of a day; ``fresh`` are not by then, as forecast."""
    until = _deadline_day(deadline)
    if until is None or not state.loaded:
        return None
    if fresh is not None:
        share, low, high = (1 - left / state.loaded for left in fresh)
        return Completion(until, share, low, high)
    dialled = sum(n for day, n in state.first_dials.items() if day <= until)
    return Completion(until, dialled / state.loaded)
