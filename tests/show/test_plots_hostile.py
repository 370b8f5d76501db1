"""Words stay whole and apart whatever the lengths: long names, many groups, millions, in Russian."""

import datetime as dt

import matplotlib.pyplot as plt
import numpy as np
import pytest

from callstats import kpis
from callstats.show import plots, theme
from callstats.show.format import Formatter
from callstats.show.plots.stock import burn_down, coverage
from callstats.show.plots.waits import TimeCurve, time_curves
from tests.plot_faults import faults

RU = Formatter("ru")
LABEL = max((kpis.get(name).label["ru"] for name in kpis.names()), key=len)
LONG = "Список с очень длинным названием от нового поставщика номер"
DAYS = [dt.date(2026, 9, 1) + dt.timedelta(days=k) for k in range(60)]
MILLION = 1e7
SCALES = {"%": 1.0, "money": MILLION}


def names(count):
    return [f"{LONG} {k:02d}" for k in range(count)]


def shares(count):
    return np.linspace(0.1, 0.9, count)


def intervals(count, unit):
    value, part = shares(count) * SCALES[unit], 0.05 * SCALES[unit]
    return plots.interval_plot(
        names(count), value, value - part, value + part, unit=unit, formatter=RU, label=LABEL,
        n=[12_345_678] * count, reference=value[0], reference_label=LONG,
    )  # fmt: skip


def late_reference(count, unit):
    value = shares(count) * SCALES[unit]
    return plots.interval_plot(
        names(count), value, unit=unit, formatter=RU, n=[12_345_678] * count,
        reference=SCALES[unit], reference_label=LONG,
    )  # fmt: skip


def bullets(count, unit):
    value = shares(count) * SCALES[unit]
    return plots.target_bullets(
        names(count), value, value * 0.9, value * 1.1, units=[unit] * count, formatter=RU,
        target_lows=value * 1.2, previous=value, period="сентябрь 2026 г.", previous_period=LONG,
    )  # fmt: skip


def steps(count, unit):
    share = shares(count)
    return plots.funnel_bars(
        names(count), share[::-1] * SCALES[unit] * 1e3, rates=share, lows=share - 0.1, highs=share + 0.1,
        previous=share, previous_label=LONG, formatter=RU,
    )  # fmt: skip


def parts(count, unit):
    value = shares(count)
    return plots.share_bars(
        names(count), value, formatter=RU, label=LABEL, previous=value, previous_label=LONG
    )


def bridge(count, unit):
    scale = SCALES[unit]
    effect = (shares(count) - 0.4) * scale
    return plots.waterfall(
        names(count), effect, effect - 0.1 * scale, effect + 0.1 * scale, start=5 * scale,
        end=5 * scale + effect.sum(), start_label="август 2026 г.", end_label=LONG, unit=unit,
        formatter=RU, label=LABEL,
    )  # fmt: skip


def groups(count, unit):
    scale = SCALES[unit]
    limits = {0.95: ([0.2, 0.38], [0.6, 0.42]), 0.998: ([0.1, 0.36], [0.7, 0.44])}
    return plots.limits_funnel(
        [1e6 * (k + 1) for k in range(count)], shares(count) * scale, names(count), unit=unit, formatter=RU,
        label=LABEL, size_label=LABEL, center=0.4 * scale, limit_sizes=[5e5, 4e7],
        limits={c: (np.multiply(low, scale), np.multiply(high, scale)) for c, (low, high) in limits.items()},
        outside=[True] * count,
    )  # fmt: skip


def heat_columns(count, unit):
    return plots.heatmap(
        [shares(count) * SCALES[unit]] * 3, row_labels=names(3), column_labels=names(count), unit=unit,
        formatter=RU, label=LABEL, n=[[10] * count] * 3, minimum_n=5,
    )  # fmt: skip


def heat_rows(count, unit):
    return plots.heatmap(
        np.outer(shares(count), shares(12)) * SCALES[unit], row_labels=names(count), column_labels=range(12),
        unit=unit, formatter=RU, label=LABEL, n=np.arange(12 * count).reshape(count, 12), minimum_n=10**6,
    )  # fmt: skip


def strip(count, unit):
    value = np.tile(2 * shares(count), 5)
    return plots.day_strip(
        [DAYS[k % 30] for k in range(5 * count)], value, names(count) * 5, formatter=RU, label=LABEL,
        limit_label=LONG, outside=value > 1,
    )  # fmt: skip


def control(count, unit):
    scale = SCALES[unit]
    return plots.control_chart(
        DAYS[:count], shares(count) * scale, 0.5 * scale, [0.3 * scale] * count, [0.7 * scale] * count,
        unit=unit, formatter=RU, label=LABEL,
    )  # fmt: skip


def band(count, unit):
    value, half = shares(count) * SCALES[unit], 0.3 * SCALES[unit]
    return plots.confidence_band(
        DAYS[:count], value, value - half, value + half, unit=unit, formatter=RU, label=LABEL,
        fixed_lows=value, fixed_highs=value,
    )  # fmt: skip


def attempts(count, unit):
    ax = None
    for name, tone in zip(names(2), ("accent", "grey"), strict=True):
        ax = plots.attempt_curve(
            range(1, count + 1), shares(count) / 3, formatter=RU, cumulative=shares(count),
            at_risk=[12_345_678] * count, name=name, tone=tone, stop=1, ax=ax,
        )  # fmt: skip
    return ax


def sizes(count, unit):
    effects = np.array([0.05, 0.02, 0.01]) * SCALES[unit]
    where = (5e6, effects[1]) if count == 1 else (2e7, effects[2])
    return plots.size_curve(
        [1e6, 5e6, 2e7], effects, unit=unit, formatter=RU, label=LABEL, size_label=LABEL,
        size=where[0], effect=where[1],
    )  # fmt: skip


def stocks(count, unit):
    left = np.linspace(MILLION, MILLION / 2, 60)
    lines = {name: (DAYS, left * (k + 1 if count == 1 else 1)) for k, name in enumerate(names(4))}
    return burn_down(lines, formatter=RU, label=LABEL)


def agents(count, unit):
    starts = [f"{k // 2:02d}:{k % 2 * 30:02d}" for k in range(count)]
    return coverage(starts, [1e6] * count, [9e5] * count, formatter=RU, high=[2e6] * count, label=LABEL)


def waits(count, unit):
    curves = [TimeCurve(name, [0, 10, 300], [0.5, 0.6, 0.9]) for name in names(3)]
    mark = 0 if count == 1 else 290
    return time_curves(
        curves, unit="s", formatter=RU, label=LABEL, share_label=LABEL, mark=mark, mark_label=LONG
    )


@pytest.mark.parametrize(
    "draw",
    [
        *(intervals, late_reference, bullets, steps, parts, bridge, groups, heat_columns, heat_rows),
        *(strip, control, band, attempts, sizes, stocks, agents, waits),
    ],
)
@pytest.mark.parametrize("unit", ["%", "money"])
@pytest.mark.parametrize("count", [1, 40])
def test_words_are_whole_and_apart(draw, count, unit):
    figure = draw(count, unit).figure
    with theme.context():
        found = list(faults(figure))
    plt.close(figure)
    assert found == []
