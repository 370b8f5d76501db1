"""A table of values as shades; cells with few data stay blank."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.words import words

_SMALLEST_NAME = 6.0  # points, width of a column
_SMALLEST_TYPE = 4.5  # points; below this, only the shades are shown

# One hue from light to dark, with evenly falling lightness, so that it works in grey.
_SHADES = LinearSegmentedColormap.from_list("callstats", ["#EAF3F9", "#9CC7E3", "#3E8EC0", "#00517F"])


@theme.themed
def heatmap(
    values: Any,
    *,
    # rows and columns, in order
    row_labels: Sequence[object],
    column_labels: Sequence[object],
    unit: str,
    formatter: Formatter,
    label: str = "",
    # sample size of a cell
    n: Any = None,
    minimum_n: float = 0,
    best: Collection[tuple[int, int]] = (),
    ax: Any = None,
) -> Any:
    """Draw a value by two keys, such as weekday by hour, with the numbers in the cells.

    Parameters
    ----------
    values : array-like of float, shape (rows, columns)
        nan where there is no value.
    row_labels, column_labels : sequence
    unit, label : str
        Unit and name of the KPI.
    formatter : Formatter
    n : array-like of float, shape (rows, columns), optional
    minimum_n : float
        Cells with less are hatched and have no number.
    best : collection of (row, column)
        Cells with a frame.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    shape = (len(row_labels), len(column_labels))
    value = np.asarray(values, dtype=float).reshape(shape)
    size = np.full(shape, np.inf) if n is None else np.asarray(n, dtype=float).reshape(shape)
    thin = ~(size >= minimum_n) | ~np.isfinite(value)
    named = [theme.plain(c, 24) for c in column_labels]
    heads = [theme.plain(r, rows.LABEL_LENGTH) for r in row_labels]
    longest = max(map(len, named), default=0)
    turned = len(named) * longest > 100  # characters that fit the width of a column of text
    ax = theme.axes(ax, rows.height(shape[0], row=0.36, room=0.75 + 0.075 * longest * turned))
    if not value.size:
        return rows.nothing(ax, formatter)
    shown = np.ma.masked_array(value, thin)
    lowest, highest = _ends(shown)
    ax.set_facecolor("white")
    ax.pcolormesh(shown, cmap=_SHADES, vmin=lowest, vmax=highest or 1.0, edgecolors="white", linewidth=1.5)
    _hatch(ax, thin & ~((size == 0) & ~np.isfinite(value)))
    _write_cells(ax, shown, unit, formatter, rows.width(heads))
    for row, column in best:
        ax.add_patch(_cell(row, column, fill=False, edgecolor=theme.INK, linewidth=1.6, zorder=4))
    _name(ax, heads, named, turned)
    theme.name_x(ax, *_key(label, unit, bool(thin.any()) and minimum_n > 0, minimum_n, formatter))
    return ax


def _ends(shown: np.ma.MaskedArray) -> tuple[float, float]:
    return (float(shown.min()), float(shown.max())) if shown.count() else (0.0, 1.0)


def _cell(row: int, column: int, **look: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, **look)


def _hatch(ax: Any, cells: np.ndarray) -> None:
    for row, column in zip(*np.nonzero(cells), strict=True):
        ax.add_patch(
            _cell(int(row), int(column), facecolor="#F6F6F6", edgecolor="#B5B5B5", hatch="////", linewidth=0)
        )


def ink_on(colour: Sequence[float]) -> str:
    """Return black or white, whichever contrasts more with a colour: at least 4.5 to 1 [1]_.

    References
    ----------
    .. [1] W3C (2018). Web Content Accessibility Guidelines 2.1, relative luminance and contrast ratio.

    Examples
    --------
    >>> ink_on((1.0, 1.0, 0.9)), ink_on((0.0, 0.3, 0.5))
    ('black', 'white')
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "black"


def _write_cells(ax: Any, shown: np.ma.MaskedArray, unit: str, formatter: Formatter, beside: float) -> None:
    lowest, highest = _ends(shown)
    step = (highest - lowest) / 20 or abs(highest) / 20 or 1.0
    if highest > 1 and bool((shown == np.round(shown)).all()):  # counts have no tenths
        step = max(step, 1.0)
    span = (highest or 1.0) - lowest
    cells = [(int(r), int(c)) for r, c in zip(*np.nonzero(~np.ma.getmaskarray(shown)), strict=True)]
    texts = [formatter.cell(float(shown[cell]), unit, step) for cell in cells]
    room = min(0.8 * theme.WIDTH * 72, theme.WIDTH * 72 - beside - 20)
    fits = room / shown.shape[1] / (0.65 * max(map(len, texts), default=1))
    if fits < _SMALLEST_TYPE:
        return
    for (row, column), text in zip(cells, texts, strict=True):
        colour = ink_on(_SHADES((shown[row, column] - lowest) / span if span else 0.0))
        at = (column + 0.5, row + 0.5)
        ax.text(*at, text, ha="center", va="center", color=colour, fontsize=min(7.5, fits))


def _name(ax: Any, heads: Sequence[str], columns: Sequence[str], turned: bool) -> None:
    ax.set_yticks(np.arange(len(heads)) + 0.5, heads)
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    if turned:
        # Labels side by side: smaller if columns are narrow, and skipping some if too narrow.
        wide = 0.95 * (72 * theme.WIDTH - rows.width(heads)) / len(columns)
        step = max(1, math.ceil(_SMALLEST_NAME / (0.8 * wide)))
        ax.set_xticks((np.arange(len(columns)) + 0.5)[::step], columns[::step], rotation=90)
        ax.tick_params(axis="x", labelsize=min(8.5, 0.8 * wide * step))
    ax.set_ylim(len(heads), 0)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _key(label: str, unit: str, any_thin: bool, minimum: float, formatter: Formatter) -> tuple[str, str]:
    _ = words(formatter.language)
    named = ", ".join(part for part in (theme.plain(label), formatter.cell_unit(unit)) if part)
    few = _("▨ fewer than {n}", n=formatter.number(minimum)) if any_thin else ""
    return named, few
