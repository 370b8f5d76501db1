"""Databases that are files, opened as data: their stored rows are read, nothing in them is carried out.

A file from elsewhere may hold more than rows. A view of DuckDB can read any file of this computer
or an address on the net, a macro can take the name of a function, a computed column is a formula.
So rows are read from stored tables alone, and what reads them can open no other file, load no
extension and not be told otherwise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from callstats.bounds import LINE
from callstats.errors import InputError
from callstats.sources.engine_paths import engine_path, engine_text
from callstats.sources.scratch import spill_folder

if TYPE_CHECKING:
    import duckdb

#: The name that a file's tables are reached under.
BASE = "data"

_GUARD = (
    "SET allow_persistent_secrets = false",
    "SET python_enable_replacements = false",  # a name is never that of a variable
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
#: Nothing is fetched from the net because a file or a query would need it.
NO_EXTENSIONS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a database file holds.

    Attributes
    ----------
    tables : tuple of str
        Those whose rows are stored.
    computed : dict of str to str
        What is not read, and what it is: a view, a table with computed columns.
    """

    tables: tuple[str, ...]
    computed: dict[str, str]


def refusal(name: str, what: str, file: object, kind: str) -> InputError:
    """Return the error for a table that is needed and whose rows are not stored.

    Examples
    --------
    >>> print(refusal("calls", "a view", "site.duckdb", "duckdb").args[0].splitlines()[0])
    site.duckdb: calls is a view, and only stored rows are read: a view may read any file or address.
    """
    asked, file_of = quoted_name(name), engine_text(f"{name}.parquet")
    if kind == "duckdb":
        way = f"write its rows to Parquet and import that: COPY (SELECT * FROM {asked}) TO {file_of}."
    else:
        way = f"store them in a table, and drop the other: CREATE TABLE stored AS SELECT * FROM {asked}."
    hint = f"If you know where its rows come from, {way}"
    why = {_VIEW: "a view may read any file or address"}.get(what, "a formula in a file is not carried out")
    return InputError(f"{name} is {what}, and only stored rows are read: {why}", file=file, hint=hint)


_VIEW = "a view"
_COMPUTED = "a table with computed columns"
_VIRTUAL = "a virtual table"


def attach(connection: duckdb.DuckDBPyConnection, path: str | Path) -> Stored:
    """Attach a DuckDB file to a connection, to read, and shut the connection to everything else.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        In memory; its settings cannot be changed afterwards.
    path : str or Path

    Returns
    -------
    Stored
        Of its schema ``main``; a table is reached as ``data.main.NAME``.
    """
    for setting in NO_EXTENSIONS:
        connection.execute(setting)
    connection.execute("SET temp_directory = ?", [spill_folder()])
    connection.execute(f"ATTACH {engine_text(engine_path(path))} AS {BASE} (TYPE duckdb, READ_ONLY)")
    for setting in _GUARD:
        connection.execute(setting)
    own = f"database_name = '{BASE}' AND schema_name = 'main'"
    tables = _names(connection, f"SELECT table_name FROM duckdb_tables() WHERE {own} ORDER BY 1")
    views = _names(
        connection, f"SELECT view_name FROM duckdb_views() WHERE {own} AND NOT internal ORDER BY 1"
    )
    computed = dict.fromkeys(views, _VIEW) | {t: _COMPUTED for t in tables if _computes(connection, t)}
    return Stored(tuple(name for name in tables if name not in computed), computed)


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query).fetchall()]


def _computes(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Tell whether a column is a formula; asked of one table, so that no view is looked into."""
    query = "SELECT 1 FROM duckdb_columns() WHERE database_name = ? AND table_name = ? AND is_generated"
    return bool(connection.execute(query, [BASE, table]).fetchall())


def open_sqlite(path: Path) -> sqlite3.Connection:
    """Open a SQLite file to read: functions in its schema are not trusted, nothing else is attached."""
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    base.text_factory = lambda text: text.decode("utf-8", "replace")
    base.execute("PRAGMA trusted_schema = OFF")
    base.execute("PRAGMA query_only = ON")
    base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LINE)
    base.set_authorizer(_reads)
    return base


_REFUSED = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_CREATE_VTABLE})
_PRAGMAS = frozenset({"table_xinfo", "table_info"})
#: What SQLite says in ``hidden`` of a column that is computed when it is read.
_FORMULA = 2


def _reads(action: int, first: str | None, *_: str | None) -> int:
    """Allow a statement or not; that nothing is written is the way the file is opened."""
    other = action == sqlite3.SQLITE_PRAGMA and first not in _PRAGMAS
    return sqlite3.SQLITE_DENY if other or action in _REFUSED else sqlite3.SQLITE_OK


def stored_in(base: sqlite3.Connection) -> Stored:
    """Return what a SQLite file holds."""
    query = r"SELECT name, type, rootpage FROM sqlite_master WHERE type IN ('table', 'view')"
    tables, computed = [], {}
    for name, kind, page in base.execute(rf"{query} AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name"):
        if kind == "view":
            computed[name] = _VIEW
        elif not page:
            computed[name] = _VIRTUAL
        else:
            tables.append(name)
    for name in tables:
        columns = base.execute(f"PRAGMA table_xinfo({quoted_name(name)})").fetchall()
        if any(column[-1] == _FORMULA for column in columns):
            computed[name] = _COMPUTED
    return Stored(tuple(name for name in tables if name not in computed), computed)


def quoted_name(name: str) -> str:
    """Quote the name of a table or column for a statement.

    Examples
    --------
    >>> print(quoted_name('my "own" calls'))
    "my ""own"" calls"
    """
    return '"' + name.replace('"', '""') + '"'


def check_needed(stored: Stored, needed: Iterable[str], file: object, kind: str) -> None:
    """Refuse a file whose needed tables are not stored.

    Raises
    ------
    InputError
    """
    wanted = {name.casefold() for name in needed}
    for name, what in stored.computed.items():
        if name.casefold() in wanted:
            raise refusal(name, what, file, kind)
