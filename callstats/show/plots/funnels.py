"""Funnels: from dial to success, and groups within their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.ticks import unit_axis
from callstats.show.words import words


@theme.themed
def funnel_bars(
    steps: Sequence[object],
    counts: Sequence[float],
    *,
    formatter: Formatter,
    # rate of each step relative to the one before; the first has none
    rates: Sequence[float | None] | None = None,
    lows: Sequence[float | None] | None = None,
    highs: Sequence[float | None] | None = None,
    previous: Sequence[float | None] | None = None,
    previous_label: str = "",
    ax: Any = None,
) -> Any:
    """Draw the steps from dial to success: each bar is its share of the step before.

    Counts span orders of magnitude, so they are written out; the bars show the
    rates of the steps, on a single scale from 0 to 100 %.

    Parameters
    ----------
    steps : sequence, shape (steps,)
    counts : sequence of float, shape (steps,)
    formatter : Formatter
    rates, lows, highs : sequence of float or None, shape (steps,), optional
        Fractions; if omitted, the ratios of the counts, without intervals.
    previous : sequence of float or None, shape (steps,), optional
        Rates of another period, as grey marks, called ``previous_label``.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    size = len(steps)
    count, low, high, before = (rows.numbers(v, size) for v in (counts, lows, highs, previous))
    rate = _step_rates(count) if rates is None else rows.numbers(rates, size)
    ax = theme.axes(ax, rows.height(size, row=0.38))
    if not np.isfinite(count).any():
        return rows.nothing(ax, formatter)
    for row in range(size):
        ax.barh(row, 1, height=0.56, color="#EFEFEF", zorder=0)
        whole = row == 0
        ax.barh(row, 1 if whole else rate[row], height=0.56, color=theme.GREY if whole else theme.TINT)
        if whole:
            continue
        ax.hlines(row, low[row], high[row], color=theme.INK, linewidth=1.2, zorder=4)
        ax.vlines(before[row], row - 0.38, row + 0.38, color=theme.GREY_TEXT, linewidth=2, zorder=3)
        rows.beside(ax, row, _step_text(rate[row], low[row], high[row], formatter))
    rows.name_rows(
        ax, [f"{theme.plain(s, 30)}  {formatter.number(c)}" for s, c in zip(steps, count, strict=True)]
    )
    ax.set_xlim(0, 1)
    unit_axis(ax.xaxis, "%", formatter)
    _ = words(formatter.language)
    key = f"┃ {theme.plain(previous_label, 40)}" if previous is not None and previous_label else ""
    theme.name_x(ax, _("share of the step before"), key)
    return ax


def _step_rates(counts: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = counts[1:] / counts[:-1]
    return np.concatenate([[np.nan], np.where(np.isfinite(rates), rates, np.nan)])


def _step_text(rate: float, low: float, high: float, formatter: Formatter) -> str:
    text = formatter.value(rate, "%", low, high)
    known = np.isfinite([low, high]).all()
    return f"{text} ({formatter.interval(low, high, '%', value=rate)})" if known else text


@theme.themed
def limits_funnel(
    sizes: Sequence[float],
    values: Sequence[float],
    names: Sequence[object],
    *,
    # what is measured
    unit: str,
    formatter: Formatter,
    label: str = "",
    size_label: str = "",
    # limits of chance
    center: float,
    limit_sizes: Sequence[float],
    limits: Mapping[float, tuple[Sequence[float], Sequence[float]]],
    outside: Sequence[bool],
    ax: Any = None,
) -> Any:
    """Draw groups by size within the limits of chance; only those outside are named.

    Parameters
    ----------
    sizes, values : sequence of float, shape (groups,)
        Denominator of each group, and its value in ``unit``.
    names : sequence, shape (groups,)
    unit, label : str
        Unit and name of the KPI.
    size_label : str
        What the size counts: "argued contacts".
    center : float
        The overall value.
    limit_sizes : sequence of float, shape (points,)
    limits : mapping of coverage to (lows, highs), each of shape (points,)
        For example at 0.95 and 0.998, widened for overdispersion.
    outside : sequence of bool, shape (groups,)
        Which groups are named.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    size, value = rows.numbers(sizes, len(names)), rows.numbers(values, len(names))
    named = np.asarray(outside, dtype=bool) & np.isfinite(value)
    ax = theme.axes(ax, 3.6)
    if not np.isfinite(value).any():
        return rows.nothing(ax, formatter)
    shown = [value, [center]]
    for coverage, (lower, upper) in sorted(limits.items()):
        style = "-" if coverage == max(limits) else (0, (4, 3))
        for end in (rows.numbers(lower, len(limit_sizes)), rows.numbers(upper, len(limit_sizes))):
            ax.plot(limit_sizes, end, color=theme.GREY, linewidth=0.9, linestyle=style)
        inner = np.asarray(limit_sizes) >= size[np.isfinite(size)].min()
        shown += [rows.numbers(lower, len(inner))[inner], rows.numbers(upper, len(inner))[inner]]
        rows.at_the_end(ax, upper[-1], formatter.goal(coverage, "%"))
    ax.axhline(center, color=theme.INK, linewidth=0.8)
    rows.at_the_end(ax, center, formatter.value(center, unit))
    ax.plot(size[~named], value[~named], "o", color=theme.GREY, markersize=4, alpha=0.8, markeredgewidth=0)
    ax.plot(size[named], value[named], "D", color=theme.ACCENT, markersize=5.5)
    ax.set_xlim(0, 1.02 * max(np.nanmax(size), *limit_sizes))
    ax.set_ylim(*rows.limits(np.concatenate([np.asarray(s, dtype=float) for s in shown])))
    unit_axis(ax.yaxis, unit, formatter)
    unit_axis(ax.xaxis, "n", formatter)
    theme.name_x(ax, theme.plain(size_label))
    theme.name_y(ax, label)
    rows.settle(ax)
    # Those farthest beyond chance come first if there is no room for all names.
    apart = np.abs(value - center) * np.sqrt(size)
    first = [int(i) for i in np.argsort(-apart, kind="stable") if named[i]]
    rows.name_points(ax, size[first], value[first], [names[i] for i in first])
    return ax
