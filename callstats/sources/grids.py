"""Grids of cells - sheets of workbooks, tables of web pages, lists of JSON - as raw tables."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from callstats.bounds import check_columns, check_whole
from callstats.errors import InputError, near_names
from callstats.library_errors import is_panic
from callstats.sources import notes
from callstats.sources.base import Layout, TextOptions
from callstats.sources.encoding import detect_encoding
from callstats.sources.gathering import Gathered
from callstats.sources.header import LOOKED_AT, REPEATED, find_header
from callstats.sources.raw import Bad, Raw, header_key, table_name, unique_names
from callstats.sources.typed_cells import of_objects
from callstats.sources.workbook_size import cells_of, check_workbook

Grid = Sequence[Sequence[Any]]


def read_workbook(path: Path, file: str, options: TextOptions, layouts: Sequence[Layout]) -> Iterator[Raw]:
    """Read the sheets of a workbook that are asked for, or all of them.

    Raises
    ------
    InputError
        It is no workbook, or a sheet that is asked for is not there.
    """
    try:
        from python_calamine import CalamineWorkbook
    except ImportError as error:
        raise InputError(
            "reading Excel needs a package that is not installed",
            file=file,
            hint="Install it with: pip install 'callstats[excel]'",
        ) from error
    check_workbook(path, file)
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = list(book.sheet_names)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        raise InputError(f"not an Excel workbook: {error}", file=file) from error
    for asked in options.sheet:
        if asked not in sheets:
            raise InputError(
                f"no sheet {asked!r}", file=file, near=near_names(asked, sheets),
                hint=f"Its sheets: {', '.join(sheets)}.",
            )  # fmt: skip
    unread = _cells_without_a_value(path) if zipfile.is_zipfile(path) else {}
    for sheet in sheets:
        if options.sheet and sheet not in options.sheet:
            yield Raw(file, sheet=sheet, unread="it was not asked for")
            continue
        try:
            grid = book.get_sheet_by_name(sheet)
            raw = from_grid(grid.iter_rows(), file, options, layouts)
        except InputError:
            raise
        except BaseException as error:
            if not (isinstance(error, Exception) or is_panic(error)):
                raise
            raise InputError(f"the sheet {sheet!r} cannot be read: {error}", file=file) from error
        raw.sheet, raw.name = sheet, table_name(sheet, [item.name for item in layouts])
        for letters, count in unread.get(sheet, {}).items():
            place = _column_number(letters)
            name = raw.columns[place] if place < len(raw.columns) else letters
            raw.notes.append(notes.write(notes.NO_VALUE, file=file, count=count, column=name))
        yield raw


_CELL = re.compile(rb'<c r="([A-Z]+)\d+"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)


def _cells_without_a_value(path: Path) -> dict[str, dict[str, int]]:
    """Count the error cells and the formulas that were never computed, by sheet and column letters.

    The reader of workbooks gives them as empty, and an empty cell says something else.
    """
    found: dict[str, dict[str, int]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for sheet, member in _sheet_files(archive).items():
                for data in cells_of(archive, member):
                    if b't="e"' not in data and b"<f" not in data:
                        continue
                    for letters, attributes, inside in _CELL.findall(data):
                        if b't="e"' in attributes or (b"<f" in inside and b"<v>" not in inside):
                            columns = found.setdefault(sheet, {})
                            columns[letters.decode()] = columns.get(letters.decode(), 0) + 1
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, NotImplementedError, RuntimeError):
        return {}  # of another make (.xlsb, .ods), or damaged: its reader says what there is to say
    return found


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for link in re.findall(r"<Relationship [^>]+>", links):
        target, number = re.search(r'Target="([^"]+)"', link), re.search(r'Id="([^"]+)"', link)
        if target and number:
            targets[number[1]] = target[1]
    found = {}
    for sheet in re.findall(r"<sheet [^>]+>", book):
        name, number = re.search(r'name="([^"]+)"', sheet), re.search(r'r:id="([^"]+)"', sheet)
        if name and number and number[1] in targets:
            target = targets[number[1]]
            found[name[1]] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def from_grid(
    rows: Iterable[Sequence[Any]], file: str, options: TextOptions, layouts: Sequence[Layout]
) -> Raw:
    """Make a raw table of the rows of a sheet: header found, blank rows and repeated headers taken out."""
    coming = iter(rows)
    first = list(itertools.islice(coming, max(LOOKED_AT, options.header or 0)))
    header = _header_place(first, options, layouts)
    if header is None:
        return Raw(file, unread="it is empty")
    titles = list(options.names) if header < 0 else [_title(cell) for cell in first[header]]
    raw = Raw(file, header_row=header + 1)
    keys = [header_key(title) for title in titles]
    gathered = Gathered(titles, file, _CUT)
    numbers = []
    for number, row in enumerate(itertools.chain(first[header + 1 :], coming), start=header + 2):
        if all(cell is None or cell == "" for cell in row):
            gathered.widen(len(row))
            continue
        if header >= 0 and [header_key(_title(cell)) for cell in row] == keys:
            raw.furniture[REPEATED] += 1
            continue
        numbers.append(number)
        gathered.add(row, number)
    raw.cells = gathered.cells()
    raw.rows = numbers
    return raw


def _header_place(rows: Grid, options: TextOptions, layouts: Sequence[Layout]) -> int | None:
    if options.header is not None:
        return options.header - 1
    texts = ([_title(cell) for cell in row] for row in rows[:LOOKED_AT])
    return find_header(texts, [item.needs for item in layouts], [c for item in layouts for c in item.known])


def _title(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return str(cell.date())
    return "" if cell is None else str(cell)


_CELL_TAGS = ("td", "th", "cell")


class _Tables(HTMLParser):
    """The rows of the tables of a page; a table inside another one is its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Any]] = []
        self._cell: list[str] | None = None
        self._wide = 1
        self._type = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("tr", "row"):
            self._end_cell()
            self.rows.append([])
        elif tag in _CELL_TAGS and self.rows:
            self._end_cell()
            self._cell = []
            self._wide = _count(attrs, "colspan")
            missing = _count(attrs, "ss:index") - 1 - len(self.rows[-1])
            self.rows[-1] += [""] * max(0, missing)
        elif tag == "data":
            self._type = dict(attrs).get("ss:type") or ""
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in (*_CELL_TAGS, "tr", "row", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None:
            text = " ".join("".join(self._cell).split())
            self.rows[-1] += [_typed(text, self._type), *[""] * (self._wide - 1)]
            self._cell, self._type = None, ""


def _count(attributes: list[tuple[str, str | None]], name: str) -> int:
    number = dict(attributes).get(name) or "1"
    return int(number) if number.isdigit() and int(number) <= 1000 else 1


def _typed(text: str, kind: str) -> Any:
    """Return a cell of an XML workbook as what it says it is."""
    try:
        return {"Number": float, "DateTime": dt.datetime.fromisoformat, "Boolean": lambda v: v == "1"}[kind](
            text
        )
    except (KeyError, ValueError):
        return text


def read_page(path: Path, file: str, options: TextOptions, layouts: Sequence[Layout]) -> Raw:
    """Read the tables of a web page, which many systems call a workbook.

    Raises
    ------
    InputError
        There is no table in it.
    """
    encoding, _ = detect_encoding(path, options.encoding)
    _check_size(path, file, {b"<": _TAG})
    text = path.read_text(encoding=encoding, errors="replace")
    parser = _Tables()
    parser.feed(text)
    parser.close()
    if not any(parser.rows):
        raise InputError("a web page without a table", file=file, hint="Export the calls as CSV or Excel.")
    return from_grid(parser.rows, file, options, layouts)


#: Bytes of memory for each letter, tag, record and value of a page or of JSON while it is read.
_TEXT, _TAG, _RECORD, _VALUE = 2, 40, 200, 40
_CUT = "Export it as CSV, or in several files, a month each."


def _check_size(path: Path, file: str, marks: Mapping[bytes, int]) -> None:
    """Refuse a text that is read whole and would need too much memory, by what each mark of it becomes."""
    needed = 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 22):
            needed += _TEXT * len(chunk) + sum(size * chunk.count(mark) for mark, size in marks.items())
            check_whole(needed, file, _CUT)


def read_json(path: Path, file: str, options: TextOptions) -> Raw:
    """Read a list of records, or one record a line; a key inside another one is ``outer.inner``.

    Raises
    ------
    InputError
        It is no JSON, or holds no records.
    """
    encoding, _ = detect_encoding(path, options.encoding)
    _check_size(path, file, {b"{": _RECORD, b"[": _RECORD, b",": _VALUE})
    text = path.read_text(encoding=encoding)
    raw = Raw(file, header_row=0)
    try:
        records = _list_of_records(_decoded(text))
        raw.rows = list(range(1, len(records) + 1))
    except RecursionError as error:
        raise InputError("JSON that is nested too deeply", file=file, hint=_FLAT) from error
    except json.JSONDecodeError as error:
        records = _one_after_another(text)
        raw.rows = list(range(1, len(records) + 1))
        if not records:
            numbered = list(_records_by_line(text, raw))
            records = [record for _, record in numbered]
            raw.rows = [number for number, _ in numbered]
        if not records:
            raise InputError(f"not JSON: {error.msg}", file=file, row=error.lineno) from error
    if not records:
        raise InputError("JSON without a list of records", file=file, hint='Export it as [{"id": 1, ...}].')
    flat = _all_flat(records, file)
    names = list(dict.fromkeys(name for record in flat for name in record))
    check_columns(len(names), file)
    check_whole(_OF_NAME * len(names) * len(flat), file, _CUT)
    titles = unique_names(names)
    raw.cells = {
        title: of_objects([record.get(name) for record in flat])
        for title, name in zip(titles, names, strict=True)
    }
    return raw


_FLAT = "Export the calls as a list of records, without further levels."
_OF_NAME = 16  # bytes of a cell of a column


def _all_flat(records: list[dict[str, Any]], file: str) -> list[dict[str, Any]]:
    try:
        return [_flat(record) for record in records]
    except RecursionError as error:
        raise InputError("JSON that is nested too deeply", file=file, hint=_FLAT) from error


def _list_of_records(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, list):
        return [record for record in content if isinstance(record, dict)]
    if isinstance(content, dict):
        inner = [found for value in content.values() if (found := _list_of_records(value))]
        return max(inner, key=len, default=[content] if content and not inner else [])
    return []


def _decoded(text: str) -> Any:
    """Return what a text of JSON holds; a whole number longer than Python takes stays text.

    Raises
    ------
    json.JSONDecodeError
        It is no JSON.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # sys.get_int_max_str_digits
        return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


#: Of a whole number; longer ones are no number of this trade, and Python refuses those of over 4,300.
_MOST_DIGITS = 100
_SPACE = re.compile(r"\s*")


def _one_after_another(text: str) -> list[dict[str, Any]]:
    """Read records that follow one another without a comma or a line break, as streams write them to a file.

    None where each line is a record: there a broken line costs itself alone.
    """
    decoder, text, place = json.JSONDecoder(parse_int=_whole), text.strip(), 0
    records: list[dict[str, Any]] = []
    while place < len(text):
        try:
            record, end = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError):
            return []
        by_line = not records and "\n" not in text[:end] and text[end : end + 1] in ("\r", "\n")
        if by_line or not isinstance(record, dict):
            return []
        records.append(record)
        place = found.end() if (found := _SPACE.match(text, end)) else end
    return records


def _records_by_line(text: str, raw: Raw) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = _decoded(line)
        except json.JSONDecodeError as error:
            record = error.msg
        except RecursionError:
            record = "nested too deeply"
        if isinstance(record, dict):
            yield number, record
        else:
            raw.bad.append(Bad(number, "a line is one JSON record", f"no record: {record}", line[:80], line))


def _flat(record: dict[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{key}.")
        else:
            flat[f"{before}{key}"] = _plain(value)
    return flat


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return (
            ", ".join(map(str, value))
            if all(not isinstance(v, dict | list) for v in value)
            else json.dumps(value)
        )
    return value


def is_json(start: bytes) -> bool:
    """Tell JSON from text by its first letters: a bracket, and what may stand behind it."""
    head = (
        start.lstrip(b"\xef\xbb\xbf \t\r\n")[:40].replace(b" ", b"").replace(b"\n", b"").replace(b"\r", b"")
    )
    return head[:2] in (b'{"', b"{}", b"[{", b"[]") and not head.startswith(b"[]]")
