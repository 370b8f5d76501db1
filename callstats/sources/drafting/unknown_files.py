"""Read files of which nothing is known yet: find their header by what it says."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pandas as pd

from callstats.errors import InputError
from callstats.sources import databases
from callstats.sources.base import TextOptions
from callstats.sources.containers import Found, expand
from callstats.sources.drafting.column_looks import ColumnLook, look
from callstats.sources.drafting.grouped_columns import grouped, grouping_columns
from callstats.sources.drafting.synonyms import TABLES, likeness
from callstats.sources.encoding import detect_encoding
from callstats.sources.files import kind_of, read_file
from callstats.sources.header import LOOKED_AT, is_total
from callstats.sources.raw import Raw, header_key
from callstats.sources.text_head import DELIMITER_NAMES, DELIMITERS
from callstats.sources.typed_cells import Cells

MOST_ROWS = 1_000_000  # looked at in each table
_SURE = 0.6  # a name of a column that we know
#: A number, a date, a time, an amount: no title of a column.
_VALUE = re.compile(
    r"[\d\s.,:/+\-()TZ$€£%]*\d[\d\s.,:/+\-()TZ$€£%]*([AaPp]\.?[Mm]\.?)?"
    r"|\d{1,2}[ -][^\W\d]{3,9}\.?[ -]\d{2,4}.*|.*\b\d{4}-\d\d-\d\d\b.*"
)


@dataclass(slots=True)
class UnknownTable:
    """A table of a file, and what its columns look like.

    Attributes
    ----------
    raws : list of Raw
        Tables with the same columns: months of one export, sheets of one workbook.
    looks : dict of str to ColumnLook
    cells : dict of str to Cells
        Of all of them, one below the other.
    groups : dict of str to int
        Columns that are filled in the first row of each group alone, and in how many rows; in
        ``cells`` every row of the group has what they hold.
    names : tuple of str
        Given to the columns of a file without a header.
    delimiter : str
    """

    raws: list[Raw]
    looks: dict[str, ColumnLook] = field(default_factory=dict)
    cells: dict[str, Cells] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    delimiter: str = ""

    @property
    def first(self) -> Raw:
        """The first of the tables, which is looked at."""
        return self.raws[0]

    @property
    def files(self) -> list[str]:
        """The files it is in."""
        return list(dict.fromkeys(raw.file.rsplit("/", 1)[-1] for raw in self.raws))


def read_unknown(files: Iterable[str | Path], scratch: Path) -> tuple[list[UnknownTable], dict[str, str]]:
    """Read files of an unknown layout.

    Returns
    -------
    tables : list of UnknownTable
        Those with the same columns are one.
    unread : dict of str to str
        What could not be read, and why.

    Raises
    ------
    InputError
        There is no such file, or none could be read.
    """
    tables: dict[tuple[str, ...], UnknownTable] = {}
    unread: dict[str, str] = {}
    reason: InputError | None = None
    for found in expand(files, scratch):
        try:
            read = [(raw, options) for raw, options in _tables(found) if raw.height]
        except InputError as error:
            unread[found.name], reason = error.found, error
            continue
        if not read:
            unread[found.name] = "it has no rows"
        for raw, options in read:
            key = tuple(sorted(header_key(name) for name in raw.columns))
            known = tables.setdefault(key, UnknownTable([], names=options.names, delimiter=options.delimiter))
            known.raws.append(_without_total(raw))
    if not tables:
        if reason is not None:
            raise reason
        raise InputError("no rows", file=next(iter(unread)), hint="Export it again, for a time with calls.")
    for table in tables.values():
        for name in table.first.columns:
            table.cells[name] = _together(name, table.raws)
        table.groups = grouping_columns(table.cells)
        table.cells = grouped(table.cells, table.groups)
        table.looks = {name: look(name, cells) for name, cells in table.cells.items()}
    return list(tables.values()), unread


def _without_total(raw: Raw) -> Raw:
    """Leave out a last row of totals, which is no record."""
    last = [cells.each(lambda values: values.iloc[-1:]).as_text() for cells in raw.cells.values()]
    first = next((str(text.iloc[0]) for text in last if text.notna().all() and text.iloc[0]), "")
    if not is_total(first):
        return raw
    cells = {name: held.each(lambda values: values.iloc[:-1]) for name, held in raw.cells.items()}
    return replace(raw, cells=cells, rows=raw.rows[:-1])


def _together(name: str, raws: Sequence[Raw]) -> Cells:
    """Return the cells of a column in several tables, as far as they are looked at."""
    each = MOST_ROWS // len(raws) + 1
    pieces = []
    for raw in raws:
        own = {header_key(column): cells for column, cells in raw.cells.items()}
        pieces.append(own[header_key(name)].each(lambda values: values.iloc[:each]))
    if len(pieces) == 1:
        return pieces[0]
    held = dict.fromkeys(kind for cells in pieces for kind in cells.typed)
    joined = {"texts": pd.concat([cells.texts for cells in pieces], ignore_index=True)}
    for kind in held:
        parts = [
            getattr(c, kind) if kind in c.typed else pd.Series(pd.NA, index=c.texts.index, dtype=object)
            for c in pieces
        ]
        values = pd.concat(parts, ignore_index=True)
        joined[kind] = (
            values
            if values.dtype != object
            else pd.Series(
                pd.to_datetime(values, errors="coerce")
                if kind == "moments"
                else values.astype("boolean" if kind == "flags" else "Float64")
            )
        )
    return Cells(**joined)


def _tables(found: Found) -> Iterator[tuple[Raw, TextOptions]]:
    kind = kind_of(found)
    if kind == "text":
        options = _text_options(found)
        yield from ((raw, options) for raw in read_file(found, options, ()))
    elif kind in ("workbook", "page"):
        yield from _grids(found)
    elif kind in ("sqlite", "duckdb"):
        read = databases.read_sqlite if kind == "sqlite" else databases.read_duckdb
        yield from ((raw, TextOptions()) for raw in read(found.path, found.name, (), lambda _: True))
    else:
        yield from ((raw, TextOptions()) for raw in read_file(found, TextOptions(), ()))


def _text_options(found: Found) -> TextOptions:
    encoding, _ = detect_encoding(found.path, "", found.name)
    with found.path.open(encoding=encoding, newline="") as stream:
        lines = [line[:100_000].rstrip("\r\n") for line in islice(stream, LOOKED_AT)]
    if not any(line.strip() for line in lines):
        raise InputError("the file is empty", file=found.name, hint="Export it again, with a header row.")
    start = 1 if lines[0].lstrip("\ufeff").lower().lstrip('"').startswith("sep=") else 0
    divided = {mark: _rows(lines, start, mark) for mark in DELIMITERS}
    mark = max(divided, key=lambda mark: _alike(divided[mark]))
    rows = divided[mark]
    place = find_titles([fields for _, fields in rows])
    if place is None:
        width = Counter(len(fields) for _, fields in rows).most_common(1)[0][0]
        names = tuple(f"column_{number}" for number in range(1, width + 1))
        return TextOptions(delimiter=mark, header=0, names=names)
    return TextOptions(delimiter=mark, header=rows[place][0])


def _rows(lines: Sequence[str], start: int, mark: str) -> list[tuple[int, list[str]]]:
    """Split lines into records, each with the line it ends on."""
    reader = csv.reader((line + "\n" for line in lines[start:]), delimiter=mark)
    rows = []
    try:
        for fields in reader:
            rows.append((start + reader.line_num, [text.strip().lstrip("\ufeff") for text in fields]))
    except csv.Error:
        pass
    return [(number, fields) for number, fields in rows if any(fields)]


def _alike(rows: Sequence[tuple[int, list[str]]]) -> tuple[float, int]:
    counted = Counter(len(fields) for _, fields in rows)
    width, times = max(counted.items(), key=lambda pair: (pair[0] > 1, pair[1]), default=(1, 0))
    return (times / len(rows), width) if width > 1 else (0.0, 1)


def _grids(found: Found) -> Iterator[tuple[Raw, TextOptions]]:
    """Read sheets twice: without a header, to find it, then with it."""
    for bare in list(read_file(found, TextOptions(header=0), ())):
        if not bare.height:
            yield bare, TextOptions()
            continue
        texts = [
            cells.each(lambda values: values.iloc[:LOOKED_AT]).as_text() for cells in bare.cells.values()
        ]
        rows = [
            [str(text) for text in row]
            for row in zip(*(c.astype(object).where(c.notna(), "") for c in texts), strict=True)
        ]
        place = find_titles(rows)
        if place is None:
            names = tuple(f"column_{number}" for number in range(1, len(bare.columns) + 1))
            yield bare, TextOptions(header=0, names=names)
            continue
        options = TextOptions(header=bare.rows[place], sheet=(bare.sheet,) if bare.sheet else ())
        for raw in read_file(found, options, ()):
            if raw.sheet == bare.sheet:
                yield raw, replace(options, header=None)


def find_titles(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the position of the row that names the columns; None where the first row is data already.

    Examples
    --------
    >>> find_titles([["Calls of May", ""], ["Call ID", "Date"], ["1", "2024-09-09"]])
    1
    >>> find_titles([["1", "2024-09-09"], ["2", "2024-09-10"]]) is None
    True
    """
    width = Counter(sum(bool(cell) for cell in row) for row in rows)
    usual = max(width, key=lambda size: (size > 1, width[size])) if width else 1
    best, most = None, 0.0
    for position, row in enumerate(rows):
        filled = [cell for cell in row if cell]
        if len(filled) < max(1, usual * 0.5) or len(set(filled)) < len(filled) * 0.8 or not _is_wordy(filled):
            continue
        score = _known(filled) + (0.5 if best is None else 0.0)
        if score > most:
            best, most = position, score
    return best


def _known(cells: Sequence[str]) -> int:
    return sum(
        max(likeness(cell, names) for table in TABLES.values() for names in table.values()) >= _SURE
        for cell in cells
    )


def _is_wordy(cells: Sequence[str]) -> bool:
    """Tell titles from data: no dates, and hardly a number."""
    values = sum(_VALUE.fullmatch(cell) is not None for cell in cells)
    return values <= len(cells) * 0.1 and all(len(cell) <= 120 for cell in cells)


def delimiter_name(mark: str) -> str:
    """Return what a delimiter is called."""
    return DELIMITER_NAMES.get(mark, repr(mark))
