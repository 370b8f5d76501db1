"""How plots look: Okabe-Ito colours, one accent on grey, made for a column of text.

The theme applies only inside :func:`themed` functions; the user's own matplotlib
settings are never changed.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import textwrap
from collections.abc import Callable
from html import escape
from typing import Any, TypeVar

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from callstats.show.plain import clean

#: Blue of Okabe and Ito [1]_, for the plot's subject.
#:
#: References
#: ----------
#: .. [1] M. Okabe, K. Ito, Color universal design, 2008, https://jfly.uni-koeln.de/color/
ACCENT = "#0072B2"
#: Vermilion of the same palette, for signals; always with a distinct marker, never colour alone.
SIGNAL = "#D55E00"
#: Context: other categories, the last period, limits.
TINT = "#8FC1DE"  # the accent under a thin line that must be visible
GREY = "#8C8C8C"
LIGHT = "#D4D4D4"
INK = "#262626"
GREY_TEXT = "#6B6B6B"  # grey that is still legible on white (contrast 5.3)
SIGNAL_TEXT = "#A84A00"  # vermilion that is legible (contrast 5.8)

#: Background of a name that may cover a line. Strokes around letters would triple a plot's size.
BEHIND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}
#: Mean width of a letter relative to the font size.
_LETTER = 0.58
#: Width of a column of text [inch]: 17 cm.
WIDTH = 17 / 2.54

_RC = {
    "font.family": "DejaVu Sans",  # bundled with matplotlib, so the same everywhere
    "font.size": 8.5,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
    "hatch.color": "#B5B5B5",
    "hatch.linewidth": 0.6,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "text.parse_math": False,  # a dollar sign in a list's name is literal
    "svg.fonttype": "path",  # text is drawn as paths, so no reader or typesetter needs the font
    "svg.hashsalt": "callstats",
    "svg.id": None,
    "path.simplify": True,
}

Draws = TypeVar("Draws", bound=Callable[..., Any])


# The user decides where and whether figures appear; we only set how they look.
_NOT_LOOKS = re.compile(
    "backend|interactive|toolbar|timezone|date.epoch|docstring|savefig.directory|figure.max_open"
    "|figure.hooks|keymap|webagg|tk|macosx|animation"
)


def context() -> Any:
    """Return a context in which matplotlib draws in the theme."""
    looks = {name: value for name, value in mpl.rcParamsDefault.items() if not _NOT_LOOKS.match(name)}
    settings: Any = {**looks, **_RC}
    return mpl.rc_context(settings)


def themed(draw: Draws) -> Draws:
    """Make a plot function draw in the theme, whatever the user's settings."""

    @functools.wraps(draw)
    def within(*args: Any, **kwargs: Any) -> Any:
        with context():
            return draw(*args, **kwargs)

    return within  # type: ignore[return-value]


def axes(ax: Any, height: float) -> Any:
    """Return the axes to draw on: the given ones, or new ones of a column's width.

    Parameters
    ----------
    ax : matplotlib Axes or None
    height : float
        Of a new figure [inch].
    """
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(WIDTH, height), layout="constrained")[1]


def name_y(ax: Any, label: object) -> None:
    r"""Label the vertical axis, on as many lines as it takes to fit beside the axes.

    Examples
    --------
    >>> ax = axes(None, 2.0)
    >>> name_y(ax, "smallest difference that a test can detect")
    >>> ax.get_ylabel()
    'smallest\ndifference that a\ntest can detect'
    """
    height = 72 * ax.figure.get_figheight() * ax.get_position().height
    most = int(0.9 * height / (_LETTER * ax.yaxis.label.get_fontsize()))
    ax.set_ylabel("\n".join(textwrap.wrap(plain(label), max(most, 12), break_long_words=False)))


#: Two words below a plot, of a KPI and a list that are named at length, would leave no room for the plot.
_LONGEST = 160


def name_x(ax: Any, *parts: str, colour: str = INK) -> None:
    r"""Label the lower axis and add the key, on lines that fit in the picture.

    Examples
    --------
    >>> ax = axes(None, 2.0)
    >>> name_x(ax, "share of login time", "", "┃ August")
    >>> ax.get_xlabel()
    'share of login time\xa0\xa0\xa0\xa0\xa0 ┃\xa0August'
    """
    # A line breaks at plain spaces only: in the label, and between entries of the key.
    short = [part if len(part) <= _LONGEST else plain(part, _LONGEST) for part in parts]
    kept = [part if number == 0 else part.replace(" ", "\xa0") for number, part in enumerate(short) if part]
    ax.set_xlabel(("\xa0" * 5 + " ").join(kept), wrap=True, color=colour)


def as_text(colour: str) -> str:
    """Return the text colour for a line's name: legible on white, at least 4.5 to 1."""
    return {GREY: GREY_TEXT, SIGNAL: SIGNAL_TEXT}.get(colour, colour)


def to_svg(figure: Figure, alt: str) -> str:
    """Return a figure as SVG, the same bytes for the same plot, and close it."""
    import matplotlib.pyplot as plt

    buffer = io.StringIO()
    with context():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return tidy(buffer.getvalue(), alt)


def plain(text: object, most: int | None = None) -> str:
    r"""Return text that a plot can show: one line, with characters its font has.

    Parameters
    ----------
    text : object
    most : int, optional
        Characters to keep; a longer text is cut in the middle.

    Examples
    --------
    >>> plain("list\N{ZERO WIDTH SPACE} A\n\N{YO-YO}")
    'list A □'
    >>> plain("a very long name of a list, second half", most=20)
    'a very lon…cond half'
    """
    kept = "".join(c if _has_glyph(c) else "□" for c in clean(str(text)) if not _invisible(c)).strip()
    if most is None or len(kept) <= most:
        return kept
    return f"{kept[: most // 2]}…{kept[len(kept) - (most - 1) // 2 :]}"


def _invisible(character: str) -> bool:
    import unicodedata

    return unicodedata.category(character) in {"Cf", "Cn", "Co"} or "\ufe00" <= character <= "\ufe0f"


@functools.lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    return get_font(findfont("DejaVu Sans")).get_char_index(ord(character)) != 0


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
    body = re.sub(r">\s+<", "><", body).replace("<defs></defs>", "")
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r' (?:d|x|y|transform|points)="[^"]*"', _shorter, body)
    body = re.sub(r'(<use [^>]*?)transform="translate\((\S+) 0\)"', r'\1x="\2"', body)
    body = _own_ids(body)
    about = f'role="img" aria-label="{escape(clean(alt))}" style="stroke-linejoin:round;stroke-linecap:butt"'
    return body.replace("<svg ", f"<svg {about} ", 1)


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
    names = dict.fromkeys(re.findall(r' id="([^"]+)"', svg))
    number = {name: f"{prefix}-{index:x}" for index, name in enumerate(names)}

    def renamed(reference: re.Match[str]) -> str:
        return f"{reference[1]}{number.get(reference[2], reference[2])}{reference[3]}"

    return re.sub(r'( id="|href="#|url\(#)([^")]+)("|\))', renamed, svg)
