"""Parts of a whole, and what changed a total."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.patches import Patch

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
def waterfall(  # noqa: PLR0913 - all but four by keyword
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
    # what belongs together
    groups: Sequence[str] = (),
    ax: Any = None,
) -> Any:
    """Draw how effects add up from one total to another, top to bottom.

    Gains are filled, losses hatched; effects whose interval includes zero are pale. A key shows how.

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
    groups : sequence of str, shape (effects,), optional
        The name of each effect's group. Neighbours of one group stand under its name, with their sum;
        an effect alone in its group stands for it.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    size = len(labels)
    effect, low, high = (rows.numbers(v, size) for v in (effects, lows, highs))
    heads = _group_sums(groups, effect)
    row = np.array([i + 1 + sum(at <= i for at in heads) for i in range(size)], dtype=int)
    last = size + len(heads) + 1
    left = start + np.concatenate([[0.0], np.cumsum(np.nan_to_num(effect))])
    ax = theme.axes(ax, rows.height(last + 1, row=0.18))
    if not np.isfinite([start, end]).all():
        return rows.nothing(ax, formatter)
    _draw_effects(ax, [0, *row, last], left, effect, low, high)
    # Totals are diamonds: bars would have to start at zero and dwarf the effects.
    marks.points(ax, [start, end], [0, last], marker="D", color=theme.colours().ink, size=6.8, zorder=5)
    sums, unknown = [total for _, total in heads.values()], [np.nan] * len(heads)
    texts = formatter.column([*effect, *sums], unit, [*low, *unknown], [*high, *unknown], change=True)
    for bar, name, text in zip(ax.patches, labels, texts[:size], strict=True):
        tip(bar, rows.told(name, text, formatter))
    above = [int(row[at]) - 1 for at in heads]
    order = np.argsort([0, *row, *above, last])
    names = [start_label, *labels, *(name for name, _ in heads.values()), end_label]
    numbers = [formatter.value(start, unit), *texts, formatter.value(end, unit)]
    alone = [int(row[run[0]]) for run in _runs(groups) if len(run) == 1]
    _name_rows(ax, [names[at] for at in order], [numbers[at] for at in order], [*above, *alone])
    rows.room(ax, [start, end, *left, *(left[:-1] + low), *(left[:-1] + high)])
    unit_axis(ax.xaxis, unit, formatter)
    ax.grid(True, axis="x")
    theme.name_x(ax, theme.plain(label))
    _key(ax, effect, low, high, formatter)
    return ax


def _draw_effects(
    ax: Any, row: Sequence[int], left: np.ndarray, effect: np.ndarray, low: np.ndarray, high: np.ndarray
) -> None:
    """Draw the effects with their intervals; ``row`` and ``left`` lead from one total to the other."""
    colour, places = theme.colours(), np.array(row[1:-1])
    for i, at in enumerate(places):
        look = _effect_look(effect[i] < 0, _doubtful(low[i], high[i]))
        ax.barh(at, effect[i], left=left[i], height=0.55, zorder=3, **look)
    ax.vlines(left, row[:-1], row[1:], color=colour.grey, linewidth=0.7, zorder=1)
    ax.hlines(places, left[:-1] + low, left[:-1] + high, color=colour.ink, linewidth=1.1, zorder=4)


def _group_sums(groups: Sequence[str], effect: np.ndarray) -> dict[int, tuple[str, float]]:
    """Return the groups of several effects by the place of their first: name and sum."""
    places = _runs(groups)
    return {run[0]: (groups[run[0]], float(np.nansum(effect[run]))) for run in places if len(run) > 1}


def _runs(groups: Sequence[str]) -> list[list[int]]:
    """Return the places of neighbours of one group."""
    return [list(run) for _, run in groupby(range(len(groups)), key=lambda at: groups[at])]


def _name_rows(ax: Any, names: Sequence[object], numbers: Sequence[str], heads: Sequence[int]) -> None:
    """Name the rows, with their numbers on the right; heads of groups are bold, under a thin line."""
    rows.column(ax, numbers, strong=heads)
    rows.name_rows(ax, names)
    for at in heads:
        ax.get_yticklabels()[at].set_fontweight("bold")
        ax.axhline(at - 0.5, color=theme.colours().light, linewidth=0.7, zorder=0)


def _key(ax: Any, effect: np.ndarray, low: np.ndarray, high: np.ndarray, formatter: Formatter) -> None:
    """Show what hatching and pale bars are, above the axes, where there are any."""
    _ = words(formatter.language)
    pale = any(_doubtful(*ends) for ends in zip(low, high, strict=True))
    shown = [(_effect_look(True, False), _("decrease"))] if (np.nan_to_num(effect) < 0).any() else []
    shown += [(_effect_look(False, True), _("may be chance"))] if pale else []
    if shown:
        ax.legend(
            handles=[Patch(**look, label=text) for look, text in shown],
            loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, borderpad=0, borderaxespad=0.1,
        )  # fmt: skip


def _doubtful(low: float, high: float) -> bool:
    return bool(np.isfinite([low, high]).all()) and low <= 0 <= high


def _effect_look(loss: bool, doubtful: bool) -> dict[str, Any]:
    """Return how an effect's bar looks: a loss is hatched, what may be chance is pale."""
    colour = theme.colours()
    return {
        "facecolor": colour.paper if loss else colour.tint,
        "edgecolor": colour.signal if loss else colour.accent,
        "hatch": "/////" if loss else None,
        "linewidth": 0.8,
        "alpha": 0.4 if doubtful else 1.0,
    }
