"""Periods as people write them."""

from datetime import date

import pytest

from callstats.dataset import Period
from callstats.errors import UsageError


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-09", date(2026, 9, 1), date(2026, 10, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-9", date(2026, 9, 1), date(2026, 10, 1)),
        ("2026-09-14", date(2026, 9, 14), date(2026, 9, 15)),
        ("2026-W36", date(2026, 8, 31), date(2026, 9, 7)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-09-01..2026-09-14", date(2026, 9, 1), date(2026, 9, 15)),
        ("2026-07..2026-08", date(2026, 7, 1), date(2026, 9, 1)),
    ],
)
def test_both_ends_are_read(text, start, end):
    period = Period.parse(text)
    assert (period.start, period.end) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "spring",
        "2026-13",
        "2026-02-30",
        "2025-W53",
        "2026-Q5",
        "2026-09-14..2026-09-01",
        "2026-09..",
        "26-09",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms(text):
    with pytest.raises(UsageError, match="2026-W36"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-09", "2026-08"),
        ("2026-01", "2025-12"),
        ("2026-03-01", "2026-02-28"),
        ("2026-W01", "2025-W52"),
        ("2026-Q1", "2025-Q4"),
        ("2026", "2025"),
        ("2026-09-08..2026-09-14", "2026-09-01..2026-09-07"),
    ],
)
def test_the_one_before_is_of_the_same_kind(text, before):
    assert Period.parse(text).previous() == Period.parse(before)


def test_a_period_read_again_is_itself():
    assert Period.parse(Period.parse("2026-09")) == Period.parse("2026-09")


def test_only_whole_months_lie_in_it():
    assert Period.parse("2026-Q3").months == ("2026-07", "2026-08", "2026-09")
    assert Period.parse("2026-01-02..2026-02-28").months == ("2026-02",)
    assert Period.parse("2026-W36").months == ()
