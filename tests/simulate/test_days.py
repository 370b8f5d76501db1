from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from callstats.simulate import Scenario
from callstats.simulate.days import WorkCalendar


def test_utc_follows_the_clock_change():
    calendar = WorkCalendar.of(
        Scenario(start=date(2026, 10, 23), days=5)
    )  # Paris leaves summer time on 25 October
    seconds = np.array([12 * 3600, (3 * 24 + 12) * 3600])
    expected = [
        datetime(2026, 10, day, 12, tzinfo=ZoneInfo("Europe/Paris")).timestamp() * 1e6 for day in (23, 26)
    ]
    assert calendar.utc_us(seconds).tolist() == expected


def test_weekends_and_holidays_are_not_worked():
    calendar = WorkCalendar.of(Scenario(start=date(2026, 7, 10), days=7, holidays=(date(2026, 7, 14),)))
    worked = [calendar.date_of(number).day for number in range(len(calendar))]
    assert worked == [10, 13, 15, 16]


def test_the_first_working_day_from_a_sunday_is_monday():
    calendar = WorkCalendar.of(Scenario(start=date(2026, 7, 10), days=7))
    assert calendar.date_of(calendar.first_from(date(2026, 7, 12))) == date(2026, 7, 13)
