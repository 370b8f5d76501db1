"""Characters that the PDF's fonts lack, replaced by their code points instead of lost.

In PDF/UA all text needs a glyph. The fonts bundled with typst draw Latin, Cyrillic,
Greek and much else, but no emoji or Chinese: such a character is written as its code
point, so that different names stay different.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})
_KEPT = frozenset("\n\t")


def drawable(value: Any, others: frozenset[int] = frozenset()) -> Any:
    r"""Return plain data with every string limited to characters the fonts can draw.

    Control, format and lone combining characters without a glyph are dropped
    (including direction overrides, which can disguise a text).

    Parameters
    ----------
    value : plain data
    others : frozenset of int
        Code points that fonts of this system draw besides.

    Examples
    --------
    >>> drawable(["Été, весна", "list \u202e😀"])
    ['Été, весна', 'list [U+1F600]']
    """
    if isinstance(value, str):
        plain = value.isascii() and value.isprintable()
        return value if plain else "".join(_drawn(character, others) for character in value)
    if isinstance(value, list | tuple):
        return [drawable(item, others) for item in value]
    if isinstance(value, dict):
        return {key: drawable(item, others) for key, item in value.items()}
    return value


#: Of the characters without a look of their own, those that join letters and emoji.
_JOINERS = frozenset("\u200c\u200d")


def _drawn(character: str, others: frozenset[int]) -> str:
    if character in _KEPT or ord(character) in covered():
        return character
    category = unicodedata.category(character)
    if ord(character) in others and (category not in {"Cc", "Cf", "Cs"} or character in _JOINERS):
        return character
    if category in _INVISIBLE:
        return ""
    return " " if category.startswith("Z") else f"[U+{ord(character):04X}]"


@cache
def covered() -> frozenset[int]:
    """Return the code points that every style of the fonts draws."""
    text = files("callstats.report").joinpath("template", "glyphs.txt").read_text(encoding="ascii")
    points: set[int] = set()
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        for item in line.split():
            first, _, last = item.partition("-")
            points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(points)
