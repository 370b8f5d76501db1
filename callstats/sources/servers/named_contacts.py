"""The contacts of a database: those that calls name, and the others of the lists that were dialled.

A server may hold the leads of years. Of a period those are read that its calls name, those
that were loaded in it, and all others of the lists that it dialled: a KPI per lead divides by
the whole list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from callstats.sources.servers.arrow_rows import pc
from callstats.sources.servers.picking import Pick, actual
from callstats.sources.servers.ranges import Moment, way_of
from callstats.sources.servers.sessions import Session, together

_AT_ONCE = 2_000  # names in one query
PAGE = 100_000
#: Rows that are kept, so that who is called on many days is asked for once.
_KEPT = 500_000


@dataclass(slots=True)
class NamedContacts:
    """A table of contacts that is read by their names.

    Attributes
    ----------
    session : Session
    pick : Pick
        The table.
    contact, list_id : str
        Its columns of contacts and of lists.
    key : str
        Its key, by which the others are read page by page.
    """

    session: Session
    pick: Pick
    contact: str
    list_id: str
    key: str
    lists: set[Any] = field(default_factory=set)
    read: list[pa.Array] = field(default_factory=list)
    kept: pa.Table | None = None

    @classmethod
    def of(cls, session: Session, picks: Sequence[Pick]) -> NamedContacts | None:
        """Return the contacts that can be read so, None where there are none: the table is read whole."""
        calls = [pick for pick in picks if "calls" in pick.tables]
        tables = [pick for pick in picks if pick.tables == {"contacts"}]
        if len(tables) != 1 or not calls:
            return None
        pick = tables[0]
        contact, list_id, key = pick.column("contact_id"), pick.column("list_id"), pick.row_key
        named = all(one.column("contact_id") and one.column("list_id") for one in calls)
        ordered = key is not None and pick.relation.columns[key] in ("number", "text")
        if not (contact and list_id and ordered and named):
            return None
        return cls(session, pick, contact, list_id, str(key))

    def of_calls(self, tables: Sequence[pa.Table], picks: Sequence[Pick]) -> pa.Table:
        """Return the contacts that calls name."""
        names: set[Any] = set()
        for table, pick in zip(tables, picks, strict=True):
            if "calls" in pick.tables and table.num_rows:
                names |= set(pc.unique(table.column(str(pick.column("contact_id")))).to_pylist())
                self.lists |= set(pc.unique(table.column(str(pick.column("list_id")))).to_pylist())
        kept = self.kept
        if kept is None or kept.num_rows > _KEPT:
            kept = self._page(["1 = 0"])
        there = kept.column(self.contact).cast(pa.string())
        wanted = pa.array([str(name) for name in names if name is not None], pa.string())
        new = pc.filter(wanted, pc.invert(pc.is_in(wanted, pc.unique(there)))).to_pylist()
        column = self.session.quoted(self.contact)
        asked = _parts(self._literals(names, self.contact, set(new)))
        found = together([self._page([f"{column} IN ({', '.join(part)})"]) for part in asked])
        known = kept.filter(pc.is_in(there, wanted))
        if found.num_rows:
            self.read.append(_flat(pc.unique(found.column(self.key)).cast(pa.string())))
            kept, known = together([kept, found]), together([known, found])
        self.kept = kept
        return known

    def others(
        self, since: datetime | None, until: datetime | None, zone: str, *, everything: bool
    ) -> Iterator[pa.Table]:
        """Yield the contacts that no call names: of lists dialled, or loaded in the period; or all others."""
        conditions = [] if everything else [self._of_lists(since, until, zone)]
        known = pa.concat_arrays([pa.array([], pa.string()), *self.read])
        name = self.session.quoted(self.key)
        last = ""
        while True:
            further = [*conditions, f"{name} > {last}"] if last else conditions
            page = self._page(further, f"ORDER BY {name} LIMIT {PAGE}")
            if page.num_rows:
                last = self._literals([page.column(self.key)[-1].as_py()], self.key)[0]
                new = page.filter(pc.invert(pc.is_in(page.column(self.key).cast(pa.string()), known)))
                if new.num_rows:
                    yield new
            if page.num_rows < PAGE:
                return

    def _of_lists(self, since: datetime | None, until: datetime | None, zone: str) -> str:
        ways = ["1 = 0"]
        if lists := self._literals(self.lists, self.list_id):
            ways.append(f"{self.session.quoted(self.list_id)} IN ({', '.join(lists)})")
        loaded = self._loaded()
        if loaded is not None:
            ways.append(" AND ".join(loaded.conditions(since, until, zone, self.session)))
        return " OR ".join(f"({way})" for way in ways if way)

    def _loaded(self) -> Moment | None:
        item = next((one for one in self.pick.layouts[0].fields if one.to == "loaded_at"), None)
        column = next(
            (a for n in (item.columns if item else ()) if (a := actual(self.pick.relation, n))), None
        )
        found = way_of(column, self.pick, self.session) if column else ""
        return Moment(str(column), *found) if isinstance(found, tuple) else None

    def _page(self, where: Sequence[str], rest: str = "") -> pa.Table:
        return self.session.table(self.session.select(self.pick.relation, self.pick.columns, where, rest))

    def _literals(self, values: Any, column: str, among: set[str] | None = None) -> list[str]:
        """Return values as they stand in a query; a number and the same number as a text are one."""
        numbers = self.pick.relation.columns[column] == "number"
        found = {str(value) for value in values if value is not None} - {"", "0"}
        found = found if among is None else found & among
        if numbers:
            return sorted(value for value in found if re.fullmatch(r"-?[0-9]+", value))
        whole = found & {str(value) for value in values if isinstance(value, int)}
        return sorted([*whole, *(self.session.text(value) for value in found - whole)])


def _flat(names: Any) -> pa.Array:
    return names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names


def _parts(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
