"""The state of every list's contacts on a day: unused, in circulation or closed, and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.campaign.dial_flow_numbers import ContactDays
from callstats.answers.core.scope import Scope, records
from callstats.dataset.clock import TIME_KEYS, unknown, written

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Columns of the calls required to know a contact's state.
NEEDED = ("contact_id", "closed", "local_started_at")


@dataclass(frozen=True, slots=True)
class ListState:
    """The contacts of one list at the end of a day.

    Attributes
    ----------
    group : str or None
    loaded : int
        Contacts loaded, or those dialled if the data have no table of contacts.
    circulating, callbacks, closed : int
        Dialled and not closed; of these, with a call-back still due; closed.
    depth : dict of (int, bool) to int
        Contacts in circulation by the number of dials they have had, and whether
        a person answered any of them.
    closings, first_dials : dict of date to int
        Contacts closed, and contacts first dialled, by day.
    """

    group: Any
    loaded: int
    circulating: int
    callbacks: int
    closed: int
    depth: Mapping[tuple[int, bool], int]
    closings: Mapping[date, int]
    first_dials: Mapping[date, int]

    @property
    def unused(self) -> int:
        """Contacts never dialled."""
        return self.loaded - self.circulating - self.closed

    @property
    def callable(self) -> int:
        """Contacts that may still be dialled."""
        return self.loaded - self.closed


def states(about: Scope, by: str | None) -> tuple[ListState, ...]:
    """Return the state of every list, from all calls up to the last requested day."""
    contacts = _by_contact(about, by)
    keys = [by] if by else []
    counts = _grouped(
        contacts, keys, [nw.len().alias("attempted"), nw.col("is_closed").sum(), nw.col("callback").sum()]
    )
    open_still = contacts.filter(nw.col("is_closed") == 0)
    depth = _depths(open_still, keys)
    closings = _series(contacts.filter(nw.col("is_closed") == 1), keys, "closed_on")
    first = _series(contacts, keys, "first_on")
    loaded = _loaded(about.whole, by)
    groups = sorted({*counts, *loaded}, key=lambda g: (g is None, str(g)))
    return tuple(
        _state(group, counts.get(group), loaded.get(group), depth, closings, first) for group in groups
    )


def _state(
    group: Any,
    counted: Mapping[str, Any] | None,
    loaded: int | None,
    depth: Mapping[Any, Mapping[tuple[int, bool], int]],
    closings: Mapping[Any, Mapping[int, int]],
    first: Mapping[Any, Mapping[int, int]],
) -> ListState:
    names = ("attempted", "is_closed", "callback")
    attempted, closed, callbacks = (int(counted[name]) if counted else 0 for name in names)
    return ListState(
        group,
        max(loaded or 0, attempted),
        attempted - closed,
        callbacks,
        closed,
        depth.get(group, {}),
        _dated(closings.get(group, {})),
        _dated(first.get(group, {})),
    )


def _by_contact(about: Scope, by: str | None) -> nw.LazyFrame:
    """Return one row per contact and group: dials, whether closed, and on which days."""
    end = about.window.end
    clock, day = nw.col("local_started_at"), TIME_KEYS["day"](nw.col("local_started_at"))
    until = datetime(end.year, end.month, end.day)
    dials = about.whole.table("calls", *([by] if by else [])).filter(
        nw.col("direction") == "outbound", clock < until, ~nw.col("contact_id").is_null()
    )
    promised = about.whole.has("calls", "callback_at")
    waiting = (nw.col("callback_at") >= _after_the_last_call(about)) if promised else nw.lit(False)
    closing = nw.col("closed").fill_null(False)
    live = nw.col("live") if about.whole.has("calls", "live") else nw.lit(False)
    dials = dials.with_columns(
        day=day,
        is_closed=nw.when(closing).then(1).otherwise(0),
        closed_on=nw.when(closing).then(day).otherwise(99999999),
        waiting=nw.when(waiting).then(1).otherwise(0),
        reached=nw.when(live).then(1).otherwise(0),
    )
    return (
        dials.group_by(*([by] if by else []), "contact_id")
        .agg(
            nw.len().alias("dials"),
            nw.col("is_closed").max(),
            nw.col("waiting").max(),
            nw.col("reached").max(),
            nw.col("closed_on").min(),
            nw.col("day").min().alias("first_on"),
        )
        .with_columns(callback=nw.col("waiting") * (1 - nw.col("is_closed")))
    )


def contact_days(about: Scope, by: str | None, worked: Sequence[date]) -> dict[Any, ContactDays]:
    """Return every list's contact-days, numbered by the working days given, up to its contacts' closing."""
    keys = [*([by] if by else []), "contact_id"]
    days = _by_contact_day(about, keys)
    sums = [nw.len().alias("dialled"), nw.col("is_closed").sum(), nw.col("newly").sum()]
    found = records(days.group_by(*keys[:-1], "day", "previous", "turn", "before").agg(*sums))
    number = {day.year * 10000 + day.month * 100 + day.day: at for at, day in enumerate(worked)}
    rows: dict[Any, list[tuple[int, ...]]] = {}
    for row in found:
        group, day = written(by, row[by]) if by else None, number[int(row["day"])]
        wait = 0 if unknown(row["previous"]) else day - number[int(row["previous"])]
        counts = (int(row[name]) for name in ("dialled", "is_closed", "newly"))
        rows.setdefault(group, []).append((day, int(row["turn"]), wait, int(row["before"] > 0), *counts))
    return {group: _contact_days(np.array(sorted(one))) for group, one in rows.items()}


def _contact_days(rows: np.ndarray) -> ContactDays:
    day, turn, wait, reached, *sums = rows.T
    return ContactDays(day, turn, wait, reached > 0, *(part.astype(float) for part in sums))


def _by_contact_day(about: Scope, keys: Sequence[str]) -> nw.LazyFrame:
    """Return one row per contact and day of dials: which of its days it is, and the day before."""
    end = about.window.end
    clock = nw.col("local_started_at")
    live = nw.col("live") if about.whole.has("calls", "live") else nw.lit(False)
    dials = about.whole.table("calls", *keys[:-1]).filter(
        nw.col("direction") == "outbound",
        clock < datetime(end.year, end.month, end.day),
        ~nw.col("contact_id").is_null(),
    )
    days = (
        dials.with_columns(
            day=TIME_KEYS["day"](clock),
            is_closed=nw.when(nw.col("closed").fill_null(False)).then(1).otherwise(0),
            reached=nw.when(live).then(1).otherwise(0),
        )
        .group_by(*keys, "day")
        .agg(nw.col("is_closed").max(), nw.col("reached").max())
        .with_columns(one=nw.lit(1))
    )

    def until(column: str) -> nw.Expr:
        return nw.col(column).cum_sum().over(*keys, order_by="day")

    days = days.with_columns(
        previous=nw.col("day").shift(1).over(*keys, order_by="day"),
        turn=until("one") - 1,
        before=until("reached") - nw.col("reached"),
        gone=until("is_closed") - nw.col("is_closed"),
    )
    first = (nw.col("before") == 0) & (nw.col("reached") == 1) & (nw.col("is_closed") == 0)
    return days.filter(nw.col("gone") == 0).with_columns(
        before=nw.when(nw.col("before") > 0).then(1).otherwise(0), newly=nw.when(first).then(1).otherwise(0)
    )


def _after_the_last_call(about: Scope) -> datetime:
    """Return the midnight after the last day in the data, if the period goes beyond it."""
    span = about.now.span()
    end = about.window.end if span is None else min(about.window.end, span[1] + timedelta(days=1))
    return datetime(end.year, end.month, end.day, tzinfo=UTC)


def _grouped(frame: nw.LazyFrame, keys: Sequence[str], sums: Sequence[nw.Expr]) -> dict[Any, dict[str, Any]]:
    found = records(frame.group_by(*keys).agg(*sums) if keys else frame.select(*sums))
    return {(written(keys[0], row[keys[0]]) if keys else None): row for row in found}


def _series(frame: nw.LazyFrame, keys: Sequence[str], column: str) -> dict[Any, dict[int, int]]:
    """Return how many contacts have each value of a column, by group."""
    counts: dict[Any, dict[int, int]] = {}
    for row in records(frame.group_by(*keys, column).agg(n=nw.len())):
        if not unknown(row[column]):
            group = written(keys[0], row[keys[0]]) if keys else None
            counts.setdefault(group, {})[int(row[column])] = int(row["n"])
    return counts


def _depths(frame: nw.LazyFrame, keys: Sequence[str]) -> dict[Any, dict[tuple[int, bool], int]]:
    depths: dict[Any, dict[tuple[int, bool], int]] = {}
    for row in records(frame.group_by(*keys, "dials", "reached").agg(n=nw.len())):
        group = written(keys[0], row[keys[0]]) if keys else None
        depths.setdefault(group, {})[int(row["dials"]), bool(row["reached"])] = int(row["n"])
    return depths


def _dated(counts: Mapping[int, int]) -> dict[date, int]:
    return {date(n // 10000, n // 100 % 100, n % 100): counts[n] for n in sorted(counts)}


def _loaded(dataset: Dataset, by: str | None) -> dict[Any, int]:
    """Return the contacts loaded by group; empty without a table of contacts that has the group."""
    if not dataset.has("contacts", "contact_id") or (by and not dataset.reaches("contacts", by)):
        return {}
    if by and dataset.unreached("contacts"):
        return {}
    frame = dataset.table("contacts", *([by] if by else []))
    count = [nw.col("contact_id").n_unique().alias("n")]
    return {group: int(row["n"]) for group, row in _grouped(frame, [by] if by else [], count).items()}


def worked_days(about: Scope) -> tuple[date, ...]:
    """Return the days on which anything was dialled, up to the last requested day."""
    end = about.window.end
    dials = about.whole.table("calls").filter(
        nw.col("direction") == "outbound", nw.col("local_started_at") < datetime(end.year, end.month, end.day)
    )
    days = records(dials.select(day=TIME_KEYS["day"](nw.col("local_started_at"))).unique())
    return tuple(_dated({int(row["day"]): 1 for row in days if not unknown(row["day"])}))


def working_date(after: date, weekdays: set[int], number: int) -> date:
    """Return the date of the n-th working day after a day.

    Examples
    --------
    >>> working_date(date(2026, 9, 4), {0, 1, 2, 3, 4}, 1)
    datetime.date(2026, 9, 7)
    """
    day = after
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() in weekdays
    return day
