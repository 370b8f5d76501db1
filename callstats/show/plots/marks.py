"""What seaborn draws for the plots: values that are already computed, one mark each.

Seaborn would add up rows, draw intervals of its own and name the axes by itself; here it does
none of this. Nothing is drawn for what is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import pandas as pd
import seaborn as sns


@contextmanager
def _named_by_us(ax: Any) -> Iterator[None]:
    """Keep seaborn from naming the axes: it would lay out all ticks first, half the time of a plot."""
    before = {"xlabel": ax.get_xlabel(), "ylabel": ax.get_ylabel()}
    ax.set(**{name: label or " " for name, label in before.items()})
    yield
    ax.set(**before)


def line(ax: Any, x: Any, y: Any, **look: Any) -> None:
    """Draw a line through points in their order, with a gap where one is unknown."""
    across, up = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    with _named_by_us(ax):
        for known in np.ma.clump_unmasked(np.ma.masked_invalid(up)):
            some = {"x": across[known], "y": up[known]}
            sns.lineplot(**some, estimator=None, sort=False, legend=False, ax=ax, **look)


def points(
    ax: Any, x: Any, y: Any, *, size: float, marker: str = "o", hollow: bool = False, **look: Any
) -> None:
    """Draw points.

    Parameters
    ----------
    size : float
        Their diameter [points].
    hollow : bool
        Filled with the colour of the paper, with an edge in ``color``.
    """
    across, up = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if not np.isfinite(across + up).any():
        return
    edge = {"edgecolor": "face", "linewidth": 0}
    if hollow:
        edge = {"edgecolor": look["color"], "linewidth": 1.1}
        look = {**look, "color": ax.get_facecolor()}
    with _named_by_us(ax):
        sns.scatterplot(
            x=across, y=up, s=size**2, marker=marker, legend=False, ax=ax,
            **{"zorder": 3, **edge, **look},
        )  # fmt: skip


def bars(
    ax: Any, places: Any, lengths: Any, *, orient: Literal["x", "y"] = "y", width: float = 0.62, **look: Any
) -> list[Any]:
    """Draw a bar at each place, from zero, and return them; unknown ones have no length."""
    before = len(ax.patches)
    at = {orient: np.asarray(places, dtype=float), "x" if orient == "y" else "y": np.nan_to_num(lengths)}
    with _named_by_us(ax):
        sns.barplot(
            **at, orient=orient, width=width, native_scale=True, errorbar=None, saturation=1, legend=False,
            ax=ax, **{"linewidth": 0, **look},
        )  # fmt: skip
    return list(ax.patches[before:])


def intervals(
    ax: Any, places: Any, values: Any, lows: Any, highs: Any, *, color: Any, hollow: bool = False
) -> list[Any]:
    """Draw values with their intervals, a row each, and return the intervals' lines."""
    known = np.isfinite(np.asarray(values, dtype=float))
    if not known.any():
        return []
    value, low, high, place = (np.asarray(v, dtype=float)[known] for v in (values, lows, highs, places))
    ends = [np.where(np.isfinite(low), low, value), np.where(np.isfinite(high), high, value)]
    rows = pd.DataFrame({"y": np.tile(place, 3), "x": np.concatenate([value, *ends])})
    before = len(ax.lines)
    with _named_by_us(ax):
        sns.pointplot(
            rows, x="x", y="y", orient="y", native_scale=True, estimator=_first, errorbar=_ends,
            color=color, linestyle="none", markersize=5, markeredgewidth=1.0, legend=False, ax=ax,
            markerfacecolor=ax.get_facecolor() if hollow else color,
            err_kws={"linewidth": 1.2, "solid_capstyle": "butt"},
        )  # fmt: skip
    dots, *lines = ax.lines[before:]
    dots.set_zorder(3)  # a hollow one covers its interval
    return lines


def _first(rows: pd.Series) -> float:
    return float(rows.iloc[0])


def _ends(rows: Any) -> tuple[float, float]:
    return float(rows.iloc[1]), float(rows.iloc[2])


def shades(
    ax: Any, values: Any, texts: Any, *, lowest: float, highest: float, cmap: Any, **look: Any
) -> None:
    """Draw a table of values as shades, with a text in each cell that has one."""
    with _named_by_us(ax):
        sns.heatmap(
            np.ma.getdata(values), mask=np.ma.getmaskarray(values), annot=texts, fmt="", cmap=cmap,
            vmin=lowest, vmax=highest, cbar=False, xticklabels=False, yticklabels=False, ax=ax, **look,
        )  # fmt: skip
