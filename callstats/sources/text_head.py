"""The head of a delimited text: what divides it, which row is the header, which lines stand above."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callstats.bounds import amount, check_columns
from callstats.errors import InputError
from callstats.sources.base import Layout, TextOptions
from callstats.sources.header import find_header, holds_all
from callstats.sources.raw import header_key, unique_names

DELIMITERS = ("\t", ",", ";", "|")
DELIMITER_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
LONGEST_LINE = 1 << 20  # characters of a line looked at for a header
FIRST_LINES = 4 << 20  # characters of all the lines looked at for it
_SAID = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """How a delimited text begins.

    Attributes
    ----------
    row : int
        The row of the header, 0 where there is none.
    last_row : int
        The last row above the records.
    line : str
        The header as it stands; a line like it is a repeated header.
    names : list of str
    delimiter, quote : str
    ragged : bool
        Rows may be shorter.
    """

    row: int
    last_row: int
    line: str
    names: list[str]
    delimiter: str
    quote: str
    ragged: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A record among the first lines: its first and last line, and its fields."""

    first: int
    last: int
    fields: list[str]


def find_head(lines: Sequence[str], options: TextOptions, layouts: Sequence[Layout], file: str) -> Head:
    """Find out what divides a text and which row is its header.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file.
    options : TextOptions
    layouts : sequence of Layout
        What the file may hold.
    file : str
        For the error.

    Raises
    ------
    InputError
        The header is one single column, or is not divided by the delimiter that was given.
    """
    said = _SAID.fullmatch(lines[0]) if lines else None
    start = 1 if said else 0
    asked = options.delimiter or (said[1] if said else "")
    if options.header == 0:
        return _without_header(lines, start, asked, options)
    tried = [_head(lines, start, mark, options, layouts) for mark in ([asked] if asked else DELIMITERS)]
    known = {header_key(name) for layout in layouts for name in layout.known}

    def score(head: Head) -> tuple[bool, int, int]:
        fits = any(holds_all(head.names, layout.needs) for layout in layouts)
        return fits, len(known & {header_key(name) for name in head.names}), len(head.names)

    best = max(tried, key=score)
    if any(len(line) >= LONGEST_LINE for line in best.line.split("\n")):
        raise InputError(
            f"a header of over {amount(LONGEST_LINE)}", file=file, row=best.row,
            hint="Is a line end missing? Export one row a call, under a header of its columns.",
        )  # fmt: skip
    check_columns(len(best.names), file, best.row)
    _check(best, score(best), asked, file)
    return best


def _head(
    lines: Sequence[str], start: int, delimiter: str, options: TextOptions, layouts: Sequence[Layout]
) -> Head:
    quote = _quote(delimiter, options)
    rows = list(_rows(lines, start, delimiter, quote))
    if options.header is not None:
        place = next((p for p, row in enumerate(rows) if row.last >= options.header), None)
    else:
        known = [name for layout in layouts for name in layout.known]
        place = find_header([row.fields for row in rows], [layout.needs for layout in layouts], known)
    if place is None:
        return Head(1, len(lines), "", [], delimiter, quote)
    row = rows[place]
    line = "\n".join(lines[row.first - 1 : row.last])
    names = row.fields
    if len(names) > 1 and not names[-1].strip() and _ends_in_delimiter(rows[place + 1 :], len(names)):
        names = names[:-1]
    return Head(row.first, row.last, line, unique_names(names), delimiter, quote)


def _ends_in_delimiter(rows: Sequence[_Row], width: int) -> bool:
    return bool(rows) and all(len(row.fields) == width and not row.fields[-1] for row in rows[:20])


def _quote(delimiter: str, options: TextOptions) -> str:
    if options.quote is not None:
        return options.quote
    return "" if delimiter in options.unquoted else '"'


def _rows(lines: Sequence[str], start: int, delimiter: str, quote: str) -> Iterator[_Row]:
    """Split the first lines into records; a quoted line break inside a header is part of it."""
    if not quote:
        for number, line in enumerate(lines[start:], start=start + 1):
            yield _Row(number, number, line.split(delimiter))
        return
    reader = csv.reader((line + "\n" for line in lines[start:]), delimiter=delimiter, quotechar=quote)
    last = start
    while True:
        try:
            fields = next(reader)
        except (StopIteration, csv.Error):
            return
        yield _Row(last + 1, start + reader.line_num, [field.rstrip("\n") for field in fields])
        last = start + reader.line_num


def widths(lines: Sequence[str], options: TextOptions) -> list[int]:
    """Return how many fields each line has by the delimiter that divides most of them alike."""
    filled = [line for line in lines if line.strip()]
    marks = [options.delimiter] if options.delimiter else DELIMITERS
    counts = {m: [len(row.fields) for row in _rows(filled, 0, m, _quote(m, options))] for m in marks}

    def alike(mark: str) -> tuple[float, int]:
        counted = counts[mark]
        most = max(set(counted), key=counted.count) if counted else 0
        return (counted.count(most) / len(counted) if most > 1 else 0.0), most

    return counts[max(counts, key=alike)]


def _without_header(lines: Sequence[str], start: int, asked: str, options: TextOptions) -> Head:
    wide = len(options.names)
    marks = [asked] if asked else list(DELIMITERS)

    def score(mark: str) -> int:
        rows = _rows(lines[:50], start, mark, _quote(mark, options))
        if options.ragged:
            return sum(1 < len(row.fields) <= wide for row in rows)
        return sum(len(row.fields) in (wide, wide + 1) for row in rows)

    best = max(marks, key=score)
    return Head(0, start, "", unique_names(options.names), best, _quote(best, options), options.ragged)


def _check(head: Head, score: tuple[bool, int, int], asked: str, file: str) -> None:
    if not head.names:
        raise InputError("the file is empty", file=file, hint="Export it again, with a header row.")
    shown = head.line[:60]
    if len(head.names) == 1 and asked and any(mark in shown for mark in DELIMITERS):
        called = DELIMITER_NAMES.get(asked, repr(asked))
        raise InputError(
            f"the columns are not divided by a {called}", file=file, row=head.row,
            hint=f"The header reads {shown!r}; leave the delimiter out to have it found out.",
        )  # fmt: skip
    if len(head.names) == 1 and not asked and not score[1]:
        raise InputError(
            "the header row is one single column", file=file, row=head.row,
            hint=f"It reads {shown!r}. Say what divides the columns (delimiter), or export as CSV.",
        )  # fmt: skip
