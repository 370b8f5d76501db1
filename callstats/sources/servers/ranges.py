"""Which rows of a table lie in a stretch of time: a plain range of its own time column.

The bounds are wall-clock times of the site, and are written as the column keeps its
times: as they are for a clock without a zone, as moments or epochs otherwise. There is
never a function on the column, so that the database can use its index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from callstats.sources.base import Field, Layout
from callstats.sources.servers.picking import Pick, actual
from callstats.sources.servers.sessions import Session

#: The fields that say when a row happened, the first one that a layout has.
MOMENTS = ("started_at", "start", "event_at", "event_time", "asked_at", "opened_at")
_MILLISECONDS = 100_000_000_000  # beyond any year in seconds
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:([ T])\d\d:\d\d.*?)?(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True, slots=True)
class Moment:
    """The time column of a table.

    Attributes
    ----------
    column : str
    way : str
        How it keeps its times: ``local``, ``utc``, ``date``, ``epoch``, ``epoch ms``, ``epoch text``,
        ``text`` or ``utc text``.
    between : str
        What stands between day and time in a text.
    as_text : bool
        The layout reads it as a text, which has no place for a zone.
    """

    column: str
    way: str
    between: str = " "
    as_text: bool = False

    def at(self, cut: datetime, zone: str, session: Session) -> str:
        """Return a wall-clock time of the site as it stands in a query."""
        if self.way == "date":
            return f"'{cut:%Y-%m-%d}'"
        if self.way == "local":
            return f"'{cut:%Y-%m-%d %H:%M:%S}'"
        if self.way == "text":
            return f"'{cut:%Y-%m-%d}{self.between}{cut:%H:%M:%S}'"
        utc = cut.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if self.way == "utc":
            return session.moment(f"{utc:%Y-%m-%d %H:%M:%S}")
        if self.way == "utc text":
            return f"'{utc:%Y-%m-%d}{self.between}{utc:%H:%M:%S}'"
        seconds = int(utc.timestamp())
        return {"epoch": f"{seconds}", "epoch ms": f"{seconds * 1000}"}.get(self.way, f"'{seconds}'")

    def conditions(
        self, low: datetime | None, high: datetime | None, zone: str, session: Session
    ) -> list[str]:
        """Return the conditions of a stretch from ``low`` until before ``high``; None is without an end.

        Without a beginning, rows without a time are in it as well: the reader says what is wrong with them.
        """
        name = session.quoted(self.column)
        if low is None and high is None:
            return []
        if low is None and high is not None:
            return [f"{name} < {self.at(high, zone, session)} OR {name} IS NULL"]
        found = [f"{name} >= {self.at(low, zone, session)}"] if low is not None else []
        return [*found, *([f"{name} < {self.at(high, zone, session)}"] if high is not None else [])]

    def clock(self, value: Any, zone: str) -> datetime | None:
        """Return a value of the column as a wall-clock time of the site; None where it is none."""
        try:
            if isinstance(value, datetime):
                return value if value.tzinfo is None else _local(value, zone)
            if isinstance(value, date):
                return datetime(value.year, value.month, value.day)
            if self.way.startswith("epoch"):
                seconds = float(value) / (1000 if self.way == "epoch ms" else 1)
                return _local(datetime.fromtimestamp(seconds, UTC), zone)
            found = datetime.fromisoformat(str(value))
            return found if found.tzinfo is None else _local(found, zone)
        except (TypeError, ValueError, OverflowError, OSError):
            return None


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def moment_of(pick: Pick, session: Session) -> Moment | str | None:
    """Return the time column of a table, why it cannot be used, or None where there is none."""
    fields = [_field(layout, pick) for layout in pick.layouts]
    items = [item for item in fields if item is not None]
    if not items:
        return None
    columns = {next((a for n in item.columns if (a := actual(pick.relation, n))), "") for item in items}
    if len(columns) > 1 or len(items) < len(fields):
        return "its rows stand for several things, each with a time of its own"
    item, column = items[0], columns.pop()
    if not column or item.template or item.pick or item.minus:
        return "its time is made of several columns"
    found = way_of(column, pick, session)
    if isinstance(found, str):
        return found
    layout = next(layout for layout, one in zip(pick.layouts, fields, strict=True) if one is item)
    return Moment(column, *found, as_text=item.type_in(layout.table) == "text")


def _field(layout: Layout, pick: Pick) -> Field | None:
    """Return the field that says when a row happened: the first one whose column is there."""
    for to in MOMENTS:
        of_it = [item for item in layout.fields if item.to == to and (item.columns or item.template)]
        there = [item for item in of_it if any(actual(pick.relation, n) for n in item.columns)]
        if there or of_it:
            return (there or of_it)[0]
    return None


def way_of(column: str, pick: Pick, session: Session) -> tuple[str, str] | str:
    """Tell how a column keeps its times; of numbers and texts by the first one."""
    kept = pick.relation.columns[column]
    if kept in ("local", "utc", "date"):
        return kept, " "
    name = session.quoted(column)
    values = session.values(session.select(pick.relation, [column], [f"{name} IS NOT NULL"], "LIMIT 1"))
    return _way_of(values[0]) if values else ("local", " ")


def _way_of(value: Any) -> tuple[str, str] | str:
    if isinstance(value, (int, float)):
        return ("epoch ms" if value >= _MILLISECONDS else "epoch"), " "
    text = str(value).strip()
    if re.fullmatch(r"\d{9,10}(\.\d+)?", text):
        return "epoch text", " "
    found = _ISO.fullmatch(text)
    if found is None:
        return f"its times are texts that have no order, such as {re.sub(chr(92) + 'd', '0', text)[:30]}"
    if found[2] and found[2] not in ("Z", "+00:00", "+0000"):
        return "its times are texts with an offset each, which have no order"
    return ("utc text" if found[2] else "text"), found[1] or " "


def span(
    moments: Sequence[tuple[Pick, Moment]], zone: str, session: Session
) -> tuple[datetime, datetime] | None:
    """Return when the rows of some tables begin and end on the site's clock; no impossible years."""
    earliest, latest = datetime(1990, 1, 1), datetime.now() + timedelta(days=2)
    found: list[datetime] = []
    for pick, moment in moments:
        name = session.quoted(moment.column)
        where = " AND ".join(moment.conditions(earliest, latest, zone, session))
        query = f"SELECT min({name}), max({name}) FROM {session.quoted(pick.relation.name)} WHERE {where}"
        found += [at for value in session.first(query) if (at := moment.clock(value, zone)) is not None]
    return (min(found), max(found)) if found else None


def first_from(
    low: datetime, moments: Sequence[tuple[Pick, Moment]], zone: str, session: Session
) -> datetime | None:
    """Return when the next row happened, from a time on."""
    found = []
    for pick, moment in moments:
        name = session.quoted(moment.column)
        where = f"{name} >= {moment.at(low, zone, session)}"
        row = session.first(f"SELECT min({name}) FROM {session.quoted(pick.relation.name)} WHERE {where}")
        found += [at for value in row if (at := moment.clock(value, zone)) is not None]
    return min(found, default=None)
