"""Is it solved at the first call."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.answers.service.callers import NINE, answered, demo, inbound, lost, serve, simulated
from tests.answers.small_campaigns import data, plain


def value(found, kpi):
    return found.to_frame().set_index("kpi").loc[kpi, "value"]


def calls_of(*days: float, who: str, **more):
    return [row for day in days for row in answered(day=0, minute=day * 1440, contact_id=who, **more)]


def test_who_rings_again_within_a_week_was_not_helped():
    """A rings again after 3 days, B after 8, C not at all; D and E cannot be followed for a week."""
    rows = inbound(
        calls_of(0, 3, who="A"),
        calls_of(0, 8, who="B"),
        calls_of(1, who="C"),
        calls_of(20, who="D"),
        calls_of(16, who="E"),
    )
    found = serve(data(rows)).first_call
    # first calls that can be followed to day 20: A, B twice (day 0 and day 8), C; again: A
    assert value(found, "no_second_call") == pytest.approx(3 / 4)


def test_a_call_that_was_given_up_is_no_first_call_but_counts_as_a_second_one():
    rows = inbound(
        lost(contact_id="A"),
        calls_of(1, who="A"),
        lost(day=3, contact_id="A"),
        calls_of(0, who="B"),
        calls_of(30, who="C"),
    )
    assert value(serve(data(rows)).first_call, "no_second_call") == pytest.approx(1 / 2)


def test_calls_before_the_period_tell_what_a_first_call_is():
    """The call of 14 September is A's second: only B's is a first call of that day."""
    rows = inbound(calls_of(-2, 0, who="A"), calls_of(0, who="B"), calls_of(20, who="C"))
    found = serve(data(rows), "2026-09-14").first_call
    assert found.ways[0].n == 1
    assert found.ways[0].value == 1.0


def test_the_share_of_the_simulated_issues_is_found():
    """Each call solves an issue with .76 by the recipe; agents enough, so that nobody hangs up."""
    dataset = simulated(seats=12, patience_s=1e7, shifts=(((9, 20),),), days=42)
    found = serve(dataset).first_call
    for kpi in ("first_call_resolution", "no_second_call"):
        one = next(e for e in found.ways if e.kpi.name == kpi)
        assert one.low < 0.76 < one.high, one


def test_issues_are_counted_by_the_calls_they_took():
    opened = pd.Timestamp(NINE, tz="UTC")
    cases = pd.DataFrame(
        {
            "case_id": list("abcde"),
            "campaign_id": "q",
            "opened_at": opened,
            "local_opened_at": NINE,
            "closed_at": [opened, opened, opened, opened, pd.NaT],
            "resolution_s": [60.0, 60.0, 7200.0, 7200.0, None],
            "calls": pd.array([1, 1, 2, 7, 3], dtype="Int64"),
            "solved_first_call": [True, True, False, False, False],
        }
    )
    found = serve(data(inbound(answered(3)), cases=cases)).first_call
    assert found.calls == {0: 1, 1: 2, 2: 1, 4: 1}
    assert plain(found.sentences[0]) == (
        "Issues (5): solved at the first call 40.0%, at a later one 40.0%, not solved yet 20.0%."
    )
    assert [row[0].text for row in found.table().rows] == ["1", "2", "4 or more", "not solved yet"]


def test_what_the_export_cannot_tell_takes_a_line_each():
    rows = inbound(answered(3)).drop(columns="contact_id")
    notes = serve(data(rows)).first_call.notes
    assert notes == (
        "First-call resolution: not computable, needs cases.",
        "No second call within 7 days: not computable, needs calls.contact_id.",
        "Resolved, as customers say: not computable, needs surveys.",
    )


def test_data_too_short_to_follow_anybody_say_so():
    found = serve(data(inbound(answered(3)))).first_call
    assert any("could be followed for 7 days" in note for note in found.notes)


def test_the_days_are_the_analysts_choice():
    rows = inbound(calls_of(0, 3, who="A"), calls_of(10, who="B"), calls_of(30, who="C"))
    assert value(serve(data(rows), days=2).first_call, "no_second_call") == 1.0
    assert value(serve(data(rows), days=3).first_call, "no_second_call") == pytest.approx(1 / 2)


def test_all_ways_of_the_demo_are_drawn():
    found = demo().first_call
    assert len(found.ways) == 3
    assert found.earlier["first_call_resolution"].known
    assert dt.timedelta(days=found.days) == dt.timedelta(weeks=1)
