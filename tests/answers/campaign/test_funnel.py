"""From dial to success."""

from __future__ import annotations

import datetime as dt

import pytest

import callstats as cs
from callstats.stats import proportion_interval
from tests.answers.small_campaigns import calls, data, demo, many, numbered, over_days, plain, settle, written

STEPS = {"connected": True, "live": True, "handled": True, "argued": True, "success": True}


def stages(*depths: int):
    """Return calls that came so many steps."""
    flags = list(STEPS)
    return calls(*({flag: depth > i for i, flag in enumerate(flags)} for depth in depths))


def test_each_step_counts_the_calls_that_came_so_far() -> None:
    found = cs.funnel(data(stages(0, 1, 2, 3, 4, 5)))
    assert [step.count for step in found.steps] == [6, 5, 4, 3, 2, 1]


def test_a_rate_is_the_share_of_the_step_before() -> None:
    found = cs.funnel(data(stages(0, 1, 2, 3, 4, 5)))
    rates = [step.rate.value for step in found.steps[1:] if step.rate]
    assert rates == pytest.approx([5 / 6, 4 / 5, 3 / 4, 2 / 3, 1 / 2])


def test_the_step_that_loses_most_dials_is_named_if_the_intervals_tell_it() -> None:
    # Of 400 dials 240 are lost at the first step and 20 at each later one: 60 %.
    clear = cs.funnel(data(stages(*[0] * 240, *[1] * 20, *[2] * 20, *[5] * 120)))
    assert clear.figure().finding == 'Most is lost at "Line answered": 60% of the dials.'
    close = cs.funnel(data(stages(*[0] * 52, *[1] * 48, *[5] * 100)))
    assert close.figure().finding == "No step loses clearly more than the others."


def test_one_dial_a_contact_gives_wilsons_interval() -> None:
    """The effective size of independent rows is their number; the t quantile replaces z."""
    frame = numbered(many(30, live=True), many(70, live=False))
    rate = cs.funnel(data(frame)).steps[1].rate
    assert rate is not None
    wilson = proportion_interval(30, 100)
    assert (rate.low, rate.high) == pytest.approx((wilson.low, wilson.high), abs=0.003)


def test_a_step_the_data_do_not_tell_is_left_out_with_a_note() -> None:
    found = cs.funnel(data(calls({"live": True, "success": True}, {"live": False, "success": False})))
    assert [step.label for step in found.steps] == ["Dials", "Person answered", "Success"]
    assert found.notes[0].endswith(": Line answered, Spoke with an agent, Heard the offer.")


def test_a_flag_unknown_on_most_dials_is_not_told() -> None:
    found = cs.funnel(data(calls({"live": True}, {"live": None}, {"live": None})))
    assert [step.label for step in found.steps] == ["Dials"]


def test_a_single_dial_is_told_without_a_figure_falling_over() -> None:
    found = cs.funnel(data(stages(0)))
    assert found.sentences[0].text.startswith("Of 1 dial, 0 (0%)")
    assert found.figure().svg.startswith("<svg")


def test_no_dial_takes_one_line() -> None:
    frame = calls({"direction": "inbound", "live": True})
    assert [str(view) for view in cs.funnel(data(frame)).views()][-1] == "No dial in this period."


def test_the_step_that_moved_is_named_with_its_interval() -> None:
    august = over_days(many(200, live=False) + many(200, live=True), dt.date(2026, 8, 3))
    september = over_days(many(100, live=False) + many(300, live=True), dt.date(2026, 9, 1))
    found = cs.funnel(data(numbered(august, september)), "2026-09", "previous")
    said = found.sentences[1]
    assert plain(said).startswith("The step that moved most since August 2026: Person answered, up +25 pp (")
    assert said.tone == "good"


def test_equal_periods_are_within_the_usual_variation() -> None:
    rows = many(50, live=True) + many(50, live=False)
    august = [{**row, "local_started_at": dt.datetime(2026, 8, 3, 10)} for row in rows]
    found = cs.funnel(data(numbered(august, rows)), "2026-09", "previous")
    assert found.sentences[1].text == "Every step is within the usual variation since August 2026."


def test_the_frame_has_a_row_a_step() -> None:
    frame = cs.funnel(demo(), "2026-09", "previous").to_frame()
    assert len(frame) == 6
    assert (frame["change_low"].iloc[1:] <= frame["change"].iloc[1:]).all()


def test_the_picture_is_told_in_words_with_numbers() -> None:
    found = cs.funnel(demo(), "2026-09")
    assert f"Dials {found.steps[0].count:,}" in found.figure().alt


def test_intervals_are_at_the_level_of_the_project() -> None:
    usual, narrow = (
        cs.funnel(settle(demo(), confidence=level), "2026-09", "previous") for level in (0.95, 0.90)
    )
    a, b = (found.steps[1].change for found in (usual, narrow))
    assert b.high - b.low < a.high - a.low
    assert "95%" not in written(narrow)
