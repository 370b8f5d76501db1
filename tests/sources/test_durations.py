"""Durations in words, as a clock and in ISO 8601; the seconds are worked out by hand."""

import math

import pandas as pd
import pytest

from callstats.sources.durations import is_clear, read_durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3m 25s", 205),
        ("1h 2m 3s", 3723),
        ("3 min 25 sec", 205),
        ("1 hour, 5 minutes", 3900),
        ("2 hrs and 1 min", 7260),
        ("3 Min. 5 Sek.", 185),
        ("1 h 30", math.nan),
        ("3 мин 25 сек", 205),
        ("1,5 h", 5400),
        ("350ms", 0.35),
        ("PT3M25S", 205),
        ("P1DT2H", 93600),
        ("PT0.5S", 0.5),
        ("1 day, 06:15:00", 108900),
        ("2d 01:00:00", 176400),
        ("00:03:25", 205),
        ("3:25", 205),
        ("45", 45),
        ("soon", math.nan),
        ("", math.nan),
        ("P", math.nan),
        ("3 apples", math.nan),
    ],
)
def test_a_length_in_words_iso_or_as_a_clock_is_read(text, seconds):
    assert read_durations(pd.Series([text], dtype="string"), "text").tolist() == pytest.approx(
        [seconds], nan_ok=True
    )


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [
        ("30:15:00", "hh:mm:ss", 108900),
        ("-00:00:05", "hh:mm:ss", -5),
        ("03:25", "hh:mm:ss", 205),
        ("01:10", "hh:mm", 4200),
        ("130:15", "hh:mm", 468900),
        ("01:10:30", "hh:mm", 4230),
        ("7", "hh:mm", math.nan),
    ],
)
def test_a_clock_is_read_by_its_unit(text, unit, seconds):
    assert read_durations(pd.Series([text], dtype="string"), unit).tolist() == pytest.approx(
        [seconds], nan_ok=True
    )


def test_two_parts_of_a_clock_may_be_either_so_they_are_not_clear():
    texts = pd.Series(["00:03:25", "03:25", "3m 25s", "PT5S", "45", "soon"], dtype="string")
    assert is_clear(texts).tolist() == [True, False, True, True, False, False]
