"""Rows that come in joined with those that are there: in DuckDB, over views, never whole in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from callstats.dataset.deriving import (
    FOLLOWING,
    Derivation,
    calls_in_order,
    complete,
    numbers,
    stated,
    tell_apart,
)
from callstats.dataset.engine_connection import quoted
from callstats.dataset.identities import Spellings, respelt, written_otherwise
from callstats.dataset.store_files import FILE, MONTH, MONTH_NUMBER, ROW, UNDATED, in_order, month_name
from callstats.dataset.store_rows import MONTH_OF
from callstats.model import TABLES
from callstats.sources.engine_paths import parquet_rows

if TYPE_CHECKING:
    import duckdb

#: What names a row when it is exported again: rows that come in replace those of the same names.
KEYS: dict[str, tuple[str, ...]] = {
    "calls": ("call_id",),
    "contacts": ("contact_id", "list_id"),
    "agent_time": ("agent_id", "campaign_id", "start", "state"),
    "costs": ("campaign_id", "list_id", "period", "kind"),
    "evaluations": ("call_id", "evaluator", "criterion"),
    "surveys": ("call_id", "kind"),
    "callbacks": ("contact_id", "asked_at", "due_at"),
    "cases": ("case_id",),
}
#: Columns that are written though nothing is known of them: people ask by them.
ASKED_BY = (
    "call_id",
    "contact_id",
    "list_id",
    "campaign_id",
    "agent_id",
    "direction",
    "started_at",
    "start",
)


@dataclass(frozen=True)
class Fate:
    """What became of the rows of one table that came in: new, in place of others, or there already."""

    new: int = 0
    changed: int = 0
    same: int = 0


class Merge:
    """The tables of a data set with those that come in.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    there, incoming : mapping of str to list of Path
        The Parquet files of each table.
    followed : tuple of bool
        Whether the files that are there, and those that come in, say what was stated of derived columns.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        there: Mapping[str, list[Path]],
        incoming: Mapping[str, list[Path]],
        followed: tuple[bool, bool],
    ) -> None:
        self.connection = connection
        self.there = self._views("there", there, followed[0])
        self.incoming = self._views("incoming", incoming, followed[1])
        if "calls" in self.incoming:
            self.incoming["calls"] = self._once(self.incoming["calls"])
        several = Spellings.over(connection, (*self.there.items(), *self.incoming.items()))
        if several:  # rows are the same whatever the spelling of their names
            ways = several.table(connection, "ways")
            self.there = respelt(connection, self.there, ways, "there_alike")
            self.incoming = respelt(connection, self.incoming, ways, "incoming_alike")
        self.types: dict[str, dict[str, str]] = {}
        self.merged: dict[str, str] = {}
        for name in TABLES:
            if name in self.there or name in self.incoming:
                self.types[name] = self._types(name)
                self.merged[name] = self._merged(name)
        self.names = several and Spellings.over(connection, self.merged.items(), known=several)
        self.derivation = self._derivation()

    def _derivation(self) -> Derivation:
        """Write each name as most rows of both sides do."""
        if not self.names:
            return Derivation(self.connection, self.merged)
        spellings = self.names.table(self.connection, "spellings")
        views = respelt(self.connection, self.merged, spellings, "respelt")
        return Derivation(self.connection, views, spellings)

    def _views(self, side: str, files: Mapping[str, list[Path]], followed: bool) -> dict[str, str]:
        given = {}
        for name, paths in files.items():
            given[name] = f"{side}_given_{name}"
            rows = parquet_rows(paths)
            kept = [quoted(c) for c in self.connection.sql(f"FROM {rows}").columns if c not in (FILE, ROW)]
            self.connection.execute(f"CREATE TEMP VIEW {given[name]} AS SELECT {', '.join(kept)} FROM {rows}")
        if followed:
            return {
                name: stated(self.connection, name, view, f"{side}_{name}", followed=True)
                for name, view in given.items()
            }
        return tell_apart(self.connection, given, side)

    def _types(self, name: str) -> dict[str, str]:
        """Return the columns of both sides and the types that hold the values of both."""
        sides = [view[name] for view in (self.there, self.incoming) if name in view]
        union = " UNION ALL BY NAME ".join(f"(SELECT * FROM {side} LIMIT 0)" for side in sides)
        found = self.connection.sql(union)
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        known = [column for column in TABLES[name].names if column in types]
        return {column: types[column] for column in [*known, *sorted(types.keys() - set(known))]}

    def aligned(self, name: str, view: str) -> str:
        """Return the statement for a side's rows with the columns and types of both."""
        have = set(self.connection.table(view).columns)
        listed = [
            f"CAST({quoted(column) if column in have else 'NULL'} AS {kind}) AS {quoted(column)}"
            for column, kind in self.types[name].items()
        ]
        return f"SELECT {', '.join(listed)} FROM {view}"

    def _merged(self, name: str) -> str:
        view = f"merged_{name}"
        if name == "contacts":
            sql = self._one_row_a_contact()
        elif name not in self.incoming:
            sql = self.aligned(name, self.there[name])
        else:
            come = self.aligned(name, self.incoming[name])
            sql = come
            if name in self.there:
                old = self.aligned(name, self.there[name])
                kept = f"SELECT * FROM ({old}) AS o ANTI JOIN ({come}) AS n ON {self._same(name)}"
                sql = f"{kept} UNION ALL {come}"
        self.connection.execute(f"CREATE TEMP VIEW {view} AS {sql}")
        return view

    def _same(self, name: str) -> str:
        keys = [quoted(key) for key in KEYS[name] if key in self.types[name]]
        if name == "calls":  # every call has a name: a plain join is the fastest
            return "o.call_id = n.call_id"
        return " AND ".join(f"o.{key} IS NOT DISTINCT FROM n.{key}" for key in keys)

    def _once(self, calls: str) -> str:
        """Return the calls that came in; of frames that list a call twice, the last row."""
        if not self._count(f"SELECT count(call_id) - count(DISTINCT hash(call_id)) FROM {calls}"):
            return calls  # numbers are told apart in a third of the memory that names need
        self.connection.execute(
            "CREATE TEMP TABLE once_calls AS SELECT * EXCLUDE (place) FROM "
            f"(SELECT *, row_number() OVER () AS place FROM {calls}) "
            "QUALIFY row_number() OVER (PARTITION BY call_id ORDER BY place DESC) = 1"
        )
        return "once_calls"

    def _one_row_a_contact(self) -> str:
        """A contact keeps its first load on a list; of anything else the last that was known counts."""
        sides = [
            f"SELECT *, {rank} AS side, row_number() OVER () AS place FROM ({self.aligned('contacts', view)})"
            for rank, views in enumerate((self.there, self.incoming))
            if (view := views.get("contacts"))
        ]
        keys = [key for key in KEYS["contacts"] if key in self.types["contacts"]]
        listed = [
            quoted(column) if column in keys
            else f"min({quoted(column)}) AS {quoted(column)}" if column == "loaded_at"
            else f"arg_max({quoted(column)}, (side, place)) AS {quoted(column)}"
            for column in self.types["contacts"]
        ]  # fmt: skip
        by = ", ".join(map(quoted, keys))
        return f"SELECT {', '.join(listed)} FROM ({' UNION ALL '.join(sides)}) GROUP BY {by}"

    def _count(self, sql: str) -> int:
        return int(self.connection.execute(sql).fetchall()[0][0])

    def fate(self, name: str) -> Fate:
        """Count what became of the rows that came in."""
        come = self.aligned(name, self.incoming[name])
        merged = self.merged[name]
        if name not in self.there:
            return Fate(self._count(f"SELECT count(*) FROM {merged}"))
        same = self._same(name)
        touched = f"SELECT * FROM {merged} AS o SEMI JOIN ({come}) AS n ON {same}"
        rows = self._count(f"SELECT count(*) FROM ({touched})")
        old = self.aligned(name, self.there[name])
        new = self._count(f"SELECT count(*) FROM ({touched}) AS o ANTI JOIN ({old}) AS n ON {same}")
        before = f"SELECT * FROM ({old}) AS o SEMI JOIN ({come}) AS n ON {same}"
        other = self._count(f"SELECT count(*) FROM (({touched}) EXCEPT ALL ({before}))")
        fewer = self._count(f"SELECT count(*) FROM (({before}) EXCEPT ALL ({touched}))")
        changed = max(other - new, fewer)
        return Fate(new, changed, max(rows - new - changed, 0))

    # What is to be written

    def number_calls(self) -> None:
        """Number the calls of both sides anew.

        Apart from their other columns, which would all be sorted by contact with them.
        """
        beside = f"call_id, {self._number()} AS {MONTH_OF}"
        self.connection.execute(f"CREATE TEMP TABLE numbered AS {numbers(self.derivation, beside)}")

    @cached_property
    def _filled(self) -> dict[str, set[str]]:
        """Which columns of the calls have a known value, by month."""
        view = self.derivation.views["calls"]
        filled: dict[str, set[str]] = {}
        for rows, number, columns in (
            (view, self._number(), self.connection.table(view).columns),
            ("numbered", MONTH_OF, FOLLOWING["calls"]),
        ):
            counts = ", ".join(f"count({quoted(c)})" for c in columns)
            for month, *counted in self.connection.execute(
                f"SELECT {number}, {counts} FROM {rows} GROUP BY 1"
            ).fetchall():
                known = {c for c, n in zip(columns, counted, strict=True) if n}
                filled.setdefault(month_name(month), set()).update(known)
        return filled

    def months(self) -> list[str]:
        """Return the months that there are calls in."""
        return sorted(self._filled)

    def months_touched(self) -> list[str]:
        """Return the months in which a call is new, gone, or has other derived columns than before."""
        if "calls" not in self.there:
            return self.months()
        touched = [self._months_that_differ(), *self._months_respelt()]
        if "calls" in self.incoming:
            come = self.aligned("calls", self.incoming["calls"])
            old = self.aligned("calls", self.there["calls"])
            touched.append(f"SELECT {self._month()} FROM ({come})")
            touched.append(
                f"SELECT {self._month()} FROM ({old}) AS o SEMI JOIN ({come}) AS n ON {self._same('calls')}"
            )
        return self._texts(" UNION ".join(touched))

    def _months_that_differ(self) -> str:
        """Return the statement for the months in which what followed before does not follow now."""
        given = "there_given_calls"
        have = self.connection.table(given).columns
        differs = " OR ".join(
            f"{'o.' + column if column in have else 'NULL'} IS DISTINCT FROM n.{column}"
            for column in FOLLOWING["calls"]
        )
        month = self._month() if "local_started_at" in have else f"'{UNDATED}'"
        return f"SELECT {month} FROM {given} AS o JOIN numbered AS n USING (call_id) WHERE {differs}"

    def _months_respelt(self) -> list[str]:
        """Return the statement for the months in which a name is written in another way than before."""
        otherwise = self._otherwise("calls")
        have = self.connection.table("there_given_calls").columns
        month = self._month() if "local_started_at" in have else f"'{UNDATED}'"
        return [f"SELECT {month} FROM there_given_calls WHERE {otherwise}"] if otherwise else []

    def _otherwise(self, name: str) -> str | None:
        """Return the condition for rows that are there and bear another name than is kept now."""
        if self.derivation.spellings is None or name not in self.there:
            return None
        columns = self.connection.table(f"there_given_{name}").columns
        return written_otherwise(name, columns, self.derivation.spellings)

    def respelt(self, name: str) -> bool:
        """Tell whether a name in a table that is there is written in another way than before."""
        otherwise = self._otherwise(name)
        given = f"there_given_{name}"
        return otherwise is not None and bool(self._count(f"SELECT count(*) FROM {given} WHERE {otherwise}"))

    def _month(self) -> str:
        return MONTH if "local_started_at" in self.types["calls"] else f"'{UNDATED}'"

    def _number(self) -> str:
        return MONTH_NUMBER if "local_started_at" in self.types["calls"] else "CAST(NULL AS BIGINT)"

    def _texts(self, sql: str) -> list[str]:
        return sorted(str(row[0]) for row in self.connection.execute(sql).fetchall())

    def calls(self, months: Iterable[str]) -> str:
        """Return the statement for the calls of some months, complete, in the order of their months."""
        listed = ", ".join(f"'{month}'" for month in months)
        some = "" if {*months} == {*self.months()} else f"WHERE {self._month()} IN ({listed or 'NULL'})"
        chosen = f"SELECT {self._number()} AS {MONTH_OF}, * FROM {self.derivation.views['calls']} {some}"
        derived = ", ".join(f"n.{c}" for c in FOLLOWING["calls"])
        return (
            f"SELECT c.*, {derived} FROM ({chosen}) AS c LEFT JOIN numbered AS n USING (call_id) "
            f"ORDER BY c.{MONTH_OF} NULLS LAST, {calls_in_order(self.derivation)}"
        )

    def no_calls(self) -> str:
        """Return the statement for a table of calls that has none."""
        asked = [quoted(column) for column in ASKED_BY if column in self.types["calls"]]
        return f"SELECT {', '.join(asked)} FROM ({self.calls([])}) LIMIT 0"

    def columns_of_calls(self) -> dict[str, list[str]]:
        """Return the columns that each month is written with, in their order."""
        asked = [column for column in ASKED_BY if column in self.types["calls"]]
        return {month: in_order("calls", {*filled, *asked}) for month, filled in self._filled.items()}

    def would_have(self, have: Mapping[str, str]) -> bool:
        """Tell whether a month whose rows are as they were would be written with the columns it has."""
        asked = {column for column in ASKED_BY if column in self.types["calls"]}
        return asked <= have.keys() and all(
            self.types["calls"].get(column, kind) == kind for column, kind in have.items()
        )

    def table(self, name: str) -> str:
        """Return the statement for another table, complete and in an order that only its rows decide."""
        keys = [quoted(key) for key in KEYS[name] if key in self.types[name]]
        clock = TABLES[name].clock
        first = [quoted(clock)] if clock in self.types[name] and clock is not None else []
        order = ", ".join(f"{key} NULLS LAST" for key in [*first, *keys])
        return self._known(name, complete(self.derivation, name), order)

    def _known(self, name: str, sql: str, order: str) -> str:
        """Leave out the columns of which nothing is known here, and put the others in order."""
        columns = self.connection.sql(sql).columns
        counted = self.connection.execute(
            f"SELECT {', '.join(f'count({quoted(c)})' for c in columns)} FROM ({sql})"
        ).fetchall()[0]
        filled = {c for c, known in zip(columns, counted, strict=True) if known}
        kept = [c for c in columns if c in filled or (c in ASKED_BY and c in self.types[name])]
        listed = ", ".join(map(quoted, in_order(name, kept)))
        rest = ", ".join(f"{quoted(c)} NULLS LAST" for c in in_order(name, kept))
        return f"SELECT {listed} FROM ({sql}) ORDER BY {order}, {rest}"
