"""The last whole month of the data: what is meant where no period is named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from callstats.dataset.period import Period
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.dataset.core import Dataset

#: How a command or a notebook asks for it.
LAST = "last"


def asked_period(data: Dataset, period: str | Period) -> Period:
    """Return the period that is asked for; ``last`` is the last whole month of the data.

    Raises
    ------
    UsageError
        The text is in none of the known forms, or the data hold no whole month.
    """
    if not isinstance(period, str) or period.strip().casefold() != LAST:
        return Period.parse(period)
    month = last_whole_month(data)
    if month is None:
        span = data.span()
        days = "no dated call" if span is None else f"{span[0]} to {span[1]}"
        raise UsageError(
            f"no whole month is in the data ({days})", hint="Name a period: 2026-09-01..2026-09-14, 2026-W36."
        )
    return month


def last_whole_month(data: Dataset) -> Period | None:
    """Return the last month of the calls that has no working day before or after them, if it has calls.

    Examples
    --------
    >>> import callstats as cs
    >>> str(last_whole_month(cs.open("data/demo")))
    '2026-09'
    """
    span = data.span()
    month = None if span is None else whole_month(*span)
    if month is None:
        return None
    try:
        data.where(period=month)
    except UsageError:  # a month without a call between others
        return None
    return month


def whole_month(first: dt.date, last: dt.date) -> Period | None:
    """Return the last month that the days from first to last cover, but for weekends at its ends.

    Examples
    --------
    >>> str(whole_month(dt.date(2026, 7, 1), dt.date(2026, 10, 9)))
    '2026-09'
    >>> str(whole_month(dt.date(2026, 8, 3), dt.date(2026, 8, 31)))  # 1 August 2026 is a Saturday
    '2026-08'
    """
    month = Period.parse(f"{last:%Y-%m}")
    if _has_weekday(last + dt.timedelta(days=1), month.end):
        month = month.previous()
    return None if month.end <= first or _has_weekday(month.start, first) else month


def _has_weekday(start: dt.date, end: dt.date) -> bool:
    return any((start + dt.timedelta(days=n)).weekday() < 5 for n in range((end - start).days))
