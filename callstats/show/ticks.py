"""Ticks of an axis in the units of the catalogue."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

from matplotlib.ticker import Formatter as TickFormatter
from matplotlib.ticker import Locator, MaxNLocator

from callstats.show.format import Formatter


class MinuteLocator(Locator):
    """Puts ticks of a duration axis on whole seconds, minutes or hours."""

    _STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)

    def __init__(self, most: int = 6, second: float = 1.0) -> None:
        self.most = most
        self.second = second  # one second, in the unit of the axis

    def __call__(self) -> Any:  # noqa: D102 - matplotlib's
        return self.tick_values(*self.axis.get_view_interval())  # type: ignore[union-attr]

    def tick_values(self, vmin: float, vmax: float) -> Any:  # noqa: D102 - matplotlib's
        low, high = vmin / self.second, vmax / self.second
        step = next((s for s in self._STEPS if (high - low) / s <= self.most), None)
        if step is None:
            return MaxNLocator(self.most).tick_values(vmin, vmax)
        return [self.second * step * k for k in range(math.floor(low / step), math.ceil(high / step) + 1)]


class UnitTicks(TickFormatter):
    """Formats ticks in a unit, all with the same number of decimals."""

    def __init__(self, unit: str, formatter: Formatter, change: bool = False) -> None:
        self.unit = unit
        self.formatter = formatter
        self.change = change

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: D102, ARG002 - matplotlib's
        return self.formatter.change(x, self.unit) if self.change else self.formatter.value(x, self.unit)

    def format_ticks(self, values: Any) -> list[str]:  # noqa: D102 - matplotlib's
        step = min((b - a for a, b in itertools.pairwise(values)), default=0.0)
        return [self.formatter.tick(float(x), self.unit, step, change=self.change) for x in values]


class RoomyLocator(Locator):
    """Puts as many ticks on a lower axis as have room for labels in the final layout."""

    _LETTER = 5.6  # mean width of a letter [points]
    _APART = 6.0

    def __init__(self, made: Callable[[int], Locator], most: int) -> None:
        self.made = made
        self.most = most

    def __call__(self) -> Any:  # noqa: D102 - matplotlib's
        return self.tick_values(*self.axis.get_view_interval())  # type: ignore[union-attr]

    def tick_values(self, vmin: float, vmax: float) -> Any:  # noqa: D102 - matplotlib's
        ticks: Any = []
        for most in range(self.most, 0, -1):
            ticks = self.made(most).tick_values(vmin, vmax)
            if self._fit([float(t) for t in ticks], vmin, vmax):
                break
        return ticks

    def _fit(self, ticks: list[float], vmin: float, vmax: float) -> bool:
        axis: Any = self.axis
        seen = [t for t in ticks if min(vmin, vmax) <= t <= max(vmin, vmax)]
        if len(seen) < 2:
            return True
        length = axis.axes.bbox.width / axis.get_figure(root=True).dpi * 72
        gap = min(b - a for a, b in itertools.pairwise(seen)) / abs(vmax - vmin) * length
        widest = max(map(len, axis.get_major_formatter().format_ticks(seen)))
        return widest * self._LETTER + self._APART <= gap


def unit_axis(axis: Any, unit: str, formatter: Formatter, *, most: int = 6, change: bool = False) -> None:
    """Give an axis ticks and tick labels in a unit."""
    made = functools.partial(_locator, unit)  # a named function, so that a figure can be copied and pickled
    axis.set_major_locator(RoomyLocator(made, most) if axis.axis_name == "x" else made(most))
    axis.set_major_formatter(UnitTicks(unit, formatter, change))


def _locator(unit: str, most: int) -> Locator:
    if unit in {"s", "h"}:
        return MinuteLocator(most, 1.0 if unit == "s" else 1 / 3600)
    return MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=unit == "n")
