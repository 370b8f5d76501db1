"""Plots of what changes by day or by attempt: what is drawn is where the data say."""

import datetime as dt

import numpy as np

from callstats.show import plots
from tests.show.drawn import DAYS, EN, closed, control, marked


def test_signals_are_the_days_outside_the_limits_and_dated():
    values = [0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.01]
    ax = closed(plots.control_chart(DAYS[:8], values, 0.1, [0.05] * 8, [0.15] * 8, unit="%", formatter=EN))
    found = [(dt.date.fromordinal(int(x)), y) for x, y in marked(ax, "D")]
    assert found == [(DAYS[2], 0.3), (DAYS[7], 0.01)]
    assert {"3 Sept", "8 Sept"} <= {text.get_text() for text in ax.texts}


def test_given_signals_replace_the_limits():
    ax = closed(
        plots.control_chart(
            DAYS[:3],
            [0.1, 0.5, 0.1],
            0.1,
            [0.0] * 3,
            [0.2] * 3,
            unit="%",
            formatter=EN,
            signals=[True, False, False],
        )
    )
    assert [x for x, _ in marked(ax, "D")] == [DAYS[0].toordinal()]


def test_limits_reach_half_a_day_around_each_day():
    ax = closed(plots.control_chart(DAYS[:1], [0.1], 0.1, [0.05], [0.15], unit="%", formatter=EN))
    box = ax.collections[0].get_paths()[0].get_extents()
    assert (box.width, box.y0, box.y1) == (1.0, 0.05, 0.15)


def test_the_dates_of_the_axis_are_dates():
    ax = closed(control(30))
    ax.figure.canvas.draw()
    texts = [text.get_text() for text in ax.get_xticklabels()]
    assert "14 Sept" in texts
    assert len(texts) <= 10


def test_a_second_list_stands_beside_the_first():
    ax = plots.attempt_curve([1, 2], [0.3, 0.2], formatter=EN, cumulative=[0.3, 0.44], name="A")
    ax = plots.attempt_curve(
        [1, 2, 3],
        [0.2, 0.1, 0.6],
        formatter=EN,
        cumulative=[0.2, 0.28, 0.71],
        name="B",
        tone="grey",
        shift=0.1,
        ax=ax,
    )
    closed(ax)
    points = [[x for x, _ in marked(ax, marker)] for marker in "os"]
    assert points == [[1, 2], [1.1, 2.1, 3.1]]
    assert [text.get_text() for text in ax.texts] == ["A 44.0% reached", "at this attempt", "B 71.0% reached"]
    assert ax.get_ylim()[1] > 0.71
    assert ax.get_xlim()[1] > 3.1


def test_the_first_days_of_a_band_do_not_flatten_the_rest():
    wide = np.array([50.0, *np.full(19, 0.05)])
    ax = closed(plots.confidence_band(DAYS[:20], np.full(20, 0.01), -wide, wide, unit="%", formatter=EN))
    assert ax.get_ylim()[1] < 0.1
