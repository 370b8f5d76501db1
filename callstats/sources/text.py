"""Delimited text: which encoding, which delimiter, which line is which record.

Rows are numbered as a text editor shows them: the header is row 1, and a record
that spans several lines has the number of its first line. Lines that are not
records (too few fields, NUL bytes, a quote that never closes) are set aside with
the reason; none is lost.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from callstats.sources.base import Layout, TextOptions
from callstats.sources.encoding import detect_encoding
from callstats.sources.header import NOTE, REPEATED, TOTAL, is_total, is_words
from callstats.sources.raw import Bad, Raw
from callstats.sources.text_head import LONGEST_LINE, Head, find_head
from callstats.sources.typed_cells import of_arrow

csv.field_size_limit(1 << 30)  # a long note is no fault
BLOCK = 32 << 20  # characters of text turned into a table at a time
LONGEST_RECORD = 200  # lines; a quoted text that runs on is a quote that was never closed


@dataclass(slots=True)
class _Records:
    """The good records of a block, each with the line it starts on, and the bad ones."""

    texts: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    size: int = 0


def read_text(path: Path, file: str, options: TextOptions, layouts: Sequence[Layout]) -> Raw:
    """Read a delimited text file as it stands: every value a text.

    Parameters
    ----------
    path : Path
    file : str
        What the file is called.
    options : TextOptions
        What is said of the file; the rest is found out.
    layouts : sequence of Layout
        What it may hold; their columns settle which row is the header and what divides it.

    Returns
    -------
    Raw
        Texts of all records, their rows, and the lines that are not records.

    Raises
    ------
    InputError
        Empty, not text, wrong encoding, or not split by the delimiter.
    """
    encoding, note = detect_encoding(path, options.encoding, file)
    with path.open(encoding=encoding, newline="") as stream:
        head = find_head(list(_first_lines(stream)), options, layouts, file)
        stream.seek(0)
        lines = _Lines(stream)
        lines.skip(head.last_row)
        raw = Raw(file, header_row=head.row, notes=[note] if note else [])
        names, delimiter, quote = head.names, head.delimiter, head.quote
        tables = [_table(block, names, delimiter, quote) for block in _blocks(lines, head, raw)]
    schema = pa.schema([(name, pa.string()) for name in names])
    table = pa.concat_tables(tables) if tables else schema.empty_table()
    raw.cells = {name: of_arrow(table.column(place)) for place, name in enumerate(names)}
    return raw


def read_head(path: Path, file: str, options: TextOptions, layouts: Sequence[Layout]) -> Head:
    """Return how a delimited text begins, and read no further."""
    encoding, _ = detect_encoding(path, options.encoding, file)
    with path.open(encoding=encoding, newline="") as stream:
        return find_head(list(_first_lines(stream)), options, layouts, file)


def _first_lines(stream: io.TextIOBase) -> Iterator[str]:
    for line in itertools.islice(stream, LONGEST_RECORD):
        yield line[:LONGEST_LINE].rstrip("\r\n")


class _Lines:
    """Numbered lines, some of which can be put back."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._source = enumerate(stream, start=1)
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.popleft()
        number, line = next(self._source)
        return number, line.rstrip("\r\n")

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))

    def skip(self, count: int) -> None:
        for _ in itertools.islice(self._source, count):
            pass


def _blocks(lines: _Lines, head: Head, raw: Raw) -> Iterator[_Records]:
    """Gather good records into blocks; bad lines go to ``raw.bad``, other lines to ``raw.furniture``."""
    names, delimiter, quote = head.names, head.delimiter, head.quote
    width = len(names)
    nothing = f"{delimiter}{quote} \t"
    trailing: bool | None = None
    block = _Records()
    for number, first in lines:
        if not first.strip(nothing):
            continue
        line = first
        if quote and quote in line:
            whole = _whole_record(line, lines, delimiter, quote)
            if whole is None:
                raw.bad.append(_unclosed(number, line, quote))
                continue
            line = whole
            count = len(_fields(line, delimiter, quote))
        else:
            count = line.count(delimiter) + 1
        if trailing is None:  # some exports end every row with a delimiter, or none
            trailing = count == width + 1 and line.endswith(delimiter)
        if trailing and count == width + 1 and line.endswith(delimiter):
            line, count = line[:-1], width
        if head.ragged and 1 < count < width:
            line, count = line + delimiter * (width - count), width
        if line == head.line:
            raw.furniture[REPEATED] += 1
            continue
        if count != width or "\x00" in line:
            _put_aside(raw, number, line, count, head)
            continue
        block.texts.append(line)
        block.rows.append(number)
        block.size += len(line)
        if block.size > BLOCK:
            raw.rows.extend(block.rows)
            yield block
            block = _Records()
    raw.rows.extend(block.rows)
    if block.texts:
        yield block


def _put_aside(raw: Raw, number: int, line: str, count: int, head: Head) -> None:
    """Keep a line that is no record: words alone are a note, anything else is broken."""
    filled = [field for field in _fields(line, head.delimiter, head.quote) if field.strip()]
    if len(filled) == 1 < len(head.names) and "\x00" not in line and is_words(filled[0]):
        raw.furniture[TOTAL if is_total(filled[0]) else NOTE] += 1
    elif count < len(head.names) and filled and is_total(filled[0]):
        raw.furniture[TOTAL] += 1
    else:
        raw.bad.append(_broken(number, line, count, len(head.names)))


def _fields(line: str, delimiter: str, quote: str) -> list[str]:
    if quote and quote in line:
        try:
            return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, quotechar=quote), [])
        except csv.Error:
            return line.split(delimiter)
    return line.split(delimiter)


def _whole_record(line: str, lines: _Lines, delimiter: str, quote: str) -> str | None:
    """Return the record that starts on this line, or None if a quote never closes."""
    if not _is_open(line, delimiter, quote):
        return line
    taken: list[tuple[int, str]] = []
    for following in lines:
        taken.append(following)
        line += "\n" + following[1]
        if quote in following[1] and not _is_open(line, delimiter, quote):
            return line
        if len(taken) >= LONGEST_RECORD:
            break
    lines.put_back(taken)
    return None


def _is_open(line: str, delimiter: str, quote: str) -> bool:
    """Return whether a quoted field is still open at the end; a quote opens only at a field's start."""
    if line.count(quote) % 2 == 0 or not (line.startswith(quote) or delimiter + quote in line):
        return False
    inside, at_start, position = False, True, 0
    while position < len(line):
        mark = line[position]
        if inside:
            if mark == quote and line[position + 1 : position + 2] == quote:
                position += 1
            elif mark == quote:
                inside = False
        elif mark == quote and at_start:
            inside = True
        at_start = mark in (delimiter, "\n") and not inside
        position += 1
    return inside


def _unclosed(row: int, line: str, quote: str) -> Bad:
    return Bad(
        row, "a quoted text is closed", f"a {quote} is not closed within {LONGEST_RECORD} lines", line, line
    )  # fmt: skip


def _broken(row: int, line: str, count: int, width: int) -> Bad:
    if "\x00" in line:
        return Bad(
            row, "a line has no NUL bytes", "the line holds NUL bytes: part of the file was never written",
            line.replace("\x00", "␀"), line.replace("\x00", "␀"),
        )  # fmt: skip
    cut = "cut off" if count < width else "too long, or holds the delimiter inside a field"
    reason = f"{count} fields instead of {width}: the line is {cut}"
    return Bad(row, "a line has as many fields as the header", reason, f"{count} fields", line)


def _table(block: _Records, names: list[str], delimiter: str, quote: str) -> pa.Table:
    data = "\n".join(block.texts).encode("utf-8", "surrogatepass")
    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(data),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=1 << 28),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, quote_char=quote or False, double_quote=True,
                newlines_in_values=bool(quote), ignore_empty_lines=False,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )  # fmt: skip
    except pa.ArrowInvalid:
        return _table_slowly(block, names, delimiter, quote)
    return table if table.num_rows == len(block.rows) else _table_slowly(block, names, delimiter, quote)


def _table_slowly(block: _Records, names: list[str], delimiter: str, quote: str) -> pa.Table:
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
