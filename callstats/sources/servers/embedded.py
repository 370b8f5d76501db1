"""SQLite and DuckDB: a database that is a file, opened so that nothing can be written to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from callstats.errors import InputError, UsageError, near_names
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
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        self._connection.text_factory = lambda text: text.decode("utf-8", "replace")
        self._connection.isolation_level = None
        self.table("BEGIN")

    def relations(self) -> list[Relation]:
        """Return the tables and views; what a column holds is told by its first value, not by its type."""
        kinds = "type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        names = self.values(f"SELECT name FROM sqlite_master WHERE {kinds} ORDER BY 1")
        return [self._relation(name) for name in names]

    def _relation(self, name: str) -> Relation:
        query = f"SELECT name, pk FROM pragma_table_info({self.text(name)}) ORDER BY cid"
        described = self.table(query).to_pylist()
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
            said = f"a damaged SQLite file: {error}"
            raise InputError(said, file=str(self.address), hint="Copy it again.") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


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
        try:
            self._connection = duckdb.connect(str(_checked(address)), read_only=True)
        except duckdb.Error as error:
            said = str(error).splitlines()[0]
            raise InputError(f"cannot be opened as a DuckDB database: {said}", file=str(address)) from error
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("BEGIN")

    def relations(self) -> list[Relation]:
        """Return the tables and views."""
        found: dict[str, Relation] = {}
        keys: dict[str, tuple[str, ...]] = {}
        for name, columns in self._connection.execute(_KEYS).fetchall():
            keys[name] = tuple(columns)
        for name, column, kind in self._connection.execute(_COLUMNS).fetchall():
            one = found.setdefault(name, Relation(name, {}, keys.get(name, ())))
            one.columns[column] = _KEPT.get(kind.partition("(")[0], "other")
        return list(found.values())

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


_COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'main' AND table_catalog = current_database() ORDER BY table_name, ordinal_position
"""
_KEYS = """
SELECT table_name, constraint_column_names FROM duckdb_constraints()
WHERE constraint_type = 'PRIMARY KEY' AND schema_name = 'main' AND database_name = current_database()
"""
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_KEPT: dict[str, Kept] = {
    "TIMESTAMP": "local", "TIMESTAMP_S": "local", "TIMESTAMP_MS": "local", "TIMESTAMP_NS": "local",
    "TIMESTAMP WITH TIME ZONE": "utc", "DATE": "date", "VARCHAR": "text",
    **dict.fromkeys((*_INTEGERS, "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE"), "number"),
}  # fmt: skip
