"""How wide the columns of a printed table are: numbers keep their line, words wrap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from callstats.report.widths import longest_line, longest_word

#: Sizes of a cell's text and of the lines beneath it, and the space around a cell [points].
TEXT, UNDER, AROUND = 8.5, 7.0, 9.0
#: The same where a table would else be a little too wide.
TIGHT, TIGHT_AROUND = 8.0, 7.0
#: The bar beside a number, and the space after it [points].
BAR = 46.0
#: Up to here a number and its interval stay on one line [points].
_KEPT = 165.0
#: A column of words is given this much before longer ones are given more [points].
_COMFORT = 92.0
#: No column of words is squeezed beneath this, if its words are not shorter [points].
_LEAST = 56.0
#: Lines of a head that are tried in turn.
_HEADS = (1, 2, 3, 4)
#: What kerning may add to a width.
_SPARE = 1.012

Cells = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Width:
    """What a column asks for [points].

    Attributes
    ----------
    least : float
        Where every line is broken that may be.
    body : float
        Where the cells keep their lines.
    heads : tuple of float
        For the head, on one line, on two and so on.
    """

    least: float
    body: float
    heads: tuple[float, ...] = (0.0,)

    def whole(self, lines: int) -> float:
        """Return the width for cells on one line and a head of so many lines."""
        return max(self.least, self.body, self.head(lines))

    def head(self, lines: int) -> float:
        """Return the width for a head of so many lines."""
        return self.heads[min(lines, len(self.heads)) - 1]

    def wider(self, by: float) -> Width:
        """Return the width with something added."""
        return Width(self.least + by, self.body + by, tuple(head + by for head in self.heads))

    def tight(self) -> Width:
        """Return the width for smaller text with less around it."""
        parts = (self.least, self.body, *self.heads)
        least, body, *heads = ((part - AROUND) * TIGHT / TEXT + TIGHT_AROUND for part in parts)
        return Width(least, body, tuple(heads))


def asked(columns: Sequence[dict[str, Any]], rows: Sequence[Cells]) -> list[Width]:
    """Return what each column of a table asks for; a group's head has room over its columns."""
    widths = [_asked(column, [row[at] for row in rows if at < len(row)]) for at, column in enumerate(columns)]
    for members in _groups(columns):
        missing = (
            _SPARE * longest_word(columns[members[0]]["group"], TEXT, bold=True)
            + AROUND
            - sum(widths[at].least for at in members)
        )
        if missing > 0:
            widths[members[-1]] = widths[members[-1]].wider(missing)
    return widths


def _asked(column: dict[str, Any], cells: Cells) -> Width:
    around = AROUND + (BAR if any(cell["bar"] is not None for cell in cells) else 0.0)
    body = max((_body(cell) for cell in cells), default=0.0)
    least = max((_least(cell, column["align"]) for cell in cells), default=0.0)
    heads = [_SPARE * line + around for line in _head_lines(column["label"])]
    return Width(max(_SPARE * least + around, heads[-1]), _SPARE * body + around, tuple(heads))


def _head_lines(label: str) -> list[float]:
    """Return how wide a head is on one line, on two, and so on; at last a word a line [points]."""
    words = [longest_line(word, TEXT, bold=True) for word in label.split(" ")]
    space = longest_line(" ", TEXT, bold=True)
    ends = [0.0, *accumulate(word + space for word in words)]

    @cache
    def least(start: int, lines: int) -> float:
        if lines == 1:
            return ends[-1] - ends[start] - space
        cuts = range(start + 1, len(words) - lines + 2)
        return min(max(ends[cut] - ends[start] - space, least(cut, lines - 1)) for cut in cuts)

    tried = [least(0, lines) for lines in _HEADS if lines <= len(words)]
    return [*tried, longest_word(label, TEXT, bold=True)]


def _body(cell: dict[str, Any]) -> float:
    text = longest_line(cell["text"], TEXT, bold=cell["strong"])
    return max(text, *(longest_line(line, UNDER) for line in cell["under"]), 0.0)


def _least(cell: dict[str, Any], align: str) -> float:
    full = _body(cell)
    if align == "right" and full <= _KEPT:
        return full
    word = longest_word(cell["text"], TEXT, bold=cell["strong"])
    longest = max(word, *(longest_word(line, UNDER) for line in cell["under"]), 0.0)
    return max(min(full, _LEAST), min(longest, _KEPT))


def _groups(columns: Sequence[dict[str, Any]]) -> Iterable[list[int]]:
    """Yield the neighbours that share a head."""
    at = 0
    while at < len(columns):
        to = at + 1
        while to < len(columns) and columns[to]["group"] == columns[at]["group"]:
            to += 1
        if columns[at]["group"]:
            yield list(range(at, to))
        at = to


def dealt(widths: Sequence[Width], room: float) -> list[float] | None:
    """Deal the room out over columns [points]; None where it is too little for them.

    As long as there is room, heads are broken before cells are, all into as few lines;
    and long texts get more than short ones, though less than in proportion.

    Examples
    --------
    >>> dealt([Width(20, 60), Width(20, 30, (90, 40))], 100)
    [60.0, 40.0]
    >>> dealt([Width(80, 80), Width(40, 80)], 100) is None
    True
    """
    for lines in _HEADS:
        whole = [float(width.whole(lines)) for width in widths]
        if sum(whole) <= room:
            return _unbroken(widths, whole, lines, room)
    for lines in _HEADS[1:]:
        comfort = [max(w.least, w.head(lines), min(w.body, _COMFORT)) for w in widths]
        if sum(comfort) <= room:
            return _given_rest(widths, comfort, room)
    least = [width.least for width in widths]
    return _between(least, comfort, room) if sum(least) <= room else None


def _unbroken(widths: Sequence[Width], given: list[float], lines: int, room: float) -> list[float]:
    """Return the widths with heads on fewer lines, one after the other, while there is room."""
    spare = room - sum(given)
    for fewer in range(1, lines):
        for at, width in enumerate(widths):
            more = width.whole(fewer) - given[at]
            if 0 < more <= spare:
                given[at] += more
                spare -= more
    return given


def _given_rest(widths: Sequence[Width], comfort: Sequence[float], room: float) -> list[float]:
    """Return the widths with what room is left given to those whose cells wrap."""
    weights = [max(width.body - given, 0.0) ** 0.8 for width, given in zip(widths, comfort, strict=True)]
    spare = (room - sum(comfort)) / sum(weights)
    return [given + weight * spare for given, weight in zip(comfort, weights, strict=True)]


def _between(low: Sequence[float], high: Sequence[float], room: float) -> list[float]:
    """Return widths between two choices, as far towards the second as the room allows."""
    share = (room - sum(low)) / (sum(high) - sum(low))
    return [start + share * (end - start) for start, end in zip(low, high, strict=True)]


def height(row: Cells, widths: Sequence[float]) -> float:
    """Estimate how high a row of cells is in columns of given widths [points]."""
    return max((_height(cell, width) for cell, width in zip(row, widths, strict=False)), default=0.0) + 7.2


def _height(cell: dict[str, Any], width: float) -> float:
    inner = max(width - AROUND - (BAR if cell["bar"] is not None else 0.0), 20.0)
    lines = sum(_lines(line, TEXT, inner) for line in cell["text"].split("\n"))
    small = sum(_lines(line, UNDER, inner) for line in cell["under"])
    return lines * 9.4 + small * 8.5 - 3.8


def _lines(text: str, size: float, inner: float) -> int:
    """Estimate the lines a text takes; a broken line stays a twentieth shorter than it might be."""
    full = longest_line(text, size)
    return 1 if full <= inner else int(full / (0.95 * inner)) + 1
