"""The rows of a database, stretch of time by stretch of time, all tables of a stretch together.

A stretch is a day that ends at four in the morning, when dialers rest. What belongs to
one call is not cut even so: rows that bear the name of a call of the stretch
(``uniqueid``, ``linkedid``) and come within two hours of its end are in it, and not in
the next one. In the same way a period holds the calls that begin in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol

import pyarrow as pa

from callstats.errors import InputError
from callstats.model import TABLES
from callstats.sources import notes
from callstats.sources.base import Layout, Source
from callstats.sources.raw import Raw
from callstats.sources.servers.addresses import Address, parse_address
from callstats.sources.servers.arrow_rows import (
    all_names,
    digest_of,
    names_in,
    readable,
    rows_of,
    without_copies,
)
from callstats.sources.servers.connecting import opened
from callstats.sources.servers.named_contacts import NamedContacts
from callstats.sources.servers.picking import Pick, is_needed, picked
from callstats.sources.servers.ranges import Moment, first_from, moment_of, span
from callstats.sources.servers.sessions import Session, together
from callstats.sources.typed_cells import of_arrow

#: When a stretch ends, and how long after that the rows of its calls may come.
QUIET, MARGIN = time(4), timedelta(hours=2)
_DAY = timedelta(days=1)
#: Logs of events, of which the later ones say what the earlier ones were: they are read in one piece.
_IN_ONE_PIECE = ("queue_events",)

Chosen = list[tuple[Raw, list[Layout]]]


class WholeDays(Protocol):
    """Whole days from ``start`` until the day before ``end``."""

    @property
    def start(self) -> date: ...  # noqa: D102
    @property
    def end(self) -> date: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Fetched:
    """How far a database has been read.

    Attributes
    ----------
    last : date, optional
        The last day that has been read; None before the first one and where there are no days.
    done, total : int
        Stretches.
    rows : int
    """

    last: date | None
    done: int
    total: int
    rows: int


def stretches(
    address: str | Address,
    source: Source,
    period: WholeDays | None,
    zone: str,
    *,
    progress: Callable[[Fetched], None] | None = None,
) -> Iterator[Chosen]:
    """Yield the tables of a database piece by piece, as the reader takes them.

    A table that only explains the others (statuses) comes with every stretch, as one and the
    same ``Raw``; a table without times comes once, with the first. Contacts come with the
    stretches whose calls name them, and at the end those others that are on a list that was
    dialled, or were loaded in the period. Where a table has a key of one number, it is the
    ``rows`` of its ``Raw``.

    Parameters
    ----------
    address : str or Address
    source : Source
    period : Period, optional
        Whole days on the site's clock; if omitted, everything is read.
    zone : str
        IANA zone of the site's clock.
    progress : callable, optional
        Called after each stretch.

    Raises
    ------
    InputError
        The database cannot be read, holds no table of the source, or has no row of the period.
    UsageError
        The address is none.
    """
    where = address if isinstance(address, Address) else parse_address(address)
    session = opened(where)
    try:
        session.check_stored(lambda name: is_needed(name, source, where))
        relations = session.relations()
        picks = picked(relations, source, where)
        _tell_others(picks, len(relations), where)
        yield from _Reading(session, picks, period, zone, progress).stretches()
    finally:
        session.close()


def _tell_others(picks: list[Pick], there: int, address: Address) -> None:
    others = there - len(picks)
    if others and not address.tables:
        picks[0].notes.append(notes.write(notes.OTHER_TABLES, file=str(address), count=others))


@dataclass(slots=True)
class _Reading:
    """What is being read, and how far."""

    session: Session
    picks: list[Pick]
    period: WholeDays | None
    zone: str
    progress: Callable[[Fetched], None] | None = None
    timed: list[tuple[Pick, Moment]] = field(default_factory=list)
    contacts: NamedContacts | None = None
    rows: int = 0
    numbered: dict[str, int] = field(default_factory=dict)
    given: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))

    def stretches(self) -> Iterator[Chosen]:
        """Yield every stretch."""
        self.contacts = NamedContacts.of(self.session, self.picks)
        untimed = self._sort_out()
        cuts = self._cuts()
        once = [self._raw(pick, self._whole(pick)) for pick in untimed if not _explains(pick)]
        every = [self._raw(pick, self._whole(pick)) for pick in untimed if _explains(pick)]
        for place, tables in self._by_stretch(cuts):
            shown = (one for one in tables if one[1].num_rows or self._is_shown(one[0], place))
            stretch = [self._raw(pick, table) for pick, table in shown]
            if self.contacts is not None:
                named = self.contacts.of_calls([table for _, table in tables], [pick for pick, _ in tables])
                stretch += [self._raw(self.contacts.pick, named)] if named.num_rows or not place else []
            self._report(place + 1, len(cuts) - 1, cuts[place + 1])
            yield [*stretch, *every, *once]
            once = []
        if self.timed and not self.rows:
            raise self._no_row()
        if self.contacts is not None:
            since, until = (cut for cut in (cuts[0], cuts[-1]))
            for table in self.contacts.others(since, until, self.zone, everything=self.period is None):
                yield [self._raw(self.contacts.pick, table)]

    def _sort_out(self) -> list[Pick]:
        """Find the time column of every table; return the tables that have none, or none of use."""
        untimed = []
        for pick in self.picks:
            if self.contacts is not None and pick is self.contacts.pick:
                continue
            moment = moment_of(pick, self.session) if pick.layouts else None
            if isinstance(moment, Moment):
                self.timed.append((pick, moment))
                continue
            if moment is not None and self.period is not None:
                pick.notes.append(notes.write(notes.READ_WHOLE, file=pick.file, reason=moment))
            untimed.append(pick)
        if self.contacts is not None and any("calls" in pick.tables for pick in untimed):
            untimed.append(self.contacts.pick)  # no stretch has the calls that would name them
            self.contacts = None
        return untimed

    def _cuts(self) -> list[datetime | None]:
        """Return where stretches begin and end."""
        if self.period is not None:
            low, high = (datetime.combine(day, time()) for day in (self.period.start, self.period.end))
            ends: tuple[datetime | None, datetime | None] = (low, high)
        else:
            found = span(self.timed, self.zone, self.session) if self.timed else None
            if found is None:
                return [None, None]
            low, high = found
            ends = (None, None)
        if any(pick.tables & set(_IN_ONE_PIECE) for pick, _ in self.timed):
            return list(ends)
        days = range(1, max(1, (high - datetime.combine(low.date(), time())).days + (self.period is None)))
        return [ends[0], *(datetime.combine(low.date() + n * _DAY, QUIET) for n in days), ends[1]]

    def _by_stretch(self, cuts: list[datetime | None]) -> Iterator[tuple[int, list[tuple[Pick, pa.Table]]]]:
        """Yield the number of each stretch with the rows of the tables that have a time."""
        head = self._begin(cuts[0])
        place = 0
        while place < len(cuts) - 1:
            low, high = cuts[place], cuts[place + 1]
            body = self._window(None if low is None else low + MARGIN, high)
            tail = self._window(high, high + MARGIN) if high is not None else {}
            tables, names = self._together(head, body, tail)
            found = sum(table.num_rows for _, table in tables)
            self.rows += found
            if found or not place:
                yield place, tables
            self.given, head, place = names, tail, place + 1
            if not found and self.period is None and high is not None:
                place, head = self._next(cuts, place, head)

    def _begin(self, low: datetime | None) -> dict[str, pa.Table]:
        """Read the beginning, and the names of calls that began before it."""
        if low is None:
            return {}
        before = [
            names_in(self._rows(pick, moment, pick.naming, low - MARGIN, low), pick.naming)
            for pick, moment in self.timed
            if pick.naming
        ]
        self.given = all_names(before)
        return self._window(low, low + MARGIN)

    def _next(
        self, cuts: list[datetime | None], place: int, head: dict[str, pa.Table]
    ) -> tuple[int, dict[str, pa.Table]]:
        """Pass over days without a row."""
        low = cuts[place]
        later = None if low is None else first_from(low, self.timed, self.zone, self.session)
        if later is None:
            return len(cuts) if low is not None and not _any_rows(head) else place, head
        further = max(n for n, cut in enumerate(cuts[:-1]) if cut is not None and cut <= later)
        if further <= place:
            return place, head
        return further, self._begin(cuts[further])

    def _window(self, low: datetime | None, high: datetime | None) -> dict[str, pa.Table]:
        return {pick.file: self._rows(pick, moment, pick.columns, low, high) for pick, moment in self.timed}

    def _rows(
        self, pick: Pick, moment: Moment, columns: Iterable[str], low: datetime | None, high: datetime | None
    ) -> pa.Table:
        where = moment.conditions(low, high, self.zone, self.session)
        return self.session.table(self.session.select(pick.relation, columns, where))

    def _together(
        self, head: dict[str, pa.Table], body: dict[str, pa.Table], tail: dict[str, pa.Table]
    ) -> tuple[list[tuple[Pick, pa.Table]], pa.Array]:
        """Return the rows of a stretch, and the names of its calls."""
        own: dict[str, pa.Table] = {}
        for pick, _ in self.timed:
            pieces = [body[pick.file]]
            if pick.file in head:
                pieces.insert(0, rows_of(head[pick.file], pick.naming, self.given, others=True))
            own[pick.file] = together(pieces)
        names = all_names(names_in(own[pick.file], pick.naming) for pick, _ in self.timed if pick.naming)
        tables = []
        for pick, _ in self.timed:
            table = own[pick.file]
            if pick.file in tail and pick.naming:
                ends = rows_of(tail[pick.file], pick.naming, names)
                table = together([table, ends]) if ends.num_rows else table
            tables.append((pick, table))
        return without_copies(tables), names

    def _whole(self, pick: Pick) -> pa.Table:
        return self.session.table(self.session.select(pick.relation, pick.columns))

    def _raw(self, pick: Pick, table: pa.Table) -> tuple[Raw, list[Layout]]:
        """Make a raw table: its rows bear the numbers of their key, or are counted through all stretches."""
        key = pick.row_key
        keyed = key is not None and pa.types.is_integer(table.schema.field(key).type)
        if keyed:
            table = table.sort_by(key)
            rows = table.column(key).to_pylist()
        else:
            first = self.numbered.get(pick.file, 0) + 1
            self.numbered[pick.file] = first + table.num_rows - 1
            rows = list(range(first, first + table.num_rows))
        cells = {
            name: of_arrow(readable(table.column(name), name, self._moment(pick)))
            for name in pick.columns
            if name not in pick.hidden
        }
        raw = Raw(pick.file, "", cells, rows, header_row=-1, digest=digest_of(table), keyed=keyed)
        raw.notes += pick.notes
        pick.notes.clear()
        return raw, pick.layouts

    def _moment(self, pick: Pick) -> Moment | None:
        return next((moment for one, moment in self.timed if one is pick), None)

    @staticmethod
    def _is_shown(pick: Pick, place: int) -> bool:
        """Tell whether a table is there though none of its rows is: once, and not if it is an archive."""
        return not place and not pick.is_archive

    def _report(self, done: int, total: int, until: datetime | None) -> None:
        if self.progress is not None:
            self.progress(Fetched(None if until is None else (until - _DAY).date(), done, total, self.rows))

    def _no_row(self) -> InputError:
        found = span(self.timed, self.zone, self.session)
        hint = (
            "The tables are empty." if found is None else f"Its rows are of {found[0]:%F} to {found[1]:%F}."
        )
        when = "" if self.period is None else f" from {self.period.start} to {self.period.end - _DAY}"
        return InputError(f"no row{when}", file=str(self.session.address), hint=hint)


def _explains(pick: Pick) -> bool:
    """Tell whether a table only explains others: statuses, or what is joined by key."""
    return not any(table in TABLES for table in pick.tables)


def _any_rows(tables: dict[str, pa.Table]) -> bool:
    return any(table.num_rows for table in tables.values())
