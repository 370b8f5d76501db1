"""The last values of some figures, month by month or week by week: what a small line in a card shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from callstats.answers.core.measure import fetched
from callstats.answers.core.scope import Scope
from callstats.dataset.period import Period
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: A year and the month it is compared with.
MOST_PERIODS = 13
#: Fewer values are no line.
FEWEST_PERIODS = 4
_WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class RecentValues:
    """Values of periods in a row, the last one the period in question or its last week.

    Attributes
    ----------
    by : str
        "month" or "week".
    first, last : date
        Where the first and the last of the periods begin.
    values : mapping of str to tuple of (float or None)
        By name of the KPI, in order; None where it cannot be computed.
    """

    by: str
    first: dt.date
    last: dt.date
    values: Mapping[str, tuple[float | None, ...]]


def recent_values(about: Scope, kpis: Sequence[KPI]) -> RecentValues | None:
    """Return the values of up to 13 months, or of up to 13 whole weeks where there are too few months.

    None if the data do not know their days, or there are too few of either.
    """
    window, span = about.window, about.whole.span()
    if span is None or not kpis or not about.now.reaches("calls", "day"):
        return None
    months = _months(window, span[0])
    if len(months) >= FEWEST_PERIODS:
        return _values(about.whole, kpis, "month", months, window.end)
    weeks = _weeks(min(window.end, span[1] + dt.timedelta(days=1)), span[0])
    if len(weeks) < FEWEST_PERIODS:
        return None
    return _values(about.whole, kpis, "week", weeks, weeks[-1] + _WEEK)


def _months(window: Period, first: dt.date) -> list[dt.date]:
    """Return the first days of whole months up to the period; none if that is no month."""
    if len(window.months) != 1 or window.label != window.months[0]:
        return []
    found, month = [], window.start
    while month >= first.replace(day=1) and len(found) < MOST_PERIODS:
        found.append(month)
        month = (month - dt.timedelta(days=1)).replace(day=1)
    return found[::-1]


def _weeks(end: dt.date, first: dt.date) -> list[dt.date]:
    """Return the Mondays of the last whole weeks before a day, none of them before the data."""
    monday = end - dt.timedelta(days=end.weekday()) - _WEEK
    found = []
    while monday >= first and len(found) < MOST_PERIODS:
        found.append(monday)
        monday -= _WEEK
    return found[::-1]


def _values(
    whole: Dataset, kpis: Sequence[KPI], by: str, starts: Sequence[dt.date], end: dt.date
) -> RecentValues:
    asked = whole.where(period=Period(starts[0], end, f"{starts[0]}..{end - dt.timedelta(days=1)}"))
    found = fetched(asked, kpis, [by], interval=False)
    rows = {(row[0], row[1]): row[2] for row in found.rows(asked.config.confidence)}
    keys = [_written(start, by) for start in starts]
    return RecentValues(
        by,
        starts[0],
        starts[-1],
        {kpi.name: tuple(_known(rows.get((key, kpi.name))) for key in keys) for kpi in kpis},
    )


def _written(start: dt.date, by: str) -> str:
    year, week, _ = start.isocalendar()
    return f"{start:%Y-%m}" if by == "month" else f"{year}-W{week:02d}"


def _known(value: float | None) -> float | None:
    return None if value is None or isnan(value) else float(value)
