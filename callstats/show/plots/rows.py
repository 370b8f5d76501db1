"""What plots with one row a category have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.words import words

LABEL_LENGTH = 42


def height(rows: int, row: float = 0.27, room: float = 0.6) -> float:
    """Return the height of a figure with so many rows [inch]."""
    return room + row * max(rows, 2)


def numbers(values: Any, size: int) -> Any:
    """Return values as floats, all nan where there are none.

    Examples
    --------
    >>> numbers([1, None], 2), numbers(None, 2)
    (array([ 1., nan]), array([nan, nan]))
    """
    if values is None:
        return np.full(size, np.nan)
    return np.array([np.nan if value is None else float(value) for value in values])


def name_rows(ax: Any, labels: Sequence[object]) -> None:
    """Name the rows from the top down, without ticks or a spine."""
    texts = [theme.plain(label, LABEL_LENGTH) for label in labels]
    ax.set_yticks(range(len(texts)), texts)
    ax.set_ylim(len(texts) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def beside(ax: Any, y: float, text: str, *, offset: float = 6, grey: bool = False, bold: bool = False) -> Any:
    """Write a text to the right of the axes, at the height of a row."""
    return ax.annotate(
        text,
        (1, y),
        (offset, 0),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        ha="left",
        color=theme.GREY_TEXT if grey else theme.INK,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )


def nothing(ax: Any, formatter: Formatter) -> Any:
    """Say in an empty plot that there is nothing to show."""
    ax.set_axis_off()
    text = words(formatter.language)("no data")
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=theme.GREY_TEXT)
    return ax


def at_the_end(ax: Any, y: float, text: str, colour: str = theme.GREY_TEXT) -> None:
    """Name a line to the right of the axes, where it ends."""
    beside(ax, y, text, offset=5).set_color(colour)


def room(ax: Any, values: Sequence[float] | np.ndarray, *, zero: bool = False, margin: float = 0.06) -> None:
    """Give the horizontal axis room for finite values, and for zero where asked."""
    ax.set_xlim(*limits(values, zero=zero, margin=margin))


def limits(
    values: Sequence[float] | np.ndarray, *, zero: bool = False, margin: float = 0.06
) -> tuple[float, float]:
    """Return the ends of an axis that has room for values.

    Examples
    --------
    >>> limits([0.0, 10.0, float("nan")], margin=0.1)
    (0.0, 11.0)
    >>> limits([3.0])
    (2.4, 3.6)
    """
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if zero or not finite.size:
        finite = np.append(finite, 0.0)
    low, high = float(finite.min()), float(finite.max())
    span = margin * (high - low) or 0.2 * abs(high) or 1.0
    start = low - span if low != 0 else 0.0
    return (max(start, 0.0) if low >= 0 else start, high + span if high != 0 else 0.0 + (low == 0))
