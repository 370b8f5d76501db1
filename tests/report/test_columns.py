import time

import pytest

from callstats.report import table_layout as columns
from callstats.report.table_layout import AROUND, TEXT, Width, asked, dealt, wide


def cell(text, **about):
    return {"text": text, "bar": None, "strong": False, "under": [], **about}


def column(label, align="right", group=""):
    return {"label": label, "align": align, "group": group}


def test_an_interval_keeps_its_line():
    (width,) = asked([column("n")], [[cell("от 24,9 % до 27,5 %")]])
    assert width.least >= wide("от 24,9 % до 27,5 %", TEXT) + AROUND


def test_words_wrap():
    text = "a text of many short words " * 30
    (width,) = asked([column("formula", "left")], [[cell(text)]])
    assert width.least < 100 < width.body


def test_a_column_is_as_wide_as_the_longest_word_of_its_head():
    (width,) = asked([column("Taux de transformation")], [[cell("6,8 %")]])
    assert width.least >= wide("transformation", TEXT, bold=True) + AROUND


def test_a_head_on_two_lines_is_broken_where_it_is_narrowest():
    (width,) = asked([column("Taux de conversion")], [[cell("1")]])
    assert width.head(2) == pytest.approx(1.012 * wide("conversion", TEXT, bold=True) + AROUND, abs=0.5)
    assert width.head(1) > width.head(2)


def test_the_head_of_a_group_has_room_above_its_columns():
    pair = [column("a", group="Prognosewerte"), column("b", group="Prognosewerte")]
    widths = asked(pair, [[cell("1"), cell("2")]])
    assert sum(width.least for width in widths) >= wide("Prognosewerte", TEXT, bold=True) + AROUND


def test_the_bar_beside_a_number_has_room():
    plain, barred = (asked([column("n")], [[cell("12 %", bar=bar)]])[0].least for bar in (None, 0.5))
    assert barred - plain == columns.BAR


def test_heads_are_broken_before_cells_are():
    assert dealt([Width(20, 60), Width(20, 30, (90, 40))], 100) == [60, 40]


def test_heads_are_broken_into_as_few_lines_as_the_room_allows():
    assert dealt([Width(10, 10, (80, 50, 20)), Width(10, 10, (80, 50, 20))], 100) == [50, 50]


def test_what_room_is_left_puts_heads_on_fewer_lines():
    assert dealt([Width(10, 10, (60, 40, 20)), Width(10, 10, (60, 40, 20))], 70) == [40, 20]


def test_the_room_is_used_up_where_cells_wrap():
    widths = dealt([Width(20, 80), Width(40, 4000)], 400)
    assert sum(widths) == pytest.approx(400)
    assert widths[0] == 80


def test_no_column_is_squeezed_beneath_what_its_longest_word_takes():
    widths = dealt([Width(50, 500), Width(45, 60)], 100)
    assert widths[0] >= 50
    assert widths[1] >= 45


def test_columns_that_do_not_fit_are_not_dealt():
    assert dealt([Width(80, 80), Width(40, 80)], 100) is None


def test_smaller_text_takes_less_room():
    width = Width(109, 209, (309, 159))
    assert width.tight() == Width(
        pytest.approx(100 * 8 / 8.5 + 7),
        pytest.approx(200 * 8 / 8.5 + 7),
        pytest.approx((300 * 8 / 8.5 + 7, 150 * 8 / 8.5 + 7)),
    )


def test_a_head_of_eighty_words_is_measured_at_once():
    started = time.process_time()
    asked([column("word " * 80)], [[cell("1")]])
    assert time.process_time() - started < 1


def test_a_long_text_makes_a_row_higher():
    low, high = (columns.height([cell(text)], [100.0]) for text in ("a", "many words " * 20))
    assert high > 8 * low
