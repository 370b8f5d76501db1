"""Shares by day under a limit: what is over it stands out, the rest shows how close it comes."""

import datetime as dt
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

from callstats.show import plots, theme
from callstats.show.display import figure
from callstats.show.format import Formatter
from tests.show.drawn import marked, marks

EN = Formatter()
DAYS = [dt.date(2026, 9, 1) + dt.timedelta(days=k) for k in range(30)]


def strip(shares, outside=(), dates=None, names=None):
    size = len(shares)
    return plots.day_strip(
        dates or DAYS[:size],
        shares,
        names or [f"agent {k}" for k in range(size)],
        formatter=EN,
        label="share of login in calls",
        limit_label="time logged in",
        outside=outside,
    )


@pytest.fixture(autouse=True)
def closes():
    yield
    plt.close("all")


def test_a_share_over_the_limit_has_a_mark_and_a_name_of_its_own():
    ax = strip([0.5, 1.3, 0.9], [False, True, False])
    assert marked(ax, "D") == [(DAYS[1].toordinal(), 1.3)]
    assert marked(ax, "o") == [(DAYS[0].toordinal(), 0.5), (DAYS[2].toordinal(), 0.9)]
    texts = {text.get_text() for text in ax.texts}
    assert {"agent 1", "time logged in"} == texts


def test_the_limit_is_in_view_though_all_are_far_below_it():
    ax = strip([0.1, 0.2])
    assert ax.get_ylim()[0] == 0.0
    assert ax.get_ylim()[1] > 1.0


@pytest.mark.parametrize("far", [5.0, math.inf])
def test_what_is_far_above_is_an_arrow_head_on_the_edge(far):
    ax = strip([0.5, far], [False, True])
    assert marked(ax, "^") == [(DAYS[1].toordinal(), ax.get_ylim()[1])]
    assert ax.get_ylim()[1] < 2.0


def test_what_is_unknown_is_left_out():
    ax = strip([math.nan, 0.4], [True, False])
    assert marked(ax, "o") == [(DAYS[1].toordinal(), 0.4)]
    assert not marked(ax, "D")


def test_of_many_points_each_day_shows_its_lowest_and_its_highest():
    shares = np.tile([0.2, 0.5, 0.8], 1000)
    ax = strip(shares, dates=[DAYS[k % 2] for k in range(3000)])
    assert [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.patches] == [(0.2, 0.8)] * 2
    assert len(figure(ax, "caption", "alt").svg) < 60_000


def test_only_the_highest_few_are_named():
    ax = strip(np.linspace(1.2, 1.5, 20), [True] * 20)
    assert {text.get_text() for text in ax.texts} == {
        "time logged in",
        *(f"agent {k}" for k in range(12, 20)),
    }


@pytest.mark.parametrize("shares", [[], [math.nan], [0.0], [0.0, 0.0]])
def test_little_data_draws_without_warning(shares):
    assert figure(strip(shares), "caption", "alt").svg


def test_the_signal_is_told_by_its_mark_as_well():
    ax = strip([0.5, 1.3], [False, True])
    looks = {marker: face.upper() for marker, _, _, face in marks(ax)}
    assert looks == {"o": theme.GREY, "D": theme.SIGNAL}
