"""Whether a table fits the printed page upright, turned, or in parts."""

from __future__ import annotations

from math import ceil
from typing import Any

from callstats.report import columns as measures
from callstats.report.columns import Width

#: Width of the text on A4, upright and turned [points].
UPRIGHT, TURNED = 470.0, 715.0
#: Height up to which a table is not broken over two pages, and what stays of a longer one [points].
_KEPT_WHOLE, _START = 320.0, 120.0
#: The same of a table of texts, which may well be broken between two of them; and its characters.
_TEXTS_WHOLE, _TEXT = 150.0, 100
#: Width that terms of a glossary have at least, and from one width that is tried to the next [points].
_TERM, _STEP = 71.0, 4
#: Characters from which a cell may be broken over two pages.
_BROKEN = 1200


def fit(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table with its columns and cells made complete and its layout decided.

    Adds ``turned`` and ``tight`` (bool: the page; smaller text), ``parts`` (of each part
    its ``columns``, by number, and their ``widths`` in points; every part repeats the
    first column, which names the row),
    ``whole`` (the table is not to be broken over pages), ``start`` (what of it must fit
    on the page where it begins, in points) and ``long`` (its rows may be broken).

    Examples
    --------
    >>> narrow = {"columns": [{"label": "list"}], "rows": [[{"text": "A"}]]}
    >>> fitted = fit(narrow)
    >>> fitted["turned"], fitted["parts"][0]["columns"]
    (False, [0])
    """
    columns = [_column(column) for column in table.get("columns", ())]
    rows = [[_cell(cell) for cell in row] for row in table.get("rows", ())]
    widths = measures.asked(columns, rows)
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
    """Return the characters of the longest cell."""
    return max((len(cell["text"]) for row in rows for cell in row), default=0)


def _parts(widths: list[Width]) -> dict[str, Any]:
    """Decide on the size of the text, on turning, and on the columns of each part with their widths."""
    everything = list(range(len(widths)))
    tight = [width.tight() for width in widths]
    for turned, room in ((False, UPRIGHT), (True, TURNED)):
        for small, asked in ((False, widths), (True, tight)):
            if (dealt := measures.dealt(asked, room)) is not None:
                return {"turned": turned, "tight": small, "parts": [_part(everything, dealt)]}
    parts = _split([width.body for width in widths])
    split = [_part(part, _squeezed([widths[at] for at in part])) for part in parts]
    return {"turned": True, "tight": False, "parts": split}


def _lowest(rows: list[list[dict[str, Any]]], widths: list[Width]) -> dict[str, Any]:
    """Return the widths of terms and texts, as in a glossary, that make the table lowest; terms the wider."""
    most = int(UPRIGHT - widths[1].least)
    least = min(ceil(max(widths[0].least, _TERM)), most)
    tried = [_part([0, 1], [term, UPRIGHT - term]) for term in range(least, most + 1, _STEP)]
    return min(reversed(tried), key=lambda part: _height(rows, [part]))


def _part(columns: list[int], widths: list[float]) -> dict[str, Any]:
    return {"columns": columns, "widths": [round(width, 1) for width in widths]}


def _squeezed(widths: list[Width]) -> list[float]:
    return measures.dealt(widths, TURNED) or [width.least for width in widths]


def _height(rows: list[list[dict[str, Any]]], parts: list[dict[str, Any]]) -> float:
    """Estimate the height of the highest part, its head left out [points]."""

    def height(part: dict[str, Any]) -> float:
        cells = ([row[at] for at in part["columns"] if at < len(row)] for row in rows)
        return sum(measures.height(row, part["widths"]) for row in cells)

    return max(map(height, parts))


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
