"""A table of values as shades; cells with few data stay blank."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.pictures import tip
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.words import words

_SMALLEST_NAME = 6.0  # points, width of a column
_SMALLEST_TYPE = 4.5  # points; below this, only the shades are shown

#: Black and white on a shade, which do not turn with the page as ink and paper do on a dark one.
_KEPT = {"black": "#010101", "white": "#FEFEFE"}
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
    ax = theme.axes(ax, rows.height(shape[0], row=0.21, room=0.75 + 0.075 * longest * turned))
    if not value.size:
        return rows.nothing(ax, formatter)
    shown = np.ma.masked_array(value, thin)
    lowest, highest = _ends(shown)
    texts, letters = _texts(shown, unit, formatter, rows.width(heads))
    marks.shades(
        ax, shown, texts, cmap=_SHADES, lowest=lowest, highest=highest or 1.0, linewidths=1.5,
        linecolor=theme.colours().paper, annot_kws={"fontsize": letters},
    )  # fmt: skip
    ax.grid(False)
    _legible(ax, shown, lowest, (highest or 1.0) - lowest)
    _tips(ax, heads, named, formatter)
    _hatch(ax, thin & ~((size == 0) & ~np.isfinite(value)))
    for row, column in best:
        ax.add_patch(_cell(row, column, fill=False, edgecolor=theme.colours().ink, linewidth=1.6, zorder=4))
    _name(ax, heads, named, turned)
    theme.name_x(ax, *_key(label, unit, bool(thin.any()) and minimum_n > 0, minimum_n, formatter))
    return ax


def _ends(shown: np.ma.MaskedArray) -> tuple[float, float]:
    return (float(shown.min()), float(shown.max())) if shown.count() else (0.0, 1.0)


def _cell(row: int, column: int, **look: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, **look)


def _hatch(ax: Any, cells: np.ndarray) -> None:
    look = {"facecolor": theme.colours().wash, "edgecolor": theme.HATCH, "hatch": "////", "linewidth": 0}
    for row, column in zip(*np.nonzero(cells), strict=True):
        ax.add_patch(_cell(int(row), int(column), **look))


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


def _texts(shown: np.ma.MaskedArray, unit: str, formatter: Formatter, beside: float) -> tuple[Any, float]:
    """Return the texts of the cells and the size of their letters [points]; no texts if there is no room."""
    lowest, highest = _ends(shown)
    step = (highest - lowest) / 20 or abs(highest) / 20 or 1.0
    if highest > 1 and bool((shown == np.round(shown)).all()):  # counts have no tenths
        step = max(step, 1.0)
    known = ~np.ma.getmaskarray(shown)
    texts = np.full(shown.shape, "", dtype=object)
    texts[known] = [formatter.cell(float(value), unit, step) for value in np.ma.getdata(shown)[known]]
    room = min(0.8 * theme.WIDTH * 72, theme.WIDTH * 72 - beside - 20)
    fits = room / shown.shape[1] / (0.65 * max(map(len, texts.flat), default=1) or 1)
    return (texts if fits >= _SMALLEST_TYPE else None), min(7.5 * theme.scale(), fits)


def _legible(ax: Any, shown: np.ma.MaskedArray, lowest: float, span: float) -> None:
    """Write each number in black or white: seaborn's choice has a contrast of 2.3 on some shades."""
    known = np.ma.compressed(shown)
    for text, value in zip(ax.texts, known, strict=False):
        text.set_color(_KEPT[ink_on(_SHADES((value - lowest) / span if span else 0.0))])


def _tips(ax: Any, heads: Sequence[str], columns: Sequence[str], formatter: Formatter) -> None:
    for text in ax.texts:
        column, row = (int(place) for place in text.get_position())
        tip(text, rows.told(f"{heads[row]}, {columns[column]}", text.get_text(), formatter))


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
