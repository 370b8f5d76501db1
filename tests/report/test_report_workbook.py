"""A report's workbook: a cover with what it found, then a sheet for each table."""

from __future__ import annotations

import io

import openpyxl
import pytest

pytest.importorskip("xlsxwriter")

from callstats.report import document
from callstats.report.report_workbook import report_workbook
from callstats.show.display import Sentence, TableView, Verdict
from tests.report.conftest import shown


def test_the_cover_opens_with_the_headline_and_has_the_verdict_of_every_question():
    found = [Verdict([Sentence("Profit is up.", "good")], "Profit up to 7,430")]
    book = report_workbook(document.read(shown(*found, TableView("Lists", ["List"], [["A"]]))))
    sheets = openpyxl.load_workbook(io.BytesIO(book))
    texts = [str(cell.value) for row in sheets.worksheets[0].iter_rows() for cell in row if cell.value]
    assert texts.index("Profit up to 7,430") < texts.index("Profit is up.")
    assert len(sheets.worksheets) == 2
