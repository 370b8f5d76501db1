"""Display payloads as HTML: semantic, escaped, without ids that change.

Tables are written here rather than by great-tables: its output has 8 kB of
stylesheet per table, with one rule that affects every ``tr`` of the page, fixed
light colours, the title as a body row instead of a ``<caption>``, and no row
headers.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Any

from callstats.show.links import beside
from callstats.show.plain import straight

#: A longer word may be broken anywhere, so that its column is not wider than a phone.
_LONG_WORD = 24
#: Length from which a cell wraps, and from which it counts as running text.
_TEXT, _PROSE = 50, 100
#: Cards of key figures in a row where there is room, and the length from which a value is set smaller.
_FEWEST_BESIDE, _MOST_BESIDE, _LONG_VALUE = 3, 4, 8
_ARROWS = {"up": "▲", "down": "▼"}
_OUTCOMES = {"met": "✓", "missed": "✗", "open": "≈"}
_MARKS = {"good": "+", "bad": "!", "neutral": "•", "unknown": "?"}


@cache
def stylesheet() -> str:
    """Return the style sheet of the display objects, for a page's head."""
    return files("callstats.show").joinpath("style.css").read_text(encoding="utf-8")


@cache
def style_element() -> str:
    """Return the stylesheet as the element that precedes every ``text/html`` output.

    A page that has the stylesheet in its head can remove the element: it is exactly
    this string.
    """
    lines = (line.strip() for line in stylesheet().splitlines())
    return f"<style>{''.join(line for line in lines if not line.startswith('/*'))}</style>"


def render(payload: dict[str, Any]) -> str:
    """Return the payload of any display object as HTML; "" if there is nothing to show.

    Examples
    --------
    >>> render({"kind": "note", "text": "needs <talk_s>"})
    '<p class="cs cs-note">needs &lt;talk_s&gt;</p>'
    """
    return _RENDERERS[payload["kind"]](payload)


def text(value: object) -> str:
    """Return data as HTML text: escaped, without characters HTML does not allow or that turn what follows.

    Examples
    --------
    >>> text('<b>"x"</b>')
    '&lt;b&gt;&quot;x&quot;&lt;/b&gt;'
    """
    return escape(
        "".join(c for c in straight(str(value)) if c in "\t\n" or (c >= " " and c not in _NOT_TEXT))
    )


_NOT_TEXT = frozenset(map(chr, range(0x7F, 0xA0))) | frozenset(map(chr, range(0xD800, 0xE000)))


#: Where Unicode allows a line break that we do not want: between a sign and an amount that begins with
#: its currency, within a range of numbers, and within the hyphens of a command's option.
_WHOLE = re.compile(
    "[+\N{MINUS SIGN}][$\u00a2-\u00a5\u20a0-\u20cf]\\d(?:[\\d.,]*\\d)?"  # +\N{EURO SIGN}5,170
    "|\\d[\\d:.,]*\N{EN DASH}\\d[\\d:.,]*"  # 14-18
    r"|(?<!\S)-{1,2}[a-z][a-z-]{,20}"  # --period
)


def prose(value: object) -> str:
    """Return data as HTML text whose amounts and options stay on one line; not for attributes.

    Examples
    --------
    >>> prose("worth +\N{EURO SIGN}5,170 <b>")
    'worth <span class="cs-whole">+\N{EURO SIGN}5,170</span> &lt;b&gt;'
    """
    return _WHOLE.sub(r'<span class="cs-whole">\g<0></span>', text(value))


def _tag(name: str, content: str, css: str = "", **attributes: str) -> str:
    given = {"class": css, **attributes} if css else attributes
    written = "".join(f' {key}="{value}"' for key, value in given.items())
    return f"<{name}{written}>{content}</{name}>"


def _optional(name: str, content: object, css: str) -> str:
    return _tag(name, prose(content), css) if content else ""


def _table(payload: dict[str, Any]) -> str:
    columns = payload["columns"]
    body = "".join(_row(row, columns) for row in payload["rows"])
    table = _tag(
        "table",
        _optional("caption", payload["caption"], "cs-caption")
        + _tag("thead", _group_heads(columns) + _heads(columns))
        + _tag("tbody", body),
        "cs-table cs-prose" if _is_prose(payload) else "cs-table",
    )
    notes = "".join(_tag("p", prose(note), "cs-table-note") for note in payload["notes"])
    return _tag("div", _tag("div", table, "cs-scroll") + notes, "cs cs-table-view")


def _is_prose(payload: dict[str, Any]) -> bool:
    """Return whether each row is a term and a text, which a phone shows one above the other."""
    longest = max((len(row[-1]["text"]) for row in payload["rows"] if row), default=0)
    return len(payload["columns"]) == 2 and longest > _PROSE


def _group_heads(columns: list[dict[str, Any]]) -> str:
    """Return the row of shared column heads, if any."""
    if not any(column["group"] for column in columns):
        return ""
    cells = []
    for group, members in groupby(columns, key=lambda column: column["group"]):
        span = str(len(list(members)))
        if group:
            cells.append(_tag("th", prose(group), "cs-group", scope="colgroup", colspan=span))
        else:
            cells.append(_tag("td", "", colspan=span))
    return _tag("tr", "".join(cells))


def _heads(columns: list[dict[str, Any]]) -> str:
    return _tag("tr", "".join(map(_head, columns)))


def _head(column: dict[str, Any]) -> str:
    order = {"data-order": column["order"]} if column.get("order") else {}
    return _tag("th", prose(column["label"]), f"cs-{column['align']}", scope="col", **order)


def _row(row: list[dict[str, Any]], columns: list[dict[str, Any]]) -> str:
    cells = []
    for index, (cell, column) in enumerate(zip(row, columns, strict=True)):
        css = [f"cs-{column['align']}"]
        css += ["cs-strong"] if cell["strong"] else []
        css += [f"cs-{cell['tone']}"] if cell["tone"] else []
        css += ["cs-text"] if len(cell["text"]) > _TEXT else []
        css += ["cs-broken"] if any(len(word) > _LONG_WORD for word in cell["text"].split()) else []
        content = _linked(cell) + "".join(
            _tag("span", prose(line), "cs-under") for line in cell.get("under") or ()
        )
        if cell["bar"] is not None:
            css.append("cs-has-bar")
            content = _tag("span", "", "cs-bar", style=f"width:{100 * cell['bar']:.1f}%") + _tag(
                "span", content
            )
        key = {"data-key": text(cell["key"])} if cell.get("key") is not None else {}
        if index == 0:
            cells.append(_tag("th", content, " ".join(css), scope="row", **key))
        else:
            cells.append(_tag("td", content, " ".join(css), **key))
    return _tag("tr", "".join(cells))


def _linked(cell: dict[str, Any]) -> str:
    """Return a cell's text, as a link if it has one."""
    href = beside(cell.get("href"))
    return _tag("a", prose(cell["text"]), href=text(href)) if href else prose(cell["text"])


def _figure(_: dict[str, Any]) -> str:
    return ""  # a figure's picture is a separate output


def _verdict(payload: dict[str, Any]) -> str:
    items = "".join(
        _tag("li", _mark(s["tone"]) + _tag("span", prose(s["text"])), f"cs-{s['tone']}")
        for s in payload["sentences"]
    )
    told = _tag("ul", items, "cs cs-verdict")
    headline = payload.get("headline")
    return _tag("p", prose(headline), "cs cs-headline") + told if headline else told


def _mark(tone: str) -> str:
    return f'<span class="cs-mark" aria-hidden="true">{_MARKS[tone]}</span>'


def _key_figures(payload: dict[str, Any]) -> str:
    figures = payload["figures"]
    cards = "".join(map(_card, figures, _beside(len(figures))))
    caption = _optional("p", payload["caption"], "cs-caption")
    return _tag("section", caption + _tag("div", cards, "cs-cards"), "cs cs-key-figures")


def _beside(count: int) -> list[int]:
    """Return for each card how many stand in its row where there is room: rows are alike and full.

    Examples
    --------
    >>> _beside(7), _beside(9), _beside(1)
    ([4, 4, 4, 4, 3, 3, 3], [3, 3, 3, 3, 3, 3, 3, 3, 3], [3])
    """
    if count < _FEWEST_BESIDE:
        return [_FEWEST_BESIDE] * count
    rows = -(-count // _MOST_BESIDE)
    sizes = [count // rows + (row < count % rows) for row in range(rows)]
    return [size for size in sizes for _ in range(size)]


def _card(figure: dict[str, Any], beside: int) -> str:
    interval = " · ".join(part for part in (figure["interval"], figure["n"]) if part)
    value = _tag("p", prose(figure["value"]), "cs-value")
    recent = figure.get("recent")
    return _tag(
        "div",
        _tag("p", prose(figure["label"]), "cs-label")
        + (_tag("div", value + _sparkline(recent), "cs-value-line") if recent else value)
        + _optional("p", interval, "cs-interval")
        + (_bullet(figure["bullet"]) if figure["bullet"] else "")
        + _target(figure)
        + _change(figure)
        + _optional("p", figure["note"], "cs-card-note"),
        f"cs-card cs-of-{beside}{' cs-long' if len(figure['value']) > _LONG_VALUE else ''}",
    )


def _target(figure: dict[str, Any]) -> str:
    """Return the target, and whether it is met as a shape and a word."""
    outcome = figure.get("outcome")
    if not outcome:
        return _optional("p", figure["target"], "cs-target")
    shape = f'<span aria-hidden="true">{_OUTCOMES[outcome]}</span> '
    chip = _tag("span", shape + prose(figure["outcome_text"]), f"cs-chip cs-{outcome}")
    return _tag("p", f"{chip} {_tag('span', prose(figure['target']), 'cs-goal-words')}", "cs-target")


def _sparkline(recent: list[float | None]) -> str:
    """Return earlier values as a small line that ends in a dot, with gaps where there is no value.

    What it shows is said by the caption of the cards, so it is hidden from screen readers.
    """
    known = [value for value in recent if value is not None]
    low, high = min(known), max(known)

    def at(place: int, value: float) -> str:
        x = 2 + 96 * place / max(len(recent) - 1, 1)
        y = 21 - 18 * (value - low) / (high - low) if high > low else 12
        return f"{x:.1f},{y:.1f}"

    runs = [
        [at(place, value) for place, value in run if value is not None]
        for there, run in groupby(enumerate(recent), key=lambda each: each[1] is not None)
        if there
    ]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    x, y = runs[-1][-1].split(",")
    dot = f'<line class="cs-dot" x1="{x}" x2="{x}" y1="{y}" y2="{y}"/>'
    box = 'viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true"'
    return f'<svg class="cs-spark" {box}>{lines}{dot}</svg>'


def _change(figure: dict[str, Any]) -> str:
    if not figure["change"]:
        return ""
    arrow = _ARROWS.get(figure["arrow"], "")
    mark = f'<span class="cs-arrow" aria-hidden="true">{arrow}</span> ' if arrow else ""
    tone = {True: " cs-good", False: " cs-bad", None: ""}[figure["good"]]
    interval = _optional("span", figure["change_interval"], "cs-interval")
    return _tag(
        "p", mark + prose(figure["change"]) + (" " + interval if interval else ""), f"cs-change{tone}"
    )


def _bullet(bullet: dict[str, Any]) -> str:
    """Return a value, its interval and its target on a line, as a small picture.

    Its figures also appear next to it in words, so it is hidden from screen
    readers.
    """
    span = bullet["max"] - bullet["min"]

    def at(value: float) -> float:
        return min(max(100 * (value - bullet["min"]) / span if span else 50, 0), 100)

    marks = _line("cs-axis", 0, 100)
    low, high = bullet["target_low"], bullet["target_high"]
    if low is not None or high is not None:
        left, right = at(bullet["min"] if low is None else low), at(bullet["max"] if high is None else high)
        marks += f'<rect class="cs-goal" x="{left:.1f}" y="2" width="{right - left:.1f}" height="8"/>'
        marks += "".join(_line("cs-goal-mark", at(e), at(e), 0, 12) for e in (low, high) if e is not None)
    if bullet["low"] is not None and bullet["high"] is not None:
        marks += _line("cs-whisker", at(bullet["low"]), at(bullet["high"]))
    marks += _line("cs-dot", at(bullet["value"]), at(bullet["value"]))
    box = 'viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true"'
    return f'<svg class="cs-bullet" {box}>{marks}</svg>'


def _line(css: str, x1: float, x2: float, y1: float = 6, y2: float = 6) -> str:
    return f'<line class="{css}" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:g}" y2="{y2:g}"/>'


def _title(payload: dict[str, Any]) -> str:
    facts = "".join(
        _tag("div", _tag("dt", prose(label)) + _tag("dd", prose(value))) for label, value in payload["facts"]
    )
    return _tag(
        "header",
        _tag("h1", prose(payload["title"]))
        + _optional("p", payload["subtitle"], "cs-subtitle")
        + (_tag("dl", facts, "cs-facts") if facts else ""),
        "cs cs-title",
    )


def _note(payload: dict[str, Any]) -> str:
    return _tag("p", prose(payload["text"]), "cs cs-note")


def _caption(payload: dict[str, Any]) -> str:
    found = payload.get("finding", "")
    css = "cs cs-figcaption cs-found" if found else "cs cs-figcaption"
    return _tag("p", caption(payload["text"], found), css)


def caption(about: str, finding: str = "") -> str:
    """Return a figure's caption as HTML: what is to be seen, then what is drawn, in grey.

    Examples
    --------
    >>> caption("Answer rate by list", "List B leads.")
    '<span class="cs-finding">List B leads.</span> <span class="cs-about">Answer rate by list</span>'
    >>> caption("Answer rate by list")
    'Answer rate by list'
    """
    if not finding:
        return prose(about)
    return f"{_tag('span', prose(finding), 'cs-finding')} {_tag('span', prose(about), 'cs-about')}"


def _record(_: dict[str, Any]) -> str:
    return ""


_RENDERERS = {
    "table": _table,
    "figure": _figure,
    "verdict": _verdict,
    "key_figures": _key_figures,
    "title": _title,
    "note": _note,
    "caption": _caption,
    "record": _record,
}
