"""Records of a delimited text, line by line: what is none is set aside with the reason."""

from __future__ import annotations

import csv
import io
import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from callstats import bounds
from callstats.errors import InputError
from callstats.sources.header import NOTE, REPEATED, TOTAL, is_total, is_words
from callstats.sources.raw import Bad, Raw
from callstats.sources.text_head import Head

csv.field_size_limit(1 << 30)  # a long note is no fault
MANY_BAD = 100_000  # lines that are no records are handed on, before they are too many
LONGEST_RECORD = 200  # lines; a quoted text that runs on is a quote that was never closed


@dataclass(slots=True)
class Records:
    """The good records of a block, each with the line it starts on.

    ``trailing`` says whether records end with a delimiter more than the header has; None
    before the first one.
    """

    texts: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    trailing: bool | None = None


class Lines:
    """Numbered lines, some of which can be put back."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._number = 0
        self._rest: Iterator[str] = iter(())
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.popleft()
        line = next(self._rest, None)
        if line is None:
            line = next(self._stream)
        self._number += 1
        return self._number, line.rstrip("\r\n")

    @property
    def row(self) -> int:
        """The number of the line that comes next."""
        return self._back[0][0] if self._back else self._number + 1

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        """Take lines back that were looked at; they come again."""
        self._back.extendleft(reversed(lines))

    def skip(self, count: int) -> None:
        """Pass over lines."""
        for _ in itertools.islice(self, count):
            pass

    def take(self, size: int) -> str:
        """Take whole lines of about so many characters at once; none where lines were put back."""
        if self._back:
            return ""
        rest = "".join(self._rest)
        text = rest + self._stream.read(max(0, size - len(rest)))
        return text if text.endswith("\n") else text + self._stream.readline()

    def taken(self, count: int) -> None:
        """Count the lines of a text that was taken as lines that have been read."""
        self._number += count

    def give_back(self, text: str) -> None:
        """Take a text back that could not be read at once; its lines come one by one."""
        self._rest = iter(io.StringIO(text, newline=""))


def records(lines: Lines, head: Head, raw: Raw, size: int, trailing: bool | None = None) -> Records:
    """Gather good records of about so many characters.

    Bad lines go to ``raw.bad``, lines that are no records and no fault to ``raw.furniture``.

    Parameters
    ----------
    lines : Lines
    head : Head
    raw : Raw
    size : int
    trailing : bool, optional
        Every row ends with a delimiter, as some exports have it; None to find it out.
    """
    width, delimiter = len(head.names), head.delimiter
    nothing = f"{delimiter}{head.quote} \t"
    block, read = Records(trailing=trailing), 0
    for number, first in lines:
        read += len(first) + 1
        if first.strip(nothing):
            line, count = _record(number, first, lines, head, raw)
            longer = count == width + 1 and line.endswith(delimiter)
            if block.trailing is None and count:
                block.trailing = longer
            if block.trailing and longer:
                line, count = line[:-1], width
            if head.ragged and 1 < count < width:
                line, count = line + delimiter * (width - count), width
            if line == head.line:
                raw.furniture[REPEATED] += 1
            elif count == width and "\x00" not in line:
                block.texts.append(line)
                block.rows.append(number)
            elif count:
                _put_aside(raw, number, line, count, head)
        check_bad(raw, len(raw.bad))
        if read >= size and block.trailing is not None:
            break
    return block


def check_bad(raw: Raw, count: int, first: Bad | None = None) -> None:
    """Refuse a text of which hardly a line is a record.

    Raises
    ------
    InputError
        Names the first of these lines.
    """
    if count > bounds.REJECTS:
        first = first or raw.bad[0]
        raise InputError(
            f"more than {bounds.REJECTS:,} lines from here on are no records; of this one: {first.reason}",
            file=raw.file, row=first.row, hint="Is a quote never closed? Export it again as CSV.",
        )  # fmt: skip


def _record(number: int, line: str, lines: Lines, head: Head, raw: Raw) -> tuple[str, int]:
    """Return the record that begins with a line and its fields' number, 0 if a quote is never closed."""
    if not head.quote or head.quote not in line:
        return line, line.count(head.delimiter) + 1
    whole = _whole_record(line, lines, head.delimiter, head.quote)
    if whole is None:
        raw.bad.append(_unclosed(number, line, head.quote))
        return line, 0
    return whole, len(fields_of(whole, head.delimiter, head.quote))


def _put_aside(raw: Raw, number: int, line: str, count: int, head: Head) -> None:
    """Keep a line that is no record: words alone are a note, anything else is broken."""
    filled = [field for field in fields_of(line, head.delimiter, head.quote) if field.strip()]
    if len(filled) == 1 < len(head.names) and "\x00" not in line and is_words(filled[0]):
        raw.furniture[TOTAL if is_total(filled[0]) else NOTE] += 1
    elif count < len(head.names) and filled and is_total(filled[0]):
        raw.furniture[TOTAL] += 1
    else:
        raw.bad.append(_broken(number, line, count, len(head.names)))


def fields_of(line: str, delimiter: str, quote: str) -> list[str]:
    """Split a record."""
    if quote and quote in line:
        try:
            return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, quotechar=quote), [])
        except csv.Error:
            return line.split(delimiter)
    return line.split(delimiter)


def _whole_record(line: str, lines: Lines, delimiter: str, quote: str) -> str | None:
    """Return the record that starts on this line, or None if a quote never closes."""
    if not is_open(line, delimiter, quote):
        return line
    taken: list[tuple[int, str]] = []
    odd, length = True, len(line)
    for following in lines:
        taken.append(following)
        length += len(following[1])
        if quote in following[1]:
            odd ^= following[1].count(quote) % 2 == 1
            if not odd or not _is_inside(following[1], delimiter, quote, inside=True):
                return "\n".join([line, *(text for _, text in taken)])
        if len(taken) >= LONGEST_RECORD or length > bounds.LINE:
            break
    lines.put_back(taken)
    return None


def is_open(line: str, delimiter: str, quote: str) -> bool:
    """Return whether a quoted field is still open at the end; a quote opens only at a field's start."""
    if line.count(quote) % 2 == 0 or not (line.startswith(quote) or delimiter + quote in line):
        return False
    return _is_inside(line, delimiter, quote, inside=line.startswith(quote), position=1)


def _is_inside(line: str, delimiter: str, quote: str, *, inside: bool, position: int = 0) -> bool:
    """Go from quote to quote, not from letter to letter: a line may be long."""
    position = position if inside else 0
    while True:
        if inside:
            end = line.find(quote, position)
            if end < 0:
                return True
            if line.startswith(quote, end + 1):
                position = end + 2
                continue
            inside, position = False, end + 1
        begin = line.find(delimiter + quote, position)
        if begin < 0:
            return False
        inside, position = True, begin + 2


def _unclosed(row: int, line: str, quote: str) -> Bad:
    reason = f"a {quote} is not closed within {LONGEST_RECORD} lines"
    return Bad(row, "a quoted text is closed", reason, _begun(line), _begun(line))


def _begun(line: str) -> str:
    """Return a line that is no record as it is kept: of a very long one the beginning."""
    return line if len(line) <= bounds.CONTENT else f"{line[: bounds.CONTENT]} …"


def _broken(row: int, line: str, count: int, width: int) -> Bad:
    line = _begun(line)
    if "\x00" in line:
        return Bad(
            row, "a line has no NUL bytes", "the line holds NUL bytes: part of the file was never written",
            line.replace("\x00", "␀"), line.replace("\x00", "␀"),
        )  # fmt: skip
    if count < width:
        reason = f"{count} of {width} fields: the line is cut off"
    else:
        reason = (
            f"{count} fields, the header has {width}: the line is too long, or holds the delimiter inside a "
            "field"
        )
    return Bad(
        row, "a line has as many fields as the header", reason, f"{count} field{'s' * (count != 1)}", line
    )
