"""Hourly rates as dialled, and hours compared on the same contacts.

If contacts that are easy to reach are dialled first, and always in the morning, the
morning looks good. So a dial is compared only with dials of its own stratum: the same
list, weekday and attempt, to contacts first dialled in the same hour, with the same
earlier result (reached or not). First attempts drop out, as they define their stratum.
Stopping once a person answers does no harm, since an attempt is compared with
attempts of the same number.

An hour that was good on some days may not be good on others: what varies is the day
and its hours, and 20 days of 1,000 dials are 20 observations, not 20,000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from callstats.answers.core.estimates import Estimate, estimates, estimates_by
from callstats.answers.core.scope import Scope, records
from callstats.answers.core.worked_days import MONTH, worked_days
from callstats.dataset.clock import TIME_KEYS
from callstats.kpis import get
from callstats.kpis.define import KPI, Ratio
from callstats.stats.hour_variation import HourVariation, hour_variation
from callstats.stats.multiplicity import bonferroni_confidence

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.stats import Comparison

#: What counts as reached, by KPI.
FLAGS = {
    "contact_rate_dial": "live",
    "answer_rate": "handled",
    "connect_rate": "connected",
    "conversion_per_dial": "success",
}
NEEDED = ("contact_id", "attempt_no", "local_started_at")


@dataclass(frozen=True, slots=True)
class HourSlot:
    """One hour of one weekday (1 is Monday), or of all of them (None).

    ``thin`` slots are masked and make no claim.
    """

    weekday: int | None
    hour: int
    rate: Estimate
    thin: bool


def overall_rate(dataset: Dataset, kpi: str) -> Estimate:
    """Return the rate over all dials, falling back to the answer rate if the KPI is unknown."""
    asked = estimates(dataset, [kpi, "answer_rate"])
    name = get(kpi).name
    return asked[name] if asked[name].known else asked["answer_rate"]


def hour_slots(dataset: Dataset, kpi: KPI, fewest: int) -> tuple[tuple[HourSlot, ...], tuple[HourSlot, ...]]:
    """Return hours of each weekday and of all, with intervals widened for days and for the number tested.

    How hours vary from day to day is estimated over all slots together: one slot
    has four Mondays, all of them have the whole month.
    """
    keys = (["weekday", "hour"], ["hour"])
    plain = [e for by in keys for e in estimates_by(dataset, [kpi], by).values()]
    judged = sum(group[kpi.name].denominator >= fewest for group in plain)
    level = bonferroni_confidence(dataset.config.confidence, judged)
    slots, hours = (estimates_by(dataset, [kpi], by, confidence=level) for by in keys)
    days = _day_cells(dataset, kpi)
    by_day = ((int(day), hour, by_kpi[kpi.name]) for (day, hour), by_kpi in slots.items())
    by_hour = ((None, hour, by_kpi[kpi.name]) for (hour,), by_kpi in hours.items())
    return tuple(_slots_of(by_day, fewest, days)), tuple(_slots_of(by_hour, fewest, days))


@dataclass(frozen=True)
class DayCells:
    """Dials and those that reached somebody, of every hour of every day; arrays of shape (cells,)."""

    day: np.ndarray
    weekday: np.ndarray
    hour: np.ndarray
    dials: np.ndarray
    reached: np.ndarray

    def merged(self) -> DayCells:
        """Return one cell for each hour of each day."""
        both, at = np.unique(
            np.column_stack([self.day, self.weekday, self.hour]), axis=0, return_inverse=True
        )
        sums = (np.bincount(at.ravel(), values) for values in (self.dials, self.reached))
        return DayCells(*both.T, *sums)

    def variation(self) -> HourVariation:
        """Return how one hour varies from day to day."""
        weeks = len(np.unique(self.day)) - len(np.unique(self.weekday))
        # with few weeks, weekdays are not told from days
        hour = self.hour if weeks < _FEWEST_WEEKS else self.weekday * 24 + self.hour
        return hour_variation(hour, self.day, self.dials, self.reached)

    def repeats(self, weekday: int | None, hour: int) -> float:
        """Return the share of a slot's dials that one day has: 1 / 4 for four equal Mondays."""
        here = (self.hour == hour) & ((self.weekday == weekday) | (weekday is None))
        dials = self.dials[here]
        return float((dials**2).sum() / dials.sum() ** 2) if dials.sum() else 1.0


#: Days beyond one of each weekday that are needed to tell weekdays from days.
_FEWEST_WEEKS = 8


def _day_cells(dataset: Dataset, kpi: KPI) -> DayCells:
    from callstats.engine.sums import raw_totals

    formula = kpi.formula
    assert isinstance(formula, Ratio)
    terms = [term for part in (formula.numerator, formula.denominator) for term, _ in part]
    frame = raw_totals(dataset, terms, ["day", "hour"]).dropna().sort_values(["day", "hour"])
    reached, dials = (
        sum(weight * frame[term.key].to_numpy(dtype=float) for term, weight in part)
        for part in (formula.numerator, formula.denominator)
    )
    day = frame["day"].to_numpy(dtype=int)
    weekday = np.array([date.fromisoformat(str(d)).isoweekday() for d in day], dtype=int)
    hour = frame["hour"].to_numpy(dtype=int)
    return DayCells(day, weekday, hour, np.asarray(dials), np.asarray(reached))


def _slots_of(
    rates: Iterable[tuple[int | None, int, Estimate]], fewest: int, days: DayCells
) -> Iterator[HourSlot]:
    variation = days.variation()
    for day, hour, rate in rates:
        if rate.denominator > 0:
            wide = _widened(rate, variation, days.repeats(day, int(hour)))
            yield HourSlot(day, int(hour), wide, not rate.denominator >= fewest)


def _widened(rate: Estimate, variation: HourVariation, repeats: float) -> Estimate:
    """Return a rate with the interval of contacts widened by the variation of days, on the logit."""
    low, high = variation.limits(rate.value, rate.low, rate.high, repeats, rate.confidence)
    return replace(rate, low=low, high=high)


@dataclass(frozen=True, slots=True)
class HourEffect:
    """One hour compared with the other hours of its strata.

    Attributes
    ----------
    hour : int
    dials : float
        Dials with dials of other hours in their stratum.
    ratio, low, high : float
        The hour's reach divided by that of the others on the same contacts
        (Mantel-Haenszel), with an interval that holds jointly for all hours.
    rate, rate_low, rate_high : float
        The hour's reach on contacts of whom the other hours reach ``others``.
    others : float
    thin : bool
        Too few dials to make a claim.
    """

    hour: int
    dials: float
    ratio: float
    low: float
    high: float
    rate: float
    rate_low: float
    rate_high: float
    others: float
    thin: bool


@dataclass(frozen=True, slots=True)
class Gain:
    """The gain from moving some dials from worse hours to better ones.

    Attributes
    ----------
    dials : float
        Dials moved per month.
    share : float
        Share of the worse hours' dials.
    more, low, high : float
        Additional people reached per month, at the level of the claims about hours.
    days : float
        Working days of that month.
    """

    dials: float
    share: float
    more: float
    low: float
    high: float
    days: float


@dataclass(frozen=True, slots=True)
class WithinContact:
    """The hours in order, those shown to be better or worse, and the gain from moving dials."""

    effects: tuple[HourEffect, ...]
    gain: Gain | None = None

    @property
    def better(self) -> tuple[HourEffect, ...]:
        """Hours whose interval lies above a ratio of 1, best first."""
        better = [e for e in self.effects if not e.thin and e.low > 1]
        return tuple(sorted(better, key=lambda e: -e.ratio))

    @property
    def worse(self) -> tuple[HourEffect, ...]:
        """Hours whose interval lies below 1, worst first."""
        worse = [e for e in self.effects if not e.thin and e.high < 1]
        return tuple(sorted(worse, key=lambda e: e.ratio))


def within_contact(about: Scope, kpi: str, fewest: int, move: float = 0.1) -> WithinContact | None:
    """Compare every hour with the others of the same strata, None if the data do not allow it.

    All intervals hold jointly at the project's confidence, for other days like
    these: what varies is the day.

    Parameters
    ----------
    about : Scope
    kpi : str
        One of :data:`FLAGS`.
    fewest : int
        An hour with fewer comparable dials makes no claim.
    move : float
        Share of the dials of worse hours that could be moved.

    References
    ----------
    1. Greenland S, Robins JM (1985). Estimation of a common effect parameter from
       sparse follow-up data. Biometrics 41:55-68.
    2. Bell RM, McCaffrey DF (2002). Bias reduction in standard errors for linear
       regression with multi-stage samples. Survey Methodology 28:169-181.
    3. Mundlak Y (1978). On the pooling of time series and cross section data.
       Econometrica 46:69-85 (why the first hour is held fixed).
    """
    flag = FLAGS.get(kpi)
    if flag is None or not about.now.has("calls", *NEEDED, flag):
        return None
    cells = _strata(about, flag)
    hours = [int(hour) for hour in np.unique(cells.hour)]
    if len(hours) < 2:
        return None
    effects = hour_effects(hours, cells, fewest, about.whole.config.confidence)
    gain = _gain(about, WithinContact(effects), cells, move)
    return WithinContact(effects, gain)


@dataclass(frozen=True)
class HourCells:
    """Dials, and those that reached somebody, by stratum, hour and day; arrays of shape (cells,)."""

    stratum: np.ndarray
    hour: np.ndarray
    day: np.ndarray
    dials: np.ndarray
    reached: np.ndarray

    def of(self, hours: Iterable[int]) -> np.ndarray:
        """Return which cells are of some hours."""
        return np.isin(self.hour, list(hours))

    def where(self, kept: np.ndarray) -> HourCells:
        """Return some of the cells."""
        return HourCells(*(getattr(self, one.name)[kept] for one in fields(self)))

    def comparable(self, some: np.ndarray, rest: np.ndarray) -> HourCells:
        """Return the cells of strata that have both kinds."""
        both = np.intersect1d(self.stratum[some], self.stratum[rest])
        return self.where((some | rest) & np.isin(self.stratum, both))


def _strata(about: Scope, flag: str) -> HourCells:
    """Return dials, and dials that reached somebody, by hour and day for every stratum of several hours."""
    outbound = (nw.col("direction") == "outbound") & ~nw.col("attempt_no").is_null()
    clock, extra = nw.col("local_started_at"), ["list_id"] if about.now.has("calls", "list_id") else []
    whole = about.whole.table("calls").filter(outbound)
    first = (
        whole.filter(nw.col("attempt_no") == 1)
        .select("contact_id", first_hour=clock.dt.hour())
        .group_by("contact_id")
        .agg(nw.col("first_hour").min())
    )
    seen = "live" if about.whole.has("calls", "live") else flag
    reached = whole.filter(nw.col(seen)).group_by("contact_id").agg(reached_at=nw.col("attempt_no").min())
    dials = about.now.table("calls").filter(outbound, ~nw.col(flag).is_null(), nw.col("attempt_no") > 1)
    before = ~nw.col("reached_at").is_null() & (nw.col("attempt_no") > nw.col("reached_at"))
    keys = [*extra, "attempt_no", "weekday", "first_hour", "before"]
    cells = (
        dials.select(*extra, "contact_id", "attempt_no", "local_started_at", flag)
        .join(first, on="contact_id", how="inner")
        .join(reached, on="contact_id", how="left")
        .with_columns(
            hour=TIME_KEYS["hour"](clock),
            weekday=TIME_KEYS["weekday"](clock),
            day=TIME_KEYS["day"](clock),
            before=nw.when(before).then(1).otherwise(0),
            hit=nw.when(nw.col(flag)).then(1).otherwise(0),
        )
        .group_by(*keys, "hour", "day")
        .agg(nw.len().alias("dials"), nw.col("hit").sum())
    )
    return _several_hours(cells.collect("pandas").to_native(), keys)


def _several_hours(frame: pd.DataFrame, keys: Sequence[str]) -> HourCells:
    """Return the cells of strata with more than one hour, in an order that the engine does not set."""
    frame = frame[frame["hour"].notna()].sort_values([*keys, "hour", "day"])
    stratum = frame.groupby(list(keys), dropna=False, sort=False).ngroup().to_numpy(dtype=int)
    hour, day, dials, hit = (frame[c].to_numpy(dtype=float) for c in ("hour", "day", "dials", "hit"))
    cells = HourCells(stratum, hour.astype(int), day.astype(int), dials, hit)
    pairs = np.unique(np.column_stack([cells.stratum, cells.hour]), axis=0)
    several = np.flatnonzero(np.bincount(pairs[:, 0]) > 1) if len(pairs) else pairs[:, 0]
    return cells.where(np.isin(cells.stratum, several))


def hour_effects(
    hours: Sequence[int], cells: HourCells, fewest: int, confidence: float
) -> tuple[HourEffect, ...]:
    """Return every hour's effect, with intervals that hold together at the confidence."""
    plain = {hour: _against(cells, [hour], [h for h in hours if h != hour]) for hour in hours}
    judged = sum(dials >= fewest for dials, _, _ in plain.values())
    level = bonferroni_confidence(confidence, judged)
    effects = []
    for hour, (dials, others, compare) in plain.items():
        ratio = compare(level)
        rate, low, high = (min(others * end, 1.0) for end in (ratio.estimate, ratio.low, ratio.high))
        thin = not dials >= fewest or not np.isfinite(ratio.high) or not ratio.estimate > 0
        effects.append(
            HourEffect(hour, dials, ratio.estimate, ratio.low, ratio.high, rate, low, high, others, thin)
        )
    return tuple(effects)


def _against(
    cells: HourCells, some: Sequence[int], rest: Sequence[int]
) -> tuple[float, float, Callable[[float], Comparison]]:
    """Return the comparable dials of some hours, the rate of the rest, and the comparison."""
    both = cells.comparable(cells.of(some), cells.of(rest))
    ours = both.of(some)
    size = int(both.stratum.max(initial=0)) + 1
    dials, others, reached = (
        np.bincount(both.stratum, values, size)
        for values in (both.dials * ours, both.dials * ~ours, both.reached * ~ours)
    )
    # the rest, weighted like these hours' dials: its reach on the same contacts
    rate = float("nan")
    if dials.sum() > 0:
        rate = float((dials * reached / np.maximum(others, 1)).sum() / dials.sum())

    def compare(confidence: float) -> Comparison:
        from callstats.stats import clustered_risk_ratio

        return clustered_risk_ratio(
            both.stratum, ours, both.day, both.dials, both.reached, confidence=confidence
        )

    return float(dials.sum()), rate, compare


def _gain(about: Scope, within: WithinContact, cells: HourCells, move: float) -> Gain | None:
    """Return the monthly gain from moving some dials from the worse hours to the better ones."""
    worked = worked_days(about.now)
    times = worked.times(MONTH)
    if not within.better or not within.worse or not times > 0:
        return None
    better, worse = ([e.hour for e in some] for some in (within.better, within.worse))
    _, rate, compare = _against(cells, worse, better)
    level = bonferroni_confidence(about.whole.config.confidence, sum(not e.thin for e in within.effects))
    # `rate` is the better hours' reach on the worse ones' contacts; the ratio is worse to better
    ratio = compare(level)
    moved = move * _dials_in(about, {e.hour for e in within.worse}) * times
    more, low, high = (moved * rate * (1 - r) for r in (ratio.estimate, ratio.high, ratio.low))
    return Gain(moved, move, more, low, high, worked.within(MONTH))


def _dials_in(about: Scope, hours: Iterable[int]) -> int:
    clock = nw.col("local_started_at")
    dials = about.now.table("calls").filter(
        nw.col("direction") == "outbound", clock.dt.hour().is_in(sorted(hours))
    )
    return int(records(dials.select(n=nw.len()))[0]["n"])
