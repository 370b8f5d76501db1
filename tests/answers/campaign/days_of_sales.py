"""Calls of days with known numbers of successes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from callstats.dataset import Dataset
from tests.answers.small_campaigns import calls, data, many


def working_days(first: dt.date, last: dt.date, weekdays: int = 5) -> list[dt.date]:
    """Return the days from Monday on, so many a week."""
    days = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < weekdays]


def sold(
    by_campaign: Mapping[str, Mapping[dt.date, int]], *, dials: int = 12, value: float = 50.0, **tables: Any
) -> Dataset:
    """Return a site whose campaigns sell so much on each day, with so many dials more."""
    rows: list[dict[str, Any]] = []
    for campaign, by_day in by_campaign.items():
        for day, successes in by_day.items():
            same = {
                "campaign_id": campaign, "local_started_at": dt.datetime.combine(day, dt.time(10)),
                "connected": True, "live": True, "handled": True, "argued": True,
            }  # fmt: skip
            rows += many(successes, **same, success=True, value=value) + many(dials, **same, success=False)
    return data(calls(*rows), **tables)
