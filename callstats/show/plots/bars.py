"""Parts of a whole, and what changed a total."""

from __future__ import annotations

from collections.abc import Sequence
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
    colour, texts = theme.colours(), formatter.column(share_shown, "%")
    bars = marks.bars(ax, range(len(named)), share_shown, color=colour.tint)
    for bar, name, text in zip(bars, named, texts, strict=True):
        tip(bar, rows.told(name, text, formatter))
    at = np.arange(len(named))
    ax.vlines(before_shown, at - 0.4, at + 0.4, color=colour.grey_text, linewidth=2)
    rows.column(ax, texts)
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

    Gains are filled, losses hatched; effects whose interval includes zero are pale. A key says so.

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
    ax = theme.axes(ax, rows.height(size + 2, row=0.2))
    if not np.isfinite([start, end]).all():
        return rows.nothing(ax, formatter)
    colour, level = theme.colours(), start
    for i in range(size):
        level = left[i] + step[i]
        _effect_bar(ax, i + 1, left[i], effect[i], _doubtful(low[i], high[i]))
    row = np.arange(size + 1)
    ax.vlines([*left, level], row, row + 1, color=colour.grey, linewidth=0.7, zorder=1)
    ax.hlines(row[1:], left + low, left + high, color=colour.ink, linewidth=1.1, zorder=4)
    # Totals are diamonds: bars would have to start at zero and dwarf the effects.
    marks.points(ax, [start, end], [0, size + 1], marker="D", color=colour.ink, size=6.8, zorder=5)
    texts = formatter.column(effect, unit, low, high, change=True)
    for bar, name, text in zip(ax.patches, labels, texts, strict=True):
        tip(bar, rows.told(name, text, formatter))
    totals = [formatter.value(total, unit) for total in (start, end)]
    rows.column(ax, [totals[0], *texts, totals[1]])
    rows.name_rows(ax, [start_label, *labels, end_label])
    rows.room(ax, [start, end, *left, *(left + low), *(left + high), *(left + step)])
    unit_axis(ax.xaxis, unit, formatter)
    ax.grid(True, axis="x")
    theme.name_x(ax, theme.plain(label), *_key(effect, low, high, formatter))
    return ax


def _key(effect: np.ndarray, low: np.ndarray, high: np.ndarray, formatter: Formatter) -> list[str]:
    _ = words(formatter.language)
    pale = any(_doubtful(*ends) for ends in zip(low, high, strict=True))
    hatched = bool((np.nan_to_num(effect) < 0).any())
    keys = [_("▨ decrease")] if hatched else []
    return [*keys, _("pale: may be chance")] if pale else keys


def _doubtful(low: float, high: float) -> bool:
    return bool(np.isfinite([low, high]).all()) and low <= 0 <= high


def _effect_bar(ax: Any, row: int, left: float, effect: float, doubtful: bool) -> None:
    loss = effect < 0
    colour = theme.colours()
    ax.barh(
        row,
        effect,
        left=left,
        height=0.55,
        facecolor=colour.paper if loss else colour.tint,
        edgecolor=colour.signal if loss else colour.accent,
        hatch="/////" if loss else None,
        linewidth=0.8,
        alpha=0.4 if doubtful else 1.0,
        zorder=3,
    )
