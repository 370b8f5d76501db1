"""Plots of data somebody might have, for the tests of plots."""

import datetime as dt
import math

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

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
    return [segment for lines in ax.collections for segment in lines.get_segments() if len(segment)]
