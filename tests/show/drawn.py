"""Plots of data somebody might have, for the tests of plots."""

import datetime as dt
import math

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.markers import MarkerStyle

from callstats.show import plots
from callstats.show.format import Formatter

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


def closed(ax):
    plt.close(ax.figure)
    return ax


def row_names(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def segments(ax):
    """Return the intervals: lines of two ends without marks, and those of collections of lines."""
    drawn = [found for found in ax.collections if isinstance(found, LineCollection)]
    bars = [line.get_xydata() for line in ax.lines if line.get_marker() in {"None", "", None}]
    return [
        *(bar for bar in bars if len(bar) == 2),
        *(segment for lines in drawn for segment in lines.get_segments() if len(segment)),
    ]


def marked(ax, marker):
    """Return the places of the points with a mark, in the order drawn, whoever drew them."""
    return [place for shown, place, _, _ in marks(ax) if shown == marker]


def marks(ax):
    """Return every point: its mark, its place, the colours of its edge and of its face."""
    found = []
    for line in ax.lines:
        if line.get_marker() not in {"None", "", None}:
            looks = to_hex(line.get_color()), to_hex(line.get_markerfacecolor())
            found += [(line.get_marker(), tuple(place), *looks) for place in line.get_xydata()]
    for points in (one for one in ax.collections if isinstance(one, PathCollection)):
        (path,) = points.get_paths()
        face = to_hex(points.get_facecolor()[0])
        edge = to_hex(points.get_edgecolor()[0]) if len(points.get_edgecolor()) else face
        found += [(_mark(path), tuple(place), edge, face) for place in np.ma.getdata(points.get_offsets())]
    return found


def _mark(path):
    for mark in "oDs^":
        style = MarkerStyle(mark)
        known = style.get_path().transformed(style.get_transform())
        if known.vertices.shape == path.vertices.shape and np.allclose(known.vertices, path.vertices):
            return mark
    return "?"
