"""Whatever the data, a plot comes out, and the same each time."""

import pickle
import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import seaborn as sns
from matplotlib.colors import to_hex

from callstats.show import pictures, plots, theme
from callstats.show.display import figure
from callstats.show.format import Formatter
from callstats.show.report_look import ours
from tests.plot_faults import faults
from tests.show.drawn import (
    EN,
    NAN,
    attempts,
    band,
    bridge,
    bullets,
    closed,
    control,
    funnel,
    groups,
    heat,
    intervals,
    marks,
    names,
    row_names,
    shares,
)


@pytest.mark.parametrize("draw", [intervals, bullets, funnel, shares, bridge, groups, heat])
@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize(
    "values",
    [[], [0.1], [NAN], [0.0, 0.0], [0.1, NAN, 0.3], list(np.linspace(0, 0.4, 40))],
    ids=["none", "one", "unknown", "zeros", "gap", "forty"],
)
def test_whatever_the_data_a_figure_comes_out_without_warning(draw, language, values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = figure(draw(names(len(values)), values, Formatter(language)), "caption", "alt")
    assert view.svg.startswith("<svg ")
    assert len(view.svg) < 150_000


@pytest.mark.parametrize("draw", [control, band, attempts])
@pytest.mark.parametrize(("size", "value"), [(0, None), (1, None), (30, None), (5, NAN), (5, 0.0)])
def test_whatever_the_days_a_figure_comes_out_without_warning(draw, size, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert figure(draw(size, value), "caption", "alt").svg


@pytest.mark.parametrize("draw", [intervals, bullets, funnel, shares, bridge, groups, heat])
def test_the_same_data_give_the_same_bytes(draw):
    svg = [figure(draw(names(4), [0.1, 0.2, 0.15, 0.3], EN), "c", "a").svg for _ in range(2)]
    assert svg[0] == svg[1]


OWN = {"font.size": 20, "axes.grid": True, "svg.fonttype": "path", "figure.dpi": 30, "text.parse_math": True}


def test_the_users_settings_neither_change_nor_matter_to_what_a_report_shows():
    @ours
    def shown():
        return figure(intervals(["A", "B"], [0.1, 0.2], EN), "c", "a").svg

    plain = shown()
    with mpl.rc_context(OWN):
        before = dict(mpl.rcParams)
        own = shown()
        assert dict(mpl.rcParams) == before
    assert own == plain


def test_a_plot_takes_letters_grid_and_colours_from_the_users_theme():
    with mpl.rc_context():
        sns.set_theme(style="darkgrid", context="talk", palette="colorblind", font="DejaVu Serif")
        before = dict(mpl.rcParams)
        ax = closed(intervals(["A", "B"], [0.1, 0.2], EN))
        assert dict(mpl.rcParams) == before
        accent = to_hex(sns.color_palette()[0])
    assert {face for _, _, _, face in marks(ax)} == {accent}
    assert {text.get_fontsize() for text in ax.get_yticklabels()} == {16.5}  # seaborn's for talks
    assert {text.get_fontfamily()[0] for text in ax.get_yticklabels()} == {"DejaVu Serif"}
    assert to_hex(ax.get_facecolor()) == "#eaeaf2"  # seaborn's darkgrid
    assert all(line.get_visible() for line in ax.get_xgridlines())


def test_what_the_user_has_not_set_is_in_our_theme():
    with mpl.rc_context({"font.size": 12}):
        ax = closed(intervals(["A", "B"], [0.1, 0.2], EN))
    assert {text.get_fontsize() for text in ax.get_yticklabels()} == {12}
    assert {face.upper() for _, _, _, face in marks(ax)} == {theme.ACCENT}
    assert not ax.spines["top"].get_visible()


def test_marks_are_seen_on_a_dark_ground():
    with mpl.rc_context(), plt.style.context("dark_background"):
        ax = closed(plots.waterfall(
            ["a", "b"], [2.0, -1.0], [1.0, -2.0], [3.0, 0.5], start=10, end=11, start_label="a",
            end_label="b", unit="n", formatter=EN,
        ))  # fmt: skip
    assert {face for _, _, _, face in marks(ax)} == {"#ffffff"}


@pytest.mark.parametrize("context", ["paper", "notebook", "talk"])
@pytest.mark.parametrize("draw", [intervals, bullets, funnel, shares, bridge, heat])
def test_words_are_whole_and_apart_in_letters_of_any_size(draw, context):
    with mpl.rc_context():
        sns.set_theme(context=context)
        drawn = draw(["list A", "list B", "list C"], [0.1, 0.2, 0.3], EN).figure
        found = list(faults(drawn))
    plt.close(drawn)
    assert found == []


@pytest.mark.parametrize("draw", [intervals, shares, funnel, heat])
def test_a_figure_can_be_kept_and_drawn_later(draw):
    drawn = draw(names(4), [0.1, 0.2, 0.15, 0.3], EN).figure
    kept = pickle.loads(pickle.dumps(drawn))
    assert pictures.to_svg(kept, "x") == pictures.to_svg(drawn, "x")


def test_a_plot_is_drawn_on_the_axes_it_is_given():
    fig, (left, right) = plt.subplots(1, 2)
    open_before = plt.get_fignums()
    assert plots.share_bars(["a"], [1.0], formatter=EN, ax=right) is right
    assert plt.get_fignums() == open_before
    assert not left.has_data()
    plt.close(fig)


def test_text_of_the_data_is_drawn_as_text():
    ax = closed(plots.share_bars(["$x$", "a\nb", "🛰"], [0.5, 0.3, 0.2], formatter=EN))
    assert row_names(ax) == ["$x$", "a b", "□"]
    assert not any(text.get_parse_math() for text in ax.get_yticklabels())


@pytest.mark.parametrize(
    ("unit", "low", "high", "expected"),
    [
        ("%", 0, 0.5, ["0%", "10%", "20%", "30%", "40%", "50%"]),
        ("s", 0, 300, ["0 s", "1 min", "2 min", "3 min", "4 min", "5 min"]),
        ("money", 0, 5000, ["€0", "€1,000", "€2,000", "€3,000", "€4,000", "€5,000"]),
        ("1/h", 0, 1, ["0.0/h", "0.2/h", "0.4/h", "0.6/h", "0.8/h", "1.0/h"]),
    ],
)
def test_ticks_are_round_in_their_unit(unit, low, high, expected):
    from callstats.show.ticks import unit_axis

    ax = closed(theme.axes(None, 2))
    ax.set_xlim(low, high)
    unit_axis(ax.xaxis, unit, EN)
    ticks = [t for t in ax.xaxis.get_major_locator()() if low <= t <= high + 1e-9]
    texts = ax.xaxis.get_major_formatter().format_ticks(ticks)
    assert [text.replace("\u00a0", " ") for text in texts] == expected


def test_an_answers_plot_is_the_users_to_style_and_its_figure_a_reports():
    import callstats as cs

    plan = cs.plan(baseline=0.05, effect=0.01)
    usual = plan.figure().svg
    with mpl.rc_context():
        sns.set_theme(context="talk", palette="colorblind")
        restyled = closed(plan.plot())
        assert plan.figure().svg == usual
        accent = to_hex(sns.color_palette()[0])
    assert restyled.xaxis.label.get_fontsize() == 18  # seaborn's for talks
    assert to_hex(restyled.lines[0].get_color()) == accent
