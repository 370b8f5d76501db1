"""What is left, day by day; and agents available against agents needed, by half hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.plots.change import date_axis
from callstats.show.ticks import unit_axis
from callstats.show.words import words

# Colour and stroke, which tells lines apart in grey print as well.
_LOOKS: tuple[tuple[str, Any], ...] = (
    ("accent", "-"),
    ("signal", (0, (6, 1, 1, 1))),
    ("grey", (0, (3, 0.8))),
    ("ink", (0, (1, 1))),
)
# Where along a line its name may go, best place first.
_NAME_AT = (0.5, 0.25, 0.7, 0.1, 0.85)
#: Lines that get a name.
MOST_LINES = len(_LOOKS)


@theme.themed
def burn_down(
    lines: Mapping[str, tuple[Sequence[dt.date], Sequence[float]]],
    *,
    formatter: Formatter,
    # when each line is expected to end: expected, earliest and latest day
    ends: Mapping[str, tuple[dt.date, dt.date | None, dt.date | None]] | None = None,
    # the share of what is left now that may be left when a line ends
    rest: float = 0.0,
    label: str = "",
    ax: Any = None,
) -> Any:
    """Draw what is left of several stocks by day, and when each will be used up at the current pace.

    Parameters
    ----------
    lines : mapping of str to (dates, values)
        At most four: what was left at the end of each day.
    formatter : Formatter
    ends : mapping of str to (date, date or None, date or None), optional
        The day a stock is used up and the ends of its interval, keyed like ``lines``.
    rest : float
        Share of what is left now that does not count on that day.
    label : str
        Of the axis: "contacts still callable".
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    ax = theme.axes(ax, 1.9)
    shown = [(name, *pair) for name, pair in lines.items() if len(pair[0])][:MOST_LINES]
    if not shown:
        return rows.nothing(ax, formatter)
    days: list[float] = []
    top = 1.08 * max(float(np.nanmax(rows.numbers(v, len(v)))) for _, _, v in shown)
    for number, ((name, dates, values), (tone, style)) in enumerate(zip(shown, _LOOKS, strict=False)):
        colour = getattr(theme.colours(), tone)
        day, left = np.array([d.toordinal() for d in dates], dtype=float), rows.numbers(values, len(dates))
        marks.line(ax, day, left, color=colour, linestyle=style)
        days += list(day)
        days += _ending(ax, (ends or {}).get(name), day[-1], left[-1] * np.array([1, rest]), colour, number)
    ax.set_ylim(0, top)
    date_axis(ax, np.array(sorted(days)), formatter)
    unit_axis(ax.yaxis, "n", formatter)
    theme.name_y(ax, label)
    _ = words(formatter.language)
    theme.name_x(ax, *[_("╌ at the present pace"), _("▬ interval of the last day")] if ends else [])
    _name_lines(ax, shown)
    return ax


def _name_lines(ax: Any, lines: Sequence[tuple[str, Sequence[dt.date], Sequence[float]]]) -> None:
    """Put each line's name above it to the right or below it to the left, clear of other names."""
    kept: list[tuple[float, float, float]] = []  # height, start, end [points]
    wide = rows.points(ax, "x") * (ax.get_xlim()[1] - ax.get_xlim()[0])
    colours = theme.colours()
    for number, ((name, dates, values), (tone, _)) in enumerate(zip(lines, _LOOKS, strict=False)):
        text = theme.plain(name, 24)
        first = number % 2 == 0
        places = [(int(part * len(dates)), above) for part in _NAME_AT for above in (first, not first)]
        boxes = [_name_box(ax, text, dates[at], values[at], above) for at, above in places]
        chosen = next((k for k, box in enumerate(boxes) if _free(box, kept, wide)), 0)
        kept.append(boxes[chosen])
        at, above = places[chosen]
        ax.annotate(
            text,
            (dates[at].toordinal(), values[at]),
            (5, 5) if above else (-5, -5),
            textcoords="offset points",
            ha="left" if above else "right",
            va="bottom" if above else "top",
            color=colours.as_text(getattr(colours, tone)),
            bbox=colours.behind,
        )


def _name_box(ax: Any, text: str, date: dt.date, value: float, above: bool) -> tuple[float, float, float]:
    """Return the middle height, start and end of a name [points]."""
    x = (date.toordinal() - ax.get_xlim()[0]) * rows.points(ax, "x")
    wide = 1.15 * rows.width([text])
    level = value * rows.points(ax) + (10 if above else -10)
    return (level, x, x + wide) if above else (level, x - wide, x)


def _free(box: tuple[float, float, float], kept: Sequence[tuple[float, float, float]], wide: float) -> bool:
    """Return whether a name is within the width of the axes and clear of others."""
    level, start, end = box
    clear = (abs(level - at) > 13 or start > last or end < first for at, first, last in kept)
    return level > 6 and start > 0 and end < wide and all(clear)


def _ending(
    ax: Any,
    end: tuple[dt.date, dt.date | None, dt.date | None] | None,
    day: float,
    left: np.ndarray,
    colour: str,
    number: int,
) -> list[float]:
    """Draw the line to the day a stock is used up, with its interval on the axis; return the days drawn."""
    if end is None or not left[0] > 0:
        return []
    expected, low, high = (None if d is None else float(d.toordinal()) for d in end)
    assert expected is not None
    ax.plot([day, expected], left, color=colour, linestyle=(0, (3, 2)), linewidth=1.0)
    if low is not None and high is not None:
        height = 0.012 + 0.022 * number  # of the axes: intervals are stacked
        ax.hlines(
            height, low, high, color=colour, linewidth=2.5, transform=ax.get_xaxis_transform(), zorder=5
        )
    return [d for d in (expected, high) if d is not None]


@theme.themed
def coverage(
    starts: Sequence[str],
    needed: Sequence[float],
    there: Sequence[float] | None = None,
    *,
    formatter: Formatter,
    short: Sequence[bool] = (),
    high: Sequence[float] | None = None,
    label: str = "",
    ax: Any = None,
) -> Any:
    """Draw agents needed by half hour as steps, agents present as marks, busy days as a thin line.

    Parameters
    ----------
    starts : sequence of str, shape (intervals,)
        Start of each interval: "09:30".
    needed, there, high : sequence of float, shape (intervals,)
        Agents needed; agents present; agents needed on a busy day.
    formatter : Formatter
    short : sequence of bool, shape (intervals,), optional
        Where too few were present: marked.
    label : str
        Of the axis.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    size = len(starts)
    need, have, busy = (rows.numbers(v, size) for v in (needed, there, high))
    ax = theme.axes(ax, 1.55)
    if not size or not np.isfinite(need).any():
        return rows.nothing(ax, formatter)
    _ = words(formatter.language)
    at = np.arange(size)
    colour = theme.colours()
    marks.bars(ax, at, need, orient="x", width=1.0, color=colour.tint, edgecolor=colour.paper, linewidth=0.6)
    ends = np.append(at - 0.5, size - 0.5)
    marks.line(ax, ends, np.append(busy, busy[-1]), drawstyle="steps-post", color=colour.grey, linewidth=1.0)
    few = np.array([*short] or [False] * size, dtype=bool)
    marks.points(ax, at[~few], have[~few], marker="D", color=colour.ink, size=4.8)
    marks.points(ax, at[few], have[few], marker="v", color=colour.signal, size=6.5)
    ax.set_xlim(-0.5, size - 0.5)
    ax.set_ylim(0, 1.15 * max(float(np.nanmax(v)) for v in (need, have, busy) if np.isfinite(v).any()))
    step = max(1, -(-size // 12))
    ax.set_xticks(at[::step] - 0.5, [theme.plain(s) for s in starts][::step])
    unit_axis(ax.yaxis, "n", formatter)
    theme.name_y(ax, label)
    keys = [_("▬ needed on average")]
    keys += [_("— needed on a busy day")] if np.isfinite(busy).any() else []
    keys += [_("◆ there")] if np.isfinite(have[~few]).any() else []
    keys += [_("▼ there, too few")] if few.any() else []
    theme.name_x(ax, *keys)
    return ax
