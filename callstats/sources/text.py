"""Delimited text: which encoding, which delimiter, which line is which record.

Rows are numbered as a text editor shows them: the header is row 1, and a record
that spans several lines has the number of its first line. Lines that are not
records (too few fields, NUL bytes, a quote that never closes) are set aside with
the reason; none is lost.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from callstats.errors import InputError
from callstats.sources.base import TextOptions
from callstats.sources.encoding import detect_encoding
from callstats.sources.raw import Bad, Raw, unique_names

DELIMITERS = ("\t", ",", ";", "|")
DELIMITER_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
BLOCK = 32 << 20  # characters of text converted to a table at a time
LONGEST_RECORD = 200  # lines; quoted text longer than this means the quote was never closed


@dataclass(slots=True)
class _Records:
    """The good records of a block, each with the line it starts on, and the bad ones."""

    texts: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    size: int = 0


def read_text(path: Path, options: TextOptions, known: Iterable[str] = ()) -> Raw:
    """Read a delimited text file as it is, every value as text.

    Parameters
    ----------
    path : Path
    options : TextOptions
        What is known about the file; the rest is inferred.
    known : iterable of str
        Expected column names; they decide which delimiter it is.

    Returns
    -------
    Raw
        Texts of all records, their rows, and the lines that are not records.

    Raises
    ------
    InputError
        Empty, not text, wrong encoding, or not split by the delimiter.
    """
    encoding, note = detect_encoding(path, options.encoding)
    with path.open(encoding=encoding, newline="") as stream:
        lines = _Lines(stream)
        header_row, names, delimiter, quote = _header(lines, options, set(known), path)
        raw = Raw(path.name, header_row=header_row, notes=[note] if note else [])
        tables = [
            _table(block, names, delimiter, quote) for block in _blocks(lines, names, delimiter, quote, raw)
        ]
    schema = pa.schema([(name, pa.string()) for name in names])
    raw.table = pa.concat_tables(tables) if tables else schema.empty_table()
    return raw


def peek(path: Path, options: TextOptions, known: Iterable[str] = ()) -> list[str]:
    """Return the column names of a delimited text file without reading further."""
    encoding, _ = detect_encoding(path, options.encoding)
    with path.open(encoding=encoding, newline="") as stream:
        return _header(_Lines(stream), options, set(known), path)[1]


def _header(
    lines: _Lines, options: TextOptions, known: set[str], path: Path
) -> tuple[int, list[str], str, str]:
    """Return the header's row, the column names, and their delimiter and quoting."""
    row, header = _header_line(lines, path)
    quote = '"' if options.quote is None else options.quote
    delimiter = options.delimiter or _delimiter(header, quote, known, path)
    quote = "" if options.quote is None and delimiter in options.unquoted else quote
    names = unique_names(_split(header, delimiter, quote))
    _check_header(names, delimiter, options, path)
    return row, names, delimiter, quote


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


def _header_line(lines: _Lines, path: Path) -> tuple[int, str]:
    for number, line in lines:
        if line.strip().strip("\x00"):
            return number, line
    raise InputError("the file is empty", file=path.name, hint="Export it again, with a header row.")


def _split(line: str, delimiter: str, quote: str) -> list[str]:
    if quote and quote in line:
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    return line.split(delimiter)


def _delimiter(header: str, quote: str, known: set[str], path: Path) -> str:
    def score(delimiter: str) -> tuple[int, int]:
        names = [name.strip() for name in _split(header, delimiter, quote)]
        return len(known.intersection(names)), len(names)

    best = max(DELIMITERS, key=score)
    if score(best)[1] == 1 and not known.intersection([header.strip().strip(quote or None)]):
        raise InputError(
            "the header row is one single column",
            file=path.name,
            row=1,
            hint=f"It reads {header[:60]!r}. Say what divides the columns (delimiter), or export as CSV.",
        )
    return best


def _check_header(names: list[str], delimiter: str, options: TextOptions, path: Path) -> None:
    if options.delimiter and len(names) == 1 and any(mark in names[0] for mark in DELIMITERS):
        called = DELIMITER_NAMES.get(delimiter, repr(delimiter))
        raise InputError(
            f"the columns are not divided by a {called}",
            file=path.name,
            row=1,
            hint=f"The header reads {names[0][:60]!r}; leave the delimiter out to have it found out.",
        )


def _blocks(lines: _Lines, names: list[str], delimiter: str, quote: str, raw: Raw) -> Iterator[_Records]:
    """Gather good records into blocks; bad lines go to ``raw.bad``."""
    width = len(names)
    trailing: bool | None = None
    block = _Records()
    for number, first in lines:
        if _is_empty(first, delimiter, width):
            continue
        line = first
        if quote and quote in line:
            whole = _whole_record(line, lines, delimiter, quote)
            if whole is None:
                raw.bad.append(_unclosed(number, line, quote))
                continue
            line = whole
            count = len(next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, quotechar=quote)))
        else:
            count = line.count(delimiter) + 1
        if trailing is None:  # some exports end every row with a delimiter, or none
            trailing = count == width + 1 and line.endswith(delimiter)
        if trailing and count == width + 1 and line.endswith(delimiter):
            line, count = line[:-1], width
        if count != width or "\x00" in line:
            raw.bad.append(_broken(number, line, count, width))
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


def _is_empty(line: str, delimiter: str, width: int) -> bool:
    """Tell an empty line, which is not a row, from a row of empty fields separated by tabs."""
    return (not line or line.isspace()) and not (delimiter == "\t" and line.count("\t") == width - 1 > 0)


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
