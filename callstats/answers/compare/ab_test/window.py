"""Which contacts of a test can be followed to the horizon, by which clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np

from callstats.answers.core.scope import records
from callstats.dataset.filters import Filters
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.dataset import Dataset

DAY_S = 86_400
_EPOCH = dt.date(1970, 1, 1).toordinal()


def as_date(day: float) -> dt.date:
    """Return a day counted from 1970 as a date.

    Examples
    --------
    >>> as_date(20697).isoformat()
    '2026-09-01'
    """
    return dt.date.fromordinal(int(day) + _EPOCH)


@dataclass(frozen=True)
class Window:
    """Between which days a contact has to be loaded, and on which clocks.

    Attributes
    ----------
    zone : ZoneInfo
        Of the site: days of loading are its days.
    horizon_days, first_day, last_day : int
        Days are counted from 1970; the last is that of the data.
    loaded, aware : bool
        Loading times are there; they carry a zone.
    undated : bool
        Some contacts have none: those are followed from their first dial.
    timed : bool
        Calls and loading are moments that can be subtracted from one another.
    cut : int, optional
        The day of loading after which contacts are beyond the plan.
    """

    zone: ZoneInfo
    horizon_days: int
    first_day: int
    last_day: int
    loaded: bool
    aware: bool
    undated: bool
    timed: bool
    cut: int | None = None

    @classmethod
    def of(cls, dataset: Dataset, horizon_days: int, people: nw.LazyFrame, cut: int | None = None) -> Window:
        """Return the window of a data set: its calls' last day, and its period's first."""
        period = dataset.filters.period
        span = replace(dataset, filters=Filters(period)).span()
        if span is None:
            raise UsageError("no call has a time", hint="A test needs calls with their times.")
        schema = people.collect_schema()
        aged, timed = dataset.has("calls", "since_loaded_s"), _same_clock(dataset, schema)
        loaded = "loaded_at" in schema and (aged or timed)
        missing = people.select(n=nw.col("loaded_at").is_null().cast(nw.Int64).sum()) if loaded else None
        zone = str(dataset.provenance.get("time_zone") or dataset.config.time_zone)
        return cls(
            ZoneInfo(zone),
            horizon_days,
            period.start.toordinal() - _EPOCH if period is not None else -(10**6),
            span[1].toordinal() - _EPOCH,
            loaded,
            loaded and getattr(schema["loaded_at"], "time_zone", None) is not None,
            missing is None or bool(records(missing)[0]["n"]),
            timed,
            cut,
        )

    @property
    def last_start(self) -> int:
        """The last day on which a contact may start to be followed to the end."""
        last = self.last_day - self.horizon_days
        return last if self.cut is None else min(last, self.cut)

    def between(self) -> nw.Expr:
        """Return whether a call's contact counts: it started late enough, and its horizon is over."""
        found = self._between("first", dt.datetime.combine) if self.undated else None
        if not self.loaded:
            assert found is not None
            return found
        loaded = self._between("loaded_at", self._moment)
        return (
            loaded if found is None else nw.when(nw.col("loaded_at").is_null()).then(found).otherwise(loaded)
        )

    def _between(self, column: str, moment: Any) -> nw.Expr:
        over = nw.col(column) < moment(as_date(self.last_start + 1), dt.time())
        if self.first_day < 0:
            return over
        return over & (nw.col(column) >= moment(as_date(self.first_day), dt.time()))

    def _moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        moment = dt.datetime.combine(day, time, self.zone).astimezone(dt.UTC)
        return moment if self.aware else moment.replace(tzinfo=None)


def _same_clock(dataset: Dataset, people: Any) -> bool:
    """Tell whether calls and loading both say their zone, or both do not."""
    zones = [
        getattr(dtype, "time_zone", None)
        for dtype in (dataset.schemas["calls"].get("started_at"), people.get("loaded_at"))
        if dtype is not None
    ]
    return len(zones) == 2 and (zones[0] is None) == (zones[1] is None)


def age(dataset: Dataset, window: Window) -> nw.Expr:
    """Return the seconds from loading to the call; from the first dial where loading is unknown."""
    found = []
    if window.undated:
        dialled = (nw.col("local_started_at") - nw.col("first")).dt.total_seconds().cast(nw.Float64)
        if not window.loaded:
            return dialled
        found.append(nw.when(nw.col("loaded_at").is_null()).then(dialled))
    if dataset.has("calls", "since_loaded_s"):
        found.insert(0, nw.col("since_loaded_s").cast(nw.Float64))
    if window.timed:
        found.append((nw.col("started_at") - nw.col("loaded_at")).dt.total_seconds().cast(nw.Float64))
    return nw.coalesce(*found) if len(found) > 1 else found[0]


def starts(frame: Any, window: Window) -> tuple[Any, Any]:
    """Return the day each contact starts, and whether its loading is unknown.

    A contact neither dated nor dialled starts with the first dial to its arm.
    """
    dialled = frame["dialled_at"].to_numpy("datetime64[D]").astype("int64").astype("float64")
    dialled[frame["dialled_at"].isna().to_numpy()] = np.nan
    undated = np.ones(len(frame), dtype=bool)
    start = dialled
    if window.loaded:
        loaded = frame["loaded_at"]
        undated = loaded.isna().to_numpy()
        utc = loaded if window.aware else loaded.dt.tz_localize("UTC")
        local = utc.dt.tz_convert(window.zone).dt.tz_localize(None).to_numpy("datetime64[D]")
        start = np.where(undated, dialled, local.astype("int64").astype("float64"))
    for arm in (0, 1):
        mine = (frame["low"] == arm).to_numpy()
        if np.isfinite(start[mine]).any():
            start = np.where(mine & np.isnan(start), np.nanmin(start[mine]), start)
    # An arm of which nothing is known in time is open still.
    return np.where(np.isnan(start), window.last_day, start).astype("int64"), undated
