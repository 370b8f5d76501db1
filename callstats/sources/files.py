"""One file and the tables in it, whatever it is called: told by what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from callstats.errors import InputError
from callstats.sources import databases, grids
from callstats.sources.base import Layout, TextOptions
from callstats.sources.containers import Found
from callstats.sources.header import holds_all
from callstats.sources.raw import Raw, table_name
from callstats.sources.typed_cells import Cells


def kind_of(found: Found) -> str:
    """Return what a file is, by its first bytes: its ending may say something else.

    Returns
    -------
    str
        parquet, sqlite, duckdb, workbook, page, json, dump or text.
    """
    try:
        with found.path.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=found.name) from error
    for place, magic, kind in _MAGIC:
        if start[place : place + len(magic)] == magic:
            return kind
    if _is_page(start):
        return "page"
    if grids.is_json(start):
        return "json"
    return "dump" if found.name.lower().endswith(".sql") else "text"


_MAGIC = (
    (0, b"PAR1", "parquet"),
    (0, b"SQLite format 3\x00", "sqlite"),
    (8, b"DUCK", "duckdb"),
    (0, b"PK\x03\x04", "workbook"),
    (0, b"\xd0\xcf\x11\xe0", "workbook"),
)
#: Kinds of file that hold one table and can be read part by part.
PART_BY_PART = ("text", "parquet")
_MARKS_OF_PAGES = (b"<html", b"<table", b"<!doctype", b"<?xml", b"<body", b"<meta", b"<tr")


def _is_page(start: bytes) -> bool:
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] == b"<" and any(mark in start.lower() for mark in _MARKS_OF_PAGES)


def read_file(
    found: Found, options: TextOptions, layouts: Sequence[Layout], most: float = float("inf")
) -> Iterator[Raw]:
    """Read every table that a file holds; one that can be read part by part in parts of about ``most`` rows.

    Raises
    ------
    InputError
        The file cannot be read in its own format.
    """
    names = [layout.name for layout in layouts]

    def wanted(columns: Sequence[str]) -> bool:
        return any(holds_all(columns, layout.needs) for layout in layouts)

    kind = kind_of(found)
    for raw in _tables(kind, found, options, layouts, wanted, most):
        if not raw.unread and not raw.name:
            raw.name = table_name(found.stem, names)
        if len(options.fill_down):
            _fill_down(raw, options.fill_down)
        yield raw


def peek(found: Found, options: TextOptions, layouts: Sequence[Layout]) -> list[list[str]]:
    """Return the column names of each table in a file; of a text without reading on."""
    if kind_of(found) == "text":
        from callstats.sources.text import read_head

        try:
            return [read_head(found.path, found.name, options, layouts).names]
        except InputError:
            return []
    if kind_of(found) in PART_BY_PART:  # what it has is in its first rows
        return [next(read_file(found, options, layouts, 1)).columns]
    return [raw.columns for raw in read_file(found, options, layouts)]


def _tables(
    kind: str, found: Found, options: TextOptions, layouts: Sequence[Layout],
    wanted: databases.Wanted, most: float,
) -> Iterator[Raw]:  # fmt: skip
    path, file, names = found.path, found.name, [layout.name for layout in layouts]
    if kind == "parquet":
        yield from databases.read_parquet(path, file, names, found.stem, most)
    elif kind == "sqlite":
        yield from databases.read_sqlite(path, file, names, wanted)
    elif kind == "duckdb":
        yield from databases.read_duckdb(path, file, names, wanted)
    elif kind == "workbook":
        yield from grids.read_workbook(path, file, options, layouts)
    elif kind == "page":
        yield grids.read_page(path, file, options, layouts)
    elif kind == "json":
        yield grids.read_json(path, file, options)
    elif kind == "dump":
        from callstats.sources.sqldump import read_dump

        yield from read_dump(path, file, names)
    else:
        from callstats.sources.text import read_pieces

        yield from read_pieces(path, file, options, layouts, most)


def _fill_down(raw: Raw, columns: Sequence[str]) -> None:
    """Give the cells of a group that is written once, as merged cells are, to every row of it."""
    from callstats.sources.raw import header_key

    asked = {header_key(name) for name in columns}
    for name, cells in raw.cells.items():
        if header_key(name) in asked:
            raw.cells[name] = filled_down(cells)


def filled_down(cells: Cells) -> Cells:
    """Return the cells of a column in which an empty one holds what stands above."""
    # a text file has no other way of writing an empty cell than a text of length 0
    held = cells.without(lambda texts: texts.str.strip().eq("").fillna(False))
    group = held.filled.cumsum()
    return held.each(lambda values: values.groupby(group).ffill())
