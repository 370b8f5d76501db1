"""Shared parts of plots with one row per category."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.words import words

LABEL_LENGTH = 42
_LINE = 11.0  # from one line of text to the next, in letters of the theme's size [points]


def height(rows: int, row: float = 0.22, room: float = 0.6) -> float:
    """Return the height of a figure with a given number of rows [inch]."""
    return room + row * max(rows, 2)


def numbers(values: Any, size: int) -> Any:
    """Return values as floats, all nan if there are none.

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


def told(name: object, text: str, formatter: Formatter) -> str:
    """Return what a mark says of itself: its name, and its value."""
    return words(formatter.language).headed(theme.plain(name), text)


def beside(ax: Any, y: float, text: str, *, offset: float = 6, grey: bool = False, bold: bool = False) -> Any:
    """Write a text to the right of the axes, level with a row."""
    return ax.annotate(
        text,
        (1, y),
        (offset, 0),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        ha="left",
        **({"color": theme.colours().grey_text} if grey else {}),
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )


def nothing(ax: Any, formatter: Formatter) -> Any:
    """State in an empty plot that there is nothing to show."""
    ax.set_axis_off()
    text = words(formatter.language)("no data")
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=theme.colours().grey_text)
    return ax


def reference(ax: Any, value: float, label: str) -> None:
    """Draw a dashed line across the rows, with its name above the axes; call it after setting limits."""
    colour = theme.colours()
    ax.axvline(value, color=colour.ink, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    low, high = ax.get_xlim()
    ax.annotate(
        theme.plain(label, LABEL_LENGTH),
        (value, 1),
        (0, 2),
        xycoords=ax.get_xaxis_transform(),
        textcoords="offset points",
        ha=("left", "center", "center", "right")[min(int(4 * (value - low) / (high - low)), 3)],
        va="bottom",
        color=colour.grey_text,
    )


def column(
    ax: Any,
    texts: Sequence[str],
    *,
    start: float = 6,
    heading: str = "",
    strong: Collection[int] = (),
    **look: Any,
) -> float:
    """Write a column of texts to the right of the axes; return where the next can start [points].

    Numbers are right-aligned, so that their digits line up; those of the rows ``strong`` are bold.
    """
    wide = width([heading, *texts])
    for row, text in enumerate(texts):
        if text:
            bold = look.get("bold", False) or row in strong
            note = beside(ax, row, text, offset=start + wide, **{**look, "bold": bold})
            note.set_horizontalalignment("right")
    if heading:
        head = beside(ax, 1, heading, offset=start + wide, **look)
        head.set(horizontalalignment="right", verticalalignment="bottom")
        head.xycoords, head.xyann = ax.transAxes, (start + wide, 2)
    return start + wide + 10


def width(texts: Sequence[str]) -> float:
    """Return the approximate width of the widest of some texts [points]."""
    return 5.3 * theme.scale() * max((len(line) for text in texts for line in text.split("\n")), default=0)


def step_of(ax: Any, texts: Sequence[str]) -> int:
    """Return the interval of ticks whose labels fit under the axes: 1 for every tick, 2 for every second."""
    ends = width([note.get_text() for note in ax.texts if note.get_gid() == "end"])
    room = 72 * ax.figure.get_figwidth() - 50 - ends
    return max(1, int(np.ceil(len(texts) * (width(texts) + 6) / room)))


def at_the_end(ax: Any, y: float, text: str, colour: str | None = None) -> None:
    """Name a line to the right of the axes, where it ends."""
    note, known = beside(ax, y, text, offset=5), theme.colours()
    note.set_color(known.as_text(colour or known.grey_text))
    note.set_gid("end")


def settle(ax: Any) -> None:
    """Push apart overlapping names at the ends of lines; call it after setting the axis limits."""
    notes = [note for note in ax.texts if note.get_gid() == "end"]
    at = np.array([note.xy[1] for note in notes], dtype=float) * points(ax)
    lines = max((note.get_text().count("\n") + 1 for note in notes), default=1)
    for note, place, level in zip(notes, at, spread(at, _LINE * theme.scale() * lines), strict=True):
        note.xyann = (note.xyann[0], level - place)


def points(ax: Any, axis: Literal["x", "y"] = "y") -> float:
    """Return the approximate length of one unit of an axis [points]."""
    low, high = getattr(ax, f"get_{axis}lim")()
    box, (wide, tall) = ax.get_position(), ax.figure.get_size_inches()
    return 72 * (box.height * tall if axis == "y" else box.width * wide) / (high - low)


def name_points(ax: Any, x: np.ndarray, y: np.ndarray, names: Sequence[object]) -> None:
    """Label points on their inner side, pushing apart names that would overlap.

    If there is not enough room, the last ones get no label.
    """
    kept: list[tuple[float, float, float]] = []  # height, start, end
    colour, line = theme.colours(), _LINE * theme.scale()
    texts = [theme.plain(name, 26) for name in names]
    right, levels = _levels(ax, x, y)
    across = x * points(ax, "x")
    for i, level in enumerate(levels):
        reach = 9 + 1.15 * width([texts[i]])
        start, end = (across[i] - reach, across[i]) if right[i] else (across[i], across[i] + reach)
        near = (between for at, *between in kept if abs(level - at) < 0.99 * line)
        if np.isnan(level) or any(start < last and first < end for first, last in near):
            continue
        kept.append((level, start, end))
        ax.annotate(
            texts[i],
            (x[i], y[i]),
            (-9 if right[i] else 9, level - y[i] * points(ax)),
            textcoords="offset points",
            ha="right" if right[i] else "left",
            va="center",
            arrowprops={"arrowstyle": "-", "color": colour.grey, "linewidth": 0.5, "shrinkB": 3},
            bbox=colour.behind,
        )


def _levels(ax: Any, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which points are on the right, and the heights of their names [points]; nan without room."""
    scale, line = points(ax), _LINE * theme.scale()
    # Names of points on the axis would overlap its labels, so they start above it.
    bottom, top = (end * scale + 6.0 for end in ax.get_ylim())
    right, levels = x > sum(ax.get_xlim()) / 2, np.full(len(x), np.nan)
    for side in (False, True):
        members = np.flatnonzero(right == side)[: int((top - bottom) / line) + 1]
        members = members[np.argsort(y[members], kind="stable")]
        below = line * np.arange(len(members))
        wanted = np.minimum(spread(y[members] * scale, line), top - below[::-1])
        levels[members] = np.maximum(wanted, bottom + below)
    return right, levels


def spread(places: Sequence[float] | np.ndarray, apart: float) -> np.ndarray:
    """Return positions moved as little as possible to be ``apart`` from each other, in the same order.

    Examples
    --------
    >>> spread([0.0, 1.0, 10.0], 3.0)
    array([-1.,  2., 10.])
    """
    order = np.argsort(places, kind="stable")
    blocks: list[list[float]] = []  # mean and number of positions that push each other
    for rank, place in enumerate(np.asarray(places, dtype=float)[order]):
        blocks.append([place - rank * apart, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, number = blocks.pop()
            total = blocks[-1][1] + number
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * number) / total, total]
    level = np.concatenate([np.full(int(number), mean) for mean, number in blocks] or [np.empty(0)])
    result = np.empty(len(order))
    result[order] = level + apart * np.arange(len(order))
    return result


def room(ax: Any, values: Sequence[float] | np.ndarray, *, zero: bool = False, margin: float = 0.06) -> None:
    """Make room on the horizontal axis for finite values, and for zero if requested."""
    ax.set_xlim(*limits(values, zero=zero, margin=margin))


def limits(
    values: Sequence[float] | np.ndarray, *, zero: bool = False, margin: float = 0.06
) -> tuple[float, float]:
    """Return axis limits with room for values.

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
