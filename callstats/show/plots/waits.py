"""Shares that rise with time, such as callers answered or issues solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.ticks import unit_axis

# Colour and dashes, which tell curves apart in grey print as well.
_LOOKS: tuple[tuple[str, Any], ...] = (("accent", "-"), ("ink", (0, (4, 2))), ("grey", (0, (1, 1))))


@dataclass(frozen=True)
class TimeCurve:
    """A share by time since the start.

    Attributes
    ----------
    name : str
        Written where the curve ends.
    time, share : sequence of float, shape (points,)
        The share from each time on; times increase.
    low, high : sequence of float, shape (points,), optional
        Limits of the share.
    """

    name: str
    time: Sequence[float] | np.ndarray
    share: Sequence[float] | np.ndarray
    low: Sequence[float] | np.ndarray | None = None
    high: Sequence[float] | np.ndarray | None = None


@theme.themed
def time_curves(
    curves: Sequence[TimeCurve],
    *,
    unit: str,
    formatter: Formatter,
    # axis labels
    label: str = "",
    share_label: str = "",
    # a time that matters, such as the promised one
    mark: float | None = None,
    mark_label: str = "",
    until: float | None = None,
    ax: Any = None,
) -> Any:
    """Draw shares that rise with time as steps, each with its band and name.

    Parameters
    ----------
    curves : sequence of TimeCurve
        At most three.
    unit : str
        Of the times: ``s`` or ``h``.
    formatter : Formatter
    label, share_label : str
        Of the horizontal and the vertical axis.
    mark : float, optional
        A time with a dashed line, called ``mark_label``.
    until : float, optional
        Where the axis ends; if omitted, the last time of all.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    shown = [c for c in curves if len(c.time)][: len(_LOOKS)]
    ax = theme.axes(ax, 1.65)
    if not shown:
        return rows.nothing(ax, formatter)
    end = until if until is not None else max(float(c.time[-1]) for c in shown)
    for curve, (tone, style) in zip(shown, _LOOKS, strict=False):
        _step(ax, curve, end, getattr(theme.colours(), tone), style)
    ax.set_xlim(0, end or 1.0)
    if mark is not None and mark <= end:
        rows.reference(ax, mark, mark_label)
    ax.set_ylim(0, 1.0)
    unit_axis(ax.xaxis, unit, formatter)
    unit_axis(ax.yaxis, "%", formatter)
    theme.name_x(ax, theme.plain(label))
    theme.name_y(ax, share_label)
    rows.settle(ax)
    return ax


def _step(ax: Any, curve: TimeCurve, end: float, colour: str, style: Any) -> None:
    time = np.asarray(curve.time, dtype=float)
    inside = time <= end
    start = [0.0] * bool(time[0] > 0)  # events at time zero are no step
    at = np.concatenate([start, time[inside], [end]])
    share, low, high = (_held(values, inside, start) for values in (curve.share, curve.low, curve.high))
    if np.isfinite(low).any():
        ax.fill_between(at, low, high, step="post", color=colour, alpha=0.16, linewidth=0)
    marks.line(ax, at, share, drawstyle="steps-post", color=colour, linestyle=style)
    if curve.name:
        rows.at_the_end(ax, float(share[-1]), theme.plain(curve.name, 28), colour)


def _held(values: Sequence[float] | np.ndarray | None, inside: np.ndarray, start: list[float]) -> np.ndarray:
    """Return the start, the values inside the axis, and the last one repeated at its end."""
    if values is None:
        return np.full(len(start) + int(inside.sum()) + 1, np.nan)
    kept = np.asarray(values, dtype=float)[inside]
    return np.concatenate([start, kept, kept[-1:] if len(kept) else [0.0]])
