"""Markdown as plain data: blocks and inlines that the page and the PDF both draw.

Raw HTML in Markdown is treated as text, so no campaign name can become markup; links
keep only addresses that cannot run code.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from typing import Any

from callstats.report import mathematics

Block = dict[str, Any]
Inline = dict[str, Any]

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x20\x7f]")
_COMMENT = re.compile(r"\s*<!--.*?-->\s*", re.DOTALL)
#: Where a picture can be had without asking anybody: in the notebook, or in a file beside it.
_PICTURE = re.compile(
    r"^(?:attachment:|data:image/|(?![\w+.-]*:|[/\\]).*\.(?:png|jpe?g|gif|webp|svg)$)", re.I
)
#: An attribute of a tag, and the boxes of a task.
_ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DONE, _OPEN = "[x] ", "[ ] "
_WRAPS = {"strong": "strong", "emphasis": "emphasis", "strikethrough": "struck"}


def read(source: str, *, math: bool = True) -> list[Block]:
    """Return the blocks of a Markdown text.

    Parameters
    ----------
    source : str
    math : bool
        Read ``$…$`` as mathematics; off for text that may come from data.

    Examples
    --------
    >>> read("# *Who* stands out?")[0]["text"]
    'Who stands out?'
    >>> read("<script>alert(1)</script>")[0]["inlines"]
    [{'kind': 'text', 'text': '<script>alert(1)</script>'}]
    """
    tokens = _parser(math)(source)
    return _blocks(tokens if isinstance(tokens, list) else [])


def plain(inlines: list[Inline]) -> str:
    """Return the text of inlines without its markup."""
    return "".join(
        " " if node["kind"] == "break" else node.get("text", "") or plain(node.get("inlines", []))
        for node in inlines
    )


def safe_address(url: str) -> str | None:
    r"""Return an address if it is safe to follow, else None.

    Examples
    --------
    >>> safe_address("campaign_report-spring.html")
    'campaign_report-spring.html'
    >>> safe_address("java\tscript:alert(1)") is None
    True
    """
    url = _UNSEEN.sub("", url)
    scheme = _SCHEME.match(url)
    if not url or url.startswith(("//", "\\")):
        return None
    return url if scheme is None or scheme[1].lower() in {"http", "https", "mailto"} else None


@cache
def _parser(math: bool) -> Any:
    import mistune

    plugins = ["table", "strikethrough", "task_lists", "footnotes", *(["math"] if math else [])]
    return mistune.create_markdown(renderer=None, plugins=plugins)


def _blocks(tokens: list[dict[str, Any]]) -> list[Block]:
    read = (_BLOCKS.get(token["type"], _unknown)(token) for token in tokens if token["type"] != "blank_line")
    return [block for block in read if block is not None]


def _heading(token: dict[str, Any]) -> Block:
    inlines = _inlines(token["children"])
    return {
        "kind": "heading",
        "level": token["attrs"]["level"],
        "inlines": inlines,
        "text": plain(inlines),
    }


def _paragraph(token: dict[str, Any]) -> Block:
    return {"kind": "paragraph", "inlines": _inlines(token["children"])}


def _list(token: dict[str, Any]) -> Block:
    attrs = token.get("attrs", {})
    return {
        "kind": "list",
        "ordered": bool(attrs.get("ordered")),
        "start": int(attrs.get("start") or 1),
        "items": [_item(item) for item in token["children"]],
    }


def _item(token: dict[str, Any]) -> list[Block]:
    """Return the blocks of an item; one that is a task begins with a box."""
    blocks = _blocks(token["children"])
    if token["type"] != "task_list_item":
        return blocks
    box = {"kind": "text", "text": _DONE if token["attrs"].get("checked") else _OPEN}
    first, rest = (blocks[:1], blocks[1:]) if blocks and blocks[0]["kind"] == "paragraph" else ([], blocks)
    return [{"kind": "paragraph", "inlines": [box, *(first[0]["inlines"] if first else [])]}, *rest]


def _footnotes(token: dict[str, Any]) -> Block:
    return {"kind": "list", "ordered": True, "start": 1, "items": [_item(i) for i in token["children"]]}


def _quote(token: dict[str, Any]) -> Block:
    return {"kind": "quote", "blocks": _blocks(token["children"])}


def _code(token: dict[str, Any]) -> Block:
    return {"kind": "code", "text": token["raw"].rstrip("\n")}


def _math(token: dict[str, Any]) -> Block:
    return {"kind": "equation", "math": formula(token["raw"])}


def _html(token: dict[str, Any]) -> Block | None:
    text = _COMMENT.sub("", token["raw"]).strip()
    return {"kind": "paragraph", "inlines": [{"kind": "text", "text": text}]} if text else None


def _unknown(token: dict[str, Any]) -> Block | None:
    if "children" in token:
        return {"kind": "paragraph", "inlines": _inlines(token["children"])}
    return _html(token) if token.get("raw") else None


def _table(token: dict[str, Any]) -> Block:
    head, *bodies = token["children"]
    columns = [
        {"label": plain(_inlines(cell["children"])), "align": cell["attrs"].get("align") or "left"}
        for cell in head["children"]
    ]
    rows = [[_cell(cell) for cell in row["children"]] for body in bodies for row in body["children"]]
    return {"kind": "table", "caption": "", "columns": columns, "rows": rows, "notes": []}


def _cell(token: dict[str, Any]) -> dict[str, Any]:
    inlines = _inlines(token["children"])
    return {"text": plain(inlines), "inlines": inlines}


_BLOCKS = {
    "heading": _heading,
    "paragraph": _paragraph,
    "block_text": _paragraph,
    "list": _list,
    "block_quote": _quote,
    "block_code": _code,
    "block_math": _math,
    "block_html": _html,
    "thematic_break": lambda _: {"kind": "rule"},
    "table": _table,
    "footnotes": _footnotes,
}


def _inlines(tokens: list[dict[str, Any]]) -> list[Inline]:
    return [_inline(token) for token in tokens]


def _inline(token: dict[str, Any]) -> Inline:
    return _INLINES.get(token["type"], _otherwise)(token)


def _wrapped(token: dict[str, Any]) -> Inline:
    return {"kind": _WRAPS[token["type"]], "inlines": _inlines(token["children"])}


def _tag(token: dict[str, Any]) -> Inline:
    """Return raw HTML as text, except for a line break and a picture."""
    raw = token["raw"]
    if raw.startswith("<br"):
        return {"kind": "break"}
    if raw.startswith("<img"):
        asked = {name.lower(): unescape(one or other) for name, one, other in _ATTRIBUTE.findall(raw)}
        if _PICTURE.search(asked.get("src", "")):
            words = [{"kind": "text", "text": asked.get("alt") or "…"}]
            return {"kind": "emphasis", "inlines": words, "picture": asked["src"]}
    return _otherwise(token)


def _image(token: dict[str, Any]) -> Inline:
    """Return the words of a picture, and where it is: `pictures.placed` sets those that can be had."""
    url, words = token["attrs"]["url"], {"kind": "emphasis", "inlines": _inlines(token["children"])}
    return {**words, "picture": url} if _PICTURE.search(url) else words


def _otherwise(token: dict[str, Any]) -> Inline:
    if "children" in token:
        return {"kind": "emphasis", "inlines": _inlines(token["children"])}
    return {"kind": "text", "text": token.get("raw", "")}


def _words(token: dict[str, Any]) -> Inline:
    return {"kind": "text", "text": unescape(token["raw"])}


def _link(token: dict[str, Any]) -> Inline:
    inlines = _inlines(token["children"])
    url = safe_address(token["attrs"]["url"])
    return {"kind": "link", "url": url, "inlines": inlines} if url else {"kind": "plain", "inlines": inlines}


def formula(source: str) -> Inline:
    """Return a formula, or its source where it is beyond what `mathematics` reads."""
    source = source.strip()
    try:
        return {"kind": "math", "tree": mathematics.parse(source), "text": source}
    except ValueError:
        return {"kind": "code", "text": source}


_INLINES = {
    "text": _words,
    "image": _image,
    "footnote_ref": lambda token: {"kind": "text", "text": f"[{token['attrs']['index']}]"},
    **dict.fromkeys(_WRAPS, _wrapped),
    "codespan": lambda token: {"kind": "code", "text": token["raw"]},
    "softbreak": lambda _: {"kind": "text", "text": " "},
    "linebreak": lambda _: {"kind": "break"},
    "inline_html": _tag,
    "inline_math": lambda token: formula(token["raw"]),
    "link": _link,
}
