"""What is drawn is where the data say; how it looks was looked at."""

import datetime as dt
import math
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from callstats.show import plots, theme
from callstats.show.display import figure
from callstats.show.format import Formatter
from callstats.show.plots import rows

mpl.use("agg")
EN = Formatter()
NAN = math.nan
LONG = "Une liste dont le nom est vraiment très long, avec plus de soixante caractères"
NAMES = ["A", LONG, "🚀 список \u200b\u202e", "$x$ $y$", "<script>alert(1)</script>", "שלום", "a\nb\x00"]
DAYS = [dt.date(2026, 9, 1) + dt.timedelta(days=k) for k in range(30)]
RATES = np.linspace(0.05, 0.2, 30)


def names(count):
    return [f"{NAMES[k % len(NAMES)]} {k}" for k in range(count)]


def intervals(labels, values, formatter):
    return plots.interval_plot(
        labels, values, [v - 0.02 for v in values], [v + 0.03 for v in values], unit="%", formatter=formatter,
        label="taux", n=[100] * len(labels), reference=0.1, reference_label="x",
    )  # fmt: skip


def bullets(labels, values, formatter):
    return plots.target_bullets(
        labels, values, [v - 0.02 for v in values], [v + 0.03 for v in values],
        units=["%"] * len(labels), formatter=formatter, target_lows=[0.1] * len(labels), previous=values,
    )  # fmt: skip


def funnel(labels, values, formatter):
    return plots.funnel_bars(labels, values, formatter=formatter, previous=values, previous_label="août")


def shares(labels, values, formatter):
    return plots.share_bars(labels, values, formatter=formatter, previous=values, previous_label="août")


def bridge(labels, values, formatter):
    return plots.waterfall(
        labels, values, [v - 1 for v in values], [v + 1 for v in values],
        start=10, end=11, start_label="a", end_label="b", unit="money", formatter=formatter,
    )  # fmt: skip


def groups(labels, values, formatter):
    return plots.limits_funnel(
        [10 * (k + 1) for k in range(len(values))], values, labels, unit="%", formatter=formatter, center=0.1,
        limit_sizes=[1, 500], limits={0.95: ([0, 0.05], [0.5, 0.2]), 0.998: ([0, 0.02], [0.6, 0.3])},
        outside=[True] * len(values),
    )  # fmt: skip


def heat(labels, values, formatter):
    return plots.heatmap(
        [values],
        row_labels=["x"],
        column_labels=labels,
        unit="%",
        formatter=formatter,
        n=[[50] * len(values)],
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


def control(size, value=None):
    values = RATES[:size] if value is None else [value] * size
    return plots.control_chart(
        DAYS[:size], values, 0.1, [0.08] * size, [0.15] * size, unit="%", formatter=EN, label="rate"
    )


def band(size, value=None):
    values = RATES[:size] if value is None else np.full(size, value)
    return plots.confidence_band(
        DAYS[:size], values, values - 0.1, values + 0.1, unit="%", formatter=EN,
        fixed_lows=values - 0.05, fixed_highs=values + 0.05,
    )  # fmt: skip


def attempts(size, value=None):
    values = RATES[:size] if value is None else np.full(size, value)
    return plots.attempt_curve(
        range(1, size + 1), values, values - 0.01, values + 0.01, formatter=EN,
        cumulative=np.cumsum(values), at_risk=[100] * size, stop=2,
    )  # fmt: skip


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


def test_the_users_settings_neither_change_nor_matter():
    plain = figure(intervals(["A", "B"], [0.1, 0.2], EN), "c", "a").svg
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "svg.fonttype": "none", "figure.dpi": 30}):
        before = dict(mpl.rcParams)
        own = figure(intervals(["A", "B"], [0.1, 0.2], EN), "c", "a").svg
        assert dict(mpl.rcParams) == before
    assert own == plain


def test_a_plot_is_drawn_on_the_axes_it_is_given():
    import matplotlib.pyplot as plt

    fig, (left, right) = plt.subplots(1, 2)
    open_before = plt.get_fignums()
    assert plots.share_bars(["a"], [1.0], formatter=EN, ax=right) is right
    assert plt.get_fignums() == open_before
    assert not left.has_data()
    plt.close(fig)


def closed(ax):
    import matplotlib.pyplot as plt

    plt.close(ax.figure)
    return ax


def row_names(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def segments(ax):
    return [segment for lines in ax.collections for segment in lines.get_segments() if len(segment)]


def test_intervals_stand_at_their_values_largest_first():
    ax = closed(
        plots.interval_plot(["A", "B"], [0.1, 0.2], [0.05, 0.15], [0.12, 0.3], unit="%", formatter=EN)
    )
    assert row_names(ax) == ["B", "A"]
    assert [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"] == [0.2, 0.1]
    assert [[*segment[:, 0]] for segment in segments(ax)] == [[0.15, 0.3], [0.05, 0.12]]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_the_order_given_is_kept_where_asked():
    ax = closed(plots.interval_plot(["A", "B"], [0.1, 0.2], unit="%", formatter=EN, sort=False))
    assert row_names(ax) == ["A", "B"]


def test_an_unknown_value_comes_last():
    ax = closed(plots.interval_plot(["A", "B", "C"], [NAN, 0.1, 0.2], unit="%", formatter=EN))
    assert row_names(ax) == ["C", "B", "A"]


def test_the_rest_share_the_last_row():
    values = np.linspace(0.1, 0.5, 10)
    ax = closed(plots.interval_plot(names(10), values, unit="%", formatter=EN, most=4))
    assert row_names(ax)[4:] == ["others (6)"]
    rest = next(line for line in ax.lines if line.get_marker() == "|")
    assert sorted(rest.get_xdata()) == pytest.approx(values[:6])


def test_highlight_is_the_accent_and_the_others_are_grey():
    ax = closed(plots.interval_plot(["A", "B"], [0.1, 0.2], unit="%", formatter=EN, highlight=["A"]))
    assert [line.get_color() for line in ax.lines] == [theme.GREY, theme.ACCENT]


def test_the_reference_is_a_line_with_its_name():
    ax = closed(
        plots.interval_plot(["A"], [0.1], unit="%", formatter=EN, reference=0.3, reference_label="all lists")
    )
    assert any(np.allclose(line.get_xdata(), 0.3) for line in ax.lines)
    assert "all lists" in [text.get_text() for text in ax.texts]
    assert ax.get_xlim()[0] < 0.1
    assert ax.get_xlim()[1] > 0.3


def test_a_step_is_a_bar_of_the_share_of_the_step_before():
    ax = closed(plots.funnel_bars(["dials", "live", "success"], [1000, 250, 25], formatter=EN))
    tinted = [bar.get_width() for bar in ax.patches if bar.get_facecolor() == mpl.colors.to_rgba(theme.TINT)]
    assert tinted == [0.25, 0.1]
    assert row_names(ax) == ["dials  1,000", "live  250", "success  25"]


def test_a_step_after_zero_has_no_rate():
    ax = closed(plots.funnel_bars(["a", "b", "c"], [10, 0, 0], formatter=EN))
    assert [text.get_text() for text in ax.texts] == ["0%", "–"]


def test_thin_cells_are_hatched_and_have_no_number():
    ax = closed(
        plots.heatmap(
            [[0.1, 0.2], [0.3, NAN]],
            row_labels=["Mon", "Tue"],
            column_labels=["9", "10"],
            unit="%",
            formatter=EN,
            n=[[500, 20], [500, 0]],
            minimum_n=100,
        )
    )
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [
        ("10", (0.5, 0.5)),
        ("30", (0.5, 1.5)),
    ]
    assert [patch.get_xy() for patch in ax.patches] == [(1.03, 0.03)]
    assert ax.patches[0].get_hatch()
    assert "fewer than 100" in ax.get_xlabel()


def test_numbers_in_a_heatmap_contrast_with_their_cell():
    from callstats.show.plots.heat import _SHADES

    shades = np.linspace(0, 1, 41)
    names = [str(n) for n in range(41)]
    grid = shades[:, None]
    ax = closed(plots.heatmap(grid, row_labels=names, column_labels=["x"], unit="%", formatter=EN))
    inks = [text.get_color() for text in ax.texts]
    assert len(inks) == 41
    for shade, ink in zip(shades, inks, strict=True):
        lighter, darker = sorted((_luminance(_SHADES(shade)), _luminance(to_rgb(ink))), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour):
    """WCAG 2.1, relative luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shades_fall_in_lightness_from_low_to_high():
    from callstats.show.plots.heat import _SHADES

    grey = _SHADES(np.linspace(0, 1, 21))[:, :3] @ [0.299, 0.587, 0.114]
    assert (np.diff(grey) < 0).all()


def test_signals_are_the_days_outside_the_limits_and_dated():
    values = [0.1, 0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.01]
    ax = closed(plots.control_chart(DAYS[:8], values, 0.1, [0.05] * 8, [0.15] * 8, unit="%", formatter=EN))
    marked = next(line for line in ax.lines if line.get_marker() == "D")
    assert [dt.date.fromordinal(int(x)) for x in marked.get_xdata()] == [DAYS[2], DAYS[7]]
    assert [*marked.get_ydata()] == [0.3, 0.01]
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
    marked = next(line for line in ax.lines if line.get_marker() == "D")
    assert [*marked.get_xdata()] == [DAYS[0].toordinal()]


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
    points = [line for line in ax.lines if line.get_marker() in {"o", "s"}]
    assert [[*line.get_xdata()] for line in points] == [[1, 2], [1.1, 2.1, 3.1]]
    assert [text.get_text() for text in ax.texts] == ["A 44.0% reached", "at this attempt", "B 71.0% reached"]
    assert ax.get_ylim()[1] > 0.71
    assert ax.get_xlim()[1] > 3.1


def test_shares_beyond_the_most_are_added_up():
    ax = closed(plots.share_bars(list("abcd"), [0.4, 0.3, 0.2, 0.1], formatter=EN, most=3))
    assert row_names(ax) == ["a", "b", "others (2)"]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.4, 0.3, 0.3])


def test_effects_lead_from_the_first_total_to_the_last():
    ax = closed(
        plots.waterfall(
            ["hours", "rate"],
            [30.0, -10.0],
            [20.0, -25.0],
            [40.0, 5.0],
            start=100,
            end=120,
            start_label="Aug",
            end_label="Sep",
            unit="money",
            formatter=EN,
        )
    )
    spans = [sorted([bar.get_x(), bar.get_x() + bar.get_width()]) for bar in ax.patches]
    assert spans == [[100, 130], [120, 130]]
    assert [line.get_xdata()[0] for line in ax.lines] == [100, 120]
    assert row_names(ax) == ["Aug", "hours", "rate", "Sep"]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, True]
    assert [bar.get_alpha() for bar in ax.patches] == [1.0, 0.4]


def test_only_groups_outside_the_limits_are_named():
    ax = closed(
        plots.limits_funnel(
            [100, 200, 300],
            [0.1, 0.5, 0.11],
            ["ann", "bob", "eve"],
            unit="%",
            formatter=EN,
            center=0.1,
            limit_sizes=[10, 400],
            limits={0.95: ([0, 0.07], [0.3, 0.13])},
            outside=[False, True, False],
        )
    )
    texts = {text.get_text() for text in ax.texts}
    assert "bob" in texts
    assert not {"ann", "eve"} & texts
    named = next(line for line in ax.lines if line.get_marker() == "D")
    assert (named.get_xdata()[0], named.get_ydata()[0]) == (200, 0.5)


def test_each_kpi_has_its_own_scale():
    ax = closed(
        plots.target_bullets(
            ["profit", "rate"], [12000, 0.3], [9000, 0.2], [15000, 0.4], units=["money", "%"], formatter=EN
        )
    )
    dots = [line.get_xdata()[0] for line in ax.lines if line.get_color() == theme.ACCENT]
    assert dots == pytest.approx([0.5, 0.5])


def test_the_first_days_of_a_band_do_not_flatten_the_rest():
    wide = np.array([50.0, *np.full(19, 0.05)])
    ax = closed(plots.confidence_band(DAYS[:20], np.full(20, 0.01), -wide, wide, unit="%", formatter=EN))
    assert ax.get_ylim()[1] < 0.1


@pytest.mark.parametrize("places", [[], [5.0], [0, 0, 0], [3, 1, 2], [0, 100, 101, 102]])
def test_names_are_pushed_apart_and_keep_their_order(places):
    places = np.asarray(places, dtype=float)
    moved = rows.spread(places, 11.0)
    gaps = np.diff(moved[np.argsort(places, kind="stable")])
    assert (gaps >= 11.0 - 1e-9).all()
    assert moved.mean() == pytest.approx(places.mean()) if len(places) else True


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
