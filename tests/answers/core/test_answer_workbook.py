"""An answer and a frame as workbooks: what they say, their tables, all numbers typed by unit."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.core.answer_workbook import frame_payload, frame_workbook, write_workbook
from callstats.errors import UsageError

SPRING = cs.open("data/demo").where(campaign_id="spring")


def rows(content: bytes, sheet: int = -1) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[sheet].iter_rows()]


def test_an_answer_is_written_with_its_tables_and_all_its_numbers(tmp_path: Path) -> None:
    answer = cs.lists(SPRING, "2026-09")
    path = answer.to_excel(tmp_path / "lists.xlsx")
    book = openpyxl.load_workbook(path)
    tables = [view.payload() for view in answer.views() if view.kind == "table"]
    assert len(book.worksheets) == len(tables) + 2
    assert book.worksheets[0]["B4"].value or book.worksheets[0]["B5"].value  # what it says
    told = [[cell.value for cell in row] for row in book.worksheets[-1].iter_rows()]
    frame = answer.to_frame()
    assert len(told) == len(frame) + 1
    place = list(frame.columns).index("value")
    written = [row[place] for row in told[1:]]
    assert written == pytest.approx(list(frame["value"]), rel=1e-14, nan_ok=True)


def test_figures_of_a_frame_are_in_the_unit_of_the_kpi_of_their_row() -> None:
    frame = cs.measure(SPRING.where(period="2026-09"), ["answer_rate", "average_handle_time", "profit"])
    book = openpyxl.load_workbook(io.BytesIO(frame_workbook(frame, "Figures")))
    sheet = book.worksheets[1]
    heads = [cell.value for cell in sheet[1]]
    shown = [row[heads.index("value")].number_format for row in sheet.iter_rows(min_row=2)]
    assert shown == ["0.00%", "[h]:mm:ss", "[$€]#,##0.00"]
    assert sheet.cell(2, heads.index("value") + 1).value == pytest.approx(frame["value"].iloc[0], rel=1e-15)


def test_what_is_no_number_is_an_empty_cell_beside_its_reason() -> None:
    frame = pd.DataFrame(
        {"kpi": ["roi", "roi"], "value": [float("nan"), float("inf")], "note": ["no cost", ""]}
    )
    assert rows(frame_workbook(frame, "Figures"))[1:] == [["roi", None, "no cost"], ["roi", None, None]]


def test_moments_and_days_are_dates() -> None:
    at = pd.to_datetime(["2026-09-01 10:30:00", None])
    frame = pd.DataFrame({"at": at, "day": [dt.date(2026, 9, 1), None], "length_s": [90.0, 5400.0]})
    assert rows(frame_workbook(frame, "Times"))[1:] == [
        [dt.datetime(2026, 9, 1, 10, 30), dt.datetime(2026, 9, 1), dt.timedelta(seconds=90)],
        [None, None, dt.timedelta(hours=1.5)],
    ]


def test_names_of_data_are_no_formulas() -> None:
    frame = pd.DataFrame({"=a": ["=1+1"], "list_id": ["@x"]})
    assert rows(frame_workbook(frame, "=2")) == [["=a", "list_id"], ["=1+1", "@x"]]


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    with pytest.raises(UsageError, match="more than a sheet holds"):
        frame_payload(pd.DataFrame({"a": range(1_048_576)}), "All")


def test_a_workbook_takes_the_place_of_what_was_there_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"old")
    assert write_workbook(b"new", file) == file
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["a.xls", "missing/a.xlsx"])
def test_a_place_that_takes_no_workbook_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        write_workbook(b"new", tmp_path / name)
    assert list(tmp_path.iterdir()) == []
