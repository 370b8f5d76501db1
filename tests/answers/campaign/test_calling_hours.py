"""When to call."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

import callstats as cs
from callstats.simulate.scenario import REACH_BY_HOUR
from tests.answers.small_campaigns import calls, data, demo, many, numbered, settle

MONDAY = dt.datetime(2026, 9, 14)


def at(hour: int, live: int, n: int, day: int = 0) -> list[dict]:
    when = MONDAY + dt.timedelta(days=day, hours=hour)
    return many(live, live=True, local_started_at=when) + many(n - live, live=False, local_started_at=when)


def over(hour: int, live: int, n: int, days: int = 10) -> list[dict]:
    """Return as many dials on each of ten days, so many of them live."""
    return [row for day in range(days) for row in at(hour, live, n, day)]


def test_slots_are_by_local_weekday_and_hour() -> None:
    found = cs.calling_hours(data(numbered(at(10, 10, 50), at(18, 30, 60, day=1))))
    slots = {(s.weekday, s.hour): s.rate.value for s in found.slots}
    assert slots == {(1, 10): 0.2, (2, 18): 0.5}


def test_thin_slots_make_no_claim() -> None:
    found = cs.calling_hours(data(numbered(at(10, 10, 500), at(18, 10, 10))))
    assert [s.hour for s in found.slots if s.thin] == [18]
    assert 18 not in {s.hour for s in found.best}


def test_hours_beyond_chance_are_named_with_their_interval() -> None:
    found = cs.calling_hours(data(numbered(over(10, 4, 40), over(14, 4, 40), over(18, 16, 40))))
    better, worse = found.sentences
    assert better.text.startswith("Better than overall (20%): 18:00 40% (3")
    assert worse.text.startswith("Worse than overall (20%): 10:00 10% (")


def test_equal_hours_give_no_evidence() -> None:
    found = cs.calling_hours(data(numbered(at(10, 40, 200), at(14, 41, 200))))
    assert [s.text for s in found.sentences] == [
        "No evidence that any hour is better than the others (overall 20%)."
    ]


def test_more_slots_need_more_evidence() -> None:
    """The same slot has a wider interval where more are judged at once."""
    few = cs.calling_hours(data(numbered(over(10, 12, 60), over(14, 13, 60))))
    more = cs.calling_hours(data(numbered(over(10, 12, 60), *(over(h, 13, 60) for h in range(11, 20)))))
    width = [s.rate.high - s.rate.low for found in (few, more) for s in found.hours if s.hour == 10]
    assert width[1] > width[0]


def test_hours_of_a_single_day_make_no_claim() -> None:
    """What an hour was on one day says nothing about the hour."""
    found = cs.calling_hours(data(numbered(at(10, 40, 400), at(14, 42, 400), at(18, 160, 400))))
    assert [(s.rate.low, s.rate.high) for s in found.hours] == [(0, 1)] * 3
    assert "No evidence that any hour is better" in found.sentences[-1].text


def test_an_hour_that_was_good_on_some_days_only_makes_no_claim() -> None:
    """As many answer at 18 as in the test of hours beyond chance, but all on three of ten days."""
    evening = [row for day in range(10) for row in at(18, 36 if day in (1, 4, 8) else 7, 40, day)]
    found = cs.calling_hours(data(numbered(over(10, 4, 40), over(14, 4, 40), evening)))
    assert 18 not in {s.hour for s in found.above(found.hours)}


def test_too_few_dials_take_one_line() -> None:
    found = cs.calling_hours(data(numbered(at(10, 1, 10))))
    assert [str(v) for v in found.views()] == ["By hour: too little data, no hour of the week has 50 dials."]


def test_data_without_hours_say_why() -> None:
    dataset = replace(
        data(numbered(at(0, 10, 100))), provenance={"lacks": {"hour": "the export has dates only"}}
    )
    assert cs.calling_hours(dataset).notes == ("By hour: the export has dates only.",)


def test_without_a_clock_the_column_is_named() -> None:
    frame = calls({"live": True}).drop(columns="local_started_at")
    assert cs.calling_hours(data(frame)).notes == ("By hour: not computable, needs calls.local_started_at.",)


def test_the_best_and_worst_hours_of_the_simulator_are_found() -> None:
    found = cs.calling_hours(demo())
    overall = found.overall
    assert overall is not None
    better = {s.hour for s in found.hours if s.rate.low > overall.value}
    worse = {s.hour for s in found.hours if s.rate.high < overall.value}
    best = sorted(range(10, 20), key=lambda hour: -REACH_BY_HOUR[hour])
    assert set(best[:2]) <= better
    assert better.isdisjoint(best[-3:])
    assert worse.isdisjoint(best[:3])


def test_intervals_are_of_the_level_of_the_project() -> None:
    usual, asked = (cs.calling_hours(settle(demo(), confidence=level), "2026-09") for level in (0.95, 0.90))
    for wide, narrow in zip((*usual.slots, *usual.hours), (*asked.slots, *asked.hours), strict=True):
        assert narrow.rate.high - narrow.rate.low < wide.rate.high - wide.rate.low
    judged = sum(not slot.thin for slot in (*asked.slots, *asked.hours))
    assert asked.slots[0].rate.confidence == pytest.approx(1 - 0.10 / judged)
    assert asked.overall is not None
    assert asked.overall.confidence == 0.90
    assert usual.within is not None
    assert asked.within is not None
    for wide, narrow in zip(usual.within.effects, asked.within.effects, strict=True):
        assert narrow.high - narrow.low < wide.high - wide.low
    assert "95%" not in str(asked)
