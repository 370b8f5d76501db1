"""Deadlines in working hours: breaks, nights, weekends and days on which nobody dials do not count."""

from datetime import date

import numpy as np
import pytest

from callstats.dataset.working_hours import WorkingHours

#: Friday, Monday and Tuesday: nobody dials on the weekend.
DAYS = [date(2026, 9, 4), date(2026, 9, 7), date(2026, 9, 8)]
BREAK = [("10:00", "13:00"), ("14:00", "20:00")]


def after(loaded: str, hours: float, windows=BREAK) -> str:
    found = WorkingHours.of(DAYS, windows).after(np.array([loaded], dtype="datetime64[us]"), hours)
    return str(found[0].astype("datetime64[s]"))


@pytest.mark.parametrize(
    ("loaded", "hours", "due"),
    [
        ("2026-09-04T10:00", 8, "2026-09-04T19:00:00"),  # three hours, a break of one, five hours
        ("2026-09-04T06:00", 8, "2026-09-04T19:00:00"),  # before the doors open
        ("2026-09-04T13:30", 1, "2026-09-04T15:00:00"),  # in the break
        ("2026-09-04T18:00", 8, "2026-09-07T17:00:00"),  # two hours on Friday, six on Monday
        ("2026-09-04T21:00", 8, "2026-09-07T19:00:00"),  # after the doors close
        ("2026-09-06T12:00", 8, "2026-09-07T19:00:00"),  # on a Sunday
        ("2026-09-04T10:00", 9, "2026-09-04T20:00:00"),  # a whole day ends in the evening, not next morning
        ("2026-09-04T10:00", 3, "2026-09-04T13:00:00"),
        ("2026-09-04T10:00", 0.5, "2026-09-04T10:30:00"),
        ("2026-09-08T12:00", 8, "NaT"),  # one and six hours are left of the last day
        ("2026-09-09T12:00", 8, "NaT"),
        ("NaT", 8, "NaT"),
    ],
)
def test_only_working_time_counts(loaded, hours, due):
    assert after(loaded, hours) == due


def test_windows_that_touch_or_overlap_count_once():
    assert after("2026-09-04T09:00", 3, [("11:00", "13:00"), ("10:00", "12:00"), ("13:00", "14:00")]) == (
        "2026-09-04T13:00:00"
    )


def test_a_window_until_midnight_goes_on_at_the_next_window():
    assert after("2026-09-04T22:00", 3, [("20:00", "24:00")]) == "2026-09-07T21:00:00"


def test_a_site_that_never_works_has_no_deadline():
    moments = np.array(["2026-09-04"], dtype="datetime64[us]")
    assert np.isnat(WorkingHours.of([], BREAK).after(moments, 8)).all()
