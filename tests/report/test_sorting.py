from __future__ import annotations

import pytest

from callstats.report.sorting import number, sortable, sorts
from callstats.show.format import Formatter


def block(*columns: tuple[str, list[str]]) -> dict:
    """Return a table of columns: alignment and texts."""
    return {
        "kind": "table",
        "columns": [{"label": align, "align": align} for align, _ in columns],
        "rows": [
            [{"text": text} for text in row] for row in zip(*(texts for _, texts in columns), strict=True)
        ],
    }


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize(
    ("value", "unit"),
    [(0.123, "%"), (1234.0, "n"), (-1234567.0, "n"), (45296.0, "s"), (75.0, "s"), (0.0, "n"), (8.5, "1/h")],
)
def test_a_number_is_read_back_as_it_was_written(language, value, unit):
    text = Formatter(language).value(value, unit)
    read = number(text, language)
    assert read == pytest.approx(value * (100 if unit == "%" else 1), rel=0.01)


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_money_is_read_back_as_it_was_written(language):
    assert number(Formatter(language, "EUR").money(-12345.0), language) == pytest.approx(-12345, rel=0.001)


def test_a_column_of_numbers_is_sorted_by_them_and_the_unknown_have_no_key():
    made = sortable(block(("right", ["9%", "–", "10%", "−1%"])), "en")
    assert made["columns"][0]["order"] == "number"
    assert [row[0]["key"] for row in made["rows"]] == [9, None, 10, -1]


def test_a_column_of_text_is_sorted_by_its_letters():
    made = sortable(block(("left", ["Bob", "ann", "Eve", ""])), "en")
    assert made["columns"][0]["order"] == "text"
    assert [row[0]["key"] for row in made["rows"]] == ["bob", "ann", "eve", None]


def test_a_column_of_numbers_among_words_is_not_sorted():
    assert not sorts(sortable(block(("right", ["9%", "see below", "10%", "1%"])), "en"))


def test_a_table_read_at_a_glance_is_left_alone():
    small = block(("right", ["9%", "10%", "1%"]))
    assert sortable(small, "en") is small


def test_a_comma_is_what_the_language_says_it_is():
    assert (number("1,234", "en"), number("1,234", "fr")) == (1234, 1.234)
