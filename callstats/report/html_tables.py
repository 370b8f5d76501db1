"""Extract tables and text from HTML that callstats did not write, such as pandas' own.

External HTML is parsed, never passed on: the result is plain data, so a cell that says
``<img onerror=…>`` stays just text.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from callstats.report.notebook_pictures import PicturePlaces, figure_of

_UNSHOWN = frozenset({"script", "style", "template", "head", "title"})
_BREAKS = frozenset({"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr"})
_NUMBER = re.compile(r"^[-+−–]?[\d\s.,'\u00a0\u202f]*\d[\d\s.,'\u00a0\u202f]*(?:[eE][-+]?\d+)?\s*[%€$£]?$")
_MOST_COLUMNS = 1000


def read(html: str) -> list[dict[str, Any]]:
    """Return the tables of a piece of HTML and the text around them, as blocks.

    Examples
    --------
    >>> read("<table><tr><th>list</th></tr><tr><td>A&amp;B</td></tr></table>")[0]["rows"]
    [[{'text': 'A&B', 'strong': False}]]
    """
    reader = _TableReader()
    reader.feed(html)
    reader.close()
    reader.end_words()
    return reader.blocks


class _TableReader(HTMLParser):
    """Collects tables (for nested tables, the outer one) and paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[dict[str, Any]] = []
        self.words: list[str] = []
        self.unshown = 0
        self.depth = 0
        self.rows: list[list[dict[str, Any]]] = []
        self.heads = 0
        self.in_head = False
        self.caption = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self.unshown += 1
        elif tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.end_words()
                self.rows, self.heads, self.caption = [], 0, ""
        elif self.depth == 1:
            self.in_table(tag, dict(attrs))
        elif tag == "img" and not self.unshown:
            self.picture(dict(attrs))
        elif tag in _BREAKS:
            self.end_words()

    def picture(self, attrs: dict[str, str | None]) -> None:
        """Take over a picture that the HTML itself holds; of any other its words are left."""
        alt = attrs.get("alt") or ""
        if found := PicturePlaces().picture(attrs.get("src") or ""):
            self.end_words()
            self.blocks.append(figure_of(*found, alt))
        else:
            self.words.append(alt)

    def in_table(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "thead":
            self.in_head = True
        elif tag == "tr":
            self.rows.append([])
            self.heads += self.in_head
        elif tag in {"td", "th"}:
            self.words = []
            if not self.rows:
                self.rows.append([])
            cell = {"text": "", "strong": tag == "th", "span": _spanned(attrs, "colspan")}
            self.rows[-1].append({**cell, "down": _spanned(attrs, "rowspan")})

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self.unshown = max(self.unshown - 1, 0)
        elif self.depth == 1 and tag in {"td", "th"} and self.rows and self.rows[-1]:
            self.rows[-1][-1]["text"] = self.said()
        elif self.depth == 1 and tag == "caption":
            self.caption = self.said()
        elif tag == "thead":
            self.in_head = False
        elif tag == "table" and self.depth:
            self.depth -= 1
            if self.depth == 0:
                self.end_table()
        elif not self.depth and tag in _BREAKS:
            self.end_words()

    def handle_data(self, data: str) -> None:
        if not self.unshown:
            self.words.append(data)

    def said(self) -> str:
        text = " ".join("".join(self.words).split())
        self.words = []
        return text

    def end_words(self) -> None:
        text = self.said()
        if text:
            self.blocks.append({"kind": "paragraph", "inlines": [{"kind": "text", "text": text}]})

    def end_table(self) -> None:
        rows = _spread([row for row in self.rows if row])
        if rows:
            self.blocks.append(_table(rows, min(self.heads, len(rows) - 1), self.caption))
        self.words = []


def _spanned(attrs: dict[str, str | None], name: str) -> int:
    """Return over how many columns or rows a cell reaches."""
    span = attrs.get(name) or "1"
    return max(min(int(span), _MOST_COLUMNS), 1) if span.isdecimal() else 1


_EMPTY = {"text": "", "strong": False}


def _spread(rows: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Give every cell its column: one that reaches over k columns or rows leaves empty ones there.

    Its text is not repeated.
    """
    below: dict[int, int] = {}  # column -> rows still reached from above
    spread = []
    for row in rows:
        cells: list[dict[str, Any]] = []
        for cell in row:
            _skip(cells, below)
            for at in range(cell["span"]):
                if cell["down"] > 1:
                    below[len(cells)] = cell["down"] - 1
                told = {"text": cell["text"], "strong": cell["strong"]}
                cells.append(told if at == 0 else dict(_EMPTY))
        _skip(cells, below)
        spread.append(cells)
    return spread


def _skip(cells: list[dict[str, Any]], below: dict[int, int]) -> None:
    """Leave empty the columns that a cell above reaches into."""
    while below.get(len(cells), 0) > 0:
        below[len(cells)] -= 1
        cells.append(dict(_EMPTY))


def _table(rows: list[list[dict[str, Any]]], heads: int, caption: str) -> dict[str, Any]:
    heads = heads or int(all(cell["strong"] or not cell["text"] for cell in rows[0]))
    width = max(len(row) for row in rows)
    padded = [row + [_EMPTY] * (width - len(row)) for row in rows]
    body = padded[heads:]
    columns = [
        {
            "label": " ".join(filter(None, (row[i]["text"] for row in padded[:heads]))),
            "align": _align([row[i]["text"] for row in body]),
        }
        for i in range(width)
    ]
    return {"kind": "table", "caption": caption, "columns": columns, "rows": body, "notes": []}


def _align(texts: list[str]) -> str:
    numbers = [
        bool(_NUMBER.match(text)) for text in texts if text not in {"", "–", "NaN", "nan", "None", "NaT"}
    ]
    return "right" if numbers and all(numbers) else "left"
