"""How often to call: how many contacts each further attempt reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from callstats.show import theme
from callstats.show.format import Formatter
from callstats.show.plots import category_rows as rows
from callstats.show.plots import marks
from callstats.show.ticks import unit_axis
from callstats.show.words import words

#: Longest name that shares a line with its figures [characters].
_SHORT = 12
# Markers and strokes by colour, which tell lists apart in grey print as well.
_LOOKS: dict[str, tuple[str, Any]] = {
    "accent": ("o", "-"),
    "signal": ("D", (0, (6, 1, 1, 1))),
    "grey": ("s", (0, (4, 2))),
}


@theme.themed
def attempt_curve(
    attempts: Sequence[int],
    hazard: Sequence[float],
    lows: Sequence[float] | None = None,
    highs: Sequence[float] | None = None,
    *,
    formatter: Formatter,
    cumulative: Sequence[float] | None = None,
    at_risk: Sequence[float] | None = None,
    # one of several lists on the same axes
    name: str = "",
    tone: Literal["accent", "signal", "grey"] = "accent",
    shift: float = 0.0,
    stop: int | None = None,
    ax: Any = None,
) -> Any:
    """Draw the share reached by attempt among those at risk, and the share reached so far.

    Call it again on the returned axes, with another name, tone and shift, to show
    a second list next to the first.

    Parameters
    ----------
    attempts : sequence of int, shape (attempts,)
    hazard, lows, highs : sequence of float, shape (attempts,)
        Share reached at the attempt among those not reached before.
    formatter : Formatter
    cumulative : sequence of float, shape (attempts,), optional
        Share reached up to the attempt, as a line.
    at_risk : sequence of float, shape (attempts,), optional
        Contacts at the attempt, written under it.
    name : str
        Of the list.
    tone : str
        ``accent``, ``signal`` or ``grey``.
    shift : float
        Shift of the points along the axis [attempts], so that intervals are side by side.
    stop : int, optional
        The last attempt worth making, marked by a line after it.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    attempt = rows.numbers(attempts, len(attempts))
    size = len(attempt)
    rate, low, high, reached = (rows.numbers(v, size) for v in (hazard, lows, highs, cumulative))
    first = ax is None or not ax.has_data()
    ax = theme.axes(ax, 2.0)
    if not np.isfinite(rate).any():
        return rows.nothing(ax, formatter) if first else ax
    colour, (marker, stroke) = getattr(theme.colours(), tone), _LOOKS[tone]
    _ = words(formatter.language)
    if cumulative is not None:
        marks.line(ax, attempt, reached, linestyle=stroke, color=colour, linewidth=1.2, alpha=0.7)
        _name_line(ax, reached, name, formatter, colour)
    ax.vlines(attempt + shift, low, high, color=colour, linewidth=1.2)
    marks.points(ax, attempt + shift, rate, marker=marker, color=colour, size=5.6)
    if first:
        rows.at_the_end(ax, rate[np.isfinite(rate)][-1], _("at this attempt"))
    if stop is not None:
        ax.axvline(stop + 0.5, color=theme.colours().ink, linewidth=0.8, linestyle=(0, (4, 3)))
    _attempt_axis(ax, attempt, at_risk, formatter, first, stop is not None)
    rows.settle(ax)
    return ax


def _name_line(ax: Any, reached: np.ndarray, name: str, formatter: Formatter, colour: str) -> None:
    known = reached[np.isfinite(reached)]
    if known.size:
        total = words(formatter.language)("{share} reached", share=formatter.percent(known[-1]))
        # A long name gets its own line: a truncated label is useless.
        between = "\n" if len(name) > _SHORT else " "
        rows.at_the_end(ax, known[-1], f"{theme.plain(name, 30)}{between}{total}".strip(), colour)


def _attempt_axis(
    ax: Any,
    attempt: np.ndarray,
    at_risk: Sequence[float] | None,
    formatter: Formatter,
    first: bool,
    stops: bool,
) -> None:
    _ = words(formatter.language)
    ax.set_ylim(0, 1.08 * (_top(ax) or 1.0))
    unit_axis(ax.yaxis, "%", formatter)
    if first:
        texts = [formatter.number(a) for a in attempt]
        if at_risk is not None:
            counts = rows.numbers(at_risk, len(attempt))
            texts = [f"{a}\n{formatter.number(c)}" for a, c in zip(texts, counts, strict=True)]
        step = max(-(-len(attempt) // 10), rows.step_of(ax, texts))
        ax.set_xticks(attempt[::step], texts[::step])
        label = _("attempt, and contacts not reached before") if at_risk is not None else _("attempt")
        theme.name_x(ax, label, _("┆ last attempt worth making") if stops else "")
        theme.name_y(ax, _("share of contacts"))
    low, high = ax.get_xlim() if not first else (attempt.min() - 0.5, attempt.max() + 0.5)
    ax.set_xlim(min(low, attempt.min() - 0.5), max(high, attempt.max() + 0.5))


def _top(ax: Any) -> float:
    """Return the highest value of lines and intervals on the axes."""
    drawn = [
        np.asarray(line.get_ydata(), dtype=float) for line in ax.lines if line.get_transform() == ax.transData
    ]
    for found in ax.collections:
        if hasattr(found, "get_segments"):  # whiskers, otherwise points
            drawn += [path.vertices[:, 1] for path in found.get_paths()]
        else:
            drawn.append(np.ma.getdata(found.get_offsets())[:, 1])
    values = np.concatenate(drawn)
    return float(values[np.isfinite(values)].max(initial=0.0))
