"""Tables of SQLite and DuckDB files, and of Parquet: typed, so that nothing is read again from text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet

from callstats.bounds import LINE, amount, check_columns, check_whole
from callstats.errors import InputError
from callstats.sources.database_files import (
    BASE,
    Stored,
    attach,
    check_needed,
    open_sqlite,
    quoted_name,
    stored_in,
)
from callstats.sources.gathering import CELL, Gathered
from callstats.sources.parquet_parts import parquet_parts
from callstats.sources.raw import Raw, table_name, unique_names
from callstats.sources.typed_cells import of_arrow

if TYPE_CHECKING:
    import duckdb

Wanted = Callable[[Sequence[str]], bool]


def of_table(file: str, name: str, table: pa.Table) -> Raw:
    """Make a raw table of a typed one; its first record is row 2, as under a header."""
    names = unique_names(table.column_names)
    cells = {title: of_arrow(table.column(place)) for place, title in enumerate(names)}
    return Raw(file, name, cells, rows=list(range(2, table.num_rows + 2)))


def read_parquet(
    path: Path, file: str, names: Sequence[str], stem: str, most: float = float("inf")
) -> Iterator[Raw]:
    """Read a Parquet file, in parts of about ``most`` rows; at least one part comes.

    Raises
    ------
    InputError
        It is damaged, or beyond the limits.
    """
    name, row = table_name(stem, names), 2
    try:
        for table in parquet_parts(path, file, most):
            raw = of_table(file, name, table)
            raw.rows = list(range(row, row + table.num_rows))
            yield raw
            row += table.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).splitlines()[0]
        raise InputError(f"a damaged Parquet file: {said}", file=file, hint="Export it again.") from error


def parquet_height(path: Path) -> int:
    """Return how many rows a Parquet file says it has, 0 where it is none."""
    try:
        return pyarrow.parquet.read_metadata(path).num_rows
    except (pa.ArrowException, OSError, ValueError):  # whoever reads it says what is wrong with it
        return 0


def read_duckdb(path: Path, file: str, names: Sequence[str], wanted: Wanted) -> Iterator[Raw]:
    """Read the tables of a DuckDB file whose name or columns are wanted; the others are named.

    Raises
    ------
    InputError
        It is damaged, or a table that is read is a view.
    """
    import duckdb

    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            stored = attach(connection, path)
            yield from _not_stored(stored, file, names, "duckdb")
            for table in stored.tables:
                relation = connection.table(f"{BASE}.main.{quoted_name(table)}")
                if _is_wanted(table, relation.columns, names, wanted):
                    check_columns(len(relation.columns), f"{file}, {table}")
                    raw = of_table(file, table_name(table, names), _fetched(relation, f"{file}, {table}"))
                    raw.sheet = table
                    yield raw
                else:
                    yield Raw(file, sheet=table, unread="its columns are none that are read")
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise InputError(f"not a DuckDB database: {said}", file=file) from error


def _not_stored(stored: Stored, file: str, names: Sequence[str], kind: str) -> Iterator[Raw]:
    """Name the views; one that bears the name of a table that is read is refused."""
    check_needed(stored, (view for view in stored.computed if table_name(view, names)), file, kind)
    for view, what in stored.computed.items():
        yield Raw(file, sheet=view, unread=f"it is {what}, and only stored rows are read")


def read_sqlite(path: Path, file: str, names: Sequence[str], wanted: Wanted) -> Iterator[Raw]:
    """Read the tables of a SQLite file whose name or columns are wanted; the others are named.

    Raises
    ------
    InputError
        It is damaged, or a table that is read is a view.
    """
    base = open_sqlite(path)
    try:
        stored = stored_in(base)
        yield from _not_stored(stored, file, names, "sqlite")
        for table in stored.tables:
            cursor = base.execute(f"SELECT * FROM {quoted_name(table)}")
            titles = [item[0] for item in cursor.description]
            if not _is_wanted(table, titles, names, wanted):
                yield Raw(file, sheet=table, unread="its columns are none that are read")
                continue
            check_columns(len(titles), f"{file}, {table}")
            height = base.execute(f"SELECT count(*) FROM {quoted_name(table)}").fetchone()[0]
            check_whole(height * len(titles) * CELL, f"{file}, {table}", _ADDRESS.format(kind="sqlite"))
            gathered = Gathered(titles, f"{file}, {table}", _ADDRESS.format(kind="sqlite"))
            for record in cursor:
                gathered.add([_value(cell) for cell in record])
            cells = gathered.cells()
            yield Raw(
                file, table_name(table, names), cells, rows=list(range(2, gathered.height + 2)), sheet=table
            )
    except sqlite3.DataError as error:
        raise InputError(
            f"a text or blob of more than {amount(LINE)}", file=file, hint="No record of a call is that long."
        ) from error
    except (sqlite3.Error, UnicodeDecodeError) as error:  # of a name of a column
        raise InputError(f"a damaged SQLite file: {error}", file=file, hint="Copy it again.") from error
    finally:
        base.close()


_ADDRESS = "Give its address: {kind}:///FILE is read day by day. Or cut it by month."


def _fetched(relation: duckdb.DuckDBPyRelation, called: str) -> pa.Table:
    """Fetch the rows of a table as long as they are not too many to be held."""
    batches, size, rows = [], 0, 0
    with relation.to_arrow_reader(_BATCH) as reader:
        for batch in reader:
            batches.append(batch)
            size, rows = size + batch.nbytes, rows + batch.num_rows
            check_whole(size, called, _ADDRESS.format(kind="duckdb"), rows + 1)
        return pa.Table.from_batches(batches, reader.schema)


_BATCH = 2048  # rows; each may hold long texts


def _value(cell: object) -> object:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _is_wanted(table: str, columns: Sequence[str], names: Sequence[str], wanted: Wanted) -> bool:
    return bool(table_name(table, names)) or wanted(columns)
