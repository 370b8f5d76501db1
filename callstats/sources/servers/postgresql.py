"""PostgreSQL, by ADBC: rows come in the server's binary form and are Arrow's from the start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import pyarrow as pa

from callstats.errors import CallstatsError, InputError, UsageError
from callstats.sources.servers import credentials
from callstats.sources.servers.addresses import Address
from callstats.sources.servers.sessions import Kept, Relation, Session, together

_BEFORE = (
    "SET default_transaction_read_only = on",
    "SET standard_conforming_strings = on",  # a backslash in a text of the data is a letter, and no escape
    "SET idle_in_transaction_session_timeout = 0",  # a stretch may take long to be understood
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
)
_RELATIONS = """
SELECT c.relname::text, a.attname::text, t.typname::text,
       coalesce(a.attnum = ANY (i.indkey::int2[]), false) AS in_key
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND pg_table_is_visible(c.oid)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY c.relname, a.attnum
"""
_NUMBERS = ("int2", "int4", "int8", "float4", "float8", "numeric")
_TEXTS = ("text", "varchar", "bpchar", "name")
_KEPT: dict[str, Kept] = {
    "timestamp": "local", "timestamptz": "utc", "date": "date",
    **dict.fromkeys(_NUMBERS, "number"), **dict.fromkeys(_TEXTS, "text"),
}  # fmt: skip
#: Types that travel as they are; the others are asked for as texts.
_PLAIN = {*_NUMBERS, *_TEXTS, "timestamp", "timestamptz", "date", "time", "bool"} - {"numeric"}
_NOT_THERE = (
    r"connection refused|no such file|could not (?:connect|translate)|time(?:d )?out|unreachable|no route"
)
_LOST = (
    r"server closed the connection|terminating connection|connection (?:reset|not open)"
    r"|could not receive data|no connection to the server"
)
_HINTS = (
    (r"password authentication failed|no password supplied", "Is the password right? It is taken from "
     "CALLSTATS_DB_PASSWORD, PGPASSWORD or ~/.pgpass, which nobody else may read (chmod 600 ~/.pgpass), or "
     "asked for at a terminal."),
    (r'role ".*" does not exist', "Is the name of the user right?"),
    (r'database ".*" does not exist', "Is the name of the database right?"),
    (r"permission denied", "Grant it: GRANT SELECT ON the tables TO this user."),
    (_NOT_THERE, "Is the server running, and is its port open to this machine?"),
)  # fmt: skip


class PostgreSQL(Session):
    """A connection to PostgreSQL, in one transaction that reads and sees one state of every table."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._connection: Any = self._connect(credentials.password_of(address))
        self._cursor: Any = self._connection.cursor()
        try:
            for statement in _BEFORE:
                self._cursor.execute(statement)
        except adbc_driver_manager.Error as error:
            raise self._told(error) from None

    def _connect(self, password: str | None) -> Any:
        try:
            return adbc_driver_postgresql.dbapi.connect(_uri(self.address, password), autocommit=True)
        except adbc_driver_manager.Error as error:
            wanted = re.search(r"no password supplied|password authentication failed", str(error))
            if wanted and not password and credentials.may_ask():
                return self._connect(credentials.ask(self.address, self.address.user) or " ")
            raise self._told(error) from None

    def _told(self, error: Exception) -> CallstatsError:
        """Return an error in the analyst's terms; PostgreSQL's words name no password."""
        lines = [re.sub(r"^.*?\[libpq\]\s*(Failed to \w+( query '.*?')?:)?\s*", "", str(error), flags=re.S)]
        said = lines[0].strip().splitlines()[0].removeprefix("ERROR:").strip() if lines[0].strip() else "?"
        if "invalid URI query parameter" in said:
            return UsageError(said, hint="PostgreSQL's own options are taken, such as sslmode=verify-full.")
        if re.search(_LOST, said):
            return InputError(
                f"the connection was lost half way: {said}", file=str(self.address),
                hint="Nothing was written. Run it again; a shorter --period asks for less at once.",
            )  # fmt: skip
        hint = next((hint for pattern, hint in _HINTS if re.search(pattern, str(error), re.IGNORECASE)), None)
        found = "no server answers" if re.search(_NOT_THERE, said, re.IGNORECASE) else said
        return InputError(re.sub(r"^.*FATAL:\s*", "", found), file=str(self.address), hint=hint)

    def relations(self) -> list[Relation]:
        """Return the tables and views that the user's search path holds."""
        found: dict[str, Relation] = {}
        for name, column, kind, in_key in self.table(_RELATIONS).to_pandas().itertuples(index=False):
            one = found.setdefault(name, Relation(name, {}))
            one.columns[column] = _KEPT.get(kind, "other")
            one.declared[column] = kind
            if in_key:
                found[name] = Relation(name, one.columns, (*one.key, column), one.declared)
        return list(found.values())

    def column(self, relation: Relation, name: str) -> str:
        """Return how a column is asked for: a numeric as a number, an interval in seconds, others as text."""
        kind, quoted = relation.declared.get(name, "text"), self.quoted(name)
        if kind in _PLAIN:
            return quoted
        if kind == "interval":
            return f"extract(epoch FROM {quoted})::float8 AS {quoted}"
        return f"{quoted}::{'float8' if kind == 'numeric' else 'text'} AS {quoted}"

    def batches(self, query: str) -> Iterator[pa.Table]:
        """Yield the rows of a query as the server sends them."""
        try:
            self._cursor.execute(query)
            reader = self._cursor.fetch_record_batch()
            yield pa.Table.from_batches([], reader.schema)
            for batch in reader:
                yield pa.Table.from_batches([batch])
        except (adbc_driver_manager.Error, OSError) as error:
            raise self._told(error) from None

    def table(self, query: str) -> pa.Table:
        """Return all rows of a query."""
        return together(list(self.batches(query)))

    def close(self) -> None:
        """End the connection."""
        for part in (self._cursor, self._connection):
            with suppress(adbc_driver_manager.Error):  # it may be gone already
                part.close()


def _uri(address: Address, password: str | None) -> str:
    user = quote(address.user, safe="") if address.user else ""
    secret = f":{quote(password, safe='')}" if password else ""
    host = f"[{address.host}]" if ":" in address.host else address.host
    port = f":{address.port}" if address.port else ""
    options = {"connect_timeout": "10", "application_name": "callstats", **address.options}
    name = quote(address.database, safe="")
    who = f"{user}{secret}@" if user or secret else ""
    return f"postgresql://{who}{host}{port}/{name}?{urlencode(options, quote_via=quote)}"
