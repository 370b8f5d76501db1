"""How wide a text will be on the printed page, from the widths of the fonts' characters."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

#: A character that is not written down: wider than most [thousandths of the size].
_UNKNOWN = 700
#: Where a line may end: at a space that is not a no-break space, after a hyphen or a slash.
_BREAKS = re.compile(r"[ \t\n]+|(?<=[-/])(?=\w)")


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text on one line [points].

    Kerning is left out: it makes few texts wider, and those by about a hundredth.

    Examples
    --------
    >>> wide("5", 10.0), wide("55", 10.0), wide("5", 10.0, bold=True)
    (4.65, 9.3, 5.14)
    """
    known = _widths()[bold]
    return sum(known.get(character, _UNKNOWN) for character in text) * size / 1000


def longest_line(text: str, size: float, *, bold: bool = False) -> float:
    r"""Return the width of the longest line of a text [points].

    Examples
    --------
    >>> longest_line("55\n5", 10.0)
    9.3
    """
    return max((wide(line, size, bold=bold) for line in text.split("\n")), default=0.0)


def longest_word(text: str, size: float, *, bold: bool = False) -> float:
    r"""Return the width of the longest piece of a text that a line does not break [points].

    Examples
    --------
    >>> longest_word("55 5 5", 10.0), longest_word("5\u00a05 5", 10.0)
    (9.3, 11.8)
    """
    return max((wide(piece, size, bold=bold) for piece in _BREAKS.split(text)), default=0.0)


@cache
def _widths() -> tuple[dict[str, int], dict[str, int]]:
    """Return the widths of characters, upright and bold [thousandths of the size]."""
    text = files("callstats.report").joinpath("template", "widths.txt").read_text(encoding="ascii")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    upright = {chr(int(point, 16)): int(width) for point, width, _ in rows}
    bold = {chr(int(point, 16)): int(width) for point, _, width in rows}
    return upright, bold
