"""SQLite and DuckDB: a database that is a file, opened so that nothing can be written to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from callstats.errors import InputError, UsageError, near_names
from callstats.sources.database_files import BASE, attach, check_needed, open_sqlite, stored_in
from callstats.sources.servers.addresses import Address
from callstats.sources.servers.sessions import BATCH, Kept, Relation, Session


def _checked(address: Address) -> Path:
    path = Path(address.database)
    if address.options:
        raise UsageError(f"{address.scheme}:// takes no options", hint="Leave out what follows the ?.")
    if not path.is_file():
        siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = f"Three strokes for a file in this folder, four from the root: {address.scheme}:////data/calls.db."
        raise InputError("no such file", file=str(address), near=near_names(path.name, siblings), hint=hint)
    return path


class SQLite(Session):
    """A SQLite file, opened to read."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        path = _checked(address)
        try:
            self._connection = open_sqlite(path)
            self._connection.isolation_level = None
            self.table("BEGIN")
            self._stored = stored_in(self._connection)
        except sqlite3.Error as error:
            raise _damaged(error, address) from error

    def relations(self) -> list[Relation]:
        """Return the stored tables; what a column holds is told by its first value, not by its type."""
        return [self._relation(name) for name in self._stored.tables]

    def check_stored(self, needed: Callable[[str], bool]) -> None:
        """Refuse a file that has a view where a table is needed."""
        check_needed(self._stored, filter(needed, self._stored.computed), self.address, "sqlite")

    def _relation(self, name: str) -> Relation:
        described = self.table(f"PRAGMA table_info({self.quoted(name)})").to_pylist()
        kept: dict[str, Kept] = {item["name"]: "text" for item in described}
        return Relation(name, kept, tuple(item["name"] for item in described if item["pk"]))

    def batches(self, query: str) -> Iterator[pa.Table]:
        """Yield the rows of a query."""
        try:
            cursor = self._connection.execute(query)
            titles = [item[0] for item in cursor.description or ()]
            first = True
            while (records := cursor.fetchmany(BATCH)) or first:
                columns = list(zip(*records, strict=True)) or [()] * len(titles)
                yield pa.table([_array(c) for c in columns], names=titles)
                first = False
        except sqlite3.Error as error:
            raise _damaged(error, self.address) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _damaged(error: sqlite3.Error, address: Address) -> InputError:
    return InputError(f"a damaged SQLite file: {error}", file=str(address), hint="Copy it again.")


def _array(values: Sequence[Any]) -> pa.Array:
    """Return a column of cells that each have a type of their own; where they differ, as texts."""
    plain = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values]
    try:
        return pa.array(plain)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([v if v is None or isinstance(v, str) else _written(v) for v in plain], pa.string())


def _written(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class DuckDB(Session):
    """A DuckDB file, opened to read."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        import duckdb

        self._error = duckdb.Error
        path = _checked(address)
        try:
            self._connection = duckdb.connect()
            self._connection.execute("SET TimeZone = 'UTC'")
            self._stored = attach(self._connection, path)
            for name in self._stored.tables:  # reached by name alone, without the file's own macros
                table = self.quoted(name)
                self._connection.execute(f"CREATE TEMP VIEW {table} AS FROM {BASE}.main.{table}")
        except duckdb.Error as error:
            said = str(error).splitlines()[0]
            raise InputError(f"cannot be opened as a DuckDB database: {said}", file=str(address)) from error
        self._connection.execute("BEGIN")

    def relations(self) -> list[Relation]:
        """Return the stored tables."""
        found: dict[str, Relation] = {}
        keys: dict[str, tuple[str, ...]] = {}
        for name, columns in self._connection.execute(_KEYS).fetchall():
            keys[name] = tuple(columns)
        for name in self._stored.tables:
            table = self._connection.table(f"{BASE}.main.{self.quoted(name)}")
            kinds = zip(table.columns, map(str, table.types), strict=True)
            kept: dict[str, Kept] = {
                column: _KEPT.get(kind.partition("(")[0], "other") for column, kind in kinds
            }
            found[name] = Relation(name, kept, keys.get(name, ()))
        return list(found.values())

    def check_stored(self, needed: Callable[[str], bool]) -> None:
        """Refuse a file that has a view where a table is needed."""
        check_needed(self._stored, filter(needed, self._stored.computed), self.address, "duckdb")

    def batches(self, query: str) -> Iterator[pa.Table]:
        """Yield the rows of a query."""
        try:
            reader: Any = self._connection.sql(query).to_arrow_reader(BATCH)
            yield pa.Table.from_batches([], reader.schema)
            for batch in reader:
                yield pa.Table.from_batches([batch])
        except self._error as error:
            said = str(error).splitlines()[0]
            raise InputError(f"DuckDB says: {said}", file=str(self.address)) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


_KEYS = """
SELECT table_name, constraint_column_names FROM duckdb_constraints()
WHERE constraint_type = 'PRIMARY KEY' AND schema_name = 'main' AND database_name = 'data'
"""
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_KEPT: dict[str, Kept] = {
    "TIMESTAMP": "local", "TIMESTAMP_S": "local", "TIMESTAMP_MS": "local", "TIMESTAMP_NS": "local",
    "TIMESTAMP WITH TIME ZONE": "utc", "DATE": "date", "VARCHAR": "text",
    **dict.fromkeys((*_INTEGERS, "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE"), "number"),
}  # fmt: skip
