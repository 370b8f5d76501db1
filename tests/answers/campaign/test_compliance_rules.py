"""The public holidays of France."""

from __future__ import annotations

from datetime import date

import pytest

from callstats.answers.campaign.compliance_rules import easter, french_holidays

#: As published by the French administration (service-public.fr) for the year.
PUBLISHED = {
    2024: "01-01 04-01 05-01 05-08 05-09 05-20 07-14 08-15 11-01 11-11 12-25",
    2025: "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25",
    2026: "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25",
}


@pytest.mark.parametrize(("year", "days"), PUBLISHED.items())
def test_holidays_are_the_published_ones(year: int, days: str) -> None:
    assert " ".join(f"{day:%m-%d}" for day in french_holidays(year)) == days


@pytest.mark.parametrize(
    "day", [date(1818, 3, 22), date(2000, 4, 23), date(2008, 3, 23), date(2024, 3, 31), date(2038, 4, 25)]
)
def test_easter_falls_on_known_days(day: date) -> None:
    """The earliest and the latest there are, and others (Meeus, 1991, chapter 8)."""
    assert easter(day.year) == day


def test_ascension_on_the_first_of_may_is_one_holiday() -> None:
    """In 2008 both fell on 1 May."""
    assert len(french_holidays(2008)) == 10
