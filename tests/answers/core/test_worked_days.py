"""Days with calls, and how many of them a month has."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from callstats.answers.core.worked_days import MONTH, WorkedDays, worked_days
from callstats.dataset import Dataset

MONDAY = dt.date(2026, 9, 7)


def days(*numbers: int) -> list[dt.date]:
    return [MONDAY + dt.timedelta(n) for n in numbers]


def test_a_month_of_five_days_a_week_has_21_or_22():
    worked = WorkedDays.of(days(*(w * 7 + d for w in range(4) for d in range(5))))
    assert (worked.days, worked.a_week) == (20, 5)
    assert worked.within(MONTH) == pytest.approx(5 * 30.4375 / 7)


def test_every_second_saturday_counts_half():
    worked = WorkedDays.of(days(0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 14))
    assert worked.a_week == pytest.approx(5.5)


def test_four_days_tell_nothing_of_a_month():
    assert math.isnan(WorkedDays.of(days(0, 1, 2, 3)).times(MONTH))


def test_a_month_that_would_be_more_than_three_times_what_was_seen_is_not_told():
    # a month of five days a week has 21.7: three times 7 are too few, three times 8 are enough
    assert math.isnan(WorkedDays.of(days(0, 1, 2, 3, 4, 7, 8)).times(MONTH))
    assert WorkedDays.of(days(0, 1, 2, 3, 4, 7, 8, 9)).times(MONTH) == pytest.approx(21.741 / 8, abs=1e-3)


def test_days_are_those_with_calls():
    clock = [pd.Timestamp("2026-09-07 23:59"), pd.Timestamp("2026-09-08 00:01"), pd.NaT]
    calls = pd.DataFrame({"call_id": ["1", "2", "3"], "local_started_at": clock})
    assert worked_days(Dataset({"calls": calls})).days == 2


def test_without_a_clock_no_day_is_known():
    assert worked_days(Dataset({"calls": pd.DataFrame({"call_id": ["1"]})})) == WorkedDays()
