"""A workbook holds numbers as numbers and texts as texts, and is the same for the same tables."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.show.display import Cell, Column, KeyFigure, KeyFigures, TableView
from callstats.show.format import Formatter
from callstats.show.sheet_names import SheetNames
from callstats.show.workbook import WorkbookCover, workbook
from callstats.show.written import origin_of

COVER = WorkbookCover(
    "Campaign report", "Spring offer", [("Period", "September 2026")], [("Is it so?", ["It is."])]
)


def opened(*tables: TableView, cover: WorkbookCover = COVER) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(cover, [table.payload() for table in tables])))


def column(*texts: str | Cell, head: str = "value") -> Any:
    """Return the second sheet of a workbook with one column."""
    return opened(TableView("Figures", [Column(head, "right")], [[text] for text in texts])).worksheets[1]


@pytest.mark.parametrize(
    ("text", "value", "shown", "head"),
    [
        (Formatter().value(0.12345, "%", 0.111, 0.135), 0.12345, "0.0%", "value [%]"),
        (Formatter().change(-0.0123, "%"), -0.0123, "+0.0%;-0.0%;0.0%", "value [pp]"),
        (Formatter().money(1240.5), 1240.5, "[$€]#,##0", "value [EUR]"),
        (Formatter("fr", "CHF").money(12.5), 12.5, "[$CHF]#,##0.00", "value [CHF]"),
        (Formatter().value(0.87, "1/h"), 0.87, '#,##0.00"/h"', "value [1/h]"),
        (Formatter().number(12345), 12345, "#,##0", "value"),
        (Formatter().duration(192), dt.timedelta(seconds=192), "[h]:mm:ss", "value [h:min:s]"),
        (Formatter().value(30.5, "h"), dt.timedelta(hours=30.5), "[h]:mm:ss", "value [h:min:s]"),
        (Formatter().change(-90, "s"), -90, '+#,##0" s";-#,##0" s";#,##0" s"', "value [s]"),
        (Formatter().date(dt.date(2026, 9, 14)), dt.datetime(2026, 9, 14), "yyyy-mm-dd", "value"),
    ],
)
def test_a_cell_holds_what_its_text_was_written_from(text: str, value: Any, shown: str, head: str) -> None:
    sheet = column(text)
    assert sheet["A2"].value == value
    assert sheet["A2"].number_format == shown
    assert sheet["A1"].value == head


def test_an_interval_is_two_columns() -> None:
    form = Formatter()
    cell = Cell(form.value(0.2, "%"), under=[form.interval(0.1, 0.3, "%")])
    sheet = column(cell)
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [
        ["value [%]", "value, from [%]", "value, to [%]"],
        [0.2, 0.1, 0.3],
    ]


def test_columns_of_several_units_name_none() -> None:
    assert column(Formatter().percent(0.1), Formatter().money(3))["A1"].value == "value"


@pytest.mark.parametrize("value", [float("nan"), None])
def test_what_is_unknown_is_an_empty_cell(value: float | None) -> None:
    sheet = column(Formatter().percent(value), Formatter().percent(0.5))
    assert sheet["A2"].value is None
    assert sheet["A3"].value == 0.5


def test_what_has_no_end_is_no_number() -> None:
    assert column(Formatter().percent(float("inf")))["A2"].value == "∞"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://example.com", "'=1", "{=1}"]
)
def test_a_text_is_never_a_formula_or_a_link(text: str) -> None:
    made = workbook(COVER, [TableView(text, [text], [[text]], [text]).payload()])
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        told = {name: parts.read(name).decode() for name in parts.namelist()}
    assert not any("<f>" in text or "<f " in text for text in told.values())
    assert not any("External" in text for text in told.values())
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[1]
    assert sheet["A2"].value == text.replace("\t", " ")
    assert sheet["A2"].data_type == "s"


def test_the_first_sheet_tells_what_it_is_about_and_leads_to_the_others() -> None:
    book = opened(TableView("Lists: A/B", ["list"], [["A"]]), TableView("It's", ["list"], [["A"]]))
    first = book.worksheets[0]
    told = [cell.value for row in first.iter_rows() for cell in row if cell.value is not None]
    assert told[:6] == ["Campaign report", "Spring offer", "Period", "September 2026", "Is it so?", "It is."]
    links = {
        cell.value: cell.hyperlink.location for row in first.iter_rows() for cell in row if cell.hyperlink
    }
    assert links == {"Lists: A/B": "'Lists A B'!A1", "It's": "'It''s'!A1"}


def test_the_first_row_stays_and_columns_are_wide_enough() -> None:
    sheet = column("a name that is rather long", head="list")
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width > 26


def test_the_same_tables_give_the_same_bytes() -> None:
    table = TableView("Lists", ["list"], [[Formatter().percent(0.1)]]).payload()
    assert workbook(COVER, [table]) == workbook(COVER, [table])


def test_a_text_longer_than_a_cell_is_cut() -> None:
    assert len(column("x" * 40_000)["A2"].value) == 32_766


@given(st.lists(st.text(max_size=50), max_size=8))
def test_names_of_sheets_are_legal_and_unique(captions: list[str]) -> None:
    names = SheetNames()
    found = [names.free(caption) for caption in captions]
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=4))
def test_any_text_can_be_written_and_read_back(rows: list[tuple[str, str]]) -> None:
    from callstats.show.plain import clean

    sheet = opened(TableView("Any", ["a", "b"], rows)).worksheets[1]
    for number, row in enumerate(rows, 2):
        for place, text in enumerate(row, 1):
            told = sheet.cell(number, place).value or ""
            assert told == ("" if clean(text) == "–" else clean(text))


def test_a_key_figure_keeps_the_numbers_of_its_texts() -> None:
    figure = KeyFigure("dials", "Dials", Formatter().number(1234), interval="1 to 2")
    told = KeyFigures([figure]).payload()["figures"][0]
    assert told["typed"]["value"]["numbers"] == [1234]
    assert "interval" not in told["typed"]


def test_a_text_made_of_a_number_has_none() -> None:
    assert origin_of(f"{Formatter().percent(0.1)} of them") is None


def test_a_sheet_has_all_rows_where_a_page_has_those_that_say_something() -> None:
    table = TableView("Agents", ["agent"], [["Bob"], ["2 others"]], all_rows=[["Ann"], ["Bob"], ["Cid"]])
    assert [row[0].value for row in opened(table).worksheets[1].rows] == ["agent", "Ann", "Bob", "Cid"]
