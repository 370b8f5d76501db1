"""Whether a table fits the printed page upright, turned, or in parts."""

from __future__ import annotations

import math
from typing import Any

#: Width of the text on A4, upright and turned [points].
UPRIGHT, TURNED = 470.0, 715.0
#: Mean width of a character at the size of table text, and the space around a cell [points].
_CHARACTER, _AROUND = 4.3, 9.0
#: The head of a column is bold, and so wider than its text.
_BOLD = 1.1
_LONGEST = 34
#: The lines beneath a cell's text are this much smaller.
_SMALL = 0.83
#: Lines up to which a table is not broken over two pages.
_KEPT_WHOLE = 18
#: Characters from which a cell may be broken over two pages.
_BROKEN = 1200
#: The bar beside a number, and the space after it [points].
_BAR = 45.0


def fit(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table with its columns and cells made complete and its layout decided.

    Adds ``turned`` (bool), ``parts`` (the column numbers of each part; every part repeats
    the first column, which names the row), ``shares`` (of the width that is left over,
    for each column whose text wraps; 0 for the others), ``whole`` (the table is not to be
    broken over pages) and ``long`` (its rows may be).

    Examples
    --------
    >>> narrow = {"columns": [{"label": "list"}], "rows": [[{"text": "A"}]]}
    >>> fit(narrow)["turned"], fit(narrow)["parts"]
    (False, [[0]])
    """
    columns = [_column(column) for column in table.get("columns", ())]
    rows = [[_cell(cell) for cell in row] for row in table.get("rows", ())]
    widths = _widths(columns, rows)
    whole = [list(range(len(columns)))]
    upright = sum(widths) <= UPRIGHT
    turned = not upright
    return {
        **table,
        "caption": str(table.get("caption") or ""),
        "notes": [str(note) for note in table.get("notes") or ()],
        "columns": columns,
        "rows": rows,
        "shares": _shares(rows, widths),
        "whole": _lines(rows) <= _KEPT_WHOLE,
        "long": any(len(cell["text"]) > _BROKEN for row in rows for cell in row),
        "turned": turned,
        "parts": whole if upright or sum(widths) <= TURNED else _split(widths),
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


def _widths(columns: list[dict[str, Any]], rows: list[list[dict[str, Any]]]) -> list[float]:
    """Estimate each column: numbers keep their line, words wrap, labels break at spaces."""
    widths = []
    for at, column in enumerate(columns):
        longest = _longest(rows, at)
        word = _BOLD * max((len(part) for part in column["label"].split()), default=0)
        bar = _BAR if any(row[at]["bar"] is not None for row in rows if at < len(row)) else 0.0
        widths.append(min(max(longest, word, 3), _LONGEST) * _CHARACTER + _AROUND + bar)
    return widths


def _longest(rows: list[list[dict[str, Any]]], at: int) -> int:
    return max((_length(row[at]) for row in rows if at < len(row)), default=0)


def _length(cell: dict[str, Any]) -> int:
    """Return a cell's longest line in characters of the text's size."""
    return max(len(cell["text"]), *(math.ceil(_SMALL * len(line)) for line in cell["under"]), 0)


def _shares(rows: list[list[dict[str, Any]]], widths: list[float]) -> list[float]:
    """Give longer texts more room, though less than in proportion: short ones need a line too."""
    wraps = [width > _LONGEST * _CHARACTER for width in widths]
    shares = [_longest(rows, at) ** 0.7 if wrap else 0.0 for at, wrap in enumerate(wraps)]
    room = UPRIGHT - sum(width for width, wrap in zip(widths, wraps, strict=True) if not wrap)
    for at, wrap in enumerate(wraps):
        needed, others = _word(rows, at), sum(shares) - shares[at]
        if wrap and others and needed < room:
            shares[at] = max(shares[at], others * needed / (room - needed))
    return [round(share, 1) for share in shares]


def _word(rows: list[list[dict[str, Any]]], at: int) -> float:
    """Estimate the width of a column's longest word, in bold [points]."""
    words = (word for row in rows if at < len(row) for word in row[at]["text"].split())
    return 1.25 * min(max(map(len, words), default=0), _LONGEST) * _CHARACTER + _AROUND


def _lines(rows: list[list[dict[str, Any]]]) -> int:
    """Estimate the lines of a table."""
    return sum(
        max((1 + len(cell["text"]) // _LONGEST + len(cell["under"]) for cell in row), default=1)
        for row in rows
    )


def _split(widths: list[float]) -> list[list[int]]:
    """Deal the columns out over as few turned pages as hold them, evenly."""
    room = TURNED - widths[0]
    parts = -(-sum(widths[1:]) // room)
    share = sum(widths[1:]) / parts
    dealt: list[list[int]] = [[0]]
    used = 0.0
    for at in range(1, len(widths)):
        if len(dealt[-1]) > 1 and (used + widths[at] > room or used >= share):
            dealt.append([0])
            used = 0.0
        dealt[-1].append(at)
        used += widths[at]
    return dealt


def keep_together(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep words with what they introduce.

    A paragraph sticks to the figure or table after it; what introduces a turned table
    (its heading and the paragraphs between) moves onto the turned page.
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


_INTRODUCED = frozenset({"figure", "table", "verdict", "key_figures"})


def _introduction(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the run of a heading and at most two paragraphs that ends the blocks."""
    start = len(blocks)
    while start and len(blocks) - start < 2 and blocks[start - 1]["kind"] == "paragraph":
        start -= 1
    while start and blocks[start - 1]["kind"] == "heading":
        start -= 1
    return blocks[start:]
