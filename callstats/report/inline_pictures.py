"""Pictures as part of the page: their text is found, in the page's typeface and colours, light or dark.

Only what is known to be a drawing becomes part of the page: a few elements and attributes, no
style but colours, lines and letters, no link but to the picture itself. Any other picture stays
an image apart, which can neither run nor ask for anything.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from defusedxml import DefusedXmlException, ElementTree

from callstats.show import theme
from callstats.show.markup import text as as_text
from callstats.show.pictures import MEASURED_IN

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
# fmt: off
_ELEMENTS = frozenset([
    "svg", "g", "defs", "clipPath", "pattern", "path", "use", "rect", "line", "circle", "polyline", "polygon",
    "text", "tspan", "title",
])
_ATTRIBUTES = frozenset([
    "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "points", "width", "height",
    "viewBox", "transform", "patternUnits", "fill", "stroke", "stroke-width", "opacity", "id", "clip-path",
    "style",
])
# fmt: on
#: What the root says of itself that the page says otherwise.
_REPLACED = frozenset({"width", "height", "version", "role", "aria-label", "font-family"})
_LINKED = re.compile(r"#[\w-]+|url\(#[\w-]+\)")
_VALUE = re.compile(r"[\w\s.,#%+\-()']*")
_STYLE = re.compile(
    r"(?:fill|stroke|color|opacity|font|text-anchor|clip)[a-z-]*:\s*(?:url\(#[\w-]+\)|[\w\s.,#%+\-']*)"
)
#: Colours of our theme that follow the page, by the page's names for them.
_OF_THE_PAGE = {
    theme.INK: "var(--ink)",
    "#000000": "var(--ink)",
    theme.GREY_TEXT: "var(--soft-ink)",
    theme.PAPER: "var(--paper)",
    theme.ACCENT: "var(--accent)",
    theme.TINT: "var(--plot-tint)",
    theme.SIGNAL: "var(--plot-signal)",
    theme.SIGNAL_TEXT: "var(--plot-signal-text)",
    theme.GREY: "var(--plot-grey)",
    theme.LIGHT: "var(--plot-light)",
    theme.WASH: "var(--plot-wash)",
    theme.GRID: "var(--plot-grid)",
    theme.HATCH: "var(--plot-hatch)",
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def inlined(content: bytes, *, alt: str, prefix: str) -> str | None:
    """Return one of our pictures as an element of a page, or None if not all of it is known to be harmless.

    Parameters
    ----------
    content : bytes
        An SVG file.
    alt : str
        Its alternative text.
    prefix : str
        Begins the picture's ids, so that no two pictures of a page share one.

    Examples
    --------
    >>> path = f'<path d="M 0 0" style="fill: {theme.INK}"/>'
    >>> root = f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{MEASURED_IN}">'
    >>> inlined(f"{root}{path}</svg>".encode(), alt="A dot", prefix="p1")
    '<svg role="img" aria-label="A dot"><path d="M 0 0" style="fill: var(--ink)"></path></svg>'
    >>> inlined(f"{root}<script/></svg>".encode(), alt="A dot", prefix="p1") is None
    True
    """
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return None
    if root.tag != f"{_SVG}svg" or root.get("font-family") != MEASURED_IN:
        return None
    root.attrib = {name: value for name, value in root.attrib.items() if name not in _REPLACED}
    try:
        drawn = _element(root, prefix)
    except _UnknownPartError:
        return None
    return drawn.replace("<svg", f'<svg role="img" aria-label="{as_text(alt)}"', 1)


class _UnknownPartError(Exception):
    """Something that no plot has."""


def _element(element: Any, prefix: str) -> str:
    name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
    if name not in _ELEMENTS:
        raise _UnknownPartError(name)
    given = dict(element.attrib)
    if "fill" in given and "style" not in given:  # the ground of a hatching: only a style may follow the page
        given["style"] = f"fill: {given.pop('fill')}"
    written = "".join(_attribute(*pair, prefix) for pair in given.items())
    inside = "".join(_element(child, prefix) + _text(child.tail) for child in element)
    return f"<{name}{written}>{_text(element.text)}{inside}</{name}>"


def _text(found: Any) -> str:
    return as_text(found) if found and not found.isspace() else ""


def _attribute(name: str, value: str, prefix: str) -> str:
    name = "href" if name == f"{_XLINK}href" else name
    if name == "id":
        return f' id="{prefix}-{escape(value)}"'
    if name in {"href", "clip-path"} and _LINKED.fullmatch(value):
        return f' {name}="{_own(value, prefix)}"'
    if name == "style" and all(_STYLE.fullmatch(part) for part in re.split(r";\s*", value.strip("; "))):
        return f' style="{_COLOUR.sub(_of_the_page, _own(value, prefix))}"'
    if name in _ATTRIBUTES - {"style", "clip-path"} and _VALUE.fullmatch(value) and "url" not in value:
        return f' {name}="{escape(value)}"'
    raise _UnknownPartError(name)


def _own(value: str, prefix: str) -> str:
    """Return links with the picture's own prefix; a colour is no link."""
    return re.sub(r"(?<=url\(#)|(?<=^#)", f"{prefix}-", value)


def _of_the_page(colour: re.Match[str]) -> str:
    return _OF_THE_PAGE.get(colour[0].upper(), colour[0])
