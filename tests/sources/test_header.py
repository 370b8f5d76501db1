"""Which row is the header, and which rows are no records."""

import pytest

from callstats.sources.header import find_header, holds_all, is_total, is_words

NEEDS = [(("Id",), ("Date", "When"))]


def test_the_header_is_the_first_row_that_holds_what_is_needed():
    rows = [["Calls of September", ""], ["Id", "Who"], ["id", " when "], ["Id", "Date"]]
    assert find_header(rows, NEEDS, ["Id", "Date", "When"]) == 2


def test_without_such_a_row_it_is_the_one_with_most_known_names():
    rows = [["Report"], ["", ""], ["Id", "Dat", "Talk"], ["1", "2", "3"]]
    assert find_header(rows, NEEDS, ["Id", "Date", "Talk"]) == 2


def test_without_any_known_name_it_is_the_first_filled_row():
    assert find_header([["", ""], ["a", "b"], ["c", "d"]], NEEDS, ["Id"]) == 1


def test_nothing_filled_is_no_header():
    assert find_header([["", ""]], NEEDS, []) is None


def test_one_column_of_each_group_is_enough_whatever_its_case():
    assert holds_all(["ID", "when"], NEEDS[0])
    assert not holds_all(["ID"], NEEDS[0])
    assert not holds_all(["ID"], ())


@pytest.mark.parametrize(
    "text", ["Total", "Grand Totals (2 records)", "Итого", "Sous-total", "SUM", "Average"]
)
def test_a_row_of_totals_begins_with_such_a_word(text):
    assert is_total(text)


@pytest.mark.parametrize("text", ["Totally new", "Summer campaign", "7", ""])
def test_a_name_that_begins_like_one_is_none(text):
    assert not is_total(text)


def test_a_cut_off_record_is_not_a_line_of_words():
    assert is_words("Confidential Information - Do Not Distribute")
    assert not is_words("T3")
    assert not is_words("2026-09-0")
