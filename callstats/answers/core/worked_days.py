"""How many days were worked, and how many a month has: what a figure "in a month" is scaled by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.dataset.clock import unknown, written

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Days of a month, on average.
MONTH = 365.25 / 12
#: Days with calls under which nothing is said of a month: they hardly show what days differ by.
LEAST_DAYS = 5
#: A month of more than this many times the days seen is not spoken of: it would be a guess.
MOST_TIMES = 3.0


@dataclass(frozen=True, slots=True)
class WorkedDays:
    """The days with calls, and how the weekdays of their span are worked.

    Attributes
    ----------
    days : int
        Days with calls.
    a_week : float
        Days worked in a week: the share worked of each weekday in the span, summed.
    """

    days: int = 0
    a_week: float = 0.0

    @classmethod
    def of(cls, days: Iterable[dt.date]) -> WorkedDays:
        """Return the days worked, from the days with calls.

        Examples
        --------
        Two weeks from Monday to Friday:

        >>> start = dt.date(2026, 9, 7)
        >>> worked = WorkedDays.of(start + dt.timedelta(i) for i in range(12) if i % 7 < 5)
        >>> worked.days, worked.a_week, round(worked.within(MONTH), 1)
        (10, 5.0, 21.7)
        """
        worked = set(days)
        if not worked:
            return cls()
        first, last = min(worked), max(worked)
        span = [first + dt.timedelta(i) for i in range((last - first).days + 1)]
        had, all_of = [0] * 7, [0] * 7
        for day in span:
            all_of[day.weekday()] += 1
            had[day.weekday()] += day in worked
        return cls(len(worked), sum(h / a for h, a in zip(had, all_of, strict=True) if a))

    def within(self, days: float) -> float:
        """Return how many of some days in a row are worked."""
        return self.a_week * days / 7

    def times(self, days: float) -> float:
        """Return how many times what was seen some days in a row have; nan where that is not to be said.

        It is not under five days with calls, nor for more than three times of them.

        Examples
        --------
        >>> WorkedDays(20, 5.0).times(28), WorkedDays(4, 5.0).times(7), WorkedDays(6, 6.0).times(30)
        (1.0, nan, nan)
        """
        if self.days < LEAST_DAYS:
            return float("nan")
        times = self.within(days) / self.days
        return times if times <= MOST_TIMES else float("nan")


def worked_days(dataset: Dataset) -> WorkedDays:
    """Return the days with calls; none if the calls have no clock."""
    if not dataset.has("calls", "local_started_at") or not dataset.reaches("calls", "day"):
        return WorkedDays()
    rows: list[dict[str, Any]] = records(dataset.table("calls", "day").group_by("day").agg(n=nw.len()))
    found = (row["day"] for row in rows if not unknown(row["day"]))
    return WorkedDays.of(dt.date.fromisoformat(str(written("day", day))) for day in found)
