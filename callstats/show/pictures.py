"""Figures as SVG: text as text, no stylesheet, the same bytes for the same plot.

A page puts the picture among its own text, and so do the typesetter and Jupyter: the
picture names one typeface at its root, which each replaces by its own.
"""

from __future__ import annotations

import hashlib
import io
import re
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from callstats.show import theme
from callstats.show.plain import clean

#: The typeface that the root of a picture names. Words are measured in it, and it is wider than most.
MEASURED_IN = "DejaVu Sans, sans-serif"
_TIP = "tip: "
_OUTPUT: Any = {
    "svg.fonttype": "none",  # text is text: it is found, read aloud, and set in the page's typeface
    "svg.hashsalt": "callstats",
    "svg.id": None,
}


def tip(artist: Any, text: str) -> None:
    """Give a mark a text that a page shows where a pointer rests on it."""
    artist.set_gid(f"{_TIP}{text}")


def to_svg(figure: Figure, alt: str) -> str:
    """Return a figure as SVG, the same bytes for the same plot, and close it."""
    import matplotlib.pyplot as plt

    buffer = io.StringIO()
    canvas, dpi = figure.canvas, figure.dpi
    with theme.context(), mpl.rc_context(_OUTPUT):
        try:
            PictureCanvas(figure).print_svg(buffer)
        finally:
            figure.set_canvas(canvas)
            figure.dpi = dpi
    plt.close(figure)
    return tidy(buffer.getvalue(), alt)


class PictureCanvas(FigureCanvasSVG):
    """Draws a figure with :class:`PictureRenderer`; it stays the figure's canvas."""

    def print_svg(self, filename: Any, **options: Any) -> None:  # noqa: ARG002 - matplotlib's
        """Write the picture into an open file of text."""
        figure: Any = self.figure
        dpi = figure.dpi
        figure.dpi = self.fixed_dpi
        wide, high = figure.get_size_inches()
        # Asked only for a renderer, matplotlib passes a file of bytes.
        file = filename if isinstance(filename, io.StringIO) else io.StringIO()
        drawn = PictureRenderer(72 * wide, 72 * high, file, image_dpi=dpi)
        drawn.owners = {id(text.get_fontproperties()): text for text in figure.findobj(Text)}
        renderer = MixedModeRenderer(figure, wide, high, dpi, drawn)
        figure.draw(renderer)
        renderer.finalize()


class PictureRenderer(RendererSVG):
    """Matplotlib's, that anchors every line where its text is anchored, and writes tips."""

    owners: dict[int, Text]

    def _draw_text_as_text(  # noqa: PLR0917 - matplotlib's
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any, mtext: Any = None
    ) -> None:
        # Of a text of several lines matplotlib passes no text, and its lines start where they would in the
        # typeface that was measured: a middle line of a narrower one would not be in the middle.
        words = clean(s).replace("  ", " \N{NO-BREAK SPACE}")  # SVG would show one space for two
        owner = mtext or self.owners.get(id(prop))
        super()._draw_text_as_text(gc, x, y, words, prop, angle, ismath, owner)

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Start a group, with its tip if it has one."""
        told = gid is not None and gid.startswith(_TIP)
        super().open_group(s, None if told else gid)
        if told and gid is not None:
            self.writer.element("title", clean(gid.removeprefix(_TIP)))


def tidy(svg: str, alt: str) -> str:
    """Return a picture from ``<svg`` to ``</svg>``, the same bytes for the same plot.

    Parameters
    ----------
    svg : str
        As written by matplotlib.
    alt : str
        The alternative text.
    """
    body = svg[svg.index("<svg") :].strip()
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r">\s+<", "><", body).replace("<defs></defs>", "").replace("<g/>", "")
    body = re.sub(r"<[^>]*>", _tag, body).replace("<g/>", "").replace("<g></g>", "")
    body = _own_ids(body)
    about = f'role="img" aria-label="{escape(clean(alt))}" font-family="{MEASURED_IN}"'
    return body.replace("<svg ", f'<svg {about} style="stroke-linejoin:round;stroke-linecap:butt" ', 1)


def _tag(found: re.Match[str]) -> str:
    """Return a tag without what nobody needs; text between tags, which may be data, is left as it is."""
    tag = re.sub(r'^<g id="[^"]*"', "<g", found[0])
    tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
    tag = re.sub(r' (?:d|x|y|transform|points)="[^"]*"', _shorter, tag)
    tag = re.sub(r'(<use [^>]*?)transform="translate\((\S+) 0\)"', r'\1x="\2"', tag)
    return re.sub(r"font-family: 'DejaVu Sans',[^\";]*sans-serif(?:; )?", "", tag)


def _shorter(attribute: re.Match[str]) -> str:
    """Round coordinates to hundredths of a point; scale factors are kept."""
    if "matrix" in attribute[0]:
        return attribute[0]
    parts = re.split(r"(scale\([^)]*\))", re.sub(r"\s+", " ", attribute[0][1:]))
    rounded = (part if part.startswith("scale") else re.sub(r"-?\d+\.\d+", _rounded, part) for part in parts)
    return " " + "".join(rounded).replace(' "', '"')


def _rounded(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _own_ids(svg: str) -> str:
    """Number the ids, after a prefix unique to this picture."""
    prefix = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    names = dict.fromkeys(re.findall(r'<[^>]* id="([^"]+)"', svg))
    number = {name: f"{prefix}-{index:x}" for index, name in enumerate(names)}

    def renamed(reference: re.Match[str]) -> str:
        return f"{reference[1]}{number.get(reference[2], reference[2])}{reference[3]}"

    return re.sub(
        r"<[^>]*>", lambda tag: re.sub(r'( id="|href="#|url\(#)([^")]+)("|\))', renamed, tag[0]), svg
    )
