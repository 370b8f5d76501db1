import math

import pytest

from callstats.show.display import Column, TableView
from callstats.show.format import Formatter
from callstats.show.tables import Field, great_table, table

ROWS = [
    {"list": "A", "rate": 0.12, "low": 0.11, "high": 0.13, "n": 1200, "change": 0.02},
    {"list": "B", "rate": 0.06, "low": 0.05, "high": 0.07, "n": 600, "change": -0.01},
    {"list": None, "rate": math.nan, "low": math.nan, "high": math.nan, "n": None, "change": None},
]
FIELDS = [
    Field("list", "list"),
    Field("rate", "rate", "%", "low", "high", bar=True),
    Field("rate", "interval", "%", "low", "high", show="interval"),
    Field("change", "change", "%", show="change"),
    Field("n", "n", "n"),
]


def cells(view, column):
    return [row[column].text.replace("\u00a0", " ") for row in view.rows]


def test_every_column_is_written_in_its_unit():
    view = table(ROWS, FIELDS, Formatter(), caption="Lists")
    assert cells(view, 0) == ["A", "B", "–"]
    assert cells(view, 1) == ["12%", "6%", "–"] or cells(view, 1) == ["12.0%", "6.0%", "–"]
    assert cells(view, 3) == ["+2.0 pp", "−1.0 pp", "–"]
    assert cells(view, 4) == ["1,200", "600", "–"]


def test_numbers_stand_to_the_right():
    view = table(ROWS, FIELDS, Formatter(), caption="Lists")
    assert [column.align for column in view.columns] == ["left", "right", "right", "right", "right"]


def test_a_bar_is_the_share_of_the_largest():
    view = table(ROWS, FIELDS, Formatter(), caption="Lists")
    assert [row[1].bar for row in view.rows] == [1.0, pytest.approx(0.5), None]


def test_rows_are_set_off_as_asked():
    view = table(
        ROWS,
        FIELDS,
        Formatter(),
        caption="c",
        strong=lambda r: r["list"] == "A",
        grey=lambda r: r["list"] == "B",
    )
    assert [(row[0].strong, row[0].tone) for row in view.rows] == [
        (True, None),
        (False, "grey"),
        (False, None),
    ]


def test_a_table_without_rows_is_a_table():
    view = table([], FIELDS, Formatter(), caption="c")
    assert view.rows == ()
    assert "<tbody></tbody>" in view.to_html()
    assert str(view).splitlines()[0] == "c"


def test_great_tables_gets_escaped_text_and_a_fixed_id():
    evil = "<script>alert(1)</script>"
    view = TableView(evil, [Column(evil, group=evil), "b"], [[evil, "x"]], [evil])
    html = great_table(view).as_raw_html()
    assert "<script>" not in html
    assert html == great_table(view).as_raw_html()
