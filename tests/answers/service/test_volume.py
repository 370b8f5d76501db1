"""When callers ring."""

from __future__ import annotations

import numpy as np
import pytest

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
