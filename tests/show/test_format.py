"""Expected texts are written by hand from the CLDR conventions of en-GB, fr-FR and ru-RU."""

import datetime as dt
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.show.digits import deserved_decimals
from callstats.show.format import Formatter

NARROW, NBSP, MINUS = "\u202f", "\u00a0", "\u2212"
EN, FR, RU = Formatter("en"), Formatter("fr"), Formatter("ru", "RUB")


def plain(text):
    return text.replace(NARROW, " ").replace(NBSP, " ")


@pytest.mark.parametrize(
    ("formatter", "value", "unit", "expected"),
    [
        (EN, 0.12345, "%", "12.3%"),
        (FR, 0.12345, "%", f"12,3{NBSP}%"),
        (RU, 0.12345, "%", f"12,3{NBSP}%"),
        (EN, -0.12345, "%", f"{MINUS}12.3%"),
        (EN, 0.0042, "%", "0.42%"),
        (EN, 0.0, "%", "0%"),
        (EN, 1.0, "%", "100%"),
        (EN, 1240, "money", "€1,240"),
        (FR, 1240, "money", f"1{NARROW}240{NBSP}€"),
        (RU, 1240, "money", f"1{NBSP}240{NBSP}₽"),
        (EN, -1240.4, "money", f"{MINUS}€1,240"),
        (EN, 12.5, "money", "€12.50"),
        (Formatter("en", "JPY"), 12.5, "money", "JP¥12"),
        (EN, 12.5, "money/h", "€12.50/h"),
        (FR, 12.5, "money/h", f"12,50{NBSP}€/h"),
        (EN, 3.421, "1/h", "3.42/h"),
        (RU, 3.421, "1/h", "3,42/ч"),
        (EN, 48, "s", f"48{NBSP}s"),
        (EN, 4320, "s", f"1{NBSP}h{NBSP}12{NBSP}min"),
        (FR, 1.2, "h", f"1{NBSP}h{NBSP}12{NBSP}min"),
        (RU, 192, "s", f"3{NBSP}мин{NBSP}12{NBSP}с"),
        (EN, 180, "s", f"3{NBSP}min"),
        (EN, 59.96, "s", f"1{NBSP}min"),
        (EN, 3599.9, "s", f"1{NBSP}h"),
        (FR, 1240, "h", f"1{NARROW}240{NBSP}h"),
        (EN, 60231, "n", "60,231"),
        (EN, 8.26, "n", "8.3"),
        (EN, 4.237, "score", "4.24"),
        (EN, -42, "points", f"{MINUS}42"),
    ],
)
def test_a_value_is_written_as_its_language_and_unit_ask(formatter, value, unit, expected):
    assert formatter.value(value, unit) == expected


@pytest.mark.parametrize("unit", ["%", "1/h", "s", "h", "money", "money/h", "n", "score", "points"])
@pytest.mark.parametrize("nothing", [None, math.nan])
def test_what_is_not_known_is_a_dash(unit, nothing):
    assert EN.value(nothing, unit) == EN.change(nothing, unit) == "–"
    assert EN.interval(nothing, 1, unit) == EN.interval(1, nothing, unit) == "–"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.05, 0.23, "12%"),
        (0.111, 0.135, "12.3%"),
        (0.1229, 0.1239, "12.34%"),
        (0.123401, 0.123499, "12.345%"),
    ],
)
def test_the_interval_decides_the_digits(low, high, expected):
    assert EN.value(0.12345, "%", low, high) == expected


def test_money_has_cents_or_none():
    assert EN.value(12.34, "money", 11.9, 12.8) == "€12.34"
    assert EN.interval(9000, 16000, "money") == "€9,000 to €16,000"


def test_an_end_that_is_not_zero_is_not_written_as_zero():
    assert EN.interval(0.0002, 0.06, "%") == "0.02% to 6.00%"


def test_a_value_that_is_not_zero_is_not_written_as_zero():
    assert EN.value(0.004, "%", 0, 0.3) == "0.4%"


@given(
    st.floats(-1e6, 1e6, allow_nan=False, allow_subnormal=False),
    st.floats(1e-3, 1e6, allow_nan=False),
)
def test_an_interval_never_gets_more_than_three_decimals_nor_collapses(low, width):
    decimals = deserved_decimals(low, low + width)
    assert 0 <= decimals <= 3
    assert round(low, decimals) < round(low + width, decimals) or width < 0.003


@pytest.mark.parametrize(
    ("formatter", "expected"),
    [(EN, "11.1% to 13.5%"), (FR, "de 11,1 % à 13,5 %"), (RU, "от 11,1 % до 13,5 %")],
)
def test_an_interval_is_written_in_words(formatter, expected):
    assert plain(formatter.interval(0.111, 0.135, "%")) == expected


@pytest.mark.parametrize(
    ("formatter", "value", "unit", "expected"),
    [
        (EN, 0.0123, "%", "+1.2 pp"),
        (EN, -0.0123, "%", f"{MINUS}1.2 pp"),
        (FR, -0.0123, "%", f"{MINUS}1,2 pt"),
        (RU, 0.0123, "%", "+1,2 пп"),
        (EN, 0.0, "%", "0 pp"),
        (EN, 1200, "money", "+€1,200"),
        (EN, -75, "s", f"{MINUS}1 min 15 s"),
        (EN, 12, "n", "+12"),
    ],
)
def test_a_change_is_signed_and_of_percentages_in_points(formatter, value, unit, expected):
    assert plain(formatter.change(value, unit)) == expected


def test_no_sign_stands_before_what_rounds_to_zero():
    assert plain(EN._write(-0.00001, "%", 1, change=True)) == "0.0 pp"


def test_an_open_interval_has_no_end():
    assert EN.interval(-math.inf, 0.2, "%") == f"{MINUS}∞ to 20.0%"


def test_a_column_has_one_number_of_decimals():
    texts = EN.column([0.123, None, 0.3, 0.2], "%", [0.12, None, 0.2, 0.19], [0.126, None, 0.4, 0.21])
    assert texts == ["12.3%", "–", "30.0%", "20.0%"]


def test_the_first_of_a_french_month_is_written_as_the_first():
    """Lexique des règles typographiques de l'Imprimerie nationale: "1er", and cardinal numbers from 2 on."""
    first, tenth, end = dt.date(2021, 9, 1), dt.date(2021, 9, 10), dt.date(2021, 8, 31)
    assert (plain(FR.date(first)), plain(FR.date(tenth)), plain(FR.day(first))) == (
        "1er sept. 2021",
        "10 sept. 2021",
        "1er sept.",
    )
    assert FR.days(first, tenth) == "1er–10 sept."
    assert FR.days(end, first).endswith("1er sept.")
    assert FR.date(dt.date(2021, 10, 11)) == "11 oct. 2021"


@pytest.mark.parametrize(
    ("formatter", "date", "month", "weekday"),
    [
        (EN, "14 Sept 2026", "September 2026", "Mon"),
        (FR, "14 sept. 2026", "septembre 2026", "lun."),
        (RU, "14 сент. 2026", "сентябрь 2026", "пн"),
    ],
)
def test_days_are_written_by_language(formatter, date, month, weekday):
    assert plain(formatter.date(dt.date(2026, 9, 14))) == date
    assert plain(formatter.month("2026-09")) == plain(formatter.month(dt.date(2026, 9, 3))) == month
    assert formatter.weekday(1) == weekday


def test_targets_are_written_as_they_were_set():
    assert [EN.goal(0.03, "%"), EN.goal(0.125, "%"), EN.goal(300, "s")] == ["3%", "12.5%", f"5{NBSP}min"]


def test_cells_of_a_dense_table_leave_the_unit_to_the_head():
    assert [EN.cell(0.1234, "%", 0.01), EN.cell(192, "s", 5), EN.cell(-3.4, "money", 1)] == [
        "12",
        "3:12",
        f"{MINUS}3",
    ]
    assert [EN.cell_unit(u) for u in ("%", "s", "h", "money/h", "n")] == ["%", "min:s", "h:min", "€/h", ""]


@pytest.mark.parametrize("given", [{"language": "frr"}, {"currency": "euro"}])
def test_an_unknown_language_or_currency_is_refused(given):
    with pytest.raises(UsageError):
        Formatter(**given)


def test_an_unknown_unit_is_refused_with_the_near_ones():
    with pytest.raises(UsageError, match=r"Did you mean 'money'"):
        EN.value(1, "mony")


def test_formatting_needs_no_matplotlib_and_no_pandas():
    code = "import sys, callstats.show.format; print({'matplotlib', 'pandas'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == "set()\n"


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_a_number_is_never_parted_from_its_unit(language):
    form = Formatter(language)
    written = [
        form.money(7222),
        form.change(5170, "money"),
        form.duration(203),
        form.duration(4320),
        form.change(0.01, "%"),
        form.percent(0.22),
        form.number(1_234_567),
        form.value(12.5, "1/h"),
        form.value(9.5, "money/h"),
        form.hour(14),
    ]
    assert [text for text in written if " " in text] == []


@pytest.mark.parametrize("unit", ["n", "%", "money", "money/h", "s", "h", "1/h"])
@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_no_number_is_too_large_to_be_written(language, unit):
    form = Formatter(language)
    assert "30" in form.value(1e30, unit) or "32" in form.value(1e30, unit)
    assert form.interval(-1e300, 1e300, unit)
    assert form.change(-1e40, unit)
    assert form.tick(1e200, unit, 1e199)
    assert form.cell(1e200, unit, 1e199)
