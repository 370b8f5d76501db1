"""SVG as a page wants it: small, with ids of its own, saying what it shows.

matplotlib's pictures carry the drawn texts as comments, an id for every group,
a style rule that reaches the page they are set into, and six decimals. None of
that is seen; without it a picture is a third as long, and pictures on one page
share no id.
"""

from __future__ import annotations

import hashlib
import re
from html import escape

from callstats.show.plain import clean


def tidy(svg: str, alt: str) -> str:
    """Return a picture from ``<svg`` to ``</svg>``, the same bytes for the same plot.

    Parameters
    ----------
    svg : str
        As matplotlib writes it.
    alt : str
        What the picture shows, for those who cannot see it.
    """
    body = svg[svg.index("<svg") :].strip()
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r">\s+<", "><", body).replace("<defs></defs>", "")
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r' (?:d|x|y|transform|points)="[^"]*"', _shorter, body)
    body = re.sub(r'(<use [^>]*?)transform="translate\((\S+) 0\)"', r'\1x="\2"', body)
    body = _own_ids(body)
    about = f'role="img" aria-label="{escape(clean(alt))}" style="stroke-linejoin:round;stroke-linecap:butt"'
    return body.replace("<svg ", f"<svg {about} ", 1)


def _shorter(attribute: re.Match[str]) -> str:
    """Round coordinates to hundredths of a point; factors of scale stay as they are."""
    if "matrix" in attribute[0]:
        return attribute[0]
    parts = re.split(r"(scale\([^)]*\))", re.sub(r"\s+", " ", attribute[0][1:]))
    rounded = (part if part.startswith("scale") else re.sub(r"-?\d+\.\d+", _rounded, part) for part in parts)
    return " " + "".join(rounded).replace(' "', '"')


def _rounded(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _own_ids(svg: str) -> str:
    """Number the ids, after a prefix that only this picture has."""
    prefix = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    names = dict.fromkeys(re.findall(r' id="([^"]+)"', svg))
    number = {name: f"{prefix}-{index:x}" for index, name in enumerate(names)}

    def renamed(reference: re.Match[str]) -> str:
        return f"{reference[1]}{number.get(reference[2], reference[2])}{reference[3]}"

    return re.sub(r'( id="|href="#|url\(#)([^")]+)("|\))', renamed, svg)
