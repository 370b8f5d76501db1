"""Parts of a whole, and what changed a total."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.ticks import unit_axis
from callstats.show.words import words


@theme.themed
def share_bars(
    labels: Sequence[object],
    shares: Sequence[float],
    *,
    formatter: Formatter,
    label: str = "",
    # what was before
    previous: Sequence[float | None] | None = None,
    previous_label: str = "",
    # rows
    sort: bool = True,
    most: int = 10,
    ax: Any = None,
) -> Any:
    """Draw the shares of a whole as bars, each with its number.

    Parameters
    ----------
    labels : sequence, shape (parts,)
    shares : sequence of float, shape (parts,)
        Fractions of the whole.
    formatter : Formatter
    label : str
        Of the axis: "share of login time".
    previous : sequence of float or None, shape (parts,), optional
        The shares of another period, as grey marks called ``previous_label``.
    sort : bool
        Largest first; otherwise in the order given.
    most : int
        Number of parts with their own row; the smallest are summed as others.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    share, before = rows.numbers(shares, len(labels)), rows.numbers(previous, len(labels))
    order = np.argsort(-share, kind="stable") if sort else np.arange(len(labels))
    shown, folded = (order, order[:0]) if len(order) <= most else (order[: most - 1], order[most - 1 :])
    named = [labels[int(i)] for i in shown]
    share_shown, before_shown = list(share[shown]), list(before[shown])
    if len(folded):
        named.append(words(formatter.language)("others ({n})", n=formatter.number(len(folded))))
        share_shown.append(np.nansum(share[folded]))
        before_shown.append(np.nansum(before[folded]) if np.isfinite(before[folded]).any() else np.nan)
    ax = theme.axes(ax, rows.height(len(named)))
    if not np.isfinite(share).any():
        return rows.nothing(ax, formatter)
    ax.barh(range(len(named)), share_shown, height=0.62, color=theme.TINT)
    for row, old in enumerate(before_shown):
        ax.vlines(old, row - 0.4, row + 0.4, color=theme.GREY_TEXT, linewidth=2)
    rows.column(ax, formatter.column(share_shown, "%"))
    rows.name_rows(ax, named)
    rows.room(ax, [*share_shown, *before_shown], zero=True)
    unit_axis(ax.xaxis, "%", formatter)
    key = f"┃ {theme.plain(previous_label, 40)}" if previous is not None and previous_label else ""
    theme.name_x(ax, theme.plain(label), key)
    return ax


@theme.themed
def waterfall(
    labels: Sequence[object],
    effects: Sequence[float],
    lows: Sequence[float] | None = None,
    highs: Sequence[float] | None = None,
    *,
    # from where to where
    start: float,
    end: float,
    start_label: str,
    end_label: str,
    # what is measured
    unit: str,
    formatter: Formatter,
    label: str = "",
    ax: Any = None,
) -> Any:
    """Draw how effects add up from one total to another, top to bottom.

    Gains are filled, losses hatched; effects whose interval includes zero are pale.

    Parameters
    ----------
    labels : sequence, shape (effects,)
    effects, lows, highs : sequence of float, shape (effects,)
        Each effect with its interval, in ``unit``; they add up to ``end - start``.
    start, end : float
        The two totals, called ``start_label`` and ``end_label``.
    unit, label : str
        Unit and name of the total.
    formatter : Formatter
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    size = len(labels)
    effect, low, high = (rows.numbers(v, size) for v in (effects, lows, highs))
    step = np.nan_to_num(effect)
    left = start + np.concatenate([[0.0], np.cumsum(step)])[:-1]
    ax = theme.axes(ax, rows.height(size + 2, row=0.33))
    if not np.isfinite([start, end]).all():
        return rows.nothing(ax, formatter)
    _total(ax, 0, start)
    level = start
    for i in range(size):
        row, level = i + 1, left[i] + step[i]
        ax.vlines(left[i], row - 1, row, color=theme.GREY, linewidth=0.7, zorder=1)
        _effect_bar(ax, row, left[i], effect[i], _doubtful(low[i], high[i]))
        ax.hlines(row, left[i] + low[i], left[i] + high[i], color=theme.INK, linewidth=1.1, zorder=4)
    ax.vlines(level, size, size + 1, color=theme.GREY, linewidth=0.7, zorder=1)
    _total(ax, size + 1, end)
    texts = formatter.column(effect, unit, low, high, change=True)
    totals = [formatter.value(total, unit) for total in (start, end)]
    rows.column(ax, [totals[0], *texts, totals[1]])
    rows.name_rows(ax, [start_label, *labels, end_label])
    rows.room(ax, [start, end, *left, *(left + low), *(left + high), *(left + step)])
    unit_axis(ax.xaxis, unit, formatter)
    ax.grid(axis="x")
    theme.name_x(ax, theme.plain(label))
    return ax


def _doubtful(low: float, high: float) -> bool:
    return bool(np.isfinite([low, high]).all()) and low <= 0 <= high


def _effect_bar(ax: Any, row: int, left: float, effect: float, doubtful: bool) -> None:
    loss = effect < 0
    colour = theme.SIGNAL if loss else theme.ACCENT
    ax.barh(
        row,
        effect,
        left=left,
        height=0.55,
        facecolor="white" if loss else theme.TINT,
        edgecolor=colour,
        hatch="/////" if loss else None,
        linewidth=0.8,
        alpha=0.4 if doubtful else 1.0,
        zorder=3,
    )


def _total(ax: Any, row: int, value: float) -> None:
    """Mark a total with a diamond: a bar would have to start at zero and dwarf the effects."""
    ax.plot(value, row, "D", color=theme.INK, markersize=6, zorder=5)
