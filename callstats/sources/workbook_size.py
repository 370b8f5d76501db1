"""How large the sheets of a workbook become in memory, found out before its reader makes them.

A workbook is an archive: a few kB of it may be gigabytes of XML, one cell in the last corner makes
a sheet of 17 billion, one text may stand in a million cells, and an OpenDocument may say of a row that
it comes a million times. What the file says of itself (its dimension, the sizes in its directory) is
not believed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from callstats import bounds
from callstats.errors import InputError

_CHUNK = 4 << 20
_LONGEST_CELL = 1 << 20  # bytes of the XML of a cell, of which Excel fills at most 32,767 letters
_MOST_PACKED = 1100  # what deflate makes of a byte at most, and a little more
_OF_STRING = 60  # bytes of memory of a text beside its letters
#: Bytes of text that all cells of a sheet may hold together.
_TEXT = 768 * bounds.MB

_COLUMN = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+)\d")
_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*(\d+)")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"'][^>]*>\s*<(?:\w+:)?v[^>]*>(\d+)")
_REPEATED = re.compile(rb"number-(columns|rows)-repeated\s*=\s*[\"'](\d+)")
_CELL_OF_ODS = re.compile(rb"<(?:\w+:)?(?:covered-)?table-cell\b([^>]*)>")


@dataclass(slots=True)
class _Sheet:
    """How far a sheet reaches, and how often it names each shared text."""

    rows: int = 0
    columns: int = 0
    size: int = 0
    cells: int = 0
    shared: int = 0
    texts: int = 0
    in_row: int = field(default=0, repr=False)


def check_workbook(path: Path, file: str) -> None:
    """Refuse a workbook that becomes larger than any export.

    Raises
    ------
    InputError
        Names what is too large.
    """
    try:
        with path.open("rb") as opened, zipfile.ZipFile(opened) as archive:
            _check_archive(archive, file)
    except zipfile.BadZipFile as error:
        if "CRC" in str(error):  # what it holds is not as long as it says
            raise InputError(f"not an Excel workbook: {error}", file=file) from error
    except (zlib.error, KeyError, OSError, EOFError, NotImplementedError, RuntimeError):
        pass  # of another make (.xls), or damaged: its reader says what there is to say


def _check_archive(archive: zipfile.ZipFile, file: str) -> None:
    sheets = [m for m in archive.infolist() if _is_sheet(m.filename)]
    texts = [m for m in archive.infolist() if re.search(r"sharedStrings\.(xml|bin)$", m.filename, re.I)]
    left = bounds.WORKBOOK
    for member in archive.infolist():
        if member not in sheets and member not in texts and member.compress_size * _MOST_PACKED > left:
            left -= sum(map(len, chunks(archive, member, left, file)))
    lengths = np.zeros(0, np.int64)
    for member in texts:
        lengths = _lengths(archive, member, left, file)
        left -= int(lengths.sum())
    for member in sheets:
        sheet = _measured(archive, member, left, lengths, file)
        left -= sheet.size
        _check_sheet(sheet, file, member.filename)


def _is_sheet(name: str) -> bool:
    return re.search(r"(^|/)content\.xml$|worksheets/[^/]+\.(xml|bin)$", name, re.IGNORECASE) is not None


def _check_sheet(sheet: _Sheet, file: str, name: str) -> None:
    hint = "Delete what stands far below or beside the calls, or export them as CSV."
    if sheet.rows * sheet.columns > bounds.SHEET_CELLS:
        raise InputError(
            f"a sheet of {sheet.rows:,} rows and {sheet.columns:,} columns is too large to be read at once",
            file=f"{file}, {name}", hint=hint,
        )  # fmt: skip
    if sheet.texts > _TEXT:
        raise InputError(
            f"the texts of a sheet become more than {bounds.amount(_TEXT)}", file=f"{file}, {name}", hint=hint
        )


def chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, file: str) -> Iterator[bytes]:
    """Yield what comes out of a member of a workbook, as long as it is not too much.

    Raises
    ------
    InputError
    """
    out = 0
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            out += len(chunk)
            if out > most:
                raise InputError(
                    f"a workbook that becomes more than {bounds.amount(bounds.WORKBOOK)}",
                    file=f"{file}, {member.filename}", hint="Export the calls as CSV.",
                )  # fmt: skip
            yield chunk


def cells_of(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Yield the XML of a sheet, a few thousand whole cells at a time."""
    with archive.open(member) as stream:
        yield from _whole_cells(iter(lambda: stream.read(_CHUNK), b""), b"</c>")


def _whole_cells(parts: Iterator[bytes], end: bytes) -> Iterator[bytes]:
    """Yield the same bytes, divided where a cell ends."""
    rest = b""
    for chunk in parts:
        data = rest + chunk
        cut = data.rfind(end) + len(end)
        if cut < len(end):
            cut = max(0, len(data) - _LONGEST_CELL)
        yield data[:cut]
        rest = data[cut:]
    yield rest


def _measured(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, lengths: np.ndarray, file: str
) -> _Sheet:
    sheet = _Sheet()
    parts = _counted(chunks(archive, member, left, file), sheet)
    if member.filename.lower().endswith(".bin"):
        _measure_binary(parts, sheet, lengths)
    elif member.filename.lower().endswith("content.xml"):
        _measure_document(_whole_cells(parts, b"table-row>"), sheet)
    else:
        for part in _whole_cells(parts, b"</c>"):
            _measure(part, sheet, lengths)
    sheet.texts += max(0, sheet.size - 20 * sheet.cells)
    return sheet


def _counted(parts: Iterator[bytes], sheet: _Sheet) -> Iterator[bytes]:
    for part in parts:
        sheet.size += len(part)
        yield part


def _measure(part: bytes, sheet: _Sheet, lengths: np.ndarray) -> None:
    """Take in cells of a sheet of Office Open XML, whether they say where they stand or not."""
    if b"<" not in part:  # blanks alone
        return
    columns = set(_COLUMN.findall(part))
    sheet.columns = max([sheet.columns, *map(_number, columns)])
    rows = _ROW.findall(part)
    sheet.rows = max(sheet.rows, max(map(int, set(rows)), default=0)) if rows else sheet.rows
    in_rows = [row.count(b"<c ") + row.count(b"<c>") + row.count(b":c ") for row in part.split(b"<row")]
    sheet.shared += len(in_rows) - 1
    in_rows[0] += sheet.in_row
    sheet.cells += sum(in_rows) - sheet.in_row
    sheet.in_row = in_rows[-1]
    sheet.columns = max(sheet.columns, *in_rows)
    sheet.rows = max(sheet.rows, sheet.shared)
    if len(lengths):
        named = np.array([int(place[:18]) for place in _SHARED.findall(part)], np.int64)
        sheet.texts += int(lengths[named[named < len(lengths)]].sum())


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return number


def _lengths(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, file: str) -> np.ndarray:
    """Return the bytes of each shared text; too many of them are refused."""
    parts = chunks(archive, member, left, file)
    found: list[np.ndarray] = []
    count, size = 0, 0
    if member.filename.lower().endswith(".bin"):
        lengths = np.array([length for kind, length, _ in _records(parts) if kind == _STRING], np.int64)
        found, count, size = [lengths], len(lengths), int(lengths.sum())
        _check_texts(count, size, file, member.filename)
    else:
        open_size = 0
        for part in parts:
            pieces = part.split(b"</si>")
            sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
            sizes[0] += open_size
            open_size = int(sizes[-1])
            found.append(sizes[:-1])
            count, size = count + len(sizes) - 1, size + len(part)
            _check_texts(count, size, file, member.filename)
        found.append(np.array([open_size], np.int64))
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _check_texts(count: int, size: int, file: str, name: str) -> None:
    if count * _OF_STRING + size > bounds.WHOLE:
        raise InputError(
            f"the texts of a workbook need more than {bounds.amount(bounds.WHOLE)}", file=f"{file}, {name}",
            hint="Export the calls as CSV.",
        )  # fmt: skip


def _measure_document(parts: Iterator[bytes], sheet: _Sheet) -> None:
    """Take in the rows of an OpenDocument: an empty cell may come as often as it likes, a filled one not."""
    below = 0
    for part in parts:
        for row in re.split(rb"<(?:\w+:)?table-row\b", part)[1:]:
            begin = row.partition(b">")[0]
            times = max(1, *(int(n[:9]) for kind, n in _REPEATED.findall(begin) if kind == b"rows"), 1)
            wide, place = 0, 0
            for attributes in _CELL_OF_ODS.findall(row):
                found = [int(n[:9]) for kind, n in _REPEATED.findall(attributes) if kind == b"columns"]
                place += max(found, default=1)
                if not attributes.endswith(b"/") or b"value" in attributes:
                    wide = place
            below += times
            sheet.columns = max(sheet.columns, wide)
            sheet.rows = below if wide else sheet.rows
            sheet.cells += 1


_ROW_HEAD, _STRING, _FORMULA_TEXT, _SHARED_TEXT = 0, 19, 8, 7


def _records(parts: Iterator[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Yield the records of a binary part ([MS-XLSB] 2.1.4): kind, size and first bytes."""
    data, place = b"", 0
    for part in parts:
        data, place = data[place:] + part, 0
        while len(data) - place > _HEAD:
            kind, at = data[place], place + 1
            if kind & 0x80:
                kind, at = (kind & 0x7F) | (data[at] << 7), at + 1
            size, shift = 0, 0
            while True:
                byte, at = data[at], at + 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80 or shift > 21:
                    break
            if at + size > len(data):
                break
            yield kind, size, data[at : at + 12]
            place = at + size


_HEAD = 6  # bytes of a record's kind and size at most


def _measure_binary(parts: Iterator[bytes], sheet: _Sheet, lengths: np.ndarray) -> None:
    for kind, _, begin in _records(parts):
        number = int.from_bytes(begin[:4], "little")
        if kind == _ROW_HEAD:
            sheet.rows = max(sheet.rows, number + 1)
        elif 1 <= kind <= 11:
            sheet.columns = max(sheet.columns, number + 1)
            sheet.cells += 1
            if kind == _SHARED_TEXT and (place := int.from_bytes(begin[8:12], "little")) < len(lengths):
                sheet.texts += int(lengths[place])
