"""Values with their intervals: categories side by side, KPIs against their targets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.display import Bullet
from callstats.show.format import Formatter
from callstats.show.key_figures import bullet, goal_words
from callstats.show.pictures import tip
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.ticks import unit_axis
from callstats.show.words import words


@theme.themed
def interval_plot(  # noqa: PLR0913 - all but four by keyword
    labels: Sequence[object],
    values: Sequence[float],
    lows: Sequence[float] | None = None,
    highs: Sequence[float] | None = None,
    *,
    # what is measured
    unit: str,
    formatter: Formatter,
    label: str = "",
    n: Sequence[float] | None = None,
    change: bool = False,
    # what to compare with
    reference: float | None = None,
    reference_label: str = "",
    highlight: Collection[object] = (),
    highlight_label: str = "",
    # rows
    sort: bool = True,
    most: int = 25,
    ax: Any = None,
) -> Any:
    """Draw values of categories with their intervals, largest first.

    Parameters
    ----------
    labels : sequence, shape (categories,)
    values, lows, highs : sequence of float, shape (categories,)
        In ``unit``.
    unit : str
        One of the catalogue's.
    formatter : Formatter
    label : str
        Of the axis: name of the KPI.
    n : sequence of float, optional
        Independent units behind each value.
    change : bool
        The values are differences: signed, percentages in points.
    reference : float, optional
        A value to compare all with, drawn as a line and named by ``reference_label``.
    highlight : collection of labels
        Drawn filled in the accent colour, the others hollow in grey; if empty, all in the accent colour.
    highlight_label : str
        What these are, for the key: "used in this report".
    sort : bool
        Largest value first; otherwise in the order given.
    most : int
        Number of categories with their own row; the values of the others share the
        last row, as their intervals cannot be pooled here.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    value, low, high, size = (rows.numbers(v, len(labels)) for v in (values, lows, highs, n))
    order = np.argsort(-value, kind="stable") if sort else np.arange(len(labels))  # nan last
    shown, folded = order[:most], order[most:]
    named = [labels[i] for i in shown] + (
        [words(formatter.language)("others ({n})", n=formatter.number(len(folded)))] if len(folded) else []
    )
    ax = theme.axes(ax, rows.height(len(named)))
    if not np.isfinite(value).any():
        return rows.nothing(ax, formatter)
    colour = theme.colours()
    texts = formatter.column(value[shown], unit, low[shown], high[shown], change=change)
    meant = np.array([not highlight or labels[i] in highlight for i in shown])
    # Hollow if not highlighted, to distinguish both in grey print.
    for some, ink, hollow in ((meant, colour.accent, False), (~meant, colour.grey, True)):
        row, of = np.flatnonzero(some), shown[some]
        lines = marks.intervals(ax, row, value[of], low[of], high[of], color=ink, hollow=hollow)
        for line, at in zip(lines, row[np.isfinite(value[of])], strict=True):
            tip(line, rows.told(named[at], texts[at], formatter))
    start = rows.column(ax, texts)
    if len(folded):
        ax.plot(value[folded], np.full(len(folded), len(shown)), "|", color=colour.grey, markersize=7)
    if n is not None:
        sizes = [formatter.number(number) for number in size[shown]]
        rows.column(ax, sizes, start=start, heading="n", grey=True)
    rows.name_rows(ax, named)
    rows.room(ax, [*value, *low, *high, np.nan if reference is None else reference])
    if reference is not None and np.isfinite(reference):
        rows.reference(ax, reference, reference_label)
    unit_axis(ax.xaxis, unit, formatter, change=change)
    key = f"● {theme.plain(highlight_label, 60)}" if highlight_label and 0 < meant.sum() < len(meant) else ""
    theme.name_x(ax, theme.plain(label), key)
    ax.grid(True, axis="x")
    return ax


@theme.themed
def target_bullets(
    labels: Sequence[object],
    values: Sequence[float],
    lows: Sequence[float] | None = None,
    highs: Sequence[float] | None = None,
    *,
    # what is measured: one unit per row
    units: Sequence[str],
    formatter: Formatter,
    # what to compare with
    target_lows: Sequence[float | None] | None = None,
    target_highs: Sequence[float | None] | None = None,
    previous: Sequence[float | None] | None = None,
    period: str = "",
    previous_period: str = "",
    ax: Any = None,
) -> Any:
    """Draw KPIs in different units, each on its own scale, with target and last period.

    Parameters
    ----------
    labels : sequence, shape (KPIs,)
    values, lows, highs : sequence of float, shape (KPIs,)
        Each in its own unit.
    units : sequence of str, shape (KPIs,)
    formatter : Formatter
    target_lows, target_highs : sequence of float or None, shape (KPIs,), optional
        The grey area shows where the value should be.
    previous : sequence of float or None, shape (KPIs,), optional
    period, previous_period : str
        Names of the two periods in the key beneath.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    size = len(labels)
    value, low, high, least, most, before = (
        rows.numbers(v, size) for v in (values, lows, highs, target_lows, target_highs, previous)
    )
    ax = theme.axes(ax, rows.height(size, row=0.29, room=0.4))
    if not np.isfinite(value).any():
        return rows.nothing(ax, formatter)
    now, then = np.full(size, np.nan), np.full(size, np.nan)
    for row in range(size):
        scale = bullet(value[row], low[row], high[row], least[row], most[row], before[row])
        if scale is not None:
            _bullet_row(ax, row, scale)
            now[row], then[row] = _on(scale, value[row]), _on(scale, before[row])
    colour, row = theme.colours(), np.arange(size)
    marks.points(ax, then, row, color=colour.grey, hollow=True, size=5.5, zorder=4)
    marks.points(ax, now, row, color=colour.accent, size=6.8, zorder=5)
    texts = [formatter.value(*item) for item in zip(value, units, low, high, strict=True)]
    start = rows.column(ax, texts, bold=True)
    goals = [goal_words(*item, formatter) for item in zip(least, most, units, strict=True)]
    for row, goal in enumerate(goals):
        rows.beside(ax, row, goal, offset=start, grey=True)
    rows.name_rows(ax, labels)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    key = _key(period, previous_period if previous is not None else "", formatter)
    theme.name_x(ax, *key, colour=theme.colours().grey_text)
    return ax


def _on(scale: Bullet, value: float | None, otherwise: float = np.nan) -> float:
    """Return where on its row, from 0 to 1, a value lies."""
    return otherwise if value is None else (value - scale.min) / (scale.max - scale.min)


def _bullet_row(ax: Any, row: int, scale: Bullet) -> None:
    """Draw the scale of a row, the target on it and the interval; the points are drawn for all rows."""
    colour = theme.colours()
    ax.hlines(row, 0, 1, color=colour.light, linewidth=0.8, zorder=1)
    if scale.target_low is not None or scale.target_high is not None:
        left, right = _on(scale, scale.target_low, 0.0), _on(scale, scale.target_high, 1.0)
        ax.barh(row, right - left, left=left, height=0.5, color=colour.wash, zorder=0)
        edges = [_on(scale, edge) for edge in (scale.target_low, scale.target_high) if edge is not None]
        ax.vlines(edges, row - 0.3, row + 0.3, color=colour.ink, linewidth=1.8, zorder=2)
    if scale.low is not None and scale.high is not None:
        ends = _on(scale, scale.low), _on(scale, scale.high)
        ax.hlines(row, *ends, color=colour.accent, linewidth=1.4, zorder=3)


def _key(period: str, previous_period: str, formatter: Formatter) -> tuple[str, ...]:
    _ = words(formatter.language)
    return (
        "● " + (theme.plain(period, 40) or _("value, with its interval")),
        "○ " + theme.plain(previous_period, 40) if previous_period else "",
        "┃ " + _("target"),
    )
