"""Where a figure is off: stretches of days, hours, lists and agents against all the rest."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.estimates import Estimate, estimates_by
from callstats.answers.core.measure import fetched
from callstats.engine.units import formula_terms
from callstats.kpis.define import KPI, Count, Distinct, Ratio
from callstats.show.digits import unknown
from callstats.stats.rest_contrast import rest_contrast
from callstats.stats.unusual_days import FEWEST_DAYS, SlowTrend, UnusualDays, day_changes
from callstats.stats.unusual_group import unusual_group

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.moments import DaySums, Moments

#: What a figure is followed into, besides days: column -> what is compared with the rest.
PLACES = ("hour", "list_id", "agent_id")
#: A place that holds less of what is beyond the target does not explain it.
_LEAST_SHARE = 0.4
#: More groups are not gone through one by one.
_MOST_GROUPS = 500
#: So many days more than one, up to the last, are a change for good.
_LASTING = 2
_RATIO = ("numerator", "denominator")
#: Tables whose rows belong to the day they are done on.
_BY_DAY = {"calls", "agent_time"}


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a figure's rows that differs from the rest by more than chance.

    Attributes
    ----------
    by : str
        "day", "hour", "list_id", "agent_id", or "trend" for a slope over all days.
    names : tuple
        First and last day, first and last hour, lists or agents.
    inside, outside : float
        The figure there and in the rest, in its unit; of a trend, at its end and at its start.
    p_value : float
        Probability of any such part among all that were looked at in this way, by chance.
    share : float
        How much of what is beyond the target lies there; nan where no target is missed.
    mends : bool
        Whether the rest alone would meet the target.
    lasting : bool
        Of days: whether they end with the last day of the data.
    """

    by: str
    names: tuple[Any, ...]
    inside: float
    outside: float
    p_value: float
    share: float = math.nan
    mends: bool = False
    lasting: bool = False


def followed(kpi: KPI) -> bool:
    """Return whether a figure can be followed into its parts: a ratio of what is done day by day.

    Money is not: its costs are shared out over the days. A contact won or a list completed
    belongs to no day alone.
    """
    if not isinstance(kpi.formula, Ratio) or kpi.formula.scale <= 0:
        return False
    tables = {term.where.table for term in formula_terms(kpi)}
    return kpi.independence != "none" and kpi.domain != "money" and tables <= _BY_DAY


def wrong_side(figure: Figure) -> int:
    """Return 1 if a figure is too high, -1 if it is too low, 0 if nothing is wrong with it.

    It is if its target is missed, or if it got worse beyond its usual variation.
    """
    least, _ = figure.limits
    if figure.met is False:
        return -1 if least is not None and figure.now.value < least else 1
    if figure.worse:
        return 1 if figure.change.estimate > 0 else -1
    return 0


def found_spots(now: Dataset, figures: Mapping[str, Figure], alpha: float) -> dict[str, tuple[Spot, ...]]:
    """Return what is unusual about some figures, the least likely first.

    Parameters
    ----------
    now : Dataset
    figures : mapping of str to Figure
        By name of the KPI. All are followed through the days, those on the wrong side also
        into hours, lists and agents.
    alpha : float
        Probability to name anything where nothing is unusual, over all searches.
    """
    able = {name: f for name, f in figures.items() if f.now.known and followed(f.kpi)}
    worse = {name: side for name, f in able.items() if (side := wrong_side(f))}
    off = [able[name] for name in worse]
    places = [by for by in PLACES if off and _knows(now, by)]
    level = alpha / max(len(able) + len(off) * len(places), 1)
    spots: dict[str, list[Spot]] = {name: [] for name in able}
    for name, changes in _over_days(now, able).items():
        spots[name] += changes
    for by in places:
        for name, spot in _over_groups(now, off, worse, by):
            spots[name].append(spot)
    return {
        name: tuple(sorted(kept, key=lambda spot: spot.p_value))
        for name, found in spots.items()
        if (kept := _kept(found, worse.get(name, 0), level))
    }


def _kept(found: Iterable[Spot], sign: int, level: float) -> list[Spot]:
    """Return the spots that are beyond chance and, of a figure that is off, on the wrong side."""
    likely = [spot for spot in found if spot.p_value <= level]
    if not sign:
        return likely
    return [s for s in likely if sign * (s.inside - s.outside) > 0 and not s.share < _LEAST_SHARE]


def _knows(now: Dataset, by: str) -> bool:
    return now.reaches("calls", "hour") if by == "hour" else now.has("calls", by)


def _over_days(now: Dataset, figures: Mapping[str, Figure]) -> dict[str, list[Spot]]:
    """Return the stretch of days and the slope of each figure."""
    if not figures or not now.reaches("calls", "day"):
        return {}
    kpis = [figure.kpi for figure in figures.values()]
    rows = estimates_by(now, kpis, ["day"])
    found = {}
    for name, figure in figures.items():
        days = {str(key[0]): row[name] for key, row in rows.items() if key[0] is not None}
        found[name] = _of_days(figure, days)
    return found


def _of_days(figure: Figure, by_day: Mapping[str, Estimate]) -> list[Spot]:
    when = sorted(by_day)
    dates = [dt.date.fromisoformat(day) for day in when]
    events, sizes = (
        np.nan_to_num(np.array([getattr(by_day[day], part) for day in when], dtype=float))
        for part in ("numerator", "denominator")
    )
    if (sizes > 0).sum() < FEWEST_DAYS or events.min(initial=0.0) < 0:
        return []
    changes = day_changes(
        events,
        sizes,
        kind="proportion" if figure.kpi.formula.proportion else "rate",  # type: ignore[union-attr]
        weekdays=[date.weekday() for date in dates],
        design_effect=size_of_one(figure.kpi, list(by_day.values())),
    )
    if changes is None:
        return []
    beyond = _Beyond.of(figure, float(events.sum()), float(sizes.sum()))
    return [
        _stretch(changes.stretch, dates, events, sizes, beyond),
        _slope(changes.trend, dates, beyond.scale),
    ]


def _stretch(
    found: UnusualDays, dates: Sequence[dt.date], events: np.ndarray, sizes: np.ndarray, beyond: _Beyond
) -> Spot:
    inside = slice(found.first, found.last + 1)
    share, mends = beyond.of_part(float(events[inside].sum()), float(sizes[inside].sum()))
    return Spot(
        "day",
        (dates[found.first], dates[found.last]),
        found.inside * beyond.scale,
        found.outside * beyond.scale,
        min(2 * found.p_value, 1.0),
        share,
        mends,
        bool(found.last == np.flatnonzero(sizes > 0).max()) and found.last - found.first >= _LASTING,
    )


def _slope(found: SlowTrend, dates: Sequence[dt.date], scale: float) -> Spot:
    return Spot(
        "trend", (dates[0], dates[-1]), found.last * scale, found.first * scale, min(2 * found.p_value, 1.0)
    )


@dataclass(frozen=True, slots=True)
class _Beyond:
    """What of a figure lies beyond its target."""

    events: float
    sizes: float
    scale: float
    least: float | None
    most: float | None

    @classmethod
    def of(cls, figure: Figure, events: float, sizes: float) -> _Beyond:
        least, most = figure.limits if figure.met is False else (None, None)
        formula = figure.kpi.formula
        return cls(events, sizes, formula.scale if isinstance(formula, Ratio) else 1.0, least, most)

    def of_part(self, events: float, sizes: float) -> tuple[float, bool]:
        """Return which share of it lies in a part, and whether the rest is within the target."""
        whole, part = self._excess(self.events, self.sizes), self._excess(events, sizes)
        rest = self._excess(self.events - events, self.sizes - sizes)
        if unknown(whole) or whole <= 0:
            return math.nan, False
        return min(part / whole, 1.0), rest <= 0

    def _excess(self, events: float, sizes: float) -> float:
        if self.most is not None and self.events * self.scale > self.most * self.sizes:
            return events - self.most / self.scale * sizes
        if self.least is not None:
            return self.least / self.scale * sizes - events
        return math.nan


def size_of_one(kpi: KPI, days: Sequence[Estimate]) -> float:
    """Return a day's sampling variance over that of a count: the size of one, for seconds or money.

    It is that of the days' own intervals. Counts vary by chance as counts do: what
    contacts and agents add from day to day is in the variance between days.
    """
    if counts_events(kpi):
        return 1.0
    # of the numerator, whose unit may not be that of the value
    from scipy.special import ndtri

    ratios = [
        ((day.high - day.low) / (2 * ndtri((1 + day.confidence) / 2) * day.value)) ** 2 * day.numerator
        for day in days
        if day.value > 0 and day.high - day.low > 0
    ]
    return max(float(np.median(ratios)), 1e-9) if ratios else 1.0


def counts_events(kpi: KPI) -> bool:
    """Return whether a ratio's numerator counts rows."""
    formula = kpi.formula
    return isinstance(formula, Ratio) and all(isinstance(t, Count | Distinct) for t, _ in formula.numerator)


def _over_groups(
    now: Dataset, off: Sequence[Figure], worse: Mapping[str, int], by: str
) -> Iterable[tuple[str, Spot]]:
    """Return, figure by figure, the part of a column that differs most for the worse from the rest."""
    found = fetched(now, [figure.kpi for figure in off], [by], every_day=True)
    for figure in off:
        name = figure.kpi.name
        groups = {
            key[0]: _Group(own[name], found.days.get(key, {}).get(name))
            for key, own in found.moments.items()
            if name in own and key[0] is not None and "denominator" in own[name].sums
        }
        if 1 < len(groups) <= _MOST_GROUPS:
            spot = (_agents if by == "agent_id" else _worst)(figure, groups, worse[name], by)
            if spot is not None:
                yield name, spot


@dataclass(frozen=True)
class _Group:
    """The sums of a part, and the same by day."""

    whole: Moments
    days: DaySums | None

    def __add__(self, other: _Group) -> _Group:
        days = None if self.days is None or other.days is None else self.days + other.days
        return _Group(self.whole + other.whole, days)

    def by_day(self, column: str, days: Sequence[int]) -> np.ndarray:
        """Return the sums of a column on some days; where days are not told apart, the whole as one."""
        if self.days is None or not days:
            return np.array([self.whole.sums[column], *[0.0] * (len(days) - 1)])
        return self.days.on(days).sums[column]


def _worst(figure: Figure, groups: Mapping[Any, _Group], sign: int, by: str) -> Spot | None:
    """Return the part that is least likely by chance."""
    names = sorted(groups)
    parts = _hours(names) if by == "hour" else [(name,) for name in names]
    if len(groups) == 2 and by != "hour":
        parts = [max(parts, key=lambda part: sign * _value(groups[part[0]]))]
    judged = []
    for part in parts:
        p = _by_chance(figure, groups, part, sign)
        if p is not None:
            judged.append((p * len(parts), part))
    if not judged:
        return None
    p, part = min(judged, key=lambda each: each[0])
    return _spot(figure, groups, part, by, min(p, 1.0))


def _agents(figure: Figure, groups: Mapping[Any, _Group], sign: int, by: str) -> Spot | None:
    """Return the agents who are off together: what happens to agents seldom happens to one alone."""
    names = sorted(groups)
    days = sorted({day for group in groups.values() if group.days is not None for day in group.days.days})
    events, sizes = (np.array([groups[name].by_day(column, days) for name in names]) for column in _RATIO)
    found = unusual_group(
        events,
        sizes,
        too_many=sign > 0,
        proportion=figure.kpi.formula.proportion,  # type: ignore[union-attr]
        counted=counts_events(figure.kpi),
    )
    if found is None:
        return None
    return _spot(figure, groups, [names[place] for place in found.members], by, found.p_value)


def _spot(figure: Figure, groups: Mapping[Any, _Group], part: Sequence[Any], by: str, p_value: float) -> Spot:
    formula = figure.kpi.formula
    assert isinstance(formula, Ratio)
    own, whole = _summed(groups, part), _summed(groups, list(groups))
    rest = _summed(groups, [name for name in groups if name not in set(part)])
    beyond = _Beyond.of(figure, *(whole.whole.sums[column] for column in _RATIO))
    share, mends = beyond.of_part(*(own.whole.sums[column] for column in _RATIO))
    ends = (part[0], part[-1]) if by == "hour" else tuple(part)
    inside, outside = _value(own) * formula.scale, _value(rest) * formula.scale
    return Spot(by, ends, inside, outside, p_value, share, mends)


def _hours(names: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return every stretch of up to half of the hours worked."""
    return [
        tuple(names[start : start + length])
        for length in range(1, len(names) // 2 + 1)
        for start in range(len(names) - length + 1)
    ]


def _by_chance(figure: Figure, groups: Mapping[Any, _Group], part: Sequence[Any], sign: int) -> float | None:
    """Return how likely a part's difference from the rest is by chance; None if it is not for the worse."""
    others = [name for name in groups if name not in part]
    if not others:
        return None
    own, rest = _summed(groups, part), _summed(groups, others)
    days = (own.days, rest.days) if own.days is not None and rest.days is not None else None
    found = rest_contrast(
        own.whole,
        rest.whole,
        days,
        proportion=figure.kpi.formula.proportion,  # type: ignore[union-attr]
        counted=counts_events(figure.kpi),
    )
    if unknown(found.p_value) or not sign * (found.inside - found.outside) > 0:
        return None
    return found.p_value


def _summed(groups: Mapping[Any, _Group], names: Sequence[Any]) -> _Group:
    add: Callable[[_Group, _Group], _Group] = lambda a, b: a + b  # noqa: E731
    return reduce(add, (groups[name] for name in names))


def _value(group: _Group) -> float:
    sums = group.whole.sums
    return sums["numerator"] / sums["denominator"] if sums["denominator"] else 0.0
