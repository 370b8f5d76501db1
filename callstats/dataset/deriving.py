"""Columns that follow from other rows: which attempt a call was, how old its contact, whether a promise held.

So do the names of agents and campaigns, of which one spelling is kept, and the shift that a
stretch of agent time belongs to.

They look back over all the data there are, so they are made when an export is read and
again when it is added to others. What the export itself said of such a column is kept
beside it, under a name that begins with :data:`STATED`: it outranks what would follow,
and only it can be told from what followed from a part of the data.

Written in DuckDB's SQL over views: a month is added to years of calls without holding
them in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from callstats.dataset.engine_connection import quoted
from callstats.dataset.identities import Spellings, respelt
from callstats.dataset.shifts import with_shifts
from callstats.model import STATED, TABLES
from callstats.sources.scratch import spill_folder

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

KEPT_WITHIN = timedelta(hours=1)

#: The columns that follow from other rows, by table.
FOLLOWING: dict[str, tuple[str, ...]] = {
    "calls": ("attempt_no", "live_no", "since_loaded_s"),
    "contacts": ("campaign_id",),
    "callbacks": ("kept", "success"),
    "agent_time": ("shift_start",),
}
#: The tables whose columns follow from the calls: they are made anew whenever calls come in.
FOLLOWING_CALLS = ("contacts", "callbacks")
#: What helps to derive and is no column of the model: when a call's own row says the contact was loaded.
_HELPERS: dict[str, tuple[str, ...]] = {"calls": ("loaded_at",)}
#: Begins the names under which derived columns go while it is found out whether they were stated.
_SEEN = "_seen_"
#: The place that a row has in a table that was read: tables that nothing else orders keep their order.
_PLACE = "_place"
_TYPES = {
    **{"attempt_no": "BIGINT", "live_no": "BIGINT", "since_loaded_s": "DOUBLE", "campaign_id": "VARCHAR"},
    **{"kept": "BOOLEAN", "success": "BOOLEAN"},
}


@dataclass(frozen=True)
class Derivation:
    """The views over which columns are derived, and the columns of each.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
    views : mapping of str to str
        Canonical table -> name of the view with what is stated (see :func:`stated`).
    spellings : str, optional
        The table of the names that are written in several ways, where there are any.
    """

    connection: duckdb.DuckDBPyConnection
    views: Mapping[str, str]
    spellings: str | None = None

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the columns of a table's view, none where there is no such table."""
        if table not in self.views:
            return ()
        return tuple(self.connection.table(self.views[table]).columns)

    def has(self, table: str, *columns: str) -> bool:
        """Tell whether a table is there and has all these columns."""
        return table in self.views and set(columns) <= set(self.columns(table))

    def value(self, table: str, column: str, missing: str = "NULL") -> str:
        """Return a column of a table for a statement, what stands for it where it is missing."""
        return quoted(column) if self.has(table, column) else missing


def derive(tables: Mapping[str, pa.Table], notes: list[str]) -> dict[str, pa.Table]:
    """Add the columns that follow from other rows to accepted tables, and write each name in one way.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        Canonical tables, of the types of the model.
    notes : list of str
        Notes are added on names that are brought together.

    Returns
    -------
    dict of str to pyarrow.Table
        Calls in the order of their start; call-backs in that of their due time.

    Examples
    --------
    >>> import pandas as pd
    >>> import pyarrow as pa
    >>> calls = pd.DataFrame({
    ...     "call_id": ["b", "a"], "contact_id": ["7", "7"], "live": [True, False],
    ...     "started_at": pd.to_datetime(["2026-09-02", "2026-09-01"], utc=True),
    ... })
    >>> derived = derive({"calls": pa.Table.from_pandas(calls)}, [])["calls"]
    >>> derived.select(["call_id", "attempt_no", "live_no"]).to_pydict()
    {'call_id': ['a', 'b'], 'attempt_no': [1, 2], 'live_no': [None, 1]}
    """
    import duckdb
    import pyarrow as pa

    with duckdb.connect() as connection:
        connection.execute("SET temp_directory = ?", [spill_folder()])
        connection.execute("SET TimeZone = 'UTC'")
        views = {}
        for name, table in tables.items():
            place = pa.array(range(len(table)), pa.int64())
            connection.register(f"given_{name}", table.append_column(_PLACE, place))
            views[name] = stated(connection, name, f"given_{name}", f"stated_{name}")
        found = Spellings.over(connection, views.items())
        notes += found.notes()
        spellings = found.table(connection, "spellings") if found else None
        if spellings is not None:
            views = respelt(connection, views, spellings, "respelt")
        derivation = Derivation(connection, views, spellings)
        return {name: _known(derivation, name, table) for name, table in tables.items()}


def stated(
    connection: duckdb.DuckDBPyConnection, table: str, given: str, view: str, *, followed: bool = False
) -> str:
    """Make a view in which what was stated of a derived column bears the name that says so.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    table, given, view : str
        The canonical table, the relation that holds its rows, and the view to make.
    followed : bool
        The relation's derived columns followed from other rows, and what was stated bears its
        name already: they are left out.
    """
    columns = connection.table(given).columns
    following = [c for c in (*FOLLOWING.get(table, ()), *_HELPERS.get(table, ())) if c in columns]
    if followed:
        kept = [quoted(c) for c in columns if c not in following]
    else:
        kept = [f"{quoted(c)} AS {quoted(STATED + c)}" if c in following else quoted(c) for c in columns]
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {', '.join(kept)} FROM {given}")
    return view


def tell_apart(
    connection: duckdb.DuckDBPyConnection, given: Mapping[str, str], prefix: str
) -> dict[str, str]:
    """Make views as :func:`stated` does, of tables that do not say what was stated of derived columns.

    A value that does not follow from these tables themselves was stated.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    given : mapping of str to str
        Canonical table -> relation.
    prefix : str
        Of the names of the views.
    """
    views, found = {}, {}
    for table, relation in given.items():
        columns = connection.table(relation).columns
        found[table] = [c for c in FOLLOWING.get(table, ()) if c in columns]
        kept = [f"{quoted(c)} AS {quoted(_SEEN + c)}" if c in found[table] else quoted(c) for c in columns]
        views[table] = f"{prefix}_seen_{table}"
        sql = f"CREATE TEMP VIEW {views[table]} AS SELECT {', '.join(kept)} FROM {relation}"
        connection.execute(sql)
    derivation = Derivation(connection, views)
    for table, columns in found.items():
        if columns:
            made = complete(derivation, table)
            without = [c for c in FOLLOWING[table] if c in connection.sql(made).columns]
            left_out = ", ".join(map(quoted, [*without, *(_SEEN + c for c in columns)]))
            said = [
                f"CASE WHEN {quoted(_SEEN + c)} IS DISTINCT FROM {quoted(c)} THEN {quoted(_SEEN + c)} END "
                f"AS {quoted(STATED + c)}"
                for c in columns
            ]
            connection.execute(
                f"CREATE TEMP TABLE {prefix}_{table} AS "
                f"SELECT * EXCLUDE ({left_out}), {', '.join(said)} FROM ({made})"
            )
            views[table] = f"{prefix}_{table}"
    return views


def _known(derivation: Derivation, name: str, table: pa.Table) -> pa.Table:
    """Return a table with what follows; a derived column of which nothing is known is left out."""
    if name not in FOLLOWING and name != "cases" and not derivation.views[name].startswith("respelt_"):
        return table
    order = _PLACE
    if name == "calls":
        order = calls_in_order(derivation)
    elif name == "callbacks" and derivation.has("callbacks", "due_at"):
        order = f'"due_at", {_PLACE}'
    found = derivation.connection.sql(
        f"SELECT * EXCLUDE ({_PLACE}) FROM ({complete(derivation, name)}) ORDER BY {order}"
    ).to_arrow_table()
    unknown = [
        column
        for column in found.column_names
        if found[column].null_count == len(found)
        and len(found)
        and (column not in table.column_names or column.startswith(STATED))
    ]
    known = found.drop_columns(unknown)
    first = [c for c in TABLES[name].names if c in known.column_names]
    return known.select([*first, *(c for c in known.column_names if c not in first)])


def complete(derivation: Derivation, name: str) -> str:
    """Return the statement for a whole table with the columns that follow."""
    view = derivation.views[name]
    if name == "calls":
        return numbers(derivation, "c.*")
    if name == "contacts":
        return _contacts(derivation)
    if name == "callbacks":
        return _callbacks(derivation)
    if name == "agent_time":
        return _agent_time(derivation)
    if name == "cases" and derivation.has("cases", "opened_at", "closed_at"):
        length = "date_diff('microsecond', opened_at, closed_at) / 1e6"
        kept = [quoted(c) for c in derivation.columns("cases") if c != "resolution_s"]
        return f"SELECT {', '.join(kept)}, {length} AS resolution_s FROM {view}"
    return f"SELECT * FROM {view}"


def calls_in_order(derivation: Derivation) -> str:
    """Return the order of calls: by start; of one moment as the export counts them, then by their names."""
    first = ("started_at", STATED + "attempt_no")
    there = [f"{quoted(column)} NULLS LAST" for column in first if derivation.has("calls", column)]
    return ", ".join([*there, "length(call_id)", "call_id"])


def _outbound(derivation: Derivation) -> str:
    return "coalesce(direction <> 'inbound', true)" if derivation.has("calls", "direction") else "true"


def numbers(derivation: Derivation, beside: str = "call_id") -> str:
    """Return the statement for what follows of each call: its numbers, and the contact's age.

    Parameters
    ----------
    derivation : Derivation
    beside : str
        What stands before these columns: the call's name, or all of its columns (``c.*``).
    """
    said = {c: derivation.value("calls", STATED + c) for c in FOLLOWING["calls"]}
    view = derivation.views["calls"]
    if not derivation.has("calls", "contact_id", "started_at"):
        listed = ", ".join(f"CAST({value} AS {_TYPES[c]}) AS {c}" for c, value in said.items())
        return f"SELECT {beside}, {listed} FROM {view} AS c"
    dialled = f"contact_id IS NOT NULL AND {_outbound(derivation)}"
    live = f"contact_id IS NOT NULL AND coalesce({derivation.value('calls', 'live', 'false')}, false)"
    # with FILTER DuckDB counts each row's frame from its beginning: the square of one contact's calls
    count = "count(CASE WHEN {} THEN 1 END) OVER look_back END"
    loads, joins = _loads(derivation)
    age = f"date_diff('microsecond', {loads}, started_at) / 1e6"
    return f"""
        SELECT {beside},
            CAST(coalesce({said["attempt_no"]}, CASE WHEN {dialled} THEN {count.format(dialled)})
                AS BIGINT) AS attempt_no,
            CAST(coalesce({said["live_no"]}, CASE WHEN {live} THEN {count.format(live)})
                AS BIGINT) AS live_no,
            CAST(coalesce({said["since_loaded_s"]}, CASE WHEN {age} >= 0 THEN {age} END) AS DOUBLE)
                AS since_loaded_s
        FROM {view} AS c {joins}
        WINDOW look_back AS (PARTITION BY contact_id ORDER BY {calls_in_order(derivation)}
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"""


def _loads(derivation: Derivation) -> tuple[str, str]:
    """Return when a call's contact was loaded, and the joins that need be: with the list, else at all."""
    own = derivation.value("calls", STATED + "loaded_at", "CAST(NULL AS TIMESTAMPTZ)")
    if not derivation.has("contacts", "loaded_at"):
        return own, ""
    contacts = derivation.views["contacts"]
    first = f"SELECT contact_id AS of_contact, min(loaded_at) AS first_load FROM {contacts} GROUP BY ALL"
    loads, joins = f"{own}, first_load", f"LEFT JOIN ({first}) ON of_contact = contact_id"
    if derivation.has("calls", "list_id") and derivation.has("contacts", "list_id"):
        each = (
            "SELECT contact_id AS on_list_contact, list_id AS on_list, min(loaded_at) AS list_load "
            f"FROM {contacts} GROUP BY ALL"
        )
        loads = f"{own}, list_load, first_load"
        joins += f" LEFT JOIN ({each}) ON on_list_contact = contact_id AND on_list = list_id"
    return f"coalesce({loads})", joins


def _contacts(derivation: Derivation) -> str:
    """A contact's campaign is the one its list was mostly dialled for, written as all of them are."""
    own = _dialled_for(derivation)
    if derivation.spellings is None:
        return own
    ways = f"SELECT given, kept FROM {derivation.spellings} WHERE of_column = 'campaign_id'"
    return f"""
        SELECT * EXCLUDE (given, kept) REPLACE (coalesce(kept, campaign_id) AS campaign_id)
        FROM ({own}) LEFT JOIN ({ways}) ON given = campaign_id"""


def _dialled_for(derivation: Derivation) -> str:
    said = derivation.value("contacts", STATED + "campaign_id")
    view = derivation.views["contacts"]
    if not (derivation.has("calls", "list_id", "campaign_id") and derivation.has("contacts", "list_id")):
        return f"SELECT *, CAST({said} AS VARCHAR) AS campaign_id FROM {view}"
    most = f"""
        SELECT list_id AS dialled_list, arg_min(campaign_id, (-n, campaign_id)) AS dialled_for FROM (
            SELECT list_id, campaign_id, count(*) AS n FROM {derivation.views["calls"]}
            WHERE list_id IS NOT NULL AND campaign_id IS NOT NULL AND {_outbound(derivation)} GROUP BY ALL
        ) GROUP BY list_id"""
    return f"""
        SELECT * EXCLUDE (dialled_list, dialled_for), coalesce({said}, dialled_for) AS campaign_id
        FROM {view} LEFT JOIN ({most}) ON dialled_list = list_id"""


def _agent_time(derivation: Derivation) -> str:
    said = derivation.value("agent_time", STATED + "shift_start")
    view = derivation.views["agent_time"]
    if not derivation.has("agent_time", "agent_id", "local_start", "seconds"):
        return f"SELECT *, CAST({said} AS TIMESTAMP) AS shift_start FROM {view}"
    return with_shifts(view, said)


def _callbacks(derivation: Derivation) -> str:
    """A promise is kept if the contact was dialled within an hour of the due time.

    Promises that fall due outside the time of the calls are unknown.
    """
    said = {c: derivation.value("callbacks", STATED + c) for c in FOLLOWING["callbacks"]}
    view = derivation.views["callbacks"]
    if not (derivation.has("callbacks", "due_at") and derivation.has("calls", "contact_id", "started_at")):
        listed = ", ".join(f"CAST({value} AS BOOLEAN) AS {c}" for c, value in said.items())
        return f"SELECT *, {listed} FROM {view}"
    within = f"INTERVAL {int(KEPT_WITHIN.total_seconds())} SECOND"
    success = derivation.value("calls", "success", "CAST(NULL AS BOOLEAN)")
    calls = derivation.views["calls"]
    nearest = "(abs(date_diff('microsecond', due_at, started_at)), started_at, length(call_id), call_id)"
    return f"""
        WITH promised AS (SELECT *, row_number() OVER () AS promise FROM {view}),
        dials AS (
            SELECT contact_id AS dialled, started_at, call_id, {success} AS ended FROM {calls}
            WHERE contact_id IS NOT NULL AND {_outbound(derivation)}),
        met AS (
            SELECT promise AS met_promise, true AS was_met, arg_min_null(ended, {nearest}) AS ended
            FROM promised JOIN dials ON contact_id = dialled
                AND started_at BETWEEN due_at - {within} AND due_at + {within} GROUP BY promise),
        span AS (SELECT min(started_at) AS begins, max(started_at) - {within} AS ends FROM {calls})
        SELECT * EXCLUDE (promise, met_promise, was_met, ended, begins, ends),
            coalesce({said["kept"]}, was_met,
                CASE WHEN contact_id IS NOT NULL AND due_at BETWEEN begins AND ends THEN false END) AS kept,
            coalesce({said["success"]}, ended) AS success
        FROM promised LEFT JOIN met ON met_promise = promise CROSS JOIN span"""
