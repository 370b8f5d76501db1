"""Funnels: from dial to success, and groups within their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.pictures import tip
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
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
    ax = theme.axes(ax, rows.height(size, row=0.23))
    if not np.isfinite(count).any():
        return rows.nothing(ax, formatter)
    colour, row = theme.colours(), np.arange(size)
    marks.bars(ax, row, np.ones(size), width=0.56, color=colour.wash, zorder=0)
    marks.bars(ax, row[:1], [1], width=0.56, color=colour.grey)
    bars = marks.bars(ax, row[1:], rate[1:], width=0.56, color=colour.tint) if size > 1 else []
    later = slice(1, None)
    ax.hlines(row[later], low[later], high[later], color=colour.ink, linewidth=1.2, zorder=4)
    ax.vlines(
        before[later], row[later] - 0.38, row[later] + 0.38, color=colour.grey_text, linewidth=2, zorder=3
    )
    for bar, at in zip(bars, row[1:], strict=True):
        text = _step_text(rate[at], low[at], high[at], formatter)
        rows.beside(ax, at, text)
        tip(bar, rows.told(steps[at], text, formatter))
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


def _step_text(rate: Any, low: Any, high: Any, formatter: Formatter) -> str:
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
    ax = theme.axes(ax, 3.0)
    if not np.isfinite(value).any():
        return rows.nothing(ax, formatter)
    colour, shown = theme.colours(), [value, [center]]
    for coverage, (lower, upper) in sorted(limits.items()):
        style = "-" if coverage == max(limits) else (0, (4, 3))
        for end in (rows.numbers(lower, len(limit_sizes)), rows.numbers(upper, len(limit_sizes))):
            marks.line(ax, limit_sizes, end, color=colour.grey, linewidth=0.9, linestyle=style)
        inner = np.asarray(limit_sizes) >= size[np.isfinite(size)].min()
        shown += [rows.numbers(lower, len(inner))[inner], rows.numbers(upper, len(inner))[inner]]
        rows.at_the_end(ax, upper[-1], formatter.goal(coverage, "%"))
    ax.axhline(center, color=colour.ink, linewidth=0.8)
    rows.at_the_end(ax, center, formatter.value(center, unit))
    marks.points(ax, size[~named], value[~named], color=colour.grey, size=4, alpha=0.8)
    marks.points(ax, size[named], value[named], marker="D", color=colour.accent, size=6.3)
    ax.set_xlim(0, 1.02 * max(np.nanmax(size), *limit_sizes))
    ax.set_ylim(*rows.limits(np.concatenate([np.asarray(s, dtype=float) for s in shown])))
    unit_axis(ax.yaxis, unit, formatter)
    unit_axis(ax.xaxis, "n", formatter)
    outer = words(formatter.language)("◆ outside the limits of chance") if named.any() else ""
    theme.name_x(ax, theme.plain(size_label), outer)
    theme.name_y(ax, label)
    rows.settle(ax)
    # Those farthest beyond chance come first if there is no room for all names.
    apart = np.abs(value - center) * np.sqrt(size)
    first = [int(i) for i in np.argsort(-apart, kind="stable") if named[i]]
    rows.name_points(ax, size[first], value[first], [names[i] for i in first])
    return ax
