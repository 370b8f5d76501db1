"""An executed notebook as one document of plain data, the same for the page and the PDF.

The notebook's Markdown and outputs become blocks; both templates only draw blocks, so
the two formats always have the same content, and text from data never becomes markup.

Blocks, by ``kind``: heading, paragraph, list, quote, code, rule, equation, table,
figure, verdict, key_figures, note, output (printed text), error, source (code).
"""

from __future__ import annotations

import base64
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from callstats.report import html_tables as foreign
from callstats.report import markdown, notebook_pictures, plotly_pictures
from callstats.report.branding import checked_brand
from callstats.show.display import MIME
from callstats.show.links import beside
from callstats.show.words import LANGUAGES, words

Block = dict[str, Any]

_SVG = "image/svg+xml"
_BITMAPS = ("image/png", "image/jpeg", "image/gif", "image/webp")
_BARE_FORMULA = re.compile(r"\A\s*(?:\$\$(.*?)\$\$|\$(.*?)\$|\\\[(.*)\\\]|(\\begin\{.*\}))\s*\Z", re.DOTALL)
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HIDDEN = frozenset({"remove_cell", "remove-cell"})
_MOST_CONTENTS = 40
#: Width up to which two pictures fit side by side on paper [points].
_HALF = 245.0
_WIDTH = re.compile(rb'<svg [^>]*?\bwidth="([0-9.]+)pt"')
#: What a cell gave that is no block of the body: the head, the results, a caption that its figure has too.
_ASIDE = frozenset({"title", "record", "caption"})


def read(notebook: Any, *, name: str = "report", folder: Path | None = None) -> dict[str, Any]:
    """Read an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Version 4.
    name : str
        Title if the notebook has none.
    folder : Path, optional
        Of the notebook, for pictures that its words name.

    Returns
    -------
    dict
        title, subtitle, facts, subject (title and subtitle), name (subject and period: what the
        file is called), language, period, description, keywords, brand, contents
        (level, text, id) and blocks.
    """
    metadata = notebook.metadata.get("callstats", {})
    blocks = list(_cells(notebook, folder))
    title = _title(blocks, str(notebook.metadata.get("title") or metadata.get("title") or name))
    hidden = {*_ASIDE, *(["source"] if metadata.get("audience") == "client" else [])}
    body = [block for block in blocks if block["kind"] not in hidden and not block.get("used")]
    _order_headings(body)
    _describe_figures(body, title["title"])
    _pair_figures(body)
    _lead_to_method(body, str(metadata.get("method_page") or ""))
    language = str(metadata.get("language") or notebook.metadata.get("lang") or "en")
    period = str(metadata.get("period_label") or metadata.get("period") or "")
    return {
        **title,
        **named(title["title"], title["subtitle"], period, language),
        "language": language,
        "period": period,
        "description": _description(title, body),
        "keywords": ["callstats", *map(str, metadata.get("keywords", ()))],
        "brand": checked_brand(metadata.get("brand")),
        "contents": _contents(body),
        "blocks": body,
    }


def named(title: str, subtitle: str, period: str, language: str) -> dict[str, str]:
    """Return what a report is called in running heads and as a file: of whom, and of when.

    Examples
    --------
    >>> named("Campaign report", "Spring offer", "September 2026", "en")["name"]
    'Campaign report: Spring offer, September 2026'
    >>> named("Monthly summary", "", "", "en")
    {'subject': 'Monthly summary', 'name': 'Monthly summary'}
    """
    _ = words(language if language in LANGUAGES else "en")
    told = ", ".join(part for part in (subtitle, period) if part)
    return {
        "subject": _.headed(title, subtitle) if subtitle else title,
        "name": _.headed(title, told) if told else title,
    }


def results(notebook: Any) -> dict[str, Any]:
    """Return what the notebook recorded: its payloads of kind record, merged in order."""
    recorded: dict[str, Any] = {}
    for payload in payloads(notebook):
        if payload.get("kind") == "record":
            recorded.update(payload.get("results", {}))
    return recorded


def verdict(notebook: Any) -> list[dict[str, Any]]:
    """Return the sentences of every verdict in the notebook."""
    told = (payload for payload in payloads(notebook) if payload.get("kind") == "verdict")
    return [dict(sentence) for payload in told for sentence in payload.get("sentences", ())]


def payloads(notebook: Any) -> Iterator[dict[str, Any]]:
    """Yield the callstats payloads of a notebook's outputs, in order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            payload = output.get("data", {}).get(MIME)
            if isinstance(payload, dict):
                yield payload


def _cells(notebook: Any, folder: Path | None) -> Iterator[Block]:
    """Yield every cell's blocks; code without output is held until the next code that has some."""
    waiting: list[str] = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        if tags & _HIDDEN:
            continue
        if cell.cell_type == "markdown":
            places = notebook_pictures.PicturePlaces(cell.get("attachments") or {}, folder)
            yield from notebook_pictures.placed(markdown.read(_text(cell.source)), places)
        elif cell.cell_type == "code":
            waiting.append(_text(cell.source).strip())
            shown = [block for output in cell.outputs for block in _output(output)]
            yield from shown
            if any(block["kind"] not in _ASIDE for block in shown):
                yield from _source(waiting)
                waiting = []
    yield from _source(waiting)


def _source(parts: list[str]) -> Iterator[Block]:
    code = "\n\n".join(part for part in parts if part)
    if code:
        yield {"kind": "source", "text": code}


def _output(output: Any) -> list[Block]:
    kind = output["output_type"]
    if kind == "stream":
        return [{"kind": "output", "text": _printed(_text(output["text"]))}]
    if kind == "error":
        return [{"kind": "error", "text": f"{output['ename']}: {_ANSI.sub('', output['evalue'])}"}]
    return _bundle(output["data"], output.get("metadata", {}))


def _printed(text: str) -> str:
    """Return printed text as a terminal leaves it: without colours, a line that is written over once."""
    lines = _ANSI.sub("", text).replace("\r\n", "\n").rstrip("\n").split("\n")
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)


def _bundle(data: dict[str, Any], metadata: dict[str, Any]) -> list[Block]:
    """Choose the richest part of a bundle: our own payload, a picture, a table, then text."""
    payload = data.get(MIME)
    if isinstance(payload, dict) and "kind" in payload:
        return _own(dict(payload), data, metadata)
    if picture := _picture(data, metadata):
        return [picture]
    if plotly_pictures.MIME in data:
        return [plotly_pictures.picture(data[plotly_pictures.MIME])]
    for mime, read_as in _READERS.items():
        if mime in data and (blocks := read_as(_text(data[mime]))):
            return blocks
    return []


def _latex(text: str) -> list[Block]:
    """Return one formula, as SymPy and `IPython.display.Math` write it; else the text with its formulas."""
    found = _BARE_FORMULA.match(text)
    if found is None or "$" in (formula := next(filter(None, found.groups()), "")):
        return notebook_pictures.placed(markdown.read(text), notebook_pictures.PicturePlaces())
    return [{"kind": "equation", "math": markdown.formula(formula)}]


_READERS: dict[str, Callable[[str], list[Block]]] = {
    "text/html": foreign.read,
    "text/markdown": lambda text: notebook_pictures.placed(
        markdown.read(text, math=False), notebook_pictures.PicturePlaces()
    ),
    "text/latex": _latex,
    "text/plain": lambda text: [{"kind": "output", "text": text}],
}


def _own(payload: dict[str, Any], data: dict[str, Any], metadata: dict[str, Any]) -> list[Block]:
    if payload["kind"] == "figure":
        picture = _picture(data, metadata)
        return [{**picture, **{k: v for k, v in payload.items() if v}}] if picture else []
    return [payload]


def _picture(data: dict[str, Any], metadata: dict[str, Any]) -> Block | None:
    for mime in (_SVG, *_BITMAPS):
        if mime in data:
            text = _text(data[mime])
            content = text.encode() if mime == _SVG else base64.b64decode(text)
            about = metadata.get(mime, {})
            return {
                "kind": "figure",
                "mime": mime,
                "content": content,
                "alt": str(about.get("alt", "")),
                "caption": str(about.get("caption", "")),
                "finding": str(about.get("finding", "")),
            }
    return None


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _title(blocks: list[Block], fallback: str) -> dict[str, Any]:
    """Take the title from the title block, else the first level-1 heading, else a name."""
    first = next((block for block in blocks if block["kind"] == "title"), None)
    heading = next((block for block in blocks if block["kind"] == "heading"), None)
    if heading is not None and heading["level"] == 1:
        heading["used"] = True
    if first is not None:
        return {
            "title": str(first.get("title") or fallback),
            "subtitle": str(first.get("subtitle") or ""),
            "facts": [[str(label), str(value)] for label, value in first.get("facts", ())],
        }
    named = heading["text"] if heading is not None and heading["level"] == 1 else fallback
    return {"title": named, "subtitle": "", "facts": []}


def _order_headings(blocks: list[Block]) -> None:
    """Give headings levels from 2 without gaps, and unique ids."""
    headings = [block for block in blocks if block["kind"] == "heading"]
    shift = int(any(block["level"] == 1 for block in headings))
    last = 1
    taken: set[str] = set()
    for block in headings:
        last = block["level"] = min(max(block["level"] + shift, 2), last + 1, 6)
        block["id"] = _identifier(block["text"], taken)


def _identifier(text: str, taken: set[str]) -> str:
    letters = (char if char.isalnum() else "-" for char in unicodedata.normalize("NFKC", text.lower()))
    stem = re.sub("-+", "-", "".join(letters)).strip("-")[:60] or "section"
    name, count = f"s-{stem}", 1
    while name in taken:
        count += 1
        name = f"s-{stem}-{count}"
    taken.add(name)
    return name


def _describe_figures(blocks: list[Block], title: str) -> None:
    """Give every picture a text: its caption, else the question above it."""
    question = title
    for block in blocks:
        if block["kind"] == "heading":
            question = block["text"]
        elif block["kind"] == "figure" and not block["alt"]:
            block["alt"] = block["caption"] or question


def _lead_to_method(blocks: list[Block], page: str) -> None:
    """Put a link in place of the notes on the page of the methods, where it lies beside the report.

    A renderer adds its own extension to ``page``.
    """
    for block in blocks:
        words_of_link = block.pop("beside", "") if block["kind"] == "note" else ""
        if words_of_link and beside(f"{page}.html"):
            link = {"kind": "link", "url": f"./{page}.html", "inlines": [_plain(words_of_link)]}
            block.clear()
            block.update({"kind": "paragraph", "inlines": [link], "page": page})


def _plain(text: str) -> Block:
    return {"kind": "text", "text": str(text)}


def _pair_figures(blocks: list[Block]) -> None:
    """Mark pictures that are drawn for half a column and follow each other: they stand side by side."""
    narrow = [block["kind"] == "figure" and _drawn_width(block) <= _HALF for block in blocks]
    for at, (block, here) in enumerate(zip(blocks, narrow, strict=True)):
        if here and (narrow[at - 1 : at] == [True] or narrow[at + 1 : at + 2] == [True]):
            block["half"] = True


def _drawn_width(figure: Block) -> float:
    """Return the width of a vector picture [points]; infinite where it does not say."""
    found = _WIDTH.search(figure["content"][:2000]) if figure["mime"] == _SVG else None
    return float(found[1]) if found else math.inf


def _contents(blocks: list[Block]) -> list[dict[str, Any]]:
    """List the headings of levels 2 and 3, or only level 2 if that fills a page."""
    headings = [block for block in blocks if block["kind"] == "heading" and block["level"] <= 3]
    if len(headings) > _MOST_CONTENTS:
        headings = [block for block in headings if block["level"] == 2]
    return [{key: block[key] for key in ("level", "text", "id")} for block in headings]


def _description(title: dict[str, Any], blocks: list[Block]) -> str:
    """Return what the report found in a sentence or two: headline and verdict, else its subtitle."""
    verdicts = [block for block in blocks if block["kind"] == "verdict"]
    headline = next((f"{block['headline']}." for block in verdicts if block.get("headline")), "")
    sentences = [str(told.get("text", "")) for block in verdicts for told in block.get("sentences", ())]
    return " ".join(filter(None, [headline, *sentences]))[:500] or title["subtitle"] or title["title"]
