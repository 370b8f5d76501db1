"""Tables as a workbook for Excel and LibreOffice: a sheet for each, numbers as numbers.

What a cell holds is never run: texts are written as texts, whatever sign they begin with, and
links lead to sheets of the same workbook alone. The same tables give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from callstats.show.calendar import UNKNOWN
from callstats.show.plain import clean, every_row
from callstats.show.sheet_names import SheetNames
from callstats.show.words import Words, mark, words
from callstats.show.workbook_formats import COLOUR, CellFormats, held, unit_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_FROM, _TO, _BESIDE = mark("{what}, from"), mark("{what}, to"), mark("{what}: remark")
_LONGEST_TEXT = 32_767  # of a cell, in UTF-16 units, as Excel has it
_WIDEST = 60
#: No file tells when it was made: the same tables give the same bytes.
_NEVER = dt.datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class WorkbookCover:
    """The first sheet of a workbook.

    Attributes
    ----------
    title, subtitle : str
    facts : sequence of (str, str)
        Label and value: campaign, period.
    verdicts : sequence of (str, sequence of str)
        A question, and the sentences that answer it.
    language : str
        en, fr or ru.
    """

    title: str
    subtitle: str = ""
    facts: Sequence[Sequence[str]] = ()
    verdicts: Sequence[tuple[str, Sequence[str]]] = ()
    language: str = "en"


def workbook(cover: WorkbookCover, tables: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a workbook: what the tables are about, then each of them on a sheet.

    Parameters
    ----------
    cover : WorkbookCover
    tables : iterable of mapping
        Payloads of :class:`~callstats.show.display.TableView`. A cell that was written from a number
        holds that number, unrounded, in a format of its unit; the interval it was written from is two
        columns. What is unknown is an empty cell.

    Examples
    --------
    >>> from callstats.show.display import TableView
    >>> lists = TableView("Lists", ["list", "answered"], [["A", "=1+1"]])
    >>> made = workbook(WorkbookCover("Lists"), [lists.payload()])
    >>> made[:2], made == workbook(WorkbookCover("Lists"), [lists.payload()])
    (b'PK', True)
    """
    from xlsxwriter import Workbook

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(written, {**options, "strings_to_numbers": False, "nan_inf_to_errors": False}) as book:
        book.set_properties({"title": _text(cover.title)[:255], "created": _NEVER})
        _Pages(book, words(cover.language)).write(cover, tuple(tables))
    return written.getvalue()


class _Pages:
    """The sheets of a workbook while they are written."""

    def __init__(self, book: Workbook, say: Words) -> None:
        self.book = book
        self.say = say
        self.formats = CellFormats(book, say.language)
        self.names = SheetNames()

    def write(self, cover: WorkbookCover, tables: Sequence[Mapping[str, Any]]) -> None:
        first = self.book.add_worksheet(self.names.free(self.say("Contents")))
        sheets = [self._sheet(table) for table in tables]
        self._cover(first, cover, sheets)

    def _cover(self, sheet: Worksheet, cover: WorkbookCover, sheets: Sequence[tuple[str, str]]) -> None:
        plain, wrapped = self.formats.of(valign="top"), self.formats.of(text_wrap=True, valign="top")
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 100)
        self._put(sheet, 0, 0, cover.title, self.formats.of(bold=True, font_size=16))
        self._put(sheet, 1, 0, cover.subtitle, plain)
        row = 3
        for label, value in cover.facts:
            self._put(sheet, row, 0, label, wrapped)
            self._put(sheet, row, 1, value, wrapped)
            row += 1
        row += 1
        for question, sentences in cover.verdicts:
            self._put(sheet, row, 0, question, self.formats.of(bold=True, text_wrap=True, valign="top"))
            for sentence in sentences:
                self._put(sheet, row, 1, sentence, wrapped)
                row += 1
        row += 1
        for name, caption in sheets:
            quoted = name.replace("'", "''")
            link = self.formats.of(font_color=COLOUR, underline=1)
            self._put(sheet, row, 0, self.say("Table"), plain)
            sheet.write_url(row, 1, f"internal:'{quoted}'!A1", link, _text(caption)[:255])
            row += 1
        sheet.hide_gridlines(2)

    def _sheet(self, table: Mapping[str, Any]) -> tuple[str, str]:
        caption = _text(table["caption"]) or self.say("Table")
        name = self.names.free(caption)
        sheet = self.book.add_worksheet(name)
        columns = [column for place in range(len(table["columns"])) for column in self._columns(table, place)]
        for at, column in enumerate(columns):
            self._column(sheet, at, column)
        for number, note in enumerate(table.get("notes") or (), len(every_row(table)) + 2):
            self._put(sheet, number, 0, note, self.formats.of(italic=True))
        sheet.freeze_panes(1, 0)
        return name, caption

    def _columns(self, table: Mapping[str, Any], place: int) -> Iterable[_SheetColumn]:
        """Yield the columns of a sheet that a column of a table becomes: itself, then what stands beneath."""
        told = table["columns"][place]
        label = self.say.headed(told["group"], told["label"]) if told.get("group") else told["label"]
        cells = [row[place] if place < len(row) else {"text": ""} for row in every_row(table)]
        parts = [list(_parts(cell)) for cell in cells]
        for depth, column in enumerate(zip_longest(*parts, fillvalue=_NOTHING)):
            numbers = max((len(part.numbers) for part in column), default=0)
            head = label if depth == 0 or numbers > 1 else self.say(_BESIDE, what=label)
            if numbers < 2:
                yield _SheetColumn(head, column, 0, told.get("align") == "right")
                continue
            yield _SheetColumn(self.say(_FROM, what=label), column, 0, True)
            yield _SheetColumn(self.say(_TO, what=label), column, 1, True)

    def _column(self, sheet: Worksheet, at: int, column: _SheetColumn) -> None:
        units = {unit_words(part.origin, self.say.language) for part in column.parts if part.numbers}
        unit = next(iter(units)) if len(units) == 1 else ""
        head = f"{_text(column.head)} [{unit}]" if unit else _text(column.head)
        right = "right" if column.right else "left"
        self._put(sheet, 0, at, head, self.formats.of(bold=True, bottom=1, text_wrap=True, align=right))
        widest = min(len(head), 24)
        for row, part in enumerate(column.parts, 1):
            self._cell(sheet, row, at, part, column.end)
            widest = max(widest, len(part.text) if not part.numbers else 10)
        sheet.set_column(at, at, min(widest, _WIDEST) + 2)

    def _cell(self, sheet: Worksheet, row: int, at: int, part: _CellPart, end: int) -> None:
        style = {"bold": True} if part.strong else {}
        if part.numbers:
            if end < len(part.numbers):
                number = held(part.numbers[end], part.origin)
                sheet.write_number(row, at, number, self.formats.number(part.origin, **style))
        elif end == 0:
            wrap = {"text_wrap": True} if len(part.text) > _WIDEST else {}
            self._put(sheet, row, at, part.text, self.formats.of(valign="top", **style, **wrap))

    def _put(self, sheet: Worksheet, row: int, at: int, text: str, style: Any) -> None:
        told = _text(text)
        if told and told != UNKNOWN:
            sheet.write_string(row, at, told, style)


@dataclass(frozen=True, slots=True)
class _CellPart:
    """What a cell of a sheet holds: a text, or the numbers that it was written from."""

    text: str
    origin: Mapping[str, Any]
    strong: bool = False

    @property
    def numbers(self) -> Sequence[float]:
        return self.origin.get("numbers", ())


_NOTHING = _CellPart("", {})


@dataclass(frozen=True, slots=True)
class _SheetColumn:
    head: str
    parts: Sequence[_CellPart]
    end: int
    right: bool


def _parts(cell: Mapping[str, Any]) -> Iterable[_CellPart]:
    """Yield what a cell of a table says, then each line beneath it."""
    texts = [cell.get("text") or _inlined(cell.get("inlines") or ()), *(cell.get("under") or ())]
    for place, (text, origin) in enumerate(zip_longest(texts, cell.get("typed") or ())):
        known = origin if origin and all(number is not None for number in origin["numbers"]) else {}
        yield _CellPart(_text(text or ""), known, bool(cell.get("strong")) and place == 0)


def _inlined(nodes: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of a cell that was written as Markdown."""
    return "".join(str(node.get("text") or _inlined(node.get("inlines") or ())) for node in nodes)


def _text(text: object) -> str:
    """Return a text as a cell can hold it: one line, no longer than Excel takes."""
    told = clean(str(text))
    if len(told) > _LONGEST_TEXT // 2:
        told = told.encode("utf-16-le")[: 2 * _LONGEST_TEXT - 2].decode("utf-16-le", "ignore")
    return told
