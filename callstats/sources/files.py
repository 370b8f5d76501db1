"""Files, folders and databases: anything that holds tables, read as texts with row numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from callstats.errors import InputError, near_names
from callstats.sources.base import Layout, TextOptions
from callstats.sources.raw import Raw, table_name, unique_names
from callstats.sources.text import read_text

EXCEL_ENDINGS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
SQLITE_MAGIC = b"SQLite format 3\x00"


def expand(files: Iterable[str | Path], tables: Iterable[str]) -> list[Path]:
    """Return the files to read; a folder means the files in it that are named like a table.

    Raises
    ------
    InputError
        A file is missing, or a folder holds no file of the source.
    """
    paths: list[Path] = []
    for given in files:
        path = Path(given)
        if path.is_dir():
            paths.extend(_in_folder(path, tuple(tables)))
        elif path.exists():
            paths.append(path)
        else:
            siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
            raise InputError("no such file", file=path.name, near=near_names(path.name, siblings))
    if not paths:
        raise InputError("no file was given", hint="Name the export, or the folder that holds it.")
    return paths


def _in_folder(folder: Path, tables: tuple[str, ...]) -> list[Path]:
    inside = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    matching = [path for path in inside if table_name(path.stem, tables)]
    if not matching:
        expected = f"files named {', '.join(tables[:4])} or the like" if tables else "one of the files in it"
        raise InputError(
            "a folder, not an export",
            file=folder.name,
            near=[path.name for path in inside[:3]],
            hint=f"Give {expected}.",
        )
    return matching


def read_file(path: Path, options: TextOptions, layouts: tuple[Layout, ...]) -> Iterator[Raw]:
    """Read every table in a file, as texts.

    Raises
    ------
    InputError
        The file cannot be read in its own format.
    """
    try:
        with path.open("rb") as stream:
            magic = stream.read(16)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path.name) from error
    known = {column for layout in layouts for column in layout.known}
    names = [layout.name for layout in layouts]
    if magic.startswith(b"PAR1"):
        yield _frame(path, table_name(path.stem, names), pyarrow.parquet.read_table(path))
    elif path.suffix.lower() in EXCEL_ENDINGS:
        yield from _excel(path, options, names)
    elif magic == SQLITE_MAGIC:
        yield from _sqlite(path, names)
    elif magic[8:12] == b"DUCK":
        yield from _duckdb(path, names)
    elif path.suffix.lower() == ".sql":
        from callstats.sources.sqldump import read_dump

        yield from read_dump(path, names)
    else:
        raw = read_text(path, options, known)
        raw.name = table_name(path.stem, names)
        yield raw


def is_text(path: Path) -> bool:
    """Return whether a file is neither Parquet, nor Excel, nor a database."""
    with path.open("rb") as stream:
        magic = stream.read(16)
    binary = magic.startswith(b"PAR1") or magic == SQLITE_MAGIC or magic[8:12] == b"DUCK"
    return not binary and path.suffix.lower() not in (*EXCEL_ENDINGS, ".sql")


def _frame(path: Path, name: str, table: pa.Table) -> Raw:
    """Convert typed columns to text; a whole number in a float column loses its ``.0``."""
    import pandas as pd

    columns = {}
    for position, original in enumerate(unique_names(table.column_names)):
        column = table.column(position)
        if pa.types.is_floating(column.type):
            columns[original] = pa.array(
                [None if v is None else _plain(v) for v in column.to_pylist()], pa.string()
            )
        elif pa.types.is_timestamp(column.type):
            series = pd.Series(column.to_pandas())
            columns[original] = pa.array(
                [None if pd.isna(v) else v.isoformat(sep=" ") for v in series], pa.string()
            )
        elif pa.types.is_string(column.type):
            columns[original] = column
        else:
            columns[original] = pa.array([_plain(v) for v in column.to_pylist()], pa.string())
    return Raw(path.name, name, pa.table(columns), rows=list(range(2, table.num_rows + 2)))


def _plain(value: Any) -> str | None:
    if value is None or value == "":
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat(sep=" ") if hasattr(value, "hour") and hasattr(value, "year") else str(value)


def _excel(path: Path, options: TextOptions, names: list[str]) -> Iterator[Raw]:
    try:
        from python_calamine import CalamineWorkbook
    except ImportError as error:
        raise InputError(
            "reading Excel needs a package that is not installed",
            file=path.name,
            hint="Install it with: pip install 'callstats[excel]'",
        ) from error
    try:
        book = CalamineWorkbook.from_path(str(path))
    except Exception as error:
        raise InputError(f"not an Excel workbook: {error}", file=path.name) from error
    sheets = book.sheet_names
    if options.sheet and options.sheet not in sheets:
        raise InputError(
            f"no sheet {options.sheet!r}",
            file=path.name,
            near=near_names(options.sheet, sheets),
            hint=f"Its sheets: {', '.join(sheets)}.",
        )
    chosen = (
        [options.sheet] if options.sheet else [s for s in sheets if table_name(s, names)] or list(sheets[:1])
    )
    for sheet in chosen:
        yield _sheet(path, sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False), names)


def _sheet(path: Path, sheet: str, rows: list[list[Any]], names: list[str]) -> Raw:
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell != "" for cell in row)]
    if not filled:
        raise InputError(f"the sheet {sheet!r} is empty", file=path.name)
    (header_row, header), records = filled[0], filled[1:]
    titles = unique_names([str(cell) for cell in header])
    columns = {
        title: pa.array([_plain(row[position]) for _, row in records], pa.string())
        for position, title in enumerate(titles)
    }
    return Raw(
        path.name, table_name(sheet, names) or table_name(path.stem, names), pa.table(columns),
        rows=[number for number, _ in records], header_row=header_row,
    )  # fmt: skip


def _duckdb(path: Path, names: list[str]) -> Iterator[Raw]:
    import duckdb

    try:
        base = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise InputError(f"not a DuckDB database: {error}", file=path.name) from error
    with base:
        for name in [row[0] for row in base.execute("SELECT table_name FROM duckdb_tables()").fetchall()]:
            if table_name(name, names):
                quoted = '"' + name.replace('"', '""') + '"'
                table = base.sql(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM {quoted}").to_arrow_table()
                yield _frame(path, table_name(name, names), table)


def _sqlite(path: Path, names: list[str]) -> Iterator[Raw]:
    import sqlite3

    with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as base:
        listed = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in listed:
            if table_name(name, names):
                quoted = '"' + name.replace('"', '""') + '"'
                cursor = base.execute(f"SELECT * FROM {quoted}")
                titles = [item[0] for item in cursor.description]
                records = cursor.fetchall()
                columns = {
                    title: pa.array([_plain(record[position]) for record in records], pa.string())
                    for position, title in enumerate(titles)
                }
                yield _frame(path, table_name(name, names), pa.table(columns))
    base.close()
