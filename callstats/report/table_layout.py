"""Whether a table fits the printed page in portrait, in landscape, or in parts."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import ceil
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from callstats.report.glyphs import covered
from callstats.report.typesetting_limits import confined_to

#: Width of the text on A4, portrait and landscape [points].
UPRIGHT, TURNED = 481.0, 727.0
#: Height up to which a table is kept on one page, and the part of a longer one kept together [points].
_KEPT_WHOLE, _START = 320.0, 120.0
#: The same for a table of texts, which may be broken between rows; and its character count.
_TEXTS_WHOLE, _TEXT = 150.0, 100
#: Minimum width of glossary terms, and the step between widths tried [points].
_TERM, _STEP = 71.0, 4
#: A cell with at least this many characters may be broken over two pages.
_BROKEN = 1200


def fit(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table with its columns and cells completed and its layout decided.

    Adds ``turned`` and ``tight`` (bool: landscape page; smaller text), ``parts`` (for each
    part its ``columns``, by number, and their ``widths`` in points; every part repeats the
    first column, which names the row),
    ``whole`` (keep the table on one page), ``start`` (how much must fit on the page where
    it begins, in points) and ``long`` (its rows may be broken).

    Examples
    --------
    >>> narrow = {"columns": [{"label": "list"}], "rows": [[{"text": "A"}]]}
    >>> fitted = fit(narrow)
    >>> fitted["turned"], fitted["parts"][0]["columns"]
    (False, [0])
    """
    columns = [_column(column) for column in table.get("columns", ())]
    rows = [[_cell(cell) for cell in row] for row in table.get("rows", ())]
    widths = asked(columns, rows)
    layout = _parts(widths)
    upright = not (layout["turned"] or layout["tight"])
    if upright and len(columns) == 2 and _longest(rows) > _TEXT:
        layout["parts"] = [_lowest(rows, widths)]
    high = _height(rows, layout["parts"])
    return {
        **table,
        "caption": str(table.get("caption") or ""),
        "notes": [str(note) for note in table.get("notes") or ()],
        "columns": columns,
        "rows": rows,
        "whole": high <= (_TEXTS_WHOLE if _longest(rows) > _TEXT else _KEPT_WHOLE),
        "start": min(high, _START),
        "long": _longest(rows) > _BROKEN,
        **layout,
    }


def _column(column: dict[str, Any]) -> dict[str, Any]:
    align = column.get("align")
    return {
        "label": str(column.get("label") or ""),
        "align": align if align in {"left", "right", "center"} else "left",
        "group": str(column.get("group") or ""),
    }


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    bar = cell.get("bar")
    return {
        "text": str(cell.get("text", "")),
        "inlines": cell.get("inlines"),
        "bar": None if bar is None else min(max(float(bar), 0.0), 1.0),
        "strong": bool(cell.get("strong")),
        "tone": cell.get("tone"),
        "under": [str(line) for line in cell.get("under") or ()],
        "href": cell.get("href"),
    }


def _longest(rows: list[list[dict[str, Any]]]) -> int:
    """Return the number of characters in the longest cell."""
    return max((len(cell["text"]) for row in rows for cell in row), default=0)


def _parts(widths: list[Width]) -> dict[str, Any]:
    """Decide on text size, orientation, and the columns of each part with their widths."""
    everything = list(range(len(widths)))
    tight = [width.tight() for width in widths]
    for turned, room in ((False, UPRIGHT), (True, TURNED)):
        for small, wanted in ((False, widths), (True, tight)):
            if (shared_out := dealt(wanted, room)) is not None:
                return {"turned": turned, "tight": small, "parts": [_part(everything, shared_out)]}
    parts = _split([width.body for width in widths])
    split = [_part(part, _squeezed([widths[at] for at in part])) for part in parts]
    return {"turned": True, "tight": False, "parts": split}


def _lowest(rows: list[list[dict[str, Any]]], widths: list[Width]) -> dict[str, Any]:
    """Return the widths of glossary terms and texts that make the table shortest; ties go to wider terms."""
    most = int(UPRIGHT - widths[1].least)
    least = min(ceil(max(widths[0].least, _TERM)), most)
    tried = [_part([0, 1], [term, UPRIGHT - term]) for term in range(least, most + 1, _STEP)]
    return min(reversed(tried), key=lambda part: _height(rows, [part]))


def _part(columns: list[int], widths: list[float]) -> dict[str, Any]:
    return {"columns": columns, "widths": [round(width, 1) for width in widths]}


def _squeezed(widths: list[Width]) -> list[float]:
    return dealt(widths, TURNED) or [width.least for width in widths]


def _height(rows: list[list[dict[str, Any]]], parts: list[dict[str, Any]]) -> float:
    """Estimate the height of the tallest part, without its head [points]."""

    def part_height(part: dict[str, Any]) -> float:
        cells = ([row[at] for at in part["columns"] if at < len(row)] for row in rows)
        return sum(height(row, part["widths"]) for row in cells)

    return max(map(part_height, parts))


def _split(widths: list[float]) -> list[list[int]]:
    """Spread the columns evenly over as few landscape pages as possible."""
    room = TURNED - widths[0]
    parts = -(-sum(widths[1:]) // room)
    share = sum(widths[1:]) / parts
    shared_out: list[list[int]] = [[0]]
    used = 0.0
    for at in range(1, len(widths)):
        if len(shared_out[-1]) > 1 and (used + widths[at] > room or used >= share):
            shared_out.append([0])
            used = 0.0
        shared_out[-1].append(at)
        used += widths[at]
    return shared_out


def keep_together(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep text together with what it introduces.

    A paragraph stays with the figure or table after it; the introduction of a landscape
    table (its heading and the paragraphs between) moves to the landscape page.
    """
    kept: list[dict[str, Any]] = []
    for block in blocks:
        if block["kind"] in _INTRODUCED:
            for before in _introduction(kept):
                before["sticky"] = True
        lead = _introduction(kept) if block.get("turned") else []
        del kept[len(kept) - len(lead) :]
        kept.append({**block, "lead": lead})
    return kept


_INTRODUCED = frozenset({"figure", "pair", "table", "verdict", "key_figures"})


def _introduction(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the heading and at most two paragraphs that end the blocks."""
    start = len(blocks)
    while start and len(blocks) - start < 2 and blocks[start - 1]["kind"] == "paragraph":
        start -= 1
    while start and blocks[start - 1]["kind"] == "heading":
        start -= 1
    return blocks[start:]


#: Font sizes of a cell's text and of the lines beneath it, and the space around a cell [points].
TEXT, UNDER, AROUND = 8.5, 8.0, 9.0
#: The same for a table that would otherwise be slightly too wide.
TIGHT, TIGHT_AROUND = 8.0, 7.0
#: Width of the bar beside a number, and of the space after it [points].
BAR = 46.0
#: Up to this width a number and its interval stay on one line [points].
_KEPT = 165.0
#: A text column gets this much before longer ones get more [points].
_COMFORT = 92.0
#: No text column is squeezed below this, unless its words are shorter [points].
_LEAST = 56.0
#: Numbers of head lines to try, in order.
_HEADS = (1, 2, 3, 4)
#: How much kerning may add to a width.
_SPARE = 1.012

Cells = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Width:
    """The widths a column needs [points].

    Attributes
    ----------
    least : float
        With every possible line break.
    body : float
        With no cell wrapped.
    heads : tuple of float
        For the head on one line, on two and so on.
    """

    least: float
    body: float
    heads: tuple[float, ...] = (0.0,)

    def whole(self, lines: int) -> float:
        """Return the width for unwrapped cells and a head with the given number of lines."""
        return max(self.least, self.body, self.head(lines))

    def head(self, lines: int) -> float:
        """Return the width for a head with the given number of lines."""
        return self.heads[min(lines, len(self.heads)) - 1]

    def wider(self, by: float) -> Width:
        """Return the width with an amount added."""
        return Width(self.least + by, self.body + by, tuple(head + by for head in self.heads))

    def tight(self) -> Width:
        """Return the width for smaller text with less space around it."""
        parts = (self.least, self.body, *self.heads)
        least, body, *heads = ((part - AROUND) * TIGHT / TEXT + TIGHT_AROUND for part in parts)
        return Width(least, body, tuple(heads))


def asked(columns: Sequence[dict[str, Any]], rows: Sequence[Cells]) -> list[Width]:
    """Return the width each column of a table needs; a group's head spans its columns."""
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
    """Return a head's width on one line, on two, and so on up to one word per line [points]."""
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
    """Yield runs of neighbouring columns that share a head."""
    at = 0
    while at < len(columns):
        to = at + 1
        while to < len(columns) and columns[to]["group"] == columns[at]["group"]:
            to += 1
        if columns[at]["group"]:
            yield list(range(at, to))
        at = to


def dealt(widths: Sequence[Width], room: float) -> list[float] | None:
    """Distribute the available width over columns [points]; None if it is too little.

    If possible, heads are wrapped before cells, all to the same small number of lines;
    long texts get more than short ones, though less than in proportion.

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
    """Return the widths with heads on fewer lines, one after another, while there is room."""
    spare = room - sum(given)
    for fewer in range(1, lines):
        for at, width in enumerate(widths):
            more = width.whole(fewer) - given[at]
            if 0 < more <= spare:
                given[at] += more
                spare -= more
    return given


def _given_rest(widths: Sequence[Width], comfort: Sequence[float], room: float) -> list[float]:
    """Return the widths with the remaining room given to columns whose cells wrap."""
    weights = [max(width.body - given, 0.0) ** 0.8 for width, given in zip(widths, comfort, strict=True)]
    spare = (room - sum(comfort)) / sum(weights)
    return [given + weight * spare for given, weight in zip(comfort, weights, strict=True)]


def _between(low: Sequence[float], high: Sequence[float], room: float) -> list[float]:
    """Return widths between two sets, as close to the second as the room allows."""
    share = (room - sum(low)) / (sum(high) - sum(low))
    return [start + share * (end - start) for start, end in zip(low, high, strict=True)]


def height(row: Cells, widths: Sequence[float]) -> float:
    """Estimate the height of a row of cells in columns of given widths [points]."""
    return (
        max((_cell_height(cell, width) for cell, width in zip(row, widths, strict=False)), default=0.0) + 4.4
    )


def _cell_height(cell: dict[str, Any], width: float) -> float:
    inner = max(width - AROUND - (BAR if cell["bar"] is not None else 0.0), 20.0)
    lines = sum(_lines(line, TEXT, inner) for line in cell["text"].split("\n"))
    small = sum(_lines(line, UNDER, inner) for line in cell["under"])
    return lines * 9.4 + small * 9.2 - 3.8


def _lines(text: str, size: float, inner: float) -> int:
    """Estimate the lines a text takes; a wrapped line uses 95 % of its width."""
    full = longest_line(text, size)
    return 1 if full <= inner else int(full / (0.95 * inner)) + 1


#: The characters that are measured: Latin, Greek, Cyrillic; signs and arrows.
_MEASURED = (range(0x530), range(0x2000, 0x2300))
_TEMPLATE = """\
#set text(
  font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"), size: 1000pt, hyphenate: false,
)
#let texts = json(bytes(sys.inputs.texts))
#let widths(weight) = texts.map(it => int(calc.round(measure(text(weight: weight, it)).width.pt())))
#context [#metadata((widths("regular"), widths("bold"))) <widths>]
"""
#: Width of any other character: wider than most [thousandths of the size].
_UNKNOWN = 700
#: Where a line may end: at a breaking space, after a hyphen or a slash.
_BREAKS = re.compile(r"[ \t\n]+|(?<=[-/])(?=\w)")


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text on one line [points].

    Kerning is ignored: it widens few texts, and those by about 1 %.

    Examples
    --------
    >>> wide("5", 10.0), wide("55", 10.0), wide("5", 10.0, bold=True)
    (4.65, 9.3, 5.14)
    """
    known = _widths()[bold]
    return sum(known.get(character) or _guessed(character) for character in text) * size / 1000


def _guessed(character: str) -> int:
    """Return a width that is not measured: a full square where the script is written in squares."""
    return 1000 if east_asian_width(character) in {"W", "F"} else _UNKNOWN


def longest_line(text: str, size: float, *, bold: bool = False) -> float:
    r"""Return the width of the longest line of a text [points].

    Examples
    --------
    >>> longest_line("55\n5", 10.0)
    9.3
    """
    return max((wide(line, size, bold=bold) for line in text.split("\n")), default=0.0)


def longest_word(text: str, size: float, *, bold: bool = False) -> float:
    r"""Return the width of the longest unbreakable piece of a text [points].

    Examples
    --------
    >>> longest_word("55 5 5", 10.0), longest_word("5\u00a05 5", 10.0)
    (9.3, 11.8)
    """
    return max((wide(piece, size, bold=bold) for piece in _BREAKS.split(text)), default=0.0)


def drawn(texts: list[str]) -> tuple[list[int], list[int]]:
    """Ask typst for the widths of texts on one line, regular and bold [thousandths of the size].

    Examples
    --------
    >>> drawn(["5", "55"])
    ([465, 930], [514, 1028])
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="callstats-") as folder:
        main = Path(folder) / "widths.typ"
        main.write_text(_TEMPLATE, encoding="utf-8")
        asked: Any = {"texts": json.dumps(texts)}
        limits = confined_to(Path(folder))
        answer = typst.query(main, "<widths>", field="value", one=True, sys_inputs=asked, **limits)
    upright, bold = json.loads(answer)
    return upright, bold


@cache
def _widths() -> tuple[dict[str, int], dict[str, int]]:
    """Return the widths of characters, regular and bold: measured once per process, in some 10 ms.

    A stored table would have to be updated with every change of typst and its fonts.
    """
    characters = [chr(point) for point in sorted(covered()) if any(point in block for block in _MEASURED)]
    upright, bold = drawn(characters)
    return dict(zip(characters, upright, strict=True)), dict(zip(characters, bold, strict=True))
