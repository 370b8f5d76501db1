"""The effect a test can detect, by its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.ticks import unit_axis


@theme.themed
def size_curve(
    sizes: Sequence[float],
    effects: Sequence[float],
    *,
    unit: str,
    formatter: Formatter,
    label: str = "",
    size_label: str = "",
    # where the plan is
    size: float | None = None,
    effect: float | None = None,
    ax: Any = None,
) -> Any:
    """Draw the smallest effect a test can detect against its size, and the plan's position.

    Parameters
    ----------
    sizes : sequence of float, shape (sizes,)
        Increasing.
    effects : sequence of float, shape (sizes,)
        In ``unit``; percentages are differences in points.
    unit : str
        One of the catalogue's.
    formatter : Formatter
    label, size_label : str
        Of the axes.
    size, effect : float, optional
        The plan, marked and labelled.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    x, y = rows.numbers(sizes, len(sizes)), rows.numbers(effects, len(effects))
    ax = theme.axes(ax, 1.8)
    if not np.isfinite(y).any():
        return rows.nothing(ax, formatter)
    colour = theme.colours()
    marks.line(ax, x, y, color=colour.accent, linewidth=1.8)
    if size is not None and effect is not None and np.isfinite(effect):
        guide = {"color": colour.grey, "linewidth": 0.8, "linestyle": (0, (4, 3)), "zorder": 1}
        ax.plot([size, size, 0.0], [0.0, effect, effect], **guide)
        marks.points(ax, [size], [effect], color=colour.accent, size=5.8)
        told = f"{formatter.number(size)}, {formatter.change(effect, unit)}"
        ax.annotate(told, (size, effect), (6, 5), textcoords="offset points", va="bottom", bbox=colour.behind)
    ax.set_xlim(0, float(np.nanmax(x)) * 1.03)
    ax.set_ylim(0, float(np.nanmax([*y[np.isfinite(y)], effect or 0.0])) * 1.06)
    unit_axis(ax.xaxis, "n", formatter)
    unit_axis(ax.yaxis, unit, formatter, change=True)
    theme.name_x(ax, theme.plain(size_label))
    theme.name_y(ax, label)
    return ax
