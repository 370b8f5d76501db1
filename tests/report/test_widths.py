import pytest

from callstats.report.table_layout import drawn, longest_line, longest_word, wide

TEXTS = (
    "Taux de transformation",
    "Удовлетворённость клиентов",
    "−1 234,50 €",
    "от +4 922 € до +10 127 €",
    "AVATAR",
)


@pytest.mark.parametrize("text", ["5", "W", "é", "Ж", "€", "−"])
def test_a_character_is_as_wide_as_typst_draws_it(text):
    (upright,), (bold,) = drawn([text])
    assert (wide(text, 1000), wide(text, 1000, bold=True)) == (upright, bold)


@pytest.mark.parametrize("text", TEXTS)
def test_kerning_makes_a_text_hardly_wider_than_its_characters(text):
    (upright,), (bold,) = drawn([text])
    assert wide(text, 1000) * 1.012 >= upright
    assert wide(text, 1000, bold=True) * 1.012 >= bold


def test_a_line_does_not_end_at_a_no_break_space():
    assert longest_word("12 345\u00a0€", 10) == wide("345\u00a0€", 10)


def test_a_line_may_end_after_a_hyphen_or_a_slash():
    assert longest_word("campaign_report-renewal", 10) == wide("campaign_report-", 10)


def test_a_text_of_several_lines_is_as_wide_as_its_longest():
    assert longest_line("a\nlonger\nb", 10) == wide("longer", 10)


def test_a_character_that_is_not_measured_has_room():
    assert wide("ⵣ", 10) == 7
    assert wide("漢", 10) == 10  # a square
