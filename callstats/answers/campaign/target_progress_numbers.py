"""How far a count or a sum has come on the way to its target, and whether it will get there.

The days that count are those on which the site works: a day off for all is no day, one on
which the others worked is a day with nothing. What is worked of the week is seen in the five
weeks before the period and in the period so far.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import narwhals as nw

from callstats.answers.core.estimates import NAN, Estimate, estimates_in
from callstats.answers.core.intervals import adds_only, amounts_below_zero
from callstats.answers.core.measure import fetched
from callstats.answers.core.scope import date_of, records
from callstats.dataset.clock import unknown
from callstats.dataset.filters import Filters
from callstats.dataset.period import Period
from callstats.engine.sums import sums_by_group
from callstats.engine.units import parts
from callstats.kpis.define import KPI, Condition, Count, Distinct, Linear, Net, Term
from callstats.moments import pair
from callstats.stats.total_predictions import FEWEST_DAYS, TotalPrediction, predict_total

if TYPE_CHECKING:
    from callstats.answers.core.measure import FetchedSums
    from callstats.dataset import Dataset
    from callstats.engine.keys import Group
    from callstats.moments import DaySums

#: How far back the days go that show how weekdays differ.
LOOKED_BACK = dt.timedelta(weeks=5)
#: Working days without a call after which a campaign or agent is taken to have stopped.
IDLE = 5
#: A weekday the site works on a smaller share of its dates counts with that share; under the second, not.
_REGULAR, _RARE = 0.75, 0.25
#: Weekdays with fewer dates are taken as they were on those; with none, from Monday to Friday.
_FEWEST_DATES = 3
#: Nothing on any date of a weekday means that nothing is done on it, if so many were to be expected.
_EXPECTED = 3.0
#: Rows of a distinct count may be so much more than what they count, for days to add up.
_REPEATS = 1.02
#: Fewer days do not show whether contacts come again.
_DAYS_OF_REPEATS = 10
#: Why there is no pace: no period, too few days, no call for a week, sums that belong to no day, and
#: contacts that count once however often they are dialled.
NoPace = Literal["", "no period", "few days", "idle", "not by day", "counted once"]


@dataclass(frozen=True, slots=True)
class TotalProgress:
    """How far a count or sum has come in a period.

    Attributes
    ----------
    over : bool
        The period is over: no working day is to come.
    last : date or None
        The last day with data.
    end : date or None
        The last day of the period.
    days : int
        Days worked so far.
    to_come : float
        Working days that are left; a day worked every other week is half a day.
    grows : bool
        It can only grow.
    prediction : TotalPrediction or None
    pace : float
        The total at the end of the period at the rate so far; nan where there is none.
    unknown : str
        Why there is no chance to be given; empty if there is, or if the period is over.
    """

    over: bool = False
    last: dt.date | None = None
    end: dt.date | None = None
    days: int = 0
    to_come: float = 0.0
    grows: bool = True
    prediction: TotalPrediction | None = None
    pace: float = NAN
    unknown: NoPace = ""

    def met(self, value: float, least: float, most: float) -> bool | None:
        """Return whether a target is met: known at the end, or when it can no longer change.

        Examples
        --------
        >>> inf = float("inf")
        >>> TotalProgress().met(410, 400, inf), TotalProgress().met(390, 400, inf)
        (True, None)
        >>> TotalProgress(over=True).met(390, 400, inf)
        False
        >>> TotalProgress().met(410, -inf, 400), TotalProgress(unknown="no period").met(410, 400, inf)
        (False, None)
        """
        if self.unknown == "no period":
            return None
        if self.over:
            return least <= value <= most
        if self.grows and value > most:
            return False
        return True if self.grows and value >= least and most == math.inf else None

    def chance(self, value: float, least: float, most: float) -> float:
        """Return the probability to meet the target at the end; nan when it is known, or nothing is."""
        if self.prediction is None or self.met(value, least, most) is not None:
            return NAN
        below = 1.0 if most == math.inf else self.prediction.at_most(most)
        return max(below - (0.0 if least == -math.inf else 1.0 - self.prediction.at_least(least)), 0.0)


_Found = dict["Group", dict[str, TotalProgress]]


def progress_of(
    now: Dataset, kpis: Sequence[KPI], values: Mapping[Group, Mapping[str, Estimate]], by: Sequence[str] = ()
) -> _Found:
    """Return how far counts and sums have come, by group and name.

    Parameters
    ----------
    now : Dataset
        Narrowed to the period.
    kpis : sequence of KPI
        Counts and sums.
    values : mapping of group to mapping of str to Estimate
        Their values in the period.
    by : sequence of str
        As in :func:`callstats.answers.core.measure.measure`.
    """
    period, last = now.filters.period, _last_day(now)
    if period is None or last is None:
        return {group: {kpi.name: TotalProgress(unknown="no period") for kpi in kpis} for group in values}
    calendar = _Calendar.of(now, period, last)
    until = min(period.end, max(last, period.start) + dt.timedelta(1))
    daily = [_paid_by_day(kpi, period) for kpi in kpis]
    elapsed = _sums(now, daily, by, Period.between(period.start, until))
    running = last < period.last
    earlier = (
        _sums(now, daily, by, Period.between(period.start - LOOKED_BACK, period.start)) if running else None
    )
    growing = _growing(now, kpis, by)
    return {
        group: {
            kpi.name: _Run(kpi, group, calendar, elapsed, earlier, growing(kpi, group)).progress(
                found[kpi.name].value
            )
            for kpi in kpis
            if kpi.name in found and found[kpi.name].known
        }
        for group, found in values.items()
    }


def _last_day(dataset: Dataset) -> dt.date | None:
    span = replace(dataset, filters=Filters()).span()
    return None if span is None else span[1]


def _paid_by_day(kpi: KPI, period: Period) -> KPI:
    """Return a sum without the costs of whole months: these are there from the start and do not go on."""
    if not isinstance(kpi.formula, Net) or "costs" not in kpi.needs:
        return kpi
    first = (period.start - LOOKED_BACK).replace(day=1)
    months = Period.between(first, period.end + dt.timedelta(31)).months
    by_day = tuple(Condition("period", "!=", month) for month in months)

    def narrowed(term: Term) -> Term:
        costs = term.where.table == "costs"
        return replace(term, where=term.where.also("costs by day", *by_day)) if costs else term

    top = parts(kpi)["numerator"]
    return replace(kpi, formula=Net(Linear(tuple((narrowed(term), weight) for term, weight in top))))


def _growing(now: Dataset, kpis: Sequence[KPI], by: Sequence[str]) -> Callable[[KPI, Group], bool]:
    """Return the function that says whether a count or sum can only grow.

    An amount of money may be below 0, and what a sale is worth may be taken back; what was
    spent is spent, unless credit notes are among the costs.
    """
    spent = {kpi.name: amounts_below_zero(kpi) for kpi in kpis if _tables(kpi) == {"costs"}}
    terms = {term.key: term for found in spent.values() for term in found}
    able = "costs" in now.schemas
    below = sums_by_group(now, list(terms.values()), tuple(by)) if terms and able else {}

    def grows(kpi: KPI, group: Group) -> bool:
        if kpi.name in spent:
            own = below.get(group, {})
            return adds_only(kpi) and not any(own.get(term.key, 0) for term in spent[kpi.name])
        return adds_only(kpi) and not amounts_below_zero(kpi)

    return grows


def _tables(kpi: KPI) -> set[str]:
    return {term.where.table for term, _ in parts(kpi)["numerator"]}


def _sums(now: Dataset, kpis: Sequence[KPI], by: Sequence[str], period: Period) -> FetchedSums:
    narrow = replace(now, filters=Filters(period, now.filters.equals))
    return fetched(narrow, kpis, by, every_day=True)


@dataclass(frozen=True)
class _Calendar:
    """The days of a period and the weeks before it, and those on which the site worked."""

    period: Period
    last: dt.date
    site: frozenset[dt.date]

    @classmethod
    def of(cls, now: Dataset, period: Period, last: dt.date) -> _Calendar:
        wide = replace(now, filters=Filters(Period.between(period.start - LOOKED_BACK, period.end)))
        rows = records(wide.table("calls", "day").group_by("day").agg(n=nw.len()))
        return cls(period, last, frozenset(date_of(int(r["day"])) for r in rows if not unknown(r["day"])))

    def span(self, first: dt.date) -> list[dt.date]:
        """Return the dates from a day on up to the last with data."""
        return [first + dt.timedelta(n) for n in range((self.last - first).days + 1)]

    def share(self, weekday: int) -> float:
        """Return on what share of its dates a weekday is worked by the site."""
        dates = [day for day in self.span(min(self.site, default=self.last)) if day.weekday() == weekday]
        if not dates:
            return float(weekday < 5)
        share = sum(day in self.site for day in dates) / len(dates)
        if share < _RARE:
            return 0.0
        return 1.0 if share >= _REGULAR or len(dates) < _FEWEST_DATES else share

    def coming(self, weekdays: Mapping[int, float]) -> list[dt.date]:
        """Return the dates that are left, on these weekdays."""
        first = self.last + dt.timedelta(1)
        dates = [first + dt.timedelta(n) for n in range((self.period.end - first).days)]
        return [day for day in dates if weekdays.get(day.weekday(), 0.0) > 0]


@dataclass(frozen=True)
class _Run:
    """One count or sum of one group, day by day."""

    kpi: KPI
    group: Group
    calendar: _Calendar
    elapsed: FetchedSums
    earlier: FetchedSums | None
    grows: bool

    def progress(self, value: float) -> TotalProgress:
        """Return how far it has come, from its value in the period."""
        calendar, sums = self.calendar, self.elapsed.days.get(self.group, {}).get(self.kpi.name)
        then = None if self.earlier is None else self.earlier.days.get(self.group, {}).get(self.kpi.name)
        now, before = _by_date(sums), _by_date(then)
        weekdays = self._weekdays(now, before)
        coming = [] if self.earlier is None else calendar.coming(weekdays)
        found = TotalProgress(
            over=not coming,
            last=calendar.last,
            end=calendar.period.last,
            days=len(now) or len(self._worked()),
            to_come=sum(weekdays[day.weekday()] for day in coming),
            grows=self.grows,
        )
        if found.over:
            return found
        first = min([*now, *before], default=calendar.period.start)
        days = [d for d in calendar.span(first) if d in calendar.site and d.weekday() in weekdays]
        since = [d for d in days if d >= calendar.period.start]
        if found.days < FEWEST_DAYS or len(since) < FEWEST_DAYS:
            return replace(found, unknown="few days")
        if now and len([d for d in since if d > max(now)]) >= IDLE:
            return replace(found, unknown="idle")
        if sums is None:
            return replace(found, pace=self._prorated(value, len(since), found.to_come), unknown="not by day")
        if self._repeats(sums, then):
            return replace(found, unknown="counted once")
        earlier = [d for d in days if d < calendar.period.start]
        prediction = predict_total(
            [now.get(d, 0.0) for d in since],
            [d.weekday() for d in since],
            [d.weekday() for d in coming],
            before=[before.get(d, 0.0) for d in earlier],
            before_weekdays=[d.weekday() for d in earlier],
            chance=_chance(sums, len(since)),
            before_chance=0.0 if then is None else _chance(then, len(earlier)),
            shares=[weekdays[d.weekday()] for d in coming],
            counted=self._counted(),
            known=value,
            confidence=self.elapsed.dataset.config.confidence,
        )
        kept = replace(prediction, low=max(prediction.low, value)) if found.grows else prediction
        return replace(found, prediction=kept, pace=prediction.expected)

    def _weekdays(self, now: Mapping[dt.date, float], before: Mapping[dt.date, float]) -> dict[int, float]:
        """Return the weekdays on which it is worked, and on what share of their dates."""
        values = {**before, **now}
        usual = {weekday: self.calendar.share(weekday) for weekday in range(7)}
        if not values:
            return {weekday: share for weekday, share in usual.items() if share}
        dates = self.calendar.span(min(values))
        mean = sum(values.values()) / len(values)
        kept = {}
        for weekday, share in usual.items():
            own = [values[day] for day in values if day.weekday() == weekday]
            seen = any(day.weekday() == weekday for day in dates)
            nothing = bool(own) and not any(own) and len(own) * mean >= _EXPECTED
            if (own and not nothing) or not seen:
                kept[weekday] = share
        return {weekday: share for weekday, share in kept.items() if share}

    def _worked(self) -> list[dt.date]:
        period = self.calendar.period
        return [day for day in self.calendar.site if period.start <= day < period.end]

    def _prorated(self, value: float, days: int, to_come: float) -> float:
        """Return what costs come to: what was paid by day goes on, what was paid for the month does not."""
        if _tables(self.kpi) != {"costs"}:
            return NAN
        found = estimates_in(self.elapsed, self.elapsed.dataset.config.confidence)
        by_day = found.get(self.group, {}).get(self.kpi.name)
        return value if by_day is None or not by_day.known else value + by_day.value / days * to_come

    def _counted(self) -> bool:
        """Return whether each row adds 0 or 1."""
        top = list(parts(self.kpi)["numerator"])
        return all(isinstance(term, Count | Distinct) and weight == 1 for term, weight in top)

    def _repeats(self, now: DaySums, before: DaySums | None) -> bool:
        """Return whether what counts once is there on several days, or might be: days do not add up then."""
        if not any(isinstance(term, Distinct) for term, _ in parts(self.kpi)["numerator"]):
            return False
        seen = [sums for sums in (now, before) if sums is not None]
        return sum(map(len, seen)) < _DAYS_OF_REPEATS or any(_rows(sums) < 1 / _REPEATS for sums in seen)


def _rows(sums: DaySums) -> float:
    """Return how much of what it counts a row stands for: less than one where several rows count once."""
    total = float(sums.sums["numerator"].sum())
    return sums.within.get(pair("numerator", "numerator"), 0.0) / total if total else 1.0


def _by_date(sums: DaySums | None) -> dict[dt.date, float]:
    if sums is None:
        return {}
    return {date_of(day): float(x) for day, x in zip(sums.days, sums.sums["numerator"], strict=True)}


def _chance(sums: DaySums, days: int) -> float:
    """Return the variance of a daily sum by chance alone."""
    return sums.within.get(pair("numerator", "numerator"), 0.0) / max(days, 1)
