"""Which data an answer is about."""

from __future__ import annotations

import datetime as dt

import pytest

from callstats.answers.core.scope import scope
from callstats.errors import UsageError
from tests.answers.small_campaigns import calls, data

AUGUST, SEPTEMBER = dt.datetime(2026, 8, 3, 10), dt.datetime(2026, 9, 1, 10)
BOTH = data(calls({"local_started_at": AUGUST}, {"local_started_at": SEPTEMBER}))


def test_previous_is_the_period_of_the_same_kind_just_before() -> None:
    about = scope(BOTH, "2026-09", "previous")
    assert (about.label, about.earlier_label) == ("September 2026", "August 2026")


def test_a_period_before_without_calls_leaves_a_note_and_no_comparison() -> None:
    about = scope(BOTH, "2026-08", "previous")
    assert about.before is None
    assert about.note == "No call in July 2026: nothing to compare with."


@pytest.mark.parametrize("before", [None, "", "none"])
def test_nothing_asked_for_is_compared_with_nothing(before: str | None) -> None:
    about = scope(BOTH, "2026-09", before)
    assert (about.before, about.note) == (None, "")


def test_without_a_period_everything_is_asked_about() -> None:
    about = scope(BOTH, "", "previous")
    assert about.label == "the whole data"
    assert (about.window.start, about.window.last) == (AUGUST.date(), SEPTEMBER.date())


def test_a_period_without_calls_is_refused() -> None:
    with pytest.raises(UsageError, match="2026-06"):
        scope(BOTH, "2026-06")


def test_days_are_written_as_two_dates() -> None:
    assert scope(BOTH, "2026-08-03..2026-09-01").label == "3 Aug 2026 to 1 Sept 2026"
