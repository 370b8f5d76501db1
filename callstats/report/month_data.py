"""What the data decide about a month's reports: the campaigns, and the period of a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import narwhals as nw

from callstats.dataset.clock import unknown
from callstats.dataset.period import Period
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.config import DeclaredTest
    from callstats.dataset import Dataset


#: Which calls the campaigns of a report have, those of its first direction first; others take any.
DIRECTIONS = {
    "campaign_report": ("outbound",),
    "agent_comparison": ("outbound", "inbound"),
    "service_report": ("inbound",),
}


def campaigns(dataset: Dataset, period: Period | None) -> dict[str, list[str]]:
    """Return the campaigns with calls in a period, sorted, by direction.

    If the calls do not name campaigns, there is one with an empty name.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": ["1", "2"], "campaign_id": ["spring", "help"], "direction": ["outbound", "inbound"],
    ...     "local_started_at": pd.to_datetime(["2026-09-01 10:00", "2026-09-02 11:00"]),
    ... })
    >>> campaigns(Dataset({"calls": calls}), Period.parse("2026-09"))
    {'outbound': ['spring'], 'inbound': ['help']}
    """
    calls = dataset.where(period=period).table("calls")
    named = "campaign_id" in calls.collect_schema().names()
    columns = ["direction", "campaign_id"] if named else ["direction"]
    by_direction: dict[str, set[str]] = {"outbound": set(), "inbound": set()}
    for row in calls.select(*columns).unique().collect("pandas").rows(named=True):
        name = row["campaign_id"] if named else ""
        if row["direction"] in by_direction and isinstance(name, str):
            by_direction[row["direction"]].add(name)
    return {direction: sorted(names) for direction, names in by_direction.items()}


def agents(dataset: Dataset, period: Period, campaigns: Sequence[str] = ()) -> list[str]:
    """Return the agents with calls in a period, sorted; of some campaigns, where any are named."""
    within = dataset.where(period=period, campaign_id=list(campaigns) or None)
    if not within.has("calls", "agent_id"):
        return []
    rows = within.table("calls").select("agent_id").unique().collect("pyarrow").rows(named=True)
    return sorted(row["agent_id"] for row in rows if isinstance(row["agent_id"], str))


def period_of_test(dataset: Dataset, test: DeclaredTest, month: Period) -> str | None:
    """Return the period that a test's report covers, None if the test is not in the month.

    For a test that began in the month, that is the month itself. Otherwise it runs from
    the first day of the month in which the first contact was loaded (or dialled, if the
    load time is unknown) to the last day of the requested period: all its contacts count,
    as do costs booked by month, and calls of later months change nothing.

    Raises
    ------
    UsageError
        The data lack the campaign or an arm.
    """
    arms = dataset.where(**{"campaign_id": test.campaign_id, test.arm: [test.control, test.treatment]})
    loaded, dialled = _loaded(arms, month), _dialled(arms, month)
    if dialled is None and (loaded is None or loaded[1] < month.start):
        return None
    start = min(day for day in (loaded and loaded[0], dialled) if day is not None)
    return month.label if start >= month.start else f"{start.replace(day=1)}..{month.last}"


def _dialled(arms: Dataset, month: Period) -> date | None:
    """Return the first day on which the arms were dialled, if they were dialled in the month."""
    try:
        arms.where(period=month)
    except UsageError:
        return None
    span = arms.span()
    return span[0] if span is not None else None


def _loaded(arms: Dataset, month: Period) -> tuple[date, date] | None:
    """Return the first and the last day on which contacts of the arms were loaded, up to the month's end."""
    if not arms.has("contacts", "loaded_at"):
        return None
    zone = ZoneInfo(str(arms.provenance.get("time_zone") or arms.config.time_zone))
    loaded = arms.table("contacts").select("loaded_at")
    aware = getattr(loaded.collect_schema()["loaded_at"], "time_zone", None) is not None
    before = loaded.filter(nw.col("loaded_at") < _moment(month.end, zone, aware))
    ends = before.select(first=nw.col("loaded_at").min(), last=nw.col("loaded_at").max())
    first, last = ends.collect("pyarrow").row(0)  # DuckDB warns when it converts instants to pandas
    return None if unknown(first) else (_day(first, zone, aware), _day(last, zone, aware))


def _moment(day: date, zone: ZoneInfo, aware: bool) -> datetime:
    moment = datetime.combine(day, time(), zone).astimezone(UTC)
    return moment if aware else moment.replace(tzinfo=None)


def _day(value: datetime, zone: ZoneInfo, aware: bool) -> date:
    return (value if aware else value.replace(tzinfo=UTC)).astimezone(zone).date()
