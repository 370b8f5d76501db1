"""Delimited text: which encoding, which delimiter, which line is which record.

Rows are numbered as a text editor shows them: the header is row 1, and a record
that spans several lines has the number of its first line. Lines that are not
records (too few fields, NUL bytes, a quote that never closes) are set aside with
the reason; none is lost.

A block of lines in which nothing is unusual is split at once by Arrow; any other
is read line by line (:mod:`.text_records`), so that one broken line costs the time
of its block and no more.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from callstats import bounds
from callstats.sources.base import Layout, TextOptions
from callstats.sources.distinct import compute as pc
from callstats.sources.encoding import detect_encoding
from callstats.sources.raw import Bad, Raw
from callstats.sources.text_head import FIRST_LINES, LONGEST_LINE, Head, find_head
from callstats.sources.text_records import (
    LONGEST_RECORD,
    MANY_BAD,
    Lines,
    Records,
    check_bad,
    is_open,
    records,
)
from callstats.sources.typed_cells import of_arrow

BLOCK = 8 << 20  # characters of text turned into a table at a time
PART_SIZE = 96 << 20  # bytes of the records of a part, however few they are
SAMPLES, SAMPLE_SIZE = 256, 8192  # places looked at in a long text, and bytes read at each
_Block = tuple[pa.Table, np.ndarray]


def read_pieces(
    path: Path, file: str, options: TextOptions, layouts: Sequence[Layout], most: float = float("inf")
) -> Iterator[Raw]:
    """Yield a delimited text file as it stands, every value a text; at least one part comes.

    Parameters
    ----------
    path : Path
    file : str
        What the file is called.
    options : TextOptions
        What is said of the file; the rest is found out.
    layouts : sequence of Layout
        What it may hold; their columns settle which row is the header and what divides it.
    most : float
        About how many records a part has; all of them where nothing is said.

    Yields
    ------
    Raw
        Texts of the records, their rows, and the lines that are not records. What is noted of
        the file as a whole is in the first part.

    Raises
    ------
    InputError
        Empty, not text, wrong encoding, or not split by the delimiter.
    """
    encoding, note = detect_encoding(path, options.encoding, file, bounds.LINE)
    with path.open(encoding=encoding, newline="") as stream:
        head = find_head(list(_first_lines(stream)), options, layouts, file)
        stream.seek(0)
        lines = Lines(stream)
        lines.skip(head.last_row)
        gathered = Raw(file, header_row=head.row, notes=[note] if note else [])
        blocks: list[_Block] = []
        came, bad = False, 0
        first: Bad | None = None
        for block in _blocks(lines, head, gathered):
            blocks.append(block)
            if _is_full(blocks, most) or len(gathered.bad) >= min(most, MANY_BAD):
                bad += len(gathered.bad)
                first = first or next(iter(gathered.bad), None)
                check_bad(gathered, bad, first)
                yield _part(gathered, blocks, head)
                blocks, came = [], True
        if blocks or gathered.bad or gathered.furniture or not came:
            yield _part(gathered, blocks, head)


def _is_full(blocks: list[_Block], most: float) -> bool:
    """Tell whether a part has its rows; of a wide table fewer."""
    if most == float("inf"):
        return False
    return sum(len(rows) for _, rows in blocks) >= most or sum(t.nbytes for t, _ in blocks) >= PART_SIZE


def _part(gathered: Raw, blocks: list[_Block], head: Head) -> Raw:
    """Return a table of blocks with what has been gathered beside them, which begins anew."""
    raw = replace(gathered)
    gathered.bad, gathered.notes, gathered.furniture = [], [], Counter()
    schema = pa.schema([(name, pa.string()) for name in head.names])
    table = pa.concat_tables([t for t, _ in blocks]) if blocks else schema.empty_table()
    raw.cells = {name: of_arrow(table.column(place)) for place, name in enumerate(head.names)}
    raw.rows = np.concatenate([rows for _, rows in blocks]) if blocks else []
    return raw


def read_sample(path: Path, file: str, options: TextOptions, layouts: Sequence[Layout]) -> Raw:
    """Read some records from everywhere in a long text, to see what its columns hold."""
    encoding, _ = detect_encoding(path, options.encoding, file, bounds.LINE)
    head = read_head(path, file, options, layouts)
    size, places = path.stat().st_size, []
    with path.open("rb") as stream:
        for part in range(SAMPLES):
            stream.seek(size * part // SAMPLES // 4 * 4)  # whole characters, also of UTF-16 and UTF-32
            places.append(stream.read(SAMPLE_SIZE).decode(encoding, "replace"))
    whole = (line for text in places for line in text.splitlines(keepends=True)[1:-1])
    raw = Raw(file, header_row=head.row)
    block = records(Lines(io.StringIO("".join(whole), newline="")), head, raw, SAMPLES * SAMPLE_SIZE)
    return _part(raw, [(_table(block, head), np.array(block.rows, np.int64))] if block.texts else [], head)


def read_head(path: Path, file: str, options: TextOptions, layouts: Sequence[Layout]) -> Head:
    """Return how a delimited text begins, and read no further."""
    encoding, _ = detect_encoding(path, options.encoding, file, bounds.LINE)
    with path.open(encoding=encoding, newline="") as stream:
        return find_head(list(_first_lines(stream)), options, layouts, file)


def _first_lines(stream: io.TextIOBase) -> Iterator[str]:
    read = 0
    for line in itertools.islice(stream, LONGEST_RECORD):
        yield line[:LONGEST_LINE].rstrip("\r\n")
        read += min(len(line), LONGEST_LINE)
        if read > FIRST_LINES:
            return


def _blocks(lines: Lines, head: Head, raw: Raw) -> Iterator[_Block]:
    """Yield the records as tables of texts, with the row of each."""
    block = records(lines, head, raw, 1)  # the first one settles whether records end with a delimiter
    while True:
        if block.texts or len(raw.bad) >= MANY_BAD:
            yield _table(block, head), np.array(block.rows, np.int64)
        text = lines.take(BLOCK)
        while text.isspace() and not set(text) - {"\r", "\n"}:  # blank lines, of which there may be a billion
            lines.taken(text.count("\n") or text.count("\r"))
            text = lines.take(BLOCK)
        while text and (at_once := _split_at_once(text, lines.row, head, trailing=bool(block.trailing))):
            yield at_once[0], at_once[1]
            lines.taken(at_once[2])
            text = lines.take(BLOCK)
        lines.give_back(text)
        before = lines.row
        block = records(lines, head, raw, len(text) or BLOCK, block.trailing)
        if lines.row == before:  # there are no more
            return


def _split_at_once(
    text: str, row: int, head: Head, *, trailing: bool
) -> tuple[pa.Table, np.ndarray, int] | None:
    """Split a text in which every line is a record or blank; None where that is not sure.

    Returns
    -------
    table, rows, lines
        The records, the row of each, and how many lines the text has.
    """
    text = text.replace("\r\n", "\n") if "\r" in text else text
    count = text.count("\n") + (not text.endswith("\n"))
    unusual = any(mark in text for mark in ("\r", "\x00", "\n\n")) or text.startswith("\n")
    if unusual or (head.line and head.line in text) or len(head.names) < 2:
        return None
    names = [*head.names, "\x00"] if trailing else head.names
    has_quotes = bool(head.quote) and head.quote in text
    if has_quotes and is_open(text.rstrip("\n").rpartition("\n")[2], head.delimiter, head.quote):
        return None  # its last record goes on
    table = _parsed(text, names, head, has_quotes=has_quotes)
    if table is None or table.num_rows != count:
        return None
    if trailing:
        if pc.any(pc.not_equal(table.column(len(names) - 1), "")).as_py():
            return None
        table = table.select(head.names)
    rows = np.arange(row, row + count)
    blank = _blank(table)
    if blank is not None:
        table, rows = table.filter(pc.invert(blank)), rows[~blank.to_numpy(zero_copy_only=False)]
    return table, rows, count


def _blank(table: pa.Table) -> pa.Array | None:
    """Mark the records without any text; None where there are none."""
    blank: Any = None
    for column in table.columns:
        empty = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return None
    return blank.combine_chunks()


def _parsed(text: str, names: Sequence[str], head: Head, *, has_quotes: bool) -> pa.Table | None:
    """Let Arrow split a text; None where a record does not have as many fields as there are names."""
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(text.encode("utf-8", "surrogatepass")),
            read_options=pyarrow.csv.ReadOptions(column_names=list(names), block_size=1 << 28),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=head.delimiter, quote_char=(head.quote or False) if has_quotes else False,
                double_quote=True, newlines_in_values=has_quotes, ignore_empty_lines=False,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return None


def _table(block: Records, head: Head) -> pa.Table:
    if not block.texts:
        return pa.schema([(name, pa.string()) for name in head.names]).empty_table()
    table = _parsed("\n".join(block.texts), head.names, head, has_quotes=bool(head.quote))
    if table is not None and table.num_rows == len(block.rows):
        return table
    return _table_slowly(block, head.names, head.delimiter, head.quote)


def _table_slowly(block: Records, names: list[str], delimiter: str, quote: str) -> pa.Table:
    """Split record by record, for files where Arrow reads a stray quote differently."""
    records = [
        next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote))
        if quote and quote in text
        else text.split(delimiter)
        for text in block.texts
    ]
    columns = list(zip(*records, strict=True)) or [()] * len(names)
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    )
