"""When callers ring, and how long a call takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from tests.answers.service.callers import answered, demo, inbound, serve, simulated
from tests.answers.small_campaigns import data, plain


def volume(*groups):
    return serve(data(inbound(*groups))).volume


def test_rates_are_per_half_hour_of_an_average_day():
    """Monday 12 calls from nine to ten, Tuesday 6, and two from ten to eleven."""
    found = volume(answered(12), answered(6, day=1), answered(2, day=1, minute=75))
    assert [(t.key, t.calls, t.rate) for t in found.hours] == [(9, 18, 4.5), (10, 2, 0.5)]
    assert found.per_half_hour == 2.5
    assert [(t.key, t.rate) for t in found.weekdays] == [(1, 12.0), (2, 8.0)]
    assert found.cells == {(1, 9): 6.0, (1, 10): 0.0, (2, 9): 3.0, (2, 10): 1.0}


def test_busy_and_calm_hours_are_named_as_stretches():
    days = [
        row
        for day in range(20)
        for hour, n in enumerate((5, 20, 20, 5))
        for row in answered(n, day=day, minute=60 * hour)
    ]
    found = volume(days)
    assert [t.side for t in found.hours] == ["calm", "busy", "busy", "calm"]
    assert "busy 10:00 to 12:00 (10.0)" in plain(found.sentences[0])


def test_days_that_differ_by_more_than_chance_widen_the_intervals():
    even = [row for day in range(10) for row in answered(10, day=day)]
    uneven = [row for day in range(10) for row in answered(1 if day % 2 else 19, day=day)]
    assert volume(even).dispersion == 1.0
    assert volume(uneven).dispersion == pytest.approx(90 / 10)  # variance over mean
    assert volume(uneven).hours[0].high > volume(even).hours[0].high


def test_the_busy_hours_of_the_recipe_are_found():
    """10 to 12 are half as busy again as the average of the recipe, 18 to 19 less than half as busy."""
    found = serve(simulated(days=56)).volume
    sides = {t.key: t.side for t in found.hours}
    assert (sides[10], sides[11], sides[18]) == ("busy", "busy", "calm")


def test_no_weekday_is_named_where_none_differs():
    """New issues come alike on every weekday by the recipe; callbacks of the days before hardly differ."""
    named = [
        t.side for seed in range(8) for t in serve(simulated(seed=seed, days=42, further=0.0)).volume.weekdays
    ]
    assert np.mean([side != "" for side in named]) <= 0.05


def test_without_a_clock_one_line_names_the_column():
    found = serve(data(inbound(answered(3)).drop(columns="local_started_at"))).volume
    assert [plain(v) for v in found.views()] == [
        "Calls by weekday and hour: not computable, needs calls.local_started_at."
    ]


def test_the_map_has_a_row_a_weekday_and_a_column_an_hour():
    ax = demo().volume.plot()
    assert len(ax.get_yticklabels()) == 5
    assert len(ax.get_xticklabels()) == 10


def handling(*groups, **same):
    return serve(data(inbound(*groups, **same))).handling


def row(found, kind="all"):
    return found.to_frame().set_index("calls").loc[kind]


def test_the_parts_add_up_to_the_mean():
    found = row(handling(answered(3, agent_id="a")))
    assert found[["talk", "hold", "wrap", "mean"]].tolist() == [100, 20, 80, 200]


def test_median_and_ninth_decile_are_of_whole_calls():
    found = row(handling(answered(talk_s=0.0), answered(talk_s=100.0), answered(talk_s=400.0)))
    assert found[["median", "p90"]].tolist() == pytest.approx([200, 200 + 0.8 * 300])


def test_an_agents_day_counts_once():
    """Two agents, one slow: forty calls are no more than two days of agents."""
    slow = handling(answered(20, agent_id="a", talk_s=300.0), answered(20, agent_id="b", talk_s=100.0))
    assert slow.whole.mean.n == 2
    assert slow.whole.median.n == 2


def test_outcomes_tell_calls_apart_where_there_are_several():
    found = handling(
        answered(40, outcome_code="BILL"),
        answered(35, outcome_code="TECH", talk_s=300.0),
        answered(4, outcome_code="X"),
    )
    assert found.by == "outcome"
    assert {name: (h.calls, h.mean.value) for name, h in found.groups.items()} == {
        "BILL": (40, 200), "TECH": (35, 400), "": (4, 200),
    }  # fmt: skip
    assert [plain(cells[0].text) for cells in found.table().rows] == ["all calls", "BILL", "TECH", "others"]


def test_else_the_callers_first_call_is_told_from_later_ones():
    groups = (answered(5, live_no=1), answered(4, live_no=2), answered(2, live_no=3), answered(1, live_no=5))
    found = handling(*groups, outcome_code="SERVED")
    assert found.by == "turn"
    assert {name: h.calls for name, h in found.groups.items()} == {"1": 5, "2": 4, "3": 3}


def test_calls_that_cannot_be_told_apart_say_so():
    assert handling(answered(3)).notes == ("By kind of call: one outcome only, and needs calls.live_no.",)


def test_dials_are_not_calls_received():
    rows = pd.concat(
        [inbound(answered(4)), inbound(answered(4, talk_s=900.0), direction="outbound")], ignore_index=True
    )
    rows["call_id"] = [str(i) for i in range(8)]
    assert serve(data(rows)).handling.whole.mean.value == 200
    figures = cs.service(data(rows)).figures.figures
    assert figures["average_handle_time"].now.value == 200


def test_without_times_one_line_names_the_column():
    found = serve(data(inbound(answered(3)).drop(columns="wrap_s"))).handling
    assert [plain(v) for v in found.views()] == ["Average handle time: not computable, needs calls.wrap_s."]


def test_groups_are_drawn_against_all_calls():
    assert "all calls" in {t.get_text() for t in demo().handling.plot().texts}
    assert demo().handling.figure().alt
