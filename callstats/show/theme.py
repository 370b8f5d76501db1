"""How plots look: Okabe-Ito colours, one accent on grey, made for a column of text.

What a user has set in matplotlib's rcParams, or with ``seaborn.set_theme``, rules a plot;
this theme says the rest, inside :func:`themed` functions only. Figures of answers, which
reports show, are drawn wholly in it: :func:`callstats.show.report_look.ours`.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import findfont, get_font

from callstats.show.plain import clean
from callstats.show.report_look import are_ours

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
WASH = "#ECECEC"  # areas behind the data
GRID = "#E6E6E6"
HATCH = "#B5B5B5"
INK = "#262626"
PAPER = "#FFFFFF"
GREY_TEXT = "#6B6B6B"  # grey that is still legible on white (contrast 5.3)
SIGNAL_TEXT = "#A84A00"  # vermilion that is legible (contrast 5.8)

#: Mean width of a letter relative to the font size.
_LETTER = 0.58
#: Width of a column of text [inch]: 17 cm.
WIDTH = 17 / 2.54
#: The same of each of two plots side by side, with 4 mm between them.
HALF_WIDTH = (17 - 0.4) / 2 / 2.54
#: Size of the letters in this theme, from which rows, columns and figures are measured [points].
SIZE = 8.5

_RC = {
    "font.family": "sans-serif",
    "font.sans-serif": mpl.rcParamsDefault["font.sans-serif"],  # first DejaVu Sans, bundled with matplotlib
    "font.size": SIZE,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "axes.prop_cycle": cycler(color=[ACCENT, SIGNAL, GREY, INK]),
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
    "hatch.color": HATCH,
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "path.simplify": True,
}
#: What nobody else decides: a dollar sign in a list's name is literal.
_ALWAYS = {"text.parse_math": False}

Draws = TypeVar("Draws", bound=Callable[..., Any])


# The user decides where and whether figures appear.
_NOT_LOOKS = re.compile(
    "backend|interactive|toolbar|timezone|date.epoch|docstring|savefig.directory|figure.max_open"
    "|figure.hooks|keymap|webagg|tk|macosx|animation"
)


def settings() -> dict[str, Any]:
    """Return what to set before drawing: all looks, or those the user has left as matplotlib has them."""
    if are_ours():
        looks = {name: value for name, value in mpl.rcParamsDefault.items() if not _NOT_LOOKS.match(name)}
        return {**looks, **_RC, **_ALWAYS}
    now: Any = mpl.rcParams
    default: Any = mpl.rcParamsDefault
    left = {name: value for name, value in _RC.items() if now[name] == default[name]}
    return {**left, **_ALWAYS}


def context() -> Any:
    """Return a context in which matplotlib draws in the theme, and after which all settings are as before."""
    chosen: Any = settings()
    return mpl.rc_context(chosen)


def themed(draw: Draws) -> Draws:
    """Make a plot function draw in the theme."""

    @functools.wraps(draw)
    def within(*args: Any, **kwargs: Any) -> Any:
        with context():
            return draw(*args, **kwargs)

    return within  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of a plot by what they mean; all but the signal's follow the user's settings."""

    accent: str = ACCENT
    tint: str = TINT
    signal: str = SIGNAL
    ink: str = INK
    grey_text: str = GREY_TEXT
    grey: str = GREY
    light: str = LIGHT
    wash: str = WASH
    paper: str = PAPER

    @property
    def behind(self) -> Mapping[str, Any]:
        """Background of a name that may cover a line. Strokes around letters would triple a plot's size."""
        return {"facecolor": self.paper, "edgecolor": "none", "alpha": 0.85, "pad": 0.8}

    def as_text(self, colour: str) -> str:
        """Return the text colour for a line's name: legible on white, at least 4.5 to 1."""
        return {self.grey: self.grey_text, SIGNAL: SIGNAL_TEXT}.get(colour, colour)


def colours() -> Colours:
    """Return the colours of the settings in force: ink, paper and accent, and the greys between them."""
    rc: Any = mpl.rcParams
    ink, paper = (to_hex(rc[name]).upper() for name in ("text.color", "axes.facecolor"))
    accent = to_hex(next(iter(rc["axes.prop_cycle"].by_key().get("color", [ACCENT])))).upper()
    if (ink, paper, accent) == (INK, PAPER, ACCENT):
        return Colours()

    def between(colour: str, share: float) -> str:
        over, under = to_rgb(colour), to_rgb(paper)
        red, green, blue = (share * a + (1 - share) * b for a, b in zip(over, under, strict=True))
        return to_hex((red, green, blue))

    return Colours(
        accent, between(accent, 0.5), SIGNAL, ink, between(ink, 0.7), between(ink, 0.5), between(ink, 0.25),
        between(ink, 0.1), paper,
    )  # fmt: skip


def scale() -> float:
    """Return how much larger than in this theme the letters are."""
    return mpl.rcParams["font.size"] / SIZE


def axes(ax: Any, height: float) -> Any:
    """Return the axes to draw on: the given ones, or new ones of a column's width.

    Parameters
    ----------
    ax : matplotlib Axes or None
    height : float
        Of a new figure with letters of this theme's size [inch].
    """
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(WIDTH, height * scale()), layout="constrained")[1]


def half_axes(height: float = 1.9) -> Any:
    """Return new axes of half a column's width, for a plot that stands beside another of its kind.

    Parameters
    ----------
    height : float
        Of the new figure [inch].
    """
    import matplotlib.pyplot as plt

    with context():
        return plt.subplots(figsize=(HALF_WIDTH, height), layout="constrained")[1]


def name_y(ax: Any, label: object) -> None:
    r"""Label the vertical axis, on as many lines as it takes to fit beside the axes.

    Examples
    --------
    >>> ax = axes(None, 2.0)
    >>> name_y(ax, "smallest difference that a test can detect")
    >>> ax.get_ylabel()
    'smallest difference\nthat a test can\ndetect'
    """
    height = 72 * ax.figure.get_figheight() * ax.get_position().height
    most = int(0.9 * height / (_LETTER * ax.yaxis.label.get_fontsize()))
    ax.set_ylabel("\n".join(textwrap.wrap(plain(label), max(most, 12), break_long_words=False)))


#: Two words below a plot, of a KPI and a list that are named at length, would leave no room for the plot.
_LONGEST = 160


def name_x(ax: Any, *parts: str, colour: str | None = None) -> None:
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
    ax.set_xlabel(("\xa0" * 5 + " ").join(kept), wrap=True, **({"color": colour} if colour else {}))


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
