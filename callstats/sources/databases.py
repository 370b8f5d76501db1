"""Tables of SQLite and DuckDB files, and of Parquet: typed, so that nothing is read again from text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from callstats.errors import InputError
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
        It is damaged.
    """
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as base:
            listed = base.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
            ).fetchall()
            for (table,) in listed:
                relation = base.table(_quoted(table))
                if _is_wanted(table, relation.columns, names, wanted):
                    raw = of_table(file, table_name(table, names), relation.to_arrow_table())
                    raw.sheet = table
                    yield raw
                else:
                    yield Raw(file, sheet=table, unread="its columns are none that are read")
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise InputError(f"not a DuckDB database: {said}", file=file) from error


def read_sqlite(path: Path, file: str, names: Sequence[str], wanted: Wanted) -> Iterator[Raw]:
    """Read the tables of a SQLite file whose name or columns are wanted; the others are named.

    Raises
    ------
    InputError
        It is damaged.
    """
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    base.text_factory = lambda text: text.decode("utf-8", "replace")
    try:
        query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        for (table,) in base.execute(f"{query} ORDER BY name").fetchall():
            cursor = base.execute(f"SELECT * FROM {_quoted(table)}")
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


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
