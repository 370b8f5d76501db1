"""Tables of SQLite and DuckDB files, and of Parquet: typed, so that nothing is read again from text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

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
from callstats.sources.raw import Raw, table_name, unique_names
from callstats.sources.typed_cells import of_arrow, of_objects

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
        It is damaged.
    """
    name, row = table_name(stem, names), 2
    try:
        for table in _parts(path, most):
            raw = of_table(file, name, table)
            raw.rows = list(range(row, row + table.num_rows))
            yield raw
            row += table.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).splitlines()[0]
        raise InputError(f"a damaged Parquet file: {said}", file=file, hint="Export it again.") from error


def _parts(path: Path, most: float) -> Iterator[pa.Table]:
    if most == float("inf"):
        yield pyarrow.parquet.read_table(path)
        return
    with pyarrow.parquet.ParquetFile(path) as opened:
        came = 0
        for batch in opened.iter_batches(int(most)):
            came += 1
            yield pa.Table.from_batches([batch])
        if not came:
            yield opened.schema_arrow.empty_table()


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
                    raw = of_table(file, table_name(table, names), relation.to_arrow_table())
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
            records = [[_value(cell) for cell in record] for record in cursor]
            columns = zip(*records, strict=True) if records else ([] for _ in titles)
            cells = dict(zip(unique_names(titles), (of_objects(list(c)) for c in columns), strict=True))
            yield Raw(
                file, table_name(table, names), cells, rows=list(range(2, len(records) + 2)), sheet=table
            )
    except (sqlite3.Error, UnicodeDecodeError) as error:  # of a name of a column
        raise InputError(f"a damaged SQLite file: {error}", file=file, hint="Copy it again.") from error
    finally:
        base.close()


def _value(cell: object) -> object:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _is_wanted(table: str, columns: Sequence[str], names: Sequence[str], wanted: Wanted) -> bool:
    return bool(table_name(table, names)) or wanted(columns)
