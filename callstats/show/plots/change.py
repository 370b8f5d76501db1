"""Changes over days: a KPI within its limits, and a test in progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MultipleLocator

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.ticks import unit_axis
from callstats.show.words import words

_NAMED_SIGNALS = 8


@theme.themed
def control_chart(
    dates: Sequence[dt.date],
    values: Sequence[float],
    center: float | Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    *,
    unit: str,
    formatter: Formatter,
    label: str = "",
    signals: Sequence[bool] | None = None,
    ax: Any = None,
) -> Any:
    """Draw a daily value within the limits of its usual variation; signals are dated.

    Parameters
    ----------
    dates : sequence of date, shape (days,)
        In order; days without data may be left out.
    values, lows, highs : sequence of float, shape (days,)
        In ``unit``, with the control limits of each day.
    center : float or sequence of float, shape (days,)
    unit, label : str
        Unit and name of the KPI.
    formatter : Formatter
    signals : sequence of bool, shape (days,), optional
        Which days are marked; if omitted, those outside the limits.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    day, value = _ordinals(dates), rows.numbers(values, len(dates))
    low, high = rows.numbers(lows, len(dates)), rows.numbers(highs, len(dates))
    middle = np.broadcast_to(np.asarray(center, dtype=float), len(dates))
    ax = theme.axes(ax, 1.9)
    if not np.isfinite(value).any():
        return rows.nothing(ax, formatter)
    with np.errstate(invalid="ignore"):
        outside = (value < low) | (value > high)
    marked = (outside if signals is None else np.asarray(signals, dtype=bool)) & np.isfinite(value)
    edges = np.column_stack([day - 0.5, day + 0.5]).ravel()  # a day is one unit wide
    colour = theme.colours()
    ax.fill_between(edges, np.repeat(low, 2), np.repeat(high, 2), color=colour.wash, linewidth=0)
    ax.plot(edges, np.repeat(middle, 2), "-", color=colour.grey, linewidth=0.9)
    marks.line(ax, day, value, color=colour.accent, linewidth=0.8, alpha=0.55)
    marks.points(ax, day[~marked], value[~marked], color=colour.accent, size=4)
    marks.points(ax, day[marked], value[marked], marker="D", color=colour.signal, size=6.3, zorder=4)
    date_axis(ax, day, formatter)
    _date_signals(ax, day[marked], value[marked], middle[marked], formatter)
    rows.at_the_end(ax, middle[-1], formatter.value(middle[-1], unit, low[-1], high[-1]))
    ax.set_ylim(*rows.limits(np.concatenate([value, low, high]), margin=0.14))
    unit_axis(ax.yaxis, unit, formatter)
    theme.name_y(ax, label)
    _ = words(formatter.language)
    theme.name_x(ax, *[_("▬ ordinary variation"), _("◆ signal")] if marked.any() else [])
    return ax


def _ordinals(dates: Sequence[dt.date]) -> np.ndarray:
    return np.array([date.toordinal() for date in dates], dtype=float)


def _narrowing(ax: Any) -> float:
    """Return how many times narrower than a column of text the picture is."""
    return max(theme.WIDTH / ax.figure.get_figwidth(), 1.0)


def date_axis(ax: Any, day: np.ndarray, formatter: Formatter) -> None:
    """Put at most eight dates on the axis of days (ordinals), whole weeks apart if there are many.

    Half as many on axes of half the width.
    """
    span, most = max(float(day.max() - day.min()), 1.0), 8 / _narrowing(ax)
    step = next((s for s in (1, 2, 7, 14, 28, 56, 91, 182) if span / s <= most), 365)
    locator = MultipleLocator(step, offset=1 if step % 7 == 0 else day.min() % step)  # ordinal 1 is a Monday
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _: formatter.day(dt.date.fromordinal(max(round(x), 1))))
    )
    ax.set_xlim(day.min() - max(0.012 * span, 0.6), day.max() + max(0.012 * span, 0.6))


def _date_signals(
    ax: Any, day: np.ndarray, value: np.ndarray, middle: np.ndarray, formatter: Formatter
) -> None:
    """Date the signals, or the farthest ones if there are too many."""
    far = np.argsort(-np.abs(value - middle), kind="stable")
    taken: list[tuple[float, bool]] = []
    first, last = ax.get_xlim()
    room = 0.09 * _narrowing(ax) * (last - first)
    for i in far[:_NAMED_SIGNALS]:
        above = bool(value[i] >= middle[i])
        if any(abs(day[i] - x) < room and side == above for x, side in taken):
            continue
        taken.append((float(day[i]), above))
        ax.annotate(
            formatter.day(dt.date.fromordinal(int(day[i]))),
            (day[i], value[i]),
            (0, 6 if above else -6),
            textcoords="offset points",
            ha="left" if day[i] - first < room / 2 else "center",  # clear of the numbers of the axis
            va="bottom" if above else "top",
            bbox=theme.colours().behind,
        )


@theme.themed
def confidence_band(
    dates: Sequence[dt.date],
    estimates: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    *,
    unit: str,
    formatter: Formatter,
    label: str = "",
    fixed_lows: Sequence[float] | None = None,
    fixed_highs: Sequence[float] | None = None,
    reference: float = 0.0,
    ax: Any = None,
) -> Any:
    """Draw a difference as known day by day, with a band that allows for daily looks.

    Parameters
    ----------
    dates : sequence of date, shape (days,)
    estimates, lows, highs : sequence of float, shape (days,)
        Difference in ``unit``, with its confidence sequence.
    unit, label : str
        Unit and name of the KPI.
    formatter : Formatter
    fixed_lows, fixed_highs : sequence of float, shape (days,), optional
        The interval for a single look, in grey: what peeking would have claimed.
    reference : float
        The null difference.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    day, size = _ordinals(dates), len(dates)
    value, low, high, inner_low, inner_high = (
        rows.numbers(v, size) for v in (estimates, lows, highs, fixed_lows, fixed_highs)
    )
    ax = theme.axes(ax, 1.9)
    if not np.isfinite(value).any():
        return rows.nothing(ax, formatter)
    colour = theme.colours()
    ax.fill_between(day, low, high, color=colour.accent, alpha=0.16, linewidth=0)
    for end in (low, high):
        ax.plot(day, end, color=colour.accent, linewidth=0.9)
    for end in (inner_low, inner_high):
        ax.plot(day, end, color=colour.grey, linewidth=1.0, linestyle=(0, (3, 2)))
    marks.line(ax, day, value, color=colour.accent, linewidth=1.8)
    marks.points(ax, day[-1:], value[-1:], color=colour.accent, size=5.8)
    ax.axhline(reference, color=colour.ink, linewidth=0.8)
    rows.at_the_end(ax, value[-1], formatter.change(value[-1], unit, low[-1], high[-1]), colour.ink)
    if fixed_lows is not None:
        theme.name_x(
            ax, words(formatter.language)("band: allows for looking every day; dashed: a single look")
        )
    ax.set_ylim(*_steady_limits(value, low, high, reference))
    date_axis(ax, day, formatter)
    unit_axis(ax.yaxis, unit, formatter, change=True)
    theme.name_y(ax, label)
    return ax


def _steady_limits(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, reference: float
) -> tuple[float, float]:
    """Return axis limits that cut off the huge bands of the first days."""
    later = slice(len(value) // 4, None)
    shown = np.concatenate([value, low[later], high[later], [reference]])
    finite = shown[np.isfinite(shown)]
    span = 0.08 * (finite.max() - finite.min()) or 1.0
    return float(finite.min() - span), float(finite.max() + span)
