"""The plot of a calibration: what each method does, against what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callstats.calibrate.result import Row
from callstats.show import theme

MARKS = {"obvious": ("o", theme.SIGNAL), "default": ("D", theme.ACCENT), "offered": ("s", theme.GREY)}
LABELS = {"obvious": "obvious", "default": "callstats' default", "offered": "also offered"}
#: Errors above this are drawn at the edge, with their figure.
MOST = 0.30
#: The error that most methods promise: a dashed line; a stroke where it is another.
USUAL = 0.05


@theme.themed
def rates_plot(rows: Sequence[Row], *, ax: Any = None) -> Any:
    """Draw the errors of every method: false alarms, and misses of intervals, in percent.

    Parameters
    ----------
    rows : sequence of Row
        Power has no error to draw and is left out.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    shown = [row for row in rows if row.measure != "power"]
    heads = list(dict.fromkeys((row.situation, row.measure) for row in shown))
    lines = [
        line for head in heads for line in (head, *(r for r in shown if (r.situation, r.measure) == head))
    ]
    ax = theme.axes(ax, 0.6 + 0.155 * len(lines))
    ax.axvline(100 * USUAL, color=theme.INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    for place, line in enumerate(lines):
        if isinstance(line, Row):
            _draw(ax, place, line)
    ax.set_yticks(range(len(lines)), [_label(line) for line in lines])
    for tick, line in zip(ax.get_yticklabels(), lines, strict=True):
        tick.set_color(theme.GREY_TEXT if isinstance(line, Row) else theme.INK)
        tick.set_fontsize(7)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(lines) - 0.4, -0.8)
    ax.set_xlim(0, 100 * MOST + 4)
    ax.set_xlabel("false alarms of a test, or misses of an interval [%]")
    _legend(ax)
    return ax


def _label(line: Row | tuple[str, str]) -> str:
    return f"{line.method}  " if isinstance(line, Row) else f"{line[0]}: {line[1]}"


def _draw(ax: Any, place: int, row: Row) -> None:
    mark, colour = MARKS[row.kind]
    miss = row.measure == "coverage"
    level = 1 - row.nominal if miss else row.nominal
    if abs(level - USUAL) > 1e-9:
        ax.plot(100 * level, place, "|", color=theme.INK, markersize=7, zorder=1)
    rate, ends = (1 - row.rate if miss else row.rate), (row.low, row.high)
    low, high = sorted(1 - end for end in ends) if miss else ends
    if rate > MOST:
        ax.plot(100 * MOST + 1, place, ">", color=colour, markersize=4.5)
        ax.annotate(
            f"{100 * rate:.0f}", (100 * MOST + 1.8, place), va="center", color=colour, fontsize=7,
        )  # fmt: skip
        return
    ax.hlines(place, 100 * low, 100 * min(high, MOST), color=colour, linewidth=1.1)
    ax.plot(100 * rate, place, mark, color=colour, markersize=3.6)


def _legend(ax: Any) -> None:
    handles = [
        ax.plot([], [], mark, color=colour, markersize=4, label=LABELS[kind])[0]
        for kind, (mark, colour) in MARKS.items()
    ]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=7.5)
