"""One amount against another of the same unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import rows
from callstats.show.ticks import unit_axis

#: Points named, those farthest above the line first.
_MOST_NAMED = 8


@theme.themed
def against(
    values: Sequence[float],
    others: Sequence[float],
    names: Sequence[object],
    *,
    # what is measured
    unit: str,
    formatter: Formatter,
    label: str,
    other_label: str,
    # where both are as large
    equal_label: str = "",
    outside: Sequence[bool] = (),
    ax: Any = None,
) -> Any:
    """Draw one amount against another, with the line on which both are equal.

    Parameters
    ----------
    values, others : sequence of float, shape (points,)
        Across and up, in ``unit``.
    names : sequence, shape (points,)
        Of those outside, the farthest few are named.
    unit, label, other_label : str
    formatter : Formatter
    equal_label : str
        What the line is called.
    outside : sequence of bool, shape (points,), optional
        Points that stand out: another mark, in the accent.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    x, y = rows.numbers(values, len(names)), rows.numbers(others, len(names))
    out = np.asarray(outside, dtype=bool) if len(outside) else np.zeros(len(names), dtype=bool)
    ax = theme.axes(ax, 3.4)
    if not (np.isfinite(x) & np.isfinite(y)).any():
        return rows.nothing(ax, formatter)
    right, top = float(np.nanmax(x)) * 1.05, float(np.nanmax(y)) * 1.08
    ax.plot(x[~out], y[~out], "o", color=theme.GREY, markersize=3.5, alpha=0.6, markeredgewidth=0)
    ax.plot(x[out], y[out], "D", color=theme.SIGNAL, markersize=5)
    end = min(right, top) if top < right else right
    ax.plot([0, end], [0, end], color=theme.INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    if equal_label:
        ax.annotate(
            theme.plain(equal_label), (end, end), (0, 3), textcoords="offset points", ha="right", va="bottom",
            color=theme.GREY_TEXT,
        )  # fmt: skip
    ax.set_xlim(-0.02 * right, right)
    ax.set_ylim(-0.03 * max(top, end), max(top, end * 1.04))
    unit_axis(ax.xaxis, unit, formatter)
    unit_axis(ax.yaxis, unit, formatter)
    ax.set_xlabel(theme.plain(label))
    theme.name_y(ax, other_label)
    _name(ax, x, y, names, out)
    return ax


def _name(ax: Any, x: np.ndarray, y: np.ndarray, names: Sequence[object], out: np.ndarray) -> None:
    """Name the farthest points above the line, names that would overlap pushed apart."""
    far = sorted(np.flatnonzero(out), key=lambda i: x[i] - y[i])[:_MOST_NAMED]
    scale = rows.points(ax)
    levels = rows.spread(y[far] * scale, 11.0) if far else []
    for i, level in zip(far, levels, strict=True):
        ax.annotate(
            theme.plain(names[int(i)], 30),
            (x[i], y[i]),
            (9, level - y[i] * scale),
            textcoords="offset points",
            ha="left",
            va="center",
            arrowprops={"arrowstyle": "-", "color": theme.GREY, "linewidth": 0.5, "shrinkB": 3},
            bbox=theme.BEHIND,
        )
