"""The data of an answer: a period, and its comparison period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.voice import Voice
from callstats.dataset.filters import Filters
from callstats.dataset.period import Period
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Values that turn the comparison off.
NOTHING = ("", "none")
#: How far around a period to look for what is usual.
HABIT = dt.timedelta(weeks=13)


@dataclass(frozen=True)
class Scope:
    """One period of a data set, the whole data set, and the comparison period.

    Attributes
    ----------
    whole : Dataset
        All periods, for anything that began earlier (attempts, closed contacts).
    now : Dataset
        The requested period; everything if none was named.
    before : Dataset or None
        The comparison period; None if none was requested or it contains no call.
    note : str
        Why there is no comparison, in words; empty otherwise.
    """

    whole: Dataset
    now: Dataset
    before: Dataset | None
    period: Period | None
    earlier: Period | None
    note: str

    @cached_property
    def voice(self) -> Voice:
        """The voice of results about it."""
        return Voice.of(self.whole)

    @property
    def label(self) -> str:
        """The period in words."""
        return self.voice.period(self.period)

    @property
    def earlier_label(self) -> str:
        """The comparison period, in words."""
        return self.voice.period(self.earlier) if self.before is not None else ""

    @property
    def window(self) -> Period:
        """The requested days; those of the calls if no period was named."""
        if self.period is not None:
            return self.period
        span = self.now.span()
        first, last = span or (dt.date(1970, 1, 1), dt.date(1970, 1, 1))
        return Period(first, last + dt.timedelta(days=1), f"{first}..{last}")


def scope(dataset: Dataset, period: str | Period | None = None, before: str | Period | None = None) -> Scope:
    """Return the data of a period and of its comparison period.

    Parameters
    ----------
    dataset : Dataset
        Already narrowed to a campaign, if one is requested. If it is also narrowed to a
        period, that is the requested period, and ``whole`` is the data set without it.
    period : str or Period, optional
        If omitted, everything in the data set.
    before : str or Period, optional
        "previous" for the period just before, another period, or nothing.

    Raises
    ------
    UsageError
        The period contains no call, or is not a valid period.
    """
    now = dataset.where(period=period) if period else dataset
    chosen = now.filters.period
    dataset = all_periods(dataset)
    earlier = _earlier(chosen, before)
    if earlier is None:
        return Scope(dataset, now, None, chosen, None, "")
    try:
        return Scope(dataset, now, dataset.where(period=earlier), chosen, earlier, "")
    except UsageError:
        voice = Voice.of(dataset)
        note = voice.say("No call in {period}: nothing to compare with.", period=voice.period(earlier))
        return Scope(dataset, now, None, chosen, earlier, note)


def all_periods(dataset: Dataset) -> Dataset:
    """Return a data set without its period, keeping other filters."""
    return replace(dataset, filters=Filters(None, dataset.filters.equals))


def around(dataset: Dataset) -> Dataset:
    """Return a data set with the quarters before and after its period, to know what is usual."""
    asked = dataset.filters.period
    if asked is None:
        return dataset
    wide = Period.between(asked.start - HABIT, asked.end + HABIT)
    return replace(dataset, filters=Filters(wide, dataset.filters.equals))


def inside(dataset: Dataset, days: Iterable[dt.date]) -> list[dt.date]:
    """Return the days within the period of a data set; all if it has none."""
    asked = dataset.filters.period
    return [day for day in days if asked is None or asked.start <= day < asked.end]


def stretches(about: Scope) -> tuple[Dataset, ...]:
    """Return the requested days and the comparison days, as one period if they touch."""
    if about.before is None or about.period is None or about.earlier is None:
        return (about.now,)
    first, last = sorted((about.period, about.earlier), key=lambda period: period.start)
    if first.end < last.start:
        return (about.now, about.before)
    both = Period.between(first.start, max(first.end, last.end))
    return (replace(about.whole, filters=Filters(both, about.whole.filters.equals)),)


def _earlier(period: Period | None, before: str | Period | None) -> Period | None:
    if before is None or before in NOTHING:
        return None
    if before == "previous":
        return period.previous() if period is not None else None
    return Period.parse(before)


def records(frame: nw.LazyFrame) -> list[dict[str, Any]]:
    """Return the rows of a small frame as dictionaries."""
    return [dict(row) for row in frame.collect("pandas").rows(named=True)]


def count(frame: nw.LazyFrame) -> int:
    """Return the number of rows of a frame."""
    return int(records(frame.select(n=nw.len()))[0]["n"])


def date_of(key: int) -> dt.date:
    """Return the day for a numeric time key ``day``.

    Examples
    --------
    >>> date_of(20260914)
    datetime.date(2026, 9, 14)
    """
    return dt.date(key // 10000, key // 100 % 100, key % 100)


def lacking(dataset: Dataset, what: str) -> str:
    """Return why a data set cannot be grouped by something ("hour"), as its import noted; else ""."""
    reason = str(dataset.provenance.get("lacks", {}).get(what, ""))
    return Voice.of(dataset).noted(reason) if reason else ""
