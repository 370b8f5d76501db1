"""Many shares per day, and how close each comes to a limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.plots.change import date_axis
from callstats.show.ticks import unit_axis

#: Number of points named, highest first.
_MOST_NAMED = 8
#: Up to this many points are drawn individually; with more, each day shows their range.
_MOST_POINTS = 2000
#: The axis ends at this many times the limit; higher points are put on its edge.
_HIGHEST = 1.6


@theme.themed
def day_strip(
    dates: Sequence[dt.date],
    shares: Sequence[float],
    names: Sequence[object],
    *,
    formatter: Formatter,
    label: str,
    # what must not be exceeded
    limit: float = 1.0,
    limit_label: str = "",
    outside: Sequence[bool] = (),
    ax: Any = None,
) -> Any:
    """Draw shares by day as points below and above a limit, and name those that stand out.

    Parameters
    ----------
    dates : sequence of date, shape (points,)
        Any number of points per day.
    shares : sequence of float, shape (points,)
        Fractions; infinite if the denominator is 0. Points far above the limit
        are arrow heads on the upper edge.
    names : sequence, shape (points,)
        Only the highest few of those outside are shown.
    formatter : Formatter
    label : str
        Of the vertical axis.
    limit : float
        A fraction, drawn as a line called ``limit_label``.
    outside : sequence of bool, shape (points,), optional
        Points that stand out: a different marker, in the signal colour.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    share = rows.numbers(shares, len(names))
    known = ~np.isnan(share)
    out = known & (np.asarray(outside, dtype=bool) if len(outside) else np.zeros(len(names), dtype=bool))
    ax = theme.axes(ax, 1.9)
    if not known.any():
        return rows.nothing(ax, formatter)
    day = np.array([date.toordinal() for date in dates], dtype=float)
    top = min(max(limit, float(share[known].max())), _HIGHEST * limit) * 1.08
    shown, beyond = np.minimum(share, top), share > top
    colour = theme.colours()
    _ordinary(ax, day[known & ~out], shown[known & ~out])
    for some, mark in ((out & ~beyond, "D"), (out & beyond, "^")):
        marks.points(
            ax, day[some], shown[some], marker=mark, color=colour.signal, size=5.8, zorder=4, clip_on=False
        )
    ax.axhline(limit, color=colour.ink, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    rows.at_the_end(ax, limit, theme.plain(limit_label, 28))
    ax.set_ylim(0, top)
    date_axis(ax, day, formatter)
    unit_axis(ax.yaxis, "%", formatter)
    theme.name_y(ax, label)
    highest = [int(i) for i in sorted(np.flatnonzero(out), key=lambda i: -share[i])][:_MOST_NAMED]
    rows.name_points(ax, day[highest], shown[highest], [names[i] for i in highest])
    return ax


def _ordinary(ax: Any, day: np.ndarray, share: np.ndarray) -> None:
    """Draw points, or each day's range if there are too many."""
    if len(day) <= _MOST_POINTS:
        marks.points(ax, day, share, color=theme.colours().grey, size=3.2, alpha=0.6)
        return
    days = np.unique(day)
    low, high = (np.array([reach(share[day == one]) for one in days]) for reach in (np.min, np.max))
    ax.bar(days, high - low, bottom=low, width=0.7, color=theme.colours().light, zorder=0)
