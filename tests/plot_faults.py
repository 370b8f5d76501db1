"""What is wrong with the words of a figure: cut by its edge, or one on another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from matplotlib.text import Text
from matplotlib.transforms import Bbox

#: What two texts may share, and stick out [pixels at 100 dots an inch].
SLACK = 1.0


def faults(figure: Any) -> Iterator[str]:
    """Yield what is wrong with the words of a figure."""
    figure.set_dpi(100)
    figure.canvas.draw()
    renderer, room = figure.canvas.get_renderer(), figure.bbox.padded(SLACK)
    hidden = set(_outside(figure))
    seen = [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip()]
    boxes = [(one.get_text(), Text.get_window_extent(one, renderer)) for one in seen if one not in hidden]
    for words, box in boxes:
        if box.x0 < room.x0 or box.y0 < room.y0 or box.x1 > room.x1 or box.y1 > room.y1:
            yield f"cut: {words!r}"
    for (words, box), (others, other) in combinations(boxes, 2):
        shared = Bbox.intersection(box, other)
        if shared is not None and min(shared.width, shared.height) > SLACK:
            yield f"overlap: {words!r} and {others!r}"


def _outside(figure: Any) -> Iterator[Text]:
    """Yield the labels of ticks outside the axes' limits: they exist and are not drawn."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                    yield from (tick.label1, tick.label2)
