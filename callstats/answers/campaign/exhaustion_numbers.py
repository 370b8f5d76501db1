"""When a list will be done at the current pace, and what its callable contacts are worth.

Future days are assumed like recent working days, and future dials like those of the
same attempt so far, ignoring declining lists and agents leaving.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.campaign.attempts_numbers import cost_per_dial
from callstats.answers.campaign.list_states_numbers import (
    ListState,
    states,
    worked_days,
    working_date,
)
from callstats.answers.core.estimates import NAN, Estimate, estimates_by
from callstats.answers.core.scope import records
from callstats.dataset.clock import unknown, written
from callstats.dataset.period import Period
from callstats.stats.checking import tails
from callstats.stats.ratios import t_quantile

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope

#: Attempts with fewer dials are estimated from all lists together, or not at all.
FEWEST_DIALS = 30
#: By when contacts should have been dialled once: a day, or hours after loading.
Deadline = str | date | float | None
_SUMS = ("closed", "success", "value", "kept")
_State = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Pace:
    """Contacts used per working day: mean, spread between days, number of days behind it."""

    mean: float
    spread: float
    days: int

    @classmethod
    def of(cls, daily: Sequence[float]) -> Pace:
        """Estimate it from each day's number."""
        values = np.asarray(daily, dtype=float)
        spread = float(values.std(ddof=1)) if len(values) > 1 else NAN
        return cls(float(values.mean()) if len(values) else NAN, spread, len(values))

    def days_until(self, stock: float, confidence: float = 0.95) -> tuple[float, float, float]:
        """Return the working days until a stock is used up: expected, earliest and latest.

        The sum over T further days is normal with mean T m and variance
        T s2 (1 + T / n): future days vary, and the mean is itself estimated from only
        n days [1]_. The ends are where the limits of that sum reach the stock; the
        latest is inf if the lower limit never does.

        References
        ----------
        .. [1] Hahn GJ, Meeker WQ (1991). Statistical Intervals, section 4.8.

        Examples
        --------
        >>> Pace(10.0, 0.0, 5).days_until(40)
        (4.0, 4.0, 4.0)
        >>> expected, low, high = Pace(10.0, 2.0, 10).days_until(40)
        >>> round(expected, 2), round(low, 2), round(high, 2)
        (4.0, 3.09, 5.29)
        """
        if stock <= 0:
            return 0.0, 0.0, 0.0
        if not self.mean > 0:
            return math.inf, math.inf, math.inf
        expected = stock / self.mean
        if math.isnan(self.spread):
            return expected, NAN, NAN
        return expected, self._meets(stock, +1, confidence), self._meets(stock, -1, confidence)

    def after(self, days: float, confidence: float = 0.95) -> tuple[float, float, float]:
        """Return the number used in a number of further days: expected, low and high."""
        expected = days * self.mean
        if math.isnan(self.spread):
            return expected, NAN, NAN
        half = self._quantile(confidence) * self.spread * math.sqrt(days * (1 + days / self.days))
        return expected, max(expected - half, 0.0), expected + half

    def _meets(self, stock: float, sign: int, confidence: float) -> float:
        """Solve T m + sign t s sqrt(T (1 + T / n)) = stock for T."""
        from scipy.optimize import brentq

        factor = sign * self._quantile(confidence) * self.spread

        def gap(days: float) -> float:
            return days * self.mean + factor * math.sqrt(days * (1 + days / self.days)) - stock

        end = stock / self.mean
        while gap(end) < 0:
            end *= 2
            if end > 1e6 * stock / self.mean:
                return math.inf
        root: Any = brentq(gap, 0.0, end)
        return float(root)

    def _quantile(self, confidence: float) -> float:
        return t_quantile(tails(confidence)[0], self.days - 1)


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
    """One list: state, contacts closed per working day, completion date, and what the rest is worth.

    ``done``, ``earliest`` and ``latest`` are None if no such day can be given;
    ``cost`` is the cost of future dials [money], nan if unknown.
    """

    state: ListState
    day: date
    pace: Pace
    done: date | None
    earliest: date | None
    latest: date | None
    completion: Completion | None
    prospects: Prospects | None
    cost: float

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


def outlooks(
    about: Scope,
    by: str | None,
    deadline: Deadline,
    pace_days: int,
    completions: Mapping[Any, Completion],
) -> list[Outlook]:
    """Return the outlook of every list.

    Parameters
    ----------
    about : Scope
    by : str, optional
        The column that identifies lists.
    deadline : str, date or number, optional
    pace_days : int
        Working days from which the current pace is estimated.
    completions : mapping of list to Completion
        The share dialled within hours of loading, if the deadline is not a day.
    """
    worked, confidence = worked_days(about), about.whole.config.confidence
    chances, cost = AttemptChances(about, by), cost_per_dial(about.now)
    lists = []
    for state in states(about, by):
        prospects = chances.of(state, confidence) if state.callable else Prospects(0.0, 0.0, 0.0, 0.0, 0.0)
        pace = Pace.of(_daily(state, state.closings, worked, pace_days))
        spent = prospects.dials * cost if prospects else NAN
        weekdays = {day.weekday() for day in worked[-pace_days:]}
        ends = _ends(pace.days_until(state.callable, confidence), worked[-1], weekdays)
        completion = completions.get(state.group) or _by_day(state, deadline, worked, pace_days, confidence)
        lists.append(Outlook(state, about.window.last, pace, *ends, completion, prospects, spent))
    return lists


def _daily(state: ListState, counts: Any, worked: tuple[date, ...], most: int) -> list[int]:
    """Return the counts of the last working days since the list's first dial, 0 if none."""
    first = min(state.first_dials, default=None)
    days = [day for day in worked if first is not None and day >= first]
    return [counts.get(day, 0) for day in days[-most:]]


def _ends(
    days: tuple[float, float, float], last: date, weekdays: set[int]
) -> tuple[date | None, date | None, date | None]:
    """Convert numbers of working days after the last one to dates; None if too far ahead."""

    def dated(number: float) -> date | None:
        far = math.isnan(number) or number > 2500  # ten years of working days
        return None if far else working_date(last, weekdays, math.ceil(number - 1e-9))

    expected, low, high = (dated(number) for number in days)
    return (None, None, None) if expected is None else (expected, low, high)


def completions_in_hours(
    about: Scope, by: str | None, deadline: Deadline
) -> tuple[dict[Any, Completion], Estimate | None]:
    """Return the share dialled within hours of loading by list, and an unknown one, if any.

    Empty if the deadline is a day.
    """
    if isinstance(deadline, str | date):
        return {}, None
    config = about.whole.config
    hours = float(deadline) if deadline is not None else config.setting("list_deadline_h", 8.0)
    settings = {**config.settings, "list_deadline_h": hours}
    whole = replace(about.whole, config=replace(config, settings=settings))
    groups = estimates_by(whole, ["list_completion"], [by] if by else [])
    shares = {(key[0] if key else None): kpis["list_completion"] for key, kpis in groups.items()}
    missing = next((e for e in shares.values() if not e.known), None)
    return {group: Completion(hours, e.value) for group, e in shares.items() if e.known}, missing


def _by_day(
    state: ListState, deadline: Deadline, worked: tuple[date, ...], pace_days: int, confidence: float
) -> Completion | None:
    """Return the share dialled once by the end of a day, at the current pace if it is in the future."""
    if not isinstance(deadline, str | date) or not state.loaded:
        return None
    until = deadline if isinstance(deadline, date) else Period.parse(deadline).last
    dialled = sum(n for day, n in state.first_dials.items() if day <= until)
    weekdays = {day.weekday() for day in worked[-pace_days:]}
    ahead = (worked[-1] + timedelta(days=n + 1) for n in range((until - worked[-1]).days))
    left = sum(day.weekday() in weekdays for day in ahead)
    if not left:
        return Completion(until, dialled / state.loaded)
    more = Pace.of(_daily(state, state.first_dials, worked, pace_days)).after(left, confidence)
    share, low, high = (min((dialled + m) / state.loaded, 1.0) for m in more)
    return Completion(until, share, low, high)
