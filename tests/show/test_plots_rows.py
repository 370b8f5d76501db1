"""Plots with a row a category, and of groups within limits: what is drawn is where the data say."""

import matplotlib as mpl
import numpy as np
import pytest

from callstats.show import plots, theme
from callstats.show.plots import category_rows as rows
from tests.show.drawn import EN, NAN, closed, marked, marks, names, row_names, segments


def test_intervals_stand_at_their_values_largest_first():
    ax = closed(
        plots.interval_plot(["A", "B"], [0.1, 0.2], [0.05, 0.15], [0.12, 0.3], unit="%", formatter=EN)
    )
    assert row_names(ax) == ["B", "A"]
    assert marked(ax, "o") == [(0.2, 0), (0.1, 1)]
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


def test_highlight_is_the_accent_and_the_others_are_grey_and_hollow():
    ax = closed(plots.interval_plot(["A", "B"], [0.1, 0.2], unit="%", formatter=EN, highlight=["A"]))
    assert row_names(ax) == ["B", "A"]
    looks = {row: (edge.upper(), face.upper()) for _, (_, row), edge, face in marks(ax)}
    assert looks == {0: (theme.GREY, theme.PAPER), 1: (theme.ACCENT, theme.ACCENT)}


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
    assert [x for x, _ in marked(ax, "D")] == [100, 120]
    assert row_names(ax) == ["Aug", "hours", "rate", "Sep"]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, True]
    assert [bar.get_alpha() for bar in ax.patches] == [1.0, 0.4]


def test_effects_stand_under_their_groups_with_their_sums_and_a_key_of_the_marks():
    ax = closed(
        plots.waterfall(
            ["hours", "labour", "rate"],
            [30.0, -10.0, 5.0],
            [20.0, -15.0, -5.0],
            [40.0, -5.0, 15.0],
            start=100,
            end=125,
            start_label="Aug",
            end_label="Sep",
            unit="money",
            formatter=EN,
            groups=["Volume", "Volume", "Quality"],
        )
    )
    assert row_names(ax) == ["Aug", "Volume", "hours", "labour", "rate", "Sep"]
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["Volume", "rate"]  # what is alone in its group stands for it
    told = [text.get_text() for text in ax.texts]
    assert told == ["€100", "+€20", "+€30", "−€10", "+€5", "€125"]
    assert [bar.get_y() + bar.get_height() / 2 for bar in ax.patches] == pytest.approx([2, 3, 4])
    shown = [(patch.get_label(), patch.get_alpha()) for patch in ax.get_legend().get_patches()]
    assert shown == [("decrease", 1.0), ("may be chance", 0.4)]


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
    assert marked(ax, "D") == [(200, 0.5)]


def test_each_kpi_has_its_own_scale():
    ax = closed(
        plots.target_bullets(
            ["profit", "rate"], [12000, 0.3], [9000, 0.2], [15000, 0.4], units=["money", "%"], formatter=EN
        )
    )
    dots = [x for _, (x, _), edge, _ in marks(ax) if edge.upper() == theme.ACCENT]
    assert dots == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("places", [[], [5.0], [0, 0, 0], [3, 1, 2], [0, 100, 101, 102]])
def test_names_are_pushed_apart_and_keep_their_order(places):
    places = np.asarray(places, dtype=float)
    moved = rows.spread(places, 11.0)
    gaps = np.diff(moved[np.argsort(places, kind="stable")])
    assert (gaps >= 11.0 - 1e-9).all()
    assert moved.mean() == pytest.approx(places.mean()) if len(places) else True
