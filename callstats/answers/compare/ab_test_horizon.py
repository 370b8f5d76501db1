"""The outcome of every assigned contact within the horizon, counted from its loading.

One row per contact is held in memory: a million contacts take about a hundred
megabytes. Everything else of a test is computed from those rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test_arms import AssignedArms, assigned, attributes_of, strangers
from callstats.answers.core.scope import records
from callstats.dataset.filters import Filters
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.dataset import Dataset


DAY_S = 86_400
_EPOCH = dt.date(1970, 1, 1).toordinal()
#: A pandas frame; pandas' own annotations are unions that no check narrows.
Frame = Any
#: The columns a test reads from the calls.
_READ = (
    "contact_id", "local_started_at", "started_at", "since_loaded_s", "attempt_no", "agent_id", "live",
    "handled", "success", "talk_s", "hold_s", "wrap_s", "value", "closed", "closed_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Exclusions:
    """How many contacts do not count, and how many count despite missing data.

    Attributes
    ----------
    both : int
        Assigned to both arms: left out.
    early : int
        Loaded before the requested period: left out, their first calls are cut off.
    strangers : int
        Dialled on an arm's list without having been loaded: left out.
    crossed : int
        Dialled under the other arm's name: kept in their assigned arm.
    earlier : int
        Dialled before the data begin: kept, their first calls are unknown.
    undated : int
        Without a known load time: kept, followed from the first dial.
    beyond : int
        Loaded after the planned contacts: left out, since counting on would be another look.
    """

    both: int = 0
    early: int = 0
    strangers: int = 0
    crossed: int = 0
    earlier: int = 0
    undated: int = 0
    beyond: int = 0


@dataclass(frozen=True, eq=False)
class Trial:
    """The contacts of both arms and their outcomes.

    Attributes
    ----------
    arms : AssignedArms
    horizon_days : int
    contacts : pandas.DataFrame
        One row each: treated, start (day counted from 1970), stratum (the day of loading,
        or of the first dial; -1 if neither is known), complete (the horizon is over),
        dialled, and within the horizon dials, reached, won, reached_s and won_s (age at the
        first [s]), value [money], seconds (of agents), agent (the last one); list_id and
        attributes (names prefixed ``x_``) where known.
    calls : nw.LazyFrame
        The dials to those contacts with treated, inside (the horizon), complete.
    last_day : int
        The last day of the data, counted from 1970.
    left_out : Exclusions
    attributes : mapping of str to str
        Known attributes of contacts: number, flag or text.
    unknown, untimed : float
        Share of dials within the horizon whose success is unknown although there may
        have been a conversation; share of conversations without talk time.
    """

    arms: AssignedArms
    horizon_days: int
    contacts: Frame
    calls: nw.LazyFrame
    last_day: int
    left_out: Exclusions
    attributes: Mapping[str, str]
    unknown: float
    untimed: float
    columns: frozenset[str]

    @cached_property
    def done(self) -> Frame:
        """The contacts whose horizon is over."""
        return self.contacts[self.contacts["complete"]]

    @property
    def late(self) -> int:
        """Contacts whose horizon is over and who were won after it."""
        return int(((self.done["later"] > 0) & (self.done["won"] == 0)).sum())

    def sizes(self, frame: Frame) -> tuple[int, int]:
        """Return how many rows belong to control and to treatment."""
        treated = int(frame["treated"].sum())
        return len(frame) - treated, treated


def follow(dataset: Dataset, arms: AssignedArms, horizon_days: int, cut: int | None = None) -> Trial:
    """Follow every assigned contact from its loading to the horizon.

    Parameters
    ----------
    dataset : Dataset
    arms : AssignedArms
    horizon_days : int
    cut : int, optional
        The last day of loading that counts, from 1970 on.

    Raises
    ------
    UsageError
        The data lack what a test needs, or no contact is left.
    """
    if not (isinstance(horizon_days, int) and horizon_days >= 1):
        raise UsageError(f"horizon of {horizon_days!r} days", hint="Give whole days, 14 for two weeks.")
    for column in ("success", "local_started_at"):
        if not dataset.has("calls", column):
            raise UsageError(f"a test needs calls.{column}", hint="Import the data with that column.")
    attributes = attributes_of(dataset, arms)
    people = assigned(dataset, arms, list(attributes))
    window = Window.of(dataset, horizon_days, people, cut)
    calls = _aged(dataset, arms, people, window)
    # Via Arrow: DuckDB's own conversion of instants uses an API that pandas deprecates.
    outcomes = _outcomes(people, calls, dataset.columns["calls"]).collect("pyarrow").to_native()
    frame = outcomes.to_pandas()
    return _settled(dataset, arms, frame, calls, window, attributes)


def _aged(dataset: Dataset, arms: AssignedArms, people: nw.LazyFrame, window: Window) -> nw.LazyFrame:
    """Return the dials to assigned contacts, with treated, crossed, inside and complete."""
    calls = dataset.table("calls").filter(nw.col("direction") == "outbound", ~nw.col("contact_id").is_null())
    own = dataset.has("calls", arms.column)
    if own:  # the dials of a third list are not part of the test
        named = nw.col(arms.column)
        calls = calls.filter(named.is_null() | (named == arms.control) | (named == arms.treatment))
    calls = calls.select(*[c for c in _READ if dataset.has("calls", c)], *([arms.column] if own else []))
    keep = ["contact_id", "low", *(["loaded_at"] if window.loaded else [])]
    once = people.filter(nw.col("low") == nw.col("high")).select(*keep).rename({"low": "treated"})
    calls = calls.join(once, on="contact_id", how="inner")
    if window.undated:
        first = calls.group_by("contact_id").agg(first=nw.col("local_started_at").min())
        calls = calls.join(first, on="contact_id", how="left")
    other = (
        nw.when(nw.col("treated") == 1)
        .then(nw.col(arms.column) == arms.control)
        .otherwise(nw.col(arms.column) == arms.treatment)
        if own
        else nw.lit(False)
    )
    return calls.with_columns(
        age=_age_of_call(dataset, window), crossed=other, complete=window.between()
    ).with_columns(inside=(nw.col("age") >= 0) & (nw.col("age") < window.horizon_days * DAY_S))


def _outcomes(people: nw.LazyFrame, calls: nw.LazyFrame, columns: frozenset[str]) -> nw.LazyFrame:
    """Return one row per contact with its outcome; null if it was never dialled."""
    inside = nw.col("inside")
    won = inside & nw.col("success")
    reached = inside & nw.col("live") if "live" in columns else won
    handled = inside & nw.col("handled") if "handled" in columns else won
    staffed = inside & ~nw.col("agent_id").is_null() if "agent_id" in columns else handled

    # Without a conversation there was no sale, whether the export says so or not.
    spoken = nw.col("handled").fill_null(True) if "handled" in columns else nw.lit(True)

    def flag(condition: nw.Expr) -> nw.Expr:
        return nw.when(condition).then(1).otherwise(0)

    seconds = nw.lit(0.0)
    for column in ("talk_s", "hold_s", "wrap_s"):
        if column in columns:
            seconds = seconds + nw.col(column).cast(nw.Float64).fill_null(0.0)
    value = nw.col("value").cast(nw.Float64).fill_null(0.0) if "value" in columns else nw.lit(0.0)
    stamp = nw.col("local_started_at").dt.to_string("%Y%m%d%H%M%S").str.slice(0, 14)
    rows = calls.with_columns(
        dialled=nw.lit(1),
        dials=flag(inside),
        reached=flag(reached),
        reached_s=nw.when(reached).then(nw.col("age")),
        won=flag(won),
        later=flag((nw.col("age") >= 0) & ~inside & nw.col("success")),
        won_s=nw.when(won).then(nw.col("age")),
        value=nw.when(won).then(value).otherwise(0.0),
        seconds=nw.when(staffed).then(seconds).otherwise(0.0),
        agent=nw.when(handled & staffed).then(nw.concat_str([stamp, nw.col("agent_id")]))
        if "agent_id" in columns
        else nw.lit(None, nw.String),
        crossed=flag(nw.col("crossed")),
        earlier=nw.col("attempt_no") if "attempt_no" in columns else nw.lit(1),
        unknown=flag(inside & nw.col("success").is_null() & spoken),
        handled=flag(handled),
        untimed=flag(handled & nw.col("talk_s").is_null()) if "talk_s" in columns else flag(handled),
    )
    outcomes = rows.group_by("contact_id").agg(
        *[nw.col(c).sum() for c in ("dials", "value", "seconds", "unknown", "handled", "untimed")],
        *[nw.col(c).max() for c in ("dialled", "reached", "won", "later", "crossed", "agent")],
        *[nw.col(c).min() for c in ("won_s", "reached_s")],
        nw.col("earlier").min(),
        dialled_at=nw.col("local_started_at").min(),
    )
    return people.join(outcomes, on="contact_id", how="left")


_COUNTS = ("dials", "reached", "won", "later", "dialled", "crossed", "unknown", "handled", "untimed")


def _settled(
    dataset: Dataset,
    arms: AssignedArms,
    frame: Frame,
    calls: nw.LazyFrame,
    window: Window,
    attributes: Mapping[str, str],
) -> Trial:
    """Turn the engine's result into the contacts that count."""
    frame = frame.assign(**{c: frame[c].fillna(0).astype("int64") for c in _COUNTS})
    frame = frame.assign(**{c: frame[c].astype("float64").fillna(0.0) for c in ("value", "seconds")})
    frame = frame.assign(**{c: frame[c].astype("float64") for c in ("won_s", "reached_s")})
    frame = frame.assign(agent=frame["agent"].str.slice(14))
    both = frame["low"] != frame["high"]
    frame = frame[~both]
    start, undated = _starts(frame, window)
    early = start < window.first_day
    beyond = start > window.cut if window.cut is not None else np.zeros(len(start), dtype=bool)
    frame = frame.assign(
        treated=frame["low"].astype("int64") == 1,
        start=start,
        complete=start <= window.last_start,
        # Neither loaded on a known day nor dialled: alike in both arms, so a day of their own.
        stratum=np.where(undated & frame["dialled_at"].isna().to_numpy(), -1, start),
    )
    counted = Exclusions(
        int(both.sum()),
        int(early.sum()),
        strangers(dataset, arms),
        int(frame["crossed"].sum()),
        int((frame["earlier"].astype("float64") > 1)[~early].sum()),
        int((undated & ~early).sum()),
        int(beyond.sum()),
    )
    frame = frame[~early & ~beyond].drop(columns=["low", "high", "contact_id", "crossed"])
    return Trial(
        arms,
        window.horizon_days,
        frame,
        calls,
        window.last_day,
        counted,
        attributes,
        _share(frame["unknown"], frame["dials"]),
        _share(frame["untimed"], frame["handled"]),
        dataset.columns["calls"],
    )


def _share(part: Any, whole: Any) -> float:
    total = float(whole.sum())
    return float(part.sum()) / total if total else 0.0


@dataclass(frozen=True)
class Window:
    """The days between which a contact must be loaded, and the clocks used.

    Attributes
    ----------
    zone : ZoneInfo
        Of the site, whose days define the days of loading.
    horizon_days, first_day, last_day : int
        Days are counted from 1970; the last is that of the data.
    loaded, aware : bool
        Load times exist; they carry a zone.
    undated : bool
        Some contacts have none, and are followed from their first dial.
    timed : bool
        Call and load times can be subtracted from each other.
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
        """The last day on which a contact may start and still be followed to the end."""
        last = self.last_day - self.horizon_days
        return last if self.cut is None else min(last, self.cut)

    def between(self) -> nw.Expr:
        """Return whether a call's contact counts: it started late enough and its horizon is over."""
        dialled = self._between("first", dt.datetime.combine) if self.undated else None
        if not self.loaded:
            assert dialled is not None
            return dialled
        loaded = self._between("loaded_at", self._moment)
        return (
            loaded
            if dialled is None
            else nw.when(nw.col("loaded_at").is_null()).then(dialled).otherwise(loaded)
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
    """Return whether call and load times either both carry a zone or both do not."""
    zones = [
        getattr(dtype, "time_zone", None)
        for dtype in (dataset.schemas["calls"].get("started_at"), people.get("loaded_at"))
        if dtype is not None
    ]
    return len(zones) == 2 and (zones[0] is None) == (zones[1] is None)


def _age_of_call(dataset: Dataset, window: Window) -> nw.Expr:
    """Return the seconds from loading to the call; from the first dial where loading is unknown."""
    ages = []
    if window.undated:
        dialled = (nw.col("local_started_at") - nw.col("first")).dt.total_seconds().cast(nw.Float64)
        if not window.loaded:
            return dialled
        ages.append(nw.when(nw.col("loaded_at").is_null()).then(dialled))
    if dataset.has("calls", "since_loaded_s"):
        ages.insert(0, nw.col("since_loaded_s").cast(nw.Float64))
    if window.timed:
        ages.append((nw.col("started_at") - nw.col("loaded_at")).dt.total_seconds().cast(nw.Float64))
    return nw.coalesce(*ages) if len(ages) > 1 else ages[0]


def _starts(frame: Any, window: Window) -> tuple[Any, Any]:
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
    # An arm without any known times is still open.
    return np.where(np.isnan(start), window.last_day, start).astype("int64"), undated


def as_date(day: float) -> dt.date:
    """Return a day counted from 1970 as a date.

    Examples
    --------
    >>> as_date(20697).isoformat()
    '2026-09-01'
    """
    return dt.date.fromordinal(int(day) + _EPOCH)
